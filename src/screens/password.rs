//! `password`: on the workspace's own login screen (FEATURES L1, L9, R6). With a settled ID it asks for the password alone.

use std::rc::Rc;

use daemun_protocol::{Action, ActionName, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, USERNAME, form, settings_or, submit, ways, wrong};
use super::password_field::{PasswordField, Which};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say};
use crate::widgets::field::{Field, value};
use crate::widgets::heading::heading_with;

const AT_IDENTIFIER: &str = "/input/identifier";

pub fn view(gate: Gate) -> AnyView {
    let identifier = NodeRef::<Input>::new();
    let (settled, masked) = gate
        .step_once(|step| {
            if let Step::Password { identifier, masked } = step { Some((identifier.clone(), *masked)) } else { None }
        })
        .unwrap_or_default();
    let asks_identifier = settled.is_none();
    // What is told in part is nothing for a field, and nothing for password managers to keep.
    let lead = if masked { settled.clone().unwrap_or_default() } else { String::new() };
    let at_identifier = wrong(gate, About::at(AT_IDENTIFIER));
    let id_field = Field {
        text: settled,
        readonly: !asks_identifier,
        hint: if asks_identifier { say(Text::PasswordIdentifierHint) } else { Box::new(String::new) },
        ..Field::new(USERNAME, identifier, say(Text::PasswordIdentifier), at_identifier)
    };
    let password = PasswordField::new();
    let at_password = wrong(gate, About::AllBut(&[AT_IDENTIFIER]));
    let send = move || {
        gate.act(Action::SubmitPassword {
            identifier: asks_identifier.then(|| value(identifier)),
            password: password.take(),
        });
    };
    let title = move || match gate.workspace() {
        Some(name) => filled(settings_or(gate, Text::PasswordTitle), &[("workspace", &name)]),
        None => said(Text::PasswordTitlePlain),
    };
    let parts = vec![
        heading_with(Box::new(title), None, Box::new(move || lead.clone())),
        if masked { ().into_any() } else { id_field.view() },
        password.view(Text::PasswordLabel, Which::Current, at_password, None, Rc::new(|_| {})),
        submit(gate, Text::PasswordSubmit),
        ways(
            gate,
            &[
                (ActionName::Back, Text::ActionBack),
                (ActionName::UsePasskey, Text::PasskeyTitle),
                (ActionName::UseMobile, Text::PasswordUseMobile),
                (ActionName::UseProvider, Text::IdentifyUseProvider),
                (ActionName::UseOther, Text::CodeUseOther),
                (ActionName::Forgot, Text::PasswordForgot),
                (ActionName::FindId, Text::PasswordFindId),
                (ActionName::UseEmail, Text::OrganisationUseEmail),
            ],
        ),
    ];
    form(gate, Box::new(send), parts)
}
