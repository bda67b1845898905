//! Builds the app with Trunk into `dist/`, unless the last build was of the very same inputs.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::app_tools::AppTools;
use crate::cache;
use crate::command;
use crate::failure::{OrFail, Result};
use crate::files;
use crate::page::Bundle;
use crate::wasm_target::TARGET;
use crate::workspace::{Workspace, crate_sources};

/// Everything that can change what is built. The tools' versions are in xtask's own sources.
const INPUTS: &[&str] = &[
    "src",
    "page",
    "style",
    "public",
    "locales",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    ".cargo",
    "crates/protocol",
    "crates/flow",
    "xtask/src",
];

const REMEDY: &str = "look at the messages above";

/// The standard library is compiled with the app, for size, and a panic is a plain trap: together a tenth of what members
/// load. `page/shell.js` hears the trap and says so; in a debug build the panic hook tells more.
const STANDARD_LIBRARY_TOO: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];
const FOR_SIZE: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

pub fn build(workspace: &Workspace, tools: &AppTools) -> Result {
    let folder = workspace.target.join("xtask");
    fs::create_dir_all(&folder).or_fail(format!("cannot make {}", folder.display()), REMEDY)?;
    let _lock = cache::lock(&folder.join("app.lock"))?;

    let flags = rustc_flags(workspace)?;
    // Taken before the build: what somebody changes while it runs is built the next time.
    let stamp = stamp(workspace, &flags)?;
    let stamp_file = folder.join("app.stamp");
    let built = fs::read_to_string(&stamp_file).unwrap_or_default();
    if built == stamp && workspace.dist().join("index.html").is_file() {
        println!("the app is built already");
        return Ok(());
    }
    fs::write(&stamp_file, "").or_fail("cannot write the build's stamp", REMEDY)?;

    // Trunk runs Cargo offline, which is right for a build but not for a first one. Macros are crates of the host's.
    command::run(
        Command::new("cargo")
            .args(["fetch", "--target", TARGET, "--target", "host-tuple"])
            .envs(STANDARD_LIBRARY_TOO)
            .current_dir(&workspace.root),
        "check that the crate registry is within reach",
    )?;
    for bundle in Bundle::ALL {
        let mut trunk = Command::new(&tools.trunk);
        trunk
            .args(["build", "--release", "--offline"])
            .current_dir(&workspace.root)
            .env("PATH", &tools.path)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", &flags)
            .env(Bundle::VARIABLE, bundle.name())
            .envs(STANDARD_LIBRARY_TOO)
            // Trunk takes NO_COLOR for a flag of its own and refuses the customary `1`.
            .env_remove("NO_COLOR");
        let beside = folder.join("whole");
        match bundle {
            Bundle::Login => {}
            Bundle::Whole => {
                trunk.args(["--features", "whole", "--dist"]).arg(&beside);
            }
        }
        command::run(&mut trunk, REMEDY)?;
        if bundle == Bundle::Whole {
            add_to(&workspace.dist(), &beside)?;
        }
    }
    fs::write(&stamp_file, stamp).or_fail("cannot write the build's stamp", REMEDY)
}

/// Brings the files of the second bundle to those of the first. What both have is the same in both.
fn add_to(dist: &Path, beside: &Path) -> Result {
    for path in files::below(beside)? {
        let to = dist.join(path.strip_prefix(beside).unwrap_or(&path));
        fs::copy(&path, &to).or_fail(format!("cannot write {}", to.display()), REMEDY)?;
    }
    Ok(())
}

/// Panic messages carry the paths of sources: without this they tell whose machine built the app, and no two machines
/// build the same one.
fn rustc_flags(workspace: &Workspace) -> Result<String> {
    let sysroot =
        command::read(Command::new("rustc").args(["--print", "sysroot"]), "install Rust from https://rustup.rs")?;
    // rustc lets the last that fits win, and the target folder may be inside the checkout.
    let prefixes = [
        (workspace.root.clone(), "/daemun"),
        (workspace.target.clone(), "/target"),
        (crate_sources(), "/cargo"),
        (Path::new(&sysroot).join("lib/rustlib/src/rust"), "/rust"),
    ];
    let mut flags = vec![FOR_SIZE.to_owned()];
    for (from, to) in prefixes {
        let from = from.display().to_string();
        if from.contains(char::is_whitespace) {
            println!("note: {from} has a space in it, which rustc's flags cannot have: it will be seen in the app");
        } else {
            flags.push(format!("--remap-path-prefix={from}={to}"));
        }
    }
    Ok(flags.join(" "))
}

fn stamp(workspace: &Workspace, flags: &str) -> Result<String> {
    let mut hash = Sha256::new();
    // A length before each part: no two lists of parts run together into the same bytes.
    let mut add = |part: &[u8]| {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    };
    add(flags.as_bytes());
    add(command::read(Command::new("rustc").arg("-vV"), REMEDY)?.as_bytes());
    for (name, value) in STANDARD_LIBRARY_TOO {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    for input in INPUTS {
        for path in files::below(&workspace.root.join(input))? {
            add(path.strip_prefix(&workspace.root).unwrap_or(&path).to_string_lossy().as_bytes());
            add(&fs::read(&path).or_fail(format!("cannot read {}", path.display()), REMEDY)?);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
