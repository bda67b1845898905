//! Who a notification is from, as its push service checks it (VAPID, RFC 8292). It refuses to know where the key is
//! kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::Timestamp;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use url::{Host, Url};

use super::encryption::uncompressed;
use crate::chance::{Chance, NoChance};
use crate::email_address::EmailAddress;
use crate::server_key::ServerKey;

/// Seconds that a signature is good for: half of what is allowed (RFC 8292 §2), so that a clock may be wrong either
/// way.
const LIFETIME: u64 = 12 * 3600;
/// The longest contact that is taken, in bytes.
const LONGEST_CONTACT: usize = 512;

/// The deployment's key pair (RFC 8292 §3.2): subscriptions are bound to it, and another one reaches none of them.
#[derive(Clone)]
pub struct VapidKey(SigningKey);

/// Whom a push service turns to about this deployment's notifications (RFC 8292 §2.1): `mailto:…` or `https://…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(String);

/// A text that is no contact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a contact for push services: {0}: it is mailto:… with one address, or https://…")]
pub struct NotAContact(String);

impl VapidKey {
    /// The one that a deployment's secret key makes: always the same, and kept nowhere.
    pub fn of(key: &ServerKey) -> Self {
        // Of all 32 bytes, 1 in 4 000 000 000 are no key of P-256.
        let mut nth = 0_u64;
        loop {
            if let Ok(made) = SigningKey::from_slice(&key.mac("vapid", &[&nth.to_be_bytes()])) {
                return Self(made);
            }
            nth += 1;
        }
    }

    /// The public key as browsers take it for `applicationServerKey` (Push API, "subscribe"): base64url of the
    /// uncompressed point.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(uncompressed(&self.0.verifying_key().into()))
    }

    /// The header's value (RFC 8292 §3) for the push service whose origin is `audience`.
    pub(super) fn authorization(&self, audience: &str, contact: &Contact, now: Timestamp) -> String {
        let expires_at = now.0 / 1000 + LIFETIME;
        let token = self.token(&json!({ "aud": audience, "exp": expires_at, "sub": contact.0 }).to_string());
        format!("vapid t={token}, k={}", self.public())
    }

    /// A signed JWT (RFC 7515 §3.1, RFC 7518 §3.4).
    fn token(&self, claims: &str) -> String {
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

impl core::fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("VapidKey")
    }
}

impl Contact {
    /// # Errors
    /// [`NotAContact`] when it is neither an address to write to nor a page to read.
    pub fn parse(text: &str) -> Result<Self, NotAContact> {
        let is_contact = text.len() <= LONGEST_CONTACT
            && match text.strip_prefix("mailto:") {
                // What has a meaning of its own in a URL (RFC 6068 §2) is in no address that a push service could read.
                Some(address) => {
                    address.chars().all(|c| c.is_ascii_graphic() && !"?#%&/<>".contains(c))
                        && EmailAddress::parse(address).is_ok()
                }
                None => Url::parse(text).is_ok_and(|url| {
                    url.scheme() == "https"
                        && matches!(url.host(), Some(Host::Domain(domain)) if domain.contains('.'))
                        && url.username().is_empty()
                        && url.password().is_none()
                }),
            };
        if is_contact { Ok(Self(text.into())) } else { Err(NotAContact(text.into())) }
    }
}

/// A private key of P-256. Of all 32 bytes, 1 in 4 000 000 000 are none; they are drawn again.
pub(super) fn draw_secret(chance: &Chance) -> Result<SecretKey, NoChance> {
    loop {
        if let Ok(secret) = SecretKey::from_slice(&chance.bytes::<32>()?) {
            return Ok(secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::tests::{Claims, verified};

    /// RFC 8292 §2.4: its token is taken by who verifies ours, and its claims, signed by us, are the same but for the
    /// signature.
    #[test]
    fn a_token_is_the_rfcs() {
        let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE\
                     0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMu\
                     CGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
        let public = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
        let claims = verified(&format!("vapid t={token}, k={public}")).unwrap();
        let key = VapidKey::of(&ServerKey::new([1; 32]));
        let contact = Contact::parse(&claims.sub).unwrap();
        let ours = key.authorization(&claims.aud, &contact, Timestamp::from_seconds(claims.exp - LIFETIME));
        let unsigned = token.rsplit_once('.').unwrap().0;
        assert!(ours.starts_with(&format!("vapid t={unsigned}.")), "{ours}");
        assert_eq!(verified(&ours), Some(claims));
        assert_eq!(verified(&ours.replace(&key.public(), public)), None);
    }

    #[test]
    fn a_deployment_always_has_the_same_key() {
        let of = |byte| VapidKey::of(&ServerKey::new([byte; 32]));
        assert_eq!(of(1).public(), of(1).public());
        assert_ne!(of(1).public(), of(2).public());
        assert_eq!(format!("{:?}", of(1)), "VapidKey");
        let point = URL_SAFE_NO_PAD.decode(of(1).public()).unwrap();
        assert_eq!((point.len(), point[0]), (65, 4));
    }

    #[test]
    fn a_token_lives_no_longer_than_a_day() {
        let key = VapidKey::of(&ServerKey::new([1; 32]));
        let contact = Contact::parse("mailto:gate@daemun.example").unwrap();
        let now = Timestamp(1_795_132_800_999);
        let Claims { aud, exp, sub } =
            verified(&key.authorization("https://web.push.apple.com", &contact, now)).unwrap();
        assert_eq!((aud.as_str(), sub.as_str()), ("https://web.push.apple.com", "mailto:gate@daemun.example"));
        assert_eq!(exp - now.0 / 1000, 12 * 3600);
    }

    #[test]
    fn a_contact_is_an_address_or_a_page() {
        for text in
            ["mailto:gate@daemun.example", "https://daemun.example", "https://daemun.example/contact?about=push"]
        {
            assert!(Contact::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "gate@daemun.example",
            "mailto:",
            "mailto: gate@daemun.example",
            "mailto:gate",
            "mailto:gate@daemun.example?subject=push",
            "mailto:a@daemun.example,b@daemun.example",
            "mailto:누리@daemun.example",
            "http://daemun.example",
            "https://localhost",
            "https://192.0.2.1",
            "https://gate:word@daemun.example",
            &format!("https://daemun.example/{}", "a".repeat(LONGEST_CONTACT)),
        ] {
            assert_eq!(Contact::parse(text), Err(NotAContact(text.into())));
        }
    }
}
