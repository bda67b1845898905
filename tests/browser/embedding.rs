//! The app in somebody else's page or app (FEATURES X7): what the host is told and may say, what nobody else is, and what is never
//! framed.

use daemun_backend::Config;
use serde_json::{Value, json};

use crate::harness::{Axe, Gate, Member, Requests, Sight, Tampering, Theme, story, story_with};

const HARUTO: &str = "haruto@daemun.test";
const EMMA: &str = "emma@daemun.test";
const EMMA_PASSWORD: &str = "northwind-Emma-2024!";

/// RFC 7636, Appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The workplace may embed the app, as a page of another site (127.0.0.1) and as one of the same site (localhost).
fn embedded(tale: impl AsyncFnOnce(&Gate)) {
    let hosts = |config: &Config| {
        let workplaces = config.return_origins.iter();
        workplaces.flat_map(|origin| [origin.clone(), same_site(origin)]).collect()
    };
    story_with(|config| Config { embed_origins: hosts(&config), ..config }, tale);
}

fn same_site(origin: &str) -> String {
    origin.replace("127.0.0.1", "localhost")
}

/// A host's page: it keeps what it is told, and makes its frame as high as it is told to.
const EMBED: &str = r#"
    const [url] = arguments;
    window.told = [];
    window.framed = document.createElement('iframe');
    window.gate = new URL(url).origin;
    addEventListener('message', ({ source, origin, data }) => {
        if (source !== framed.contentWindow || origin !== gate) return;
        told.push(data);
        if (data.type === 'resize') framed.height = data.height;
    });
    framed.width = 360;
    framed.addEventListener('load', () => { window.loaded = true; });
    framed.src = url;
    document.body.replaceChildren(framed);
"#;

trait Embedding {
    /// Opens a page of the app inside a host's at this origin.
    async fn embeds(&self, host: &str, page: &str);
    /// Opens it, and looks into it from now on.
    async fn opens_embedded(&self, host: &str, page: &str) -> Sight;
    async fn enters_frame(&self);
    /// What the host was told so far, but how high the frame is to be. It is looked into after that.
    async fn told(&self) -> Vec<Value>;
    /// Does something in the host's page, and looks into the frame again.
    async fn at_host(&self, script: &str) -> Value;
}

impl Embedding for Member<'_> {
    async fn embeds(&self, host: &str, page: &str) {
        self.browser.may_go_to(host);
        // What it says of an `autofocus` inside another site's page.
        self.browser.provokes("Blocked autofocusing");
        self.browser.driver.goto(host).await.unwrap();
        self.waits_for("the host", |sight| sight.page == "workplace").await;
        self.runs_with(EMBED, vec![json!(format!("{}{page}", self.gate.origin()))]).await;
        // What is looked into before is an empty page that goes away.
        self.waits_until_true("the frame to be loaded", "return window.loaded === true").await;
    }

    async fn opens_embedded(&self, host: &str, page: &str) -> Sight {
        self.embeds(host, page).await;
        self.enters_frame().await;
        self.settles().await
    }

    async fn enters_frame(&self) {
        self.browser.driver.enter_frame(0).await.unwrap();
    }

    async fn told(&self) -> Vec<Value> {
        let told = self.at_host("return told.filter(({ type }) => type !== 'resize')").await;
        told.as_array().unwrap().clone()
    }

    async fn at_host(&self, script: &str) -> Value {
        self.leaves_frame().await;
        let said = self.runs(script).await;
        self.enters_frame().await;
        said
    }
}

fn step(screen: &str) -> Value {
    json!({ "daemun": 1, "type": "step", "screen": screen, "kind": "sign_in" })
}

