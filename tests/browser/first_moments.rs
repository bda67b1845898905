//! Typing before the WebAssembly is there (FEATURES X1).

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Member, Requests, Tampering, story};

const HARUTO: &str = "haruto@daemun.test";
const WASM: Requests = Requests::of(".wasm");

/// Waits until the static form can be typed into, with nothing but the page and its styles here.
async fn sees_the_shell(member: &Member<'_>) {
    member.waits_for("a form to type into", |sight| sight.app == "shell" && sight.has_field("identifier")).await;
}

const CARET: &str = r#"
    const field = document.querySelector("[name=identifier]");
    return [field.value, field.selectionStart, field.selectionEnd, document.activeElement === field];
"#;

/// X1: text, selection and focus carry over.
#[test]
fn x1_text_selection_and_focus_carry_over() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        sees_the_shell(&haruto).await;
        haruto.types("identifier", "haruto@daemun.tset").await;
        haruto.runs("document.querySelector('[name=identifier]').setSelectionRange(14, 18)").await;
        held.lift();
        haruto.settles().await;
        assert_eq!(haruto.runs(CARET).await, json!(["haruto@daemun.tset", 14, 18, true]));
        // The selection is alive: typing replaces it.
        haruto.presses("test").await;
        assert_eq!(haruto.sees().await.field("identifier").value, HARUTO);
        haruto.presses_key(Key::Enter).await;
        haruto.comes_to("code").await;
    });
}

/// X1: a caret in the middle stays in the middle, and typing goes on through the handing-over.
#[test]
fn x1_typing_goes_on_while_the_app_takes_over() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        sees_the_shell(&haruto).await;
        haruto.clicks("input[name=identifier]").await;
        haruto.presses("haruto@").await;
        held.lift();
        for letter in "daemun.test".chars() {
            haruto.presses(letter.to_string()).await;
        }
        haruto.settles().await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, HARUTO);
        assert_eq!(sight.focus.field, "identifier");
    });
}

/// X1: an Enter pressed too early is honoured as soon as it can be, once.
#[test]
fn x1_an_early_enter_is_honoured_once() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        sees_the_shell(&haruto).await;
        haruto.types("identifier", HARUTO).await;
        haruto.presses_key(Key::Enter).await;
        haruto.presses_key(Key::Enter).await;
        let sight = haruto.sees().await;
        assert_eq!(sight.path(), "/", "no page was left:\n{sight}");
        assert!(!sight.url.contains("haruto"), "nothing typed is in the address:\n{sight}");
        held.lift();
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains(HARUTO), "{sight}");
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 1);
        assert_eq!(gate.wire.count(Requests::posts("/actions/submit")), 1);
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1);
    });
}

/// X1: a click on the button counts like an Enter, and so does the organisation's way.
#[test]
fn x1_an_early_click_is_honoured() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        sees_the_shell(&haruto).await;
        haruto.types("identifier", HARUTO).await;
        haruto.clicks("[data-action=submit]").await;
        held.lift();
        haruto.comes_to("code").await;

        let held = gate.wire.tamper(WASM, Tampering::Hold);
        haruto.goes_to("/").await;
        haruto.runs("caches?.keys?.()").await;
        let sight = haruto.waits_for("the front door", |sight| sight.has_field("identifier")).await;
        if sight.app == "shell" {
            haruto.clicks("[data-action=use_organisation]").await;
            held.lift();
        } else {
            // The browser had the app in its cache: there is no early moment.
            held.lift();
            haruto.at_identify().await.uses_organisation().await;
        }
        haruto.comes_to("organisation").await;
    });
}

/// X1: an Enter on what is no address is not lost either: it is said.
#[test]
fn x1_an_early_enter_with_a_wrong_address_says_so() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        sees_the_shell(&haruto).await;
        haruto.types("identifier", "haruto").await;
        haruto.presses_key(Key::Enter).await;
        held.lift();
        let sight = haruto.is_told_at("identifier", "email_invalid").await;
        assert_eq!(sight.field("identifier").value, "haruto");
    });
}

