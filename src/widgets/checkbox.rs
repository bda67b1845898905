//! One box to tick, with what it means, where to read more, and what is wrong with it.

use leptos::html::Input;
use leptos::prelude::*;

use super::field::Complaint;
use super::note::line;
use super::{Aria, Live, Words};

/// A box. Whether it is ticked is its own: it is read when the form is sent.
pub struct Checkbox {
    /// The `name` of the group.
    pub name: &'static str,
    /// Its `value`; with the name its id.
    pub value: String,
    pub node: NodeRef<Input>,
    pub label: Words,
    /// A link that opens beside this page.
    pub more: Option<AnyView>,
    pub ticked: bool,
    pub wrong: Complaint,
}

impl Checkbox {
    pub fn view(self) -> AnyView {
        let Self { name, value, node, label, more, ticked, wrong } = self;
        let id = format!("{name}-{value}");
        let (is_wrong, what_is_wrong) = (wrong.clone(), wrong.clone());
        Effect::new(move |led: Option<bool>| {
            let leads = wrong().is_some_and(|wrong| wrong.leads);
            if leads
                && led != Some(true)
                && let Some(input) = node.get_untracked()
            {
                let _ = input.focus();
            }
            leads
        });
        let invalid: Aria = Box::new(move || is_wrong().map(|_| "true"));
        let complaint: Live =
            Box::new(move || what_is_wrong().map(|wrong| line("wrong", "error", wrong.note)).into_iter().collect());
        view! {
            <div class="tick">
                <input id=id.clone() type="checkbox" name=name value=value checked=ticked node_ref=node aria-invalid=invalid
                    aria-describedby=format!("{id}-wrong")/>
                <label for=id.clone()>{label}</label>
                {more}
                <div role="alert" id=format!("{id}-wrong")>{complaint}</div>
            </div>
        }
        .into_any()
    }
}

/// A link to what a box is about, which opens beside this page: what was entered here stays.
pub fn beside(url: String, words: Words) -> AnyView {
    view! { <a href=url target="_blank" rel="noopener">{words}</a> }.into_any()
}

/// Whether a box is ticked now.
pub fn is_ticked(node: NodeRef<Input>) -> bool {
    node.get_untracked().is_some_and(|input| input.checked())
}
