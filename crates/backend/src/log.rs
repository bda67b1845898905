//! Lines for the operator. It refuses to know people: its writers hand it no body, code, cookie, address or password.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Where lines go.
#[derive(Clone, Debug)]
pub struct Log(To);

#[derive(Clone, Debug)]
enum To {
    Stderr,
    Nowhere,
    Kept(Arc<Mutex<Vec<String>>>),
}

/// Lines that are kept at most.
const KEPT: usize = 10_000;

impl Log {
    pub fn stderr() -> Self {
        Self(To::Stderr)
    }

    pub fn silent() -> Self {
        Self(To::Nowhere)
    }

    /// Lines are kept in memory, for tests to look at.
    pub fn kept() -> Self {
        Self(To::Kept(Arc::default()))
    }

    pub fn line(&self, line: &str) {
        match &self.0 {
            // An operator who closed the pipe does not want the line.
            To::Stderr => drop(writeln!(std::io::stderr().lock(), "{line}")),
            To::Nowhere => {}
            To::Kept(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() < KEPT {
                    lines.push(line.into());
                }
            }
        }
    }

    /// The lines so far; none unless they are kept.
    pub fn lines(&self) -> Vec<String> {
        match &self.0 {
            To::Stderr | To::Nowhere => Vec::new(),
            To::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