/// X1: a letter that is being composed when the app is ready to take over is not torn apart.
#[test]
fn x1_a_letter_being_composed_is_not_torn() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let minji = gate.member().await;
        minji.goes_to("/").await;
        sees_the_shell(&minji).await;
        minji.clicks("input[name=identifier]").await;
        minji.composes("ㅁ").await;
        minji.composes("미").await;
        held.lift();
        // The app has everything it needs, and waits.
        let wasm = gate.wire.clone();
        minji.waits_for("the app's files", |_| wasm.answered(WASM) > 0).await;
        minji.composes("민").await;
        minji.ends_composing("민지").await;
        minji.settles().await;
        let sight = minji.waits_for("the letters", |sight| sight.field("identifier").value == "민지").await;
        assert_eq!(sight.focus.field, "identifier");
    });
}

/// X1: typed while the flow is still being begun: nothing is lost then either.
#[test]
fn x1_typing_before_the_backend_has_answered_is_kept() {
    story(async |gate| {
        let held = gate.wire.tamper(Requests::posts("/flows"), Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        haruto.waits_for("the app", |sight| sight.app == "ready" && sight.has_field("identifier")).await;
        haruto.clicks("input[name=identifier]").await;
        haruto.presses(HARUTO).await;
        haruto.presses_key(Key::Enter).await;
        let sight = haruto.sees().await;
        assert_eq!(sight.field("identifier").value, HARUTO, "{sight}");
        held.lift();
        haruto.comes_to("code").await;
        assert_eq!(gate.wire.count(Requests::posts("/actions/submit")), 1);
    });
}

/// X1: nothing moves under the fingers when the app takes over.
#[test]
fn x1_nothing_shifts_when_the_app_takes_over() {
    story(async |gate| {
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        sees_the_shell(&haruto).await;
        let places = r#"
            return ["input[name=identifier]", "[data-action=submit]", "[data-action=use_organisation]", "h1", "select[name=language]"]
                .map((selector) => {
                    const seen = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility());
                    const box = seen?.getBoundingClientRect();
                    return [selector, box?.x ?? null, box?.y ?? null, box?.width ?? null, box?.height ?? null];
                });
        "#;
        let before = haruto.runs(places).await;
        haruto
            .runs(
                "window.daemunTestShifts = []; new PerformanceObserver((list) => { \
                 for (const { value, startTime, sources } of list.getEntries()) window.daemunTestShifts.push({ value, startTime, \
                 moved: sources.map(({ node, previousRect, currentRect }) => ({ node: node?.outerHTML ?? node?.parentElement?.outerHTML, \
                 from: previousRect.toJSON(), to: currentRect.toJSON() })) }); \
                 }).observe({ type: 'layout-shift', buffered: true })",
            )
            .await;
        held.lift();
        haruto.settles().await;
        haruto.waits_for("a flow", |sight| sight.rev > 0).await;
        assert_eq!(haruto.runs(places).await, before);
        assert_eq!(haruto.runs("return window.daemunTestShifts").await, serde_json::json!([]));
    });
}

/// X1: the form can be typed into before anything of the API was asked, and with few requests.
#[test]
fn x1_the_form_needs_no_api_and_at_most_five_requests() {
    story(async |gate| {
        let held = gate.wire.tamper(Requests::posts("/flows"), Tampering::Hold);
        let haruto = gate.member().await;
        haruto.goes_to("/").await;
        haruto.waits_for("the app", |sight| sight.app == "ready" && sight.has_field("identifier")).await;
        let passed = gate.wire.passed();
        let files: Vec<&str> =
            passed.iter().filter(|passed| !passed.is_api()).map(|passed| passed.target.as_str()).collect();
        assert!(files.len() <= 5, "{files:?}");
        held.lift();
        haruto.settles().await;
    });
}
