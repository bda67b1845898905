//! Minji unlocks her device instead of typing a password, and registers it (FEATURES L4, S4, T5): the machine asks for it, takes
//! what it says to the backend, and never waits for two at once.

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod device;
mod story;
mod unlocking;

use daemun_flow::{Answer, Ceremony, DeviceFault, Effect, Entry, Event, Face, Fault, Machine, Place, Trouble};
use daemun_protocol::{
    Action, ActionName, DeviceKind, EndReason, Flow, Hints, Kind, KnownAccounts, Offers, Poll, Problem, ProblemCode,
    PublicKeyOptions, Restart, Status, Step, StepState,
};
use device::{credential, options};
use story::{Story, answer, flow_at};

fn flow(kind: Kind, rev: u64, step: Step, actions: &[ActionName]) -> Flow {
    let actions = actions.iter().fold(Offers::default(), |offers, name| offers.with(*name));
    let status = Status::Active { step: StepState { id: rev.to_string(), step }, actions, poll: None };
    flow_at(kind, rev, status)
}

fn identify(rev: u64) -> Flow {
    let step = Step::Identify { identifier: None, passkey: Some(options("AAAA")), accounts: KnownAccounts::default() };
    flow(Kind::SignIn, rev, step, &[ActionName::Submit, ActionName::UseOrganisation, ActionName::UsePasskey])
}

fn passkey(rev: u64) -> Flow {
    let step = Step::Passkey { options: options("AAAA") };
    flow(Kind::SignIn, rev, step, &[ActionName::Submit, ActionName::UseOther, ActionName::Back])
}

fn password(rev: u64) -> Flow {
    let step = Step::Password { identifier: Some("minji@daemun.test".into()), masked: false };
    flow(Kind::SignIn, rev, step, &[ActionName::Submit, ActionName::UsePasskey, ActionName::Back])
}

fn register_device(rev: u64) -> Flow {
    let step = Step::RegisterDevice { kind: DeviceKind::Device, options: options("AAAA") };
    flow(Kind::Security, rev, step, &[ActionName::Submit, ActionName::Back])
}

fn devices(rev: u64) -> Flow {
    flow(Kind::Security, rev, Step::TrustedDevices { devices: Vec::new(), accepted: None }, &[ActionName::Done])
}

fn entry(kind: Kind) -> Entry {
    let place = if kind == Kind::Security { Place::Settings } else { Place::Door };
    Entry { at_front_door: kind == Kind::SignIn, kind, place, hints: Hints::default(), flow: None, left: None }
}

fn refused(code: ProblemCode, flow: Flow) -> Result<Answer, Fault> {
    Ok(Answer::Problem(Problem { flow: Some(Box::new(flow)), ..Problem::new(code, 422) }))
}

impl Story {
    fn entering(kind: Kind) -> Self {
        Self::of(Machine::new(entry(kind), |_| true, 7))
    }

    fn at(first: Flow) -> Self {
        Self::entering(first.kind.clone()).answered(answer(first))
    }

    fn trouble(&self) -> Option<(ActionName, Trouble)> {
        if let Face::Step { trouble, .. } = self.machine.face() {
            trouble.map(|(action, trouble)| (action, trouble.clone()))
        } else {
            None
        }
    }

    fn instance(&self) -> u32 {
        let Face::Step { instance, .. } = self.machine.face() else { panic!("{:?}", self.machine.face()) };
        instance
    }

    /// Leaves for the door, which leads back to the settings.
    fn leads_to_the_door(&self) -> bool {
        self.effects == [Effect::Door]
            && self.machine.entry().hints.return_to.as_deref() == Some("/security")
            && self.machine.flow_id().is_none()
            && self.machine.face() == Face::Opening
    }
}

fn shows_passkey() -> Action {
    Action::UsePasskey { credential: Some(Box::new(credential())) }
}

// Asking

