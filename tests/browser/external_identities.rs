//! What a member has connected at external providers (FEATURES S3), at the sandbox's stand-ins.

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Member, Requests, Sight, Tampering, golden, story};
use crate::keyboard::tabs_to;
use crate::matrix_of_joining::is_seen_everywhere;

const MINJI: &str = "minji@daemun.test";
const EMMA: &str = "emma@daemun.test";
const DOHYUN: &str = "dohyun@daemun.test";

impl Member<'_> {
    /// From the front door of their settings to what is connected.
    async fn opens_identities(&self) -> Sight {
        self.opens_settings().await;
        self.does("show_identities").await;
        self.comes_to("external_identities").await
    }

    /// What is said of one provider.
    async fn reads_identity(&self, provider: &str) -> String {
        let script = "return document.querySelector(`li[data-provider=${arguments[0]}]`)?.innerText ?? ''";
        self.runs_with(script, vec![json!(provider)]).await.as_str().expect("text").to_owned()
    }

    async fn presses_at(&self, action: &str, provider: &str) {
        self.clicks(&format!("[data-action={action}][data-provider={provider}]")).await;
    }
}

/// S3: what is shared is said before she leaves, who comes back is connected and can sign in by it; both changes take a fresh proof,
/// which is said before, and are told by mail; disconnecting is asked for twice.
#[test]
fn s3_an_account_elsewhere_is_connected_signs_in_and_is_disconnected() {
    story(async |gate| {
        let emma = gate.member_in_reading(EMMA, "northwind", "en").await;
        emma.opens_settings().await;
        assert!(emma.reads_setting("identities").await.contains("Not linked"));
        gate.lets_pass(11 * 60).await;
        let sight = emma.opens_identities().await;
        assert!(sight.text.contains("ask first for your password"), "said before:\n{sight}");
        assert!(emma.reads_identity("kakao").await.contains("Not connected"), "{sight}");
        emma.presses_at("connect", "kakao").await;
        emma.comes_to("password").await;
        let password = gate.password_of(EMMA, "northwind").await;
        emma.at_password().await.enters(&password).await;
        let sight = emma.comes_to("provider").await;
        assert!(
            sight.text.contains("Connect another service") && sight.text.contains("a name for your account"),
            "{sight}"
        );
        assert!(
            !sight.text.contains("LINE") && !sight.text.contains("NAVER"),
            "the one that was chosen alone:\n{sight}"
        );
        // What came back is lost on the way once: nothing is lost by that.
        gate.wire.tamper_times(1, Requests::posts("/actions/return"), Tampering::LoseAnswer);
        emma.decides_at("kakao", "alex", "agree").await;
        let sight = emma.is_told("identity_connected").await;
        assert!(sight.screen == "external_identities" && sight.focus.in_main, "{sight}");
        assert!(emma.reads_identity("kakao").await.contains("Connected since"), "{sight}");
        let mails = gate.mails_to(EMMA).await;
        assert_eq!(mails.iter().filter(|mail| mail.subject.contains("Kakao")).count(), 1, "{mails:#?}");

        let at_home = gate.member_reading("en").await;
        at_home.comes_to_providers().await;
        at_home.decides_at("kakao", "alex", "agree").await;
        at_home.is_in(EMMA, "northwind").await;

        // By keyboard: thought better of, and then not.
        tabs_to(&emma, "the way to disconnect", |sight| sight.focus.action == "disconnect").await;
        emma.presses_key(Key::Enter).await;
        emma.waits_for("the question", |sight| {
            sight.focus.action == "cancel" && sight.text.contains("Disconnect Kakao?")
        })
        .await;
        emma.presses_key(Key::Escape).await;
        emma.waits_for("the button again", |sight| sight.focus.action == "disconnect").await;
        emma.presses_key(Key::Enter).await;
        emma.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        emma.presses_shift_tab().await;
        emma.presses_key(Key::Enter).await;
        let sight = emma.is_told("identity_disconnected").await;
        assert!(emma.reads_identity("kakao").await.contains("Not connected") && sight.focus.in_main, "{sight}");
        assert!(gate.mails_to(EMMA).await[0].subject.contains("disconnected"));
        emma.does("back").await;
        emma.comes_to("security").await;

        at_home.clicks("form[action='/home/sign-out'] button").await;
        at_home.comes_to_providers().await;
        at_home.decides_at("kakao", "alex", "agree").await;
        at_home.at_notice("provider_not_linked").await;
    });
}

