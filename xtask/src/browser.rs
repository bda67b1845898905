//! The browser that the tests drive: Chromium, its driver, axe-core, and fonts for every language that Daemun speaks.
//! What the machine has is used; the rest comes by apt where that is allowed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::Cache;
use crate::command;
use crate::failure::{Failure, Result};
use crate::npm_package;

const AXE: &str = "4.14.1";
/// Another implementation of WebAuthn than the backend's.
const SIMPLEWEBAUTHN: &str = "14.0.3";
/// A real OpenID provider.
const OIDC_PROVIDER: &str = "9.13.3";

const REMEDY: &str = "install Chromium or Chrome with the ChromeDriver of the same version so that both are on PATH, or set \
    DAEMUN_CHROMIUM and DAEMUN_CHROMEDRIVER to them (Debian: `apt install chromium chromium-driver`; \
    macOS: `brew install --cask chromium chromedriver`)";

/// Debian's name for Chromium without its windows: the same pages, the same DevTools, less than half of the work.
const HEADLESS_SHELL: &str = "chromium-headless-shell";

pub struct Browser {
    pub chromium: PathBuf,
    /// Where there is none, the whole of Chromium.
    pub headless_shell: PathBuf,
    pub chromedriver: PathBuf,
    /// `axe.min.js`.
    pub axe: PathBuf,
    /// The folder of `@simplewebauthn/server`.
    pub simplewebauthn: PathBuf,
    /// The folder of `oidc-provider`.
    pub oidc_provider: PathBuf,
}

pub fn set_up(cache: &Cache) -> Result<Browser> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if chromedriver().is_none() {
        missing.push("chromium-driver");
    }
    if cfg!(target_os = "linux") && !has_cjk_fonts() {
        missing.extend(["fontconfig", "fonts-noto-cjk"]);
    }
    if !missing.is_empty() {
        let _lock = cache.lock()?;
        println!("setting up {}", missing.join(", "));
        if let Err(failure) = apt_install(&missing) {
            // Without the fonts the tests still hold; without a browser there are none.
            if chromium().is_none() || chromedriver().is_none() {
                return Err(failure);
            }
            println!("note: no Korean and Japanese fonts, so screenshots will show boxes: {failure}");
        }
    }

    if headless_shell().is_none() && on_path(&["apt-get"]).is_some() {
        let _lock = cache.lock()?;
        println!("setting up {HEADLESS_SHELL}");
        if let Err(failure) = apt_install(&[HEADLESS_SHELL]) {
            println!("note: the tests take the whole of Chromium, which is slower: {failure}");
        }
    }

    let (chromium, chromedriver) = (found(chromium(), "Chromium")?, found(chromedriver(), "ChromeDriver")?);
    let driver = major_version(&chromedriver)?;
    // One that was left behind by an update of the others is of no use.
    let fits = |shell: &PathBuf| major_version(shell).is_ok_and(|version| version == driver);
    let browser = Browser {
        headless_shell: headless_shell().filter(fits).unwrap_or_else(|| chromium.clone()),
        chromium,
        chromedriver,
        axe: npm_package::installed(cache, "axe-core", AXE)?.join("axe-core/axe.min.js"),
        simplewebauthn: npm_package::installed(cache, "@simplewebauthn/server", SIMPLEWEBAUTHN)?
            .join("@simplewebauthn/server"),
        oidc_provider: npm_package::installed(cache, "oidc-provider", OIDC_PROVIDER)?.join("oidc-provider"),
    };
    browser.check_that_they_fit()?;
    Ok(browser)
}

/// Chromium alone, for who drives it without ChromeDriver.
pub fn set_up_chromium(cache: &Cache) -> Result<PathBuf> {
    if chromium().is_none() {
        let _lock = cache.lock()?;
        println!("setting up chromium");
        apt_install(&["chromium"])?;
    }
    found(chromium(), "Chromium")
}

fn found(program: Option<PathBuf>, name: &str) -> Result<PathBuf> {
    program.ok_or_else(|| Failure::new(format!("{name} is not on PATH"), REMEDY))
}

impl Browser {
    /// ChromeDriver refuses any other major version, with a message that hides among those of the tests.
    fn check_that_they_fit(&self) -> Result {
        let [chromium, driver] = [major_version(&self.chromium)?, major_version(&self.chromedriver)?];
        if chromium == driver {
            Ok(())
        } else {
            Err(Failure::new(format!("Chromium is version {chromium} and ChromeDriver {driver}"), REMEDY))
        }
    }
}

fn chromium() -> Option<PathBuf> {
    given("DAEMUN_CHROMIUM")
        .or_else(|| on_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]))
        .or_else(|| {
            ["Chromium", "Google Chrome"]
                .map(|name| PathBuf::from(format!("/Applications/{name}.app/Contents/MacOS/{name}")))
                .into_iter()
                .find(|path| path.is_file())
        })
}

/// Who brings a Chromium of their own has all tests run in that, unless they bring this too.
fn headless_shell() -> Option<PathBuf> {
    given("DAEMUN_HEADLESS_SHELL")
        .or_else(|| given("DAEMUN_CHROMIUM"))
        .or_else(|| on_path(&[HEADLESS_SHELL, "chrome-headless-shell"]))
}

fn chromedriver() -> Option<PathBuf> {
    given("DAEMUN_CHROMEDRIVER").or_else(|| on_path(&["chromedriver"]))
}

fn given(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&path).map(|folder| folder.join(&file)).find(|program| program.is_file())
    })
}

fn has_cjk_fonts() -> bool {
    ["ko", "ja"].iter().all(|language| {
        command::read(Command::new("fc-list").arg(format!(":lang={language}")), "").is_ok_and(|fonts| !fonts.is_empty())
    })
}

/// Both programs print their name, then their version.
fn major_version(program: &Path) -> Result<String> {
    let line = command::read(Command::new(program).arg("--version"), REMEDY)?;
    line.split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .and_then(|version| version.split('.').next())
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("{} calls itself `{line}`", program.display()), REMEDY))
}

fn apt_install(packages: &[&str]) -> Result {
    let remedy = format!("install them yourself: {}; {REMEDY}", packages.join(", "));
    let as_root: &[&str] = if on_path(&["apt-get"]).is_none() {
        return Err(Failure::new("there is no apt-get here", remedy));
    } else if command::read(Command::new("id").arg("-u"), "").is_ok_and(|id| id == "0") {
        &["env"]
    } else if command::succeeds(Command::new("sudo").args(["-n", "true"])) {
        &["sudo", "-n", "env"]
    } else {
        return Err(Failure::new("apt-get needs root, and sudo asks for a password", remedy));
    };
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(as_root[0]);
        command
            .args(&as_root[1..])
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"])
            .args(arguments);
        command
    };
    // One unreachable source among several fails the update, but not what the others have.
    if let Err(failure) = command::run(&mut apt(&["update"]), "none") {
        println!("note: {failure}");
    }
    let mut install = apt(&["install", "--yes", "--no-install-recommends"]);
    command::run(install.args(packages), &remedy)
}
