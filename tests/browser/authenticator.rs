//! An authenticator app as the second factor, and the recovery codes for when it is lost (FEATURES T5). What the screen shows
//! is read by other implementations than ours: a reader of QR codes, and RFC 6238 by `totp-lite`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Tampering, choice_of, story};
use crate::secrets::{assert_no_trace, assert_no_trace_but};

const HARUTO: &str = "haruto@daemun.test";
const HARUTOS_PHONE: &str = "090-1234-5678";
const AT_HARUTOS: &str = "+819012345678";
const SUBMITS: Requests = Requests::posts("/actions/submit");
const STEP: u64 = 30;

async fn sakura_asks_everybody(gate: &Gate) {
    gate.policy("sakura", json!({ "two_factor": "required", "remember_browser": true })).await;
}

/// The key as an app takes it: without the groups that the eye wants.
pub fn typed_in(key: &str) -> String {
    key.split_whitespace().collect()
}

/// What an app with this key shows so many steps from now (RFC 6238).
pub async fn shown(gate: &Gate, key: &str, steps_ahead: i64) -> String {
    let secret = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, key).expect("base32 (RFC 4648)");
    let moment = gate.now().await.checked_add_signed(steps_ahead * STEP.cast_signed()).expect("a moment");
    totp_lite::totp_custom::<totp_lite::Sha1>(STEP, 6, &secret, moment)
}

/// A code that the app shows at no moment near this one.
async fn wrong(gate: &Gate, key: &str) -> String {
    let near = [shown(gate, key, -1).await, shown(gate, key, 0).await, shown(gate, key, 1).await];
    (111_111..).map(|code: u32| code.to_string()).find(|code| !near.contains(code)).expect("one of so many")
}

/// From the organisation's door to the recovery codes; the key that leads there.
async fn registers(member: &Member<'_>) -> (String, Vec<String>) {
    member.comes_to_key("sakura", HARUTO).await;
    let key = typed_in(&member.at_enrol_authenticator().await.key().await);
    let code = shown(member.gate, &key, 0).await;
    member.at_enrol_authenticator().await.enters(&code).await;
    (key, member.at_recovery_codes().await.codes().await)
}

/// The same, and in; then a while later, so that the app shows another code.
async fn has_registered(member: &Member<'_>) -> (String, Vec<String>) {
    let registered = registers(member).await;
    member.at_recovery_codes().await.has_kept_them().await;
    member.is_in(HARUTO, "sakura").await;
    member.gate.lets_pass(2 * STEP).await;
    registered
}

/// From the organisation's door to the field for a recovery code.
async fn comes_to_recovery_code(member: &Member<'_>) {
    member.gives_password_at("sakura", HARUTO).await;
    member.at_code().await.uses_other().await;
    member.at_choose_factor().await.picks("recovery_code").await;
    member.comes_to("recovery_code").await;
}

