//! The machine, told what happens to a member, one story at a time.

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod story;

use daemun_flow::{Answer, Effect, Entry, Event, Face, Fault, Machine, Moment, Place, Ticket, Trouble};
use daemun_protocol::{
    Action, ActionName, Channel, Destination, EndReason, Flow, Hints, Kind, KnownAccounts, Offer, Offers, Problem,
    ProblemCode, Secret, Status, Step, StepState,
};
use story::{SERVER_NOW, Story, answer, flow_at};

fn flow(rev: u64, step: Step, actions: &[ActionName]) -> Flow {
    let actions = actions.iter().fold(Offers::default(), |offers, name| offers.with(*name));
    let status = Status::Active { step: StepState { id: rev.to_string(), step }, actions, poll: None };
    flow_at(Kind::SignIn, rev, status)
}

fn identify(rev: u64) -> Flow {
    flow(
        rev,
        Step::Identify { identifier: None, passkey: None, accounts: KnownAccounts::default() },
        &[ActionName::Submit, ActionName::UseOrganisation],
    )
}

fn code(rev: u64) -> Flow {
    let step = Step::Code {
        channel: Channel::Email,
        sent_to: Some("minji@daemun.test".into()),
        length: 6,
        expires_at: Some(SERVER_NOW.plus_seconds(600)),
        remember_days: None,
    };
    flow(rev, step, &[ActionName::Submit, ActionName::Resend, ActionName::Back])
}

fn front_door() -> Entry {
    Entry {
        kind: Kind::SignIn,
        place: Place::Door,
        hints: Hints::default(),
        flow: None,
        left: None,
        at_front_door: true,
    }
}

impl Story {
    fn at_front_door() -> Self {
        Self::entering(front_door())
    }

    fn entering(entry: Entry) -> Self {
        Self::of(Machine::new(entry, |_| true, 7))
    }

    fn at(first: Flow) -> Self {
        let story = Self::at_front_door();
        let ticket = story.asked();
        story.then(Event::Answered(ticket, answer(first)))
    }

    fn after(mut self, millis: u64) -> Self {
        self.now = self.now.plus_millis(millis);
        self.then(Event::Tick)
    }

    fn acts(self, action: Action) -> Self {
        self.then(Event::Submitted(action))
    }

    fn asks_nothing(&self) -> bool {
        self.effects.iter().all(|effect| matches!(effect, Effect::Wake { .. } | Effect::Abort { .. }))
    }

    /// When the machine wants to be woken.
    fn wake(&self) -> Moment {
        let at = self.effects.iter().find_map(|effect| if let Effect::Wake { at } = effect { Some(*at) } else { None });
        at.expect("the machine wants to be woken")
    }

    fn instance(&self) -> u32 {
        let Face::Step { instance, .. } = self.machine.face() else {
            panic!("no step is shown but {:?}", self.machine.face())
        };
        instance
    }

    fn trouble(&self) -> Option<Trouble> {
        if let Face::Step { trouble, .. } = self.machine.face() {
            trouble.map(|(_, trouble)| trouble.clone())
        } else {
            None
        }
    }

    fn is_busy(&self) -> bool {
        matches!(self.machine.face(), Face::Step { busy: Some(_), .. })
    }

    fn shows(&self, wanted: impl Fn(&Step) -> bool) -> bool {
        matches!(self.machine.face(), Face::Step { step, .. } if wanted(&step.step))
    }
}

fn typed() -> Action {
    Action::SubmitIdentifier { identifier: "minji@daemun.test".into() }
}

fn six_digits() -> Action {
    Action::SubmitCode { code: Secret::new("123456"), remember: false }
}

#[test]
fn x1_an_enter_before_the_flow_is_there_is_sent_when_it_is() {
    let story = Story::at_front_door();
    let begin = story.asked();
    let story = story.acts(typed());
    assert!(story.is_busy() && story.asks_nothing(), "it waits");
    let first = story.instance();
    let story = story.then(Event::Answered(begin, answer(identify(1))));
    assert!(matches!(&story.effects[0], Effect::Act { action, .. } if *action == typed()));
    assert_eq!(story.instance(), first, "the form that was typed into stays");
}

#[test]
fn x1_an_early_enter_is_not_sent_to_another_step() {
    let story = Story::at_front_door();
    let begin = story.asked();
    let story = story.acts(typed()).then(Event::Answered(begin, answer(code(4))));
    assert!(story.asks_nothing() && !story.is_busy());
    assert!(story.shows(|step| matches!(step, Step::Code { .. })));
}

