//! The secret of a link, and the password or the code that goes with it, are nowhere but in the one request that needs them
//! (FEATURES O5, R2, R6, X10).

use crate::harness::{Gate, Member, Newcomer, Requests, Tampering, story};
use crate::secrets::{assert_no_trace, assert_no_trace_but};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const CANARY: &str = "Canary-9b1c-순대국밥";

/// In the document that a link has opened the browser's own timing of that keeps the address as it was; no page can change
/// it, and it goes with the document. Nothing else may have it.
const OPENED: &str = "opened";

pub fn token_of(link: &str) -> &str {
    link.split('#').nth(1).unwrap_or_else(|| panic!("a token in {link}"))
}

/// On the wire a secret is in the body of this kind of request, so often, and nowhere else.
fn assert_is_only_in(gate: &Gate, secret: &str, end: &str, times: usize) {
    let mut seen = 0;
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
        if String::from_utf8_lossy(&passed.body).contains(secret) {
            assert!(passed.method == "POST" && passed.path().ends_with(end), "{secret} is in the body of {place}");
            // How often a lost one is sent again is partly the browser's to say: a connection that it kept and finds
            // closed it opens anew by itself.
            seen += usize::from(passed.from_gate.is_some());
        }
    }
    assert_eq!(seen, times, "{secret} arrived so often");
}

/// The tab's list of where one was, from which Back and its menu are made. (What was typed into the address bar, by the
/// driver here, the browser keeps as well; no page can change that, and a link that is clicked is not typed.)
pub async fn assert_not_in_history(member: &Member<'_>, secret: &str) {
    let history = member.browser.cdp("Page.getNavigationHistory", serde_json::json!({})).await;
    for entry in history["entries"].as_array().expect("entries") {
        for part in ["url", "title"] {
            assert!(!entry[part].to_string().contains(secret), "{secret} is in the tab's history: {entry}");
        }
    }
}

async fn assert_told_nowhere(gate: &Gate, member: &Member<'_>, secrets: &[&str]) {
    let console = member.browser.console().await.join("\n");
    let log = gate.log().join("\n");
    assert!(!log.is_empty(), "there is a log to look at");
    for secret in secrets {
        assert!(!console.contains(secret), "{secret} is in the console:\n{console}");
        assert!(!log.contains(secret), "{secret} is in the server's log:\n{log}");
    }
}

/// R2: the token of a reset link, and the password that was set by it.
#[test]
fn r2_the_token_of_a_reset_link_leaves_no_trace() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.asks_for_reset(NAME, MINJI).await;
        let link = gate.link_for(MINJI).await;
        let token = token_of(&link);
        assert!(token.len() >= 22, "128 bits at least: {token}");
        minji.opens(&link).await;
        let sight = minji.comes_to("new_password").await;
        assert_eq!(sight.url, format!("{}/reset", gate.origin()), "it has left the address bar");
        assert_no_trace_but(&minji, &[token], "at the new password", OPENED).await;
        assert_not_in_history(&minji, token).await;

        // Refused, in another language, reloaded, gone back and forward: each is a chance to leave a trace.
        minji.clicks("input[name=password]").await;
        minji.pastes("Canary-순대").await;
        minji.clicks("[data-action=show_password]").await;
        minji.waits_for("the password to be shown", |sight| sight.field("password").kind == "text").await;
        minji.does("submit").await;
        minji.is_told_at("password", "password_needs_digit").await;
        minji.switches_language("ja").await;
        minji.reloads().await;
        minji.comes_to("new_password").await;
        assert_no_trace(&minji, &[token, "Canary-순대"], "after a reload").await;
        minji.at_new_password().await.sets(CANARY).await;
        minji.comes_to("password").await;
        assert_no_trace(&minji, &[token, CANARY], "after it was set").await;
        minji.at_password().await.enters(CANARY).await;
        minji.is_in(MINJI, "nuri").await;
        assert_no_trace(&minji, &[token, CANARY], "at home").await;
        minji.goes_back_in_history().await;
        minji.waits_for("something to look at", |sight| !sight.text.is_empty()).await;
        minji.opens("/").await;
        assert_no_trace(&minji, &[token, CANARY], "for whoever comes next").await;
        assert_not_in_history(&minji, token).await;

        assert_is_only_in(gate, token, "/flows", 1);
        assert_is_only_in(gate, CANARY, "/actions/submit", 2);
        assert_told_nowhere(gate, &minji, &[token, CANARY, "Canary-순대", MINJI]).await;
        for passed in gate.wire.passed().iter().filter(|passed| !passed.target.starts_with("/sandbox/")) {
            assert!(passed.headers.get("referer").is_none(), "{} {}", passed.method, passed.target);
        }
    });
}

