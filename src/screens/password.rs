//! `password`: on the workspace's own login screen (FEATURES L1, L9, R6). With a settled ID it asks for the password alone.

use daemun_flow::Face;
use daemun_protocol::{Action, ActionName, Secret, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading;

const IDENTIFIER: Purpose = Purpose { name: "identifier", kind: "text", autocomplete: "username", inputmode: "email" };
const PASSWORD: Purpose =
    Purpose { name: "password", kind: "password", autocomplete: "current-password", inputmode: "text" };
const AT_IDENTIFIER: &str = "/input/identifier";

pub fn view(gate: Gate) -> AnyView {
    let (identifier, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let settled =
        gate.step_once(|step| if let Step::Password { identifier } = step { identifier.clone() } else { None });
    let asks_identifier = settled.is_none();
    let at_identifier = wrong(gate, About::Other(AT_IDENTIFIER));
    let id_field = Field {
        text: settled,
        readonly: !asks_identifier,
        hint: if asks_identifier { say(Text::PasswordIdentifierHint) } else { Box::new(String::new) },
        ..Field::new(IDENTIFIER, identifier, say(Text::PasswordIdentifier), at_identifier)
    };
    let (caps, shown) = (RwSignal::new(false), RwSignal::new(false));
    let caps_hint = move || if caps.get() { said(Text::PasswordCapsLock) } else { String::new() };
    let at_password = wrong(gate, About::MainBeside(AT_IDENTIFIER));
    let field = Field {
        beside: Some(reveal(password, shown)),
        hint: Box::new(caps_hint),
        key: Box::new(move |event| caps.set(event.get_modifier_state("CapsLock"))),
        ..Field::new(PASSWORD, password, say(Text::PasswordLabel), at_password)
    };
    let send = move || {
        // A password that is shown while it is sent would end up in the browser's form history.
        show(password, shown, false);
        gate.act(Action::SubmitPassword {
            identifier: asks_identifier.then(|| value(identifier)),
            password: Secret::new(value(password)),
        });
    };
    let parts = vec![
        heading(Box::new(move || title(gate))),
        id_field.view(),
        field.view(),
        submit(gate, Text::PasswordSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::UseEmail, Text::OrganisationUseEmail)]),
    ];
    form(gate, Box::new(send), parts)
}

fn title(gate: Gate) -> String {
    let workspace = gate.with(|machine| match machine.face() {
        Face::Step { workspace, .. } => workspace.map(|workspace| workspace.name.clone()),
        Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
    });
    match workspace {
        Some(name) => filled(Text::PasswordTitle, &[("workspace", &name)]),
        None => said(Text::PasswordTitlePlain),
    }
}

/// Shows or hides the password.
fn show(password: NodeRef<Input>, shown: RwSignal<bool>, now: bool) {
    shown.set(now);
    if let Some(input) = password.get_untracked() {
        input.set_type(if now { "text" } else { "password" });
    }
}

/// The button that shows and hides the password; typing goes on where it was.
fn reveal(password: NodeRef<Input>, shown: RwSignal<bool>) -> AnyView {
    let turn = move |_| {
        show(password, shown, !shown.get_untracked());
        if let Some(input) = password.get_untracked() {
            let _ = input.focus();
        }
    };
    let label = move || said(if shown.get() { Text::PasswordHide } else { Text::PasswordShow });
    view! {
        <button class="reveal" type="button" data-action="show_password" aria-pressed=move || shown.get().to_string()
            aria-controls="password" on:click=turn>
            {label}
        </button>
    }
    .into_any()
}
