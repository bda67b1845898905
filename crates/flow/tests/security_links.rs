//! Haerin opens what was shared with her by a security link, and leaves its screen in all the ways there are (FEATURES O3).

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod story;

use daemun_flow::{Answer, Effect, Entry, Event, Face, Fault, Machine, Place, Trouble};
use daemun_protocol::{
    Action, ActionName, Channel, Destination, EndReason, Flow, Hints, Kind, NoticeCode, Offers, Params, Problem,
    ProblemCode, Restart, Secret, Status, Step, StepState,
};
use story::{SERVER_NOW, Story, answer, flow_at};

fn at_step(kind: Kind, rev: u64, step: Step) -> Flow {
    let actions = Offers::default().with(ActionName::Submit).with(ActionName::Back);
    flow_at(kind, rev, Status::Active { step: StepState { id: rev.to_string(), step }, actions, poll: None })
}

fn code(kind: Kind) -> Flow {
    let step = Step::Code {
        channel: Channel::Email,
        sent_to: Some("haerin@partner.example".into()),
        length: 6,
        expires_at: Some(SERVER_NOW.plus_seconds(600)),
        remember_days: None,
    };
    at_step(kind, 2, step)
}

fn link_address() -> Flow {
    at_step(Kind::Link, 1, Step::LinkAddress { email: None })
}

fn left() -> Status {
    Status::Ended { reason: EndReason::Left, restart: Some(Restart { kind: Kind::Link }) }
}

fn entry(kind: Kind, place: Place) -> Entry {
    Entry { kind, place, hints: Hints::default(), flow: None, left: None, at_front_door: false }
}

impl Story {
    /// The page at a link, or loaded again with the flow that its history remembers.
    fn opening(flow: Option<&str>) -> Self {
        Self::entering(Kind::Link, Place::Passage, flow)
    }

    fn entering(kind: Kind, place: Place, flow: Option<&str>) -> Self {
        Self::with(Entry { flow: flow.map(Into::into), ..entry(kind, place) })
    }

    fn with(entry: Entry) -> Self {
        Self::of(Machine::new(entry, |_| true, 7))
    }

    fn at(first: Flow) -> Self {
        Self::opening(None).answered(answer(first))
    }

    fn answered(self, answer: Result<Answer, Fault>) -> Self {
        let ticket = self.asked();
        self.then(Event::Answered(ticket, answer))
    }

    fn gives_up(&self) -> Vec<&str> {
        let ids = self.effects.iter().map(|effect| if let Effect::Cancel { id } = effect { Some(&**id) } else { None });
        ids.flatten().collect()
    }

    fn has_ended(&self, why: &EndReason) -> bool {
        matches!(self.machine.face(), Face::Ended { reason, restart: Some(Restart { kind: Kind::Link }) } if reason == why)
    }

    /// Asks the backend to end this flow, and does nothing else yet.
    fn gives_up_first(&self, id: &str) -> bool {
        matches!(&self.effects[..], [Effect::GiveUp { id: asked, .. }] if asked == id)
    }

    /// The backend has heard that the flow was left.
    fn heard(self) -> Self {
        self.then(Event::Cancelled { id: "f".into() })
    }

    /// Begins anew, with the link of the flow before.
    fn begins_anew_after(&self, previous: &str) -> bool {
        matches!(self.effects.first(), Some(Effect::Begin { .. }))
            && self.machine.entry().kind == Kind::Link
            && self.machine.entry().hints.previous.as_deref() == Some(previous)
    }
}

#[test]
fn o3_leaving_the_screen_gives_the_flow_up_and_says_so() {
    for first in [link_address(), code(Kind::Link)] {
        let story = Story::at(first).then(Event::Left);
        assert_eq!(story.gives_up(), ["f"]);
        assert!(story.has_ended(&EndReason::Left));
        let story = story.then(Event::Left);
        assert_eq!(story.effects, [], "once");
    }
}

#[test]
fn o3_what_was_on_its_way_is_not_waited_for() {
    let submit = Event::Submitted(Action::SubmitCode { code: Secret::new("123456"), remember: false });
    let story = Story::at(code(Kind::Link)).then(submit);
    let ticket = story.asked();
    let story = story.then(Event::Left);
    assert_eq!(story.effects, [Effect::Abort { ticket }, Effect::Cancel { id: "f".into() }]);
    let done =
        flow_at(Kind::Link, 3, Status::Complete(Destination::Page { redirect_to: "https://work.example/".into() }));
    let story = story.then(Event::Answered(ticket, answer(done)));
    assert!(story.effects.is_empty() && story.has_ended(&EndReason::Left), "who has left is not led on");
}

