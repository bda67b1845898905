//! Minji goes to LINE and comes back (FEATURES L3): she leaves once, for an address that can be followed, and is told why a return
//! was refused.

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod story;

use daemun_flow::{Answer, Effect, Entry, Event, Face, Fault, Machine, Place, Trouble};
use daemun_protocol::{
    Action, ActionName, Flow, Hints, Kind, Offers, Problem, ProblemCode, Provider, Secret, Share, Status, Step,
    StepState,
};
use story::{Story, answer, flow_at};

const AUTHORIZE: &str = "https://access.line.me/oauth2/v2.1/authorize?state=f.x";

fn provider(rev: u64, go_to: Option<&str>) -> Flow {
    let line = Provider { id: "line".into(), name: "LINE".into(), shares: vec![Share::Identifier] };
    let step = Step::Provider { providers: vec![line], go_to: go_to.map(Secret::new), connects: false };
    let actions = Offers::default().with(ActionName::Go).with(ActionName::Back);
    flow_at(Kind::SignIn, rev, Status::Active { step: StepState { id: rev.to_string(), step }, actions, poll: None })
}

fn at(first: Flow) -> Story {
    let entry = Entry {
        at_front_door: true,
        kind: Kind::SignIn,
        place: Place::Door,
        hints: Hints::default(),
        flow: None,
        left: None,
    };
    Story::of(Machine::new(entry, |_| true, 7)).hears(answer(first))
}

fn go() -> Event {
    Event::Submitted(Action::Go { provider: "line".into() })
}

fn back_with(returned: &str) -> Event {
    Event::Submitted(Action::Return { provider: "line".into(), returned: Secret::new(returned) })
}

impl Story {
    fn hears(self, answer: Result<Answer, Fault>) -> Self {
        let ticket = self.asked();
        self.then(Event::Answered(ticket, answer))
    }

    fn visited(&self) -> Option<&str> {
        self.effects
            .iter()
            .find_map(|effect| if let Effect::Visit { url } = effect { Some(url.expose()) } else { None })
    }

    fn trouble(&self) -> Option<(ActionName, &Trouble)> {
        if let Face::Step { trouble, .. } = self.machine.face() { trouble } else { None }
    }
}

#[test]
fn l3_the_answer_to_go_leads_away_and_reading_it_again_does_not() {
    let story = at(provider(1, None)).then(go()).hears(answer(provider(2, Some(AUTHORIZE))));
    assert_eq!(story.visited(), Some(AUTHORIZE));
    let read = at(provider(2, Some(AUTHORIZE)));
    assert_eq!(read.visited(), None, "Back from a provider leads to the list");
}

#[test]
fn l3_an_address_that_may_not_be_followed_is_not() {
    for address in
        ["javascript:alert(1)", "data:text/html,x", "//evil.test/", "http://evil.test/", "https://a@evil.test/"]
    {
        let story = at(provider(1, None)).then(go()).hears(answer(provider(2, Some(address))));
        assert_eq!(story.visited(), None, "{address}");
        assert_eq!(story.trouble(), Some((ActionName::Go, &Trouble::Unreadable)), "{address}");
    }
}

#[test]
fn l3_a_return_is_told_to_the_backend_wherever_the_flow_is_and_its_refusal_is_said_at_the_step_anew() {
    let story = at(provider(2, Some(AUTHORIZE))).then(back_with("state=f.x&code=stolen"));
    assert!(
        matches!(story.effects.as_slice(), [Effect::Act { action: Action::Return { .. }, .. }]),
        "{:?}",
        story.effects
    );
    // What was asked there is used up, so the step is another one by then.
    let refused =
        Problem { flow: Some(Box::new(provider(3, None))), ..Problem::new(ProblemCode::ProviderRefused, 422) };
    let story = story.hears(Ok(Answer::Problem(refused)));
    let trouble = story.trouble().expect("a word");
    assert!(
        matches!(trouble, (ActionName::Return, Trouble::Refused(refusal)) if refusal.code == ProblemCode::ProviderRefused)
    );
}

#[test]
fn l3_what_came_back_is_in_no_debug_output() {
    let story = at(provider(2, Some(AUTHORIZE))).then(back_with("state=f.x&code=canary"));
    let told = format!("{:?} {:?}", story.machine, story.effects);
    assert!(!told.contains("canary") && !told.contains("authorize"), "{told}");
}
