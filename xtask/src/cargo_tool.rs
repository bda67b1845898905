//! A program from the crate registry, compiled into the cache.

use std::path::PathBuf;
use std::process::Command;

use crate::cache::{self, Cache};
use crate::command;
use crate::failure::Result;

/// Whether the tool's own lock file decides its dependencies.
pub enum Lockfile {
    Its,
    Ignored,
}

/// The folder that holds the program.
pub fn installed(cache: &Cache, package: &str, version: &str, lockfile: Lockfile) -> Result<PathBuf> {
    let folder = cache.installed(package, version, |into| {
        let target = cache.temporary(&format!("{package}-target"))?;
        let mut install = Command::new("cargo");
        install
            .args(["install", package, "--version", version, "--no-track", "--root"])
            .arg(into)
            // Away from the checkout, whose Cargo config and profiles are the app's.
            .current_dir(into)
            .env("CARGO_TARGET_DIR", &target);
        if matches!(lockfile, Lockfile::Its) {
            install.arg("--locked");
        }
        command::run(
            &mut install,
            "look at Cargo's message above; the crate registry must be within reach, and a C compiler installed",
        )?;
        cache::remove(&target)
    })?;
    Ok(folder.join("bin"))
}
