//! `match_number`: a number to be chosen on the member's own phone, which is asked whether it is them (FEATURES L5).

use daemun_protocol::{ActionName, Step, Timestamp};
use leptos::prelude::*;

use super::form::{form, time_left, waiting, ways};
use super::qr_way::qr_way;
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::heading::heading_with;

fn shown(step: &Step) -> Option<(String, Timestamp)> {
    if let Step::MatchNumber { number, expires_at, .. } = step { Some((number.clone(), *expires_at)) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((number, expires_at)) = gate.step_once(shown) else { return ().into_any() };
    // The heading takes the focus, and so says the number once; the large one is for the eye.
    let named = number.clone();
    let title = move || filled(Text::MatchTitle, &[("number", &named)]);
    let parts = vec![
        heading_with(Box::new(title), None, say(Text::MatchLead)),
        view! { <p class="number" aria-hidden="true">{number}</p> }.into_any(),
        time_left(gate, expires_at),
        waiting(gate, ActionName::Resend),
        qr_way(gate),
        ways(
            gate,
            &[
                (ActionName::Back, Text::ActionCancel),
                (ActionName::Resend, Text::MatchResend),
                (ActionName::UseOther, Text::MatchUseOther),
            ],
        ),
    ];
    form(gate, Box::new(|| {}), parts)
}