/// T5: in each theme and width the picture on the screen is read as the key that is shown for typing; its code opens.
#[test]
fn t5_the_picture_on_the_screen_holds_the_key_that_is_to_be_typed() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_enrol_contact().await.uses_authenticator().await;
        let sight = haruto.comes_to("enrol_authenticator").await;
        assert_eq!(sight.focus.tag, "h1", "the eye is led to the picture, which comes before the code:\n{sight}");
        assert!(sight.field("code").autocomplete == "one-time-code" && !sight.has_field("remember"), "{sight}");
        let named = haruto.runs("return document.querySelector('svg[role=img]').getAttribute('aria-label')").await;
        assert!(named.as_str().is_some_and(|name| name.contains("QR")), "{named}");
        let grouped = haruto.at_enrol_authenticator().await.key().await;
        assert!(grouped.split(' ').all(|group| group.len() <= 4), "in groups that the eye can keep: {grouped}");
        let key = typed_in(&grouped);
        let uri = format!("otpauth://totp/Daemun:haruto%40daemun.test?secret={key}&issuer=Daemun");
        haruto.scans_everywhere(&uri).await;

        // Copied it is what an app takes.
        haruto.clicks("[data-action=copy_key]").await;
        haruto.waits_for("being told that it is copied", |sight| sight.text.contains("Copied.")).await;
        assert_eq!(haruto.clipboard().await, key);

        haruto.reloads().await;
        assert_eq!(typed_in(&haruto.at_enrol_authenticator().await.key().await), key, "a reload keeps the key");
        let wrong = wrong(gate, &key).await;
        haruto.at_enrol_authenticator().await.enters(&wrong).await;
        let sight = haruto.is_told("code_wrong").await;
        assert!(sight.screen == "enrol_authenticator" && sight.focus.field == "code", "{sight}");
        assert!(sight.field("code").described_by_codes.iter().any(|code| code == "code_wrong"), "{sight}");
        assert_eq!(typed_in(&haruto.at_enrol_authenticator().await.key().await), key, "and the key stays");
        haruto.fills("code", "123").await;
        haruto.does("submit").await;
        let sight = haruto.is_told_at("code", "code_invalid").await;
        assert!(sight.words_of("input_invalid").contains('6'), "how many digits:\n{sight}");

        // There and back: the contact is at hand again, and then another key.
        haruto.goes_back_in_history().await;
        haruto.at_enrol_contact().await.uses_authenticator().await;
        let key = typed_in(&haruto.at_enrol_authenticator().await.key().await);
        let code = shown(gate, &key, 0).await;
        haruto.at_enrol_authenticator().await.enters(&code).await;
        let sight = haruto.comes_to("recovery_codes").await;
        assert!(sight.focus.in_main, "the eye is led to them:\n{sight}");
        haruto.at_recovery_codes().await.has_kept_them().await;
        haruto.is_in(HARUTO, "sakura").await;
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1, "told of it");
    });
}

/// T5: ten recovery codes are shown at their step, also after a reload; copied, saved and printed they can be taken along;
/// afterwards they are nowhere.
#[test]
fn t5_ten_recovery_codes_are_taken_along_and_never_seen_again() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        let (_, codes) = registers(&haruto).await;
        assert_eq!(codes.len(), 10);
        let sight = haruto.sees().await;
        assert!(sight.focus.in_main && sight.text.contains("only now"), "that they come once is said:\n{sight}");
        assert!(!sight.offers("back"), "{sight}");
        haruto.reloads().await;
        assert_eq!(haruto.at_recovery_codes().await.codes().await, codes, "a reload loses nothing");

        haruto.clicks("[data-action=copy_codes]").await;
        haruto.waits_for("being told that they are copied", |sight| sight.text.contains("Copied.")).await;
        assert_eq!(haruto.clipboard().await, codes.join("\n"));
        haruto
            .runs(
                "navigator.clipboard.writeText = () => Promise.reject(new Error()); document.execCommand = () => false",
            )
            .await;
        haruto.clicks("[data-action=copy_codes]").await;
        haruto.waits_for("being told that they are not", |sight| sight.text.contains("could not be copied")).await;

        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
        haruto.browser.cdp("Browser.setDownloadBehavior", allow).await;
        haruto.clicks("[data-action=download_codes]").await;
        let file = folder.path().join("daemun-recovery-codes.txt");
        haruto.waits_for("the file", |_| is_whole(&file)).await;
        let saved = fs::read_to_string(&file).expect("the file");
        let heading = "Recovery codes for haruto@daemun.test at さくら商事";
        assert!(saved.starts_with(heading), "what it is, and whose: {saved}");
        assert_eq!(saved.lines().skip(2).collect::<Vec<_>>(), codes, "{saved}");
        let names: Vec<_> = fs::read_dir(folder.path()).expect("the folder").collect();
        assert_eq!(names.len(), 1, "{names:?}");

        haruto.runs("window.daemunTestPrinted = 0; window.print = () => { daemunTestPrinted += 1 }").await;
        haruto.clicks("[data-action=print_codes]").await;
        assert_eq!(haruto.runs("return daemunTestPrinted").await, 1);
        haruto.browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        assert_eq!(haruto.at_recovery_codes().await.codes().await, codes, "all of them on paper");
        let sight = haruto.sees().await;
        assert!(sight.actions.is_empty(), "nothing to press on paper:\n{sight}");
        assert!(sight.text.starts_with("さくら商事"), "whose they are:\n{sight}");
        assert!(sight.text.contains("recovery codes") && sight.text.contains("each works once"), "what for:\n{sight}");
        haruto.keeps_picture("recovery_codes-on-paper").await;
        haruto.browser.cdp("Emulation.setEmulatedMedia", json!({ "media": "" })).await;

        // Nobody is in before they are kept.
        let home =
            "const done = arguments[0]; fetch('/home', { redirect: 'manual' }).then((answer) => done(answer.type))";
        assert_eq!(haruto.runs_until_done(home, Vec::new()).await, "opaqueredirect");
        haruto.at_recovery_codes().await.has_kept_them().await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.runs("window.daemunTestHere = true").await;
        haruto.goes_back_in_history().await;
        // A flow that is complete leads home again, and may have done so by the time that anybody looks.
        haruto.waits_until_true("another page", "return !window.daemunTestHere").await;
        let sight = haruto.sees().await;
        assert!(sight.screen != "recovery_codes" && !codes.iter().any(|code| sight.text.contains(code)), "{sight}");
        haruto.opens("/").await;
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        assert_no_trace(&haruto, &codes, "after they were kept").await;
    });
}

