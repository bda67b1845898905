//! Lists files: all below a folder, and those of the project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::{OrFail, Result};

/// Every file below `path`, sorted; `path` itself if it is a file; nothing if it is not there.
pub fn below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(path, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result {
    if path.is_file() {
        found.push(path.to_owned());
    } else if path.is_dir() {
        let doing = format!("cannot list {}", path.display());
        for entry in fs::read_dir(path).or_fail(&doing, "check its permissions")? {
            collect(&entry.or_fail(&doing, "check its permissions")?.path(), found)?;
        }
    }
    Ok(())
}

/// What is or would be committed, relative to `root`; in a copy without Git, everything that nobody generated.
pub fn of_project(root: &Path) -> Result<Vec<PathBuf>> {
    let listed = command::read(
        // A container may run as another user than the one the checkout belongs to, which Git distrusts.
        Command::new("git")
            .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root),
        "",
    );
    if let Ok(listed) = listed {
        let paths = listed.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from);
        // Git still lists what was deleted but is not committed as such.
        return Ok(paths.filter(|path| root.join(path).is_file()).collect());
    }
    let all = below(root)?.into_iter();
    let relative = all.filter_map(|path| path.strip_prefix(root).map(Path::to_owned).ok());
    Ok(relative.filter(|path| !["target", "dist", ".git"].iter().any(|folder| path.starts_with(folder))).collect())
}
