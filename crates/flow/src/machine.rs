//! The machine itself: its states, the events it hears and the effects it asks for.

use daemun_protocol::{
    Action, ActionName, Credential, Destination, EndReason, Flow, Kind, Offers, Poll, Problem, ProblemCode,
    PublicKeyOptions, Restart, Secret, Status, Step, StepKind, StepState, Timestamp,
};

use crate::retry::{Jitter, RESENDS, Rhythm};
use crate::trouble::is_passing;
use crate::{Ceremony, DeviceFault, Entry, Face, Moment, Place, Refusal, Trouble, may_lead_to};

/// Names one request, so that an answer to an older one is known as such and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u32);

/// What the machine is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// The page is up: begin, or read what this history entry began.
    Began,
    /// The member acts.
    Submitted(Action),
    /// The member asks for their device. What they gave with it is how they call it, where it is registered, or the number that
    /// they chose, where it is to approve.
    AskedDevice { given: String },
    /// The device has answered, or will not.
    DeviceAnswered(Ticket, Result<Box<Credential>, DeviceFault>),
    /// The member picked a passkey among what the browser fills in.
    Autofilled(Box<Credential>),
    /// A request was answered, or will not be.
    Answered(Ticket, Result<Answer, Fault>),
    /// The time asked for by [`Effect::Wake`] has come.
    Tick,
    /// The page is no longer seen.
    Hidden,
    /// The page is seen again.
    Shown,
    /// The network is gone.
    Offline,
    /// The network is back.
    Online,
    /// The member went back in the browser's history.
    WentBack,
    /// The member asks to try again what could not be opened, or to go where the page is going already.
    Retried,
    /// The member begins anew.
    Restarted,
    /// The member asks for a newer page.
    Outdated,
    /// The page that [`Effect::Continue`] asked for is out of reach.
    Stranded,
    /// The screen is left for good: the page goes, or the app around it shows something else.
    Left,
    /// The backend has heard of [`Effect::Cancel`].
    Cancelled { id: String },
    /// Of the tabs that show [`Machine::polled`], this one asks the backend from now on.
    Elected,
    /// Another one does.
    Outvoted,
    /// That one has told that something changed ([`Effect::Spread`]).
    Heard,
}

/// What the backend can answer.
#[derive(Clone, Debug)]
pub enum Answer {
    Flow {
        flow: Box<Flow>,
        etag: Option<String>,
    },
    /// 304: as it was.
    NotModified,
    /// 204: the flow was given up.
    GivenUp,
    Problem(Problem),
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request or its answer was lost.
    Network,
    /// Something arrived that is not of the protocol.
    Unreadable,
}

/// What the machine asks its driver to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// `POST flows`.
    Begin { ticket: Ticket },
    /// `GET flows/{id}`. With an ETag the backend is asked to hold it until that no longer fits.
    Read { ticket: Ticket, id: String, etag: Option<String> },
    /// `POST flows/{id}/actions/{name}`. The driver keeps it, key and all, until the ticket is settled.
    Act { ticket: Ticket, id: String, rev: u64, action: Action },
    /// `DELETE flows/{id}`, which was lost before: what is begun in its place waits for the answer.
    GiveUp { ticket: Ticket, id: String },
    /// Send the request of this ticket once more, as it was, key and all.
    Resend { ticket: Ticket },
    /// Ask the member's device, in this very moment: browsers want to see that the member has just done something.
    AskDevice { ticket: Ticket, ceremony: Ceremony, options: PublicKeyOptions },
    /// Nobody waits for this answer any more, be it the backend's or the device's.
    Abort { ticket: Ticket },
    /// Say [`Event::Tick`] then; it replaces an earlier wish.
    Wake { at: Moment },
    /// Leave the page for this address.
    Leave { url: String },
    /// Give the native host around the page its one-time code (FEATURES X7).
    HandOver { code: Secret },
    /// Leave it for an external provider, whose member may come back here.
    Visit { url: Secret },
    /// Leave the page for the door that the entry's hints lead to.
    Door,
    /// Load the page anew.
    Reload,
    /// Load the page that has all screens, for a step that this one has none for; it reads the flow where it is.
    Continue,
    /// `DELETE flows/{id}`, which is to arrive also if the page goes. Nobody waits for its answer; whoever is still there when
    /// it comes says [`Event::Cancelled`].
    Cancel { id: String },
    /// Tell the other tabs of the flow that something changed.
    Spread,
}

/// The state of the app's one conversation with the backend.
#[derive(Clone, Debug)]
pub struct Machine {
    entry: Entry,
    /// Which steps this page has screens for.
    shows: fn(&Step) -> bool,
    phase: Phase,
    /// Counts the steps that were shown; see [`Face::Step`].
    instance: u32,
    tickets: u32,
    jitter: Jitter,
    sight: Sight,
    online: bool,
    role: Role,
    /// The flow that was left, until the backend is known to know it.
    unheard: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    Seen,
    Unseen,
}

/// What this tab does where somebody else has to act: of several tabs of one flow, one asks, and the others hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Asks,
    Listens,
}

#[derive(Clone, Debug)]
enum Phase {
    /// There is no flow yet.
    Opening(Opening),
    /// There is one, and it goes on.
    Open(Open),
    Complete {
        flow: Box<Flow>,
        to: Destination,
    },
    Ended {
        reason: EndReason,
        restart: Option<Restart>,
    },
}

#[derive(Clone, Debug)]
struct Opening {
    /// What can be typed into meanwhile.
    step: Option<StepState>,
    offers: Offers,
    /// An act that came before the flow: it is sent when the flow has come, if its step is still what was shown.
    early: Option<Action>,
    request: OpeningRequest,
}

