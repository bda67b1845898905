//! The screen of a security link, left in all the ways there are, and begun anew (FEATURES O3); and carried to another
//! browser (FEATURES O4). The flows are the protocol's own examples.

use serde_json::{Value, json};

use crate::harness::{Gate, Requests, Tampering, golden, story};

const TOKEN: &str = "canary-0b8f5a";
const LINK: &str = "/link#canary-0b8f5a";
const LINE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 \
                    Safari Line/15.9.0";
const KAKAOTALK: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                         Mobile/15E148 KAKAOTALK/25.5.1 (INAPP)";

/// The flows that were given up.
fn given_up(gate: &Gate) -> Vec<String> {
    let passed = gate.wire.passed();
    let all = passed.iter().filter(|passed| passed.method == "DELETE");
    all.map(|passed| {
        assert_eq!(passed.headers.get("daemun-version").expect("the protocol's version"), "1");
        passed.path().to_owned()
    })
    .collect()
}

fn path_of(flow: &Value) -> String {
    format!("/api/v1/flows/{}", flow["id"].as_str().expect("an id"))
}

/// What the last flow was begun with.
fn began_with(gate: &Gate) -> Value {
    let passed = gate.wire.passed();
    let begin = passed.iter().rev().find(|passed| passed.method == "POST" && passed.path().ends_with("/flows"));
    serde_json::from_slice(&begin.expect("a flow was begun").body).expect("JSON")
}

/// O3: reloading is leaving; it is said, and the link is tried anew without its secret.
#[test]
fn o3_whoever_reloads_hears_why_and_begins_anew() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let code = golden("flow-code-link");
        haerin.stands_at(LINK, &code).await;
        assert_eq!(began_with(gate)["hints"], json!({ "token": TOKEN }));
        let over = Tampering::answer(200, "application/json", golden("flow-ended-left").to_string());
        let read = gate.wire.tamper(Requests::reads(), over);
        haerin.reloads().await;
        haerin.at_ended().await;
        read.lift();
        let sight = haerin.waits_for("why", |sight| sight.says("left")).await;
        assert_eq!(given_up(gate), [path_of(&code)], "once:\n{sight}");

        let again = golden("flow-link_address-left");
        let begun = gate.begins_with(&again);
        haerin.clicks("[data-action=restart]").await;
        let sight = haerin.comes_to("link_address").await;
        begun.lift();
        assert!(sight.says("link_left"), "{sight}");
        let begin = began_with(gate);
        assert_eq!(begin["kind"], "link");
        assert_eq!(begin["hints"], json!({ "previous": code["id"] }));
    });
}

/// O3: also by going to another page; what comes back out of the back/forward cache has ended.
#[test]
fn o3_whoever_goes_elsewhere_has_left() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let code = golden("flow-code-link");
        haerin.stands_at(LINK, &code).await;
        haerin.goes_to("/sandbox/").await;
        haerin.waits_for("the flow to be given up", |_| given_up(gate) == [path_of(&code)]).await;
        let over = Tampering::answer(200, "application/json", golden("flow-ended-left").to_string());
        let read = gate.wire.tamper(Requests::reads(), over);
        haerin.goes_back_in_history().await;
        let sight = haerin.at_ended().await;
        read.lift();
        assert!(sight.says("left") && given_up(gate).len() == 1, "{sight}");
    });
}

/// O3: an app that embeds the page says that its screen has changed.
#[test]
fn o3_the_app_around_the_page_can_say_that_its_screen_was_left() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let code = golden("flow-code-link");
        haerin.stands_at(LINK, &code).await;
        haerin.runs("window.dispatchEvent(new Event('daemun-leave'))").await;
        let sight = haerin.at_ended().await;
        assert!(sight.says("left") && sight.can("restart"), "{sight}");
        haerin.runs("window.dispatchEvent(new Event('daemun-leave'))").await;
        haerin.goes_to("/sandbox/").await;
        haerin.waits_for("the flow to be given up", |_| !given_up(gate).is_empty()).await;
        assert_eq!(given_up(gate), [path_of(&code)], "once");
    });
}

/// O3: looking for the mail in another tab is no leaving.
#[test]
fn o3_another_tab_ends_nothing() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let code = golden("flow-code-link");
        let read = Tampering::answer(200, "application/json", code.to_string());
        let read = gate.wire.tamper(Requests::reads(), read);
        haerin.stands_at(LINK, &code).await;
        haerin.opens_tab("/sandbox/").await;
        haerin.switches_to_tab(0).await;
        haerin.comes_to("code").await;
        assert_eq!(given_up(gate), [""; 0]);
        read.lift();
    });
}

/// O3: a sign-in goes on wherever the page goes.
#[test]
fn o3_a_sign_in_does_not_end_by_being_left() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code("minji@daemun.test").await;
        minji.reloads().await;
        minji.comes_to("code").await;
        minji.goes_to("/sandbox/").await;
        assert_eq!(given_up(gate), [""; 0]);
    });
}

/// O4: no hint where there is nothing to hint at.
#[test]
fn o4_a_browser_of_its_own_is_told_nothing_of_others() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.stands_at(LINK, &golden("flow-link_address")).await;
        let sight = haerin.sees().await;
        assert!(!sight.offers("copy_link") && !sight.offers("open_in_browser"), "{sight}");
    });
}

/// O4: the link, secret and all, goes onto the clipboard and nowhere else; LINE can open it elsewhere.
#[test]
fn o4_the_link_is_taken_to_another_browser() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.pretends_to_be(KAKAOTALK).await;
        haerin.stands_at(LINK, &golden("flow-link_address")).await;
        let sight = haerin.sees().await;
        assert!(sight.can("copy_link") && !sight.offers("open_in_browser"), "{sight}");
        let page = haerin.runs("return document.documentElement.outerHTML + JSON.stringify(history.state)").await;
        assert!(!page.to_string().contains(TOKEN), "the secret is nowhere in the page");
        haerin.may_use_clipboard().await;
        haerin.clicks("[data-action=copy_link]").await;
        haerin.waits_for("a word that it is copied", |sight| sight.text.contains("Copied.")).await;
        let copied = haerin.clipboard().await;
        assert_eq!(copied, format!("{}{LINK}", gate.origin()));

        haerin.pretends_to_be(LINE).await;
        haerin.stands_at(LINK, &golden("flow-link_address")).await;
        let begun = gate.begins_with(&golden("flow-link_address"));
        haerin.clicks("[data-action=open_in_browser]").await;
        let sight = haerin
            .waits_for("the address that LINE listens to", |sight| {
                sight.is_settled()
                    && sight.url.ends_with("/link?openExternalBrowser=1")
                    && sight.screen == "link_address"
            })
            .await;
        begun.lift();
        assert!(sight.can("copy_link") && !sight.offers("open_in_browser"), "not in circles:\n{sight}");
        assert_eq!(began_with(gate)["hints"], json!({ "token": TOKEN }), "the link has come along");
    });
}
