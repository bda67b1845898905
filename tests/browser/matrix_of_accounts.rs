//! The screens with the list of accounts, through languages, themes and widths, with axe-core on each and by keyboard alone (FEATURES
//! L6, X3, X4). They are fed the protocol's own examples.

use crate::harness::{golden, story};
use crate::matrix_of_joining::is_seen_everywhere;

/// X3, X4, L6: the list, one of it asked about, one of it taken off.
#[test]
fn l6_matrix_accounts() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["identify-accounts", "identify-forgotten", "identify-shared"] {
            member.stands_at("/", &golden(&format!("flow-{name}"))).await;
            member.waits_for("the list", |sight| sight.offers("choose")).await;
            is_seen_everywhere(&member, name).await;
        }
        member.stands_at("/", &golden("flow-identify-accounts")).await;
        member.waits_for("the list", |sight| sight.offers("choose")).await;
        member.clicks(".accounts summary").await;
        member.waits_for("the question", |sight| sight.offers("forget")).await;
        is_seen_everywhere(&member, "identify-question").await;
    });
}

/// X3, X4, L6: each method, and what a chosen account is asked.
#[test]
fn l6_matrix_methods_and_password() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at("/", &golden("flow-identify-methods")).await;
        member.waits_for("the list", |sight| sight.offers("choose")).await;
        is_seen_everywhere(&member, "identify-methods").await;
        member.stands_at("/", &golden("flow-password-masked")).await;
        is_seen_everywhere(&member, "password-masked").await;
    });
}