#[test]
fn l4_a_passkey_is_asked_for_at_the_front_door_and_shown_to_the_backend() {
    let story = Story::at(identify(1)).acts(Action::UsePasskey { credential: None });
    assert_eq!(story.device().1, Ceremony::Authentication);
    assert_eq!(story.busy(), Some(ActionName::UsePasskey));
    assert!(story.machine.autofill().is_none(), "never two at once");
    let story = story.device_says(Ok(()));
    assert_eq!(story.acted(), Some(&shows_passkey()));
    assert_eq!(story.busy(), Some(ActionName::UsePasskey));
    assert!(story.answered(answer(password(2))).busy().is_none());
}

#[test]
fn l4_at_the_password_a_passkey_is_a_step_of_its_own() {
    let story = Story::at(password(4)).acts(Action::UsePasskey { credential: None });
    assert_eq!(story.acted(), Some(&Action::UsePasskey { credential: None }), "nothing is asked of the device here");
    let story = story.answered(answer(passkey(5))).asks_device("");
    assert_eq!((story.device().1, story.busy()), (Ceremony::Authentication, Some(ActionName::Submit)));
    let story = story.device_says(Ok(()));
    assert_eq!(story.acted(), Some(&Action::SubmitPasskey { credential: Box::new(credential()) }));
}

#[test]
fn s4_a_device_is_registered_by_the_name_that_was_typed() {
    let story = Story::at(register_device(2)).asks_device("내 노트북");
    assert_eq!((story.device().1, story.busy()), (Ceremony::Registration, Some(ActionName::Submit)));
    let story = story.device_says(Ok(()));
    let submitted = Action::SubmitDevice { credential: Box::new(credential()), name: "내 노트북".into() };
    assert_eq!(story.acted(), Some(&submitted));
}

#[test]
fn what_has_no_options_asks_no_device() {
    let without = flow(
        Kind::SignIn,
        1,
        Step::Identify { identifier: None, passkey: None, accounts: KnownAccounts::default() },
        &[ActionName::Submit, ActionName::UsePasskey],
    );
    for (first, act) in [(without, true), (password(4), false), (devices(1), false)] {
        let story = Story::at(first);
        let story = if act { story.acts(Action::UsePasskey { credential: None }) } else { story.asks_device("x") };
        assert!(story.does_nothing() && story.busy().is_none(), "{:?}", story.effects);
    }
    let not_offered = flow(Kind::SignIn, 5, Step::Passkey { options: options("AAAA") }, &[ActionName::Back]);
    assert!(Story::at(not_offered).asks_device("").does_nothing());
}

#[test]
fn a_second_press_asks_no_second_device() {
    let story = Story::at(passkey(5)).asks_device("");
    let (ticket, ..) = story.device();
    let story = story.asks_device("").asks_device("");
    assert!(story.does_nothing(), "{:?}", story.effects);
    let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
    assert!(story.acted().is_some());
    let story = story.asks_device("");
    assert!(story.does_nothing(), "nor while the backend is asked: {:?}", story.effects);
}

// What the device does not say

#[test]
fn l4_each_fault_is_told_at_its_step_and_can_be_tried_again() {
    for fault in DeviceFault::ALL.into_iter().filter(|fault| *fault != DeviceFault::Aborted) {
        for (first, action) in [
            (identify(1), ActionName::UsePasskey),
            (passkey(5), ActionName::Submit),
            (register_device(2), ActionName::Submit),
        ] {
            let story = Story::at(first).then(Event::AskedDevice { given: String::new() }).device_says(Err(fault));
            assert_eq!(story.trouble(), Some((action, Trouble::Device(fault))));
            assert!(story.busy().is_none() && story.acted().is_none());
            let story = story.asks_device("");
            assert_eq!(story.trouble(), None, "asked anew, nothing is wrong yet");
            assert!(story.device_says(Ok(())).acted().is_some());
        }
    }
}

#[test]
fn what_the_page_itself_has_taken_back_is_not_told() {
    let story = Story::at(passkey(5)).asks_device("").device_says(Err(DeviceFault::Aborted));
    assert!(story.trouble().is_none() && story.busy().is_none());
}

