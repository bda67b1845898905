//! A second factor after the first one: codes to contacts (FEATURES T1 to T4, P1). Authenticators have a file of their own.

use serde_json::json;

use crate::harness::{Gate, Member, Requests, Sight, Tampering, choice_of, story};

const MINJI: &str = "minji@daemun.test";
const MINJIS_HOME: &str = "minji.home@daemun.test";
const AT_MINJIS_MOBILE: &str = "+821055550101";
const MASKED_EMAIL: &str = "mi***@daemun.test";

const HARUTO: &str = "haruto@daemun.test";
const HARUTOS_HOME: &str = "haruto.home@daemun.test";
const HARUTOS_PHONE: &str = "090-1234-5678";
const AT_HARUTOS: &str = "+819012345678";

const DAY: u64 = 24 * 60 * 60;
const SUBMITS: Requests = Requests::posts("/actions/submit");

/// Nuri and sakura ask everybody, and let browsers be remembered.
async fn asks_everybody(gate: &Gate) {
    for workspace in ["nuri", "sakura"] {
        gate.policy(workspace, json!({ "two_factor": "required", "remember_browser": true })).await;
    }
}

/// Sends the code of the newest message to this place.
async fn enters_code_for(member: &Member<'_>, place: &str) {
    let code = member.gate.code_for(place).await;
    member.at_code().await.enters(&code).await;
}

/// Nobody is in before the second factor: the home page leads to the door.
async fn is_out(gate: &Gate, member: &Member<'_>) {
    let home = member.runs_until_done(
        "const done = arguments[0]; fetch('/home', { redirect: 'manual' }).then((answer) => done(answer.type))",
        Vec::new(),
    );
    assert_eq!(home.await, "opaqueredirect", "{:?}", gate.log().last());
}

/// T1, P1: required of everybody: one of both contacts is chosen, each code goes where it was asked for, and each step leads
/// back.
#[test]
fn t1_a_code_by_personal_email_or_by_phone() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        let sight = minji.comes_to("choose_factor").await;
        let factors = sight.factors();
        assert_eq!(factors.iter().map(|(factor, _)| *factor).collect::<Vec<_>>(), ["email", "sms"], "{sight}");
        assert!(factors[0].1.contains(MASKED_EMAIL) && factors[1].1.contains("010-****-0101"), "{sight}");
        assert!(!sight.text.contains(MINJIS_HOME) && !sight.text.contains("5555"), "known again, not learnt:\n{sight}");
        assert!(sight.focus.in_main, "the eye is led to it:\n{sight}");
        is_out(gate, &minji).await;
        minji.reloads().await;

        minji.at_choose_factor().await.picks("sms").await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains("010-****-0101") && sight.focus.field == "code", "{sight}");
        assert!(sight.can("use_other") && sight.can("use_notification") && sight.offers("resend"), "{sight}");
        let by_sms = gate.code_for(AT_MINJIS_MOBILE).await;
        minji.at_code().await.uses_notification().await;
        minji.waits_for("a service notification", |sight| sight.is_settled() && sight.offers("use_sms")).await;
        assert_eq!(gate.mails_to(AT_MINJIS_MOBILE).await[0].channel, "notification");
        minji.at_code().await.uses_other().await;
        let sight = minji.comes_to("choose_factor").await;
        assert!(sight.focus.in_main, "{sight}");

        minji.at_choose_factor().await.picks("email").await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MASKED_EMAIL) && !sight.offers("use_notification"), "{sight}");
        minji.at_code().await.enters(&by_sms).await;
        minji.is_told("code_wrong").await;
        minji.reloads().await;
        minji.comes_to("code").await;
        is_out(gate, &minji).await;

        // Back, by the screen and by the browser, as far as the password.
        minji.goes_back_in_history().await;
        minji.comes_to("choose_factor").await;
        minji.does("back").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");
        minji.gives_password_at("nuri", MINJI).await;
        gate.lets_pass(60).await;
        minji.at_choose_factor().await.picks("email").await;
        enters_code_for(&minji, MINJIS_HOME).await;
        minji.is_in(MINJI, "nuri").await;
        assert!(gate.mails_to(MINJI).await.is_empty(), "the ID's own address is no second factor");
    });
}

