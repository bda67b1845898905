//! Recovery codes and an authenticator's key, taken along (FEATURES T5); and a code that an SMS brings by itself (FEATURES X6).
//! The flows are the protocol's own examples.

use serde_json::{Value, json};

use crate::harness::{Requests, Tampering, golden, story};

const WHOLE: &str = "/reset#x";
const SUBMITS: Requests = Requests::posts("/actions/submit");

/// T5: onto the clipboard, into a file, onto paper.
#[test]
fn t5_recovery_codes_are_taken_along() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let flow = golden("flow-recovery_codes");
        let codes: Vec<&str> = flow["step"]["codes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        minji.stands_at(WHOLE, &flow).await;

        minji.may_use_clipboard().await;
        minji.clicks("[data-action=copy_codes]").await;
        minji.waits_for("a word that they are copied", |sight| sight.text.contains("Copied.")).await;
        assert_eq!(minji.clipboard().await, codes.join("\n"));

        let folder = tempfile::tempdir().expect("a folder");
        let downloads = json!({ "behavior": "allow", "downloadPath": folder.path() });
        minji.browser.cdp("Browser.setDownloadBehavior", downloads).await;
        minji.clicks("[data-action=download_codes]").await;
        let file = folder.path().join("daemun-recovery-codes.txt");
        minji.waits_for("the file", |_| std::fs::read_to_string(&file).is_ok_and(|text| !text.is_empty())).await;
        let text = std::fs::read_to_string(&file).expect("the file");
        assert_eq!(text.lines().skip(2).collect::<Vec<_>>(), codes, "{text}");

        minji.runs("window.print = () => { window.daemunTestPrinted = true; }").await;
        minji.clicks("[data-action=print_codes]").await;
        assert_eq!(minji.runs("return window.daemunTestPrinted").await, true);
        minji.browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        let sight = minji.sees().await;
        assert!(codes.iter().all(|code| sight.text.contains(code)) && sight.actions.is_empty(), "on paper:\n{sight}");
        minji.browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    });
}

/// T5: the key, for typing and for pasting; the picture is named, and looked at first.
#[test]
fn t5_the_key_is_copied_whole() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let flow = golden("flow-enrol_authenticator");
        minji.stands_at(WHOLE, &flow).await;
        let sight = minji.sees().await;
        assert!(sight.text.contains("GEZD GNBV GY3T QOJQ"), "in groups of four:\n{sight}");
        assert_eq!(sight.focus.tag, "h1", "{sight}");
        let named = minji.runs("return document.querySelector('svg[role=img]').getAttribute('aria-label')").await;
        assert!(named.as_str().is_some_and(|name| name.contains("QR")), "{named}");
        minji.may_use_clipboard().await;
        minji.clicks("[data-action=copy_key]").await;
        minji.waits_for("a word that it is copied", |sight| sight.text.contains("Copied.")).await;
        assert_eq!(minji.clipboard().await, flow["step"]["key"]);
    });
}

/// A browser that has WebOTP, with an SMS that comes when the test says so.
const WEB_OTP: &str = r"
    window.OTPCredential = class {};
    window.daemunTestOtp = { asked: [], aborted: 0 };
    if (navigator.credentials) navigator.credentials.get = (options) => new Promise((resolve, reject) => {
        daemunTestOtp.asked.push(options.otp);
        daemunTestOtp.brings = (code) => resolve({ code });
        options.signal.addEventListener('abort', () => { daemunTestOtp.aborted += 1; reject(new DOMException('', 'AbortError')); });
    });
";

/// X6: it goes the way of any other code, once; the wish to be remembered goes along.
#[test]
fn x6_a_code_that_an_sms_brings_fills_in_and_goes_once() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WEB_OTP })).await;
        let mut flow = golden("flow-code-phone");
        flow["step"]["remember_days"] = json!(30);
        minji.stands_at("/", &flow).await;
        minji.switches_language("ja").await;
        assert_eq!(minji.runs("return daemunTestOtp.asked").await, json!([{ "transport": ["sms"] }]), "once");
        minji.clicks("input[name=remember]").await;
        let refused = gate.refuses_with(&json!({
            "type": "about:blank", "status": 422, "code": "code_wrong", "tries_left": 4, "flow": flow,
        }));
        minji.awaits_answer(minji.runs("daemunTestOtp.brings('123456')")).await;
        let sight = minji.is_told("code_wrong").await;
        refused.lift();
        assert_eq!(gate.wire.count(SUBMITS), 1, "{sight}");
        let passed = gate.wire.passed();
        let sent = passed.iter().find(|passed| passed.path().ends_with("/actions/submit")).expect("a submit");
        let sent: Value = serde_json::from_slice(&sent.body).expect("JSON");
        assert_eq!(sent["input"], json!({ "code": "123456", "remember": true }));

        // Nobody waits for an SMS on another screen.
        minji.stands_at("/", &golden("flow-code-second_factor")).await;
        assert_eq!(minji.runs("return daemunTestOtp.asked.length").await, 0);
    });
}

/// X6: the wish ends with its screen.
#[test]
fn x6_nobody_waits_for_an_sms_once_the_screen_is_gone() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WEB_OTP })).await;
        minji.stands_at("/", &golden("flow-code-phone")).await;
        let back = serde_json::to_vec(&golden("flow-identify-back")).expect("JSON");
        let answer = Tampering::answer(200, "application/json", back);
        let went = gate.wire.tamper(Requests::posts("/actions/back"), answer);
        minji.does("back").await;
        minji.comes_to("identify").await;
        went.lift();
        assert_eq!(minji.runs("return [daemunTestOtp.asked.length, daemunTestOtp.aborted]").await, json!([1, 1]));
    });
}
