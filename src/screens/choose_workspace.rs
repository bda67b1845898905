//! `choose_workspace`: which of the workspaces that the address or number belongs to? (FEATURES E1, E6, L2)

use daemun_protocol::{ActionName, Membership, Step};
use leptos::prelude::*;

use super::choice::{Choice, Which, choices};
use super::form::{form, ways};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::heading::heading_with;

fn choice(step: &Step) -> Option<(String, Vec<Membership>)> {
    if let Step::ChooseWorkspace { verified, workspaces, .. } = step {
        Some((verified.clone(), workspaces.clone()))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let (verified, workspaces) = gate.step_once(choice).unwrap_or_default();
    let lead_text = lead(gate);
    let lead = move || filled(lead_text, &[("to", &verified)]);
    let parts = vec![
        heading_with(say(Text::ChooseTitle), None, Box::new(lead)),
        choices(gate, workspaces.into_iter().map(entrance)),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(|| {}), parts)
}

/// Whoever comes back from a provider has no address verified.
#[cfg(feature = "whole")]
fn lead(gate: Gate) -> Text {
    let by_provider =
        |step: &Step| if let Step::ChooseWorkspace { provider, .. } = step { provider.clone() } else { None };
    if gate.step_once(by_provider).is_some() { Text::ChooseLeadProvider } else { Text::ChooseLead }
}

/// Nobody does, on the login path.
#[cfg(not(feature = "whole"))]
const fn lead(_: Gate) -> Text {
    Text::ChooseLead
}

/// The way into one workspace.
fn entrance(workspace: Membership) -> Choice {
    let Membership { id, name, member_name, .. } = workspace;
    Choice {
        which: Which::Workspace(id),
        initial: name.chars().next().into_iter().collect(),
        name: Box::new(move || name.clone()),
        detail: Box::new(move || filled(Text::ChooseAs, &[("name", &member_name)])),
    }
}