#[test]
fn x1_a_failed_beginning_does_not_disturb_who_is_typing() {
    let story = Story::at_front_door().then(Event::Offline);
    let story = story.then(Event::Answered(Ticket(1), Err(Fault::Network)));
    assert_eq!(story.trouble(), None);
    assert!(!story.is_busy());
    let story = story.then(Event::Online);
    assert!(matches!(story.effects[0], Effect::Begin { .. }), "it begins when the network is back");

    let story = Story::at_front_door();
    let begin = story.asked();
    let story = story.then(Event::Answered(begin, Err(Fault::Unreadable))).acts(typed());
    let begin = story.asked();
    let story = story.then(Event::Answered(begin, Err(Fault::Unreadable)));
    assert_eq!(story.trouble(), Some(Trouble::Unreadable), "who has sent something is told");
}

#[test]
fn x2_a_stale_act_is_said_at_the_step_where_things_are() {
    let story = Story::at(code(2)).acts(six_digits());
    let ticket = story.asked();
    let stale = Problem { flow: Some(Box::new(identify(9))), ..Problem::new(ProblemCode::Stale, 409) };
    let story = story.then(Event::Answered(ticket, Ok(Answer::Problem(stale))));
    assert!(story.shows(|step| matches!(step, Step::Identify { .. })));
    assert!(story.trouble().is_some_and(|trouble| trouble.is_stale()));
}

#[test]
fn x2_whoever_does_not_want_to_wait_may_go_back() {
    let story = Story::at(code(2)).acts(six_digits());
    let waiting = story.asked();
    let story = story.then(Event::WentBack);
    assert_eq!(story.effects[0], Effect::Abort { ticket: waiting });
    assert!(matches!(&story.effects[1], Effect::Act { action: Action::Back, .. }));
    assert!(story.then(Event::WentBack).asks_nothing(), "once");
}

#[test]
fn x6_what_is_sent_twice_goes_once() {
    let story = Story::at(code(2)).acts(six_digits());
    story.asked();
    let story = story.acts(six_digits()).acts(Action::Resend);
    assert!(story.asks_nothing());
}

#[test]
fn what_the_step_does_not_offer_is_not_sent() {
    let story = Story::at(identify(1)).acts(Action::Resend);
    assert!(story.asks_nothing() && !story.is_busy());
}

#[test]
fn what_is_not_available_yet_is_not_sent_before_its_time() {
    let mut first = code(2);
    if let Status::Active { actions, .. } = &mut first.status {
        *actions = actions.clone().with_offer(ActionName::Resend, Offer::after(30));
    }
    let story = Story::at(first).acts(Action::Resend);
    assert!(story.asks_nothing());
    let story = story.after(30_000).acts(Action::Resend);
    story.asked();
}

#[test]
fn x2_a_lost_answer_is_asked_for_again_by_itself_and_then_by_the_member() {
    let story = Story::at(code(2)).acts(six_digits());
    let ticket = story.asked();
    let mut story = story.then(Event::Answered(ticket, Err(Fault::Network)));
    for _ in 0..2 {
        let pause = story.wake().millis_since(story.now);
        assert!(story.is_busy());
        story = story.after(pause);
        assert_eq!(story.effects[0], Effect::Resend { ticket }, "the very same request");
        story = story.then(Event::Answered(ticket, Err(Fault::Network)));
    }
    assert_eq!(story.trouble(), Some(Trouble::Network));
    assert!(story.shows(|step| matches!(step, Step::Code { .. })), "nothing is lost");
    story.acts(six_digits()).asked();
}

#[test]
fn x2_offline_is_said_at_once() {
    let story = Story::at(code(2)).then(Event::Offline).acts(six_digits());
    let ticket = story.asked();
    let story = story.then(Event::Answered(ticket, Err(Fault::Network)));
    assert_eq!(story.trouble(), Some(Trouble::Network));
}

#[test]
fn a_refusal_is_said_at_its_step_and_goes_with_it() {
    let story = Story::at(code(2)).acts(six_digits());
    let ticket = story.asked();
    let problem =
        Problem { tries_left: Some(4), flow: Some(Box::new(code(2))), ..Problem::new(ProblemCode::CodeWrong, 422) };
    let before = story.instance();
    let story = story.then(Event::Answered(ticket, Ok(Answer::Problem(problem))));
    assert!(matches!(story.trouble(), Some(Trouble::Refused(refusal)) if refusal.tries_left == Some(4)));
    assert_eq!(story.instance(), before, "the draft stays");

    let story = story.acts(six_digits());
    assert_eq!(story.trouble(), None, "what was wrong is not said while the next try is looked at");
    let ticket = story.asked();
    let moved = Problem { flow: Some(Box::new(identify(9))), ..Problem::new(ProblemCode::CodeWrong, 422) };
    let story = story.then(Event::Answered(ticket, Ok(Answer::Problem(moved))));
    assert_eq!(story.trouble(), None, "a trouble of the step before says nothing here");
    assert!(story.shows(|step| matches!(step, Step::Identify { .. })));
}

