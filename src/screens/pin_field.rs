//! A field for a PIN: it shows nothing of it, and keeps the digits alone (FEATURES L7, S7).

use std::rc::Rc;

use daemun_flow::digits;
use leptos::html::Input;
use leptos::prelude::*;

use crate::i18n::{Text, say};
use crate::widgets::field::{Complaint, Field, Purpose};

/// Nothing that a browser keeps or fills in.
pub const DIGITS: Purpose = Purpose { name: "", kind: "password", autocomplete: "off", inputmode: "numeric" };

/// The field.
pub fn pin_field(purpose: Purpose, node: NodeRef<Input>, label: Text, hint: Text, wrong: Complaint) -> AnyView {
    let typed = move |_| {
        let Some(input) = node.get_untracked() else { return };
        let kept = digits(&input.value());
        if kept != input.value() {
            input.set_value(&kept);
        }
    };
    Field { hint: say(hint), typed: Rc::new(typed), ..Field::new(purpose, node, say(label), wrong) }.view()
}
