//! Mail leaving the house: from the outbox table to an SMTP server, the sandbox's inbox, or both, off the request path and
//! again until it arrives or has lost its meaning. It refuses to know what the mails are about (see `mail::texts`).

pub mod texts;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use daemun_protocol::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::log::Log;
use crate::reset_desk::ResetDesk;
use crate::store::{self, OutboxRow, Store, Trouble};

/// A message as it is queued.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The part before the `@` of its Message-ID: the same each time it is tried.
    pub message_id: String,
    /// An address in the form that is compared, or a number in E.164. Empty: the message is made and dropped, so that what
    /// an answer costs does not tell whether anybody is there.
    pub to: String,
    pub words: Words,
}

/// What a message says, and how it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    pub carrier: Carrier,
    /// Empty for a text to a phone.
    pub subject: String,
    pub text: String,
    /// The code in it, for the sandbox's readers.
    pub code: Option<String>,
    /// The link in it, for the sandbox's readers.
    pub link: Option<String>,
}

impl core::fmt::Debug for Mail {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Mail")
    }
}

impl core::fmt::Debug for Words {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Words")
    }
}

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

    async fn send(&self, row: &OutboxRow) -> Result<(), Fate> {
        let to: Mailbox = row.mail.to.parse().map_err(|_| Fate::Hopeless(None))?;
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
            .map_err(|_| Fate::Hopeless(None))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(refused) => {
                let code = refused.status().map(u16::from);
                Err(if code.is_some_and(is_about_the_mail) { Fate::Hopeless(code) } else { Fate::Again(code) })
            }
        }
    }
}

/// What becomes of a mail that was not sent, and the three digits that the server gave for it.
enum Fate {
    Again(Option<u16>),
    Hopeless(Option<u16>),
}

/// Whether a server refuses this recipient or this mail for good (RFC 5321 §4.2.3, RFC 7504 §4). Other refusals with a 5,
/// such as 530 and 535 (RFC 4954 §6), are about the two servers, and an operator may mend them while the mail waits.
fn is_about_the_mail(code: u16) -> bool {
    matches!(code, 550..=554 | 556)
}

/// The three digits as the log has them.
fn digits(code: Option<u16>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// Seconds from one attempt to the next.
const PAUSES: &[u64] = &[2, 5, 15, 30, 60, 120];

/// The one who carries mails out.
#[derive(Clone, Debug)]
pub struct Postman(Arc<Round>);

#[derive(Debug)]
struct Round {
    store: Store,
    clock: Clock,
    log: Log,
    smtp: Option<Smtp>,
    inbox: Inbox,
    /// Asked first, on each round: what it finds goes out with the rest.
    desk: ResetDesk,
    /// Held while mails are carried, so that none is carried twice at once.
    carrying: Mutex<()>,
    bell: Notify,
    /// The sandbox's "the mail server is down".
    down: AtomicBool,
}

/// Whether mails are kept for people to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    Kept,
    None,
}

impl Postman {
    pub fn new(store: Store, clock: Clock, log: Log, smtp: Option<Smtp>, inbox: Inbox, desk: ResetDesk) -> Self {
        let round = Round {
            store,
            clock,
            log,
            smtp,
            inbox,
            desk,
            carrying: Mutex::default(),
            bell: Notify::new(),
            down: AtomicBool::new(false),
        };
        Self(Arc::new(round))
    }

    /// Says that there is something in the outbox.
    pub fn ring(&self) {
        self.0.bell.notify_one();
    }

