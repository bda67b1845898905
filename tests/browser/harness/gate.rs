//! The gate: the reference backend of one test, on its own port, database and clock, with the wire in front of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use daemun_backend::{Chance, Clock, Config, Log, Server, start};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::browser::{Browser, Languages};
use super::member::Member;
use super::wire::Wire;
use super::workplace::Workplace;

pub struct Gate {
    pub wire: Wire,
    /// A place of work at another origin that this gate leads back to.
    pub workplace: Workplace,
    server: Server,
    client: reqwest::Client,
    windows: bool,
    browsers: Mutex<Vec<Arc<Browser>>>,
    _database: TempDir,
}

/// Something that was sent, as the sandbox's inbox shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Sent {
    pub to: String,
    /// `email`, `sms` or `notification`.
    pub channel: String,
    pub subject: String,
    pub text: String,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub link: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct World {
    accounts: Vec<SeededAccount>,
    /// Links to try, by name.
    links: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
struct SeededAccount {
    email: String,
    #[serde(default)]
    password: String,
    workspaces: Vec<String>,
    /// A super administrator's, until it is used.
    #[serde(default)]
    recovery_key: Option<String>,
}

impl Gate {
    pub async fn open(windows: bool, change: impl FnOnce(Config) -> Config) -> Self {
        let wire = Wire::listen().await;
        let workplace = Workplace::open().await;
        let database = tempfile::tempdir().expect("a folder for the database");
        let config = Config {
            app: Some(app()),
            origin: Some(wire.origin()),
            clock: Clock::manual_now(),
            chance: Chance::system(),
            log: Log::kept(),
            return_origins: vec![workplace.origin()],
            ..Config::sandbox(database.path().join("daemun.db"))
        };
        let server = start(change(config)).await.unwrap_or_else(|error| panic!("the backend does not start: {error}"));
        wire.lead_to(server.address());
        Self {
            wire,
            workplace,
            server,
            client: reqwest::Client::new(),
            windows,
            browsers: Mutex::new(Vec::new()),
            _database: database,
        }
    }

    pub fn origin(&self) -> String {
        self.wire.origin()
    }

    pub fn log(&self) -> Vec<String> {
        self.server.log_lines()
    }

    // Members

    /// A member who reads Korean, at a browser that was never here before.
    pub async fn member(&self) -> Member<'_> {
        self.member_reading("ko-KR,ko").await
    }

    pub async fn member_reading(&self, languages: Languages) -> Member<'_> {
        let browser = Browser::open(self.wire.clone(), languages, self.windows).await;
        self.browsers.lock().unwrap().push(browser.clone());
        Member::new(self, browser)
    }

    pub fn browsers(&self) -> Vec<Arc<Browser>> {
        self.browsers.lock().unwrap().clone()
    }

    // The sandbox, by its published interface

    /// Everything that was sent to this address, the newest first.
    pub async fn mails_to(&self, address: &str) -> Vec<Sent> {
        let mut url = url::Url::parse(&format!("{}/sandbox/messages", self.origin())).expect("an address");
        url.query_pairs_mut().append_pair("to", address);
        let mails = self.sandbox(reqwest::Method::GET, url.as_str(), None).await;
        let mails: Vec<Sent> = serde_json::from_value(mails).expect("messages");
        // What a phone rings with is no mail.
        mails.into_iter().filter(|sent| sent.channel != "push").collect()
    }

    /// Everything that was sent to a telephone whose number ends so, the newest first.
    pub async fn short_messages_to(&self, end: &str) -> Vec<Sent> {
        let all = self.sandbox(reqwest::Method::GET, &format!("{}/sandbox/messages", self.origin()), None).await;
        let all: Vec<Sent> = serde_json::from_value(all).expect("messages");
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        all.into_iter().filter(|sent| sent.channel == "sms" && digits(&sent.to).ends_with(end)).collect()
    }

    /// The link of the newest mail to this address that has one, from the path on.
    pub async fn link_for(&self, address: &str) -> String {
        let mails = self.mails_to(address).await;
        let link = mails.iter().find_map(|mail| mail.link.clone());
        let link = link.unwrap_or_else(|| panic!("no link came to {address}: {mails:?}"));
        self.own(&link)
    }

    /// One of the sandbox's links to try, from the path on.
    pub async fn link(&self, name: &str) -> String {
        let world = self.world().await;
        let link = world.links.get(name).unwrap_or_else(|| panic!("no link {name:?}: {:?}", world.links));
        self.own(link)
    }

    /// What comes after the gate's own origin.
    fn own(&self, link: &str) -> String {
        let own = link.strip_prefix(&self.origin());
        own.unwrap_or_else(|| panic!("{link} leads somewhere else than {}", self.origin())).to_owned()
    }

    /// The code of the newest mail to this address.
    pub async fn code_for(&self, address: &str) -> String {
        let mails = self.mails_to(address).await;
        let newest = mails.first().unwrap_or_else(|| panic!("no mail came to {address}"));
        newest.code.clone().unwrap_or_else(|| panic!("the newest mail to {address} has no code: {newest:?}"))
    }

    /// Codes that were never sent to this address, each another one.
    pub async fn wrong_codes_for(&self, address: &str) -> [String; 5] {
        let sent: Vec<String> = self.mails_to(address).await.into_iter().filter_map(|mail| mail.code).collect();
        let mut codes = (111_111..).map(|code| code.to_string()).filter(|code| !sent.contains(code));
        std::array::from_fn(|_| codes.next().expect("one of so many"))
    }

    pub async fn wrong_code_for(&self, address: &str) -> String {
        let [first, ..] = self.wrong_codes_for(address).await;
        first
    }

    pub async fn password_of(&self, email: &str, workspace: &str) -> String {
        let world = self.world().await;
        let here = |account: &&SeededAccount| {
            account.email == email && account.workspaces.iter().any(|member_of| member_of == workspace)
        };
        let account = world.accounts.iter().find(here);
        account.unwrap_or_else(|| panic!("{email} is not in {workspace}")).password.clone()
    }

    /// The recovery key of a super administrator.
    pub async fn recovery_key_of(&self, email: &str) -> String {
        let world = self.world().await;
        let key = world.accounts.iter().find(|account| account.email == email).and_then(|it| it.recovery_key.clone());
        key.unwrap_or_else(|| panic!("{email} has no recovery key"))
    }

    async fn world(&self) -> World {
        let world = self.sandbox(reqwest::Method::GET, &format!("{}/sandbox/world", self.origin()), None).await;
        serde_json::from_value(world).expect("a world")
    }

    /// Changes a workspace's policy as its administrator would, and returns the whole of it.
    pub async fn policy(&self, workspace: &str, changes: Value) -> Value {
        let url = format!("{}/sandbox/workspaces/{workspace}/policy", self.origin());
        self.sandbox(reqwest::Method::POST, &url, Some(changes)).await
    }

    /// Fetches a page of the gate without a browser, as the scanners of mails do.
    pub async fn scans(&self, method: reqwest::Method, target: &str) -> reqwest::StatusCode {
        let url = format!("{}{target}", self.origin());
        let answer = self.client.request(method, &url).send().await;
        answer.unwrap_or_else(|error| panic!("{url}: {error}")).status()
    }

    /// Moves the backend's clock; the browser's runs on as it does.
    pub async fn lets_pass(&self, seconds: u64) {
        let url = format!("{}/sandbox/clock", self.origin());
        self.sandbox(reqwest::Method::POST, &url, Some(json!({ "advance_seconds": seconds }))).await;
    }

    /// The backend's time, in seconds of Unix time.
    pub async fn now(&self) -> u64 {
        let clock = self.sandbox(reqwest::Method::GET, &format!("{}/sandbox/clock", self.origin()), None).await;
        clock["now"].as_u64().expect("milliseconds") / 1000
    }

    /// Connects an identity at a provider, as its member would.
    pub async fn connects(&self, email: &str, workspace: &str, provider: &str, subject: &str) {
        let url = format!("{}/sandbox/identities", self.origin());
        let it = json!({ "email": email, "workspace": workspace, "provider": provider, "subject": subject });
        self.sandbox(reqwest::Method::POST, &url, Some(it)).await;
    }

    pub async fn scenario(&self, name: &str) {
        let url = format!("{}/sandbox/scenarios/{name}", self.origin());
        self.sandbox(reqwest::Method::POST, &url, Some(json!({}))).await;
    }

    async fn sandbox(&self, method: reqwest::Method, url: &str, body: Option<Value>) -> Value {
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert!(status.is_success(), "{url}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON of the sandbox") }
    }

    // The end

    /// What went wrong on the backend's side without anybody wanting it.
    pub fn own_faults(&self) -> Vec<String> {
        let passed = self.wire.passed();
        let faults = passed.iter().filter(|passed| passed.from_gate.is_some_and(|status| status.is_server_error()));
        faults
            .map(|fault| format!("the backend's own fault: {} {} {:?}", fault.method, fault.target, fault.from_gate))
            .collect()
    }
}

/// The built app.
pub fn app() -> PathBuf {
    let folder = std::env::var_os("DAEMUN_DIST")
        .filter(|value| !value.is_empty())
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist"), PathBuf::from);
    assert!(
        folder.join("index.html").is_file(),
        "there is no built app in {}: run `cargo xtask test`, or set DAEMUN_DIST",
        folder.display()
    );
    folder
}
