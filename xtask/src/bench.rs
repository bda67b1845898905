//! `cargo xtask bench`: how soon the first screens are there, beside a plain form; and `cargo xtask bench polls`: how
//! soon news reach who waits. It only sets up; `bench/` and the backend's own `benches/` measure.

use std::process::Command;

use crate::browser;
use crate::cache::Cache;
use crate::command;
use crate::failure::{Failure, OrFail, Result};
use crate::npm_package;
use crate::workspace::Workspace;

/// Drives Chromium; it brings no browser of its own. It wants Node.js 20.
const PLAYWRIGHT: &str = "1.65.1";
const NODE: u32 = 20;

pub struct Options {
    pub runs: u32,
}

/// Fails when the page did not work at all; goals that are missed are told, and no failure.
pub fn bench(workspace: &Workspace, options: &Options) -> Result {
    let cache = Cache::open()?;
    check_node()?;
    command::read(
        Command::new("openssl").arg("version"),
        "install OpenSSL: the bench serves by HTTPS, as HTTP/2 needs",
    )?;
    let chromium = browser::set_up_chromium(&cache)?;
    let modules = npm_package::installed(&cache, "playwright-core", PLAYWRIGHT)?;
    command::run(
        Command::new("node")
            .arg(workspace.root.join("bench/measure.mjs"))
            .arg("--dist")
            .arg(workspace.dist())
            .arg("--chromium")
            .arg(chromium)
            .arg("--modules")
            .arg(modules)
            .args(["--runs", &options.runs.to_string()])
            .arg("--samples")
            .arg(workspace.target.join("xtask/bench.json")),
        "look at the messages above, and at the page itself with `cargo xtask serve`",
    )
}

/// Fails when the backend did not work at all.
pub fn polls(workspace: &Workspace) -> Result {
    command::run(
        Command::new("cargo")
            .args(["bench", "--package", "daemun-backend", "--bench", "polls"])
            .current_dir(&workspace.root),
        "look at the messages above",
    )
}

fn check_node() -> Result {
    let remedy = format!("install Node.js {NODE} or later with npm");
    let version = command::read(Command::new("node").arg("--version"), &remedy)?;
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    let major: u32 = major.parse().or_fail(format!("Node.js calls itself `{version}`"), &remedy)?;
    if major < NODE { Err(Failure::new(format!("Node.js {version} is too old for the bench"), remedy)) } else { Ok(()) }
}
