//! The only loop: tells the machine what happened, shows what it became, and carries out what it asks for.
//! It keeps a request until it is settled, so that a lost answer is asked for again under the same key.

use std::cell::RefCell;
use std::pin::Pin;
use std::time::Duration;

use daemun_flow::{Answer, Effect, Event, Face, Fault, Machine, Moment, Ticket};
#[cfg(feature = "whole")]
use daemun_protocol::{AcceptedCredentials, Action, Flow, Kind, MessageCode, Status};
use daemun_protocol::{ActionName, Begin, Client, Hints, ProblemCode, PublicKeyOptions, Step, StepKind};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::reactive::spawn_local;

use crate::deployment::Deployment;
use crate::gate::Gate;
use crate::i18n;
#[cfg(feature = "whole")]
use crate::ports::quick_login;
use crate::ports::webauthn::{self, Question};
use crate::ports::{api, host, page};

/// Seconds after which a request without an answer counts as lost, besides those for which the backend may hold it.
const PATIENCE: u64 = 20;

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
    /// What the member's device is asked.
    device: Option<Device>,
    /// Which passkeys the browser was told to count.
    #[cfg(feature = "whole")]
    accepted: Option<AcceptedCredentials>,
    wake: Option<TimeoutHandle>,
    /// Asked before the first request: screens off the login path speak of it.
    deployment: Deployment,
}

