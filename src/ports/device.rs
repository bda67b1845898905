//! What the device around the page takes from it: the clipboard, files and paper. It knows nothing of what is on them.

use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, Url};

use super::page::{get, method};

/// Puts a text onto the clipboard; whether that went well.
pub async fn copy(text: &str) -> bool {
    let clipboard = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "clipboard"));
    let writing = clipboard.and_then(|clipboard| method(&clipboard, "writeText")?.call1(&clipboard, &text.into()).ok());
    let written = match writing.and_then(|writing| writing.dyn_into::<Promise>().ok()) {
        Some(writing) => JsFuture::from(writing).await.is_ok(),
        None => false,
    };
    // Outside a secure context, and in some apps' browsers, there is no such clipboard, or it may not be written to.
    written || copy_selected(text).unwrap_or(false)
}

/// The old way: what is selected is copied.
fn copy_selected(text: &str) -> Option<bool> {
    let (body, focused) = (document().body()?, document().active_element());
    let area = document().create_element("textarea").ok()?.dyn_into::<HtmlElement>().ok()?;
    area.set_class_name("visually-hidden");
    // No keyboard comes up for it.
    area.set_attribute("readonly", "").ok()?;
    Reflect::set(&area, &"value".into(), &text.into()).ok()?;
    body.append_child(&area).ok()?;
    let _ = method(&area, "select").and_then(|select| select.call0(&area).ok());
    let copied = method(&document(), "execCommand").and_then(|run| run.call1(&document(), &"copy".into()).ok());
    area.remove();
    if let Some(focused) = focused.and_then(|focused| focused.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    copied.map(|copied| copied.is_truthy())
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
    // Some browsers fetch it only when the member has said that it may be kept.
    set_timeout(move || drop(Url::revoke_object_url(&url)), Duration::from_secs(40));
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
