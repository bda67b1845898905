//! Whoever embeds the page: another site's page around this one, or the native app whose webview this is. `page/host.js` is loaded for
//! them alone. It knows who may be told and heard, and tells them by what `page::show` writes on the document's root (FEATURES X7).

use js_sys::Array;

use super::page::{call, daemun, get};

/// Tells that the flow is complete: `redirect_to`, or a `handoff`. Whether the host goes on by itself.
pub fn takes(what: &str, value: &str) -> bool {
    call(&daemun(), "complete", &Array::of2(&what.into(), &value.into())).is_some_and(|takes| takes.is_truthy())
}

/// What a native app around the page says of itself. `handoff`: by what it takes the sign-in over, which nobody else can be given.
/// `accountList`: the secret of the list that it shares with others.
pub fn says(what: &str) -> Option<String> {
    get(&daemun(), what).and_then(|said| said.as_string())
}

/// Whether the page is within another one.
#[cfg(feature = "whole")]
pub fn is_framed() -> bool {
    get(&daemun(), "framed").is_some_and(|framed| framed.is_truthy())
}
