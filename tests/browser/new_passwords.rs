//! What a workspace asks of a new password, while it is typed and when it is sent (FEATURES R3, P1).

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Sight, story};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const YUNA: &str = "yuna@daemun.test";

/// Types over the password and waits until the list says so.
async fn types_until(member: &Member<'_>, password: &str, met: &[bool]) -> Sight {
    member.fills("password", password).await;
    member.waits_for(&format!("{met:?} of {password:?}"), |sight| sight.met() == met).await
}

/// Puts letters into the password as an input method does that sends them decomposed, or as a paste.
async fn enters_at_once(member: &Member<'_>, password: &str) {
    let script = "const field = document.querySelector('[name=password]'); field.value = arguments[0]; \
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
    member.runs_with(script, vec![json!(password)]).await;
}

/// R3: each thing that is asked for is ticked off while it is typed, and a screen reader is told what has changed.
#[test]
fn r3_the_checklist_follows_the_typing() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_format": "letters_digits_symbols", "password_history": 3 })).await;
        let yuna = gate.member_reading("en").await;
        yuna.opens_link("invite").await;
        let sight = yuna.comes_to("new_password").await;
        let asked: Vec<&str> = sight.checklist.iter().map(|asked| asked.text.as_str()).collect();
        assert_eq!(asked.len(), 4, "length, letter, digit, symbol:\n{sight}");
        assert!(asked[0].contains('8'), "{asked:?}");
        assert_eq!(sight.met(), [false; 4], "{sight}");
        assert!(sight.text.contains("last 3 passwords"), "what the backend alone can tell is said too:\n{sight}");

        yuna.runs("document.querySelector('[name=password]').daemunTestMark = 'the same'").await;
        let news = "return document.querySelector('#app .field [role=status]').innerText";
        types_until(&yuna, "a", &[false, true, false, false]).await;
        let letter = yuna.runs(news).await;
        types_until(&yuna, "a1", &[false, true, true, false]).await;
        let digit = yuna.runs(news).await;
        assert!(letter != digit && digit.as_str().is_some_and(|news| news.len() > 3), "{letter} {digit}");
        types_until(&yuna, "a1 ", &[false, true, true, false]).await;
        types_until(&yuna, "a1 ~", &[false, true, true, true]).await;
        assert_ne!(yuna.runs(news).await, digit);
        types_until(&yuna, "a1~45678", &[true; 4]).await;
        types_until(&yuna, "a1~4567", &[false, true, true, true]).await;
        // English letters are asked for; those of others are letters all the same, and count as characters.
        types_until(&yuna, "한글비밀번호", &[false; 4]).await;
        // All that has changed at once, as by a paste, is told at once.
        enters_at_once(&yuna, "").await;
        yuna.waits_for("nothing of it", |sight| sight.met() == [false; 4]).await;
        enters_at_once(&yuna, "abcdef~1").await;
        let sight = yuna.waits_for("all of it", |sight| sight.met() == [true; 4]).await;
        let told = yuna.runs(news).await;
        let told = told.as_str().expect("news");
        let names_all =
            sight.checklist.iter().all(|asked| told.contains(asked.text.split(':').next().expect("a name").trim()));
        assert!(names_all || told.to_lowercase().contains("all"), "{told:?}\n{sight}");
        let described = "return (document.querySelector('[name=password]').getAttribute('aria-describedby') ?? '').split(' ')\
            .some((id) => document.getElementById(id)?.querySelector('[role=status]'))";
        assert_eq!(yuna.runs(described).await, false, "news is no part of what the field is described by");

        let sight = types_until(&yuna, "한글비밀번호가나", &[true, false, false, false]).await;
        assert_eq!(sight.state, "idle", "nothing is wrong before it is sent:\n{sight}");
        let words = "return [...document.querySelectorAll('.checklist li')].map((each) => each.textContent)";
        let told = yuna.runs(words).await;
        let told: Vec<&str> = told.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(told[0].contains("done") && told[1].contains("not yet"), "colour is not all there is: {told:?}");

        // A new language tells the same.
        let sight = yuna.switches_language("ko").await;
        assert_eq!(sight.met(), [true, false, false, false], "{sight}");
        assert_eq!(sight.field("password").value, "한글비밀번호가나");
        assert_eq!(yuna.runs("return document.querySelector('[name=password]').daemunTestMark").await, "the same");
        assert_eq!(gate.wire.count(Requests::posts("/actions/submit")), 0, "nobody was asked meanwhile");
    });
}

