//! Stories in which a member unlocks a device: what the machine asks of it and of the backend, and what it gives up.

use daemun_flow::{Answer, Ceremony, DeviceFault, Effect, Event, Face, Fault, Ticket};
use daemun_protocol::{Action, ActionName, PublicKeyOptions};

use crate::device::credential;
use crate::story::Story;

impl Story {
    pub fn answered(self, answer: Result<Answer, Fault>) -> Self {
        let ticket = self.asked();
        self.then(Event::Answered(ticket, answer))
    }

    pub fn acts(self, action: Action) -> Self {
        self.then(Event::Submitted(action))
    }

    /// Presses the button that asks for the device, having given the name or the number that goes with it.
    pub fn asks_device(self, given: &str) -> Self {
        self.then(Event::AskedDevice { given: given.into() })
    }

    /// What the device was just asked.
    pub fn device(&self) -> (Ticket, Ceremony, PublicKeyOptions) {
        let asked = self.effects.iter().find_map(|effect| {
            if let Effect::AskDevice { ticket, ceremony, options } = effect {
                Some((*ticket, *ceremony, options.clone()))
            } else {
                None
            }
        });
        asked.expect("the device is asked")
    }

    pub fn device_says(self, answer: Result<(), DeviceFault>) -> Self {
        let (ticket, ..) = self.device();
        self.then(Event::DeviceAnswered(ticket, answer.map(|()| Box::new(credential()))))
    }

    /// What was just sent.
    pub fn acted(&self) -> Option<&Action> {
        self.effects.iter().find_map(|effect| if let Effect::Act { action, .. } = effect { Some(action) } else { None })
    }

    pub fn aborts(&self, ticket: Ticket) -> bool {
        self.effects.contains(&Effect::Abort { ticket })
    }

    pub fn does_nothing(&self) -> bool {
        self.effects.iter().all(|effect| matches!(effect, Effect::Wake { .. }))
    }

    pub fn busy(&self) -> Option<ActionName> {
        if let Face::Step { busy, .. } = self.machine.face() { busy } else { None }
    }
}
