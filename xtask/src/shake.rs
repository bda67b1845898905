//! Takes out of the app what nobody calls. wasm-bindgen exports the classes of every crate it meets, used or not (Leptos
//! brings some for streaming that this app has no use for), and what is exported cannot be optimised away. What is left is
//! given short names: wasm-bindgen's have a hash each, in the wasm and in the glue, and a hash cannot be compressed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::command;
use crate::failure::{Failure, OrFail, Result};

const REMEDY: &str = "look at the messages above; wasm-bindgen's output may have a new shape: mend xtask/src/shake.rs";

/// What wasm-bindgen calls the glue in the wasm; wasm-opt calls it `a`.
const MODULE: &str = "./daemun_bg.js";

/// Features that all browsers have had since 2022.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What counts is the size after brotli. A whole expression that stands twice costs it less than a local that holds it, and `-Os`
/// less than `-Oz`, whose code is smaller before and larger after: together 0.9 % of the wasm.
const SMALLER: &[&str] = &["-Os", "--skip-pass=local-cse"];

/// The glue without classes and without the imports that the shaken wasm no longer asks for, in short names; `wasm` is
/// rewritten and optimised.
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
    let names = command::read(
        Command::new(binaryen.join("wasm-opt"))
            .args(FEATURES)
            .args(SMALLER)
            .args(["--low-memory-unused", "--strip-debug", "--strip-producers", "--strip-target-features"])
            .arg("--minify-imports-and-exports-and-modules")
            .arg(&shaken)
            .arg("-o")
            .arg(wasm),
        REMEDY,
    )?;
    for file in [graph_file, shaken] {
        fs::remove_file(&file).or_fail(format!("cannot remove {}", file.display()), REMEDY)?;
    }
    let wasm = fs::read(wasm).or_fail(format!("cannot read {}", wasm.display()), REMEDY)?;
    in_short_names(&glue, &names, |name| wasm.windows(name.len()).any(|window| window == name.as_bytes()))
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

/// The glue in the short names that wasm-opt lists, without the functions that the wasm no longer asks for. What one of the
/// two would look for in vain keeps the app from starting, so it fails the build.
fn in_short_names(glue: &str, names: &str, is_in_wasm: impl Fn(&str) -> bool) -> Result<String> {
    let names: BTreeMap<String, Vec<Vec<String>>> =
        serde_json::from_str(names).or_fail("wasm-opt does not list names as it used to", REMEDY)?;
    let short = |kind: &str| -> BTreeMap<&str, &str> {
        let of_kind = names.get(kind).into_iter().flatten();
        let pairs = of_kind.filter_map(|name| match name.as_slice() {
            [.., long, short] => Some((long.as_str(), short.as_str())),
            _ => None,
        });
        pairs.collect()
    };
    let glue = with_imports(glue, short("imports"), &is_in_wasm)?;
    let glue = with_exports(&glue, &short("exports"))?;
    let (before, after) = glue
        .split_once(&format!("\"{MODULE}\": import0,"))
        .filter(|_| !is_in_wasm(MODULE))
        .ok_or_else(|| Failure::new(format!("the module `{MODULE}` cannot be given a short name"), REMEDY))?;
    Ok(format!("{before}a: import0,{after}"))
}

/// The glue with the functions that the wasm imports, under their short names, and with no others.
fn with_imports(glue: &str, mut short: BTreeMap<&str, &str>, is_in_wasm: impl Fn(&str) -> bool) -> Result<String> {
    let mut kept = String::with_capacity(glue.len());
    let mut dropping = false;
    for line in glue.lines() {
        let offered = line.trim_start().split_once(": function(").filter(|(name, _)| name.starts_with("__wb"));
        if let Some((name, rest)) = offered {
            let short = short.remove(name);
            if short.is_none() && is_in_wasm(name) {
                return Err(Failure::new(format!("wasm-opt gave the import `{name}` no short name"), REMEDY));
            }
            dropping = short.is_none();
            kept.extend(short.map(|short| format!("{short}: function({rest}\n")));
        } else if !dropping {
            kept.push_str(line);
            kept.push('\n');
        }
        if line == "        }," {
            dropping = false;
        }
    }
    match short.first_key_value() {
        Some((name, _)) => Err(Failure::new(format!("the glue has no function for the import `{name}`"), REMEDY)),
        None => Ok(kept),
    }
}

