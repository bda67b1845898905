//! One browser with a fresh profile, and everything that it complains about.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::error::WebDriverResult;
use thirtyfour::{Capabilities, WebDriver};

use super::chromedriver::{ChromeDriver, program};
use super::sight::{LOOK, Sight};
use super::wire::Wire;

/// The languages a member reads, as their browser tells them.
pub type Languages = &'static str;

/// Runs in every document before any script of the page.
const WITNESS: &str = r#"
    window.daemunTestViolations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        window.daemunTestViolations.push(
            `${event.effectiveDirective} refused ${event.blockedURI || "inline"} ${event.sample} `
                + `(${event.sourceFile}:${event.lineNumber})`);
    }, true);
"#;

pub struct Browser {
    pub driver: WebDriver,
    wire: Wire,
    /// Origins besides the gate's own that this browser may ask for something.
    elsewhere: Mutex<Vec<String>>,
    /// Parts of complaints that the test itself provokes.
    provoked: Mutex<Vec<String>>,
    /// Violations seen on pages that are gone.
    violations: Mutex<Vec<String>>,
    /// Everything the console was told.
    console: Mutex<Vec<String>>,
    /// Complaints of the console, as far as they were fetched.
    complaints: Mutex<Vec<String>>,
    /// Outlives the session: it is what ends the browser.
    chromedriver: Arc<ChromeDriver>,
}

impl Browser {
    /// With `windows`, the whole of Chromium.
    pub async fn open(wire: Wire, languages: Languages, windows: bool) -> Arc<Self> {
        let chromedriver = ChromeDriver::shared();
        let driver = WebDriver::new(chromedriver.url(), capabilities(languages, windows)).await;
        let driver = driver.unwrap_or_else(|error| panic!("no browser: {error}"));
        let patient = driver.set_script_timeout(Duration::from_secs(20)).await;
        patient.unwrap_or_else(|error| panic!("the driver: {error}"));
        let browser = Self {
            driver,
            wire,
            elsewhere: Mutex::new(Vec::new()),
            provoked: Mutex::new(Vec::new()),
            violations: Mutex::new(Vec::new()),
            console: Mutex::new(Vec::new()),
            complaints: Mutex::new(Vec::new()),
            chromedriver,
        };
        browser.set_up_tab().await;
        Arc::new(browser)
    }

