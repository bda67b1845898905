//! What a browser gave to be notified by: where its push service takes messages, and the keys they are encrypted with.
//! It refuses to know whose browser it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Uri;
use p256::PublicKey;
use serde::Deserialize;
use serde_json::json;
use url::{Host, Url};

use super::encryption::uncompressed;
use crate::return_to::is_loopback;

/// The push services of the browsers that there are. A name that begins with a full stop stands for all below it.
/// Chromium's relatives (Edge on Android, Samsung Internet, Opera, Brave) are Google's customers.
const SERVICES: [&str; 4] = [
    "fcm.googleapis.com",
    // `updates.push.services.mozilla.com`.
    ".push.services.mozilla.com",
    // `web.push.apple.com`; Apple asks for all of them ("Sending web push notifications in web apps and browsers").
    ".push.apple.com",
    // A name for each of Microsoft's regions: `wns2-par02p.notify.windows.com`.
    ".notify.windows.com",
];

/// The longest that is read, in bytes; what browsers give is a fifth of it.
const LONGEST: usize = 4096;
/// The longest endpoint, in bytes.
const LONGEST_ENDPOINT: usize = 2048;

/// How far notifications may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To known push services on the internet: every deployment's.
    PushServices,
    /// To programs on this machine too, by `http` or `https` and at any port: for a sandbox and tests alone.
    ThisMachineToo,
}

/// A subscription that messages can be sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    endpoint: Url,
    pub(super) uri: Uri,
    pub(super) key: PublicKey,
    pub(super) secret: [u8; 16],
}

/// Why a subscription is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRefused {
    #[error("not a subscription as PushSubscription.toJSON() gives it")]
    Malformed,
    #[error("longer than any browser's")]
    TooLong,
    #[error("the endpoint is not a URL that a request can be made to")]
    NotAUrl,
    #[error("the endpoint is not https")]
    NotHttps,
    #[error("the endpoint has a user or password")]
    Credentials,
    #[error("the endpoint has a port of its own")]
    Port,
    #[error("the endpoint is no known push service's")]
    UnknownService,
    #[error("p256dh is not an uncompressed point of P-256 in base64url")]
    Key,
    #[error("auth is not 16 bytes in base64url")]
    Secret,
}

/// `PushSubscription.toJSON()` (Push API, "PushSubscriptionJSON"). Its `expirationTime` is told by no push service
/// here: one that is over answers 404 or 410.
#[derive(Deserialize)]
struct Wire {
    endpoint: String,
    keys: WireKeys,
}

#[derive(Deserialize)]
struct WireKeys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Reads what a browser gave, or what [`Subscription::to_json`] wrote.
    ///
    /// # Errors
    /// [`SubscriptionRefused`] says why nothing is sent there.
    pub fn parse(json: &str, reach: Reach) -> Result<Self, SubscriptionRefused> {
        if json.len() > LONGEST {
            return Err(SubscriptionRefused::TooLong);
        }
        let wire: Wire = serde_json::from_str(json).map_err(|_| SubscriptionRefused::Malformed)?;
        if wire.endpoint.len() > LONGEST_ENDPOINT {
            return Err(SubscriptionRefused::TooLong);
        }
        let endpoint = Url::parse(&wire.endpoint).map_err(|_| SubscriptionRefused::NotAUrl)?;
        reach.judge(&endpoint)?;
        let uri = endpoint.as_str().parse().map_err(|_| SubscriptionRefused::NotAUrl)?;
        Ok(Self { endpoint, uri, key: point(&wire.keys.p256dh)?, secret: secret(&wire.keys.auth)? })
    }

    /// The subscription as it is kept: whoever has it can make it ring, if they have the VAPID key too.
    pub fn to_json(&self) -> String {
        let keys = json!({
            "p256dh": URL_SAFE_NO_PAD.encode(uncompressed(&self.key)),
            "auth": URL_SAFE_NO_PAD.encode(self.secret),
        });
        json!({ "endpoint": self.endpoint(), "keys": keys }).to_string()
    }

    /// Where messages go: what one subscription is told from another by.
    pub fn endpoint(&self) -> &str {
        self.endpoint.as_str()
    }

    /// Whether something may be sent there, whatever was held of it when it was read.
    pub(super) fn is_within(&self, reach: Reach) -> bool {
        reach.judge(&self.endpoint).is_ok()
    }

    /// Whom a VAPID token is for (RFC 8292 §2).
    pub(super) fn audience(&self) -> String {
        self.endpoint.origin().ascii_serialization()
    }
}

