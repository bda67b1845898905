//! The app cannot start: first a readable word with a way on (FEATURES X1, X11; DESIGN.md, "Loading").

use std::time::{Duration, Instant};

use crate::harness::{Gate, Member, Requests, Sight, Tampering, story};

const HARUTO: &str = "haruto@daemun.test";
const WASM: Requests = Requests::of(".wasm");

/// A visible notice in words, with something to press or follow.
fn is_told_with_a_way_on(sight: &Sight) -> bool {
    let said = sight.said.iter().any(|said| said.text.chars().count() > 10) && sight.app != "ready";
    let way_on = sight.can("retry") || sight.can("restart") || sight.can("reload");
    said && way_on
}

/// Tampers, opens the page, and is told within the bar; then mends it and gets in by the way that was offered.
async fn fails_readably(gate: &Gate, which: Requests, tampering: Tampering) {
    let tampered = gate.wire.tamper(which, tampering);
    let member = gate.member_reading("en").await;
    // What the browser and the loader say of it on the console is what the test provokes.
    member.browser.provokes("");
    member.goes_to("/").await;
    let began = Instant::now();
    let sight = member
        .waits_for("a word that the app cannot start, with a way on", |sight| {
            is_told_with_a_way_on(sight) && sight.app == "failed"
        })
        .await;
    // The bar is 2 s on a quiet machine; a busy one gets twice that.
    assert!(began.elapsed() < Duration::from_secs(4), "told only after {:?}", began.elapsed());
    assert!(sight.said.iter().any(|said| said.announced), "a screen reader is told too:\n{sight}");
    let stray = sight.text.to_lowercase();
    assert!(!stray.contains("undefined") && !stray.contains("[object"), "{sight}");

    // What was typed before is not lost by pressing on.
    tampered.lift();
    let way_on = ["retry", "restart", "reload"].into_iter().find(|action| sight.can(action)).expect("a way on");
    member.clicks(&format!("[data-action={way_on}]")).await;
    member.at_identify().await.sends(HARUTO).await;
    member.comes_to("code").await;
}

/// X1: the WebAssembly is not there.
#[test]
fn x1_a_missing_wasm_is_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, WASM, Tampering::answer(404, "text/html", "<h1>Not found</h1>")).await);
}

/// X1: the WebAssembly comes under the wrong type.
#[test]
fn x1_a_wasm_of_the_wrong_type_is_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, WASM, Tampering::Retype("text/plain")).await);
}

/// X1: something else comes in its place.
#[test]
fn x1_a_page_in_place_of_the_wasm_is_told_with_a_way_on() {
    story(async |gate| {
        let page = Tampering::answer(200, "text/html", "<!doctype html><title>A portal of some hotel</title>");
        fails_readably(gate, WASM, page).await;
    });
}

/// X1, X10: one flipped byte, and it is not run.
#[test]
fn x1_a_wasm_with_a_flipped_byte_is_refused_and_told() {
    story(async |gate| fails_readably(gate, WASM, Tampering::FlipByte).await);
}

/// X1: half of it.
#[test]
fn x1_half_a_wasm_is_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, WASM, Tampering::Halve).await);
}

/// X1: the connection breaks.
#[test]
fn x1_a_wasm_lost_on_the_way_is_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, WASM, Tampering::Lose).await);
}

/// X1: the server is broken.
#[test]
fn x1_a_wasm_that_the_server_cannot_give_is_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, WASM, Tampering::answer(500, "text/plain", "oops")).await);
}

/// The glue between JavaScript and WebAssembly, and every other script that is no part of the page itself.
const GLUE: Requests = Requests::of(".js");
/// The words of a language.
const WORDS: Requests = Requests::of(".json");

/// X1: the glue between JavaScript and WebAssembly is not there.
#[test]
fn x1_a_missing_glue_is_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, GLUE, Tampering::answer(404, "text/html", "<h1>Not found</h1>")).await);
}

/// X1, X10: a byte of the glue was changed: it is not run.
#[test]
fn x1_a_glue_with_a_flipped_byte_is_refused_and_told() {
    story(async |gate| fails_readably(gate, GLUE, Tampering::FlipByte).await);
}

/// X1: without its words the app would be mute.
#[test]
fn x1_missing_words_are_told_with_a_way_on() {
    story(async |gate| fails_readably(gate, WORDS, Tampering::answer(404, "text/html", "<h1>Not found</h1>")).await);
}

/// X1, X10: words that were changed are not shown.
#[test]
fn x1_words_with_a_flipped_byte_are_refused_and_told() {
    story(async |gate| fails_readably(gate, WORDS, Tampering::FlipByte).await);
}