    /// Sandbox: mails stay in the outbox while the server is said to be down.
    pub fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Release);
        self.ring();
    }

    /// Carries mails for as long as it is polled.
    pub async fn walk(self) {
        loop {
            let next = match self.carry_due().await {
                Ok(next) => next,
                Err(trouble) => {
                    self.0.log.line(&format!("mail: {trouble}"));
                    Some(self.0.clock.now().plus_seconds(5))
                }
            };
            let due = async {
                match next {
                    Some(at) => self.0.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! { () = due => {}, () = self.0.bell.notified() => {} }
        }
    }

    /// Looks up what was asked for, carries what is due now, and says when the next is.
    ///
    /// # Errors
    /// [`Trouble`] with the database; a mail that cannot be sent is none.
    pub async fn carry_due(&self) -> Result<Option<Timestamp>, Trouble> {
        let _carrying = self.0.carrying.lock().await;
        // What the desk cannot look up holds up no mail, and is looked up again with the next round.
        let looked_up = self.0.desk.look_up().await;
        let next = self.carry_all().await?;
        looked_up.map(|()| next)
    }

    async fn carry_all(&self) -> Result<Option<Timestamp>, Trouble> {
        loop {
            let now = self.0.clock.now();
            let due = self.0.store.read(move |transaction| store::due_mails(transaction, now)).await?;
            if due.is_empty() {
                return self.0.store.read(|transaction| store::next_mail_at(transaction)).await;
            }
            let mut carried = JoinSet::new();
            for row in due {
                carried.spawn(self.clone().carry(row));
            }
            // All of them are waited for, whatever befalls one: what was sent must not stay in the outbox.
            let mut trouble = None;
            while let Some(done) = carried.join_next().await {
                if let Err(this) = done.map_err(|_| Trouble::TaskLost).flatten() {
                    trouble = trouble.or(Some(this));
                }
            }
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
        }
    }

    async fn carry(self, row: OutboxRow) -> Result<(), Trouble> {
        if row.mail.to.is_empty() {
            return self.0.store.write(move |transaction| store::remove_mail(transaction, &row).map(|_| ())).await;
        }
        let now = self.0.clock.now();
        let sent = if row.give_up_at <= now {
            Err(Fate::Hopeless(None))
        } else if self.0.down.load(Ordering::Acquire) {
            Err(Fate::Again(None))
        } else {
            match (row.mail.words.carrier, &self.0.smtp, self.0.inbox) {
                (Carrier::Email, Some(smtp), _) => smtp.send(&row).await,
                (Carrier::Email, None, _) | (Carrier::Sms | Carrier::Notification, _, Inbox::Kept) => Ok(()),
                // A deployment has no way to phones yet, and offers none.
                (Carrier::Sms | Carrier::Notification, _, Inbox::None) => Err(Fate::Hopeless(None)),
            }
        };
        let (id, attempts) = (row.id, row.attempts);
        match sent {
            Ok(()) => {
                let inbox = self.0.inbox;
                let settle = move |transaction: &rusqlite::Transaction<'_>| match (
                    store::remove_mail(transaction, &row)?,
                    inbox,
                ) {
                    (true, Inbox::Kept) => store::insert_inbox(transaction, &row.mail, row.created_at),
                    (false, _) | (_, Inbox::None) => Ok(()),
                };
                self.0.store.write(settle).await
            }
            Err(Fate::Hopeless(code)) => {
                self.0.log.line(&format!("mail: given up after {attempts} attempts{}", digits(code)));
                self.0.store.write(move |transaction| store::remove_mail(transaction, &row).map(|_| ())).await
            }
            Err(Fate::Again(code)) => {
                let pause = usize::try_from(attempts).ok().and_then(|index| PAUSES.get(index)).or(PAUSES.last());
                let next_at = now.plus_seconds(pause.copied().unwrap_or(60));
                self.0.log.line(&format!("mail: attempt {}{} failed, tried again later", attempts + 1, digits(code)));
                self.0.store.write(move |transaction| store::postpone_mail(transaction, id, next_at)).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use crate::codes::Code;
    use crate::locale::Locale;

    #[tokio::test]
    async fn a_message_to_nobody_is_dropped_and_leaves_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("daemun.db")).unwrap();
        let (clock, chance, log) = (Clock::manual(Timestamp(1_000)), Chance::seeded(1), Log::kept());
        let key = store.server_key(chance.clone()).await.unwrap();
        let origin = "https://login.example".into();
        let desk = ResetDesk { store: store.clone(), clock: clock.clone(), chance, key, origin };
        // Whoever tries it is heard of: nobody listens there.
        let smtp = Smtp::new("smtp://127.0.0.1:1", "no-reply@daemun.example").unwrap();
        let postman = Postman::new(store.clone(), clock, log.clone(), Some(smtp), Inbox::Kept, desk);
        let queue = |to: &'static str| {
            store.write(move |transaction| {
                for carrier in Carrier::ALL {
                    let words = texts::code(*carrier, Locale::En, &Code::parse("012345").unwrap(), "login.example");
                    let mail = Mail { message_id: format!("{to}{}", carrier.as_str()), to: to.into(), words };
                    store::insert_mail(transaction, &mail, Timestamp(1_000), Timestamp(9_000))?;
                }
                Ok(())
            })
        };
        let inbox = || store.read(|transaction| store::inbox(transaction, None));
        queue("").await.unwrap();
        assert_eq!(postman.carry_due().await.unwrap(), None, "nothing waits");
        assert!(inbox().await.unwrap().is_empty() && log.lines().is_empty(), "{:?}", log.lines());
        // Also while the mail server is said to be down, and when it is too late.
        postman.set_down(true);
        queue("").await.unwrap();
        assert_eq!(postman.carry_due().await.unwrap(), None);
        postman.set_down(false);
        assert!(inbox().await.unwrap().is_empty() && log.lines().is_empty(), "{:?}", log.lines());
        // Somebody is carried to.
        queue("somebody@daemun.test").await.unwrap();
        assert!(postman.carry_due().await.unwrap().is_some(), "the mail waits");
        assert_eq!((inbox().await.unwrap().len(), log.lines().len()), (2, 1));
    }
}
