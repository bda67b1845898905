//! Every screen once, switched in place through three languages, two themes and two widths, with axe-core on each and by
//! keyboard alone (FEATURES X3, X4, X10). The pictures are for people: target/screens/.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::harness::{Axe, Gate, Member, Requests, Tampering, Theme, story};
use crate::keyboard::assert_focus_is_seen;

const MINJI: &str = "minji@daemun.test";
const ALEX: &str = "alex@daemun.test";
const JIHO: &str = "jiho@daemun.test";

/// The widths: a narrow phone, and a desk.
const WIDTHS: [u32; 2] = [320, 1280];

/// Walks the matrix on the screen that stands there now.
pub async fn walks_the_matrix(member: &Member<'_>, name: &str) {
    let axe = Axe::brought_to(member).await;
    let screen = member.sees().await.screen;
    let mut texts = Vec::new();
    for language in ["ko", "en", "ja"] {
        let sight = member.switches_language(language).await;
        assert_eq!(sight.screen, screen, "switched in place");
        texts.push(sight.text.clone());
        is_seen_in_front(member, &axe, &format!("{name}-{language}")).await;
    }
    assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "three languages: {texts:#?}");
    assert_all_controls_in_reach(member, name).await;
}

/// What stands in front now, in each theme and width.
async fn is_seen_in_front(member: &Member<'_>, axe: &Axe<'_>, name: &str) {
    for theme in Theme::ALL {
        member.switches_theme(theme).await;
        for width in WIDTHS {
            member.switches_width(width).await;
            let place = format!("{name}-{}-{width}", theme.name());
            member.keeps_picture(&place).await;
            axe.finds_nothing(&place).await;
            assert_nothing_overflows(member, &place).await;
        }
    }
}

/// The question that a button opens in front of its screen, in each language: whoever switches that closes it first.
pub async fn question_is_seen_everywhere(member: &Member<'_>, action: &str, name: &str) {
    let axe = Axe::brought_to(member).await;
    for language in ["ko", "en", "ja"] {
        member.switches_language(language).await;
        member.clicks(&format!("[data-action={action}]")).await;
        member.waits_for("the question", |sight| sight.offers("confirm")).await;
        is_seen_in_front(member, &axe, &format!("{name}-{language}")).await;
        member.clicks("[data-action=cancel]").await;
        member.waits_for("the question to be gone", |sight| !sight.offers("confirm")).await;
    }
}

