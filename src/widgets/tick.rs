//! One box that may be ticked or not, with what that means. Nothing can be wrong with it.

use leptos::html::Input;
use leptos::prelude::*;

use super::Words;

/// A box, not ticked at first. Whether it is ticked is its own: it is read when the form is sent.
pub struct Tick {
    /// Its `name`, also its id.
    pub name: &'static str,
    pub node: NodeRef<Input>,
    pub label: Words,
}

impl Tick {
    pub fn view(self) -> AnyView {
        let Self { name, node, label } = self;
        view! {
            <div class="tick">
                <input id=name type="checkbox" name=name node_ref=node/>
                <label for=name>{label}</label>
            </div>
        }
        .into_any()
    }
}

/// Whether a box is ticked now; one that is not there is not.
pub fn is_ticked(node: NodeRef<Input>) -> bool {
    node.get_untracked().is_some_and(|input| input.checked())
}
