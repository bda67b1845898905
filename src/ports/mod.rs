//! One door to the world each: the backend, and the page the app lives in. Screens and widgets
//! never go through them; the driver does, and what starts, mounts and hands over the app.

pub mod api;
#[cfg(feature = "whole")]
pub mod device;
pub mod host;
mod json;
pub mod page;
#[cfg(feature = "whole")]
pub mod push;
#[cfg(feature = "whole")]
pub mod quick_login;
pub mod webauthn;