/// X7: ready, each step, and where to go on; nothing of the member; and the page does not leave by itself.
#[test]
fn x7_a_host_sees_each_step_of_a_sign_in_and_nothing_of_the_member() {
    embedded(async |gate| {
        let haruto = gate.member().await;
        let board = format!("{}/board", gate.workplace.origin());
        haruto.opens_embedded(&gate.workplace.origin(), &format!("/?return_to={board}")).await;
        haruto.asks_for_code(HARUTO).await;
        let flow = haruto.flow_id().await;
        let code = gate.code_for(HARUTO).await;
        haruto.at_code().await.enters(&code).await;
        let password = gate.password_of(HARUTO, "sakura").await;
        haruto.at_password().await.enters(&password).await;
        haruto.waits_for("the end", |sight| sight.screen == "complete").await;

        let told = haruto.told().await;
        let ready = json!({ "daemun": 1, "type": "ready", "version": "0.1.0" });
        let complete = json!({ "daemun": 1, "type": "complete", "redirect_to": board });
        assert_eq!(told, [ready, step("identify"), step("code"), step("password"), complete]);
        let all = haruto.at_host("return JSON.stringify(told)").await.to_string();
        let session = haruto.browser.cdp("Storage.getCookies", json!({})).await;
        let secrets = ["haruto", "Haruto", "sakura", "Sakura", &code, &password, &flow];
        for cookie in session["cookies"].as_array().unwrap() {
            let secret = cookie["value"].as_str().unwrap();
            assert!(secret.len() < 20 || !all.contains(secret), "{}", cookie["name"]);
        }
        for secret in secrets {
            assert!(!all.contains(secret), "{secret} in {all}");
        }

        // The frame is as high as what is in it, and no higher than that when less is in it.
        let fits = "return document.documentElement.scrollHeight <= innerHeight \
            && innerHeight - document.body.offsetHeight < 2";
        haruto.waits_until_true("the frame to fit", fits).await;

        // Who presses once more is led there by the page that has the frame.
        haruto.clicks("[data-action=go]").await;
        haruto.leaves_frame().await;
        haruto.waits_for("the board", |sight| sight.url == board).await;
    });
}

/// X7: in a frame of another site cookies are that frame's own; one of the same site shares the member's session.
#[test]
fn x7_a_frame_of_another_site_has_cookies_for_itself_alone() {
    embedded(async |gate| {
        for (host, is_same_site) in [(gate.workplace.origin(), false), (same_site(&gate.workplace.origin()), true)] {
            let emma = gate.member().await;
            emma.opens_embedded(&host, "/o/northwind").await;
            emma.at_password().await.enters_with_id(EMMA, EMMA_PASSWORD).await;
            emma.waits_for("the end", |sight| sight.screen == "complete").await;
            let kept = emma.browser.cdp("Storage.getCookies", json!({})).await;
            let kept = kept["cookies"].as_array().unwrap();
            let names = |kept: &[Value]| {
                let mut names: Vec<_> = kept.iter().map(|cookie| cookie["name"].as_str().unwrap().to_owned()).collect();
                names.sort_unstable();
                names
            };
            if is_same_site {
                assert_eq!(names(kept), ["__Host-daemun_browser", "__Host-daemun_session"]);
                assert!(kept.iter().all(|cookie| cookie["sameSite"] == "Lax"), "{kept:?}");
            } else {
                let own = ["__Host-daemun_framed", "__Host-daemun_framed_browser", "__Host-daemun_framed_session"];
                assert_eq!(names(kept), own);
                for cookie in kept {
                    assert_eq!(
                        (&cookie["sameSite"], &cookie["secure"], &cookie["httpOnly"]),
                        (&json!("None"), &json!(true), &json!(true))
                    );
                    assert!(cookie["partitionKey"].is_object() || cookie["partitionKey"].is_string(), "{cookie}");
                }
            }
            emma.leaves_frame().await;
            emma.goes_to("/home").await;
            if is_same_site {
                emma.is_in(EMMA, "northwind").await;
            } else {
                emma.comes_to("identify").await;
            }
        }
    });
}

