//! `notice`: something to be told, with whatever leads on (FEATURES D3, D4, D6, E2, E4–E6, L5, L8–L10, R1, R2).

use daemun_protocol::{Action, ActionName, NoticeCode, Params, Step};
use leptos::prelude::*;

use super::form::{form, primary, ways};
use crate::gate::Gate;
use crate::i18n::{self, Text, filled, said, span};
use crate::widgets::heading::heading_with;

fn told(step: &Step) -> Option<(NoticeCode, Params)> {
    if let Step::Notice { code, params } = step { Some((code.clone(), params.clone())) } else { None }
}

const BESIDE: &[(ActionName, Text)] = &[
    (ActionName::Back, Text::ActionBack),
    (ActionName::UseEmail, Text::OrganisationUseEmail),
    (ActionName::UseOrganisation, Text::IdentifyUseOrganisation),
    // What waits for somebody else is off the login path, and so is what it comes to.
    #[cfg(feature = "whole")]
    (ActionName::UseOther, Text::MatchUseOther),
];

pub fn view(gate: Gate) -> AnyView {
    let code = gate.step_once(|step| told(step).map(|(code, _)| code.as_str().to_owned())).unwrap_or_default();
    let (title, text) = i18n::notice(&code).unwrap_or((Text::NoticeUnknownTitle, Text::NoticeUnknownText));
    let (head, lead) = (Box::new(move || worded(gate, title)), Box::new(move || body(gate, text)));
    // Where there is one obvious thing to do, it is the form's way on.
    let way_on = [
        (ActionName::SignIn, Text::NoticeSignIn),
        (ActionName::Forgot, Text::NoticeForgot),
        #[cfg(feature = "whole")]
        (ActionName::Resend, Text::MatchResend),
    ];
    let way_on = way_on.into_iter().find(|(name, _)| gate.offers(*name)).or_else(|| way_back(gate));
    let beside: &[_] = if way_on.is_some_and(|(name, _)| name == ActionName::Back) { &[] } else { BESIDE };
    let parts = vec![
        heading_with(head, Some(code), lead),
        way_on.map(|(name, label)| primary(gate, name, label)).into_any(),
        ways(gate, beside),
    ];
    let send = move || {
        if let Some(action) = way_on.and_then(|(name, _)| Action::without_input(name)) {
            gate.act(action);
        }
    };
    form(gate, Box::new(send), parts)
}

/// Whoever has answered a request goes back to the others, and who is no administrator to where they came from.
#[cfg(feature = "whole")]
fn way_back(gate: Gate) -> Option<(ActionName, Text)> {
    let (code, _) = gate.step_once(told)?;
    let is_answer = matches!(
        code,
        NoticeCode::RequestApproved
            | NoticeCode::RequestDenied
            | NoticeCode::RequestNumberWrong
            | NoticeCode::RequestNotMe
            | NoticeCode::RequestSettled
    );
    let is_refused = code == NoticeCode::NotAdministrator;
    let done = is_refused.then_some((ActionName::Done, Text::SecurityDone));
    is_answer.then_some((ActionName::Back, Text::ApprovalsBack)).or(done)
}

/// Nobody answers requests or decides on the login path.
#[cfg(not(feature = "whole"))]
const fn way_back(_: Gate) -> Option<(ActionName, Text)> {
    None
}

fn body(gate: Gate, text: Text) -> String {
    let restricted = gate.step(told).filter(|(code, _)| *code == NoticeCode::EmailRestricted);
    match restricted.and_then(|(_, params)| params.until) {
        Some(until) if gate.seconds_until_time(until) == 0 => said(Text::NoticeEmailRestrictedOver),
        Some(_) | None => worded(gate, text),
    }
}

/// A text with what the notice says of itself.
fn worded(gate: Gate, text: Text) -> String {
    let Some((code, params)) = gate.step(told) else { return String::new() };
    let left = params.until.map_or(0, |until| gate.seconds_until_time(until));
    let to = params.to.unwrap_or_default();
    let workspace = params.workspace.unwrap_or_default();
    let provider = params.provider.unwrap_or_default();
    filled(
        text,
        &[
            ("to", &to),
            ("workspace", &workspace),
            ("provider", &provider),
            ("time", &span(left)),
            ("code", code.as_str()),
        ],
    )
}
