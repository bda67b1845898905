//! What holds for every sequence of events, whatever the backend, the network and the member do.

mod device;

use daemun_flow::{Answer, Ceremony, DeviceFault, Effect, Entry, Event, Face, Fault, Machine, Moment, Place, Ticket};
use daemun_protocol::{
    Action, ActionName, ApprovalKind, ApprovalRequest, Channel, Destination, DeviceKind, EndReason, Flow, Hints, Kind,
    KnownAccounts, NumberToMatch, Offers, Poll, Problem, ProblemCode, Restart, Secret, Status, Step, StepState,
    Timestamp,
};
use device::{credential, options};
use proptest::prelude::*;

const CANARY: &str = "canary-secret-8472";

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Identify { identifier: None, passkey: None, accounts: KnownAccounts::default() }),
        Just(Step::Identify { identifier: None, passkey: Some(options("AAAA")), accounts: KnownAccounts::default() }),
        Just(Step::Passkey { options: options("AAAA") }),
        Just(Step::MatchNumber { number: "42".into(), expires_at: Timestamp(0), qr: None }),
        Just(approve()),
        Just(Step::RegisterDevice { kind: DeviceKind::Device, options: options("AAAA") }),
        Just(Step::Organisation { organisation: Some("nuri".into()) }),
        (0_u64..4_000).prop_map(|seconds| Step::Code {
            channel: Channel::Email,
            sent_to: Some("a@b.test".into()),
            length: 6,
            expires_at: Some(Timestamp::from_seconds(seconds)),
            remember_days: None,
        }),
        Just(Step::Password { identifier: None, masked: false }),
        Just(Step::Unknown { kind: "later".into() }),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    let active =
        (0_u8..4, step(), proptest::sample::subsequence(ActionName::ALL.to_vec(), 0..=6), prop::option::of(0_u32..90))
            .prop_map(|(id, step, names, interval)| Status::Active {
                step: StepState { id: id.to_string(), step },
                actions: names.into_iter().fold(Offers::default(), Offers::with),
                poll: interval.map(|interval| Poll { interval }),
            });
    prop_oneof![
        8 => active,
        1 => Just(Status::Complete(Destination::Page { redirect_to: "https://work.example/".into() })),
        1 => Just(Status::Complete(Destination::Page { redirect_to: "javascript:x".into() })),
        1 => Just(Status::Complete(Destination::Host { handoff: Secret::new("once") })),
        1 => Just(Status::Ended { reason: EndReason::Cancelled, restart: None }),
        1 => Just(Status::Ended { reason: EndReason::Left, restart: Some(Restart { kind: Kind::Link }) }),
        1 => Just(Status::Unknown),
    ]
}

fn flow() -> impl Strategy<Value = Flow> {
    let kind = prop_oneof![Just(Kind::SignIn), Just(Kind::Link), Just(Kind::Security)];
    (prop_oneof![9 => Just("f"), 1 => Just("g")], kind, 0_u64..6, 0_u64..4_000, 0_u64..4_000, status()).prop_map(
        |(id, kind, rev, now, end, status)| Flow {
            id: id.into(),
            kind,
            rev,
            server_time: Timestamp::from_seconds(now),
            expires_at: Timestamp::from_seconds(end),
            status,
            messages: Vec::new(),
            account: None,
            workspace: None,
        },
    )
}

fn answer() -> impl Strategy<Value = Result<Answer, Fault>> {
    let problem =
        (proptest::sample::select(ProblemCode::KNOWN.to_vec()), prop::option::of(flow()), prop::option::of(0_u32..100))
            .prop_map(|(code, flow, retry_after)| Problem {
                flow: flow.map(Box::new),
                retry_after,
                ..Problem::new(code, 422)
            });
    prop_oneof![
        6 => flow().prop_map(|flow| Ok(Answer::Flow { flow: Box::new(flow), etag: Some("e".into()) })),
        3 => problem.prop_map(|problem| Ok(Answer::Problem(problem))),
        1 => Just(Ok(Answer::NotModified)),
        2 => Just(Err(Fault::Network)),
        1 => Just(Err(Fault::Unreadable)),
    ]
}

/// A request with a number to choose, which the events below do.
fn approve() -> Step {
    let request = ApprovalRequest {
        id: "r".into(),
        kind: ApprovalKind::SignIn,
        who: String::new(),
        browser: String::new(),
        place: String::new(),
        asked_at: Timestamp(0),
        expires_at: Timestamp(0),
    };
    Step::Approve { request, numbers: vec![NumberToMatch { number: "phone".into(), options: options("AAAA") }] }
}

/// What happens next. An answer is for the request in flight, or for one `ago`.
#[derive(Clone, Debug)]
enum Happening {
    Answered {
        ago: u32,
        answer: Result<Answer, Fault>,
    },
    /// The device that was asked last answers, whether anybody waits for it or not.
    DeviceAnswered(Option<DeviceFault>),
    Other(Event),
}

