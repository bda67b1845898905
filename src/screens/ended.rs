//! The flow is over without success: why, and how to begin anew.

use daemun_flow::{Event, Face};
use daemun_protocol::{EndReason, Kind};
use leptos::prelude::*;

use super::form::{form, go};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let reason = move || {
        gate.with(|machine| match machine.face() {
            Face::Ended { reason, .. } => reason.clone(),
            Face::Opening | Face::Unopened(_) | Face::Step { .. } | Face::Complete { .. } => EndReason::Cancelled,
        })
    };
    let words = move || match reason() {
        EndReason::Expired if began_by_link(gate) => (Text::EndedLinkTitle, Text::EndedLinkText),
        EndReason::Expired => (Text::EndedExpiredTitle, Text::EndedExpiredText),
        EndReason::Cancelled => (Text::EndedCancelledTitle, Text::EndedCancelledText),
        EndReason::Declined => (Text::EndedDeclinedTitle, Text::EndedDeclinedText),
        EndReason::Unknown(_) => (Text::EndedOtherTitle, Text::EndedOtherText),
    };
    let body = move || filled(words().1, &[("code", reason().as_str())]);
    let code = reason().as_str().to_owned();
    let parts =
        vec![heading_with(Box::new(move || said(words().0)), Some(code), Box::new(body)), go("restart", way_on(gate))];
    form(gate, Box::new(move || gate.tell(Event::Restarted)), parts)
}

/// Whether a link began this: without it, it cannot be begun again.
fn began_by_link(gate: Gate) -> bool {
    gate.with(|machine| machine.entry().kind != Kind::SignIn)
}

fn way_on(gate: Gate) -> Text {
    if began_by_link(gate) { Text::EndedLinkGo } else { Text::EndedRestart }
}
