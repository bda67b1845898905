//! What a screen is about. Takes the focus where there is no field to fill, so that a screen reader begins there.

use leptos::prelude::*;

use super::Words;

/// The screen's heading.
pub fn heading(text: Words) -> AnyView {
    heading_with(text, None, Box::new(String::new))
}

/// The heading with a sentence below it. `code` stands in `data-code`, where the screen tells something that has one.
pub fn heading_with(text: Words, code: Option<String>, lead: Words) -> AnyView {
    view! {
        <header data-code=code>
            <h1 tabindex="-1">{text}</h1>
            <p class="lead" id="lead">{lead}</p>
        </header>
    }
    .into_any()
}
