//! `recovery_key`: the super administrator's own way in, where nobody else can let a device in (FEATURES D5).

use daemun_flow::Refusal;
use daemun_protocol::{Action, ActionName, FieldCode, ProblemCode, Secret};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{form, submit, ways, wrong_in_own_words};
use crate::gate::Gate;
use crate::i18n::{Text, counted, said, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// No code that comes by itself, and letters too.
const KEY: Purpose = Purpose::plain("code");

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let parts = vec![
        heading_with(say(Text::KeyTitle), None, say(Text::KeyLead)),
        Field::new(KEY, node, say(Text::KeyLabel), wrong_in_own_words(gate, not_the_key)).view(),
        submit(gate, Text::CodeSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    let send = move || gate.act(Action::SubmitCode { code: Secret::new(value(node)), remember: false });
    form(gate, Box::new(send), parts)
}

/// What is wrong, said of a key and not of a code.
fn not_the_key(refusal: &Refusal) -> Option<String> {
    let is = |code| refusal.errors.first().is_some_and(|error| error.code == code);
    if is(FieldCode::RecoveryCodeInvalid) || is(FieldCode::CodeInvalid) {
        return Some(said(Text::KeyInvalid));
    }
    (refusal.code == ProblemCode::CodeWrong).then(|| match refusal.tries_left {
        Some(left) => counted(Text::KeyWrongTries, left.into(), &[]),
        None => said(Text::KeyWrong),
    })
}
