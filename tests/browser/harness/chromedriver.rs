//! The one ChromeDriver that all tests share. It starts with the first test that needs it and ends with the last.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::thread;

/// Runs ChromeDriver for as long as its standard input stays open: this very process holds the other end, so it ends with
/// it, however that ends. What browsers leave lying about goes with it.
const WATCHED: &str = r#"
    TMPDIR=$(mktemp -d); export TMPDIR
    "$0" --port=0 --log-level=SEVERE </dev/null & driver=$!
    cat >/dev/null
    kill $driver; wait $driver
    rm -rf "$TMPDIR"
"#;

pub struct ChromeDriver {
    child: Child,
    port: u16,
}

static SHARED: Mutex<Weak<ChromeDriver>> = Mutex::new(Weak::new());

impl ChromeDriver {
    /// The running one, or a new one. It ends when nobody holds it any more.
    pub fn shared() -> Arc<Self> {
        // A test that failed elsewhere says so itself.
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(running) = shared.upgrade() {
            return running;
        }
        let started = Arc::new(Self::start());
        *shared = Arc::downgrade(&started);
        started
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn start() -> Self {
        let program = program("DAEMUN_CHROMEDRIVER", "chromedriver");
        let mut child = Command::new("sh")
            .args(["-c", WATCHED])
            .arg(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("ChromeDriver ({}) does not start: {error}", program.display()));
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok())
            .unwrap_or_else(|| panic!("ChromeDriver ({}) names no port", program.display()));
        // Whatever else it prints must not fill the pipe.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, port }
    }
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        // Asked politely it closes any browser that a failed test left behind.
        if let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
            let asked = write!(stream, "GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            if asked.is_ok() {
                let mut answer = String::new();
                drop(BufReader::new(stream).read_line(&mut answer));
            }
        }
        // Waiting closes the standard input first, and then there is no doubt.
        drop(self.child.wait());
    }
}

/// What `variable` says, or what is on PATH under this name.
pub fn program(variable: &str, name: &str) -> PathBuf {
    env::var_os(variable).filter(|value| !value.is_empty()).map_or_else(
        || {
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path)
                .map(|folder| folder.join(name))
                .find(|program| program.is_file())
                .unwrap_or_else(|| panic!("{name} is not on PATH; `cargo xtask test` sets it up, or set {variable}"))
        },
        PathBuf::from,
    )
}
