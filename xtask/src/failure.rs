//! What a person reads when a command fails: one line saying what, one line saying what to do about it.

use std::fmt;

#[derive(Clone, Debug)]
pub struct Failure {
    what: String,
    remedy: String,
}

pub type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(what: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self { what: what.to_string(), remedy: remedy.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  what to do: {}", self.what, self.remedy)
    }
}

impl std::error::Error for Failure {}

/// Turns any error into a [`Failure`] at the place that knows what was being done.
pub trait OrFail<T> {
    fn or_fail(self, doing: impl fmt::Display, remedy: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> OrFail<T> for std::result::Result<T, E> {
    fn or_fail(self, doing: impl fmt::Display, remedy: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure::new(format!("{doing}: {error}"), remedy))
    }
}
