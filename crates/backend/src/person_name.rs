//! People's names as they are written and as they are compared. It refuses to judge what a name may be.

use unicode_normalization::UnicodeNormalization;

use crate::password::is_ignorable;

/// A name: NFC, no controls, nothing unseen, single spaces, 1 to 100 characters, a letter or digit among them.
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
    /// Reads a name as a person types it: controls count as spaces, what is not seen (marks of direction, fillers) is dropped,
    /// spaces are one each. What has neither letter nor digit is none.
    ///
    /// # Errors
    /// [`NotAName`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAName> {
        let name = tidy(typed);
        if !name.chars().any(char::is_alphanumeric) {
            return Err(NotAName::Empty);
        }
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

/// Whether two texts are one name: spaces, letter case, composition and variants of a character aside (FEATURES R1).
pub fn is_same_name(one: &str, other: &str) -> bool {
    let folded =
        |text: &str| tidy(text).to_lowercase().nfc().filter(|c| !is_variation_selector(*c)).collect::<String>();
    folded(one) == folded(other)
}

fn tidy(typed: &str) -> String {
    let plain: String = typed.nfc().filter(|c| !is_unseen(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nothing that a reader sees: direction, fillers, an empty braille cell, tags. A variant of a character is seen.
fn is_unseen(c: char) -> bool {
    let is_filler = matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}');
    is_filler || (is_ignorable(c) && !c.is_whitespace() && !is_variation_selector(c))
}

/// Chooses a variant of the character before it, as names in Japanese have.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
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
            ("Kim\u{61c}\u{ad}\u{180e}\u{3164}\u{115f}\u{ffa0}\u{e0041}", "Kim"),
            ("辻\u{e0100}", "辻\u{e0100}"),
            ("홍길동 3", "홍길동 3"),
        ] {
            assert_eq!(PersonName::parse(typed).unwrap().as_str(), name, "{typed:?}");
        }
        assert_eq!(PersonName::parse(" \u{3000}\u{0}\u{200b}"), Err(NotAName::Empty));
        for unseen in ["\u{3164}", "\u{2800}", "\u{115f}\u{1160}", "\u{61c}", "\u{e0061}", "!?", "\u{301}", "🦀"] {
            assert_eq!(PersonName::parse(unseen), Err(NotAName::Empty), "{unseen:?}");
        }
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
            ("辻\u{e0100}", "辻"),
        ] {
            assert!(is_same_name(one, other), "{one} {other}");
        }
        for (one, other) in [("김민지", "김민"), ("Minji Kim", "MinjiKim"), ("José", "Jose"), ("a", "")] {
            assert!(!is_same_name(one, other), "{one} {other}");
        }
    }
}
