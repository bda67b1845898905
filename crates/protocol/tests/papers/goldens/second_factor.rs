//! After the password, a second factor: one that Minji has, one that she is asked to save first, or none that she can save
//! (FEATURES T1 to T5).

use daemun_protocol::{
    Action, ActionName, Channel, Factor, FactorKind, Flow, Message, MessageCode, NoticeCode, Offer, Params, Secret,
    Severity, Status, Step, StepKind,
};

use super::sign_in::code_to;
use super::{MINJI, NOW, NamedAct, NamedFlow, about, active, at, code_message, named, notice, nuri, offers, saying};

const EMAIL: &str = "mi***@daemun.test";
const MOBILE: &str = "010-****-0101";
const MINJIS_HOME: &str = "minji.home@daemun.test";

pub(super) fn acts() -> Vec<NamedAct> {
    let remember = Action::SubmitCode { code: Secret::new("123456"), remember: true };
    let code = |code: &str| Action::SubmitCode { code: Secret::new(code), remember: false };
    vec![
        ("act-choose_factor-choose", StepKind::ChooseFactor, 5, Action::ChooseFactor { factor: "sms".into() }),
        ("act-code-submit-remember", StepKind::Code, 6, remember),
        ("act-code-use_other", StepKind::Code, 6, Action::UseOther),
        (
            "act-enrol_contact-submit",
            StepKind::EnrolContact,
            5,
            Action::SubmitContact { identifier: MINJIS_HOME.into() },
        ),
        ("act-enrol_contact-use_authenticator", StepKind::EnrolContact, 5, Action::UseAuthenticator),
        ("act-enrol_authenticator-submit", StepKind::EnrolAuthenticator, 6, code("287082")),
        ("act-recovery_codes-done", StepKind::RecoveryCodes, 7, Action::Done),
        ("act-recovery_code-submit", StepKind::RecoveryCode, 7, code("k7qm-x2rd-9wtz")),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-choose_factor", choose_factor()),
        ("flow-code-second_factor", code_by_mail()),
        ("flow-code-authenticator", authenticator()),
        ("flow-recovery_code", recovery_code()),
        ("flow-enrol_contact", enrol_contact(None, &[Channel::Email, Channel::Sms])),
        ("flow-enrol_contact-email_only", enrol_contact(Some(MINJI), &[Channel::Email])),
        ("flow-enrol_authenticator", enrol_authenticator()),
        ("flow-recovery_codes", recovery_codes()),
        ("flow-notice-second_factor_missing", missing()),
    ]
}

/// Whoever is asked for a second factor has given the first.
fn minjis(flow: Flow) -> Flow {
    about(MINJI, Some("김민지"), at(nuri(), flow))
}

fn choose_factor() -> Flow {
    let factor = |id: &str, kind, to: Option<&str>| Factor { id: id.into(), kind, to: to.map(Into::into) };
    let factors = vec![
        factor("email", FactorKind::Email, Some(EMAIL)),
        factor("sms", FactorKind::Sms, Some(MOBILE)),
        factor("authenticator", FactorKind::Authenticator, None),
        factor("passkey", FactorKind::Passkey, None),
        factor("recovery_code", FactorKind::RecoveryCode, None),
    ];
    minjis(active(5, Step::ChooseFactor { factors }, offers(&[ActionName::Choose, ActionName::Back])))
}

fn code_by_mail() -> Flow {
    let mut flow = code_to(6, Channel::Email, EMAIL, Offer::after(30), NOW);
    if let Status::Active { step, actions, .. } = &mut flow.status {
        *actions = actions.clone().with(ActionName::UseOther);
        if let Step::Code { remember_days, .. } = &mut step.step {
            *remember_days = Some(30);
        }
    }
    minjis(saying(flow, &[code_message(MessageCode::CodeSent, Severity::Info, EMAIL)]))
}

fn authenticator() -> Flow {
    let step =
        Step::Code { channel: Channel::Authenticator, sent_to: None, length: 6, expires_at: None, remember_days: None };
    minjis(active(6, step, offers(&[ActionName::Submit, ActionName::UseOther, ActionName::Back])))
}

pub(super) fn recovery_code() -> Flow {
    let ways = [ActionName::Submit, ActionName::UseOther, ActionName::Back];
    minjis(active(7, Step::RecoveryCode { left: 9 }, offers(&ways)))
}

pub(super) fn enrol_contact(identifier: Option<&str>, channels: &[Channel]) -> Flow {
    let required = Message { code: MessageCode::SecondFactorRequired, params: named(nuri()), severity: Severity::Info };
    let step = Step::EnrolContact { identifier: identifier.map(Into::into), channels: channels.to_vec() };
    let ways = [ActionName::Submit, ActionName::UseAuthenticator, ActionName::Back];
    minjis(saying(active(5, step, offers(&ways)), &[required]))
}

/// The key of RFC 6238, appendix B.
fn enrol_authenticator() -> Flow {
    let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let uri = format!("otpauth://totp/Daemun:minji%40daemun.test?secret={key}&issuer=Daemun");
    let step = Step::EnrolAuthenticator { key: Secret::new(key), uri: Secret::new(uri) };
    minjis(active(6, step, offers(&[ActionName::Submit, ActionName::Back])))
}

fn recovery_codes() -> Flow {
    let codes = ["k7qm-x2rd-9wtz", "4fhv-p8nc-y6bj", "w3gs-d5ka-m2xe"];
    let step = Step::RecoveryCodes { codes: codes.map(Secret::new).into() };
    minjis(active(7, step, offers(&[ActionName::Done])))
}

fn missing() -> Flow {
    minjis(notice(5, NoticeCode::SecondFactorMissing, Params { ..named(nuri()) }, &[ActionName::Back]))
}
