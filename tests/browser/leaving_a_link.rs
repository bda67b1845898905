//! Who leaves the screen of a security link begins from the beginning and is told why; who only reads the mail does not
//! (FEATURES O3).

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Sight, Tampering, story, story_in_windows};
use crate::link_secrets::token_of;

const HAERIN: &str = "haerin@partner.test";
const MINJI: &str = "minji@daemun.test";
const GIVEN_UP: Requests = Requests::deletes();

/// The screen that says why it is over.
async fn is_told_of_leaving(member: &Member<'_>) -> Sight {
    let sight = member.at_ended().await;
    assert!(sight.says("left") && sight.can("restart") && sight.focus.in_main, "{sight}");
    assert!(!sight.text.contains(HAERIN) && !sight.has_field("code") && !sight.has_field("email"), "{sight}");
    sight
}

/// Begins anew from the screen that says so, or from the link: with nothing filled in, and the reason at hand.
async fn is_asked_anew(member: &Member<'_>) {
    let sight = member.comes_to("link_address").await;
    assert!(sight.says("link_left"), "{sight}");
    assert!(sight.said.iter().any(|said| said.code == "link_left" && said.announced), "{sight}");
    assert_eq!((sight.field("email").value.as_str(), sight.focus.field.as_str()), ("", "email"), "{sight}");
}

async fn begins_anew(member: &Member<'_>) {
    is_told_of_leaving(member).await;
    member.clicks("[data-action=restart]").await;
    is_asked_anew(member).await;
}

/// So many flows were given up, and the backend heard it.
async fn assert_given_up(member: &Member<'_>, times: usize) {
    let wire = &member.gate.wire;
    member.waits_for("the flow to be given up", |_| heard(member.gate) >= times).await;
    assert_eq!((wire.count(GIVEN_UP), heard(member.gate)), (times, times), "so often, and each heard");
}

/// How many times the backend was told that a flow is given up.
fn heard(gate: &Gate) -> usize {
    let passed = gate.wire.passed();
    let deletes = passed.iter().filter(|passed| passed.method == "DELETE");
    deletes.filter(|passed| passed.from_gate.is_some_and(|status| status == 204)).count()
}

/// The flow that was given up last.
fn given_up_last(gate: &Gate) -> String {
    let passed = gate.wire.passed();
    let last = passed.iter().rfind(|passed| passed.method == "DELETE").expect("a flow was given up");
    assert_eq!(last.headers.get("daemun-version").expect("the protocol's version"), "1");
    last.path().strip_prefix("/api/v1/flows/").expect("a flow's address").to_owned()
}

/// What the last flow was begun with.
fn began_with(gate: &Gate) -> Value {
    let passed = gate.wire.passed();
    let begin = passed.iter().rfind(|passed| passed.method == "POST" && passed.path().ends_with("/flows"));
    serde_json::from_slice(&begin.expect("a flow was begun").body).expect("JSON")
}

/// Loads the page anew. Under load the new page may ask before the old one's last word is through; here it does not.
async fn reloads_and_is_heard(member: &Member<'_>, times: usize) {
    let unread = member.gate.wire.tamper(Requests::reads(), Tampering::Hold);
    member.reloads().await;
    assert_given_up(member, times).await;
    unread.lift();
}

/// From the beginning to the end; what was sent before is worth nothing.
async fn opens_it_with_a_new_code(member: &Member<'_>, old: &str) {
    member.at_link_address().await.sends(HAERIN).await;
    member.comes_to("code").await;
    if old != member.gate.code_for(HAERIN).await {
        member.at_code().await.enters(old).await;
        member.is_told("code_wrong").await;
    }
    member.opens_what_is_shared(HAERIN).await;
}

