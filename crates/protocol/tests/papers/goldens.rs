//! Everything that goes over the wire, once each: Minji signs in, and whatever else may happen to a member on the way. It
//! refuses to know how it is written.

use daemun_protocol::{
    Account, Act, Action, ActionName, AppLink, Begin, Channel, Client, DEFAULT_API, Discovery, EndReason, FieldCode,
    FieldError, Flow, Hints, Kind, Membership, Message, MessageCode, NoticeCode, Offer, Offers, Params, Platform, Poll,
    Problem, ProblemCode, Restart, Secret, Severity, Status, Step, StepKind, StepState, Timestamp, VERSION, Workspace,
};

/// A message and the name of its file.
#[derive(Clone, Debug)]
pub struct Golden {
    pub name: String,
    pub wire: Wire,
}

/// A message of any kind.
#[derive(Clone, Debug)]
pub enum Wire {
    Discovery(Discovery),
    Begin(Begin),
    /// At a step of a kind, since the same body means something else at another.
    Act(StepKind, Action, Act),
    Flow(Box<Flow>),
    Problem(Box<Problem>),
}

impl Wire {
    /// As it goes over the wire, only indented.
    pub fn json(&self) -> String {
        let json = match self {
            Self::Discovery(discovery) => serde_json::to_string_pretty(discovery),
            Self::Begin(begin) => serde_json::to_string_pretty(begin),
            Self::Act(_, _, act) => serde_json::to_string_pretty(act),
            Self::Flow(flow) => serde_json::to_string_pretty(flow),
            Self::Problem(problem) => serde_json::to_string_pretty(problem),
        };
        json.unwrap() + "\n"
    }

    /// The flow in it, if there is one.
    pub fn flow(&self) -> Option<&Flow> {
        match self {
            Self::Flow(flow) => Some(flow),
            Self::Problem(problem) => problem.flow.as_deref(),
            Self::Discovery(_) | Self::Begin(_) | Self::Act(..) => None,
        }
    }
}

/// All of them, in the order of the story.
pub fn all() -> Vec<Golden> {
    let mut all = Vec::new();
    all.extend(discoveries().map(|(name, discovery)| Golden { name: name.into(), wire: Wire::Discovery(discovery) }));
    all.extend(begins().map(|(name, begin)| Golden { name: name.into(), wire: Wire::Begin(begin) }));
    all.extend(acts().map(|(name, step, rev, action)| {
        // The member of this one has switched the language meanwhile.
        let locale = matches!(action, Action::Resend).then(|| "ja".to_owned());
        let act = Act { rev, input: action.clone().into_input(), locale };
        Golden { name: name.into(), wire: Wire::Act(step, action, act) }
    }));
    all.extend(flows().into_iter().map(|(name, flow)| Golden { name: name.into(), wire: Wire::Flow(Box::new(flow)) }));
    all.extend(problems().into_iter().map(|(variation, problem)| {
        let code = problem.code.as_str();
        let name = if variation.is_empty() { format!("problem-{code}") } else { format!("problem-{code}-{variation}") };
        Golden { name, wire: Wire::Problem(Box::new(problem)) }
    }));
    all
}

/// 2026-01-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);
const FLOW_LIFETIME: u64 = 30 * 60;
const CODE_LIFETIME: u64 = 10 * 60;

const MINJI: &str = "minji@daemun.test";

// --- Discovery ------------------------------------------------------------------------------------------------------

