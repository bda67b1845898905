//! The machine at a step that somebody else may move: when it reads the flow again, and when it does not.

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod story;

use daemun_flow::{Answer, Effect, Entry, Event, Face, Fault, Machine, Moment, Place};
use daemun_protocol::{
    Action, ActionName, Destination, EndReason, Flow, Hints, Kind, KnownAccounts, NoticeCode, Offers, Params, Poll,
    Problem, ProblemCode, Status, Step, StepState, Timestamp,
};
use story::{SERVER_NOW, Story, answer, flow_at};

const DAY: u64 = 24 * 3600;
/// Seconds that the flow lives.
const LIFETIME: u64 = 1800;

/// A step that waits for somebody else, as the backend knows it at `server_now`.
fn waiting_at(server_now: Timestamp, interval: u32) -> Flow {
    let step = Step::Notice { code: NoticeCode::ResetRequested, params: Params::default() };
    let status = Status::Active {
        step: StepState { id: "2".into(), step },
        actions: Offers::default().with(ActionName::Back),
        poll: Some(Poll { interval }),
    };
    Flow { server_time: server_now, expires_at: server_now.plus_seconds(LIFETIME), ..flow_at(Kind::SignIn, 2, status) }
}

fn waiting(interval: u32) -> Flow {
    waiting_at(SERVER_NOW, interval)
}

/// What it comes to.
fn moved() -> Flow {
    let step = StepState {
        id: "3".into(),
        step: Step::Identify { identifier: None, passkey: None, accounts: KnownAccounts::default() },
    };
    let actions = Offers::default().with(ActionName::Submit);
    Flow { rev: 3, status: Status::Active { step, actions, poll: None }, ..waiting(5) }
}

fn complete() -> Flow {
    Flow {
        rev: 3,
        status: Status::Complete(Destination::Page { redirect_to: "https://work.example/".into() }),
        ..waiting(5)
    }
}

fn tagged(flow: Flow, etag: &str) -> Result<Answer, Fault> {
    Ok(Answer::Flow { flow: Box::new(flow), etag: Some(etag.into()) })
}

fn problem(code: ProblemCode, status: u16, retry_after: Option<u32>) -> Result<Answer, Fault> {
    Ok(Answer::Problem(Problem { retry_after, ..Problem::new(code, status) }))
}

const NOTHING_NEW: Result<Answer, Fault> = Ok(Answer::NotModified);

impl Story {
    /// The only tab that shows this flow, as far as it knows.
    fn asking(flow: Flow) -> Self {
        let entry = Entry {
            kind: Kind::SignIn,
            place: Place::Door,
            hints: Hints::default(),
            flow: None,
            left: None,
            at_front_door: true,
        };
        let story = Self::of(Machine::new(entry, |_| true, 7));
        let begin = story.asked();
        story.then(Event::Answered(begin, answer(flow)))
    }

    /// A tab that shows this flow beside another one, which asks.
    fn listening(flow: Flow) -> Self {
        Self::asking(flow).then(Event::Outvoted)
    }

    /// Time goes by, and nothing happens that the machine has not asked for.
    fn after(mut self, millis: u64) -> Self {
        self.now = self.now.plus_millis(millis);
        self.then(Event::Tick)
    }

    /// Milliseconds until the machine wants to be woken.
    fn pause(&self) -> u64 {
        let at = self.effects.iter().find_map(|effect| if let Effect::Wake { at } = effect { Some(*at) } else { None });
        at.expect("the machine wants to be woken").millis_since(self.now)
    }

    /// When the machine has waited for as long as it wanted.
    fn when_due(self) -> Self {
        let pause = self.pause();
        self.after(pause)
    }

    /// The request under way is answered, `millis` after it was sent.
    fn hears(mut self, millis: u64, answer: Result<Answer, Fault>) -> Self {
        let ticket = self.asked();
        self.now = self.now.plus_millis(millis);
        self.then(Event::Answered(ticket, answer))
    }

    /// The tag that the read under way goes with.
    fn known(&self) -> Option<&str> {
        let read = self
            .effects
            .iter()
            .find_map(|effect| if let Effect::Read { etag, .. } = effect { Some(etag) } else { None });
        read.expect("a read was sent").as_deref()
    }

    fn asks_nothing(&self) -> bool {
        self.effects.iter().all(|effect| matches!(effect, Effect::Wake { .. } | Effect::Abort { .. } | Effect::Spread))
    }

    /// Whether the other tabs are told that something changed.
    fn spreads(&self) -> bool {
        self.effects.contains(&Effect::Spread)
    }

