//! `cargo xtask floors`: the rules of the house that the compiler does not know. Who may lean on whom, how files are called and
//! opened, and what no test may do. Sources are read as text: a rule must be simple enough for that.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::files;
use crate::workspace::Workspace;

/// A rule that is broken, and where.
struct Breach {
    at: String,
    instead: String,
}

pub fn check(workspace: &Workspace) -> Result {
    let mut breaches = dependency_breaches(&workspace.metadata);
    let mut files = 0;
    for path in files::of_project(&workspace.root)? {
        // What is no text has no rules to break.
        if let Ok(text) = fs::read_to_string(workspace.root.join(&path)) {
            files += 1;
            breaches.extend(file_breaches(&path, &text));
        }
    }
    for Breach { at, instead } in &breaches {
        println!("{at}: {instead}");
    }
    if breaches.is_empty() {
        println!("{files} files keep the floors");
        Ok(())
    } else {
        Err(Failure::new(
            format!("the floors are broken, {} times", breaches.len()),
            "each line above says what to do instead; ARCHITECTURE.md says why",
        ))
    }
}

// --- Crates ---------------------------------------------------------------------------------------------------------

fn dependency_breaches(metadata: &serde_json::Value) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in array(&metadata["packages"]) {
        let name = text(&package["name"]);
        for dependency in array(&package["dependencies"]) {
            let needed = text(&dependency["name"]);
            let shipped = dependency["kind"].is_null();
            let instead = match name {
                "daemun-flow" if shipped && needed != "daemun-protocol" => {
                    "the machine depends on `daemun-protocol` alone; what needs a browser, a clock or a future is an `Effect` \
                     that `src/driver.rs` runs"
                }
                "daemun-backend" if needed == "daemun-flow" => {
                    "the backend never sees the app's machine; what both need is wire format and goes to `crates/protocol`"
                }
                "daemun-protocol" if shipped && needed.starts_with("daemun") => {
                    "the wire types are a leaf; move what they need into `crates/protocol`, or out of it what needs more"
                }
                "daemun" if shipped && needed == "daemun-backend" => {
                    "the app knows the backend by its protocol alone; use `daemun-protocol`"
                }
                _ => continue,
            };
            breaches.push(Breach { at: format!("{name} depends on {needed}"), instead: instead.to_owned() });
        }
    }
    breaches
}

fn array(value: &serde_json::Value) -> &[serde_json::Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}

// --- Files ----------------------------------------------------------------------------------------------------------

/// Which words a folder's code must not contain, and what to do instead.
const FORBIDDEN_WORDS: &[(&str, &[&str], &str)] = &[
    ("src/screens", &["ports"], "a screen never touches a port; send an event, and let `src/driver.rs` run the effect"),
    (
        "src/widgets",
        &["ports", "screens", "flow", "daemun_flow", "protocol", "daemun_protocol"],
        "a widget knows nothing of login; hand it plain values and callbacks from the screen",
    ),
    (
        "crates/flow",
        &["leptos", "web_sys", "wasm_bindgen", "js_sys", "futures"],
        "the machine is pure; make it an `Effect`",
    ),
    ("crates/backend", &["daemun_flow"], "the backend never sees the app's machine; use `daemun_protocol`"),
    ("tests", &["sleep", "sleep_until"], "no test sleeps; wait for `data-state`, or move the sandbox's clock"),
];

const ROLE_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "types", "misc"];

/// Folders at the root of somebody's machine. Written without their slashes, or this file would break its own rule.
const MACHINE_FOLDERS: &[&str] = &["root", "home", "work", "Users"];

