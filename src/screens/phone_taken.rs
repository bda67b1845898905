//! `phone_taken`: the number is the member's, but another account of the workspace signs in by it (FEATURES S2).

use daemun_protocol::{Action, ActionName, Step};
use leptos::prelude::AnyView;

use super::form::{form, primary, ways};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::heading::heading_with;

fn taken(step: &Step) -> Option<String> {
    if let Step::PhoneTaken { number } = step { Some(number.clone()) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let number = gate.step_once(taken).unwrap_or_default();
    let lead = Box::new(move || filled(Text::PhoneTakenLead, &[("number", &number)]));
    let parts = vec![
        heading_with(say(Text::PhoneTakenTitle), None, lead),
        primary(gate, ActionName::MovePhone, Text::PhoneMove),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || gate.act(Action::MovePhone)), parts)
}
