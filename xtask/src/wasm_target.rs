//! Rust's standard library for wasm32: by rustup where it can download, else built from Debian's `rust-src`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::{self, Cache};
use crate::command;
use crate::failure::{Failure, OrFail, Result};
use crate::workspace::crate_sources;

pub const TARGET: &str = "wasm32-unknown-unknown";

const REMEDY: &str = "install the target yourself: `rustup target add wasm32-unknown-unknown`, or your distribution's \
    package of Rust's standard library for it";

pub fn set_up(cache: &Cache) -> Result {
    let libraries = PathBuf::from(command::read(
        Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]),
        "install Rust from https://rustup.rs",
    )?);
    if has_core(&libraries) {
        return Ok(());
    }
    let _lock = cache.lock()?;
    if has_core(&libraries) {
        return Ok(());
    }
    println!("setting up Rust's {TARGET} target");
    let added = command::run(Command::new("rustup").args(["target", "add", TARGET]), REMEDY);
    if added.is_ok() && has_core(&libraries) {
        return Ok(());
    }
    println!("rustup could not: building the target's standard library from Debian's rust-src");
    let work = cache.temporary("rust-std")?;
    install(&build_from_debian(&work)?, &libraries)?;
    cache::remove(&work)
}

/// Rust's own sources where Cargo looks for them, so that the standard library can be compiled together with the app: what
/// the app does not use of it, and how it panics, are paid for by every member otherwise.
pub fn set_up_sources(cache: &Cache) -> Result {
    let sysroot =
        command::read(Command::new("rustc").args(["--print", "sysroot"]), "install Rust from https://rustup.rs")?;
    let sources = Path::new(&sysroot).join("lib/rustlib/src/rust");
    let is_there = || sources.join("library/std/Cargo.toml").is_file();
    if is_there() {
        return Ok(());
    }
    let _lock = cache.lock()?;
    if is_there() {
        return Ok(());
    }
    println!("setting up Rust's sources");
    let added = command::run(Command::new("rustup").args(["component", "add", "rust-src"]), REMEDY);
    if added.is_ok() && is_there() {
        return Ok(());
    }
    println!("rustup could not: taking Debian's rust-src");
    let work = cache.temporary("rust-src")?;
    let library = debian_rust_src(&work)?.join("library");
    fs::create_dir_all(&sources).or_fail(format!("cannot make {}", sources.display()), REMEDY)?;
    // `cp -a` keeps the symbolic links that the sources have among themselves.
    command::run(Command::new("cp").arg("-a").arg(library).arg(&sources), REMEDY)?;
    cache::remove(&work)
}

fn has_core(libraries: &Path) -> bool {
    fs::read_dir(libraries)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}

/// Gives the folder with the compiled libraries.
fn build_from_debian(work: &Path) -> Result<PathBuf> {
    let source = debian_rust_src(work)?;
    let target = work.join("target");
    // The paths that Rust's own build leaves in it, instead of this machine's.
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let sources = remap(&source, "/rust");
    let crates = remap(&crate_sources(), "/rust/deps");
    command::run(
        Command::new("cargo")
            .args(["build", "--release", "--target", TARGET, "--package", "sysroot"])
            .args(["--features", "panic-unwind,compiler-builtins-mem"])
            .current_dir(source.join("library"))
            .env("CARGO_TARGET_DIR", &target)
            // Rust's own build sets these too: the standard library needs unstable features, and its users' `lto` needs bitcode.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", format!("-Zforce-unstable-if-unmarked -Cembed-bitcode=yes {sources} {crates}")),
        REMEDY,
    )?;
    Ok(target.join(TARGET).join("release/deps"))
}

/// Unpacks Debian's sources of the very version that `rustc` is of, whatever release of Debian this is.
fn debian_rust_src(work: &Path) -> Result<PathBuf> {
    let rustc = rustc_version()?;
    let archive = debian_archive()?;
    let apt = PrivateApt::new(work, &archive)?;
    command::run(apt.command("apt-get").args(["update", "-qq"]), REMEDY)?;
    let versions = command::read(apt.command("apt-cache").args(["madison", "rust-src"]), REMEDY)?;
    let version = madison_version(&versions, &rustc)
        .ok_or_else(|| Failure::new(format!("Debian has no rust-src {rustc}"), REMEDY))?;
    command::run(
        apt.command("apt-get").args(["download", "-qq"]).arg(format!("rust-src={version}")).current_dir(work),
        REMEDY,
    )?;
    let package = fs::read_dir(work)
        .or_fail("cannot look for the package", REMEDY)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or_else(|| Failure::new("apt-get left no package", REMEDY))?;
    let unpacked = work.join("unpacked");
    command::run(Command::new("dpkg").arg("-x").arg(package).arg(&unpacked), REMEDY)?;
    Ok(unpacked.join("usr/src").join(format!("rustc-{rustc}")))
}

