//! A member's own security settings: what they list, what changes it, and where the member is signed in (FEATURES S1, S5, S6).

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Member, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";
const SETTINGS: &str = "/security";

impl Member<'_> {
    /// Opens the settings of who is signed in.
    pub async fn opens_settings(&self) -> Sight {
        self.opens(SETTINGS).await;
        self.comes_to("security").await
    }

    /// Goes from the settings to where the member is signed in.
    async fn looks_at_sessions(&self) -> Sight {
        self.does("show_sessions").await;
        self.comes_to("sessions").await
    }

    /// What is said of one of the settings.
    pub async fn reads_setting(&self, item: &str) -> String {
        let script = "return document.querySelector(`[data-item=${arguments[0]}]`)?.innerText ?? ''";
        self.runs_with(script, vec![json!(item)]).await.as_str().expect("text").to_owned()
    }
}

/// S1: one screen has all of it, each with its state; what the policy forbids says why, and no button leads nowhere.
#[test]
fn s1_one_screen_lists_everything_and_why_the_rest_is_missing() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        let sight = minji.opens_settings().await;
        assert!(minji.reads_setting("password").await.contains("비밀번호 설정됨"), "{sight}");
        let phone = minji.reads_setting("phone").await;
        assert!(phone.contains("6789") && !phone.contains("2345") && phone.contains("연결 해제"), "masked: {phone}");
        assert!(minji.reads_setting("two_factor").await.contains("꺼짐"), "{sight}");
        assert!(minji.reads_setting("devices").await.contains("등록 안 함"), "{sight}");
        assert!(minji.reads_setting("sessions").await.contains("브라우저 1개"), "{sight}");
        let identities = minji.reads_setting("identities").await;
        assert!(identities.contains("계정 2개 연결됨"), "{identities}");
        let quick_login = minji.reads_setting("quick_login").await;
        assert!(quick_login.contains("허용하지 않아요"), "it says why: {quick_login}");
        let without = "return [...document.querySelectorAll('.settings li')].filter((li) => !li.querySelector('button') \
            && !li.querySelector('.why').innerText).map((li) => li.dataset.item)";
        assert_eq!(minji.runs(without).await, json!([]), "what cannot be changed says why:\n{sight}");

        gate.policy("nuri", json!({ "phone_entry": false, "device_unlock": false, "two_factor": "required" })).await;
        gate.policy("nuri", json!({ "password_max_age_days": 30 })).await;
        minji.reloads().await;
        minji.comes_to("security").await;
        assert!(minji.reads_setting("phone").await.contains("허용하지 않아요"));
        assert!(minji.reads_setting("devices").await.contains("새로 등록할 수 없어요"));
        let two_factor = minji.reads_setting("two_factor").await;
        assert!(two_factor.contains("켜짐") && two_factor.contains("끌 수 없어요"), "{two_factor}");
        assert!(minji.reads_setting("password").await.contains("만료"));
        minji.does("done").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// S1, X2: the devices and the sessions lie behind it; Back, also the browser's own, and a reload come back to where one was.
#[test]
fn s1_what_lies_behind_it_leads_back_to_it() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        minji.does("show_devices").await;
        minji.comes_to("trusted_devices").await;
        minji.goes_back_in_history().await;
        minji.comes_to("security").await;
        minji.looks_at_sessions().await;
        minji.reloads().await;
        let sight = minji.comes_to("sessions").await;
        assert!(
            sight.text.contains("이 브라우저") && sight.text.contains("다른 곳에는 로그인되어 있지 않아요"),
            "{sight}"
        );
        assert!(!sight.offers("sign_out") && !sight.offers("sign_out_others"), "{sight}");
        minji.does("back").await;
        minji.comes_to("security").await;
    });
}

