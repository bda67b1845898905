//! `code`: the one-time code that was sent (FEATURES E1, X6). One field; it sends itself once when the code is complete.

use std::rc::Rc;

use daemun_flow::digits;
use daemun_protocol::{Action, ActionName, Secret, Step, Timestamp};
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, InputEvent};

use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say, span};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

const CODE: Purpose = Purpose { name: "code", kind: "text", autocomplete: "one-time-code", inputmode: "numeric" };

/// What the screen needs to know of the step.
struct Sent {
    to: String,
    length: u8,
    expires_at: Timestamp,
}

fn sent(step: &Step) -> Option<Sent> {
    if let Step::Code { sent_to, length, expires_at, .. } = step {
        Some(Sent { to: sent_to.clone(), length: *length, expires_at: *expires_at })
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let length = gate.step_once(sent).map_or(0, |sent| usize::from(sent.length));
    let lead = move || {
        let Some(Sent { to, length, .. }) = gate.step(sent) else { return String::new() };
        filled(Text::CodeLead, &[("to", &to), ("length", &length.to_string())])
    };
    let send = move || gate.act(Action::SubmitCode { code: Secret::new(digits(&value(node))) });
    // A complete code goes by itself, but no code goes by itself twice.
    let sent_by_itself = StoredValue::new(Secret::default());
    let typed = move || {
        let Some(input) = node.get_untracked() else { return };
        let code = digits(&input.value());
        if code != input.value() {
            input.set_value(&code);
        }
        let code = Secret::new(code);
        if code.expose().len() == length && !gate.is_busy() && sent_by_itself.with_value(|sent| *sent != code) {
            sent_by_itself.set_value(code.clone());
            gate.act(Action::SubmitCode { code });
        }
    };
    let typed = move |event| {
        if !is_composing(&event) {
            typed();
        }
    };
    let field = Field {
        timer: Box::new(move || time_left(gate)),
        typed: Rc::new(typed),
        ..Field::new(CODE, node, say(Text::CodeLabel), wrong(gate, About::ALL))
    };
    let parts = vec![
        heading_with(say(Text::CodeTitle), None, Box::new(lead)),
        field.view(),
        submit(gate, Text::CodeSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::Resend, Text::CodeResend)]),
    ];
    form(gate, Box::new(send), parts)
}

/// Whether an input method still holds the letters: rewriting them now would tear them.
fn is_composing(event: &Event) -> bool {
    event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing)
}

/// How long the code still works.
fn time_left(gate: Gate) -> String {
    let left = gate.step(sent).map_or(0, |sent| gate.seconds_until_time(sent.expires_at));
    match left {
        0 => said(Text::CodeTimeOver),
        _ => filled(Text::CodeTimeLeft, &[("time", &span(left))]),
    }
}
