//! Minji comes by the services that her account is connected to, and by one that it is not (FEATURES L3).

use daemun_protocol::{
    Action, ActionName, Flow, Membership, Message, MessageCode, NoticeCode, Params, Provider, Secret, Severity, Share,
    Step, StepKind,
};

use super::{NamedAct, NamedFlow, active, hanbit, notice, nuri, offers, saying};

pub(super) fn acts() -> Vec<NamedAct> {
    let go = Action::Go { provider: "line".into() };
    let state = "state=Zk3tJ0vXQmSg1uYd8hPw5A.3qXw0nTg5mZ8eRd4zYAb7QkVn2s";
    let back = |returned: String| Action::Return { provider: "line".into(), returned: Secret::new(returned) };
    vec![
        ("act-identify-use_provider", StepKind::Identify, 1, Action::UseProvider),
        ("act-provider-go", StepKind::Provider, 2, go),
        ("act-provider-return", StepKind::Provider, 3, back(format!("code=b5fd32eacc791df&{state}"))),
        ("act-provider-return-cancelled", StepKind::Provider, 3, back(format!("error=access_denied&{state}"))),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    let of_line = || Params { provider: Some("LINE".into()), ..Params::default() };
    let again = |code, severity| saying(provider(4), &[Message { code, params: of_line(), severity }]);
    vec![
        ("flow-identify-providers", identify()),
        ("flow-provider", provider(2)),
        ("flow-provider-gone", gone()),
        ("flow-provider-cancelled", again(MessageCode::ProviderCancelled, Severity::Info)),
        ("flow-provider-denied", again(MessageCode::ProviderDenied, Severity::Warning)),
        ("flow-provider-unavailable", again(MessageCode::ProviderUnavailable, Severity::Error)),
        ("flow-choose_workspace-provider", choice()),
        ("flow-notice-provider_not_linked", notice(4, NoticeCode::ProviderNotLinked, of_line(), &[ActionName::Back])),
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
    let step = Step::Identify { identifier: None, passkey: None };
    active(1, step, offers(&[ActionName::Submit, ActionName::UseOrganisation, ActionName::UseProvider]))
}

pub(super) fn provider(rev: u64) -> Flow {
    let step = Step::Provider { providers: listed(), go_to: None };
    active(rev, step, offers(&[ActionName::Go, ActionName::Back]))
}

/// One was chosen: the app goes there.
fn gone() -> Flow {
    let go_to = "https://access.line.me/oauth2/v2.1/authorize?response_type=code&client_id=1234567890\
        &state=Zk3tJ0vXQmSg1uYd8hPw5A.3qXw0nTg5mZ8eRd4zYAb7QkVn2s\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
        &redirect_uri=https%3A%2F%2Flogin.example%2Fcontinue%2Fline&scope=openid&nonce=n-0S6_WzA2Mj";
    let step = Step::Provider { providers: listed(), go_to: Some(Secret::new(go_to)) };
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