/// S3: connected to somebody else here, cancelled there, and denied by the workspace: each says so, and nothing is connected.
#[test]
fn s3_what_is_taken_cancelled_or_denied_is_not_connected() {
    story(async |gate| {
        let dohyun = gate.member_in_reading(DOHYUN, "nuri", "en").await;
        dohyun.opens_identities().await;
        dohyun.presses_at("connect", "line").await;
        dohyun.comes_to("provider").await;
        dohyun.decides_at("line", "minji", "agree").await;
        let sight = dohyun.is_told("identity_taken").await;
        assert!(dohyun.reads_identity("line").await.contains("Not connected"), "{sight}");
        dohyun.presses_at("connect", "line").await;
        dohyun.comes_to("provider").await;
        dohyun.decides_at("line", "dohyun", "cancel").await;
        dohyun.is_told("provider_cancelled").await;
        dohyun.does("back").await;
        dohyun.comes_to("external_identities").await;
        gate.scenario("nuri_line_off").await;
        // What was offered before is refused now.
        dohyun.presses_at("connect", "line").await;
        let sight = dohyun.is_told("input_invalid").await;
        assert_eq!(sight.screen, "external_identities", "{sight}");
        dohyun.reloads().await;
        dohyun.comes_to("external_identities").await;
        let line = dohyun.reads_identity("line").await;
        assert!(line.contains("does not allow") && !line.contains("Connect LINE"), "{line}");
    });
}

/// S3: whoever has signed out meanwhile connects nothing with what they come back with.
#[test]
fn s3_who_signs_out_while_away_connects_nothing() {
    story(async |gate| {
        let emma = gate.member_in_reading(EMMA, "northwind", "en").await;
        emma.opens_identities().await;
        emma.presses_at("connect", "line").await;
        emma.comes_to("provider").await;
        let elsewhere = gate.member_in_reading(EMMA, "northwind", "en").await;
        let held = gate.wire.tamper(Requests::posts("/actions/return"), Tampering::Hold);
        emma.decides_at("line", "alex", "agree").await;
        emma.waits_for("the return to be on its way", |sight| sight.screen == "provider" && sight.state == "busy")
            .await;
        elsewhere.opens_settings().await;
        elsewhere.does("show_sessions").await;
        elsewhere.comes_to("sessions").await;
        elsewhere.does("sign_out_others").await;
        elsewhere.is_told("signed_out_elsewhere").await;
        held.lift();
        let sight = emma.at_ended().await;
        assert!(sight.can("restart"), "{sight}");
        elsewhere.does("back").await;
        elsewhere.comes_to("security").await;
        assert!(elsewhere.reads_setting("identities").await.contains("Not linked"));
    });
}

/// S3: what NAVER hands over with her consent is saved where her profile has nothing, and said.
#[test]
fn s3_what_naver_hands_over_is_saved_with_consent() {
    story(async |gate| {
        let emma = gate.member_in_reading(EMMA, "northwind", "en").await;
        emma.opens_identities().await;
        emma.presses_at("connect", "naver").await;
        let sight = emma.comes_to("provider").await;
        assert!(sight.text.contains("email") && sight.text.contains("mobile"), "said before:\n{sight}");
        emma.leaves_for("naver").await;
        emma.waits_for("the stand-in", |sight| sight.page == "provider").await;
        emma.clicks("[name=who][value=alex]").await;
        emma.clicks("[name=share]").await;
        emma.clicks("[name=decision][value=agree]").await;
        let sight = emma.is_told("contacts_saved").await;
        assert!(sight.says("identity_connected"), "{sight}");
        emma.does("back").await;
        emma.comes_to("security").await;
        // What is saved can be verified by.
        emma.does("turn_on_two_factor").await;
        emma.is_told("two_factor_on").await;
    });
}

/// X3, X4, S3: what is connected, through languages, themes and widths.
#[test]
fn x4_matrix_external_identities() {
    story(async |gate| {
        let minji = gate.member_in(MINJI, "nuri").await;
        for name in
            ["external_identities", "external_identities-connected", "external_identities-last", "provider-connect"]
        {
            minji.stands_at("/security", &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&minji, name).await;
        }
        minji.stands_at("/security", &golden("flow-external_identities")).await;
        minji.presses_at("disconnect", "naver").await;
        minji.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        is_seen_everywhere(&minji, "external_identities-question").await;
    });
}
