//! The end that everybody came for: the member is in, and the page is leaving.

use daemun_flow::Event;
use leptos::prelude::*;

use super::form::{form, go};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let parts = vec![heading_with(say(Text::CompleteTitle), None, say(Text::CompleteLead)), go("go", Text::CompleteGo)];
    form(gate, Box::new(move || gate.tell(Event::Retried)), parts)
}
