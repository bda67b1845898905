//! Minji looks at her own security settings: what there is, and where she is signed in.

use daemun_protocol::{
    Action, ActionName, Flow, MessageCode, NewPasswordReason, Offer, PasswordRules, Proof, SecurityItem, Session,
    SettingReason, Step, StepKind,
};

use super::devices::{done, settings};
use super::{MINJI, NOW, NURIS_RULES, NamedAct, NamedFlow, SOYEON, about, active, offers, saying};

const SESSION: &str = "Vb2xqk0rT3uT9g0s3cD1Zg";

pub(super) fn acts() -> Vec<NamedAct> {
    vec![
        ("act-security-show_devices", StepKind::Security, 1, Action::ShowDevices),
        ("act-security-show_sessions", StepKind::Security, 1, Action::ShowSessions),
        ("act-security-change_password", StepKind::Security, 1, Action::ChangePassword),
        ("act-security-register_id", StepKind::Security, 1, Action::RegisterId),
        ("act-security-turn_on_two_factor", StepKind::Security, 1, Action::TurnOnTwoFactor),
        ("act-security-turn_off_two_factor", StepKind::Security, 1, Action::TurnOffTwoFactor),
        ("act-security-link_phone", StepKind::Security, 1, Action::LinkPhone),
        ("act-security-unlink_phone", StepKind::Security, 1, Action::UnlinkPhone),
        ("act-link_phone-submit", StepKind::LinkPhone, 2, Action::SubmitContact { identifier: "010-2345-6789".into() }),
        ("act-link_phone-use_profile_number", StepKind::LinkPhone, 2, Action::UseProfileNumber),
        ("act-phone_taken-move_phone", StepKind::PhoneTaken, 4, Action::MovePhone),
        ("act-sessions-sign_out", StepKind::Sessions, 2, Action::SignOutSession { session: SESSION.into() }),
        ("act-sessions-sign_out_others", StepKind::Sessions, 2, Action::SignOutOthers),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-security", security()),
        ("flow-security-two_factor_off", saying(without_two_factor(), &[done(MessageCode::TwoFactorOff)])),
        ("flow-security-two_factor_on", saying(security(), &[done(MessageCode::TwoFactorOn)])),
        ("flow-security-password_changed", saying(security(), &[done(MessageCode::PasswordChanged)])),
        ("flow-security-id_registered", saying(with_id(), &[done(MessageCode::IdRegistered)])),
        ("flow-new_password-changed", new_password()),
        ("flow-security-little", little()),
        ("flow-security-nothing", nothing_to_verify_by(SettingReason::PasswordMissing)),
        ("flow-security-managed", nothing_to_verify_by(SettingReason::ManagedProfile)),
        ("flow-link_phone", link_phone()),
        ("flow-phone_taken", phone_taken()),
        ("flow-security-phone_linked", saying(with_phone(true), &[done(MessageCode::PhoneLinked)])),
        ("flow-security-phone_unlinked", saying(with_phone(false), &[done(MessageCode::PhoneUnlinked)])),
        ("flow-security-phone_last", only_phone()),
        ("flow-sessions", sessions()),
        ("flow-sessions-only", saying(only(), &[done(MessageCode::SignedOutElsewhere)])),
    ]
}

/// A while after she signed in.
fn security() -> Flow {
    let items = vec![
        SecurityItem::Password {
            identifier: Some("minji".into()),
            set: true,
            expires_at: Some(NOW.plus_seconds(60 * 24 * 3600)),
            missing: None,
        },
        SecurityItem::Phone { linked: Some("010-****-6789".into()), last: false, missing: None },
        SecurityItem::Identities { count: 1, missing: None },
        SecurityItem::Devices { count: 2, missing: None },
        SecurityItem::TwoFactor { on: true, missing: None },
        SecurityItem::QuickLogin {
            on: false,
            biometrics: false,
            elsewhere: 0,
            missing: Some(SettingReason::NotAllowed),
        },
        SecurityItem::Sessions { count: 2 },
    ];
    let fresh = Offer { proof: Some(Proof::Fresh), ..Offer::default() };
    let shown = [ActionName::ShowIdentities, ActionName::ShowDevices, ActionName::ShowSessions, ActionName::Done];
    let actions = offers(&shown)
        .with_offer(ActionName::LinkPhone, fresh)
        .with_offer(ActionName::UnlinkPhone, fresh)
        .with_offer(ActionName::ChangePassword, fresh)
        .with_offer(ActionName::TurnOffTwoFactor, fresh);
    settings(active(1, Step::Security { items }, actions))
}

/// She has just turned it off.
fn without_two_factor() -> Flow {
    let items = vec![SecurityItem::TwoFactor { on: false, missing: None }, SecurityItem::Sessions { count: 1 }];
    let actions = offers(&[ActionName::TurnOnTwoFactor, ActionName::ShowSessions, ActionName::Done]);
    settings(active(4, Step::Security { items }, actions))
}

