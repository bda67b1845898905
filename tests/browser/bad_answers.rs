//! The app, fed any bytes at all by a backend: a readable word in reach of the keyboard, and a way on (FEATURES X2, X10).

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Sight, Tampering, story};

const HARUTO: &str = "haruto@daemun.test";
const BEGINS: Requests = Requests::posts("/flows");
const SUBMITS: Requests = Requests::posts("/actions/submit");
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// Whether something is said in words, and something can be done about it, while nothing hangs.
fn has_word_and_way_on(sight: &Sight) -> bool {
    let waits = sight.state != "busy";
    let word = sight.said.iter().any(|said| said.text.chars().count() > 5);
    let way_on = ["submit", "retry", "restart", "reload"].iter().any(|action| sight.can(action));
    waits && word && way_on && sight.app == "ready"
}

/// A flow as the backend would answer, with something changed in it.
fn flow_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut flow = json!({
        "id": "some-flow", "kind": "sign_in", "rev": 7, "server_time": 1_900_000_000_000_u64, "expires_at": 1_900_001_800_000_u64,
        "status": "active",
        "step": { "id": "7", "type": "identify" },
        "actions": { "submit": {}, "use_organisation": {} },
    });
    change(&mut flow);
    flow
}

/// Answers that are of no use, with what they are.
fn bad_answers() -> Vec<(&'static str, Tampering)> {
    let json_of = |value: Value| Tampering::answer(200, JSON, value.to_string());
    let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    vec![
        ("noise", Tampering::answer(200, JSON, noise.clone())),
        ("noise of no type", Tampering::answer(200, "application/octet-stream", noise)),
        ("a page of HTML", Tampering::answer(200, "text/html", "<!doctype html><h1>Please sign in to the Wi-Fi</h1>")),
        (
            "HTML that calls itself JSON",
            Tampering::answer(200, JSON, "<script>document.body.dataset.owned = 1</script>"),
        ),
        ("nothing", Tampering::answer(200, JSON, "")),
        ("204", Tampering::answer(204, JSON, "")),
        ("null", Tampering::answer(200, JSON, "null")),
        ("a number", Tampering::answer(200, JSON, "1e999")),
        ("a list", Tampering::answer(200, JSON, "[]")),
        ("an empty object", Tampering::answer(200, JSON, "{}")),
        ("half of a flow", Tampering::Halve),
        ("deep nesting", Tampering::answer(200, JSON, "[".repeat(100_000))),
        ("10 MB", Tampering::answer(200, JSON, format!("\"{}\"", "x".repeat(10_000_000)))),
        ("a flow that is too large", json_of(flow_with(|flow| flow["id"] = json!("x".repeat(3_000_000))))),
        ("a flow without a step", json_of(flow_with(|flow| flow["step"] = Value::Null))),
        ("a flow without a status", json_of(flow_with(|flow| flow["status"] = Value::Null))),
        ("a revision that is text", json_of(flow_with(|flow| flow["rev"] = json!("seven")))),
        ("a negative revision", json_of(flow_with(|flow| flow["rev"] = json!(-1)))),
        (
            "a code step that lacks everything",
            json_of(flow_with(|flow| flow["step"] = json!({ "id": "7", "type": "code" }))),
        ),
        ("an unknown status", json_of(flow_with(|flow| flow["status"] = json!("paused")))),
        (
            "an end for an unknown reason",
            json_of(flow_with(|flow| {
                flow["status"] = json!("ended");
                flow["reason"] = json!("moon_phase");
            })),
        ),
        ("lone surrogates", Tampering::answer(200, JSON, r#"{"id":"\ud800","kind":"sign_in"}"#)),
        ("a problem of no code", Tampering::answer(400, PROBLEM, "{}")),
        (
            "an unknown problem",
            Tampering::answer(418, PROBLEM, r#"{"code":"teapot","status":418,"title":"I am a teapot"}"#),
        ),
        (
            "a problem with a million errors",
            Tampering::answer(
                422,
                PROBLEM,
                json!({
                    "code": "input_invalid", "status": 422,
                    "errors": vec![json!({ "pointer": "/input/nowhere", "code": "odd" }); 10_000],
                })
                .to_string(),
            ),
        ),
        ("500 in HTML", Tampering::answer(500, "text/html", "<h1>Internal Server Error</h1>")),
        ("500 as a problem", Tampering::answer(500, PROBLEM, r#"{"code":"internal","status":500}"#)),
        ("502", Tampering::answer(502, "text/html", "<h1>Bad gateway</h1>")),
        (
            "503 with a wait",
            Tampering::Answer {
                status: 503,
                headers: vec![("content-type", PROBLEM.into()), ("retry-after", "1".into())],
                body: r#"{"code":"unavailable","status":503,"retry_after":1}"#.into(),
            },
        ),
        (
            "503 from something in between",
            Tampering::Answer {
                status: 503,
                headers: vec![
                    ("content-type", "text/html".into()),
                    ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT".into()),
                ],
                body: "<h1>Later</h1>".into(),
            },
        ),
        ("401", Tampering::answer(401, PROBLEM, r#"{"code":"sign_in_required","status":401}"#)),
        (
            "a redirect",
            Tampering::Answer { status: 302, headers: vec![("location", "/gate.svg".into())], body: "".into() },
        ),
        ("304 to a POST", Tampering::answer(304, JSON, "")),
    ]
}

/// What nobody may see, whatever came.
async fn assert_unharmed(member: &Member<'_>, what: &str) {
    assert_eq!(member.runs("return document.body.dataset.owned ?? null").await, Value::Null, "after {what}");
    let sight = member.sees().await;
    let text = sight.text.to_lowercase();
    for stray in ["undefined", "[object", "nan", "panicked", "null"] {
        let stands_alone = text.split(|c: char| !c.is_alphanumeric() && c != '[').any(|word| word == stray);
        assert!(!stands_alone, "after {what} it says {stray:?}:\n{sight}");
    }
}

/// By keyboard: the way on is reached with Tab.
async fn assert_way_on_in_reach(member: &Member<'_>, what: &str) {
    for _ in 0..15 {
        let sight = member.sees().await;
        if matches!(sight.focus.action.as_str(), "submit" | "retry" | "restart" | "reload") {
            return;
        }
        member.presses_key(thirtyfour::Key::Tab).await;
    }
    panic!("after {what} Tab never comes to a way on:\n{}", member.sees().await);
}

/// Meets each of these answers at the address, then goes on by the way that is offered.
async fn meets_at_the_address(gate: &Gate, answers: Vec<(&'static str, Tampering)>) {
    let haruto = gate.member_reading("en").await;
    haruto.browser.provokes("/api/v1/");
    for (number, (what, tampering)) in answers.into_iter().enumerate() {
        haruto.opens("/").await;
        haruto.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        // So many codes in so short a time would not be sent to one address.
        let address = format!("someone-{number}@daemun.test");
        haruto.fills("identifier", &address).await;
        let tampered = gate.wire.tamper(SUBMITS, tampering);
        haruto.clicks("[data-action=submit]").await;
        let sight = haruto.waits_for(&format!("a word and a way on after {what}"), has_word_and_way_on).await;
        assert_unharmed(&haruto, what).await;
        assert_way_on_in_reach(&haruto, what).await;
        tampered.lift();
        goes_on(&haruto, &sight, &address, what).await;
    }
}

/// By whatever is offered, to the code.
async fn goes_on(member: &Member<'_>, sight: &Sight, address: &str, what: &str) {
    if sight.screen == "identify" {
        assert_eq!(sight.field("identifier").value, address, "nothing typed is lost after {what}");
    }
    let way_on =
        ["retry", "submit", "restart", "reload"].into_iter().find(|action| sight.can(action)).expect("a way on");
    member.clicks(&format!("[data-action={way_on}]")).await;
    let sight = member
        .waits_for(&format!("going on after {what}"), |sight| {
            sight.is_settled()
                && (sight.screen == "code" || sight.screen == "identify" && sight.state == "idle" && sight.rev > 0)
        })
        .await;
    if sight.screen == "identify" {
        member.at_identify().await.sends(address).await;
        member.comes_to("code").await;
    }
}

fn part(part: usize) -> Vec<(&'static str, Tampering)> {
    bad_answers().into_iter().skip(part).step_by(2).collect()
}

/// X10: any bytes in answer to an action. First half.
#[test]
fn x10_any_answer_to_an_action_leaves_a_word_and_a_way_on_1() {
    story(async |gate| meets_at_the_address(gate, part(0)).await);
}

/// X10: any bytes in answer to an action. Second half.
#[test]
fn x10_any_answer_to_an_action_leaves_a_word_and_a_way_on_2() {
    story(async |gate| meets_at_the_address(gate, part(1)).await);
}

/// Meets each of these answers at the very beginning, at the front door and at the organisation's.
async fn meets_at_the_beginning(gate: &Gate, answers: Vec<(&'static str, Tampering)>) {
    let member = gate.member_reading("en").await;
    member.browser.provokes("/api/v1/");
    for (number, (what, tampering)) in answers.into_iter().enumerate() {
        let door = if number % 2 == 0 { "/" } else { "/o/sakura" };
        let tampered = gate.wire.tamper(BEGINS, tampering);
        member.goes_to(door).await;
        let is_front_door = |sight: &Sight| sight.screen == "identify" && sight.state == "idle";
        let sight = member
            .waits_for(&format!("something to act on after {what}"), |sight| {
                sight.app == "ready" && (has_word_and_way_on(sight) || is_front_door(sight))
            })
            .await;
        if is_front_door(&sight) {
            // Nobody has asked for anything yet, so nobody is bothered; the word comes when somebody does. In one breath: the
            // answer may be on its way and take the form with it.
            member
                .runs_with(
                    "const field = document.querySelector('#app input[name=identifier]:not([readonly])');\
                     if (field) { field.value = arguments[0]; field.form.requestSubmit(); }",
                    vec![json!(HARUTO)],
                )
                .await;
        }
        let sight = member.waits_for(&format!("a word and a way on after {what}"), has_word_and_way_on).await;
        assert_unharmed(&member, what).await;
        assert_way_on_in_reach(&member, what).await;
        tampered.lift();
        let way_on =
            ["retry", "restart", "reload", "submit"].into_iter().find(|action| sight.can(action)).expect("a way on");
        if way_on == "submit" {
            member.fills("identifier", HARUTO).await;
        }
        member.clicks(&format!("[data-action={way_on}]")).await;
        member
            .waits_for(&format!("going on after {what}"), |sight| {
                sight.is_settled() && sight.rev > 0 && matches!(sight.screen.as_str(), "identify" | "password" | "code")
            })
            .await;
    }
}

/// X10: any bytes in answer to the beginning. First half.
#[test]
fn x10_any_answer_to_the_beginning_leaves_a_word_and_a_way_on_1() {
    story(async |gate| meets_at_the_beginning(gate, part(0)).await);
}

/// X10: any bytes in answer to the beginning. Second half.
#[test]
fn x10_any_answer_to_the_beginning_leaves_a_word_and_a_way_on_2() {
    story(async |gate| meets_at_the_beginning(gate, part(1)).await);
}

/// X10, E4: any bytes in answer to what the page with all screens asks first, what the deployment can do: a word, a way on,
/// and the link that it was for is not lost.
#[test]
fn x10_any_answer_to_discovery_leaves_a_word_and_a_way_on() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.browser.provokes("/.well-known/daemun");
        let link = gate.link("join").await;
        for (what, tampering) in bad_answers().into_iter().step_by(2) {
            // A good one that was kept would do, with a 304.
            sora.browser.cdp("Network.clearBrowserCache", json!({})).await;
            let tampered = gate.wire.tamper(Requests::of("/.well-known/daemun"), tampering);
            sora.goes_to(&link).await;
            let sight = sora.waits_for(&format!("a word and a way on after {what}"), has_word_and_way_on).await;
            assert_unharmed(&sora, what).await;
            tampered.lift();
            let way_on = ["retry", "restart", "reload"].into_iter().find(|action| sight.can(action)).expect("a way on");
            sora.clicks(&format!("[data-action={way_on}]")).await;
            sora.comes_to("invitation").await;
        }
    });
}

/// X10, E4: any bytes in answer to the longest form of all: a word, and nothing typed is lost.
#[test]
fn x10_any_answer_to_a_new_members_form_loses_nothing_typed() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.browser.provokes("/api/v1/");
        for (what, tampering) in bad_answers().into_iter().step_by(4) {
            sora.comes_to_create_account().await;
            sora.fills("name", "소라").await;
            sora.fills("email", "sora@daemun.test").await;
            sora.fills("password", "sora-New-2024!").await;
            sora.at_create_account().await.agrees_to("service").await;
            let tampered = gate.wire.tamper(SUBMITS, tampering);
            sora.clicks("[data-action=submit]").await;
            let sight = sora.waits_for(&format!("a word and a way on after {what}"), has_word_and_way_on).await;
            assert_unharmed(&sora, what).await;
            assert_way_on_in_reach(&sora, what).await;
            if sight.screen == "create_account" {
                assert_eq!(sight.field("name").value, "소라", "after {what}");
                assert_eq!(sight.field("email").value, "sora@daemun.test", "after {what}");
                assert!(sight.tick("service").checked, "after {what}:\n{sight}");
            }
            tampered.lift();
        }
    });
}

/// X10: a step of a later version is shown as something this page cannot do yet, with a way on.
#[test]
fn x10_a_step_of_a_later_version_says_so() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        let later = flow_with(|flow| {
            flow["step"] = json!({ "id": "8", "type": "iris_scan", "depth": { "of": ["field"] } });
            flow["actions"] = json!({ "blink": {}, "back": {} });
            flow["messages"] = json!([{ "code": "hold_still", "params": { "for": 3 }, "severity": "shouting" }]);
        });
        let tampered = gate.wire.tamper(BEGINS, Tampering::answer(201, JSON, later.to_string()));
        haruto.goes_to("/").await;
        let sight = haruto
            .waits_for("the screen of an unknown step", |sight| sight.screen == "unknown" && sight.app == "ready")
            .await;
        assert!(sight.text.chars().count() > 20 && sight.focus.in_main, "{sight}");
        let way_on = ["reload", "restart", "retry"].into_iter().find(|action| sight.can(action));
        tampered.lift();
        haruto.clicks(&format!("[data-action={}]", way_on.unwrap_or_else(|| panic!("a way on:\n{sight}")))).await;
        haruto.comes_to("identify").await;
    });
}

