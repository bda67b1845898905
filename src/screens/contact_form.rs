//! A form that asks for a personal email or a mobile number, to which a code goes next (FEATURES L10, T2).

use daemun_protocol::{Action, ActionName, Channel};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// No ID that is signed in with: a password manager has nothing to do with it.
const CONTACT: Purpose = Purpose { name: "identifier", kind: "text", autocomplete: "email", inputmode: "email" };

/// What the form says, and what else can be done.
pub struct ContactForm {
    pub title: Text,
    pub lead: Text,
    /// Where no code can go to a number.
    pub email_lead: Text,
    pub ways: &'static [(ActionName, Text)],
}

impl ContactForm {
    /// The form with what was entered before, for contacts that these channels reach.
    pub fn view(self, gate: Gate, text: Option<String>, channels: &[Channel]) -> AnyView {
        let node = NodeRef::<Input>::new();
        let (label, lead) = if channels.contains(&Channel::Sms) {
            (Text::FindLabel, self.lead)
        } else {
            (Text::FindEmailLabel, self.email_lead)
        };
        let field = Field { text, ..Field::new(CONTACT, node, say(label), wrong(gate, About::ALL)) };
        let parts = vec![
            heading_with(say(self.title), None, say(lead)),
            field.view(),
            submit(gate, Text::FindSubmit),
            ways(gate, self.ways),
        ];
        form(gate, Box::new(move || gate.act(Action::SubmitContact { identifier: value(node) })), parts)
    }
}
