//! axe-core, run inside the page with every rule for WCAG 2.2 AA and every best practice, none of them disabled.

use std::fmt::Write as _;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::member::Member;

static SOURCE: OnceLock<String> = OnceLock::new();

/// axe-core in the page that a member looks at.
pub struct Axe<'m>(&'m Member<'m>);

impl<'m> Axe<'m> {
    /// Brings axe-core into the page; it stays until the page goes.
    pub async fn brought_to(member: &'m Member<'m>) -> Self {
        let source = SOURCE.get_or_init(|| {
            let path = std::env::var_os("DAEMUN_AXE").filter(|value| !value.is_empty());
            let path = path.expect(
                "DAEMUN_AXE must name axe.min.js of axe-core: `cargo xtask test` sets it up and says where it is",
            );
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("DAEMUN_AXE, {}: {error}", path.display()))
        });
        member.browser.cdp("Runtime.evaluate", json!({ "expression": format!("{source};0") })).await;
        Self(member)
    }

    /// Panics with what axe found, for people to read.
    pub async fn finds_nothing(&self, place: &str) {
        // `target-size` is WCAG 2.2 AA and waits to be asked for; the rest runs by itself.
        let script = r#"
            const done = arguments[arguments.length - 1];
            axe.run(document, { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] })
                .then((results) => done(results.violations), (error) => done([{ id: "axe itself", help: String(error), nodes: [] }]));
        "#;
        let violations = self.0.runs_until_done(script, Vec::new()).await;
        let violations = violations.as_array().cloned().unwrap_or_default();
        let mut told = String::new();
        for violation in &violations {
            writeln!(told, "{}: {} ({})", violation["id"], violation["help"], violation["helpUrl"]).expect("a line");
            for node in violation["nodes"].as_array().into_iter().flatten() {
                let why =
                    node["any"].as_array().into_iter().chain(node["all"].as_array()).chain(node["none"].as_array());
                let why: Vec<&Value> = why.flatten().map(|check| &check["message"]).collect();
                writeln!(told, "    {} {why:?}", node["html"]).expect("a line");
            }
        }
        assert!(violations.is_empty(), "axe-core finds on {place}:\n{told}");
    }
}
