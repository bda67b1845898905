//! Minji signs in on a PC and says yes on her phone, and colleagues let each other's new devices in (FEATURES L5, D1 to D6): one
//! side waits and reads, the other one answers, and whoever comes late is told.

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod device;
mod story;
mod unlocking;

use daemun_flow::{Answer, Ceremony, DeviceFault, Effect, Entry, Event, Face, Fault, Machine, Place, Ticket, Trouble};
use daemun_protocol::{
    Action, ActionName, ApprovalKind, ApprovalRequest, Asked, Destination, EndReason, Flow, Hints, Kind, NoticeCode,
    NumberToMatch, Offers, Params, Poll, Problem, ProblemCode, QrLink, Restart, Secret, Status, Step, StepState,
};
use device::{credential, options};
use story::{SERVER_NOW, Story, answer, flow_at};

const REQUEST: &str = "b7QkVn2sTg5mXw8eRd4zYA";

fn flow(kind: Kind, rev: u64, step: Step, actions: &[ActionName]) -> Flow {
    let polls = matches!(
        step,
        Step::MatchNumber { .. }
            | Step::WaitApproval { .. }
            | Step::RecoveryKey
            | Step::Approvals { .. }
            | Step::Approve { .. }
    );
    let actions = actions.iter().fold(Offers::default(), |offers, name| offers.with(*name));
    let status = Status::Active {
        step: StepState { id: rev.to_string(), step },
        actions,
        poll: polls.then_some(Poll { interval: 3 }),
    };
    flow_at(kind, rev, status)
}

// The PC's side

fn match_number(rev: u64, number: &str) -> Flow {
    let step = Step::MatchNumber { number: number.into(), expires_at: SERVER_NOW.plus_seconds(120), qr: None };
    flow(Kind::SignIn, rev, step, &[ActionName::Resend, ActionName::ShowQr, ActionName::UseOther, ActionName::Back])
}

fn wait_approval(rev: u64, asked: Asked) -> Flow {
    let step = Step::WaitApproval { asked, expires_at: SERVER_NOW.plus_seconds(600), qr: None };
    let actions = [
        ActionName::Resend,
        ActionName::ShowQr,
        ActionName::AskMember,
        ActionName::AskAdmin,
        ActionName::UseRecoveryKey,
        ActionName::Back,
    ];
    flow(Kind::SignIn, rev, step, &actions)
}

fn password(rev: u64) -> Flow {
    let step = Step::Password { identifier: Some("minji@daemun.test".into()), masked: false };
    flow(Kind::SignIn, rev, step, &[ActionName::Submit, ActionName::UseMobile, ActionName::Back])
}

fn notice(kind: Kind, rev: u64, code: NoticeCode) -> Flow {
    let actions: &[ActionName] = if kind == Kind::SignIn {
        &[ActionName::Resend, ActionName::UseOther, ActionName::Back]
    } else {
        &[ActionName::Back]
    };
    flow(kind, rev, Step::Notice { code, params: Params::default() }, actions)
}

fn ended(kind: Kind, reason: EndReason) -> Flow {
    let restart = Some(Restart { kind: kind.clone() });
    Flow { status: Status::Ended { reason, restart }, ..flow(kind, 9, Step::RecoveryKey, &[]) }
}

fn complete() -> Flow {
    Flow {
        status: Status::Complete(Destination::Page { redirect_to: "https://work.example/".into() }),
        ..match_number(9, "42")
    }
}

// The phone's side

fn request(kind: ApprovalKind) -> ApprovalRequest {
    ApprovalRequest {
        id: REQUEST.into(),
        kind,
        who: "김민지".into(),
        browser: "Chrome, Windows".into(),
        place: "203.0.113.x".into(),
        asked_at: SERVER_NOW,
        expires_at: SERVER_NOW.plus_seconds(120),
    }
}

fn approve(rev: u64, kind: ApprovalKind) -> Flow {
    let numbers: &[&str] = if kind == ApprovalKind::SignIn { &["17", "42", "86"] } else { &[] };
    let numbers =
        numbers.iter().map(|number| NumberToMatch { number: (*number).into(), options: options(number) }).collect();
    let step = Step::Approve { request: request(kind), numbers };
    let actions = [ActionName::Approve, ActionName::Deny, ActionName::NotMe, ActionName::Back];
    flow(Kind::Approve, rev, step, &actions)
}

