//! `policy_review`: what a change of the policy does to members, before it is saved (FEATURES P2). Where it locks members out, that is
//! asked once more.

use daemun_protocol::{AccountPolicy, Action, ActionName, PolicyEffect, PolicyEffectCode, Step};
use leptos::html;
use leptos::prelude::*;

use super::buttons::quiet_button;
use super::form::{form, go, primary, ways};
use super::policy_words::changes;
use crate::gate::Gate;
use crate::i18n::{Text, counted, filled, said, say};
use crate::widgets::dialog::{Dialog, close, open_at};
use crate::widgets::heading::heading_with;

fn reviewed(step: &Step) -> Option<(AccountPolicy, AccountPolicy, Vec<PolicyEffect>)> {
    if let Step::PolicyReview { policy, draft, effects } = step {
        Some((*policy, *draft, effects.clone()))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((policy, draft, effects)) = gate.step_once(reviewed) else { return ().into_any() };
    let locked_out = effects.iter().find(|effect| effect.code == PolicyEffectCode::LockedOut);
    let locked_out = locked_out.map_or(0, |effect| effect.members);
    let dialog = NodeRef::<html::Dialog>::new();
    let lead = move || filled(Text::PolicyReviewLead, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let proof = move || if gate.asks_proof(ActionName::Save) { said(Text::PolicyProof) } else { String::new() };
    let parts = vec![
        heading_with(say(Text::PolicyReviewTitle), None, Box::new(lead)),
        changes(policy, draft),
        told(effects),
        view! { <p class="aside">{proof}</p> }.into_any(),
        primary(gate, ActionName::Save, Text::PolicyReviewSave),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    let send = move || match locked_out {
        0 => gate.act(Action::Save { confirmed: false }),
        _ => open_at(dialog, "[data-action=cancel]"),
    };
    // The dialog has a form of its own, so it stands beside this one.
    vec![form(gate, Box::new(send), parts), confirm(gate, dialog, locked_out)].into_any()
}

/// What happens to how many, the gravest first.
pub fn told(effects: Vec<PolicyEffect>) -> AnyView {
    let none = effects.is_empty();
    let one = |PolicyEffect { code, members }: PolicyEffect| {
        let name = code.as_str().to_owned();
        let words = move || counted(words_of(&code), u64::from(members), &[("code", code.as_str())]);
        view! { <li data-code=name>{words}</li> }.into_any()
    };
    let rows: Vec<AnyView> = effects.into_iter().map(one).collect();
    let none = none.then(|| view! { <li>{say(Text::PolicyEffectNone)}</li> });
    view! { <ul class="effects">{rows}{none}</ul> }.into_any()
}

const fn words_of(code: &PolicyEffectCode) -> Text {
    match code {
        PolicyEffectCode::LockedOut => Text::PolicyEffectLockedOut,
        PolicyEffectCode::EnrolFactor => Text::PolicyEffectEnrolFactor,
        PolicyEffectCode::PasswordExpired => Text::PolicyEffectPasswordExpired,
        PolicyEffectCode::NextPassword => Text::PolicyEffectNextPassword,
        PolicyEffectCode::PhoneDenied => Text::PolicyEffectPhoneDenied,
        PolicyEffectCode::QuickLoginDenied => Text::PolicyEffectQuickLoginDenied,
        PolicyEffectCode::DeviceDenied => Text::PolicyEffectDeviceDenied,
        PolicyEffectCode::LineDenied => Text::PolicyEffectLineDenied,
        PolicyEffectCode::NaverDenied => Text::PolicyEffectNaverDenied,
        PolicyEffectCode::Notified => Text::PolicyEffectNotified,
        PolicyEffectCode::Unknown(_) => Text::PolicyEffectUnknown,
    }
}

/// Whether it is meant: these members cannot help themselves.
fn confirm(gate: Gate, dialog: NodeRef<html::Dialog>, locked_out: u32) -> AnyView {
    let parts = vec![
        go("confirm", Text::PolicyReviewConfirm),
        view! { <div class="ways">{quiet_button("cancel", Text::ActionCancel, move || close(dialog))}</div> }
            .into_any(),
    ];
    let send = move || {
        close(dialog);
        gate.act(Action::Save { confirmed: true });
    };
    Dialog {
        node: dialog,
        title: Box::new(move || counted(Text::PolicyReviewQuestion, u64::from(locked_out), &[])),
        text: say(Text::PolicyReviewWarning),
        parts,
        send: Box::new(send),
    }
    .view()
}
