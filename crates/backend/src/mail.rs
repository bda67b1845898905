//! Messages leaving the house: from the outbox table by their carrier's way, to the sandbox's inbox, or both, off the request
//! path and again until they arrive or have lost their meaning. It refuses to know what they are about (see `mail::texts`) and
//! how a way is gone (see `mail::smtp`, `mail::webhook` and `mail::browsers`).

pub mod texts;

mod browsers;
mod smtp;
mod webhook;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use daemun_protocol::Timestamp;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;

use crate::carrier::{Carrier, Road};
use crate::clock::Clock;
use crate::log::Log;
use crate::push::Sender;
use crate::reset_desk::ResetDesk;
use crate::store::{self, OutboxRow, Store, Trouble};
pub use smtp::{Smtp, SmtpRefused};
pub use webhook::{Webhook, WebhookRefused};

/// A message as it is queued.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The part before the `@` of its Message-ID: the same each time it is tried.
    pub message_id: String,
    /// An address in the form that is compared, a number in E.164, or a browser's subscription by its number. Empty: the message
    /// is made and dropped, so that what an answer costs does not tell whether anybody is there.
    pub to: String,
    pub words: Words,
}

/// What a message says, and how it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    pub carrier: Carrier,
    /// Empty for a text to a phone; a notification's title.
    pub subject: String,
    pub text: String,
    /// The code in it, for the sandbox's readers.
    pub code: Option<String>,
    /// The link in it, for the sandbox's readers; where a notification leads.
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

/// The ways out of the house. Where there is none, the sandbox's inbox is all.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    pub email: Option<Smtp>,
    /// For SMS, service notifications and notifications of the platform's app.
    pub phones: Option<Webhook>,
    /// Whether they take the last of these; in the sandbox they are in the inbox anyway.
    pub takes_pushes: bool,
    pub browsers: Option<Sender>,
}

