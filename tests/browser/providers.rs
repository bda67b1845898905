//! Signing in by an external provider (FEATURES L3): at a real one, and at the sandbox's stand-ins.

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Member, OpenIdProvider, Passed, Requests, Sight, Tampering, story, story_with};
use crate::keyboard::tabs_to;
use crate::link_secrets::assert_not_in_history;
use crate::secrets::{assert_no_trace, assert_no_trace_but};

const MINJI: &str = "minji@daemun.test";
const HARUTO: &str = "haruto@daemun.test";
const DOHYUN: &str = "dohyun@daemun.test";
const TAEYANGS_OTHER_EMAIL: &str = "taeyang.home@daemun.test";

impl Member<'_> {
    /// To the list of providers, from the front door.
    pub async fn comes_to_providers(&self) -> Sight {
        self.opens("/").await;
        self.waits_for("the way by a provider", |sight| sight.actions.iter().any(|way| way.name == "use_provider"))
            .await;
        self.does("use_provider").await;
        self.comes_to("provider").await
    }

    /// Leaves for a provider.
    pub async fn leaves_for(&self, provider: &str) {
        self.clicks(&format!("[data-action=go][data-provider={provider}]")).await;
    }

    /// To one of the sandbox's stand-ins, and decides there.
    pub async fn decides_at(&self, provider: &str, who: &str, decision: &str) {
        self.leaves_for(provider).await;
        self.waits_for("the stand-in", |sight| sight.page == "provider").await;
        self.clicks(&format!("[name=who][value={who}]")).await;
        self.clicks(&format!("[name=decision][value={decision}]")).await;
    }

    /// To the real provider's own page.
    async fn is_at(&self, provider: &OpenIdProvider) -> Sight {
        let issuer = provider.issuer.clone();
        self.waits_for("the provider's page", move |sight| sight.url.starts_with(&issuer) && !sight.text.is_empty())
            .await
    }

    /// Signs in at the real provider, and agrees.
    async fn agrees_at(&self, provider: &OpenIdProvider, login: &str) {
        self.is_at(provider).await;
        self.waits_until_true("the provider's form", "return !!document.querySelector('input[name=login]')").await;
        self.runs_with("document.querySelector('input[name=login]').value = arguments[0]", vec![json!(login)]).await;
        self.runs("document.querySelector('input[name=password]').value = 'any'").await;
        self.clicks("button[type=submit]").await;
        self.waits_until_true(
            "the question for consent",
            "return !document.querySelector('input[name=login]') && !!document.querySelector('button[type=submit]')",
        )
        .await;
        self.clicks("button[type=submit]").await;
    }
}

/// L3: at a real provider: what is shared is said before leaving, she signs in there, and is in; no trace is left of what came
/// back, and she goes by that way in a second time.
#[test]
fn l3_a_member_signs_in_by_a_real_provider() {
    let provider = OpenIdProvider::open();
    story_with(provider.configured(), async |gate| {
        provider.takes(gate);
        gate.connects(MINJI, "northwind", "acme", "minji-there").await;
        let minji = gate.member_reading("en").await;
        minji.browser.may_go_to(&provider.issuer);
        let sight = minji.comes_to_providers().await;
        assert_eq!(sight.path(), "/continue", "{sight}");
        assert!(
            sight.text.contains("Continue to Acme") && sight.text.contains("a name for your account there"),
            "{sight}"
        );
        assert!(!sight.text.contains("mobile"), "no more than is asked for: {sight}");
        minji.leaves_for("acme").await;
        minji.agrees_at(&provider, "minji-there").await;
        minji.is_in(MINJI, "northwind").await;
        let returned =
            gate.wire.passed().into_iter().find(|passed| passed.path() == "/continue/acme").expect("a return");
        let query = url::Url::parse(&format!("http://x{}", returned.target)).expect("an address");
        let secrets: Vec<String> = query
            .query_pairs()
            .filter(|(name, _)| name == "code" || name == "state")
            .map(|(_, value)| value.into_owned())
            .collect();
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        assert_eq!(secrets.len(), 2);
        assert_no_trace(&minji, &secrets, "at home").await;
        for secret in &secrets {
            assert_not_in_history(&minji, secret).await;
            assert!(!gate.log().join("\n").contains(secret));
            assert!(!minji.browser.console().await.join("\n").contains(secret));
        }
        // Nobody is told where she came from.
        let tells = |passed: &Passed| {
            let from = passed.headers.get("referer").map(|from| String::from_utf8_lossy(from.as_bytes()).into_owned());
            from.is_some_and(|from| from.contains(&gate.origin()) || secrets.iter().any(|secret| from.contains(secret)))
        };
        assert!(!gate.wire.passed().iter().any(tells));
    });
}

