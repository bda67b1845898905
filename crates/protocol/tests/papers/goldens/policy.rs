//! 오수진 decides what 누리소프트 asks of its members' accounts (seed 003; FEATURES P2).

use daemun_protocol::{
    AccountPolicy, Action, ActionName, DeniedMember, Flow, Kind, MemberDecision, Message, MessageCode, NoticeCode,
    Offer, Offers, Params, PasswordFormat, PolicyEffect, PolicyEffectCode, Proof, SavedPolicy, Severity, Step,
    StepKind, TwoFactor,
};

use super::{MINJI, NOW, NamedAct, NamedFlow, about, active, at, named, notice, nuri, of, offers, saying};

const SUJIN: &str = "sujin@daemun.test";

/// What holds.
const POLICY: AccountPolicy = AccountPolicy {
    password_format: Some(PasswordFormat::LettersDigits),
    password_min_length: Some(8),
    password_max_age_days: Some(0),
    password_history: Some(0),
    attempt_limit: Some(10),
    two_factor: Some(TwoFactor::Optional),
    line_entry: Some(true),
    naver_entry: Some(false),
    phone_entry: Some(true),
    quick_login: Some(true),
    quick_login_two_factors: Some(false),
    device_unlock: Some(true),
    device_approval: Some(false),
};

const NOTHING: AccountPolicy = AccountPolicy {
    password_format: None,
    password_min_length: None,
    password_max_age_days: None,
    password_history: None,
    attempt_limit: None,
    two_factor: None,
    line_entry: None,
    naver_entry: None,
    phone_entry: None,
    quick_login: None,
    quick_login_two_factors: None,
    device_unlock: None,
    device_approval: None,
};

/// What is to change.
const CHANGES: AccountPolicy = AccountPolicy {
    password_format: Some(PasswordFormat::LettersDigitsSymbols),
    password_max_age_days: Some(90),
    two_factor: Some(TwoFactor::Required),
    phone_entry: Some(false),
    ..NOTHING
};

