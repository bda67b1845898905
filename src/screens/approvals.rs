//! `approvals`: what waits for this member's yes or no (FEATURES D6). What comes while it is looked at appears by itself.

use daemun_protocol::{ActionName, ApprovalKind, ApprovalRequest, Step};
use leptos::prelude::*;

use super::choice::{Choice, Which};
use super::form::{form, waiting};
use super::notify_here;
use crate::gate::Gate;
use crate::i18n::{Text, counted, filled, hour, said, say};
use crate::widgets::checklist::news;
use crate::widgets::heading::heading_with;
use crate::widgets::{Live, Words};

fn listed(step: &Step) -> Option<Vec<ApprovalRequest>> {
    if let Step::Approvals { requests, .. } = step { Some(requests.clone()) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let requests = Memo::new(move |_| gate.step(listed).unwrap_or_default());
    let rows: Live = Box::new(move || requests.get().into_iter().map(|request| row(gate, request)).collect());
    let none: Live = Box::new(move || {
        let none = || view! { <b>{say(Text::ApprovalsNone)}</b>" "<span>{say(Text::ApprovalsNoneText)}</span> };
        requests.with(Vec::is_empty).then(|| none().into_any()).into_iter().collect()
    });
    let count = move || match requests.with(Vec::len) {
        0 => String::new(),
        count => counted(Text::ApprovalsCount, u64::try_from(count).unwrap_or_default(), &[]),
    };
    let parts = vec![
        heading_with(say(Text::ApprovalsTitle), None, say(Text::ApprovalsLead)),
        news(Box::new(count)),
        view! { <ul class="choices">{rows}</ul> <p class="none">{none}</p> }.into_any(),
        waiting(gate, ActionName::Choose),
        notify_here::view(gate),
    ];
    form(gate, Box::new(|| {}), parts)
}

/// Whose it is, and by what it can be told from another.
fn row(gate: Gate, request: ApprovalRequest) -> AnyView {
    let ApprovalRequest { id, kind, who, browser, place, asked_at, .. } = request;
    let name: Words = Box::new(move || match kind {
        ApprovalKind::SignIn => said(Text::ApprovalsSignIn),
        ApprovalKind::Device | ApprovalKind::Administrator => filled(Text::ApprovalsDevice, &[("who", &who)]),
    });
    let detail = move || format!("{} · {place} · {}", browser_name(&browser), hour(asked_at));
    Choice { which: Which::Request(id), initial: String::new(), name, detail: Box::new(detail) }.view(gate)
}

/// The asking browser, as far as it says which it is.
pub fn browser_name(browser: &str) -> String {
    if browser.is_empty() { said(Text::ApproveBrowserUnknown) } else { browser.to_owned() }
}
