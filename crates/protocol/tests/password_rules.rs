//! What can be said of a password by looking at it (FEATURES R3). The app's live checklist and the backend judge by these
//! rules alike.

use daemun_protocol::{FieldCode, PasswordRules, Requirement};
use proptest::prelude::*;

const LETTERS_DIGITS: PasswordRules =
    PasswordRules { min_length: 8, max_length: 128, letter: true, digit: true, symbol: false, history: 0 };
const LETTERS_DIGITS_SYMBOLS: PasswordRules = PasswordRules { symbol: true, ..LETTERS_DIGITS };

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
const SYMBOLS: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const ALL: [Requirement; 5] =
    [Requirement::MinLength, Requirement::MaxLength, Requirement::Letter, Requirement::Digit, Requirement::Symbol];

/// What the backend says of a password that is not enough.
fn refusals(rules: PasswordRules, password: &str) -> Vec<FieldCode> {
    rules.requirements().filter(|requirement| !rules.is_met(*requirement, password)).map(Requirement::code).collect()
}

#[test]
fn a_good_password_is_not_refused() {
    for password in ["nuri2024", "dalbit 2026 sanchaek", "비밀번호는a1이다", "A1!!!!!!"] {
        assert_eq!(refusals(LETTERS_DIGITS, password), [], "{password}");
    }
    assert_eq!(refusals(LETTERS_DIGITS_SYMBOLS, "nuri-Minji-2024!"), []);
}

#[test]
fn everything_that_is_missing_is_said_at_once_in_one_order() {
    assert_eq!(
        refusals(LETTERS_DIGITS_SYMBOLS, ""),
        [
            FieldCode::PasswordTooShort,
            FieldCode::PasswordNeedsLetter,
            FieldCode::PasswordNeedsDigit,
            FieldCode::PasswordNeedsSymbol
        ]
    );
    assert_eq!(refusals(LETTERS_DIGITS, &"가".repeat(129)).first(), Some(&FieldCode::PasswordTooLong));
    assert_eq!(LETTERS_DIGITS_SYMBOLS.requirements().collect::<Vec<_>>(), ALL);
}

#[test]
fn what_is_not_asked_for_is_not_missed() {
    assert_eq!(refusals(LETTERS_DIGITS, "nuri2024"), []);
    assert_eq!(refusals(LETTERS_DIGITS_SYMBOLS, "nuri2024"), [FieldCode::PasswordNeedsSymbol]);
    let length_alone = PasswordRules { letter: false, digit: false, ..LETTERS_DIGITS };
    assert_eq!(refusals(length_alone, "        "), []);
}

#[test]
fn characters_count_and_not_bytes() {
    // Eight characters, 20 bytes; then seven.
    assert_eq!(refusals(LETTERS_DIGITS, "비밀번호입니a1"), []);
    assert_eq!(refusals(LETTERS_DIGITS, "비밀번호입a1"), [FieldCode::PasswordTooShort]);
    // One scalar value each, four bytes and two UTF-16 units.
    assert_eq!(refusals(LETTERS_DIGITS, "🐻🐻🐻🐻🐻🐻a1"), []);
    assert_eq!(refusals(LETTERS_DIGITS, "🐻🐻🐻🐻🐻a1"), [FieldCode::PasswordTooShort]);
    assert_eq!(refusals(LETTERS_DIGITS, &format!("a1{}", "힣".repeat(126))), []);
    assert_eq!(refusals(LETTERS_DIGITS, &format!("a1{}", "힣".repeat(127))), [FieldCode::PasswordTooLong]);
}

#[test]
fn lengths_are_exact_at_their_bounds() {
    for min_length in [8, 20] {
        let rules = PasswordRules { min_length, ..LETTERS_DIGITS };
        let password = |length: u32| "a1".chars().cycle().take(length as usize).collect::<String>();
        assert_eq!(refusals(rules, &password(min_length - 1)), [FieldCode::PasswordTooShort], "{min_length}");
        assert_eq!(refusals(rules, &password(min_length)), [], "{min_length}");
        assert_eq!(refusals(rules, &password(128)), [], "{min_length}");
        assert_eq!(refusals(rules, &password(129)), [FieldCode::PasswordTooLong], "{min_length}");
    }
}

#[test]
fn letters_digits_and_symbols_are_those_of_an_english_keyboard() {
    let only = |requirement, password: &str| LETTERS_DIGITS_SYMBOLS.is_met(requirement, password);
    for (letter, is_one) in [("a", true), ("Z", true), ("é", false), ("ａ", false), ("가", false), ("я", false)] {
        assert_eq!(only(Requirement::Letter, letter), is_one, "{letter}");
    }
    for (digit, is_one) in [("0", true), ("9", true), ("９", false), ("٣", false), ("½", false)] {
        assert_eq!(only(Requirement::Digit, digit), is_one, "{digit}");
    }
    for symbol in SYMBOLS.chars() {
        assert!(only(Requirement::Symbol, &symbol.to_string()), "{symbol}");
    }
    for other in [" ", "a", "1", "！", "·", "€", "가", "\u{7f}"] {
        assert!(!only(Requirement::Symbol, other), "{other:?}");
    }
}

#[test]
fn each_requirement_is_refused_by_a_code_of_its_own() {
    for (at, requirement) in ALL.iter().enumerate() {
        for other in ALL.iter().skip(at + 1) {
            assert_ne!(requirement.code(), other.code());
        }
    }
}

fn any_rules() -> impl Strategy<Value = PasswordRules> {
    (8..=20_u32, 64..=128_u32, any::<[bool; 3]>(), 0..=5_u32).prop_map(
        |(min_length, max_length, [letter, digit, symbol], history)| PasswordRules {
            min_length,
            max_length,
            letter,
            digit,
            symbol,
            history,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_password_is_refused_for_what_it_lacks_and_for_nothing_else(rules in any_rules(), password in "\\PC{0,140}") {
        let length = password.chars().count() as u32;
        let lacks = |is_asked: bool, has: fn(char) -> bool| is_asked && !password.chars().any(has);
        let should: Vec<FieldCode> = [
            (FieldCode::PasswordTooShort, length < rules.min_length),
            (FieldCode::PasswordTooLong, length > rules.max_length),
            (FieldCode::PasswordNeedsLetter, lacks(rules.letter, |c| LETTERS.contains(c))),
            (FieldCode::PasswordNeedsDigit, lacks(rules.digit, |c| DIGITS.contains(c))),
            (FieldCode::PasswordNeedsSymbol, lacks(rules.symbol, |c| SYMBOLS.contains(c))),
        ]
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(code, _)| code)
        .collect();
        prop_assert_eq!(refusals(rules, &password), should);
    }

    #[test]
    fn typing_on_takes_nothing_back_but_the_room(rules in any_rules(), password in "\\PC{0,40}", more in "\\PC{0,8}") {
        let longer = format!("{password}{more}");
        for requirement in rules.requirements().filter(|requirement| *requirement != Requirement::MaxLength) {
            prop_assert!(!rules.is_met(requirement, &password) || rules.is_met(requirement, &longer));
        }
    }

    #[test]
    fn how_many_are_remembered_is_not_to_be_seen_in_a_password(rules in any_rules(), password in "\\PC{0,40}") {
        prop_assert_eq!(refusals(rules, &password), refusals(PasswordRules { history: 0, ..rules }, &password));
    }
}
