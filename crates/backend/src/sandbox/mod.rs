//! The sandbox (`--sandbox`): an inbox, accounts to try, a clock to move and scenarios, for people at `/sandbox/` and for
//! tests beside it. It refuses to exist anywhere but on this machine.

mod host;
mod links;
mod page;
mod policy;
mod provider;
mod scenarios;
mod terms;
mod world;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use crate::carrier::Carrier;
use crate::http::{House, is_own_origin, own_fault, see_other};
use crate::login_id::LoginId;
use crate::pages;
use crate::store::{self, InboxRow, Trouble};

pub(crate) use provider::providers;
pub use world::{Seed, seeds};
pub(crate) use world::{plant, warm_up};

/// Whether there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    On,
    Off,
}

/// A message as `GET /sandbox/messages` tells it.
#[derive(Debug, Serialize)]
struct Message {
    to: String,
    channel: Carrier,
    subject: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    at: u64,
}

impl From<InboxRow> for Message {
    fn from(row: InboxRow) -> Self {
        Self {
            to: row.to,
            channel: row.words.carrier,
            subject: row.words.subject,
            text: row.words.text,
            code: row.words.code,
            link: row.words.link,
            at: row.at.0,
        }
    }
}

/// Farthest that the clock goes at once: ten years.
const FARTHEST: u64 = 10 * 366 * 24 * 3600;

pub fn routes(house: House) -> Router<House> {
    Router::new()
        .route("/sandbox", get(|| async { see_other("/sandbox/") }))
        .route("/sandbox/", get(show))
        .route("/sandbox/phone", get(phone))
        .route("/sandbox/sandbox.js", get(script))
        .route("/sandbox/host", get(host))
        .route("/sandbox/host.js", get(host_script))
        .route("/sandbox/webview", get(webview))
        .route("/sandbox/webview.js", get(webview_script))
        .route("/sandbox/world", get(world))
        .route("/sandbox/terms/{id}", get(terms::show))
        .route("/sandbox/messages", get(messages))
        .route("/sandbox/clock", get(clock).post(move_clock))
        .route("/sandbox/scenarios/{name}", post(scenario))
        .route("/sandbox/provider/{id}/.well-known/openid-configuration", get(provider::describe))
        .route("/sandbox/provider/{id}/jwks", get(provider::keys))
        .route("/sandbox/provider/{id}/authorize", get(provider::ask).post(provider::decide))
        .route("/sandbox/provider/{id}/token", post(provider::grant))
        .route("/sandbox/provider/{id}/me", get(provider::profile))
        .route("/sandbox/identities", post(provider::connect))
        .route("/sandbox/workspaces/{id}/policy", get(policy::read).post(policy::change))
        .layer(middleware::from_fn_with_state(house, only_from_here))
}

/// Neither a foreign page nor a foreign name that leads to this machine (DNS rebinding) gets in.
async fn only_from_here(State(house): State<House>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let is_own_host = host == Some(house.origin.host.as_bytes());
    let comes_from_elsewhere = headers
        .get_all("sec-fetch-site")
        .iter()
        .any(|site| matches!(site.as_bytes(), b"cross-site" | b"same-site") && request.method() != Method::GET);
    if is_own_host && is_own_origin(&house.origin, headers) && !comes_from_elsewhere {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, [(header::CACHE_CONTROL, "no-store")], "The sandbox is for this machine alone\n")
            .into_response()
    }
}

async fn show(State(house): State<House>) -> Response {
    let read = async {
        house.gate.postman.carry_due().await?;
        let (key, origin) = (house.gate.key.clone(), house.origin.text.clone());
        house
            .gate
            .store
            .read(move |transaction| Ok((store::inbox(transaction, None)?, world::read(transaction, &key, &origin)?)))
            .await
    };
    answer(
        &house,
        read.await.map(|(inbox, world)| {
            let html = page::html(&inbox, &world, house.gate.clock.now());
            crate::http::page(StatusCode::OK, html, pages::policy())
        }),
    )
}

