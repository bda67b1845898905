//! `notice` `joined`: welcome, the way in, and the platform's app for the device at hand (FEATURES E4, E5, E7).

use daemun_flow::{may_lead_to, may_open};
use daemun_protocol::{Action, ActionName, AppLink};
use leptos::prelude::*;

use super::form::{form, primary};
use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say};
use crate::widgets::heading::heading_with;

pub fn view(gate: Gate) -> AnyView {
    let title = move || filled(Text::NoticeJoinedTitle, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let parts = vec![
        heading_with(Box::new(title), Some("joined".into()), say(Text::NoticeJoinedText)),
        primary(gate, ActionName::Start, Text::JoinedStart),
        view! { <nav class="ways">{gate.deployment.app().map(apps)}</nav> }.into_any(),
    ];
    form(gate, Box::new(move || gate.act(Action::Start)), parts)
}

/// Links to the app, as far as they lead somewhere safe.
fn apps(AppLink { open, get, .. }: AppLink) -> Vec<AnyView> {
    let open = open.filter(|url| may_open(url)).map(|url| link("open_app", url, Text::JoinedOpenApp));
    let get = may_lead_to(&get).then(|| link("get_app", get, Text::JoinedGetApp));
    open.into_iter().chain(get).collect()
}

fn link(name: &'static str, url: String, label: Text) -> AnyView {
    view! { <a class="quiet" data-action=name href=url rel="noopener">{move || said(label)}</a> }.into_any()
}
