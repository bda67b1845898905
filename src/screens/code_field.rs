//! A field for a one-time code (FEATURES X6): it keeps the digits alone, and sends itself once when the code is complete.

use std::rc::Rc;

use daemun_flow::digits;
use daemun_protocol::{Action, Secret};
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, InputEvent};

use super::form::{About, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::Words;
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::tick::is_ticked;

const CODE: Purpose = Purpose { name: "code", kind: "text", autocomplete: "one-time-code", inputmode: "numeric" };

/// How many digits an authenticator app shows (RFC 6238, as all of them do).
pub const AUTHENTICATOR_LENGTH: u8 = 6;

/// A code that is being typed.
#[derive(Clone, Copy)]
pub struct CodeField {
    node: NodeRef<Input>,
    /// The box that asks to be remembered, where the screen has one.
    pub remember: NodeRef<Input>,
}

impl CodeField {
    pub fn new() -> Self {
        Self { node: NodeRef::new(), remember: NodeRef::new() }
    }

    /// Sends what is typed now.
    pub fn send(self, gate: Gate) {
        self.submit(gate, Secret::new(digits(&value(self.node))));
    }

    fn submit(self, gate: Gate, code: Secret) {
        gate.act(Action::SubmitCode { code, remember: is_ticked(self.remember) });
    }

    /// A field for a code of so many digits; `timer` says how long it still works.
    pub fn view(self, gate: Gate, length: u8, timer: Words) -> AnyView {
        // A complete code goes by itself, but no code goes by itself twice.
        let sent_by_itself = StoredValue::new(Secret::default());
        let typed = move || {
            let Some(input) = self.node.get_untracked() else { return };
            let code = digits(&input.value());
            if code != input.value() {
                input.set_value(&code);
            }
            let code = Secret::new(code);
            let is_complete = code.expose().len() == usize::from(length);
            if is_complete && !gate.is_busy() && sent_by_itself.with_value(|sent| *sent != code) {
                sent_by_itself.set_value(code.clone());
                self.submit(gate, code);
            }
        };
        // One that was completed while another was looked at goes when that is answered.
        Effect::new(move |_| {
            if !gate.is_busy() {
                typed();
            }
        });
        let typed = move |event| {
            if !is_composing(&event) {
                typed();
            }
        };
        let field = Field {
            hint: say(Text::CodeByItself),
            timer,
            typed: Rc::new(typed),
            ..Field::new(CODE, self.node, say(Text::CodeLabel), wrong(gate, About::ALL))
        };
        field.view()
    }
}

/// Whether an input method still holds the letters: rewriting them now would tear them.
fn is_composing(event: &Event) -> bool {
    event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing)
}
