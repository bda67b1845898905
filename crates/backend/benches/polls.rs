//! Two thousand reads that are held, and how soon one hears that its flow has changed: `cargo xtask bench polls`. The
//! backend is the program itself, in a process of its own. Goals that are missed are told, and no failure.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on says so at once")]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use axum::body::Bytes;
use daemun_protocol::StepKind;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, COOKIE, ETAG, HOST, IF_NONE_MATCH, SET_COOKIE};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// Reads that are held at once.
const WAITING: usize = 2_000;
/// Flows that are changed, one after the other.
const CHANGED: usize = 400;
/// Plain reads, for comparison.
const PLAIN: usize = 400;
/// What the backend may need at most, in MiB.
const MEMORY: u64 = 512;
/// How soon a held read is to be answered, in milliseconds.
const SOON: f64 = 100.0;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() {
    // Each connection is a file.
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);
    let directory = tempfile::tempdir().unwrap();
    let backend = Backend::start(&directory.path().join("daemun.db")).await;
    let at_rest = backend.memory("VmRSS");

    println!("{WAITING} members begin a flow each, and read it");
    let mut members = Vec::new();
    for _ in 0..WAITING {
        members.push(Member::begin(backend.address).await);
    }
    let (news, mut heard) = mpsc::unbounded_channel();
    let (waits, mut waiting) = mpsc::unbounded_channel();
    for (number, member) in members.iter().enumerate() {
        tokio::spawn(member.clone().waits(backend.address, number, waits.clone(), news.clone()));
    }
    for _ in 0..WAITING {
        timeout(PATIENCE, waiting.recv()).await.expect("all wait").unwrap();
    }

    let mut line = Line::open(backend.address).await;
    let mut plain = Vec::new();
    for member in members.iter().cycle().take(PLAIN) {
        let began = Instant::now();
        let answer = line.send(member.reads(None)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        plain.push(began.elapsed());
    }
    let (mut from_sending, mut acts) = (Vec::new(), Vec::new());
    for (number, member) in members.iter().enumerate().take(CHANGED) {
        let sent = Instant::now();
        let answer = line.send(member.acts()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{answer:?}");
        acts.push(sent.elapsed());
        let (whose, at) = timeout(PATIENCE, heard.recv()).await.expect("the held read is answered").unwrap();
        assert_eq!(whose, number, "nobody else hears of it");
        from_sending.push(at.duration_since(sent));
    }

    let (plain, acts, held) = (Times::of(plain), Times::of(acts), Times::of(from_sending));
    println!("\nwith {WAITING} reads held            median      95 %    slowest");
    plain.print("a plain read");
    acts.print("an act, until its own answer");
    held.print("a held read, from the act's sending");
    println!("\na held read hears of an act after {:.1} times a plain read's time", held.median / plain.median);
    println!("{}", verdict(held.median <= SOON, &format!("{:.1} ms at the median, bar {SOON} ms", held.median)));
    match (at_rest, backend.memory("VmHWM")) {
        (Some(at_rest), Some(most)) => {
            println!(
                "{}",
                verdict(most <= MEMORY, &format!("{most} MiB at most ({at_rest} at rest), bar {MEMORY} MiB"))
            );
        }
        (None, _) | (_, None) => println!("what the backend needs of memory cannot be read here"),
    }
}

fn verdict(good: bool, what: &str) -> String {
    format!("{} {what}", if good { "good:  " } else { "missed:" })
}

/// In milliseconds.
struct Times {
    median: f64,
    most: f64,
    slowest: f64,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
        Self { median: at(50), most: at(95), slowest: at(100) }
    }

    fn print(&self, what: &str) {
        println!("{what:<36}{:>7.2} ms{:>7.2} ms{:>8.2} ms", self.median, self.most, self.slowest);
    }
}

/// The program; dropping it kills it.
struct Backend {
    child: Child,
    address: SocketAddr,
}

impl Backend {
    async fn start(database: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_daemun-backend"))
            .args(["--sandbox", "--quiet", "--listen", "127.0.0.1:0", "--database"])
            .arg(database)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let greeting = lines.next_line().await.unwrap().expect("a greeting");
        let port = greeting.trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        Self { child, address: SocketAddr::from(([127, 0, 0, 1], port.expect("a port"))) }
    }

    /// A figure of the process (`proc_pid_status`), in MiB.
    fn memory(&self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
    }
}

/// One connection, which is kept.
struct Line(http1::SendRequest<Full<Bytes>>);

impl Line {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (line, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(line)
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        self.0.ready().await.unwrap();
        let (parts, body) = self.0.send_request(request).await.unwrap().into_parts();
        Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
    }
}

/// A browser with a flow.
#[derive(Clone)]
struct Member {
    host: String,
    cookie: String,
    flow: String,
    etag: String,
}

impl Member {
    async fn begin(address: SocketAddr) -> Self {
        let host = format!("localhost:{}", address.port());
        let mut line = Line::open(address).await;
        let nobody = Self { host: host.clone(), cookie: String::new(), flow: String::new(), etag: String::new() };
        let steps: Vec<_> = StepKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let client = json!({"version": "1", "locale": "en", "steps": steps});
        let begun = line
            .send(nobody.posts("/api/v1/flows", "begin-it", &json!({"kind": "sign_in", "hints": {}, "client": client})))
            .await;
        assert_eq!(begun.status(), StatusCode::CREATED, "{begun:?}");
        let cookie = begun.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let flow: Value = serde_json::from_slice(begun.body()).unwrap();
        let flow = flow["id"].as_str().unwrap().to_owned();
        let member = Self { host, cookie, flow, etag: String::new() };
        let read = line.send(member.reads(None)).await;
        Self { etag: read.headers()[ETAG].to_str().unwrap().to_owned(), ..member }
    }

    fn posts(&self, path: &str, key: &str, body: &Value) -> Request<Full<Bytes>> {
        Request::post(path)
            .header(HOST, &self.host)
            .header(COOKIE, &self.cookie)
            .header("Daemun-Version", "1")
            .header("Idempotency-Key", key)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_string()))
            .unwrap()
    }

    fn acts(&self) -> Request<Full<Bytes>> {
        let path = format!("/api/v1/flows/{}/actions/use_organisation", self.flow);
        self.posts(&path, "act-once", &json!({"rev": 1, "input": {}}))
    }

    fn reads(&self, held: Option<&str>) -> Request<Full<Bytes>> {
        let read = Request::get(format!("/api/v1/flows/{}", self.flow))
            .header(HOST, &self.host)
            .header(COOKIE, &self.cookie)
            .header("Daemun-Version", "1");
        let read = match held {
            Some(etag) => read.header(IF_NONE_MATCH, etag).header("Prefer", "wait=25"),
            None => read,
        };
        read.body(Full::default()).unwrap()
    }

    /// Waits as an app does: asks again whenever there was nothing new. `waits` hears once when the first read is on
    /// its way, `news` when the flow has changed.
    async fn waits(
        self,
        address: SocketAddr,
        number: usize,
        waits: mpsc::UnboundedSender<()>,
        news: mpsc::UnboundedSender<(usize, Instant)>,
    ) {
        let mut line = Line::open(address).await;
        waits.send(()).unwrap();
        loop {
            let answer = line.send(self.reads(Some(&self.etag))).await;
            if answer.status() != StatusCode::NOT_MODIFIED {
                assert_eq!(
                    (answer.status(), &answer.headers()["preference-applied"]),
                    (StatusCode::OK, &"wait=25".parse().unwrap())
                );
                // Whoever listens no longer has heard enough.
                let _ = news.send((number, Instant::now()));
                return;
            }
        }
    }
}
