//! A list of what is asked for, each with whether it is there: seen at a glance, and heard as it changes.

use leptos::prelude::*;

use super::{Flag, Words};

/// One thing that is asked for.
pub struct Item {
    pub text: Words,
    pub met: Flag,
    /// Whether it is there, in words: colour and shape are not enough.
    pub state: Words,
}

/// The list. `aside` is asked for too, and cannot be told yet.
pub fn checklist(items: Vec<Item>, aside: Words) -> AnyView {
    let items = items.into_iter().map(|Item { text, met, state }| {
        view! {
            <li data-met=move || met().to_string()>
                <span>{text}</span>
                <span class="visually-hidden">": "{state}</span>
            </li>
        }
        .into_any()
    });
    view! {
        <ul class="checklist">{items.collect::<Vec<_>>()}</ul>
        <p>{aside}</p>
    }
    .into_any()
}

/// Says what has just changed in a list, to be heard alone.
pub fn news(words: Words) -> AnyView {
    view! { <p class="visually-hidden" role="status">{words}</p> }.into_any()
}
