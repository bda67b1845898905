//! `enrol_contact`: a first contact for second factors, verified before it counts (FEATURES T2, T4).

use daemun_protocol::{Action, ActionName, Channel, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// No ID that is signed in with: a password manager has nothing to do with it.
const CONTACT: Purpose = Purpose { name: "identifier", kind: "text", autocomplete: "email", inputmode: "email" };

fn asked(step: &Step) -> Option<(Option<String>, bool)> {
    if let Step::EnrolContact { identifier, channels } = step {
        Some((identifier.clone(), channels.contains(&Channel::Sms)))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let (text, by_sms) = gate.step_once(asked).unwrap_or_default();
    let (label, lead) =
        if by_sms { (Text::FindLabel, Text::EnrolLead) } else { (Text::FindEmailLabel, Text::EnrolEmailLead) };
    let field = Field { text, ..Field::new(CONTACT, node, say(label), wrong(gate, About::ALL)) };
    let parts = vec![
        heading_with(say(Text::EnrolTitle), None, say(lead)),
        field.view(),
        submit(gate, Text::FindSubmit),
        ways(
            gate,
            &[(ActionName::Back, Text::ActionBack), (ActionName::UseAuthenticator, Text::EnrolUseAuthenticator)],
        ),
    ];
    form(gate, Box::new(move || gate.act(Action::SubmitContact { identifier: value(node) })), parts)
}
