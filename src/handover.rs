//! Takes the first form over from the page: what was typed, where the caret stood, and a press of Enter that came early.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::gate::Gate;
use crate::ports::page;
use crate::screens::identify;
use daemun_protocol::Action;

/// The form that stood in the page before the app did.
pub struct Shell {
    section: Option<Element>,
    draft: Option<Draft>,
    /// The `data-action` of the button that has the focus, where one has.
    focused_action: Option<String>,
}

/// What a member left in a field.
struct Draft {
    text: String,
    caret: Option<(u32, u32)>,
    focused: bool,
}

impl Shell {
    pub fn find() -> Self {
        let section = document().get_element_by_id("shell");
        let draft = input_in("#shell").map(|input| Draft {
            text: input.value(),
            caret: input.selection_start().ok().flatten().zip(input.selection_end().ok().flatten()),
            focused: document().active_element().is_some_and(|active| active == **input),
        });
        let focused_action = document()
            .active_element()
            .filter(|active| section.as_ref().is_some_and(|section| section.contains(Some(active))))
            .and_then(|active| active.get_attribute("data-action"));
        Self { section, draft, focused_action }
    }

    /// Gives everything to the app's own first form, in one breath, and goes.
    pub fn hand_over(self, gate: Gate) {
        if let (Some(draft), Some(input)) = (self.draft, input_in("#app")) {
            input.set_value(&draft.text);
            if draft.focused {
                let _ = input.focus();
            }
            if let Some((start, end)) = draft.caret {
                let _ = input.set_selection_range(start, end);
            }
            if let Some(button) = self.focused_action.and_then(|name| element_in(&format!("#app [data-action={name}]")))
            {
                let _ = button.focus();
            }
            match page::early().as_deref() {
                Some("submit") => identify::submit(gate, draft.text),
                Some("use_organisation") => gate.act(Action::UseOrganisation),
                Some(_) | None => {}
            }
        }
        if let Some(section) = self.section {
            section.remove();
        }
    }
}

fn element_in(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn input_in(place: &str) -> Option<HtmlInputElement> {
    document().query_selector(&format!("{place} input[name=identifier]")).ok().flatten()?.dyn_into().ok()
}