#[test]
fn o3_reading_the_mail_in_another_tab_or_app_ends_nothing() {
    for elsewhere in [[Event::Hidden, Event::Shown], [Event::Offline, Event::Online]] {
        let [away, back] = elsewhere;
        let story = Story::at(code(Kind::Link)).then(away).then(back);
        assert!(story.gives_up().is_empty());
        assert!(matches!(story.machine.face(), Face::Step { .. }));
    }
}

#[test]
fn o3_only_security_links_end_by_being_left() {
    for kind in [Kind::SignIn, Kind::Join, Kind::Reset] {
        let story = Story::entering(kind.clone(), Place::Passage, None).answered(answer(code(kind))).then(Event::Left);
        assert!(story.gives_up().is_empty());
        assert!(matches!(story.machine.face(), Face::Step { .. }));
    }
}

#[test]
fn o3_the_way_to_what_was_shared_is_no_leaving() {
    let done = flow_at(
        Kind::Link,
        3,
        Status::Complete(Destination::Page { redirect_to: "https://work.example/shared".into() }),
    );
    let story = Story::at(code(Kind::Link)).then(Event::Submitted(Action::Back)).answered(answer(done));
    assert!(matches!(story.effects[0], Effect::Leave { .. }));
    let story = story.then(Event::Left);
    assert!(story.gives_up().is_empty());
    assert!(matches!(story.machine.face(), Face::Complete { .. }));
}

#[test]
fn o3_going_on_in_another_page_of_the_app_is_no_leaving() {
    let entry = entry(Kind::Link, Place::Passage);
    let machine = Machine::new(entry, |step| !matches!(step, Step::LinkAddress { .. }), 7);
    let story = Story::of(machine).answered(answer(link_address()));
    assert_eq!(story.effects, [Effect::Continue]);
    assert!(story.then(Event::Left).gives_up().is_empty());
}

/// A page that goes before it has read its flow again has left all the same.
#[test]
fn o3_who_reloads_and_goes_at_once_has_left() {
    let story = Story::opening(Some("f"));
    let ticket = story.asked();
    let story = story.then(Event::Left);
    assert_eq!(story.effects, [Effect::Abort { ticket }, Effect::Cancel { id: "f".into() }]);
}

#[test]
fn o3_a_reload_finds_that_the_screen_was_left_and_begins_anew() {
    let story = Story::opening(Some("f")).answered(answer(flow_at(Kind::Link, 3, left())));
    assert!(story.has_ended(&EndReason::Left));
    assert_eq!(story.machine.flow_id(), Some("f"), "loaded again, it says so again");
    let story = story.then(Event::Restarted);
    assert!(story.begins_anew_after("f"));
    assert_eq!(story.machine.flow_id(), Some("f"), "a reload now finds the old one, and can begin anew from there");

    let story = story.answered(answer(Flow { id: "g".into(), ..link_address() }));
    assert!(matches!(story.machine.face(), Face::Step { .. }));
    assert_eq!(story.machine.flow_id(), Some("g"));
    let story = story.then(Event::Left);
    assert_eq!(story.gives_up(), ["g"]);
    // That "f" is over is no news of "g".
    assert!(story.heard().then(Event::Cancelled { id: "g".into() }).then(Event::Restarted).begins_anew_after("g"));
}

/// The word of leaving was lost with the page: the tab remembers it, and the flow is ended now.
#[test]
fn o3_what_was_left_unheard_is_ended_on_coming_back() {
    let remembers = |left: &str| {
        Story::with(Entry { flow: Some("f".into()), left: Some(left.into()), ..entry(Kind::Link, Place::Passage) })
    };
    let story = remembers("f").answered(answer(code(Kind::Link)));
    assert_eq!(story.gives_up(), ["f"]);
    assert!(story.has_ended(&EndReason::Left));
    assert_eq!(story.machine.flow_id(), Some("f"), "loaded again, it says so again");
    assert!(story.heard().then(Event::Restarted).begins_anew_after("f"));

    // What the backend says of it otherwise stands.
    let done = flow_at(
        Kind::Link,
        3,
        Status::Complete(Destination::Page { redirect_to: "https://work.example/shared".into() }),
    );
    assert!(matches!(remembers("f").answered(answer(done)).machine.face(), Face::Complete { .. }));
    // A page that the browser threw away was not left, whatever was left before it.
    for story in [remembers("e"), Story::opening(Some("f"))] {
        let story = story.answered(answer(code(Kind::Link)));
        assert!(story.gives_up().is_empty() && matches!(story.machine.face(), Face::Step { .. }));
    }
}

