//! `code`: a one-time code, wherever it comes from (FEATURES E1, L2, T1, T5, O2). One screen for all of it.

use daemun_flow::Face;
use daemun_protocol::{ActionName, Channel, Step, Timestamp};
use leptos::prelude::*;

use super::code_field::CodeField;
use super::form::{form, submit, ways};
use crate::gate::Gate;
use crate::i18n::{Text, counted, filled, said, span};
use crate::widgets::heading::heading_with;
use crate::widgets::tick::Tick;

/// What the screen needs to know of the step.
struct Sent {
    channel: Channel,
    to: Option<String>,
    length: u8,
    expires_at: Option<Timestamp>,
    remember_days: Option<u32>,
}

fn sent(step: &Step) -> Option<Sent> {
    if let Step::Code { channel, sent_to, length, expires_at, remember_days } = step {
        let (to, length, expires_at) = (sent_to.clone(), *length, *expires_at);
        Some(Sent { channel: *channel, to, length, expires_at, remember_days: *remember_days })
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let Some(Sent { length, remember_days, .. }) = gate.step_once(sent) else { return ().into_any() };
    let code = CodeField::new();
    let remember = remember_days.map(|days| {
        let label = move || counted(Text::CodeRemember, days.into(), &[]);
        Tick { name: "remember", node: code.remember, label: Box::new(label) }.view()
    });
    let parts = vec![
        heading_with(Box::new(move || said(title(gate))), None, Box::new(move || lead(gate))),
        // Before the field: a code that is complete goes by itself.
        remember.into_any(),
        code.view(gate, length, Box::new(move || time_left(gate))),
        submit(gate, Text::CodeSubmit),
        ways(
            gate,
            &[
                (ActionName::Back, Text::ActionBack),
                (ActionName::Resend, Text::CodeResend),
                (ActionName::UseNotification, Text::CodeUseNotification),
                (ActionName::UseSms, Text::CodeUseSms),
                (ActionName::UseOther, Text::CodeUseOther),
            ],
        ),
    ];
    form(gate, Box::new(move || code.send(gate)), parts)
}

/// Whoever has given the first factor knows that this is the second.
fn title(gate: Gate) -> Text {
    let is_second = gate.with(|machine| matches!(machine.face(), Face::Step { account: Some(_), .. }));
    if is_second { Text::FactorTitle } else { Text::CodeTitle }
}

/// Where the code is to be found.
fn lead(gate: Gate) -> String {
    let Some(Sent { channel, to, length, .. }) = gate.step(sent) else { return String::new() };
    let text = match (channel, &to) {
        (Channel::Authenticator, _) => Text::CodeLeadApp,
        (Channel::Email | Channel::Sms | Channel::Notification, None) => Text::CodeLeadPlain,
        (Channel::Notification, Some(_)) => Text::CodeLeadNotification,
        (Channel::Email | Channel::Sms, Some(_)) => Text::CodeLead,
    };
    filled(text, &[("to", to.as_deref().unwrap_or_default()), ("length", &length.to_string())])
}

/// How long the code still works, where it is one that ends.
fn time_left(gate: Gate) -> String {
    match gate.step(|step| sent(step)?.expires_at).map(|end| gate.seconds_until_time(end)) {
        None => String::new(),
        Some(0) => said(Text::CodeTimeOver),
        Some(left) => filled(Text::CodeTimeLeft, &[("time", &span(left))]),
    }
}
