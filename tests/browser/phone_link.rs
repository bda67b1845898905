//! The number that a member signs in with is linked, moved and unlinked in the settings (FEATURES S2).

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Gate, Member, Requests, Sight, Tampering, golden, story};
use crate::keyboard::tabs_to;
use crate::matrix_of_joining::is_seen_everywhere;

const MINJI: &str = "minji@daemun.test";
const DOHYUN: &str = "dohyun@daemun.test";
/// Linked in nuri and in hanbit, by Minji.
const MINJIS_PHONE: &str = "010-2345-6789";
const AT_MINJIS: &str = "+821023456789";
/// In Minji's profile.
const AT_PROFILES: &str = "+821055550101";
/// Who joined by phone, without a password.
const SOYEON: &str = "soyeon@daemun.test";
const SOYEONS_PHONE: &str = "010-3333-0404";
const AT_SOYEONS: &str = "+821033330404";
const LAST: &str = "You have no other way to sign in. Without it you cannot until your administrator helps.";
/// Nobody has it.
const FREE: &str = "010-9999-0000";
const AT_FREE: &str = "+821099990000";

impl Member<'_> {
    /// From the settings to where a number is asked for.
    async fn begins_to_link(&self) -> Sight {
        self.opens_settings().await;
        self.does("link_phone").await;
        self.comes_to("link_phone").await
    }

    /// Enters the code that came to a number.
    async fn enters_code_of(&self, gate: &Gate, place: &str) {
        self.comes_to("code").await;
        let code = gate.code_for(place).await;
        self.at_code().await.enters(&code).await;
    }
}

/// S2: a new number is linked by its code after a fresh proof, which is said before, and signs in; unlinking is asked for twice, and
/// both are told by mail. By keyboard alone.
#[test]
fn s2_a_new_number_is_linked_signs_in_and_is_unlinked() {
    story(async |gate| {
        let dohyun = gate.member_in_reading(DOHYUN, "nuri", "en").await;
        gate.lets_pass(11 * 60).await;
        let sight = dohyun.opens_settings().await;
        assert!(sight.text.contains("Before a change, we ask once more whether it is you."), "{sight}");
        assert!(dohyun.reads_setting("phone").await.contains("Not linked"), "{sight}");
        tabs_to(&dohyun, "linking a number", |sight| sight.focus.action == "link_phone").await;
        dohyun.presses_key(Key::Enter).await;
        let password = gate.password_of(DOHYUN, "nuri").await;
        dohyun.at_password().await.enters(&password).await;
        let sight = dohyun.comes_to("link_phone").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
        dohyun.presses("02-123-4567").await;
        dohyun.presses_key(Key::Enter).await;
        let sight = dohyun.is_told_at("identifier", "mobile_invalid").await;
        assert_eq!(sight.field("identifier").value, "02-123-4567", "nothing is lost");
        dohyun.fills("identifier", FREE).await;
        // Its answer is lost on the way: it is one code all the same.
        gate.wire.tamper_times(1, Requests::posts("/actions/submit"), Tampering::LoseAnswer);
        dohyun.presses_key(Key::Enter).await;
        let sight = dohyun.comes_to("code").await;
        assert!(sight.text.contains(FREE) && sight.offers("use_notification"), "{sight}");
        assert_eq!(gate.mails_to(AT_FREE).await.len(), 1);
        dohyun.enters_code_of(gate, AT_FREE).await;
        let sight = dohyun.is_told("phone_linked").await;
        assert!(dohyun.reads_setting("phone").await.contains("0000") && sight.focus.in_main, "{sight}");
        assert!(!dohyun.reads_setting("phone").await.contains("9999"), "masked");

        let at_home = gate.member_reading("en").await;
        at_home.opens("/").await;
        at_home.proves_number(FREE, AT_FREE).await;
        at_home.is_in(DOHYUN, "nuri").await;

        tabs_to(&dohyun, "unlinking it", |sight| sight.focus.action == "unlink_phone").await;
        dohyun.presses_key(Key::Enter).await;
        dohyun.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        dohyun.presses_key(Key::Escape).await;
        dohyun.waits_for("the button again", |sight| sight.focus.action == "unlink_phone").await;
        dohyun.presses_key(Key::Enter).await;
        dohyun.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        dohyun.presses_shift_tab().await;
        dohyun.presses_key(Key::Enter).await;
        dohyun.is_told("phone_unlinked").await;
        assert!(dohyun.reads_setting("phone").await.contains("Not linked"));
        let mails = gate.mails_to(DOHYUN).await;
        assert_eq!(mails.iter().filter(|mail| mail.text.contains("010-****-0000")).count(), 2, "{mails:#?}");
    });
}

/// S2: the number of the profile, by a service notification instead of SMS.
#[test]
fn s2_the_number_of_the_profile_is_linked_by_a_service_notification() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        let sight = minji.begins_to_link().await;
        assert!(sight.text.contains("010-****-0101"), "{sight}");
        minji.does("use_profile_number").await;
        minji.comes_to("code").await;
        minji.does("use_notification").await;
        minji.waits_for("the other way", |sight| sight.offers("use_sms")).await;
        assert_eq!(gate.mails_to(AT_PROFILES).await[0].channel, "notification");
        minji.reloads().await;
        minji.enters_code_of(gate, AT_PROFILES).await;
        minji.is_told("phone_linked").await;
        assert!(minji.reads_setting("phone").await.contains("0101"));
        minji.does("link_phone").await;
        let sight = minji.comes_to("link_phone").await;
        assert!(!sight.offers("use_profile_number"), "it is linked:\n{sight}");
    });
}

