//! `trusted_devices`: what a member is recognised by besides a password, each with its name (FEATURES S4).

use daemun_protocol::{Action, ActionName, DeviceKind, Step, TrustedDevice};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::device_name::{field, typed};
use super::form::{About, form, primary, ways, wrong};
use super::sure::{Question, RowButton};
use crate::gate::Gate;
use crate::i18n::{Text, day, filled, said, say};
use crate::widgets::button::{Button, Rank};
use crate::widgets::field::Field;
use crate::widgets::heading::heading_with;
use crate::widgets::{Aria, Live};

/// What is being done to one of the devices.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Renaming,
    /// It is asked whether it is meant.
    Removing,
}

/// The screen's own state: of one device at a time more is to be seen than what it is.
#[derive(Clone, Copy)]
struct Desk {
    gate: Gate,
    open: RwSignal<Option<(String, Doing)>>,
    /// What was being done before, for the focus to go back to.
    before: RwSignal<Option<(String, Doing)>>,
}

pub fn view(gate: Gate) -> AnyView {
    let desk = Desk { gate, open: RwSignal::new(None), before: RwSignal::new(None) };
    let devices = Memo::new(move |_| gate.step(listed).unwrap_or_default());
    // What was asked has been done.
    Effect::new(move |_| {
        devices.track();
        desk.open.set(None);
    });
    let rows: Live = Box::new(move || devices.get().into_iter().map(|device| desk.row(device)).collect());
    let none = move || if devices.with(Vec::is_empty) { said(Text::DevicesNone) } else { String::new() };
    let is_here = gate.step_once(|step| Some(listed(step)?.iter().any(|device| device.here))).unwrap_or_default();
    let registers = gate.offers(ActionName::Register) && !is_here;
    let beside: &[_] = if registers {
        &[(ActionName::RegisterKey, Text::DevicesRegisterKey), (ActionName::Back, Text::ActionBack)]
    } else {
        &[
            (ActionName::Register, Text::DevicesRegister),
            (ActionName::RegisterKey, Text::DevicesRegisterKey),
            (ActionName::Back, Text::ActionBack),
        ]
    };
    let asking = [ActionName::Register, ActionName::RegisterKey, ActionName::Remove];
    let asks_proof = move || asking.into_iter().any(|name| gate.asks_proof(name));
    let proof = move || if asks_proof() { said(Text::DevicesProof) } else { String::new() };
    let parts = vec![
        heading_with(say(Text::DevicesTitle), None, say(Text::DevicesLead)),
        view! { <ul class="devices">{rows}</ul> <p class="none">{none}</p> }.into_any(),
        registers.then(|| primary(gate, ActionName::Register, Text::DevicesRegister)).into_any(),
        ways(gate, beside),
        view! { <p class="aside">{proof}</p> }.into_any(),
        recovery_key(gate),
    ];
    let send = move || {
        if registers {
            gate.act(Action::Register);
        }
    };
    form(gate, Box::new(send), parts)
}

/// Apart from the devices: the super administrator's own way in, of which there may be another one.
fn recovery_key(gate: Gate) -> AnyView {
    let name = ActionName::ReissueRecoveryKey;
    let part = move || {
        let button = Button {
            busy: Box::new(move || gate.is_busy_with(name)),
            press: Box::new(move || gate.act(Action::ReissueRecoveryKey)),
            ..Button::new(Rank::Quiet, name.as_str(), say(Text::KeyReissue))
        };
        let proof = move || if gate.asks_proof(name) { said(Text::KeyReissueProof) } else { String::new() };
        view! {
            <section class="apart" aria-labelledby="recovery-key">
                <h2 id="recovery-key">{say(Text::KeyLabel)}</h2>
                <p>{say(Text::KeyReissueText)}" "{proof}</p>
                <div class="ways">{button.view()}</div>
            </section>
        }
    };
    gate.offers(name).then(part).into_any()
}

fn listed(step: &Step) -> Option<Vec<TrustedDevice>> {
    if let Step::TrustedDevices { devices, .. } = step { Some(devices.clone()) } else { None }
}