/// S1: a browser that was left behind is signed out from here, with what it had open; a mail says where that was.
#[test]
fn s1_a_browser_that_was_left_behind_is_signed_out_there() {
    story(async |gate| {
        let left_behind = gate.member_in(MINJI, "nuri").await;
        left_behind.opens_settings().await;
        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        assert!(minji.reads_setting("sessions").await.contains("브라우저 2개"));
        let sight = minji.looks_at_sessions().await;
        assert!(sight.text.contains("Chrome, Linux") && sight.text.contains("127.0.0.x"), "told apart:\n{sight}");
        let ways = sight.actions.iter().filter(|action| action.name == "sign_out").count();
        assert_eq!(ways, 1, "not here:\n{sight}");
        let mails = gate.mails_to(MINJI).await.len();
        // Its answer is lost on the way: it is one signing out, and one mail.
        gate.wire.tamper_times(1, Requests::posts("/actions/sign_out"), Tampering::LoseAnswer);
        minji.does("sign_out").await;
        let sight = minji.is_told("signed_out_elsewhere").await;
        assert!(sight.text.contains("다른 곳에는 로그인되어 있지 않아요") && !sight.offers("sign_out"), "{sight}");
        assert!(sight.focus.in_main, "{sight}");
        let told = gate.mails_to(MINJI).await;
        assert!(told.len() == mails + 1 && told[0].text.contains("Chrome, Linux"), "{told:#?}");

        // There, nothing is done any more, and the way back in is the door.
        left_behind.clicks("[data-action=show_sessions]").await;
        let sight = left_behind.at_ended().await;
        assert!(sight.can("restart") && !sight.text.contains("127.0.0.x"), "{sight}");
        left_behind.goes_to("/home").await;
        left_behind.comes_to("identify").await;
        minji.goes_to("/home").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// S1: everywhere else at once; who is signed out elsewhere in between signs nobody out any more.
#[test]
fn s1_everywhere_else_is_signed_out_at_once() {
    story(async |gate| {
        let first = gate.member_in(MINJI, "nuri").await;
        let second = gate.member_in(MINJI, "nuri").await;
        for browser in [&first, &second] {
            browser.opens_settings().await;
            browser.looks_at_sessions().await;
        }
        let mails = gate.mails_to(MINJI).await.len();
        first.does("sign_out_others").await;
        first.is_told("signed_out_elsewhere").await;
        second.clicks("[data-action=sign_out_others]").await;
        let sight = second.at_ended().await;
        assert!(sight.can("restart"), "{sight}");
        assert_eq!(gate.mails_to(MINJI).await.len(), mails + 1);
        first.reloads().await;
        first.comes_to("sessions").await;
        first.does("back").await;
        first.comes_to("security").await;

        // Suspended meanwhile: nothing is shown or done any more.
        gate.scenario("suspend_minji_nuri").await;
        first.clicks("[data-action=show_sessions]").await;
        let sight = first.at_ended().await;
        assert!(sight.says("signed_out"), "{sight}");
    });
}

// Two-step verification (FEATURES S5)

const EMMA: &str = "emma@daemun.test";
const MINJIS_HOME: &str = "minji.home@daemun.test";

/// S5: it is turned on with what is saved, which is told by mail, and asked for from then on; turning it off is asked for twice and takes
/// a fresh proof, which is said before.
#[test]
fn s5_it_is_turned_on_and_after_a_proof_off_again() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        let sight = minji.opens_settings().await;
        assert!(!sight.text.contains("한 번 더 확인해요"), "she has just signed in:\n{sight}");
        gate.wire.tamper_times(1, Requests::posts("/actions/turn_on_two_factor"), Tampering::LoseAnswer);
        minji.does("turn_on_two_factor").await;
        let sight = minji.is_told("two_factor_on").await;
        assert!(minji.reads_setting("two_factor").await.contains("켜짐") && sight.focus.in_main, "{sight}");
        let mails = gate.mails_to(MINJI).await;
        assert_eq!(mails.iter().filter(|mail| mail.subject.contains("켜졌어요")).count(), 1, "{mails:#?}");

        // Thought better of, by keyboard.
        minji.clicks("[data-action=turn_off_two_factor]").await;
        let sight = minji.waits_for("the question", |sight| sight.text.contains("끌까요")).await;
        assert_eq!(sight.focus.action, "cancel", "the focus is on what does no harm:\n{sight}");
        minji.presses_key(Key::Escape).await;
        let sight = minji.waits_for("the button again", |sight| sight.focus.action == "turn_off_two_factor").await;
        assert!(!sight.text.contains("끌까요"), "{sight}");

        gate.lets_pass(11 * 60).await;
        minji.reloads().await;
        let sight = minji.comes_to("security").await;
        assert!(sight.text.contains("변경하기 전에 본인인지 한 번 더 확인해요"), "said before:\n{sight}");
        minji.clicks("[data-action=turn_off_two_factor]").await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        minji.does("turn_off_two_factor").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("본인 확인"), "{sight}");
        minji.does("back").await;
        minji.comes_to("security").await;
        assert!(minji.reads_setting("two_factor").await.contains("켜짐"));
        minji.clicks("[data-action=turn_off_two_factor]").await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        minji.does("turn_off_two_factor").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;
        minji.at_choose_factor().await.picks("email").await;
        let code = gate.code_for(MINJIS_HOME).await;
        minji.at_code().await.enters(&code).await;
        minji.is_told("two_factor_off").await;
        assert!(minji.reads_setting("two_factor").await.contains("꺼짐"));
        assert!(gate.mails_to(MINJI).await[0].subject.contains("꺼졌어요"));
    });
}

