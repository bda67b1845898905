//! A step of a later version of the protocol: this page cannot show it, a newer one can.

use daemun_flow::Event;
use daemun_protocol::{ActionName, Step};
use leptos::prelude::*;

use super::form::{form, go, ways};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let kind = gate
        .step_once(|step| if let Step::Unknown { kind } = step { Some(kind.clone()) } else { None })
        .unwrap_or_default();
    let lead = move || filled(Text::UnknownText, &[("code", &kind)]);
    let parts = vec![
        heading_with(say(Text::UnknownTitle), None, Box::new(lead)),
        go("reload", Text::UnknownReload),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || gate.tell(Event::Outdated)), parts)
}
