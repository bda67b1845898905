//! What a member signs in with at an organisation: an email address, a mobile number, or the ID that they registered. It refuses to know whose it is.

use serde::{Deserialize, Serialize};

use crate::email_address::{EmailAddress, NotAnAddress};

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

/// A number in E.164: `+` and 8 to 15 digits. Numbers without a country code are read as Korean;
/// a full reading of national formats is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MobileNumber(String);

/// Why a text is no ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnId {
    Empty,
    TooLong,
    Malformed,
}

impl LoginId {
    /// Reads an ID as a person types it.
    ///
    /// # Errors
    /// [`NotAnId`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAnId> {
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
        match MobileNumber::parse(typed) {
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

impl MobileNumber {
    /// Reads `010-1234-5678`, `+82 10 1234 5678`, `+82 (0)10…` and full-width digits.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut digits = String::new();
        let mut international = false;
        for c in typed.trim().chars() {
            match c {
                '+' | '＋' if digits.is_empty() && !international => international = true,
                '0'..='9' => digits.push(c),
                '０'..='９' => digits.push(ascii_digit(c)?),
                ' ' | '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '－' | '\u{3000}' | '\u{a0}' => {}
                _ => return None,
            }
        }
        let national = if international {
            digits.strip_prefix("820").map(|rest| format!("82{rest}")).unwrap_or(digits)
        } else {
            format!("82{}", digits.strip_prefix('0')?)
        };
        let starts_well = !national.starts_with('0');
        (starts_well && (8..=15).contains(&national.len())).then(|| Self(format!("+{national}")))
    }

    /// With all but the last four digits masked.
    pub fn masked(&self) -> String {
        let shown = self.0.len().saturating_sub(4);
        format!("***{}", self.0.get(shown..).unwrap_or_default())
    }

    /// `+` and digits.
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
