//! Notifications to browsers that asked for them: one encrypted and signed request each, to the push service of the
//! browser's maker. It refuses to know what they are about, who subscribed, where that is kept, and when to try again.
//!
//! What governs it:
//! - RFC 8030, the request (§5), how long it waits for the browser (§5.2), how much it matters (§5.3), what it replaces
//!   (§5.4), and that a subscription ends (§7.3);
//! - RFC 8291 and RFC 8188, what the push service cannot read (`push::encryption`);
//! - RFC 8292, who it is from (`push::vapid`);
//! - the Push API, what a browser gives (`push::subscription`), and `public/push.js`, what it shows.
//!
//! An endpoint comes from a browser, and so from anybody: it is a known push service's, connected to at addresses that
//! were judged first (`push::resolver`), by https; redirects are not followed, and of an answer no more is read than
//! its head.

mod encryption;
mod public_address;
mod resolver;
mod subscription;
mod vapid;

use core::error::Error;
use core::iter::successors;
use std::net::IpAddr;
use std::time::Duration;

use daemun_protocol::Timestamp;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::chance::{Chance, NoChance};
use crate::retry_after::retry_after;
use encryption::Fresh;
use resolver::{Resolver, Unlikely};

pub use subscription::{Reach, Subscription};
use vapid::Contact;

pub use vapid::{NotAContact, VapidKey};

/// Seconds that a push service has for its answer.
const PATIENCE: u64 = 10;
/// Bytes of an answer's head; more is no answer.
const LONGEST_HEAD: usize = 16 * 1024;

/// Whoever sends notifications.
#[derive(Clone)]
pub struct Sender {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    key: VapidKey,
    contact: Contact,
    reach: Reach,
    chance: Chance,
}

/// Why nobody can be notified.
#[derive(Debug, thiserror::Error)]
pub enum PushRefused {
    #[error(transparent)]
    Contact(#[from] NotAContact),
    #[error("no TLS for notifications: {0}")]
    Tls(#[from] rustls::Error),
}

/// A notification, before it is anybody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    payload: Vec<u8>,
    topic: Topic,
    lifetime: u32,
}

/// A payload of so many bytes, which do not fit into one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} bytes are too many for a notification")]
pub struct TooLong(pub usize);

/// What a message replaces: one before it with the same topic, to the same subscription, that is still waiting
/// (RFC 8030 §5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic(String);

/// A text that is no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a topic: it is 1 to 32 letters of base64url")]
pub struct NotATopic;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The push service has it. Whether anybody sees it, nobody tells.
    Delivered,
    /// The subscription has ended (RFC 8030 §7.3): it is to be forgotten.
    Gone,
    /// It is about the moment: send it again, not before the push service wants it. Without an answer (`code: None`) it
    /// may have arrived; its topic makes one of two.
    Later { code: Option<u16>, not_before: Option<Timestamp> },
    /// It would be no better another time.
    Refused(Refusal),
}

/// Why a message is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What the push service answered: of the key, the contact, the message, or a redirect.
    #[error("the push service answered {0}")]
    Answer(u16),
    /// The push service's name has an address that none can have.
    #[error("{0} is no push service's address")]
    Address(IpAddr),
    /// The subscription was read by who reaches further than this sender.
    #[error("the endpoint is no known push service's")]
    Endpoint,
    /// It cannot be written down, which no message is known for.
    #[error("the message cannot be written down")]
    Unwritable,
}

impl Refusal {
    /// What the push service answered, if it was its answer.
    pub const fn code(self) -> Option<u16> {
        match self {
            Self::Answer(code) => Some(code),
            Self::Address(_) | Self::Endpoint | Self::Unwritable => None,
        }
    }
}

impl Sender {
    /// # Errors
    /// [`PushRefused`] when `contact` is none, or there is no TLS, which is about the build.
    pub fn new(key: VapidKey, contact: &str, reach: Reach, chance: Chance) -> Result<Self, PushRefused> {
        Ok(Self::resolving(Resolver::system(reach), key, Contact::parse(contact)?, reach, chance)?)
    }

