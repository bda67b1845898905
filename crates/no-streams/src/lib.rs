//! No streams. Leptos brings server functions, and they bring the crate `wasm-streams`, whose classes wasm-bindgen exports: what is
//! exported is kept, with all that it calls, in an app that never streams anything. This has the same shape and does nothing, and
//! whoever makes a server function after all is told by a panic. `Cargo.toml` puts it in the other's place.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use wasm_bindgen::JsValue;

/// Nothing makes one.
#[derive(Debug)]
pub enum ReadableStream {}

impl ReadableStream {
    /// # Panics
    /// Always.
    pub fn from_raw(_raw: web_sys::ReadableStream) -> Self {
        none()
    }

    /// # Panics
    /// Always.
    pub fn from_stream<S>(_stream: S) -> Self
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        none()
    }

    pub fn into_raw(self) -> web_sys::ReadableStream {
        match self {}
    }

    pub fn into_stream(self) -> Nothing {
        match self {}
    }
}

fn none() -> ! {
    panic!("this app is built without streams (crates/no-streams)")
}

/// What such a stream would give.
#[derive(Debug)]
pub enum Nothing {}

impl Stream for Nothing {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match *self {}
    }
}
