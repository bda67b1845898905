//! A question in front of the page, which is out of reach until it is answered. The browser keeps the focus inside, closes it at
//! Escape, and puts the focus back (HTML §4.11.4).

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Words;

/// A dialog, closed at first.
pub struct Dialog {
    pub node: NodeRef<html::Dialog>,
    pub title: Words,
    pub text: Words,
    pub parts: Vec<AnyView>,
    /// What sending its form does.
    pub send: Box<dyn Fn()>,
}

impl Dialog {
    pub fn view(self) -> AnyView {
        let Self { node, title, text, parts, send } = self;
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            send();
        };
        view! {
            <dialog class="question" aria-labelledby="question-title" aria-describedby="question-text" node_ref=node>
                <form novalidate on:submit=submit>
                    <header>
                        <h2 id="question-title">{title}</h2>
                        <p class="lead" id="question-text">{text}</p>
                    </header>
                    {parts}
                </form>
            </dialog>
        }
        .into_any()
    }
}

/// Asks. A browser that cannot is asked nothing.
pub fn open(node: NodeRef<html::Dialog>) {
    if let Some(dialog) = node.get_untracked() {
        let _ = dialog.show_modal();
    }
}

/// Asks, with the focus on the answer that does no harm.
pub fn open_at(node: NodeRef<html::Dialog>, answer: &str) {
    open(node);
    let answer = node.get_untracked().and_then(|dialog| dialog.query_selector(answer).ok().flatten());
    if let Some(answer) = answer.and_then(|answer| answer.dyn_into::<HtmlElement>().ok()) {
        let _ = answer.focus();
    }
}

/// The question is over.
pub fn close(node: NodeRef<html::Dialog>) {
    if let Some(dialog) = node.get_untracked() {
        dialog.close();
    }
}