fn happening() -> impl Strategy<Value = Happening> {
    let action = prop_oneof![
        Just(Action::SubmitIdentifier { identifier: "a@b.test".into() }),
        Just(Action::SubmitCode { code: Secret::new(CANARY), remember: false }),
        Just(Action::SubmitPassword { identifier: None, password: Secret::new(CANARY) }),
        Just(Action::SubmitNewPassword { password: Secret::new(CANARY) }),
        Just(Action::SubmitId { identifier: "minji".into(), password: Secret::new(CANARY) }),
        Just(Action::Back),
        Just(Action::Resend),
        Just(Action::Forgot),
        Just(Action::UseOrganisation),
        Just(Action::UsePasskey { credential: None }),
        Just(Action::Approve { number: None, credential: None, reason: None }),
        Just(Action::Deny),
    ];
    prop_oneof![
        6 => (prop_oneof![4 => Just(0_u32), 1 => 1_u32..4], answer()).prop_map(|(ago, answer)| Happening::Answered { ago, answer }),
        4 => action.prop_map(|action| Happening::Other(Event::Submitted(action))),
        4 => Just(Happening::Other(Event::Tick)),
        4 => Just(Happening::Other(Event::AskedDevice { given: "phone".into() })),
        3 => prop::option::of(proptest::sample::select(DeviceFault::ALL.to_vec())).prop_map(Happening::DeviceAnswered),
        1 => Just(Happening::Other(Event::Autofilled(Box::new(credential())))),
        3 => proptest::sample::select(vec![
            Event::Began, Event::Hidden, Event::Shown, Event::Offline, Event::Online, Event::WentBack, Event::Retried, Event::Restarted, Event::Stranded, Event::Left,
            Event::Elected, Event::Outvoted, Event::Heard,
        ]).prop_map(Happening::Other),
    ]
}

/// The requests on the wire, as a driver would know them.
#[derive(Default)]
struct Wire {
    flying: Option<Ticket>,
    kept: Option<Ticket>,
    /// The device that is asked.
    device: Option<Ticket>,
    /// The one that was asked last.
    asked: Option<Ticket>,
    latest: u32,
}