pub(super) fn acts() -> Vec<NamedAct> {
    vec![
        ("act-account_security-review", StepKind::AccountSecurity, 1, Action::Review { changes: Box::new(CHANGES) }),
        ("act-account_security-show_denied_members", StepKind::AccountSecurity, 1, Action::ShowDeniedMembers),
        ("act-denied_members-submit", StepKind::DeniedMembers, 2, Action::SubmitContact { identifier: MINJI.into() }),
        ("act-denied_members-allow_member", StepKind::DeniedMembers, 2, Action::AllowMember { member: "3".into() }),
        ("act-deny_review-deny_member", StepKind::DenyReview, 3, Action::DenyMember { confirmed: true }),
        ("act-policy_review-save", StepKind::PolicyReview, 2, Action::Save { confirmed: true }),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    let said = |code, severity| Message { code, params: Params::default(), severity };
    let form = |rev, policy, draft, log| {
        who(active(
            rev,
            Step::AccountSecurity { policy, draft, log },
            offers(&[ActionName::Review, ActionName::ShowDeniedMembers, ActionName::Done]),
        ))
    };
    let after = CHANGES.or(POLICY);
    let saved = SavedPolicy { who: "오수진".into(), at: NOW, from: POLICY.unlike(after), to: CHANGES, member: None };
    let elsewhere = AccountPolicy { attempt_limit: Some(5), ..NOTHING };
    let by_another = SavedPolicy {
        who: "정도현".into(),
        at: NOW,
        from: AccountPolicy { attempt_limit: Some(10), ..NOTHING },
        to: elsewhere,
        member: None,
    };
    let about_member = SavedPolicy {
        who: "오수진".into(),
        at: NOW,
        from: NOTHING,
        to: NOTHING,
        member: Some(MemberDecision { name: "김민지".into(), provider: "LINE".into(), allowed: false }),
    };
    let decided = |code| Message { code, params: params_of_minji(), severity: Severity::Success };
    let refused = notice(1, NoticeCode::NotAdministrator, named(nuri()), &[ActionName::Done]);
    vec![
        ("flow-account_security", not_fresh()),
        ("flow-policy_review", review(3)),
        ("flow-policy_review-more", saying(review(4), &[said(MessageCode::PolicyLocksOutMore, Severity::Warning)])),
        (
            "flow-account_security-saved",
            saying(form(3, after, NOTHING, vec![saved]), &[said(MessageCode::PolicySaved, Severity::Success)]),
        ),
        (
            "flow-account_security-meanwhile",
            saying(
                form(3, elsewhere.or(POLICY), CHANGES, vec![by_another]),
                &[said(MessageCode::PolicyChangedMeanwhile, Severity::Warning)],
            ),
        ),
        ("flow-account_security-about_member", form(1, POLICY, NOTHING, vec![about_member])),
        ("flow-denied_members", denied_members(2, true)),
        ("flow-denied_members-none", saying(denied_members(6, false), &[decided(MessageCode::MemberAllowed)])),
        ("flow-denied_members-denied", saying(denied_members(4, true), &[decided(MessageCode::MemberDenied)])),
        ("flow-deny_review", deny_review()),
        ("flow-notice-not_administrator", of(Kind::Policy, about(MINJI, Some("김민지"), at(nuri(), refused)))),
    ]
}

/// She has signed in a while ago: what would change something asks for the password once more.
pub(super) fn not_fresh() -> Flow {
    let fresh = Offer { proof: Some(Proof::Fresh), ..Offer::default() };
    let actions = Offers::default()
        .with_offer(ActionName::Review, fresh)
        .with(ActionName::ShowDeniedMembers)
        .with(ActionName::Done);
    who(active(1, Step::AccountSecurity { policy: POLICY, draft: NOTHING, log: Vec::new() }, actions))
}

pub(super) fn review(locked_out: u32) -> Flow {
    let effects = [
        (PolicyEffectCode::LockedOut, locked_out),
        (PolicyEffectCode::EnrolFactor, 12),
        (PolicyEffectCode::PasswordExpired, 7),
        (PolicyEffectCode::PhoneDenied, 9),
        (PolicyEffectCode::NextPassword, 41),
    ];
    let effects = effects.map(|(code, members)| PolicyEffect { code, members }).into();
    let step = Step::PolicyReview { policy: POLICY, draft: CHANGES, effects };
    who(active(2, step, offers(&[ActionName::Save, ActionName::Back])))
}

fn who(flow: Flow) -> Flow {
    of(Kind::Policy, about(SUJIN, Some("오수진"), at(nuri(), flow)))
}

fn params_of_minji() -> Params {
    Params { to: Some("김민지".into()), provider: Some("LINE".into()), ..Params::default() }
}

/// Who alone may not sign in with LINE.
pub(super) fn denied_members(rev: u64, denied: bool) -> Flow {
    let minji = || DeniedMember { id: "3".into(), name: "김민지".into(), identifier: MINJI.into() };
    let members = if denied { vec![minji()] } else { Vec::new() };
    let actions = offers(&[ActionName::Submit, ActionName::Back]);
    let actions = if denied { actions.with(ActionName::AllowMember) } else { actions };
    who(active(rev, Step::DeniedMembers { provider: "LINE".into(), identifier: None, members }, actions))
}

/// She would have no way in left.
fn deny_review() -> Flow {
    let effects = [PolicyEffectCode::LockedOut, PolicyEffectCode::LineDenied];
    let step = Step::DenyReview {
        provider: "LINE".into(),
        name: "김민지".into(),
        identifier: MINJI.into(),
        effects: effects.map(|code| PolicyEffect { code, members: 1 }).into(),
    };
    who(active(3, step, offers(&[ActionName::DenyMember, ActionName::Back])))
}