/// T1, P1: where the policy leaves it to members, who has turned it on is asked and nobody else is; no session ends by it.
#[test]
fn t1_who_has_turned_it_on_is_asked_and_nobody_else() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        let taeyang = gate.member_reading("ko-KR,ko").await;
        taeyang.gives_password_at("nuri", "taeyang@daemun.test").await;
        taeyang.at_choose_factor().await.picks("sms").await;
        let sight = taeyang.comes_to("code").await;
        assert!(!sight.has_field("remember"), "the policy does not allow it:\n{sight}");
        enters_code_for(&taeyang, "+821077770303").await;
        taeyang.is_in("taeyang@daemun.test", "nuri").await;

        // One who has only one contact is sent a code at once; with nothing else to choose, nothing else is offered.
        gate.scenario("nuri_two_factor_required").await;
        minji.reloads().await;
        minji.is_in(MINJI, "nuri").await;
        let password = gate.password_of("dohyun@daemun.test", "nuri").await;
        minji.signs_in_at("nuri", "dohyun", &password).await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains("do***@daemun.test") && !sight.offers("use_other"), "{sight}");
        minji.does("back").await;
        minji.comes_to("password").await;
        gate.scenario("nuri_two_factor_optional").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// T1, P1: a browser that is to be remembered is not asked for thirty days; others are, and so is every one where the policy
/// stops to allow it.
#[test]
fn t1_a_remembered_browser_is_not_asked() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        // Not ticked, not remembered.
        for is_ticked in [false, true] {
            minji.gives_password_at("nuri", MINJI).await;
            minji.at_choose_factor().await.picks("email").await;
            let sight = minji.comes_to("code").await;
            assert!(sight.has_field("remember") && sight.text.contains("30 days"), "{sight}");
            assert!(!sight.field("remember").checked, "nobody is remembered unasked:\n{sight}");
            if is_ticked {
                minji.at_code().await.asks_to_be_remembered().await;
                // What is wrong, another language: the tick stays.
                let wrong = gate.wrong_code_for(MINJIS_HOME).await;
                minji.at_code().await.enters(&wrong).await;
                minji.is_told("code_wrong").await;
                let sight = minji.switches_language("ja").await;
                assert!(sight.field("remember").checked, "{sight}");
                minji.switches_language("en").await;
            }
            enters_code_for(&minji, MINJIS_HOME).await;
            minji.is_in(MINJI, "nuri").await;
        }
        let sent = gate.mails_to(MINJIS_HOME).await.len();
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        assert_eq!(gate.mails_to(MINJIS_HOME).await.len(), sent, "not asked");

        // Another member at this browser, and this member at another one.
        let password = gate.password_of("dohyun@daemun.test", "nuri").await;
        minji.signs_in_at("nuri", "dohyun", &password).await;
        minji.comes_to("code").await;
        let elsewhere = gate.member_reading("en").await;
        elsewhere.gives_password_at("nuri", MINJI).await;
        elsewhere.comes_to("choose_factor").await;

        gate.policy("nuri", json!({ "remember_browser": false })).await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.at_choose_factor().await.picks("email").await;
        let sight = minji.comes_to("code").await;
        assert!(!sight.has_field("remember"), "not offered where the policy forbids it:\n{sight}");
        gate.policy("nuri", json!({ "remember_browser": true })).await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        gate.lets_pass(30 * DAY + 1).await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.comes_to("choose_factor").await;
    });
}

/// T1: a contact that has changed takes over at once: a code to the old one is worth nothing, the next goes to the new one.
#[test]
fn t1_a_changed_contact_takes_over_at_once() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.at_choose_factor().await.picks("email").await;
        minji.comes_to("code").await;
        gate.scenario("change_minjis_contacts").await;
        enters_code_for(&minji, MINJIS_HOME).await;
        let sight = minji.is_told("code_expired").await;
        assert!(sight.screen == "code" && sight.focus.field == "code", "{sight}");
        is_out(gate, &minji).await;
        gate.lets_pass(31).await;
        minji.reloads().await;
        minji.at_code().await.resends().await;
        let sight = minji.is_told("code_sent_again").await;
        assert_eq!(gate.mails_to(MINJIS_HOME).await.len(), 1, "{sight}");
        minji.at_code().await.uses_other().await;
        let sight = minji.comes_to("choose_factor").await;
        assert!(sight.text.contains("0909") && !sight.text.contains("0101"), "{sight}");
        minji.at_choose_factor().await.picks("email").await;
        enters_code_for(&minji, "minji.new@daemun.test").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// T1: wrong codes are counted down, old ones expire, the fifth wrong one pauses this way; the other way leads in.