/// O3: a reload, at each step; again from there, without the link's secret; and what is complete is not disturbed.
#[test]
fn o3_a_reload_ends_it_and_it_begins_anew() {
    story(async |gate| {
        let haerin = gate.member().await;
        let link = gate.link("link").await;
        haerin.opens(&link).await;
        haerin.comes_to("link_address").await;
        assert_eq!(began_with(gate)["hints"], json!({ "token": token_of(&link) }));
        haerin.fills("email", HAERIN).await;
        let flow = haerin.flow_id().await;
        reloads_and_is_heard(&haerin, 1).await;
        assert_eq!(given_up_last(gate), flow);
        begins_anew(&haerin).await;
        let begin = began_with(gate);
        assert_eq!((&begin["kind"], &begin["hints"]), (&json!("link"), &json!({ "previous": flow })));

        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.comes_to("code").await;
        let old = gate.code_for(HAERIN).await;
        reloads_and_is_heard(&haerin, 2).await;
        let first = is_told_of_leaving(&haerin).await;
        // It is over, and stays so; leaving it again is no news.
        haerin.reloads().await;
        let again = is_told_of_leaving(&haerin).await;
        assert_eq!(first.text, again.text);
        assert_given_up(&haerin, 2).await;
        assert_eq!(gate.mails_to(HAERIN).await.len(), 1, "no mail by itself");
        begins_anew(&haerin).await;
        opens_it_with_a_new_code(&haerin, &old).await;
        assert_given_up(&haerin, 2).await;
        haerin.reloads().await;
        haerin.is_shown_what_is_shared().await;
    });
}

/// O3: going somewhere else in the same tab, and Back; with a page of the browser's back/forward cache, too.
#[test]
fn o3_going_elsewhere_ends_it_and_back_says_so() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.asks_for_link_code("link", HAERIN).await;
        let old = gate.code_for(HAERIN).await;
        haerin.goes_to("/sandbox/").await;
        assert_given_up(&haerin, 1).await;
        haerin.goes_back_in_history().await;
        begins_anew(&haerin).await;
        // The link once more, where it is open already: only the fragment changes.
        haerin.opens_link("link").await;
        is_asked_anew(&haerin).await;
        assert_given_up(&haerin, 2).await;
        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.comes_to("code").await;

        // What a browser does that keeps the whole page.
        let hide = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))";
        haerin.runs(hide).await;
        is_told_of_leaving(&haerin).await;
        assert_given_up(&haerin, 3).await;
        haerin.runs("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
        begins_anew(&haerin).await;
        opens_it_with_a_new_code(&haerin, &old).await;
        assert_given_up(&haerin, 3).await;
    });
}

/// O3: the tab is closed, which the backend hears all the same; the link, opened again, begins from the beginning.
#[test]
fn o3_closing_the_tab_ends_it_and_the_link_says_so() {
    story(async |gate| {
        let haerin = gate.member_reading("ja").await;
        haerin.opens("/").await;
        haerin.opens_tab("/sandbox/").await;
        haerin.asks_for_link_code("link", HAERIN).await;
        let old = gate.code_for(HAERIN).await;
        haerin.closes_tab().await;
        haerin.switches_to_tab(0).await;
        assert_given_up(&haerin, 1).await;
        haerin.opens_link("link").await;
        is_asked_anew(&haerin).await;
        opens_it_with_a_new_code(&haerin, &old).await;
        // Once it was opened, leaving is forgotten.
        haerin.opens_link("link").await;
        let sight = haerin.comes_to("link_address").await;
        assert!(!sight.says("link_left"), "{sight}");
        // Nor is another link any of its business, nor another browser.
        haerin.opens_link("link_list").await;
        let sight = haerin.comes_to("link_address").await;
        assert!(!sight.says("link_left"), "{sight}");
        let other = gate.member_reading("en").await;
        other.opens_link("link").await;
        let sight = other.comes_to("link_address").await;
        assert!(!sight.says("link_left"), "{sight}");
    });
}

