//! Whatever a browser says instead of asking the device, on each screen that can meet it: in words, with a way on (FEATURES L4, S4,
//! T5). A stand-in says what no virtual authenticator does; then the screens themselves, through languages, themes and widths.

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Tampered, Tampering, golden, story, story_in_windows};
use crate::matrix_of_joining::is_seen_everywhere;

const SETTINGS: &str = "/security";

/// Stands in for what the browser asks: it writes down what it was asked for, and fails as the test says. A passkey is filled in
/// when the test says so.
const DEVICE: &str = r#"
    window.daemunTestDevice = { asked: [], taken_back: 0, most: 0, fault: "NotAllowedError", has_unlock: true };
    if (navigator.credentials) {
        const device = daemunTestDevice;
        let now = 0;
        const ask = (how) => (wish) => new Promise((resolve, reject) => {
            device.most = Math.max(device.most, now += 1);
            const fills = wish.mediation === "conditional";
            device.asked.push(fills ? "fill" : how);
            let waits = true;
            const fails = (why) => { waits = false; now -= 1; reject(why); };
            wish.signal.addEventListener("abort", () => {
                if (!waits) return;
                device.taken_back += 1;
                fails(wish.signal.reason);
            });
            if (fills || device.fault === "waits") return;
            fails(device.fault === "TypeError" ? new TypeError("told") : new DOMException("told", device.fault));
        });
        navigator.credentials.get = ask("get");
        navigator.credentials.create = ask("create");
        PublicKeyCredential.isConditionalMediationAvailable = async () => true;
        PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = async () => device.has_unlock;
    }
"#;

/// The names of WebAuthn Level 3 and Credential Management Level 1 and of what browsers say besides; what each is told as where a
/// passkey is shown, and where one is made.
const FAULTS: &[(&str, &str, &str)] = &[
    ("NotAllowedError", "device_not_allowed", "device_not_allowed"),
    ("TimeoutError", "device_timed_out", "device_timed_out"),
    ("InvalidStateError", "device_failed", "device_registered_before"),
    ("ConstraintError", "device_unable", "device_unable"),
    ("NotSupportedError", "device_unsupported", "device_unsupported"),
    ("SecurityError", "device_insecure", "device_insecure"),
    ("EncodingError", "device_unreadable", "device_unreadable"),
    ("DataError", "device_unreadable", "device_unreadable"),
    ("TypeError", "device_unreadable", "device_unreadable"),
    ("UnknownError", "device_failed", "device_failed"),
    ("NotReadableError", "device_failed", "device_failed"),
    ("HierarchyRequestError", "device_failed", "device_failed"),
];

/// The flow with another action offered.
fn offering(mut flow: Value, action: &str) -> Value {
    flow["actions"][action] = json!({});
    flow
}

impl Gate {
    /// Whatever is done at the step that comes to this one.
    fn leads_to(&self, action: &'static str, flow: &Value) -> Tampered {
        self.wire.tamper(Requests::posts(action), Tampering::answer(200, "application/json", flow.to_string()))
    }
}

