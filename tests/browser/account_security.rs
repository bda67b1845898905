//! An administrator decides about the workspace's accounts: reads what holds, sees what a change does to members, and saves just that
//! (seed 003; FEATURES P1, P2).

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Gate, Member, Requests, Sight, Tampering, story, story_in_windows};
use crate::keyboard::tabs_to;

const POLICY: &str = "/security/policy";
const SUJIN: &str = "sujin@daemun.test";
const DOHYUN: &str = "dohyun@daemun.test";
const MINJI: &str = "minji@daemun.test";

impl Gate {
    /// An administrator of nuri at the policy.
    async fn administrator(&self, email: &str) -> Member<'_> {
        let member = self.member_in(email, "nuri").await;
        member.opens(POLICY).await;
        member.comes_to("account_security").await;
        member
    }

    /// What nuri's policy says of an option now.
    async fn decided(&self, option: &str) -> serde_json::Value {
        self.policy("nuri", json!({})).await[option].clone()
    }
}

impl Member<'_> {
    /// Picks one of an option's choices, out of its list or among the few that are there.
    async fn decides(&self, option: &str, choice: &str) {
        let listed = format!("select[name={option}] option[value='{choice}'], [name={option}][value='{choice}']");
        self.clicks(&listed).await;
    }

    /// The options that are marked as changed.
    async fn marked(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('[data-changed=true]')].filter((each) => \
            each.querySelector('.mark')?.innerText).map((each) => each.querySelector('[name]').name)";
        serde_json::from_value(self.runs(script).await).expect("names")
    }

    async fn reviews(&self) -> Sight {
        self.does("review").await;
        self.comes_to("policy_review").await
    }
}

/// What is chosen of an option.
fn chosen(sight: &Sight, option: &str) -> String {
    let mut own = sight.fields.iter().filter(|field| field.name == option && (field.kind != "radio" || field.checked));
    own.next().unwrap_or_else(|| panic!("no {option}:\n{sight}")).value.clone()
}

/// P2, P1: what changes is marked, what it does is said before it is saved, and it holds from then on.
#[test]
fn p2_an_administrator_sees_what_a_change_does_and_saves_it() {
    story(async |gate| {
        let sujin = gate.administrator(SUJIN).await;
        let sight = sujin.sees().await;
        assert_eq!(chosen(&sight, "password_min_length"), "8", "{sight}");
        assert_eq!((chosen(&sight, "two_factor"), chosen(&sight, "phone_entry")), ("optional".into(), "true".into()));
        assert!(sight.text.contains("ID를 아는 사람이"), "the risk is said:\n{sight}");
        assert!(sujin.marked().await.is_empty());

        sujin.fills("password_min_length", "12").await;
        sujin.decides("attempt_limit", "5").await;
        sujin.decides("phone_entry", "false").await;
        assert_eq!(sujin.marked().await, ["password_min_length", "attempt_limit", "phone_entry"]);
        sujin.decides("phone_entry", "true").await;
        assert_eq!(sujin.marked().await, ["password_min_length", "attempt_limit"], "as it was");
        sujin.decides("two_factor", "required").await;

        let sight = sujin.reviews().await;
        assert!(sight.says("enrol_factor") && sight.says("next_password") && !sight.says("locked_out"), "{sight}");
        assert!(sight.words_of("enrol_factor").contains("3명"), "jiho, sujin and soyeon have none:\n{sight}");
        assert!(sight.text.contains("8자 이상 → 12자 이상"), "{sight}");
        assert_eq!(gate.decided("attempt_limit").await, json!(null), "nothing is saved yet");
        sujin.reloads().await;
        sujin.comes_to("policy_review").await;
        sujin.does("save").await;
        let sight = sujin.is_told("policy_saved").await;
        assert!(sight.screen == "account_security" && sight.text.contains("오수진"), "who has decided it:\n{sight}");
        assert_eq!(chosen(&sight, "password_min_length"), "12");
        assert!(sujin.marked().await.is_empty());
        assert_eq!(gate.decided("attempt_limit").await, 5);
        assert!(gate.mails_to(SUJIN).await[0].text.contains("8 → 12"));

        // She stays in, and is asked like everybody else when she comes next.
        sujin.does("done").await;
        sujin.is_in(SUJIN, "nuri").await;
        let minji = gate.member().await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.comes_to("choose_factor").await;
    });
}

