//! The screens of approval by the own phone and of new devices, through languages, themes and widths, with axe-core on each and by
//! keyboard alone (FEATURES X3, X4). They are fed the protocol's own examples.

use serde_json::{Value, json};

use crate::harness::story;
use crate::matrix::question_is_seen_everywhere;
use crate::matrix_of_joining::is_seen_everywhere;

/// A page with all screens.
const WHOLE: &str = "/approve";

/// One of the golden messages, which is not asked for again: nobody has it.
fn golden(name: &str) -> Value {
    let mut flow = crate::harness::golden(name);
    flow.as_object_mut().expect("a flow").remove("poll");
    flow
}

/// The flow with this time left for what waits.
fn ending_in(mut flow: Value, seconds: u64) -> Value {
    let now = flow["server_time"].as_u64().expect("a time");
    flow["step"]["expires_at"] = json!(now + seconds * 1000);
    flow
}

/// The flow with this time left for its QR code too.
fn scanned_for(flow: Value, seconds: u64) -> Value {
    let mut flow = ending_in(flow, 1500);
    flow["step"]["qr"]["expires_at"] = json!(flow["server_time"].as_u64().expect("a time") + seconds * 1000);
    flow
}

/// X3, X4, L5.
#[test]
fn l5_matrix_match_number_and_what_ends_it() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at("/", &ending_in(golden("flow-match_number"), 1500)).await;
        is_seen_everywhere(&member, "match_number").await;
        member.stands_at("/", &scanned_for(golden("flow-match_number-qr"), 1200)).await;
        is_seen_everywhere(&member, "match_number-qr").await;
        for code in ["denied", "expired", "number_wrong", "not_me"] {
            let name = format!("notice-approval_{code}");
            member.stands_at("/", &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&member, &name).await;
        }
    });
}

/// X3, X4, D1, D2: with all that else can be done unfolded.
#[test]
fn d1_matrix_wait_approval() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(WHOLE, &ending_in(golden("flow-wait_approval"), 1500)).await;
        is_seen_everywhere(&member, "wait_approval").await;
        member.looks_for_other_ways().await;
        is_seen_everywhere(&member, "wait_approval-other_ways").await;
        member.stands_at(WHOLE, &scanned_for(golden("flow-wait_approval-qr"), 1200)).await;
        member.looks_for_other_ways().await;
        is_seen_everywhere(&member, "wait_approval-qr").await;
        // The page counts by itself, whatever it hears.
        member.stands_at(WHOLE, &scanned_for(golden("flow-wait_approval-qr"), 2)).await;
        member.looks_for_other_ways().await;
        member.switches_language("ko").await;
        member.waits_for("a word that it is over", |sight| sight.text.contains("시간이 지났어요")).await;
        assert!(!member.is_shown_qr().await, "{}", member.sees().await);
        is_seen_everywhere(&member, "wait_approval-qr-over").await;
        for asked in ["member", "administrator"] {
            member.stands_at(WHOLE, &ending_in(golden(&format!("flow-wait_approval-{asked}")), 1500)).await;
            is_seen_everywhere(&member, &format!("wait_approval-{asked}")).await;
        }
    });
}

/// X3, X4, D4: the question before the administrator is asked.
#[test]
fn d4_matrix_of_the_question() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(WHOLE, &ending_in(golden("flow-wait_approval"), 1500)).await;
        member.looks_for_other_ways().await;
        question_is_seen_everywhere(&member, "ask_admin", "question").await;
    });
}

/// X3, X4, D5.
#[test]
fn d5_matrix_recovery_key() {
    story(async |gate| {
        let member = gate.member().await;
        let asks = golden("flow-recovery_key");
        member.stands_at(WHOLE, &asks).await;
        let wrong =
            json!({ "type": "about:blank", "status": 422, "code": "code_wrong", "tries_left": 4, "flow": asks });
        let refused = gate.refuses_with(&wrong);
        member.fills("code", "k7qm-x2rd-9wtz").await;
        member.does("submit").await;
        member.is_told("code_wrong").await;
        refused.lift();
        is_seen_everywhere(&member, "recovery_key-error").await;
        let mut shows = golden("flow-new_recovery_key");
        shows["step"]["key"] = json!("k7qm-x2rd-9wtz-0a1b-2c3d-4e5f");
        member.stands_at(WHOLE, &shows).await;
        is_seen_everywhere(&member, "new_recovery_key").await;
    });
}

/// X3, X4, D6.
#[test]
fn d6_matrix_approvals() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(WHOLE, &golden("flow-approvals-none")).await;
        is_seen_everywhere(&member, "approvals-none").await;
        member.stands_at(WHOLE, &golden("flow-approvals")).await;
        is_seen_everywhere(&member, "approvals").await;
    });
}

/// X3, X4, L5, D3, D4: also of a browser that does not say what it is, and with no number chosen.
#[test]
fn d6_matrix_approve() {
    story(async |gate| {
        let member = gate.member().await;
        let mut flow = golden("flow-approve");
        flow["step"]["request"]["browser"] = json!("");
        member.stands_at(WHOLE, &flow).await;
        let sight = member.sees().await;
        assert!(sight.text.contains("알 수 없는 브라우저"), "{sight}");
        member.clicks("[data-action=approve]").await;
        member.waits_for("a word on the number", |sight| sight.says("required")).await;
        is_seen_everywhere(&member, "approve-error").await;
        member.stands_at(WHOLE, &golden("flow-approve")).await;
        member.picks_number("42").await;
        is_seen_everywhere(&member, "approve").await;
        for kind in ["device", "administrator"] {
            member.stands_at(WHOLE, &golden(&format!("flow-approve-{kind}"))).await;
            is_seen_everywhere(&member, &format!("approve-{kind}")).await;
        }
    });
}

/// X3, X4, D6: what whoever was asked is told.
#[test]
fn d6_matrix_of_what_is_told_after_an_answer() {
    story(async |gate| {
        let member = gate.member().await;
        for code in ["approved", "denied", "number_wrong", "not_me", "settled"] {
            let name = format!("notice-request_{code}");
            member.stands_at(WHOLE, &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&member, &name).await;
        }
    });
}