#[test]
fn o3_nothing_begins_anew_before_the_backend_has_heard_of_leaving() {
    let left = || Story::at(code(Kind::Link)).then(Event::Left);
    let unknown = || Answer::Problem(Problem::new(ProblemCode::FlowUnknown, 404));
    let expired = || Answer::Problem(Problem::new(ProblemCode::FlowExpired, 410));
    for heard in [Answer::GivenUp, unknown(), expired()] {
        let story = left().then(Event::Restarted);
        assert!(story.gives_up_first("f"));
        assert_eq!(story.machine.flow_id(), Some("f"));
        // An answer to the first word of it, that comes late, does not hurry anything.
        let ticket = story.asked();
        let story = story.heard();
        assert!(story.effects.is_empty());
        let story = story.then(Event::Answered(ticket, Ok(heard)));
        assert!(story.begins_anew_after("f"));
        let story = story.answered(answer(Flow { id: "g".into(), ..link_address() }));
        assert!(matches!(story.machine.face(), Face::Step { .. }));
    }

    // A lost line, and a backend that has no time: said, and tried again in the same order.
    let story = left().then(Event::Offline).then(Event::Restarted).answered(Err(Fault::Network));
    assert_eq!(story.machine.face(), Face::Unopened(&Trouble::Network));
    let story = story.then(Event::Online).then(Event::Retried);
    assert!(story.gives_up_first("f"));
    let story = story.answered(Ok(Answer::Problem(Problem::new(ProblemCode::Unavailable, 503))));
    assert!(matches!(story.machine.face(), Face::Unopened(Trouble::Refused(_))));
    let story = story.then(Event::Retried);
    assert!(story.gives_up_first("f"));
    assert!(story.answered(Ok(Answer::GivenUp)).begins_anew_after("f"));
}

/// Where nothing can be done there is nothing to begin anew: loaded again, it says the same.
#[test]
fn o5_leaving_a_dead_link_is_no_leaving() {
    let step = Step::Notice { code: NoticeCode::LinkRevoked, params: Params::default() };
    let state = StepState { id: "1".into(), step };
    let dead = flow_at(Kind::Link, 1, Status::Active { step: state, actions: Offers::default(), poll: None });
    let story = Story::at(dead).then(Event::Left);
    assert!(story.gives_up().is_empty() && matches!(story.machine.face(), Face::Step { .. }));
}

#[test]
fn o3_beginning_anew_survives_a_lost_network() {
    let story = Story::at(code(Kind::Link)).then(Event::Left).heard().then(Event::Offline).then(Event::Restarted);
    let story = story.answered(Err(Fault::Network));
    assert_eq!(story.machine.face(), Face::Unopened(&Trouble::Network));
    assert!(story.then(Event::Online).then(Event::Retried).begins_anew_after("f"));
}

/// O5: the end of the flow's time, told by the backend or by the clock, is no end of the link.
#[test]
fn o5_a_link_whose_time_ran_out_begins_anew_too() {
    let gone = || Ok(Answer::Problem(Problem::new(ProblemCode::FlowUnknown, 404)));
    let reloaded = Story::opening(Some("f")).answered(gone());
    let acting = Story::at(code(Kind::Link)).then(Event::Submitted(Action::Back)).answered(gone());
    let over = Status::Ended { reason: EndReason::Expired, restart: Some(Restart { kind: Kind::Link }) };
    let told =
        Story::at(code(Kind::Link)).then(Event::Submitted(Action::Back)).answered(answer(flow_at(Kind::Link, 3, over)));
    for story in [reloaded, acting, told] {
        assert!(story.has_ended(&EndReason::Expired));
        assert!(story.then(Event::Restarted).begins_anew_after("f"));
    }
}

/// What the backend ends for good leads to the front door, as with any other link.
#[test]
fn a_link_that_cannot_be_tried_anew_leads_to_the_front_door() {
    let over = Status::Ended { reason: EndReason::Cancelled, restart: None };
    let story = Story::opening(Some("f")).answered(answer(flow_at(Kind::Link, 3, over))).then(Event::Restarted);
    assert_eq!(story.effects, [Effect::Door]);
}
