//! `register_id`: the first ID and password of a member who joined without. The ID stays for good, and that is said before
//! (FEATURES R5).

use daemun_protocol::{Action, ActionName, PasswordRules, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use super::new_password_field::NewPasswordField;
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

const IDENTIFIER: Purpose = Purpose { name: "identifier", kind: "text", autocomplete: "username", inputmode: "text" };
const AT_IDENTIFIER: &str = "/input/identifier";

fn asked(step: &Step) -> Option<(Option<String>, PasswordRules)> {
    if let Step::RegisterId { identifier, rules } = step { Some((identifier.clone(), *rules)) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((text, rules)) = gate.step_once(asked) else { return ().into_any() };
    let (identifier, password) = (NodeRef::<Input>::new(), NewPasswordField::new());
    let lead = move || filled(Text::RegisterLead, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let at_identifier = wrong(gate, About::at(AT_IDENTIFIER));
    let id_field = Field {
        text,
        hint: say(Text::RegisterHint),
        ..Field::new(IDENTIFIER, identifier, say(Text::PasswordIdentifier), at_identifier)
    };
    let parts = vec![
        heading_with(say(Text::RegisterTitle), None, Box::new(lead)),
        id_field.view(),
        password.view(Text::PasswordLabel, rules, wrong(gate, About::AllBut(&[AT_IDENTIFIER]))),
        submit(gate, Text::RegisterSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    let send = move || gate.act(Action::SubmitId { identifier: value(identifier), password: password.take() });
    form(gate, Box::new(send), parts)
}
