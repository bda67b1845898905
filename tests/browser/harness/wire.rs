//! The wire between the browser and the gate: it remembers everything that passes, and can hold, lose and alter it.
//! It knows HTTP and nothing of flows.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// One request that came by, and what became of it.
#[derive(Clone, Debug)]
pub struct Passed {
    pub method: Method,
    /// Path and query.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What the gate answered; `None` if it has not, or was never asked.
    pub from_gate: Option<StatusCode>,
    /// What the browser was answered; `None` if it has not been, or never will be.
    pub to_browser: Option<StatusCode>,
    pub answer: Bytes,
    pub tampered: bool,
}

impl Passed {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn is_api(&self) -> bool {
        self.target.starts_with("/api/")
    }
}

/// Which requests are meant.
#[derive(Clone, Copy, Debug)]
pub struct Requests {
    method: Option<&'static str>,
    part: &'static str,
}

impl Requests {
    /// POSTs whose path ends in this, such as `/flows` or `/actions/submit`.
    pub const fn posts(end: &'static str) -> Self {
        Self { method: Some("POST"), part: end }
    }

    /// Flows that are given up.
    pub const fn deletes() -> Self {
        Self { method: Some("DELETE"), part: "/api/v1/flows/" }
    }

    /// Everything whose path ends in this, such as `.wasm`.
    pub const fn of(end: &'static str) -> Self {
        Self { method: None, part: end }
    }

    /// Reads of flows.
    pub const fn reads() -> Self {
        Self { method: Some("GET"), part: "/api/v1/flows/" }
    }

    /// Everything of the API.
    pub const fn api() -> Self {
        Self { method: None, part: "/api/" }
    }

    fn cover(self, method: &Method, path: &str) -> bool {
        let method_fits = self.method.is_none_or(|name| method.as_str() == name);
        method_fits && (path.ends_with(self.part) || self.part.ends_with('/') && path.starts_with(self.part))
    }
}

/// What is done to a request or its answer.
#[derive(Clone, Debug)]
pub enum Tampering {
    /// The request waits until this is lifted.
    Hold,
    /// The request never reaches the gate; the connection is closed.
    Lose,
    /// The gate does its work, but its answer is lost.
    LoseAnswer,
    /// The gate is not asked; this is answered instead.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Bytes },
    /// One byte in the middle of the answer's body is flipped.
    FlipByte,
    /// The answer arrives under another media type.
    Retype(&'static str),
    /// The answer's body ends in the middle, in good form.
    Halve,
    /// The answer sets no cookies, as if the browser kept none.
    KeepNoCookies,
}

impl Tampering {
    pub fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::Answer { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// Compressed bytes would hide what is done to them.
    fn needs_plain_body(&self) -> bool {
        matches!(self, Self::FlipByte | Self::Halve)
    }
}

struct Rule {
    which: Requests,
    tampering: Tampering,
    /// How many more requests it applies to; `None`: all.
    left: Mutex<Option<u32>>,
    lifted: watch::Sender<bool>,
}

impl Rule {
    /// Whether it applies to this request; counts it if so.
    fn takes(&self, method: &Method, path: &str) -> bool {
        if *self.lifted.borrow() || !self.which.cover(method, path) {
            return false;
        }
        let mut left = self.left.lock().unwrap();
        match &mut *left {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// A tampering under way; it goes on until it is lifted.
pub struct Tampered(Arc<Rule>);

impl Tampered {
    pub fn lift(self) {
        self.0.lifted.send_replace(true);
    }
}

struct State {
    gate: OnceLock<SocketAddr>,
    client: reqwest::Client,
    rules: Mutex<Vec<Arc<Rule>>>,
    passed: Mutex<Vec<Passed>>,
}

/// A listening wire. It has an origin before there is a gate behind it, since the gate must know that origin.
#[derive(Clone)]
pub struct Wire {
    port: u16,
    state: Arc<State>,
}

impl Wire {
    pub async fn listen() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("the port").port();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // A connection that the gate closed meanwhile must not look like a fault of it.
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        let state =
            State { gate: OnceLock::new(), client, rules: Mutex::new(Vec::new()), passed: Mutex::new(Vec::new()) };
        let wire = Self { port, state: Arc::new(state) };
        let serving = wire.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let wire = serving.clone();
                tokio::spawn(async move {
                    // A browser sends a request again by itself when a connection that had worked before breaks. One
                    // connection for each request: what is lost here is lost for the app.
                    let served = http1::Builder::new()
                        .keep_alive(false)
                        .timer(TokioTimer::new())
                        .serve_connection(
                            TokioIo::new(stream),
                            service_fn(move |request| {
                                let wire = wire.clone();
                                async move { wire.pass(request).await }
                            }),
                        )
                        .await;
                    // A lost answer ends in an error here, on purpose.
                    drop(served);
                });
            }
        });
        wire
    }