#[test]
fn l4_back_while_the_device_is_asked_takes_it_back() {
    let story = Story::at(passkey(5)).asks_device("");
    let (ticket, ..) = story.device();
    let story = story.then(Event::WentBack);
    assert!(story.aborts(ticket));
    assert_eq!(story.acted(), Some(&Action::Back));
    let back = story.asked();
    let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
    assert!(story.does_nothing(), "a late answer is dropped: {:?}", story.effects);
    let story = story.then(Event::Answered(back, answer(password(6))));
    assert!(story.trouble().is_none() && story.busy().is_none());
}

#[test]
fn l4_another_way_while_the_device_is_asked_is_taken_at_once() {
    let story = Story::at(passkey(5)).asks_device("");
    let (ticket, ..) = story.device();
    let story = story.acts(Action::UseOther);
    assert!(story.aborts(ticket));
    assert_eq!(story.acted(), Some(&Action::UseOther));
}

#[test]
fn a_late_answer_to_an_earlier_question_is_dropped() {
    let story = Story::at(passkey(5)).asks_device("");
    let (first, ..) = story.device();
    let story = story.device_says(Err(DeviceFault::NotAllowed)).asks_device("");
    let (second, ..) = story.device();
    assert_ne!(first, second);
    let story = story.then(Event::DeviceAnswered(first, Err(DeviceFault::Failed)));
    assert_eq!(story.busy(), Some(ActionName::Submit), "the second one is still asked");
    assert!(story.then(Event::DeviceAnswered(second, Ok(Box::new(credential())))).acted().is_some());
}

// While it is asked

#[test]
fn x2_a_step_that_was_left_elsewhere_asks_no_device_any_more() {
    let story = Story::at(passkey(5)).asks_device("");
    let (ticket, ..) = story.device();
    let story = story.then(Event::Shown);
    assert_eq!(story.busy(), Some(ActionName::Submit), "the device is asked while the flow is read");
    let story = story.answered(answer(password(6)));
    assert!(story.aborts(ticket));
    assert!(story.busy().is_none());
}

#[test]
fn x2_the_same_step_read_again_goes_on_asking() {
    for read in [answer(passkey(5)), Ok(Answer::NotModified), Err(Fault::Network)] {
        let story = Story::at(passkey(5)).asks_device("");
        let (ticket, ..) = story.device();
        let story = story.then(Event::Shown).answered(read);
        assert!(story.does_nothing(), "{:?}", story.effects);
        assert_eq!(story.busy(), Some(ActionName::Submit));
        assert!(story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential())))).acted().is_some());
    }
}

#[test]
fn what_the_device_says_comes_before_a_read_that_is_under_way() {
    let mut polled = passkey(5);
    if let Status::Active { poll, .. } = &mut polled.status {
        *poll = Some(Poll { interval: 1 });
    }
    let story = Story::at(polled).asks_device("");
    let (ticket, ..) = story.device();
    let mut story = story;
    story.now = story.now.plus_seconds(3);
    let story = story.then(Event::Tick);
    let reading = story.asked();
    let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
    assert!(story.aborts(reading), "one request at a time");
    assert!(story.acted().is_some());
}

#[test]
fn a_flow_that_ends_meanwhile_asks_no_device_any_more() {
    let mut ended = passkey(6);
    ended.status = Status::Ended { reason: EndReason::Expired, restart: None };
    let story = Story::at(passkey(5)).asks_device("");
    let (ticket, ..) = story.device();
    let story = story.then(Event::Shown).answered(answer(ended));
    assert!(story.aborts(ticket));
    assert!(story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential())))).does_nothing());
}

// Filling in

#[test]
fn l4_a_passkey_that_the_browser_fills_in_is_shown_to_the_backend() {
    let story = Story::at(identify(1));
    assert_eq!(story.machine.autofill(), Some(&options("AAAA")));
    let story = story.then(Event::Autofilled(Box::new(credential())));
    assert_eq!(story.acted(), Some(&shows_passkey()));
    assert_eq!(story.machine.autofill(), None);
}

