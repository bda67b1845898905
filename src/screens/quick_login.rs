//! `quick_login`: the PIN of this device, or its own unlock, and always another way (FEATURES L7). A device that has lost its key goes
//! that way by itself.

use daemun_flow::Face;
use daemun_protocol::{Account, Action, ActionName, Secret, Step, StepKind};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use super::pin_field::{DIGITS, pin_field};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::quick_login;
use crate::widgets::field::{Purpose, value};
use crate::widgets::heading::heading_with;

const PIN: Purpose = Purpose { name: "pin", ..DIGITS };

fn asked(step: &Step) -> Option<(String, String)> {
    if let Step::QuickLogin { key, challenge, .. } = step { Some((key.clone(), challenge.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((key, _)) = gate.step_once(asked) else { return ().into_any() };
    quick_login::look(key, move |is_there| {
        if !is_there {
            go_another_way(gate);
        }
    });
    let pin = NodeRef::<Input>::new();
    let send = move || {
        let (Some((key, challenge)), pin) = (gate.step_once(asked), Secret::new(value(pin))) else { return };
        quick_login::sign(StepKind::QuickLogin, key, challenge, move |signed| match signed {
            Some(possession) => {
                gate.act(Action::SubmitPin { pin, pin_again: None, possession: Box::new(possession) });
            }
            None => go_another_way(gate),
        });
    };
    let parts = vec![
        heading_with(say(Text::QuickLoginTitle), None, Box::new(move || lead(gate))),
        pin_field(PIN, pin, Text::QuickLoginPin, Text::QuickLoginHint, wrong(gate, About::ALL)),
        submit(gate, Text::PasswordSubmit),
        ways(
            gate,
            &[
                (ActionName::UsePasskey, Text::QuickLoginUseBiometrics),
                (ActionName::UseOther, Text::QuickLoginUseOther),
            ],
        ),
    ];
    form(gate, Box::new(send), parts)
}

/// There is nothing to sign with, unless the member has gone on meanwhile.
fn go_another_way(gate: Gate) {
    if gate.step_once(asked).is_some() {
        gate.act(Action::UseOther);
    }
}

/// Whose PIN it is.
fn lead(gate: Gate) -> String {
    let account = gate.with(|machine| match machine.face() {
        Face::Step { account, .. } => account.cloned(),
        Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
    });
    let workspace = gate.workspace().unwrap_or_default();
    let words = |Account { identifier, name }: Account| {
        let gaps =
            [("workspace", &*workspace), ("account", &identifier), ("name", name.as_deref().unwrap_or_default())];
        filled(Text::QuickLoginLead, &gaps)
    };
    account.map_or_else(String::new, words)
}
