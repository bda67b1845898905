//! The backend over HTTP: which address leads where, and what every answer carries. It refuses to decide anything about
//! flows (see `gate`).

mod cookies;
mod crowd;
mod flows;
mod guards;
mod handoffs;
mod patience;
mod prefer;
mod replies;
pub mod serve;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use daemun_protocol::{
    AppLink, Brand as OwnBrand, DEFAULT_API, Discovery, Kind, Problem, ProblemCode, Provider, StepKind, Terms, VERSION,
};
use tokio::sync::watch;

use crate::brand::Brand;
use crate::files::Files;
use crate::gate::Gate;
use crate::home;
use crate::locale::Locale;
use crate::log::Log;
use crate::logo;
use crate::sandbox;
use crate::shared;

pub use cookies::{Jar, cookie, mark_frame};
pub use guards::{Peer, asker, browser, is_own_origin, is_same_site};
pub use replies::{asked_locale, etag_matches, page};

/// What every route shares.
#[derive(Clone, Debug)]
pub struct House {
    pub gate: Gate,
    pub files: Arc<Files>,
    pub origin: Arc<Origin>,
    pub discovery: Arc<Discovery>,
    pub brand: Arc<Brand>,
    pub log: Log,
    pub client_address: ClientAddress,
    pub sandbox: sandbox::Sandbox,
    /// True once the server stops: nobody is kept waiting any longer.
    pub stopped: watch::Receiver<bool>,
}

impl FromRef<House> for Gate {
    fn from_ref(house: &House) -> Self {
        house.gate.clone()
    }
}

/// The deployment's own origin (RFC 6454 §6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `https://login.example`, `http://localhost:8080`.
    pub text: String,
    /// Host and port as a browser writes them into `Host`.
    pub host: String,
}

/// Where the client's network address is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAddress {
    /// The connection's other end.
    Peer,
    /// The last entry of `X-Forwarded-For`: behind exactly one proxy that appends to it.
    ForwardedFor,
}

/// Everything that is served.
pub fn router(house: House) -> Router {
    let api = Router::new()
        .route("/flows", post(flows::begin))
        .route("/flows/{id}", get(flows::read).delete(flows::cancel))
        .route("/flows/{id}/actions/{name}", post(flows::act))
        .route("/handoffs", post(handoffs::redeem))
        .route("/session", get(handoffs::read).delete(handoffs::end))
        .fallback(unknown_resource)
        .method_not_allowed_fallback(wrong_method);
    let mut router = Router::new()
        .route("/.well-known/daemun", get(describe))
        .route(logo::ROUTE, get(logo::serve))
        .nest(DEFAULT_API, api)
        .merge(home::routes())
        .merge(shared::routes())
        .fallback(elsewhere);
    if house.sandbox == sandbox::Sandbox::On {
        router = router.merge(sandbox::routes(house.clone()));
    }
    router.layer(middleware::from_fn_with_state(house.clone(), every_answer)).with_state(house)
}

/// What this backend does, and what the deployment offers.
pub fn discovery(
    terms: Vec<Terms>,
    apps: Vec<AppLink>,
    providers: Vec<Provider>,
    brand: Option<OwnBrand>,
) -> Discovery {
    Discovery {
        versions: vec![VERSION.into()],
        api: DEFAULT_API.into(),
        kinds: Kind::KNOWN.into(),
        steps: StepKind::ALL.iter().map(|kind| kind.as_str().into()).collect(),
        locales: Locale::ALL.iter().map(|locale| locale.tag().into()).collect(),
        long_polling: true,
        apps,
        terms,
        providers,
        fallback_url: None,
        brand,
    }
}

async fn describe(State(house): State<House>, request: Request) -> Response {
    replies::cacheable_json(&*house.discovery, request.headers())
}

/// Neither the API nor a page of this backend: the app's files.
async fn elsewhere(house: State<House>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        unknown_resource().await
    } else {
        crate::files::serve(house, request).await
    }
}

async fn unknown_resource() -> Response {
    replies::problem(Problem::new(ProblemCode::FlowUnknown, 404))
}

async fn wrong_method() -> Response {
    replies::problem(Problem::new(ProblemCode::Malformed, 405))
}

/// What each answer carries, whatever it is; and one line for the operator, with the route's pattern and never an address.
async fn every_answer(State(house): State<House>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Some(route) = route {
        house.log.line(&format!("{method} {route} {}", response.status().as_u16()));
    }
    let is_framable = response.extensions().get::<Framable>().is_some();
    let headers = response.headers_mut();
    // Where hosts may have it in a frame, `frame-ancestors` alone says who they are: this header can name nobody.
    for (name, value) in ALWAYS.iter().filter(|(name, _)| !is_framable || *name != header::X_FRAME_OPTIONS) {
        headers.entry(name.clone()).or_insert(value.clone());
    }
    if house.origin.text.starts_with("https:") {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// On every answer; see FEATURES X10.
static ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
             magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
        ),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ),
];

/// Said of an answer that the deployment's hosts may have in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Framable;

/// A 500 that tells nothing.
pub fn own_fault() -> Response {
    replies::problem(Problem::new(ProblemCode::Internal, 500))
}

/// A redirect after a form was sent (RFC 9110 §15.4.4).
pub fn see_other(place: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, place), (header::CACHE_CONTROL, "no-store")]).into_response()
}
