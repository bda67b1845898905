//! Asking twice before something is taken away, where it was pressed (FEATURES S2 to S5). It refuses to know what.

use std::rc::Rc;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::i18n::{Text, say};
use crate::widgets::{Aria, Words};

/// Whether it is asked if that is meant.
#[derive(Clone, Copy, PartialEq)]
pub enum Sure {
    NotAsked,
    Asked,
    ThoughtBetter,
}

/// A quiet button in a row, about one of several things.
pub struct RowButton {
    /// Its `data-action`.
    pub action: &'static str,
    pub label: Words,
    /// What it is about, for who only hears it, where the label does not say so.
    pub about: Option<Words>,
    /// Its `data-device`.
    pub device: Option<String>,
    /// Its `data-provider`.
    pub provider: Option<String>,
    pub busy: Aria,
    /// By what it is described.
    pub described: Aria,
    /// Whether the focus goes here.
    pub led: bool,
    pub press: Rc<dyn Fn()>,
}

impl RowButton {
    pub fn new(action: &'static str, label: Text, press: impl Fn() + 'static) -> Self {
        Self {
            action,
            label: say(label),
            about: None,
            device: None,
            provider: None,
            busy: Box::new(|| None),
            described: Box::new(|| None),
            led: false,
            press: Rc::new(press),
        }
    }

    /// The one that does no harm.
    pub fn cancel(press: impl Fn() + 'static) -> Self {
        Self::new("cancel", Text::ActionCancel, press)
    }

    pub fn view(self) -> AnyView {
        let Self { action, label, about, device, provider, busy, described, led, press } = self;
        let node = NodeRef::<html::Button>::new();
        if led {
            node.on_load(|button| {
                let _ = button.focus();
            });
        }
        let about = about.map(|about| view! { <span class="visually-hidden">": "{about}</span> });
        view! {
            <button class="quiet" type="button" data-action=action data-device=device data-provider=provider aria-busy=busy
                aria-describedby=described node_ref=node on:click=move |_| press()>
                <span>{label}{about}</span>
            </button>
        }
        .into_any()
    }
}

/// The question, with the focus on what does no harm; Escape is that too.
pub struct Question {
    /// Its text's.
    pub id: String,
    pub text: Words,
    pub does: RowButton,
    pub cancel: RowButton,
}

impl Question {
    pub fn view(self) -> AnyView {
        let Self { id, text, does, cancel } = self;
        let think_better = cancel.press.clone();
        let escape = move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                think_better();
            }
        };
        let (cancel, labelled_by) = (RowButton { led: true, ..cancel }, id.clone());
        view! {
            <div class="sure" role="group" aria-labelledby=labelled_by on:keydown=escape>
                <p id=id>{text}</p>
                <div class="ways">{does.view()}{cancel.view()}</div>
            </div>
        }
        .into_any()
    }
}