#[test]
fn x2_a_late_answer_changes_nothing() {
    let story = Story::at(code(2)).acts(six_digits());
    let old = story.asked();
    let story = story.then(Event::Answered(old, Err(Fault::Unreadable)));
    let story = story.then(Event::Answered(old, answer(identify(9))));
    assert!(story.shows(|step| matches!(step, Step::Code { .. })));
}

#[test]
fn a_flow_of_somebody_else_is_not_taken() {
    let story = Story::at(code(2)).acts(six_digits());
    let ticket = story.asked();
    let other = Flow { id: "g".into(), ..identify(3) };
    let story = story.then(Event::Answered(ticket, answer(other)));
    assert_eq!(story.trouble(), Some(Trouble::Unreadable));
}

#[test]
fn x2_a_reload_reads_the_flow_and_begins_anew_only_if_it_is_gone() {
    let reloading = || {
        Story::entering(Entry {
            kind: Kind::SignIn,
            place: Place::Door,
            hints: Hints::default(),
            flow: Some("f".into()),
            left: None,
            at_front_door: false,
        })
    };
    let story = reloading();
    assert!(matches!(&story.effects[0], Effect::Read { id, .. } if id == "f"));
    assert_eq!(story.machine.face(), Face::Opening);
    let ticket = story.asked();
    let story = story.then(Event::Answered(ticket, answer(code(2))));
    assert!(story.shows(|step| matches!(step, Step::Code { .. })));

    let story = reloading();
    let ticket = story.asked();
    let story = story.then(Event::Answered(ticket, Ok(Answer::Problem(Problem::new(ProblemCode::FlowUnknown, 404)))));
    assert!(matches!(story.effects[0], Effect::Begin { .. }));
}

#[test]
fn x2_a_flow_that_cannot_be_read_is_begun_anew_when_the_member_tries_again() {
    let reloading = || {
        Story::entering(Entry {
            kind: Kind::SignIn,
            place: Place::Door,
            hints: Hints::default(),
            flow: Some("f".into()),
            left: None,
            at_front_door: false,
        })
    };
    let failing = |fault| {
        let mut story = reloading().then(Event::Offline);
        story.effects = Vec::new();
        let ticket = Ticket(1);
        let story = story.then(Event::Answered(ticket, Err(fault)));
        assert!(matches!(story.machine.face(), Face::Unopened(_)));
        story.then(Event::Retried)
    };
    assert!(matches!(failing(Fault::Unreadable).effects[0], Effect::Begin { .. }));
    assert!(matches!(failing(Fault::Network).effects[0], Effect::Read { .. }), "a lost network loses no flow");
}

#[test]
fn x2_the_browsers_back_is_the_steps_back() {
    let story = Story::at(code(2));
    assert!(story.machine.can_go_back());
    let story = story.then(Event::WentBack);
    assert!(matches!(&story.effects[0], Effect::Act { action: Action::Back, .. }));
    let story = Story::at(identify(1));
    assert!(!story.machine.can_go_back());
    assert!(story.then(Event::WentBack).asks_nothing());
}

#[test]
fn x2_a_page_that_is_seen_again_reads_what_became_of_its_flow() {
    let story = Story::at(code(2)).then(Event::Hidden).then(Event::Shown);
    let ticket = story.asked();
    let story = story.then(Event::Answered(ticket, answer(identify(3))));
    assert!(story.shows(|step| matches!(step, Step::Identify { .. })));
}

#[test]
fn a_flow_at_its_end_is_read_once_more_and_then_over() {
    let story = Story::at(code(2));
    let pause = story.wake().millis_since(story.now);
    assert!((1_800_000..1_802_000).contains(&pause), "by the backend's clock, whatever ours says");
    let story = story.after(pause);
    let ticket = story.asked();
    let story = story.then(Event::Answered(ticket, Err(Fault::Network)));
    assert!(matches!(story.machine.face(), Face::Ended { reason: EndReason::Expired, .. }));
    assert_eq!(story.machine.flow_id(), None);
    let story = story.then(Event::Restarted);
    assert!(matches!(story.effects[0], Effect::Begin { .. }));
}

/// E4, R2: a link that led nowhere is not asked for again; what begins anew begins at the front door.
#[test]
fn who_begins_anew_on_a_passage_is_led_to_the_front_door() {
    let entry = Entry {
        kind: Kind::Join,
        place: Place::Passage,
        hints: Hints::default(),
        flow: None,
        left: None,
        at_front_door: false,
    };
    let story = Story::entering(entry);
    let ticket = story.asked();
    let over = Flow { status: Status::Ended { reason: EndReason::Declined, restart: None }, ..code(2) };
    let story = story.then(Event::Answered(ticket, answer(over)));
    assert_eq!(story.machine.flow_id(), Some("f"), "loaded again, it is over still");
    assert_eq!(story.then(Event::Restarted).effects, [Effect::Door]);
}

