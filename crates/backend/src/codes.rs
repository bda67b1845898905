//! One-time codes: made, read as people type them, and compared by their digest alone. It refuses to know who asks or
//! how often they may (see `limits`).

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::chance::{Chance, NoChance};
use crate::login_id::ascii_digit;
use crate::server_key::{Digest32, ServerKey};

/// Digits in a code.
pub const LENGTH: u8 = 6;
/// Seconds that a code works (FEATURES E1).
pub const LIFETIME: u64 = 10 * 60;
/// Seconds between two codes for one step.
pub const RESEND_AFTER: u64 = 30;

/// Six digits. It has no `Display` and its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// The digest of a code, bound to flow and place: what is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeDigest(Digest32);

impl Code {
    /// A fresh one, each of the million as likely as the other.
    ///
    /// # Errors
    /// [`NoChance`] when there is no randomness.
    pub fn draw(chance: &Chance) -> Result<Self, NoChance> {
        Ok(Self(format!("{:06}", chance.below(1_000_000)?)))
    }

    /// Reads a code as a person types or pastes it: everything but digits is dropped, full-width digits count
    /// (FEATURES X6). `None` if that leaves anything but six digits.
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed
            .chars()
            .filter_map(|c| if c.is_ascii_digit() { Some(c) } else { ascii_digit(c) })
            .take(usize::from(LENGTH) + 1)
            .collect();
        (digits.len() == usize::from(LENGTH)).then_some(Self(digits))
    }

    /// The digits, for the mail.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it; `place` is where it was sent, in the form that is compared.
    pub fn digest(&self, key: &ServerKey, flow: &str, place: &str) -> CodeDigest {
        CodeDigest(key.mac("code", &[flow.as_bytes(), place.as_bytes(), self.0.as_bytes()]))
    }
}

impl CodeDigest {
    /// One that no code matches.
    ///
    /// # Errors
    /// [`NoChance`] when there is no randomness.
    pub fn of_no_code(chance: &Chance) -> Result<Self, NoChance> {
        Ok(Self(chance.bytes()?))
    }

    /// Whether both are of the same code, in a time that tells nothing.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl core::fmt::Debug for Code {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Code")
    }
}

impl core::fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CodeDigest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        // X6: paste of "123 456".
        for typed in ["123456", "123 456", " 123-456\n", "１２３４５６", "코드: 123456"] {
            assert_eq!(Code::parse(typed).unwrap().expose(), "123456", "{typed:?}");
        }
        for typed in ["", "12345", "1234567", "abcdef", "12345\0", "²³¹²³¹"] {
            assert!(Code::parse(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn a_digest_is_of_one_flow_one_address_and_one_code() {
        let key = ServerKey::new([1; 32]);
        let (minji, emma) = ("minji@daemun.test", "emma@daemun.test");
        let code = Code::parse("000001").unwrap();
        let digest = code.digest(&key, "a", minji);
        assert!(digest.matches(&code.digest(&key, "a", minji)));
        assert!(!digest.matches(&code.digest(&key, "b", minji)));
        assert!(!digest.matches(&code.digest(&key, "a", emma)));
        assert!(!digest.matches(&Code::parse("000002").unwrap().digest(&key, "a", minji)));
        assert_eq!(format!("{code:?} {digest:?}"), "Code CodeDigest");
    }
}
