//! What a deployment can do, and the requests that begin flows. It refuses to know what comes of them.

use daemun_protocol::{
    AppLink, Begin, Brand, Client, DEFAULT_API, Discovery, Hints, Kind, Platform, Secret, StepKind, Terms, TermsId,
    VERSION,
};

pub(super) fn discoveries() -> [(&'static str, Discovery); 2] {
    let least = Discovery {
        versions: vec![VERSION.into()],
        api: DEFAULT_API.into(),
        kinds: vec![Kind::SignIn, Kind::Join, Kind::Reset, Kind::Link, Kind::Security, Kind::Approve, Kind::Policy],
        steps: step_names(),
        locales: vec!["ko".into(), "en".into(), "ja".into()],
        long_polling: false,
        apps: Vec::new(),
        terms: Vec::new(),
        providers: Vec::new(),
        fallback_url: None,
        brand: None,
    };
    let app = |platform, open: Option<&str>, get: &str| AppLink {
        platform,
        open: open.map(Into::into),
        get: format!("https://apps.example/{get}"),
    };
    let terms =
        |id: TermsId, required| Terms { url: format!("https://login.example/terms/{}", id.as_str()), id, required };
    let most = Discovery {
        api: "https://login.example/api/v1".into(),
        long_polling: true,
        apps: vec![
            app(Platform::Android, Some("https://app.example/open"), "android"),
            app(Platform::Ios, Some("https://app.example/open"), "ios"),
            app(Platform::Macos, Some("daemun-example:open"), "macos"),
            app(Platform::Windows, None, "windows"),
            app(Platform::Other, None, "all"),
        ],
        terms: vec![terms(TermsId::Service, true), terms(TermsId::Privacy, true), terms(TermsId::Marketing, false)],
        providers: super::providers::listed(),
        fallback_url: Some("https://login.example/plain".into()),
        brand: Some(Brand {
            name: Some("Nuri Works".into()),
            logo: Some("/brand/3b5d5c3712955042212316173ccf37be.svg".into()),
            accent: Some("#0f7a5f".into()),
        }),
        ..least.clone()
    };
    [("discovery", least), ("discovery-everything", most)]
}

fn step_names() -> Vec<String> {
    StepKind::ALL.iter().map(|kind| kind.as_str().into()).collect()
}

pub(super) fn begins() -> [(&'static str, Begin); 12] {
    let plain = Begin {
        kind: Kind::SignIn,
        hints: Hints::default(),
        client: Client { version: "0.1.0".into(), steps: step_names(), locale: "ko".into(), capabilities: Vec::new() },
    };
    let capabilities = vec!["quick_login".into(), "screen_lock".into()];
    let in_the_app = Begin { client: Client { capabilities, ..plain.client.clone() }, ..plain.clone() };
    let hints = Hints {
        return_to: Some("https://app.example/board/7".into()),
        organisation: Some("nuri".into()),
        ..Hints::default()
    };
    let handed_over = Hints {
        handoff: Some(super::handoffs::CHALLENGE.into()),
        account_list: Some(Secret::new("yQf3b9sXo0m4Tn1uK7vZpHc2dWgJ5LrE8aYiVtNxR6A")),
        ..Hints::default()
    };
    let by_link = |kind, token| Begin {
        kind,
        hints: Hints { token: Some(Secret::new(token)), ..Hints::default() },
        ..plain.clone()
    };
    let of_request = Hints { request: Some("b7QkVn2sTg5mXw8eRd4zYA".into()), ..Hints::default() };
    let previous = Some("Zk3tJ0vXQmSg1uYd8hPw5A".into());
    let again = Begin { kind: Kind::Link, hints: Hints { previous, ..Hints::default() }, ..plain.clone() };
    [
        ("begin", plain.clone()),
        ("begin-hints", Begin { hints, ..plain.clone() }),
        ("begin-handoff", Begin { hints: handed_over, ..plain.clone() }),
        ("begin-app", in_the_app),
        ("begin-join", by_link(Kind::Join, "x9sVq0Jd3mLh7RkT2cWbYg")),
        ("begin-reset", by_link(Kind::Reset, "Nf4uKz81oAeXtGv6yPiQCw")),
        ("begin-link", by_link(Kind::Link, "Qm5rT8wLxK2aVd7NcYh0Sg")),
        ("begin-link-again", again),
        ("begin-security", Begin { kind: Kind::Security, ..plain.clone() }),
        ("begin-policy", Begin { kind: Kind::Policy, ..plain.clone() }),
        ("begin-approve", Begin { kind: Kind::Approve, ..plain.clone() }),
        ("begin-approve-request", Begin { kind: Kind::Approve, hints: of_request, ..plain }),
    ]
}