#[test]
fn l4_what_is_filled_in_when_it_is_not_the_members_turn_is_dropped() {
    let filled = || Event::Autofilled(Box::new(credential()));
    let typed = Action::SubmitIdentifier { identifier: "minji@daemun.test".into() };
    assert!(Story::at(identify(1)).acts(typed).then(filled()).does_nothing());
    assert!(Story::at(passkey(5)).then(filled()).does_nothing(), "it is for the front door alone");
    assert!(Story::entering(Kind::SignIn).then(filled()).does_nothing(), "there is no flow yet");
}

// What the backend says of it

#[test]
fn l4_a_passkey_that_is_refused_leaves_the_form_and_has_new_options() {
    let renewed = || {
        let step = Step::Identify {
            identifier: None,
            passkey: Some(PublicKeyOptions::new(r#"{"challenge":"BBBB"}"#)),
            accounts: KnownAccounts::default(),
        };
        flow(Kind::SignIn, 2, step, &[ActionName::Submit, ActionName::UsePasskey])
    };
    for code in [ProblemCode::PasskeyUnknown, ProblemCode::PasskeyRefused] {
        let story = Story::at(identify(1)).acts(Action::UsePasskey { credential: None });
        let before = story.instance();
        let story = story.device_says(Ok(())).answered(refused(code.clone(), renewed()));
        assert!(
            matches!(story.trouble(), Some((ActionName::UsePasskey, Trouble::Refused(refusal))) if refusal.code == code)
        );
        assert_eq!(story.instance(), before, "what was typed stays");
        assert_eq!(story.machine.autofill().map(PublicKeyOptions::json), Some(r#"{"challenge":"BBBB"}"#));
    }
}

#[test]
fn s4_a_device_with_too_many_accounts_says_so_and_keeps_the_name() {
    let story = Story::at(register_device(2)).asks_device("내 노트북");
    let before = story.instance();
    let story = story.device_says(Ok(())).answered(refused(ProblemCode::DeviceFull, register_device(3)));
    assert!(matches!(story.trouble(), Some((ActionName::Submit, Trouble::Refused(_)))));
    assert_eq!(story.instance(), before);
}

// Settings

#[test]
fn s4_settings_are_for_who_is_signed_in_and_the_door_leads_back_to_them() {
    let problem = Problem::new(ProblemCode::SignInRequired, 403);
    let story = Story::entering(Kind::Security).answered(Ok(Answer::Problem(problem.clone())));
    assert!(story.leads_to_the_door(), "{:?}", story.effects);
    let story = Story::entering(Kind::SignIn).answered(Ok(Answer::Problem(problem)));
    assert!(!story.effects.contains(&Effect::Door), "a door that leads to itself leads nowhere");
}

#[test]
fn s4_whoever_is_signed_out_meanwhile_signs_in_anew() {
    let mut ended = devices(2);
    ended.status = Status::Ended { reason: EndReason::SignedOut, restart: Some(Restart { kind: Kind::SignIn }) };
    let story = Story::at(devices(1)).acts(Action::Done).answered(answer(ended));
    assert!(matches!(story.machine.face(), Face::Ended { reason: EndReason::SignedOut, .. }));
    assert!(story.then(Event::Restarted).leads_to_the_door());
}

#[test]
fn s4_settings_that_took_too_long_begin_anew_where_they_are() {
    let gone = || Ok(Answer::Problem(Problem::new(ProblemCode::FlowUnknown, 404)));
    let story = Story::at(devices(1)).acts(Action::Done).answered(gone());
    assert!(matches!(story.machine.face(), Face::Ended { restart: Some(Restart { kind: Kind::Security }), .. }));
    assert!(story.machine.flow_id().is_none(), "a reload begins anew too");
    let story = story.then(Event::Restarted);
    assert!(matches!(story.effects[..], [Effect::Begin { .. }]), "{:?}", story.effects);
    assert_eq!(story.machine.face(), Face::Opening, "no form of the front door");
    // What the history remembers of an earlier visit is long gone.
    let remembered = Entry { flow: Some("f".into()), ..entry(Kind::Security) };
    let story = Story::of(Machine::new(remembered, |_| true, 7)).answered(gone());
    assert!(matches!(story.effects[..], [Effect::Begin { .. }]), "{:?}", story.effects);
}
