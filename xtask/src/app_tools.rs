//! What it takes to build the app: the wasm32 target, wasm-opt, wasm-bindgen and Trunk, each installed where it is missing.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::cache::Cache;
use crate::cargo_tool::{self, Lockfile};
use crate::failure::{OrFail, Result};
use crate::npm_package;
use crate::wasm_target;
use crate::workspace::Workspace;

/// The newest Trunk that builds with the workspace's `rust-version`; `Trunk.toml` names the same one.
const TRUNK: &str = "0.21.14";
pub const BINARYEN: &str = "132.0.0";

pub struct AppTools {
    pub trunk: PathBuf,
    /// The PATH on which Trunk finds wasm-bindgen, before whatever the machine has.
    pub path: OsString,
}

/// Each of these is a moment when it is there already. The quick ones come first: who waits sees something work.
pub fn set_up(workspace: &Workspace, cache: &Cache) -> Result<AppTools> {
    wasm_target::set_up(cache)?;
    wasm_target::set_up_sources(cache)?;
    npm_package::installed(cache, "binaryen", BINARYEN)?;
    // The program and the library speak a private format: their versions must be equal.
    let version = workspace.locked_version("wasm-bindgen")?;
    let wasm_bindgen = cargo_tool::installed(cache, "wasm-bindgen-cli", &version, Lockfile::Ignored)?;
    let trunk = cargo_tool::installed(cache, "trunk", TRUNK, Lockfile::Its)?;

    let inherited = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([wasm_bindgen].into_iter().chain(env::split_paths(&inherited)))
        .or_fail("the tools cannot be put on PATH", "set XDG_CACHE_HOME to a path without `:` or quotes")?;
    Ok(AppTools { trunk: trunk.join(format!("trunk{}", env::consts::EXE_SUFFIX)), path })
}
