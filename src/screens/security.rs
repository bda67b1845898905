//! `security`: what a member signs in with and what protects it, each with its state, what can be done with it, and why where
//! nothing can (FEATURES S1, S5, S6).

use daemun_protocol::{Action, ActionName, SecurityItem, SettingReason, Step};
use leptos::prelude::*;

use super::form::{form, primary};
use super::sure::{Question, RowButton, Sure};
use crate::gate::Gate;
use crate::i18n::{Text, counted, day, filled, said, say};
use crate::widgets::heading::heading_with;
use crate::widgets::{Live, Words};

fn listed(step: &Step) -> Option<Vec<SecurityItem>> {
    if let Step::Security { items } = step { Some(items.clone()) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let items = Memo::new(move |_| gate.step(listed).unwrap_or_default());
    let rows: Live = Box::new(move || items.get().into_iter().map(|item| row(gate, item)).collect());
    let changes = [
        ActionName::ChangePassword,
        ActionName::RegisterId,
        ActionName::LinkPhone,
        ActionName::UnlinkPhone,
        ActionName::TurnOnTwoFactor,
        ActionName::TurnOffTwoFactor,
        ActionName::SetPin,
        ActionName::TurnOnBiometrics,
    ];
    let asks_proof = move || changes.iter().any(|name| gate.asks_proof(*name));
    let proof = move || if asks_proof() { said(Text::SecurityProof) } else { String::new() };
    let parts = vec![
        heading_with(say(Text::SecurityTitle), None, say(Text::SecurityLead)),
        view! { <ul class="settings">{rows}</ul> }.into_any(),
        view! { <p class="aside" id="proof">{proof}</p> }.into_any(),
        primary(gate, ActionName::Done, Text::SecurityDone),
    ];
    form(gate, Box::new(move || gate.act(Action::Done)), parts)
}

/// One of them as it is shown.
struct Row {
    /// Its `data-item`.
    item: &'static str,
    title: Text,
    /// Its state: several short texts.
    state: Box<dyn Fn() -> Vec<String> + Send>,
    missing: Option<SettingReason>,
    /// Whether it is the last way in.
    last: bool,
    /// What can be done with it, where the step offers that.
    ways: &'static [(ActionName, Text)],
}

fn row(gate: Gate, item: SecurityItem) -> AnyView {
    let Row { item, title, state, missing, last, ways } = shown(item);
    let state: Live =
        Box::new(move || state().into_iter().map(|part| view! { <span>{part}</span>" " }.into_any()).collect());
    let why = move || match &missing {
        Some(missing) => reason(item, missing),
        None if last => said(Text::IdentitiesLast),
        None => String::new(),
    };
    let offered = self::ways(gate, ways, title);
    view! {
        <li data-item=item>
            <div class="name"><b>{say(title)}</b>" "<small>{state}</small></div>
            <p class="why">{why}</p>
            <div class="ways">{offered}</div>
        </li>
    }
    .into_any()
}

fn shown(item: SecurityItem) -> Row {
    let one = |words: Words| -> Box<dyn Fn() -> Vec<String> + Send> { Box::new(move || vec![words()]) };
    match item {
        SecurityItem::Password { identifier, set, expires_at, missing } => {
            let state = move || {
                let id = identifier.as_ref().map(|id| filled(Text::SecurityPasswordId, &[("id", id)]));
                let is_set = said(if set { Text::SecurityPasswordSet } else { Text::SecurityPasswordNone });
                let expires = expires_at.map(|at| filled(Text::SecurityPasswordExpires, &[("date", &day(at))]));
                id.into_iter().chain([is_set]).chain(expires).collect()
            };
            let ways = &[
                (ActionName::ChangePassword, Text::SecurityChangePassword),
                (ActionName::RegisterId, Text::RegisterTitle),
            ];
            Row { item: "password", title: Text::SecurityPassword, state: Box::new(state), missing, last: false, ways }
        }
        SecurityItem::Phone { linked, last, missing } => {
            let ways = &[
                (ActionName::LinkPhone, Text::SecurityPhoneLink),
                (ActionName::UnlinkPhone, Text::SecurityPhoneUnlink),
            ];
            let state = move || match &linked {
                Some(number) => filled(Text::SecurityLinked, &[("number", number)]),
                None => said(Text::SecurityUnlinked),
            };
            Row { item: "phone", title: Text::SecurityPhone, state: one(Box::new(state)), missing, last, ways }
        }
        SecurityItem::Identities { count, missing } => {
            let state = how_many(count, Text::SecurityConnected, Text::SecurityUnlinked);
            let ways = &[(ActionName::ShowIdentities, Text::SecurityIdentitiesShow)];
            Row { item: "identities", title: Text::SecurityIdentities, state: one(state), missing, last: false, ways }
        }
        SecurityItem::Devices { count, missing } => {
            let state = how_many(count, Text::SecurityDevicesCount, Text::SecurityDevicesNone);
            let ways = &[(ActionName::ShowDevices, Text::SecurityDevicesShow)];
            Row { item: "devices", title: Text::DevicesTitle, state: one(state), missing, last: false, ways }
        }
        SecurityItem::TwoFactor { on, missing } => {
            let ways = &[
                (ActionName::TurnOnTwoFactor, Text::SecurityTurnOn),
                (ActionName::TurnOffTwoFactor, Text::SecurityTurnOff),
            ];
            Row { item: "two_factor", title: Text::FactorTitle, state: one(switch(on)), missing, last: false, ways }
        }
        SecurityItem::QuickLogin { on, biometrics, elsewhere, missing } => {
            let state = move || {
                let here = said(if on { Text::SecurityOn } else { Text::SecurityOff });
                let unlock = biometrics.then(|| said(Text::QuickLoginBiometrics));
                let others = (elsewhere > 0).then(|| counted(Text::QuickLoginElsewhere, elsewhere.into(), &[]));
                [here].into_iter().chain(unlock).chain(others).collect()
            };
            let ways = if on { CHANGE_PIN } else { FIRST_PIN };
            Row {
                item: "quick_login",
                title: Text::SecurityQuickLogin,
                state: Box::new(state),
                missing,
                last: false,
                ways,
            }
        }
        SecurityItem::Sessions { count } => {
            let state = how_many(count, Text::SecuritySessionsCount, Text::SecuritySessionsCount);
            let ways = &[(ActionName::ShowSessions, Text::SecuritySessionsShow)];
            Row { item: "sessions", title: Text::SecuritySessions, state: one(state), missing: None, last: false, ways }
        }
    }
}

const FIRST_PIN: &[(ActionName, Text)] =
    &[(ActionName::SetPin, Text::SetPinTitle), (ActionName::TurnOffQuickLoginElsewhere, Text::QuickLoginOffElsewhere)];

const CHANGE_PIN: &[(ActionName, Text)] = &[
    (ActionName::SetPin, Text::SetPinChangeTitle),
    (ActionName::TurnOnBiometrics, Text::QuickLoginBiometricsOn),
    (ActionName::TurnOffBiometrics, Text::QuickLoginBiometricsOff),
    (ActionName::TurnOffQuickLogin, Text::SecurityTurnOff),
    (ActionName::TurnOffQuickLoginElsewhere, Text::QuickLoginOffElsewhere),
];

fn how_many(count: u32, some: Text, none: Text) -> Words {
    Box::new(move || if count == 0 { said(none) } else { counted(some, count.into(), &[]) })
}

fn switch(on: bool) -> Words {
    say(if on { Text::SecurityOn } else { Text::SecurityOff })
}

/// Why nothing can be done with it, or less than one may look for.
fn reason(item: &str, missing: &SettingReason) -> String {
    let text = match missing {
        // A security key can be registered all the same.
        SettingReason::NotAllowed if item == "devices" => Text::DevicesNotAllowed,
        SettingReason::NotAllowed => Text::SecurityNotAllowed,
        SettingReason::ManagedProfile => Text::SecurityManagedProfile,
        SettingReason::NotAvailable => Text::SecurityNotAvailable,
        SettingReason::AppOnly => Text::SecurityAppOnly,
        SettingReason::Required => Text::SecurityRequired,
        SettingReason::PasswordMissing => Text::SecurityPasswordMissing,
        SettingReason::Unknown(_) => Text::SecurityMissingUnknown,
    };
    filled(text, &[("code", missing.as_str())])
}

/// Something that can be done with one of them: a button that says what it is about, also to who only hears it.
fn way(gate: Gate, (name, label): (ActionName, Text), about: Text, press: impl Fn() + 'static) -> RowButton {
    RowButton {
        about: Some(say(about)),
        busy: Box::new(move || gate.is_busy_with(name).then_some("true")),
        described: Box::new(move || gate.asks_proof(name).then_some("proof")),
        ..RowButton::new(name.as_str(), label, press)
    }
}

/// What is offered for an item. What takes something away is asked for twice; whoever has thought better of it is back at its
/// button.
fn ways(gate: Gate, offered: &'static [(ActionName, Text)], about: Text) -> Live {
    let sure = RwSignal::new(Sure::NotAsked);
    Box::new(move || {
        let asked = sure.get();
        let mut offered = offered.iter().filter(|(name, _)| gate.offers(*name));
        if asked == Sure::Asked
            && let Some((name, label, text)) =
                offered.clone().find_map(|(name, label)| Some((*name, *label, question_of(*name)?)))
        {
            let question = Question {
                id: format!("question-{}", name.as_str()),
                text: say(text),
                does: way(gate, (name, label), about, move || act(gate, name)),
                cancel: RowButton::cancel(move || sure.set(Sure::ThoughtBetter)),
            };
            return vec![question.view()];
        }
        let button = |(name, label): &'static (ActionName, Text)| {
            let asks = question_of(*name).is_some();
            let press = move || if asks { sure.set(Sure::Asked) } else { act(gate, *name) };
            let led = asks && asked == Sure::ThoughtBetter;
            RowButton { led, ..way(gate, (*name, *label), about, press) }.view()
        };
        offered.by_ref().map(button).collect()
    })
}

/// What is asked before something is done that takes away a way in, or what protects one.
fn question_of(name: ActionName) -> Option<Text> {
    if name == ActionName::TurnOffTwoFactor {
        Some(Text::SecurityTurnOffQuestion)
    } else {
        (name == ActionName::UnlinkPhone).then_some(Text::SecurityPhoneUnlinkQuestion)
    }
}

fn act(gate: Gate, name: ActionName) {
    if let Some(action) = Action::without_input(name) {
        gate.act(action);
    }
}
