//! A machine and what happens to it, one thing after another.

use daemun_flow::{Answer, Effect, Event, Fault, Machine, Moment, Ticket};
use daemun_protocol::{Flow, Kind, Status, Timestamp};

/// What the backend's clock shows.
pub const SERVER_NOW: Timestamp = Timestamp(1_700_000_000_000);

/// A machine, the clock it lives by, and the effects of what happened last.
pub struct Story {
    pub machine: Machine,
    pub now: Moment,
    pub effects: Vec<Effect>,
}

impl Story {
    /// A page that has just been loaded.
    pub fn of(machine: Machine) -> Self {
        let story = Self { machine, now: Moment(1_000), effects: Vec::new() };
        story.then(Event::Began)
    }

    pub fn then(self, event: Event) -> Self {
        let (machine, effects) = self.machine.update(self.now, event);
        Self { machine, effects, now: self.now }
    }

    /// The request that was just sent.
    pub fn asked(&self) -> Ticket {
        let sent = self.effects.iter().find_map(|effect| match effect {
            Effect::Begin { ticket }
            | Effect::Read { ticket, .. }
            | Effect::Act { ticket, .. }
            | Effect::GiveUp { ticket, .. }
            | Effect::Resend { ticket } => Some(*ticket),
            Effect::AskDevice { .. }
            | Effect::Abort { .. }
            | Effect::Wake { .. }
            | Effect::Leave { .. }
            | Effect::Visit { .. }
            | Effect::HandOver { .. }
            | Effect::Door
            | Effect::Reload
            | Effect::Continue
            | Effect::Cancel { .. }
            | Effect::Spread => None,
        });
        sent.expect("a request was sent")
    }
}

/// A flow that was begun just now.
pub fn flow_at(kind: Kind, rev: u64, status: Status) -> Flow {
    Flow {
        id: "f".into(),
        kind,
        rev,
        server_time: SERVER_NOW,
        expires_at: SERVER_NOW.plus_seconds(1800),
        status,
        messages: Vec::new(),
        account: None,
        workspace: None,
    }
}

/// The backend answers with a flow.
pub fn answer(flow: Flow) -> Result<Answer, Fault> {
    Ok(Answer::Flow { flow: Box::new(flow), etag: None })
}