async fn phone(State(house): State<House>) -> Response {
    let read = async {
        house.gate.postman.carry_due().await?;
        house.gate.store.read(|transaction| store::inbox(transaction, None)).await
    };
    answer(
        &house,
        read.await.map(|inbox| {
            let html = page::phone(&inbox, house.gate.clock.now());
            crate::http::page(StatusCode::OK, html, pages::policy())
        }),
    )
}

async fn host(State(house): State<House>) -> Response {
    let origin = &house.origin.text;
    let html = host::html(origin, house.files.hosts().list(origin));
    crate::http::page(StatusCode::OK, html, host::policy())
}

async fn script() -> Response {
    javascript(include_str!("sandbox.js"))
}

async fn webview(State(house): State<House>) -> Response {
    house.files.in_webview("/sandbox/webview.js").unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn webview_script() -> Response {
    javascript(include_str!("webview.js"))
}

async fn host_script() -> Response {
    javascript(include_str!("host.js"))
}

fn javascript(text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, text).into_response()
}

async fn world(State(house): State<House>) -> Response {
    let (key, origin) = (house.gate.key.clone(), house.origin.text.clone());
    let read = house.gate.store.read(move |transaction| world::read(transaction, &key, &origin)).await;
    answer(&house, read.map(json))
}

#[derive(Deserialize)]
struct Wanted {
    to: Option<String>,
}

/// What is due is delivered first, so that whoever asks after an act finds its mail.
async fn messages(State(house): State<House>, Query(wanted): Query<Wanted>) -> Response {
    let read = async {
        house.gate.postman.carry_due().await?;
        // Mails are sent to the form that is compared, and asked for as somebody typed it.
        let to = wanted.to.map(|to| LoginId::parse(&to).map_or(to, |id| id.as_str().into()));
        house.gate.store.read(move |transaction| store::inbox(transaction, to.as_deref())).await
    };
    answer(&house, read.await.map(|rows| json(rows.into_iter().map(Message::from).collect::<Vec<_>>())))
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u64,
}

#[derive(Serialize)]
struct Now {
    now: u64,
}

async fn clock(State(house): State<House>) -> Response {
    json(Now { now: house.gate.clock.now().0 })
}

/// As JSON from tests, as a form from the page.
async fn move_clock(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Response {
    let from_page = is_form(&headers);
    let seconds = if from_page {
        url::form_urlencoded::parse(&body)
            .find(|(name, _)| name == "advance_seconds")
            .and_then(|(_, value)| value.parse().ok())
    } else {
        serde_json::from_slice::<Advance>(&body).ok().map(|advance| advance.advance_seconds)
    };
    let Some(seconds) = seconds.filter(|seconds| *seconds <= FARTHEST) else {
        return (StatusCode::BAD_REQUEST, "advance_seconds: a whole number\n").into_response();
    };
    house.gate.clock.advance_seconds(seconds);
    if let Some(moved_by) = house.gate.clock.moved_by() {
        let kept = house.gate.store.write(move |transaction| store::set_clock_moved_by(transaction, moved_by)).await;
        if let Err(trouble) = kept {
            return answer(&house, Err(trouble));
        }
    }
    if from_page { see_other("/sandbox/") } else { json(Now { now: house.gate.clock.now().0 }) }
}

async fn scenario(State(house): State<House>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(scenario) = scenarios::Scenario::parse(&name) else {
        return (StatusCode::NOT_FOUND, "No such scenario\n").into_response();
    };
    let played = scenarios::play(&house.gate, scenario).await;
    answer(
        &house,
        played.map(
            |()| {
                if is_form(&headers) { see_other("/sandbox/") } else { StatusCode::NO_CONTENT.into_response() }
            },
        ),
    )
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form-urlencoded"))
}

fn json<T: Serialize>(value: T) -> Response {
    match serde_json::to_string(&value) {
        Ok(body) => {
            ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
        }
        Err(_) => own_fault(),
    }
}

fn answer(house: &House, done: Result<Response, Trouble>) -> Response {
    done.unwrap_or_else(|trouble| {
        house.log.line(&format!("trouble: {trouble}"));
        own_fault()
    })
}
