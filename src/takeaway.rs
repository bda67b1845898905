//! What a member takes away from a screen: a text for the clipboard, a file, a sheet of paper, the link that led here, and what
//! the device is called that it is taken to.
//! Screens ask for it here, since they touch no port.

use daemun_flow::{InApp, ThisDevice};
use daemun_protocol::Secret;
use leptos::reactive::spawn_local;

use crate::ports::{device, page};

/// Copies a text, and says whether that went well.
pub fn copy(text: Secret, done: impl FnOnce(bool) + 'static) {
    spawn_local(async move { done(device::copy(text.expose()).await) });
}

/// Saves a text as a file.
pub fn save(name: &str, text: &Secret) {
    device::save(name, text.expose());
}

/// Prints the page, of which the styles leave what is worth paper.
pub fn print() {
    device::print();
}

/// The app whose own browser this is.
pub fn in_app() -> Option<InApp> {
    InApp::of(&page::agent())
}

/// What this device could be called.
pub fn this_device() -> ThisDevice {
    page::this_device()
}

/// The link that led here, as long as the page still has it.
pub fn link() -> Option<Secret> {
    page::link(None)
}

/// The link as the app around this browser opens it in another one; `None` where there is no such way, or it was gone already.
pub fn link_outside() -> Option<Secret> {
    page::link(Some(in_app()?.way_out()?))
}

/// Goes there.
pub fn open(link: &Secret) {
    page::leave(link.expose());
}