/// P2: who is signed out is led to the door and back; who is no administrator is told so.
#[test]
fn p2_the_policy_is_for_administrators_alone() {
    story(async |gate| {
        let sujin = gate.member().await;
        sujin.opens(POLICY).await;
        let password = gate.password_of(SUJIN, "nuri").await;
        sujin.at_identify().await.sends(SUJIN).await;
        let code = gate.code_for(SUJIN).await;
        sujin.at_code().await.enters(&code).await;
        sujin.at_password().await.enters(&password).await;
        let sight = sujin.comes_to("account_security").await;
        assert_eq!(sight.path(), POLICY, "{sight}");

        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens(POLICY).await;
        let sight = minji.at_notice("not_administrator").await;
        assert!(sight.text.contains("누리소프트") && !sight.has_field("attempt_limit"), "{sight}");
        minji.does("done").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// P2: two at once: the later is told, has lost nothing, and saves after another look.
#[test]
fn p2_two_administrators_at_once_overwrite_nothing() {
    story(async |gate| {
        gate.scenario("dohyun_administrator").await;
        let sujin = gate.administrator(SUJIN).await;
        sujin.decides("attempt_limit", "10").await;
        sujin.reviews().await;

        let dohyun = gate.administrator(DOHYUN).await;
        dohyun.decides("password_history", "3").await;
        dohyun.reviews().await;
        dohyun.does("save").await;
        dohyun.is_told("policy_saved").await;

        sujin.does("save").await;
        let sight = sujin.is_told("policy_changed_meanwhile").await;
        assert_eq!((sight.screen.as_str(), chosen(&sight, "password_history")), ("account_security", "3".into()));
        assert_eq!(sujin.marked().await, ["attempt_limit"], "the own change is still there");
        assert!(sight.text.contains("정도현"), "who it was:\n{sight}");
        assert_eq!(gate.decided("attempt_limit").await, json!(null));
        sujin.reviews().await;
        sujin.does("save").await;
        sujin.is_told("policy_saved").await;
        assert_eq!(
            (gate.decided("attempt_limit").await, gate.decided("password_history").await),
            (json!(10), json!(3))
        );
        assert!(gate.mails_to(DOHYUN).await.iter().any(|mail| mail.text.contains("오수진")));
    });
}

/// P2: where members would be locked out, it is asked whether that is meant; thinking better of it saves nothing.
#[test]
fn p2_locking_members_out_is_asked_about_first() {
    story(async |gate| {
        gate.policy("nuri", json!({ "managed_profiles": true })).await;
        let sujin = gate.administrator(SUJIN).await;
        sujin.decides("two_factor", "required").await;
        let sight = sujin.reviews().await;
        assert!(sight.words_of("locked_out").contains("3명"), "{sight}");

        sujin.clicks("[data-action=save]").await;
        let asked = |sight: &Sight| sight.offers("confirm");
        let sight = sujin.waits_for("the question", asked).await;
        assert!(sight.text.contains("3명이 로그인할 수 없게 돼요"), "{sight}");
        assert_eq!(sight.focus.action, "cancel", "the focus is on what does no harm:\n{sight}");
        sujin.clicks("[data-action=cancel]").await;
        sujin.waits_for("the question to be gone", |sight| !asked(sight)).await;
        sujin.clicks("[data-action=save]").await;
        sujin.waits_for("the question", asked).await;
        sujin.presses_key(Key::Escape).await;
        let sight = sujin.waits_for("the question to be gone", |sight| !asked(sight)).await;
        assert_eq!(sight.focus.action, "save", "the focus is back where it was:\n{sight}");
        assert_eq!(gate.decided("two_factor").await, "optional");

        sujin.clicks("[data-action=save]").await;
        sujin.waits_for("the question", asked).await;
        sujin.does("confirm").await;
        sujin.is_told("policy_saved").await;
        assert_eq!(gate.decided("two_factor").await, "required");
        let again = gate.member().await;
        let password = gate.password_of(SUJIN, "nuri").await;
        again.signs_in_at("nuri", SUJIN, &password).await;
        again.at_notice("second_factor_missing").await;
    });
}

/// P2, X2: a lost connection, and a lost answer, cost nothing of what was chosen, and save nothing twice.
#[test]
fn p2_a_lost_connection_keeps_what_was_chosen() {
    story(async |gate| {
        let sujin = gate.administrator(SUJIN).await;
        sujin.decides("password_format", "letters_digits_symbols").await;
        sujin.fills("password_min_length", "14").await;
        sujin.decides("device_approval", "true").await;
        let broken = |sight: &Sight| sight.is_settled() && sight.says("network");
        sujin.goes_offline().await;
        sujin.clicks("[data-action=review]").await;
        let sight = sujin.waits_for("a word about the lost connection", broken).await;
        assert_eq!((sight.screen.as_str(), chosen(&sight, "password_min_length")), ("account_security", "14".into()));
        let marked = ["password_format", "password_min_length", "device_approval"];
        assert_eq!(sujin.marked().await, marked);
        sujin.comes_online().await;
        sujin.reviews().await;
        sujin.goes_offline().await;
        sujin.clicks("[data-action=save]").await;
        sujin.waits_for("a word about the lost connection", broken).await;
        sujin.comes_online().await;
        // Back, with everything as it was chosen.
        sujin.does("back").await;
        let sight = sujin.comes_to("account_security").await;
        assert_eq!(chosen(&sight, "password_format"), "letters_digits_symbols");
        assert_eq!(sujin.marked().await, marked);
        sujin.reviews().await;
        gate.wire.tamper_times(1, Requests::posts("/actions/save"), Tampering::LoseAnswer);
        sujin.clicks("[data-action=save]").await;
        sujin.is_told("policy_saved").await;
        assert_eq!(gate.mails_to(SUJIN).await.len(), 1, "saved once");
        assert_eq!(gate.decided("password_min_length").await, 14);
    });
}

/// P2: what is none of the options is said at its field, and nothing changed is said too.
#[test]
fn p2_what_nobody_can_choose_is_said_at_its_field() {
    story(async |gate| {
        let sujin = gate.administrator(SUJIN).await;
        sujin.does("review").await;
        let sight = sujin.is_told("input_invalid").await;
        assert!(sight.words_of("input_invalid").contains("바뀐 내용이 없어요"), "{sight}");
        for wrong in ["7", "21", "", "1e9", "-12"] {
            sujin.fills("password_min_length", wrong).await;
            sujin.does("review").await;
            let sight = sujin.is_told_at("password_min_length", "option_invalid").await;
            assert_eq!(sight.focus.field, "password_min_length", "{wrong:?}:\n{sight}");
            assert!(!sight.field("password_history").invalid, "{sight}");
        }
        sujin.fills("password_min_length", "20").await;
        sujin.reviews().await;
    });
}

/// P2: a fresh proof comes first, which is said before; what was chosen is there after it, and after thinking better of it.
#[test]
fn p2_a_fresh_proof_is_asked_for_and_said_before() {
    story(async |gate| {
        let sujin = gate.administrator(SUJIN).await;
        let said = "본인인지 한 번 더 확인해요";
        assert!(!sujin.sees().await.text.contains(said));
        gate.lets_pass(11 * 60).await;
        sujin.reloads().await;
        let sight = sujin.comes_to("account_security").await;
        assert!(sight.text.contains(said), "{sight}");
        sujin.decides("attempt_limit", "20").await;
        sujin.does("review").await;
        let sight = sujin.comes_to("password").await;
        assert!(sight.text.contains("본인 확인") || sight.title.contains("확인"), "{sight}");
        sujin.does("back").await;
        let sight = sujin.comes_to("account_security").await;
        assert_eq!(chosen(&sight, "attempt_limit"), "20", "{sight}");
        sujin.does("review").await;
        let password = gate.password_of(SUJIN, "nuri").await;
        sujin.at_password().await.enters(&password).await;
        sujin.comes_to("policy_review").await;
        sujin.does("save").await;
        sujin.is_told("policy_saved").await;
        assert_eq!(gate.decided("attempt_limit").await, 20);
    });
}

/// P2, X2: a session that ends elsewhere ends this too, and saves nothing.
#[test]
fn p2_a_session_that_ends_elsewhere_saves_nothing() {
    story_in_windows(async |gate| {
        let sujin = gate.administrator(SUJIN).await;
        sujin.decides("attempt_limit", "5").await;
        sujin.reviews().await;
        sujin.opens_tab("/home").await;
        sujin.waits_for("the home page", |sight| sight.page == "home").await;
        sujin.clicks("form[action='/home/sign-out'] button").await;
        sujin.waits_for("to be out", |sight| sight.page != "home").await;
        sujin.switches_to_tab(0).await;
        // The tab that is looked at again asks how things stand.
        let sight = sujin.at_ended().await;
        assert!(sight.says("cancelled"), "{sight}");
        assert_eq!(gate.decided("attempt_limit").await, json!(null));
    });
}

/// P2, X4: by keyboard alone, the question too.
#[test]
fn p2_by_keyboard_alone() {
    story(async |gate| {
        gate.policy("nuri", json!({ "managed_profiles": true })).await;
        let sujin = gate.administrator(SUJIN).await;
        tabs_to(&sujin, "the length", |sight| sight.focus.field == "password_min_length").await;
        sujin.presses_key(Key::Up).await;
        tabs_to(&sujin, "the attempts", |sight| sight.focus.field == "attempt_limit").await;
        sujin.presses_key(Key::Down).await;
        tabs_to(&sujin, "the second factor", |sight| sight.focus.field == "two_factor").await;
        sujin.presses_key(Key::Up).await;
        assert_eq!(sujin.marked().await, ["password_min_length", "attempt_limit", "two_factor"]);
        tabs_to(&sujin, "the way on", |sight| sight.focus.action == "review").await;
        sujin.presses_key(Key::Enter).await;
        sujin.comes_to("policy_review").await;
        tabs_to(&sujin, "the way on", |sight| sight.focus.action == "save").await;
        sujin.presses_key(Key::Enter).await;
        sujin.waits_for("the question", |sight| sight.offers("confirm")).await;
        tabs_to(&sujin, "the answer", |sight| sight.focus.action == "confirm").await;
        sujin.presses_key(Key::Enter).await;
        sujin.is_told("policy_saved").await;
        assert_eq!(
            (gate.decided("password_min_length").await, gate.decided("attempt_limit").await),
            (json!(9), json!(5))
        );
        assert_eq!(gate.decided("two_factor").await, "required");
    });
}
