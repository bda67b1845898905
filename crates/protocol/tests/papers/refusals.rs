//! The problems: what each code means, which request it answers with which status, and what it carries. It refuses to know how
//! papers are laid out.

use daemun_protocol::ProblemCode;

use crate::goldens::{self, Wire};

/// A request of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    Begin,
    Read,
    Act,
    Cancel,
    /// `POST handoffs`.
    Redeem,
    /// `GET` and `DELETE session`.
    Session,
}

const ALL: &[Request] =
    &[Request::Begin, Request::Read, Request::Act, Request::Cancel, Request::Redeem, Request::Session];
const POSTS: &[Request] = &[Request::Begin, Request::Act, Request::Redeem];
const KEYED: &[Request] = &[Request::Begin, Request::Act];
const BOUND: &[Request] = &[Request::Read, Request::Act, Request::Cancel];
const BEGIN: &[Request] = &[Request::Begin];
const ACT: &[Request] = &[Request::Act];

/// A problem code with all that is to be said of it.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub code: ProblemCode,
    /// Each status with the requests it answers.
    pub told: &'static [(u16, &'static [Request])],
    pub means: &'static str,
    /// Members of the problem beside `code` and `status`; a `?` marks what may be absent.
    pub carries: &'static [&'static str],
}

/// All codes of this version.
pub fn all() -> Vec<Refusal> {
    ProblemCode::KNOWN.iter().map(refusal).collect()
}

impl Request {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Read => "read",
            Self::Act => "act",
            Self::Cancel => "cancel",
            Self::Redeem => "redeem",
            Self::Session => "session",
        }
    }
}