/// The push service alone: the rest of an endpoint is its secret (RFC 8030 §8.3).
impl core::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Subscription({})", self.audience())
    }
}

impl Reach {
    fn judge(self, endpoint: &Url) -> Result<(), SubscriptionRefused> {
        if !endpoint.username().is_empty() || endpoint.password().is_some() {
            return Err(SubscriptionRefused::Credentials);
        }
        // Nothing after a # is ever sent, so no push service gives one.
        if endpoint.fragment().is_some() {
            return Err(SubscriptionRefused::NotAUrl);
        }
        let is_here = match self {
            Self::PushServices => false,
            Self::ThisMachineToo => is_loopback(endpoint),
        };
        match endpoint.scheme() {
            "http" | "https" if is_here => return Ok(()),
            "https" => {}
            _ => return Err(SubscriptionRefused::NotHttps),
        }
        // A port that is the scheme's own is not kept.
        if endpoint.port().is_some() {
            return Err(SubscriptionRefused::Port);
        }
        let is_known = match endpoint.host() {
            Some(Host::Domain(name)) => SERVICES.iter().any(|service| is_or_is_below(name, service)),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
        };
        if is_known { Ok(()) } else { Err(SubscriptionRefused::UnknownService) }
    }
}

fn is_or_is_below(name: &str, service: &str) -> bool {
    if service.starts_with('.') { name.len() > service.len() && name.ends_with(service) } else { name == service }
}

/// SEC 1 has shorter forms of a point; web push has none (RFC 8291 §3.1).
fn point(text: &str) -> Result<PublicKey, SubscriptionRefused> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SubscriptionRefused::Key)?;
    if bytes.len() != 65 {
        return Err(SubscriptionRefused::Key);
    }
    PublicKey::from_sec1_bytes(&bytes).map_err(|_| SubscriptionRefused::Key)
}

