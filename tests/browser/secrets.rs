//! A canary password and canary codes are nowhere but on the wire, in the one request that needs them (FEATURES X10, R6).

use serde_json::json;

use crate::harness::{Gate, Member, story};

const MINJI: &str = "minji@daemun.test";
const CANARY: &str = "Canary-7f3a-양념치킨";

/// Everything that a script, an extension or the next person at this browser could read of the page.
const TRACES: &str = r#"
    const done = arguments[arguments.length - 1];
    const traces = {
        address: location.href,
        title: document.title,
        state: JSON.stringify(history.state),
        local: JSON.stringify({ ...localStorage }),
        session: JSON.stringify({ ...sessionStorage }),
        cookies: document.cookie,
        window_name: window.name,
        markup: document.documentElement.outerHTML,
        fields: JSON.stringify([...document.querySelectorAll("input, textarea")].map((field) => [field.name, field.value])),
        opened: JSON.stringify(performance.getEntriesByType("navigation").map((entry) => entry.name)),
        entries: JSON.stringify(performance.getEntries().filter((entry) => entry.entryType !== "navigation").map((entry) => entry.name)),
        globals: JSON.stringify(Object.keys(globalThis).filter((name) => typeof globalThis[name] === "string").map((name) => globalThis[name])),
        app: JSON.stringify(globalThis.daemun ?? null),
    };
    const databases = indexedDB.databases ? indexedDB.databases() : Promise.resolve([]);
    Promise.all([databases, caches.keys()]).then(([stores, kept]) => {
        traces.databases = JSON.stringify(stores);
        traces.caches = JSON.stringify(kept);
        done(traces);
    }, (error) => done({ ...traces, error: String(error) }));
"#;

pub async fn assert_no_trace(member: &Member<'_>, secrets: &[&str], moment: &str) {
    assert_no_trace_but(member, secrets, moment, "").await;
}

/// The same, where one place is known to have it.
pub async fn assert_no_trace_but(member: &Member<'_>, secrets: &[&str], moment: &str, but: &str) {
    let traces = member.runs_until_done(TRACES, Vec::new()).await;
    for (place, trace) in traces.as_object().expect("traces").iter().filter(|(place, _)| *place != but) {
        for secret in secrets {
            assert!(!trace.to_string().contains(secret), "{secret} is in {place} {moment}: {trace}");
        }
    }
}

/// On the wire a secret is in the body of one kind of request, and nowhere else.
fn assert_only_where_it_belongs(gate: &Gate, secret: &str) {
    for passed in gate.wire.passed() {
        if passed.target.starts_with("/sandbox/") {
            continue;
        }
        let place = format!("{} {}", passed.method, passed.target);
        assert!(!passed.target.contains(secret), "{secret} is in the address of {place}");
        for (name, value) in &passed.headers {
            assert!(!String::from_utf8_lossy(value.as_bytes()).contains(secret), "{secret} is in {name} of {place}");
        }
        assert!(!String::from_utf8_lossy(&passed.answer).contains(secret), "{secret} is in the answer to {place}");
        if !passed.path().ends_with("/actions/submit") {
            assert!(!String::from_utf8_lossy(&passed.body).contains(secret), "{secret} is in the body of {place}");
        }
    }
}

/// R6, X10: along the whole way, with mistakes.
#[test]
fn r6_a_canary_password_and_canary_codes_leave_no_trace() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let wrong = gate.wrong_code_for(MINJI).await;
        minji.at_code().await.enters(&wrong).await;
        minji.is_told("code_wrong").await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        assert_no_trace(&minji, &[&code, &wrong], "after the code").await;
        minji.at_choose_workspace().await.picks("nuri").await;

        minji.comes_to("password").await;
        // Shown, hidden, pasted, wrong, in another language, reloaded: each is a chance to leave a trace.
        minji.clicks("input[name=password]").await;
        minji.pastes(CANARY).await;
        minji.clicks("[data-action=show_password]").await;
        minji.waits_for("the password to be shown", |sight| sight.field("password").kind == "text").await;
        let markup = minji.runs("return document.documentElement.outerHTML").await;
        assert!(!markup.to_string().contains(CANARY), "a password is never in the markup, not even when it is shown");
        minji.clicks("[data-action=show_password]").await;
        minji.does("submit").await;
        minji.is_told("credentials_wrong").await;
        minji.switches_language("ja").await;
        minji.does("back").await;
        minji.comes_to("choose_workspace").await;
        assert_no_trace(&minji, &[CANARY, &code], "after the password was left").await;

        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
        assert_no_trace(&minji, &[CANARY], "back at the password").await;
        minji.fills("password", CANARY).await;
        minji.reloads().await;
        minji.comes_to("password").await;
        assert_no_trace(&minji, &[CANARY], "after a reload").await;
        let right = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&right).await;
        minji.is_in(MINJI, "nuri").await;
        assert_no_trace(&minji, &[CANARY, &right, &code], "at home").await;

        // Whoever sits down at this browser afterwards and looks what was there before.
        minji.opens("/").await;
        minji.comes_to("choose_workspace").await;
        assert_no_trace(&minji, &[CANARY, &right, &code], "on coming back").await;
        minji.goes_back_in_history().await;
        minji.comes_to("identify").await;
        assert_no_trace(&minji, &[CANARY, &right, &code], "after going back").await;

        let console = minji.browser.console().await.join("\n");
        let log = gate.log().join("\n");
        assert!(!log.is_empty(), "there is a log to look at");
        for secret in [CANARY, &right, &code, &wrong] {
            assert!(!console.contains(secret), "{secret} is in the console:\n{console}");
            assert!(!log.contains(secret), "{secret} is in the server's log:\n{log}");
            assert_only_where_it_belongs(gate, secret);
        }
        assert!(!log.contains(MINJI), "whose address it was is nobody's business either:\n{log}");
    });
}

/// R6, X10: and so when the connection is lost in the middle of sending one.
#[test]
fn r6_a_password_that_could_not_be_sent_leaves_no_trace() {
    use crate::harness::{Requests, Tampering};
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        let lost = gate.wire.tamper(Requests::posts("/actions/submit"), Tampering::Lose);
        minji.fills("identifier", MINJI).await;
        minji.fills("password", CANARY).await;
        minji.clicks("[data-action=submit]").await;
        minji.waits_for("a word about it", |sight| sight.is_settled() && sight.state == "error").await;
        lost.lift();
        minji.does("back").await;
        minji.comes_to("organisation").await;
        assert_no_trace(&minji, &[CANARY], "after giving up").await;
        let console = minji.browser.console().await.join("\n");
        assert!(!console.contains(CANARY), "{console}");
        assert_only_where_it_belongs(gate, CANARY);
    });
}

/// X10: cookies are for the gate alone, and each is locked to it.
#[test]
fn x10_cookies_are_locked_to_the_gate() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        let cookies = minji.browser.cdp("Network.getAllCookies", json!({})).await;
        let cookies = cookies["cookies"].as_array().expect("cookies").clone();
        assert!(!cookies.is_empty());
        for cookie in cookies {
            let name = cookie["name"].as_str().unwrap_or_default();
            assert!(name.starts_with("__Host-"), "{cookie}");
            assert_eq!(cookie["secure"], true, "{cookie}");
            assert_eq!(cookie["httpOnly"], true, "{cookie}");
            assert_eq!(cookie["path"], "/", "{cookie}");
            assert!(cookie["sameSite"] == "Lax" || cookie["sameSite"] == "Strict", "{cookie}");
        }
    });
}