/// X1: a glue that never comes is told after ten seconds like a wasm that never comes.
#[test]
fn x1_a_glue_that_never_comes_is_told_after_ten_seconds() {
    story(async |gate| {
        let held = gate.wire.tamper(GLUE, Tampering::Hold);
        let member = gate.member_reading("en").await;
        member.goes_to("/").await;
        member
            .waits_longer_for(Duration::from_secs(30), "a word about the silence", |sight| {
                sight.app == "shell" && sight.said.iter().any(|said| said.text.chars().count() > 10)
            })
            .await;
        held.lift();
        member.comes_to("identify").await;
    });
}

/// X1: silence is told after ten seconds, while loading goes on; when it comes after all, nothing typed is lost.
#[test]
fn x1_silence_is_told_after_ten_seconds_while_loading_goes_on() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member_reading("en").await;
        haruto.goes_to("/").await;
        let began = Instant::now();
        haruto.waits_for("a form", |sight| sight.app == "shell" && sight.has_field("identifier")).await;
        haruto.types("identifier", HARUTO).await;
        let sight = haruto
            .waits_longer_for(Duration::from_secs(30), "a word about the silence", |sight| {
                sight.said.iter().any(|said| said.text.chars().count() > 10)
            })
            .await;
        let told_after = began.elapsed();
        assert!((Duration::from_secs(8)..Duration::from_secs(16)).contains(&told_after), "told after {told_after:?}");
        assert_eq!(sight.app, "shell", "it is not given up:\n{sight}");
        held.lift();
        let sight = haruto.settles().await;
        assert_eq!(sight.field("identifier").value, HARUTO);
        assert!(
            !sight.said.iter().any(|said| said.code.contains("slow") || said.code.contains("load")),
            "the word is gone:\n{sight}"
        );
        haruto.does("submit").await;
        haruto.comes_to("code").await;
    });
}

/// X1, X11: a browser in which WebAssembly is switched off gets a readable screen too.
#[test]
fn x1_a_browser_without_webassembly_is_told_so() {
    story(async |gate| {
        let member: Member<'_> = gate.member_reading("en").await;
        member.browser.provokes("");
        let without = serde_json::json!({ "source": "delete globalThis.WebAssembly" });
        member.browser.cdp("Page.addScriptToEvaluateOnNewDocument", without).await;
        member.goes_to("/").await;
        let sight =
            member.waits_for("a word about WebAssembly", |sight| sight.app == "failed" && !sight.said.is_empty()).await;
        assert!(sight.said.iter().any(|said| said.text.chars().count() > 10), "{sight}");
    });
}

/// X1, E4: a link's page that cannot start is told like any other, and its way on takes the link along.
#[test]
fn x1_a_link_survives_a_page_that_could_not_start() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.browser.provokes("");
        let link = gate.link("join").await;
        for (which, tampering) in [
            (WASM, Tampering::answer(404, "text/html", "<h1>Not found</h1>")),
            (WASM, Tampering::FlipByte),
            (GLUE, Tampering::FlipByte),
            (WORDS, Tampering::Lose),
        ] {
            let what = format!("{which:?} {tampering:?}");
            // The parts are kept for ever by their names.
            member.browser.cdp("Network.clearBrowserCache", serde_json::json!({})).await;
            let tampered = gate.wire.tamper(which, tampering);
            member.goes_to(&link).await;
            let sight = member
                .waits_for("a word that the app cannot start, with a way on", |sight| {
                    is_told_with_a_way_on(sight) && sight.app == "failed"
                })
                .await;
            assert!(!sight.url.contains('#'), "{what}:\n{sight}");
            tampered.lift();
            member.clicks("[data-action=restart]").await;
            let sight = member.comes_to("invitation").await;
            assert!(!sight.url.contains('#'), "{what}:\n{sight}");
        }
    });
}

/// X1, R1: the page that takes a flow over cannot start; the flow is not lost, and the address is that of the page.
#[test]
fn x1_a_flow_survives_a_page_with_all_screens_that_could_not_start() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.browser.provokes("");
        member.opens("/o/nuri").await;
        member.comes_to("password").await;
        // The words of the page at hand are there already.
        let tampered = gate.wire.tamper(WASM, Tampering::answer(404, "text/html", "<h1>Not found</h1>"));
        member.clicks("[data-action=forgot]").await;
        let sight = member
            .waits_for("a word that the app cannot start, with a way on", |sight| {
                is_told_with_a_way_on(sight) && sight.app == "failed"
            })
            .await;
        assert_eq!(sight.path(), "/continue", "{sight}");
        tampered.lift();
        member.clicks("[data-action=restart]").await;
        member.comes_to("request_reset").await;
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 1, "the same flow");
    });
}
