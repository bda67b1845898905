//! Quick login in the platform's app: a PIN that is set by entering it twice, and a key that the device keeps to itself (FEATURES L7, S7,
//! P1). The app is any page in which its host has left its mark before anything else has run.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::harness::{Gate, Member, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";
const PIN: &str = "135791";
/// The mark of the platform's app.
pub const APP: &str = "window.ReactNativeWebView = { postMessage() {} }; window.daemunHost = { quickLogin: true }";

/// What is pressed is all that is asked of the device.
const FILLS_NOTHING: &str =
    "if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = async () => false";

/// What the device keeps: which databases there are, whether a key of them can be read out, and what else is kept.
const KEPT: &str = r#"
    const done = arguments[arguments.length - 1];
    (async () => {
        const all = await indexedDB.databases();
        const told = { databases: all.map(({ name }) => name), session: { ...sessionStorage }, local: Object.keys(localStorage) };
        if (!all.length) return done(told);
        const database = await new Promise((opened) => {
            const opening = indexedDB.open(all[0].name);
            opening.onsuccess = () => opened(opening.result);
        });
        const keys = await new Promise((read) => {
            const asked = database.transaction("keys").objectStore("keys").getAll();
            asked.onsuccess = () => read(asked.result);
        });
        database.close();
        told.keys = keys.length;
        told.read_out = [];
        for (const { privateKey } of keys) {
            for (const format of ["pkcs8", "jwk", "raw"]) {
                await crypto.subtle.exportKey(format, privateKey).then(() => told.read_out.push(format), () => {});
            }
        }
        done(told);
    })();
"#;

/// Empties the database, and leaves it there.
const LOSE_KEYS: &str = r#"
    const done = arguments[arguments.length - 1];
    const opening = indexedDB.open("daemun-quick-login");
    opening.onsuccess = () => {
        const transaction = opening.result.transaction("keys", "readwrite");
        transaction.objectStore("keys").clear();
        transaction.oncomplete = () => { opening.result.close(); done(); };
    };
"#;

impl Gate {
    /// Minji's phone, in the platform's app: she is signed in at nuri, which allows quick login, and at the settings. `host` is what the app
    /// has left in the page.
    async fn phone(&self, host: &str) -> (Member<'_>, Sight) {
        self.policy("nuri", json!({ "quick_login": true })).await;
        let phone = self.member().await;
        phone.runs_before_each_page(host).await;
        phone.gives_password_at("nuri", MINJI).await;
        phone.is_in(MINJI, "nuri").await;
        let sight = phone.opens_settings().await;
        (phone, sight)
    }

    /// The same with a PIN.
    async fn phone_with_pin(&self) -> Member<'_> {
        let (phone, _) = self.phone(APP).await;
        phone.sets_pin().await;
        phone
    }
}

impl Member<'_> {
    async fn enters_pins(&self, pin: &str, again: &str) -> Sight {
        self.fills("pin", pin).await;
        self.fills("pin_again", again).await;
        self.awaits_answer(self.clicks("[data-action=submit]")).await
    }

    /// From the settings to a PIN, and back at them.
    async fn sets_pin(&self) -> Sight {
        self.does("set_pin").await;
        self.comes_to("set_pin").await;
        self.enters_pins(PIN, PIN).await;
        self.comes_to("security").await
    }

    /// The session is over; the browser is the same.
    async fn loses_session(&self) {
        let gone = self.browser.driver.delete_cookie("__Host-daemun_session").await;
        gone.unwrap_or_else(|error| panic!("the session: {error}"));
    }

    /// Comes to the front door again, and is led on from there.
    async fn comes_again_to(&self, screen: &str) -> Sight {
        self.loses_session().await;
        self.goes_to("/").await;
        self.comes_to(screen).await
    }

    async fn kept(&self) -> Value {
        self.runs_until_done(KEPT, Vec::new()).await
    }

    async fn waits_until_no_keys_are_left(&self) {
        let count = "indexedDB.databases().then((all) => { window.daemunTestDatabases = all.length }); \
            return window.daemunTestDatabases === 0";
        self.waits_until_true("the keys to be forgotten", count).await;
    }

    async fn enters_pin(&self, pin: &str) -> Sight {
        self.fills("pin", pin).await;
        self.awaits_answer(self.presses_key(Key::Enter)).await
    }
}

