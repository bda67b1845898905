//! Buttons that are no action of the step: one that copies something and says whether it did, and any other.

use std::rc::Rc;

use daemun_protocol::Secret;
use leptos::prelude::*;

use crate::i18n::{Text, said, say};
use crate::takeaway;
use crate::widgets::button::{Button, Rank};

/// The button. `text` is asked for when it is pressed; `name` is its `data-action`, and `failed` says what to do instead.
pub fn copy_button(name: &'static str, label: Text, failed: Text, text: Rc<dyn Fn() -> Option<Secret>>) -> AnyView {
    let copied = RwSignal::new(None);
    let press = move || {
        // Said anew also when it is the same again.
        copied.set(None);
        if let Some(text) = text() {
            takeaway::copy(text, move |went_well| copied.set(Some(went_well)));
        } else {
            copied.set(Some(false));
        }
    };
    let outcome = move || match copied.get() {
        None => String::new(),
        Some(true) => said(Text::CopyDone),
        Some(false) => said(failed),
    };
    let button = Button { press: Box::new(press), ..Button::new(Rank::Quiet, name, say(label)) };
    view! { <span class="copying">{button.view()}<span role="status">{outcome}</span></span> }.into_any()
}

/// A quiet button that is no action of the step.
pub fn quiet_button(name: &'static str, label: Text, press: impl Fn() + 'static) -> AnyView {
    Button { press: Box::new(press), ..Button::new(Rank::Quiet, name, say(label)) }.view()
}
