//! Somebody else's yes: Minji's phone lets her PC in, and her colleagues let a new device in (FEATURES L5, D1 to D6).

use daemun_protocol::{
    Action, ActionName, ApprovalKind, ApprovalRequest, Asked, Flow, Kind, Message, MessageCode, NoticeCode,
    Notifications, NumberToMatch, Params, Poll, PublicKeyOptions, PushKeys, PushSubscription, QrLink, Secret, Severity,
    Status, Step, StepKind,
};
use serde_json::json;

use super::devices::assertion;
use super::{MINJI, NOW, NamedAct, NamedFlow, about, active, at, named, notice, nuri, of, offers, saying, sent_to};

const REQUEST: &str = "b7QkVn2sTg5mXw8eRd4zYA";
const COLLEAGUE: &str = "정도현";

pub(super) fn acts() -> Vec<NamedAct> {
    let by_phone = Action::Approve { number: Some("42".into()), credential: Some(assertion()), reason: None };
    let by_admin = Action::Approve { number: None, credential: None, reason: Some("전화로 확인했어요".into()) };
    let key = Action::SubmitCode { code: Secret::new("k7qm-x2rd-9wtz-h4pc-v8ns-b3fg"), remember: false };
    vec![
        ("act-password-use_mobile", StepKind::Password, 4, Action::UseMobile),
        ("act-match_number-resend", StepKind::MatchNumber, 5, Action::Resend),
        ("act-match_number-show_qr", StepKind::MatchNumber, 5, Action::ShowQr),
        ("act-wait_approval-ask_member", StepKind::WaitApproval, 6, Action::AskMember { member: COLLEAGUE.into() }),
        (
            "act-wait_approval-ask_admin",
            StepKind::WaitApproval,
            6,
            Action::AskAdmin { reason: "노트북을 새로 받았어요".into() },
        ),
        ("act-wait_approval-use_recovery_key", StepKind::WaitApproval, 6, Action::UseRecoveryKey),
        ("act-recovery_key-submit", StepKind::RecoveryKey, 7, key),
        ("act-approvals-choose", StepKind::Approvals, 1, Action::ChooseRequest { request: REQUEST.into() }),
        (
            "act-approvals-subscribe",
            StepKind::Approvals,
            1,
            Action::Subscribe { subscription: Box::new(subscription()) },
        ),
        ("act-approvals-unsubscribe", StepKind::Approvals, 1, Action::Unsubscribe),
        ("act-approve-approve", StepKind::Approve, 2, by_phone),
        ("act-approve-approve-administrator", StepKind::Approve, 2, by_admin),
        ("act-approve-deny", StepKind::Approve, 2, Action::Deny),
        ("act-approve-not_me", StepKind::Approve, 2, Action::NotMe),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    let asking = &[ActionName::Resend, ActionName::UseOther, ActionName::Back];
    let ended = |code| about(MINJI, None, at(nuri(), notice(6, code, Params::default(), asking)));
    let told = |code| asked(notice(3, code, named(nuri()), &[ActionName::Back]));
    vec![
        ("flow-password-devices", password()),
        ("flow-match_number", match_number(None)),
        ("flow-match_number-qr", match_number(Some(qr()))),
        ("flow-notice-approval_denied", ended(NoticeCode::ApprovalDenied)),
        ("flow-notice-approval_expired", ended(NoticeCode::ApprovalExpired)),
        ("flow-notice-approval_number_wrong", ended(NoticeCode::ApprovalNumberWrong)),
        ("flow-notice-approval_not_me", ended(NoticeCode::ApprovalNotMe)),
        ("flow-wait_approval", wait_approval(Asked::Everybody, None)),
        ("flow-wait_approval-qr", wait_approval(Asked::Everybody, Some(qr()))),
        ("flow-wait_approval-member", saying(wait_approval(Asked::Member, None), &[member_asked()])),
        (
            "flow-wait_approval-administrator",
            saying(wait_approval(Asked::Administrator, None), &[administrator_asked()]),
        ),
        ("flow-recovery_key", newcomers(active(7, Step::RecoveryKey, offers(&[ActionName::Submit, ActionName::Back])))),
        ("flow-new_recovery_key", new_recovery_key()),
        ("flow-approvals", approvals()),
        ("flow-approvals-none", none_waits()),
        ("flow-approve", approve()),
        ("flow-approve-device", approve_device(ApprovalKind::Device)),
        ("flow-approve-administrator", approve_device(ApprovalKind::Administrator)),
        ("flow-notice-request_approved", told(NoticeCode::RequestApproved)),
        ("flow-notice-request_denied", told(NoticeCode::RequestDenied)),
        ("flow-notice-request_number_wrong", told(NoticeCode::RequestNumberWrong)),
        ("flow-notice-request_not_me", told(NoticeCode::RequestNotMe)),
        ("flow-notice-request_settled", told(NoticeCode::RequestSettled)),
    ]
}

/// It waits for somebody else.
fn polled(mut flow: Flow) -> Flow {
    if let Status::Active { poll, .. } = &mut flow.status {
        *poll = Some(Poll { interval: 5 });
    }
    flow
}

/// She has a trusted device: it can stand in for the password, here or from afar.
fn password() -> Flow {
    let ways =
        [ActionName::Submit, ActionName::Forgot, ActionName::UsePasskey, ActionName::UseMobile, ActionName::Back];
    about(
        MINJI,
        None,
        at(nuri(), active(4, Step::Password { identifier: Some(MINJI.into()), masked: false }, offers(&ways))),
    )
}

/// What the screen of the device that asks shows for a camera.
fn qr() -> QrLink {
    QrLink { url: "https://login.example/approve/pX4mWd0uT2fYk9RbQe6cVg".into(), expires_at: NOW.plus_seconds(120) }
}

fn match_number(qr: Option<QrLink>) -> Flow {
    let step = Step::MatchNumber { number: "42".into(), expires_at: NOW.plus_seconds(120), qr };
    let ways = offers(&[ActionName::Resend, ActionName::ShowQr, ActionName::UseOther, ActionName::Back]);
    polled(about(MINJI, None, at(nuri(), active(5, step, ways))))
}

/// Whoever's device is new has proven who they are.
fn newcomers(flow: Flow) -> Flow {
    about(MINJI, Some("김민지"), at(nuri(), flow))
}

fn wait_approval(asked: Asked, qr: Option<QrLink>) -> Flow {
    let ways =
        [ActionName::Resend, ActionName::AskMember, ActionName::AskAdmin, ActionName::UseRecoveryKey, ActionName::Back];
    let ways = offers(&ways);
    // The administrator's device is not at hand.
    let ways = if asked == Asked::Administrator { ways } else { ways.with(ActionName::ShowQr) };
    let step = Step::WaitApproval { asked, expires_at: NOW.plus_seconds(600), qr };
    polled(newcomers(active(6, step, ways)))
}

fn member_asked() -> Message {
    Message { code: MessageCode::MemberAsked, params: sent_to(COLLEAGUE), severity: Severity::Info }
}

fn administrator_asked() -> Message {
    Message { code: MessageCode::AdministratorAsked, params: Params::default(), severity: Severity::Info }
}

fn new_recovery_key() -> Flow {
    let step = Step::NewRecoveryKey { key: Secret::new("p2hd-w6yk-m9vq-t4xr-c8bz-n5gs") };
    newcomers(active(8, step, offers(&[ActionName::Done])))
}

/// Minji's own phone, or a colleague's.
fn asked(flow: Flow) -> Flow {
    of(Kind::Approve, newcomers(flow))
}

fn request(kind: ApprovalKind, who: &str) -> ApprovalRequest {
    ApprovalRequest {
        id: REQUEST.into(),
        kind,
        who: who.into(),
        browser: "Chrome, Windows".into(),
        place: "203.0.113.x".into(),
        asked_at: NOW,
        expires_at: NOW.plus_seconds(120),
    }
}

fn approvals() -> Flow {
    let requests = vec![request(ApprovalKind::SignIn, "김민지"), request(ApprovalKind::Device, COLLEAGUE)];
    let step = Step::Approvals { requests, notifications: Some(notifications(true)) };
    polled(asked(active(1, step, offers(&[ActionName::Choose, ActionName::Subscribe, ActionName::Unsubscribe]))))
}

pub(super) fn none_waits() -> Flow {
    let step = Step::Approvals { requests: Vec::new(), notifications: Some(notifications(false)) };
    polled(asked(active(1, step, offers(&[ActionName::Subscribe]))))
}

/// The keys of RFC 8292 §2.4 and RFC 8291 §5.
fn notifications(on: bool) -> Notifications {
    let key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";
    Notifications { key: key.into(), on }
}

fn subscription() -> PushSubscription {
    let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    PushSubscription {
        endpoint: Secret::new("https://fcm.googleapis.com/fcm/send/cQ1kT0pVx3E"),
        keys: PushKeys { p256dh: p256dh.into(), auth: Secret::new("BTBZMqHH6r4Tts7J_aSIgg") },
    }
}

fn approve() -> Flow {
    let challenge = |challenge: &str| {
        let options = json!({ "challenge": challenge, "rpId": "login.example", "userVerification": "required" });
        PublicKeyOptions::new(options.to_string())
    };
    let numbers = [("17", "dGhlIGZpcnN0"), ("42", "dGhlIHNlY29uZA"), ("86", "dGhlIHRoaXJk")];
    let numbers = numbers.map(|(number, said)| NumberToMatch { number: number.into(), options: challenge(said) });
    let ways = offers(&[ActionName::Approve, ActionName::Deny, ActionName::NotMe, ActionName::Back]);
    let step = Step::Approve { request: request(ApprovalKind::SignIn, "김민지"), numbers: numbers.into() };
    polled(asked(active(2, step, ways)))
}

fn approve_device(kind: ApprovalKind) -> Flow {
    let ways = offers(&[ActionName::Approve, ActionName::Deny, ActionName::Back]);
    polled(asked(active(2, Step::Approve { request: request(kind, COLLEAGUE), numbers: Vec::new() }, ways)))
}
