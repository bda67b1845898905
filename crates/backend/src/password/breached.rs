//! Passwords that are known from breaches: a port, and a small list of the worst ones behind it.

use std::collections::HashSet;
use std::sync::OnceLock;

use daemun_protocol::Secret;

/// Says which passwords everybody tries first (NIST SP 800-63B §3.1.1.2). It is asked within a transaction: an implementation
/// answers from memory, or from a file of its own, and never asks over the network.
pub trait Breached: core::fmt::Debug + Send + Sync {
    /// Whether this password, prepared by OpaqueString, is known.
    fn knows(&self, password: &str) -> bool;
}

/// The worst of those with eight characters and more, in whatever case.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorstPasswords;

const LIST: &str = include_str!("breached.txt");

impl Breached for WorstPasswords {
    fn knows(&self, password: &str) -> bool {
        static WORST: OnceLock<HashSet<&'static str>> = OnceLock::new();
        WORST.get_or_init(|| LIST.lines().collect()).contains(Secret::new(password.to_lowercase()).expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_what_it_says() {
        let lines: HashSet<_> = LIST.lines().collect();
        assert!(lines.len() >= 100, "{}", lines.len());
        assert_eq!(lines.len(), LIST.lines().count(), "each once");
        for line in &lines {
            assert!(line.chars().count() >= 8 && *line == line.trim().to_lowercase(), "{line:?}");
            assert!(WorstPasswords.knows(&line.to_uppercase()), "{line:?}");
        }
        // Some that the mildest policy would let pass.
        let passing =
            |line: &&&str| line.bytes().any(|b| b.is_ascii_alphabetic()) && line.bytes().any(|b| b.is_ascii_digit());
        assert!(lines.iter().filter(passing).count() >= 100);
        assert!(!WorstPasswords.knows("correct horse 7"));
    }
}