/// L3: cancelled at the real provider, and not linked: each says so, with a way on; Back from there leads to where she left.
#[test]
fn l3_cancelled_not_linked_and_back_each_lead_on() {
    let provider = OpenIdProvider::open();
    story_with(provider.configured(), async |gate| {
        provider.takes(gate);
        let minji = gate.member_reading("en").await;
        minji.browser.may_go_to(&provider.issuer);
        minji.comes_to_providers().await;
        let flow = minji.flow_id().await;
        minji.leaves_for("acme").await;
        minji.is_at(&provider).await;
        minji.goes_back_in_history().await;
        let sight = minji.comes_to("provider").await;
        assert_eq!(minji.flow_id().await, flow, "{sight}");

        minji.leaves_for("acme").await;
        minji.is_at(&provider).await;
        minji.waits_until_true("a way to cancel", "return !!document.querySelector('a[href$=abort]')").await;
        minji.clicks("a[href$=abort]").await;
        let sight = minji.is_told("provider_cancelled").await;
        assert!(sight.words_of("provider_cancelled").contains("Acme"), "{sight}");
        assert_eq!((sight.screen.as_str(), sight.path().as_str()), ("provider", "/continue"), "{sight}");

        minji.leaves_for("acme").await;
        minji.agrees_at(&provider, "nobody-here").await;
        let sight = minji.is_told("provider_not_linked").await;
        assert!(sight.text.contains("Acme"), "{sight}");
        minji.does("back").await;
        minji.comes_to("identify").await;
        assert_eq!(minji.flow_id().await, flow, "one flow all along");

        provider.goes_down();
        minji.does("use_provider").await;
        minji.comes_to("provider").await;
        minji.leaves_for("acme").await;
        minji.is_told("provider_unavailable").await;
    });
}

/// L3, X2: the network is lost as she comes back: what she came back with is still there, and is sent once more; a lost answer is
/// given again; a reload in between keeps the flow.
#[test]
fn l3_x2_a_return_survives_a_lost_connection_and_a_reload() {
    story(async |gate| {
        let haruto = gate.member_reading("ja").await;
        let returns = Requests::posts("/actions/return");
        haruto.comes_to_providers().await;
        let lost = gate.wire.tamper(returns, Tampering::Lose);
        haruto.decides_at("line", "haruto", "agree").await;
        let sight = haruto.is_told("network").await;
        assert_eq!(sight.screen, "provider", "{sight}");
        lost.lift();
        haruto.does("retry").await;
        haruto.is_in(HARUTO, "sakura").await;

        // The page is gone before the answer: the flow is where it was, and leads on.
        let dohyun = gate.member().await;
        dohyun.comes_to_providers().await;
        let held = gate.wire.tamper(returns, Tampering::Hold);
        dohyun.decides_at("naver", "dohyun", "agree").await;
        dohyun
            .waits_for("the return to be on its way", |sight| sight.screen == "provider" && sight.state == "busy")
            .await;
        dohyun.reloads().await;
        held.lift();
        dohyun.comes_to("provider").await;
        dohyun.decides_at("naver", "dohyun", "agree").await;
        dohyun.is_in(DOHYUN, "nuri").await;
    });
}