/// O3: the app around the page shows something else, and says so by an event; said twice it is once.
#[test]
fn o3_the_host_app_changing_its_screen_ends_it() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let leave = "dispatchEvent(new Event('daemun-leave'))";
        haerin.asks_for_link_code("link", HAERIN).await;
        let old = gate.code_for(HAERIN).await;
        let spy = "const real = window.fetch; window.fetch = (what, how) => {\
            if (how?.method === 'DELETE') window.daemunTestKept = how.keepalive; return real(what, how); }";
        haerin.runs(spy).await;
        haerin.runs(leave).await;
        is_told_of_leaving(&haerin).await;
        assert_eq!(haerin.runs("return window.daemunTestKept").await, true, "it outlives the page");
        haerin.runs(leave).await;
        assert_given_up(&haerin, 1).await;
        begins_anew(&haerin).await;
        opens_it_with_a_new_code(&haerin, &old).await;
        assert_given_up(&haerin, 1).await;

        // Nothing else ends by being left.
        haerin.opens("/").await;
        haerin.asks_for_code(MINJI).await;
        haerin.runs(leave).await;
        haerin.reloads().await;
        haerin.comes_to("code").await;
        haerin.goes_to("/sandbox/").await;
        haerin.goes_back_in_history().await;
        haerin.comes_to("code").await;
        let code = gate.code_for(MINJI).await;
        haerin.at_code().await.enters(&code).await;
        haerin.comes_to("choose_workspace").await;
        assert_given_up(&haerin, 1).await;
    });
}

/// O3: reading the mail ends nothing: in another tab, in another app while the page stands still, after a while, and with
/// the line lost in between.
#[test]
fn o3_reading_the_mail_elsewhere_does_not_end_it() {
    story_in_windows(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.opens_link("link").await;
        haerin.comes_to("link_address").await;
        haerin.looks_away_and_back().await;
        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.comes_to("code").await;

        haerin.opens_tab("/sandbox/").await;
        haerin.browser.cdp("Page.bringToFront", json!({})).await;
        gate.lets_pass(4 * 60).await;
        haerin.closes_tab().await;
        haerin.switches_to_tab(0).await;
        haerin.looks_away_and_back().await;
        haerin.comes_to("code").await;

        haerin
            .looks_away_and_back_after(async || {
                for state in ["frozen", "active"] {
                    haerin.browser.cdp("Page.setWebLifecycleState", json!({ "state": state })).await;
                }
            })
            .await;
        haerin.comes_to("code").await;
        haerin.goes_offline().await;
        haerin.looks_away_and_back().await;
        haerin.comes_online().await;
        gate.lets_pass(4 * 60).await;
        haerin.looks_away_and_back().await;
        let sight = haerin.comes_to("code").await;
        assert!(sight.text.contains(HAERIN), "{sight}");
        haerin.opens_what_is_shared(HAERIN).await;
        assert_eq!(gate.wire.count(GIVEN_UP), 0);
        assert_eq!(gate.mails_to(HAERIN).await.len(), 1);
    });
}

/// O3: a browser short of memory throws a page away that is not looked at; that is no leaving, and it goes on where it was.
#[test]
fn o3_a_page_that_the_browser_threw_away_goes_on() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.asks_for_link_code("link", HAERIN).await;
        let flow = haerin.flow_id().await;
        // No page hears of it: a new one with the same entry of the history is all there is.
        haerin.opens_tab("/sandbox/").await;
        haerin.goes_to("/link").await;
        haerin.at_notice("link_unknown").await;
        haerin.runs_with("history.replaceState({ flow: arguments[0] }, '')", vec![json!(flow)]).await;
        haerin.reloads().await;
        let sight = haerin.comes_to("code").await;
        assert!(sight.text.contains(HAERIN), "{sight}");
        haerin.opens_what_is_shared(HAERIN).await;
    });
}

