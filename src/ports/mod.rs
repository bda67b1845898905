//! One door to the world each: the backend, and the page the app lives in. Only the driver and `main` go through them.

pub mod api;
mod json;
pub mod page;
