//! The field for a password, and what password managers and people do with it (FEATURES R6).

use serde_json::json;

use crate::harness::story;

const MINJI: &str = "minji@daemun.test";
const EMMA: &str = "emma@daemun.test";

/// R6: shown on request, hidden again, and never sent as anything but a password field.
#[test]
fn r6_the_password_can_be_shown_and_hidden() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        emma.fills("password", "correct horse").await;
        assert_eq!(emma.sees().await.field("password").kind, "password");
        let label = |sight: &crate::harness::Sight| {
            let button = sight.actions.iter().find(|action| action.name == "show_password");
            button.unwrap_or_else(|| panic!("a way to show it:\n{sight}")).label.clone()
        };
        let hidden = label(&emma.sees().await);
        assert!(!hidden.is_empty());

        emma.clicks("[data-action=show_password]").await;
        let sight = emma.waits_for("the password to be shown", |sight| sight.field("password").kind == "text").await;
        assert_eq!(sight.field("password").value, "correct horse");
        assert_eq!(sight.field("password").autocomplete, "current-password");
        let pressed = emma
            .runs("return document.querySelector('[data-action=show_password]').getAttribute('aria-pressed')")
            .await;
        assert!(pressed == "true" || label(&sight) != hidden, "a screen reader hears the difference:\n{sight}");

        emma.clicks("[data-action=show_password]").await;
        let sight =
            emma.waits_for("the password to be hidden", |sight| sight.field("password").kind == "password").await;
        assert_eq!(sight.field("password").value, "correct horse");
        assert_eq!(gate.wire.count(crate::harness::Requests::posts("/actions/submit")), 0, "showing sends nothing");
    });
}

/// R6: what is shown is hidden again before it is sent, so that no browser remembers it as plain text.
#[test]
fn r6_a_shown_password_is_hidden_before_it_is_sent() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        emma.clicks("[data-action=show_password]").await;
        emma.at_password().await.enters_with_id(EMMA, "not it").await;
        let sight = emma.is_told("credentials_wrong").await;
        assert_eq!(sight.field("password").kind, "password", "{sight}");
    });
}

/// R6: Caps Lock is said while it is on.
#[test]
fn r6_caps_lock_is_said_while_it_is_on() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        emma.clicks("input[name=password]").await;
        let before = emma.sees().await.text;
        // WebDriver has no Caps Lock; the event is what a browser sends when it is on.
        let key = r#"
            const field = document.querySelector("[name=password]");
            for (const kind of ["keydown", "keyup"]) {
                field.dispatchEvent(new KeyboardEvent(kind, {
                    key: "A", code: "KeyA", bubbles: true, cancelable: true, modifierCapsLock: arguments[0],
                }));
            }
        "#;
        emma.runs_with(key, vec![json!(true)]).await;
        let sight = emma.waits_for("a word about Caps Lock", |sight| sight.text != before).await;
        assert!(sight.text.contains("Caps Lock"), "{sight}");
        emma.runs_with(key, vec![json!(false)]).await;
        emma.waits_for("the word about Caps Lock to be gone", |sight| !sight.text.contains("Caps Lock")).await;
    });
}

/// R6: a password can be pasted.
#[test]
fn r6_a_password_can_be_pasted() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        let password = gate.password_of(EMMA, "northwind").await;
        emma.clicks("input[name=identifier]").await;
        emma.pastes(EMMA).await;
        emma.clicks("input[name=password]").await;
        emma.pastes(&password).await;
        emma.does("submit").await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// R6: the tokens that password managers go by, and the username in every password form.
#[test]
fn r6_password_managers_find_username_and_password_in_one_form() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        assert!(minji.comes_to("identify").await.field("identifier").autocomplete.contains("username"));
        minji.comes_to_password_of(MINJI, "nuri").await;
        let together = r#"
            const password = document.querySelector("[name=password]");
            const identifier = document.querySelector("[name=identifier]");
            return password.form !== null && password.form === identifier.form
                && (identifier.compareDocumentPosition(password) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
        "#;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.field("password").autocomplete, "current-password");
        assert_eq!(sight.field("identifier").autocomplete, "username");
        assert_eq!(sight.field("identifier").value, MINJI);
        assert_eq!(minji.runs(together).await, true, "the username comes first in the same form:\n{sight}");

        minji.opens("/o/nuri").await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.field("password").autocomplete, "current-password");
        assert!(sight.field("identifier").autocomplete.contains("username"));
        assert_eq!(minji.runs(together).await, true, "{sight}");

        let complaints = minji.browser.console().await;
        assert!(
            !complaints.iter().any(|line| line.contains("[DOM]")),
            "Chromium has no advice about the forms: {complaints:#?}"
        );
    });
}

/// R6: what a password manager fills in is sent, although nobody typed it.
#[test]
fn r6_what_a_password_manager_fills_in_is_sent() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        let password = gate.password_of(EMMA, "northwind").await;
        let fill = r#"
            for (const [name, value] of arguments[0]) {
                const field = document.querySelector(`[name=${name}]`);
                Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
                for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
            }
        "#;
        emma.runs_with(fill, vec![json!([["identifier", EMMA], ["password", password]])]).await;
        emma.does("submit").await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// R6: what is filled in without any event counts too.
#[test]
fn r6_what_is_filled_in_without_an_event_is_sent_too() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        let password = gate.password_of(EMMA, "northwind").await;
        let fill =
            r#"for (const [name, value] of arguments[0]) document.querySelector(`[name=${name}]`).value = value;"#;
        emma.runs_with(fill, vec![json!([["identifier", EMMA], ["password", password]])]).await;
        emma.does("submit").await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// R6: an error leaves the fields where they are: the same elements, the ID as it was, the focus in the password.
#[test]
fn r6_an_error_does_not_replace_the_fields() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        emma.runs("for (const field of document.querySelectorAll('input')) field.daemunTestMark = field.name").await;
        emma.at_password().await.enters_with_id(EMMA, "not it").await;
        let sight = emma.is_told("credentials_wrong").await;
        let marks = "return [...document.querySelectorAll('input')].map((field) => field.daemunTestMark ?? null)";
        assert_eq!(
            emma.runs(marks).await,
            json!(["identifier", "remember_account", "password"]),
            "the same elements as before:\n{sight}"
        );
        assert_eq!(sight.field("identifier").value, EMMA);
        assert_eq!(sight.focus.field, "password", "the next try can be typed at once:\n{sight}");

        // Emptied or selected: typing replaces the wrong one.
        let password = gate.password_of(EMMA, "northwind").await;
        emma.presses(&password).await;
        let typed = emma.sees().await.field("password").value.clone();
        assert_eq!(typed, password, "nothing of the wrong one is left");
        emma.does("submit").await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// R6: a password that is long, or not Latin, is one like any other.
#[test]
fn r6_a_password_of_any_letters_is_sent_as_typed() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        let typed = "  비밀번호 パスワード \"<&'\\ 🔑  ";
        emma.fills("identifier", EMMA).await;
        emma.clicks("input[name=password]").await;
        emma.pastes(typed).await;
        emma.does("submit").await;
        emma.is_told("credentials_wrong").await;
        let passed = gate.wire.passed();
        let sent = passed.iter().rfind(|passed| passed.path().ends_with("/actions/submit")).expect("a submit");
        let body: serde_json::Value = serde_json::from_slice(&sent.body).expect("JSON");
        assert_eq!(body["input"]["password"], typed);
    });
}