/// X10: a notice and a message of a later version are said in general words.
#[test]
fn x10_a_notice_of_a_later_version_says_something() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        let later = flow_with(|flow| {
            flow["step"] = json!({ "id": "8", "type": "notice", "code": "eclipse", "params": { "moon": "full" } });
            flow["actions"] = json!({ "back": {} });
        });
        gate.wire.tamper(BEGINS, Tampering::answer(201, JSON, later.to_string()));
        haruto.goes_to("/").await;
        let sight = haruto.at_notice("eclipse").await;
        assert!(sight.text.chars().count() > 20, "{sight}");
        assert!(sight.can("back"), "{sight}");
    });
}

/// L11: whatever a backend says, the app is not led to where scripts or strangers are.
#[test]
fn l11_the_app_does_not_follow_a_dangerous_redirect() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        for redirect_to in [
            "javascript:document.body.dataset.owned=1",
            "JAVASCRIPT:document.body.dataset.owned=1",
            "java\nscript:document.body.dataset.owned=1",
            " javascript:document.body.dataset.owned=1",
            "data:text/html,<script>1</script>",
            "blob:http://localhost/1",
            "file:///etc/passwd",
            "http://evil.example/",
            "//evil.example/",
            "/home",
            "https://user:password@evil.example/",
            "https:evil.example",
            "",
        ] {
            haruto.opens("/").await;
            haruto.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
            let flow = haruto.flow_id().await;
            let complete = flow_with(|answer| {
                answer["id"] = json!(flow);
                answer["status"] = json!("complete");
                answer["redirect_to"] = json!(redirect_to);
            });
            let tampered = gate.wire.tamper(SUBMITS, Tampering::answer(200, JSON, complete.to_string()));
            haruto.fills("identifier", HARUTO).await;
            haruto.clicks("[data-action=submit]").await;
            let sight = haruto
                .waits_for(&format!("an end with a way on instead of {redirect_to:?}"), |sight| {
                    sight.screen == "ended" && sight.can("restart")
                })
                .await;
            assert_eq!(sight.origin(), gate.origin());
            assert_unharmed(&haruto, redirect_to).await;
            tampered.lift();
            haruto.clicks("[data-action=restart]").await;
            haruto.comes_to("identify").await;
        }
    });
}

