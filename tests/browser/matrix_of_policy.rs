//! The screens of a workspace's policy, through languages, themes and widths, with axe-core on each and by keyboard alone (FEATURES
//! P2, X3, X4). They are fed the protocol's own examples.

use crate::harness::{Requests, Tampering, golden, story};
use crate::matrix::question_is_seen_everywhere;
use crate::matrix_of_joining::is_seen_everywhere;

/// A page with all screens.
const WHOLE: &str = "/security/policy";

/// X3, X4, P2: as it is, with changes that are marked, and after they are saved.
#[test]
fn p2_matrix_account_security() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["account_security", "account_security-meanwhile", "account_security-saved"] {
            member.stands_at(WHOLE, &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&member, name).await;
        }
        member.stands_at(WHOLE, &golden("flow-account_security")).await;
        let problem = golden("problem-input_invalid-option_invalid").to_string();
        let refusal = Tampering::answer(422, "application/problem+json", problem);
        let refused = gate.wire.tamper(Requests::posts("/actions/review"), refusal);
        member.fills("password_min_length", "7").await;
        member.does("review").await;
        member.is_told_at("password_min_length", "option_invalid").await;
        refused.lift();
        is_seen_everywhere(&member, "account_security-error").await;
    });
}

/// X3, X4, P2.
#[test]
fn p2_matrix_policy_review_and_who_is_no_administrator() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["policy_review", "policy_review-more", "notice-not_administrator"] {
            member.stands_at(WHOLE, &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&member, name).await;
        }
    });
}

/// X3, X4, P2: the question before members are locked out.
#[test]
fn p2_matrix_of_the_question() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(WHOLE, &golden("flow-policy_review")).await;
        question_is_seen_everywhere(&member, "save", "policy-question").await;
    });
}
