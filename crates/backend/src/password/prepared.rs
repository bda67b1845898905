//! Passwords as they are counted, checked, hashed and compared: the OpaqueString profile (RFC 8265 §4.2).
//!
//! OpaqueString and not NFKC: NFKC makes `ﬁ` and `fi`, `Ａ` and `A`, `²` and `2` one, so that a password would be equal to
//! others than the one that was typed, and weaker than it looked. OpaqueString is what PRECIS made for passwords: other
//! spaces become the space, NFC, and no mapping of case or width. Passwords that were hashed by NFC alone stay
//! as they are, but for those with a space other than U+0020, which no member could set.
//!
//! It differs from the profile's letter in three things, each so that nobody is kept from typing a password again. NFC comes
//! before the look at single characters, since a Mac may give 가 as two that the profile refuses. Characters of later
//! Unicode versions than ours are taken, since a phone may have them. The contextual rules of the middle dot and the
//! Arabic-Indic digits (RFC 5892 appendix A.3 to A.9) are not asked.

use daemun_protocol::Secret;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A password in the form in which two ways of typing it are equal.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared(Secret);

/// Why a text is no password that could be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAPassword {
    Empty,
    /// Longer than is read at all; see [`super::LONGEST`].
    TooLong,
    /// It has characters that the profile refuses: controls, invisible ones, private ones.
    Malformed,
}

impl Prepared {
    /// Prepares and enforces: for a password that is to be set (RFC 8265 §4.2.2).
    ///
    /// # Errors
    /// [`NotAPassword`] says what is wrong.
    pub fn to_be_set(typed: &Secret) -> Result<Self, NotAPassword> {
        if typed.expose().is_empty() {
            return Err(NotAPassword::Empty);
        }
        if typed.expose().len() > super::LONGEST {
            return Err(NotAPassword::TooLong);
        }
        let normal = Self::to_be_compared(typed);
        let mut before = None;
        for c in normal.expose().chars() {
            if is_refused(c, before) {
                return Err(NotAPassword::Malformed);
            }
            before = Some(c);
        }
        Ok(normal)
    }

    /// The same form, of whatever was typed: what could never be set is merely wrong.
    pub fn to_be_compared(typed: &Secret) -> Self {
        let spaced = typed.expose().chars().map(|c| if is_space(c) { ' ' } else { c });
        Self(Secret::new(spaced.nfc().collect::<String>()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl core::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Prepared")
    }
}

/// Unicode's space separators (Zs).
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// What is not in PRECIS's FreeformClass (RFC 8264 §4.3).
fn is_refused(c: char, before: Option<char>) -> bool {
    const VIRAMA: u8 = 9;
    match c {
        // RFC 5892 appendix A.1 and A.2: joiners, after a virama alone.
        '\u{200c}' | '\u{200d}' => before.is_none_or(|before| canonical_combining_class(before) != VIRAMA),
        _ => c.is_control() || is_old_hangul(c) || is_ignorable(c) || is_private_or_none(c),
    }
}

/// Conjoining letters that NFC makes no syllable of.
fn is_old_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}')
}

/// Default_Ignorable_Code_Point, and what separates lines: not seen, and not typed the same way twice.
pub(crate) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Private use and noncharacters.
fn is_private_or_none(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xf0000..) || code & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(typed: &str) -> Result<String, NotAPassword> {
        Prepared::to_be_set(&Secret::new(typed)).map(|prepared| prepared.expose().into())
    }

    /// R3: ways of typing one password.
    #[test]
    fn ways_of_typing_one_password_are_equal() {
        for (typed, prepared) in [
            ("abc", "abc"),
            (" a b ", " a b "),
            ("비밀\u{3000}번호\u{a0}1", "비밀 번호 1"),
            ("e\u{301}", "é"),
            ("\u{1100}\u{1161}\u{11a8}", "각"),
            ("ㅋㅋㅋ", "ㅋㅋㅋ"),
            ("🦀🫩", "🦀🫩"),
            ("नमस\u{94d}\u{200d}ते", "नमस\u{94d}\u{200d}ते"),
            ("\u{212a}", "K"),
        ] {
            assert_eq!(set(typed), Ok(prepared.to_owned()), "{typed:?}");
        }
    }

    /// R3: OpaqueString, unlike NFKC and case folding, keeps passwords apart that look apart.
    #[test]
    fn what_looks_apart_stays_apart() {
        for (one, other) in [("\u{fb01}x", "fix"), ("Ａ", "A"), ("x²", "x2"), ("Pass", "pass"), ("ß", "ss"), ("①", "1")]
        {
            assert_ne!(set(one).unwrap(), set(other).unwrap());
        }
    }

    proptest::proptest! {
        /// RFC 8265 §4.2.3: applied again, the profile changes nothing; and what is set is what is compared.
        #[test]
        fn preparing_twice_is_preparing_once(typed in "\\PC{1,40}") {
            if let Ok(once) = set(&typed) {
                proptest::prop_assert_eq!(set(&once), Ok(once.clone()));
                let compared = Prepared::to_be_compared(&Secret::new(typed.as_str()));
                proptest::prop_assert_eq!(compared.expose(), once);
            }
        }

        /// However a password is composed, it is the same one.
        #[test]
        fn composition_does_not_count(typed in "[가-힣a-zé\u{3000} ]{8,20}") {
            let decomposed: String = typed.nfd().collect();
            proptest::prop_assert_eq!(set(&decomposed), set(&typed));
        }

        #[test]
        fn nothing_that_is_typed_is_a_fault(typed in proptest::collection::vec(proptest::char::any(), 0..60)) {
            let typed: String = typed.into_iter().collect();
            let _ = set(&typed);
        }
    }

    #[test]
    fn what_could_not_be_typed_again_is_refused() {
        for typed in [
            "tab\t1",
            "a\u{0}b",
            "line\n",
            "\u{7f}",
            "\u{85}",
            "\u{feff}x",
            "a\u{200b}b",
            "\u{200d}a",
            "👨\u{200d}👩",
            "\u{202e}abc",
            "❤\u{fe0f}",
            "\u{2028}",
            "\u{1112}\u{119e}\u{11ab}",
            "\u{e000}",
            "\u{fdd0}",
            "\u{ffff}",
            "\u{10ffff}",
            "\u{3164}",
        ] {
            assert_eq!(set(typed), Err(NotAPassword::Malformed), "{typed:?}");
        }
        assert_eq!(set(""), Err(NotAPassword::Empty));
        assert_eq!(set(&"a".repeat(super::super::LONGEST + 1)), Err(NotAPassword::TooLong));
        assert_eq!(format!("{:?}", Prepared::to_be_set(&Secret::new("secret"))), "Ok(Prepared)");
    }
}
