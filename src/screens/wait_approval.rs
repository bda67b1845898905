//! `wait_approval`: this device is new, and somebody who is in has to let it in (FEATURES D1, D2, D4). The screen waits, and says
//! what else can be done.

use std::sync::Arc;

use daemun_protocol::{Action, ActionName, Asked, Step, Timestamp};
use leptos::html;
use leptos::prelude::*;

use super::buttons::quiet_button;
use super::form::{About, form, go, time_left, waiting, ways, wrong};
use super::qr_way::qr_way;
use crate::gate::Gate;
use crate::i18n::{Text, filled, say};
use crate::widgets::button::{Button, Rank};
use crate::widgets::dialog::{Dialog, close, open};
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading_with;

/// Whoever is named is somebody else: nothing that a browser knows of the member fits.
const MEMBER: Purpose = Purpose::plain("member");
const REASON: Purpose = Purpose::plain("reason");

/// No name of a member, and no reason, is longer.
const LONGEST_MEMBER: i32 = 100;
const LONGEST_REASON: i32 = 200;

fn waits(step: &Step) -> Option<(Asked, Timestamp)> {
    if let Step::WaitApproval { asked, expires_at, .. } = step { Some((*asked, *expires_at)) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let member = NodeRef::<html::Input>::new();
    let dialog = NodeRef::<html::Dialog>::new();
    let ask_member = move || gate.act(Action::AskMember { member: value(member) });
    // What is read again and again makes nothing anew but where the time is another.
    let ends = Memo::new(move |_| gate.step(waits).map(|(_, expires_at)| expires_at).unwrap_or_default());
    let parts = vec![
        heading_with(say(Text::ApprovalTitle), None, Box::new(move || lead(gate))),
        view! { {move || time_left(gate, ends.get())} }.into_any(),
        waiting(gate, ActionName::Resend),
        ways(gate, &[(ActionName::Back, Text::ActionCancel), (ActionName::Resend, Text::MatchResend)]),
        other_ways(gate, member, Box::new(ask_member), dialog),
    ];
    // The dialog has a form of its own, so it stands beside this one.
    vec![form(gate, Box::new(ask_member), parts), confirm(gate, dialog)].into_any()
}

/// Why it waits, and for whom.
fn lead(gate: Gate) -> String {
    let text = match gate.step(waits).map(|(asked, _)| asked) {
        Some(Asked::Everybody) | None => Text::ApprovalEverybody,
        Some(Asked::Member) => Text::ApprovalMember,
        Some(Asked::Administrator) => Text::ApprovalAdministrator,
    };
    filled(text, &[("workspace", &gate.workspace().unwrap_or_default())])
}

/// Open the app elsewhere, ask a colleague, ask the super administrator; for a super administrator, the recovery key too.
fn other_ways(
    gate: Gate,
    member: NodeRef<html::Input>,
    ask_member: Box<dyn Fn()>,
    dialog: NodeRef<html::Dialog>,
) -> AnyView {
    member.on_load(|input| input.set_max_length(LONGEST_MEMBER));
    let field =
        Field::new(MEMBER, member, say(Text::ApprovalColleagueLabel), wrong(gate, About::at("/input/member"))).view();
    let one =
        |title, text, parts: Vec<AnyView>| view! { <li><b>{say(title)}</b><p>{say(text)}</p>{parts}</li> }.into_any();
    let button = |name: ActionName, label, press: Box<dyn Fn()>| {
        let busy = Box::new(move || gate.is_busy_with(name));
        let button = Button { press, busy, ..Button::new(Rank::Quiet, name.as_str(), say(label)) };
        view! { <div class="ways">{button.view()}</div> }.into_any()
    };
    let to_member = button(ActionName::AskMember, Text::ApprovalColleagueAsk, ask_member);
    let to_admin = button(ActionName::AskAdmin, Text::ApprovalAdmin, Box::new(move || open(dialog)));
    let use_key = move || gate.act(Action::UseRecoveryKey);
    let by_key = gate
        .offers(ActionName::UseRecoveryKey)
        .then(|| button(ActionName::UseRecoveryKey, Text::KeyTitle, Box::new(use_key)));
    view! {
        <details class="more other-ways">
            <summary data-action="other_ways">{say(Text::ApprovalOtherWays)}</summary>
            <ul>
                {one(Text::ApprovalOwn, Text::ApprovalOwnText, vec![qr_way(gate)])}
                {one(Text::ApprovalColleague, Text::ApprovalColleagueText, vec![field, to_member])}
                {one(Text::ApprovalAdmin, Text::ApprovalAdminText, vec![to_admin])}
            </ul>
            {by_key}
        </details>
    }
    .into_any()
}

/// Whether it is meant: from then on nobody else can say yes.
fn confirm(gate: Gate, dialog: NodeRef<html::Dialog>) -> AnyView {
    let reason = NodeRef::<html::Input>::new();
    reason.on_load(|input| input.set_max_length(LONGEST_REASON));
    let parts = vec![
        Field::new(REASON, reason, say(Text::ApprovalAdminReason), Arc::new(|| None)).view(),
        go("confirm", Text::ApprovalAdminAsk),
        view! { <div class="ways">{quiet_button("cancel", Text::ActionCancel, move || close(dialog))}</div> }
            .into_any(),
    ];
    let send = move || {
        close(dialog);
        gate.act(Action::AskAdmin { reason: value(reason) });
    };
    Dialog {
        node: dialog,
        title: say(Text::ApprovalAdminQuestion),
        text: say(Text::ApprovalAdminWarning),
        parts,
        send: Box::new(send),
    }
    .view()
}