    /// Each tab has to be told.
    pub async fn set_up_tab(&self) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WITNESS })).await;
        self.set_width(1280).await;
    }

    pub async fn cdp(&self, method: &str, parameters: Value) -> Value {
        let sent = self.driver.cdp().send_raw(method, parameters).await;
        sent.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Says something to the virtual authenticators of this tab; `end` comes after their own address.
    pub async fn webauthn(&self, method: reqwest::Method, end: &str, body: Option<Value>) -> Value {
        let url =
            format!("{}/session/{}/webauthn/authenticator{end}", self.chromedriver.url(), self.driver.session_id());
        let request = reqwest::Client::new().request(method, &url);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
        assert!(status.is_success(), "{url}: {status} {text}");
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        answer["value"].clone()
    }

    pub async fn set_width(&self, width: u32) {
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Looks at the page.
    pub async fn look(&self) -> WebDriverResult<Sight> {
        self.driver.execute(LOOK, Vec::new()).await?.convert()
    }

    /// Keeps the violations of a page that is about to go.
    pub fn keep(&self, sight: &Sight) {
        let mut kept = self.violations.lock().unwrap();
        for violation in &sight.violations {
            let violation = format!("{} on {}", violation, sight.url);
            if !kept.contains(&violation) {
                kept.push(violation);
            }
        }
    }

    /// This origin may be asked too.
    pub fn may_go_to(&self, origin: &str) {
        self.elsewhere.lock().unwrap().push(origin.to_owned());
    }

    /// A complaint of the console with this in it is what the test provokes. Violations and third parties are never.
    pub fn provokes(&self, part: &str) {
        self.provoked.lock().unwrap().push(part.to_owned());
    }

    /// What was complained of so far is what the test wanted to see.
    pub async fn forgives_all_so_far(&self) {
        // Asking empties the logs of the driver.
        self.complaints().await;
        let forgotten = self.driver.execute("window.daemunTestViolations.length = 0", Vec::new()).await;
        forgotten.unwrap_or_else(|error| panic!("forgiving: {error}"));
        self.violations.lock().unwrap().clear();
        self.complaints.lock().unwrap().clear();
    }

    /// Every line that the console was told so far, whatever its level.
    pub async fn console(&self) -> Vec<String> {
        self.fetch_console().await;
        self.console.lock().unwrap().clone()
    }

    async fn fetch_console(&self) {
        let entries = self.driver.get_log("browser").await.unwrap_or_else(|error| panic!("the console: {error}"));
        for entry in entries {
            let source = entry.source.as_deref().unwrap_or_default();
            let line = format!("{} {source} {}", entry.level, entry.message);
            self.console.lock().unwrap().push(line.clone());
            if entry.level == "SEVERE" && !(source == "network" && self.is_told_refusal(&entry.message)) {
                self.complaints.lock().unwrap().push(line);
            }
        }
    }

    /// Chromium writes a line for every answer that is no success. Those of the API are the protocol's own way to say
    /// no, and a tampered one is the test's doing; any other is a complaint.
    fn is_told_refusal(&self, message: &str) -> bool {
        let url = message.split(' ').next().unwrap_or_default();
        let Some(target) = url.strip_prefix(&self.wire.origin()) else {
            return false;
        };
        let passed = self.wire.passed();
        let mut known = passed.iter().filter(|passed| passed.target == target);
        known.any(|passed| {
            passed.tampered || passed.is_api() && passed.to_browser.is_some_and(|status| status.is_client_error())
        })
    }

    /// Everything that this browser complained of and the test did not provoke.
    pub async fn complaints(&self) -> Vec<String> {
        if let Ok(sight) = self.look().await {
            self.keep(&sight);
        }
        self.fetch_console().await;
        let strangers = self.strangers().await;
        let mut complaints = self.complaints.lock().unwrap().clone();
        let provoked = self.provoked.lock().unwrap();
        complaints.retain(|complaint| !provoked.iter().any(|part| complaint.contains(part)));
        complaints.extend(self.violations.lock().unwrap().iter().cloned());
        complaints.extend(strangers);
        complaints
    }

    /// Requests to any origin but the gate's.
    async fn strangers(&self) -> Vec<String> {
        let entries = self.driver.get_log("performance").await.unwrap_or_else(|error| panic!("the network: {error}"));
        let own = self.wire.origin();
        let elsewhere = self.elsewhere.lock().unwrap();
        let is_known = |url: &str| {
            ["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme))
                || url::Url::parse(url).is_ok_and(|url| {
                    let origin = url.origin().ascii_serialization();
                    origin == own || elsewhere.contains(&origin)
                })
        };
        let mut strangers = Vec::new();
        for entry in entries {
            let event: Value = serde_json::from_str(&entry.message).unwrap_or_default();
            let event = &event["message"];
            if event["method"] == "Network.requestWillBeSent" {
                let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
                if !is_known(url) {
                    strangers.push(format!("a request to a third party: {url}"));
                }
            }
        }
        strangers
    }

    pub async fn save_screenshot(&self, path: PathBuf) -> Option<PathBuf> {
        std::fs::create_dir_all(path.parent()?).ok()?;
        let picture =
            tokio::time::timeout(Duration::from_secs(10), self.driver.screenshot_as_png()).await.ok()?.ok()?;
        std::fs::write(&path, picture).ok()?;
        Some(path)
    }

    pub async fn quit(&self) {
        // A browser that is gone already needs no closing.
        drop(self.driver.clone().quit().await);
    }
}

fn capabilities(languages: Languages, windows: bool) -> Capabilities {
    let chromium = if windows {
        program("DAEMUN_CHROMIUM", "chromium")
    } else {
        program("DAEMUN_HEADLESS_SHELL", "chromium-headless-shell")
    };
    let options = json!({
        "binary": chromium,
        "args": [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // By a pipe, so that it ends with its driver, however that ends.
            "--remote-debugging-pipe",
            // Small machines and containers have a small /dev/shm.
            "--disable-dev-shm-usage",
            format!("--accept-lang={languages}"),
        ],
        "prefs": {
            "intl.accept_languages": languages,
            // Its bubbles would lie over the page.
            "credentials_enable_service": false,
            "profile.password_manager_enabled": false,
        },
    });
    let capabilities = json!({
        "browserName": "chrome",
        // Tests wait for what they need, by the QA contract, and some of them hold a page's files back.
        "pageLoadStrategy": "none",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    });
    let Value::Object(capabilities) = capabilities else { unreachable!("it is written as an object") };
    Capabilities::from(capabilities)
}