/// X10: what a backend says is text, never markup.
#[test]
fn x10_whatever_a_backend_says_is_text_and_never_markup() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        let evil = "<img src=x onerror=\"document.body.dataset.owned=1\"><script>document.body.dataset.owned=1</script>{to}{code}";
        let answers = [
            json!({ "id": "8", "type": "identify", "identifier": evil }),
            json!({ "id": "8", "type": "organisation", "organisation": evil }),
            json!({ "id": "8", "type": "code", "channel": "email", "sent_to": evil, "length": 6, "expires_at": 1_900_000_600_000_u64 }),
            json!({ "id": "8", "type": "choose_workspace", "verified": evil, "workspaces": [
                { "id": evil, "name": evil, "member_name": evil, "logo": "javascript:document.body.dataset.owned=1" },
            ] }),
            json!({ "id": "8", "type": "choose_factor", "factors": [{ "id": evil, "kind": "sms", "to": evil }] }),
            json!({ "id": "8", "type": "password", "identifier": evil }),
            json!({ "id": "8", "type": "notice", "code": "no_workspace", "params": { "to": evil } }),
            json!({ "id": "8", "type": evil }),
        ];
        for step in answers {
            let flow = flow_with(|flow| {
                flow["step"] = step.clone();
                flow["actions"] = json!({ "submit": {}, "back": {}, "resend": {}, "choose": {} });
                flow["workspace"] = json!({ "id": evil, "name": evil, "logo": "https://evil.example/logo.svg" });
                flow["messages"] = json!([{ "code": evil, "params": { "to": evil }, "severity": "error" }]);
            });
            let tampered = gate.wire.tamper(BEGINS, Tampering::answer(201, JSON, flow.to_string()));
            member.goes_to("/").await;
            let sight = member.waits_for("a screen", |sight| sight.is_settled() && sight.rev == 7).await;
            let found = member.runs("return [document.querySelectorAll('#app img, #app script').length, document.body.dataset.owned ?? null]").await;
            assert_eq!(found, json!([0, null]), "{sight}");
            let overflow =
                member.runs("return document.documentElement.scrollWidth > document.documentElement.clientWidth").await;
            assert_eq!(overflow, false, "long words do not break the page:\n{sight}");
            tampered.lift();
        }
    });
}

