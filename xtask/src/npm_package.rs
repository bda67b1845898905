//! A package from npm, kept in the cache.

use std::path::PathBuf;
use std::process::Command;

use crate::cache::Cache;
use crate::command;
use crate::failure::Result;

/// The `node_modules` folder that holds the package and what it depends on.
pub fn installed(cache: &Cache, package: &str, version: &str) -> Result<PathBuf> {
    // A scoped package's name is no folder's.
    let folder = cache.installed(&package.replace('/', "-"), version, |into| {
        command::run(
            Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
                .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
                .arg("--prefix")
                .arg(into)
                .arg(format!("{package}@{version}"))
                .current_dir(into),
            "install Node.js 18 or later with npm, and check that the npm registry is within reach",
        )
    })?;
    Ok(folder.join("node_modules"))
}