/// O3: ten minutes without an act are as good as leaving; said on coming back, and at the next act.
#[test]
fn o3_ten_minutes_without_an_act_end_it() {
    story_in_windows(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.asks_for_link_code("link", HAERIN).await;
        let old = gate.code_for(HAERIN).await;
        gate.lets_pass(10 * 60).await;
        haerin.fills("code", &old).await;
        let sight = haerin.at_ended().await;
        assert!(sight.says("expired") && sight.can("restart") && sight.focus.in_main, "{sight}");
        haerin.clicks("[data-action=restart]").await;
        let sight = haerin.comes_to("link_address").await;
        assert!(!sight.says("link_left") && sight.field("email").value.is_empty(), "{sight}");
        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.comes_to("code").await;

        gate.lets_pass(9 * 60).await;
        haerin.looks_away_and_back().await;
        haerin.waits_for("another code to be had", |sight| sight.can("resend")).await;
        haerin.at_code().await.resends().await;
        gate.lets_pass(9 * 60).await;
        haerin.looks_away_and_back().await;
        haerin.comes_to("code").await;
        gate.lets_pass(60).await;
        haerin.looks_away_and_back().await;
        let sight = haerin.at_ended().await;
        assert!(sight.says("expired"), "{sight}");
        haerin.clicks("[data-action=restart]").await;
        opens_it_with_a_new_code(&haerin, &old).await;
    });
}

/// O3: nobody heard that the screen was left. The tab knows it all the same, and the backend hears it before it begins anew.
#[test]
fn o3_a_leaving_that_was_lost_is_made_up_for() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.browser.provokes("/api/v1/flows/");
        haerin.asks_for_link_code("link", HAERIN).await;
        let old = gate.code_for(HAERIN).await;
        let lost = gate.wire.tamper(GIVEN_UP, Tampering::Lose);
        haerin.reloads().await;
        is_told_of_leaving(&haerin).await;
        assert_eq!(heard(gate), 0, "nobody has heard it");
        // Nor now: said with a way on, and nothing is begun beside it.
        let begun = gate.wire.count(Requests::posts("/flows"));
        haerin.clicks("[data-action=restart]").await;
        let unopened = |sight: &Sight| sight.screen == "unopened" && sight.can("retry") && !sight.said.is_empty();
        haerin.waits_for("a word about the line", unopened).await;
        assert_eq!(gate.wire.count(Requests::posts("/flows")), begun);
        lost.lift();
        haerin.does("retry").await;
        is_asked_anew(&haerin).await;
        assert_eq!(heard(gate), 1);
        opens_it_with_a_new_code(&haerin, &old).await;

        // The app around it says that it is left, and the line breaks just then.
        haerin.asks_for_link_code("link", HAERIN).await;
        let lost = gate.wire.tamper(GIVEN_UP, Tampering::Lose);
        haerin.runs("dispatchEvent(new Event('daemun-leave'))").await;
        is_told_of_leaving(&haerin).await;
        lost.lift();
        begins_anew(&haerin).await;
        assert_eq!(heard(gate), 2);
    });
}

/// O3: and where nobody is there any more to make up for it, the code is good for ten minutes at the most.
#[test]
fn o3_a_leaving_that_nobody_hears_of_ends_by_its_time() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.browser.provokes("/api/v1/flows/");
        haerin.opens("/").await;
        haerin.opens_tab("/sandbox/").await;
        haerin.asks_for_link_code("link", HAERIN).await;
        let (flow, old) = (haerin.flow_id().await, gate.code_for(HAERIN).await);
        let lost = gate.wire.tamper(GIVEN_UP, Tampering::Lose);
        haerin.closes_tab().await;
        haerin.switches_to_tab(0).await;
        haerin.waits_for("a word that is lost", |_| gate.wire.count(GIVEN_UP) > 0).await;
        lost.lift();
        gate.lets_pass(10 * 60).await;
        let submit = r#"
            const [flow, code, done] = arguments;
            const headers = { "daemun-version": "1", "content-type": "application/json", "idempotency-key": "a key" };
            fetch(`/api/v1/flows/${flow}/actions/submit`, { method: "POST", headers, body: JSON.stringify({ rev: 2, input: { code } }) })
                .then(async (answer) => done([answer.status, (await answer.json()).code]), (error) => done(String(error)));
        "#;
        let answer = haerin.runs_until_done(submit, vec![json!(flow), json!(old)]).await;
        assert_eq!(answer, json!([410, "flow_expired"]));
        haerin.opens_link("link").await;
        haerin.comes_to("link_address").await;
        opens_it_with_a_new_code(&haerin, &old).await;
    });
}
