//! Minji's passwords: one forgotten (FEATURES R1, R2), one whose time is over (R4).

use daemun_protocol::{
    Action, ActionName, Flow, Kind, Message, MessageCode, NewPasswordReason, NoticeCode, Params, Secret, Severity,
    Step, StepKind, Workspace,
};

use super::{
    HANBITS_RULES, MINJI, NURIS_RULES, NamedAct, NamedFlow, about, active, at, hanbit, named, notice, nuri, of, offers,
    saying, sent_to,
};

pub(super) fn acts() -> Vec<NamedAct> {
    let request = Action::SubmitReset { name: "김민지".into(), email: MINJI.into() };
    let new = Action::SubmitNewPassword { password: Secret::new("dalbit 2026 sanchaek") };
    vec![
        ("act-request_reset-submit", StepKind::RequestReset, 5, request),
        ("act-new_password-submit", StepKind::NewPassword, 1, new),
        ("act-notice-forgot", StepKind::Notice, 1, Action::Forgot),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-request_reset", request_reset(5, Some(MINJI))),
        ("flow-notice-reset_requested", reset_requested()),
        ("flow-new_password-reset", reset()),
        ("flow-password-password_changed", changed()),
        ("flow-new_password-expired", expired()),
        ("flow-notice-reset_link_unknown", dead_link(NoticeCode::ResetLinkUnknown, None)),
        ("flow-notice-reset_link_expired", dead_link(NoticeCode::ResetLinkExpired, Some(nuri()))),
        ("flow-notice-reset_link_used", dead_link(NoticeCode::ResetLinkUsed, Some(nuri()))),
    ]
}

/// From Minji's password step in 누리소프트.
pub(super) fn request_reset(rev: u64, email: Option<&str>) -> Flow {
    let step = Step::RequestReset { name: None, email: email.map(Into::into) };
    at(nuri(), active(rev, step, offers(&[ActionName::Submit, ActionName::Back])))
}

fn reset_requested() -> Flow {
    at(nuri(), notice(6, NoticeCode::ResetRequested, sent_to(MINJI), &[ActionName::Back]))
}

pub(super) fn reset() -> Flow {
    let step = Step::NewPassword { identifier: MINJI.into(), reason: NewPasswordReason::Reset, rules: NURIS_RULES };
    of(Kind::Reset, about(MINJI, Some("김민지"), at(nuri(), active(1, step, offers(&[ActionName::Submit])))))
}

fn changed() -> Flow {
    let said = Message { code: MessageCode::PasswordChanged, params: Params::default(), severity: Severity::Success };
    let offers = offers(&[ActionName::Submit, ActionName::Forgot, ActionName::Back]);
    let flow = active(2, Step::Password { identifier: Some(MINJI.into()), masked: false }, offers);
    of(Kind::Reset, about(MINJI, None, at(nuri(), saying(flow, &[said]))))
}

/// At 한빛 디자인, where passwords last for 90 days.
pub(super) fn expired() -> Flow {
    let step = Step::NewPassword { identifier: MINJI.into(), reason: NewPasswordReason::Expired, rules: HANBITS_RULES };
    let flow = active(5, step, offers(&[ActionName::Submit, ActionName::Back]));
    about(MINJI, Some("김민지"), at(hanbit(), flow))
}

/// The workspace is said where the link is one that there was.
fn dead_link(code: NoticeCode, workspace: Option<Workspace>) -> Flow {
    let params = workspace.clone().map(named).unwrap_or_default();
    let flow = notice(1, code, params, &[ActionName::Forgot, ActionName::UseEmail]);
    of(Kind::Reset, Flow { workspace, ..flow })
}
