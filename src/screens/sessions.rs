//! `sessions`: where the member is signed in, and signing out there (FEATURES S1).

use daemun_protocol::{Action, ActionName, Session, Step, Timestamp};
use leptos::prelude::*;

use super::approvals::browser_name;
use super::form::{form, ways};
use crate::gate::Gate;
use crate::i18n::{Text, day, filled, hour, said, say};
use crate::widgets::heading::heading_with;
use crate::widgets::{Aria, Live};

fn listed(step: &Step) -> Option<Vec<Session>> {
    if let Step::Sessions { sessions } = step { Some(sessions.clone()) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let sessions = Memo::new(move |_| gate.step(listed).unwrap_or_default());
    let rows: Live = Box::new(move || sessions.get().into_iter().map(|session| row(gate, session)).collect());
    let only = move || if gate.offers(ActionName::SignOut) { String::new() } else { said(Text::SessionsOnly) };
    let parts = vec![
        heading_with(say(Text::SessionsTitle), None, say(Text::SessionsLead)),
        view! { <ul class="sessions">{rows}</ul> <p class="none">{only}</p> }.into_any(),
        ways(gate, &[(ActionName::SignOutOthers, Text::SessionsSignOutOthers), (ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(|| {}), parts)
}

fn row(gate: Gate, session: Session) -> AnyView {
    let Session { id, browser, place, signed_in_at, last_seen_at, here } = session;
    let name = move || browser_name(&browser);
    let called = name.clone();
    let is_here = here.then(|| view! { " "<span class="here">{say(Text::SessionsHere)}</span> });
    let known = move || {
        let signed_in = filled(Text::SessionsSignedIn, &[("time", &moment(signed_in_at))]);
        let last_seen = filled(Text::SessionsLastSeen, &[("time", &moment(last_seen_at))]);
        let parts = [place.clone(), signed_in, last_seen].into_iter().filter(|part| !part.is_empty());
        parts.map(|part| view! { <span>{part}</span>" " }.into_any()).collect::<Vec<_>>()
    };
    let chosen = RwSignal::new(false);
    let own = id.clone();
    let press = move |_| {
        chosen.set(true);
        gate.act(Action::SignOutSession { session: own.clone() });
    };
    let busy: Aria = Box::new(move || (chosen.get() && gate.is_busy_with(ActionName::SignOut)).then_some("true"));
    let button = (!here).then(|| {
        view! {
            <div class="ways"><button class="quiet" type="button" data-action=ActionName::SignOut.as_str() data-session=id.clone()
                aria-busy=busy on:click=press>
                <span>{say(Text::SessionsSignOut)}<span class="visually-hidden">": "{called}</span></span>
            </button></div>
        }
    });
    view! { <li data-session=id><div class="name"><b>{name}</b>{is_here}<small>{known}</small></div>{button}</li> }
        .into_any()
}

/// A day and a time of day.
fn moment(time: Timestamp) -> String {
    format!("{} {}", day(time), hour(time))
}
