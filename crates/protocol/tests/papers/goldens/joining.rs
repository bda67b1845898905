//! Joining a workspace: Seojun by a link that Minji has passed on (FEATURES E4), Yuna by a link in a mail of her own (E5), and
//! links that lead nowhere.

use daemun_protocol::{
    Action, ActionName, Channel, EndReason, Flow, Kind, MessageCode, NewPasswordReason, NoticeCode, Offer, Params,
    Secret, Severity, Step, StepKind, TermsId, Workspace,
};

use super::sign_in::{code_to, ended};
use super::{
    NOW, NURIS_RULES, NamedAct, NamedFlow, SEOJUN, YUNA, about, active, at, code_message, named, notice, nuri, of,
    offers, saying, sent_to,
};

pub(super) fn acts() -> Vec<NamedAct> {
    let account = Action::SubmitAccount {
        name: "박서준".into(),
        email: SEOJUN.into(),
        password: Secret::new("onnuri77dari"),
        terms: agreed(),
    };
    vec![
        ("act-invitation-accept", StepKind::Invitation, 1, Action::Accept),
        ("act-invitation-decline", StepKind::Invitation, 1, Action::Decline),
        ("act-create_account-submit", StepKind::CreateAccount, 2, account),
        ("act-notice-start", StepKind::Notice, 4, Action::Start),
        ("act-notice-sign_in", StepKind::Notice, 4, Action::SignIn),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-invitation", invitation()),
        ("flow-create_account", create_account(2, None, None, Vec::new())),
        ("flow-create_account-back", create_account(4, Some("박서준"), Some(SEOJUN), agreed())),
        ("flow-code-join", code()),
        ("flow-notice-joined", joined()),
        ("flow-notice-already_member", already_member()),
        ("flow-ended-declined", declined()),
        ("flow-new_password-invited", to_nuri(first_password(1, &[ActionName::Submit]))),
        ("flow-new_password-invited-code", at(nuri(), first_password(3, &[ActionName::Submit, ActionName::Back]))),
        ("flow-notice-invitation_unknown", dead_link(NoticeCode::InvitationUnknown, None)),
        ("flow-notice-invitation_expired", dead_link(NoticeCode::InvitationExpired, Some(nuri()))),
        ("flow-notice-invitation_revoked", dead_link(NoticeCode::InvitationRevoked, Some(nuri()))),
        ("flow-notice-invitation_used", dead_link(NoticeCode::InvitationUsed, Some(nuri()))),
        ("flow-notice-invitation_used-email", joined_before()),
        ("flow-notice-workspace_full", dead_link(NoticeCode::WorkspaceFull, Some(full()))),
    ]
}

fn agreed() -> Vec<String> {
    [TermsId::Service, TermsId::Privacy].iter().map(|id| id.as_str().into()).collect()
}

fn full() -> Workspace {
    Workspace { id: "gadeuk".into(), name: "가득상사".into(), logo: None, accent: None }
}

/// A step of Seojun's way into 누리소프트.
fn to_nuri(flow: Flow) -> Flow {
    of(Kind::Join, at(nuri(), flow))
}

fn invitation() -> Flow {
    let offers = offers(&[ActionName::Accept, ActionName::Decline]);
    to_nuri(active(1, Step::Invitation { inviter: Some("김민지".into()) }, offers))
}

/// With what was entered before.
pub(super) fn create_account(rev: u64, name: Option<&str>, email: Option<&str>, terms: Vec<String>) -> Flow {
    let (name, email) = (name.map(Into::into), email.map(Into::into));
    let step = Step::CreateAccount { name, email, terms, rules: NURIS_RULES };
    to_nuri(active(rev, step, offers(&[ActionName::Submit, ActionName::Back])))
}

fn code() -> Flow {
    let sent = code_message(MessageCode::CodeSent, Severity::Info, SEOJUN);
    to_nuri(saying(code_to(3, Channel::Email, SEOJUN, Offer::after(30), NOW), &[sent]))
}

fn joined() -> Flow {
    let flow = notice(4, NoticeCode::Joined, named(nuri()), &[ActionName::Start]);
    about(SEOJUN, Some("박서준"), to_nuri(flow))
}

fn already_member() -> Flow {
    let params = Params { workspace: Some(nuri().name), ..sent_to(SEOJUN) };
    to_nuri(notice(4, NoticeCode::AlreadyMember, params, &[ActionName::SignIn, ActionName::Back]))
}

fn declined() -> Flow {
    of(Kind::Join, ended(2, EndReason::Declined))
}

/// By her link, which is where she began; or by a code, as anybody signs in.
fn first_password(rev: u64, ways: &[ActionName]) -> Flow {
    let step = Step::NewPassword { identifier: YUNA.into(), reason: NewPasswordReason::Invited, rules: NURIS_RULES };
    about(YUNA, Some("최유나"), active(rev, step, offers(ways)))
}

/// The workspace is said where the link is one that there was.
fn dead_link(code: NoticeCode, workspace: Option<Workspace>) -> Flow {
    let params = workspace.clone().map(named).unwrap_or_default();
    let flow = notice(1, code, params, &[ActionName::UseEmail, ActionName::UseOrganisation]);
    of(Kind::Join, Flow { workspace, ..flow })
}

/// Yuna opens the mail again after she has joined.
fn joined_before() -> Flow {
    let ways = [ActionName::SignIn, ActionName::UseEmail];
    to_nuri(notice(1, NoticeCode::InvitationUsed, named(nuri()), &ways))
}
