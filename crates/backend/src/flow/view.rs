//! A stored flow as it goes over the wire. It refuses to decide anything.

use daemun_protocol::{
    Account, ActionName, Channel, EndReason, Flow, Kind, Message, MessageCode, NoticeCode, Params, PasswordRules,
    Restart, Severity, Status, Step, StepState, Timestamp,
};

use super::new_password::{NewPasswordStage, Whose};
use super::sign_in::{PasswordStage, SentCode, Way};
use super::{Completed, Ending, Facts, Notice, Said, Stage, StoredFlow};
use crate::codes;
use crate::password::PasswordPolicy;

/// The flow `id` as its browser sees it at `now`.
pub fn view(id: &str, flow: &StoredFlow, facts: &Facts, now: Timestamp, expires_at: Timestamp) -> Flow {
    Flow {
        id: id.into(),
        kind: Kind::SignIn,
        rev: flow.rev,
        server_time: now,
        expires_at,
        status: status(flow, facts, now),
        messages: messages(flow, now),
        account: account(&flow.stage),
        workspace: facts.workspace.as_ref().map(|workspace| daemun_protocol::Workspace {
            id: workspace.id.clone(),
            name: workspace.name.clone(),
            logo: None,
        }),
    }
}

fn status(flow: &StoredFlow, facts: &Facts, now: Timestamp) -> Status {
    let active = |step| Status::Active {
        step: StepState { id: flow.rev.to_string(), step },
        actions: flow.stage.offers(facts, now),
        poll: None,
    };
    match &flow.stage {
        Stage::Identify { identifier } => active(Step::Identify { identifier: identifier.clone() }),
        Stage::Organisation { organisation } => active(Step::Organisation { organisation: organisation.clone() }),
        Stage::Code(SentCode { address, expires_at, .. }) => active(Step::Code {
            channel: Channel::Email,
            sent_to: address.typed.clone(),
            length: codes::LENGTH,
            expires_at: *expires_at,
        }),
        Stage::ChooseWorkspace { address } => {
            active(Step::ChooseWorkspace { email: address.typed.clone(), workspaces: facts.memberships.clone() })
        }
        Stage::Password(PasswordStage { way, .. }) => active(Step::Password { identifier: settled_id(way) }),
        Stage::NewPassword(NewPasswordStage { whose, proof }) => active(Step::NewPassword {
            identifier: whose.identifier.clone(),
            reason: proof.reason(),
            rules: rules(facts),
        }),
        Stage::Notice(notice) => active(notice_step(notice, facts)),
        Stage::Complete(Completed { redirect_to, .. }) => Status::Complete { redirect_to: redirect_to.clone() },
        Stage::Ended(Ending::Cancelled) => ended(EndReason::Cancelled),
    }
}

/// What the workspace asks of a new password.
fn rules(facts: &Facts) -> PasswordRules {
    facts.workspace.as_ref().map_or(PasswordPolicy::DEFAULT, |workspace| workspace.passwords).rules()
}

/// The end of a flow that can be begun anew.
pub fn ended(reason: EndReason) -> Status {
    Status::Ended { reason, restart: Some(Restart { kind: Kind::SignIn }) }
}

fn notice_step(notice: &Notice, facts: &Facts) -> Step {
    let workspace_name = || facts.workspace.as_ref().map(|workspace| workspace.name.clone());
    let (code, params) = match notice {
        Notice::NoWorkspace { address } => {
            (NoticeCode::NoWorkspace, Params { to: Some(address.typed.clone()), ..Params::default() })
        }
        Notice::EmailRestricted { address, until } => (
            NoticeCode::EmailRestricted,
            Params { to: Some(address.typed.clone()), until: Some(*until), ..Params::default() },
        ),
        Notice::AccountSuspended { .. } => {
            (NoticeCode::AccountSuspended, Params { workspace: workspace_name(), ..Params::default() })
        }
        Notice::MethodNotAllowed { .. } => {
            (NoticeCode::MethodNotAllowed, Params { workspace: workspace_name(), ..Params::default() })
        }
    };
    Step::Notice { code, params }
}

fn settled_id(way: &Way) -> Option<String> {
    match way {
        Way::Email(address) => Some(address.typed.clone()),
        Way::Organisation => None,
    }
}

fn account(stage: &Stage) -> Option<Account> {
    match stage {
        Stage::Password(PasswordStage { way: Way::Email(address), .. }) => {
            Some(Account { identifier: address.typed.clone(), name: None })
        }
        Stage::NewPassword(NewPasswordStage { whose: Whose { identifier, name, .. }, .. })
        | Stage::Complete(Completed { identifier, name, .. }) => {
            Some(Account { identifier: identifier.clone(), name: Some(name.clone()) })
        }
        Stage::Password(PasswordStage { way: Way::Organisation, .. })
        | Stage::Identify { .. }
        | Stage::Organisation { .. }
        | Stage::Code(_)
        | Stage::ChooseWorkspace { .. }
        | Stage::Notice(_)
        | Stage::Ended(_) => None,
    }
}

fn messages(flow: &StoredFlow, now: Timestamp) -> Vec<Message> {
    let said = flow.said.iter().map(|said| match said {
        Said::CodeSent { to } => Message {
            code: MessageCode::CodeSent,
            params: Params { to: Some(to.clone()), ..Params::default() },
            severity: Severity::Info,
        },
        Said::CodeSentAgain { to } => Message {
            code: MessageCode::CodeSentAgain,
            params: Params { to: Some(to.clone()), ..Params::default() },
            severity: Severity::Info,
        },
        Said::ReturnNotAllowed => {
            Message { code: MessageCode::ReturnNotAllowed, params: Params::default(), severity: Severity::Warning }
        }
    });
    let restriction = match &flow.stage {
        Stage::Password(PasswordStage { restricted_until, .. }) => *restricted_until,
        Stage::Identify { .. }
        | Stage::Organisation { .. }
        | Stage::Code(_)
        | Stage::ChooseWorkspace { .. }
        | Stage::NewPassword(_)
        | Stage::Notice(_)
        | Stage::Complete(_)
        | Stage::Ended(_) => None,
    };
    let restricted = restriction.filter(|until| *until > now).map(|until| Message {
        code: MessageCode::SignInRestricted,
        params: Params { until: Some(until), ..Params::default() },
        severity: Severity::Error,
    });
    said.chain(restricted).collect()
}

/// A number that changes when the flow as its browser sees it does, and not by the passing of time alone.
/// It is what the weak `ETag` is made of (RFC 9110 §8.8.1).
pub fn likeness(flow: &Flow) -> String {
    let mut still = flow.clone();
    still.server_time = Timestamp::default();
    if let Status::Active { actions, .. } = &mut still.status {
        let deadlines: Vec<(ActionName, Option<u32>)> =
            actions.iter().map(|(name, offer)| (name, offer.available_in)).collect();
        for (name, wait) in deadlines {
            // That there is a wait, not how long it still is; its end is in what the step or a message says.
            *actions = actions.clone().with_offer(name, daemun_protocol::Offer { available_in: wait.map(|_| 1) });
        }
    }
    let json = serde_json::to_vec(&still).unwrap_or_default();
    let digest = crate::server_key::digest(&json);
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
