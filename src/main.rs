//! The login frontend: starts the driver on this page's way in and puts the screens where the page has kept their place.

mod app;
mod driver;
mod gate;
mod handover;
mod i18n;
mod ports;
mod screens;
mod widgets;

use daemun_flow::Event;

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        ports::page::fail("panic");
    }));
    let (words, language) = ports::page::words();
    i18n::begin(words, &language);
    ports::page::on_language(|words, language| i18n::speak(words, &language));
    let gate = driver::start();
    let shell = handover::Shell::find();
    app::mount(gate);
    driver::tell(Event::Began);
    shell.hand_over(gate);
    ports::page::started();
}
