//! This device's keys for quick login. The page's own script keeps them and signs with them (`page/quick-login.js`); none of them can be
//! read out.

use daemun_protocol::{Possession, StepKind};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::json::Json;
use super::page::{daemun, get, method};

/// What this app and its host can do, as the backend is told it.
pub fn capabilities() -> Vec<String> {
    let told = get(&daemun(), "capabilities").and_then(|told| told.dyn_into::<Array>().ok());
    told.into_iter().flat_map(|told| told.iter().filter_map(|name| name.as_string()).collect::<Vec<_>>()).collect()
}

/// Whether there is a key of this name.
pub async fn has(key: &str) -> bool {
    let asked = method(&daemun(), "hasKey").and_then(|has| has.call1(&JsValue::NULL, &key.into()).ok());
    resolved(asked).await.is_some_and(|has| has.is_truthy())
}

/// Signs a step's challenge; `None`: there is no such key, and none can be made.
pub async fn sign(step: StepKind, key: &str, challenge: &str) -> Option<Possession> {
    let asked = method(&daemun(), "signs")
        .and_then(|signs| signs.call3(&JsValue::NULL, &step.as_str().into(), &key.into(), &challenge.into()).ok());
    let said = resolved(asked).await?.as_string()?;
    Json::parse(&said).and_then(|said| Possession::read(&said))
}

/// The backend knows none of them.
pub fn forget() {
    let _ = method(&daemun(), "forgetKeys").and_then(|forget| forget.call0(&JsValue::NULL).ok());
}

async fn resolved(asked: Option<JsValue>) -> Option<JsValue> {
    JsFuture::from(asked?.dyn_into::<Promise>().ok()?).await.ok()
}
