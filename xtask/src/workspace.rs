//! Where the checkout is, where Cargo builds, and which version of a crate the lock file names.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::{Failure, OrFail, Result};

const REMEDY: &str = "run `cargo xtask` inside the checkout";

pub struct Workspace {
    pub root: PathBuf,
    /// Cargo's target folder, wherever the environment or a config put it.
    pub target: PathBuf,
    /// What `cargo metadata --no-deps` says: the members and what they depend on.
    pub metadata: serde_json::Value,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        // Asked at run time and not with env!, so that a checkout may be moved together with its target folder.
        let xtask = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = xtask
            .as_deref()
            .and_then(Path::parent)
            .ok_or_else(|| Failure::new("xtask was started without Cargo", "run `cargo xtask`"))?;
        let json = command::read(
            Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root),
            REMEDY,
        )?;
        let metadata: serde_json::Value =
            serde_json::from_str(&json).or_fail("`cargo metadata` gave something else than JSON", REMEDY)?;
        let target = metadata["target_directory"]
            .as_str()
            .ok_or_else(|| Failure::new("`cargo metadata` names no target folder", REMEDY))?;
        Ok(Self { root: root.to_owned(), target: target.into(), metadata })
    }

    /// Where Trunk puts the finished page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The version that `Cargo.lock` has for the crate `name`.
    pub fn locked_version(&self, name: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).or_fail(format!("cannot read {}", path.display()), REMEDY)?;
        version_in_lock(&lock, name).ok_or_else(|| {
            Failure::new(
                format!("Cargo.lock has no package `{name}`"),
                "run `cargo check` to bring the lock file up to date",
            )
        })
    }
}

/// Where Cargo unpacks the sources of crates.
pub fn crate_sources() -> PathBuf {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    home.unwrap_or_default().join("registry/src")
}

fn version_in_lock(lock: &str, name: &str) -> Option<String> {
    let name = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    version.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    #[test]
    fn the_lock_files_version_is_that_of_the_very_crate() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
            [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }
}
