//! Buttons: the one that leads on, and the quiet ones beside it. A button that waits stays focusable and says why.

use leptos::prelude::*;

use super::{Flag, Words, aria};

/// How a button looks and what pressing it means to its form.
#[derive(Clone, Copy)]
pub enum Rank {
    /// The form's one way on: it sends the form.
    Primary,
    /// Another way.
    Quiet,
}

/// A button. `name` is its `data-action`.
pub struct Button {
    pub rank: Rank,
    pub name: &'static str,
    pub label: Words,
    /// Its answer is awaited.
    pub busy: Flag,
    /// It cannot be used now, and its label says why.
    pub shut: Flag,
    pub press: Box<dyn Fn()>,
}

impl Button {
    pub fn new(rank: Rank, name: &'static str, label: Words) -> Self {
        Self { rank, name, label, busy: Box::new(|| false), shut: Box::new(|| false), press: Box::new(|| {}) }
    }

    pub fn view(self) -> AnyView {
        let Self { rank, name, label, busy, shut, press } = self;
        let (class, kind) = match rank {
            Rank::Primary => ("primary", "submit"),
            Rank::Quiet => ("quiet", "button"),
        };
        view! {
            <button class=class type=kind data-action=name aria-busy=aria(busy) aria-disabled=aria(shut)
                on:click=move |_| press()>
                <span>{label}</span>
            </button>
        }
        .into_any()
    }
}
