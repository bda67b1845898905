//! The end that everybody came for: the member is in, and the page is leaving.

use daemun_flow::Event;
#[cfg(feature = "whole")]
use daemun_protocol::Kind;
use leptos::prelude::*;

use super::form::{form, go};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let parts = vec![heading_with(say(title(gate)), None, say(Text::CompleteLead)), go("go", Text::CompleteGo)];
    form(gate, Box::new(move || gate.tell(Event::Retried)), parts)
}

/// Who was in already has done something else.
#[cfg(feature = "whole")]
fn title(gate: Gate) -> Text {
    let sets = gate.with_once(|machine| matches!(machine.entry().kind, Kind::Security | Kind::Policy));
    if sets { Text::CompleteSettings } else { Text::CompleteTitle }
}

#[cfg(not(feature = "whole"))]
const fn title(_: Gate) -> Text {
    Text::CompleteTitle
}
