//! Minji's devices: she signs in by unlocking one, and keeps them in order (FEATURES L4, S4, T5).

use daemun_protocol::{
    AcceptedCredentials, Action, ActionName, Credential, CredentialProperties, CredentialResponse, DeviceKind,
    EndReason, ExtensionResults, Flow, Kind, KnownAccounts, Message, MessageCode, Offer, Params, Proof,
    PublicKeyOptions, Restart, Secret, Severity, Status, Step, StepKind, TrustedDevice,
};
use serde_json::json;

use super::{MINJI, NOW, NamedAct, NamedFlow, about, active, at, nuri, of, offers, saying};

const CREDENTIAL: &str = "q7GXLmQ0TtqdL2c1Yw3v8A";
const USER: &str = "5pJm1mTnTkSxk8c0m3oY7w";

pub(super) fn acts() -> Vec<NamedAct> {
    let device = "7".to_owned();
    vec![
        ("act-identify-use_passkey", StepKind::Identify, 1, Action::UsePasskey { credential: Some(assertion()) }),
        ("act-password-use_passkey", StepKind::Password, 4, Action::UsePasskey { credential: None }),
        ("act-passkey-submit", StepKind::Passkey, 5, Action::SubmitPasskey { credential: assertion() }),
        ("act-trusted_devices-register", StepKind::TrustedDevices, 1, Action::Register),
        ("act-trusted_devices-register_key", StepKind::TrustedDevices, 1, Action::RegisterKey),
        (
            "act-trusted_devices-rename",
            StepKind::TrustedDevices,
            1,
            Action::RenameDevice { device: device.clone(), name: "민지의 전화".into() },
        ),
        ("act-trusted_devices-reissue_recovery_key", StepKind::TrustedDevices, 1, Action::ReissueRecoveryKey),
        ("act-trusted_devices-remove", StepKind::TrustedDevices, 1, Action::RemoveDevice { device }),
        ("act-register_device-submit", StepKind::RegisterDevice, 2, registration()),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-identify-passkey", identify()),
        ("flow-passkey", passkey()),
        ("flow-trusted_devices", trusted_devices()),
        ("flow-trusted_devices-none", none_yet()),
        ("flow-register_device", register_device()),
        ("flow-trusted_devices-removed", saying(none_left(), &[done(MessageCode::DeviceRemoved)])),
        ("flow-trusted_devices-recovery_key", recovery_key()),
        ("flow-new_recovery_key-reissued", reissued_recovery_key()),
        ("flow-ended-signed_out", of(Kind::Security, super::flow(2, signed_out()))),
    ]
}

pub(super) fn assertion() -> Box<Credential> {
    credential(CredentialResponse::Assertion {
        client_data_json: "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0".into(),
        authenticator_data: "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ".into(),
        signature: "MEUCIQD2wU7".into(),
        user_handle: Some(USER.into()),
    })
}

fn registration() -> Action {
    let mut made = credential(CredentialResponse::Attestation {
        client_data_json: "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0".into(),
        attestation_object: "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YQ".into(),
        transports: vec!["internal".into()],
    });
    made.client_extension_results = ExtensionResults { cred_props: Some(CredentialProperties { rk: Some(true) }) };
    Action::SubmitDevice { credential: made, name: "민지의 전화".into() }
}

fn credential(response: CredentialResponse) -> Box<Credential> {
    Box::new(Credential {
        id: CREDENTIAL.into(),
        raw_id: CREDENTIAL.into(),
        kind: "public-key".into(),
        authenticator_attachment: Some("platform".into()),
        response,
        client_extension_results: ExtensionResults::default(),
    })
}

fn options(more: &serde_json::Value) -> PublicKeyOptions {
    let mut options = json!({
        "challenge": "Lr0GZ4aF2cPyqk6O8uXwTg",
        "timeout": 300_000,
        "rpId": "login.example",
        "userVerification": "required",
    });
    if let (Some(options), Some(more)) = (options.as_object_mut(), more.as_object()) {
        options.extend(more.clone());
    }
    PublicKeyOptions::new(options.to_string())
}

/// Whoever has a passkey need not type who they are.
fn identify() -> Flow {
    let step = Step::Identify {
        identifier: None,
        passkey: Some(options(&json!({ "allowCredentials": [] }))),
        accounts: KnownAccounts::default(),
    };
    active(1, step, offers(&[ActionName::Submit, ActionName::UseOrganisation, ActionName::UsePasskey]))
}