/// X7: a browser that keeps no cookies in frames says so at the first step, to the member and to the host, and again after starting over.
#[test]
fn x7_a_browser_that_keeps_no_cookies_in_frames_says_so() {
    embedded(async |gate| {
        let emma = gate.member().await;
        gate.wire.tamper(Requests::of("/"), Tampering::KeepNoCookies);
        emma.opens_embedded(&gate.workplace.origin(), "/o/northwind").await;
        let ready = json!({ "daemun": 1, "type": "ready", "version": "0.1.0" });
        let error = json!({ "daemun": 1, "type": "error", "code": "expired" });
        emma.at_password().await.enters_with_id(EMMA, EMMA_PASSWORD).await;
        let sight = emma.waits_for("the end", |sight| sight.screen == "ended").await;
        assert!(sight.says("expired"), "{sight}");
        assert_eq!(emma.told().await, [ready, step("password"), error.clone()]);
        emma.does("restart").await;
        emma.at_password().await.enters_with_id(EMMA, EMMA_PASSWORD).await;
        emma.waits_for("the same end", |sight| sight.screen == "ended").await;
        assert_eq!(emma.told().await.last(), Some(&error));
    });
}

/// X7: a page that is not listed gets nothing, and of what decides about accounts nobody does.
#[test]
fn x7_browsers_refuse_the_frames_of_strangers_and_of_what_decides() {
    async fn is_refused(member: &Member<'_>, host: &str, page: &str) {
        member.browser.provokes("frame-ancestors");
        member.browser.provokes("X-Frame-Options");
        member.embeds(host, page).await;
        member.enters_frame().await;
        let app = member
            .runs("return document.documentElement.dataset.app ?? document.documentElement.dataset.page ?? null")
            .await;
        assert_eq!(app, Value::Null, "{page} at {host}");
        member.leaves_frame().await;
        assert_eq!(member.runs("return told.length").await, 0, "{page} at {host}");
    }
    embedded(async |gate| {
        let member = gate.member().await;
        let host = gate.workplace.origin();
        for page in ["/approve", "/approve/b7QkVn2sTg5mXw8eRd4zYA", "/security", "/security/policy", "/sandbox/"] {
            is_refused(&member, &host, page).await;
        }
        assert_eq!(gate.wire.count(Requests::api()), 0);
        // The same page is one that may be framed where it is another's.
        member.opens_embedded(&host, "/").await;
        member.comes_to("identify").await;
        member.leaves_frame().await;
    });
    story(async |gate| {
        let member = gate.member().await;
        for page in ["/", "/o/nuri", "/join", "/continue"] {
            is_refused(&member, &gate.workplace.origin(), page).await;
        }
        assert_eq!(gate.wire.count(Requests::api()), 0);
    });
}

