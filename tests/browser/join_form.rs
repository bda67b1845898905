//! The form of a new member: what is wrong is said where it is, and what was typed stays (FEATURES E4, R3).

use serde_json::{Value, json};

use crate::harness::{Newcomer, Requests, story};

const SORA: Newcomer<'_> = Newcomer { name: "윤소라", email: "sora@daemun.test", password: "sora-New-2024!" };

/// E4: all that is wrong is said at once, each at its field, with the focus in the first of them.
#[test]
fn e4_several_wrong_fields_are_said_each_at_its_own() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.does("submit").await;
        for field in ["name", "email", "password"] {
            sora.is_told_at(field, "required").await;
        }
        sora.is_told_at_tick("service").await;
        let sight = sora.is_told_at_tick("privacy").await;
        assert!(!sight.tick("marketing").invalid, "what is optional is not missed:\n{sight}");
        assert_eq!(sight.focus.field, "name", "{sight}");

        // One is mended: the others are still said, and the focus goes to the first that is left.
        sora.fills("name", SORA.name).await;
        sora.fills("email", "sora@").await;
        sora.fills("password", "short1").await;
        sora.at_create_account().await.agrees_to("service").await;
        sora.does("submit").await;
        sora.is_told_at("email", "email_invalid").await;
        sora.is_told_at("password", "password_too_short").await;
        let sight = sora.is_told_at_tick("privacy").await;
        assert!(!sight.field("name").invalid && !sight.tick("service").invalid, "{sight}");
        assert_eq!(sight.focus.field, "email", "{sight}");
        let words = |field: &str| format!("return document.getElementById('{field}-wrong').innerText");
        let told = [sora.runs(&words("email")).await, sora.runs(&words("password")).await];
        assert!(told.iter().all(|told| told.as_str().is_some_and(|told| told.len() > 5)), "{told:?}");
        assert_ne!(told[0], told[1], "each in its own words");

        // A box alone.
        sora.at_create_account().await.fills_in(SORA).await;
        sora.does("submit").await;
        let sight = sora.is_told_at_tick("privacy").await;
        let focused = sora.runs("return document.activeElement.value").await;
        assert_eq!(focused, "privacy", "the focus is at the box:\n{sight}");
        assert!(!sight.field("email").invalid && !sight.field("password").invalid, "{sight}");
        assert_eq!(gate.mails_to(SORA.email).await.len(), 0, "nobody was sent a code for a form that is wrong");

        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
    });
}

/// E4: names and addresses have their bounds, and passwords the policy's.
#[test]
fn e4_names_addresses_and_passwords_have_their_bounds() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        for (field, typed, told) in [
            ("name", "   ".to_owned(), "required"),
            ("name", "가".repeat(101), "too_long"),
            ("email", "sora at home".to_owned(), "email_invalid"),
            ("email", format!("{}@daemun.test", "a".repeat(300)), "too_long"),
            ("password", "비밀번호-2024".to_owned(), "password_needs_letter"),
            ("password", "only-letters-here".to_owned(), "password_needs_digit"),
            ("password", "a1".repeat(65), "password_too_long"),
            ("password", "Password1".to_owned(), "password_breached"),
        ] {
            sora.at_create_account().await.fills_in(SORA).await;
            let typing = "const field = document.querySelector(`[name=${arguments[0]}]`); field.value = arguments[1]; \
                field.dispatchEvent(new Event('input', { bubbles: true }))";
            sora.runs_with(typing, vec![json!(field), json!(typed)]).await;
            sora.does("submit").await;
            let sight = sora.is_told_at(field, told).await;
            assert_eq!(sight.field(field).value, typed, "what was typed stays");
        }
        // The address itself is no password.
        let id = Newcomer { email: "sora2024@daemun.test", password: "SORA2024", ..SORA };
        sora.at_create_account().await.sends(id).await;
        let sight = sora.is_told_at("password", "password_is_id").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
    });
}

/// E4: each of the terms is a box of its own with a link that opens beside; what is required says so.
#[test]
fn e4_the_terms_are_boxes_with_links_that_open_beside() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.fills("name", SORA.name).await;
        let sight = sora.sees().await;
        let boxes: Vec<&str> =
            sight.fields.iter().filter(|field| field.name == "terms").map(|field| field.value.as_str()).collect();
        assert_eq!(boxes, ["service", "privacy", "marketing"], "{sight}");
        assert!(!sight.fields.iter().any(|field| field.checked), "nothing is agreed to beforehand:\n{sight}");
        let capitals = sora.runs("return document.querySelector('[name=name]').autocapitalize").await;
        assert_eq!(capitals, "words", "a telephone writes names as names");
        let script = r#"
            return [...document.querySelectorAll("input[name=terms]")].map((box) => {
                const link = box.parentElement.querySelector("a");
                return { id: box.value, label: box.labels[0].innerText, words: link.innerText, href: link.href,
                    target: link.target, rel: link.rel, asked: box.required || box.ariaRequired === "true", named: link.getAttribute("aria-label") ?? link.innerText,
                    described: link.getAttribute("aria-describedby") ?? link.getAttribute("aria-labelledby") ?? "" };
            });
        "#;
        let links = sora.runs(script).await;
        for link in links.as_array().expect("links") {
            let id = link["id"].as_str().expect("an id");
            assert_eq!(link["href"], format!("{}/sandbox/terms/{id}", gate.origin()));
            assert_eq!(link["target"], "_blank", "{link}");
            assert!(link["rel"].as_str().is_some_and(|rel| rel.contains("noopener")), "{link}");
            let is_required = link["label"].as_str().is_some_and(|label| label.contains("required"));
            assert_eq!(is_required, id != "marketing", "{link}");
            assert_eq!(link["asked"], is_required, "a screen reader knows it too: {link}");
            let name = format!("{}{}", link["named"], link["described"]);
            assert!(name.contains(id) || name.contains("terms-"), "what is read there: {link}");
        }

        // Read beside: the form stays as it was.
        sora.clicks(".tick:has(input[value=privacy]) a").await;
        sora.switches_to_tab(1).await;
        let sight = sora.waits_for("the terms", |sight| sight.path().ends_with("/terms/privacy")).await;
        assert!(sight.text.chars().count() > 20, "{sight}");
        assert_eq!(sora.runs("return [window.opener, document.referrer]").await, json!([Value::Null, ""]));
        sora.switches_to_tab(0).await;
        assert_eq!(sora.comes_to("create_account").await.field("name").value, SORA.name, "it opened beside");

        // The label is a handle too, and what is optional may be left out or taken.
        sora.clicks("label[for=terms-marketing]").await;
        sora.waits_for("the box to be ticked", |sight| sight.tick("marketing").checked).await;
        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
        let passed = gate.wire.passed();
        let sent = passed.iter().rfind(|passed| passed.path().ends_with("/actions/submit")).expect("a submit");
        let body: Value = serde_json::from_slice(&sent.body).expect("JSON");
        assert_eq!(body["input"]["terms"], json!(["service", "privacy", "marketing"]), "as they stand on the page");
    });
}