/// What the member's device is asked: one thing at a time.
enum Device {
    /// What the machine waits for.
    Asked(Ticket),
    /// What the browser is to fill in, by these options.
    Filling(PublicKeyOptions),
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
    DRIVER.set(Some(Driver {
        machine,
        clock,
        request: None,
        act: None,
        flight: None,
        device: None,
        #[cfg(feature = "whole")]
        accepted: None,
        wake: None,
        deployment,
    }));
    // Until the first request has begun, the page says of itself what the app shows, and not what its own form was.
    machine.with_untracked(page::show);
    page::on_sight(|seen| tell(if seen { Event::Shown } else { Event::Hidden }));
    page::on_connection(|online| tell(if online { Event::Online } else { Event::Offline }));
    page::on_back(|| tell(Event::WentBack));
    #[cfg(feature = "whole")]
    {
        page::on_leave(|| tell(Event::Left));
        page::on_tabs(|| tell(Event::Elected), || tell(Event::Outvoted), || tell(Event::Heard));
        webauthn::lend();
    }
    page::every_second(move || clock.set(page::now()));
    Gate::new(machine.read_only(), clock.read_only(), tell, deployment, webauthn::reach(), page::chosen)
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
        self.device.take_if(|device| match (device, &event) {
            (Device::Asked(asked), Event::DeviceAnswered(ticket, _)) => asked == ticket,
            (Device::Filling(_), Event::Autofilled(_)) => true,
            (Device::Asked(_) | Device::Filling(_), _) => false,
        });
        #[cfg(feature = "whole")]
        let asks_again = matches!(event, Event::Retried);
        let signal = self.machine;
        let mut effects = Vec::new();
        let mut comes_to_passkey = false;
        signal.update(|machine| {
            let was_at_passkey = is_at_passkey(machine);
            effects = machine.hear(now, event);
            comes_to_passkey = !was_at_passkey && is_at_passkey(machine);
            self.show(machine);
        });
        for effect in effects {
            self.carry_out(effect);
        }
        #[cfg(feature = "whole")]
        self.come_back(asks_again);
        // The press that led here is enough.
        if comes_to_passkey && webauthn::is_pressed() {
            self.tell(Event::AskedDevice { given: String::new() });
        }
    }

    /// What an external provider has sent back goes on to the flow as soon as that is there, and once more if the member asks for it.
    #[cfg(feature = "whole")]
    fn come_back(&mut self, asks_again: bool) {
        let is_there = self.machine.with_untracked(|machine| matches!(machine.face(), Face::Step { busy: None, .. }));
        if let Some((provider, returned)) = is_there.then(|| page::returned(asks_again)).flatten() {
            self.tell(Event::Submitted(Action::Return { provider, returned }));
        }
    }

    /// What the machine is now, for all but the screens.
    fn show(&mut self, machine: &Machine) {
        // What was asked of an earlier step is not asked again: the secret in it goes.
        self.act.take_if(|act| !act.is_of(machine));
        page::show(machine);
        if machine.flow_id().is_some() {
            page::forget_token();
        }
        // Before the screen is there: a field that has the focus already may not be offered what comes later.
        self.fill(machine);
        #[cfg(feature = "whole")]
        self.tell_accepted(machine);
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Begin { ticket } => self.send(ticket, api::Call::begin(&self.beginning())),
            Effect::Read { ticket, id, etag } => self.send(ticket, api::Call::Read { id, etag }),
            Effect::Act { ticket, id, rev, action } => {
                self.send(ticket, api::Call::act(id, rev, action, i18n::language(), page::remembers()));
            }
            Effect::Resend { ticket } => {
                let kept = [&self.act, &self.request].into_iter().flatten().find(|request| request.ticket == ticket);
                if let Some(request) = kept.cloned() {
                    self.fly(request);
                }
            }
            Effect::AskDevice { ticket, ceremony, options } => {
                self.device = Some(Device::Asked(ticket));
                ask(Some(ticket), Question::Asked(ceremony), &options);
            }
            Effect::Abort { ticket } => {
                self.flight.take_if(|flight| flight.ticket == ticket);
                let asked = self.device.take_if(|device| matches!(device, Device::Asked(asked) if *asked == ticket));
                if asked.is_some() {
                    webauthn::stop();
                }
            }
            Effect::Wake { at } => {
                if let Some(wake) = self.wake.take() {
                    wake.clear();
                }
                // No timer of a browser reaches further than 24 days; one that comes early does no harm.
                let pause = Duration::from_millis(at.millis_since(page::now())).min(LONGEST_SLEEP);
                self.wake = set_timeout_with_handle(|| tell(Event::Tick), pause).ok();
            }
            Effect::Leave { url } => {
                if !host::takes("redirect_to", &url) {
                    page::leave(&url);
                }
            }
            Effect::HandOver { code } => drop(host::takes("handoff", code.expose())),
            #[cfg(feature = "whole")]
            Effect::Visit { url } => page::visit(&url),
            Effect::Reload => page::reload(),
            #[cfg(feature = "whole")]
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
            #[cfg(feature = "whole")]
            Effect::Spread => page::spread(),
            // Neither security links nor steps that wait for somebody else are on the login path, nor are providers, and it is the door.
            #[cfg(not(feature = "whole"))]
            Effect::Cancel { .. } | Effect::GiveUp { .. } | Effect::Spread | Effect::Visit { .. } | Effect::Door => {}
        }
    }

    /// Has the browser fill in a passkey while the member may show one. What it does not fill in is not asked for again until
    /// something has happened.
    fn fill(&mut self, machine: &Machine) {
        let filling = if let Some(Device::Filling(options)) = &self.device { Some(options) } else { None };
        match machine.autofill() {
            now if now == filling => {}
            Some(options) => {
                ask(None, Question::Filled, options);
                self.device = Some(Device::Filling(options.clone()));
            }
            None => {
                self.device = None;
                webauthn::stop();
            }
        }
    }

    #[cfg(feature = "whole")]
    fn tell_accepted(&mut self, machine: &Machine) {
        if let Face::Step { step, .. } = machine.face()
            && let Step::TrustedDevices { accepted, .. } = &step.step
            && self.accepted != *accepted
        {
            self.accepted.clone_from(accepted);
            if let Some(accepted) = accepted {
                webauthn::tell_accepted(accepted);
            }
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
                // The login path has no screen for what they are good for.
                #[cfg(feature = "whole")]
                capabilities: quick_login::capabilities(),
                #[cfg(not(feature = "whole"))]
                capabilities: Vec::new(),
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
        let patience = Duration::from_secs(PATIENCE + request.call.wait());
        let patience = set_timeout_with_handle(lost, patience).ok();
        let signal = abort.clone();
        self.flight = Some(Flight { ticket, abort, patience });
        let deployment = self.deployment;
        spawn(async move {
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
        // Behind an organisation's door it may be good in another workspace: only at the front door nobody has it.
        let is_at_front_door =
            matches!(&self.act, Some(Request { call: api::Call::Act { name: ActionName::UsePasskey, .. }, .. }));
        if is_at_front_door
            && matches!(answer, Ok(Answer::Problem(problem)) if problem.code == ProblemCode::PasskeyUnknown)
        {
            webauthn::forget_shown();
        }
        #[cfg(feature = "whole")]
        if matches!(&self.request, Some(Request { call: api::Call::Begin { .. }, ticket: asked, .. }) if *asked == ticket)
            && matches!(answer, Ok(Answer::Flow { flow, .. }) if asks_who(flow))
        {
            quick_login::forget();
        }
        self.flight.take_if(|flight| flight.ticket == ticket);
        if is_settled(answer) {
            #[cfg(feature = "whole")]
            if matches!(&self.act, Some(Request { call: api::Call::Act { name: ActionName::Return, .. }, ticket: asked, .. }) if *asked == ticket)
            {
                page::forget_return();
            }
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
            api::Call::Begin { .. } | api::Call::Read { .. } => true,
            #[cfg(feature = "whole")]
            api::Call::GiveUp { .. } => true,
        }
    }
}

/// Whether a sign-in begins by asking who it is: where a key of this device was known, and allowed or not, it does not, or says
/// so.
#[cfg(feature = "whole")]
fn asks_who(flow: &Flow) -> bool {
    let says_why = flow.messages.iter().any(|message| message.code == MessageCode::MethodNotAllowed);
    let asks = matches!(&flow.status, Status::Active { step, .. } if step.step.kind() == Some(StepKind::Identify));
    flow.kind == Kind::SignIn && asks && !says_why
}

/// Asks the device, for the machine's ticket or to fill in.
fn ask(ticket: Option<Ticket>, question: Question, options: &PublicKeyOptions) {
    let answer = webauthn::ask(question, options);
    spawn(async move {
        match (ticket, answer.await) {
            (Some(ticket), answer) => tell(Event::DeviceAnswered(ticket, answer)),
            (None, Ok(credential)) => tell(Event::Autofilled(credential)),
            // Nobody has asked for it.
            (None, Err(_)) => {}
        }
    });
}

/// One shape of future for all: the code that runs one weighs more than most of them.
fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_local(Box::pin(task) as Pin<Box<dyn Future<Output = ()>>>);
}

fn is_at_passkey(machine: &Machine) -> bool {
    matches!(machine.face(), Face::Step { step, .. } if step.step.kind() == Some(StepKind::Passkey))
}

/// Goes to the page that has all screens, once it is within reach: a page that cannot be reached is the browser's own to
/// tell of, and has no way back.
fn carry_on() {
    spawn(async {
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