/// Nothing sticks out sideways, and no text is cut off.
pub async fn assert_nothing_overflows(member: &Member<'_>, place: &str) {
    let script = r#"
        const found = [];
        const page = document.documentElement;
        if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} px wide in ${page.clientWidth}`);
        const name = (element) => element.outerHTML.slice(0, 100);
        for (const element of document.querySelectorAll("body *")) {
            if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
            const box = element.getBoundingClientRect();
            const style = getComputedStyle(element);
            // What is there for screen readers alone is one pixel large.
            if (box.width <= 1 || box.height <= 1 || element.closest(".visually-hidden") || element instanceof SVGElement) continue;
            if (box.left < -0.5 || box.right > page.clientWidth + 0.5) found.push(`from ${box.left} to ${box.right}: ${name(element)}`);
            const cuts = style.overflowX !== "visible" && style.textOverflow !== "ellipsis" && !/^(input|select|textarea)$/.test(element.localName);
            if (cuts && element.scrollWidth > element.clientWidth + 1) found.push(`cut off: ${name(element)}`);
        }
        return found;
    "#;
    assert_eq!(member.runs(script).await, Value::Array(Vec::new()), "on {place}");
}

/// Tab comes by every control there is, each shows that it has the focus, and Shift and Tab go back.
async fn assert_all_controls_in_reach(member: &Member<'_>, name: &str) {
    let controls = r#"
        const all = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")]
            .filter((each) => !each.disabled && each.type !== "hidden" && each.checkVisibility({ visibilityProperty: true }))
            // Of a group of radio buttons one is reached by Tab, the others from there by arrows.
            .filter((each) => {
                const group = `[type=radio][name=${each.name}]`;
                return each.type !== "radio" || each === (document.querySelector(`${group}:checked`) ?? document.querySelector(group));
            });
        all.forEach((each, number) => { each.daemunTestNumber = number; });
        document.activeElement?.blur?.();
        return all.map((each) => each.outerHTML.slice(0, 100));
    "#;
    let controls = member.runs(controls).await;
    let controls = controls.as_array().expect("a list").clone();
    assert!(!controls.is_empty(), "{name} has no control at all");
    let mut reached = vec![false; controls.len()];
    for _ in 0..controls.len() * 2 + 5 {
        member.presses_key(Key::Tab).await;
        let number = member.runs("return document.activeElement?.daemunTestNumber ?? null").await;
        if let Some(number) = number.as_u64() {
            let number = usize::try_from(number).expect("a small number");
            if !reached[number] {
                let sight = member.sees().await;
                assert_focus_is_seen(member, &sight).await;
            }
            reached[number] = true;
        }
        if reached.iter().all(|reached| *reached) {
            break;
        }
    }
    let missed: Vec<&Value> =
        controls.iter().zip(&reached).filter(|(_, reached)| !**reached).map(|(control, _)| control).collect();
    assert!(missed.is_empty(), "on {name} Tab never comes to {missed:#?}");
    let before = member.runs("return document.activeElement?.daemunTestNumber ?? null").await;
    if controls.len() > 1 {
        member.presses_shift_tab().await;
        let after = member.runs("return document.activeElement?.daemunTestNumber ?? null").await;
        assert_ne!(before, after, "on {name} the focus is caught");
    }
}

/// X3, X4.
#[test]
fn x4_matrix_identify() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        walks_the_matrix(&member, "identify").await;
    });
}

/// X3, X4: with what is wrong said at the field.
#[test]
fn x4_matrix_identify_with_an_error() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/?return_to=https%3A%2F%2Fevil.example%2F").await;
        member.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        member.fills("identifier", "minji").await;
        member.does("submit").await;
        member.waits_for("what is wrong", |sight| sight.is_settled() && sight.field("identifier").invalid).await;
        walks_the_matrix(&member, "identify-error").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_organisation() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.at_identify().await.uses_organisation().await;
        member.at_organisation().await.sends("nobody").await;
        member.is_told("organisation_unknown").await;
        walks_the_matrix(&member, "organisation").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_code() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        // A long address, as some have.
        member.asks_for_code("a.member.with.quite.a.long.name+and-a-tag@department.of.daemun.test").await;
        walks_the_matrix(&member, "code").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_code_with_an_error() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.asks_for_code(MINJI).await;
        let wrong = gate.wrong_code_for(MINJI).await;
        member.at_code().await.enters(&wrong).await;
        member.is_told("code_wrong").await;
        walks_the_matrix(&member, "code-error").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_choose_workspace() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.proves_address(MINJI).await;
        member.comes_to("choose_workspace").await;
        walks_the_matrix(&member, "choose_workspace").await;
    });
}

/// X3, X4: with the ID settled.
#[test]
fn x4_matrix_password_by_email() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.comes_to_password_of(MINJI, "northwind").await;
        walks_the_matrix(&member, "password-email").await;
    });
}

/// X3, X4: with ID and password, and something wrong.
#[test]
fn x4_matrix_password_by_organisation() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/o/nuri").await;
        member.at_password().await.enters_with_id(MINJI, "not it").await;
        member.is_told("credentials_wrong").await;
        walks_the_matrix(&member, "password-organisation").await;
    });
}

/// X3, X4: with the countdown of L9.
#[test]
fn x4_matrix_password_restricted() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/o/nuri").await;
        member.comes_to("password").await;
        member.fills("identifier", MINJI).await;
        for time in 1..=10 {
            member.at_password().await.enters(&format!("guess {time}")).await;
        }
        member.is_told("sign_in_restricted").await;
        walks_the_matrix(&member, "password-restricted").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_notice_no_workspace() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.proves_address(ALEX).await;
        member.at_notice("no_workspace").await;
        walks_the_matrix(&member, "notice-no_workspace").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_notice_email_restricted() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.asks_for_code(MINJI).await;
        for wrong in gate.wrong_codes_for(MINJI).await {
            member.at_code().await.enters(&wrong).await;
        }
        member.at_notice("email_restricted").await;
        walks_the_matrix(&member, "notice-email_restricted").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_notice_account_suspended() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/o/nuri").await;
        let password = gate.password_of(JIHO, "nuri").await;
        member.at_password().await.enters_with_id(JIHO, &password).await;
        member.at_notice("account_suspended").await;
        walks_the_matrix(&member, "notice-account_suspended").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_notice_method_not_allowed() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.proves_address(MINJI).await;
        member.comes_to("choose_workspace").await;
        gate.scenario("nuri_email_entry_off").await;
        member.at_choose_workspace().await.picks("nuri").await;
        member.at_notice("method_not_allowed").await;
        walks_the_matrix(&member, "notice-method_not_allowed").await;
    });
}

/// X3, X4.
#[test]
fn x4_matrix_ended() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        gate.lets_pass(31 * 60).await;
        member.reloads().await;
        member.at_ended().await;
        walks_the_matrix(&member, "ended").await;
    });
}

/// A flow that shows what the reference backend never says, as another backend might.
fn answers_with(gate: &Gate, change: impl FnOnce(&mut Value)) {
    let mut flow = json!({
        "id": "some-flow", "kind": "sign_in", "rev": 7, "server_time": 1_900_000_000_000_u64, "expires_at": 1_900_001_800_000_u64,
        "status": "active", "step": { "id": "7", "type": "identify" }, "actions": {},
    });
    change(&mut flow);
    gate.wire.tamper(Requests::posts("/flows"), Tampering::answer(201, "application/json", flow.to_string()));
}

/// X3, X4: a step of a later version.
#[test]
fn x4_matrix_unknown() {
    story(async |gate| {
        answers_with(gate, |flow| {
            flow["step"] = json!({ "id": "7", "type": "iris_scan" });
            flow["actions"] = json!({ "back": {} });
        });
        let member = gate.member().await;
        member.opens("/").await;
        member.waits_for("the unknown step", |sight| sight.screen == "unknown").await;
        walks_the_matrix(&member, "unknown").await;
    });
}

/// X3, X4: done, and on the way; the place answers that there is nothing to show, so that the page stays.
#[test]
fn x4_matrix_complete() {
    story(async |gate| {
        gate.wire.tamper(Requests::of("/no-content"), Tampering::answer(204, "text/html", ""));
        let place = format!("{}/no-content", gate.origin());
        answers_with(gate, |flow| {
            flow["status"] = json!("complete");
            flow["redirect_to"] = json!(place);
        });
        let member = gate.member().await;
        member.goes_to("/").await;
        member.waits_for("being done", |sight| sight.screen == "complete" && sight.state == "done").await;
        walks_the_matrix(&member, "complete").await;
    });
}

/// X3, X4: the flow cannot be begun where there is no form to say it on.
#[test]
fn x4_matrix_unopened() {
    story(async |gate| {
        gate.wire.tamper(Requests::posts("/flows"), Tampering::answer(500, "text/html", "oops"));
        let member = gate.member().await;
        member.goes_to("/o/nuri").await;
        member.waits_for("a way on", |sight| sight.app == "ready" && sight.can("retry")).await;
        walks_the_matrix(&member, "unopened").await;
    });
}

/// X1, X3, X4: the app cannot start.
#[test]
fn x4_matrix_failed() {
    story(async |gate| {
        gate.wire.tamper(Requests::of(".wasm"), Tampering::answer(404, "text/html", "not here"));
        let member = gate.member().await;
        member.goes_to("/").await;
        member.waits_for("a word that it failed", |sight| sight.app == "failed").await;
        walks_the_matrix(&member, "failed").await;
    });
}

/// X1, X3, X4: the static page before the app is there, slow as it may be.
#[test]
fn x4_matrix_shell() {
    story(async |gate| {
        gate.wire.tamper(Requests::of(".wasm"), Tampering::Hold);
        let member = gate.member().await;
        member.goes_to("/").await;
        member.waits_for("a form", |sight| sight.app == "shell" && sight.has_field("identifier")).await;
        walks_the_matrix(&member, "shell").await;
    });
}

/// X3, X4: the page that the reference backend leads to when nothing else was wanted.
#[test]
fn x4_home_is_accessible_too() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.opens("/o/nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        member.at_password().await.enters_with_id(MINJI, &password).await;
        member.is_in(MINJI, "nuri").await;
        let axe = Axe::brought_to(&member).await;
        for theme in Theme::ALL {
            member.switches_theme(theme).await;
            for width in WIDTHS {
                member.switches_width(width).await;
                let place = format!("home-{}-{width}", theme.name());
                member.keeps_picture(&place).await;
                axe.finds_nothing(&place).await;
                assert_nothing_overflows(&member, &place).await;
            }
        }
    });
}
