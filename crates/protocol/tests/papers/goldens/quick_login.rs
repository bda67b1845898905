//! Minji's phone: she sets a PIN in the platform's app, and signs in by it (FEATURES L7, S7).

use daemun_protocol::{
    Action, ActionName, Flow, Message, MessageCode, Offer, Offers, Params, Possession, Proof, Secret, SecurityItem,
    SettingReason, Severity, Step, StepKind,
};

use super::devices::{assertion, done, passkey_options, settings};
use super::sign_in::password_by_organisation;
use super::{NamedAct, NamedFlow, about, active, at, nuri, offers, saying};

const KEY: &str = "tB5mWq9Zx1Lk7hGd3Rv8Pw";
const CHALLENGE: &str = "Lr0GZ4aF2cPyqk6O8uXwTg";
const PIN: &str = "135791";

pub(super) fn acts() -> Vec<NamedAct> {
    let pin = |again: Option<&str>| Action::SubmitPin {
        pin: Secret::new(PIN),
        pin_again: again.map(Secret::new),
        possession: Box::new(possession()),
    };
    vec![
        ("act-security-set_pin", StepKind::Security, 1, Action::SetPin),
        ("act-security-turn_on_biometrics", StepKind::Security, 1, Action::TurnOnBiometrics),
        ("act-security-turn_off_biometrics", StepKind::Security, 1, Action::TurnOffBiometrics),
        ("act-security-turn_off_quick_login", StepKind::Security, 1, Action::TurnOffQuickLogin),
        ("act-security-turn_off_quick_login_elsewhere", StepKind::Security, 1, Action::TurnOffQuickLoginElsewhere),
        ("act-set_pin-submit", StepKind::SetPin, 2, pin(Some(PIN))),
        ("act-set_pin-submit-once", StepKind::SetPin, 2, pin(None)),
        ("act-quick_login-submit", StepKind::QuickLogin, 1, pin(None)),
        ("act-quick_login-use_passkey", StepKind::QuickLogin, 1, Action::UsePasskey { credential: Some(assertion()) }),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    let revoked =
        Message { code: MessageCode::QuickLoginRevoked, params: Params::default(), severity: Severity::Warning };
    vec![
        ("flow-security-quick_login", security(false, false, &[ActionName::TurnOffQuickLoginElsewhere])),
        ("flow-set_pin", set_pin(false, false)),
        ("flow-set_pin-change", set_pin(true, false)),
        ("flow-set_pin-once", set_pin(false, true)),
        ("flow-security-quick_login_on", saying(by_pin(), &[done(MessageCode::QuickLoginOn)])),
        ("flow-security-pin_changed", saying(by_pin(), &[done(MessageCode::PinChanged)])),
        ("flow-security-biometrics_on", saying(by_biometrics(), &[done(MessageCode::BiometricsOn)])),
        ("flow-security-biometrics_off", saying(by_pin(), &[done(MessageCode::BiometricsOff)])),
        ("flow-security-quick_login_off", saying(security(false, false, &[]), &[done(MessageCode::QuickLoginOff)])),
        ("flow-security-app_only", app_only()),
        ("flow-quick_login", quick_login()),
        ("flow-quick_login-biometrics", with_biometrics()),
        ("flow-password-quick_login_revoked", saying(password_by_organisation(), &[revoked])),
    ]
}

fn possession() -> Possession {
    Possession {
        public_key: "BNYHzs2h6m0g2QJY7m0m9b0hRk9Wl1b2q2y5wqXkq4n2l3S8v0m1xq7Yd5rK6tGv1pZc3uFj8aLw9eXo2iTbQnM".into(),
        signature: "mZ3sY0c8vQe1K7pXw5rT2uJ9hB4nD6fL0gA8kV1yM3oR5iC7xE2zS4tU6wQ9jH1bN8vF0lP3dG5aK7mX2cZ4rg".into(),
    }
}

/// The settings in the app; of one whose sign-in is a while ago.
fn security(on: bool, biometrics: bool, ways: &[ActionName]) -> Flow {
    let items = vec![
        SecurityItem::QuickLogin { on, biometrics, elsewhere: 1, missing: None },
        SecurityItem::Sessions { count: 1 },
    ];
    let fresh = Offer { proof: Some(Proof::Fresh), ..Offer::default() };
    let ways = ways.iter().chain(&[ActionName::ShowSessions, ActionName::Done]);
    let offers = ways.fold(Offers::default(), |offers, name| offers.with(*name));
    settings(active(3, Step::Security { items }, offers.with_offer(ActionName::SetPin, fresh)))
}

fn by_pin() -> Flow {
    security(true, false, &[ActionName::TurnOnBiometrics, ActionName::TurnOffQuickLogin])
}

fn by_biometrics() -> Flow {
    security(true, true, &[ActionName::TurnOffBiometrics, ActionName::TurnOffQuickLogin])
}

/// In an ordinary browser.
fn app_only() -> Flow {
    let missing = Some(SettingReason::AppOnly);
    let items = vec![
        SecurityItem::QuickLogin { on: false, biometrics: false, elsewhere: 0, missing },
        SecurityItem::Sessions { count: 1 },
    ];
    settings(active(1, Step::Security { items }, offers(&[ActionName::ShowSessions, ActionName::Done])))
}

pub(super) fn set_pin(change: bool, once: bool) -> Flow {
    let step = Step::SetPin { key: KEY.into(), challenge: CHALLENGE.into(), change, once };
    settings(active(2, step, offers(&[ActionName::Submit, ActionName::Back])))
}

/// At the front door of the app, of who has set a PIN there.
pub(super) fn quick_login() -> Flow {
    asked(None, &[ActionName::Submit, ActionName::UseOther])
}

fn with_biometrics() -> Flow {
    asked(Some(passkey_options()), &[ActionName::Submit, ActionName::UsePasskey, ActionName::UseOther])
}

fn asked(biometrics: Option<daemun_protocol::PublicKeyOptions>, ways: &[ActionName]) -> Flow {
    let step = Step::QuickLogin { key: KEY.into(), challenge: CHALLENGE.into(), biometrics };
    about("mi***@daemun.test", Some("김민지"), at(nuri(), active(1, step, offers(ways))))
}