impl Member<'_> {
    async fn device_fails_with(&self, name: &str) {
        self.runs_with("daemunTestDevice.fault = arguments[0]", vec![json!(name)]).await;
    }

    async fn presses_action(&self, action: &str) {
        self.clicks(&format!("[data-action={action}]")).await;
    }

    /// What the stand-in was asked for so far.
    async fn asked(&self) -> Vec<String> {
        serde_json::from_value(self.runs("return daemunTestDevice.asked").await).expect("a list")
    }

    /// How often it was asked for by a press.
    async fn pressed_for(&self) -> usize {
        self.asked().await.iter().filter(|asked| *asked != "fill").count()
    }

    /// Meets each fault by this action, and is told so in each language, with these ways on.
    async fn meets_every_fault(
        &self,
        action: &str,
        code: fn(&(&str, &'static str, &'static str)) -> &'static str,
        ways: &[&str],
    ) {
        for fault in FAULTS {
            self.device_fails_with(fault.0).await;
            let before = self.pressed_for().await;
            self.presses_action(action).await;
            let sight = self.is_told(code(fault)).await;
            assert_eq!(self.pressed_for().await, before + 1, "{fault:?} is met, and not the words of the one before");
            assert_eq!(sight.state, "error", "{fault:?}:\n{sight}");
            self.reads_it_in_three_languages(code(fault)).await;
            let sight = self.sees().await;
            for way in ways.iter().chain([&action]) {
                assert!(sight.can(way), "after {fault:?} there is no {way:?}:\n{sight}");
            }
        }
        self.device_fails_with("AbortError").await;
        let before = self.pressed_for().await;
        self.presses_action(action).await;
        let sight = self.waits_for("nothing to be told", |sight| sight.state == "idle").await;
        assert!(sight.said.iter().all(|said| !said.code.starts_with("device_")), "{sight}");
        assert_eq!(self.pressed_for().await, before + 1);
    }

    async fn reads_it_in_three_languages(&self, code: &str) {
        let mut texts = Vec::new();
        for language in ["en", "ja", "ko"] {
            texts.push(self.switches_language(language).await.words_of(code));
        }
        assert!(texts.iter().all(|text| text.chars().count() > 10), "{code}: {texts:#?}");
        assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{code}: {texts:#?}");
    }
}

fn at_asking(fault: &(&str, &'static str, &'static str)) -> &'static str {
    fault.1
}

fn at_registering(fault: &(&str, &'static str, &'static str)) -> &'static str {
    fault.2
}

/// L4: at the front door, by email instead.
#[test]
fn l4_every_fault_at_the_front_door_leaves_the_address() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        minji.stands_at("/", &golden("flow-identify-passkey")).await;
        minji.fills("identifier", "minji@daemun.test").await;
        minji.meets_every_fault("use_passkey", at_asking, &["submit", "use_organisation"]).await;
        let sight = minji.sees().await;
        assert_eq!(sight.field("identifier").value, "minji@daemun.test", "nothing typed is lost:\n{sight}");
        let device = minji.runs("return daemunTestDevice").await;
        assert_eq!(device["most"], 1, "never two at once: {device}");
    });
}

/// L4, T5: as a step of its own, also as the second factor.
#[test]
fn t5_every_fault_of_a_passkey_leaves_another_way() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        minji.stands_at("/", &golden("flow-passkey")).await;
        assert_eq!(minji.asked().await, [""; 0], "nobody has pressed anything");
        minji.meets_every_fault("submit", at_asking, &["use_other", "back"]).await;
    });
}

/// L4, T5: the press that led here is enough, from the password as from the choice of a second factor.
#[test]
fn l4_a_passkey_is_asked_for_by_the_press_that_led_to_it() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        let passkey = golden("flow-passkey");
        minji.stands_at("/", &offering(golden("flow-password"), "use_passkey")).await;
        let led = gate.leads_to("/actions/use_passkey", &passkey);
        minji.presses_action("use_passkey").await;
        let sight = minji.is_told("device_not_allowed").await;
        assert!(sight.screen == "passkey" && sight.can("use_other") && sight.can("back"), "{sight}");
        assert_eq!(minji.asked().await, ["get"]);
        led.lift();

        minji.stands_at("/", &golden("flow-choose_factor")).await;
        let led = gate.leads_to("/actions/choose", &passkey);
        minji.clicks("[data-action=choose][data-factor=passkey]").await;
        minji.is_told("device_not_allowed").await;
        assert_eq!(minji.asked().await, ["get"]);
        led.lift();
        // A reload is no press.
        gate.wire.tamper(Requests::reads(), Tampering::answer(200, "application/json", passkey.to_string()));
        minji.reloads().await;
        minji.comes_to("passkey").await;
        assert_eq!(minji.asked().await, [""; 0]);
    });
}

