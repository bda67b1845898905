//! Everything that goes over the wire, once each: Minji and her colleagues sign in, join, forget passwords and IDs, and
//! whatever else may happen to a member on the way. It refuses to know how it is written.

use daemun_protocol::{
    Account, Act, Action, ActionName, Begin, Discovery, Flow, HostSession, Input, Kind, Message, MessageCode,
    NoticeCode, Offers, Params, PasswordRules, Problem, Redeemed, Redemption, Severity, Status, Step, StepKind,
    StepState, Timestamp, Workspace,
};

mod beginning;
mod sign_in;

mod joining;
mod passwords;

mod ids;

mod phone;
mod second_factor;

mod links;

mod approvals;
mod devices;
mod quick_login;
mod settings;

mod policy;

mod handoffs;

mod providers;

mod accounts;

mod problems;

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
    Host(Host),
    /// At a step of a kind, since the same body means something else at another.
    Act(StepKind, Action, Box<Act>),
    Flow(Box<Flow>),
    Problem(Box<Problem>),
}

/// What a native host says and is told.
#[derive(Clone, Debug)]
pub enum Host {
    Redemption(Redemption),
    Redeemed(Redeemed),
    Session(HostSession),
}

impl Wire {
    /// As it goes over the wire, only indented.
    pub fn json(&self) -> String {
        let json = match self {
            Self::Discovery(discovery) => serde_json::to_string_pretty(discovery),
            Self::Begin(begin) => serde_json::to_string_pretty(begin),
            Self::Host(Host::Redemption(said)) => serde_json::to_string_pretty(said),
            Self::Host(Host::Redeemed(said)) => serde_json::to_string_pretty(said),
            Self::Host(Host::Session(said)) => serde_json::to_string_pretty(said),
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
            Self::Discovery(_) | Self::Begin(_) | Self::Host(_) | Self::Act(..) => None,
        }
    }
}

/// An act that some step takes, and the `rev` of that step.
type NamedAct = (&'static str, StepKind, u64, Action);
type NamedFlow = (&'static str, Flow);

/// All of them, in the order of the story.
pub fn all() -> Vec<Golden> {
    let acts = [
        sign_in::acts(),
        joining::acts(),
        passwords::acts(),
        ids::acts(),
        phone::acts(),
        second_factor::acts(),
        links::acts(),
        devices::acts(),
        settings::acts(),
        quick_login::acts(),
        approvals::acts(),
        policy::acts(),
        providers::acts(),
        accounts::acts(),
    ];
    let flows = [
        sign_in::flows(),
        joining::flows(),
        passwords::flows(),
        ids::flows(),
        phone::flows(),
        second_factor::flows(),
        links::flows(),
        devices::flows(),
        settings::flows(),
        quick_login::flows(),
        approvals::flows(),
        policy::flows(),
        providers::flows(),
        handoffs::flows(),
        accounts::flows(),
    ];
    let mut all = Vec::new();
    all.extend(
        beginning::discoveries()
            .map(|(name, discovery)| Golden { name: name.into(), wire: Wire::Discovery(discovery) }),
    );
    all.extend(beginning::begins().map(|(name, begin)| Golden { name: name.into(), wire: Wire::Begin(begin) }));
    all.extend(handoffs::hosts().map(|(name, host)| Golden { name: name.into(), wire: Wire::Host(host) }));
    all.extend(acts.into_iter().flatten().map(|(name, step, rev, action)| {
        // The member of this one has switched the language meanwhile.
        let locale = matches!(action, Action::Resend).then(|| "ja".to_owned());
        // And whoever enters an ID is to be remembered.
        let enters_id =
            matches!(action, Action::SubmitIdentifier { .. } | Action::SubmitPassword { identifier: Some(_), .. });
        let remember_account = enters_id.then_some(true);
        let input = Input { remember_account, ..action.clone().into_input() };
        let act = Act { rev, input, locale };
        Golden { name: name.into(), wire: Wire::Act(step, action, Box::new(act)) }
    }));
    all.extend(
        flows.into_iter().flatten().map(|(name, flow)| Golden { name: name.into(), wire: Wire::Flow(Box::new(flow)) }),
    );
    all.extend(problems::all().into_iter().map(|(variation, problem)| {
        let code = problem.code.as_str();
        let name = if variation.is_empty() { format!("problem-{code}") } else { format!("problem-{code}-{variation}") };
        Golden { name, wire: Wire::Problem(Box::new(problem)) }
    }));
    all
}

// --- Who and where --------------------------------------------------------------------------------------------------

/// 2026-01-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);
const FLOW_LIFETIME: u64 = 30 * 60;
const CODE_LIFETIME: u64 = 10 * 60;

const MINJI: &str = "minji@daemun.test";
/// Joins by a link that Minji has passed on.
const SEOJUN: &str = "seojun@daemun.test";
/// Was registered beforehand, and has a mail with a link.
const YUNA: &str = "yuna@daemun.test";
/// Joined by phone, and has neither ID nor password.
const SOYEON: &str = "soyeon@daemun.test";

fn nuri() -> Workspace {
    Workspace {
        id: "nuri".into(),
        name: "누리소프트".into(),
        logo: Some("https://login.example/logos/nuri.svg".into()),
        accent: Some("#0f7a5f".into()),
    }
}

fn hanbit() -> Workspace {
    Workspace { id: "hanbit".into(), name: "한빛 디자인".into(), logo: None, accent: None }
}

/// What 누리소프트 asks of a password: letters and digits.
const NURIS_RULES: PasswordRules =
    PasswordRules { min_length: 8, max_length: 128, letter: true, digit: true, symbol: false, history: 0 };
/// What 한빛 디자인 asks of one: symbols too, and none of the last three again.
const HANBITS_RULES: PasswordRules = PasswordRules { min_length: 10, symbol: true, history: 3, ..NURIS_RULES };

// --- What every flow is made of -------------------------------------------------------------------------------------

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

fn notice(rev: u64, code: NoticeCode, params: Params, ways: &[ActionName]) -> Flow {
    active(rev, Step::Notice { code, params }, offers(ways))
}

fn offers(names: &[ActionName]) -> Offers {
    names.iter().fold(Offers::default(), |offers, name| offers.with(*name))
}

fn of(kind: Kind, flow: Flow) -> Flow {
    Flow { kind, ..flow }
}

fn at(workspace: Workspace, flow: Flow) -> Flow {
    Flow { workspace: Some(workspace), ..flow }
}

/// About somebody; the name only once they have proven who they are.
fn about(identifier: &str, name: Option<&str>, flow: Flow) -> Flow {
    Flow { account: Some(Account { identifier: identifier.into(), name: name.map(Into::into) }), ..flow }
}

fn saying(flow: Flow, messages: &[Message]) -> Flow {
    Flow { messages: messages.to_vec(), ..flow }
}

/// The flow as it is told so many seconds later.
fn later(flow: Flow, seconds: u64) -> Flow {
    Flow { server_time: flow.server_time.plus_seconds(seconds), ..flow }
}

fn sent_to(to: &str) -> Params {
    Params { to: Some(to.into()), ..Params::default() }
}

fn named(workspace: Workspace) -> Params {
    Params { workspace: Some(workspace.name), ..Params::default() }
}

fn code_message(code: MessageCode, severity: Severity, to: &str) -> Message {
    Message { code, params: sent_to(to), severity }
}
