//! Email addresses as they are compared. It refuses to know whether anybody reads mail there.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// An address in the form in which two spellings of it are equal: NFC, lower case, the domain in its ASCII form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnAddress {
    Empty,
    /// Longer than 254 bytes (RFC 5321 §4.5.3.1.3, erratum 1690), or the part before the `@` longer than 64 (§4.5.3.1.1).
    TooLong,
    Malformed,
}

impl EmailAddress {
    /// Reads an address as a person types it: outer spaces are dropped. Quoted local parts and address literals are not taken.
    ///
    /// # Errors
    /// [`NotAnAddress`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAnAddress> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NotAnAddress::Empty);
        }
        if typed.len() > 254 {
            return Err(NotAnAddress::TooLong);
        }
        let normal: String = typed.nfc().collect();
        let (local, domain) = normal.rsplit_once('@').ok_or(NotAnAddress::Malformed)?;
        let dots_are_fine = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        if local.is_empty() || !local.chars().all(stands_in_local_part) || !dots_are_fine {
            return Err(NotAnAddress::Malformed);
        }
        // Another's mailbox: the KELVIN SIGN is not a k to every mail server.
        if typed.chars().any(becomes_ascii) {
            return Err(NotAnAddress::Malformed);
        }
        // A URL's host would be percent-decoded; a mail's is not.
        if domain.contains('%') {
            return Err(NotAnAddress::Malformed);
        }
        let domain = match url::Host::parse(domain) {
            Ok(url::Host::Domain(domain)) => domain,
            Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | Err(_) => return Err(NotAnAddress::Malformed),
        };
        let labels_are_fine = domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
        if !domain.contains('.') || domain.len() > 253 || !labels_are_fine {
            return Err(NotAnAddress::Malformed);
        }
        // Lower-casing can make it longer; it is this form that is kept, and read again.
        let local = local.to_lowercase();
        if local.len() > 64 {
            return Err(NotAnAddress::TooLong);
        }
        let address = format!("{local}@{domain}");
        if address.len() > 254 { Err(NotAnAddress::TooLong) } else { Ok(Self(address)) }
    }

    /// An address that was stored as [`Self::as_str`] gave it.
    pub const fn as_stored(address: String) -> Self {
        Self(address)
    }

    /// The address, lower-cased.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5322 §3.2.3 `atext` and dots, and with RFC 6531 §3.3 letters and digits beyond ASCII.
fn stands_in_local_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}

/// Whether a letter beyond ASCII turns into an ASCII one in the form that is compared. The domain's full-width letters and
/// dots may: that is how domains are read (UTS #46), and they do not by NFC and lower case.
fn becomes_ascii(c: char) -> bool {
    !c.is_ascii() && core::iter::once(c).nfc().flat_map(char::to_lowercase).any(|c| c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        for typed in ["minji@daemun.test", " Minji@Daemun.TEST ", "\tMINJI@daemun.test\n"] {
            assert_eq!(EmailAddress::parse(typed).unwrap().as_str(), "minji@daemun.test", "{typed:?}");
        }
        assert_eq!(EmailAddress::parse("a@대문.test").unwrap().as_str(), "a@xn--vk1bx9m.test");
        assert_eq!(EmailAddress::parse("a@ｄａｅｍｕｎ。test").unwrap().as_str(), "a@daemun.test");
        assert_eq!(EmailAddress::parse("e\u{301}@daemun.test"), EmailAddress::parse("É@daemun.test"));
    }

    /// What is kept is read again: lower-casing makes some letters longer.
    #[test]
    fn an_address_is_read_as_it_was_kept() {
        for typed in ["É@daemun.test".into(), format!("{}@daemun.test", "Ⱥ".repeat(21)), "a@대문.test".into()] {
            let kept = EmailAddress::parse(&typed).unwrap();
            assert_eq!(EmailAddress::parse(kept.as_str()), Ok(kept), "{typed}");
        }
        let longer = format!("{}@daemun.test", "Ⱥ".repeat(32));
        assert_eq!(EmailAddress::parse(&longer), Err(NotAnAddress::TooLong));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for typed in [
            "minji",
            "@daemun.test",
            "minji@",
            "minji@localhost",
            "mi nji@daemun.test",
            "minji@daemun..test",
            "minji@daemun.test.",
            "minji@-daemun.test",
            "minji@127.0.0.1",
            "minji@[::1]",
            "mi\0nji@daemun.test",
            "minji@daemun.test\r\nBcc: x@y.z",
            "\"a b\"@daemun.test",
            ".a@daemun.test",
            "a..b@daemun.test",
            "a@b@daemun.test",
            "<a@daemun.test>",
            "a,b@daemun.test",
            "a@dae_mun.test",
            "a@%20.test",
            "a@%65xample.com",
            "\u{212a}im@daemun.test",
            "a@\u{212a}im.test",
            "m\u{130}nji@daemun.test",
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(NotAnAddress::Malformed), "{typed:?}");
        }
        assert_eq!(EmailAddress::parse("  "), Err(NotAnAddress::Empty));
        assert_eq!(EmailAddress::parse(&format!("{}@daemun.test", "a".repeat(65))), Err(NotAnAddress::TooLong));
        assert_eq!(EmailAddress::parse(&format!("a@{}.test", "a".repeat(300))), Err(NotAnAddress::TooLong));
    }
}