    fn is_over(&self) -> bool {
        matches!(self.machine.face(), Face::Ended { reason: EndReason::Expired, .. })
    }
}

/// Whether a pause is an interval of so many seconds, with its jitter of a fifth at most.
fn is_interval(pause: u64, seconds: u64) -> bool {
    (seconds * 1000..=seconds * 1200).contains(&pause)
}

#[test]
fn the_interval_is_counted_from_sending() {
    let story = Story::asking(waiting(5));
    assert!(is_interval(story.pause(), 5), "{}", story.pause());
    let story = story.when_due().hears(2_000, NOTHING_NEW);
    assert!(is_interval(story.pause() + 2_000, 5), "from sending, not from the answer: {}", story.pause());
}

#[test]
fn a_step_that_nobody_else_moves_is_not_read_again() {
    let story = Story::asking(moved());
    assert!(story.pause() > 1_700_000, "but at its end");
    assert_eq!(story.machine.polled(), None);
}

#[test]
fn only_one_read_is_in_flight() {
    let story = Story::asking(waiting(5)).when_due();
    let ticket = story.asked();
    let mut story = story.after(60_000);
    for event in [Event::Tick, Event::Shown, Event::Online, Event::Outvoted, Event::Elected] {
        story = story.then(event);
        assert!(story.asks_nothing(), "{:?}", story.effects);
    }
    let story = story.then(Event::Answered(ticket, NOTHING_NEW));
    assert_ne!(story.asked(), ticket, "the interval is over");
}

#[test]
fn a_held_answer_is_followed_by_the_next_read_at_once() {
    let story = Story::asking(waiting(5)).when_due();
    assert_eq!(story.known(), None, "what an act was answered with has no tag");
    let story = story.hears(100, tagged(waiting(5), "a")).when_due();
    assert_eq!(story.known(), Some("a"), "it may be held");
    let story = story.hears(25_000, NOTHING_NEW);
    assert_eq!(story.known(), Some("a"), "at once, and held again");
    // One that is answered early waits for the rest of its interval.
    let story = story.hears(1_000, tagged(waiting(5), "b"));
    assert!(is_interval(story.pause() + 1_000, 5), "{}", story.pause());
    assert_eq!(story.when_due().known(), Some("b"));
}

#[test]
fn a_backend_that_holds_nothing_is_asked_by_the_interval() {
    let mut story = Story::asking(waiting(5)).when_due().hears(50, tagged(waiting(5), "a"));
    for _ in 0..20 {
        story = story.when_due();
        assert_eq!(story.known(), Some("a"));
        story = story.hears(50, NOTHING_NEW);
        assert!(is_interval(story.pause() + 50, 5), "{}", story.pause());
    }
}

#[test]
fn an_end_is_read_whole_where_nothing_is_polled() {
    let begun = Story::asking(moved()).then(Event::Hidden).then(Event::Shown);
    let story = begun.hears(10, tagged(moved(), "a")).when_due();
    assert_eq!(story.known(), None, "nobody holds that");
}

#[test]
fn told_to_slow_down_it_does_so_for_good() {
    let mut story = Story::asking(waiting(5)).when_due();
    for slower in [10, 15] {
        story = story.hears(0, problem(ProblemCode::TooManyRequests, 429, None));
        assert!(is_interval(story.pause(), slower), "{}", story.pause());
        story = story.when_due().hears(0, NOTHING_NEW);
        assert!(is_interval(story.pause(), slower), "still: {}", story.pause());
        story = story.when_due().hears(0, tagged(waiting(5), "a"));
        assert!(is_interval(story.pause(), slower), "still: {}", story.pause());
        story = story.when_due();
    }
}

#[test]
fn retry_after_wins() {
    for (code, status) in [(ProblemCode::TooManyRequests, 429), (ProblemCode::Unavailable, 503)] {
        let story = Story::asking(waiting(5)).when_due().hears(0, problem(code, status, Some(40)));
        assert_eq!(story.pause(), 40_000);
    }
}

#[test]
fn a_lost_network_is_asked_ever_more_rarely_and_ends_nothing() {
    let mut story = Story::asking(waiting(5));
    let mut pauses = Vec::new();
    for _ in 0..6 {
        pauses.push(story.pause());
        story = story.when_due().hears(0, Err(Fault::Network));
    }
    assert!(pauses.windows(2).take(4).all(|pair| pair[1] > pair[0]), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= 72_000), "{pauses:?}");
    assert!(matches!(story.machine.face(), Face::Step { trouble: None, .. }), "and is nobody's trouble");
    let story = story.when_due().hears(0, NOTHING_NEW);
    assert!(is_interval(story.pause(), 5), "over: {}", story.pause());
}

