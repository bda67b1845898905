//! `organisation`: which organisation? (FEATURES E3)

use daemun_protocol::{Action, ActionName, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading;

const ORGANISATION: Purpose =
    Purpose { name: "organisation", kind: "text", autocomplete: "organization", inputmode: "text" };

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let text =
        gate.step_once(|step| if let Step::Organisation { organisation } = step { organisation.clone() } else { None });
    let hint = say(Text::OrganisationHint);
    let wrong = wrong(gate, About::ALL);
    let field = Field { text, hint, ..Field::new(ORGANISATION, node, say(Text::OrganisationLabel), wrong) };
    let parts = vec![
        heading(say(Text::OrganisationTitle)),
        field.view(),
        submit(gate, Text::OrganisationSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::UseEmail, Text::OrganisationUseEmail)]),
    ];
    form(gate, Box::new(move || gate.act(Action::SubmitOrganisation { organisation: value(node) })), parts)
}
