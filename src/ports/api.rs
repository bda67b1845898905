//! The backend, over HTTP: typed calls out, typed answers back, and no trust in what arrives.

use daemun_flow::{Answer, Fault};
#[cfg(feature = "whole")]
use daemun_protocol::Discovery;
use daemun_protocol::{
    Act, Action, ActionName, Begin, Flow, IDEMPOTENCY_HEADER, Input, Problem, ProblemCode, Secret, VERSION,
    VERSION_HEADER,
};
use gloo_net::http::{Method, RequestBuilder, Response};
use serde::Serialize;
#[cfg(feature = "whole")]
use {
    js_sys::{Object, Reflect},
    leptos::reactive::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    wasm_bindgen_futures::JsFuture,
    web_sys::RequestCache,
};

use super::json::Json;
use super::page;

/// No answer of the protocol comes near this many bytes.
const LONGEST_ANSWER: usize = 512 * 1024;

/// For how many seconds a read may be held, and how that is asked for.
const HOLD: u64 = 25;
const PREFER_HOLD: &str = "wait=25";

/// What can be asked of a backend. Bodies are JSON already: two acts are the same if these are, and a secret goes with its body.
#[derive(Clone, PartialEq)]
pub enum Call {
    Begin {
        body: Secret,
    },
    Read {
        id: String,
        etag: Option<String>,
    },
    Act {
        id: String,
        rev: u64,
        name: ActionName,
        body: Secret,
    },
    #[cfg(feature = "whole")]
    GiveUp {
        id: String,
    },
}

impl Call {
    pub fn begin(begin: &Begin) -> Self {
        Self::Begin { body: json(begin) }
    }

    /// `remember` is what goes with an act where the member is asked whether to be remembered.
    pub fn act(id: String, rev: u64, action: Action, locale: String, remember: Option<bool>) -> Self {
        let name = action.name();
        let input = Input { remember_account: remember, ..action.into_input() };
        let body = json(&Act { rev, input, locale: Some(locale) });
        Self::Act { id, rev, name, body }
    }

    /// Seconds for which the backend is asked to hold its answer (RFC 7240 §4.3); one that holds nothing answers at
    /// once.
    pub const fn wait(&self) -> u64 {
        match self {
            Self::Read { etag: Some(_), .. } => HOLD,
            Self::Read { etag: None, .. } | Self::Begin { .. } | Self::Act { .. } => 0,
            #[cfg(feature = "whole")]
            Self::GiveUp { .. } => 0,
        }
    }
}

/// Takes a request back.
#[derive(Clone)]
pub struct Abort(Option<web_sys::AbortController>);

impl Abort {
    pub fn new() -> Self {
        Self(web_sys::AbortController::new().ok())
    }

    pub fn abort(&self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }

    pub fn is_aborted(&self) -> bool {
        self.0.as_ref().is_some_and(|controller| controller.signal().aborted())
    }
}

/// Sends a call and reads its answer.
///
/// # Errors
/// [`Fault::Network`] when nothing came, [`Fault::Unreadable`] when something else than the protocol came.
pub async fn send(key: &str, call: Call, abort: &Abort) -> Result<Answer, Fault> {
    let api = page::api();
    let signal = abort.0.as_ref().map(web_sys::AbortController::signal);
    let request = |method, url: &str| {
        RequestBuilder::new(url).method(method).header(VERSION_HEADER, VERSION).abort_signal(signal.as_ref())
    };
    let post = |url: &str, body: &Secret| {
        request(Method::POST, url)
            .header("Content-Type", "application/json")
            .header(IDEMPOTENCY_HEADER, key)
            .body(body.expose())
    };
    let request = match call {
        Call::Begin { body } => post(&format!("{api}/flows"), &body),
        Call::Read { id, etag } => {
            let read = request(Method::GET, &flow_url(&api, &id));
            match etag {
                Some(etag) => read.header("If-None-Match", &etag).header("Prefer", PREFER_HOLD),
                None => read,
            }
            .build()
        }
        #[cfg(feature = "whole")]
        Call::GiveUp { id } => request(Method::DELETE, &flow_url(&api, &id)).build(),
        Call::Act { id, name, body, .. } => post(&format!("{}/actions/{}", flow_url(&api, &id), name.as_str()), &body),
    };
    let response = request.map_err(|_| Fault::Unreadable)?.send().await.map_err(|_| Fault::Network)?;
    read(response).await
}