/// E4, R2: what a link began and the backend no longer has is over; nothing is begun without the link.
#[test]
fn a_flow_of_a_link_that_is_gone_is_over() {
    let reloading = || {
        let flow = Some("f".into());
        Story::entering(Entry {
            kind: Kind::Reset,
            place: Place::Passage,
            hints: Hints::default(),
            flow,
            left: None,
            at_front_door: false,
        })
    };
    let story = reloading();
    let gone = Answer::Problem(Problem::new(ProblemCode::FlowUnknown, 404));
    let ticket = story.asked();
    let story = story.then(Event::Answered(ticket, Ok(gone)));
    assert!(story.asks_nothing());
    assert!(matches!(story.machine.face(), Face::Ended { reason: EndReason::Expired, .. }));

    for passing in [
        Ok(Answer::Problem(Problem::new(ProblemCode::Unavailable, 503))),
        Ok(Answer::Problem(Problem::new(ProblemCode::Malformed, 400))),
        Err(Fault::Unreadable),
    ] {
        let story = reloading();
        let ticket = story.asked();
        let story = story.then(Event::Answered(ticket, passing)).then(Event::Retried);
        assert!(matches!(&story.effects[0], Effect::Read { id, .. } if id == "f"), "{:?}", story.effects);
    }
}

/// A sign-in whose reading fails for the moment is read again, not begun again.
#[test]
fn a_flow_that_cannot_be_had_just_now_is_asked_for_again() {
    let story = Story::entering(Entry { flow: Some("f".into()), at_front_door: false, ..front_door() });
    let ticket = story.asked();
    let busy = Answer::Problem(Problem::new(ProblemCode::Unavailable, 503));
    let story = story.then(Event::Answered(ticket, Ok(busy))).then(Event::Retried);
    assert!(matches!(&story.effects[0], Effect::Read { id, .. } if id == "f"));
}

#[test]
fn a_step_without_a_screen_here_is_carried_on_where_there_is_one() {
    let shows = |step: &Step| !matches!(step, Step::ChooseWorkspace { .. });
    let story = Story::of(Machine::new(front_door(), shows, 7));
    let ticket = story.asked();
    let step = Step::ChooseWorkspace { verified: "a@b.test".into(), provider: None, workspaces: Vec::new() };
    let story = story.then(Event::Answered(ticket, answer(flow(4, step, &[]))));
    assert_eq!(story.effects, [Effect::Continue]);
    assert_eq!(story.machine.face(), Face::Opening, "nothing that is about to go is shown");
    assert_eq!(story.machine.flow_id(), Some("f"), "so that the other page finds it");
    let story = story.then(Event::Stranded);
    assert_eq!(story.machine.face(), Face::Unopened(&Trouble::Network));
    assert!(matches!(&story.then(Event::Retried).effects[0], Effect::Read { id, .. } if id == "f"));
}

#[test]
fn l11_the_end_leads_only_where_a_page_may_go() {
    let ends = |redirect_to: &str| {
        let story = Story::at(code(2)).acts(six_digits());
        let ticket = story.asked();
        let done = Flow { status: Status::Complete(Destination::Page { redirect_to: redirect_to.into() }), ..code(3) };
        story.then(Event::Answered(ticket, answer(done)))
    };
    let story = ends("https://work.example/");
    assert_eq!(story.effects[0], Effect::Leave { url: "https://work.example/".into() });
    let story = ends("javascript:alert(1)");
    assert!(story.asks_nothing());
    assert!(matches!(story.machine.face(), Face::Ended { .. }));
}

/// X7: a native host is given its code, as often as the member asks for it; the page goes nowhere.
#[test]
fn x7_the_end_in_a_native_host_is_its_code_and_no_address() {
    let story = Story::at(code(2)).acts(six_digits());
    let ticket = story.asked();
    let to = Destination::Host { handoff: Secret::new("once") };
    let done = Flow { status: Status::Complete(to.clone()), ..code(3) };
    let story = story.then(Event::Answered(ticket, answer(done)));
    let gives = [Effect::HandOver { code: Secret::new("once") }];
    assert_eq!(story.effects, gives);
    assert_eq!(story.machine.face(), Face::Complete { to: &to });
    assert!(!format!("{:?}", story.machine).contains("once"), "it is not to be read in what a machine says of itself");
    let story = story.then(Event::Retried);
    assert_eq!(story.effects, gives);
}
