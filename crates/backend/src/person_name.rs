//! People's names as they are written and as they are compared. It refuses to judge what a name may be.

use unicode_normalization::UnicodeNormalization;

/// A name: NFC, no controls, single spaces, 1 to 100 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAName {
    Empty,
    TooLong,
}

/// Characters of a name, at most.
const LONGEST: usize = 100;

impl PersonName {
    /// Reads a name as a person types it: controls count as spaces, marks of direction are dropped, spaces are one each.
    ///
    /// # Errors
    /// [`NotAName`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAName> {
        let name = tidy(typed);
        match name.chars().count() {
            0 => Err(NotAName::Empty),
            1..=LONGEST => Ok(Self(name)),
            _ => Err(NotAName::TooLong),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether two texts are one name: spaces, letter case and composition aside (FEATURES R1).
pub fn is_same_name(one: &str, other: &str) -> bool {
    let folded = |text: &str| tidy(text).to_lowercase().nfc().collect::<String>();
    folded(one) == folded(other)
}

fn tidy(typed: &str) -> String {
    let shown = |c: &char| !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let plain: String = typed.nfc().filter(shown).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_type_them() {
        for (typed, name) in [
            (" 김민지 ", "김민지"),
            ("Minji\t\n Kim", "Minji Kim"),
            ("\u{202e}Kim", "Kim"),
            ("佐藤\u{3000}陽翔", "佐藤 陽翔"),
            ("e\u{301}", "é"),
        ] {
            assert_eq!(PersonName::parse(typed).unwrap().as_str(), name, "{typed:?}");
        }
        assert_eq!(PersonName::parse(" \u{3000}\u{0}\u{200b}"), Err(NotAName::Empty));
        assert_eq!(PersonName::parse(&"가".repeat(101)), Err(NotAName::TooLong));
        assert!(PersonName::parse(&"가".repeat(100)).is_ok());
    }

    /// R1: a name matches however it is typed, and another does not.
    #[test]
    fn spellings_of_one_name_are_equal() {
        for (one, other) in [
            ("김민지", " 김민지 "),
            ("Minji Kim", "minji  KIM"),
            ("José", "JOSE\u{301}"),
            ("佐藤 陽翔", "佐藤\u{3000}陽翔"),
        ] {
            assert!(is_same_name(one, other), "{one} {other}");
        }
        for (one, other) in [("김민지", "김민"), ("Minji Kim", "MinjiKim"), ("José", "Jose"), ("a", "")] {
            assert!(!is_same_name(one, other), "{one} {other}");
        }
    }
}