/// Whatever a page can send that is none of the three messages, or is one that is not as it should be.
const HOSTILE: &str = r#"
    const cyclic = { daemun: 1, type: 'theme', theme: {} };
    cyclic.theme.theme = cyclic;
    const deep = {};
    for (let level = 0, at = deep; level < 2000; level += 1) { at.daemun = {}; at = at.daemun; }
    const long = 'x'.repeat(3_000_000);
    const polluting = JSON.parse('{"__proto__": {"daemun": 1, "type": "cancel"}, "constructor": {"prototype": {"daemun": 1}}}');
    const one = (type, more) => ({ daemun: 1, type, ...more });
    return [
        null, undefined, true, false, 0, 1, -1, NaN, Infinity, 1n, '', 'cancel', 'null', '1', '[]', '{}', '"cancel"', '{', long,
        '{"daemun":2,"type":"cancel"}', '{"daemun":"1","type":"cancel"}', '{"daemun":1,"type":"Cancel"}', '"{\\"daemun\\":1,\\"type\\":\\"cancel\\"}"',
        [], [1], [1, 'cancel'], ['daemun', 1, 'type', 'cancel'], [{ daemun: 1, type: 'cancel' }], {}, polluting, cyclic, deep,
        new Map([['daemun', 1], ['type', 'cancel']]), new Set(['daemun', 'cancel']), new Date(1), /daemun/, new Error('cancel'),
        new Uint8Array(1_000_000), new ArrayBuffer(8), new Blob(['{"daemun":1,"type":"cancel"}']), new Boolean(true), new Number(1), new String('cancel'),
        { type: 'cancel' }, { daemun: '1', type: 'cancel' }, { daemun: 2, type: 'cancel' }, { daemun: [1], type: 'cancel' },
        { daemun: true, type: 'cancel' }, { daemun: { valueOf: 1 }, type: 'cancel' }, { daemun: 1n, type: 'cancel' }, { daemun: 1 },
        one(), one(null), one(1), one(''), one('CANCEL'), one(' cancel'), one('cancel\0'), one(['cancel']), one({ cancel: 1 }), one(long),
        one('toString'), one('constructor'), one('__proto__'), one('hasOwnProperty'), one('valueOf'), one('ready'), one('step', { screen: 'password' }),
        one('complete', { redirect_to: 'https://evil.example/' }), one('complete', { handoff: 'x' }), one('error', { code: 'x' }), one('handoff', { challenge: 'x' }),
        one('theme'), one('theme', { theme: null }), one('theme', { theme: 1 }), one('theme', { theme: 'Dark' }), one('theme', { theme: 'dark ' }),
        one('theme', { theme: ['dark'] }), one('theme', { theme: { toString: 'dark' } }), one('theme', { theme: 'constructor' }),
        one('theme', { theme: '__proto__' }), one('theme', { theme: 'dark; background: url(//evil.example)' }), one('theme', { theme: long }),
        one('locale'), one('locale', { locale: null }), one('locale', { locale: 1 }), one('locale', { locale: '' }), one('locale', { locale: 'xx' }),
        one('locale', { locale: 'e' }), one('locale', { locale: 'english' }), one('locale', { locale: ['en'] }), one('locale', { locale: { value: 'en' } }),
        one('locale', { locale: '../en' }), one('locale', { locale: '__proto__' }), one('locale', { locale: 'en\0' }), one('locale', { locale: long }),
    ];
"#;

/// The three messages, each as it should be.
const GOOD: &str = "[{ daemun: 1, type: 'theme', theme: 'dark' }, { daemun: 1, type: 'locale', locale: 'en' }, { daemun: 1, type: 'cancel' }]";

async fn looks_as_before(member: &Member<'_>) {
    let sight = member.sees().await;
    assert_eq!((sight.screen.as_str(), sight.lang.as_str()), ("identify", "ko"), "{sight:?}");
    assert_eq!(member.runs("return document.documentElement.style.colorScheme").await, "");
}

/// X7: hostile shapes change nothing, be they the host's own; nor does anything of whoever is not the host.
#[test]
fn x7_no_hostile_message_changes_anything() {
    embedded(async |gate| {
        let member = gate.member().await;
        member.opens_embedded(&gate.workplace.origin(), "/").await;
        member.waits_until_true("a flow", "return !!history.state?.flow").await;
        let before = member.told().await;
        let count = member
            .at_host(&format!(
                "const shapes = (() => {{ {HOSTILE} }})(); \
                 for (const shape of shapes) framed.contentWindow.postMessage(shape, gate); return shapes.length"
            ))
            .await;
        assert!(count.as_u64().unwrap() >= 90, "{count}");

        // Good ones, from whoever is not the host: the page itself, another frame of the host's, and one without an origin.
        member.runs(&format!("for (const good of {GOOD}) postMessage(good, location.origin)")).await;
        member
            .at_host(&format!(
                "const other = document.createElement('iframe'); \
                 other.srcdoc = `<script>for (const good of {GOOD}) parent.frames[0].postMessage(good, '*'); parent.postMessage('sent', '*')</script>`; \
                 const nobody = other.cloneNode(); nobody.sandbox = 'allow-scripts'; \
                 window.sent = 0; addEventListener('message', ({{ data }}) => {{ if (data === 'sent') sent += 1; }}); \
                 document.body.append(other, nobody)"
            ))
            .await;
        member.leaves_frame().await;
        member.waits_until_true("all of it to be sent", "return sent === 2").await;
        member.enters_frame().await;
        // What comes after all that is heard after it.
        let probe = "addEventListener('message', ({ data }) => { if (data === 'probe') window.probed = true; })";
        member.runs(probe).await;
        member.at_host("framed.contentWindow.postMessage('probe', gate)").await;
        member.waits_until_true("the probe", "return window.probed === true").await;
        looks_as_before(&member).await;
        assert_eq!(member.told().await, before, "and nobody is told of it");
        assert_eq!(gate.wire.count(Requests::deletes()), 0);

        // The same ones are heard where the host says them.
        member
            .at_host(&format!("for (const good of {GOOD}.slice(0, 2)) framed.contentWindow.postMessage(good, gate)"))
            .await;
        member.waits_for("English", |sight| sight.lang == "en").await;
        assert_eq!(member.runs("return document.documentElement.style.colorScheme").await, "dark");
        assert_eq!(member.runs("return localStorage.getItem('daemun.language')").await, Value::Null);
    });
}

