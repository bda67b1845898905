//! The screens of phones, second factors and authenticators, through languages, themes and widths, with axe-core on each and
//! by keyboard alone (FEATURES X3, X4, X10).

use serde_json::json;

use crate::authenticator::{shown, typed_in};
use crate::harness::story;
use crate::matrix_of_joining::is_seen_everywhere;

const MINJI: &str = "minji@daemun.test";
const HARUTO: &str = "haruto@daemun.test";

/// X3, X4, L2, T1: with every way that a code can have beside it.
#[test]
fn x4_matrix_choose_factor_and_its_codes() {
    story(async |gate| {
        gate.policy("nuri", json!({ "two_factor": "required", "remember_browser": true })).await;
        let minji = gate.member().await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.comes_to("choose_factor").await;
        is_seen_everywhere(&minji, "choose_factor").await;
        minji.at_choose_factor().await.picks("sms").await;
        minji.comes_to("code").await;
        is_seen_everywhere(&minji, "code-by-sms").await;
        minji.at_code().await.uses_notification().await;
        minji.waits_for("a service notification", |sight| sight.is_settled() && sight.offers("use_sms")).await;
        is_seen_everywhere(&minji, "code-by-notification").await;
    });
}

/// X3, X4, T2, T4, T3.
#[test]
fn x4_matrix_enrol_contact_and_its_dead_end() {
    story(async |gate| {
        gate.policy("sakura", json!({ "two_factor": "required" })).await;
        let haruto = gate.member().await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_enrol_contact().await.sends(HARUTO).await;
        haruto.is_told_at("identifier", "contact_is_id").await;
        is_seen_everywhere(&haruto, "enrol_contact-error").await;
        haruto.opens("/").await;
        haruto.proves_number("090-1234-5678", "+819012345678").await;
        haruto.comes_to("enrol_contact").await;
        is_seen_everywhere(&haruto, "enrol_contact-by-email").await;
        gate.policy("sakura", json!({ "managed_profiles": true })).await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_notice("second_factor_missing").await;
        is_seen_everywhere(&haruto, "notice-second_factor_missing").await;
    });
}

/// X3, X4, T5.
#[test]
fn x4_matrix_enrol_authenticator_and_recovery_codes() {
    story(async |gate| {
        gate.policy("sakura", json!({ "two_factor": "required", "remember_browser": true })).await;
        let haruto = gate.member().await;
        haruto.comes_to_key("sakura", HARUTO).await;
        is_seen_everywhere(&haruto, "enrol_authenticator").await;
        let key = typed_in(&haruto.at_enrol_authenticator().await.key().await);
        let code = shown(gate, &key, 0).await;
        haruto.at_enrol_authenticator().await.enters(&code).await;
        haruto.comes_to("recovery_codes").await;
        is_seen_everywhere(&haruto, "recovery_codes").await;
        haruto.at_recovery_codes().await.has_kept_them().await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// X3, X4, T5: how the app's code, and one of those that were kept, is asked for at the next sign-in.
#[test]
fn x4_matrix_authenticator_and_recovery_code() {
    story(async |gate| {
        gate.policy("sakura", json!({ "two_factor": "required", "remember_browser": true })).await;
        let haruto = gate.member().await;
        haruto.comes_to_key("sakura", HARUTO).await;
        let key = typed_in(&haruto.at_enrol_authenticator().await.key().await);
        let code = shown(gate, &key, 0).await;
        haruto.at_enrol_authenticator().await.enters(&code).await;
        haruto.at_recovery_codes().await.has_kept_them().await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.gives_password_at("sakura", HARUTO).await;
        haruto.at_code().await.enters(&code).await;
        haruto.is_told("code_spent").await;
        is_seen_everywhere(&haruto, "code-of-authenticator").await;
        haruto.at_code().await.uses_other().await;
        haruto.comes_to("choose_factor").await;
        is_seen_everywhere(&haruto, "choose_factor-recovery").await;
        haruto.at_choose_factor().await.picks("recovery_code").await;
        haruto.at_recovery_code().await.enters("123456").await;
        haruto.is_told_at("code", "recovery_code_invalid").await;
        is_seen_everywhere(&haruto, "recovery_code-error").await;
    });
}
