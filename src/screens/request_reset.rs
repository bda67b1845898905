//! `request_reset`: whose password is forgotten? What comes next is the same for everybody (FEATURES R1).

use daemun_protocol::{Action, ActionName, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

const NAME: Purpose = Purpose { name: "name", kind: "text", autocomplete: "name", inputmode: "text" };
const EMAIL: Purpose = Purpose { name: "email", kind: "text", autocomplete: "username", inputmode: "email" };
const AT_NAME: &str = "/input/name";

fn known(step: &Step) -> Option<(Option<String>, Option<String>)> {
    if let Step::RequestReset { name, email } = step { Some((name.clone(), email.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let (name, email) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let (known_name, known_email) = gate.step_once(known).unwrap_or_default();
    let at_name = wrong(gate, About::at(AT_NAME));
    let at_email = wrong(gate, About::AllBut(&[AT_NAME]));
    let parts = vec![
        heading_with(say(Text::ResetTitle), None, say(Text::ResetLead)),
        Field { text: known_name, ..Field::new(NAME, name, say(Text::AccountName), at_name) }.view(),
        Field { text: known_email, ..Field::new(EMAIL, email, say(Text::AccountEmail), at_email) }.view(),
        submit(gate, Text::ResetSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    let send = move || gate.act(Action::SubmitReset { name: value(name), email: value(email) });
    form(gate, Box::new(send), parts)
}
