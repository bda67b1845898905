//! Recovery codes: made of the server's key, written for people, compared by their digest alone (FEATURES T5). It refuses to
//! know which ones were used.

use daemun_protocol::Secret;

use crate::server_key::{Digest32, ServerKey};

/// How many there are.
const COUNT: u32 = 10;
/// Letters and digits in one: 60 bits, far beyond what the counted tries allow to guess.
const LENGTH: usize = 12;
const GROUP: usize = 4;

/// Base 32 without letters that look like digits (Crockford's, in lower case).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Letters and digits in a recovery key, which stands in for everybody's approval: 120 bits.
const KEY_LENGTH: usize = 24;

/// The key that belongs to this account and salt (FEATURES D5).
pub fn make_key(key: &ServerKey, account: i64, salt: &[u8; 16]) -> Secret {
    let bytes = key.mac("recovery key", &[&account.to_be_bytes(), salt]);
    Secret::new(grouped(&in_letters(&bytes, KEY_LENGTH)))
}

/// What is stored of a key as somebody typed it, read like a code.
pub fn key_digest(key: &ServerKey, account: i64, typed: &str) -> Option<Digest32> {
    let read = read(typed).filter(|read| read.len() == KEY_LENGTH)?;
    Some(key.mac("recovery key's digest", &[&account.to_be_bytes(), read.as_bytes()]))
}

/// The codes that belong to this account and salt. Nothing else is kept of them but their digests.
pub fn make(key: &ServerKey, account: i64, salt: &[u8; 16]) -> Vec<Secret> {
    (0..COUNT).map(|number| Secret::new(grouped(&letters(key, account, salt, number)))).collect()
}

fn letters(key: &ServerKey, account: i64, salt: &[u8; 16], number: u32) -> String {
    let bytes = key.mac("recovery code", &[&account.to_be_bytes(), salt, &number.to_be_bytes()]);
    in_letters(&bytes, LENGTH)
}

fn in_letters(bytes: &[u8], length: usize) -> String {
    // 32 divides 256: each letter is as likely as the other.
    bytes.iter().take(length).filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|c| char::from(*c)).collect()
}

fn grouped(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is stored of a code as somebody typed it: case, spaces and hyphens do not count, and what looks like a digit is one.
/// `None` for what is no code.
pub fn digest(key: &ServerKey, account: i64, typed: &str) -> Option<Digest32> {
    let code = read(typed).filter(|code| code.len() == LENGTH)?;
    Some(key.mac("recovery code's digest", &[&account.to_be_bytes(), code.as_bytes()]))
}

fn read(typed: &str) -> Option<String> {
    let mut code = String::new();
    for letter in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}')) {
        code.push(match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            letter if letter.is_ascii() && LETTERS.contains(&(u8::try_from(letter).ok()?)) => letter,
            _ => return None,
        });
    }
    Some(code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// T5.
    #[test]
    fn ten_codes_differ_and_are_read_however_they_are_typed() {
        let key = ServerKey::new([3; 32]);
        let codes = make(&key, 1, &[0; 16]);
        let digests: BTreeSet<Digest32> = codes.iter().map(|code| digest(&key, 1, code.expose()).unwrap()).collect();
        assert_eq!((codes.len(), digests.len()), (10, 10));
        let code = codes[0].expose();
        assert_eq!((code.len(), code.matches('-').count()), (14, 2), "{code}");
        let right = digest(&key, 1, code);
        for typed in [code.to_uppercase(), code.replace('-', ""), code.replace('-', " \u{2013} "), format!(" {code}\n")]
        {
            assert_eq!(digest(&key, 1, &typed), right, "{typed:?}");
        }
        assert_eq!(digest(&key, 1, "O1i-L 000 0 0000"), digest(&key, 1, "0111-0000-0000"));
        assert_ne!(digest(&key, 2, code), right);
        for typed in ["", "0111", "0111-0000-00000", "0111-0000-000u", "０１１１-0000-0000"] {
            assert_eq!(digest(&key, 1, typed), None, "{typed:?}");
        }
        assert_ne!(make(&key, 1, &[1; 16]), codes);
        assert_ne!(make(&key, 2, &[0; 16]), codes);
    }
}
