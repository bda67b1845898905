//! Notifications by the browser's Push API. The page's own script speaks with the browser (`daemun.subscribe` in `page/push.js`).

use daemun_protocol::PushSubscription;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::json::Json;
use super::page::{daemun, get, method};

/// Why a browser gave no subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSubscribed {
    /// Notifications of this site are forbidden, now or long ago.
    Denied,
    /// The question was closed without an answer.
    Dismissed,
    /// The browser, or its push service, could not.
    Failed,
}

/// Whether this browser knows such a thing.
pub fn is_there() -> bool {
    get(&daemun(), "pushes").is_some_and(|pushes| pushes.is_truthy())
}

/// Whether this browser would show some still, as far as it knows.
pub async fn is_notified() -> bool {
    let asked = method(&daemun(), "notified").and_then(|notified| notified.call0(&JsValue::NULL).ok());
    match asked.and_then(|asked| asked.dyn_into::<Promise>().ok()) {
        Some(asked) => JsFuture::from(asked).await.is_ok_and(|said| said.is_truthy()),
        None => false,
    }
}

/// Asks the member and the browser, for messages signed by `key`.
pub async fn subscribe(key: &str) -> Result<PushSubscription, NotSubscribed> {
    let asked = method(&daemun(), "subscribe").and_then(|subscribe| subscribe.call1(&JsValue::NULL, &key.into()).ok());
    let said = match asked.and_then(|asked| asked.dyn_into::<Promise>().ok()) {
        Some(asked) => JsFuture::from(asked).await.ok().and_then(|said| said.as_string()).unwrap_or_default(),
        None => String::new(),
    };
    Json::parse(&said).and_then(|said| PushSubscription::read(&said)).ok_or(match said.as_str() {
        "Denied" => NotSubscribed::Denied,
        "Dismissed" => NotSubscribed::Dismissed,
        _ => NotSubscribed::Failed,
    })
}