/// R2, E4: the token of an invitation; also where its page begins with a failure, and with a second link after it.
#[test]
fn r2_the_token_of_an_invitation_leaves_no_trace() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        let newcomer = Newcomer { name: "윤소라", email: "sora@daemun.test", password: CANARY };
        let (link, dead) = (gate.link("join").await, gate.link("join_expired").await);
        let (token, dead_token) = (token_of(&link), token_of(&dead));
        sora.opens(&dead).await;
        sora.at_notice("invitation_expired").await;

        // Nothing was sent before the token had left the address bar: not even for the page's own parts.
        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::Lose);
        sora.goes_to(&link).await;
        let sight = sora.waits_for("a way on", |sight| sight.app == "ready" && sight.can("retry")).await;
        assert_eq!(sight.url, format!("{}/join", gate.origin()));
        assert_not_in_history(&sora, token).await;
        lost.lift();
        sora.does("retry").await;
        sora.at_invitation().await.accepts().await;
        assert_no_trace_but(&sora, &[token, dead_token], "once there is a flow", OPENED).await;

        sora.at_create_account().await.sends(newcomer).await;
        sora.comes_to("code").await;
        assert_no_trace_but(&sora, &[token, CANARY], "at the code", OPENED).await;
        sora.reloads().await;
        sora.comes_to("code").await;
        assert_no_trace(&sora, &[token, CANARY], "at the code, after a reload").await;
        sora.goes_back_in_history().await;
        sora.comes_to("create_account").await;
        assert_no_trace(&sora, &[token, CANARY], "back at the form").await;
        sora.fills("password", CANARY).await;
        sora.does("submit").await;
        sora.comes_to("code").await;
        let code = gate.code_for(newcomer.email).await;
        sora.at_code().await.enters(&code).await;
        sora.at_notice("joined").await;
        sora.does("start").await;
        sora.is_in(newcomer.email, "nuri").await;
        assert_no_trace(&sora, &[token, CANARY, &code], "at home").await;
        assert_told_nowhere(gate, &sora, &[token, dead_token, CANARY, &code, newcomer.email, newcomer.name]).await;
        assert_is_only_in(gate, CANARY, "/actions/submit", 2);
        assert_is_only_in(gate, dead_token, "/flows", 1);
    });
}

/// O5, O3: the token of a security link and its codes, through a wrong code, a leaving and a beginning anew.
#[test]
fn o5_the_token_and_the_codes_of_a_security_link_leave_no_trace() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let address = "haerin@partner.test";
        let (link, dead) = (gate.link("link").await, gate.link("link_expired").await);
        let (token, dead_token) = (token_of(&link), token_of(&dead));
        assert!(token.len() >= 22, "128 bits at least: {token}");
        haerin.opens(&dead).await;
        haerin.at_notice("link_expired").await;

        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::Lose);
        haerin.goes_to(&link).await;
        let sight = haerin.waits_for("a way on", |sight| sight.app == "ready" && sight.can("retry")).await;
        assert_eq!(sight.url, format!("{}/link", gate.origin()));
        assert_not_in_history(&haerin, token).await;
        lost.lift();
        haerin.does("retry").await;
        haerin.at_link_address().await.sends(address).await;
        haerin.comes_to("code").await;
        let wrong = gate.wrong_code_for(address).await;
        haerin.at_code().await.enters(&wrong).await;
        haerin.is_told("code_wrong").await;
        let old = gate.code_for(address).await;
        assert_no_trace_but(&haerin, &[token, dead_token, &old], "at the code", OPENED).await;

        haerin.reloads().await;
        haerin.at_ended().await;
        assert_no_trace(&haerin, &[token, dead_token, &old, &wrong, address], "after it was left").await;
        haerin.clicks("[data-action=restart]").await;
        haerin.at_link_address().await.sends(address).await;
        haerin.comes_to("code").await;
        let code = gate.code_for(address).await;
        let sight = haerin.opens_what_is_shared(address).await;
        let secrets = [token, dead_token, &old, &wrong, &code];
        assert_no_trace(&haerin, &[&secrets[..], &[address]].concat(), "where it leads").await;
        assert!(!sight.url.contains(token), "{sight}");
        haerin.goes_back_in_history().await;
        haerin.waits_for("something to look at", |sight| !sight.text.is_empty()).await;
        haerin.opens("/").await;
        assert_no_trace(&haerin, &[&secrets[..], &[address]].concat(), "for whoever comes next").await;
        assert_not_in_history(&haerin, token).await;

        assert_is_only_in(gate, token, "/flows", 1);
        assert_is_only_in(gate, dead_token, "/flows", 1);
        assert_is_only_in(gate, &code, "/actions/submit", 1);
        assert_told_nowhere(gate, &haerin, &[&secrets[..], &[address, "협력"]].concat()).await;
        for passed in gate.wire.passed().iter().filter(|passed| !passed.target.starts_with("/sandbox/")) {
            assert!(passed.headers.get("referer").is_none(), "{} {}", passed.method, passed.target);
        }
    });
}
