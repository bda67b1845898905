//! A phone is told of what waits for its yes by a notification: asked for on `/approve`, sent to a push service on this machine,
//! shown by the real service worker of a real browser (FEATURES D6, L5). What a push service delivers is handed to the browser by
//! its debugging protocol, and what `pushManager.subscribe` says is that service's: no real one can be reached.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Gate, Member, PushService, Requests, Sight, Tampering, story_in_windows};

const MINJI: &str = "minji@daemun.test";

impl Member<'_> {
    /// The browser's settings for notifications of the gate's origin.
    async fn has_notifications(&self, setting: &str) {
        let permission = json!({ "name": "notifications" });
        let parameters = json!({ "permission": permission, "setting": setting, "origin": self.gate.origin() });
        self.browser.cdp("Browser.setPermission", parameters).await;
    }

    /// From the next page on, the browser's push service says this to whoever subscribes.
    async fn subscribes_to(&self, subscription: &Value) {
        let source = format!(
            "PushManager.prototype.subscribe = async function ({{ userVisibleOnly, applicationServerKey }}) {{
                 if (!userVisibleOnly || !applicationServerKey) throw new DOMException('', 'NotAllowedError');
                 sessionStorage.subscribed = 1;
                 return {{ toJSON: () => ({subscription}) }};
             }};
             PushManager.prototype.getSubscription = async () => (sessionStorage.subscribed ? {{}} : null);"
        );
        self.browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
    }

    /// Hears what the service worker shows from now on; see [`WITNESS`].
    async fn listens(&self) {
        let script = "window.rung = new Promise((hear) => {
            new BroadcastChannel('daemun-test').onmessage = ({ data }) => hear(data);
        })";
        self.runs(script).await;
    }

    /// What it has shown since.
    async fn rung(&self) -> Value {
        self.runs_until_done("window.rung.then(arguments[0])", Vec::new()).await
    }
}

/// Comes behind the service worker, which is the real one: says what the browser has shown. (`getNotifications()` forgets what it is
/// asked for too early, so a page cannot wait by it.)
const WITNESS: &str = "
    const { registration } = self;
    const show = registration.showNotification.bind(registration);
    registration.showNotification = async (title, options) => {
        await show(title, options);
        new BroadcastChannel('daemun-test').postMessage({ title, ...options });
    };
";

/// The phone at its approvals, told by this service from now on.
async fn told_phone<'a>(gate: &'a Gate, service: &PushService) -> Member<'a> {
    let phone = gate.phone_of(MINJI, "nuri").await;
    phone.has_notifications("granted").await;
    phone.subscribes_to(&service.subscription).await;
    phone.opens("/approve").await;
    let sight = phone.comes_to("approvals").await;
    assert!(sight.offers("subscribe") && !sight.offers("unsubscribe"), "{sight}");
    phone.does("subscribe").await;
    let sight = phone.waits_for("to be told", |sight| sight.is_settled() && sight.offers("unsubscribe")).await;
    assert!(sight.text.contains("요청이 오면 이 기기에 알림이 와요."), "{sight}");
    assert_eq!(sight.focus.action, "unsubscribe", "the focus stays:\n{sight}");
    phone
}