/// S7, L7: set by entering it twice, each slip told at its field; the next login is by the PIN, by keyboard alone; the key cannot be
/// read out, and nothing else is kept.
#[test]
fn s7_a_pin_is_set_by_entering_it_twice_and_l7_signs_in_the_next_time() {
    story(async |gate| {
        let (minji, sight) = gate.phone(APP).await;
        assert!(minji.reads_setting("quick_login").await.contains("꺼짐"), "{sight}");
        minji.does("set_pin").await;
        let sight = minji.comes_to("set_pin").await;
        for name in ["pin", "pin_again"] {
            let field = sight.field(name);
            assert_eq!((field.kind.as_str(), field.autocomplete.as_str()), ("password", "off"), "{name}");
        }
        assert_eq!(sight.focus.field, "pin", "{sight}");
        let keyboard = "return document.querySelector('[name=pin]').inputMode";
        assert_eq!(minji.runs(keyboard).await, "numeric");
        // Only digits stay.
        minji.fills("pin", "1a3 5").await;
        assert_eq!(minji.sees().await.field("pin").value, "135");
        for (pin, again, field, code) in [
            (PIN, "135792", "pin_again", "pin_mismatch"),
            (PIN, "", "pin_again", "required"),
            ("123456", "123456", "pin", "pin_run"),
            ("777777", "777777", "pin", "pin_same_digit"),
            ("121212", "121212", "pin", "pin_repeats"),
            ("12345", "12345", "pin", "pin_invalid"),
        ] {
            minji.enters_pins(pin, again).await;
            let sight = minji.is_told_at(field, code).await;
            assert_eq!(sight.focus.field, field, "{code}:\n{sight}");
        }
        let mails = gate.mails_to(MINJI).await.len();
        let sight = minji.enters_pins(PIN, PIN).await;
        assert!(sight.screen == "security" && sight.says("quick_login_on"), "{sight}");
        assert!(minji.reads_setting("quick_login").await.contains("켜짐"));
        let told = gate.mails_to(MINJI).await;
        assert!(told.len() == mails + 1 && told[0].subject.contains("간편 로그인"), "{told:#?}");
        assert!(sight.can("turn_off_quick_login") && sight.can("turn_on_biometrics"), "{sight}");

        let kept = minji.kept().await;
        assert_eq!((&kept["databases"], &kept["keys"]), (&json!(["daemun-quick-login"]), &json!(1)));
        assert_eq!(kept["read_out"], json!([]), "the key cannot be read out");
        assert_eq!((&kept["session"], &kept["local"]), (&json!({}), &json!([])), "nothing else is kept");

        let sight = minji.comes_again_to("quick_login").await;
        assert!(sight.text.contains("김민지") && sight.text.contains("mi***@daemun.test"), "{sight}");
        assert!(!sight.text.contains(MINJI) && sight.focus.field == "pin", "{sight}");
        minji.enters_pin(PIN).await;
        minji.is_in(MINJI, "nuri").await;
        let is_there = |passed: &crate::harness::Passed| passed.target.contains(PIN);
        assert!(!gate.wire.passed().iter().any(is_there), "no PIN is in an address");
    });
}

