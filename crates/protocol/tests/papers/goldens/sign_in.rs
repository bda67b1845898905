//! Minji signs in: by email, by her organisation, and what may keep her from it.

use daemun_protocol::{
    Action, ActionName, Channel, Destination, EndReason, Flow, Kind, KnownAccounts, Membership, Message, MessageCode,
    NoticeCode, Offer, Offers, Params, Poll, Restart, Secret, Severity, Status, Step, StepKind, Timestamp,
};

use super::{
    CODE_LIFETIME, FLOW_LIFETIME, MINJI, NOW, NamedAct, NamedFlow, about, active, at, code_message, flow, hanbit,
    later, named, notice, nuri, offers, saying, sent_to,
};

pub(super) fn acts() -> Vec<NamedAct> {
    let (identifier, password) = (MINJI.into(), Secret::new("nuri-Minji-2024!"));
    vec![
        ("act-identify-submit", StepKind::Identify, 1, Action::SubmitIdentifier { identifier }),
        ("act-identify-use_organisation", StepKind::Identify, 1, Action::UseOrganisation),
        (
            "act-organisation-submit",
            StepKind::Organisation,
            2,
            Action::SubmitOrganisation { organisation: "nuri".into() },
        ),
        ("act-organisation-use_email", StepKind::Organisation, 2, Action::UseEmail),
        ("act-code-submit", StepKind::Code, 2, Action::SubmitCode { code: Secret::new("123 456"), remember: false }),
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
        ("act-password-forgot", StepKind::Password, 4, Action::Forgot),
        ("act-password-find_id", StepKind::Password, 3, Action::FindId),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
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

pub(super) fn identify(rev: u64, identifier: Option<&str>) -> Flow {
    let offers = offers(&[ActionName::Submit, ActionName::UseOrganisation]);
    active(
        rev,
        Step::Identify { identifier: identifier.map(Into::into), passkey: None, accounts: KnownAccounts::default() },
        offers,
    )
}

pub(super) fn organisation(rev: u64, organisation: Option<&str>) -> Flow {
    let offers = offers(&[ActionName::Submit, ActionName::UseEmail, ActionName::Back]);
    active(rev, Step::Organisation { organisation: organisation.map(Into::into) }, offers)
}

pub(super) fn code() -> Flow {
    code_with_wait(30)
}

/// The code step when `resend` is to be had in so many seconds.
pub(super) fn code_with_wait(seconds: u32) -> Flow {
    let available_in = (seconds > 0).then_some(seconds);
    let sent = code_message(MessageCode::CodeSent, Severity::Info, MINJI);
    saying(code_with(Offer { available_in, proof: None }, NOW), &[sent])
}

pub(super) fn code_resent() -> Flow {
    let again = code_message(MessageCode::CodeSentAgain, Severity::Info, MINJI);
    let resent_at = NOW.plus_seconds(45);
    let flow = saying(code_with(Offer::after(30), resent_at), &[again]);
    Flow { server_time: resent_at, expires_at: resent_at.plus_seconds(FLOW_LIFETIME), ..flow }
}

fn code_with(resend: Offer, sent_at: Timestamp) -> Flow {
    code_to(2, Channel::Email, MINJI, resend, sent_at)
}

/// A code on its way to an address or a number.
pub(super) fn code_to(rev: u64, channel: Channel, to: &str, resend: Offer, sent_at: Timestamp) -> Flow {
    let step = Step::Code {
        channel,
        sent_to: Some(to.into()),
        length: 6,
        expires_at: Some(sent_at.plus_seconds(CODE_LIFETIME)),
        remember_days: None,
    };
    let offers =
        Offers::default().with(ActionName::Submit).with_offer(ActionName::Resend, resend).with(ActionName::Back);
    active(rev, step, offers)
}

fn choose_workspace() -> Flow {
    let membership = |id: &str, name: &str, member_name: &str, logo: Option<String>| Membership {
        id: id.into(),
        name: name.into(),
        member_name: member_name.into(),
        logo,
    };
    let workspaces = vec![
        membership(&nuri().id, &nuri().name, "김민지", nuri().logo),
        membership(&hanbit().id, &hanbit().name, "김민지", hanbit().logo),
        membership("northwind", "Northwind Traders", "Minji Kim", None),
    ];
    let offers = offers(&[ActionName::Choose, ActionName::Back]);
    active(3, Step::ChooseWorkspace { verified: MINJI.into(), provider: None, workspaces }, offers)
}

pub(super) fn password() -> Flow {
    let offers = offers(&[ActionName::Submit, ActionName::Forgot, ActionName::Back]);
    about(MINJI, None, at(nuri(), active(4, Step::Password { identifier: Some(MINJI.into()), masked: false }, offers)))
}

pub(super) fn password_by_organisation() -> Flow {
    let offers =
        offers(&[ActionName::Submit, ActionName::Forgot, ActionName::FindId, ActionName::UseEmail, ActionName::Back]);
    at(nuri(), active(3, Step::Password { identifier: None, masked: false }, offers))
}

pub(super) fn password_restricted() -> Flow {
    let submit = Offer::after(3600);
    let offers =
        Offers::default().with_offer(ActionName::Submit, submit).with(ActionName::Forgot).with(ActionName::Back);
    let restricted = Message {
        code: MessageCode::SignInRestricted,
        params: Params { until: Some(NOW.plus_seconds(3600)), ..Params::default() },
        severity: Severity::Error,
    };
    let flow = active(4, Step::Password { identifier: Some(MINJI.into()), masked: false }, offers);
    about(MINJI, None, at(nuri(), saying(flow, &[restricted])))
}

fn no_workspace() -> Flow {
    let ways = [ActionName::UseOrganisation, ActionName::Back];
    notice(3, NoticeCode::NoWorkspace, sent_to("alex@daemun.test"), &ways)
}

fn email_restricted() -> Flow {
    let params = Params { until: Some(NOW.plus_seconds(30 * 60)), ..sent_to(MINJI) };
    notice(3, NoticeCode::EmailRestricted, params, &[ActionName::UseOrganisation, ActionName::Back])
}

fn account_suspended() -> Flow {
    let ways = [ActionName::UseEmail, ActionName::Back];
    at(nuri(), notice(4, NoticeCode::AccountSuspended, named(nuri()), &ways))
}

fn email_not_allowed() -> Flow {
    let ways = [ActionName::UseOrganisation, ActionName::Back];
    at(nuri(), notice(4, NoticeCode::MethodNotAllowed, named(nuri()), &ways))
}

/// A step that somebody else may move: no step of version 1 needs it, every step may have it.
fn waiting() -> Flow {
    let sent = code_message(MessageCode::CodeSentAgain, Severity::Success, MINJI);
    let flow = saying(code_with(Offer::after(30), NOW), &[sent]);
    match flow.status {
        Status::Active { step, actions, poll: _ } => {
            Flow { status: Status::Active { step, actions, poll: Some(Poll { interval: 5 }) }, ..flow }
        }
        Status::Complete(_) | Status::Ended { .. } | Status::Unknown => flow,
    }
}

fn complete() -> Flow {
    let complete = flow(5, Status::Complete(Destination::Page { redirect_to: "https://app.example/board/7".into() }));
    about(MINJI, Some("김민지"), at(nuri(), complete))
}

pub(super) fn expired() -> Flow {
    later(ended(2, EndReason::Expired), FLOW_LIFETIME)
}

fn cancelled() -> Flow {
    ended(3, EndReason::Cancelled)
}

/// Whatever the flow was for, what is begun next is a sign-in.
pub(super) fn ended(rev: u64, reason: EndReason) -> Flow {
    flow(rev, Status::Ended { reason, restart: Some(Restart { kind: Kind::SignIn }) })
}

fn return_not_allowed() -> Message {
    Message { code: MessageCode::ReturnNotAllowed, params: Params::default(), severity: Severity::Warning }
}

fn method_not_allowed() -> Message {
    Message { code: MessageCode::MethodNotAllowed, params: named(nuri()), severity: Severity::Warning }
}
