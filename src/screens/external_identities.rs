//! `external_identities`: what is connected at external providers, and what could be, with what each tells (FEATURES S3).

use daemun_protocol::{Action, ActionName, ExternalIdentity, Step};
use leptos::prelude::*;

use super::form::{form, ways};
use super::provider::told;
use super::sure::{Question, RowButton, Sure};
use crate::gate::Gate;
use crate::i18n::{Text, day, filled, said, say};
use crate::widgets::Live;
use crate::widgets::heading::heading_with;

fn listed(step: &Step) -> Option<Vec<ExternalIdentity>> {
    if let Step::ExternalIdentities { identities } = step { Some(identities.clone()) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let identities = Memo::new(move |_| gate.step(listed).unwrap_or_default());
    let rows: Live = Box::new(move || identities.get().into_iter().map(|identity| row(gate, identity)).collect());
    let asks_proof = move || gate.asks_proof(ActionName::Connect) || gate.asks_proof(ActionName::Disconnect);
    let proof = move || if asks_proof() { said(Text::IdentitiesProof) } else { String::new() };
    let parts = vec![
        heading_with(say(Text::IdentitiesTitle), None, say(Text::IdentitiesLead)),
        view! { <ul class="settings">{rows}</ul> }.into_any(),
        view! { <p class="aside" id="proof">{proof}</p> }.into_any(),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(|| {}), parts)
}

/// One provider: whether it is connected, what it tells, and what can be done about it.
fn row(gate: Gate, identity: ExternalIdentity) -> AnyView {
    let ExternalIdentity { provider, connected_at, denied, last } = identity;
    let (id, name, shares) = (provider.id, provider.name, provider.shares);
    let state = move || match connected_at {
        Some(since) => filled(Text::IdentitiesConnected, &[("date", &day(since))]),
        None => said(Text::IdentitiesNone),
    };
    let why = move || match (denied, last) {
        (true, _) => said(Text::IdentitiesDenied),
        (false, true) => said(Text::IdentitiesLast),
        (false, false) => String::new(),
    };
    let tells = move || filled(Text::ProviderShares, &[("shares", &told(&shares))]);
    let own = Own { gate, id: id.clone(), name: name.clone(), sure: RwSignal::new(Sure::NotAsked) };
    let offered: Live = Box::new(move || match (connected_at, denied) {
        (Some(_), _) => vec![own.disconnect()],
        (None, false) => own.connect().into_iter().collect(),
        (None, true) => Vec::new(),
    });
    view! {
        <li data-provider=id>
            <div class="name"><b>{name}</b>" "<small><span>{state}</span>" "<span>{tells}</span></small></div>
            <p class="why">{why}</p>
            <div class="ways">{offered}</div>
        </li>
    }
    .into_any()
}

/// What can be done about one provider.
struct Own {
    gate: Gate,
    id: String,
    name: String,
    sure: RwSignal<Sure>,
}

impl Own {
    fn connect(&self) -> Option<AnyView> {
        let (gate, provider) = (self.gate, self.id.clone());
        let press = move || gate.act(Action::Connect { provider: provider.clone() });
        let button = || self.button(ActionName::Connect, Text::IdentitiesConnect, press).view();
        gate.offers(ActionName::Connect).then(button)
    }

    /// It is asked for twice, where it was pressed; whoever has thought better of it is back at its button.
    fn disconnect(&self) -> AnyView {
        let (sure, asked) = (self.sure, self.sure.get());
        if asked == Sure::Asked {
            return self.question();
        }
        let press = move || sure.set(Sure::Asked);
        let button = || RowButton {
            led: asked == Sure::ThoughtBetter,
            ..self.button(ActionName::Disconnect, Text::IdentitiesDisconnect, press)
        };
        self.gate.offers(ActionName::Disconnect).then(|| button().view()).into_any()
    }

    fn question(&self) -> AnyView {
        let (gate, sure, provider, name) = (self.gate, self.sure, self.id.clone(), self.name.clone());
        let disconnect = move || gate.act(Action::Disconnect { provider: provider.clone() });
        let question = Question {
            id: format!("question-{}", self.id),
            text: Box::new(move || filled(Text::IdentitiesQuestion, &[("provider", &name)])),
            does: self.button(ActionName::Disconnect, Text::IdentitiesDisconnect, disconnect),
            cancel: RowButton::cancel(move || sure.set(Sure::ThoughtBetter)),
        };
        question.view()
    }

    /// A button that says which provider it is about.
    fn button(&self, action: ActionName, label: Text, press: impl Fn() + 'static) -> RowButton {
        let (gate, pressed, name) = (self.gate, RwSignal::new(false), self.name.clone());
        let press = move || {
            pressed.set(true);
            press();
        };
        RowButton {
            label: Box::new(move || filled(label, &[("provider", &name)])),
            provider: Some(self.id.clone()),
            busy: Box::new(move || (pressed.get() && gate.is_busy_with(action)).then_some("true")),
            described: Box::new(move || gate.asks_proof(action).then_some("proof")),
            ..RowButton::new(action.as_str(), label, press)
        }
    }
}
