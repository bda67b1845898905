//! The code by which a native host takes a sign-in over from the page in its webview (FEATURES X7): made of the server's key and a
//! salt, kept as a digest alone, and worth nothing without the verifier of the host's own challenge (RFC 7636). It refuses to know
//! whose sign-in it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::server_key::{self, Digest32, ServerKey};

/// Seconds in which it is good.
pub const LIFETIME: u64 = 60;

/// An `S256` challenge (RFC 7636 §4.2). No other method is known: `plain` would put the verifier into an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    /// 43 characters of base64url, as SHA-256 has; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.into()))
    }

    /// What was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it was made of this verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
    pub fn is_of(&self, verifier: &str) -> bool {
        let is_verifier = (43..=128).contains(&verifier.len())
            && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let made = URL_SAFE_NO_PAD.encode(server_key::digest(verifier.as_bytes()));
        is_verifier && bool::from(made.as_bytes().ct_eq(self.0.as_bytes()))
    }
}

/// The code that belongs to this flow and salt.
pub fn code(key: &ServerKey, flow: &str, salt: &[u8; 16]) -> String {
    URL_SAFE_NO_PAD.encode(key.mac("handoff", &[flow.as_bytes(), salt]))
}

/// What is stored of a code.
pub fn digest(key: &ServerKey, code: &str) -> Digest32 {
    key.mac("handoff's digest", &[code.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X7: the example of RFC 7636, Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn x7_a_challenge_is_the_digest_of_its_verifier_and_nothing_else() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_of(VERIFIER));
        for other in [CHALLENGE, "", &VERIFIER[1..], &format!("{VERIFIER} "), &"a".repeat(43), &"a".repeat(129)] {
            assert!(!challenge.is_of(other), "{other}");
        }
        // A verifier that is its own challenge (`plain`), and ones that no host may have made.
        assert!(!Challenge::parse(&"a".repeat(43)).is_some_and(|plain| plain.is_of(&"a".repeat(43))));
        for short in ["short", &"b".repeat(42)] {
            let made = URL_SAFE_NO_PAD.encode(server_key::digest(short.as_bytes()));
            assert!(!Challenge::parse(&made).unwrap().is_of(short), "{short}");
        }
        for text in [
            "",
            "plain",
            &CHALLENGE[1..],
            &format!("{CHALLENGE}="),
            &format!("{CHALLENGE}a"),
            &CHALLENGE.replace('-', "+"),
        ] {
            assert_eq!(Challenge::parse(text), None, "{text}");
        }
    }

    #[test]
    fn x7_each_flow_and_salt_have_a_code_of_their_own() {
        let (key, other_key) = (ServerKey::new([7; 32]), ServerKey::new([8; 32]));
        let one = code(&key, "a", &[1; 16]);
        assert_eq!((one.len(), &one), (43, &code(&key, "a", &[1; 16])));
        for other in [code(&key, "b", &[1; 16]), code(&key, "a", &[2; 16]), code(&other_key, "a", &[1; 16])] {
            assert_ne!(one, other);
            assert_ne!(digest(&key, &one), digest(&key, &other));
        }
    }
}
