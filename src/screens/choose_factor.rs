//! `choose_factor`: which second factor? (FEATURES T1, T5)

use daemun_protocol::{ActionName, Factor, FactorKind, Step};
use leptos::prelude::*;

use super::choice::{Choice, Which, choices};
use super::form::{form, waiting, ways};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let factors =
        gate.step_once(|step| if let Step::ChooseFactor { factors } = step { Some(factors.clone()) } else { None });
    let parts = vec![
        heading_with(say(Text::FactorTitle), None, say(Text::FactorLead)),
        choices(gate, factors.unwrap_or_default().into_iter().map(way)),
        waiting(gate, ActionName::Choose),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(|| {}), parts)
}

/// What it is, and where a code would go.
fn way(factor: Factor) -> Choice {
    let Factor { id, kind, to } = factor;
    let name = match kind {
        FactorKind::Email => Text::FactorEmail,
        FactorKind::Sms => Text::FactorSms,
        FactorKind::Authenticator => Text::FactorAuthenticator,
        FactorKind::Passkey => Text::FactorPasskey,
        FactorKind::RecoveryCode => Text::FactorRecoveryCode,
    };
    let to = to.unwrap_or_default();
    Choice { which: Which::Factor(id), initial: String::new(), name: say(name), detail: Box::new(move || to.clone()) }
}
