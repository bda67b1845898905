//! The field for what a member calls a device of theirs (FEATURES S4).

use daemun_flow::ThisDevice;
use daemun_protocol::DeviceKind;
use leptos::html::Input;
use leptos::prelude::*;

use crate::i18n::{Text, filled, said, say};
use crate::takeaway;
use crate::widgets::field::{Complaint, Field, Purpose, value};

const NAME: Purpose = Purpose::plain("name");

/// No name of a device is longer.
const LONGEST: u32 = 60;

/// The field, with the name that it begins with.
pub fn field(node: NodeRef<Input>, text: String, wrong: Complaint) -> Field {
    node.on_load(|input| input.set_max_length(LONGEST.cast_signed()));
    Field { text: Some(text), ..Field::new(NAME, node, say(Text::DeviceName), wrong) }
}

/// What was typed; an empty name is as good as none.
pub fn typed(node: NodeRef<Input>, else_named: String) -> String {
    let name = value(node).trim().to_owned();
    if name.is_empty() { else_named } else { name }
}

/// What a new one may be called, until the member calls it something else.
pub fn suggested(kind: DeviceKind) -> String {
    match (kind, takeaway::this_device()) {
        (DeviceKind::SecurityKey, _) => said(Text::DeviceKindKey),
        (DeviceKind::Device, ThisDevice { browser: Some(browser), system: Some(system) }) => {
            filled(Text::DeviceCalled, &[("browser", browser), ("system", system)])
        }
        (
            DeviceKind::Device,
            ThisDevice { browser: Some(name), system: None } | ThisDevice { browser: None, system: Some(name) },
        ) => name.to_owned(),
        (DeviceKind::Device, ThisDevice { browser: None, system: None }) => said(Text::DeviceHere),
    }
}
