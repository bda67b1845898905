//! `provider`: an external provider is to say who this is. What each would tell stands beside it before anybody leaves (FEATURES
//! L3).

use daemun_flow::{Event, Trouble};
use daemun_protocol::{Action, ActionName, Provider, Share, Step};
use leptos::prelude::*;

use super::form::{form, go, ways};
use crate::gate::Gate;
use crate::i18n::{self, Text, filled, said, say};
use crate::widgets::heading::heading_with;
use crate::widgets::{Aria, Live};

fn listed(step: &Step) -> Option<Vec<Provider>> {
    if let Step::Provider { providers, .. } = step { Some(providers.clone()) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let providers = gate.step_once(listed).unwrap_or_default();
    let providers = providers.into_iter().map(|provider| way_to(gate, provider)).collect::<Vec<_>>();
    let connects =
        gate.step_once(|step| if let Step::Provider { connects, .. } = step { Some(*connects) } else { None });
    let (title, lead) = match connects {
        Some(true) => (Text::ProviderConnectTitle, Text::ProviderConnectLead),
        Some(false) | None => (Text::ProviderTitle, Text::ProviderLead),
    };
    let parts = vec![
        heading_with(say(title), None, say(lead)),
        once_more(gate),
        view! { <ul class="choices">{providers}</ul> }.into_any(),
        ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::UseOther, Text::MatchUseOther)]),
    ];
    form(gate, Box::new(move || gate.tell(Event::Retried)), parts)
}

/// What somebody came back with is still there when it could not be sent on: it is sent once more.
fn once_more(gate: Gate) -> AnyView {
    let is_lost = move || matches!(gate.trouble(), Some((ActionName::Return, Trouble::Network | Trouble::Unreadable)));
    let button = move || is_lost().then(|| go("retry", Text::UnopenedRetry));
    let button: Live = Box::new(move || button().into_iter().collect());
    button.into_any()
}

/// The way to one of them, with what it would tell.
fn way_to(gate: Gate, provider: Provider) -> AnyView {
    let Provider { id, name, shares } = provider;
    let initial: String = name.chars().next().into_iter().collect();
    let chosen = RwSignal::new(false);
    let provider = id.clone();
    let leave = move |_| {
        chosen.set(true);
        gate.act(Action::Go { provider: provider.clone() });
    };
    let busy: Aria = Box::new(move || (chosen.get() && gate.is_busy_with(ActionName::Go)).then_some("true"));
    let label = move || filled(Text::ProviderGo, &[("provider", &name)]);
    let detail = move || filled(Text::ProviderShares, &[("shares", &told(&shares))]);
    view! {
        <li>
            <button class="choice" type="button" data-action="go" data-provider=id on:click=leave aria-busy=busy>
                <span class="initial" aria-hidden="true">{initial}</span>
                <span class="name"><b>{label}</b>" "<small>{detail}</small></span>
            </button>
        </li>
    }
    .into_any()
}

/// What a provider tells, in words.
pub fn told(shares: &[Share]) -> String {
    let told = shares.iter().map(|share| said(i18n::share(share.as_str()).unwrap_or(Text::ShareUnknown)));
    told.collect::<Vec<_>>().join(&said(Text::ListSeparator))
}