/// Whether a file has come with all that is in it.
fn is_whole(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|about| about.len() > 0)
}

/// T5: at the next sign-in the app's code is asked for: by itself, with no message and no time; none is taken twice; after a
/// phone number too, since it comes to no phone.
#[test]
fn t5_the_apps_code_is_asked_for_and_none_is_taken_twice() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        let (key, _) = registers(&haruto).await;
        haruto.at_recovery_codes().await.has_kept_them().await;
        haruto.is_in(HARUTO, "sakura").await;
        let mails = gate.mails_to(HARUTO).await.len();

        haruto.gives_password_at("sakura", HARUTO).await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains("authenticator app") && sight.focus.field == "code", "{sight}");
        assert!(!sight.offers("resend") && !sight.text.contains("works for another"), "nothing was sent:\n{sight}");
        let used = shown(gate, &key, 0).await;
        haruto.at_code().await.enters(&used).await;
        let sight = haruto.is_told("code_spent").await;
        assert!(sight.screen == "code" && sight.focus.field == "code", "{sight}");
        let wrong = wrong(gate, &key).await;
        haruto.at_code().await.enters(&wrong).await;
        let sight = haruto.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4'), "a spent code was no try:\n{sight}");
        gate.lets_pass(STEP).await;
        let next = shown(gate, &key, 0).await;
        haruto.at_code().await.enters(&next).await;
        haruto.is_in(HARUTO, "sakura").await;

        gate.lets_pass(STEP).await;
        haruto.opens("/").await;
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains("authenticator app"), "{sight}");
        haruto.reloads().await;
        haruto.at_code().await.enters(&next).await;
        haruto.is_told("code_spent").await;
        haruto.at_code().await.asks_to_be_remembered().await;
        let code = shown(gate, &key, 0).await;
        haruto.at_code().await.enters(&code).await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.is_in(HARUTO, "sakura").await;
        assert_eq!(gate.mails_to(HARUTO).await.len(), mails, "nothing by mail");
    });
}

