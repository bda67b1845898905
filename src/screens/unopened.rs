//! The flow could not be begun or read, and there is no form to say it on.

use daemun_flow::Event;
use leptos::prelude::*;

use super::form::{form, go};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading;

pub fn view(gate: Gate) -> AnyView {
    let parts = vec![heading(say(Text::UnopenedTitle)), go("retry", Text::UnopenedRetry)];
    form(gate, Box::new(move || gate.tell(Event::Retried)), parts)
}