/// E4, X2: errors, Back from the code, and a reload that the backend remembers keep what was typed, but for the password.
#[test]
fn e4_what_was_typed_survives_errors_back_and_reload() {
    story(async |gate| {
        let sora = gate.member().await;
        sora.comes_to_create_account().await;
        let form = sora.at_create_account().await;
        form.agrees_to("service").await;
        form.agrees_to("marketing").await;
        form.fills_in(SORA).await;
        sora.does("submit").await;
        let sight = sora.is_told_at_tick("privacy").await;
        assert_eq!(sight.field("password").value, SORA.password, "nobody has to type it again for a box");
        let is_kept = |sight: &crate::harness::Sight| {
            sight.field("name").value == SORA.name
                && sight.field("email").value == SORA.email
                && sight.tick("service").checked
                && sight.tick("marketing").checked
        };
        assert!(is_kept(&sight), "{sight}");

        let flow = sora.flow_id().await;
        sora.reloads().await;
        let sight = sora.comes_to("create_account").await;
        assert!(is_kept(&sight) && !sight.tick("privacy").checked, "after a refusal and a reload:\n{sight}");
        assert_eq!(sight.field("password").value, "", "the password is nowhere");
        assert_eq!(sora.flow_id().await, flow);

        sora.at_create_account().await.agrees_to("privacy").await;
        sora.fills("password", SORA.password).await;
        sora.does("submit").await;
        sora.comes_to("code").await;
        sora.reloads().await;
        let sight = sora.comes_to("code").await;
        assert!(sight.text.contains(SORA.email), "{sight}");
        for back in ["the browser's", "the page's"] {
            if back == "the page's" {
                sora.does("back").await;
            } else {
                sora.goes_back_in_history().await;
            }
            let sight = sora.comes_to("create_account").await;
            assert!(is_kept(&sight) && sight.tick("privacy").checked, "by {back} Back:\n{sight}");
            assert_eq!(sight.field("password").value, "", "by {back} Back:\n{sight}");
            sora.fills("password", SORA.password).await;
            sora.does("submit").await;
            sora.comes_to("code").await;
        }
        sora.goes_back_in_history().await;
        sora.comes_to("create_account").await;
        sora.goes_back_in_history().await;
        sora.comes_to("invitation").await;
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 1, "no reload began another flow");
        sora.at_invitation().await.accepts().await;
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
        sora.reloads().await;
        sora.at_notice("joined").await;
        sora.does("start").await;
        sora.is_in(SORA.email, "nuri").await;
    });
}

/// E4: what is wrong with none of the fields is said beside them: too many codes for one address, and for how long.
#[test]
fn e4_too_many_codes_have_to_wait_here_too() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        for _ in 0..5 {
            sora.at_create_account().await.sends(SORA).await;
            sora.at_code().await.goes_back().await;
        }
        sora.at_create_account().await.sends(SORA).await;
        let sight = sora.is_told("too_many_requests").await;
        assert_eq!(sight.screen, "create_account");
        assert!(sight.words_of("wait").contains("minute"), "it says for how long:\n{sight}");
        assert!(sight.said.iter().any(|said| said.code == "too_many_requests" && said.announced), "{sight}");
        assert!(sight.fields.iter().all(|field| !field.invalid), "no field is to blame:\n{sight}");
        assert_eq!(sight.field("name").value, SORA.name);
        assert_eq!(gate.mails_to(SORA.email).await.len(), 5);
        // Another address is not affected.
        sora.fills("email", "sora.yun@daemun.test").await;
        sora.does("submit").await;
        sora.comes_to("code").await;
    });
}

/// E4, E2: five wrong codes restrict the address here as well, and nobody has joined.
#[test]
fn e4_five_wrong_codes_restrict_the_address_here_too() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
        for wrong in gate.wrong_codes_for(SORA.email).await {
            sora.at_code().await.enters(&wrong).await;
        }
        let sight = sora.at_notice("email_restricted").await;
        assert!(sight.text.contains(SORA.email) && sight.offers("back"), "{sight}");
        sora.does("back").await;
        let sight = sora.comes_to("create_account").await;
        assert_eq!(sight.field("email").value, SORA.email, "another one can be entered:\n{sight}");
        let other = Newcomer { email: "sora.yun@daemun.test", ..SORA };
        sora.becomes(other).await;
        sora.at_notice("joined").await;
    });
}