#[derive(Clone, Debug)]
enum OpeningRequest {
    Unsent,
    Sent(Sending),
    Failed(Trouble),
    /// There is a flow, and another page opens it.
    Elsewhere,
}

#[derive(Clone, Debug)]
struct Open {
    /// The flow without its status, of which the parts are here.
    flow: Box<Flow>,
    step: StepState,
    offers: Offers,
    poll: Option<Poll>,
    /// When `flow` arrived: the base of every countdown.
    received: Moment,
    etag: Option<String>,
    rhythm: Rhythm,
    turn: Turn,
}

/// Whose turn it is. Busy and wrong, or two requests at once, cannot be written.
#[derive(Clone, Debug)]
enum Turn {
    Yours {
        trouble: Option<About>,
        watch: Watch,
    },
    Theirs {
        action: ActionName,
        sending: Sending,
    },
    /// The member's device is asked, and what it says goes to the backend.
    Devices {
        asking: Asking,
        watch: Watch,
    },
}

/// What the device was asked for.
#[derive(Clone, Debug)]
struct Asking {
    ticket: Ticket,
    action: ActionName,
    /// What the member gave with it; see [`Event::AskedDevice`].
    given: String,
}

/// A trouble and the act of the member's that it came of.
type About = (ActionName, Trouble);

/// Reading the flow again while the member may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// Not while the page is hidden or offline.
    Resting,
    Due(Moment),
    Reading {
        ticket: Ticket,
        sent: Moment,
    },
}

/// A request of the member's under way: on the wire, or waiting to be sent once more.
#[derive(Clone, Copy, Debug)]
struct Sending {
    ticket: Ticket,
    attempt: u8,
    resend_at: Option<Moment>,
}

impl Sending {
    const fn first(ticket: Ticket) -> Self {
        Self { ticket, attempt: 0, resend_at: None }
    }
}

impl Machine {
    /// A machine that has heard nothing yet. `shows` says which steps this page has screens for; `seed` decides the jitter
    /// and nothing else.
    pub fn new(entry: Entry, shows: fn(&Step) -> bool, seed: u32) -> Self {
        let opening = Opening {
            step: entry.first_step(),
            offers: Entry::first_offers(),
            early: None,
            request: OpeningRequest::Unsent,
        };
        Self {
            entry,
            shows,
            phase: Phase::Opening(opening),
            instance: 0,
            tickets: 0,
            jitter: Jitter::new(seed),
            sight: Sight::Seen,
            online: true,
            role: Role::Asks,
            unheard: None,
        }
    }

    /// The next state, and what is to be done.
    #[must_use]
    pub fn update(mut self, now: Moment, event: Event) -> (Self, Vec<Effect>) {
        let effects = self.hear(now, event);
        (self, effects)
    }

    /// Becomes the next state, and says what is to be done.
    #[must_use]
    pub fn hear(&mut self, now: Moment, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        let asked = self.asked_device();
        let settled = if let Event::DeviceAnswered(ticket, _) = &event { Some(*ticket) } else { None };
        match event {
            Event::Began | Event::Retried => match &self.phase {
                Phase::Complete { to, .. } => effects.push(go(to)),
                Phase::Opening(_) | Phase::Open(_) | Phase::Ended { .. } => self.open(&mut effects),
            },
            Event::Restarted if self.is_link_over() => {
                // The link's secret is forgotten by now; the backend knows which link the flow before was for.
                self.entry.hints.previous = self.entry.flow.take();
                self.entry.kind = Kind::Link;
                self.begin_anew(&mut effects);
            }
            Event::Restarted if self.is_signed_out() => self.sign_in_first(&mut effects),
            Event::Restarted if self.entry.place == Place::Passage => effects.push(Effect::Door),
            Event::Stranded => {
                if let Phase::Opening(Opening { request: request @ OpeningRequest::Elsewhere, .. }) = &mut self.phase {
                    *request = OpeningRequest::Failed(Trouble::Network);
                }
            }
            Event::Restarted => {
                self.drop_request(&mut effects);
                self.entry.flow = None;
                self.entry.at_front_door = self.entry.place == Place::Door && self.entry.hints.organisation.is_none();
                self.begin_anew(&mut effects);
            }
            Event::Left => self.leave(&mut effects),
            // What has begun anew already waits for an answer of its own.
            Event::Cancelled { id } => {
                if matches!(self.phase, Phase::Ended { .. }) {
                    self.unheard.take_if(|unheard| *unheard == id);
                }
            }
            // Where there is nothing to show yet, the device is asked for it.
            Event::Submitted(Action::UsePasskey { credential: None }) if self.has_own_question() => {
                self.ask_device(now, String::new(), &mut effects);
            }
            Event::Submitted(action) => self.submit(now, action, &mut effects),
            Event::AskedDevice { given } => self.ask_device(now, given, &mut effects),
            Event::DeviceAnswered(ticket, answer) => self.device_answered(now, ticket, answer, &mut effects),
            Event::Autofilled(credential) => {
                if self.autofill().is_some() {
                    self.submit(now, Action::UsePasskey { credential: Some(credential) }, &mut effects);
                }
            }
            Event::Answered(ticket, answer) => self.answered(now, ticket, answer, &mut effects),
            Event::Tick => {}
            Event::Hidden => {
                self.sight = Sight::Unseen;
                self.rest(&mut effects);
            }
            Event::Offline => {
                self.online = false;
                self.rest(&mut effects);
            }
            Event::Shown => {
                self.sight = Sight::Seen;
                self.look_again(now, &mut effects);
            }
            Event::Online => {
                self.online = true;
                self.look_again(now, &mut effects);
            }
            Event::Elected => self.take(Role::Asks, now),
            Event::Outvoted => self.take(Role::Listens, now),
            Event::Heard => {
                // A read that is under way may have been answered before that.
                self.rest(&mut effects);
                self.look_again(now, &mut effects);
            }
            Event::Outdated => effects.push(Effect::Reload),
            Event::WentBack => self.submit(now, Action::Back, &mut effects),
        }
        // Whatever came in between: a device that is not waited for any more is not asked any more.
        if let Some(ticket) = asked.filter(|ticket| self.asked_device() != Some(*ticket) && settled != Some(*ticket)) {
            effects.insert(0, Effect::Abort { ticket });
        }
        if self.polled().is_none() {
            self.role = Role::Asks;
        }
        self.send_what_is_due(now, &mut effects);
        self.ask_to_be_woken(&mut effects);
        effects
    }

