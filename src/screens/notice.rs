//! `notice`: something to be told, with whatever leads on (FEATURES E2, E6, L8, L9).

use daemun_protocol::{ActionName, NoticeCode, Params, Step};
use leptos::prelude::*;

use super::form::{form, ways};
use crate::gate::Gate;
use crate::i18n::{self, Text, filled, said, say, span};
use crate::widgets::heading::heading_with;

fn told(step: &Step) -> Option<(NoticeCode, Params)> {
    if let Step::Notice { code, params } = step { Some((code.clone(), params.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let code = gate.step_once(|step| told(step).map(|(code, _)| code.as_str().to_owned())).unwrap_or_default();
    let (title, text) = i18n::notice(&code).unwrap_or((Text::NoticeUnknownTitle, Text::NoticeUnknownText));
    let lead = Box::new(move || body(gate, text));
    let parts = vec![
        heading_with(say(title), Some(code), lead),
        ways(
            gate,
            &[
                (ActionName::Back, Text::ActionBack),
                (ActionName::UseEmail, Text::OrganisationUseEmail),
                (ActionName::UseOrganisation, Text::IdentifyUseOrganisation),
            ],
        ),
    ];
    form(gate, Box::new(|| {}), parts)
}

fn body(gate: Gate, text: Text) -> String {
    let Some((code, params)) = gate.step(told) else { return String::new() };
    let left = params.until.map_or(0, |until| gate.seconds_until_time(until));
    if params.until.is_some() && left == 0 && code == NoticeCode::EmailRestricted {
        return said(Text::NoticeEmailRestrictedOver);
    }
    let to = params.to.unwrap_or_default();
    let workspace = params.workspace.unwrap_or_default();
    filled(text, &[("to", &to), ("workspace", &workspace), ("time", &span(left)), ("code", code.as_str())])
}
