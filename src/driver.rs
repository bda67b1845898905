//! The only loop: tells the machine what happened, shows what it became, and carries out what it asks for.
//! It keeps a request until it is settled, so that a lost answer is asked for again under the same key.

use std::cell::RefCell;
use std::time::Duration;

use daemun_flow::{Answer, Effect, Event, Fault, Machine, Moment, Ticket};
use daemun_protocol::{Begin, Client, Hints, ProblemCode, Step, StepKind};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::reactive::spawn_local;

use crate::deployment::Deployment;
use crate::gate::Gate;
use crate::i18n;
use crate::ports::{api, page};

/// A request without an answer for so long counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// A wake-up further away than this comes in stages.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

thread_local! {
    static DRIVER: RefCell<Option<Driver>> = const { RefCell::new(None) };
}

struct Driver {
    machine: RwSignal<Machine>,
    clock: RwSignal<Moment>,
    /// The request that begins or reads a flow.
    request: Option<Request>,
    /// The member's last act, until it is answered or the flow has moved on: asked again, it goes under the same key.
    act: Option<Request>,
    flight: Option<Flight>,
    wake: Option<TimeoutHandle>,
    /// Asked before the first request: screens off the login path speak of it.
    deployment: Deployment,
}

#[derive(Clone)]
struct Request {
    ticket: Ticket,
    /// `Idempotency-Key`.
    key: String,
    call: api::Call,
}

/// A request on the wire; dropping it takes it back. Aborting one that was answered does nothing.
struct Flight {
    ticket: Ticket,
    abort: api::Abort,
    patience: Option<TimeoutHandle>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.abort.abort();
        if let Some(patience) = self.patience {
            patience.clear();
        }
    }
}

/// Begins on this page's way in, with screens for the steps that `shows` names; what comes back is all that screens see.
pub fn start(shows: fn(&Step) -> bool) -> Gate {
    let machine = RwSignal::new(Machine::new(page::entry(), shows, page::seed()));
    let clock = RwSignal::new(page::now());
    let deployment = Deployment::unknown();
    DRIVER.set(Some(Driver { machine, clock, request: None, act: None, flight: None, wake: None, deployment }));
    page::on_sight(|seen| tell(if seen { Event::Shown } else { Event::Hidden }));
    page::on_connection(|online| tell(if online { Event::Online } else { Event::Offline }));
    page::on_back(|| tell(Event::WentBack));
    #[cfg(feature = "whole")]
    page::on_leave(|| tell(Event::Left));
    page::every_second(move || clock.set(page::now()));
    Gate::new(machine.read_only(), clock.read_only(), tell, deployment)
}

/// Something happened.
pub fn tell(event: Event) {
    DRIVER.with_borrow_mut(|driver| {
        if let Some(driver) = driver {
            driver.tell(event);
        }
    });
}

