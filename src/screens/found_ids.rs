//! `found_ids`: the IDs of whoever received the code, masked (FEATURES L10).

use daemun_protocol::{Action, ActionName, FoundId, Step};
use leptos::prelude::*;

use super::form::{form, primary};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let ids = gate.step_once(|step| if let Step::FoundIds { ids } = step { Some(ids.clone()) } else { None });
    let ids = ids.unwrap_or_default().into_iter().map(|FoundId { masked, workspace }| {
        view! { <li><b>{masked}</b>" "<small>{workspace}</small></li> }.into_any()
    });
    let parts = vec![
        heading_with(say(Text::FoundTitle), None, say(Text::FoundLead)),
        view! { <ul class="found">{ids.collect::<Vec<_>>()}</ul> }.into_any(),
        primary(gate, ActionName::Back, Text::FoundBack),
    ];
    form(gate, Box::new(move || gate.act(Action::Back)), parts)
}