/// S5, T2: without a method one is saved first, and verified by a code.
#[test]
fn s5_without_a_method_one_is_saved_first() {
    story(async |gate| {
        let emma = gate.member_in(EMMA, "northwind").await;
        emma.opens_settings().await;
        emma.does("turn_on_two_factor").await;
        emma.comes_to("enrol_contact").await;
        emma.goes_back_in_history().await;
        emma.comes_to("security").await;
        assert!(emma.reads_setting("two_factor").await.contains("꺼짐"), "nothing was changed");
        emma.does("turn_on_two_factor").await;
        emma.at_enrol_contact().await.sends("emma.home@daemun.test").await;
        let code = gate.code_for("emma.home@daemun.test").await;
        emma.at_code().await.enters(&code).await;
        emma.is_told("two_factor_on").await;
        assert!(emma.reads_setting("two_factor").await.contains("켜짐"));
        emma.gives_password_at("northwind", EMMA).await;
        emma.comes_to("code").await;
    });
}

/// S5, T3: where it cannot be turned on or off, it says why; also where the policy changed between looking and pressing.
#[test]
fn s5_where_it_cannot_be_turned_it_says_why() {
    story(async |gate| {
        let emma = gate.member_in(EMMA, "northwind").await;
        emma.opens_settings().await;
        gate.policy("northwind", json!({ "managed_profiles": true })).await;
        emma.does("turn_on_two_factor").await;
        emma.is_told("action_unavailable").await;
        emma.waits_for("the reason", |sight| sight.text.contains("개인 정보는 조직에서 관리해요")).await;
        assert!(!emma.sees().await.offers("turn_on_two_factor"));

        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        minji.does("turn_on_two_factor").await;
        minji.is_told("two_factor_on").await;
        gate.policy("nuri", json!({ "two_factor": "required" })).await;
        minji.clicks("[data-action=turn_off_two_factor]").await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        minji.does("turn_off_two_factor").await;
        minji.is_told("action_unavailable").await;
        let sight = minji.waits_for("the reason", |sight| sight.text.contains("모두에게 필요해서 끌 수 없어요")).await;
        assert!(!sight.offers("turn_off_two_factor") && !sight.offers("cancel"), "{sight}");
    });
}

// Passwords (FEATURES S6, R5)

