//! A stored flow as it goes over the wire. It refuses to decide anything.

use daemun_protocol::{
    Account, ActionName, EndReason, Flow, Kind, Message, MessageCode, NoticeCode, Params, PasswordRules, Restart,
    Severity, Status, Step, StepState, Timestamp,
};

use super::code::SentCode;
use super::join::{InvitationTrouble, Joined};
use super::new_password::{NewPasswordStage, Whose};
use super::register_id::IdForm;
use super::reset::ResetLinkTrouble;
use super::security_link::LinkStage;
use super::sign_in::{PasswordStage, Way};
use super::{Completed, Ending, Entrance, Facts, Notice, Said, Stage, StoredFlow};
use crate::codes;
use crate::password::PasswordPolicy;

/// The flow `id` as its browser sees it at `now`.
pub fn view(id: &str, flow: &StoredFlow, facts: &Facts, now: Timestamp, expires_at: Timestamp) -> Flow {
    Flow {
        id: id.into(),
        kind: flow.entrance.kind(),
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

impl Entrance {
    /// What it is on the wire.
    pub const fn kind(self) -> Kind {
        match self {
            Self::SignIn => Kind::SignIn,
            Self::Join => Kind::Join,
            Self::Reset => Kind::Reset,
            Self::Link(_) => Kind::Link,
        }
    }

    /// What is begun after an end.
    const fn restart(self) -> Kind {
        match self {
            Self::SignIn | Self::Join | Self::Reset => Kind::SignIn,
            Self::Link(_) => Kind::Link,
        }
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
        Stage::Code(SentCode { to, by, expires_at, .. }) => active(Step::Code {
            channel: by.channel(),
            sent_to: Some(to.typed().into()),
            length: codes::LENGTH,
            expires_at: Some(*expires_at),
            remember_days: None,
        }),
        Stage::ChooseWorkspace { address } => {
            active(Step::ChooseWorkspace { verified: address.typed.clone(), workspaces: facts.memberships.clone() })
        }
        Stage::Password(PasswordStage { way, .. }) => active(Step::Password { identifier: settled_id(way) }),
        Stage::Invitation(invited) => active(Step::Invitation { inviter: invited.inviter.clone() }),
        Stage::CreateAccount(form) => active(Step::CreateAccount {
            name: entered(&form.name),
            email: entered(&form.email),
            terms: form.terms.clone(),
            rules: rules(facts),
        }),
        Stage::RequestReset(form) => active(Step::RequestReset { name: form.name.clone(), email: form.email.clone() }),
        Stage::NewPassword(NewPasswordStage { whose, proof }) => active(Step::NewPassword {
            identifier: whose.identifier.clone(),
            reason: proof.reason(),
            rules: proof.asks(policy(facts)).rules(),
        }),
        Stage::RegisterId(form) => {
            active(Step::RegisterId { identifier: form.identifier.clone(), rules: rules(facts) })
        }
        Stage::FindId(form) => {
            active(Step::FindId { identifier: form.identifier.clone(), channels: facts.channels.clone() })
        }
        Stage::FoundIds { ids, .. } => active(Step::FoundIds { ids: ids.clone() }),
        Stage::Link(LinkStage::Address { email }) => active(Step::LinkAddress { email: email.clone() }),
        Stage::Link(LinkStage::Dead(trouble)) => {
            active(Step::Notice { code: trouble.code(), params: Params::default() })
        }
        Stage::Link(LinkStage::Opened { redirect_to }) => Status::Complete { redirect_to: redirect_to.clone() },
        Stage::Notice(notice) => active(notice_step(notice, facts)),
        Stage::Complete(Completed { redirect_to, .. }) => Status::Complete { redirect_to: redirect_to.clone() },
        Stage::Ended(Ending::Cancelled) => ended(EndReason::Cancelled, flow.entrance),
        Stage::Ended(Ending::Declined) => ended(EndReason::Declined, flow.entrance),
        Stage::Ended(Ending::Left) => ended(EndReason::Left, flow.entrance),
    }
}

fn entered(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

/// What the workspace asks of a new password.
fn rules(facts: &Facts) -> PasswordRules {
    policy(facts).rules()
}

fn policy(facts: &Facts) -> PasswordPolicy {
    facts.workspace.as_ref().map_or(PasswordPolicy::DEFAULT, |workspace| workspace.passwords)
}

/// The end of a flow that can be begun anew.
pub fn ended(reason: EndReason, entrance: Entrance) -> Status {
    Status::Ended { reason, restart: Some(Restart { kind: entrance.restart() }) }
}

fn notice_step(notice: &Notice, facts: &Facts) -> Step {
    let to = |to: &str| Params { to: Some(to.into()), ..Params::default() };
    let workspace =
        || Params { workspace: facts.workspace.as_ref().map(|workspace| workspace.name.clone()), ..Params::default() };
    let (code, params) = match notice {
        Notice::NoWorkspace { address } => (NoticeCode::NoWorkspace, to(&address.typed)),
        Notice::EmailRestricted { to: restricted, until, .. } => {
            (NoticeCode::EmailRestricted, Params { until: Some(*until), ..to(restricted) })
        }
        Notice::AccountSuspended { .. } => (NoticeCode::AccountSuspended, workspace()),
        Notice::MethodNotAllowed { .. } => (NoticeCode::MethodNotAllowed, workspace()),
        Notice::Joined(_) => (NoticeCode::Joined, workspace()),
        Notice::AlreadyMember { address, .. } => {
            (NoticeCode::AlreadyMember, Params { to: Some(address.typed.clone()), ..workspace() })
        }
        Notice::BadInvitation(bad) => (
            match bad.trouble {
                InvitationTrouble::Unknown => NoticeCode::InvitationUnknown,
                InvitationTrouble::Expired => NoticeCode::InvitationExpired,
                InvitationTrouble::Revoked => NoticeCode::InvitationRevoked,
                InvitationTrouble::Used => NoticeCode::InvitationUsed,
                InvitationTrouble::Full => NoticeCode::WorkspaceFull,
            },
            workspace(),
        ),
        Notice::IdNotFound { to: asked, .. } => (NoticeCode::IdNotFound, to(asked)),
        Notice::ResetRequested { to: asked, .. } => (NoticeCode::ResetRequested, to(asked)),
        Notice::BadResetLink { trouble, .. } => (
            match trouble {
                ResetLinkTrouble::Unknown => NoticeCode::ResetLinkUnknown,
                ResetLinkTrouble::Expired => NoticeCode::ResetLinkExpired,
                ResetLinkTrouble::Used => NoticeCode::ResetLinkUsed,
            },
            workspace(),
        ),
    };
    Step::Notice { code, params }
}

fn settled_id(way: &Way) -> Option<String> {
    match way {
        Way::Email(address) | Way::Link(address) => Some(address.typed.clone()),
        Way::Organisation => None,
    }
}

fn account(stage: &Stage) -> Option<Account> {
    let known = |whose: &Whose| Account { identifier: whose.identifier.clone(), name: Some(whose.name.clone()) };
    match stage {
        Stage::Password(PasswordStage { way, .. }) => {
            settled_id(way).map(|identifier| Account { identifier, name: None })
        }
        Stage::NewPassword(NewPasswordStage { whose, .. })
        | Stage::RegisterId(IdForm { whose, .. })
        | Stage::Notice(Notice::Joined(Joined { whose, .. })) => Some(known(whose)),
        Stage::Complete(Completed { identifier, name, .. }) => {
            Some(Account { identifier: identifier.clone(), name: Some(name.clone()) })
        }
        Stage::Identify { .. }
        | Stage::Organisation { .. }
        | Stage::Code(_)
        | Stage::ChooseWorkspace { .. }
        | Stage::Invitation(_)
        | Stage::CreateAccount(_)
        | Stage::RequestReset(_)
        | Stage::FindId(_)
        | Stage::FoundIds { .. }
        | Stage::Link(_)
        | Stage::Notice(
            Notice::NoWorkspace { .. }
            | Notice::EmailRestricted { .. }
            | Notice::AccountSuspended { .. }
            | Notice::MethodNotAllowed { .. }
            | Notice::AlreadyMember { .. }
            | Notice::BadInvitation(_)
            | Notice::ResetRequested { .. }
            | Notice::BadResetLink { .. }
            | Notice::IdNotFound { .. },
        )
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
        Said::PasswordChanged => {
            Message { code: MessageCode::PasswordChanged, params: Params::default(), severity: Severity::Success }
        }
        Said::LinkLeft => {
            Message { code: MessageCode::LinkLeft, params: Params::default(), severity: Severity::Warning }
        }
    });
    let restriction = match &flow.stage {
        Stage::Password(PasswordStage { restricted_until, .. }) => *restricted_until,
        Stage::Identify { .. }
        | Stage::Organisation { .. }
        | Stage::Code(_)
        | Stage::ChooseWorkspace { .. }
        | Stage::Invitation(_)
        | Stage::CreateAccount(_)
        | Stage::RequestReset(_)
        | Stage::NewPassword(_)
        | Stage::RegisterId(_)
        | Stage::FindId(_)
        | Stage::FoundIds { .. }
        | Stage::Link(_)
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
