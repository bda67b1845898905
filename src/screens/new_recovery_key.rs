//! `new_recovery_key`: another recovery key, in the place of one that is worth nothing any more. It is seen at this step and never
//! again (FEATURES D5).

use daemun_protocol::{Action, ActionName, Step};
use leptos::prelude::*;

use super::form::{form, primary};
use super::take_along::TakeAlong;
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let key = gate.step_once(|step| if let Step::NewRecoveryKey { key } = step { Some(key.clone()) } else { None });
    let Some(key) = key else { return ().into_any() };
    let shown = key.expose().to_owned();
    let take_along = TakeAlong {
        lines: vec![key],
        copy: ("copy_key", Text::AuthenticatorCopy),
        download: "download_key",
        print: "print_key",
        file: ("daemun-recovery-key.txt", Text::KeyFile),
    };
    let parts = vec![
        heading_with(say(Text::KeyNewTitle), None, say(Text::KeyNewLead)),
        view! { <p class="codes"><code>{shown}</code></p> }.into_any(),
        take_along.view(gate),
        primary(gate, ActionName::Done, Text::KeyDone),
    ];
    form(gate, Box::new(move || gate.act(Action::Done)), parts)
}