    /// What to show.
    pub fn face(&self) -> Face<'_> {
        match &self.phase {
            Phase::Opening(opening) => match (&opening.step, &opening.request) {
                (None, OpeningRequest::Unsent | OpeningRequest::Sent(_) | OpeningRequest::Elsewhere) => Face::Opening,
                (None, OpeningRequest::Failed(trouble)) => Face::Unopened(trouble),
                (Some(step), request) => Face::Step {
                    instance: self.instance,
                    step,
                    offers: &opening.offers,
                    busy: opening.early.as_ref().map(Action::name),
                    trouble: match request {
                        OpeningRequest::Failed(trouble) => Some((ActionName::Submit, trouble)),
                        OpeningRequest::Unsent | OpeningRequest::Sent(_) | OpeningRequest::Elsewhere => None,
                    },
                    messages: &[],
                    account: None,
                    workspace: None,
                },
            },
            Phase::Open(open) => Face::Step {
                instance: self.instance,
                step: &open.step,
                offers: &open.offers,
                busy: match &open.turn {
                    Turn::Yours { .. } => None,
                    Turn::Theirs { action, .. } | Turn::Devices { asking: Asking { action, .. }, .. } => Some(*action),
                },
                trouble: match &open.turn {
                    Turn::Yours { trouble, .. } => trouble.as_ref().map(|(action, trouble)| (*action, trouble)),
                    Turn::Theirs { .. } | Turn::Devices { .. } => None,
                },
                messages: &open.flow.messages,
                account: open.flow.account.as_ref(),
                workspace: open.flow.workspace.as_ref(),
            },
            Phase::Complete { to, .. } => Face::Complete { to },
            Phase::Ended { reason, restart } => Face::Ended { reason, restart: restart.as_ref() },
        }
    }

    /// The flow's id, where there is one that a reload should find again.
    pub fn flow_id(&self) -> Option<&str> {
        match &self.phase {
            Phase::Open(Open { flow, .. }) | Phase::Complete { flow, .. } => Some(&flow.id),
            // Until what a link began has begun anew, a reload finds the one before, and can begin anew from there too.
            Phase::Opening(_) => self.entry.flow.as_deref().or(self.entry.hints.previous.as_deref()),
            // What a link began stays over when the page is loaded again: there is nothing to begin it with.
            Phase::Ended { .. } => self.entry.flow.as_deref().filter(|_| !self.entry.can_begin_anew()),
        }
    }

    /// The flow's revision; 0 before there is a flow.
    pub fn rev(&self) -> u64 {
        match &self.phase {
            Phase::Open(Open { flow, .. }) | Phase::Complete { flow, .. } => flow.rev,
            Phase::Opening(_) | Phase::Ended { .. } => 0,
        }
    }

    /// The flow's id, while it is to be read again and again since somebody else may move its step. Of several tabs one
    /// is enough for that: the others are told so by [`Event::Outvoted`].
    pub fn polled(&self) -> Option<&str> {
        match &self.phase {
            Phase::Open(open) if self.is_awake() && open.poll.is_some() => Some(&open.flow.id),
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => None,
        }
    }

    /// Whether going back in the browser's history means going back a step.
    pub fn can_go_back(&self) -> bool {
        match &self.phase {
            Phase::Open(open) => open.offers.has(ActionName::Back),
            Phase::Opening(_) | Phase::Complete { .. } | Phase::Ended { .. } => false,
        }
    }

    /// What the address bar hinted at.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// When a time of the backend's clock comes.
    pub fn when(&self, time: Timestamp) -> Moment {
        match &self.phase {
            Phase::Open(open) => Moment::of(time, &open.flow, open.received),
            Phase::Opening(_) | Phase::Complete { .. } | Phase::Ended { .. } => Moment::default(),
        }
    }

    /// What a passkey can be filled in by, while the member may do so.
    pub fn autofill(&self) -> Option<&PublicKeyOptions> {
        if let Phase::Open(Open { step, turn: Turn::Yours { .. }, offers, .. }) = &self.phase
            && let Step::Identify { passkey, .. } = &step.step
            && offers.has(ActionName::UsePasskey)
        {
            passkey.as_ref()
        } else {
            None
        }
    }

    /// From when an action may be used; `None` if it is not offered.
    pub fn available_at(&self, name: ActionName) -> Option<Moment> {
        match &self.phase {
            Phase::Opening(opening) => opening.offers.get(name).map(|_| Moment::default()),
            Phase::Open(open) => open.available_at(name),
            Phase::Complete { .. } | Phase::Ended { .. } => None,
        }
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn open(&mut self, effects: &mut Vec<Effect>) {
        let ticket = self.ticket();
        if let Phase::Opening(opening) = &mut self.phase
            && !matches!(opening.request, OpeningRequest::Sent(_))
        {
            // A flow that the backend will not give, or not readably, is not asked for for ever; but what a link began cannot
            // be begun again without the link.
            let gives_up = match &opening.request {
                OpeningRequest::Failed(Trouble::Unreadable) => true,
                OpeningRequest::Failed(Trouble::Refused(refusal)) => !refusal.is_passing(),
                OpeningRequest::Failed(Trouble::Network | Trouble::Device(_))
                | OpeningRequest::Unsent
                | OpeningRequest::Sent(_)
                | OpeningRequest::Elsewhere => false,
            };
            if gives_up && self.entry.can_begin_anew() {
                self.entry.flow = None;
            }
            opening.request = OpeningRequest::Sent(Sending::first(ticket));
            effects.push(match (self.unheard.clone(), self.entry.flow.clone()) {
                // Only after what was left has ended is it known, and said, why this one begins.
                (Some(id), _) => Effect::GiveUp { ticket, id },
                (None, Some(id)) => Effect::Read { ticket, id, etag: None },
                (None, None) => Effect::Begin { ticket },
            });
        }
    }

    fn begin_anew(&mut self, effects: &mut Vec<Effect>) {
        self.instance += 1;
        self.phase = Phase::Opening(Opening {
            step: self.entry.first_step(),
            offers: Entry::first_offers(),
            early: None,
            request: OpeningRequest::Unsent,
        });
        self.open(effects);
    }

    /// Whether what is over was for a security link, which can be tried anew.
    fn is_link_over(&self) -> bool {
        matches!(&self.phase, Phase::Ended { restart: Some(Restart { kind: Kind::Link }), .. })
    }

    fn is_signed_out(&self) -> bool {
        matches!(&self.phase, Phase::Ended { reason: EndReason::SignedOut, .. })
    }

    /// Settings and approvals are for who is signed in: the door leads back to them.
    fn sign_in_first(&mut self, effects: &mut Vec<Effect>) {
        self.entry.flow = None;
        self.entry.hints.return_to = self.entry.own_place();
        self.phase = Phase::Opening(Opening {
            step: None,
            offers: Offers::default(),
            early: None,
            request: OpeningRequest::Elsewhere,
        });
        effects.push(Effect::Door);
    }

    /// Who leaves the screen of a security link has to begin again (FEATURES O3). Nothing else ends by being left, and what
    /// another page of the app carries on is not left.
    fn leave(&mut self, effects: &mut Vec<Effect>) {
        let left = match &self.phase {
            // A dead link offers nothing: there is nothing to end, and loaded again it says the same.
            Phase::Open(open) => {
                Some(&open.flow.id).filter(|_| open.flow.kind == Kind::Link && open.offers.iter().count() > 0)
            }
            Phase::Opening(Opening { request: OpeningRequest::Elsewhere, .. }) => None,
            Phase::Opening(_) => self.entry.flow.as_ref().filter(|_| self.entry.kind == Kind::Link),
            Phase::Complete { .. } | Phase::Ended { .. } => None,
        };
        if let Some(id) = left.cloned() {
            self.drop_request(effects);
            self.give_up(id, effects);
        }
    }

    /// Whether this page reads what the page before it was left with.
    fn was_left(&self, flow: &Flow) -> bool {
        let is = |id: &Option<String>| id.as_ref() == Some(&flow.id);
        flow.kind == Kind::Link
            && matches!(self.phase, Phase::Opening(_))
            && is(&self.entry.flow)
            && is(&self.entry.left)
    }

    fn give_up(&mut self, id: String, effects: &mut Vec<Effect>) {
        self.phase = Phase::Ended { reason: EndReason::Left, restart: Some(Restart { kind: Kind::Link }) };
        self.unheard = Some(id.clone());
        effects.push(Effect::Cancel { id });
    }

    fn submit(&mut self, now: Moment, action: Action, effects: &mut Vec<Effect>) {
        match &mut self.phase {
            Phase::Opening(opening) => {
                let holds = matches!(action, Action::SubmitIdentifier { .. } | Action::UseOrganisation);
                if holds && opening.step.is_some() {
                    opening.early = Some(action);
                    self.open(effects);
                }
            }
            Phase::Open(open) => {
                let name = action.name();
                // What a provider has sent back is the backend's to judge, wherever the flow is.
                let may = name == ActionName::Return || open.available_at(name).is_some_and(|at| at <= now);
                let before = match &open.turn {
                    Turn::Yours { watch: Watch::Reading { ticket, .. }, .. } => Some(*ticket),
                    // While the device is asked, nothing has gone out: whatever else the member does comes before it.
                    Turn::Devices { watch: Watch::Reading { ticket, .. }, .. } => Some(*ticket),
                    Turn::Yours { .. } | Turn::Devices { .. } => None,
                    // Whoever does not want to wait may go back: if the first act went through all the same, the backend
                    // calls this one stale and says where things are.
                    Turn::Theirs { action: waited_for, sending }
                        if name == ActionName::Back && *waited_for != ActionName::Back =>
                    {
                        Some(sending.ticket)
                    }
                    Turn::Theirs { .. } => return,
                };
                if may {
                    effects.extend(before.map(|ticket| Effect::Abort { ticket }));
                    let (id, rev) = (open.flow.id.clone(), open.flow.rev);
                    let ticket = self.ticket();
                    if let Phase::Open(open) = &mut self.phase {
                        open.turn = Turn::Theirs { action: name, sending: Sending::first(ticket) };
                    }
                    effects.push(Effect::Act { ticket, id, rev, action });
                }
            }
            Phase::Complete { .. } | Phase::Ended { .. } => {}
        }
    }

    /// Whether the step at hand is what the device is asked at, and not one before that.
    fn has_own_question(&self) -> bool {
        let kind = if let Phase::Open(open) = &self.phase { open.step.step.kind() } else { None };
        matches!(kind, Some(StepKind::Identify | StepKind::QuickLogin))
    }

    /// Which ceremony it is, and for which action, follows from the step.
    fn ask_device(&mut self, now: Moment, given: String, effects: &mut Vec<Effect>) {
        let Phase::Open(open) = &self.phase else { return };
        let Turn::Yours { watch, .. } = open.turn else { return };
        let Some((action, ceremony, options)) = of_device(&open.step.step, &given) else { return };
        if open.available_at(action).is_none_or(|at| at > now) {
            return;
        }
        let options = options.clone();
        let ticket = self.ticket();
        if let Phase::Open(open) = &mut self.phase {
            open.turn = Turn::Devices { asking: Asking { ticket, action, given }, watch };
        }
        effects.push(Effect::AskDevice { ticket, ceremony, options });
    }

    fn asked_device(&self) -> Option<Ticket> {
        match &self.phase {
            Phase::Open(Open { turn: Turn::Devices { asking, .. }, .. }) => Some(asking.ticket),
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => None,
        }
    }

    fn device_answered(
        &mut self,
        now: Moment,
        ticket: Ticket,
        answer: Result<Box<Credential>, DeviceFault>,
        effects: &mut Vec<Effect>,
    ) {
        // An answer that nobody waits for.
        if self.asked_device() != Some(ticket) {
            return;
        }
        let Phase::Open(open) = &mut self.phase else { return };
        let Some(Asking { action, given, .. }) = open.take_asking() else { return };
        match answer {
            Ok(credential) => {
                let action = match open.step.step.kind() {
                    Some(StepKind::Identify | StepKind::QuickLogin) => {
                        Action::UsePasskey { credential: Some(credential) }
                    }
                    Some(StepKind::RegisterDevice) => Action::SubmitDevice { credential, name: given },
                    Some(StepKind::Approve) => {
                        Action::Approve { number: Some(given), credential: Some(credential), reason: None }
                    }
                    Some(_) | None => Action::SubmitPasskey { credential },
                };
                self.submit(now, action, effects);
            }
            Err(DeviceFault::Aborted) => {}
            Err(fault) => open.say((action, Trouble::Device(fault))),
        }
    }

    /// Gives up whatever is on the wire.
    fn drop_request(&mut self, effects: &mut Vec<Effect>) {
        let ticket = match &self.phase {
            Phase::Opening(Opening { request: OpeningRequest::Sent(sending), .. })
            | Phase::Open(Open { turn: Turn::Theirs { sending, .. }, .. }) => sending.ticket,
            Phase::Open(Open {
                turn:
                    Turn::Yours { watch: Watch::Reading { ticket, .. }, .. }
                    | Turn::Devices { watch: Watch::Reading { ticket, .. }, .. },
                ..
            }) => *ticket,
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => return,
        };
        effects.push(Effect::Abort { ticket });
    }

    /// The page is hidden or offline: stop reading.
    fn rest(&mut self, effects: &mut Vec<Effect>) {
        if let Phase::Open(Open { turn: Turn::Yours { watch, .. } | Turn::Devices { watch, .. }, .. }) = &mut self.phase
        {
            if let Watch::Reading { ticket, .. } = *watch {
                effects.push(Effect::Abort { ticket });
            }
            *watch = Watch::Resting;
        }
    }

    /// The page is back: the flow may have moved meanwhile, in another tab or on another device.
    fn look_again(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if !self.is_awake() {
            return;
        }
        match &mut self.phase {
            Phase::Open(Open {
                turn:
                    Turn::Yours { watch: watch @ (Watch::Resting | Watch::Due(_)), .. }
                    | Turn::Devices { watch: watch @ (Watch::Resting | Watch::Due(_)), .. },
                etag,
                ..
            }) => {
                *watch = Watch::Due(now);
                // Our clock may have stood still while the machine slept: only a whole answer sets the countdowns right.
                *etag = None;
            }
            Phase::Opening(Opening { request: OpeningRequest::Unsent, .. }) => self.open(effects),
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => {}
        }
    }

    /// What this tab shows is as old as its last whole answer: where that is long ago, the next read is due for who
    /// asks.
    fn take(&mut self, role: Role, now: Moment) {
        self.role = role;
        if let Phase::Open(open) = &mut self.phase
            && matches!(open.turn, Turn::Yours { watch: Watch::Due(_), .. })
        {
            let next = open.next_read(open.received, now, role, &mut self.jitter);
            open.set_watch(Watch::Due(next));
        }
    }

    fn is_awake(&self) -> bool {
        self.sight == Sight::Seen && self.online
    }

    fn answered(&mut self, now: Moment, ticket: Ticket, answer: Result<Answer, Fault>, effects: &mut Vec<Effect>) {
        match &self.phase {
            Phase::Opening(Opening { request: OpeningRequest::Sent(sending), .. }) if sending.ticket == ticket => {
                let sending = *sending;
                self.opening_answered(now, sending, answer, effects);
            }
            Phase::Open(Open { turn: Turn::Theirs { sending, action }, .. }) if sending.ticket == ticket => {
                let (sending, action) = (*sending, *action);
                self.act_answered(now, sending, action, answer, effects);
            }
            Phase::Open(Open {
                turn:
                    Turn::Yours { watch: Watch::Reading { ticket: reading, sent }, .. }
                    | Turn::Devices { watch: Watch::Reading { ticket: reading, sent }, .. },
                ..
            }) if *reading == ticket => {
                let sent = *sent;
                self.read_answered(now, sent, answer, effects);
            }
            // An answer that nobody waits for.
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => {}
        }
    }

    /// The sending once more, if the request may be sent again by itself.
    fn again(&mut self, now: Moment, sending: Sending) -> Option<Sending> {
        (self.online && sending.attempt < RESENDS).then(|| {
            let attempt = sending.attempt + 1;
            let pause = self.jitter.resend_pause(attempt);
            Sending { ticket: sending.ticket, attempt, resend_at: Some(now.plus_millis(pause)) }
        })
    }

    fn opening_answered(
        &mut self,
        now: Moment,
        sending: Sending,
        answer: Result<Answer, Fault>,
        effects: &mut Vec<Effect>,
    ) {
        // Whatever the backend says for good of a flow that was left, it is over.
        let is_heard = match &answer {
            Ok(Answer::Problem(problem)) => !is_passing(&problem.code),
            Ok(Answer::Flow { .. } | Answer::GivenUp) => true,
            Ok(Answer::NotModified) | Err(_) => false,
        };
        if is_heard && self.unheard.take().is_some() {
            if let Phase::Opening(opening) = &mut self.phase {
                opening.request = OpeningRequest::Unsent;
            }
            return self.open(effects);
        }
        let request = match answer {
            Ok(Answer::Flow { flow, etag }) => {
                let (shown, early) = match &mut self.phase {
                    Phase::Opening(opening) => (opening.step.is_some(), opening.early.take()),
                    Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => (false, None),
                };
                self.adopt(now, flow, etag, None, effects);
                if let Phase::Open(open) = &self.phase
                    && shown
                    && open.step.step.kind() == Some(daemun_protocol::StepKind::Identify)
                {
                    // The form that was typed into is this step: drafts and focus stay.
                    self.instance = self.instance.saturating_sub(1);
                    if let Some(action) = early {
                        self.submit(now, action, effects);
                    }
                }
                return;
            }
            Ok(Answer::Problem(problem))
                if problem.code == ProblemCode::SignInRequired && self.entry.own_place().is_some() =>
            {
                return self.sign_in_first(effects);
            }
            // What a history entry remembers may be long gone, or another browser's. What a link began is over with it.
            Ok(Answer::Problem(problem))
                if self.entry.flow.is_some()
                    && !self.entry.can_begin_anew()
                    && problem.code == ProblemCode::FlowUnknown =>
            {
                return self.end(EndReason::Expired);
            }
            Ok(Answer::Problem(problem)) if self.entry.flow.is_some() && problem.code == ProblemCode::FlowUnknown => {
                self.entry.flow = None;
                if let Phase::Opening(opening) = &mut self.phase {
                    opening.request = OpeningRequest::Unsent;
                }
                self.open(effects);
                return;
            }
            Ok(Answer::Problem(mut problem)) => match problem.flow.take() {
                Some(flow) => return self.adopt(now, flow, None, None, effects),
                None => OpeningRequest::Failed(Trouble::Refused(Refusal::new(problem, now))),
            },
            Ok(Answer::NotModified | Answer::GivenUp) | Err(Fault::Unreadable) => {
                OpeningRequest::Failed(Trouble::Unreadable)
            }
            Err(Fault::Network) => match self.again(now, sending) {
                Some(again) => OpeningRequest::Sent(again),
                None => OpeningRequest::Failed(Trouble::Network),
            },
        };
        if let Phase::Opening(opening) = &mut self.phase {
            let failed = matches!(request, OpeningRequest::Failed(_));
            let unnoticed = failed && opening.step.is_some() && opening.early.take().is_none();
            // Whoever is still typing is not disturbed: the flow is begun again when they send, or when the network is back.
            opening.request = if unnoticed { OpeningRequest::Unsent } else { request };
        }
    }

    fn act_answered(
        &mut self,
        now: Moment,
        sending: Sending,
        action: ActionName,
        answer: Result<Answer, Fault>,
        effects: &mut Vec<Effect>,
    ) {
        let trouble = match answer {
            Ok(Answer::Flow { flow, etag }) if self.is_ours(&flow) => {
                self.adopt(now, flow, etag, None, effects);
                if action == ActionName::Go {
                    self.visit(effects);
                }
                return;
            }
            Ok(Answer::Problem(mut problem)) => match problem.flow.take() {
                Some(flow) if self.is_ours(&flow) => {
                    let trouble = Trouble::Refused(Refusal::new(problem, now));
                    return self.adopt(now, flow, None, Some((action, trouble)), effects);
                }
                Some(_) => Trouble::Unreadable,
                None if problem.code == ProblemCode::FlowUnknown => return self.end(EndReason::Expired),
                None => Trouble::Refused(Refusal::new(problem, now)),
            },
            Ok(Answer::Flow { .. } | Answer::NotModified | Answer::GivenUp) | Err(Fault::Unreadable) => {
                Trouble::Unreadable
            }
            Err(Fault::Network) => match self.again(now, sending) {
                Some(sending) => {
                    if let Phase::Open(open) = &mut self.phase {
                        open.turn = Turn::Theirs { action, sending };
                    }
                    return;
                }
                None => Trouble::Network,
            },
        };
        self.hand_over(now, now, Some((action, trouble)));
    }

    fn read_answered(&mut self, now: Moment, sent: Moment, answer: Result<Answer, Fault>, effects: &mut Vec<Effect>) {
        let Phase::Open(open) = &mut self.phase else { return };
        let over = open.expires() <= now;
        match answer {
            Ok(Answer::Flow { flow, etag }) if flow.id == open.flow.id => {
                open.rhythm.answered();
                let trouble = open.take_trouble();
                self.adopt(now, flow, etag, trouble, effects);
                self.hand_over_after_read(now, sent);
                return;
            }
            Ok(Answer::NotModified) => open.rhythm.answered(),
            Ok(Answer::Problem(mut problem)) => {
                if let Some(flow) = problem.flow.take()
                    && self.is_ours(&flow)
                {
                    return self.adopt(now, flow, None, None, effects);
                }
                if matches!(problem.code, ProblemCode::FlowUnknown | ProblemCode::FlowExpired) {
                    return self.end(EndReason::Expired);
                }
                if let Phase::Open(open) = &mut self.phase {
                    match problem.code == ProblemCode::TooManyRequests {
                        true => open.rhythm.told_to_slow_down(),
                        false => open.rhythm.failed(),
                    }
                    // `Retry-After` wins over the rhythm.
                    let wait = problem.retry_after.map(|seconds| now.plus_seconds(u64::from(seconds)));
                    let next = open.next_read(sent, now, self.role, &mut self.jitter);
                    open.set_watch(Watch::Due(wait.unwrap_or(next)));
                }
                return;
            }
            Ok(Answer::Flow { .. } | Answer::GivenUp) | Err(Fault::Network | Fault::Unreadable) => open.rhythm.failed(),
        }
        if over {
            return self.end(EndReason::Expired);
        }
        self.hand_over_after_read(now, sent);
    }

    /// Whoever has chosen a provider goes there, once: coming back to this page is no reason to go again.
    fn visit(&mut self, effects: &mut Vec<Effect>) {
        if let Phase::Open(open) = &mut self.phase
            && let Step::Provider { go_to: Some(url), .. } = &open.step.step
        {
            match may_lead_to(url.expose()) {
                true => effects.push(Effect::Visit { url: url.clone() }),
                false => open.say((ActionName::Go, Trouble::Unreadable)),
            }
        }
    }

    fn is_ours(&self, flow: &Flow) -> bool {
        match &self.phase {
            Phase::Open(open) => open.flow.id == flow.id,
            Phase::Opening(_) => self.entry.flow.as_ref().is_none_or(|id| *id == flow.id),
            Phase::Complete { .. } | Phase::Ended { .. } => false,
        }
    }

    fn end(&mut self, reason: EndReason) {
        // Of what a link begins, only security links can be tried anew without the link itself; settings, approvals and policies begin by none.
        let kind = match &self.phase {
            Phase::Open(open) => &open.flow.kind,
            Phase::Opening(_) | Phase::Complete { .. } | Phase::Ended { .. } => &self.entry.kind,
        };
        let kind = if matches!(kind, Kind::Link | Kind::Security | Kind::Approve | Kind::Policy) {
            kind.clone()
        } else {
            Kind::SignIn
        };
        self.phase = Phase::Ended { reason, restart: Some(Restart { kind }) };
    }

    /// Takes the backend's word for what is. `trouble` is said only if the step is still the one it is about.
    fn adopt(
        &mut self,
        now: Moment,
        mut flow: Box<Flow>,
        etag: Option<String>,
        trouble: Option<About>,
        effects: &mut Vec<Effect>,
    ) {
        if self.role == Role::Asks && self.polled().is_some() {
            effects.push(Effect::Spread);
        }
        match std::mem::replace(&mut flow.status, Status::Unknown) {
            // A flow that outlives its own end by its own clock would be asked for without a pause.
            Status::Active { .. } if flow.expires_at <= flow.server_time => self.end(EndReason::Expired),
            // The page before this one was left, and nobody has heard of it.
            Status::Active { .. } if self.was_left(&flow) => {
                self.give_up(flow.id, effects);
            }
            Status::Active { step, .. } if !(self.shows)(&step.step) => {
                self.entry.flow = Some(flow.id);
                let (offers, request) = (Offers::default(), OpeningRequest::Elsewhere);
                self.phase = Phase::Opening(Opening { step: None, offers, early: None, request });
                effects.push(Effect::Continue);
            }
            Status::Active { step, actions: offers, poll } => {
                let renews = trouble.as_ref().is_some_and(|(_, trouble)| trouble.renews_step());
                let (same, asking, rhythm) = match &mut self.phase {
                    Phase::Open(open)
                        if open.step.id == step.id || renews && open.step.step.kind() == step.step.kind() =>
                    {
                        (true, open.take_asking(), open.rhythm)
                    }
                    Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => {
                        (false, None, Rhythm::default())
                    }
                };
                if !same {
                    self.instance += 1;
                }
                self.entry.flow = Some(flow.id.clone());
                let trouble = trouble.filter(|(_, trouble)| same || trouble.is_stale());
                let turn = Turn::Yours { trouble: None, watch: Watch::Resting };
                self.phase = Phase::Open(Open { flow, step, offers, poll, received: now, etag, rhythm, turn });
                self.hand_over(now, now, trouble);
                if let Phase::Open(open) = &mut self.phase {
                    open.wait_on(asking);
                }
            }
            Status::Complete(Destination::Page { redirect_to }) if !may_lead_to(&redirect_to) => {
                self.end(EndReason::Unknown("redirect_refused".into()));
            }
            Status::Complete(to) => {
                effects.push(go(&to));
                self.phase = Phase::Complete { flow, to };
            }
            Status::Ended { reason, restart } => {
                self.entry.flow = Some(flow.id);
                self.phase = Phase::Ended { reason, restart };
            }
            Status::Unknown => self.end(EndReason::Unknown("status".into())),
        }
    }

    /// It is the member's turn; the next read is planned from when the last one was sent.
    fn hand_over(&mut self, now: Moment, sent: Moment, trouble: Option<About>) {
        if let Phase::Open(open) = &mut self.phase {
            open.turn = Turn::Yours { trouble, watch: Watch::Resting };
        }
        self.hand_over_after_read(now, sent);
    }

    /// The turn stays what it is, and so does what was said.
    fn hand_over_after_read(&mut self, now: Moment, sent: Moment) {
        let awake = self.is_awake();
        if let Phase::Open(open) = &mut self.phase {
            let watch =
                if awake { Watch::Due(open.next_read(sent, now, self.role, &mut self.jitter)) } else { Watch::Resting };
            open.set_watch(watch);
        }
    }

    fn send_what_is_due(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        match &mut self.phase {
            Phase::Opening(Opening { request: OpeningRequest::Sent(sending), .. })
            | Phase::Open(Open { turn: Turn::Theirs { sending, .. }, .. }) => {
                if sending.resend_at.is_some_and(|at| at <= now) {
                    sending.resend_at = None;
                    effects.push(Effect::Resend { ticket: sending.ticket });
                }
            }
            Phase::Open(Open {
                turn: Turn::Yours { watch: Watch::Due(at), .. } | Turn::Devices { watch: Watch::Due(at), .. },
                ..
            }) if *at <= now => {
                let ticket = self.ticket();
                if let Phase::Open(open) = &mut self.phase {
                    open.set_watch(Watch::Reading { ticket, sent: now });
                    let etag = open.etag.clone().filter(|_| open.poll.is_some());
                    effects.push(Effect::Read { ticket, id: open.flow.id.clone(), etag });
                }
            }
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => {}
        }
    }

    fn ask_to_be_woken(&self, effects: &mut Vec<Effect>) {
        let at = match &self.phase {
            Phase::Opening(Opening { request: OpeningRequest::Sent(sending), .. })
            | Phase::Open(Open { turn: Turn::Theirs { sending, .. }, .. }) => sending.resend_at,
            Phase::Open(Open {
                turn: Turn::Yours { watch: Watch::Due(at), .. } | Turn::Devices { watch: Watch::Due(at), .. },
                ..
            }) => Some(*at),
            Phase::Opening(_) | Phase::Open(_) | Phase::Complete { .. } | Phase::Ended { .. } => None,
        };
        effects.extend(at.map(|at| Effect::Wake { at }));
    }
}

