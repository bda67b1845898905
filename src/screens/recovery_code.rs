//! `recovery_code`: one of the codes that were kept for when the authenticator is lost (FEATURES T5).

use daemun_flow::Refusal;
use daemun_protocol::{Action, ActionName, FieldCode, ProblemCode, Secret, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{form, submit, ways, wrong_in_own_words};
use crate::gate::Gate;
use crate::i18n::{Text, counted, said, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// No code that comes by itself, and letters too.
const CODE: Purpose = Purpose::plain("code");

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let left = move || gate.step(|step| if let Step::RecoveryCode { left } = step { Some(*left) } else { None });
    let lead = move || counted(Text::RecoveryLead, left().unwrap_or_default().into(), &[]);
    let parts = vec![
        heading_with(say(Text::RecoveryTitle), None, Box::new(lead)),
        Field::new(CODE, node, say(Text::RecoveryLabel), wrong_in_own_words(gate, not_a_code)).view(),
        submit(gate, Text::CodeSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::UseOther, Text::CodeUseOther)]),
    ];
    let send = move || gate.act(Action::SubmitCode { code: Secret::new(value(node)), remember: false });
    form(gate, Box::new(send), parts)
}

/// What is wrong: of a code that cannot be had anew nobody is told to ask for a new one.
fn not_a_code(refusal: &Refusal) -> Option<String> {
    let is_wrong = matches!(refusal.code, ProblemCode::CodeWrong | ProblemCode::CodeSpent)
        || refusal.errors.first().is_some_and(|error| error.code == FieldCode::CodeInvalid);
    is_wrong.then(|| match refusal.tries_left {
        Some(left) => counted(Text::RecoveryWrongTries, left.into(), &[]),
        None => said(Text::RecoveryWrong),
    })
}
