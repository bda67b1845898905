//! The folder of tools under the user's own cache directory, keyed by name and version.
//! Safe to delete at any time: what is missing is installed again. It knows nothing of any tool.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, OrFail, Result};

const REMEDY: &str = "check that the cache folder is writable and that the disk has room, or delete the folder; \
    XDG_CACHE_HOME moves it";

pub struct Cache {
    root: PathBuf,
}

impl Cache {
    pub fn open() -> Result<Self> {
        let root = user_cache_directory()?.join("daemun");
        fs::create_dir_all(&root).or_fail(format!("cannot make {}", root.display()), REMEDY)?;
        Ok(Self { root })
    }

    /// The folder of `name` at `version`, after installing it where it is not there yet.
    ///
    /// `install` gets an empty folder. It becomes the finished one by a rename, so that an install which was interrupted
    /// is never taken for a finished one. A second process waits for the first.
    pub fn installed(&self, name: &str, version: &str, install: impl FnOnce(&Path) -> Result) -> Result<PathBuf> {
        let key = format!("{name}-{version}");
        let finished = self.root.join(&key);
        if finished.is_dir() {
            return Ok(finished);
        }
        let _lock = self.lock()?;
        if finished.is_dir() {
            return Ok(finished);
        }
        println!("setting up {name} {version}");
        let unfinished = self.temporary(&key)?;
        install(&unfinished)?;
        fs::rename(&unfinished, &finished).or_fail(format!("cannot finish {}", finished.display()), REMEDY)?;
        Ok(finished)
    }

    /// An empty folder for what is thrown away. Only the holder of the lock may ask for one.
    pub fn temporary(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join("unfinished").join(name);
        remove(&folder)?;
        fs::create_dir_all(&folder).or_fail(format!("cannot make {}", folder.display()), REMEDY)?;
        Ok(folder)
    }

    /// One set-up at a time; the system lets go of the lock when its holder dies.
    pub fn lock(&self) -> Result<File> {
        lock(&self.root.join("lock"))
    }
}

/// Takes the lock at `path`, telling the person when it means waiting.
pub fn lock(path: &Path) -> Result<File> {
    let doing = format!("cannot lock {}", path.display());
    let file = File::create(path).or_fail(&doing, REMEDY)?;
    if file.try_lock().is_err() {
        println!("waiting for another `cargo xtask` to finish");
        file.lock().or_fail(&doing, REMEDY)?;
    }
    Ok(file)
}

/// Removes a folder and all in it; one that is not there is no failure.
pub fn remove(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("cannot remove {}: {error}", folder.display()), REMEDY))
        }
        _ => Ok(()),
    }
}

fn user_cache_directory() -> Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // The XDG specification says that a relative path is to be ignored.
    if let Some(folder) = set("XDG_CACHE_HOME").filter(|folder| folder.is_absolute()) {
        return Ok(folder);
    }
    if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Caches"))
    } else {
        set("HOME").map(|home| home.join(".cache"))
    }
    .ok_or_else(|| {
        Failure::new("there is no folder to keep the tools in", "set HOME, or XDG_CACHE_HOME to an absolute path")
    })
}
