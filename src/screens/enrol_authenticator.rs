//! `enrol_authenticator`: an authenticator app takes a key, by its camera or by hand, and shows a first code (FEATURES T5).
//!
//! There is no link that opens the app on this device: any app may answer to `otpauth:`, and would have the key.

use std::rc::Rc;

use daemun_protocol::{ActionName, Secret, Step};
use leptos::prelude::*;

use super::buttons::copy_button;
use super::code_field::{AUTHENTICATOR_LENGTH, CodeField};
use super::form::{form, submit, ways};
use crate::gate::Gate;
use crate::i18n::{Text, said, say};
use crate::widgets::heading::heading_with;
use crate::widgets::qr::qr;

pub fn view(gate: Gate) -> AnyView {
    let asked = gate.step_once(|step| {
        if let Step::EnrolAuthenticator { key, uri } = step { Some((key.clone(), uri.clone())) } else { None }
    });
    let Some((key, uri)) = asked else { return ().into_any() };
    let code = CodeField::new();
    let parts = vec![
        heading_with(say(Text::AuthenticatorTitle), None, say(Text::AuthenticatorLead)),
        qr(uri.expose(), say(Text::AuthenticatorPicture)),
        by_hand(key),
        code.view(gate, AUTHENTICATOR_LENGTH, Box::new(String::new)),
        submit(gate, Text::CodeSubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    form(gate, Box::new(move || code.send(gate)), parts)
}

/// The key, in groups that the eye can keep.
fn by_hand(key: Secret) -> AnyView {
    let letters: Vec<char> = key.expose().chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
    view! {
        <div class="key">
            <p>{move || said(Text::AuthenticatorKey)}</p>
            <code>{groups}</code>
            {copy_button("copy_key", Text::AuthenticatorCopy, Text::CopyFailed, Rc::new(move || Some(key.clone())))}
        </div>
    }
    .into_any()
}
