//! The list of accounts that the apps of a native host share (FEATURES L6): a second one, below this app's own.

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Gate, Member, Sight, story};
use crate::keyboard::tabs_to;

const MINJI: &str = "minji@daemun.test";
const MASKED: &str = "mi***@daemun.test";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const DOOR: &str = "/?handoff=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const LISTED: &str =
    "return [...document.querySelectorAll('.accounts > *')].map((part) => part.tagName + ' ' + part.children.length)";

/// One of the host's apps, in a webview of its own, with what the host says in it.
async fn app<'gate>(gate: &'gate Gate, says: &str) -> Member<'gate> {
    let app = gate.member().await;
    app.runs_before_each_page(&format!(
        "window.told = []; window.daemunHost = {{ postMessage: (text) => told.push(JSON.parse(text)), {says} }}"
    ))
    .await;
    app
}

/// An app that has the list.
async fn sharing(gate: &Gate) -> Member<'_> {
    app(gate, "accountList: 'yQf3b9sXo0m4Tn1uK7vZpHc2dWgJ5LrE8aYiVtNxR6A'").await
}

impl Member<'_> {
    async fn signs_in_to_the_app(&self) {
        self.opens(&format!("/o/nuri?handoff={CHALLENGE}")).await;
        self.comes_to("password").await;
        let password = self.gate.password_of(MINJI, "nuri").await;
        self.at_password().await.enters_with_id(MINJI, &password).await;
        self.is_handed_over().await;
    }

    async fn is_handed_over(&self) {
        self.waits_until_true("the app to be given the code", "return told.some(({ handoff }) => handoff)").await;
    }

    /// The app's door, as the backend has answered it.
    async fn is_at_the_door(&self) -> Sight {
        self.opens(DOOR).await;
        self.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await
    }

    async fn is_listed_nothing(&self) {
        let sight = self.is_at_the_door().await;
        assert_eq!(self.runs("return Boolean(daemun.listed)").await, false, "{sight}");
    }

    async fn is_listed_somebody(&self) -> Sight {
        self.is_at_the_door().await;
        self.waits_for("the list", |sight| sight.offers("choose")).await
    }
}

/// L6: who has signed in in one app is offered in another, by keyboard alone and behind a proof; what is not to be taken off there has
/// nothing to take it off by. An app that is left out neither sees nor adds anything.
#[test]
fn l6_an_account_of_another_app_is_offered_here() {
    story(async |gate| {
        app(gate, "").await.signs_in_to_the_app().await;
        let minji = sharing(gate).await;
        // The app before was left out.
        minji.is_listed_nothing().await;
        minji.signs_in_to_the_app().await;

        let other = sharing(gate).await;
        let sight = other.is_listed_somebody().await;
        assert!(sight.label_of("choose").contains(MASKED) && !sight.text.contains(MINJI), "{sight}");
        assert!(!sight.offers("forget") && sight.text.contains("다른 앱에서 로그인한 계정"), "{sight}");
        assert_eq!(other.runs("return document.querySelectorAll('.accounts summary').length").await, 0);
        tabs_to(&other, "the account", |sight| sight.focus.action == "choose").await;
        other.presses_key(Key::Enter).await;
        let sight = other.comes_to("password").await;
        assert!(sight.text.contains(MASKED), "{sight}");
        other.at_password().await.enters("wrong").await;
        other.waits_for("the refusal", |sight| sight.is_settled() && sight.field("password").invalid).await;
        let password = gate.password_of(MINJI, "nuri").await;
        other.at_password().await.enters(&password).await;
        other.is_handed_over().await;
        let kept = other
            .runs("return [location.href, document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })]")
            .await;
        assert!(!kept.to_string().contains("yQf3b9sX"), "the list's secret is in no address and no storage: {kept}");

        app(gate, "").await.is_listed_nothing().await;
        // What is no secret of a list is no list, and no page that cannot begin.
        let odd = app(gate, "accountList: { toString: 7 }").await;
        odd.is_listed_nothing().await;
    });
}

/// L6: × takes an account off the app's own list; the shared one has it as before.
#[test]
fn l6_taking_off_here_leaves_the_shared_list_alone() {
    story(async |gate| {
        let minji = sharing(gate).await;
        minji.signs_in_to_the_app().await;
        minji.is_listed_somebody().await;
        assert_eq!(minji.runs(LISTED).await, json!(["H2 0", "UL 1"]), "on both it is listed once");
        minji.clicks(".accounts summary").await;
        minji.does("forget").await;
        let sight = minji.waits_for("undo", |sight| sight.is_settled() && sight.offers("restore")).await;
        assert!(sight.offers("choose") && !sight.offers("forget"), "{sight}");
        assert_eq!(minji.runs(LISTED).await, json!(["H2 0", "UL 1", "H2 0", "UL 1"]));
        assert_eq!(sight.focus.action, "restore", "{sight}");
        minji.does("restore").await;
        minji.waits_for("it to be back", |sight| sight.is_settled() && !sight.offers("restore")).await;
        assert_eq!(minji.runs(LISTED).await, json!(["H2 0", "UL 1"]));
        minji.clicks(".accounts summary").await;
        minji.does("forget").await;
        minji.waits_for("undo", |sight| sight.is_settled() && sight.offers("restore")).await;

        let sight = minji.is_listed_somebody().await;
        assert_eq!(minji.runs(LISTED).await, json!(["H2 0", "UL 1"]));
        assert!(
            sight.text.contains("다른 앱에서 로그인한 계정") && !sight.text.contains("이 기기에서 로그인한 계정"),
            "{sight}"
        );
        minji.does("choose").await;
        minji.comes_to("password").await;
    });
}
