//! A QR code as another way for a device that is in to come to the request, shown to who asks for it (FEATURES L5, D2). It leads there
//! and answers nothing. Its time is counted down here; when it is over, another one can be had.

use daemun_protocol::{Action, ActionName, QrLink, Step};
use leptos::prelude::*;

use crate::gate::Gate;
use crate::i18n::{Text, filled, said, say, span};
use crate::widgets::Live;
use crate::widgets::button::{Button, Rank};
use crate::widgets::qr::qr;

fn link(step: &Step) -> Option<QrLink> {
    if let Step::MatchNumber { qr, .. } | Step::WaitApproval { qr, .. } = step { qr.clone() } else { None }
}

/// The code with its time and its button; nothing where the step does not offer it.
pub fn qr_way(gate: Gate) -> AnyView {
    let is_offered = Memo::new(move |_| gate.offers(ActionName::ShowQr));
    let code = Memo::new(move |_| gate.step(link).filter(|link| gate.seconds_until_time(link.expires_at) > 0));
    // The step forgets a code that is over; who looks at the screen is told.
    let had_one = Memo::new(move |had: Option<&bool>| had.is_some_and(|had| *had) || code.with(Option::is_some));
    let parts: Live = Box::new(move || match is_offered.get() {
        true => vec![picture(code), left(gate, code), told(gate, code, had_one), button(gate, had_one)],
        false => Vec::new(),
    });
    view! { <div class="by-qr">{parts}</div> }.into_any()
}

fn picture(code: Memo<Option<QrLink>>) -> AnyView {
    let picture: Live =
        Box::new(move || code.get().map(|link| qr(&link.url, say(Text::QrPicture))).into_iter().collect());
    view! { {picture} }.into_any()
}

fn left(gate: Gate, code: Memo<Option<QrLink>>) -> AnyView {
    let left = move || {
        let left = code.get().map(|link| span(gate.seconds_until_time(link.expires_at)));
        left.map(|left| filled(Text::QrLeft, &[("time", &left)])).unwrap_or_default()
    };
    view! { <p class="aside" role="timer">{left}</p> }.into_any()
}

/// What a code is for, as one comes, also in the place of another, and that it is over.
fn told(gate: Gate, code: Memo<Option<QrLink>>, had_one: Memo<bool>) -> AnyView {
    let told = move || match (code.with(Option::is_some), had_one.get()) {
        (true, _) if gate.is_busy_with(ActionName::ShowQr) => String::new(),
        (true, _) => said(Text::QrNote),
        (false, true) => said(Text::QrOver),
        (false, false) => String::new(),
    };
    view! { <p class="aside" role="status">{told}</p> }.into_any()
}

/// It stays where it is, and the focus with it.
fn button(gate: Gate, had_one: Memo<bool>) -> AnyView {
    let label = move || said(if had_one.get() { Text::QrRenew } else { Text::QrShow });
    let button = Button {
        press: Box::new(move || gate.act(Action::ShowQr)),
        busy: Box::new(move || gate.is_busy_with(ActionName::ShowQr)),
        ..Button::new(Rank::Quiet, ActionName::ShowQr.as_str(), Box::new(label))
    };
    view! { <div class="ways">{button.view()}</div> }.into_any()
}
