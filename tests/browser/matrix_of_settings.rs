//! The screens of security settings, through languages, themes and widths, with axe-core on each and by keyboard alone (FEATURES X3,
//! X4). They are fed the protocol's own examples.

use serde_json::json;

use crate::harness::{golden, story};
use crate::matrix_of_joining::is_seen_everywhere;

const SETTINGS: &str = "/security";

/// X3, X4, S1.
#[test]
fn s1_matrix_security() {
    story(async |gate| {
        let member = gate.member().await;
        let mut flow = golden("flow-security");
        flow["step"]["items"][0]["identifier"] = json!("a.member_with-quite.a-long_id.of-40.chars");
        member.stands_at(SETTINGS, &flow).await;
        is_seen_everywhere(&member, "security").await;
        member.clicks("[data-action=turn_off_two_factor]").await;
        is_seen_everywhere(&member, "security-question").await;
        member.stands_at(SETTINGS, &golden("flow-security-little")).await;
        is_seen_everywhere(&member, "security-little").await;
    });
}

/// X3, X4, S5, S6: what is said of what was changed, and the form for another password.
#[test]
fn s6_matrix_what_was_changed() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(SETTINGS, &golden("flow-security-password_changed")).await;
        is_seen_everywhere(&member, "security-password_changed").await;
        member.stands_at(SETTINGS, &golden("flow-new_password-changed")).await;
        is_seen_everywhere(&member, "new_password-changed").await;
    });
}

/// X3, X4, S5: why it cannot be turned on.
#[test]
fn s5_matrix_nothing_to_verify_by() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(SETTINGS, &golden("flow-security-nothing")).await;
        is_seen_everywhere(&member, "security-nothing").await;
        member.stands_at(SETTINGS, &golden("flow-security-managed")).await;
        is_seen_everywhere(&member, "security-managed").await;
        member.stands_at(SETTINGS, &golden("flow-security-two_factor_off")).await;
        is_seen_everywhere(&member, "security-two_factor_off").await;
    });
}

/// X3, X4, S1.
#[test]
fn s1_matrix_sessions() {
    story(async |gate| {
        let member = gate.member().await;
        let mut flow = golden("flow-sessions");
        flow["step"]["sessions"][1]["browser"] = json!("");
        flow["step"]["sessions"][1]["place"] = json!("2001:db8:7::x");
        member.stands_at(SETTINGS, &flow).await;
        is_seen_everywhere(&member, "sessions").await;
        member.stands_at(SETTINGS, &golden("flow-sessions-only")).await;
        is_seen_everywhere(&member, "sessions-only").await;
    });
}
