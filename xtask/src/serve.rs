//! `cargo xtask serve`: the app and the reference backend with its sandbox, to look at.

use std::net::TcpListener;
use std::process::Command;

use crate::app;
use crate::app_tools;
use crate::cache::Cache;
use crate::command;
use crate::failure::{OrFail, Result};
use crate::workspace::Workspace;

pub struct Options {
    pub port: u16,
    /// Passed to the backend as they are.
    pub backend_arguments: Vec<String>,
}

/// Returns only when the backend has ended.
pub fn serve(workspace: &Workspace, options: &Options) -> Result {
    let port = options.port;
    // Asked first: nobody should wait for a build to learn this. Dropped at once, for the backend to take.
    TcpListener::bind(("127.0.0.1", port)).or_fail(
        format!("port {port} cannot be had"),
        "stop what listens there, or choose another: `cargo xtask serve --port 8081`",
    )?;

    let tools = app_tools::set_up(workspace, &Cache::open()?)?;
    app::build(workspace, &tools)?;
    command::run(
        Command::new("cargo").args(["build", "--release", "--package", "daemun-backend"]).current_dir(&workspace.root),
        "look at the compiler's messages above",
    )?;

    let program = format!("daemun-backend{}", std::env::consts::EXE_SUFFIX);
    let mut backend = Command::new(workspace.target.join("release").join(program));
    backend
        .arg("--sandbox")
        .arg("--app")
        .arg(workspace.dist())
        .arg("--database")
        .arg(workspace.target.join("serve.db"))
        .args(["--listen", &format!("127.0.0.1:{port}"), "--origin", &format!("http://localhost:{port}")])
        .args(&options.backend_arguments)
        .current_dir(&workspace.root);
    become_it(backend)
}

/// This process turns into the backend, so that signals sent to the one stop the other.
#[cfg(unix)]
fn become_it(mut backend: Command) -> Result {
    use std::os::unix::process::CommandExt;
    Err(backend.exec()).or_fail("the backend did not start", "look at the message, and run `cargo xtask serve` again")
}

#[cfg(not(unix))]
fn become_it(mut backend: Command) -> Result {
    command::run(&mut backend, "look at the backend's messages above")
}
