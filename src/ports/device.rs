//! What the device around the page takes from it: the clipboard, files and paper. It knows nothing of what is on them.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, Url};

use super::page::{get, method};

/// Puts a text onto the clipboard; whether that went well.
pub async fn copy(text: &str) -> bool {
    let navigator = get(&js_sys::global(), "navigator");
    // Outside a secure context, and in some apps' browsers, there is none.
    let Some(clipboard) = navigator.and_then(|navigator| get(&navigator, "clipboard")) else { return false };
    let write = method(&clipboard, "writeText").and_then(|write| write.call1(&clipboard, &text.into()).ok());
    match write.and_then(|writing| writing.dyn_into::<Promise>().ok()) {
        Some(writing) => JsFuture::from(writing).await.is_ok(),
        None => false,
    }
}

/// Saves a text as a file of this name, where the browser keeps such files. The page itself keeps nothing.
pub fn save(name: &str, text: &str) {
    let Some(url) = blob(text).and_then(|blob| Url::create_object_url_with_blob(&blob).ok()) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        let attribute = |name, value| link.set_attribute(name, value).is_ok();
        if attribute("href", &url) && attribute("download", name) {
            link.click();
        }
    }
    let _ = Url::revoke_object_url(&url);
}

fn blob(text: &str) -> Option<web_sys::Blob> {
    let make: Function = get(&js_sys::global(), "Blob")?.dyn_into().ok()?;
    let kind = Object::new();
    Reflect::set(&kind, &"type".into(), &"text/plain;charset=utf-8".into()).ok()?;
    let parts: JsValue = Array::of1(&text.into()).into();
    Reflect::construct(&make, &Array::of2(&parts, &kind)).ok()?.dyn_into().ok()
}

/// Prints the page.
pub fn print() {
    let _ = window().print();
}