/// What this deployment can do.
///
/// # Errors
/// [`Fault::Network`], whatever came instead: it says nothing of the flow, and asking again is all that can be done.
#[cfg(feature = "whole")]
pub async fn discover(abort: &Abort) -> Result<Discovery, Fault> {
    let signal = abort.0.as_ref().map(web_sys::AbortController::signal);
    // Never out of the browser's cache: a description that arrived damaged would be found there again and again.
    let request = RequestBuilder::new("/.well-known/daemun").cache(RequestCache::Reload).abort_signal(signal.as_ref());
    let response = request.send().await.map_err(|_| Fault::Network)?;
    if !response.ok() {
        return Err(Fault::Network);
    }
    let description = parse(&response).await.map_err(|_| Fault::Network)?;
    Discovery::read(&description).map_err(|_| Fault::Network)
}

/// Whether a page of ours is within reach; the browser keeps what it got.
pub async fn reaches(page: &str) -> bool {
    RequestBuilder::new(page).send().await.is_ok_and(|response| response.ok())
}

/// Gives a flow up. The request outlives the page that sends it; if the page is still there when it is answered, `heard` is told
/// which flow that was.
#[cfg(feature = "whole")]
pub fn cancel(id: &str, heard: fn(String)) {
    let object = |members: &[(&str, JsValue)]| {
        let object = Object::new();
        for (name, value) in members {
            let _ = Reflect::set(&object, &(*name).into(), value);
        }
        JsValue::from(object)
    };
    let headers = object(&[(VERSION_HEADER, VERSION.into())]);
    let how = object(&[("method", "DELETE".into()), ("keepalive", true.into()), ("headers", headers)]);
    let window = js_sys::global();
    let sent = page::method(&window, "fetch")
        .and_then(|fetch| fetch.call2(&window, &flow_url(&page::api(), id).into(), &how).ok())
        .and_then(|sending| sending.dyn_into::<js_sys::Promise>().ok());
    if let Some(sent) = sent {
        let id = id.to_owned();
        spawn_local(async move {
            let answer = JsFuture::from(sent).await.ok();
            if answer.and_then(|answer| page::get(&answer, "ok")).is_some_and(|ok| ok.is_truthy()) {
                heard(id);
            }
        });
    }
}

/// A flow's address. The id may come out of the browser's history, where anything can stand.
fn flow_url(api: &str, id: &str) -> String {
    format!("{api}/flows/{}", String::from(js_sys::encode_uri_component(id)))
}

async fn read(response: Response) -> Result<Answer, Fault> {
    let status = response.status();
    if status == 304 {
        return Ok(Answer::NotModified);
    }
    #[cfg(feature = "whole")]
    if status == 204 {
        return Ok(Answer::GivenUp);
    }
    let headers = response.headers();
    let kind = headers.get("Content-Type").unwrap_or_default();
    if kind.starts_with("application/problem+json") {
        return Problem::read(&parse(&response).await?).map(Answer::Problem).map_err(|_| Fault::Unreadable);
    }
    if response.ok() && kind.starts_with("application/json") {
        let etag = headers.get("ETag");
        let flow = Flow::read(&parse(&response).await?).map_err(|_| Fault::Unreadable)?;
        return Ok(Answer::Flow { flow: Box::new(flow), etag });
    }
    // Not the backend but something in between: a gateway that is overloaded says at least when to come back.
    let code = match status {
        429 => ProblemCode::TooManyRequests,
        502..=504 => ProblemCode::Unavailable,
        _ => return Err(Fault::Unreadable),
    };
    let retry_after = headers.get("Retry-After").and_then(|seconds| seconds.parse().ok());
    Ok(Answer::Problem(Problem { retry_after, ..Problem::new(code, status) }))
}

async fn parse(response: &Response) -> Result<Json, Fault> {
    let text = response.text().await.map_err(|_| Fault::Network)?;
    if text.len() > LONGEST_ANSWER {
        return Err(Fault::Unreadable);
    }
    Json::parse(&text).ok_or(Fault::Unreadable)
}

/// Nothing of the protocol cannot be written.
fn json(body: &impl Serialize) -> Secret {
    Secret::new(serde_json::to_string(body).unwrap_or_default())
}
