//! By keyboard alone, and where the focus goes (FEATURES X4).

use serde_json::Value;
use thirtyfour::Key;

use crate::authenticator::{shown, typed_in};
use crate::harness::{Member, Sight, Theme, story};

const MINJI: &str = "minji@daemun.test";

/// Tabs until `is_there`, and says what was passed on the way.
pub async fn tabs_to(member: &Member<'_>, what: &str, is_there: impl Fn(&Sight) -> bool) {
    let mut passed = Vec::new();
    for _ in 0..30 {
        let sight = member.sees().await;
        if is_there(&sight) {
            assert_focus_is_seen(member, &sight).await;
            return;
        }
        passed.push(format!("{}{}{}", sight.focus.tag, sight.focus.field, sight.focus.action));
        member.presses_key(Key::Tab).await;
    }
    panic!("Tab never comes to {what}; it passes {passed:?}. A person sees:\n{}", member.sees().await);
}

/// The focused element shows that it is: an outline, or a shadow or border of its own or of what is drawn around it.
pub async fn assert_focus_is_seen(member: &Member<'_>, sight: &Sight) {
    let script = r#"
        const focus = document.activeElement;
        if (!focus.matches(":focus-visible")) return "not :focus-visible";
        for (let element = focus, level = 0; element && level < 3; element = element.parentElement, level += 1) {
            const style = getComputedStyle(element);
            if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) return "";
            if (style.boxShadow !== "none" && element.matches(":focus-within, :focus")) return "";
        }
        return `no outline: ${getComputedStyle(focus).outline}`;
    "#;
    let why_not = member.runs(script).await;
    assert_eq!(
        why_not, "",
        "the focus is to be seen on <{}> {}{}",
        sight.focus.tag, sight.focus.field, sight.focus.action
    );
}

/// X4: all of E1 with no pointer: Tab, letters, Enter and Space.
#[test]
fn x4_minji_comes_in_by_keyboard_alone() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        let sight = minji.comes_to("identify").await;
        if sight.focus.field != "identifier" {
            tabs_to(&minji, "the address", |sight| sight.focus.field == "identifier").await;
        }
        minji.presses(MINJI).await;
        minji.presses_key(Key::Enter).await;

        let sight = minji.comes_to("code").await;
        assert_eq!(sight.focus.field, "code", "the focus goes along:\n{sight}");
        let code = gate.code_for(MINJI).await;
        minji.presses(&code).await;

        let sight = minji.comes_to("choose_workspace").await;
        assert!(sight.focus.in_main, "the focus goes along:\n{sight}");
        let choice = |workspace: &'static str| {
            move |sight: &Sight| {
                let label = sight
                    .actions
                    .iter()
                    .find(|action| action.workspace == workspace)
                    .map(|action| action.label.as_str());
                sight.focus.action == "choose"
                    && label.is_some_and(|label| {
                        label.starts_with(&sight.focus.text) || sight.focus.text.starts_with(label)
                    })
            }
        };
        tabs_to(&minji, "the workspace", choice("northwind")).await;
        minji.presses_key(Key::Space).await;

        let sight = minji.comes_to("password").await;
        assert_eq!(sight.focus.field, "password", "the focus goes along:\n{sight}");
        let password = gate.password_of(MINJI, "northwind").await;
        minji.presses(&password).await;
        minji.presses_key(Key::Enter).await;
        minji.is_in(MINJI, "northwind").await;
    });
}

/// X4: the organisation's way with no pointer, with a mistake on the way.
#[test]
fn x4_the_organisations_way_goes_by_keyboard_alone() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to("identify").await;
        tabs_to(&minji, "the organisation's way", |sight| sight.focus.action == "use_organisation").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("organisation").await;
        assert_eq!(sight.focus.field, "organisation", "{sight}");
        minji.presses("nobody").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.is_told("organisation_unknown").await;
        assert_eq!(sight.focus.field, "organisation", "{sight}");
        let all = minji.browser.driver.action_chain().key_down(Key::Control).send_keys("a").key_up(Key::Control);
        all.perform().await.expect("Ctrl and A");
        minji.presses("nuri").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.focus.field, "identifier", "the first field that is empty:\n{sight}");
        minji.presses(MINJI).await;
        tabs_to(&minji, "the password", |sight| sight.focus.field == "password").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.presses(&password).await;
        minji.presses_key(Key::Enter).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X4, E4: joining with no pointer, with a box forgotten on the way.