    fn resolving(
        resolver: Resolver,
        key: VapidKey,
        contact: Contact,
        reach: Reach,
        chance: Chance,
    ) -> Result<Self, rustls::Error> {
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        let https =
            HttpsConnectorBuilder::new().with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?;
        let https = match reach {
            Reach::PushServices => https.https_only(),
            Reach::ThisMachineToo => https.https_or_http(),
        };
        // A connection that was kept would be to an address that was judged for another message.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .http1_max_buf_size(LONGEST_HEAD)
            .build(https.enable_http1().wrap_connector(http));
        Ok(Self { client, key, contact, reach, chance })
    }

    /// What a page subscribes with (`applicationServerKey`).
    pub fn public_key(&self) -> String {
        self.key.public()
    }

    /// How far it goes: what a subscription is to be read with.
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// One attempt.
    pub async fn send(&self, to: &Subscription, message: &Message, now: Timestamp) -> Outcome {
        if !to.is_within(self.reach) {
            return Outcome::Refused(Refusal::Endpoint);
        }
        let Ok(fresh) = self.fresh() else { return Outcome::Later { code: None, not_before: None } };
        let Some(request) = self.request(to, message, &fresh, now) else {
            return Outcome::Refused(Refusal::Unwritable);
        };
        match tokio::time::timeout(Duration::from_secs(PATIENCE), self.client.request(request)).await {
            Ok(Ok(answer)) => meaning(answer.status(), || retry_after(answer.headers(), now)),
            Ok(Err(failed)) => match unlikely(&failed) {
                Some(address) => Outcome::Refused(Refusal::Address(address)),
                None => Outcome::Later { code: None, not_before: None },
            },
            Err(_) => Outcome::Later { code: None, not_before: None },
        }
    }

    fn fresh(&self) -> Result<Fresh, NoChance> {
        Ok(Fresh { key: vapid::draw_secret(&self.chance)?, salt: self.chance.bytes()? })
    }

    fn request(
        &self,
        to: &Subscription,
        message: &Message,
        fresh: &Fresh,
        now: Timestamp,
    ) -> Option<Request<Full<Bytes>>> {
        let body = encryption::encrypt(&message.payload, &to.key, &to.secret, fresh)?;
        Request::post(to.uri.clone())
            .header(AUTHORIZATION, self.key.authorization(&to.audience(), &self.contact, now))
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(USER_AGENT, concat!("Daemun/", env!("CARGO_PKG_VERSION")))
            .header("ttl", message.lifetime)
            .header("topic", &message.topic.0)
            // Somebody waits, even if the phone saves power.
            .header("urgency", "high")
            .body(Full::new(body.into()))
            .ok()
    }
}

impl core::fmt::Debug for Sender {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sender")
    }
}

impl Message {
    /// What a push service keeps for `lifetime` seconds at most, until the browser is there. `public/push.js` shows a
    /// payload `{"title", "body", "url", "tag"}`.
    ///
    /// # Errors
    /// [`TooLong`] for more than 3993 bytes.
    pub fn new(payload: &serde_json::Value, topic: Topic, lifetime: u32) -> Result<Self, TooLong> {
        let payload = payload.to_string().into_bytes();
        if payload.len() > encryption::LONGEST {
            return Err(TooLong(payload.len()));
        }
        Ok(Self { payload, topic, lifetime })
    }
}

impl core::fmt::Debug for Message {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Message")
    }
}

impl Topic {
    /// # Errors
    /// [`NotATopic`] for what is no topic (RFC 8030 §5.4).
    pub fn parse(text: &str) -> Result<Self, NotATopic> {
        let is_topic = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if is_topic { Ok(Self(text.into())) } else { Err(NotATopic) }
    }
}

/// What an answer says of the message.
fn meaning(status: StatusCode, not_before: impl FnOnce() -> Option<Timestamp>) -> Outcome {
    let code = status.as_u16();
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Outcome::Later { code: Some(code), not_before: not_before() }
        }
        status if status.is_success() => Outcome::Delivered,
        status if status.is_server_error() => Outcome::Later { code: Some(code), not_before: not_before() },
        _ => Outcome::Refused(Refusal::Answer(code)),
    }
}

/// The address for which nothing was sent, if it was for that.
fn unlikely(failed: &(dyn Error + 'static)) -> Option<IpAddr> {
    successors(Some(failed), |&error| error.source())
        .find_map(|error| error.downcast_ref())
        .map(|Unlikely(address)| *address)
}

#[cfg(test)]
mod tests;