fn approvals(rev: u64, requests: Vec<ApprovalRequest>) -> Flow {
    flow(Kind::Approve, rev, Step::Approvals { requests, notifications: None }, &[ActionName::Choose])
}

fn approved_with(number: &str) -> Action {
    Action::Approve { number: Some(number.into()), credential: Some(Box::new(credential())), reason: None }
}

fn entry(kind: Kind, request: Option<&str>) -> Entry {
    let place = if kind == Kind::Approve { Place::Settings } else { Place::Door };
    let hints = Hints { request: request.map(Into::into), ..Hints::default() };
    Entry { at_front_door: kind == Kind::SignIn, kind, place, hints, flow: None, left: None }
}

fn problem(code: ProblemCode, flow: Option<Flow>) -> Result<Answer, Fault> {
    Ok(Answer::Problem(Problem { flow: flow.map(Box::new), ..Problem::new(code, 422) }))
}

impl Story {
    fn at(first: Flow) -> Self {
        Self::of(Machine::new(entry(first.kind.clone(), None), |_| true, 7)).answered(answer(first))
    }

    /// Waits until the machine wants to read again, and reads this.
    fn reads(mut self, read: Result<Answer, Fault>) -> Self {
        let wake =
            self.effects.iter().find_map(|effect| if let Effect::Wake { at } = effect { Some(*at) } else { None });
        self.now = wake.expect("it reads again");
        let story = self.then(Event::Tick);
        assert!(matches!(story.effects.as_slice(), [Effect::Read { .. }, ..]), "{:?}", story.effects);
        story.answered(read)
    }

    fn step(&self) -> &Step {
        let Face::Step { step, .. } = self.machine.face() else { panic!("{:?}", self.machine.face()) };
        &step.step
    }

    fn trouble(&self) -> Option<Trouble> {
        if let Face::Step { trouble, .. } = self.machine.face() {
            trouble.map(|(_, trouble)| trouble.clone())
        } else {
            None
        }
    }

    fn is_told(&self, told: &NoticeCode) -> bool {
        matches!(self.step(), Step::Notice { code, .. } if code == told)
    }

    /// Tells the tabs that wait as well, and leaves for where the flow leads.
    fn leads_in(&self) -> bool {
        self.effects == [Effect::Spread, Effect::Leave { url: "https://work.example/".into() }]
    }

    /// Leaves for the door, which leads back here.
    fn leads_to_the_door(&self, back: &str) -> bool {
        self.effects == [Effect::Door]
            && self.machine.entry().hints.return_to.as_deref() == Some(back)
            && self.machine.flow_id().is_none()
            && self.machine.face() == Face::Opening
    }
}

#[test]
fn l5_the_pc_reads_until_the_phone_has_said_yes_and_goes_in() {
    let story = Story::at(password(4)).acts(Action::UseMobile).answered(answer(match_number(5, "42")));
    let story = story.reads(Ok(Answer::NotModified)).reads(Err(Fault::Network)).reads(answer(match_number(5, "42")));
    assert_eq!(story.trouble(), None, "a lost read is nobody's business");
    let story = story.reads(answer(complete()));
    assert!(story.leads_in(), "{:?}", story.effects);
    assert_eq!(
        story.machine.face(),
        Face::Complete { to: &Destination::Page { redirect_to: "https://work.example/".into() } }
    );
}

#[test]
fn l5_each_no_is_told_and_ends_the_reading() {
    for code in [
        NoticeCode::ApprovalDenied,
        NoticeCode::ApprovalExpired,
        NoticeCode::ApprovalNumberWrong,
        NoticeCode::ApprovalNotMe,
    ] {
        let story = Story::at(match_number(5, "42")).reads(answer(notice(Kind::SignIn, 6, code.clone())));
        assert!(story.is_told(&code));
        let again = story.acts(Action::Resend);
        assert_eq!(again.acted(), Some(&Action::Resend));
        assert!(
            matches!(again.answered(answer(match_number(7, "58"))).step(), Step::MatchNumber { number, .. } if number == "58")
        );
    }
}

#[test]
fn l5_another_request_shows_another_number_and_one_too_many_says_when() {
    let story = Story::at(match_number(5, "42")).acts(Action::Resend).answered(answer(match_number(6, "58")));
    assert!(matches!(story.step(), Step::MatchNumber { number, .. } if number == "58"));
    let refused = Problem { retry_after: Some(90), ..Problem::new(ProblemCode::TooManyRequests, 429) };
    let refused = Problem { flow: Some(Box::new(match_number(6, "58"))), ..refused };
    let story = story.acts(Action::Resend).answered(Ok(Answer::Problem(refused)));
    let Some(Trouble::Refused(refusal)) = story.trouble() else { panic!("{:?}", story.trouble()) };
    assert_eq!(refusal.retry_at, Some(story.now.plus_seconds(90)));
    assert!(
        matches!(story.step(), Step::MatchNumber { number, .. } if number == "58"),
        "the one that waits still waits"
    );
}