/// T5: a recovery code opens once, however it is written; how many are left is said, on the screen and by mail.
#[test]
fn t5_a_recovery_code_works_once() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        let (key, codes) = has_registered(&haruto).await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_code().await.uses_other().await;
        let sight = haruto.comes_to("choose_factor").await;
        let factors: Vec<&str> = sight.factors().iter().map(|(factor, _)| *factor).collect();
        assert_eq!(factors, ["authenticator", "recovery_code"], "{sight}");
        haruto.at_choose_factor().await.picks("recovery_code").await;
        let sight = haruto.comes_to("recovery_code").await;
        assert!(sight.text.contains("10 left") && sight.focus.field == "code", "{sight}");
        assert!(!sight.has_field("remember"), "whoever has lost the app is asked again:\n{sight}");
        for (typed, reason, words) in [
            ("", "required", "fill"),
            ("123456", "recovery_code_invalid", "12 letters and digits"),
            ("not it at all", "recovery_code_invalid", "12 letters and digits"),
        ] {
            haruto.at_recovery_code().await.enters(typed).await;
            let sight = haruto.is_told_at("code", reason).await;
            assert!(sight.field("code").value == typed && sight.words_of("input_invalid").contains(words), "{sight}");
        }
        haruto.at_recovery_code().await.enters("0000-0000-0000").await;
        let sight = haruto.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4') && sight.focus.field == "code", "{sight}");
        haruto.at_recovery_code().await.uses_other().await;
        haruto.at_choose_factor().await.picks("authenticator").await;
        haruto.at_code().await.uses_other().await;
        haruto.at_choose_factor().await.picks("recovery_code").await;
        haruto.at_recovery_code().await.enters(&codes[3].to_uppercase().replace('-', " ")).await;
        haruto.is_in(HARUTO, "sakura").await;
        let mails = gate.mails_to(HARUTO).await;
        assert!(mails[0].text.contains('9') && mails[0].code.is_none(), "{:?}", mails[0]);

        comes_to_recovery_code(&haruto).await;
        let sight = haruto.sees().await;
        assert!(sight.text.contains("9 left"), "{sight}");
        haruto.at_recovery_code().await.enters(&codes[3]).await;
        let sight = haruto.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains("unused"), "why:\n{sight}");
        haruto.reloads().await;
        haruto.comes_to("recovery_code").await;
        haruto.goes_back_in_history().await;
        haruto.at_choose_factor().await.picks("authenticator").await;
        let code = shown(gate, &key, 0).await;
        haruto.at_code().await.enters(&code).await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// T5: guesses run out, for the app and the recovery codes together; it says for how long, and then goes on where it was.
#[test]
fn t5_guesses_run_out_and_begin_again_after_a_while() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        let (key, codes) = has_registered(&haruto).await;
        let stranger = gate.member_reading("en").await;
        stranger.gives_password_at("sakura", HARUTO).await;
        stranger.comes_to("code").await;
        let wrong: u32 = wrong(gate, &key).await.parse().expect("digits");
        for (guess, left) in (wrong..).zip(["4", "3", "2", "1"]) {
            stranger.at_code().await.enters(&guess.to_string()).await;
            stranger
                .waits_for(&format!("{left} tries left"), |sight| {
                    sight.is_settled() && sight.says("code_wrong") && sight.words_of("code_wrong").contains(left)
                })
                .await;
        }
        stranger.at_code().await.enters(&(wrong + 4).to_string()).await;
        let sight = stranger.is_told("too_many_requests").await;
        assert!(sight.words_of("wait").contains("minute"), "for how long:\n{sight}");
        stranger.at_code().await.uses_other().await;
        stranger.at_choose_factor().await.picks("recovery_code").await;
        stranger.at_recovery_code().await.enters(&codes[0]).await;
        let sight = stranger.is_told("too_many_requests").await;
        assert!(sight.words_of("wait").contains("minute"), "{sight}");
        gate.lets_pass(15 * 60).await;
        stranger.reloads().await;
        stranger.at_recovery_code().await.enters(&codes[0]).await;
        stranger.is_in(HARUTO, "sakura").await;
    });
}