/// R3: counted are characters, composed: not bytes, not halves of emoji, not the parts of a syllable.
#[test]
fn r3_characters_are_counted_and_not_bytes() {
    story(async |gate| {
        let yuna = gate.member_reading("en").await;
        yuna.opens_link("invite").await;
        yuna.comes_to("new_password").await;
        for (password, is_long) in [
            ("a1가나다라마", false),
            ("a1가나다라마바", true),
            // Each of these syllables comes as three parts.
            ("a1\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", false),
            ("a1\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}가나다라", true),
            ("a1🔑🔑🔑🔑🔑", false),
            ("a1🔑🔑🔑🔑🔑🔑", true),
        ] {
            enters_at_once(&yuna, password).await;
            yuna.waits_for(&format!("{password:?} to be judged"), |sight| sight.met() == [is_long, true, true]).await;
            // The backend says the same, by its own count.
            if !is_long {
                yuna.does("submit").await;
                yuna.is_told_at("password", "password_too_short").await;
            }
        }
        // Set with an emoji and decomposed, and entered composed later.
        enters_at_once(&yuna, "a1🔑🔑🔑\u{1112}\u{1161}\u{11ab}글\u{a0}").await;
        yuna.does("submit").await;
        yuna.at_notice("joined").await;
        yuna.opens("/o/nuri").await;
        yuna.comes_to("password").await;
        yuna.fills("identifier", YUNA).await;
        enters_at_once(&yuna, "a1🔑🔑🔑한글 ").await;
        yuna.does("submit").await;
        yuna.is_in(YUNA, "nuri").await;
    });
}

/// R3: the backend has the last word, and it is said at the field, one reason at a time.
#[test]
fn r3_what_only_the_backend_knows_is_said_at_the_field() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_history": 2 })).await;
        let minji = gate.member_reading("en").await;
        minji.comes_to_reset(NAME, MINJI).await;
        let mut words = std::collections::BTreeSet::new();
        let current = gate.password_of(MINJI, "nuri").await;
        for (password, reason) in [
            ("", "required"),
            ("Minji@Daemun.test", "password_needs_digit"),
            ("Password1", "password_breached"),
            ("pass\u{200d}word-2024", "password_invalid"),
            (current.as_str(), "password_reused"),
        ] {
            enters_at_once(&minji, password).await;
            minji.does("submit").await;
            let sight = minji.is_told_at("password", reason).await;
            assert_eq!(sight.focus.field, "password", "{sight}");
            assert_eq!(sight.field("password").value, password, "what was typed stays:\n{sight}");
            words.insert(sight.words_of("input_invalid"));
        }
        assert_eq!(words.len(), 5, "{words:#?}");

        // The last two: the current one and the one before; the third is free again.
        let sets = async |password: &str, reused: bool| {
            minji.comes_to_reset(NAME, MINJI).await;
            minji.at_new_password().await.sets(password).await;
            if reused {
                minji.is_told_at("password", "password_reused").await;
            } else {
                minji.comes_to("password").await;
            }
        };
        sets("second-One-2025", false).await;
        sets("second-One-2025", true).await;
        gate.scenario("lift_restrictions").await;
        sets(&current, true).await;
        sets("third-One-2025", false).await;
        gate.scenario("lift_restrictions").await;
        sets(&current, false).await;
        minji.signs_in_at("nuri", MINJI, &current).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// The rules that members see on the way in by this link.
