//! `register_device`: this device or a security key is to be known from now on, by a name (FEATURES S4, T5).

use daemun_flow::Event;
use daemun_protocol::{ActionName, DeviceKind, Step};
use leptos::html::Input;
use leptos::prelude::*;

use super::device_name::{field, suggested, typed};
use super::form::{About, form, submit, ways, wrong};
use crate::gate::Gate;
use crate::i18n::{Text, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let kind = gate.step_once(|step| if let Step::RegisterDevice { kind, .. } = step { Some(*kind) } else { None });
    let kind = kind.unwrap_or(DeviceKind::Device);
    let (title, lead) = match kind {
        DeviceKind::Device => (Text::RegisterDeviceTitle, Text::RegisterDeviceLead),
        DeviceKind::SecurityKey => (Text::RegisterDeviceKeyTitle, Text::RegisterDeviceKeyLead),
    };
    let name = NodeRef::<Input>::new();
    let parts = vec![
        heading_with(say(title), None, say(lead)),
        field(name, suggested(kind), wrong(gate, About::ALL)).view(),
        submit(gate, Text::RegisterDeviceSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || gate.tell(Event::AskedDevice { given: typed(name, suggested(kind)) })), parts)
}
