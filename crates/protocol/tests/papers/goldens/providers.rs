//! Minji comes by the services that her account is connected to, and by one that it is not; in her settings
//! she connects another (FEATURES L3, S3).

use daemun_protocol::{
    Action, ActionName, ExternalIdentity, Flow, KnownAccounts, Membership, Message, MessageCode, NoticeCode, Offer,
    Params, Proof, Provider, Secret, Severity, Share, Status, Step, StepKind,
};

use super::devices::settings;
use super::{NOW, NamedAct, NamedFlow, active, hanbit, notice, nuri, offers, saying};

pub(super) fn acts() -> Vec<NamedAct> {
    let go = Action::Go { provider: "line".into() };
    let state = "state=Zk3tJ0vXQmSg1uYd8hPw5A.3qXw0nTg5mZ8eRd4zYAb7QkVn2s";
    let back = |returned: String| Action::Return { provider: "line".into(), returned: Secret::new(returned) };
    vec![
        ("act-identify-use_provider", StepKind::Identify, 1, Action::UseProvider),
        ("act-provider-go", StepKind::Provider, 2, go),
        ("act-provider-return", StepKind::Provider, 3, back(format!("code=b5fd32eacc791df&{state}"))),
        ("act-provider-return-cancelled", StepKind::Provider, 3, back(format!("error=access_denied&{state}"))),
        ("act-provider-use_other", StepKind::Provider, 2, Action::UseOther),
        ("act-security-show_identities", StepKind::Security, 1, Action::ShowIdentities),
        (
            "act-external_identities-connect",
            StepKind::ExternalIdentities,
            2,
            Action::Connect { provider: "naver".into() },
        ),
        (
            "act-external_identities-disconnect",
            StepKind::ExternalIdentities,
            2,
            Action::Disconnect { provider: "line".into() },
        ),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    let of_line = || Params { provider: Some("LINE".into()), ..Params::default() };
    let again = |code, severity| saying(provider(4), &[Message { code, params: of_line(), severity }]);
    vec![
        ("flow-identify-providers", identify()),
        ("flow-provider", provider(2)),
        ("flow-provider-listed", listed_account()),
        ("flow-provider-gone", gone()),
        ("flow-provider-cancelled", again(MessageCode::ProviderCancelled, Severity::Info)),
        ("flow-provider-denied", again(MessageCode::ProviderDenied, Severity::Warning)),
        ("flow-provider-unavailable", again(MessageCode::ProviderUnavailable, Severity::Error)),
        ("flow-choose_workspace-provider", choice()),
        ("flow-notice-provider_not_linked", notice(4, NoticeCode::ProviderNotLinked, of_line(), &[ActionName::Back])),
        ("flow-external_identities", identities(2, Some(Proof::Fresh), true)),
        ("flow-external_identities-connected", saying(identities(6, None, true), &[connected(), saved()])),
        ("flow-external_identities-disconnected", saying(identities(4, None, false), &[disconnected()])),
        ("flow-external_identities-taken", saying(identities(6, None, false), &[taken()])),
        ("flow-external_identities-last", last()),
        ("flow-provider-connect", connecting()),
    ]
}

pub(super) fn listed() -> Vec<Provider> {
    let shares = vec![Share::Identifier, Share::Email, Share::Mobile];
    vec![
        Provider { id: "line".into(), name: "LINE".into(), shares: vec![Share::Identifier] },
        Provider { id: "naver".into(), name: "NAVER".into(), shares },
    ]
}

/// Where some workspace lets its members sign in by a provider.
fn identify() -> Flow {
    let step = Step::Identify { identifier: None, passkey: None, accounts: KnownAccounts::default() };
    active(1, step, offers(&[ActionName::Submit, ActionName::UseOrganisation, ActionName::UseProvider]))
}

pub(super) fn provider(rev: u64) -> Flow {
    let step = Step::Provider { providers: listed(), go_to: None, connects: false };
    active(rev, step, offers(&[ActionName::Go, ActionName::Back]))
}

/// Her account was chosen from the list, where LINE was the method used last.
fn listed_account() -> Flow {
    let Flow { status: Status::Active { step, actions, poll }, .. } = provider(2) else { return provider(2) };
    let actions = actions.with(ActionName::UseOther);
    Flow { status: Status::Active { step, actions, poll }, workspace: Some(nuri()), ..provider(2) }
}

/// One was chosen: the app goes there.
fn gone() -> Flow {
    let go_to = "https://access.line.me/oauth2/v2.1/authorize?response_type=code&client_id=1234567890\
        &state=Zk3tJ0vXQmSg1uYd8hPw5A.3qXw0nTg5mZ8eRd4zYAb7QkVn2s\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
        &redirect_uri=https%3A%2F%2Flogin.example%2Fcontinue%2Fline&scope=openid&nonce=n-0S6_WzA2Mj";
    let step = Step::Provider { providers: listed(), go_to: Some(Secret::new(go_to)), connects: false };
    active(3, step, offers(&[ActionName::Go, ActionName::Back, ActionName::Return]))
}

/// The account there is connected in two workspaces.
fn choice() -> Flow {
    let of = |workspace: daemun_protocol::Workspace| Membership {
        id: workspace.id,
        name: workspace.name,
        member_name: "김민지".into(),
        logo: workspace.logo,
    };
    let workspaces = vec![of(nuri()), of(hanbit())];
    let step = Step::ChooseWorkspace { verified: "LINE".into(), provider: Some("LINE".into()), workspaces };
    active(4, step, offers(&[ActionName::Choose, ActionName::Back]))
}

/// LINE is connected or not; NAVER is.
fn identities(rev: u64, proof: Option<Proof>, has_line: bool) -> Flow {
    let since = |days: u64| Some(NOW.plus_seconds(days * 24 * 3600));
    let [line, naver] = both();
    let identities = vec![
        ExternalIdentity {
            provider: line,
            connected_at: if has_line { since(0) } else { None },
            denied: false,
            last: false,
        },
        ExternalIdentity { provider: naver, connected_at: since(1), denied: false, last: false },
    ];
    let offer = Offer { proof, ..Offer::default() };
    let actions = offers(&[ActionName::Back]).with_offer(ActionName::Disconnect, offer);
    let actions = if has_line { actions } else { actions.with_offer(ActionName::Connect, offer) };
    settings(active(rev, Step::ExternalIdentities { identities }, actions))
}

/// The workspace denies LINE, and there is nothing else to sign in by but NAVER.
fn last() -> Flow {
    let [line, naver] = both();
    let identities = vec![
        ExternalIdentity { provider: line, connected_at: None, denied: true, last: false },
        ExternalIdentity { provider: naver, connected_at: Some(NOW), denied: false, last: true },
    ];
    let actions = offers(&[ActionName::Disconnect, ActionName::Back]);
    settings(active(2, Step::ExternalIdentities { identities }, actions))
}

/// What is shared is said before she leaves.
fn connecting() -> Flow {
    let [_, naver] = both();
    let step = Step::Provider { providers: vec![naver], go_to: None, connects: true };
    settings(active(4, step, offers(&[ActionName::Go, ActionName::Back])))
}

fn both() -> [Provider; 2] {
    <[Provider; 2]>::try_from(listed()).unwrap_or_else(|listed| panic!("two: {listed:?}"))
}

fn told(code: MessageCode, provider: &str, severity: Severity) -> Message {
    Message { code, params: Params { provider: Some(provider.into()), ..Params::default() }, severity }
}

fn connected() -> Message {
    told(MessageCode::IdentityConnected, "NAVER", Severity::Success)
}

fn saved() -> Message {
    told(MessageCode::ContactsSaved, "NAVER", Severity::Info)
}

fn disconnected() -> Message {
    told(MessageCode::IdentityDisconnected, "LINE", Severity::Success)
}

fn taken() -> Message {
    told(MessageCode::IdentityTaken, "LINE", Severity::Error)
}