/// S6: the password is changed by the policy's rules, after a proof that is said before; it is told by mail, and all other browsers are
/// signed out, which is said too.
#[test]
fn s6_the_password_is_changed_after_a_proof() {
    story(async |gate| {
        let other = gate.member_in(MINJI, "nuri").await;
        other.opens_settings().await;
        let minji = gate.member_in(MINJI, "nuri").await;
        gate.lets_pass(11 * 60).await;
        let sight = minji.opens_settings().await;
        assert!(sight.text.contains("한 번 더 확인해요"), "said before:\n{sight}");
        minji.does("change_password").await;
        minji.at_password().await.enters("not it").await;
        minji.is_told("credentials_wrong").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;
        let sight = minji.comes_to("new_password").await;
        assert!(sight.text.contains("다른 기기는 모두 로그아웃") && sight.focus.field == "password", "{sight}");
        minji.at_new_password().await.sets("half").await;
        minji.is_told_at("password", "password_too_short").await;
        minji.at_new_password().await.sets(&password).await;
        let sight = minji.is_told_at("password", "password_reused").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
        minji.does("back").await;
        minji.comes_to("security").await;
        minji.does("change_password").await;
        minji.comes_to("new_password").await;
        gate.wire.tamper_times(1, Requests::posts("/actions/submit"), Tampering::LoseAnswer);
        minji.at_new_password().await.sets("minji-Another-2026!").await;
        let sight = minji.is_told("password_changed").await;
        assert!(sight.words_of("password_changed").contains("모두 로그아웃"), "{sight}");
        assert!(minji.reads_setting("sessions").await.contains("브라우저 1개"));
        let mails = gate.mails_to(MINJI).await;
        assert_eq!(mails.iter().filter(|mail| mail.subject.contains("비밀번호가 변경됐어요")).count(), 1, "{mails:#?}");

        other.clicks("[data-action=show_sessions]").await;
        other.at_ended().await;
        other.signs_in_at("nuri", MINJI, &password).await;
        other.is_told("credentials_wrong").await;
        other.at_password().await.enters_with_id(MINJI, "minji-Another-2026!").await;
        other.is_in(MINJI, "nuri").await;
    });
}

/// S6, R5: a member who joined by phone registers an ID and a password, and signs in with them.
#[test]
fn s6_r5_who_joined_without_registers_an_id() {
    const SOYEON: &str = "soyeon@daemun.test";
    story(async |gate| {
        let soyeon = gate.member().await;
        soyeon.opens("/").await;
        soyeon.proves_number("010-3333-0404", "+821033330404").await;
        soyeon.is_in(SOYEON, "nuri").await;
        let sight = soyeon.opens_settings().await;
        assert!(
            soyeon.reads_setting("password").await.contains("등록 안 함") && !sight.offers("change_password"),
            "{sight}"
        );
        let two_factor = soyeon.reads_setting("two_factor").await;
        assert!(two_factor.contains("먼저 ID와 비밀번호를 등록하세요"), "{two_factor}");
        soyeon.does("register_id").await;
        let sight = soyeon.comes_to("register_id").await;
        assert!(sight.text.contains("등록한 뒤 바꿀 수 없으니"), "{sight}");
        soyeon.at_register_id().await.sends("dohyun", "soyeon-New-2026!").await;
        soyeon.is_told_at("identifier", "id_taken").await;
        soyeon.does("back").await;
        soyeon.comes_to("security").await;
        soyeon.does("register_id").await;
        soyeon.at_register_id().await.sends("soyeon", "soyeon-New-2026!").await;
        soyeon.is_told("id_registered").await;
        let said = soyeon.reads_setting("password").await;
        assert!(said.contains("soyeon") && said.contains("설정됨"), "{said}");
        assert!(gate.mails_to(SOYEON).await[0].subject.contains("계정이 준비됐어요"));
        soyeon.signs_in_at("nuri", "soyeon", "soyeon-New-2026!").await;
        soyeon.is_in(SOYEON, "nuri").await;
    });
}

/// S5, S6, X2: a lost connection at each step loses nothing; who was signed out elsewhere meanwhile changes nothing.
#[test]
fn s6_nothing_is_lost_on_the_way_and_nothing_changed_by_who_was_signed_out() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        minji.goes_offline().await;
        minji.clicks("[data-action=change_password]").await;
        let sight = minji.is_told("network").await;
        assert!(
            sight.screen == "security" && sight.text.contains("신뢰할 수 있는 기기"),
            "what was there stays:\n{sight}"
        );
        minji.comes_online().await;
        minji.does("change_password").await;
        minji.comes_to("new_password").await;
        minji.reloads().await;
        minji.comes_to("new_password").await;

        let other = gate.member_in(MINJI, "nuri").await;
        other.opens_settings().await;
        other.looks_at_sessions().await;
        other.does("sign_out_others").await;
        other.is_told("signed_out_elsewhere").await;
        let mails = gate.mails_to(MINJI).await.len();
        minji.fills("password", "minji-Another-2026!").await;
        minji.clicks("[data-action=submit]").await;
        let sight = minji.at_ended().await;
        assert!(sight.can("restart"), "{sight}");
        assert_eq!(gate.mails_to(MINJI).await.len(), mails);
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}
