//! `identify`: who are you? The page paints the same form before the app is there (`index.html`, `#shell`).

use daemun_protocol::{AccountAct, Action, ActionName, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, USERNAME, form, submit as submit_button, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading;

/// Passkeys are offered beside what was entered here before (HTML §4.10.18.7.1, `webauthn`).
const PURPOSE: Purpose = Purpose { autocomplete: "username webauthn", ..USERNAME };

/// Sends the address.
pub fn submit(gate: Gate, identifier: String) {
    gate.act(Action::SubmitIdentifier { identifier });
}

pub fn view(gate: Gate) -> AnyView {
    let node = NodeRef::<Input>::new();
    let text =
        gate.step_once(|step| if let Step::Identify { identifier, .. } = step { identifier.clone() } else { None });
    let wrong = wrong(gate, About::ALL);
    let field = Field { text, ..Field::new(PURPOSE, node, say(Text::IdentifyLabel), wrong) };
    let parts = vec![
        heading(say(Text::IdentifyTitle)),
        field.view(),
        submit_button(gate, Text::IdentifySubmit),
        ways(
            gate,
            &[
                // The page's own form has the first one already: what comes later comes behind it, and moves nothing.
                (ActionName::UseOrganisation, Text::IdentifyUseOrganisation),
                (ActionName::UsePasskey, Text::PasskeyTitle),
                (ActionName::UseProvider, Text::IdentifyUseProvider),
            ],
        ),
    ];
    let send = move || match chosen(gate) {
        Some(action) => gate.act(action),
        None => submit(gate, value(node)),
    };
    form(gate, Box::new(send), parts)
}

/// What is to be done with one of the accounts that the page lists below the form, if that is what it was sent for (FEATURES L6).
fn chosen(gate: Gate) -> Option<Action> {
    let chosen = (gate.chosen)()?;
    let (name, account) = chosen.split_once(' ')?;
    let acts = [AccountAct::Choose, AccountAct::Forget, AccountAct::Restore];
    let act = acts.into_iter().find(|act| act.name().as_str() == name)?;
    Some(Action::Listed { act, account: account.into() })
}
