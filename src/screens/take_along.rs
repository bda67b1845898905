//! What is seen once and never again, so it is easy to take it along: copied, as a file, on paper (FEATURES T5, D5).

use std::rc::Rc;

use daemun_flow::Face;
use daemun_protocol::Secret;
use leptos::prelude::*;

use super::buttons::{copy_button, quiet_button};
use crate::gate::Gate;
use crate::i18n::{Text, filled};
use crate::takeaway;

/// What is taken along, and what its buttons are called.
pub struct TakeAlong {
    /// A line for each.
    pub lines: Vec<Secret>,
    pub copy: (&'static str, Text),
    pub download: &'static str,
    pub print: &'static str,
    /// The file's name, and its first line, which says what it is and whose.
    pub file: (&'static str, Text),
}

impl TakeAlong {
    pub fn view(self, gate: Gate) -> AnyView {
        let Self { lines, copy: (copy, label), download, print, file: (file, title) } = self;
        let copied = Secret::new(joined(&lines, "\n"));
        let save = move || {
            let text = format!("{}\r\n\r\n{}\r\n", whose(gate, title), joined(&lines, "\r\n"));
            takeaway::save(file, &Secret::new(text));
        };
        // Browsers inside other apps neither save files nor print.
        let on_paper = takeaway::in_app().is_none().then(|| {
            let save = quiet_button(download, Text::RecoveryCodesDownload, save);
            vec![save, quiet_button(print, Text::RecoveryCodesPrint, takeaway::print)]
        });
        view! {
            <div class="ways">
                {copy_button(copy, label, Text::CopyFailed, Rc::new(move || Some(copied.clone())))}
                {on_paper}
            </div>
        }
        .into_any()
    }
}

/// What a file is, and whose.
fn whose(gate: Gate, title: Text) -> String {
    let account = gate.with(|machine| match machine.face() {
        Face::Step { account, .. } => account.map(|account| account.identifier.clone()),
        Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
    });
    let (workspace, account) = (gate.workspace().unwrap_or_default(), account.unwrap_or_default());
    filled(title, &[("workspace", &workspace), ("account", &account)])
}

fn joined(lines: &[Secret], end: &str) -> String {
    lines.iter().map(Secret::expose).collect::<Vec<_>>().join(end)
}
