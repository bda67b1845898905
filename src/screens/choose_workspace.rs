//! `choose_workspace`: which of the workspaces that the address belongs to? (FEATURES E1, E6)

use daemun_protocol::{Action, ActionName, Membership, Step};
use leptos::prelude::*;

use super::form::{form, ways};
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::heading::heading_with;

fn choice(step: &Step) -> Option<(String, Vec<Membership>)> {
    if let Step::ChooseWorkspace { email, workspaces } = step {
        Some((email.clone(), workspaces.clone()))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let (email, workspaces) = gate.step_once(choice).unwrap_or_default();
    let lead = move || filled(Text::ChooseLead, &[("email", &email)]);
    let entrances = workspaces.into_iter().map(|workspace| entrance(gate, workspace)).collect::<Vec<_>>();
    let parts = vec![
        heading_with(say(Text::ChooseTitle), None, Box::new(lead)),
        view! { <ul class="workspaces">{entrances}</ul> }.into_any(),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(|| {}), parts)
}

/// The way into one workspace.
fn entrance(gate: Gate, workspace: Membership) -> AnyView {
    let Membership { id, name, member_name, .. } = workspace;
    let initial: String = name.chars().next().into_iter().collect();
    let chosen = RwSignal::new(false);
    let choose = {
        let id = id.clone();
        move |_| {
            chosen.set(true);
            gate.act(Action::ChooseWorkspace { workspace: id.clone() });
        }
    };
    let busy = move || (chosen.get() && gate.is_busy_with(ActionName::Choose)).then_some("true");
    let member = move || filled(Text::ChooseAs, &[("name", &member_name)]);
    view! {
        <li>
            <button class="workspace" type="button" data-action="choose" data-workspace=id on:click=choose aria-busy=busy>
                <span class="initial" aria-hidden="true">{initial}</span>
                <span class="name"><b>{name}</b>" "<small>{member}</small></span>
            </button>
        </li>
    }
    .into_any()
}