/// X10: sixty odd flows in a row, made from the protocol's own words in odd combinations: never a frozen page.
#[test]
fn x10_odd_combinations_never_freeze_the_page() {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let oddity = prop::sample::select(vec![
        Value::Null,
        json!(""),
        json!("identify"),
        json!("code"),
        json!("password"),
        json!("notice"),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(true),
        json!([]),
        json!({}),
        json!([null]),
        json!({ "submit": null }),
        json!({ "submit": { "available_in": 4_294_967_295_u64 } }),
        json!({ "submit": { "available_in": -5 } }),
        json!("\u{202e}\u{0}\u{ffff}"),
    ]);
    let places = prop::sample::select(vec![
        "/id",
        "/kind",
        "/rev",
        "/server_time",
        "/expires_at",
        "/status",
        "/step",
        "/step/id",
        "/step/type",
        "/actions",
        "/messages",
        "/account",
        "/workspace",
        "/poll",
        "/redirect_to",
        "/reason",
        "/restart",
    ]);
    let changes = prop::collection::vec((places, oddity), 1..4);
    let mut runner = TestRunner::deterministic();
    let flows: Vec<Value> = (0..60)
        .map(|_| {
            let changes = changes.new_tree(&mut runner).expect("changes").current();
            flow_with(|flow| {
                for (place, oddity) in changes {
                    let (parent, name) = place.rsplit_once('/').expect("a place");
                    if let Some(Value::Object(parent)) = flow.pointer_mut(parent) {
                        parent.insert(name.to_owned(), oddity);
                    }
                }
            })
        })
        .collect();

    story(async |gate| {
        let member = gate.member_reading("en").await;
        for flow in flows {
            let what = flow.to_string();
            let tampered = gate.wire.tamper(BEGINS, Tampering::answer(201, JSON, what.clone()));
            member.goes_to("/").await;
            let began = gate.wire.answered(BEGINS);
            let sight = member
                .waits_for(&format!("something a person can act on after {what}"), |sight| {
                    sight.app == "ready"
                        && sight.state != "busy"
                        && gate.wire.answered(BEGINS) >= began
                        && !sight.screen.is_empty()
                        && (!sight.actions.is_empty() || sight.screen == "complete")
                })
                .await;
            assert_ne!(sight.screen, "failed", "{what}:\n{sight}");
            // Not frozen: the language can still be switched.
            member.switches_language("ja").await;
            member.switches_language("en").await;
            tampered.lift();
        }
    });
}

/// X10: a panic shows a readable screen with a way on, never a frozen page.
#[test]
fn x10_a_panic_shows_a_readable_screen_with_a_way_on() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.opens("/").await;
        member.browser.provokes("");
        // The page's own door for "the app cannot go on", which the panic hook goes through.
        member.runs("globalThis.daemun.fail('panic')").await;
        let sight = member
            .waits_for("the screen after a panic", |sight| sight.app == "failed" && sight.screen == "failed")
            .await;
        assert!(sight.said.iter().any(|said| said.text.chars().count() > 10), "{sight}");
        assert!(sight.can("restart") && sight.focus.in_main, "{sight}");
        member.clicks("[data-action=restart]").await;
        member.comes_to("identify").await;
    });
}
