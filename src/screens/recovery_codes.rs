//! `recovery_codes`: codes to get in by when the authenticator is lost. They are seen at this step and never again, so it
//! is easy to take them along (FEATURES T5).

use std::rc::Rc;

use daemun_flow::Face;
use daemun_protocol::{Action, ActionName, Secret, Step};
use leptos::prelude::*;

use super::buttons::{copy_button, quiet_button};
use super::form::{form, primary};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::takeaway;
use crate::widgets::heading::heading_with;

const FILE: &str = "daemun-recovery-codes.txt";

pub fn view(gate: Gate) -> AnyView {
    let codes =
        gate.step_once(|step| if let Step::RecoveryCodes { codes } = step { Some(codes.clone()) } else { None });
    let codes = codes.unwrap_or_default();
    let list = codes.iter().map(|code| view! { <li><code>{code.expose().to_owned()}</code></li> }.into_any());
    let list = list.collect::<Vec<_>>();
    let (copied, saved) = (codes.clone(), codes);
    let save = move || {
        let file = Secret::new(format!(
            "{}\r\n\r\n{}\r\n",
            whose(gate, Text::RecoveryCodesFile),
            lines(&saved, "\r\n").expose()
        ));
        takeaway::save(FILE, &file);
    };
    // Browsers inside other apps neither save files nor print.
    let on_paper = takeaway::in_app().is_none().then(|| {
        let save = quiet_button("download_codes", Text::RecoveryCodesDownload, save);
        vec![save, quiet_button("print_codes", Text::RecoveryCodesPrint, takeaway::print)]
    });
    let parts = vec![
        heading_with(say(Text::RecoveryCodesTitle), None, say(Text::RecoveryCodesLead)),
        view! { <ul class="codes">{list}</ul> }.into_any(),
        view! {
            <div class="ways">
                {copy_button("copy_codes", Text::RecoveryCodesCopy, Text::CopyFailed, Rc::new(move || Some(lines(&copied, "\n"))))}
                {on_paper}
            </div>
        }
        .into_any(),
        primary(gate, ActionName::Done, Text::RecoveryCodesDone),
    ];
    form(gate, Box::new(move || gate.act(Action::Done)), parts)
}

/// What a file is, and whose.
pub fn whose(gate: Gate, text: Text) -> String {
    let account = gate.with(|machine| match machine.face() {
        Face::Step { account, .. } => account.map(|account| account.identifier.clone()),
        Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
    });
    let (workspace, account) = (gate.workspace().unwrap_or_default(), account.unwrap_or_default());
    filled(text, &[("workspace", &workspace), ("account", &account)])
}

/// The codes, each on a line of its own.
fn lines(codes: &[Secret], end: &str) -> Secret {
    Secret::new(codes.iter().map(Secret::expose).collect::<Vec<_>>().join(end))
}