/// X7: a page around the app that its deployment does not list hears nothing and is not heard, even if it could have it in a frame.
#[test]
fn x7_who_is_not_listed_is_neither_told_nor_heard() {
    story(async |gate| {
        let _open = gate.lets_be_framed("/o/nuri");
        let member = gate.member().await;
        member.embeds(&gate.workplace.origin(), "/o/nuri").await;
        member.enters_frame().await;
        member.waits_for("the app", |sight| sight.app == "ready").await;
        let before = member.sees().await;
        member.at_host(&format!("for (const good of {GOOD}) framed.contentWindow.postMessage(good, gate)")).await;
        let probe = "addEventListener('message', ({ data }) => { if (data === 'probe') window.probed = true; })";
        member.runs(probe).await;
        member.at_host("framed.contentWindow.postMessage('probe', gate)").await;
        member.waits_until_true("the probe", "return window.probed === true").await;
        let after = member.sees().await;
        assert_eq!((before.screen, before.lang), (after.screen, after.lang));
        assert_eq!(member.runs("return document.documentElement.style.colorScheme").await, "");
        assert_eq!(member.told().await, Vec::<Value>::new());
        assert_eq!(gate.wire.count(Requests::deletes()), 0);
    });
}

/// X7: the host calls it off: the flow is over at the backend, the host is told, and the member can begin anew.
#[test]
fn x7_a_host_calls_a_sign_in_off() {
    embedded(async |gate| {
        let haruto = gate.member().await;
        haruto.opens_embedded(&gate.workplace.origin(), "/").await;
        haruto.asks_for_code(HARUTO).await;
        let cancel = "framed.contentWindow.postMessage({ daemun: 1, type: 'cancel' }, gate)";
        haruto.at_host(cancel).await;
        assert!(haruto.at_ended().await.says("cancelled"));
        haruto.at_host(cancel).await;
        let cancelled = json!({ "daemun": 1, "type": "cancelled" });
        assert_eq!(haruto.told().await.last(), Some(&cancelled));
        haruto.clicks("[data-action=restart]").await;
        haruto.comes_to("identify").await;
        haruto
            .waits_until_true("the host to be told", "return document.documentElement.dataset.screen === 'identify'")
            .await;
        let told = haruto.told().await;
        assert_eq!(told[told.len() - 2..], [cancelled, step("identify")]);
        assert_eq!(gate.wire.count(Requests::deletes()), 1, "what is over is not called off once more");
    });
}

/// X7: what cannot be opened, and what cannot go on, is said to the host too.
#[test]
fn x7_a_host_hears_that_it_cannot_go_on() {
    embedded(async |gate| {
        let member = gate.member().await;
        member.embeds(&gate.workplace.origin(), "/join#not-an-invitation").await;
        member.enters_frame().await;
        member.at_notice("invitation_unknown").await;
        let told = member.told().await;
        assert_eq!(told.last().unwrap()["kind"], "join");
        let _none = gate.wire.tamper(
            Requests::posts("/flows"),
            crate::harness::Tampering::answer(
                422,
                "application/problem+json",
                r#"{"code":"client_unsupported","status":422}"#,
            ),
        );
        member.leaves_frame().await;
        member.embeds(&gate.workplace.origin(), "/o/northwind").await;
        member.enters_frame().await;
        member.waits_for("the trouble", |sight| sight.screen == "unopened").await;
        let error = json!({ "daemun": 1, "type": "error", "code": "client_unsupported" });
        member.waits_until_true("the screen", "return document.querySelector('#app [data-code]') !== null").await;
        assert_eq!(member.told().await.last(), Some(&error));
    });
}