/// X2, T5: a lost connection and lost answers on the way to an authenticator: the same key, the same codes, one of each.
#[test]
fn x2_nothing_on_the_way_to_an_authenticator_is_lost_or_done_twice() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.comes_to("enrol_contact").await;
        gate.wire.tamper_times(1, Requests::posts("/actions/use_authenticator"), Tampering::LoseAnswer);
        haruto.clicks("[data-action=use_authenticator]").await;
        let key = typed_in(&haruto.at_enrol_authenticator().await.key().await);
        haruto.goes_offline().await;
        let code = shown(gate, &key, 0).await;
        haruto.fills("code", &code).await;
        let sight = haruto.is_told("network").await;
        assert_eq!((sight.screen.as_str(), sight.field("code").value.as_str()), ("enrol_authenticator", code.as_str()));
        assert_eq!(typed_in(&haruto.at_enrol_authenticator().await.key().await), key);
        haruto.comes_online().await;
        // Its work is done, and its answers are lost, more often than the app asks by itself.
        gate.wire.tamper_times(3, SUBMITS, Tampering::LoseAnswer);
        let way_on = |can_retry| if can_retry { "[data-action=retry]" } else { "[data-action=submit]" };
        haruto.clicks(way_on(sight.can("retry"))).await;
        haruto.waits_for("being under way", |sight| sight.state == "busy").await;
        let sight = haruto.is_told("network").await;
        haruto.clicks(way_on(sight.can("retry"))).await;
        let codes = haruto.at_recovery_codes().await.codes().await;
        assert_eq!(codes.len(), 10);
        haruto.reloads().await;
        assert_eq!(haruto.at_recovery_codes().await.codes().await, codes);
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1, "told once");
        haruto.goes_offline().await;
        haruto.clicks("[data-action=done]").await;
        let sight = haruto.is_told("network").await;
        assert_eq!(haruto.at_recovery_codes().await.codes().await, codes, "{sight}");
        haruto.comes_online().await;
        gate.wire.tamper_times(1, Requests::posts("/actions/done"), Tampering::LoseAnswer);
        haruto.clicks(if sight.can("retry") { "[data-action=retry]" } else { "[data-action=done]" }).await;
        haruto.is_in(HARUTO, "sakura").await;

        // A recovery code whose answer is lost is used once, and opens.
        gate.lets_pass(2 * STEP).await;
        comes_to_recovery_code(&haruto).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        haruto.fills("code", &codes[0]).await;
        haruto.clicks("[data-action=submit]").await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.comes_to("code").await;
        gate.wire.tamper_times(1, Requests::posts("/actions/choose"), Tampering::LoseAnswer);
        haruto.at_code().await.uses_other().await;
        haruto.comes_to("choose_factor").await;
        haruto.clicks(&choice_of("recovery_code")).await;
        let sight = haruto.comes_to("recovery_code").await;
        assert!(sight.text.contains("9 left"), "{sight}");
    });
}

