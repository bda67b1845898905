//! `link_address`: to which address was this security link shared? (FEATURES O1, O4)

use std::rc::Rc;

use daemun_protocol::{Action, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::buttons::{copy_button, quiet_button};
use super::form::{About, form, submit, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, said, say};
use crate::takeaway;
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// No ID that is signed in with: a password manager has nothing to do with it.
const EMAIL: Purpose = Purpose { name: "email", kind: "text", autocomplete: "email", inputmode: "email" };

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let text = gate.step_once(|step| if let Step::LinkAddress { email } = step { email.clone() } else { None });
    let field = Field { text, ..Field::new(EMAIL, node, say(Text::AccountEmail), wrong(gate, About::ALL)) };
    let parts = vec![
        heading_with(say(Text::LinkTitle), None, say(Text::LinkLead)),
        takeaway::in_app().map(|_| way_out()).into_any(),
        field.view(),
        mailing_lists(),
        submit(gate, Text::FindSubmit),
    ];
    form(gate, Box::new(move || gate.act(Action::SubmitAddress { email: value(node) })), parts)
}

/// Which address it was, where the mail came by a list.
fn mailing_lists() -> AnyView {
    let case = |when, what| view! { <dt>{say(when)}</dt><dd>{say(what)}</dd> }.into_any();
    view! {
        <details class="more">
            <summary>{say(Text::LinkWhich)}</summary>
            <dl>
                {case(Text::LinkByNotification, Text::LinkReceiving)}
                {case(Text::LinkByInside, Text::LinkOwn)}
                {case(Text::LinkByOutside, Text::LinkReceiving)}
            </dl>
        </details>
    }
    .into_any()
}

/// In another app's browser: how to get to one's own. After a reload the page no longer has the link, only words.
fn way_out() -> AnyView {
    let copy = takeaway::link()
        .map(|_| copy_button("copy_link", Text::LinkCopy, Text::LinkCopyFailed, Rc::new(takeaway::link)));
    let open = || {
        if let Some(link) = takeaway::link_outside() {
            takeaway::open(&link);
        }
    };
    let open = takeaway::link_outside().map(|_| quiet_button("open_in_browser", Text::LinkOpen, open));
    view! {
        <aside class="message">
            <p>{move || said(Text::LinkInApp)}</p>
            <div class="ways">{copy}{open}</div>
        </aside>
    }
    .into_any()
}