impl Desk {
    fn row(self, device: TrustedDevice) -> AnyView {
        let TrustedDevice { id, name, kind, here, last, .. } = device.clone();
        let key = matches!(kind, DeviceKind::SecurityKey).to_string();
        let is_here = here.then(|| view! { " "<span class="here">{say(Text::DeviceHere)}</span> });
        let known = move || {
            let (registered, used) = (day(device.registered_at), device.last_used_at.map(day));
            let kind = match kind {
                DeviceKind::Device => Text::DeviceKindDevice,
                DeviceKind::SecurityKey => Text::DeviceKindKey,
            };
            let registered = filled(Text::DevicesRegistered, &[("date", &registered)]);
            let used = match used {
                Some(date) => filled(Text::DevicesUsed, &[("date", &date)]),
                None => said(Text::DevicesUnused),
            };
            let parts = [said(kind), registered, used].map(|part| view! { <span>{part}</span>" " }.into_any());
            Vec::from(parts)
        };
        let (own, called) = (id.clone(), name.clone());
        let below: Live = Box::new(move || match self.doing(&own) {
            Some(Doing::Renaming) => self.rename(&own, &called),
            Some(Doing::Removing) => vec![self.remove(&own, &called, last)],
            None => vec![self.choice(&own, &called)],
        });
        view! {
            <li data-device=id data-key=key>
                <div class="name"><b>{name}</b>{is_here}<small>{known}</small></div>
                <div class="doing">{below}</div>
            </li>
        }
        .into_any()
    }

    fn doing(self, id: &str) -> Option<Doing> {
        self.open.with(|open| open.as_ref().filter(|(device, _)| device == id).map(|(_, doing)| *doing))
    }

    fn open(self, id: &str, doing: Doing) {
        self.before.set(None);
        self.open.set(Some((id.to_owned(), doing)));
    }

    fn close(self) {
        self.before.set(self.open.get_untracked());
        self.open.set(None);
    }

    /// What can be done with it. Whoever has thought better of something is back at its button.
    fn choice(self, id: &str, called: &str) -> AnyView {
        let was_here = |doing| {
            self.before
                .with_untracked(|before| before.as_ref().is_some_and(|(device, was)| device == id && *was == doing))
        };
        let one = |name: ActionName, label, doing| {
            let own = id.to_owned();
            let button = RowButton::new(name.as_str(), label, move || self.open(&own, doing));
            let led = was_here(doing);
            self.gate.offers(name).then(|| RowButton { led, ..of((id, called), button) }.view())
        };
        let rename = one(ActionName::Rename, Text::DevicesRename, Doing::Renaming);
        let remove = one(ActionName::Remove, Text::DevicesRemove, Doing::Removing);
        view! { <div class="ways">{rename}{remove}</div> }.into_any()
    }

    fn rename(self, id: &str, called: &str) -> Vec<AnyView> {
        let node = NodeRef::<html::Input>::new();
        let (device, before) = (id.to_owned(), called.to_owned());
        let save = move || {
            self.gate.act(Action::RenameDevice { device: device.clone(), name: typed(node, before.clone()) });
        };
        let by_key = save.clone();
        let field = Field {
            // The form itself is about something else.
            key: Box::new(move |event: KeyboardEvent| match event.key().as_str() {
                "Enter" if !event.is_composing() => {
                    event.prevent_default();
                    by_key();
                }
                "Escape" if !event.is_composing() => self.close(),
                _ => {}
            }),
            ..field(node, called.to_owned(), wrong(self.gate, About::ALL))
        };
        node.on_load(|input| {
            let _ = input.focus();
            input.select();
        });
        let done = RowButton::new(ActionName::Rename.as_str(), Text::DevicesSave, save);
        let done = RowButton { busy: self.busy(ActionName::Rename), ..of((id, called), done) };
        let cancel = self.cancel((id, called));
        vec![field.view(), view! { <div class="ways">{done.view()}{cancel.view()}</div> }.into_any()]
    }

    fn remove(self, id: &str, called: &str, last: bool) -> AnyView {
        let (device, name) = (id.to_owned(), called.to_owned());
        let remove = move || self.gate.act(Action::RemoveDevice { device: device.clone() });
        let does = RowButton::new(ActionName::Remove.as_str(), Text::DevicesRemove, remove);
        let question = Question {
            id: "question".into(),
            text: Box::new(move || {
                let question = filled(Text::DevicesQuestion, &[("name", &name)]);
                if last { format!("{question} {}", said(Text::DevicesLast)) } else { question }
            }),
            does: RowButton { busy: self.busy(ActionName::Remove), ..of((id, called), does) },
            cancel: self.cancel((id, called)),
        };
        question.view()
    }

    fn cancel(self, (id, called): (&str, &str)) -> RowButton {
        of((id, called), RowButton::cancel(move || self.close()))
    }

    fn busy(self, name: ActionName) -> Aria {
        Box::new(move || self.gate.is_busy_with(name).then_some("true"))
    }
}

/// A button that says to which device it belongs, also to who only hears it.
fn of((id, called): (&str, &str), button: RowButton) -> RowButton {
    let called = called.to_owned();
    RowButton { about: Some(Box::new(move || called.clone())), device: Some(id.to_owned()), ..button }
}