/// S4: in the settings.
#[test]
fn s4_every_fault_while_registering_keeps_the_name_and_the_way_back() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        minji.stands_at(SETTINGS, &golden("flow-register_device")).await;
        minji.fills("name", "회사 노트북").await;
        minji.meets_every_fault("submit", at_registering, &["back"]).await;
        assert_eq!(minji.sees().await.field("name").value, "회사 노트북");
        assert!(minji.asked().await.iter().all(|how| how == "create"));
    });
}

/// L4: every unlock method of the device was switched off since. A key that is carried along unlocks by itself.
#[test]
fn l4_a_device_without_unlock_says_so() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        for (page, flow, action, way) in [
            ("/", "flow-identify-passkey", "use_passkey", "submit"),
            ("/", "flow-passkey", "submit", "use_other"),
            (SETTINGS, "flow-register_device", "submit", "back"),
        ] {
            minji.stands_at(page, &golden(flow)).await;
            minji.runs("daemunTestDevice.has_unlock = false").await;
            minji.presses_action(action).await;
            let sight = minji.is_told("device_unlock_off").await;
            assert!(sight.can(way), "{sight}");
            minji.reads_it_in_three_languages("device_unlock_off").await;
        }
        let mut key = golden("flow-passkey");
        key["step"]["options"]["allowCredentials"][0]["transports"] = json!(["usb"]);
        minji.stands_at("/", &key).await;
        minji.runs("daemunTestDevice.has_unlock = false").await;
        minji.presses_action("submit").await;
        minji.is_told("device_not_allowed").await;
        let mut key = golden("flow-register_device");
        key["step"]["options"]["authenticatorSelection"]["authenticatorAttachment"] = json!("cross-platform");
        minji.stands_at(SETTINGS, &key).await;
        minji.runs("daemunTestDevice.has_unlock = false").await;
        minji.presses_action("submit").await;
        minji.is_told("device_not_allowed").await;
    });
}

/// L4, S4, T5: a browser without the API, as in many apps: what cannot be done is not offered, and where it is all there is, it is
/// said.
#[test]
fn l4_a_browser_without_the_api_offers_no_passkey_and_says_so_where_one_is_due() {
    const WEBVIEW: &str = "Mozilla/5.0 (Linux; Android 15; SM-S931N Build/AP3A.240905.015.A2; wv) AppleWebKit/537.36 \
                           (KHTML, like Gecko) Version/4.0 Chrome/138.0.7204.63 Mobile Safari/537.36";
    for (lacks, agent) in [
        ("delete window.PublicKeyCredential", None),
        (
            "delete window.PublicKeyCredential; Object.defineProperty(navigator, 'credentials', { value: undefined })",
            Some(WEBVIEW),
        ),
    ] {
        story(async |gate| {
            let minji = gate.member().await;
            if let Some(agent) = agent {
                minji.pretends_to_be(agent).await;
            }
            minji.runs_before_each_page(lacks).await;
            let sight = minji.stands_at("/", &golden("flow-identify-passkey")).await;
            assert!(!sight.can("use_passkey") && sight.can("submit"), "{sight}");
            let sight = minji.stands_at("/", &offering(golden("flow-password"), "use_passkey")).await;
            assert!(!sight.can("use_passkey") && sight.can("submit"), "{sight}");
            for (page, flow, way) in [("/", "flow-passkey", "use_other"), (SETTINGS, "flow-register_device", "back")] {
                minji.stands_at(page, &golden(flow)).await;
                minji.presses_action("submit").await;
                let sight = minji.is_told("device_missing").await;
                assert!(sight.can(way), "{sight}");
                minji.reads_it_in_three_languages("device_missing").await;
            }
        });
    }
}

