//! `enrol_contact`: a first contact for second factors, verified before it counts (FEATURES T2, T4).

use daemun_protocol::{ActionName, Channel, Step};
use leptos::prelude::AnyView;

use super::contact_form::ContactForm;
use crate::gate::Gate;
use crate::i18n::Text;

fn asked(step: &Step) -> Option<(Option<String>, Vec<Channel>)> {
    if let Step::EnrolContact { identifier, channels } = step {
        Some((identifier.clone(), channels.clone()))
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let (identifier, channels) = gate.step_once(asked).unwrap_or_default();
    let form = ContactForm {
        title: Text::EnrolTitle,
        lead: Text::EnrolLead,
        email_lead: Text::EnrolEmailLead,
        ways: &[(ActionName::Back, Text::ActionBack), (ActionName::UseAuthenticator, Text::EnrolUseAuthenticator)],
    };
    form.view(gate, identifier, &channels)
}
