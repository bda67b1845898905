//! `new_password`: for one that is forgotten, whose time is over, that never was, or that is to be another (FEATURES R1, R4, E5,
//! S6).

use std::sync::Arc;

use daemun_protocol::{Action, ActionName, NewPasswordReason, PasswordRules, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, USERNAME, form, submit, ways, wrong};
use super::new_password_field::NewPasswordField;
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::field::Field;
use crate::widgets::heading::heading_with;

fn asked(step: &Step) -> Option<(String, NewPasswordReason, PasswordRules)> {
    if let Step::NewPassword { identifier, reason, rules } = step {
        Some((identifier.clone(), reason.clone(), *rules))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((identifier, reason, rules)) = gate.step_once(asked) else { return ().into_any() };
    let (title, lead) = match reason {
        NewPasswordReason::Invited => (Text::NewPasswordInvitedTitle, Text::NewPasswordInvitedLead),
        NewPasswordReason::Expired => (Text::NewPasswordTitle, Text::NewPasswordExpiredLead),
        NewPasswordReason::Reset | NewPasswordReason::Changed | NewPasswordReason::Unknown(_) => {
            (Text::NewPasswordTitle, Text::NewPasswordResetLead)
        }
    };
    let label = match reason {
        NewPasswordReason::Invited => Text::PasswordLabel,
        NewPasswordReason::Expired
        | NewPasswordReason::Reset
        | NewPasswordReason::Changed
        | NewPasswordReason::Unknown(_) => Text::NewPasswordLabel,
    };
    let about = move |text| filled(text, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let password = NewPasswordField::new();
    let id_field = Field {
        text: Some(identifier),
        readonly: true,
        ..Field::new(USERNAME, NodeRef::<Input>::new(), say(Text::PasswordIdentifier), Arc::new(|| None))
    };
    let parts = vec![
        heading_with(Box::new(move || about(title)), None, Box::new(move || about(lead))),
        id_field.view(),
        password.view(label, rules, wrong(gate, About::ALL)),
        submit(gate, Text::NewPasswordSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || gate.act(Action::SubmitNewPassword { password: password.take() })), parts)
}
