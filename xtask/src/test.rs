//! `cargo xtask test`: every check of the project in stages, each counted, and one line with the sum.

use std::cell::OnceCell;
use std::io::{BufRead, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::app;
use crate::app_tools::{self, AppTools};
use crate::browser::{self, Browser};
use crate::cache::Cache;
use crate::command;
use crate::failure::{Failure, OrFail, Result};
use crate::floors;
use crate::size;
use crate::wasm_target::TARGET;
use crate::workspace::Workspace;

#[derive(Clone, Copy, PartialEq)]
pub enum Stage {
    Format,
    Clippy,
    ClippyApp,
    Native,
    InProcess,
    Floors,
    Build,
    Size,
    Browser,
}

impl Stage {
    /// In the order in which they run: what is quick to fail comes first.
    pub const ALL: [Self; 9] = [
        Self::Format,
        Self::Clippy,
        Self::ClippyApp,
        Self::Native,
        Self::InProcess,
        Self::Floors,
        Self::Build,
        Self::Size,
        Self::Browser,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::ClippyApp => "clippy-app",
            Self::Native => "native",
            Self::InProcess => "in-process",
            Self::Floors => "floors",
            Self::Build => "build",
            Self::Size => "size",
            Self::Browser => "browser",
        }
    }

    /// Whether it runs single tests, of which some may be chosen by name.
    fn has_tests(self) -> bool {
        matches!(self, Self::Native | Self::InProcess | Self::Browser)
    }

    fn needs_app_tools(self) -> bool {
        matches!(self, Self::ClippyApp | Self::Build | Self::Size | Self::Browser)
    }
}

#[derive(Default)]
pub struct Options {
    /// None chosen means all.
    pub stages: Vec<Stage>,
    /// Only tests whose names contain it.
    pub filter: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    const PASSED: Self = Self { passed: 1, failed: 0 };
    const FAILED: Self = Self { passed: 0, failed: 1 };