fn rustc_version() -> Result<String> {
    let line = command::read(Command::new("rustc").arg("--version"), REMEDY)?;
    line.split_whitespace()
        .nth(1)
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("rustc calls itself `{line}`"), REMEDY))
}

/// The archive that this machine uses itself, so that no host is written down here.
fn debian_archive() -> Result<String> {
    let os = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let os_field = |name: &str| {
        os.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_matches('"').to_owned())
    };
    let release = os_field("VERSION_CODENAME=").filter(|_| os_field("ID=").as_deref() == Some("debian"));
    let release =
        release.ok_or_else(|| Failure::new("rustup could not add the wasm32 target, and this is no Debian", REMEDY))?;
    let targets =
        command::read(Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI) $(RELEASE)"]), REMEDY)?;
    targets
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, suite)| *suite == release)
        .map(|(uri, _)| uri.to_owned())
        .ok_or_else(|| Failure::new(format!("apt knows no archive of Debian {release}"), REMEDY))
}

/// An apt whose sources, lists and cache are its own: the machine's stay as they are, and root is not needed.
struct PrivateApt {
    options: Vec<String>,
}

impl PrivateApt {
    fn new(work: &Path, archive: &str) -> Result<Self> {
        let folder = work.join("apt");
        for part in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part)).or_fail("cannot make apt's folders", REMEDY)?;
        }
        let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
        let signed = if Path::new(keyring).exists() { format!("[signed-by={keyring}] ") } else { String::new() };
        let sources: String =
            ["trixie-backports", "sid"].iter().map(|suite| format!("deb {signed}{archive} {suite} main\n")).collect();
        let list = folder.join("sources.list");
        fs::write(&list, sources).or_fail("cannot write apt's sources", REMEDY)?;
        let option = |name: &str, value: &dyn std::fmt::Display| format!("{name}={value}");
        Ok(Self {
            options: vec![
                option("Dir::Etc::sourcelist", &list.display()),
                option("Dir::Etc::sourceparts", &"-"),
                option("Dir::State::lists", &folder.join("lists").display()),
                option("Dir::Cache", &folder.join("cache").display()),
                // apt's own user may not enter a home directory.
                option("APT::Sandbox::User", &"root"),
            ],
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for option in &self.options {
            command.args(["-o", option]);
        }
        command
    }
}

/// `apt-cache madison` prints `rust-src | 1.95.0+dfsg1-1 | archive …`, the newest first.
fn madison_version(madison: &str, rustc: &str) -> Option<String> {
    madison
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .find(|version| version.strip_prefix(rustc).is_some_and(|rest| rest.starts_with(['+', '-', '~'])))
        .map(str::to_owned)
}

/// Copies the libraries beside those of the machine's own target; by a rename, so that half a copy is never found.
fn install(built: &Path, libraries: &Path) -> Result {
    let doing = format!("cannot put the standard library into {}", libraries.display());
    let target = libraries.parent().unwrap_or(libraries);
    let unfinished = target.with_extension("unfinished");
    fs::create_dir_all(unfinished.join("lib")).or_fail(&doing, REMEDY)?;
    for entry in fs::read_dir(built).or_fail(&doing, REMEDY)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // The sysroot package exists only to name the others as its dependencies.
        if name.ends_with(".rlib") && !name.starts_with("libsysroot") {
            fs::copy(entry.path(), unfinished.join("lib").join(name)).or_fail(&doing, REMEDY)?;
        }
    }
    cache::remove(target)?;
    fs::rename(&unfinished, target).or_fail(&doing, REMEDY)
}

#[cfg(test)]
mod tests {
    use super::madison_version;

    #[test]
    fn the_sources_are_of_rustcs_own_version() {
        let madison = "  rust-src | 1.96.1+dfsg1-1 | https://debian.example sid/main amd64 Packages\n  \
            rust-src | 1.95.0+dfsg1-1~bpo13+1 | https://debian.example trixie-backports/main amd64 Packages\n";
        assert_eq!(madison_version(madison, "1.95.0").as_deref(), Some("1.95.0+dfsg1-1~bpo13+1"));
        assert_eq!(madison_version(madison, "1.9"), None);
    }
}
