//! One of several to choose from: a large button with its name and what else is to be known of it.

use daemun_protocol::{Action, ActionName};
use leptos::prelude::*;

use crate::gate::Gate;
use crate::widgets::{Aria, Words};

/// One choice. It is a workspace or a factor, and its button says which one.
pub struct Choice {
    pub workspace: Option<String>,
    pub factor: Option<String>,
    /// A letter to know it by at a glance; empty for none.
    pub initial: String,
    pub name: Words,
    pub detail: Words,
    pub action: Action,
}

/// The list of them.
pub fn choices(gate: Gate, choices: impl Iterator<Item = Choice>) -> AnyView {
    let choices = choices.map(|choice| choice.view(gate)).collect::<Vec<_>>();
    view! { <ul class="choices">{choices}</ul> }.into_any()
}

impl Choice {
    fn view(self, gate: Gate) -> AnyView {
        let Self { workspace, factor, initial, name, detail, action } = self;
        let chosen = RwSignal::new(false);
        let choose = move |_| {
            chosen.set(true);
            gate.act(action.clone());
        };
        let busy: Aria = Box::new(move || (chosen.get() && gate.is_busy_with(ActionName::Choose)).then_some("true"));
        view! {
            <li>
                <button class="choice" type="button" data-action="choose" data-workspace=workspace data-factor=factor on:click=choose
                    aria-busy=busy>
                    <span class="initial" aria-hidden="true">{initial}</span>
                    <span class="name"><b>{name}</b>" "<small>{detail}</small></span>
                </button>
            </li>
        }
        .into_any()
    }
}
