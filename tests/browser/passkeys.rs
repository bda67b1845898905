//! A device is registered in the settings, unlocked to sign in, and taken out of the list again (FEATURES L4, S4, T5), by virtual
//! authenticators: what they say is real, and so is what the backend makes of it.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::harness::{Authenticator, Member, Requests, Sight, story};

const MINJI: &str = "minji@daemun.test";
const SETTINGS: &str = "/security";

/// A browser that fills in no passkeys: what is pressed is all that is asked.
const FILLS_NOTHING: &str =
    "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false";

/// A browser that reads and writes no JSON of all this.
/// What a browser is told about passkeys.
const SIGNALS: &str = r#"
    window.daemunTestSignals = [];
    for (const name of ["signalUnknownCredential", "signalAllAcceptedCredentials", "signalCurrentUserDetails"]) {
        if (window.PublicKeyCredential) PublicKeyCredential[name] = async (what) => { daemunTestSignals.push([name, what]); };
    }
"#;

impl Member<'_> {
    /// Signs in at nuri by the password, and opens the settings.
    async fn comes_to_settings(&self) -> Sight {
        self.gives_password_at("nuri", MINJI).await;
        self.is_in(MINJI, "nuri").await;
        self.opens_devices().await
    }

    /// Registers this device, or a key, from the list.
    async fn registers(&self, action: &str, name: &str) -> Sight {
        self.does(action).await;
        self.comes_to("register_device").await;
        self.fills("name", name).await;
        self.does("submit").await;
        self.waits_for("the list with it", |sight| {
            sight.is_settled() && sight.screen == "trusted_devices" && sight.says("device_registered")
        })
        .await
    }

    async fn signs_out(&self) {
        self.browser.driver.delete_all_cookies().await.unwrap_or_else(|error| panic!("the cookies: {error}"));
    }

    /// From the front door by a passkey.
    async fn unlocks_at_the_door(&self) {
        self.opens("/").await;
        self.waits_for("the way by a passkey", |sight| sight.is_settled() && sight.can("use_passkey")).await;
        self.clicks("[data-action=use_passkey]").await;
    }

    async fn has_signalled(&self) -> Vec<String> {
        let signals = self.runs("return daemunTestSignals.map(([name]) => name)").await;
        serde_json::from_value(signals).expect("names")
    }
}

/// Minji, whose device is registered at nuri, and who is signed out again.
pub async fn with_device<'m>(minji: &'m Member<'_>) -> Authenticator<'m> {
    let device = minji.has_unlock().await;
    minji.runs_before_each_page(FILLS_NOTHING).await;
    minji.comes_to_settings().await;
    minji.registers("register", "노트북").await;
    minji.signs_out().await;
    device
}

