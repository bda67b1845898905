//! Short things said beside a form, heard by a screen reader as they come.

use leptos::prelude::*;

use super::Live;

/// How a screen reader is told (WAI-ARIA 1.2 §5.3.5, live regions).
#[derive(Clone, Copy)]
pub enum Urgency {
    /// When there is a pause.
    Status,
    /// At once.
    Alert,
    /// Not at all by itself: it changes every second.
    Timer,
}

/// A code and what it says.
pub type Note = (String, String);

/// The place where notes stand.
pub fn notes(urgency: Urgency, said: Box<dyn Fn() -> Vec<Note> + Send>) -> AnyView {
    // What is said with the screen is not heard when the focus goes to a field at once; so fields are described by it.
    let (role, severity, id) = match urgency {
        Urgency::Status => ("status", "info", Some("said")),
        Urgency::Alert => ("alert", "error", None),
        Urgency::Timer => ("timer", "info", None),
    };
    let live: Live = Box::new(move || said().into_iter().map(|note| line("message", severity, note)).collect());
    view! { <div role=role id=id>{live}</div> }.into_any()
}

/// One note.
pub(super) fn line(class: &'static str, severity: &'static str, (code, text): Note) -> AnyView {
    view! { <p class=class data-severity=severity data-code=code><span>{text}</span></p> }.into_any()
}