fn secret(text: &str) -> Result<[u8; 16], SubscriptionRefused> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SubscriptionRefused::Secret)?;
    bytes.try_into().map_err(|_| SubscriptionRefused::Secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn given(endpoint: &str, key: &str, secret: &str) -> String {
        json!({ "endpoint": endpoint, "expirationTime": null, "keys": { "p256dh": key, "auth": secret } }).to_string()
    }

    fn at(endpoint: &str, reach: Reach) -> Option<SubscriptionRefused> {
        Subscription::parse(&given(endpoint, KEY, SECRET), reach).err()
    }

    #[test]
    fn a_known_services_endpoint_is_taken_and_kept() {
        for endpoint in [
            "https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ:APA91bH_x-Y",
            "https://fcm.googleapis.com/wp/dQw4w9WgXcQ:APA91bH_x-Y",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABfK_h5",
            "https://web.push.apple.com/QGuQyavXutnMH",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAC%2b%2fx%3d%3d",
        ] {
            for reach in [Reach::PushServices, Reach::ThisMachineToo] {
                let subscription = Subscription::parse(&given(endpoint, KEY, SECRET), reach).unwrap();
                assert_eq!(subscription.endpoint(), endpoint);
                assert_eq!(subscription.uri.to_string(), endpoint);
                assert_eq!(Subscription::parse(&subscription.to_json(), reach), Ok(subscription.clone()));
                assert!(
                    format!("{subscription:?}").len() < "Subscription(https://….push.services.mozilla.com)".len() + 7
                );
            }
        }
        // The port is https's own, and said by nobody.
        let subscription =
            Subscription::parse(&given("https://FCM.googleapis.com:443/a", KEY, SECRET), Reach::PushServices);
        assert_eq!(subscription.unwrap().endpoint(), "https://fcm.googleapis.com/a");
    }

    #[test]
    fn nobody_elses_is() {
        use SubscriptionRefused::{Credentials, NotAUrl, NotHttps, Port, UnknownService};
        for (endpoint, why) in [
            ("", NotAUrl),
            ("/fcm/send/a", NotAUrl),
            ("fcm.googleapis.com/a", NotAUrl),
            ("https://", NotAUrl),
            ("https://fcm.googleapis.com/a#b", NotAUrl),
            ("http://fcm.googleapis.com/a", NotHttps),
            ("ftp://fcm.googleapis.com/a", NotHttps),
            ("data:,fcm.googleapis.com", NotHttps),
            ("javascript:alert(1)", NotHttps),
            ("http://localhost:8080/a", NotHttps),
            ("https://user@fcm.googleapis.com/a", Credentials),
            ("https://user:word@fcm.googleapis.com/a", Credentials),
            ("https://fcm.googleapis.com:word@push.example/a", Credentials),
            ("https://fcm.googleapis.com:8443/a", Port),
            ("https://fcm.googleapis.com:80/a", Port),
            ("https://push.example:444/a", Port),
            ("https://localhost:8443/a", Port),
            ("https://localhost/a", UnknownService),
            ("https://127.0.0.1/a", UnknownService),
            ("https://2130706433/a", UnknownService),
            ("https://[::1]/a", UnknownService),
            ("https://169.254.169.254/a", UnknownService),
            ("https://142.250.196.106/a", UnknownService),
            ("https://push.example/fcm.googleapis.com", UnknownService),
            ("https://push.example\\.push.apple.com/a", UnknownService),
            ("https://push.example/?.push.apple.com", UnknownService),
            ("https://fcm.googleapis.com.push.example/a", UnknownService),
            ("https://fcm.googleapis.com./a", UnknownService),
            ("https://a.fcm.googleapis.com/a", UnknownService),
            ("https://afcm.googleapis.com/a", UnknownService),
            ("https://googleapis.com/a", UnknownService),
            ("https://push.apple.com/a", UnknownService),
            ("https://webpush.apple.com/a", UnknownService),
            ("https://notify.windows.com/a", UnknownService),
            ("https://push.services.mozilla.com/a", UnknownService),
        ] {
            assert_eq!(at(endpoint, Reach::PushServices), Some(why), "{endpoint}");
        }
    }

    #[test]
    fn a_sandbox_reaches_this_machine_and_nothing_else() {
        for endpoint in
            ["http://localhost:8080/a", "http://127.0.0.1:1/a", "http://[::1]:1/a", "https://push.localhost/a"]
        {
            assert_eq!(at(endpoint, Reach::ThisMachineToo), None, "{endpoint}");
            assert!(at(endpoint, Reach::PushServices).is_some(), "{endpoint}");
        }
        for endpoint in [
            "http://fcm.googleapis.com/a",
            "http://192.168.0.1:8080/a",
            "http://[::ffff:127.0.0.1]:8080/a",
            "http://0.0.0.0:8080/a",
            "http://localhost.push.example/a",
            "http://user@localhost:8080/a",
            "ws://localhost:8080/a",
            "https://push.example/a",
        ] {
            assert!(at(endpoint, Reach::ThisMachineToo).is_some(), "{endpoint}");
        }
    }

    #[test]
    fn what_is_no_subscription_is_told() {
        let endpoint = "https://web.push.apple.com/a";
        let refused = |json: &str| Subscription::parse(json, Reach::PushServices).err();
        for json in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"endpoint":"https://web.push.apple.com/a"}"#,
            r#"{"endpoint":"https://web.push.apple.com/a","keys":{"p256dh":""}}"#,
            r#"{"endpoint":1,"keys":{"p256dh":"","auth":""}}"#,
        ] {
            assert_eq!(refused(json), Some(SubscriptionRefused::Malformed), "{json}");
        }
        let long = format!("{endpoint}{}", "a".repeat(LONGEST_ENDPOINT - endpoint.len()));
        assert_eq!(refused(&given(&long, KEY, SECRET)), None);
        assert_eq!(refused(&given(&format!("{long}a"), KEY, SECRET)), Some(SubscriptionRefused::TooLong));
        assert_eq!(refused(&given(endpoint, KEY, &"a".repeat(LONGEST))), Some(SubscriptionRefused::TooLong));

        let point = URL_SAFE_NO_PAD.decode(KEY).unwrap();
        let compressed = URL_SAFE_NO_PAD.encode([&[2], &point[1..33]].concat());
        let beside_the_curve = URL_SAFE_NO_PAD.encode([&point[..64], &[point[64] ^ 1]].concat());
        let zero = URL_SAFE_NO_PAD.encode([0]);
        for key in ["", "a b", &KEY[1..], &format!("{KEY}=="), &compressed, &beside_the_curve, &zero, SECRET] {
            assert_eq!(refused(&given(endpoint, key, SECRET)), Some(SubscriptionRefused::Key), "{key}");
        }
        for secret in ["", "a b", &SECRET[1..], &format!("{SECRET}=="), &format!("{SECRET}AA"), KEY] {
            assert_eq!(refused(&given(endpoint, KEY, secret)), Some(SubscriptionRefused::Secret), "{secret}");
        }
    }
}