#[test]
fn x4_a_new_member_joins_by_keyboard_alone() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.opens_link("join").await;
        sora.comes_to("invitation").await;
        tabs_to(&sora, "the way in", |sight| sight.focus.action == "accept").await;
        sora.presses_key(Key::Enter).await;
        let sight = sora.comes_to("create_account").await;
        assert_eq!(sight.focus.field, "name", "{sight}");
        sora.presses("Sora").await;
        sora.presses_key(Key::Tab).await;
        sora.presses("sora@daemun.test").await;
        tabs_to(&sora, "the password", |sight| sight.focus.field == "password").await;
        sora.presses("sora-New-2024!").await;
        tabs_to(&sora, "the first box", |sight| sight.focus.field == "terms").await;
        sora.presses_key(Key::Space).await;
        let sight = sora.waits_for("the box to be ticked", |sight| sight.tick("service").checked).await;
        assert_eq!(sight.focus.field, "terms", "{sight}");
        sora.presses_key(Key::Enter).await;
        let sight = sora.is_told_at_tick("privacy").await;
        assert_eq!(sora.runs("return document.activeElement.value").await, "privacy", "{sight}");
        sora.presses_key(Key::Space).await;
        sora.presses_key(Key::Enter).await;
        let sight = sora.comes_to("code").await;
        assert_eq!(sight.focus.field, "code", "{sight}");
        let code = gate.code_for("sora@daemun.test").await;
        sora.presses(&code).await;
        let sight = sora.at_notice("joined").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&sora, "the start", |sight| sight.focus.action == "start").await;
        sora.presses_key(Key::Enter).await;
        sora.is_in("sora@daemun.test", "nuri").await;
    });
}

/// X4, O1 to O4: a security link with no pointer, from another app's browser, with a leaving on the way.
#[test]
fn x4_a_security_link_is_opened_by_keyboard_alone() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Mobile/15E148 Safari Line/15.9.0";
        haerin.pretends_to_be(agent).await;
        haerin.opens_link("link").await;
        let sight = haerin.comes_to("link_address").await;
        assert_eq!(sight.focus.field, "email", "{sight}");
        haerin.presses_shift_tab().await;
        let sight = haerin.sees().await;
        assert_eq!(sight.focus.action, "open_in_browser", "the way out comes before the field:\n{sight}");
        haerin.presses_shift_tab().await;
        let sight = haerin.sees().await;
        assert_eq!(sight.focus.action, "copy_link", "{sight}");
        tabs_to(&haerin, "the note", |sight| sight.focus.tag == "summary").await;
        haerin.presses_key(Key::Enter).await;
        haerin.waits_for("the note", |sight| sight.text.contains("Enter your own email address")).await;
        for _ in 0..30 {
            if haerin.sees().await.focus.field == "email" {
                break;
            }
            haerin.presses_shift_tab().await;
        }
        haerin.presses("haerin").await;
        haerin.presses_key(Key::Enter).await;
        let sight = haerin.is_told_at("email", "email_invalid").await;
        assert_eq!(sight.focus.field, "email", "{sight}");
        haerin.presses_key(Key::End).await;
        haerin.presses("@partner.test").await;
        haerin.presses_key(Key::Enter).await;
        let sight = haerin.comes_to("code").await;
        assert_eq!(sight.focus.field, "code", "{sight}");

        haerin.runs("dispatchEvent(new Event('daemun-leave'))").await;
        let sight = haerin.at_ended().await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&haerin, "the way to begin anew", |sight| sight.focus.action == "restart").await;
        haerin.presses_key(Key::Enter).await;
        let sight = haerin.comes_to("link_address").await;
        assert!(sight.says("link_left") && sight.focus.field == "email", "{sight}");
        haerin.presses("haerin@partner.test").await;
        haerin.presses_key(Key::Enter).await;
        haerin.comes_to("code").await;
        let code = gate.code_for("haerin@partner.test").await;
        haerin.presses(&code).await;
        haerin.is_shown_what_is_shared().await;
    });
}