    pub fn lead_to(&self, gate: SocketAddr) {
        self.state.gate.set(gate).expect("one gate behind one wire");
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Everything that has passed so far, in order of arrival.
    pub fn passed(&self) -> Vec<Passed> {
        self.state.passed.lock().unwrap().clone()
    }

    /// What the API answered last, if that was JSON.
    pub fn last_answer(&self) -> serde_json::Value {
        let passed = self.state.passed.lock().unwrap();
        let last = passed.iter().rfind(|passed| passed.is_api() && passed.to_browser.is_some());
        last.and_then(|passed| serde_json::from_slice(&passed.answer).ok()).unwrap_or_default()
    }

    /// How many requests of this kind have come by.
    pub fn count(&self, which: Requests) -> usize {
        let passed = self.state.passed.lock().unwrap();
        passed.iter().filter(|passed| which.cover(&passed.method, passed.path())).count()
    }

    /// How many requests of this kind have been answered to the browser.
    pub fn answered(&self, which: Requests) -> usize {
        let passed = self.state.passed.lock().unwrap();
        passed.iter().filter(|passed| passed.to_browser.is_some() && which.cover(&passed.method, passed.path())).count()
    }

    /// Tampers with every such request from now on.
    pub fn tamper(&self, which: Requests, tampering: Tampering) -> Tampered {
        self.add(which, tampering, None)
    }

    /// Tampers with the next `times` such requests.
    pub fn tamper_times(&self, times: u32, which: Requests, tampering: Tampering) -> Tampered {
        self.add(which, tampering, Some(times))
    }

    fn add(&self, which: Requests, tampering: Tampering, left: Option<u32>) -> Tampered {
        let rule = Arc::new(Rule { which, tampering, left: Mutex::new(left), lifted: watch::Sender::new(false) });
        self.state.rules.lock().unwrap().push(rule.clone());
        Tampered(rule)
    }

    async fn pass(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let rule = {
            let rules = self.state.rules.lock().unwrap();
            rules.iter().find(|rule| rule.takes(&parts.method, parts.uri.path())).cloned()
        };
        let place = {
            let mut passed = self.state.passed.lock().unwrap();
            passed.push(Passed {
                method: parts.method.clone(),
                target: target.clone(),
                headers: parts.headers.clone(),
                body: body.clone(),
                from_gate: None,
                to_browser: None,
                answer: Bytes::new(),
                tampered: rule.is_some(),
            });
            passed.len() - 1
        };
        let tampering = rule.as_ref().map(|rule| &rule.tampering);
        match tampering {
            Some(Tampering::Hold) => {
                let mut lifted = rule.as_ref().expect("the rule at hand").lifted.subscribe();
                lifted.wait_for(|lifted| *lifted).await.map_err(io::Error::other)?;
            }
            Some(Tampering::Lose) => return Err(lost()),
            Some(Tampering::Answer { status, headers, body }) => {
                let mut answer = Response::new(Full::new(body.clone()));
                *answer.status_mut() = StatusCode::from_u16(*status).expect("a status");
                for (name, value) in headers {
                    let value = HeaderValue::from_str(value).expect("a header's value");
                    answer.headers_mut().insert(HeaderName::from_static(name), value);
                }
                self.note(place, |passed| {
                    passed.to_browser = Some(answer.status());
                    passed.answer = body.clone();
                });
                return Ok(answer);
            }
            Some(
                Tampering::LoseAnswer
                | Tampering::FlipByte
                | Tampering::Retype(_)
                | Tampering::Halve
                | Tampering::KeepNoCookies,
            )
            | None => {}
        }

        let mut headers = parts.headers;
        headers.remove(CONNECTION);
        if tampering.is_some_and(Tampering::needs_plain_body) {
            headers.remove(ACCEPT_ENCODING);
        }
        let gate = self.state.gate.get().expect("a gate behind the wire");
        let asked =
            self.state.client.request(parts.method, format!("http://{gate}{target}")).headers(headers).body(body);
        let answer = asked.send().await.map_err(io::Error::other)?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let mut body = answer.bytes().await.map_err(io::Error::other)?;
        self.note(place, |passed| passed.from_gate = Some(status));

        match tampering {
            Some(Tampering::LoseAnswer) => return Err(lost()),
            Some(Tampering::FlipByte) => {
                let mut flipped = body.to_vec();
                let middle = flipped.len() / 2;
                flipped[middle] ^= 1;
                body = flipped.into();
            }
            Some(Tampering::Halve) => body = body.slice(..body.len() / 2),
            Some(Tampering::KeepNoCookies) => drop(headers.remove(SET_COOKIE)),
            Some(Tampering::Retype(media_type)) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            }
            Some(Tampering::Hold | Tampering::Lose | Tampering::Answer { .. }) | None => {}
        }
        for of_the_connection in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
            headers.remove(of_the_connection);
        }
        self.note(place, |passed| {
            passed.to_browser = Some(status);
            passed.answer = body.clone();
        });
        let mut answer = Response::new(Full::new(body));
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }

    fn note(&self, place: usize, note: impl FnOnce(&mut Passed)) {
        note(&mut self.state.passed.lock().unwrap()[place]);
    }
}

fn lost() -> io::Error {
    io::Error::other("lost on the wire")
}