#[test]
fn t1_codes_expire_and_tries_run_out() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.at_choose_factor().await.picks("email").await;
        let sight = minji.comes_to("code").await;
        assert!(!sight.can("resend") && sight.label_of("resend").contains("second"), "not at once:\n{sight}");
        let wrong = gate.wrong_codes_for(MINJIS_HOME).await;
        for (wrong, left) in wrong.iter().zip(["4", "3"]) {
            minji.at_code().await.enters(wrong).await;
            minji
                .waits_for(&format!("{left} tries left"), |sight| {
                    sight.is_settled() && sight.says("code_wrong") && sight.words_of("code_wrong").contains(left)
                })
                .await;
        }
        gate.lets_pass(10 * 60 + 1).await;
        enters_code_for(&minji, MINJIS_HOME).await;
        minji.is_told("code_expired").await;
        minji.reloads().await;
        minji.at_code().await.resends().await;
        minji.is_told("code_sent_again").await;
        let wrong = gate.wrong_codes_for(MINJIS_HOME).await;
        for wrong in &wrong[2..] {
            minji.at_code().await.enters(wrong).await;
        }
        let sight = minji.at_notice("email_restricted").await;
        assert!(sight.text.contains(MASKED_EMAIL) && sight.text.contains("minute"), "what, and how long:\n{sight}");
        assert!(!sight.text.contains(MINJIS_HOME) && sight.focus.in_main, "{sight}");
        minji.reloads().await;
        minji.at_notice("email_restricted").await;
        minji.does("back").await;
        minji.at_choose_factor().await.picks("email").await;
        minji.at_notice("email_restricted").await;
        minji.does("back").await;
        minji.at_choose_factor().await.picks("sms").await;
        enters_code_for(&minji, AT_MINJIS_MOBILE).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// T1: no way in leads around it: not by email, not an expired password, a first ID, or joining; and a suspension that comes
/// in between is told.
#[test]
fn t1_no_way_in_leads_around_it() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;
        minji.at_choose_factor().await.picks("sms").await;
        minji.comes_to("code").await;
        gate.scenario("suspend_minji_nuri").await;
        enters_code_for(&minji, AT_MINJIS_MOBILE).await;
        minji.at_notice("account_suspended").await;
        is_out(gate, &minji).await;
        gate.scenario("lift_suspensions").await;

        let newcomer = gate.member_reading("en").await;
        newcomer.opens("/").await;
        newcomer.proves_address("soyeon@daemun.test").await;
        newcomer.at_register_id().await.sends("soyeon.lee", "maehwa-2026-kkot").await;
        let sight = newcomer.comes_to("enrol_contact").await;
        assert!(sight.says("second_factor_required"), "{sight}");
        is_out(gate, &newcomer).await;

        newcomer.opens_link("invite").await;
        newcomer.at_new_password().await.sets("onnuri77dari").await;
        newcomer.at_notice("joined").await;
        newcomer.does("start").await;
        newcomer.comes_to("enrol_contact").await;
        is_out(gate, &newcomer).await;

        gate.policy("nuri", json!({ "password_max_age_days": 30 })).await;
        gate.lets_pass(31 * DAY).await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.at_choose_factor().await.picks("email").await;
        enters_code_for(&minji, MINJIS_HOME).await;
        minji.comes_to("new_password").await;
        is_out(gate, &minji).await;
        minji.at_new_password().await.sets("bomnal-2026-sanchaek").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// T2, P1: required and nothing saved: a contact is saved by its code; what cannot be one is said at the field.
