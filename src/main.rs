//! The login frontend: starts the driver on this page's way in and puts the screens where the page has kept their place.

mod app;
mod deployment;
mod driver;
mod gate;
mod handover;
mod i18n;
#[cfg(feature = "whole")]
mod notifications;
mod ports;
#[cfg(feature = "whole")]
mod quick_login;
mod screens;
#[cfg(feature = "whole")]
mod takeaway;
mod widgets;

use std::time::Duration;

use daemun_flow::Event;
use leptos::prelude::set_timeout;

/// Whether this is the app with all screens, or the login path alone (see ARCHITECTURE.md, "Two bundles").
const WHOLE: bool = cfg!(feature = "whole");

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        ports::page::fail("panic");
    }));
    let (words, language) = ports::page::words();
    i18n::begin(words, &language);
    ports::page::on_language(|words, language| i18n::speak(words, &language));
    let gate = driver::start(app::shows);
    let shell = handover::Shell::find();
    app::mount(gate);
    shell.hand_over(gate);
    ports::page::started();
    // A task of its own: whoever types now is not kept waiting by the first request.
    set_timeout(|| driver::tell(Event::Began), Duration::ZERO);
}