fn file_breaches(path: &Path, text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut add = |line: usize, instead: String| {
        breaches.push(Breach { at: format!("{}:{line}", path.display()), instead });
    };
    for (line, written) in numbered(text) {
        if let Some(found) = machine_path(written) {
            add(line, format!("`{found}` is a path of one machine; make it relative, or ask the environment"));
        }
    }
    if path.extension().is_none_or(|extension| extension != "rs") {
        return breaches;
    }

    let parts = path.with_extension("");
    if let Some(role) = parts.iter().find(|part| ROLE_NAMES.iter().any(|role| part == role)) {
        add(1, format!("`{}` is a role; name the file for the thing in it", role.display()));
    }
    let opening = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#!["));
    if !opening.is_some_and(|line| line.starts_with("//!")) {
        add(1, "open the module with one to three `//!` sentences: what it is, and what it refuses to know".to_owned());
    }
    for (line, written) in numbered(text) {
        let code = code_of(written);
        if code.contains("#[ignore") {
            add(line, "no test is skipped; mend it or delete it".to_owned());
        }
        if path.starts_with("src") && code.contains("#[test]") {
            add(
                line,
                "the app is built for browsers, so this never runs; test it in `crates/flow` or `tests/`".to_owned(),
            );
        }
        for (folder, words, instead) in FORBIDDEN_WORDS {
            if path.starts_with(folder)
                && let Some(word) = identifiers(&code).find(|word| words.contains(word))
            {
                add(line, format!("`{word}`: {instead}"));
            }
        }
    }
    breaches
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// The line without its comment and without what is between quotes, as far as one line alone can tell.
fn code_of(line: &str) -> String {
    let outside_quotes: Vec<&str> = line.split('"').step_by(2).collect();
    let code = outside_quotes.join("\"");
    match code.find("//") {
        Some(comment) => code[..comment].to_owned(),
        None => code,
    }
}

fn identifiers(code: &str) -> impl Iterator<Item = &str> {
    code.split(|character: char| !character.is_alphanumeric() && character != '_').filter(|word| !word.is_empty())
}

/// An absolute path into one of [`MACHINE_FOLDERS`]; the same name further inside a path or an address is none.
fn machine_path(line: &str) -> Option<String> {
    MACHINE_FOLDERS.iter().find_map(|folder| {
        let prefix = format!("/{folder}/");
        let (at, _) = line.match_indices(&prefix).find(|(at, _)| {
            let inside = |before: char| before.is_alphanumeric() || "_-.~$}*/".contains(before);
            !line[..*at].ends_with(inside)
        })?;
        let path = line[at..].split(|end: char| end.is_whitespace() || "\"'`)>,;".contains(end)).next()?;
        // People's folders have something below them; a page's own address may begin alike.
        let below = path.matches('/').count() > 2 || !["home", "Users"].contains(folder);
        below.then(|| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{dependency_breaches, file_breaches};

    fn broken(path: &str, text: &str) -> Vec<String> {
        let breaches = file_breaches(Path::new(path), text);
        breaches.into_iter().map(|breach| format!("{}: {}", breach.at, breach.instead)).collect()
    }

    #[test]
    fn a_screen_never_touches_a_port() {
        let found = broken("src/screens/password.rs", "//! A screen.\nuse crate::ports::api;\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("src/screens/password.rs:2: `ports`"), "{found:?}");
        let words = "//! Its ports are elsewhere.\n// ports\nlet supports = \"ports\"; // ports\n";
        assert!(broken("src/screens/password.rs", words).is_empty());
        assert!(broken("src/driver.rs", "//! The loop.\nuse crate::ports::api;\n").is_empty());
    }

    #[test]
    fn a_widget_knows_nothing_of_login() {
        for word in ["screens", "daemun_flow", "daemun_protocol", "ports"] {
            let found = broken("src/widgets/field.rs", &format!("//! A field.\nuse {word}::Thing;\n"));
            assert_eq!(found.len(), 1, "{word}");
        }
    }

    #[test]
    fn a_file_is_named_for_the_thing_in_it_and_says_what_that_is() {
        assert_eq!(broken("crates/flow/src/utils.rs", "//! Things.\n").len(), 1);
        assert_eq!(broken("tests/common/mod.rs", "//! Things.\n").len(), 1);
        assert_eq!(broken("crates/flow/src/ticket.rs", "pub struct Ticket;\n").len(), 1);
        assert!(broken("crates/flow/src/ticket.rs", "#![no_std]\n//! A ticket.\n").is_empty());
    }

    #[test]
    fn no_test_is_skipped_or_sleeps_or_never_runs() {
        assert_eq!(broken("crates/flow/src/poll.rs", "//! Polling.\n#[ignore = \"later\"]\n").len(), 1);
        assert_eq!(broken("tests/browser/main.rs", "//! Stories.\nstd::thread::sleep(SECOND);\n").len(), 1);
        assert_eq!(broken("tests/browser/main.rs", "//! Stories.\ntokio::time::sleep(SECOND).await;\n").len(), 1);
        assert_eq!(broken("src/i18n.rs", "//! Words.\n#[test]\n").len(), 1);
    }

    #[test]
    fn nothing_names_a_path_of_one_machine() {
        let path = ["", "home", "ann", "daemun"].join("/");
        assert_eq!(broken("README.md", &format!("cd {path}\n")).len(), 1);
        assert_eq!(broken("src/main.rs", &format!("//! Here.\nconst HERE: &str = \"{path}\";\n")).len(), 1);
        let address = format!("https://daemun.example{path}, `~{path}`, `./public{path}`\n");
        assert!(broken("README.md", &address).is_empty());
    }

    #[test]
    fn crates_lean_only_on_those_below_them() {
        let depends = |name: &str, kind: Option<&str>, on: &str| {
            let dependency = serde_json::json!({ "name": on, "kind": kind });
            let package = serde_json::json!({ "name": name, "dependencies": [dependency] });
            dependency_breaches(&serde_json::json!({ "packages": [package] })).len()
        };
        assert_eq!(depends("daemun-flow", None, "leptos"), 1);
        assert_eq!(depends("daemun-flow", None, "daemun-protocol"), 0);
        assert_eq!(depends("daemun-flow", Some("dev"), "proptest"), 0);
        assert_eq!(depends("daemun-backend", None, "daemun-flow"), 1);
        assert_eq!(depends("daemun-protocol", None, "daemun-flow"), 1);
        assert_eq!(depends("daemun-tests", None, "daemun-flow"), 0);
    }
}
