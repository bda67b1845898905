//! `invitation`: a workspace invites whoever has the link (FEATURES E4).

use daemun_protocol::{Action, ActionName, Step};
use leptos::prelude::*;

use super::form::{form, primary, ways};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let title = move || filled(Text::InvitationTitle, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let inviter =
        move || gate.step(|step| if let Step::Invitation { inviter } = step { inviter.clone() } else { None });
    let lead = move || match inviter() {
        Some(inviter) => filled(Text::InvitationLead, &[("inviter", &inviter)]),
        None => said(Text::InvitationLeadPlain),
    };
    let parts = vec![
        heading_with(Box::new(title), None, Box::new(lead)),
        primary(gate, ActionName::Accept, Text::InvitationAccept),
        ways(gate, &[(ActionName::Decline, Text::InvitationDecline)]),
    ];
    form(gate, Box::new(move || gate.act(Action::Accept)), parts)
}
