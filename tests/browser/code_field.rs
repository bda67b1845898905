//! The field for a code: one field, filled however people and browsers fill it, sent once (FEATURES X6).

use crate::harness::{Requests, Tampering, story};

const HARUTO: &str = "haruto@daemun.test";
const SUBMITS: Requests = Requests::posts("/actions/submit");

/// X6: as mails and phones write it, with a space, it can be pasted.
#[test]
fn x6_a_code_with_a_space_can_be_pasted() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let code = gate.code_for(HARUTO).await;
        let before = gate.wire.count(SUBMITS);
        haruto.clicks("input[name=code]").await;
        haruto.pastes(&format!("{} {}", &code[..3], &code[3..])).await;
        haruto.comes_to("password").await;
        assert_eq!(gate.wire.count(SUBMITS), before + 1, "sent once");
    });
}

/// X6: pasted with everything that comes along when it is copied from a mail.
#[test]
fn x6_a_code_can_be_pasted_with_what_surrounds_it() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let code = gate.code_for(HARUTO).await;
        haruto.clicks("input[name=code]").await;
        haruto.pastes(&format!("  {}-{}\n", &code[..3], &code[3..])).await;
        haruto.comes_to("password").await;
    });
}

/// X6: pasting over a wrong code replaces it.
#[test]
fn x6_pasting_over_a_wrong_code_replaces_it() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let wrong = gate.wrong_code_for(HARUTO).await;
        haruto.at_code().await.enters(&wrong).await;
        haruto.is_told("code_wrong").await;
        let code = gate.code_for(HARUTO).await;
        // Whether the field was emptied or its text selected, pasting is all it takes.
        haruto.pastes(&code).await;
        haruto.comes_to("password").await;
    });
}

/// X6: full-width digits, as Japanese and Korean keyboards write them.
#[test]
fn x6_full_width_digits_are_digits() {
    story(async |gate| {
        let haruto = gate.member_reading("ja").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let code = gate.code_for(HARUTO).await;
        let wide: String =
            code.chars().filter_map(|digit| char::from_u32(digit as u32 - '0' as u32 + '０' as u32)).collect();
        haruto.awaits_answer(haruto.fills("code", &wide)).await;
        haruto.comes_to("password").await;
    });
}

/// X6: complete, it is sent by itself, once.
#[test]
fn x6_a_complete_code_is_sent_by_itself_and_once() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let code = gate.code_for(HARUTO).await;
        let before = gate.wire.count(SUBMITS);
        haruto.types("code", &code[..5]).await;
        let sight = haruto.sees().await;
        assert_eq!((sight.state.as_str(), gate.wire.count(SUBMITS)), ("idle", before), "five digits are not sent");

        // Whoever is used to pressing Enter presses it all the same.
        let answers = gate.wire.tamper(SUBMITS, Tampering::Hold);
        haruto.presses(&code[5..]).await;
        haruto.waits_for("the code to be under way", |sight| sight.state == "busy").await;
        haruto.presses_key(thirtyfour::Key::Enter).await;
        haruto.runs(BURST).await;
        answers.lift();
        haruto.comes_to("password").await;
        assert_eq!(gate.wire.count(SUBMITS), before + 1);
    });
}

/// Clicks and sends as fast as a script can.
const BURST: &str = r#"
    const button = document.querySelector("[data-action=submit]");
    const form = document.querySelector("form");
    for (let time = 0; time < 3; time += 1) {
        button?.click();
        if (form && button && !button.disabled) form.requestSubmit();
    }
"#;

/// X6: a double click and Enter at once are one submit, at every step.
#[test]
fn x6_a_double_click_and_enter_at_once_are_one_submit() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.at_identify().await;
        haruto.fills("identifier", HARUTO).await;

        let held = gate.wire.tamper(SUBMITS, Tampering::Hold);
        let button = haruto.finds("[data-action=submit]").await;
        let clicked = haruto.browser.driver.action_chain().double_click_element(&button).perform().await;
        clicked.expect("a double click");
        haruto.presses_key(thirtyfour::Key::Enter).await;
        haruto.runs(BURST).await;
        held.lift();
        haruto.comes_to("code").await;
        assert_eq!(gate.wire.count(SUBMITS), 1);
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1);

        let code = gate.code_for(HARUTO).await;
        haruto.at_code().await.enters(&code).await;
        haruto.at_password().await;
        let password = gate.password_of(HARUTO, "sakura").await;
        haruto.fills("password", &password).await;
        let held = gate.wire.tamper(SUBMITS, Tampering::Hold);
        haruto.presses_key(thirtyfour::Key::Enter).await;
        haruto.runs(BURST).await;
        held.lift();
        haruto.is_in(HARUTO, "sakura").await;
        assert_eq!(gate.wire.count(SUBMITS), 3);
    });
}

/// X6: a double click on a workspace chooses it once.
#[test]
fn x6_a_double_click_on_a_workspace_chooses_it_once() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.proves_address("minji@daemun.test").await;
        minji.comes_to("choose_workspace").await;
        let choice = minji.finds("[data-action=choose][data-workspace=nuri]").await;
        let clicked = minji.browser.driver.action_chain().double_click_element(&choice).perform().await;
        clicked.expect("a double click");
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");
        assert_eq!(gate.wire.count(Requests::posts("/actions/choose")), 1);
    });
}

/// X6: one field, made for one-time codes.
#[test]
fn x6_the_field_tells_browsers_and_phones_what_it_is() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let sight = haruto.sees().await;
        let fields: Vec<&str> = sight
            .fields
            .iter()
            .filter(|field| field.seen && field.editable && field.kind != "select-one")
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(fields, ["code"], "one field:\n{sight}");
        assert_eq!(sight.field("code").autocomplete, "one-time-code");
        assert_eq!(haruto.runs("return document.querySelector('[name=code]').inputMode").await, "numeric");
        assert_eq!(sight.focus.field, "code", "it can be typed into at once");
    });
}

/// X6: too short a code is said at the field and burns no try.
#[test]
fn x6_an_incomplete_code_is_said_at_its_field_and_burns_no_try() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        for typed in ["123", "abc", ""] {
            haruto.fills("code", typed).await;
            haruto.clicks("[data-action=submit]").await;
            let sight = haruto
                .waits_for("the field to be wrong", |sight| sight.is_settled() && sight.field("code").invalid)
                .await;
            let codes = &sight.field("code").described_by_codes;
            assert!(codes.iter().any(|code| code == "input_invalid"), "{typed:?}:\n{sight}");
        }
        let wrong = gate.wrong_code_for(HARUTO).await;
        haruto.at_code().await.enters(&wrong).await;
        let sight = haruto.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4'), "the first try that counts:\n{sight}");
    });
}
