//! Takes out of the app what nobody calls. wasm-bindgen exports the classes of every crate it meets, used or not (Leptos
//! brings some for streaming that this app has no use for), and what is exported cannot be optimised away.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::command;
use crate::failure::{OrFail, Result};

const REMEDY: &str = "look at the messages above; wasm-bindgen's output may have a new shape: mend xtask/src/shake.rs";

/// Features that all browsers have had since 2022; `Trunk.toml` names the same ones.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The glue without classes and without the imports that the shaken wasm no longer asks for; `wasm` is rewritten.
pub fn shake(binaryen: &Path, glue: &str, wasm: &Path) -> Result<String> {
    let glue = without_classes(glue);
    let called = names_after(&glue, "wasm.");
    let outside = json!({ "name": "glue", "root": true, "reaches": called });
    let exports = called.iter().map(|name| json!({ "name": name, "export": name }));
    let graph = serde_json::Value::Array([outside].into_iter().chain(exports).collect());
    let graph_file = wasm.with_extension("graph.json");
    fs::write(&graph_file, graph.to_string()).or_fail("cannot write the graph of exports", REMEDY)?;

    let shaken = wasm.with_extension("shaken.wasm");
    command::read(
        Command::new(binaryen.join("wasm-metadce"))
            .args(FEATURES)
            .arg(wasm)
            .arg(format!("--graph-file={}", graph_file.display()))
            .arg("-o")
            .arg(&shaken),
        REMEDY,
    )?;
    command::run(
        Command::new(binaryen.join("wasm-opt"))
            .args(FEATURES)
            .args(["-Oz", "--converge", "--low-memory-unused", "--strip-debug", "--strip-producers"])
            .arg(&shaken)
            .arg("-o")
            .arg(wasm),
        REMEDY,
    )?;
    for file in [graph_file, shaken] {
        fs::remove_file(&file).or_fail(format!("cannot remove {}", file.display()), REMEDY)?;
    }
    let wasm = fs::read(wasm).or_fail(format!("cannot read {}", wasm.display()), REMEDY)?;
    Ok(without_imports(&glue, |name| wasm.windows(name.len()).any(|window| window == name.as_bytes())))
}

/// The glue without `export class …` blocks and what registers them for disposal.
fn without_classes(glue: &str) -> String {
    let mut kept = String::with_capacity(glue.len());
    let mut dropping_until: Option<&str> = None;
    for line in glue.lines() {
        if let Some(end) = dropping_until {
            if line.ends_with(end) && !line.starts_with(' ') || line.ends_with(end) && end == ";" {
                dropping_until = None;
            }
        } else if line.starts_with("export class ") {
            dropping_until = Some("}");
        } else if line.starts_with("const ") && line.contains("Finalization = ") {
            dropping_until = (!line.ends_with(';')).then_some(";");
        } else if !line.starts_with("if (Symbol.dispose)") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The glue without the functions that it offers to the wasm and that `is_asked_for` says nobody wants.
fn without_imports(glue: &str, is_asked_for: impl Fn(&str) -> bool) -> String {
    let mut kept = String::with_capacity(glue.len());
    let mut dropping = false;
    for line in glue.lines() {
        let offered = line.strip_prefix("        __wb").and_then(|rest| rest.split_once(": function("));
        if let Some((name, _)) = offered {
            dropping = !is_asked_for(&format!("__wb{name}"));
        }
        if !dropping {
            kept.push_str(line);
            kept.push('\n');
        }
        if line == "        }," {
            dropping = false;
        }
    }
    kept
}

/// The identifiers that follow `prefix`, each once.
fn names_after(text: &str, prefix: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut names: Vec<String> = text
        .split(prefix)
        .skip(1)
        .map(|rest| rest.chars().take_while(|letter| is_part(*letter)).collect())
        .filter(|name: &String| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::{names_after, without_classes, without_imports};

    const GLUE: &str = "export class Sink {\n    free() {\n        wasm.sink_free(1);\n    }\n}\n\
        if (Symbol.dispose) Sink.prototype[Symbol.dispose] = Sink.prototype.free;\n\
        function start() {\n    wasm.main();\n}\n    const import0 = {\n\
        \x20       __wbg_fetch_1: function(arg0) {\n            return fetch(arg0);\n        },\n\
        \x20       __wbg_sink_2: function(arg0) {\n            return arg0;\n        },\n    };\n\
        const SinkFinalization = (typeof F === 'undefined')\n    ? { register: () => {} }\n    : new F(p => wasm.sink_free(p));\n";

    #[test]
    fn classes_go_and_what_is_called_stays() {
        let glue = without_classes(GLUE);
        assert!(!glue.contains("Sink"), "{glue}");
        assert_eq!(names_after(&glue, "wasm."), ["main"]);
    }

    #[test]
    fn imports_that_nobody_asks_for_go() {
        let glue = without_imports(&without_classes(GLUE), |name| name == "__wbg_fetch_1");
        assert!(glue.contains("__wbg_fetch_1") && !glue.contains("__wbg_sink_2"), "{glue}");
        assert!(glue.ends_with("},\n    };\n"), "{glue}");
    }
}