#[test]
fn it_rests_while_hidden_or_offline_and_reads_at_once_on_coming_back() {
    for (away, back) in [(Event::Hidden, Event::Shown), (Event::Offline, Event::Online)] {
        let story = Story::asking(waiting(5)).when_due().hears(0, tagged(waiting(5), "a")).when_due();
        let ticket = story.asked();
        let story = story.then(away);
        assert_eq!(story.effects, [Effect::Abort { ticket }]);
        assert_eq!(story.machine.polled(), None, "another tab may ask");
        let story = story.after(3_600);
        assert!(story.effects.is_empty(), "nothing is asked meanwhile");
        let story = story.then(back);
        assert_eq!(story.known(), None, "a whole answer, which sets the countdowns right, and is not held");
        let story = story.hears(0, answer(waiting(5)));
        assert!(is_interval(story.pause(), 5), "{}", story.pause());
    }
}

#[test]
fn an_act_takes_the_place_of_a_read() {
    let story = Story::asking(waiting(5)).when_due();
    let reading = story.asked();
    let story = story.then(Event::Submitted(Action::Back));
    assert_eq!(story.effects[0], Effect::Abort { ticket: reading });
    assert!(matches!(story.effects[1], Effect::Act { .. }));
    assert!(story.machine.polled().is_some(), "and the tab keeps its role");
    let story = story.then(Event::Answered(reading, answer(moved())));
    assert!(story.asks_nothing(), "a late answer changes nothing");
}

/// The member's own clock may show anything: what counts is how long the flow lives by the backend's.
#[test]
fn it_ends_by_the_backends_clock() {
    for server_now in [SERVER_NOW, SERVER_NOW.plus_seconds(DAY), Timestamp(SERVER_NOW.0 - DAY * 1000), Timestamp(0)] {
        let mut story = Story::asking(waiting_at(server_now, 5));
        let began = story.now;
        loop {
            story = story.when_due();
            if story.now.millis_since(began) >= LIFETIME * 1000 {
                break;
            }
            story = story.hears(0, NOTHING_NEW);
            assert!(!story.is_over(), "{} ms too early", LIFETIME * 1000 - story.now.millis_since(began));
        }
        assert_eq!(story.now.millis_since(began), LIFETIME * 1000 + 500);
        let story = story.hears(0, Err(Fault::Network));
        assert!(story.is_over());
        assert_asks_nothing_any_more(story);
    }
}

#[test]
fn a_flow_that_another_tab_has_carried_on_goes_on() {
    let mut story = Story::asking(waiting(5));
    let end = story.now.plus_seconds(LIFETIME);
    while story.now < end {
        story = story.when_due();
        let later = waiting_at(SERVER_NOW.plus_seconds(story.now.millis_since(Moment(1_000)) / 1000), 5);
        story = story.hears(0, tagged(later, "a"));
    }
    assert!(!story.is_over());
    assert!(is_interval(story.pause(), 5), "{}", story.pause());
}

#[test]
fn nothing_is_asked_after_the_end() {
    let over = |reason| Flow { status: Status::Ended { reason, restart: None }, ..waiting(5) };
    let expired =
        Problem { flow: Some(Box::new(over(EndReason::Expired))), ..Problem::new(ProblemCode::FlowExpired, 410) };
    for end in [
        answer(complete()),
        answer(over(EndReason::Cancelled)),
        Ok(Answer::Problem(expired)),
        problem(ProblemCode::FlowExpired, 410, None),
        problem(ProblemCode::FlowUnknown, 404, None),
        answer(Flow { status: Status::Unknown, ..waiting(5) }),
    ] {
        assert_asks_nothing_any_more(Story::asking(waiting(5)).when_due().hears(0, end));
    }
}

fn assert_asks_nothing_any_more(story: Story) {
    assert!(matches!(story.machine.face(), Face::Ended { .. } | Face::Complete { .. }), "{:?}", story.machine.face());
    assert_eq!(story.machine.polled(), None);
    let mut story = Story { effects: Vec::new(), ..story };
    for event in
        [Event::Tick, Event::Hidden, Event::Shown, Event::Online, Event::Elected, Event::Outvoted, Event::Heard]
    {
        story.now = story.now.plus_seconds(60);
        story = story.then(event);
        assert!(story.effects.is_empty(), "{:?}", story.effects);
    }
}

// Several tabs of one flow

