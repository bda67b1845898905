//! `find_id`: where a member may be reached whose ID is forgotten (FEATURES L10).

use daemun_protocol::{ActionName, Channel, Step};
use leptos::prelude::AnyView;

use super::contact_form::ContactForm;
use crate::gate::Gate;
use crate::i18n::Text;

fn asked(step: &Step) -> Option<(Option<String>, Vec<Channel>)> {
    if let Step::FindId { identifier, channels } = step { Some((identifier.clone(), channels.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let (identifier, channels) = gate.step_once(asked).unwrap_or_default();
    let form = ContactForm {
        title: Text::FindTitle,
        lead: Text::FindLead,
        email_lead: Text::FindEmailLead,
        ways: &[(ActionName::Back, Text::ActionBack)],
    };
    form.view(gate, identifier, &channels)
}