/// S4: registered by its own unlock, called by a name, told by mail; called otherwise, and taken away when that is meant.
#[test]
fn s4_a_device_is_registered_renamed_and_removed() {
    story(async |gate| {
        let minji = gate.member().await;
        let device = minji.has_unlock().await;
        minji.runs_before_each_page(FILLS_NOTHING).await;
        minji.runs_before_each_page(SIGNALS).await;
        let sight = minji.comes_to_settings().await;
        assert!(sight.text.contains("아직 등록한 기기가 없어요") && sight.can("register_key"), "{sight}");
        minji.does("register").await;
        let sight = minji.comes_to("register_device").await;
        assert_eq!(sight.field("name").value, "Linux의 Chrome", "{sight}");
        assert_eq!(sight.focus.field, "name", "{sight}");
        minji.does("submit").await;
        let sight = minji.is_told("device_registered").await;
        assert!(sight.text.contains("Linux의 Chrome") && sight.text.contains("이 기기"), "{sight}");
        assert_eq!(device.credentials().await.len(), 1);
        assert!(gate.mails_to(MINJI).await[0].text.contains("Linux의 Chrome"), "told by mail");
        // Of none before, and of this one now.
        let all = "return daemunTestSignals.length === 4";
        minji.waits_until_true("the browser to know which passkeys count", all).await;
        let signals = minji.has_signalled().await;
        assert_eq!(signals[2..], ["signalAllAcceptedCredentials", "signalCurrentUserDetails"]);

        // By keyboard, and thought better of first.
        minji.clicks("[data-action=rename]").await;
        let sight = minji.waits_for("the field", |sight| sight.focus.field == "name").await;
        assert_eq!(sight.field("name").value, "Linux의 Chrome");
        minji.presses_key(Key::Escape).await;
        minji.waits_for("the button again", |sight| sight.focus.action == "rename").await;
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the field", |sight| sight.focus.field == "name").await;
        minji.fills("name", "민지의 노트북").await;
        minji.awaits_answer(minji.presses_key(Key::Enter)).await;
        let sight =
            minji.waits_for("its new name", |sight| sight.is_settled() && sight.text.contains("민지의 노트북")).await;
        assert!(!sight.has_field("name") && !sight.text.contains("Linux"), "{sight}");

        minji.clicks("[data-action=remove]").await;
        let sight = minji.waits_for("the question", |sight| sight.text.contains("삭제할까요")).await;
        assert_eq!(sight.focus.action, "cancel", "the focus is on what does no harm:\n{sight}");
        minji.presses_key(Key::Escape).await;
        let sight = minji.waits_for("the button again", |sight| sight.focus.action == "remove").await;
        assert!(!sight.text.contains("삭제할까요"), "{sight}");
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        let told = gate.mails_to(MINJI).await.len();
        minji.awaits_answer(minji.clicks(".sure [data-action=remove]")).await;
        let sight = minji.is_told("device_removed").await;
        let mails = gate.mails_to(MINJI).await;
        assert!(mails.len() == told + 1 && mails[0].text.contains("민지의 노트북"), "told by mail: {mails:#?}");
        assert!(sight.text.contains("아직 등록한 기기가 없어요"), "{sight}");
        minji.does("back").await;
        minji.comes_to("security").await;
        minji.does("done").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L4: at the front door, where nobody has said who they are.
#[test]
fn l4_a_registered_device_signs_in_at_the_front_door() {
    story(async |gate| {
        let minji = gate.member().await;
        let device = with_device(&minji).await;
        minji.unlocks_at_the_door().await;
        minji.is_in(MINJI, "nuri").await;

        // A wrong finger is no passkey, and no harm.
        minji.signs_out().await;
        device.is_not_unlocked().await;
        minji.unlocks_at_the_door().await;
        let sight = minji.is_told("device_not_allowed").await;
        assert!(sight.can("submit"), "{sight}");
        device.is_unlocked().await;
        minji.clicks("[data-action=use_passkey]").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L4: from the password, which is not asked for then.
#[test]
fn l4_at_the_password_the_device_is_asked_by_the_same_press() {
    story(async |gate| {
        let minji = gate.member().await;
        let _device = with_device(&minji).await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.clicks("[data-action=use_passkey]").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L4: every unlock method of the device was switched off since: said so, with another way.
#[test]
fn l4_unlock_methods_switched_off_since_leave_the_password() {
    story(async |gate| {
        let minji = gate.member().await;
        let device = with_device(&minji).await;
        let _device = device.loses_unlock().await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.clicks("[data-action=use_passkey]").await;
        let sight = minji.is_told("device_unlock_off").await;
        assert!(sight.screen == "passkey" && sight.can("use_other"), "{sight}");
        minji.does("use_other").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L4: one that was removed is nobody's any more, and the browser may forget it.
#[test]
fn l4_a_removed_passkey_is_told_and_the_browser_may_forget_it() {
    story(async |gate| {
        let minji = gate.member().await;
        let device = minji.has_unlock().await;
        minji.runs_before_each_page(FILLS_NOTHING).await;
        minji.runs_before_each_page(SIGNALS).await;
        minji.comes_to_settings().await;
        minji.registers("register", "노트북").await;
        minji.clicks("[data-action=remove]").await;
        minji.awaits_answer(minji.clicks(".sure [data-action=remove]")).await;
        minji.is_told("device_removed").await;
        minji.signs_out().await;
        minji.opens("/").await;
        minji.waits_for("the way by a passkey", |sight| sight.is_settled() && sight.can("use_passkey")).await;
        minji.fills("identifier", MINJI).await;
        minji.clicks("[data-action=use_passkey]").await;
        let sight = minji.is_told("passkey_unknown").await;
        assert_eq!(sight.field("identifier").value, MINJI, "nothing typed is lost:\n{sight}");
        let kept = device.credentials().await;
        let told = minji.runs("return daemunTestSignals").await;
        let id = kept[0]["credentialId"].as_str().expect("an ID").trim_end_matches('=');
        assert_eq!(told, json!([["signalUnknownCredential", { "rpId": "localhost", "credentialId": id }]]));
        minji.does("submit").await;
        minji.comes_to("code").await;
    });
}

/// L4: picked among what the field is filled in by, without a press of ours.
#[test]
fn l4_a_passkey_that_the_browser_fills_in_signs_in() {
    story(async |gate| {
        let minji = gate.member().await;
        let _device = minji.has_unlock().await;
        minji.comes_to_settings().await;
        minji.registers("register", "노트북").await;
        minji.signs_out().await;
        // A virtual authenticator picks at once.
        minji.goes_to("/").await;
        minji.is_in(MINJI, "nuri").await;
        assert_eq!(gate.wire.count(Requests::posts("/actions/use_passkey")), 1);
    });
}

/// T5: a security key as the second factor, beside what there was.
#[test]
fn t5_a_security_key_is_a_second_factor() {
    story(async |gate| {
        let minji = gate.member().await;
        let key = minji.plugs_in_key().await;
        minji.runs_before_each_page(FILLS_NOTHING).await;
        minji.comes_to_settings().await;
        let sight = minji.registers("register_key", "열쇠고리").await;
        assert!(sight.text.contains("열쇠고리") && sight.text.contains("보안 키"), "{sight}");
        minji.signs_out().await;
        gate.policy("nuri", json!({ "two_factor": "required" })).await;

        minji.gives_password_at("nuri", MINJI).await;
        let sight = minji.comes_to("choose_factor").await;
        assert!(sight.factors().iter().any(|(factor, _)| *factor == "passkey"), "{sight}");
        minji.clicks("[data-action=choose][data-factor=passkey]").await;
        minji.is_in(MINJI, "nuri").await;

        // Left at home: another factor.
        minji.signs_out().await;
        key.is_wiped().await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.comes_to("choose_factor").await;
        minji.clicks("[data-action=choose][data-factor=passkey]").await;
        let sight = minji.is_told("device_not_allowed").await;
        assert!(sight.can("use_other"), "{sight}");
        minji.does("use_other").await;
        minji.comes_to("choose_factor").await;
    });
}

/// S4: settings are for who is signed in: the door leads back to them.
#[test]
fn s4_signed_out_the_settings_lead_to_the_door_and_back() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.goes_to(SETTINGS).await;
        let sight = minji.comes_to("identify").await;
        assert!(sight.url.contains("return_to=%2Fsecurity"), "{sight}");
        minji.proves_address(MINJI).await;
        minji.at_choose_workspace().await.picks("nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;
        let sight = minji.comes_to("security").await;
        assert_eq!(sight.path(), SETTINGS, "{sight}");
        minji.does("show_devices").await;
        minji.comes_to("trusted_devices").await;

        // Signed out meanwhile, in another tab.
        let signed_out = minji.browser.driver.delete_cookie("__Host-daemun_session").await;
        signed_out.unwrap_or_else(|error| panic!("the cookie: {error}"));
        minji.does("register").await;
        let sight = minji.at_ended().await;
        assert!(sight.says("signed_out"), "{sight}");
        minji.clicks("[data-action=restart]").await;
        let sight = minji.comes_to("identify").await;
        assert!(sight.url.contains("return_to=%2Fsecurity"), "{sight}");
    });
}

/// S4: what adds a way in, or takes one away, asks once more who it is, where that was long ago; then goes on to where it led.
#[test]
fn s4_registering_and_removing_ask_for_a_fresh_proof() {
    story(async |gate| {
        let minji = gate.member().await;
        let _device = minji.has_unlock().await;
        minji.runs_before_each_page(FILLS_NOTHING).await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        gate.lets_pass(11 * 60).await;
        let sight = minji.opens_devices().await;
        assert!(sight.text.contains("본인인지 한 번 더 확인"), "said before:\n{sight}");
        minji.does("register").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("본인 확인"), "{sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;
        minji.comes_to("register_device").await;
        minji.does("submit").await;
        minji.is_told("device_registered").await;

        gate.lets_pass(11 * 60).await;
        minji.opens_devices().await;
        minji.clicks("[data-action=remove]").await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        minji.awaits_answer(minji.clicks(".sure [data-action=remove]")).await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("본인 확인"), "{sight}");
        minji.does("back").await;
        let sight = minji.comes_to("trusted_devices").await;
        assert!(sight.can("remove"), "{sight}");
        minji.clicks("[data-action=remove]").await;
        minji.awaits_answer(minji.clicks(".sure [data-action=remove]")).await;
        minji.comes_to("password").await;
        minji.at_password().await.enters(&password).await;
        let sight = minji.is_told("device_removed").await;
        assert!(sight.text.contains("아직 등록한 기기가 없어요"), "{sight}");
    });
}

/// S4: whoever has no other way in is told so before it is gone.
#[test]
fn s4_removing_the_last_way_in_is_warned_of() {
    story(async |gate| {
        let soyeon = gate.member().await;
        let _device = soyeon.has_unlock().await;
        soyeon.runs_before_each_page(FILLS_NOTHING).await;
        soyeon.opens("/").await;
        soyeon.proves_number("010-3333-0404", "+821033330404").await;
        soyeon.is_in("soyeon@daemun.test", "nuri").await;
        soyeon.opens_devices().await;
        soyeon.registers("register", "휴대폰").await;
        let warns = "다른 로그인 방법이 없어요";
        soyeon.clicks("[data-action=remove]").await;
        let sight = soyeon.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        assert!(sight.text.contains("삭제할까요") && !sight.text.contains(warns), "there is her number: {sight}");
        gate.policy("nuri", serde_json::json!({ "email_entry": false, "phone_entry": false })).await;
        soyeon.opens_devices().await;
        soyeon.clicks("[data-action=remove]").await;
        let sight = soyeon.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        assert!(sight.text.contains(warns), "{sight}");
    });
}

/// S4, L4: an older browser registers and signs in all the same, where it is asked on the page with all screens.
#[test]
fn l4_an_older_browser_registers_and_signs_in() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.has_older_browser().await;
        let _device = with_device(&minji).await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.clicks("[data-action=use_passkey]").await;
        minji
            .waits_for("the page with all screens", |sight| sight.is_settled() && sight.url.contains("/continue"))
            .await;
        minji.clicks("[data-action=submit]").await;
        minji.is_in(MINJI, "nuri").await;
        let passed = gate.wire.passed();
        let console = minji.browser.console().await.join("\n");
        assert!(passed.iter().any(|passed| passed.path() == "/continue") && !console.contains("INFO"), "{console}");
    });
}

/// X2: the answer to what the device said is lost: it is sent again by itself, and counts once.
#[test]
fn x2_a_lost_answer_to_a_passkey_signs_in_once() {
    story(async |gate| {
        let minji = gate.member().await;
        let _device = with_device(&minji).await;
        gate.wire.tamper_times(1, Requests::posts("/actions/use_passkey"), crate::harness::Tampering::LoseAnswer);
        minji.unlocks_at_the_door().await;
        minji.is_in(MINJI, "nuri").await;
        let keys: Vec<Value> = gate
            .wire
            .passed()
            .iter()
            .filter(|passed| passed.path().ends_with("/actions/use_passkey"))
            .map(|passed| json!(passed.headers["idempotency-key"].to_str().expect("text")))
            .collect();
        assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
    });
}

/// L4, S4, P1: where the workspace has come to forbid it, the passkey opens nothing, and the settings register none; what there
/// is else is said.
#[test]
fn l4_s4_where_devices_are_forbidden_since_the_ways_left_are_said() {
    story(async |gate| {
        let minji = gate.member().await;
        let _device = with_device(&minji).await;
        minji.opens("/").await;
        minji.waits_for("the way by a passkey", |sight| sight.is_settled() && sight.can("use_passkey")).await;
        gate.policy("nuri", json!({ "device_unlock": false })).await;
        minji.clicks("[data-action=use_passkey]").await;
        let sight = minji.at_notice("method_not_allowed").await;
        assert!(sight.can("use_email") && sight.can("use_organisation") && sight.can("back"), "{sight}");
        let sight = minji.comes_to_settings().await;
        assert!(sight.says("method_not_allowed") && !sight.can("register") && sight.can("register_key"), "{sight}");
        assert!(sight.text.contains("노트북"), "what there is stays:\n{sight}");
    });
}
