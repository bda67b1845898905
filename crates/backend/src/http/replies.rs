//! Answers in HTTP's clothes: problems, JSON, pages. It refuses to know why.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daemun_protocol::Problem;
use serde::Serialize;

use super::cookies::Jar;
use crate::gate::Reply;
use crate::locale::Locale;
use crate::server_key::short_digest;
use crate::store::Finished;

const PROBLEM: &str = "application/problem+json";
const JSON: &str = "application/json";

/// Problem details (RFC 9457 §3).
pub fn problem(problem: Problem) -> Response {
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let (status, retry_after) = (problem.status, problem.retry_after);
    finished(&Finished { status, location: None, body, retry_after, session_salt: None })
}

/// What the gate answered, cookies included.
pub fn reply(jar: Jar, reply: &Reply) -> Response {
    let mut response = finished(&reply.finished);
    let browser = reply.new_browser.as_ref().and_then(|browser| jar.keep_browser(&browser.cookie_value()));
    let session = reply.new_session.as_deref().and_then(|session| jar.keep_session(session));
    for cookie in browser.into_iter().chain(session) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// An answer that brings the session's id.
pub fn with_session(jar: Jar, mut response: Response, session: Option<&str>) -> Response {
    if let Some(cookie) = session.and_then(|session| jar.keep_session(session)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub fn finished(finished: &Finished) -> Response {
    let status = StatusCode::from_u16(finished.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = if status.is_success() { JSON } else { PROBLEM };
    let mut response = Response::new(Body::from(finished.body.clone()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = finished.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(location) = finished.location.as_ref().and_then(|location| HeaderValue::from_str(location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// JSON with an `ETag`; 304 if the asker has it (RFC 9110 §13.1.2).
pub fn tagged_json<T: Serialize>(value: &T, tag: &str, cache: &'static str, asked: &HeaderMap) -> Response {
    let Ok(tag) = HeaderValue::from_str(tag) else { return super::own_fault() };
    let fixed = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static(cache))];
    if etag_matches(asked, tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    match serde_json::to_string(value) {
        Ok(body) => (fixed, [(header::CONTENT_TYPE, JSON)], body).into_response(),
        Err(_) => super::own_fault(),
    }
}

/// JSON that its own digest tags.
pub fn cacheable_json<T: Serialize>(value: &T, asked: &HeaderMap) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    tagged_json(value, &format!("\"{}\"", short_digest(&body)), "no-cache", asked)
}

/// Whether `If-None-Match` names the tag, compared weakly (RFC 9110 §8.8.3.2).
pub fn etag_matches(asked: &HeaderMap, tag: &[u8]) -> bool {
    let strong = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_vec();
    let tag = strong(tag);
    asked.get_all(header::IF_NONE_MATCH).iter().any(|line| {
        line.as_bytes().split(|byte| *byte == b',').any(|named| {
            let named = named.trim_ascii();
            named == b"*" || strong(named) == tag
        })
    })
}

/// The language that a page for people is asked for in.
pub fn asked_locale(headers: &HeaderMap) -> Locale {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::from_accept_language(asked.unwrap_or_default())
}

/// A page for people, never kept.
pub fn page(status: StatusCode, html: String, policy: &str) -> Response {
    let Ok(policy) = HeaderValue::from_str(policy) else { return super::own_fault() };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, policy),
        // Under `no-referrer` a form's POST says `Origin: null`, even to its own origin (Fetch §3.2).
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ];
    (status, headers, html).into_response()
}