/// X4, R1, L10, R5: what was forgotten is found and set anew with no pointer.
#[test]
fn x4_what_was_forgotten_is_mended_by_keyboard_alone() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        tabs_to(&minji, "the lost ID", |sight| sight.focus.action == "find_id").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("find_id").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        minji.presses("minji.home@daemun.test").await;
        minji.presses_key(Key::Enter).await;
        minji.comes_to("code").await;
        let code = gate.code_for("minji.home@daemun.test").await;
        minji.presses(&code).await;
        let sight = minji.comes_to("found_ids").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&minji, "the way back", |sight| sight.focus.action == "back").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        tabs_to(&minji, "the lost password", |sight| sight.focus.action == "forgot").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("request_reset").await;
        assert_eq!(sight.focus.field, "name", "{sight}");
        minji.presses("김민지").await;
        minji.presses_key(Key::Tab).await;
        minji.presses(MINJI).await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.at_notice("reset_requested").await;
        assert!(sight.focus.in_main, "{sight}");
        let link = gate.link_for(MINJI).await;
        minji.opens(&link).await;
        let sight = minji.comes_to("new_password").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
        minji.presses("brand-New-2025!").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
        minji.presses("brand-New-2025!").await;
        minji.presses_key(Key::Enter).await;
        minji.is_in(MINJI, "nuri").await;

        let soyeon = gate.member_reading("en").await;
        soyeon.opens("/").await;
        soyeon.proves_address("soyeon@daemun.test").await;
        let sight = soyeon.comes_to("register_id").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        soyeon.presses("soyeon").await;
        tabs_to(&soyeon, "the password", |sight| sight.focus.field == "password").await;
        soyeon.presses("soyeon-New-2024").await;
        soyeon.presses_key(Key::Enter).await;
        soyeon.is_in("soyeon@daemun.test", "nuri").await;
    });
}

/// X4, L2, T2, T5: by phone, with a service notification, to an authenticator and its recovery codes, with no pointer.
#[test]
fn x4_by_phone_to_an_authenticator_by_keyboard_alone() {
    story(async |gate| {
        gate.scenario("sakura_two_factor_required").await;
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        haruto.presses("090-1234-5678").await;
        haruto.presses_key(Key::Enter).await;
        let sight = haruto.comes_to("code").await;
        assert_eq!(sight.focus.field, "code", "{sight}");
        tabs_to(&haruto, "the service notification", |sight| sight.focus.action == "use_notification").await;
        haruto.presses_key(Key::Enter).await;
        let sight =
            haruto.waits_for("a service notification", |sight| sight.is_settled() && sight.offers("use_sms")).await;
        assert_eq!(sight.focus.field, "code", "the focus goes to the new screen's field:\n{sight}");
        let code = gate.code_for("+819012345678").await;
        haruto.presses(&code).await;

        let sight = haruto.comes_to("enrol_contact").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        haruto.presses("nobody").await;
        haruto.presses_key(Key::Enter).await;
        let sight = haruto.is_told_at("identifier", "email_invalid").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        tabs_to(&haruto, "the authenticator", |sight| sight.focus.action == "use_authenticator").await;
        haruto.presses_key(Key::Enter).await;
        let sight = haruto.comes_to("enrol_authenticator").await;
        assert_eq!(sight.focus.tag, "h1", "the picture comes before the code:\n{sight}");
        tabs_to(&haruto, "the key's copying", |sight| sight.focus.action == "copy_key").await;
        let key = typed_in(&haruto.at_enrol_authenticator().await.key().await);
        tabs_to(&haruto, "the code", |sight| sight.focus.field == "code").await;
        haruto.presses(&shown(gate, &key, 0).await).await;

        let sight = haruto.comes_to("recovery_codes").await;
        assert!(sight.focus.in_main && sight.focus.tag == "h1", "{sight}");
        for action in ["copy_codes", "download_codes", "print_codes"] {
            tabs_to(&haruto, action, |sight| sight.focus.action == action).await;
        }
        tabs_to(&haruto, "the way on", |sight| sight.focus.action == "done").await;
        haruto.presses_key(Key::Enter).await;
        haruto.is_in("haruto@daemun.test", "sakura").await;
    });
}

