//! A browser in a few lines: it speaks HTTP over a socket of its own, keeps cookies, and says what it wants done.

use std::sync::atomic::{AtomicU64, Ordering};

use daemun_backend::{Chance, Clock, Config, Log, Server, start};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const STEPS: &[&str] = &[
    "identify",
    "organisation",
    "code",
    "choose_workspace",
    "password",
    "invitation",
    "create_account",
    "request_reset",
    "new_password",
    "register_id",
    "find_id",
    "found_ids",
    "choose_factor",
    "enrol_contact",
    "enrol_authenticator",
    "recovery_codes",
    "recovery_code",
    "link_address",
    "passkey",
    "security",
    "quick_login",
    "set_pin",
    "sessions",
    "trusted_devices",
    "register_device",
    "match_number",
    "wait_approval",
    "recovery_key",
    "new_recovery_key",
    "approvals",
    "approve",
    "account_security",
    "policy_review",
    "provider",
    "external_identities",
    "link_phone",
    "phone_taken",
    "denied_members",
    "deny_review",
    "notice",
];

/// A backend and the directory its database is in.
pub struct House {
    pub server: Server,
    pub directory: TempDir,
}

impl House {
    pub async fn open() -> Self {
        Self::with(|config| config).await
    }

    pub async fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = Config {
            clock: Clock::manual_now(),
            chance: Chance::seeded(1),
            log: Log::kept(),
            return_origins: vec!["https://app.example".into()],
            ..Config::sandbox(directory.path().join("daemun.db"))
        };
        Self { server: start(change(config)).await.unwrap(), directory }
    }

    /// With an app whose pages are there, as they are in a deployment.
    pub async fn with_pages() -> (Self, TempDir) {
        let app = tempfile::tempdir().unwrap();
        for page in ["index.html", "whole.html"] {
            std::fs::write(app.path().join(page), page).unwrap();
        }
        let path = app.path().to_owned();
        (Self::with(|config| Config { app: Some(path), ..config }).await, app)
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::at(self.server.origin())
    }

    pub fn advance(&self, seconds: u64) {
        self.server.clock().advance_seconds(seconds);
    }

    pub async fn play(&self, scenario: &str) {
        let answer = self.visitor().send("POST", &format!("/sandbox/scenarios/{scenario}"), &[], b"").await;
        assert_eq!(answer.status, 204, "{scenario}: {answer:?}");
    }

    /// Changes a workspace's policy, as an administrator would.
    pub async fn policy(&self, workspace: &str, changes: Value) {
        let path = format!("/sandbox/workspaces/{workspace}/policy");
        let answer = self.visitor().send("POST", &path, &[], changes.to_string().as_bytes()).await;
        assert_eq!(answer.status, 200, "{changes}: {answer:?}");
    }

    /// Mails to an address or messages to a number, the newest first.
    pub async fn mails(&self, to: &str) -> Vec<Value> {
        self.messages(to).await.into_iter().filter(|message| message["channel"] != "push").collect()
    }

    /// Notifications that a member's app shows, the newest first.
    pub async fn pushes(&self, to: &str) -> Vec<Value> {
        self.messages(to).await.into_iter().filter(|message| message["channel"] == "push").collect()
    }

    async fn messages(&self, to: &str) -> Vec<Value> {
        let answer = self.visitor().send("GET", &format!("/sandbox/messages?to={to}"), &[], b"").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json().as_array().unwrap().clone()
    }

    pub async fn newest_code(&self, to: &str) -> String {
        self.mails(to).await.first().expect("a mail")["code"].as_str().unwrap().into()
    }

    /// One of the sandbox's links.
    pub async fn link(&self, name: &str) -> String {
        let world = self.visitor().send("GET", "/sandbox/world", &[], b"").await.json();
        world["links"][name].as_str().unwrap_or_else(|| panic!("a link {name}")).into()
    }

    /// The newest link that was mailed to an address.
    pub async fn newest_link(&self, to: &str) -> String {
        let mails = self.mails(to).await;
        mails.iter().find_map(|mail| mail["link"].as_str()).expect("a mail with a link").into()
    }

    /// Six digits that are not the newest code.
    pub async fn wrong_code(&self, to: &str) -> String {
        let right: u32 = self.newest_code(to).await.parse().unwrap();
        format!("{:06}", (right + 1) % 1_000_000)
    }

    /// What an administrator of a deployment does.
    pub fn sql(&self, statements: &str) {
        let connection = rusqlite::Connection::open(self.directory.path().join("daemun.db")).unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        connection.execute_batch(statements).unwrap();
    }

    /// A number that the database knows.
    pub fn count(&self, query: &str) -> i64 {
        let connection = rusqlite::Connection::open(self.directory.path().join("daemun.db")).unwrap();
        connection.query_row(query, [], |row| row.get(0)).unwrap()
    }

    pub async fn stop(self) -> TempDir {
        self.server.stop().await;
        self.directory
    }
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The flow: the whole body, or the problem's.
    pub fn flow(&self) -> Value {
        let body = self.json();
        if body["id"].is_string() { body } else { body["flow"].clone() }
    }

    pub fn step(&self) -> String {
        self.flow()["step"]["type"].as_str().unwrap_or_default().into()
    }

    /// The answer, if it is a flow at this step.
    #[track_caller]
    pub fn at(self, step: &str) -> Self {
        assert!(matches!(self.status, 200 | 201), "{} {}", self.status, self.json());
        assert_eq!(self.step(), step, "{}", self.json());
        self
    }

    /// The answer, if it is a notice of this code.
    #[track_caller]
    pub fn notice(self, code: &str) -> Self {
        let answer = self.at("notice");
        assert_eq!(answer.flow()["step"]["code"], code);
        answer
    }

    /// The answer, if it is this problem.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status, status, "{}", self.json());
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.header("retry-after").map(str::to_owned), body.get("retry_after").map(Value::to_string));
        self
    }

    /// The errors of the fields, as `(pointer, code)`, if the input is refused.
    #[track_caller]
    pub fn refused(self) -> Vec<(String, String)> {
        let answer = self.problem(422, "input_invalid").json();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        answer["errors"].as_array().unwrap().iter().map(|e| (text(e, "pointer"), text(e, "code"))).collect()
    }

    /// What is wrong with the password, if nothing else is.
    #[track_caller]
    pub fn password_refused(self) -> Vec<String> {
        let errors = self.refused();
        assert!(errors.iter().all(|(pointer, _)| pointer == "/input/password"), "{errors:?}");
        errors.into_iter().map(|(_, code)| code).collect()
    }

    /// The names of the offered actions, in alphabetical order.
    pub fn actions(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.flow()["actions"].as_object().map(|actions| actions.keys().cloned().collect()).unwrap_or_default();
        names.sort_unstable();
        names
    }
}