/// How a page that has reached its destination is left.
fn go(to: &Destination) -> Effect {
    match to {
        Destination::Page { redirect_to } => Effect::Leave { url: redirect_to.clone() },
        Destination::Host { handoff } => Effect::HandOver { code: handoff.clone() },
    }
}

/// What a step asks the member's device for, and the action that takes what it says. To approve, each number has a question of
/// its own.
fn of_device<'s>(step: &'s Step, given: &str) -> Option<(ActionName, Ceremony, &'s PublicKeyOptions)> {
    if let Step::Identify { passkey: Some(options), .. } | Step::QuickLogin { biometrics: Some(options), .. } = step {
        Some((ActionName::UsePasskey, Ceremony::Authentication, options))
    } else if let Step::Passkey { options } = step {
        Some((ActionName::Submit, Ceremony::Authentication, options))
    } else if let Step::RegisterDevice { options, .. } = step {
        Some((ActionName::Submit, Ceremony::Registration, options))
    } else if let Step::Approve { numbers, .. } = step {
        let chosen = numbers.iter().find(|number| number.number == given)?;
        Some((ActionName::Approve, Ceremony::Authentication, &chosen.options))
    } else {
        None
    }
}

impl Open {
    fn available_at(&self, name: ActionName) -> Option<Moment> {
        let wait = |seconds| self.received.plus_seconds(u64::from(seconds));
        self.offers.get(name).map(|offer| offer.available_in.map_or(Moment::default(), wait))
    }

