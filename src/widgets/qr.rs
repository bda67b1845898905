//! A QR code in the page: dark on light in any theme, since not every camera reads the other way round.

use daemun_qr::{Drawing, draw};
use leptos::prelude::*;

use super::Words;

/// The picture of a text, called `label`; nothing, where the text is longer than a QR code can be.
pub fn qr(text: &str, label: Words) -> AnyView {
    let Some(Drawing { size, path }) = draw(text) else { return ().into_any() };
    view! {
        <svg class="qr" viewBox=format!("0 0 {size} {size}") shape-rendering="crispEdges" role="img" aria-label=label>
            <path d=path/>
        </svg>
    }
    .into_any()
}