/// L3, T1: behind an identity the second factor is asked for; one that is connected in several workspaces leads to a choice, which
/// says by what.
#[test]
fn l3_what_comes_behind_an_identity() {
    story(async |gate| {
        let taeyang = gate.member_reading("en").await;
        taeyang.comes_to_providers().await;
        taeyang.decides_at("line", "taeyang", "agree").await;
        taeyang.comes_to("choose_factor").await;
        taeyang.chooses_factor("email").await;
        taeyang.comes_to("code").await;
        let code = gate.code_for(TAEYANGS_OTHER_EMAIL).await;
        taeyang.fills("code", &code).await;
        taeyang.is_in("taeyang@daemun.test", "nuri").await;

        let minji = gate.member_reading("en").await;
        minji.comes_to_providers().await;
        minji.decides_at("line", "minji", "agree").await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(sight.text.contains("Your LINE account is connected"), "{sight}");
        minji.chooses("hanbit").await;
        minji.is_in(MINJI, "hanbit").await;
    });
}

/// L3: what comes back in another browser, or a second time, is refused with a word, and leads to signing in.
#[test]
fn l3_a_return_in_another_browser_and_a_second_time_are_refused() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.comes_to_providers().await;
        let held = gate.wire.tamper(Requests::posts("/actions/return"), Tampering::Hold);
        haruto.decides_at("line", "haruto", "agree").await;
        haruto
            .waits_for("the return to be on its way", |sight| sight.screen == "provider" && sight.state == "busy")
            .await;
        let returned =
            gate.wire.passed().into_iter().find(|passed| passed.path() == "/continue/line").expect("a return");
        let thief = gate.member_reading("en").await;
        thief.goes_to(&returned.target).await;
        held.lift();
        let sight = thief.is_told("provider_refused").await;
        assert_eq!(sight.screen, "identify", "{sight}");
        haruto.is_in(HARUTO, "sakura").await;
        let code = returned.target.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
        assert_no_trace_but(&thief, &[code], "with whoever has the address", "opened").await;

        // Again, where it came from: the flow is complete, and leads where it led.
        haruto.goes_to(&returned.target).await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.comes_to_providers().await;
        haruto.runs_with("location.assign(arguments[0])", vec![json!(altered(&returned.target))]).await;
        haruto.is_told("provider_refused").await;
    });
}

/// The address that came back, with a state that begins with no flow.
fn altered(target: &str) -> String {
    target.replace("state=", "state=x")
}

/// L3, L8, P1: a provider that the workspace denies is not there, and one that is denied since opens nothing and says so.
#[test]
fn l3_p1_a_denied_provider_is_not_offered_and_bites_at_the_next_login() {
    story(async |gate| {
        let dohyun = gate.member_reading("en").await;
        dohyun.opens("/o/nuri").await;
        dohyun.comes_to("password").await;
        dohyun.does("use_provider").await;
        let sight = dohyun.comes_to("provider").await;
        assert!(sight.text.contains("NAVER"), "{sight}");
        gate.scenario("nuri_naver_off").await;
        dohyun.reloads().await;
        let sight = dohyun.comes_to("provider").await;
        assert!(!sight.text.contains("NAVER") && sight.text.contains("LINE"), "{sight}");
        dohyun.does("back").await;
        dohyun.comes_to("password").await;
        // The front door has it still, for other workspaces.
        dohyun.comes_to_providers().await;
        dohyun.decides_at("naver", "dohyun", "agree").await;
        dohyun.is_told("method_not_allowed").await;
        gate.scenario("nuri_naver_on").await;
        dohyun.comes_to_providers().await;
        dohyun.decides_at("naver", "dohyun", "refuse").await;
        dohyun.is_told("provider_denied").await;
        dohyun.decides_at("naver", "dohyun", "agree").await;
        dohyun.is_in(DOHYUN, "nuri").await;
    });
}

/// L3, X4: to a provider and back by keyboard alone; the focus is on what comes.
#[test]
fn x4_a_provider_is_chosen_by_keyboard_alone() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        tabs_to(&minji, "the way by a provider", |sight| sight.focus.action == "use_provider").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.comes_to("provider").await;
        assert_eq!(sight.focus.tag, "h1", "{sight}");
        tabs_to(&minji, "Kakao", |sight| sight.focus.action == "go" && sight.focus.text.contains("Kakao")).await;
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the stand-in", |sight| sight.page == "provider").await;
        minji.clicks("[name=decision][value=cancel]").await;
        let sight = minji.comes_to("provider").await;
        assert!(sight.says("provider_cancelled") && sight.focus.in_main, "{sight}");
    });
}
