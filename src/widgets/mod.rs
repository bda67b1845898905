//! The parts that screens are made of. They know how a thing looks and behaves, and nothing of login.
//!
//! What a part is given is boxed: one shape of each part for all screens keeps the app small. Leptos makes code for every
//! type of view and closure it meets; a part that took `impl Fn` weighed as much again on each screen.

pub mod button;
#[cfg(feature = "whole")]
pub mod checkbox;
#[cfg(feature = "whole")]
pub mod checklist;
#[cfg(feature = "whole")]
pub mod dialog;
pub mod field;
pub mod heading;
pub mod note;
#[cfg(feature = "whole")]
pub mod qr;
#[cfg(feature = "whole")]
pub mod setting;
pub mod tick;

use leptos::prelude::AnyView;

/// A text that follows the language and whatever else it depends on.
pub type Words = Box<dyn Fn() -> String + Send>;

/// Whether something is so, followed.
pub type Flag = Box<dyn Fn() -> bool + Send>;

/// Parts that come and go.
pub type Live = Box<dyn Fn() -> Vec<AnyView> + Send>;

/// The value of an `aria-…` attribute that is there only while something is so.
pub type Aria = Box<dyn Fn() -> Option<&'static str> + Send>;

fn aria(flag: Flag) -> Aria {
    Box::new(move || flag().then_some("true"))
}