/// The glue calling the wasm's exports by their short names.
fn with_exports(glue: &str, short: &BTreeMap<&str, &str>) -> Result<String> {
    let mut pieces = glue.split("wasm.");
    let mut renamed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_at(name_length(piece));
        let short = short
            .get(name)
            .ok_or_else(|| Failure::new(format!("the glue calls `{name}`, which the wasm does not export"), REMEDY))?;
        renamed.extend(["wasm.", short, rest]);
    }
    Ok(renamed)
}

/// The identifiers that follow `prefix`, each once.
fn names_after<'text>(text: &'text str, prefix: &str) -> BTreeSet<&'text str> {
    let names = text.split(prefix).skip(1).map(|rest| &rest[..name_length(rest)]);
    names.filter(|name| !name.is_empty()).collect()
}

/// How long the identifier is that the text begins with.
fn name_length(text: &str) -> usize {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    text.find(|letter| !is_part(letter)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{in_short_names, names_after, without_classes};

    const GLUE: &str = "export class Sink {\n    free() {\n        wasm.sink_free(1);\n    }\n}\n\
        if (Symbol.dispose) Sink.prototype[Symbol.dispose] = Sink.prototype.free;\n\
        function start() {\n    wasm.main_2(wasm.main);\n}\n    const import0 = {\n        __proto__: null,\n\
        \x20       __wbg_fetch_1: function(arg0) {\n            return fetch(arg0);\n        },\n\
        \x20       __wbg_sink_2: function(arg0) {\n            return arg0;\n        },\n    };\n\
        \x20   return {\n        \"./daemun_bg.js\": import0,\n    };\n\
        const SinkFinalization = (typeof F === 'undefined')\n    ? { register: () => {} }\n    : new F(p => wasm.sink_free(p));\n";

    const NAMES: &str = r#"{ "imports": [["./daemun_bg.js", "__wbg_fetch_1", "$"]],
        "exports": [["main", "b"], ["main_2", "c"]] }"#;

    /// The glue as it comes out, or why the build fails; the wasm has a name that it was not rid of, or none.
    fn shortened(glue: &str, names: &str, left_in_wasm: &str) -> Result<String, String> {
        let glue = in_short_names(&without_classes(glue), names, |name| name == left_in_wasm);
        glue.map_err(|failure| failure.to_string())
    }

    #[test]
    fn classes_go_and_what_is_called_stays() {
        let glue = without_classes(GLUE);
        assert!(!glue.contains("Sink"), "{glue}");
        assert_eq!(names_after(&glue, "wasm."), BTreeSet::from(["main", "main_2"]));
    }

    #[test]
    fn imports_that_nobody_asks_for_go_and_the_others_are_short() {
        let short = "function start() {\n    wasm.c(wasm.b);\n}\n    const import0 = {\n        __proto__: null,\n\
            $: function(arg0) {\n            return fetch(arg0);\n        },\n    };\n\
            \x20   return {\n        a: import0,\n    };\n";
        assert_eq!(shortened(GLUE, NAMES, ""), Ok(short.to_owned()));
    }

    #[test]
    fn a_name_that_only_one_side_has_fails_the_build() {
        let failure = |glue: &str, names: &str, left| shortened(glue, names, left).err().unwrap_or_default();
        let glue = |from, to| failure(&GLUE.replace(from, to), NAMES, "");
        assert!(glue("__wbg_fetch_1", "__wbg_fetch_2").contains("no function for the import `__wbg_fetch_1`"));
        assert!(glue("wasm.main_2", "wasm.main_3").contains("`main_3`, which the wasm does not export"));
        assert!(glue("daemun_bg", "app_bg").contains("./daemun_bg.js"));
        for left in ["__wbg_sink_2", "./daemun_bg.js"] {
            assert!(failure(GLUE, NAMES, left).contains(left), "{left}");
        }
        assert!(failure(GLUE, "{}", "__wbg_fetch_1").contains("`__wbg_fetch_1` no short name"));
        assert!(failure(GLUE, "", "").contains("wasm-opt does not list names"));
    }
}
