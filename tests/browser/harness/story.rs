//! Tells one test as a story: a gate of its own, as many at once as there are cores, and at the end what nobody may see:
//! a complaint of the browser, a request to a third party, a fault of the backend's own.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use daemun_backend::Config;

use super::browser::Browser;
use super::gate::Gate;

/// No story takes so long unless something hangs.
const LONGEST: Duration = Duration::from_secs(300);

/// How long a browser may take to say what it has to say, and to close.
const FAREWELL: Duration = Duration::from_secs(30);

/// Runs `tale` at a gate of its own.
pub fn story(tale: impl AsyncFnOnce(&Gate)) {
    tell(false, |config| config, tale);
}

/// The same where a tab hides another and notifications are shown. That takes the whole of Chromium; what is ordinary has its pages
/// without its windows, and is done in half of the time.
pub fn story_in_windows(tale: impl AsyncFnOnce(&Gate)) {
    tell(true, |config| config, tale);
}

/// The same, at a gate that is set up otherwise.
pub fn story_with(change: impl FnOnce(Config) -> Config, tale: impl AsyncFnOnce(&Gate)) {
    tell(false, change, tale);
}

fn tell(windows: bool, change: impl FnOnce(Config) -> Config, tale: impl AsyncFnOnce(&Gate)) {
    let _seat = Seat::take();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let gate = runtime.block_on(Gate::open(windows, change));
    let told = catch_unwind(AssertUnwindSafe(|| {
        let told = runtime.block_on(async { tokio::time::timeout(LONGEST, tale(&gate)).await });
        assert!(told.is_ok(), "the story did not come to its end within {LONGEST:?}");
    }));
    let found = runtime.block_on(async {
        let mut found = gate.own_faults();
        for (number, browser) in gate.browsers().into_iter().enumerate() {
            let picture = told.is_err().then(|| picture_of_failure(number));
            match tokio::time::timeout(FAREWELL, take_leave(&browser, picture)).await {
                Ok(complaints) => found.extend(complaints),
                Err(_) => found.push("a browser hangs".to_owned()),
            }
        }
        found
    });
    if told.is_err() {
        eprintln!("complaints: {found:#?}");
        eprintln!("the backend's log:\n{}", gate.log().join("\n"));
        eprintln!("the requests:");
        for passed in gate.wire.passed().iter().filter(|passed| !passed.target.starts_with("/sandbox/")) {
            eprintln!(
                "  {} {} {:?}{}",
                passed.method,
                passed.target,
                passed.to_browser,
                if passed.tampered { " (tampered with)" } else { "" }
            );
        }
    }
    drop(gate);
    runtime.shutdown_background();
    if let Err(failure) = told {
        resume_unwind(failure);
    }
    assert!(found.is_empty(), "the story went well, but: {found:#?}");
}

/// Everything that the browser complains of; where the story failed, a picture of it too.
async fn take_leave(browser: &Browser, picture: Option<PathBuf>) -> Vec<String> {
    if let Some(picture) = picture
        && let Some(picture) = browser.save_screenshot(picture).await
    {
        eprintln!("what a person saw: {}", picture.display());
    }
    let complaints = browser.complaints().await;
    browser.quit().await;
    complaints
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder").to_owned()
}

fn picture_of_failure(number: usize) -> PathBuf {
    let name = thread::current().name().unwrap_or("story").replace("::", "-");
    target().join("browser-failures").join(format!("{name}-{number}.png"))
}

/// A seat for one story: as many as there are cores, whatever the number of test threads.
struct Seat;

static TAKEN: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

impl Seat {
    fn take() -> Self {
        let seats = thread::available_parallelism().map_or(1, usize::from);
        let taken = TAKEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut taken =
            LEFT.wait_while(taken, |taken| *taken >= seats).unwrap_or_else(|poisoned| poisoned.into_inner());
        *taken += 1;
        Self
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) -= 1;
        LEFT.notify_one();
    }
}
