//! One box to tick, with what it means, where to read more, and what is wrong with it.

use leptos::html::Input;
use leptos::prelude::*;

use super::field::{Complaint, alert};
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
    /// Where there is more to read: a web address, which opens beside this page so that what was entered here stays.
    pub more: Option<(String, Words)>,
    pub ticked: bool,
    pub required: bool,
    pub wrong: Complaint,
}

impl Checkbox {
    pub fn view(self) -> AnyView {
        let Self { name, value, node, label, more, ticked, required, wrong } = self;
        let id = format!("{name}-{value}");
        let (is_wrong, what_is_wrong, role) = (wrong.clone(), wrong.clone(), alert(wrong.clone()));
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
        let more = more.map(|(url, words)| beside(&id, url, words));
        view! {
            <div class="tick">
                <input id=id.clone() type="checkbox" name=name value=value checked=ticked required=required node_ref=node aria-invalid=invalid
                    aria-describedby=format!("{id}-wrong")/>
                <label for=id.clone() id=format!("{id}-label")>{label}</label>
                {more}
                <div role=role id=format!("{id}-wrong")>{complaint}</div>
            </div>
        }
        .into_any()
    }
}

/// The link to what a box is about. Heard alone, it says what there is to read.
fn beside(id: &str, url: String, words: Words) -> AnyView {
    let own = format!("{id}-more");
    let named = format!("{own} {id}-label");
    view! { <a id=own href=url target="_blank" rel="noopener" aria-labelledby=named>{words}</a> }.into_any()
}
