//! The platform's apps, offered to whoever has just joined (FEATURES E7), and what a lying deployment cannot make of them.

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Sight, Tampering, story};

const DISCOVERY: Requests = Requests::of("/.well-known/daemun");

const MACHINES: [(&str, &str); 7] = [
    (
        "android",
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    ),
    (
        "ios",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    ),
    (
        "ios",
        "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1",
    ),
    (
        "macos",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    ),
    (
        "windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    ),
    ("other", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"),
    ("other", "An unheard-of browser"),
];

/// A member who has just joined, at the notice that says so.
async fn who_joined(gate: &Gate) -> Member<'_> {
    let yuna = gate.member_reading("en").await;
    yuna.opens_link("invite").await;
    yuna.at_new_password().await.sets("yuna-New-2024!").await;
    yuna.at_notice("joined").await;
    yuna
}

/// Where the links to the app lead: to open it, and to get it.
fn links(sight: &Sight) -> (Option<&str>, Option<&str>) {
    let of = |name| sight.actions.iter().find(|action| action.name == name).map(|action| action.href.as_str());
    (of("open_app"), of("get_app"))
}

/// What the deployment says of itself, with something changed in it.
async fn discovery_with(gate: &Gate, member: &Member<'_>, change: impl FnOnce(&mut Value)) -> Tampering {
    let script = "const [done] = arguments; fetch('/.well-known/daemun').then((answer) => answer.json()).then(done)";
    let mut discovery = member.runs_until_done(script, Vec::new()).await;
    assert!(discovery["apps"].is_array(), "{} says: {discovery}", gate.origin());
    change(&mut discovery);
    Tampering::answer(200, "application/json", discovery.to_string())
}

/// E7: each machine is offered the app for it.
#[test]
fn e7_each_machine_is_offered_its_own_app() {
    story(async |gate| {
        let yuna = who_joined(gate).await;
        let found = discovery_with(gate, &yuna, |discovery| {
            discovery["apps"] = ["android", "ios", "macos", "windows", "other"]
                .map(|of| {
                    json!({ "platform": of, "get": format!("https://apps.example/{of}"), "open": format!("daemun-{of}://open") })
                })
                .into();
        })
        .await;
        let known = gate.wire.tamper(DISCOVERY, found);
        for (platform, user_agent) in MACHINES {
            yuna.pretends_to_be(user_agent).await;
            yuna.reloads().await;
            let sight = yuna.at_notice("joined").await;
            let (open, get) = (format!("daemun-{platform}://open"), format!("https://apps.example/{platform}"));
            assert_eq!(links(&sight), (Some(open.as_str()), Some(get.as_str())), "at {user_agent}:\n{sight}");
            assert!(sight.can("start"), "the web is one way in of several:\n{sight}");
        }
        known.lift();

        // As the reference backend's sandbox has it, and without an app for this machine, and without any.
        yuna.reloads().await;
        let sight = yuna.at_notice("joined").await;
        let (open, get) = links(&sight);
        assert!(open.is_some_and(|open| open.starts_with("daemun-example:")), "{sight}");
        assert!(get.is_some_and(|get| get.starts_with("https://app.example/")), "{sight}");
        for (apps, expected) in [
            (
                json!([{ "platform": "other", "get": "https://apps.example/all" }]),
                (None, Some("https://apps.example/all")),
            ),
            (json!([{ "platform": "windows", "get": "https://apps.example/windows" }]), (None, None)),
            (
                json!([{ "platform": "amiga", "get": "https://apps.example/amiga" }]),
                (None, Some("https://apps.example/amiga")),
            ),
            (json!([]), (None, None)),
        ] {
            let found = discovery_with(gate, &yuna, |discovery| discovery["apps"] = apps).await;
            let known = gate.wire.tamper(DISCOVERY, found);
            yuna.reloads().await;
            let sight = yuna.at_notice("joined").await;
            assert_eq!(links(&sight), expected, "{sight}");
            known.lift();
        }
        yuna.does("start").await;
        yuna.is_in("yuna@daemun.test", "nuri").await;
    });
}

/// E7, X10: an address that runs something, or leads where nobody should be led, is not shown; what is safe beside it is.
#[test]
fn e7_unsafe_links_of_a_lying_deployment_are_not_shown() {
    story(async |gate| {
        let yuna = who_joined(gate).await;
        for bad in [
            "javascript:document.body.dataset.owned=1",
            "JavaScript:document.body.dataset.owned=1",
            "java\tscript:document.body.dataset.owned=1",
            " javascript:document.body.dataset.owned=1",
            "data:text/html,<script>1</script>",
            "blob:http://localhost/1",
            "vbscript:x",
            "file:///etc/passwd",
            "http://evil.example/",
            "//evil.example/",
            "/home",
            "",
        ] {
            for good in ["open", "get"] {
                let found = discovery_with(gate, &yuna, |discovery| {
                    let mut app = json!({ "platform": "other", "open": bad, "get": bad });
                    app[good] = json!("https://apps.example/all");
                    discovery["apps"] = json!([app]);
                })
                .await;
                let known = gate.wire.tamper(DISCOVERY, found);
                yuna.reloads().await;
                let sight = yuna.at_notice("joined").await;
                let safe = Some("https://apps.example/all");
                let expected = if good == "open" { (safe, None) } else { (None, safe) };
                assert_eq!(links(&sight), expected, "for {bad:?}:\n{sight}");
                known.lift();
            }
        }
        assert_eq!(yuna.runs("return document.body.dataset.owned ?? null").await, Value::Null);
    });
}

/// E4, X10: the same holds for the texts that new members agree to: the words stay, the link goes.
#[test]
fn e4_unsafe_links_to_terms_are_no_links() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.opens("/").await;
        let found = discovery_with(gate, &member, |discovery| {
            discovery["terms"] = json!([
                { "id": "service", "url": "javascript:document.body.dataset.owned=1", "required": true },
                { "id": "privacy", "url": "https://terms.example/privacy", "required": true },
                { "id": "astrology", "url": "data:text/html,x", "required": false },
            ]);
        })
        .await;
        let known = gate.wire.tamper(DISCOVERY, found);
        member.comes_to_create_account().await;
        let links = "return [...document.querySelectorAll('#app .tick a[href]')].map((link) => link.href)";
        assert_eq!(member.runs(links).await, json!(["https://terms.example/privacy"]), "{}", member.sees().await);
        let sight = member.sees().await;
        assert_eq!(sight.fields.iter().filter(|field| field.name == "terms").count(), 3, "{sight}");
        assert!(sight.text.contains("astrology"), "what the app has no name for is told by its own:\n{sight}");
        known.lift();
    });
}