/// Three kinds of webviews, each as its platform has it: what it is given, and what that looks like.
const BRIDGES: [(&str, &str); 3] = [
    ("Android", "window.daemunHost = { postMessage: (text) => told.push(JSON.parse(text)) };"),
    (
        "iOS",
        "window.webkit = { messageHandlers: { daemunHost: { postMessage: (message) => told.push(structuredClone(message)) } } };",
    ),
    ("React Native", "window.ReactNativeWebView = { postMessage: (text) => told.push(JSON.parse(text)) };"),
];

/// X7: a native host is told the same, and takes the sign-in over by a code; the page has no session.
#[test]
fn x7_a_native_host_takes_the_sign_in_over_and_the_page_has_no_session() {
    story(async |gate| {
        for (platform, bridge) in BRIDGES {
            let emma = gate.member().await;
            emma.runs_before_each_page(&format!("window.told = []; {bridge}")).await;
            emma.opens(&format!("/o/northwind?handoff={CHALLENGE}")).await;
            emma.at_password().await.enters_with_id(EMMA, EMMA_PASSWORD).await;
            emma.waits_for("the end", |sight| sight.screen == "complete").await;
            emma.waits_until_true("the app to be told", "return told.some(({ type }) => type === 'complete')").await;
            let told = emma.runs("return told").await;
            let types: Vec<&str> = told.as_array().unwrap().iter().map(|told| told["type"].as_str().unwrap()).collect();
            assert_eq!(types, ["ready", "step", "complete"], "{platform}");
            let complete = &told[2];
            assert_eq!(complete.as_object().unwrap().len(), 3, "{platform}: {complete}");
            let code = complete["handoff"].as_str().unwrap();
            let sight = emma.sees().await;
            assert!(!sight.url.contains(code) && sight.url.starts_with(&gate.origin()), "{}", sight.url);

            // Loaded again it says the same: the code was perhaps not heard.
            emma.reloads().await;
            emma.waits_until_true("the app to be told again", "return told.some(({ type }) => type === 'complete')")
                .await;
            assert_eq!(emma.runs("return told.at(-1).handoff").await, code);
            let kept = emma.browser.cdp("Storage.getCookies", json!({})).await;
            let kept: Vec<_> =
                kept["cookies"].as_array().unwrap().iter().map(|cookie| cookie["name"].clone()).collect();
            assert_eq!(kept, ["__Host-daemun_browser"], "{platform}");

            let redeemed = redeem(gate, code).await;
            let known = who(gate, redeemed["token"].as_str().unwrap()).await;
            assert_eq!(
                (&known["account"]["identifier"], &known["workspace"]["id"]),
                (&json!(EMMA), &json!("northwind"))
            );
            assert_eq!(redeem(gate, code).await["code"], "handoff_invalid");
            assert_eq!(who(gate, redeemed["token"].as_str().unwrap()).await["code"], "sign_in_required");
            emma.goes_to("/home").await;
            emma.comes_to("identify").await;
        }
    });
}

async fn redeem(gate: &Gate, code: &str) -> Value {
    let body = json!({ "code": code, "verifier": VERIFIER, "app": "Nuri Work" }).to_string();
    let request = reqwest::Client::new().post(format!("{}/api/v1/handoffs", gate.origin()));
    let request = request.header("daemun-version", "1").header("content-type", "application/json").body(body);
    serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
}

async fn who(gate: &Gate, token: &str) -> Value {
    let request = reqwest::Client::new().get(format!("{}/api/v1/session", gate.origin()));
    let request = request.header("daemun-version", "1").header("authorization", format!("Bearer {token}"));
    serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
}

