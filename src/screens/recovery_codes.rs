//! `recovery_codes`: codes to get in by when the authenticator is lost. They are seen at this step and never again (FEATURES T5).

use daemun_protocol::{Action, ActionName, Step};
use leptos::prelude::*;

use super::form::{form, primary};
use super::take_along::TakeAlong;
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let codes =
        gate.step_once(|step| if let Step::RecoveryCodes { codes } = step { Some(codes.clone()) } else { None });
    let codes = codes.unwrap_or_default();
    let list = codes.iter().map(|code| view! { <li><code>{code.expose().to_owned()}</code></li> }.into_any());
    let list = list.collect::<Vec<_>>();
    let take_along = TakeAlong {
        lines: codes,
        copy: ("copy_codes", Text::RecoveryCodesCopy),
        download: "download_codes",
        print: "print_codes",
        file: ("daemun-recovery-codes.txt", Text::RecoveryCodesFile),
    };
    let parts = vec![
        heading_with(say(Text::RecoveryCodesTitle), None, say(Text::RecoveryCodesLead)),
        view! { <ul class="codes">{list}</ul> }.into_any(),
        take_along.view(gate),
        primary(gate, ActionName::Done, Text::RecoveryCodesDone),
    ];
    form(gate, Box::new(move || gate.act(Action::Done)), parts)
}
