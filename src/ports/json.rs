//! The browser's own JSON: parsed by it, looked into through it. Ours would weigh more than the rest of this folder.

use daemun_protocol::Tree;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A value that the browser has parsed.
pub struct Json(JsValue);

impl Json {
    pub fn parse(text: &str) -> Option<Self> {
        js_sys::JSON::parse(text).ok().map(Self)
    }
}

impl Tree for Json {
    const READS_ALL_STEPS: bool = cfg!(feature = "whole");

    fn child(&self, name: &str) -> Option<Self> {
        // Only an object's own members: `toString` is nobody's answer.
        let object = self.0.dyn_ref::<Object>().filter(|object| Object::has_own(object, &name.into()))?;
        let value = Reflect::get(object, &name.into()).ok()?;
        (!value.is_null() && !value.is_undefined()).then_some(Self(value))
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<u64> {
        let number = self.0.as_f64()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at before")]
        ((0.0..=9_007_199_254_740_991.0).contains(&number) && number % 1.0 == 0.0).then_some(number as u64)
    }

    fn is_true(&self) -> bool {
        self.0.as_bool() == Some(true)
    }

    fn items(&self) -> Vec<Self> {
        self.0.dyn_ref::<Array>().map(|array| array.iter().map(Self).collect()).unwrap_or_default()
    }

    fn json(&self) -> Option<String> {
        js_sys::JSON::stringify(&self.0).ok().map(String::from)
    }

    fn names(&self) -> Vec<String> {
        let keys = self.0.dyn_ref::<Object>().map(Object::keys);
        keys.map(|keys| keys.iter().filter_map(|key| key.as_string()).collect()).unwrap_or_default()
    }
}