#[derive(Clone)]
pub struct Visitor {
    pub origin: String,
    pub cookies: Vec<(String, String)>,
    pub flow: Value,
}

/// A key that no request had before.
pub fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("key-{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn begin_body(hints: Value) -> Value {
    begin_body_of("sign_in", hints)
}

pub fn begin_body_of(kind: &str, hints: Value) -> Value {
    json!({"kind": kind, "hints": hints, "client": {"version": "1", "locale": "en", "steps": STEPS}})
}

impl Visitor {
    pub fn at(origin: &str) -> Self {
        Self { origin: origin.into(), cookies: Vec::new(), flow: Value::Null }
    }

    pub fn authority(&self) -> String {
        self.origin.strip_prefix("http://").unwrap().into()
    }

    pub async fn connect(&self) -> TcpStream {
        let port = self.origin.rsplit(':').next().unwrap();
        TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap()
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str())
    }

    /// One request; cookies go along, and are not kept.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: {}\r\n", self.authority());
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        if !self.cookies.is_empty() {
            let line: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            head += &format!("Cookie: {}\r\n", line.join("; "));
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        self.send_bytes(bytes).await
    }

    /// Whatever bytes; what is read until the other side closes.
    pub async fn send_bytes(&self, bytes: Vec<u8>) -> Answer {
        let (mut reading, mut writing) = self.connect().await.into_split();
        let writer = tokio::spawn(async move {
            // The other side may have heard enough before everything is said.
            let _ = writing.write_all(&bytes).await;
            writing
        });
        let mut answer = Vec::new();
        let _ = reading.read_to_end(&mut answer).await;
        writer.abort();
        parse(&answer)
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        let headers = [("Daemun-Version", "1"), ("Content-Type", "application/json"), ("Idempotency-Key", key)];
        self.send("POST", path, &headers, body.to_string().as_bytes()).await
    }

    pub fn keep(&mut self, answer: &Answer) {
        for (name, line) in &answer.headers {
            if name == "set-cookie" {
                let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.retain(|(kept, _)| kept != name);
                if !value.is_empty() {
                    self.cookies.push((name.into(), value.into()));
                }
            }
        }
        if answer.header("content-type").is_some_and(|named| named.contains("json")) {
            let flow = answer.flow();
            if flow["id"].is_string() {
                self.flow = flow;
            }
        }
    }

    pub async fn begin(&mut self, hints: Value) -> Answer {
        let answer = self.post("/api/v1/flows", &fresh_key(), &begin_body(hints)).await;
        self.keep(&answer);
        answer
    }

    /// Opens a link as the app does: the page, and the secret of its fragment.
    pub async fn open_link(&mut self, link: &str) -> Answer {
        let (place, token) = link.split_once('#').unwrap();
        let kind = place.rsplit('/').next().unwrap();
        self.begin_with(kind, json!({"token": token})).await
    }

    pub async fn begin_with(&mut self, kind: &str, hints: Value) -> Answer {
        let answer = self.post("/api/v1/flows", &fresh_key(), &begin_body_of(kind, hints)).await;
        self.keep(&answer);
        answer
    }

    /// The settings of who is signed in, and there the devices.
    pub async fn open_devices(&mut self) -> Answer {
        self.begin_with("security", json!({})).await.at("security");
        self.act("show_devices", json!({})).await.at("trusted_devices")
    }

    pub fn flow_path(&self) -> String {
        format!("/api/v1/flows/{}", self.flow["id"].as_str().unwrap())
    }

    pub fn act_path(&self, name: &str) -> String {
        format!("{}/actions/{name}", self.flow_path())
    }

    pub fn act_body(&self, input: Value) -> Value {
        json!({"rev": self.flow["rev"], "input": input})
    }

    pub async fn act(&mut self, name: &str, input: Value) -> Answer {
        let answer = self.post(&self.act_path(name), &fresh_key(), &self.act_body(input)).await;
        self.keep(&answer);
        answer
    }

    pub async fn submit(&mut self, input: Value) -> Answer {
        self.act("submit", input).await
    }

    pub async fn read(&mut self) -> Answer {
        let answer = self.send("GET", &self.flow_path(), &[("Daemun-Version", "1")], b"").await;
        self.keep(&answer);
        answer
    }

    /// To the code's step.
    pub async fn ask_code(&mut self, email: &str) -> Answer {
        self.begin(json!({})).await;
        self.submit(json!({"identifier": email})).await
    }

    /// To the step after the code.
    pub async fn verify(&mut self, house: &House, email: &str) -> Answer {
        self.ask_code(email).await.at("code");
        let code = house.newest_code(email).await;
        self.submit(json!({"code": code})).await
    }

    /// To the password of one of several workspaces.
    pub async fn reach_password(&mut self, house: &House, email: &str, workspace: &str) -> Answer {
        let verified = self.verify(house, email).await;
        if verified.step() == "password" {
            return verified;
        }
        self.act("choose", json!({"workspace": workspace})).await.at("password")
    }

    /// The browser forgets its session.
    pub fn signs_out(&mut self) {
        self.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    }

    /// All the way in.
    pub async fn sign_in(&mut self, house: &House, email: &str, workspace: &str, password: &str) -> Answer {
        self.reach_password(house, email, workspace).await;
        let answer = self.submit(json!({"password": password})).await;
        assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
        answer
    }
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())))
        .collect();
    let body = bytes.get(end + 4..).unwrap_or_default().to_vec();
    Answer { status, headers, body }
}
