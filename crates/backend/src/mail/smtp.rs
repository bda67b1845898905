//! Mails by SMTP. It refuses to know when they are tried again.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::Fate;
use crate::store::OutboxRow;

/// An SMTP server and who the mails are from.
#[derive(Clone, Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// An SMTP setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpRefused {
    #[error("not an SMTP URL such as smtps://user:password@mail.example: {0}")]
    Url(#[from] lettre::transport::smtp::Error),
    #[error("not a sender such as Daemun <no-reply@mail.example>: {0}")]
    From(#[from] lettre::address::AddressError),
}

impl Smtp {
    /// A server by URL: `smtps://user:password@host`, `smtp://host:25`, `smtp://host?tls=required` (as lettre reads them).
    ///
    /// # Errors
    /// [`SmtpRefused`] says which setting cannot be used.
    pub fn new(url: &str, from: &str) -> Result<Self, SmtpRefused> {
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(Duration::from_secs(20))).build();
        Ok(Self { transport, from: from.parse()? })
    }

    pub(super) async fn send(&self, row: &OutboxRow) -> Result<(), Fate> {
        let to: Mailbox = row.mail.to.parse().map_err(|_| Fate::HOPELESS)?;
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(row.mail.words.subject.clone())
            .message_id(Some(format!("<{}@{domain}>", row.mail.message_id)))
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(row.created_at.0))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .body(row.mail.words.text.clone())
            .map_err(|_| Fate::HOPELESS)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(refused) => {
                let code = refused.status().map(u16::from);
                Err(if code.is_some_and(is_about_the_mail) { Fate::Hopeless(code) } else { Fate::again(code) })
            }
        }
    }
}

/// Whether a server refuses this recipient or this mail for good (RFC 5321 §4.2.3, RFC 7504 §4). Other refusals with a 5,
/// such as 530 and 535 (RFC 4954 §6), are about the two servers, and an operator may mend them while the mail waits.
fn is_about_the_mail(code: u16) -> bool {
    matches!(code, 550..=554 | 556)
}
