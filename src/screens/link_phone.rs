//! `link_phone`: a mobile number to sign in with, verified before it counts (FEATURES S2).

use daemun_protocol::{Action, ActionName, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::button::{Button, Rank};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// No ID of a password: a password manager has nothing to do with it.
const NUMBER: Purpose = Purpose { name: "identifier", kind: "tel", autocomplete: "tel", inputmode: "tel" };

fn asked(step: &Step) -> Option<(Option<String>, Option<String>)> {
    if let Step::LinkPhone { identifier, profile } = step { Some((identifier.clone(), profile.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let (text, profile) = gate.step_once(asked).unwrap_or_default();
    let node = NodeRef::<Input>::new();
    let field = Field { text, ..Field::new(NUMBER, node, say(Text::PhoneLabel), wrong(gate, About::ALL)) };
    let parts = vec![
        heading_with(say(Text::PhoneTitle), None, say(Text::PhoneLead)),
        field.view(),
        submit(gate, Text::FindSubmit),
        profile.map(|number| of_profile(gate, number)).into_any(),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || gate.act(Action::SubmitContact { identifier: value(node) })), parts)
}

/// The number that the profile has already.
fn of_profile(gate: Gate, number: String) -> AnyView {
    let name = ActionName::UseProfileNumber;
    let label = Box::new(move || filled(Text::PhoneUseProfile, &[("number", &number)]));
    let button = Button {
        busy: Box::new(move || gate.is_busy_with(name)),
        press: Box::new(move || gate.act(Action::UseProfileNumber)),
        ..Button::new(Rank::Quiet, name.as_str(), label)
    };
    view! { <div class="ways">{button.view()}</div> }.into_any()
}