#[test]
fn t2_a_member_without_a_method_saves_one_first() {
    story(async |gate| {
        asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        let sight = haruto.comes_to("enrol_contact").await;
        assert!(sight.words_of("second_factor_required").contains("さくら商事"), "who asks for it:\n{sight}");
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        assert!(!sight.field("identifier").autocomplete.contains("username"), "it is no ID to sign in with:\n{sight}");
        for (typed, reason, words) in [
            ("", "required", "fill"),
            ("haruto at home", "email_invalid", "name@company.com"),
            ("010-1234", "mobile_invalid", "010-1234-5678"),
            (HARUTO, "contact_is_id", "another contact"),
        ] {
            haruto.at_enrol_contact().await.sends(typed).await;
            let sight = haruto.is_told_at("identifier", reason).await;
            assert_eq!(sight.field("identifier").value, typed, "what was typed stays");
            assert_eq!(sight.focus.field, "identifier", "{sight}");
            assert!(sight.words_of("input_invalid").contains(words), "{words}:\n{sight}");
            assert!(sight.says("second_factor_required"), "why it is asked stays said:\n{sight}");
        }
        haruto.reloads().await;
        let sight = haruto.comes_to("enrol_contact").await;
        assert_eq!(sight.field("identifier").value, HARUTO, "what was typed stays");

        haruto.at_enrol_contact().await.sends(HARUTOS_HOME).await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains(HARUTOS_HOME), "what was typed just now is no secret:\n{sight}");
        let wrong = gate.wrong_code_for(HARUTOS_HOME).await;
        haruto.at_code().await.enters(&wrong).await;
        haruto.is_told("code_wrong").await;
        haruto.goes_back_in_history().await;
        let sight = haruto.comes_to("enrol_contact").await;
        assert_eq!(sight.field("identifier").value, HARUTOS_HOME);
        haruto.at_enrol_contact().await.sends("080-1234-5678").await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains("080-1234-5678") && sight.can("use_notification"), "{sight}");
        is_out(gate, &haruto).await;
        enters_code_for(&haruto, "+818012345678").await;
        haruto.is_in(HARUTO, "sakura").await;
        let mails = gate.mails_to(HARUTO).await;
        assert!(mails.len() == 1 && mails[0].code.is_none() && mails[0].link.is_none(), "told of it: {mails:?}");

        // From now on it is asked for, also where the policy leaves it to members again.
        gate.policy("sakura", json!({ "two_factor": "optional" })).await;
        haruto.gives_password_at("sakura", HARUTO).await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains("080-****-5678"), "{sight}");
        haruto.goes_back_in_history().await;
        haruto.comes_to("password").await;
    });
}

/// T3: where the organisation keeps the profiles nothing can be saved: it says whom to ask, and nobody is in.
#[test]
fn t3_where_the_organisation_keeps_the_profiles_it_says_whom_to_ask() {
    story(async |gate| {
        asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_enrol_contact().await.sends(HARUTOS_HOME).await;
        haruto.comes_to("code").await;
        gate.policy("sakura", json!({ "managed_profiles": true })).await;
        enters_code_for(&haruto, HARUTOS_HOME).await;
        let sight = haruto.at_notice("second_factor_missing").await;
        assert!(sight.text.contains("さくら商事") && sight.text.contains("administrator"), "whom to ask:\n{sight}");
        assert!(sight.focus.in_main && sight.can("back"), "{sight}");

        haruto.reloads().await;
        haruto.at_notice("second_factor_missing").await;
        haruto.goes_back_in_history().await;
        haruto.comes_to("password").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_notice("second_factor_missing").await;
        is_out(gate, &haruto).await;
        // By phone it is the same dead end, and Back leads to the number.
        haruto.opens("/").await;
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        haruto.at_notice("second_factor_missing").await;
        haruto.does("back").await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, HARUTOS_PHONE);
    });
}

/// T4: after a code to a phone only the personal email is left, whatever else is saved; who has none saves one.
#[test]
fn t4_after_a_phone_number_only_the_personal_email_is_left() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.proves_number("010-2345-6789", "+821023456789").await;
        minji.at_choose_workspace().await.picks("nuri").await;
        let sight = minji.comes_to("code").await;
        assert!(
            sight.text.contains(MASKED_EMAIL) && !sight.offers("use_other"),
            "she has saved a number too:\n{sight}"
        );
        is_out(gate, &minji).await;
        enters_code_for(&minji, MINJIS_HOME).await;
        minji.is_in(MINJI, "nuri").await;

        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        let sight = haruto.comes_to("enrol_contact").await;
        assert!(!sight.text.contains("mobile"), "no number is asked for:\n{sight}");
        haruto.at_enrol_contact().await.sends("080-1234-5678").await;
        let sight = haruto.is_told_at("identifier", "mobile_unavailable").await;
        assert!(sight.words_of("input_invalid").contains("email"), "{sight}");
        haruto.at_enrol_contact().await.sends(HARUTOS_HOME).await;
        enters_code_for(&haruto, HARUTOS_HOME).await;
        haruto.is_in(HARUTO, "sakura").await;
        assert_eq!(gate.mails_to("+818012345678").await.len(), 0);
    });
}