/// L7: five wrong ones, each with what is left, and the password is asked for; the device forgets its key.
#[test]
fn l7_five_wrong_pins_and_the_password_is_asked_for() {
    story(async |gate| {
        let minji = gate.phone_with_pin().await;
        minji.comes_again_to("quick_login").await;
        for (pin, left) in [("200001", "4"), ("200002", "3"), ("200003", "2"), ("200004", "1")] {
            minji.fills("pin", pin).await;
            minji.awaits_answer(minji.presses_key(Key::Enter)).await;
            let sight = minji.is_told("code_wrong").await;
            assert!(sight.words_of("code_wrong").contains(&format!("{left}번 더")), "{sight}");
            assert!(sight.field("pin").invalid && sight.focus.field == "pin", "{sight}");
            assert_eq!(gate.wire.last_answer()["tries_left"], left.parse::<u32>().unwrap());
            // A reload is no new beginning.
            minji.reloads().await;
            minji.comes_to("quick_login").await;
        }
        minji.enters_pin("200005").await;
        let sight = minji.comes_to("password").await;
        assert!(
            sight.says("quick_login_revoked") && sight.words_of("quick_login_revoked").contains("다섯 번"),
            "{sight}"
        );
        assert!(gate.mails_to(MINJI).await[0].subject.contains("간편 로그인"), "told by mail");
        minji.fills("identifier", MINJI).await;
        minji.fills("password", &gate.password_of(MINJI, "nuri").await).await;
        minji.presses_key(Key::Enter).await;
        minji.is_in(MINJI, "nuri").await;
        // Nothing is asked there any more, and what is of no use is not kept.
        minji.comes_again_to("identify").await;
        assert!(minji.sees().await.url.ends_with("/continue"), "the keys led there");
        minji.waits_until_no_keys_are_left().await;
        minji.comes_again_to("identify").await;
        assert!(minji.sees().await.url.ends_with('/'), "it is the front door again");
    });
}

