//! `deny_review`: what it does to a member not to be let in by an external provider any more, before it is saved (FEATURES P1, P2).
//! Where it locks them out, that is asked once more.

use daemun_protocol::{Action, ActionName, PolicyEffect, PolicyEffectCode, Step};
use leptos::html;
use leptos::prelude::*;

use super::buttons::quiet_button;
use super::form::{form, go, primary, ways};
use super::policy_review::told;
use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say};
use crate::widgets::dialog::{Dialog, close, open_at};
use crate::widgets::heading::heading_with;

/// Whom it is about, and by which provider.
#[derive(Clone)]
struct About {
    provider: String,
    name: String,
    identifier: String,
}

impl About {
    fn filled(&self, text: Text) -> String {
        filled(text, &[("provider", &self.provider), ("name", &self.name), ("id", &self.identifier)])
    }
}

fn reviewed(step: &Step) -> Option<(About, Vec<PolicyEffect>)> {
    if let Step::DenyReview { provider, name, identifier, effects } = step {
        let about = About { provider: provider.clone(), name: name.clone(), identifier: identifier.clone() };
        Some((about, effects.clone()))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((about, effects)) = gate.step_once(reviewed) else { return ().into_any() };
    let locks_out = effects.iter().any(|effect| effect.code == PolicyEffectCode::LockedOut);
    let dialog = NodeRef::<html::Dialog>::new();
    let (titled, led) = (about.clone(), about.clone());
    let proof = move || if gate.asks_proof(ActionName::DenyMember) { said(Text::PolicyProof) } else { String::new() };
    let parts = vec![
        heading_with(
            Box::new(move || titled.filled(Text::DeniedReviewTitle)),
            None,
            Box::new(move || led.filled(Text::DeniedReviewLead)),
        ),
        told(effects),
        view! { <p class="aside">{proof}</p> }.into_any(),
        primary(gate, ActionName::DenyMember, Text::DeniedDeny),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    let send = move || match locks_out {
        false => gate.act(Action::DenyMember { confirmed: false }),
        true => open_at(dialog, "[data-action=cancel]"),
    };
    // The dialog has a form of its own, so it stands beside this one.
    vec![form(gate, Box::new(send), parts), confirm(gate, dialog, about)].into_any()
}

/// Whether it is meant: this member cannot help themselves.
fn confirm(gate: Gate, dialog: NodeRef<html::Dialog>, about: About) -> AnyView {
    let parts = vec![
        go("confirm", Text::DeniedDeny),
        view! { <div class="ways">{quiet_button("cancel", Text::ActionCancel, move || close(dialog))}</div> }
            .into_any(),
    ];
    let send = move || {
        close(dialog);
        gate.act(Action::DenyMember { confirmed: true });
    };
    let title = Box::new(move || about.filled(Text::DeniedQuestion));
    Dialog { node: dialog, title, text: say(Text::PolicyReviewWarning), parts, send: Box::new(send) }.view()
}