/// L4: an older browser, which reads and writes no JSON of all this: the page with all screens can.
#[test]
fn l4_an_older_browser_is_asked_on_the_page_with_all_screens() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        minji.has_older_browser().await;
        let sight = minji.stands_at("/", &golden("flow-identify-passkey")).await;
        assert!(!sight.can("use_passkey"), "{sight}");
        assert_eq!(minji.asked().await, [""; 0], "nor is one filled in");
        minji.stands_at("/", &offering(golden("flow-password"), "use_passkey")).await;
        let passkey = golden("flow-passkey");
        gate.leads_to("/actions/use_passkey", &passkey);
        gate.wire.tamper(Requests::reads(), Tampering::answer(200, "application/json", passkey.to_string()));
        minji.presses_action("use_passkey").await;
        let sight = minji
            .waits_for("the page with all screens", |sight| sight.is_settled() && sight.url.ends_with("/continue"))
            .await;
        assert_eq!(sight.screen, "passkey", "{sight}");
        minji.presses_action("submit").await;
        minji.is_told("device_not_allowed").await;
        assert_eq!(minji.asked().await, ["get"]);
    });
}

/// L4, S4: inside another site's page, which lets nobody ask. No page of this deployment is shown there; another's may be.
#[test]
fn l4_inside_another_site_it_is_said_that_the_device_may_not_be_asked() {
    story_in_windows(async |gate| {
        let minji = gate.member().await;
        minji.browser.may_go_to(&gate.workplace.origin());
        for (page, flow, action, way) in [
            ("/o/nuri", "flow-identify-passkey", "use_passkey", "submit"),
            ("/o/nuri", "flow-passkey", "submit", "use_other"),
            (SETTINGS, "flow-register_device", "submit", "back"),
        ] {
            let framed = gate.lets_be_framed(page);
            let begun = gate.begins_with(&golden(flow));
            minji.opens_in_frame(page).await;
            minji.comes_to(golden(flow)["step"]["type"].as_str().expect("a step")).await;
            minji.presses_action(action).await;
            let sight = minji.is_told("device_framed").await;
            assert!(sight.can(way), "{sight}");
            minji.reads_it_in_three_languages("device_framed").await;
            minji.leaves_frame().await;
            begun.lift();
            framed.lift();
        }
    });
}

// Filling in

/// L4: asked for as soon as the form stands there with options, one at a time, and begun again after whatever else was asked.
#[test]
fn l4_a_passkey_is_filled_in_whenever_nothing_else_is_asked() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        let flow = golden("flow-identify-passkey");
        let sight = minji.stands_at("/", &flow).await;
        assert_eq!(sight.focus.field, "identifier", "the field keeps the focus:\n{sight}");
        assert_eq!(sight.field("identifier").autocomplete, "username webauthn");
        assert_eq!(minji.asked().await, ["fill"]);
        minji.types("identifier", "minji").await;
        minji.switches_language("en").await;
        assert_eq!(minji.asked().await, ["fill"], "typing and reading are no reasons");

        minji.presses_action("use_passkey").await;
        minji.is_told("device_not_allowed").await;
        assert_eq!(minji.asked().await, ["fill", "get", "fill"]);
        // Another refusal: the field's own.
        let refused = gate.refuses_with(&json!({
            "type": "about:blank", "status": 422, "code": "input_invalid", "flow": flow,
            "errors": [{ "pointer": "/input/identifier", "code": "email_invalid" }],
        }));
        minji.does("submit").await;
        minji.is_told("input_invalid").await;
        refused.lift();
        assert_eq!(minji.asked().await, ["fill", "get", "fill", "fill"]);
        let device = minji.runs("return daemunTestDevice").await;
        assert_eq!((&device["most"], &device["taken_back"]), (&json!(1), &json!(2)), "{device}");

        // Elsewhere nothing is filled in.
        let led = gate.leads_to("/actions/use_organisation", &golden("flow-organisation"));
        minji.does("use_organisation").await;
        minji.comes_to("organisation").await;
        led.lift();
        let device = minji.runs("return daemunTestDevice").await;
        assert_eq!((device["asked"].as_array().map(Vec::len), &device["taken_back"]), (Some(4), &json!(3)), "{device}");
    });
}

