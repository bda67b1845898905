//! `passkey`: the member's own device or security key says who it is (FEATURES L4, T5). The device is asked by the driver at once
//! where the press that led here allows it, else by the button.

use daemun_flow::{Event, Face};
use daemun_protocol::ActionName;
use leptos::prelude::*;

use super::form::{form, settings_or, submit, ways};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let parts = vec![
        heading_with(say(settings_or(gate, Text::PasskeyTitle)), None, Box::new(move || lead(gate))),
        submit(gate, Text::IdentifySubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::UseOther, Text::CodeUseOther)]),
    ];
    form(gate, Box::new(move || gate.tell(Event::AskedDevice { given: String::new() })), parts)
}

/// Whose it is, where that is known.
fn lead(gate: Gate) -> String {
    gate.with(|machine| match machine.face() {
        Face::Step { account: Some(account), .. } => filled(Text::PasskeyLead, &[("account", &account.identifier)]),
        Face::Step { account: None, .. }
        | Face::Opening
        | Face::Unopened(_)
        | Face::Complete { .. }
        | Face::Ended { .. } => filled(Text::FactorPasskey, &[]),
    })
}
