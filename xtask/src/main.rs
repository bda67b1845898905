//! `cargo xtask`: the project's commands. Each sets up what it needs and is missing.

mod bench;
mod serve;
mod test;

mod app;
mod floors;
mod page;
mod shake;
mod size;

mod app_tools;
mod browser;
mod wasm_target;

mod cache;
mod cargo_tool;
mod npm_package;

mod command;
mod failure;
mod files;
mod workspace;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use cache::Cache;
use failure::{Failure, Result};
use test::Stage;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask serve [--port N] [-- …]   build everything and serve it with the sandbox on http://localhost:8080;
                                      what follows `--` goes to the backend
cargo xtask test [STAGE…] [--filter NAME]
                                      run every check, or only some: format, clippy, clippy-app, native, in-process,
                                      floors, build, size, browser; NAME chooses among tests
cargo xtask bench [--runs N]          how soon the first screens are there, beside a plain form; the median of 7
cargo xtask bench polls               how soon a held read hears of a change while 2,000 are held, and what that takes
cargo xtask build                     build the app into dist/
cargo xtask size                      what the login path weighs, against the budget
cargo xtask floors                    the rules of the house that the compiler does not know
cargo xtask setup [--browser]         only install the tools that are missing, and the tests' browser too
cargo xtask help                      this";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match Command::parse(&words).and_then(Command::run) {
        Ok(exit) => exit,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

enum Command {
    Serve(serve::Options),
    Test(test::Options),
    Bench(bench::Options),
    BenchPolls,
    Build,
    Size,
    Floors,
    Setup {
        browser: bool,
    },
    Help,
    /// Trunk's hook, not for people: `Trunk.toml` calls it on the page it has staged.
    Finish,
}

impl Command {
    fn parse(words: &[&str]) -> Result<Self> {
        match words {
            [] | ["help" | "--help" | "-h"] => Ok(Self::Help),
            ["serve", options @ ..] => parse_serve(options).map(Self::Serve),
            ["test", options @ ..] => parse_test(options).map(Self::Test),
            ["bench", "polls"] => Ok(Self::BenchPolls),
            ["bench"] => Ok(Self::Bench(bench::Options { runs: 7 })),
            ["bench", "--runs", runs] => parse_runs(runs).map(|runs| Self::Bench(bench::Options { runs })),
            ["build"] => Ok(Self::Build),
            ["size"] => Ok(Self::Size),
            ["floors"] => Ok(Self::Floors),
            ["setup"] => Ok(Self::Setup { browser: false }),
            ["setup", "--browser"] => Ok(Self::Setup { browser: true }),
            ["finish"] => Ok(Self::Finish),
            ["bench" | "build" | "size" | "floors" | "setup" | "finish", unknown, ..] => Err(misused(unknown)),
            [unknown, ..] => Err(misused(unknown)),
        }
    }

    fn run(self) -> Result<ExitCode> {
        let workspace = Workspace::find()?;
        match self {
            Self::Serve(options) => serve::serve(&workspace, &options)?,
            Self::Test(options) => {
                let clean = test::test(&workspace, &options).is_clean();
                return Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE });
            }
            Self::Bench(options) => {
                build(&workspace)?;
                bench::bench(&workspace, &options)?;
            }
            Self::BenchPolls => bench::polls(&workspace)?,
            Self::Build => build(&workspace)?,
            Self::Size => {
                build(&workspace)?;
                size::check(&workspace.dist())?;
            }
            Self::Floors => floors::check(&workspace)?,
            Self::Setup { browser } => {
                let cache = Cache::open()?;
                app_tools::set_up(&workspace, &cache)?;
                if browser {
                    browser::set_up(&cache)?;
                }
                println!("everything is set up");
            }
            Self::Help => println!("{USAGE}"),
            Self::Finish => {
                let staging = env::var_os("TRUNK_STAGING_DIR").ok_or_else(|| {
                    Failure::new(
                        "`finish` was called without TRUNK_STAGING_DIR",
                        "leave it to Trunk: `cargo xtask build`",
                    )
                })?;
                page::finish(&workspace.root, Path::new(&staging), page::Bundle::told())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn build(workspace: &Workspace) -> Result {
    let tools = app_tools::set_up(workspace, &Cache::open()?)?;
    app::build(workspace, &tools)
}

fn parse_serve(mut words: &[&str]) -> Result<serve::Options> {
    let mut options = serve::Options { port: 8080, backend_arguments: Vec::new() };
    loop {
        words = match words {
            [] => return Ok(options),
            ["--", rest @ ..] => {
                options.backend_arguments = rest.iter().map(ToString::to_string).collect();
                return Ok(options);
            }
            ["--port", port, rest @ ..] => {
                options.port = port.parse().map_err(|_| misused(port))?;
                rest
            }
            [unknown, ..] => return Err(misused(unknown)),
        }
    }
}

fn parse_runs(runs: &str) -> Result<u32> {
    runs.parse().ok().filter(|runs| *runs > 0).ok_or_else(|| misused(runs))
}

fn parse_test(mut words: &[&str]) -> Result<test::Options> {
    let mut options = test::Options::default();
    loop {
        words = match words {
            [] => return Ok(options),
            ["--filter", name, rest @ ..] => {
                options.filter = Some((*name).to_owned());
                rest
            }
            [name, rest @ ..] => {
                options
                    .stages
                    .push(Stage::ALL.into_iter().find(|stage| stage.name() == *name).ok_or_else(|| misused(name))?);
                rest
            }
        }
    }
}

fn misused(word: &str) -> Failure {
    Failure::new(format!("`{word}` is not understood here"), format!("use one of these\n\n{USAGE}"))
}