#[test]
fn l5_without_the_phone_and_back_take_the_request_back_while_it_is_read() {
    for action in [Action::UseOther, Action::Back] {
        let mut story = Story::at(match_number(5, "42"));
        story.now = story.now.plus_seconds(10);
        let story = story.then(Event::Tick);
        let reading = story.asked();
        let story = story.acts(action.clone());
        assert!(story.aborts(reading), "{action:?}");
        assert_eq!(story.acted(), Some(&action));
        let act = story.asked();
        let story = story.then(Event::Answered(reading, answer(complete())));
        assert!(story.does_nothing(), "a read that was given up leads nowhere: {:?}", story.effects);
        let story = story.then(Event::Answered(act, answer(password(6))));
        assert!(matches!(story.step(), Step::Password { .. }));
    }
}

#[test]
fn l5_a_yes_that_comes_with_the_press_of_back_still_leads_in() {
    let story = Story::at(match_number(5, "42")).acts(Action::Back);
    let stale = problem(ProblemCode::Stale, Some(complete()));
    let story = story.answered(stale);
    assert!(story.leads_in(), "{:?}", story.effects);
}

#[test]
fn l5_a_hidden_page_asks_nothing_and_looks_at_once_when_it_is_back() {
    let story = Story::at(match_number(5, "42")).then(Event::Hidden);
    assert!(story.effects.is_empty(), "{:?}", story.effects);
    let story = story.then(Event::Shown);
    let story = story.answered(answer(complete()));
    assert!(story.leads_in(), "{:?}", story.effects);
}

#[test]
fn x2_what_another_tab_did_with_the_request_is_where_this_one_goes() {
    let story = Story::at(match_number(5, "42")).reads(answer(password(6)));
    assert!(matches!(story.step(), Step::Password { .. }) && story.trouble().is_none());
    let story = Story::at(wait_approval(6, Asked::Everybody)).reads(answer(ended(Kind::SignIn, EndReason::Cancelled)));
    assert!(matches!(story.machine.face(), Face::Ended { reason: EndReason::Cancelled, .. }));
}

#[test]
fn d1_a_new_device_waits_and_goes_in_at_the_first_yes() {
    let story = Story::at(password(4)).acts(Action::SubmitPassword { identifier: None, password: Secret::new("p") });
    let story = story.answered(answer(wait_approval(6, Asked::Everybody)));
    let story = story.reads(Ok(Answer::NotModified)).reads(answer(complete()));
    assert!(story.leads_in(), "{:?}", story.effects);
}

#[test]
fn l5_d2_a_qr_code_comes_and_goes_on_the_same_screen() {
    let with_qr = |mut flow: Flow| {
        let qr = QrLink { url: "https://login.example/approve/x".into(), expires_at: SERVER_NOW.plus_seconds(120) };
        if let Status::Active { step, .. } = &mut flow.status
            && let Step::MatchNumber { qr: shown, .. } | Step::WaitApproval { qr: shown, .. } = &mut step.step
        {
            *shown = Some(qr);
        }
        flow
    };
    let qr_of = |story: &Story| {
        matches!(story.step(), Step::MatchNumber { qr: Some(_), .. } | Step::WaitApproval { qr: Some(_), .. })
    };
    for flow in [match_number(5, "42"), wait_approval(6, Asked::Everybody)] {
        let story = Story::at(flow.clone());
        let shown = story.instance();
        let story = story.acts(Action::ShowQr).answered(answer(with_qr(flow.clone())));
        assert!(qr_of(&story) && story.instance() == shown);
        // It is over, and the request waits still.
        let story = story.reads(answer(flow));
        assert!(!qr_of(&story) && story.instance() == shown);
    }
}