/// S2: a number that another account has is moved only when asked; that account hears of it.
#[test]
fn s2_a_number_of_another_account_is_unlinked_there_and_linked_here() {
    story(async |gate| {
        let dohyun = gate.member_in_reading(DOHYUN, "nuri", "en").await;
        dohyun.begins_to_link().await;
        dohyun.fills("identifier", MINJIS_PHONE).await;
        dohyun.does("submit").await;
        dohyun.enters_code_of(gate, AT_MINJIS).await;
        let sight = dohyun.comes_to("phone_taken").await;
        assert!(sight.text.contains("010-****-6789") && !sight.text.contains("minji"), "{sight}");
        dohyun.reloads().await;
        dohyun.comes_to("phone_taken").await;
        dohyun.does("back").await;
        dohyun.comes_to("link_phone").await;

        gate.lets_pass(61).await;
        dohyun.fills("identifier", MINJIS_PHONE).await;
        dohyun.does("submit").await;
        dohyun.enters_code_of(gate, AT_MINJIS).await;
        dohyun.comes_to("phone_taken").await;
        gate.wire.tamper_times(1, Requests::posts("/actions/move_phone"), Tampering::LoseAnswer);
        dohyun.does("move_phone").await;
        dohyun.is_told("phone_linked").await;
        let told = gate.mails_to(MINJI).await;
        assert!(told.len() == 1 && told[0].text.contains("010-****-6789"), "once: {told:#?}");
        let at_home = gate.member_reading("en").await;
        at_home.opens("/").await;
        at_home.proves_number(MINJIS_PHONE, AT_MINJIS).await;
        // Minji's account in hanbit has it still.
        at_home.chooses("nuri").await;
        at_home.is_in(DOHYUN, "nuri").await;
    });
}

/// S2, P1: where the workspace forbids it, the settings say so; a code that is on its way links nothing any more.
#[test]
fn s2_p1_a_policy_that_forbids_it_is_said() {
    story(async |gate| {
        let dohyun = gate.member_in_reading(DOHYUN, "nuri", "en").await;
        dohyun.begins_to_link().await;
        dohyun.fills("identifier", FREE).await;
        dohyun.does("submit").await;
        dohyun.comes_to("code").await;
        gate.policy("nuri", json!({ "phone_entry": false })).await;
        dohyun.enters_code_of(gate, AT_FREE).await;
        let sight = dohyun.comes_to("security").await;
        let phone = dohyun.reads_setting("phone").await;
        assert!(phone.contains("Not linked") && phone.contains("does not allow"), "{phone}");
        assert!(!sight.offers("link_phone"), "{sight}");
    });
}

/// S2: whoever signs in by the number alone is told so before giving it up, in the words of any last way in; as soon as there is another
/// way, it is not said.
#[test]
fn s2_unlinking_the_last_way_in_is_warned_of() {
    story(async |gate| {
        let soyeon = gate.member_reading("en").await;
        soyeon.opens("/").await;
        soyeon.proves_number(SOYEONS_PHONE, AT_SOYEONS).await;
        soyeon.is_in(SOYEON, "nuri").await;
        soyeon.opens_settings().await;
        assert!(!soyeon.reads_setting("phone").await.contains(LAST));
        gate.policy("nuri", json!({ "email_entry": false })).await;
        soyeon.opens_settings().await;
        let phone = soyeon.reads_setting("phone").await;
        assert!(phone.contains("010-****-0404") && phone.contains(LAST), "{phone}");
        gate.connects(SOYEON, "nuri", "line", "soyeon").await;
        soyeon.opens_settings().await;
        assert!(!soyeon.reads_setting("phone").await.contains(LAST));
        gate.scenario("nuri_line_off").await;
        soyeon.opens_settings().await;
        soyeon.clicks("[data-action=unlink_phone]").await;
        let sight = soyeon.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        assert!(
            sight.text.contains("Unlink this number?") && sight.text.contains(LAST),
            "beside the question:\n{sight}"
        );
        soyeon.presses_shift_tab().await;
        soyeon.presses_key(Key::Enter).await;
        soyeon.is_told("phone_unlinked").await;
        let phone = soyeon.reads_setting("phone").await;
        assert!(phone.contains("Not linked") && !phone.contains(LAST), "{phone}");
    });
}

/// X3, X4, S2: a number is asked for, refused, and another account's, through languages, themes and widths.
#[test]
fn x4_matrix_phone_link() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        for name in ["link_phone", "phone_taken", "security-phone_last"] {
            minji.stands_at("/security", &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&minji, name).await;
        }
        minji.begins_to_link().await;
        minji.fills("identifier", "02-123-4567").await;
        minji.does("submit").await;
        minji.is_told_at("identifier", "mobile_invalid").await;
        is_seen_everywhere(&minji, "link_phone-error").await;
        minji.opens_settings().await;
        minji.clicks("[data-action=unlink_phone]").await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        is_seen_everywhere(&minji, "security-unlink_phone").await;
    });
}
