//! What members type and paste, made into what it means.

/// The digits of a code, however it was typed or pasted: `１２３ 456` and `123-456` are both 123456 (FEATURES X6).
pub fn digits(text: &str) -> String {
    let digit = |letter: char| match letter {
        '0'..='9' => Some(letter),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(letter as u32 - 0xff10, 10),
        _ => None,
    };
    text.chars().filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn x6_a_code_is_its_digits_however_it_was_pasted() {
        for text in ["123456", "123 456", " 123-456\n", "１２３４５６", "코드: 123456"] {
            assert_eq!(digits(text), "123456", "{text}");
        }
        assert_eq!(digits("no code"), "");
    }
}
