//! `new_recovery_key`: another recovery key in the place of the one that was used. It is seen at this step and never again, so it
//! is easy to take it along (FEATURES D5).

use std::rc::Rc;

use daemun_protocol::{Action, ActionName, Secret, Step};
use leptos::prelude::*;

use super::buttons::{copy_button, quiet_button};
use super::form::{form, primary};
use super::recovery_codes::whose;
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::takeaway;
use crate::widgets::heading::heading_with;

const FILE: &str = "daemun-recovery-key.txt";

pub fn view(gate: Gate) -> AnyView {
    let key = gate.step_once(|step| if let Step::NewRecoveryKey { key } = step { Some(key.clone()) } else { None });
    let Some(key) = key else { return ().into_any() };
    let (shown, saved) = (key.expose().to_owned(), key.clone());
    let save = move || {
        let file = Secret::new(format!("{}\r\n\r\n{}\r\n", whose(gate, Text::KeyFile), saved.expose()));
        takeaway::save(FILE, &file);
    };
    // Browsers inside other apps neither save files nor print.
    let on_paper = takeaway::in_app().is_none().then(|| {
        let save = quiet_button("download_key", Text::RecoveryCodesDownload, save);
        vec![save, quiet_button("print_key", Text::RecoveryCodesPrint, takeaway::print)]
    });
    let parts = vec![
        heading_with(say(Text::KeyNewTitle), None, say(Text::KeyNewLead)),
        view! { <p class="codes"><code>{shown}</code></p> }.into_any(),
        view! {
            <div class="ways">
                {copy_button("copy_key", Text::AuthenticatorCopy, Text::CopyFailed, Rc::new(move || Some(key.clone())))}
                {on_paper}
            </div>
        }
        .into_any(),
        primary(gate, ActionName::Done, Text::KeyDone),
    ];
    form(gate, Box::new(move || gate.act(Action::Done)), parts)
}