/// X4, T1: the second factor with no pointer: chosen, changed for another, and the browser remembered.
#[test]
fn x4_a_second_factor_is_given_by_keyboard_alone() {
    story(async |gate| {
        gate.scenario("nuri_two_factor_required").await;
        gate.scenario("nuri_remember_browser_on").await;
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        let sight = minji.comes_to("choose_factor").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&minji, "the personal email", |sight| sight.focus.text.contains("mi***@daemun.test")).await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("code").await;
        assert_eq!(sight.focus.field, "code", "{sight}");
        tabs_to(&minji, "another way", |sight| sight.focus.action == "use_other").await;
        minji.presses_key(Key::Space).await;
        let sight = minji.comes_to("choose_factor").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&minji, "the phone", |sight| sight.focus.text.contains("0101")).await;
        minji.presses_key(Key::Space).await;
        let sight = minji.comes_to("code").await;
        assert_eq!(sight.focus.field, "code", "{sight}");
        minji.presses_shift_tab().await;
        let sight = minji.sees().await;
        assert_eq!(sight.focus.field, "remember", "the box comes before the code, which goes by itself:\n{sight}");
        minji.presses_key(Key::Space).await;
        minji.waits_for("the box to be ticked", |sight| sight.field("remember").checked).await;
        minji.presses_key(Key::Tab).await;
        let code = gate.code_for("+821055550101").await;
        minji.presses(&code).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X4, S5, S6: two-step verification is turned on and off again, and the password changed, with no pointer.
#[test]
fn x4_settings_are_changed_by_keyboard_alone() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        tabs_to(&minji, "turning it on", |sight| sight.focus.action == "turn_on_two_factor").await;
        minji.awaits_answer(minji.presses_key(Key::Enter)).await;
        let sight = minji.is_told("two_factor_on").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&minji, "turning it off", |sight| sight.focus.action == "turn_off_two_factor").await;
        minji.presses_key(Key::Space).await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        minji.presses_shift_tab().await;
        let sight = minji.sees().await;
        assert_eq!(sight.focus.action, "turn_off_two_factor", "{sight}");
        minji.awaits_answer(minji.presses_key(Key::Enter)).await;
        minji.is_told("two_factor_off").await;
        tabs_to(&minji, "the password", |sight| sight.focus.action == "change_password").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("new_password").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
        minji.presses("minji-Another-2026!").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.is_told("password_changed").await;
        assert!(sight.focus.in_main, "{sight}");
    });
}

/// X4, S1: through the settings and out of another browser with no pointer.
#[test]
fn x4_another_browser_is_signed_out_by_keyboard_alone() {
    story(async |gate| {
        gate.member_in(MINJI, "nuri").await;
        let minji = gate.member_in(MINJI, "nuri").await;
        let sight = minji.opens_settings().await;
        assert!(sight.focus.in_main && sight.focus.tag == "h1", "{sight}");
        tabs_to(&minji, "the devices", |sight| sight.focus.action == "show_devices").await;
        minji.presses_key(Key::Enter).await;
        minji.comes_to("trusted_devices").await;
        tabs_to(&minji, "the way back", |sight| sight.focus.action == "back").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("security").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&minji, "the sessions", |sight| sight.focus.action == "show_sessions").await;
        minji.presses_key(Key::Space).await;
        let sight = minji.comes_to("sessions").await;
        assert!(sight.focus.in_main, "{sight}");
        tabs_to(&minji, "the other browser", |sight| sight.focus.action == "sign_out").await;
        let sight = minji.sees().await;
        assert!(sight.focus.text.contains("Chrome, Linux"), "it says which:\n{sight}");
        minji.awaits_answer(minji.presses_key(Key::Enter)).await;
        let sight = minji.is_told("signed_out_elsewhere").await;
        assert!(sight.focus.in_main, "{sight}");
    });
}

/// X4: going back, too, brings the focus to where the eye is.
#[test]
fn x4_the_focus_follows_every_step_there_and_back() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        minji.does("back").await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        minji.does("use_organisation").await;
        let sight = minji.comes_to("organisation").await;
        assert_eq!(sight.focus.field, "organisation", "{sight}");
        minji.does("use_email").await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        minji.proves_address(MINJI).await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(sight.focus.seen && sight.focus.in_main, "{sight}");
        minji.at_choose_workspace().await.picks("nuri").await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
        minji.does("back").await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(sight.focus.seen && sight.focus.in_main, "{sight}");
    });
}

/// X4: a screen reader is told of errors and of what was sent without the focus moving there.
#[test]
fn x4_errors_and_news_are_announced() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let wrong = gate.wrong_code_for(MINJI).await;
        minji.at_code().await.enters(&wrong).await;
        let sight = minji.is_told("code_wrong").await;
        let announced = sight.said.iter().any(|said| said.code == "code_wrong" && said.announced);
        let described = sight.field("code").described_by_codes.iter().any(|code| code == "code_wrong");
        assert!(announced || described && sight.focus.field == "code", "{sight}");

        gate.lets_pass(30).await;
        minji.reloads().await;
        minji.at_code().await.resends().await;
        let sight = minji.is_told("code_sent_again").await;
        assert!(sight.said.iter().any(|said| said.code == "code_sent_again" && said.announced), "{sight}");
    });
}

