//! `set_pin`: a PIN for this device, entered twice, or once where the app around this one has it already (FEATURES S7).

use daemun_protocol::{Action, ActionName, Secret, Step, StepKind};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use super::pin_field::{DIGITS, pin_field};
use crate::gate::Gate;
use crate::i18n::{Text, said, say};
use crate::quick_login;
use crate::widgets::field::{Purpose, value};
use crate::widgets::heading::heading_with;
use crate::widgets::note::{Urgency, notes};

const PIN: Purpose = Purpose { name: "pin", ..DIGITS };
const AGAIN: Purpose = Purpose { name: "pin_again", ..DIGITS };
const AT_AGAIN: &str = "/input/pin_again";

struct Asked {
    key: String,
    challenge: String,
    change: bool,
    once: bool,
}

fn asked(step: &Step) -> Option<Asked> {
    if let Step::SetPin { key, challenge, change, once } = step {
        Some(Asked { key: key.clone(), challenge: challenge.clone(), change: *change, once: *once })
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let Some(Asked { change, once, .. }) = gate.step_once(asked) else { return ().into_any() };
    let (pin, again) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let cannot = RwSignal::new(false);
    let send = move || {
        let Some(Asked { key, challenge, once, .. }) = gate.step_once(asked) else { return };
        cannot.set(false);
        let (pin, pin_again) = (Secret::new(value(pin)), (!once).then(|| Secret::new(value(again))));
        quick_login::sign(StepKind::SetPin, key, challenge, move |signed| match signed {
            Some(possession) => gate.act(Action::SubmitPin { pin, pin_again, possession: Box::new(possession) }),
            // The member may have gone back meanwhile.
            None => drop(cannot.try_set(true)),
        });
    };
    let trouble = move || cannot.get().then(|| ("set_pin_failed".to_owned(), said(Text::SetPinFailed)));
    let second = pin_field(AGAIN, again, Text::SetPinAgain, Text::SetPinAgainHint, wrong(gate, About::at(AT_AGAIN)));
    let parts = vec![
        heading_with(
            say(if change { Text::SetPinChangeTitle } else { Text::SetPinTitle }),
            None,
            say(if once { Text::SetPinOnceLead } else { Text::SetPinLead }),
        ),
        notes(Urgency::Alert, Box::new(move || trouble().into_iter().collect())),
        pin_field(PIN, pin, Text::QuickLoginPin, Text::SetPinHint, wrong(gate, About::AllBut(&[AT_AGAIN]))),
        if once { ().into_any() } else { second },
        submit(gate, Text::SetPinSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(send), parts)
}