impl Driver {
    fn tell(&mut self, event: Event) {
        let now = page::now();
        self.clock.set(now);
        if let Event::Answered(ticket, answer) = &event {
            self.land(*ticket, answer);
        }
        let (machine, effects) = self.machine.get_untracked().update(now, event);
        // What was asked of an earlier step is not asked again: the secret in it goes.
        self.act.take_if(|act| !act.is_of(&machine));
        page::show(&machine);
        if machine.flow_id().is_some() {
            page::forget_token();
        }
        self.machine.set(machine);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Begin { ticket } => self.send(ticket, api::Call::Begin(self.beginning())),
            Effect::Read { ticket, id, etag } => self.send(ticket, api::Call::Read { id, etag }),
            Effect::Act { ticket, id, rev, action } => {
                self.send(ticket, api::Call::Act { id, rev, action, locale: i18n::language() });
            }
            Effect::Resend { ticket } => {
                let kept = [&self.act, &self.request].into_iter().flatten().find(|request| request.ticket == ticket);
                if let Some(request) = kept.cloned() {
                    self.fly(request);
                }
            }
            Effect::Abort { ticket } => {
                self.flight.take_if(|flight| flight.ticket == ticket);
            }
            Effect::Wake { at } => {
                if let Some(wake) = self.wake.take() {
                    wake.clear();
                }
                // No timer of a browser reaches further than 24 days; one that comes early does no harm.
                let pause = Duration::from_millis(at.millis_since(page::now())).min(LONGEST_SLEEP);
                self.wake = set_timeout_with_handle(|| tell(Event::Tick), pause).ok();
            }
            Effect::Leave { url } => page::leave(&url),
            Effect::Reload => page::reload(),
            Effect::Door => page::to_door(&self.machine.with_untracked(|machine| machine.entry().hints.clone())),
            Effect::Continue => carry_on(),
            #[cfg(feature = "whole")]
            Effect::Cancel { id } => {
                page::forget_link();
                page::remember_left(&id);
                api::cancel(&id, |id| tell(Event::Cancelled { id }));
            }
            #[cfg(feature = "whole")]
            Effect::GiveUp { ticket, id } => self.send(ticket, api::Call::GiveUp { id }),
            // Security links are not on the login path.
            #[cfg(not(feature = "whole"))]
            Effect::Cancel { .. } | Effect::GiveUp { .. } => {}
        }
    }

    fn beginning(&self) -> Begin {
        let (kind, hints) =
            self.machine.with_untracked(|machine| (machine.entry().kind.clone(), machine.entry().hints.clone()));
        Begin {
            kind,
            hints: Hints { token: page::token(), ..hints },
            client: Client {
                version: env!("CARGO_PKG_VERSION").into(),
                steps: StepKind::ALL.iter().map(|kind| kind.as_str().into()).collect(),
                locale: i18n::language(),
            },
        }
    }

    fn send(&mut self, ticket: Ticket, call: api::Call) {
        let is_act = matches!(call, api::Call::Act { .. });
        let kept = if is_act { &mut self.act } else { &mut self.request };
        // The same act again after a lost answer is the same request: it must not cost a second try or send a second code.
        let unsettled = kept.take().filter(|request| is_act && request.call == call);
        let key = unsettled.map_or_else(page::unique, |request| request.key);
        let request = Request { ticket, key, call };
        *kept = Some(request.clone());
        self.fly(request);
    }

    fn fly(&mut self, request: Request) {
        let ticket = request.ticket;
        let abort = api::Abort::new();
        let lost = move || tell(Event::Answered(ticket, Err(Fault::Network)));
        let patience = set_timeout_with_handle(lost, PATIENCE).ok();
        let signal = abort.clone();
        self.flight = Some(Flight { ticket, abort, patience });
        let deployment = self.deployment;
        spawn_local(async move {
            let answer = match deployment.ask(&signal).await {
                Ok(()) => api::send(&request.key, request.call, &signal).await,
                Err(fault) => Err(fault),
            };
            if !signal.is_aborted() {
                tell(Event::Answered(ticket, answer));
            }
        });
    }

    /// Takes a request off the wire; one that was answered is forgotten, secrets and all.
    fn land(&mut self, ticket: Ticket, answer: &Result<Answer, Fault>) {
        self.flight.take_if(|flight| flight.ticket == ticket);
        if is_settled(answer) {
            for kept in [&mut self.act, &mut self.request] {
                kept.take_if(|request| request.ticket == ticket);
            }
        }
    }
}

impl Request {
    /// Whether this is about the step that the machine shows.
    fn is_of(&self, machine: &Machine) -> bool {
        match &self.call {
            api::Call::Act { id, rev, .. } => machine.flow_id() == Some(id) && machine.rev() == *rev,
            api::Call::Begin(_) | api::Call::Read { .. } => true,
            #[cfg(feature = "whole")]
            api::Call::GiveUp { .. } => true,
        }
    }
}

/// Goes to the page that has all screens, once it is within reach: a page that cannot be reached is the browser's own to
/// tell of, and has no way back.
fn carry_on() {
    spawn_local(async {
        if api::reaches(page::CONTINUE).await {
            page::carry_on();
        } else {
            tell(Event::Stranded);
        }
    });
}

/// Whether the backend has surely spoken. A gateway that gave up waiting may have cut off an act that went through.
fn is_settled(answer: &Result<Answer, Fault>) -> bool {
    match answer {
        Ok(Answer::Problem(problem)) => problem.code != ProblemCode::Unavailable,
        Ok(Answer::Flow { .. } | Answer::NotModified | Answer::GivenUp) => true,
        Err(Fault::Network | Fault::Unreadable) => false,
    }
}
