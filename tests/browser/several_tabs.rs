//! Several windows of one flow that waits for somebody else: one asks the backend, the others hear of it (FEATURES X2).
//! The page with all screens is the one that can wait; which of its steps do, the script below says.

use serde_json::{Value, json};

use crate::harness::{Member, Requests, story};

const MINJI: &str = "minji@daemun.test";

/// Every step waits for somebody else, and the page counts the reads that may be held.
const WAITING: &str = "
    window.daemunTestHeld = 0;
    const plain = window.fetch;
    window.fetch = async (request, options) => {
        if (request.headers?.has('prefer')) window.daemunTestHeld += 1;
        const answer = await plain(request, options);
        if (![200, 201].includes(answer.status) || !answer.url.includes('/api/')) return answer;
        const flow = { ...await answer.json(), poll: { interval: 1 } };
        return new Response(JSON.stringify(flow), { status: answer.status, headers: answer.headers });
    };";

/// The page counts the reads that may be held, and changes nothing.
const COUNTING: &str = "
    window.daemunTestHeld = 0;
    const plain = window.fetch;
    window.fetch = (request, options) => {
        if (request.headers?.has('prefer')) window.daemunTestHeld += 1;
        return plain(request, options);
    };";

/// How often this window has asked the backend to hold a read.
async fn asked(member: &Member<'_>) -> u64 {
    member.runs("return window.daemunTestHeld").await.as_u64().expect("a number")
}

async fn waits_for_a_held_read(member: &Member<'_>) {
    member.waits_until_true("a read that may be held", "return window.daemunTestHeld > 0").await;
}

/// A first window of a flow, and a second one beside it that has just been opened.
async fn two_windows(member: &Member<'_>) {
    two_windows_with(member, "").await;
}

/// The same; `script` runs before each page of both.
async fn two_windows_with(member: &Member<'_>, script: &str) {
    member.runs_before_each_page(script).await;
    member.runs_before_each_page(WAITING).await;
    member.opens("/continue").await;
    member.waits_for("a flow", |sight| sight.rev > 0).await;
    waits_for_a_held_read(member).await;
    let flow = member.flow_id().await;
    let script = format!("{script};{WAITING}");
    opens_beside(member, &flow, &script).await;
    member.comes_to("identify").await;
    assert_eq!(member.flow_id().await, flow);
    assert_eq!(member.runs("return document.visibilityState").await, Value::from("visible"));
}

/// Opens a second window at the same flow; `script` runs before each page of it.
async fn opens_beside(member: &Member<'_>, flow: &str, script: &str) {
    let second = member.browser.driver.new_window().await.expect("a second window");
    member.browser.driver.switch_to_window(second).await.expect("to the second window");
    member.browser.set_up_tab().await;
    member.runs_before_each_page(script).await;
    member.goes_to("/sandbox/").await;
    member.goes_to("/continue").await;
    member.flow_id().await;
    member.runs_with("history.replaceState({ flow: arguments[0] }, '')", vec![json!(flow)]).await;
    member.reloads().await;
}

/// X2: the news that one window reads comes to the other, which asks nothing itself until the first is gone.
#[test]
fn x2_of_several_windows_that_wait_one_asks() {
    story(async |gate| {
        let minji = gate.member().await;
        two_windows(&minji).await;

        // What is done in the second is read by the first, which asks.
        minji.asks_for_code(MINJI).await;
        minji.switches_to_tab(0).await;
        minji.comes_to("code").await;
        // What is done in the first is heard by the second, more than once.
        for _ in 0..2 {
            minji.does("back").await;
            minji.comes_to("identify").await;
            minji.switches_to_tab(1).await;
            minji.comes_to("identify").await;
            assert_eq!(asked(&minji).await, 0, "it asks nothing");
            minji.switches_to_tab(0).await;
            minji.asks_for_code(MINJI).await;
            minji.switches_to_tab(1).await;
            minji.comes_to("code").await;
            assert_eq!(asked(&minji).await, 0, "it asks nothing");
            minji.switches_to_tab(0).await;
        }
        assert!(asked(&minji).await > 0);

        // The first is closed: the second takes over, and is told what it does not know.
        minji.closes_tab().await;
        minji.switches_to_tab(0).await;
        waits_for_a_held_read(&minji).await;
        let flow = minji.flow_id().await;
        minji
            .runs_with(
                "fetch('/api/v1/flows/' + arguments[0], { method: 'DELETE', headers: { 'Daemun-Version': '1' } })",
                vec![json!(flow)],
            )
            .await;
        minji.waits_for("the end", |sight| sight.screen == "ended").await;
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 2, "each window began where it was opened");
    });
}

/// X2: one that is hidden hands over to one that is seen.
#[test]
fn x2_a_hidden_window_hands_over() {
    story(async |gate| {
        let minji = gate.member().await;
        two_windows(&minji).await;
        assert_eq!(asked(&minji).await, 0);
        minji.switches_to_tab(0).await;
        let hide = "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true }); \
            document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))";
        minji.runs(hide).await;
        minji.switches_to_tab(1).await;
        waits_for_a_held_read(&minji).await;

        // Back again, it reads once, and leaves the asking to the other.
        minji.switches_to_tab(0).await;
        let before = asked(&minji).await;
        minji
            .runs("delete document.hidden; document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
            .await;
        minji.asks_for_code(MINJI).await;
        minji.switches_to_tab(1).await;
        minji.comes_to("code").await;
        minji.does("back").await;
        minji.switches_to_tab(0).await;
        minji.comes_to("identify").await;
        assert_eq!(asked(&minji).await, before);
    });
}

/// X2: where windows cannot know of each other, each asks.
#[test]
fn x2_without_locks_each_window_asks() {
    story(async |gate| {
        let minji = gate.member().await;
        two_windows_with(&minji, "Object.defineProperty(navigator, 'locks', { value: undefined })").await;
        // The first is there still, and asks as well.
        waits_for_a_held_read(&minji).await;
    });
}

/// X2: an app that cannot go on keeps nobody from asking.
#[test]
fn x2_a_window_whose_app_failed_hands_over() {
    story(async |gate| {
        let minji = gate.member().await;
        two_windows(&minji).await;
        minji.switches_to_tab(0).await;
        minji.runs("globalThis.daemun.fail('panic')").await;
        minji.switches_to_tab(1).await;
        waits_for_a_held_read(&minji).await;
    });
}

/// X2, L5: a PC that shows its number in two windows: one asks, another number comes to both, and both are in when the phone has said
/// yes.
#[test]
fn x2_two_windows_of_a_pc_that_waits_for_the_phone_both_go_on() {
    story(async |gate| {
        let phone = gate.phone_of(MINJI, "nuri").await;
        let pc = gate.member().await;
        pc.runs_before_each_page(COUNTING).await;
        let first = pc.asks_own_phone(MINJI, "nuri").await;
        waits_for_a_held_read(&pc).await;
        let flow = pc.flow_id().await;
        opens_beside(&pc, &flow, COUNTING).await;
        assert_eq!(pc.shows_number().await, first);
        assert_eq!(asked(&pc).await, 0, "the other one asks");

        pc.switches_to_tab(0).await;
        pc.does("resend").await;
        pc.waits_for("another number", |sight| sight.is_settled() && !sight.title.contains(&first)).await;
        let number = pc.shows_number().await;
        pc.switches_to_tab(1).await;
        pc.waits_for("the same number", |sight| sight.is_settled() && sight.title.contains(&number)).await;

        phone.opens_request().await;
        phone.approves_with(&number).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
        pc.switches_to_tab(0).await;
        pc.is_in(MINJI, "nuri").await;
    });
}
