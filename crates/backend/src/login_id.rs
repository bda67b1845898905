//! What a member signs in with at an organisation: an email address, a mobile number, or the ID that they registered. It refuses to know whose it is.

use crate::email_address::{EmailAddress, NotAnAddress};
use crate::locale::Locale;
pub use crate::mobile_number::MobileNumber;

/// An ID, compared by its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginId {
    Email(EmailAddress),
    Mobile(MobileNumber),
    Name(LoginName),
}

/// An ID that a member has chosen (FEATURES R5): 3 to 40 of `a`–`z`, `0`–`9`, `.`, `_`, `-`, a letter first. So it is never a
/// number or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginName(String);

/// Why a text is no ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnId {
    Empty,
    TooLong,
    Malformed,
}

impl LoginId {
    /// Reads an ID as [`LoginId::parse_in`] does where nobody's language is known.
    ///
    /// # Errors
    /// [`NotAnId`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAnId> {
        Self::parse_in(typed, Locale::Ko)
    }

    /// Reads an ID as a person types it; a number without a country's code as [`MobileNumber::parse_in`] says.
    ///
    /// # Errors
    /// [`NotAnId`] says what is wrong.
    pub fn parse_in(typed: &str, locale: Locale) -> Result<Self, NotAnId> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NotAnId::Empty);
        }
        if typed.len() > 254 {
            return Err(NotAnId::TooLong);
        }
        if typed.contains('@') {
            return EmailAddress::parse(typed).map(Self::Email).map_err(|refused| match refused {
                NotAnAddress::Empty => NotAnId::Empty,
                NotAnAddress::TooLong => NotAnId::TooLong,
                NotAnAddress::Malformed => NotAnId::Malformed,
            });
        }
        match MobileNumber::parse_in(typed, locale) {
            Some(number) => Ok(Self::Mobile(number)),
            None => LoginName::parse(typed).map(Self::Name),
        }
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(address) => address.as_str(),
            Self::Mobile(number) => number.as_str(),
            Self::Name(name) => name.as_str(),
        }
    }
}

impl LoginName {
    /// Reads an ID as a person types it: outer spaces are dropped, letter case does not count. Nothing beyond ASCII is made an
    /// ASCII letter: `K` (U+212A) is no `k`.
    ///
    /// # Errors
    /// [`NotAnId`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAnId> {
        let name = typed.trim().to_ascii_lowercase();
        if name.is_empty() {
            return Err(NotAnId::Empty);
        }
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase());
        let is_well = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
        match name.len() {
            3..=40 if begins_well && is_well => Ok(Self(name)),
            _ => Err(NotAnId::Malformed),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ASCII digit for a full-width one.
pub(crate) fn ascii_digit(full_width: char) -> Option<char> {
    char::from_digit(u32::from(full_width).checked_sub(u32::from('０'))?, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_are_equal() {
        for typed in [
            "01023456789",
            "010-2345-6789",
            " 010 2345 6789 ",
            "+821023456789",
            "+82 10-2345-6789",
            "+82 (0)10 2345 6789",
            "０１０－２３４５－６７８９",
            "010.2345.6789",
        ] {
            assert_eq!(LoginId::parse(typed).unwrap().as_str(), "+821023456789", "{typed:?}");
        }
        assert_eq!(LoginId::parse("+81 90 1234 5678").unwrap().as_str(), "+819012345678");
    }

    /// R5: the third form.
    #[test]
    fn a_name_is_read_as_people_type_it() {
        for (typed, name) in [("Minji.Kim", "minji.kim"), (" m1-_. ", "m1-_."), ("abc", "abc")] {
            assert_eq!(LoginId::parse(typed), Ok(LoginId::Name(LoginName(name.into()))), "{typed:?}");
        }
        assert!(LoginName::parse(&"a".repeat(40)).is_ok());
        for typed in ["ab", &"a".repeat(41), "0abc", ".abc", "a b", "a\u{0}bc", "ａｂｃ", "\u{212a}im", "a@b", "+8210"]
        {
            assert_eq!(LoginName::parse(typed), Err(NotAnId::Malformed), "{typed:?}");
        }
        assert_eq!(LoginName::parse(" "), Err(NotAnId::Empty));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for typed in [
            "mi",
            "1minji",
            "min ji",
            "min\u{212a}ji",
            "민지민지",
            "12345",
            "010",
            "++8210",
            "010-2345-6789 x",
            "+0102345678",
            "0102\u{0}345678",
            "+1234567890123456",
        ] {
            assert_eq!(LoginId::parse(typed), Err(NotAnId::Malformed), "{typed:?}");
        }
        assert_eq!(LoginId::parse(""), Err(NotAnId::Empty));
        assert_eq!(LoginId::parse(&"1".repeat(255)), Err(NotAnId::TooLong));
    }
}