/// L4: while the device is asked, Back takes it back, and a second press asks no second time.
#[test]
fn l4_back_takes_the_question_back() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page(DEVICE).await;
        minji.stands_at("/", &golden("flow-passkey")).await;
        minji.device_fails_with("waits").await;
        minji.presses_action("submit").await;
        minji.waits_for("the device to be asked", |sight| sight.state == "busy").await;
        minji.presses_action("submit").await;
        assert_eq!(minji.asked().await, ["get"]);
        gate.leads_to("/actions/back", &golden("flow-password"));
        minji.goes_back_in_history().await;
        let sight = minji.comes_to("password").await;
        assert!(sight.state == "idle" && sight.said.iter().all(|said| !said.code.starts_with("device")), "{sight}");
        assert_eq!(minji.runs("return daemunTestDevice.taken_back").await, json!(1));
    });
}

// The screens themselves

/// X3, X4, L4.
#[test]
fn x4_matrix_identify_with_passkey_and_its_fault() {
    story(async |gate| {
        let member = gate.member().await;
        member.runs_before_each_page(DEVICE).await;
        member.stands_at("/", &golden("flow-identify-passkey")).await;
        is_seen_everywhere(&member, "identify-passkey").await;
        member.presses_action("use_passkey").await;
        member.is_told("device_not_allowed").await;
        is_seen_everywhere(&member, "identify-passkey-fault").await;
    });
}

/// X3, X4, L4, T5.
#[test]
fn x4_matrix_passkey() {
    story(async |gate| {
        let member = gate.member().await;
        member.runs_before_each_page(DEVICE).await;
        member.stands_at("/", &offering(golden("flow-password"), "use_passkey")).await;
        is_seen_everywhere(&member, "password-passkey").await;
        member.stands_at("/", &golden("flow-passkey")).await;
        is_seen_everywhere(&member, "passkey").await;
    });
}

/// X3, X4, S4.
#[test]
fn x4_matrix_trusted_devices() {
    story(async |gate| {
        let member = gate.member().await;
        let mut flow = golden("flow-trusted_devices");
        flow["step"]["devices"][1]["name"] =
            json!("책상 위에 두고 다니는 아주 긴 이름의 보안 키 YubiKey5CNFC2024Limited");
        member.stands_at(SETTINGS, &flow).await;
        is_seen_everywhere(&member, "trusted_devices").await;
        member.clicks("[data-action=rename][data-device='7']").await;
        is_seen_everywhere(&member, "trusted_devices-rename").await;
        member.clicks("[data-action=cancel]").await;
        member.clicks("[data-action=remove][data-device='9']").await;
        is_seen_everywhere(&member, "trusted_devices-remove").await;
        member.stands_at(SETTINGS, &golden("flow-trusted_devices-none")).await;
        is_seen_everywhere(&member, "trusted_devices-none").await;
        member.stands_at(SETTINGS, &golden("flow-trusted_devices-removed")).await;
        is_seen_everywhere(&member, "trusted_devices-removed").await;
    });
}

/// X3, X4, D5: what a super administrator's settings have besides.
#[test]
fn d5_matrix_trusted_devices_with_a_recovery_key() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(SETTINGS, &golden("flow-trusted_devices-recovery_key")).await;
        is_seen_everywhere(&member, "trusted_devices-recovery_key").await;
    });
}

/// X3, X4, S4.
#[test]
fn x4_matrix_register_device() {
    story(async |gate| {
        let member = gate.member().await;
        member.runs_before_each_page(DEVICE).await;
        member.stands_at(SETTINGS, &golden("flow-register_device")).await;
        member.device_fails_with("ConstraintError").await;
        member.presses_action("submit").await;
        member.is_told("device_unable").await;
        is_seen_everywhere(&member, "register_device-fault").await;
        let mut key = golden("flow-register_device");
        key["step"]["kind"] = json!("security_key");
        member.stands_at(SETTINGS, &key).await;
        is_seen_everywhere(&member, "register_device-key").await;
    });
}