    pub fn is_clean(self) -> bool {
        self.failed == 0
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs the chosen stages, the later ones also when an earlier one failed, and prints the sum as the last line.
pub fn test(workspace: &Workspace, options: &Options) -> Tally {
    let stages: Vec<Stage> = Stage::ALL
        .into_iter()
        .filter(|stage| match options.stages.as_slice() {
            // A name chooses among tests; the other stages have none.
            [] => options.filter.is_none() || stage.has_tests(),
            chosen => chosen.contains(stage),
        })
        .collect();
    let run = Run::set_up(workspace, options, &stages);

    let mut total = Tally::default();
    let mut rows = Vec::new();
    for stage in stages {
        heading(stage.name());
        let started = Instant::now();
        let tally = run.stage(stage).unwrap_or_else(|failure| {
            println!("{failure}");
            Tally::FAILED
        });
        rows.push(format!(
            "{:<12}{:>6} passed {:>4} failed {:>5} s",
            stage.name(),
            tally.passed,
            tally.failed,
            started.elapsed().as_secs()
        ));
        total += tally;
    }
    if let Some(name) = &options.filter
        && total == Tally::default()
    {
        println!("no test has `{name}` in its name\n  what to do: leave out `--filter` to see all names");
        total += Tally::FAILED;
    }
    heading("all");
    for row in rows {
        println!("{row}");
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    total
}

fn heading(name: &str) {
    println!("\n=== {name} ===");
}

struct Run<'a> {
    workspace: &'a Workspace,
    filter: Option<&'a str>,
    /// A set-up that failed is told by each stage that needs it.
    app_tools: Result<AppTools>,
    browser: Result<Browser>,
    app: OnceCell<Result>,
}

impl<'a> Run<'a> {
    fn set_up(workspace: &'a Workspace, options: &'a Options, stages: &[Stage]) -> Self {
        heading("set-up");
        let unneeded = || Failure::new("this was not set up", "report it: a stage does not say what it needs");
        let mut app_tools = Err(unneeded());
        let mut browser = Err(unneeded());
        match Cache::open() {
            Ok(cache) => {
                if stages.contains(&Stage::Browser) {
                    browser = browser::set_up(&cache);
                }
                if stages.iter().any(|stage| stage.needs_app_tools()) {
                    app_tools = app_tools::set_up(workspace, &cache);
                }
            }
            Err(failure) => {
                app_tools = Err(failure.clone());
                browser = Err(failure);
            }
        }
        Self { workspace, filter: options.filter.as_deref(), app_tools, browser, app: OnceCell::new() }
    }

    fn stage(&self, stage: Stage) -> Result<Tally> {
        match stage {
            Stage::Format => self.check(&["fmt", "--all", "--check"], "run `cargo fmt --all`"),
            Stage::Clippy => self.check(
                &["clippy", "--workspace", "--exclude", "daemun", "--all-targets", "--", "--deny", "warnings"],
                LINTS,
            ),
            Stage::ClippyApp => {
                self.app_tools()?;
                // Both bundles: what is right in the one may be unused in the other.
                let login = ["clippy", "--package", "daemun", "--target", TARGET];
                let deny = ["--", "--deny", "warnings"];
                self.check(&[&login[..], &deny].concat(), LINTS)?;
                self.check(&[&login[..], &["--features", "whole"], &deny].concat(), LINTS)
            }
            Stage::Native => {
                self.tests(self.cargo(&["test", "--workspace", "--exclude", "daemun", "--exclude", "daemun-tests"]))
            }
            Stage::InProcess => self.tests(self.cargo(&["test", "--package", "daemun-tests", "--test", "in_process"])),
            Stage::Floors => floors::check(self.workspace).map(|()| Tally::PASSED),
            Stage::Build => self.app().map(|()| Tally::PASSED),
            Stage::Size => {
                self.app()?;
                size::check(&self.workspace.dist()).map(|()| Tally::PASSED)
            }
            Stage::Browser => {
                self.app()?;
                let browser = self.browser.as_ref().map_err(Failure::clone)?;
                let mut command = self.cargo(&["test", "--package", "daemun-tests", "--test", "browser"]);
                command
                    .env("DAEMUN_DIST", self.workspace.dist())
                    .env("DAEMUN_CHROMIUM", &browser.chromium)
                    .env("DAEMUN_HEADLESS_SHELL", &browser.headless_shell)
                    .env("DAEMUN_CHROMEDRIVER", &browser.chromedriver)
                    .env("DAEMUN_AXE", &browser.axe)
                    .env("DAEMUN_SIMPLEWEBAUTHN", &browser.simplewebauthn)
                    .env("DAEMUN_OIDC_PROVIDER", &browser.oidc_provider);
                self.tests(command)
            }
        }
    }

    fn app_tools(&self) -> Result<&AppTools> {
        self.app_tools.as_ref().map_err(Failure::clone)
    }

    /// Builds the app once, whichever stage asks first; the others hear the same answer.
    fn app(&self) -> Result {
        self.app.get_or_init(|| app::build(self.workspace, self.app_tools()?)).clone()
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(&self.workspace.root);
        command
    }

    fn check(&self, arguments: &[&str], remedy: &str) -> Result<Tally> {
        command::run(&mut self.cargo(arguments), remedy).map(|()| Tally::PASSED)
    }

    /// Runs `cargo test`, passes on what it prints, and counts.
    fn tests(&self, mut command: Command) -> Result<Tally> {
        command.arg("--no-fail-fast");
        if let Some(filter) = self.filter {
            command.args(["--", filter]);
        }
        let doing = "`cargo test` did not run";
        let mut child = command.stdout(Stdio::piped()).spawn().or_fail(doing, LINTS)?;
        let mut tally = Tally::default();
        if let Some(output) = child.stdout.take() {
            // By bytes: a test may print what is no UTF-8, which must not end the counting.
            for line in BufReader::new(output).split(b'\n') {
                let line = line.or_fail(doing, LINTS)?;
                let line = String::from_utf8_lossy(&line);
                println!("{line}");
                tally += tally_of(&line).unwrap_or_default();
            }
        }
        let succeeded = child.wait().or_fail(doing, LINTS)?.success();
        // It did not compile, or a test took the whole process down with it.
        if !succeeded && tally.failed == 0 {
            tally += Tally::FAILED;
        }
        // A stage that runs nothing would otherwise look like one that found nothing wrong.
        if tally == Tally::default() && self.filter.is_none() {
            return Err(Failure::new("no test ran", "see why the stage has no tests; each of them must run"));
        }
        Ok(tally)
    }
}

const LINTS: &str = "look at the compiler's messages above";

/// What a line like `test result: ok. 5 passed; 0 failed; 1 ignored; …` counts. An ignored test has not passed.
fn tally_of(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut tally = Tally::default();
    for count in counts.split("; ") {
        match count.split_once(' ') {
            Some((number, "passed")) => tally.passed += number.parse::<u32>().ok()?,
            Some((number, "failed" | "ignored")) => tally.failed += number.parse::<u32>().ok()?,
            _ => {}
        }
    }
    Some(tally)
}

#[cfg(test)]
mod tests {
    use super::{Tally, tally_of};

    #[test]
    fn a_result_line_is_counted_and_an_ignored_test_has_not_passed() {
        let line = "test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(tally_of(line), Some(Tally { passed: 5, failed: 3 }));
        assert_eq!(tally_of("test story::of_a_result ... ok"), None);
    }
}