    /// When the flow's time is over, on our clock.
    fn expires(&self) -> Moment {
        Moment::of(self.flow.expires_at, &self.flow, self.received)
    }

    /// The next read: by the step's rhythm where it waits for somebody else and this tab asks, or has asked in vain;
    /// and in any case at the flow's end, to hear whether it really is over (another tab may have carried it on).
    fn next_read(&self, sent: Moment, now: Moment, role: Role, jitter: &mut Jitter) -> Moment {
        let end = self.expires().plus_millis(500);
        let poll = self.poll.filter(|_| role == Role::Asks || self.rhythm.is_failing());
        poll.map_or(end, |poll| self.rhythm.next(poll.interval, sent, now, jitter).min(end))
    }

    fn set_watch(&mut self, to: Watch) {
        if let Turn::Yours { watch, .. } | Turn::Devices { watch, .. } = &mut self.turn {
            *watch = to;
        }
    }

    /// What the device was asked for, which is the member's turn again.
    fn take_asking(&mut self) -> Option<Asking> {
        let Turn::Devices { watch, .. } = self.turn else { return None };
        let before = std::mem::replace(&mut self.turn, Turn::Yours { trouble: None, watch });
        if let Turn::Devices { asking, .. } = before { Some(asking) } else { None }
    }

    /// The device is asked already.
    fn wait_on(&mut self, asking: Option<Asking>) {
        if let (Some(asking), Turn::Yours { watch, .. }) = (asking, &self.turn) {
            self.turn = Turn::Devices { asking, watch: *watch };
        }
    }

    fn say(&mut self, about: About) {
        if let Turn::Yours { trouble, .. } = &mut self.turn {
            *trouble = Some(about);
        }
    }

    fn take_trouble(&mut self) -> Option<About> {
        match &mut self.turn {
            Turn::Yours { trouble, .. } => trouble.take(),
            Turn::Theirs { .. } | Turn::Devices { .. } => None,
        }
    }
}
