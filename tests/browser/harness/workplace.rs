//! A place of work at an origin of its own: where a member came from, and where the gate leads back to.

use std::convert::Infallible;
use std::net::Ipv4Addr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const PAGE: &str = r#"<!doctype html><html lang="en" data-page="workplace"><meta charset="utf-8"><title>At work</title>
<link rel="icon" href="data:,"><p>At work.</p></html>"#;

pub struct Workplace {
    port: u16,
}

impl Workplace {
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("the port").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let page = service_fn(async |_request| {
                    let mut answer = Response::new(Full::new(Bytes::from_static(PAGE.as_bytes())));
                    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                    Ok::<_, Infallible>(answer)
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), page));
            }
        });
        Self { port }
    }

    /// Another host than the gate's, so that no cookie of the gate reaches it.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