impl Wire {
    fn carry(&mut self, effect: &Effect) {
        match effect {
            Effect::Begin { ticket }
            | Effect::Read { ticket, .. }
            | Effect::GiveUp { ticket, .. }
            | Effect::Act { ticket, .. } => {
                assert_eq!(self.flying, None, "at most one request is in flight");
                assert!(ticket.0 > self.latest, "tickets are never used twice");
                if let Effect::Act { .. } = effect {
                    assert_eq!(self.device, None, "no device is asked while the member waits for the backend");
                }
                self.latest = ticket.0;
                (self.flying, self.kept) = (Some(*ticket), Some(*ticket));
            }
            Effect::Resend { ticket } => {
                assert_eq!(self.flying, None, "at most one request is in flight");
                assert_eq!(self.kept, Some(*ticket), "only the last request can be sent again");
                self.flying = Some(*ticket);
            }
            Effect::AskDevice { ticket, .. } => {
                assert_eq!(self.device, None, "one device is asked at a time");
                assert!(ticket.0 > self.latest, "tickets are never used twice");
                self.latest = ticket.0;
                (self.device, self.asked) = (Some(*ticket), Some(*ticket));
            }
            Effect::Abort { ticket } => {
                for under_way in [&mut self.flying, &mut self.device] {
                    under_way.take_if(|under_way| under_way == ticket);
                }
            }
            Effect::Wake { .. }
            | Effect::Leave { .. }
            | Effect::HandOver { .. }
            | Effect::Visit { .. }
            | Effect::Door
            | Effect::Reload
            | Effect::Continue
            | Effect::Cancel { .. }
            | Effect::Spread => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_events_breaks_the_machine(
        happenings in proptest::collection::vec((0_u64..90_000, happening()), 1..60),
        at_front_door: bool,
        saved: bool,
        kind in prop_oneof![Just(Kind::SignIn), Just(Kind::Reset), Just(Kind::Link), Just(Kind::Security), Just(Kind::Approve), Just(Kind::Policy)],
        shows_all: bool,
        seed: u32,
    ) {
        let by_link = kind != Kind::SignIn;
        let place = match kind {
            Kind::SignIn => Place::Door,
            Kind::Security | Kind::Approve | Kind::Policy => Place::Settings,
            Kind::Join | Kind::Reset | Kind::Link | Kind::Unknown(_) => Place::Passage,
        };
        let flow = saved.then(|| "f".into());
        let entry = Entry { kind, place, hints: Hints::default(), flow, left: None, at_front_door: at_front_door && !by_link };
        let shows = if shows_all { |_: &Step| true } else { |step: &Step| !matches!(step, Step::Password { .. }) };
        let (mut machine, mut now, mut wire) = (Machine::new(entry, shows, seed), Moment(0), Wire::default());
        for (pause, happening) in happenings {
            now = now.plus_millis(pause);
            let stale = matches!(&happening, Happening::Answered { ago, .. } if *ago > 0 || wire.flying.is_none());
            let event = match happening {
                Happening::Answered { ago, answer } => {
                    let ticket = Ticket(wire.latest.saturating_sub(ago));
                    if wire.flying == Some(ticket) {
                        wire.flying = None;
                    }
                    Event::Answered(ticket, answer)
                }
                Happening::DeviceAnswered(fault) => {
                    let ticket = wire.asked.unwrap_or(Ticket(u32::MAX));
                    wire.device.take_if(|asked| *asked == ticket);
                    Event::DeviceAnswered(ticket, fault.map_or_else(|| Ok(Box::new(credential())), Err))
                }
                Happening::Other(event) => event,
            };
            let submitted = matches!(
                event,
                Event::Submitted(_) | Event::WentBack | Event::DeviceAnswered(..) | Event::Autofilled(_)
            );
            let may_ask = matches!(event, Event::Submitted(_) | Event::AskedDevice { .. });
            let left = matches!(event, Event::Left);
            let before = machine.clone();
            let (after, effects) = machine.update(now, event);
            machine = after;

            if stale && wire.flying.is_some() {
                prop_assert_eq!(before.face(), machine.face(), "a stale answer never changes the step");
            }
            for effect in &effects {
                wire.carry(effect);
                if let Effect::Act { .. } = effect {
                    prop_assert!(submitted || matches!(before.face(), Face::Step { busy: Some(_), .. }), "only members act");
                }
                if let Effect::AskDevice { ceremony, .. } = effect {
                    prop_assert!(may_ask, "only members ask their device");
                    let registers = matches!(machine.face(), Face::Step { step, .. } if matches!(step.step, Step::RegisterDevice { .. }));
                    prop_assert_eq!(*ceremony == Ceremony::Registration, registers);
                }
                if let Effect::Leave { url } = effect {
                    prop_assert_eq!(url.as_str(), "https://work.example/");
                }
                prop_assert!(!format!("{effect:?}").contains(CANARY), "secrets never appear in Debug");
            }
            let asks = matches!(machine.face(), Face::Step { busy: Some(_), .. });
            prop_assert!(wire.device.is_none() || asks, "a device that nobody waits for is not asked: {:?}", machine.face());
            let cancelled = effects.iter().filter(|effect| matches!(effect, Effect::Cancel { .. })).count();
            prop_assert!(cancelled <= usize::from(left), "only leaving the screen gives a flow up, and once");
            if cancelled > 0 {
                let says_so = matches!(machine.face(), Face::Ended { reason: EndReason::Left, .. });
                prop_assert!(says_so, "{:?}", machine.face());
                prop_assert_eq!(wire.flying, None, "nobody waits for what was left");
            }
            prop_assert!(!format!("{machine:?}").contains(CANARY), "secrets are never kept in the machine");
            let wakes = effects.iter().filter(|effect| matches!(effect, Effect::Wake { .. })).count();
            prop_assert!(wakes <= 1);
        }
    }

    #[test]
    fn a_poll_is_never_sent_sooner_than_its_interval_nor_after_the_end(
        interval in 1_u32..30, lifetime in 60_u64..600, answers in proptest::collection::vec(0_u8..4, 1..200), seed: u32,
    ) {
        let polled = |sent: Moment| Flow {
            id: "f".into(), kind: Kind::SignIn, rev: 1,
            server_time: Timestamp(1_000_000 + sent.0), expires_at: Timestamp(1_000_000 + lifetime * 1000),
            status: Status::Active {
                step: StepState { id: "1".into(), step: Step::Password { identifier: None, masked: false } },
                actions: Offers::default(), poll: Some(Poll { interval }),
            },
            messages: Vec::new(), account: None, workspace: None,
        };
        let (machine, effects) = Machine::new(Entry { kind: Kind::SignIn, place: Place::Door, hints: Hints::default(), flow: None, left: None, at_front_door: true }, |_| true, seed)
            .update(Moment(0), Event::Began);
        let Some(Effect::Begin { ticket }) = effects.first() else { return Err(TestCaseError::fail("it begins")) };
        let first = Answer::Flow { flow: Box::new(polled(Moment(0))), etag: None };
        let (mut machine, mut effects) = machine.update(Moment(0), Event::Answered(*ticket, Ok(first)));
        let (mut last, mut now, mut slower) = (Moment(0), Moment(0), 0_u64);
        for answer in answers {
            let wake = effects.iter().find_map(|effect| if let Effect::Wake { at } = effect { Some(*at) } else { None });
            let Some(at) = wake else { break };
            now = now.max(at);
            (machine, effects) = machine.update(now, Event::Tick);
            let Some(Effect::Read { ticket, .. }) = effects.first().cloned() else { continue };
            let end = Moment(lifetime * 1000 + 500);
            prop_assert!(now <= end, "no request after the end");
            prop_assert!(now == end || now.millis_since(last) >= u64::from(interval) * 1000 + slower, "never sooner than the interval");
            last = now;
            let answer = match answer {
                0 => Ok(Answer::NotModified),
                1 => Err(Fault::Network),
                2 => { slower += 5_000; Ok(Answer::Problem(Problem::new(ProblemCode::TooManyRequests, 429))) }
                _ => Ok(Answer::Flow { flow: Box::new(polled(now)), etag: None }),
            };
            (machine, effects) = machine.update(now, Event::Answered(ticket, answer));
        }
    }
}