#[test]
fn d2_d4_asking_somebody_else_stays_on_the_same_screen_and_goes_on_reading() {
    for (act, asked) in [
        (Action::AskMember { member: "정도현".into() }, Asked::Member),
        (Action::AskAdmin { reason: String::new() }, Asked::Administrator),
    ] {
        let story = Story::at(wait_approval(6, Asked::Everybody));
        let shown = story.instance();
        let story = story.acts(act.clone());
        assert_eq!(story.acted(), Some(&act));
        let story = story.acts(act);
        assert!(story.does_nothing(), "pressed twice, asked once: {:?}", story.effects);
        // The request is on the wire since the first press.
        let story = story.then(Event::Answered(Ticket(2), answer(wait_approval(6, asked))));
        assert!(matches!(story.step(), Step::WaitApproval { asked: now, .. } if *now == asked));
        assert_eq!(story.instance(), shown, "what was typed stays");
        assert!(
            story
                .reads(answer(notice(Kind::SignIn, 7, NoticeCode::ApprovalDenied)))
                .is_told(&NoticeCode::ApprovalDenied)
        );
    }
}

#[test]
fn d5_who_types_the_recovery_key_goes_in_when_somebody_says_yes_meanwhile() {
    let recovery_key = |rev| flow(Kind::SignIn, rev, Step::RecoveryKey, &[ActionName::Submit, ActionName::Back]);
    let story = Story::at(wait_approval(6, Asked::Everybody)).acts(Action::UseRecoveryKey);
    let story = story.answered(answer(recovery_key(7))).reads(answer(complete()));
    assert!(story.leads_in(), "{:?}", story.effects);
}

#[test]
fn l5_the_phone_is_asked_by_the_chosen_numbers_own_question() {
    for number in ["17", "42", "86"] {
        let story = Story::at(approve(2, ApprovalKind::SignIn)).asks_device(number);
        let (_, ceremony, asked_by) = story.device();
        assert_eq!((ceremony, asked_by), (Ceremony::Authentication, options(number)));
        assert_eq!(story.busy(), Some(ActionName::Approve));
        let story = story.device_says(Ok(()));
        assert_eq!(story.acted(), Some(&approved_with(number)));
        let told = story.answered(answer(notice(Kind::Approve, 3, NoticeCode::RequestApproved)));
        assert!(told.is_told(&NoticeCode::RequestApproved) && told.busy().is_none());
    }
}

#[test]
fn l5_a_number_that_is_not_listed_and_a_second_press_ask_nothing() {
    let story = Story::at(approve(2, ApprovalKind::SignIn)).asks_device("99").asks_device("");
    assert!(story.does_nothing() && story.busy().is_none(), "{:?}", story.effects);
    let story = story.asks_device("42");
    let (ticket, ..) = story.device();
    let story = story.asks_device("42").asks_device("17");
    assert!(story.does_nothing(), "{:?}", story.effects);
    let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
    assert_eq!(story.acted(), Some(&approved_with("42")));
    assert!(story.asks_device("17").does_nothing(), "nor while the backend is asked");
}

#[test]
fn l5_an_unlock_that_fails_is_told_and_another_number_can_be_chosen() {
    let story = Story::at(approve(2, ApprovalKind::SignIn)).asks_device("17").device_says(Err(DeviceFault::NotAllowed));
    assert_eq!(story.trouble(), Some(Trouble::Device(DeviceFault::NotAllowed)));
    assert!(story.acted().is_none() && story.busy().is_none());
    assert_eq!(story.asks_device("42").device_says(Ok(())).acted(), Some(&approved_with("42")));
}

#[test]
fn l5_an_unlock_that_is_refused_brings_new_questions_to_the_same_screen() {
    let story = Story::at(approve(2, ApprovalKind::SignIn));
    let shown = story.instance();
    let story = story.asks_device("42").device_says(Ok(()));
    let refused = problem(ProblemCode::PasskeyRefused, Some(approve(3, ApprovalKind::SignIn)));
    let story = story.answered(refused);
    assert!(matches!(story.trouble(), Some(Trouble::Refused(refusal)) if refusal.code == ProblemCode::PasskeyRefused));
    assert_eq!(story.instance(), shown);
}

#[test]
fn d6_who_was_settled_elsewhere_while_the_device_is_asked_is_told_and_the_device_is_let_go() {
    let story = Story::at(approve(2, ApprovalKind::SignIn)).asks_device("42");
    let (ticket, ..) = story.device();
    let story = story.reads(answer(notice(Kind::Approve, 3, NoticeCode::RequestSettled)));
    assert!(story.aborts(ticket) && story.is_told(&NoticeCode::RequestSettled));
    let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
    assert!(story.does_nothing(), "a late unlock approves nothing: {:?}", story.effects);
}