// Lost connections, lost answers

/// Offline, `act` leads to a word about it; online again, what `act` was to do is done by "try again" or by `again`.
async fn loses_connection(member: &Member<'_>, screen: &str, act: impl AsyncFn(), again: impl AsyncFn()) -> Sight {
    member.goes_offline().await;
    act().await;
    let sight = member.is_told("network").await;
    assert_eq!(sight.screen, screen, "{sight}");
    assert!(sight.said.iter().any(|said| said.announced), "a screen reader is told too:\n{sight}");
    member.comes_online().await;
    if sight.can("retry") {
        member.does("retry").await;
    } else {
        again().await;
    }
    sight
}

/// X2, T1, T2: a lost connection at each step of the second factor: a word about it, nothing typed lost, nothing sent twice.
#[test]
fn x2_a_lost_connection_at_each_step_of_the_second_factor() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.comes_to("choose_factor").await;
        let choose = async || minji.clicks(&choice_of("email")).await;
        loses_connection(&minji, "choose_factor", choose, choose).await;
        minji.comes_to("code").await;
        let other = async || minji.clicks("[data-action=use_other]").await;
        loses_connection(&minji, "code", other, other).await;
        minji.at_choose_factor().await.picks("sms").await;
        minji.at_code().await.asks_to_be_remembered().await;
        let code = gate.code_for(AT_MINJIS_MOBILE).await;
        let sight = loses_connection(
            &minji,
            "code",
            async || minji.fills("code", &code).await,
            async || {
                minji.clicks("[data-action=submit]").await;
            },
        )
        .await;
        assert!(sight.field("code").value == code && sight.field("remember").checked, "both stay:\n{sight}");
        minji.is_in(MINJI, "nuri").await;
        assert_eq!(gate.mails_to(MINJIS_HOME).await.len(), 1);
        assert_eq!(gate.mails_to(AT_MINJIS_MOBILE).await.len(), 1);

        let haruto = gate.member_reading("en").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.comes_to("enrol_contact").await;
        haruto.fills("identifier", HARUTOS_HOME).await;
        let send = async || haruto.clicks("[data-action=submit]").await;
        let sight = loses_connection(&haruto, "enrol_contact", send, send).await;
        assert_eq!(sight.field("identifier").value, HARUTOS_HOME);
        haruto.comes_to("code").await;
        let back = async || haruto.clicks("[data-action=back]").await;
        loses_connection(&haruto, "code", back, back).await;
        haruto.comes_to("enrol_contact").await;
        assert_eq!(gate.mails_to(HARUTOS_HOME).await.len(), 1);
    });
}

/// X2, T1, T2: an answer that is lost at any step does nothing twice: one message, one try, one contact, and in.
#[test]
fn x2_lost_answers_at_the_second_factor_do_nothing_twice() {
    story(async |gate| {
        asks_everybody(gate).await;
        let minji = gate.member_reading("en").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.comes_to("choose_factor").await;
        gate.wire.tamper_times(1, Requests::posts("/actions/choose"), Tampering::LoseAnswer);
        minji.clicks(&choice_of("email")).await;
        minji.comes_to("code").await;
        assert_eq!(gate.mails_to(MINJIS_HOME).await.len(), 1);
        let wrong = gate.wrong_code_for(MINJIS_HOME).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        minji.fills("code", &wrong).await;
        let sight = minji.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4'), "one try:\n{sight}");
        minji.at_code().await.asks_to_be_remembered().await;
        let code = gate.code_for(MINJIS_HOME).await;
        // More than the app tries by itself.
        gate.wire.tamper_times(3, SUBMITS, Tampering::LoseAnswer);
        minji.fills("code", &code).await;
        let sight = minji.is_told("network").await;
        minji.does(if sight.can("retry") { "retry" } else { "submit" }).await;
        minji.is_in(MINJI, "nuri").await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;

        let haruto = gate.member_reading("en").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.comes_to("enrol_contact").await;
        haruto.fills("identifier", HARUTOS_HOME).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        haruto.clicks("[data-action=submit]").await;
        haruto.comes_to("code").await;
        assert_eq!(gate.mails_to(HARUTOS_HOME).await.len(), 1);
        let code = gate.code_for(HARUTOS_HOME).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        haruto.fills("code", &code).await;
        haruto.is_in(HARUTO, "sakura").await;
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1, "told once");
    });
}
