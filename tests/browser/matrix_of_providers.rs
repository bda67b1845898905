//! The screens of external providers, through languages, themes and widths, with axe-core on each (FEATURES L3, X3, X4). They are fed
//! the protocol's own examples.

use crate::harness::{Requests, Tampering, golden, story};
use crate::matrix_of_joining::is_seen_everywhere;

/// X3, X4, L3: the list, and each way in which somebody comes back to it.
#[test]
fn x4_matrix_provider() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["provider-cancelled", "provider-denied", "provider-unavailable", "provider-listed", "provider"] {
            member.stands_at("/join", &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&member, name).await;
        }
        let problem = golden("problem-provider_refused").to_string();
        let refusal = Tampering::answer(422, "application/problem+json", problem);
        let refused = gate.wire.tamper(Requests::posts("/actions/go"), refusal);
        member.clicks("[data-action=go]").await;
        member.is_told("provider_refused").await;
        refused.lift();
        is_seen_everywhere(&member, "provider-refused").await;
    });
}

/// X3, X4, L3: whose account there is connected to none here, or in several workspaces.
#[test]
fn x4_matrix_of_who_comes_back_from_a_provider() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["notice-provider_not_linked", "choose_workspace-provider", "identify-providers"] {
            member.stands_at("/join", &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&member, name).await;
        }
    });
}