#[test]
fn d6_a_read_that_changes_nothing_leaves_the_device_asked() {
    let story = Story::at(approve(2, ApprovalKind::SignIn)).asks_device("42");
    let (ticket, ..) = story.device();
    let story = story.reads(answer(approve(2, ApprovalKind::SignIn)));
    assert!(!story.aborts(ticket));
    let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
    assert_eq!(story.acted(), Some(&approved_with("42")));
}

#[test]
fn l5_a_no_while_the_device_is_asked_comes_before_it() {
    for action in [Action::Deny, Action::NotMe, Action::Back] {
        let story = Story::at(approve(2, ApprovalKind::SignIn)).asks_device("42");
        let (ticket, ..) = story.device();
        let story = story.acts(action.clone());
        assert!(story.aborts(ticket), "{action:?}");
        assert_eq!(story.acted(), Some(&action));
        let story = story.then(Event::DeviceAnswered(ticket, Ok(Box::new(credential()))));
        assert!(story.does_nothing(), "{:?}", story.effects);
    }
}

#[test]
fn d3_d4_letting_a_device_in_asks_for_no_unlock() {
    for (kind, reason) in [(ApprovalKind::Device, None), (ApprovalKind::Administrator, Some("전화로 확인했어요"))]
    {
        let story = Story::at(approve(2, kind)).asks_device("");
        assert!(story.does_nothing(), "{:?}", story.effects);
        let act = Action::Approve { number: None, credential: None, reason: reason.map(Into::into) };
        let story = story.acts(act.clone());
        assert_eq!(story.acted(), Some(&act));
        let act_ticket = story.asked();
        let story = story.acts(Action::Deny);
        assert!(story.does_nothing(), "the first answer counts: {:?}", story.effects);
        let late = answer(notice(Kind::Approve, 3, NoticeCode::RequestSettled));
        assert!(story.then(Event::Answered(act_ticket, late)).is_told(&NoticeCode::RequestSettled));
    }
}

#[test]
fn d6_a_request_appears_in_the_list_by_itself_and_goes_by_itself() {
    let story = Story::at(approvals(1, Vec::new()));
    let shown = story.instance();
    let story = story.reads(answer(approvals(1, vec![request(ApprovalKind::Device)])));
    assert!(matches!(story.step(), Step::Approvals { requests, .. } if requests.len() == 1));
    let story = story.reads(answer(approvals(1, Vec::new())));
    assert!(matches!(story.step(), Step::Approvals { requests, .. } if requests.is_empty()));
    assert_eq!(story.instance(), shown, "the screen and the focus stay");
}

#[test]
fn d6_who_is_not_signed_in_comes_back_to_the_very_request() {
    for (request, back) in [(None, "/approve"), (Some(REQUEST), "/approve/b7QkVn2sTg5mXw8eRd4zYA")] {
        let story = Story::of(Machine::new(entry(Kind::Approve, request), |_| true, 7));
        let story = story.answered(problem(ProblemCode::SignInRequired, None));
        assert!(story.leads_to_the_door(back), "{:?}", story.effects);
    }
}

#[test]
fn d6_who_is_signed_out_meanwhile_signs_in_and_comes_back() {
    let story = Story::of(Machine::new(entry(Kind::Approve, Some(REQUEST)), |_| true, 7));
    let story = story.answered(answer(approve(2, ApprovalKind::SignIn)));
    let story = story.reads(answer(ended(Kind::Approve, EndReason::SignedOut)));
    assert!(matches!(story.machine.face(), Face::Ended { reason: EndReason::SignedOut, .. }));
    assert!(story.then(Event::Restarted).leads_to_the_door("/approve/b7QkVn2sTg5mXw8eRd4zYA"));
}

#[test]
fn d6_what_ran_out_begins_anew_where_it_was() {
    let story = Story::of(Machine::new(entry(Kind::Approve, Some(REQUEST)), |_| true, 7));
    let story = story.answered(answer(approvals(1, Vec::new())));
    let story = story.reads(answer(ended(Kind::Approve, EndReason::Expired))).then(Event::Restarted);
    assert!(matches!(story.effects.as_slice(), [Effect::Begin { .. }]), "{:?}", story.effects);
    assert_eq!(story.machine.entry().hints.request.as_deref(), Some(REQUEST));
}

impl Story {
    fn instance(&self) -> u32 {
        let Face::Step { instance, .. } = self.machine.face() else { panic!("{:?}", self.machine.face()) };
        instance
    }
}