#[test]
fn who_is_outvoted_asks_nothing_until_the_end() {
    let story = Story::listening(waiting(5));
    assert_eq!(story.machine.polled(), Some("f"), "it would");
    assert_eq!(story.pause(), LIFETIME * 1000 + 500);
    // Also after a read that was on its way.
    let story = Story::asking(waiting(5)).when_due();
    let reading = story.asked();
    let story = story.then(Event::Outvoted).then(Event::Answered(reading, NOTHING_NEW));
    assert!(story.asks_nothing() && story.pause() > 1_000_000, "{:?}", story.effects);
    // One that is alone is told of both.
    let story = Story::listening(waiting(5)).then(Event::Elected);
    assert!(is_interval(story.pause(), 5), "{}", story.pause());
}

#[test]
fn who_asks_tells_the_others_of_news_and_of_nothing_else() {
    let story = Story::asking(waiting(5)).when_due();
    assert!(!story.spreads());
    let story = story.hears(0, tagged(waiting(5), "a"));
    assert!(story.spreads());
    for nothing in [NOTHING_NEW, Err(Fault::Network), problem(ProblemCode::TooManyRequests, 429, None)] {
        let story = Story::asking(waiting(5)).when_due().hears(0, nothing);
        assert!(!story.spreads(), "{:?}", story.effects);
    }
    for news in [complete(), moved()] {
        let story = Story::asking(waiting(5)).when_due().hears(0, answer(news));
        assert_eq!(story.effects[0], Effect::Spread, "before the page is left");
    }
    // Also of what its own member did.
    let story = Story::asking(waiting(5)).then(Event::Submitted(Action::Back)).hears(0, answer(moved()));
    assert!(story.spreads());
}

#[test]
fn who_hears_of_news_reads_once_and_tells_nobody() {
    let story = Story::listening(waiting(5)).after(60_000).then(Event::Heard);
    assert_eq!(story.known(), None, "at once, and not held");
    let story = story.hears(50, tagged(waiting(5), "b"));
    assert!(!story.spreads() && story.pause() > 1_000_000, "once: {:?}", story.effects);
    let story = story.then(Event::Heard).hears(50, answer(complete()));
    assert!(matches!(story.machine.face(), Face::Complete { .. }));

    // What is heard while it reads may be newer than what it will read.
    let story = Story::listening(waiting(5)).then(Event::Heard);
    let ticket = story.asked();
    let story = story.then(Event::Heard);
    assert_eq!(story.effects[0], Effect::Abort { ticket });
    assert_ne!(story.asked(), ticket);

    // A read in vain is tried again.
    let story = Story::listening(waiting(5)).then(Event::Heard).hears(0, Err(Fault::Network));
    assert!(story.pause() < 15_000, "{}", story.pause());
    let story = story.when_due().hears(0, answer(waiting(5)));
    assert!(story.pause() > 1_000_000, "{}", story.pause());

    // Nobody reads in the dark.
    assert!(Story::listening(waiting(5)).then(Event::Hidden).then(Event::Heard).effects.is_empty());
}

#[test]
fn who_takes_over_reads_at_once_if_its_knowledge_is_old() {
    let story = Story::listening(waiting(5)).then(Event::Heard).hears(0, tagged(waiting(5), "a"));
    assert!(is_interval(story.after(0).then(Event::Elected).pause(), 5), "it is fresh");

    let story = Story::listening(waiting(5)).then(Event::Heard).hears(0, tagged(waiting(5), "a")).after(60_000);
    let story = story.then(Event::Elected);
    assert_eq!(story.known(), Some("a"), "what it does not know yet is answered at once");
}

#[test]
fn the_role_goes_with_what_is_polled() {
    let story = Story::listening(waiting(5)).then(Event::Submitted(Action::Back));
    let acted = story.asked();
    assert_eq!(story.machine.polled(), Some("f"), "nobody else is to be elected for one act");
    let story = story.then(Event::Answered(acted, answer(waiting(5))));
    assert!(!story.spreads() && story.pause() > 1_000_000, "{:?}", story.effects);

    let story = story.then(Event::Submitted(Action::Back)).hears(0, answer(moved()));
    assert_eq!(story.machine.polled(), None);
    // Should it come to a step that waits again, it asks until it is told that another one does.
    let again = Action::SubmitIdentifier { identifier: "minji@daemun.test".into() };
    let story = story.then(Event::Submitted(again)).hears(0, answer(Flow { rev: 4, ..waiting(5) }));
    assert_eq!(story.machine.polled(), Some("f"));
    assert!(is_interval(story.pause(), 5), "{}", story.pause());
}
