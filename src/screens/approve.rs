//! `approve`: one request, with what tells an own one from another's, and a yes or a no to it (FEATURES L5, D3, D4, D6). To sign in,
//! the number on the other screen is chosen, and this device unlocked for just that number.

use daemun_flow::Event;
use daemun_protocol::{Action, ActionName, ApprovalKind, ApprovalRequest, NumberToMatch, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::approvals::browser_name;
use super::form::{About, form, primary, time_left, ways, wrong};
use super::numbers::Numbers;
use crate::gate::Gate;
use crate::i18n::{Text, filled, hour, say};
use crate::widgets::Words;
use crate::widgets::button::{Button, Rank};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

const REASON: Purpose = Purpose::plain("reason");

/// No reason is longer.
const LONGEST_REASON: i32 = 200;

fn looked_at(step: &Step) -> Option<(ApprovalRequest, Vec<NumberToMatch>)> {
    if let Step::Approve { request, numbers } = step { Some((request.clone(), numbers.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((request, numbers)) = gate.step_once(looked_at) else { return ().into_any() };
    match request.kind {
        ApprovalKind::SignIn => own_sign_in(gate, request, numbers),
        ApprovalKind::Device => new_device(gate, request),
        ApprovalKind::Administrator => as_administrator(gate, request),
    }
}

fn own_sign_in(gate: Gate, request: ApprovalRequest, numbers: Vec<NumberToMatch>) -> AnyView {
    let numbers = Numbers::new(numbers.into_iter().map(|number| number.number).collect());
    let ends = request.expires_at;
    let parts = vec![
        heading_with(say(Text::ApproveSignInTitle), None, say(Text::ApproveSignInLead)),
        facts(request),
        time_left(gate, ends),
        numbers.clone().view(),
        primary(gate, ActionName::Approve, Text::ApproveSubmit),
        answers(gate),
        gate.offers(ActionName::NotMe).then(|| not_me(gate)).into_any(),
    ];
    let send = move || {
        if let Some(given) = numbers.chosen() {
            gate.tell(Event::AskedDevice { given });
        }
    };
    form(gate, Box::new(send), parts)
}

fn new_device(gate: Gate, request: ApprovalRequest) -> AnyView {
    let ends = request.expires_at;
    let parts = vec![
        heading_with(title(&request), None, say(Text::ApproveDeviceLead)),
        facts(request),
        time_left(gate, ends),
        primary(gate, ActionName::Approve, Text::ApproveSubmit),
        answers(gate),
    ];
    let send = move || gate.act(Action::Approve { number: None, credential: None, reason: None });
    form(gate, Box::new(send), parts)
}

fn as_administrator(gate: Gate, request: ApprovalRequest) -> AnyView {
    let (node, ends) = (NodeRef::<Input>::new(), request.expires_at);
    node.on_load(|input| input.set_max_length(LONGEST_REASON));
    let parts = vec![
        heading_with(title(&request), None, say(Text::ApproveAdministratorLead)),
        facts(request),
        time_left(gate, ends),
        Field::new(REASON, node, say(Text::ApproveReason), wrong(gate, About::ALL)).view(),
        primary(gate, ActionName::Approve, Text::ApproveSubmit),
        answers(gate),
    ];
    let send = move || gate.act(Action::Approve { number: None, credential: None, reason: Some(value(node)) });
    form(gate, Box::new(send), parts)
}

/// Who comes.
fn title(request: &ApprovalRequest) -> Words {
    let who = request.who.clone();
    Box::new(move || filled(Text::ApproveDeviceTitle, &[("who", &who)]))
}

fn answers(gate: Gate) -> AnyView {
    ways(gate, &[(ActionName::Back, Text::ActionBack), (ActionName::Deny, Text::ApproveDeny)])
}

/// What is known of the other device.
fn facts(request: ApprovalRequest) -> AnyView {
    let ApprovalRequest { who, browser, place, asked_at, .. } = request;
    let one = |name, words: Words| view! { <div><dt>{say(name)}</dt><dd>{words}</dd></div> }.into_any();
    let told: Vec<AnyView> = vec![
        one(Text::ApproveWho, Box::new(move || who.clone())),
        one(Text::ApproveBrowser, Box::new(move || browser_name(&browser))),
        one(Text::ApprovePlace, Box::new(move || place.clone())),
        one(Text::ApproveAskedAt, Box::new(move || hour(asked_at))),
    ];
    view! { <dl class="facts">{told}</dl> }.into_any()
}

/// Apart from the other answers: nobody presses it by mistake, or misses it.
fn not_me(gate: Gate) -> AnyView {
    let button = Button {
        busy: Box::new(move || gate.is_busy_with(ActionName::NotMe)),
        press: Box::new(move || gate.act(Action::NotMe)),
        ..Button::new(Rank::Quiet, ActionName::NotMe.as_str(), say(Text::ApproveNotMe))
    };
    view! { <div class="apart"><p>{say(Text::ApproveNotMeText)}</p><div class="ways">{button.view()}</div></div> }
        .into_any()
}