fn discoveries() -> [(&'static str, Discovery); 2] {
    let least = Discovery {
        versions: vec![VERSION.into()],
        api: DEFAULT_API.into(),
        kinds: vec![Kind::SignIn],
        steps: step_names(),
        locales: vec!["ko".into(), "en".into(), "ja".into()],
        long_polling: false,
        apps: Vec::new(),
        fallback_url: None,
    };
    let app = |platform, open: Option<&str>, get: &str| AppLink {
        platform,
        open: open.map(Into::into),
        get: format!("https://apps.example/{get}"),
    };
    let most = Discovery {
        api: "https://login.example/api/v1".into(),
        long_polling: true,
        apps: vec![
            app(Platform::Android, Some("https://app.example/open"), "android"),
            app(Platform::Ios, Some("https://app.example/open"), "ios"),
            app(Platform::Macos, Some("daemun-example:open"), "macos"),
            app(Platform::Windows, None, "windows"),
            app(Platform::Other, None, "all"),
        ],
        fallback_url: Some("https://login.example/plain".into()),
        ..least.clone()
    };
    [("discovery", least), ("discovery-everything", most)]
}

fn step_names() -> Vec<String> {
    StepKind::ALL.iter().map(|kind| kind.as_str().into()).collect()
}

// --- Requests -------------------------------------------------------------------------------------------------------

fn begins() -> [(&'static str, Begin); 2] {
    let plain = Begin {
        kind: Kind::SignIn,
        hints: Hints::default(),
        client: Client { version: "0.1.0".into(), steps: step_names(), locale: "ko".into() },
    };
    let hints = Hints { return_to: Some("https://app.example/board/7".into()), organisation: Some("nuri".into()) };
    [("begin", plain.clone()), ("begin-hints", Begin { hints, ..plain })]
}

fn acts() -> [(&'static str, StepKind, u64, Action); 10] {
    let (identifier, password) = (MINJI.into(), Secret::new("nuri-Minji-2024!"));
    [
        ("act-identify-submit", StepKind::Identify, 1, Action::SubmitIdentifier { identifier }),
        ("act-identify-use_organisation", StepKind::Identify, 1, Action::UseOrganisation),
        (
            "act-organisation-submit",
            StepKind::Organisation,
            2,
            Action::SubmitOrganisation { organisation: "nuri".into() },
        ),
        ("act-organisation-use_email", StepKind::Organisation, 2, Action::UseEmail),
        ("act-code-submit", StepKind::Code, 2, Action::SubmitCode { code: Secret::new("123 456") }),
        ("act-code-resend", StepKind::Code, 2, Action::Resend),
        ("act-code-back", StepKind::Code, 2, Action::Back),
        (
            "act-choose_workspace-choose",
            StepKind::ChooseWorkspace,
            3,
            Action::ChooseWorkspace { workspace: "nuri".into() },
        ),
        (
            "act-password-submit",
            StepKind::Password,
            4,
            Action::SubmitPassword { identifier: None, password: password.clone() },
        ),
        (
            "act-password-submit-identifier",
            StepKind::Password,
            3,
            Action::SubmitPassword { identifier: Some("010-2345-6789".into()), password },
        ),
    ]
}

// --- Flows ----------------------------------------------------------------------------------------------------------

fn flows() -> Vec<(&'static str, Flow)> {
    vec![
        ("flow-identify", identify(1, None)),
        ("flow-identify-back", identify(3, Some(MINJI))),
        ("flow-identify-return_not_allowed", saying(identify(1, None), &[return_not_allowed()])),
        ("flow-organisation", organisation(2, None)),
        ("flow-organisation-hint", organisation(1, Some("nurri"))),
        ("flow-organisation-method_not_allowed", saying(organisation(2, None), &[method_not_allowed()])),
        ("flow-code", code()),
        ("flow-code-resent", code_resent()),
        ("flow-choose_workspace", choose_workspace()),
        ("flow-password", password()),
        ("flow-password-organisation", password_by_organisation()),
        ("flow-password-restricted", password_restricted()),
        ("flow-notice-no_workspace", no_workspace()),
        ("flow-notice-email_restricted", email_restricted()),
        ("flow-notice-account_suspended", account_suspended()),
        ("flow-notice-method_not_allowed", email_not_allowed()),
        ("flow-poll", waiting()),
        ("flow-complete", complete()),
        ("flow-ended-expired", expired()),
        ("flow-ended-cancelled", cancelled()),
    ]
}

fn flow(rev: u64, status: Status) -> Flow {
    Flow {
        id: "Zk3tJ0vXQmSg1uYd8hPw5A".into(),
        kind: Kind::SignIn,
        rev,
        server_time: NOW,
        expires_at: NOW.plus_seconds(FLOW_LIFETIME),
        status,
        messages: Vec::new(),
        account: None,
        workspace: None,
    }
}

fn active(rev: u64, step: Step, actions: Offers) -> Flow {
    flow(rev, Status::Active { step: StepState { id: rev.to_string(), step }, actions, poll: None })
}

fn saying(flow: Flow, messages: &[Message]) -> Flow {
    Flow { messages: messages.to_vec(), ..flow }
}

/// The flow as it is told so many seconds later.
fn later(flow: Flow, seconds: u64) -> Flow {
    Flow { server_time: flow.server_time.plus_seconds(seconds), ..flow }
}

fn identify(rev: u64, identifier: Option<&str>) -> Flow {
    let offers = Offers::default().with(ActionName::Submit).with(ActionName::UseOrganisation);
    active(rev, Step::Identify { identifier: identifier.map(Into::into) }, offers)
}

fn organisation(rev: u64, organisation: Option<&str>) -> Flow {
    let offers = Offers::default().with(ActionName::Submit).with(ActionName::UseEmail).with(ActionName::Back);
    active(rev, Step::Organisation { organisation: organisation.map(Into::into) }, offers)
}

fn code() -> Flow {
    saying(code_with(Offer { available_in: Some(30) }, NOW), &[code_message(MessageCode::CodeSent, Severity::Info)])
}

fn code_resent() -> Flow {
    let again = code_message(MessageCode::CodeSentAgain, Severity::Info);
    let resent_at = NOW.plus_seconds(45);
    let flow = saying(code_with(Offer { available_in: Some(30) }, resent_at), &[again]);
    Flow { server_time: resent_at, expires_at: resent_at.plus_seconds(FLOW_LIFETIME), ..flow }
}

fn code_with(resend: Offer, sent_at: Timestamp) -> Flow {
    let step = Step::Code {
        channel: Channel::Email,
        sent_to: MINJI.into(),
        length: 6,
        expires_at: sent_at.plus_seconds(CODE_LIFETIME),
    };
    let offers =
        Offers::default().with(ActionName::Submit).with_offer(ActionName::Resend, resend).with(ActionName::Back);
    active(2, step, offers)
}

fn choose_workspace() -> Flow {
    let membership = |id: &str, name: &str, member_name: &str, logo: Option<&str>| Membership {
        id: id.into(),
        name: name.into(),
        member_name: member_name.into(),
        logo: logo.map(Into::into),
    };
    let workspaces = vec![
        membership("nuri", "누리소프트", "김민지", Some("https://login.example/logos/nuri.svg")),
        membership("hanbit", "한빛 디자인", "김민지", None),
        membership("northwind", "Northwind Traders", "Minji Kim", None),
    ];
    let offers = Offers::default().with(ActionName::Choose).with(ActionName::Back);
    active(3, Step::ChooseWorkspace { email: MINJI.into(), workspaces }, offers)
}

fn password() -> Flow {
    let offers = Offers::default().with(ActionName::Submit).with(ActionName::Back);
    let flow = active(4, Step::Password { identifier: Some(MINJI.into()) }, offers);
    Flow { account: Some(Account { identifier: MINJI.into(), name: None }), workspace: Some(nuri()), ..flow }
}

fn password_by_organisation() -> Flow {
    let offers = Offers::default().with(ActionName::Submit).with(ActionName::UseEmail).with(ActionName::Back);
    Flow { workspace: Some(nuri()), ..active(3, Step::Password { identifier: None }, offers) }
}

fn password_restricted() -> Flow {
    let submit = Offer { available_in: Some(3600) };
    let offers = Offers::default().with_offer(ActionName::Submit, submit).with(ActionName::Back);
    let restricted = Message {
        code: MessageCode::SignInRestricted,
        params: Params { until: Some(NOW.plus_seconds(3600)), ..Params::default() },
        severity: Severity::Error,
    };
    let flow = active(4, Step::Password { identifier: Some(MINJI.into()) }, offers);
    Flow { messages: vec![restricted], account: password().account, workspace: Some(nuri()), ..flow }
}

fn nuri() -> Workspace {
    Workspace {
        id: "nuri".into(),
        name: "누리소프트".into(),
        logo: Some("https://login.example/logos/nuri.svg".into()),
    }
}

fn notice(rev: u64, code: NoticeCode, params: Params, ways: &[ActionName]) -> Flow {
    let offers = ways.iter().fold(Offers::default(), |offers, way| offers.with(*way));
    active(rev, Step::Notice { code, params }, offers)
}

fn no_workspace() -> Flow {
    let params = Params { to: Some("alex@daemun.test".into()), ..Params::default() };
    notice(3, NoticeCode::NoWorkspace, params, &[ActionName::UseOrganisation, ActionName::Back])
}

fn email_restricted() -> Flow {
    let params = Params { to: Some(MINJI.into()), until: Some(NOW.plus_seconds(30 * 60)), ..Params::default() };
    notice(3, NoticeCode::EmailRestricted, params, &[ActionName::UseOrganisation, ActionName::Back])
}

fn account_suspended() -> Flow {
    let params = Params { workspace: Some(nuri().name), ..Params::default() };
    let ways = [ActionName::UseEmail, ActionName::Back];
    Flow { workspace: Some(nuri()), ..notice(4, NoticeCode::AccountSuspended, params, &ways) }
}

fn email_not_allowed() -> Flow {
    let params = Params { workspace: Some(nuri().name), ..Params::default() };
    let ways = [ActionName::UseOrganisation, ActionName::Back];
    Flow { workspace: Some(nuri()), ..notice(4, NoticeCode::MethodNotAllowed, params, &ways) }
}

/// A step that somebody else may move: no step of version 1 needs it, every step may have it.
fn waiting() -> Flow {
    let sent = code_message(MessageCode::CodeSentAgain, Severity::Success);
    let flow = saying(code_with(Offer { available_in: Some(30) }, NOW), &[sent]);
    match flow.status {
        Status::Active { step, actions, poll: _ } => {
            Flow { status: Status::Active { step, actions, poll: Some(Poll { interval: 5 }) }, ..flow }
        }
        Status::Complete { .. } | Status::Ended { .. } | Status::Unknown => flow,
    }
}

fn complete() -> Flow {
    Flow {
        account: Some(Account { identifier: MINJI.into(), name: Some("김민지".into()) }),
        workspace: Some(nuri()),
        ..flow(5, Status::Complete { redirect_to: "https://app.example/board/7".into() })
    }
}

fn expired() -> Flow {
    let restart = Some(Restart { kind: Kind::SignIn });
    later(flow(2, Status::Ended { reason: EndReason::Expired, restart }), FLOW_LIFETIME)
}

fn cancelled() -> Flow {
    let restart = Some(Restart { kind: Kind::SignIn });
    flow(3, Status::Ended { reason: EndReason::Cancelled, restart })
}

fn code_message(code: MessageCode, severity: Severity) -> Message {
    Message { code, params: Params { to: Some(MINJI.into()), ..Params::default() }, severity }
}

fn return_not_allowed() -> Message {
    Message { code: MessageCode::ReturnNotAllowed, params: Params::default(), severity: Severity::Warning }
}

fn method_not_allowed() -> Message {
    Message {
        code: MessageCode::MethodNotAllowed,
        params: Params { workspace: Some(nuri().name), ..Params::default() },
        severity: Severity::Warning,
    }
}

// --- Problems -------------------------------------------------------------------------------------------------------

/// Each with what tells it from others of the same code.
fn problems() -> Vec<(&'static str, Problem)> {
    let bare = Problem::new;
    let with = |code, status, flow: Flow| Problem { flow: Some(Box::new(flow)), ..Problem::new(code, status) };
    let wrong = |pointer: &str, code| FieldError { pointer: pointer.into(), code };
    let invalid = |errors, flow| Problem { errors, ..with(ProblemCode::InputInvalid, 422, flow) };
    let identifier = "/input/identifier";
    let organisation_id = "/input/organisation";
    vec![
        ("", bare(ProblemCode::Malformed, 400)),
        ("type", bare(ProblemCode::Malformed, 415)),
        ("", bare(ProblemCode::TooLarge, 413)),
        ("", Problem { title: "Daemun-Version must be 1".into(), ..bare(ProblemCode::VersionUnsupported, 400) }),
        ("", bare(ProblemCode::ClientUnsupported, 422)),
        ("", bare(ProblemCode::OriginRefused, 403)),
        ("", bare(ProblemCode::FlowUnknown, 404)),
        ("", with(ProblemCode::FlowExpired, 410, expired())),
        ("", with(ProblemCode::Stale, 409, code())),
        ("", with(ProblemCode::ActionUnavailable, 403, identify(1, None))),
        (
            "wait",
            Problem {
                retry_after: Some(12),
                ..with(ProblemCode::ActionUnavailable, 403, later(code_with_wait(12), 18))
            },
        ),
        ("", bare(ProblemCode::KeyReused, 422)),
        (
            "",
            invalid(
                vec![wrong(identifier, FieldCode::Required), wrong("/input/password", FieldCode::Required)],
                password_by_organisation(),
            ),
        ),
        ("email_invalid", invalid(vec![wrong(identifier, FieldCode::EmailInvalid)], identify(1, None))),
        ("too_long", invalid(vec![wrong(identifier, FieldCode::TooLong)], identify(1, None))),
        (
            "identifier_invalid",
            invalid(vec![wrong(identifier, FieldCode::IdentifierInvalid)], password_by_organisation()),
        ),
        ("code_invalid", invalid(vec![wrong("/input/code", FieldCode::CodeInvalid)], code())),
        (
            "organisation_invalid",
            invalid(vec![wrong(organisation_id, FieldCode::OrganisationInvalid)], organisation(2, None)),
        ),
        ("", Problem { tries_left: Some(4), ..with(ProblemCode::CodeWrong, 422, code()) }),
        ("", with(ProblemCode::CodeExpired, 422, later(code_with_wait(0), CODE_LIFETIME))),
        ("", with(ProblemCode::CodeSpent, 422, code_resent())),
        ("", with(ProblemCode::OrganisationUnknown, 422, organisation(2, None))),
        ("", Problem { tries_left: Some(9), ..with(ProblemCode::CredentialsWrong, 422, password()) }),
        ("unrevealed", with(ProblemCode::CredentialsWrong, 422, password())),
        ("", Problem { retry_after: Some(3600), ..with(ProblemCode::SignInRestricted, 429, password_restricted()) }),
        ("", Problem { retry_after: Some(240), ..with(ProblemCode::TooManyRequests, 429, identify(1, None)) }),
        ("", Problem { retry_after: Some(5), ..bare(ProblemCode::Unavailable, 503) }),
        ("", bare(ProblemCode::Internal, 500)),
    ]
}

fn code_with_wait(seconds: u32) -> Flow {
    let available_in = (seconds > 0).then_some(seconds);
    saying(code_with(Offer { available_in }, NOW), &[code_message(MessageCode::CodeSent, Severity::Info)])
}