fn refusal(code: &ProblemCode) -> Refusal {
    let (told, means, carries): (&'static [(u16, &'static [Request])], _, &'static [_]) = match code {
        ProblemCode::Malformed => (
            &[(400, POSTS), (405, ALL), (408, POSTS), (415, POSTS)],
            "400: the body is not JSON of the expected shape, or `Idempotency-Key` is missing or malformed. 405: the path has no such method. \
             408: the body did not arrive in time. 415: the body is not `application/json`.",
            &[],
        ),
        ProblemCode::TooLarge => (&[(413, POSTS)], "The body is larger than the backend reads.", &[]),
        ProblemCode::VersionUnsupported => (&[(400, ALL)], "`Daemun-Version` is missing, or not spoken here.", &[]),
        ProblemCode::ClientUnsupported => {
            (&[(422, BEGIN)], "The flow may need a step that `client.steps` does not list.", &[])
        }
        ProblemCode::OriginRefused => {
            (&[(403, ALL)], "`Origin` or `Sec-Fetch-Site` says that the request comes from elsewhere.", &[])
        }
        ProblemCode::FlowUnknown => (
            &[(404, BOUND)],
            "There is no such flow, or it is another browser's. The answer is the same. Also: the API has no such path.",
            &[],
        ),
        ProblemCode::FlowExpired => (&[(410, BOUND)], "The flow's time is over. `flow` has ended.", &["flow"]),
        ProblemCode::Stale => (
            &[(409, ACT)],
            "`rev` is not the current one, or the flow is complete or has ended. `flow` is the current one.",
            &["flow"],
        ),
        ProblemCode::ActionUnavailable => (
            &[(403, ACT)],
            "The current step does not offer this action; or not yet, and `retry_after` says when.",
            &["flow", "retry_after?"],
        ),
        ProblemCode::KeyReused => (&[(422, KEYED)], "The `Idempotency-Key` was used with another body.", &[]),
        ProblemCode::InputInvalid => (
            &[(422, ACT)],
            "A field is missing or wrong: see `errors`, where one field may be named several times. Without `errors`, what was chosen is not among what the step lists.",
            &["flow", "errors?"],
        ),
        ProblemCode::CodeWrong => {
            (&[(422, ACT)], "This is not the code that counts, or not the PIN. It cost a try.", &["flow", "tries_left"])
        }
        ProblemCode::CodeExpired => (&[(422, ACT)], "The code's time is over. `resend` sends a new one.", &["flow"]),
        ProblemCode::CodeSpent => (
            &[(422, ACT)],
            "The code was replaced or used. A backend that does not tell this apart says `code_wrong`, as the reference backend does of codes that were sent; of an authenticator's it says that they were used. It costs no try.",
            &["flow"],
        ),
        ProblemCode::OrganisationUnknown => (&[(422, ACT)], "No organisation has this ID.", &["flow"]),
        ProblemCode::CredentialsWrong => (
            &[(422, ACT)],
            "ID or password is wrong; which of them is not said. `tries_left` is there if the workspace's policy reveals it.",
            &["flow", "tries_left?"],
        ),
        ProblemCode::PasskeyUnknown => (
            &[(422, ACT)],
            "Nobody signs in here by this credential. At `identify` nobody does anywhere, and the app tells the browser so, where it can be told.",
            &["flow"],
        ),
        ProblemCode::PasskeyRefused => (
            &[(422, ACT)],
            "What the authenticator says does not hold: another challenge, origin or key, no user verification, a counter that went back; or its time is over. So it is with the key of a quick login. Which of them is not said. The step's options, and its `challenge`, are new ones.",
            &["flow"],
        ),
        ProblemCode::ProviderRefused => (
            &[(422, &[Request::Act])],
            "What came back from an external provider does not belong here, or does not hold. Which of them is not said.",
            &["flow"],
        ),
        ProblemCode::HandoffInvalid => (
            &[(400, &[Request::Redeem])],
            "The code is none, was used, or its time is over; or the verifier is not that of its challenge. Which of them is not said.",
            &[],
        ),
        ProblemCode::DeviceFull => {
            (&[(422, ACT)], "As many accounts as may be are registered on this device.", &["flow"])
        }
        ProblemCode::SignInRequired => (
            &[(403, &[Request::Begin, Request::Session])],
            "Only who is signed in can begin this. A sign-in with `return_to` leads back. Of a session: the token is none, or is over.",
            &[],
        ),
        ProblemCode::SignInRestricted => (
            &[(429, ACT)],
            "Too many wrong passwords. Nothing is compared until `retry_after` is over.",
            &["flow", "retry_after"],
        ),
        ProblemCode::TooManyRequests => (
            &[(429, &[Request::Begin, Request::Read, Request::Act, Request::Redeem, Request::Session])],
            "Too many requests from this network address; too many codes or links for this mail address or number, or messages to phones; or too many wrong codes of an authenticator or for recovery.",
            &["retry_after", "flow?"],
        ),
        ProblemCode::Unavailable => {
            (&[(503, ALL)], "The backend cannot do this at the moment. Ask again with the same key.", &["retry_after?"])
        }
        ProblemCode::Internal => (&[(500, ALL)], "The backend's own fault.", &[]),
        ProblemCode::Unknown(_) => (&[], "", &[]),
    };
    Refusal { code: code.clone(), told, means, carries }
}

#[test]
fn each_golden_problem_is_as_its_row_says() {
    for golden in goldens::all() {
        let Wire::Problem(problem) = &golden.wire else { continue };
        let refusal = refusal(&problem.code);
        let name = golden.name;
        assert!(refusal.told.iter().any(|(status, _)| *status == problem.status), "{name}: {}", problem.status);
        for (member, is_there) in [
            ("errors", !problem.errors.is_empty()),
            ("retry_after", problem.retry_after.is_some()),
            ("tries_left", problem.tries_left.is_some()),
            ("flow", problem.flow.is_some()),
        ] {
            let may_be = refusal.carries.iter().any(|carried| carried.trim_end_matches('?') == member);
            let must_be = refusal.carries.contains(&member);
            assert!(if is_there { may_be } else { !must_be }, "{name}: `{member}` is not as the table says");
        }
    }
}
