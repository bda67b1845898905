//! The protocol's own examples as answers: a screen is seen without the backend that would lead to it.

use std::path::Path;

use serde_json::Value;

use super::gate::Gate;
use super::member::Member;
use super::sight::Sight;
use super::wire::{Requests, Tampered, Tampering};

/// One of the golden messages.
pub fn golden(name: &str) -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/protocol/golden").join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Gate {
    /// Whoever begins a flow is given this one.
    pub fn begins_with(&self, flow: &Value) -> Tampered {
        self.wire.tamper(Requests::posts("/flows"), Tampering::answer(201, "application/json", flow.to_string()))
    }

    /// Whoever submits something is refused like this.
    pub fn refuses_with(&self, problem: &Value) -> Tampered {
        let answer = Tampering::answer(422, "application/problem+json", problem.to_string());
        self.wire.tamper(Requests::posts("/actions/submit"), answer)
    }
}

impl Member<'_> {
    /// Opens a page that comes to this flow at once, whatever its step.
    pub async fn stands_at(&self, page: &str, flow: &Value) -> Sight {
        let begun = self.gate.begins_with(flow);
        self.opens(page).await;
        let sight = self.comes_to(flow["step"]["type"].as_str().expect("a step")).await;
        begun.lift();
        sight
    }
}