async fn rules_at(gate: &Gate, link: &str) -> (Vec<String>, Sight) {
    let member = gate.member_reading("en").await;
    member.opens_link(link).await;
    if link == "join" {
        member.at_invitation().await.accepts().await;
    }
    let sight = member.waits_for("what is asked for", |sight| sight.is_settled() && !sight.checklist.is_empty()).await;
    (sight.checklist.iter().map(|asked| asked.text.clone()).collect(), sight)
}

/// P1, R3: an administrator's choice changes what members see and what is taken, from the next password on; nobody is
/// signed out by it, and old passwords still open.
#[test]
fn p1_a_changed_policy_holds_for_the_next_password_and_signs_nobody_out() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        let (before, _) = rules_at(gate, "join").await;
        assert_eq!(before.len(), 3, "{before:?}");
        // Somebody is at the form already when the policy changes.
        let yuna = gate.member_reading("en").await;
        yuna.opens_link("invite").await;
        yuna.comes_to("new_password").await;

        let strict = json!({
            "password_format": "letters_digits_symbols", "password_min_length": 20, "password_history": 5,
        });
        let policy = gate.policy("nuri", strict.clone()).await;
        for (option, value) in strict.as_object().expect("options") {
            assert_eq!(policy[option], *value, "{policy}");
        }
        minji.reloads().await;
        minji.is_in(MINJI, "nuri").await;
        let (after, sight) = rules_at(gate, "join").await;
        assert_eq!(after.len(), 4, "{after:?}");
        assert!(after[0].contains("20") && sight.text.contains("last 5 passwords"), "{sight}");
        let other = gate.member_reading("en").await;
        other.signs_in_at("nuri", MINJI, &password).await;
        other.is_in(MINJI, "nuri").await;

        yuna.at_new_password().await.sets("yuna-New-2024!").await;
        yuna.is_told_at("password", "password_too_short").await;
        yuna.at_new_password().await.sets("only letters and 20 digits").await;
        yuna.is_told_at("password", "password_needs_symbol").await;
        yuna.at_new_password().await.sets("yuna's twenty characters, and 4 more").await;
        yuna.at_notice("joined").await;

        // Back to the least of all; what was forgotten is not renewed by itself all the same.
        gate.policy(
            "nuri",
            json!({ "password_format": "letters_digits", "password_min_length": 8, "password_history": 0 }),
        )
        .await;
        minji.comes_to_reset(NAME, MINJI).await;
        let sight = minji.sees().await;
        assert!(sight.checklist.len() == 3 && sight.text.contains("Not your last password"), "{sight}");
        minji.at_new_password().await.sets(&password).await;
        minji.is_told_at("password", "password_reused").await;
        minji.at_new_password().await.sets("eight888").await;
        minji.comes_to("password").await;
    });
}

/// P1: what no administrator can choose is refused whole.
#[test]
fn p1_nonsense_is_no_policy() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        let script = r#"
            const [changes, done] = arguments;
            const ask = (method, body) => fetch("/sandbox/workspaces/nuri/policy", { method, body, headers: body ? { "content-type": "application/json" } : {} });
            Promise.all(changes.map((change) => ask("POST", JSON.stringify(change)).then((answer) => answer.status)))
                .then(async (told) => done([told, await (await ask("GET")).json()]));
        "#;
        let before = gate.policy("nuri", json!({})).await;
        let nonsense = json!([
            { "password_min_length": 7 }, { "password_min_length": 21 }, { "password_max_age_days": 31 },
            { "password_history": 6 }, { "password_format": "emoji" }, { "attempt_limit": 0 }, { "colour": "red" },
            { "password_min_length": 12, "password_history": 9 },
        ]);
        let answer = member.runs_until_done(script, vec![nonsense]).await;
        assert_eq!(answer[0], json!([422, 422, 422, 422, 422, 422, 422, 422]));
        assert_eq!(answer[1], before, "nothing has changed");
        member.browser.provokes("422");
    });
}