/// L7: an answer that is lost costs no second try; the same PIN once more is the same act.
#[test]
fn l7_a_lost_answer_costs_no_second_try() {
    story(async |gate| {
        let minji = gate.phone_with_pin().await;
        minji.comes_again_to("quick_login").await;
        let lost = gate.wire.tamper(Requests::posts("/actions/submit"), Tampering::LoseAnswer);
        minji.fills("pin", "200001").await;
        minji.presses_key(Key::Enter).await;
        minji.is_told("network").await;
        lost.lift();
        minji.awaits_answer(minji.clicks("[data-action=submit]")).await;
        minji.is_told("code_wrong").await;
        assert_eq!(gate.wire.last_answer()["tries_left"], 4, "one try, however often it was sent");
        minji.enters_pin(PIN).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L7: signed out from another browser, the device is asked for no PIN any more.
#[test]
fn l7_signed_out_there_the_pin_is_worth_nothing() {
    story(async |gate| {
        let phone = gate.phone_with_pin().await;
        let minji = gate.member_in(MINJI, "nuri").await;
        let sight = minji.opens_settings().await;
        assert!(minji.reads_setting("quick_login").await.contains("다른 기기 1대"), "{sight}");
        minji.does("show_sessions").await;
        minji.comes_to("sessions").await;
        minji.does("sign_out").await;
        minji.is_told("signed_out_elsewhere").await;
        phone.comes_again_to("identify").await;
        minji.does("back").await;
        minji.comes_to("security").await;
        assert!(!minji.reads_setting("quick_login").await.contains("다른 기기"));
    });
}

/// S7: a device that is lost is turned off from any browser, signed in there or not; and this one from here.
#[test]
fn s7_it_is_turned_off_here_and_on_a_lost_device() {
    story(async |gate| {
        let phone = gate.phone_with_pin().await;
        let minji = gate.member_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        minji.does("turn_off_quick_login_elsewhere").await;
        let sight = minji.is_told("quick_login_off").await;
        assert!(!sight.offers("turn_off_quick_login_elsewhere"), "{sight}");
        phone.comes_again_to("identify").await;

        phone.gives_password_at("nuri", MINJI).await;
        phone.is_in(MINJI, "nuri").await;
        phone.opens_settings().await;
        phone.sets_pin().await;
        phone.does("turn_off_quick_login").await;
        let sight = phone.is_told("quick_login_off").await;
        assert!(sight.focus.in_main && !sight.offers("turn_off_quick_login"), "{sight}");
        phone.comes_again_to("identify").await;
    });
}

/// S7: hidden where there is no app around the page, where the app forbids it, and where the workspace does, which is said.
#[test]
fn s7_it_is_hidden_where_the_environment_forbids_it() {
    story(async |gate| {
        gate.policy("nuri", json!({ "quick_login": true })).await;
        let minji = gate.member_in(MINJI, "nuri").await;
        let sight = minji.opens_settings().await;
        let said = minji.reads_setting("quick_login").await;
        assert!(said.contains("모바일 앱에서") && !sight.offers("set_pin"), "{said}\n{sight}");
        // Anybody's webview is not the platform's app, and neither is one of its own that does not say so.
        let says_no = "window.daemunHost = { quickLogin: false, screenLock: true }";
        for host in
            ["window.ReactNativeWebView = { postMessage() {} }", "window.daemunHost = { screenLock: true }", says_no]
        {
            minji.runs_before_each_page(host).await;
            minji.reloads().await;
            minji.opens_settings().await;
            assert!(!minji.sees().await.offers("set_pin"), "{host}");
            assert!(minji.reads_setting("quick_login").await.contains("모바일 앱에서"), "{host}");
        }
        assert_eq!(minji.kept().await["databases"], json!([]));

        let (phone, _) = gate.phone(APP).await;
        gate.policy("nuri", json!({ "quick_login": false })).await;
        phone.clicks("[data-action=set_pin]").await;
        phone.is_told("action_unavailable").await;
        assert!(phone.reads_setting("quick_login").await.contains("허용하지 않아요"));
        assert!(!phone.sees().await.offers("set_pin"));
    });
}

/// P1: who has used it is told at the next login, and keeps what was set up for when it is allowed again.
#[test]
fn p1_denied_it_says_so_at_the_next_login() {
    story(async |gate| {
        let minji = gate.phone_with_pin().await;
        minji.comes_again_to("quick_login").await;
        gate.policy("nuri", json!({ "quick_login": false })).await;
        minji.enters_pin(PIN).await;
        let sight = minji.at_notice("method_not_allowed").await;
        assert!(sight.can("use_email") && sight.can("use_organisation"), "{sight}");
        let sight = minji.comes_again_to("identify").await;
        assert!(sight.says("method_not_allowed"), "{sight}");
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        minji.opens_settings().await;
        let said = minji.reads_setting("quick_login").await;
        assert!(said.contains("허용하지 않아요") && said.contains("켜짐"), "{said}");
        gate.policy("nuri", json!({ "quick_login": true })).await;
        minji.comes_again_to("quick_login").await;
        minji.enters_pin(PIN).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// P1, P2: an administrator sees how many it is for, and decides whether it counts as two factors; behind it another is asked for
/// until then.
#[test]
fn p1_it_counts_as_two_factors_only_where_an_administrator_says_so() {
    story(async |gate| {
        let minji = gate.phone_with_pin().await;
        gate.policy("nuri", json!({ "two_factor": "required" })).await;
        minji.comes_again_to("quick_login").await;
        minji.enters_pin(PIN).await;
        minji.comes_to("choose_factor").await;

        gate.policy("nuri", json!({ "two_factor": "optional" })).await;
        let sujin = gate.member_in("sujin@daemun.test", "nuri").await;
        sujin.opens("/security/policy").await;
        sujin.comes_to("account_security").await;
        sujin.clicks("[name=quick_login][value=false]").await;
        sujin.clicks("[name=quick_login_two_factors][value=true]").await;
        sujin.does("review").await;
        let sight = sujin.comes_to("policy_review").await;
        assert!(sight.text.contains("간편 로그인을 설정한 멤버 1명"), "{sight}");
        assert!(sight.text.contains("인정 안 함 → 인정"), "{sight}");
        sujin.does("back").await;
        sujin.comes_to("account_security").await;
        sujin.clicks("[name=quick_login][value=true]").await;
        sujin.does("review").await;
        sujin.comes_to("policy_review").await;
        sujin.does("save").await;
        sujin.is_told("policy_saved").await;

        gate.policy("nuri", json!({ "two_factor": "required" })).await;
        minji.comes_again_to("quick_login").await;
        minji.enters_pin(PIN).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// S7, L7: biometrics by the device's own unlock, which is registered for that; the PIN does still, and so does another way.
#[test]
fn s7_biometrics_do_instead_of_the_pin() {
    story(async |gate| {
        let minji = gate.phone_with_pin().await;
        let device = minji.has_unlock().await;
        minji.runs_before_each_page(FILLS_NOTHING).await;
        minji.opens_settings().await;
        minji.does("turn_on_biometrics").await;
        minji.comes_to("register_device").await;
        minji.does("submit").await;
        let sight = minji.is_told("biometrics_on").await;
        assert!(minji.reads_setting("quick_login").await.contains("생체 인증 사용"), "{sight}");
        assert!(sight.can("turn_off_biometrics") && !sight.offers("turn_on_biometrics"), "{sight}");

        minji.comes_again_to("quick_login").await;
        device.is_not_unlocked().await;
        minji.clicks("[data-action=use_passkey]").await;
        let sight = minji.is_told("device_not_allowed").await;
        assert!(sight.can("submit") && sight.can("use_other"), "{sight}");
        device.is_unlocked().await;
        minji.clicks("[data-action=use_passkey]").await;
        minji.is_in(MINJI, "nuri").await;
        minji.comes_again_to("quick_login").await;
        minji.enters_pin(PIN).await;
        minji.is_in(MINJI, "nuri").await;

        minji.opens_settings().await;
        minji.does("turn_off_biometrics").await;
        minji.is_told("biometrics_off").await;
        let sight = minji.comes_again_to("quick_login").await;
        assert!(!sight.offers("use_passkey"), "{sight}");
        minji.does("use_other").await;
        minji.comes_to("identify").await;
    });
}

/// S7: the screen lock's PIN, which the app around the page has already, is entered once.
#[test]
fn s7_the_pin_of_the_screen_lock_is_entered_once() {
    story(async |gate| {
        let (minji, _) = gate.phone("window.daemunHost = { quickLogin: true, screenLock: true }").await;
        minji.does("set_pin").await;
        let sight = minji.comes_to("set_pin").await;
        assert!(!sight.has_field("pin_again") && sight.text.contains("화면 잠금"), "{sight}");
        minji.enters_pin(PIN).await;
        minji.is_told("quick_login_on").await;
        // Another one, after a proof, since the sign-in is a while ago.
        gate.lets_pass(11 * 60).await;
        minji.reloads().await;
        minji.comes_to("security").await;
        minji.does("set_pin").await;
        minji.comes_to("password").await;
        minji.fills("password", &gate.password_of(MINJI, "nuri").await).await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("set_pin").await;
        assert!(sight.text.contains("PIN 변경"), "{sight}");
        minji.enters_pin("908172").await;
        minji.is_told("pin_changed").await;
        minji.comes_again_to("quick_login").await;
        minji.enters_pin("908172").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L7: a device that has lost its key is asked for nothing that it cannot give; one on which none can be made says so.
#[test]
fn l7_a_device_without_its_key_goes_another_way() {
    story(async |gate| {
        let minji = gate.phone_with_pin().await;
        minji.runs_until_done(LOSE_KEYS, Vec::new()).await;
        let sight = minji.comes_again_to("identify").await;
        assert_eq!(sight.state, "idle", "silently:\n{sight}");
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        minji.runs_before_each_page("crypto.subtle.generateKey = () => Promise.reject(new Error('told'))").await;
        minji.opens_settings().await;
        minji.does("set_pin").await;
        minji.comes_to("set_pin").await;
        minji.fills("pin", PIN).await;
        minji.fills("pin_again", PIN).await;
        minji.clicks("[data-action=submit]").await;
        let said = |sight: &Sight| sight.says("set_pin_failed");
        minji.waits_for("being told that there can be no key", said).await;
        minji.does("back").await;
        minji.comes_to("security").await;
    });
}
