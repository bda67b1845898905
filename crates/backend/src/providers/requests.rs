//! Requests to providers: each once, within a time and up to a size, by https or on this machine, and never elsewhere than asked.

use core::pin::Pin;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, HeaderValue, USER_AGENT};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::return_to::is_web;

/// Seconds that a provider has for an answer.
const PATIENCE: u64 = 10;
/// Bytes of an answer, at most.
const LONGEST: usize = 256 * 1024;

/// Who asks. No redirect is followed, and no connection is kept.
#[derive(Clone)]
pub(super) struct Requests(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// There is no answer, or one that is about the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider does not answer")]
pub(super) struct NoAnswer;

impl Requests {
    pub(super) fn new() -> Result<Self, rustls::Error> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)))
    }

    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        // What a provider's description names may be anything.
        let is_address = Url::parse(&request.uri().to_string()).is_ok_and(|url| is_web(&url));
        if !is_address {
            return Err(NoAnswer);
        }
        let mut request = request.map(|body| Full::new(Bytes::from(body)));
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Daemun/", env!("CARGO_PKG_VERSION"))));
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let whole = async {
            let (head, body) = self.0.request(request).await.map_err(|_| NoAnswer)?.into_parts();
            if head.status.is_server_error() || head.status == StatusCode::TOO_MANY_REQUESTS {
                return Err(NoAnswer);
            }
            let body = Limited::new(body, LONGEST).collect().await.map_err(|_| NoAnswer)?;
            Ok(HttpResponse::from_parts(head, body.to_bytes().to_vec()))
        };
        tokio::time::timeout(Duration::from_secs(PATIENCE), whole).await.map_err(|_| NoAnswer)?
    }
}

impl<'c> AsyncHttpClient<'c> for Requests {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl core::fmt::Debug for Requests {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Requests")
    }
}
