//! The end of `approvals`: whether this browser is notified of what comes, and the button that changes it (FEATURES D6).

use daemun_protocol::{Action, ActionName, Notifications, Step};
use leptos::prelude::*;

use super::form::{About, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, said};
use crate::notifications::{self, NotSubscribed};
use crate::widgets::Aria;
use crate::widgets::note::{Note, Urgency, notes};

fn told(step: &Step) -> Option<Notifications> {
    if let Step::Approvals { notifications, .. } = step { notifications.clone() } else { None }
}

/// Nothing, where the backend notifies no browsers or this one cannot be notified.
pub fn view(gate: Gate) -> AnyView {
    if gate.step_once(told).is_none() || !notifications::are_there() {
        return ().into_any();
    }
    let told = Memo::new(move |_| gate.step(told));
    // The backend knows what it was given, and the browser whether it is good for anything still.
    let shows = RwSignal::new(true);
    notifications::look(move |it_does| {
        let _ = shows.try_set(it_does);
    });
    let is_on = move || shows.get() && told.with(|told| told.as_ref().is_some_and(|told| told.on));
    let (asking, fault) = (RwSignal::new(false), RwSignal::new(None));
    let press = move |_| {
        let Some(Notifications { key, .. }) = told.get_untracked() else { return };
        if asking.get_untracked() || gate.is_busy() {
            return;
        }
        fault.set(None);
        if untrack(is_on) {
            gate.act(Action::Unsubscribe);
            return;
        }
        asking.set(true);
        notifications::subscribe(key, move |subscribed| {
            // The member may have gone on to a request meanwhile.
            if asking.try_set(false).is_some() {
                return;
            }
            match subscribed {
                Ok(subscription) => {
                    shows.set(true);
                    gate.act(Action::Subscribe { subscription: Box::new(subscription) });
                }
                Err(why) => fault.set(Some(why)),
            }
        });
    };
    let busy: Aria = Box::new(move || {
        let asks =
            asking.get() || gate.is_busy_with(ActionName::Subscribe) || gate.is_busy_with(ActionName::Unsubscribe);
        asks.then_some("true")
    });
    // One button, so that the focus stays where it was pressed.
    let action = move || if is_on() { ActionName::Unsubscribe.as_str() } else { ActionName::Subscribe.as_str() };
    let label = move || said(if is_on() { Text::NotifyStop } else { Text::NotifyStart });
    let state = move || said(if is_on() { Text::NotifyOn } else { Text::NotifyOff });
    let refused = wrong(gate, About::ALL);
    let trouble = move || fault.get().map(faulty).or_else(|| Some(refused()?.note)).into_iter().collect();
    view! {
        <div class="apart">
            <p role="status">{state}</p>
            {notes(Urgency::Alert, Box::new(trouble))}
            <div class="ways"><button class="quiet" type="button" data-action=action aria-busy=busy on:click=press><span>{label}</span></button></div>
        </div>
    }
    .into_any()
}

/// Why not, and what to do.
fn faulty(why: NotSubscribed) -> Note {
    let (code, text) = match why {
        NotSubscribed::Denied => ("notify_denied", Text::NotifyDenied),
        NotSubscribed::Dismissed => ("notify_dismissed", Text::NotifyDismissed),
        NotSubscribed::Failed => ("notify_failed", Text::NotifyFailed),
    };
    (code.to_owned(), said(text))
}
