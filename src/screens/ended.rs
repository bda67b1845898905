//! The flow is over without success: why, and how to begin anew.

use daemun_flow::{Event, Face};
use daemun_protocol::EndReason;
#[cfg(feature = "whole")]
use daemun_protocol::Kind;
use leptos::prelude::*;

use super::form::{form, go};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said};
use crate::widgets::heading::heading_with;

/// Title, text, and the label of the way on.
type Said = (Text, Text, Text);

pub fn view(gate: Gate) -> AnyView {
    let reason = move || {
        gate.with(|machine| match machine.face() {
            Face::Ended { reason, .. } => reason.clone(),
            Face::Opening | Face::Unopened(_) | Face::Step { .. } | Face::Complete { .. } => EndReason::Cancelled,
        })
    };
    let (title, text, go_on) = of_link(gate, &reason()).unwrap_or_else(|| of_any(&reason()));
    let body = move || filled(text, &[("code", reason().as_str())]);
    let code = reason().as_str().to_owned();
    let parts = vec![heading_with(Box::new(move || said(title)), Some(code), Box::new(body)), go("restart", go_on)];
    form(gate, Box::new(move || gate.tell(Event::Restarted)), parts)
}

fn of_any(reason: &EndReason) -> Said {
    let (title, text) = match reason {
        EndReason::Expired => (Text::EndedExpiredTitle, Text::EndedExpiredText),
        EndReason::Cancelled => (Text::EndedCancelledTitle, Text::EndedCancelledText),
        EndReason::Declined | EndReason::Left | EndReason::SignedOut | EndReason::Unknown(_) => {
            (Text::EndedOtherTitle, Text::EndedOtherText)
        }
    };
    (title, text, Text::EndedRestart)
}

/// What was begun by a link: without it, only a security link can be begun again.
#[cfg(feature = "whole")]
fn of_link(gate: Gate, reason: &EndReason) -> Option<Said> {
    let begun_inside =
        gate.with(|machine| matches!(machine.entry().kind, Kind::Security | Kind::Approve | Kind::Policy));
    let began_by_link = gate.with(|machine| !machine.entry().can_begin_anew());
    let begins_again = gate.with(
        |machine| matches!(machine.face(), Face::Ended { restart: Some(restart), .. } if restart.kind == Kind::Link),
    );
    let (title, text) = match reason {
        EndReason::Left => (Text::EndedLeftTitle, Text::EndedLeftText),
        EndReason::Declined => (Text::EndedDeclinedTitle, Text::EndedDeclinedText),
        EndReason::SignedOut => (Text::EndedSignedOutTitle, Text::EndedSignedOutText),
        EndReason::Expired if begins_again => (Text::EndedLinkTitle, Text::EndedOverText),
        EndReason::Expired if began_by_link => (Text::EndedLinkTitle, Text::EndedLinkText),
        // Nobody was signing in.
        EndReason::Cancelled if begun_inside => (Text::EndedOtherTitle, Text::EndedOtherText),
        EndReason::Expired | EndReason::Cancelled | EndReason::Unknown(_) => {
            let (title, text, _) = of_any(reason);
            (title, text)
        }
    };
    let leads_away = began_by_link && !begins_again || *reason == EndReason::SignedOut;
    Some((title, text, if leads_away { Text::EndedLinkGo } else { Text::EndedRestart }))
}

/// The login path begins by no link.
#[cfg(not(feature = "whole"))]
fn of_link(_: Gate, _: &EndReason) -> Option<Said> {
    None
}