/// T5, X10: key, recovery codes and codes are on the wire at their own steps, and otherwise nowhere: not in the address, the
/// history, any storage, the console, the backend's log.
#[test]
fn t5_keys_and_codes_leave_no_trace() {
    story(async |gate| {
        sakura_asks_everybody(gate).await;
        let haruto = gate.member_reading("en").await;
        haruto.comes_to_key("sakura", HARUTO).await;
        let grouped = haruto.at_enrol_authenticator().await.key().await;
        let key = typed_in(&grouped);
        assert_no_trace_but(&haruto, &[&key, &grouped], "at the key", "markup").await;
        let wrong = wrong(gate, &key).await;
        haruto.at_enrol_authenticator().await.enters(&wrong).await;
        haruto.is_told("code_wrong").await;
        haruto.switches_language("ja").await;
        haruto.reloads().await;
        haruto.at_enrol_authenticator().await;
        assert_no_trace_but(&haruto, &[&key, &grouped, &wrong], "at the key, after a reload", "markup").await;
        let code = shown(gate, &key, 0).await;
        haruto.at_enrol_authenticator().await.enters(&code).await;
        let codes = haruto.at_recovery_codes().await.codes().await;
        let mut secrets = vec![key.as_str(), &grouped, &wrong, &code];
        assert_no_trace(&haruto, &secrets, "at the recovery codes").await;
        secrets.extend(codes.iter().map(String::as_str));
        assert_no_trace_but(&haruto, &secrets, "at the recovery codes", "markup").await;
        haruto.reloads().await;
        haruto.at_recovery_codes().await;
        assert_no_trace_but(&haruto, &secrets, "at the recovery codes, after a reload", "markup").await;
        haruto.switches_language("en").await;
        haruto.at_recovery_codes().await.has_kept_them().await;
        haruto.is_in(HARUTO, "sakura").await;
        assert_no_trace(&haruto, &secrets, "at home").await;

        gate.lets_pass(2 * STEP).await;
        comes_to_recovery_code(&haruto).await;
        haruto.fills("code", &codes[0]).await;
        haruto.reloads().await;
        haruto.comes_to("recovery_code").await;
        assert_no_trace(&haruto, &secrets, "at the recovery code, after a reload").await;
        haruto.at_recovery_code().await.enters(&codes[0]).await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.opens("/").await;
        assert_no_trace(&haruto, &secrets, "for whoever comes next").await;

        let console = haruto.browser.console().await.join("\n");
        let log = gate.log().join("\n");
        assert!(!log.is_empty(), "there is a log to look at");
        let bare: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
        for secret in secrets.iter().copied().chain(bare.iter().map(String::as_str)) {
            assert!(!console.contains(secret), "{secret} is in the console:\n{console}");
            assert!(!log.contains(secret), "{secret} is in the server's log:\n{log}");
        }
        assert!(!log.contains(HARUTO), "whose it was is nobody's business either:\n{log}");
        assert_each_is_where_it_belongs(gate, &key, &codes, &[&code, &wrong]);
        for sent in gate.mails_to(HARUTO).await {
            assert!(secrets.iter().all(|secret| !sent.text.contains(secret)), "no mail has any of it: {sent:?}");
        }
    });
}

/// On the wire: the key and the recovery codes in answers with their own steps, what is entered in the body of its request.
fn assert_each_is_where_it_belongs(gate: &Gate, key: &str, recovery: &[String], entered: &[&str]) {
    for passed in gate.wire.passed().iter().filter(|passed| !passed.target.starts_with("/sandbox/")) {
        let place = format!("{} {}", passed.method, passed.target);
        let (body, answer) = (String::from_utf8_lossy(&passed.body), String::from_utf8_lossy(&passed.answer));
        let told: Value = serde_json::from_slice(&passed.answer).unwrap_or_default();
        // A refusal brings the flow along.
        let flow = if told["flow"].is_object() { &told["flow"] } else { &told };
        let step = &flow["step"]["type"];
        let all = recovery.iter().map(String::as_str).chain(entered.iter().copied()).chain([key]);
        for secret in all.clone() {
            assert!(!passed.target.contains(secret), "{secret} is in the address of {place}");
            for (name, value) in &passed.headers {
                let value = String::from_utf8_lossy(value.as_bytes());
                assert!(!value.contains(secret), "{secret} is in {name} of {place}");
            }
            let may_be_sent = passed.path().ends_with("/actions/submit") && secret != key;
            assert!(may_be_sent || !body.contains(secret), "{secret} is in the body of {place}");
        }
        assert!(*step == "enrol_authenticator" || !answer.contains(key), "the key is in the answer to {place}: {step}");
        for secret in recovery {
            assert!(*step == "recovery_codes" || !answer.contains(secret.as_str()), "{secret} is in that to {place}");
        }
        for secret in entered {
            assert!(!answer.contains(secret), "{secret} is in the answer to {place}");
        }
    }
}