/// What asks for just this credential.
pub(super) fn passkey_options() -> PublicKeyOptions {
    options(&json!({ "allowCredentials": [{ "type": "public-key", "id": CREDENTIAL, "transports": ["internal"] }] }))
}

/// One of the devices of an account that is known.
pub(super) fn passkey() -> Flow {
    let step = Step::Passkey { options: passkey_options() };
    about(
        MINJI,
        None,
        at(nuri(), active(5, step, offers(&[ActionName::Submit, ActionName::UseOther, ActionName::Back]))),
    )
}

/// Signed in to her own settings.
pub(super) fn settings(flow: Flow) -> Flow {
    of(Kind::Security, about(MINJI, Some("김민지"), at(nuri(), flow)))
}

/// She has signed in a while ago: what adds a way in or takes one away asks for the password once more.
pub(super) fn trusted_devices() -> Flow {
    let devices = vec![
        TrustedDevice {
            id: "7".into(),
            name: "민지의 휴대폰".into(),
            kind: DeviceKind::Device,
            registered_at: NOW,
            last_used_at: Some(NOW.plus_seconds(3600)),
            here: true,
            last: false,
        },
        TrustedDevice {
            id: "9".into(),
            name: "YubiKey".into(),
            kind: DeviceKind::SecurityKey,
            registered_at: NOW,
            last_used_at: None,
            here: false,
            last: false,
        },
    ];
    let accepted = AcceptedCredentials {
        rp_id: "login.example".into(),
        user_id: USER.into(),
        credential_ids: vec![CREDENTIAL.into(), "AbCdEfGhIjKlMnOpQrStUv".into()],
        name: MINJI.into(),
        display_name: "김민지".into(),
    };
    let fresh = Offer { proof: Some(Proof::Fresh), ..Offer::default() };
    let actions = offers(&[ActionName::Rename, ActionName::Back])
        .with_offer(ActionName::Register, fresh)
        .with_offer(ActionName::Remove, fresh)
        .with_offer(ActionName::RegisterKey, fresh);
    let flow = settings(active(1, Step::TrustedDevices { devices, accepted: Some(accepted) }, actions));
    saying(flow, &[done(MessageCode::DeviceRegistered)])
}

pub(super) fn done(code: MessageCode) -> Message {
    Message { code, params: Params::default(), severity: Severity::Success }
}

fn none_left() -> Flow {
    let ways = [ActionName::Register, ActionName::RegisterKey, ActionName::Back];
    settings(active(3, Step::TrustedDevices { devices: Vec::new(), accepted: None }, offers(&ways)))
}

/// A super administrator has a recovery key besides, and has signed in a while ago.
fn recovery_key() -> Flow {
    let fresh = Offer { proof: Some(Proof::Fresh), ..Offer::default() };
    let actions = offers(&[ActionName::Back])
        .with_offer(ActionName::Register, fresh)
        .with_offer(ActionName::RegisterKey, fresh)
        .with_offer(ActionName::ReissueRecoveryKey, fresh);
    settings(active(1, Step::TrustedDevices { devices: Vec::new(), accepted: None }, actions))
}

fn reissued_recovery_key() -> Flow {
    let step = Step::NewRecoveryKey { key: Secret::new("p2hd-w6yk-m9vq-t4xr-c8bz-n5gs") };
    settings(active(2, step, offers(&[ActionName::Done])))
}

/// She signed out in another tab.
fn signed_out() -> Status {
    Status::Ended { reason: EndReason::SignedOut, restart: Some(Restart { kind: Kind::SignIn }) }
}

/// The workspace lets nobody sign in by their devices.
fn none_yet() -> Flow {
    let step = Step::TrustedDevices { devices: Vec::new(), accepted: None };
    let why = Message { code: MessageCode::MethodNotAllowed, params: Params::default(), severity: Severity::Info };
    saying(settings(active(1, step, offers(&[ActionName::Back]))), &[why])
}

pub(super) fn register_device() -> Flow {
    let options = options(&json!({
        "rp": { "id": "login.example", "name": "login.example" },
        "user": { "id": USER, "name": MINJI, "displayName": "김민지" },
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
        "excludeCredentials": [],
        "authenticatorSelection": {
            "authenticatorAttachment": "platform",
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    }));
    let step = Step::RegisterDevice { kind: DeviceKind::Device, options };
    settings(active(2, step, offers(&[ActionName::Submit, ActionName::Back])))
}
