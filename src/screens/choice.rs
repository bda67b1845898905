//! One of several to choose from: a large button with its name and what else is to be known of it.

use daemun_protocol::{Action, ActionName};
use leptos::prelude::*;

use crate::gate::Gate;
use crate::widgets::{Aria, Words};

/// One choice: a workspace, a factor or a request.
pub struct Choice {
    pub which: Which,
    /// A letter to know it by at a glance; empty for none.
    pub initial: String,
    pub name: Words,
    pub detail: Words,
}

/// What is chosen, by its `id`; the button says so too.
pub enum Which {
    Workspace(String),
    Factor(String),
    #[cfg(feature = "whole")]
    Request(String),
}

/// The list of them.
pub fn choices(gate: Gate, choices: impl Iterator<Item = Choice>) -> AnyView {
    let choices = choices.map(|choice| choice.view(gate)).collect::<Vec<_>>();
    view! { <ul class="choices">{choices}</ul> }.into_any()
}

impl Choice {
    pub fn view(self, gate: Gate) -> AnyView {
        let Self { which, initial, name, detail } = self;
        let (workspace, factor, request): (_, _, Option<String>) = match &which {
            Which::Workspace(id) => (Some(id.clone()), None, None),
            Which::Factor(id) => (None, Some(id.clone()), None),
            #[cfg(feature = "whole")]
            Which::Request(id) => (None, None, Some(id.clone())),
        };
        let chosen = RwSignal::new(false);
        let choose = move |_| {
            chosen.set(true);
            gate.act(match &which {
                Which::Workspace(id) => Action::ChooseWorkspace { workspace: id.clone() },
                Which::Factor(id) => Action::ChooseFactor { factor: id.clone() },
                #[cfg(feature = "whole")]
                Which::Request(id) => Action::ChooseRequest { request: id.clone() },
            });
        };
        let busy: Aria = Box::new(move || (chosen.get() && gate.is_busy_with(ActionName::Choose)).then_some("true"));
        view! {
            <li>
                <button class="choice" type="button" data-action="choose" data-workspace=workspace data-factor=factor data-request=request on:click=choose
                    aria-busy=busy>
                    <span class="initial" aria-hidden="true">{initial}</span>
                    <span class="name"><b>{name}</b>" "<small>{detail}</small></span>
                </button>
            </li>
        }
        .into_any()
    }
}
