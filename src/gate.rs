//! What a screen is given: the machine to look at, and one way to say what the member did.

use daemun_flow::{Event, Face, Machine, Moment, Reach, Trouble};
use daemun_protocol::{Action, ActionName, Step, StepKind, Timestamp};
use leptos::prelude::*;

use crate::deployment::Deployment;

/// Read access to the flow, and the member's voice. Copied freely; it holds no state of its own.
#[derive(Clone, Copy)]
pub struct Gate {
    machine: ReadSignal<Machine>,
    clock: ReadSignal<Moment>,
    tell: fn(Event),
    pub deployment: Deployment,
    /// Where the member's device can be asked.
    reach: Reach,
    /// What was pressed that the page has drawn: an action's name, a space, and the account that it is about.
    pub chosen: fn() -> Option<String>,
}

impl Gate {
    pub fn new(
        machine: ReadSignal<Machine>,
        clock: ReadSignal<Moment>,
        tell: fn(Event),
        deployment: Deployment,
        reach: Reach,
        chosen: fn() -> Option<String>,
    ) -> Self {
        Self { machine, clock, tell, deployment, reach, chosen }
    }

    pub fn tell(self, event: Event) {
        (self.tell)(event);
    }

    /// The member does this.
    pub fn act(self, action: Action) {
        self.tell(Event::Submitted(action));
    }

    pub fn with<T>(self, look: impl FnOnce(&Machine) -> T) -> T {
        self.machine.with(look)
    }

    /// The same, without following it.
    #[cfg(feature = "whole")]
    pub fn with_once<T>(self, look: impl FnOnce(&Machine) -> T) -> T {
        self.machine.with_untracked(look)
    }

    /// The name of the workspace that this is about, followed.
    pub fn workspace(self) -> Option<String> {
        self.with(|machine| match machine.face() {
            Face::Step { workspace, .. } => workspace.map(|workspace| workspace.name.clone()),
            Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
        })
    }

    /// The current step, looked at without following its changes.
    pub fn step_once<T>(self, look: impl FnOnce(&Step) -> Option<T>) -> Option<T> {
        self.machine.with_untracked(|machine| step_of(machine, look))
    }

    /// The current step, followed.
    pub fn step<T>(self, look: impl FnOnce(&Step) -> Option<T>) -> Option<T> {
        self.machine.with(|machine| step_of(machine, look))
    }

    /// Whether a request of the member's is under way.
    pub fn is_busy(self) -> bool {
        self.with(|machine| matches!(machine.face(), Face::Step { busy: Some(_), .. }))
    }

    /// Whether the member waits for just this action.
    pub fn is_busy_with(self, name: ActionName) -> bool {
        self.with(|machine| matches!(machine.face(), Face::Step { busy: Some(busy), .. } if busy == name))
    }

    /// What went wrong with the member's last act, and which act that was.
    pub fn trouble(self) -> Option<(ActionName, Trouble)> {
        self.with(|machine| match machine.face() {
            Face::Step { trouble, .. } => trouble.map(|(action, trouble)| (action, trouble.clone())),
            Face::Unopened(trouble) => Some((ActionName::Submit, trouble.clone())),
            Face::Opening | Face::Complete { .. } | Face::Ended { .. } => None,
        })
    }

    /// Whether the step offers an action, now or later, and the browser has what it takes. At the front door the device is asked on
    /// this very page.
    pub fn offers(self, name: ActionName) -> bool {
        let can = name != ActionName::UsePasskey
            || match self.reach {
                Reach::Here => true,
                Reach::Elsewhere => self.step(|step| step.kind().filter(|kind| *kind == StepKind::Identify)).is_none(),
                Reach::Nowhere => false,
            };
        can && self.with(|machine| machine.available_at(name).is_some())
    }

    /// Whether an action asks for a proof first that it is the member still.
    #[cfg(feature = "whole")]
    pub fn asks_proof(self, name: ActionName) -> bool {
        self.with(|machine| match machine.face() {
            Face::Step { offers, .. } => offers.get(name).is_some_and(|offer| offer.proof.is_some()),
            Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => false,
        })
    }

    /// Seconds until an action may be used: 0 for now, also for what is not offered at all.
    pub fn seconds_until_available(self, name: ActionName) -> u64 {
        self.with(|machine| machine.available_at(name)).map_or(0, |at| self.seconds_until(at))
    }

    /// Seconds until a moment, followed as they pass.
    pub fn seconds_until(self, at: Moment) -> u64 {
        at.millis_since(self.clock.get()).div_ceil(1000)
    }

    /// Seconds until a time of the backend's clock, followed as they pass.
    pub fn seconds_until_time(self, time: Timestamp) -> u64 {
        self.seconds_until(self.with(|machine| machine.when(time)))
    }
}

fn step_of<T>(machine: &Machine, look: impl FnOnce(&Step) -> Option<T>) -> Option<T> {
    match machine.face() {
        Face::Step { step, .. } => look(&step.step),
        Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
    }
}