/// The way of one carrier.
enum Way<'a> {
    Smtp(&'a Smtp),
    Webhook(&'a Webhook),
    Browser(&'a Sender),
    InboxAlone,
    /// Nothing is offered that goes this way.
    Nowhere,
}

/// What becomes of a message that was not taken, and the three digits that the other side gave for it.
enum Fate {
    Again {
        code: Option<u16>,
        /// When the other side wants to hear of it again.
        not_before: Option<Timestamp>,
    },
    Hopeless(Option<u16>),
}

impl Fate {
    const HOPELESS: Self = Self::Hopeless(None);

    const fn again(code: Option<u16>) -> Self {
        Self::Again { code, not_before: None }
    }
}

/// The three digits as the log has them.
fn digits(code: Option<u16>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// What the log calls a message.
fn log_name(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Email => "mail",
        Carrier::Sms | Carrier::Notification | Carrier::Push | Carrier::WebPush => carrier.as_str(),
    }
}

/// Seconds from one attempt to the next.
const PAUSES: &[u64] = &[2, 5, 15, 30, 60, 120];

/// The one who carries messages out.
#[derive(Clone, Debug)]
pub struct Postman(Arc<Round>);

#[derive(Debug)]
struct Round {
    store: Store,
    clock: Clock,
    log: Log,
    ways: Ways,
    inbox: Inbox,
    /// Asked first, on each round: what it finds goes out with the rest.
    desk: ResetDesk,
    mail: Lane,
    phones: Lane,
    browsers: Lane,
    /// The sandbox's "the mail server is down".
    down: AtomicBool,
}

/// One road out: who does not answer there holds up nothing on the other.
#[derive(Debug, Default)]
struct Lane {
    /// Held while messages are carried, so that none is carried twice at once.
    carrying: Mutex<()>,
    bell: Notify,
}

impl Round {
    const fn lane(&self, road: Road) -> &Lane {
        match road {
            Road::Mail => &self.mail,
            Road::Phones => &self.phones,
            Road::Browsers => &self.browsers,
        }
    }
}

/// Whether mails are kept for people to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    Kept,
    None,
}

impl Postman {
    pub fn new(store: Store, clock: Clock, log: Log, ways: Ways, inbox: Inbox, desk: ResetDesk) -> Self {
        let round = Round {
            store,
            clock,
            log,
            ways,
            inbox,
            desk,
            mail: Lane::default(),
            phones: Lane::default(),
            browsers: Lane::default(),
            down: AtomicBool::new(false),
        };
        Self(Arc::new(round))
    }

    /// Says that there is something in the outbox.
    pub fn ring(&self) {
        for road in Road::ALL {
            self.0.lane(*road).bell.notify_one();
        }
    }

    /// Sandbox: mails stay in the outbox while the server is said to be down.
    pub fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Release);
        self.ring();
    }

    /// Carries messages for as long as it is polled.
    pub async fn walk(self) {
        tokio::join!(self.walk_on(Road::Mail), self.walk_on(Road::Phones), self.walk_on(Road::Browsers));
    }

    async fn walk_on(&self, road: Road) {
        loop {
            let next = match self.carry_due_on(road).await {
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
            tokio::select! { () = due => {}, () = self.0.lane(road).bell.notified() => {} }
        }
    }

    /// Looks up what was asked for, carries what is due now, and says when the next is.
    ///
    /// # Errors
    /// [`Trouble`] with the database; a message that cannot be sent is none.
    pub async fn carry_due(&self) -> Result<Option<Timestamp>, Trouble> {
        let mail = self.carry_due_on(Road::Mail).await?;
        let phones = self.carry_due_on(Road::Phones).await?;
        let browsers = self.carry_due_on(Road::Browsers).await?;
        Ok(mail.into_iter().chain(phones).chain(browsers).min())
    }

    /// The same on one road, and when the next is due there.
    async fn carry_due_on(&self, road: Road) -> Result<Option<Timestamp>, Trouble> {
        let _carrying = self.0.lane(road).carrying.lock().await;
        // What the desk cannot look up holds up no mail, and is looked up again with the next round.
        let looked_up = match road {
            Road::Mail => self.0.desk.look_up().await,
            Road::Phones | Road::Browsers => Ok(()),
        };
        let next = self.carry_all(road).await?;
        looked_up.map(|()| next)
    }

    async fn carry_all(&self, road: Road) -> Result<Option<Timestamp>, Trouble> {
        loop {
            let now = self.0.clock.now();
            let due = self.0.store.read(move |transaction| store::due_mails(transaction, road, now)).await?;
            if due.is_empty() {
                return self.0.store.read(move |transaction| store::next_mail_at(transaction, road)).await;
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

    fn way(&self, carrier: Carrier) -> Way<'_> {
        let way = match carrier.road() {
            Road::Mail => self.0.ways.email.as_ref().map(Way::Smtp),
            Road::Phones if carrier == Carrier::Push && !self.0.ways.takes_pushes => None,
            Road::Phones => self.0.ways.phones.as_ref().map(Way::Webhook),
            Road::Browsers => self.0.ways.browsers.as_ref().map(Way::Browser),
        };
        way.unwrap_or(match self.0.inbox {
            Inbox::Kept => Way::InboxAlone,
            Inbox::None => Way::Nowhere,
        })
    }

    async fn carry(self, row: OutboxRow) -> Result<(), Trouble> {
        if row.mail.to.is_empty() {
            return self.0.store.write(move |transaction| store::remove_mail(transaction, &row).map(|_| ())).await;
        }
        let (now, carrier) = (self.0.clock.now(), row.mail.words.carrier);
        let sent = if row.give_up_at <= now {
            Err(Fate::HOPELESS)
        } else if self.0.down.load(Ordering::Acquire) {
            Err(Fate::again(None))
        } else {
            match self.way(carrier) {
                Way::Smtp(smtp) => smtp.send(&row).await,
                Way::Webhook(webhook) => webhook.send(&row, now).await,
                Way::Browser(sender) => browsers::send(&self.0.store, sender, &row, now).await?,
                Way::InboxAlone => Ok(()),
                Way::Nowhere => Err(Fate::HOPELESS),
            }
        };
        let (id, attempts, kind) = (row.id, row.attempts, log_name(carrier));
        match sent {
            Ok(()) => {
                // What a browser shows is no message of its own: the same is in the inbox as a notification to the member.
                let inbox = if carrier == Carrier::WebPush { Inbox::None } else { self.0.inbox };
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
                self.0.log.line(&format!("{kind}: given up after {attempts} attempts{}", digits(code)));
                self.0.store.write(move |transaction| store::remove_mail(transaction, &row).map(|_| ())).await
            }
            Err(Fate::Again { code, not_before }) => {
                let pause = usize::try_from(attempts).ok().and_then(|index| PAUSES.get(index)).or(PAUSES.last());
                let paused = now.plus_seconds(pause.copied().unwrap_or(60));
                // What nobody wants to hear of in time is given up in time.
                let next_at = not_before.map_or(paused, |wanted| wanted.max(paused)).min(row.give_up_at);
                self.0.log.line(&format!("{kind}: attempt {}{} failed, tried again later", attempts + 1, digits(code)));
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
        // Whoever is tried there is heard of in the log: nobody listens.
        let ways = Ways {
            email: Some(Smtp::new("smtp://127.0.0.1:1", "no-reply@daemun.example").unwrap()),
            phones: Some(Webhook::new("http://127.0.0.1:1/", &webhook::some_secret()).unwrap()),
            takes_pushes: true,
            browsers: None,
        };
        let postman = Postman::new(store.clone(), clock, log.clone(), ways, Inbox::Kept, desk);
        let queue = |to: &'static str| {
            store.write(move |transaction| {
                for carrier in [Carrier::Email, Carrier::Sms, Carrier::Notification, Carrier::Push] {
                    let words = Words {
                        carrier,
                        ..texts::code(carrier, Locale::En, &Code::parse("012345").unwrap(), "login.example")
                    };
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
        assert!(postman.carry_due().await.unwrap().is_some(), "they wait");
        let mut lines = log.lines();
        lines.sort();
        let again = |kind: &str| format!("{kind}: attempt 1 failed, tried again later");
        assert_eq!(lines, ["mail", "notification", "push", "sms"].map(again));
    }
}
