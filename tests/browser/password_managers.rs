//! What password managers find in the forms for new passwords, and what they put there (FEATURES R6).

use serde_json::{Value, json};

use crate::harness::{Member, Newcomer, story};

const SORA: Newcomer<'_> = Newcomer { name: "윤소라", email: "sora@daemun.test", password: "sora-New-2024!" };

/// In this screen's one form: a username, and after it one password of this kind.
async fn assert_managers_understand(member: &Member<'_>, username: &str, kind: &str) {
    let script = r##"
        const [username, kind] = arguments;
        const forms = [...document.querySelectorAll("#app form")];
        const passwords = [...document.querySelectorAll("#app input[type=password]")];
        const names = [...document.querySelectorAll("#app input[autocomplete~=username]")];
        const [password, name] = [passwords[0], names[0]];
        return {
            forms: forms.length,
            passwords: passwords.length,
            names: names.map((each) => each.name),
            together: password?.form === forms[0] && name?.form === forms[0],
            kind: password?.autocomplete ?? "",
            before: (name?.compareDocumentPosition(password) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
            seen: name?.checkVisibility() ?? false,
            submits: forms[0]?.querySelectorAll("button[type=submit]").length,
        };
    "##;
    let found = member.runs_with(script, vec![json!(username), json!(kind)]).await;
    let wanted = json!({
        "forms": 1, "passwords": 1, "names": [username], "together": true, "kind": kind, "before": true, "seen": true,
        "submits": 1,
    });
    assert_eq!(found, wanted, "{}", member.sees().await);
}

/// Marks the fields, so that others in their place are seen.
async fn marks_fields(member: &Member<'_>) {
    member.runs("for (const field of document.querySelectorAll('#app input')) field.daemunTestMark = 1").await;
}

async fn assert_same_fields(member: &Member<'_>, when: &str) {
    let script = "return [...document.querySelectorAll('#app input')].every((field) => field.daemunTestMark === 1)";
    assert_eq!(member.runs(script).await, true, "the same elements as before {when}");
}

/// As managers do that tell the page, by the prototype's setter and the events of typing.
async fn fills_as_manager(member: &Member<'_>, values: Value) {
    let script = r#"
        for (const [name, value] of arguments[0]) {
            const field = document.querySelector(`#app [name=${name}]`);
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
            for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
        }
    "#;
    member.runs_with(script, vec![values]).await;
}

/// As managers do that tell the page nothing.
async fn fills_silently(member: &Member<'_>, values: Value) {
    let script =
        "for (const [name, value] of arguments[0]) document.querySelector(`#app [name=${name}]`).value = value";
    member.runs_with(script, vec![values]).await;
}

/// R6, E4: a new member's form: filled by a manager with and without events, refused, and sent; nothing is remounted.
#[test]
fn r6_managers_make_a_password_for_a_new_member() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        assert_managers_understand(&sora, "email", "new-password").await;
        assert_eq!(sora.sees().await.field("name").autocomplete, "name");
        marks_fields(&sora).await;
        fills_as_manager(&sora, json!([["name", SORA.name], ["email", SORA.email], ["password", SORA.password]])).await;
        sora.waits_for("what is asked for to be there", |sight| sight.met() == [true; 3]).await;
        assert_same_fields(&sora, "it was filled").await;
        sora.does("submit").await;
        let sight = sora.is_told_at_tick("service").await;
        assert!(!sight.field("name").invalid && !sight.field("password").invalid, "{sight}");
        assert_same_fields(&sora, "it was refused").await;
        assert_managers_understand(&sora, "email", "new-password").await;

        sora.at_create_account().await.agrees_to("service").await;
        sora.at_create_account().await.agrees_to("privacy").await;
        sora.clicks("[data-action=show_password]").await;
        sora.waits_for("the password to be shown", |sight| sight.field("password").kind == "text").await;
        assert_eq!(sora.sees().await.field("password").autocomplete, "new-password");
        fills_silently(&sora, json!([["email", "sora.yun@daemun.test"], ["password", "made-By-A-Machine-7"]])).await;
        sora.does("submit").await;
        let sight = sora.comes_to("code").await;
        assert!(sight.text.contains("sora.yun@daemun.test"), "{sight}");
        assert!(!sight.fields.iter().any(|field| field.kind == "password"), "a code is no password:\n{sight}");
        let code = gate.code_for("sora.yun@daemun.test").await;
        sora.at_code().await.enters(&code).await;
        sora.at_notice("joined").await;
        sora.signs_in_at("nuri", "sora.yun@daemun.test", "made-By-A-Machine-7").await;
        sora.is_in("sora.yun@daemun.test", "nuri").await;
        let console = sora.browser.console().await;
        assert!(!console.iter().any(|line| line.contains("[DOM]")), "Chromium has no advice: {console:#?}");
    });
}

/// R6, R1, R4, E5: the forms for a new password name whose it is, and are understood whichever way they are met.
#[test]
fn r6_managers_save_a_new_password_under_its_name() {
    story(async |gate| {
        let yuna = gate.member_reading("en").await;
        yuna.opens_link("invite").await;
        yuna.comes_to("new_password").await;
        assert_managers_understand(&yuna, "identifier", "new-password").await;
        marks_fields(&yuna).await;
        fills_as_manager(&yuna, json!([["password", "Password1"]])).await;
        yuna.does("submit").await;
        yuna.is_told_at("password", "password_breached").await;
        assert_same_fields(&yuna, "it was refused").await;
        fills_silently(&yuna, json!([["password", "made-By-A-Machine-7"]])).await;
        yuna.does("submit").await;
        yuna.at_notice("joined").await;

        let minji = gate.member_reading("en").await;
        minji.comes_to_reset("김민지", "minji@daemun.test").await;
        assert_managers_understand(&minji, "identifier", "new-password").await;
        assert_eq!(minji.sees().await.field("identifier").value, "minji@daemun.test");
        fills_silently(&minji, json!([["password", "made-By-A-Machine-8"]])).await;
        minji.does("submit").await;
        minji.comes_to("password").await;
        assert_managers_understand(&minji, "identifier", "current-password").await;
        fills_as_manager(&minji, json!([["password", "made-By-A-Machine-8"]])).await;
        minji.does("submit").await;
        minji.is_in("minji@daemun.test", "nuri").await;

        gate.policy("nuri", json!({ "password_max_age_days": 30 })).await;
        gate.lets_pass(31 * 24 * 60 * 60).await;
        minji.signs_in_at("nuri", "minji@daemun.test", "made-By-A-Machine-8").await;
        minji.comes_to("new_password").await;
        assert_managers_understand(&minji, "identifier", "new-password").await;
    });
}

/// R6, R5: the first ID is the username that goes with the first password.
#[test]
fn r6_managers_save_the_first_id_with_its_password() {
    story(async |gate| {
        let soyeon = gate.member_reading("en").await;
        soyeon.opens("/").await;
        soyeon.proves_address("soyeon@daemun.test").await;
        soyeon.comes_to("register_id").await;
        assert_managers_understand(&soyeon, "identifier", "new-password").await;
        marks_fields(&soyeon).await;
        fills_as_manager(&soyeon, json!([["identifier", "so"], ["password", "made-By-A-Machine-7"]])).await;
        soyeon.does("submit").await;
        soyeon.is_told_at("identifier", "id_invalid").await;
        assert_same_fields(&soyeon, "it was refused").await;
        fills_silently(&soyeon, json!([["identifier", "soyeon"]])).await;
        soyeon.does("submit").await;
        soyeon.is_in("soyeon@daemun.test", "nuri").await;
    });
}