/// X7: a challenge means nothing where there is no native app to be given the code.
#[test]
fn x7_without_a_native_host_a_challenge_signs_in_as_ever() {
    story(async |gate| {
        let emma = gate.member().await;
        emma.opens(&format!("/o/northwind?handoff={CHALLENGE}")).await;
        emma.at_password().await.enters_with_id(EMMA, EMMA_PASSWORD).await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// X7: a native app is heard by its own ways alone; what the page's own window is sent is nobody's.
#[test]
fn x7_a_native_host_is_heard_by_its_own_ways() {
    story(async |gate| {
        for (platform, bridge) in BRIDGES {
            let member = gate.member().await;
            member.runs_before_each_page(&format!("window.told = []; {bridge}")).await;
            member.opens("/").await;
            member.waits_until_true("a flow", "return !!history.state?.flow").await;
            member.runs(&format!("for (const good of {GOOD}) postMessage(good, '*')")).await;
            let say = match platform {
                "Android" => "(data) => daemunHost.onmessage({ data })",
                _ => "(data) => daemun.hear(data)",
            };
            let shapes = format!("const say = {say}; for (const shape of (() => {{ {HOSTILE} }})()) say(shape)");
            member.runs(&shapes).await;
            // Ones that only an app around the page could make.
            member
                .runs(&format!(
                    "const say = {say}; \
                     say({{ get daemun() {{ throw new Error('x'); }} }}); \
                     say(new Proxy({{}}, {{ get() {{ throw new Error('x'); }} }})); \
                     say(Object.create(null)); say(() => {{}}); say(Symbol('cancel'))"
                ))
                .await;
            member
                .runs("addEventListener('message', () => { window.probed = true; }); postMessage('probe', '*')")
                .await;
            member.waits_until_true("the probe", "return window.probed === true").await;
            looks_as_before(&member).await;
            member.runs(&format!("const say = {say}; for (const good of {GOOD}) say(JSON.stringify(good))")).await;
            member.at_ended().await;
            member.waits_for("English", |sight| sight.lang == "en").await;
            assert_eq!(member.runs("return document.documentElement.style.colorScheme").await, "dark", "{platform}");
            member.waits_until_true("the app to be told", "return told.at(-1).type === 'cancelled'").await;
        }
    });
}

/// X7, L3: from a frame of the same site a provider takes the whole tab, which comes back as a full page; from a frame of another site it
/// could not come back, so none is offered.
#[test]
fn x7_l3_a_provider_takes_the_whole_tab() {
    embedded(async |gate| {
        let offers = |sight: &Sight| sight.actions.iter().any(|way| way.name == "use_provider");
        let dohyun = gate.member().await;
        dohyun.opens_embedded(&same_site(&gate.workplace.origin()), "/").await;
        dohyun.waits_for("the way by a provider", offers).await;
        dohyun.does("use_provider").await;
        dohyun.comes_to("provider").await;
        dohyun.leaves_for("naver").await;
        dohyun.leaves_frame().await;
        dohyun.waits_for("the stand-in", |sight| sight.page == "provider").await;
        dohyun.clicks("[name=who][value=dohyun]").await;
        dohyun.clicks("[name=decision][value=agree]").await;
        dohyun.is_in("dohyun@daemun.test", "nuri").await;

        let haruto = gate.member().await;
        haruto.opens_embedded(&gate.workplace.origin(), "/").await;
        haruto.waits_until_true("a flow", "return !!history.state?.flow").await;
        assert!(!offers(&haruto.comes_to("identify").await));
        haruto.leaves_frame().await;
    });
}

/// X7, L3: in a webview a provider leads back into the same flow, refused and agreed, and what that ends in is the host's.
#[test]
fn x7_l3_in_a_webview_a_provider_leads_back_to_the_host() {
    story(async |gate| {
        for (platform, bridge) in BRIDGES {
            let dohyun = gate.member().await;
            dohyun.runs_before_each_page(&format!("window.told = []; {bridge}")).await;
            dohyun.opens(&format!("/?handoff={CHALLENGE}")).await;
            dohyun.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
            let flow = dohyun.flow_id().await;
            dohyun.does("use_provider").await;
            dohyun.comes_to("provider").await;
            dohyun.decides_at("naver", "dohyun", "refuse").await;
            dohyun.waits_for("the refusal", |sight| sight.is_settled() && sight.says("provider_denied")).await;
            assert_eq!(dohyun.flow_id().await, flow, "{platform}");
            dohyun.decides_at("naver", "dohyun", "agree").await;
            dohyun.waits_until_true("the code", "return told.some(({ handoff }) => handoff)").await;
            let code = dohyun.runs("return told.find(({ handoff }) => handoff).handoff").await;
            let redeemed = redeem(gate, code.as_str().unwrap()).await;
            let known = who(gate, redeemed["token"].as_str().unwrap_or_else(|| panic!("{platform}: {redeemed}"))).await;
            assert_eq!(known["account"]["identifier"], "dohyun@daemun.test", "{platform}");
            dohyun.goes_to("/home").await;
            dohyun.comes_to("identify").await;
        }
    });
}

/// X7: the sandbox's own host page shows what it is told, and passes on what its buttons say.
#[test]
fn x7_the_sandboxs_host_page_shows_what_it_is_told() {
    let own = |config: &Config| config.origin.iter().cloned().collect();
    story_with(
        |config| Config { embed_origins: own(&config), ..config },
        async |gate| {
            let emma = gate.member().await;
            emma.goes_to("/sandbox/host").await;
            let shown =
                |type_: &str| format!("return document.querySelector('[data-told] [data-type={type_}]') !== null");
            emma.waits_until_true("ready", &shown("ready")).await;
            emma.waits_until_true("a step", &shown("step")).await;
            let button = |message: &str| format!("[data-say*='{message}']");
            emma.clicks(&button("dark")).await;
            emma.clicks(&button("ja")).await;
            emma.clicks(&button("cancel")).await;
            emma.waits_until_true("cancelled", &shown("cancelled")).await;
            emma.enters_frame().await;
            emma.waits_for("Japanese", |sight| sight.lang == "ja" && sight.screen == "ended").await;
            assert_eq!(emma.runs("return document.documentElement.style.colorScheme").await, "dark");
            emma.leaves_frame().await;

            for theme in Theme::ALL {
                for width in [320, 1280] {
                    emma.switches_theme(theme).await;
                    emma.switches_width(width).await;
                    Axe::brought_to(&emma)
                        .await
                        .finds_nothing(&format!("the host page, {}, {width} px", theme.name()))
                        .await;
                }
            }

            // A window stands for a webview, and the page redeems what it is given.
            emma.clicks("[data-native]").await;
            emma.switches_to_tab(1).await;
            emma.settles().await;
            emma.at_identify().await.uses_organisation().await;
            emma.at_organisation().await.sends("northwind").await;
            // What is off the login path is told of as well.
            emma.at_password().await;
            emma.does("forgot").await;
            emma.comes_to("request_reset").await;
            emma.does("back").await;
            emma.at_password().await;
            // The window is closed as soon as its code is there.
            emma.fills("identifier", EMMA).await;
            emma.fills("password", EMMA_PASSWORD).await;
            emma.clicks("[data-action=submit]").await;
            emma.switches_to_tab(0).await;
            emma.waits_until_true("a session", &shown("session")).await;
            let told = emma.runs("return document.querySelector('[data-told]').textContent").await;
            assert!(told.as_str().unwrap().contains("request_reset"), "{told}");
            let session =
                emma.runs("return document.querySelector('[data-told] [data-type=session] code').textContent").await;
            assert!(session.as_str().unwrap().contains("\"Emma Clark\""), "{session}");
        },
    );
    story(async |gate| {
        let member = gate.member().await;
        member.goes_to("/sandbox/host").await;
        assert!(member.sees().await.text.contains(&format!("--embed-origin {}", gate.origin())));
    });
}