/// 소연 has none, and has just registered one.
fn with_id() -> Flow {
    let password =
        SecurityItem::Password { identifier: Some("soyeon".into()), set: true, expires_at: None, missing: None };
    let items = vec![password, SecurityItem::Sessions { count: 1 }];
    let actions = offers(&[ActionName::ChangePassword, ActionName::ShowSessions, ActionName::Done]);
    about(SOYEON, Some("이소연"), settings(active(4, Step::Security { items }, actions)))
}

/// Another password, from the settings.
fn new_password() -> Flow {
    let rules = PasswordRules { history: 1, ..NURIS_RULES };
    let step = Step::NewPassword { identifier: MINJI.into(), reason: NewPasswordReason::Changed, rules };
    settings(active(3, step, offers(&[ActionName::Submit, ActionName::Back])))
}

/// Where the workspace allows little, keeps the profiles, and asks everybody for a second factor; and nothing is set up.
fn little() -> Flow {
    let items = vec![
        SecurityItem::Password {
            identifier: None,
            set: false,
            expires_at: None,
            missing: Some(SettingReason::NotAllowed),
        },
        SecurityItem::Phone { linked: None, last: false, missing: Some(SettingReason::NotAllowed) },
        SecurityItem::Identities { count: 0, missing: Some(SettingReason::NotAvailable) },
        SecurityItem::Devices { count: 0, missing: Some(SettingReason::NotAllowed) },
        SecurityItem::TwoFactor { on: true, missing: Some(SettingReason::Required) },
        SecurityItem::QuickLogin {
            on: false,
            biometrics: false,
            elsewhere: 0,
            missing: Some(SettingReason::NotAllowed),
        },
        SecurityItem::Sessions { count: 1 },
    ];
    settings(active(1, Step::Security { items }, offers(&[ActionName::ShowSessions, ActionName::Done])))
}

/// What could be a second factor is not there, and cannot be added.
fn nothing_to_verify_by(missing: SettingReason) -> Flow {
    let items = vec![
        SecurityItem::Password { identifier: None, set: false, expires_at: None, missing: None },
        SecurityItem::TwoFactor { on: false, missing: Some(missing) },
        SecurityItem::Sessions { count: 1 },
    ];
    let actions = offers(&[ActionName::RegisterId, ActionName::ShowSessions, ActionName::Done]);
    settings(active(1, Step::Security { items }, actions))
}

fn here() -> Session {
    Session {
        id: "kQ8mJ4hXS0m0o2bVw7cB5A".into(),
        browser: "Chrome, Windows".into(),
        place: "203.0.113.x".into(),
        signed_in_at: NOW,
        last_seen_at: NOW.plus_seconds(900),
        here: true,
    }
}

fn sessions() -> Flow {
    let elsewhere = Session {
        id: SESSION.into(),
        browser: "Safari, iPhone".into(),
        place: "198.51.100.x".into(),
        signed_in_at: NOW,
        last_seen_at: NOW.plus_seconds(60),
        here: false,
    };
    let actions = offers(&[ActionName::SignOut, ActionName::SignOutOthers, ActionName::Back]);
    settings(active(2, Step::Sessions { sessions: vec![here(), elsewhere] }, actions))
}

fn only() -> Flow {
    settings(active(3, Step::Sessions { sessions: vec![here()] }, offers(&[ActionName::Back])))
}

/// Her profile has a number that she does not sign in with yet.
fn link_phone() -> Flow {
    let step = Step::LinkPhone { identifier: None, profile: Some("010-****-6789".into()) };
    let ways = [ActionName::Submit, ActionName::UseProfileNumber, ActionName::Back];
    settings(active(2, step, offers(&ways)))
}

/// The code was right, and another account has the number.
fn phone_taken() -> Flow {
    let step = Step::PhoneTaken { number: "010-****-6789".into() };
    settings(active(4, step, offers(&[ActionName::MovePhone, ActionName::Back])))
}

/// 소연 signs in by her number and by nothing else.
fn only_phone() -> Flow {
    let items = vec![
        SecurityItem::Password {
            identifier: None,
            set: false,
            expires_at: None,
            missing: Some(SettingReason::NotAllowed),
        },
        SecurityItem::Phone { linked: Some("010-****-0404".into()), last: true, missing: None },
        SecurityItem::Sessions { count: 1 },
    ];
    let actions = offers(&[ActionName::LinkPhone, ActionName::UnlinkPhone, ActionName::ShowSessions, ActionName::Done]);
    about(SOYEON, Some("이소연"), settings(active(1, Step::Security { items }, actions)))
}

fn with_phone(linked: bool) -> Flow {
    let linked_number = linked.then(|| "010-****-6789".into());
    let items = vec![SecurityItem::Phone { linked: linked_number, last: false, missing: None }];
    let actions = offers(&[ActionName::LinkPhone, ActionName::Done]);
    let actions = if linked { actions.with(ActionName::UnlinkPhone) } else { actions };
    settings(active(4, Step::Security { items }, actions))
}
