//! A file that is made from the types: held against what it should be, or with `DAEMUN_BLESS=1` written anew. It refuses to
//! know what is in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const HOW_TO_BLESS: &str = "if the change is meant: DAEMUN_BLESS=1 cargo test -p daemun-protocol";

/// A file of this package, or of the repository's `docs`.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

pub fn is_blessing() -> bool {
    env::var_os("DAEMUN_BLESS").is_some_and(|value| value == "1")
}

/// The file's text with `\n` line ends; none if it is not there.
pub fn text(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.replace("\r\n", "\n"))
}

/// Holds files against what they should be. All that are out of date are told at once.
///
/// # Panics
/// If one is, unless they are being blessed.
pub fn hold(papers: impl IntoIterator<Item = (PathBuf, String)>) {
    let out_of_date: Vec<String> = papers.into_iter().filter_map(|(path, should)| difference(&path, &should)).collect();
    assert!(out_of_date.is_empty(), "out of date:\n{}\n{HOW_TO_BLESS}\n", out_of_date.join("\n"));
}

/// Says that a file should not be there, and takes it away when blessing.
///
/// # Panics
/// If it is there, unless it is being blessed.
pub fn refuse(path: &Path) {
    if is_blessing() {
        fs::remove_file(path).unwrap();
    } else {
        panic!("{} belongs to nothing that goes over the wire; {HOW_TO_BLESS}", path.display());
    }
}

fn difference(path: &Path, should: &str) -> Option<String> {
    let is = text(path);
    if is.as_deref() == Some(should) {
        return None;
    }
    if is_blessing() {
        fs::create_dir_all(path.parent()?).unwrap();
        fs::write(path, should).unwrap();
        return None;
    }
    let name = path.file_name()?.to_string_lossy();
    let Some(is) = is else { return Some(format!("{name} is missing")) };
    let same = is.lines().zip(should.lines()).take_while(|(is, should)| is == should).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    Some(format!("{name}:{}\n  is:     {}\n  should: {}", same + 1, line(&is), line(should)))
}