/// D6, L5: turned on, a request rings; what rings leads to it, and there the phone says yes.
#[test]
fn d6_a_notification_leads_the_phone_to_the_request() {
    story_in_windows(async |gate| {
        let service = PushService::open().await;
        let worker = [include_str!("../../public/push.js"), WITNESS].concat();
        gate.wire.tamper(Requests::of("/push.js"), Tampering::answer(200, "text/javascript", worker));
        let phone = told_phone(gate, &service).await;
        let pc = gate.member().await;
        let number = pc.asks_own_phone(MINJI, "nuri").await;
        let heard = service.next().await;
        let message = heard["message"].as_str().expect("a message");
        let said: Value = serde_json::from_str(message).expect("JSON");
        assert_eq!(said["title"], "누리소프트 로그인 요청");
        assert_eq!(said["body"], "Chrome, Linux · 127.0.0.x\n직접 요청했는지 확인해 주세요.");
        assert!(!message.contains("김민지"), "{message}");
        let path = said["url"].as_str().expect("where it leads");
        assert_eq!(heard["topic"], path.trim_start_matches("/approve/"));

        // The first registration of a fresh profile has the number 0.
        phone.browser.cdp("ServiceWorker.enable", json!({})).await;
        let delivered = json!({ "origin": gate.origin(), "registrationId": "0", "data": message });
        phone.listens().await;
        phone.browser.cdp("ServiceWorker.deliverPushMessage", delivered).await;
        let place = format!("{}{path}", gate.origin());
        let (title, body, tag) = (&said["title"], &said["body"], &heard["topic"]);
        let expected = json!({ "title": title, "body": body, "tag": tag, "renotify": true, "data": place });
        assert_eq!(phone.rung().await, expected);

        phone.goes_to(path).await;
        phone.comes_to("approve").await;
        phone.approves_with(&number).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

/// D6: turned off, nothing rings; it stays so after a reload.
#[test]
fn d6_turned_off_nothing_rings() {
    story_in_windows(async |gate| {
        let service = PushService::open().await;
        let phone = told_phone(gate, &service).await;
        phone.reloads().await;
        phone.waits_for("still told", |sight| sight.is_settled() && sight.offers("unsubscribe")).await;
        phone.does("unsubscribe").await;
        phone.waits_for("told no more", |sight| sight.is_settled() && sight.offers("subscribe")).await;
        let pc = gate.member().await;
        pc.asks_own_phone(MINJI, "nuri").await;
        phone.waits_for("the request", |sight| sight.offers("choose")).await;
        gate.mails_to(MINJI).await;
        assert!(service.is_quiet().await);
    });
}

/// D6: a browser that has lost what it was told by says so, though the backend knows nothing of it, and is told by another from then on.
#[test]
fn d6_a_browser_that_has_lost_its_subscription_offers_another() {
    story_in_windows(async |gate| {
        let (before, after) = (PushService::open().await, PushService::open().await);
        let phone = told_phone(gate, &before).await;
        phone.subscribes_to(&after.subscription).await;
        phone.runs("sessionStorage.removeItem('subscribed')").await;
        phone.reloads().await;
        let is_off = |sight: &Sight| sight.is_settled() && sight.offers("subscribe") && !sight.offers("unsubscribe");
        let sight = phone.waits_for("to be told no more", is_off).await;
        assert!(!sight.text.contains("요청이 오면 이 기기에 알림이 와요."), "{sight}");
        assert_eq!(gate.wire.last_answer()["step"]["notifications"]["on"], true, "the backend has it still");
        phone.does("subscribe").await;
        phone.waits_for("to be told", |sight| sight.is_settled() && sight.offers("unsubscribe")).await;
        gate.member().await.asks_own_phone(MINJI, "nuri").await;
        let said = after.next().await;
        assert!(said["message"].as_str().is_some_and(|message| message.contains("누리소프트")), "{said}");
        assert!(before.is_quiet().await, "what was lost rings nowhere");
    });
}

/// D6: each way in which a browser can say no is told beside the button, with what to do, and nothing else changes.
#[test]
fn d6_a_browser_that_cannot_be_notified_says_why() {
    story_in_windows(async |gate| {
        let phone = gate.phone_of(MINJI, "nuri").await;
        phone.has_notifications("denied").await;
        phone.opens("/approve").await;
        phone.comes_to("approvals").await;
        phone.clicks("[data-action=subscribe]").await;
        let sight = phone.is_told("notify_denied").await;
        assert!(sight.words_of("notify_denied").contains("브라우저 설정에서 허용"), "{sight}");
        assert_eq!((sight.state.as_str(), sight.focus.action.as_str()), ("idle", "subscribe"), "{sight}");

        phone.runs("Notification.requestPermission = async () => 'default'").await;
        phone.clicks("[data-action=subscribe]").await;
        phone.is_told("notify_dismissed").await;

        phone.has_notifications("granted").await;
        let failing = "PushManager.prototype.subscribe = async () => { throw new DOMException('', 'AbortError'); };
                       Notification.requestPermission = async () => 'granted';";
        phone.runs(failing).await;
        phone.clicks("[data-action=subscribe]").await;
        phone.is_told("notify_failed").await;

        // A service that nobody knows.
        let keys = PushService::open().await.subscription["keys"].clone();
        let elsewhere = json!({ "endpoint": "https://push.example/a", "keys": keys });
        phone.subscribes_to(&elsewhere).await;
        phone.opens("/approve").await;
        phone.comes_to("approvals").await;
        phone.does("subscribe").await;
        let sight = phone.is_told("input_invalid").await;
        assert!(sight.words_of("input_invalid").contains("여기에서 쓸 수 없어요"), "{sight}");
        assert!(sight.screen == "approvals" && sight.offers("subscribe"), "{sight}");

        let source = "delete window.PushManager";
        phone.browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
        phone.opens("/approve").await;
        let sight = phone.comes_to("approvals").await;
        assert!(!sight.offers("subscribe") && !sight.offers("unsubscribe"), "{sight}");
    });
}

/// D6, X10: a notification leads to an approval on the own origin and nowhere else, whatever came; one that is open already is
/// brought forward.
#[test]
fn d6_a_notification_leads_to_approvals_alone() {
    const RUN: &str = r#"
        const assert = require("node:assert/strict");
        const heard = {};
        const shown = [], opened = [], focused = [];
        const page = (path) => ({ url: "https://login.example" + path, focus: async () => focused.push(path) });
        let pages = [];
        globalThis.self = {
            location: new URL("https://login.example/push.js"),
            addEventListener: (name, hear) => { heard[name] = hear; },
            registration: { showNotification: async (title, options) => { shown.push({ title, ...options }); } },
            clients: { matchAll: async () => pages, openWindow: async (href) => { opened.push(href); } },
        };
        require(process.argv[1]);
        const push = async (data) => {
            let shows;
            heard.push({ data, waitUntil: (until) => { shows = until; } });
            await shows;
            return shown.pop();
        };
        const click = async (data) => {
            let leads, closed = false;
            heard.notificationclick({ notification: { data, close: () => { closed = true; } }, waitUntil: (until) => { leads = until; } });
            await leads;
            assert.ok(closed);
        };
        const json = (value) => ({ json: () => value });
        (async () => {
            assert.deepEqual(Object.keys(heard).sort(), ["notificationclick", "push"], "no request is heard");
            assert.deepEqual(await push(json({ title: "T", body: "B", url: "/approve/a", tag: "a" })),
                { title: "T", body: "B", tag: "a", renotify: true, data: "https://login.example/approve/a" });
            for (const url of ["https://evil.example/approve/a", "//evil.example/approve/a", "/\\evil.example/approve/a", "/approve/../security",
                "/security", "/approve/", "javascript:alert(1)", "", null, 1, {}, ["/approve/a"]]) {
                assert.equal((await push(json({ title: "T", url }))).data, null, String(url));
            }
            const broken = { json: () => { throw new SyntaxError(); } };
            for (const data of [null, broken, json(null), json(1), json([]), json({ title: {}, body: 1, tag: [] })]) {
                assert.deepEqual(await push(data), { title: "login.example", body: "", tag: "", renotify: false, data: null });
            }
            await click(null);
            assert.deepEqual(opened, []);
            pages = [page("/approve/b"), page("/security")];
            await click("https://login.example/approve/a");
            assert.deepEqual([opened, focused], [["https://login.example/approve/a"], []]);
            await click("https://login.example/approve/b");
            assert.deepEqual([opened.length, focused], [1, ["/approve/b"]]);
        })().catch((error) => { console.error(error); process.exit(1); });
    "#;
    let worker = concat!(env!("CARGO_MANIFEST_DIR"), "/../public/push.js");
    let run = Command::new("node").args(["-e", RUN, worker]).output().expect("Node.js is there");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
