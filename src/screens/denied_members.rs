//! `denied_members`: who alone may not sign in by an external provider, and another one to be added (FEATURES P1). What that does is
//! looked at first.

use daemun_protocol::{Action, ActionName, DeniedMember, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say};
use crate::widgets::Live;
use crate::widgets::button::{Button, Rank};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// It is somebody else's: nothing that a browser knows of the administrator fits.
const MEMBER: Purpose = Purpose::plain("identifier");

fn listed(step: &Step) -> Option<(String, Option<String>, Vec<DeniedMember>)> {
    if let Step::DeniedMembers { provider, identifier, members } = step {
        Some((provider.clone(), identifier.clone(), members.clone()))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let (provider, text, _) = gate.step_once(listed).unwrap_or_default();
    let members = Memo::new(move |_| gate.step(listed).map(|(_, _, members)| members).unwrap_or_default());
    let rows: Live = Box::new(move || members.get().into_iter().map(|member| row(gate, member)).collect());
    let none = move || if members.with(Vec::is_empty) { said(Text::DeniedNone) } else { String::new() };
    let node = NodeRef::<Input>::new();
    let field = Field { text, ..Field::new(MEMBER, node, say(Text::DeniedLabel), wrong(gate, About::ALL)) };
    let proof = move || if gate.asks_proof(ActionName::Submit) { said(Text::PolicyProof) } else { String::new() };
    let lead = move || filled(Text::DeniedLead, &[("provider", &provider)]);
    let parts = vec![
        heading_with(say(Text::DeniedTitle), None, Box::new(lead)),
        view! { <ul class="settings">{rows}</ul> }.into_any(),
        view! { <p class="none">{none}</p> }.into_any(),
        field.view(),
        view! { <p class="aside">{proof}</p> }.into_any(),
        submit(gate, Text::DeniedReview),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || gate.act(Action::SubmitContact { identifier: value(node) })), parts)
}

fn row(gate: Gate, member: DeniedMember) -> AnyView {
    let DeniedMember { id, name, identifier } = member;
    let (own, called) = (id.clone(), name.clone());
    let label = Box::new(move || filled(Text::DeniedAllow, &[("name", &called)]));
    let press = move || gate.act(Action::AllowMember { member: own.clone() });
    let button = Button {
        busy: Box::new(move || gate.is_busy_with(ActionName::AllowMember)),
        press: Box::new(press),
        ..Button::new(Rank::Quiet, ActionName::AllowMember.as_str(), label)
    };
    view! {
        <li data-member=id>
            <div class="name"><b>{name}</b>" "<small><span>{identifier}</span></small></div>
            <div class="ways">{button.view()}</div>
        </li>
    }
    .into_any()
}
