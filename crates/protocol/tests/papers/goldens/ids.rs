//! IDs: Soyeon, who joined without, registers hers (FEATURES R5); Minji has forgotten hers (L10).

use daemun_protocol::{
    Action, ActionName, Channel, Flow, FoundId, MessageCode, NoticeCode, Offer, Params, Secret, Severity, Step,
    StepKind,
};

use super::sign_in::code_to;
use super::{
    NOW, NURIS_RULES, NamedAct, NamedFlow, SOYEON, about, active, at, code_message, notice, nuri, offers, saying,
    sent_to,
};

/// The mobile number of Minji's profile. The one that she signs in with is another, and is never found.
pub(super) const MINJIS_MOBILE: &str = "010-5555-0101";
const MINJIS_HOME: &str = "minji.home@daemun.test";

pub(super) fn acts() -> Vec<NamedAct> {
    let register = Action::SubmitId { identifier: "soyeon.lee".into(), password: Secret::new("maehwa-2026-kkot") };
    let find = Action::SubmitContact { identifier: MINJIS_MOBILE.into() };
    vec![
        ("act-register_id-submit", StepKind::RegisterId, 3, register),
        ("act-find_id-submit", StepKind::FindId, 4, find),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-register_id", register_id(None)),
        ("flow-register_id-refused", register_id(Some("minji"))),
        ("flow-find_id", find_id(None, &[Channel::Email, Channel::Sms])),
        ("flow-find_id-email_only", find_id(Some(MINJIS_HOME), &[Channel::Email])),
        ("flow-code-sms", code_by_sms()),
        ("flow-found_ids", found_ids()),
        ("flow-notice-id_not_found", id_not_found()),
        ("flow-notice-email_restricted-number", number_restricted()),
    ]
}

/// With the ID that was refused, if one was.
pub(super) fn register_id(identifier: Option<&str>) -> Flow {
    let step = Step::RegisterId { identifier: identifier.map(Into::into), rules: NURIS_RULES };
    about(SOYEON, Some("이소연"), at(nuri(), active(3, step, offers(&[ActionName::Submit, ActionName::Back]))))
}

pub(super) fn find_id(identifier: Option<&str>, channels: &[Channel]) -> Flow {
    let step = Step::FindId { identifier: identifier.map(Into::into), channels: channels.to_vec() };
    at(nuri(), active(4, step, offers(&[ActionName::Submit, ActionName::Back])))
}

fn code_by_sms() -> Flow {
    let sent = code_message(MessageCode::CodeSent, Severity::Info, MINJIS_MOBILE);
    let flow = code_to(5, Channel::Sms, MINJIS_MOBILE, Offer::after(30), NOW);
    at(nuri(), saying(flow, &[sent]))
}

/// Two accounts with one mobile number.
fn found_ids() -> Flow {
    let found = |masked: &str| FoundId { masked: masked.into(), workspace: nuri().name };
    let step = Step::FoundIds { ids: vec![found("mi***@daemun.test"), found("qa***")] };
    at(nuri(), active(6, step, offers(&[ActionName::Back])))
}

fn id_not_found() -> Flow {
    at(nuri(), notice(6, NoticeCode::IdNotFound, sent_to("010-5555-0199"), &[ActionName::Back]))
}

fn number_restricted() -> Flow {
    let params = Params { until: Some(NOW.plus_seconds(30 * 60)), ..sent_to(MINJIS_MOBILE) };
    at(nuri(), notice(6, NoticeCode::EmailRestricted, params, &[ActionName::Back]))
}
