//! Refusals as problem details (RFC 9457). It refuses to decide which refusal it is.

use daemun_protocol::{Flow, Problem, ProblemCode};

use crate::flow::Refusal;
use crate::store::{Finished, Trouble};

/// A refusal, with the flow as it is.
pub fn of(refusal: Refusal, flow: Flow) -> Problem {
    let mut problem = match refusal {
        Refusal::Fields(errors) => {
            let mut problem = Problem::new(ProblemCode::InputInvalid, 422);
            problem.errors = errors;
            problem
        }
        Refusal::NotListed => Problem::new(ProblemCode::InputInvalid, 422),
        Refusal::OrganisationUnknown => Problem::new(ProblemCode::OrganisationUnknown, 422),
        Refusal::CodeExpired => Problem::new(ProblemCode::CodeExpired, 422),
        Refusal::CodeSpent => Problem::new(ProblemCode::CodeSpent, 422),
        Refusal::PasskeyUnknown => Problem::new(ProblemCode::PasskeyUnknown, 422),
        Refusal::PasskeyRefused => Problem::new(ProblemCode::PasskeyRefused, 422),
        Refusal::DeviceFull => Problem::new(ProblemCode::DeviceFull, 422),
        Refusal::ProviderRefused => Problem::new(ProblemCode::ProviderRefused, 422),
        Refusal::CodeWrong { tries_left } => {
            let mut problem = Problem::new(ProblemCode::CodeWrong, 422);
            problem.tries_left = Some(tries_left);
            problem
        }
        Refusal::CredentialsWrong { tries_left } => {
            let mut problem = Problem::new(ProblemCode::CredentialsWrong, 422);
            problem.tries_left = tries_left;
            problem
        }
        Refusal::SignInRestricted { retry_after } => waiting(ProblemCode::SignInRestricted, 429, Some(retry_after)),
        Refusal::TooManyRequests { retry_after } => waiting(ProblemCode::TooManyRequests, 429, Some(retry_after)),
        Refusal::Unavailable { retry_after } => waiting(ProblemCode::ActionUnavailable, 403, retry_after),
    };
    problem.flow = Some(Box::new(flow));
    problem
}

/// A problem that is over after a while.
pub fn waiting(code: ProblemCode, status: u16, retry_after: Option<u32>) -> Problem {
    let mut problem = Problem::new(code, status);
    problem.retry_after = retry_after;
    problem
}

/// A problem with nothing but its code.
pub fn bare(code: ProblemCode, status: u16) -> Result<Finished, Trouble> {
    finished(&Problem::new(code, status))
}

/// A problem as an answer.
pub fn finished(problem: &Problem) -> Result<Finished, Trouble> {
    Ok(Finished {
        status: problem.status,
        location: None,
        body: serde_json::to_string(problem)?,
        retry_after: problem.retry_after,
        session_salt: None,
    })
}