/// X4: every screen has its own title and one heading, so that one knows where one is.
#[test]
fn x4_each_screen_has_a_title_and_one_heading() {
    story(async |gate| {
        let minji = gate.member().await;
        let heading =
            "return [...document.querySelectorAll('h1')].filter((h) => h.checkVisibility()).map((h) => h.innerText)";
        let mut titles = Vec::new();
        let look = async |minji: &Member<'_>| {
            let headings = minji.runs(heading).await;
            assert_eq!(headings.as_array().map(Vec::len), Some(1), "one heading: {headings}\n{}", minji.sees().await);
            minji.sees().await.title
        };
        minji.opens("/").await;
        titles.push(look(&minji).await);
        minji.asks_for_code(MINJI).await;
        titles.push(look(&minji).await);
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        titles.push(look(&minji).await);
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
        titles.push(look(&minji).await);
        let mut different = titles.clone();
        different.dedup();
        assert_eq!(different, titles, "a title of its own for each screen");
        assert!(titles.iter().all(|title| !title.is_empty()));
    });
}

/// X4: text at twice its size loses nothing and needs no sideways scrolling (WCAG 2.2, 1.4.4 and 1.4.10).
#[test]
fn x4_text_at_twice_its_size_fits() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        for width in [1280, 640, 320] {
            minji.switches_width(width).await;
            minji.runs("document.documentElement.style.fontSize = '200%'").await;
            crate::matrix::assert_nothing_overflows(&minji, &format!("the password at 200 % and {width} px")).await;
        }
    });
}

/// X4: with forced colours the fields and buttons still have their edges.
#[test]
fn x4_with_forced_colours_controls_keep_their_edges() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let features = serde_json::json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        minji.browser.cdp("Emulation.setEmulatedMedia", features).await;
        let script = r#"
            return [...document.querySelectorAll("input, button, a")].filter((each) => each.checkVisibility()).filter((each) => {
                // The browser draws a box of its own.
                if (each.type === "checkbox" && getComputedStyle(each).appearance !== "none") return false;
                for (let element = each, level = 0; element && level < 3; element = element.parentElement, level += 1) {
                    const style = getComputedStyle(element);
                    if (style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0) return false;
                    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return false;
                    if (style.textDecorationLine.includes("underline")) return false;
                }
                return true;
            }).map((each) => each.outerHTML.slice(0, 120));
        "#;
        minji.opens("/").await;
        minji.comes_to("identify").await;
        assert_eq!(minji.runs(script).await, Value::Array(Vec::new()), "these have no edge");
        // What is there and what is missing differs by more than by colour.
        minji.comes_to_create_account().await;
        minji.fills("password", "letters").await;
        minji.waits_for("a letter to be there", |sight| sight.met().contains(&true)).await;
        assert_eq!(minji.runs(script).await, Value::Array(Vec::new()), "these have no edge");
        let marks = "return [...document.querySelectorAll('.checklist li')].map((each) => {\
            const { borderTopWidth, rotate, content } = getComputedStyle(each, '::before');\
            return [borderTopWidth, rotate, content].join(); })";
        let marks = minji.runs(marks).await;
        assert_ne!(marks[0], marks[1], "{marks}");
    });
}

/// X4: with reduced motion nothing moves.
#[test]
fn x4_with_reduced_motion_nothing_moves() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.switches_theme(Theme::Light).await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let script = r#"
            const seconds = (text) => Math.max(...text.split(",").map((each) => parseFloat(each) || 0));
            return [...document.querySelectorAll("*")].filter((each) => {
                const style = getComputedStyle(each);
                return (style.animationName !== "none" && seconds(style.animationDuration) > 0.01 && style.animationIterationCount !== "1")
                    || (seconds(style.transitionDuration) > 0.01 && /transform|all|inset|margin|width|height/.test(style.transitionProperty));
            }).map((each) => each.outerHTML.slice(0, 120));
        "#;
        assert_eq!(minji.runs(script).await, Value::Array(Vec::new()), "these move");
    });
}
