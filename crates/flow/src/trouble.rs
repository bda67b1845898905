//! What stands between the member and the next step, for the screen to say.

use daemun_protocol::{FieldError, Problem, ProblemCode};

use crate::{DeviceFault, Moment};

/// Why the last request did not lead on. None of these ends a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The backend said no, and why.
    Refused(Refusal),
    /// No answer came, after as many tries as are polite.
    Network,
    /// An answer came that is not of the protocol.
    Unreadable,
    /// The member's device did not answer.
    Device(DeviceFault),
}

impl Trouble {
    /// Whether the flow went on elsewhere: worth saying wherever it is now.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == ProblemCode::Stale)
    }

    /// Whether what was refused came of the device, or from a provider: what it was asked is used up then, and the step is there anew.
    pub(crate) fn renews_step(&self) -> bool {
        use ProblemCode::{DeviceFull, PasskeyRefused, PasskeyUnknown, ProviderRefused};
        let Self::Refused(refusal) = self else { return false };
        matches!(refusal.code, PasskeyUnknown | PasskeyRefused | DeviceFull | ProviderRefused)
    }
}

/// Whether a problem says something of the moment and nothing of what was asked.
pub(crate) fn is_passing(code: &ProblemCode) -> bool {
    matches!(code, ProblemCode::Unavailable | ProblemCode::TooManyRequests | ProblemCode::Internal)
}

/// A problem of the backend, with its times turned into ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: ProblemCode,
    /// What is wrong with single fields.
    pub errors: Vec<FieldError>,
    /// Wrong answers still allowed, where the policy reveals it.
    pub tries_left: Option<u32>,
    /// When trying again makes sense.
    pub retry_at: Option<Moment>,
}

impl Refusal {
    /// Whether it says something of the moment and nothing of what was asked.
    pub(crate) fn is_passing(&self) -> bool {
        is_passing(&self.code)
    }

    pub(crate) fn new(problem: Problem, now: Moment) -> Self {
        Self {
            code: problem.code,
            errors: problem.errors,
            tries_left: problem.tries_left,
            retry_at: problem.retry_after.map(|seconds| now.plus_seconds(u64::from(seconds))),
        }
    }
}
