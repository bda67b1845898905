//! What a request must be before anybody looks at what it wants: the protocol's version, the own origin, JSON, a key, a
//! bounded body. It refuses to know flows.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, header};
use daemun_protocol::{IDEMPOTENCY_HEADER, Problem, ProblemCode, VERSION, VERSION_HEADER};
use http_body_util::BodyExt;

use super::cookies::{Jar, cookie};
use super::{ClientAddress, House, Origin};
use crate::browser::{Browser, session_digest};
use crate::gate::{Asker, Place};
use crate::limits::Neighbourhood;
use crate::seen::Seen;
use crate::server_key::Digest32;

/// Bytes of a body that are read at most.
pub const LONGEST_BODY: usize = 16 * 1024;
/// Seconds in which a body must have arrived.
const BODY_PATIENCE: u64 = 10;

/// The connection's other end.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Version and origin, in this order.
pub fn check(house: &House, method: &Method, headers: &HeaderMap) -> Result<(), Box<Problem>> {
    if headers.get(VERSION_HEADER).is_none_or(|version| version.as_bytes() != VERSION.as_bytes()) {
        return refuse(ProblemCode::VersionUnsupported, 400);
    }
    if is_own_origin(&house.origin, headers) && is_same_site(method, headers) {
        Ok(())
    } else {
        refuse(ProblemCode::OriginRefused, 403)
    }
}

/// Whether `Origin`, if it was sent, is the own one (Fetch §3.2).
pub fn is_own_origin(own: &Origin, headers: &HeaderMap) -> bool {
    headers.get_all(header::ORIGIN).iter().all(|sent| sent.as_bytes() == own.text.as_bytes())
}

/// Whether `Sec-Fetch-Site`, if it was sent, says "from here" (Fetch Metadata §2.3).
pub fn is_same_site(method: &Method, headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").iter().all(|site| match site.as_bytes() {
        b"same-origin" => true,
        b"none" => method == Method::GET || method == Method::HEAD,
        _ => false,
    })
}

/// The key of a POST: 8 to 128 visible ASCII characters.
pub fn key(headers: &HeaderMap) -> Result<&str, Box<Problem>> {
    let mut keys = headers.get_all(IDEMPOTENCY_HEADER).iter();
    let (Some(key), None) = (keys.next(), keys.next()) else { return refuse(ProblemCode::Malformed, 400) };
    match key.to_str() {
        Ok(key) if (8..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => Ok(key),
        Ok(_) | Err(_) => refuse(ProblemCode::Malformed, 400),
    }
}

/// `Content-Type: application/json`, with or without parameters.
pub fn is_json(headers: &HeaderMap) -> Result<(), Box<Problem>> {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = named.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") { Ok(()) } else { refuse(ProblemCode::Malformed, 415) }
}

/// The body, if it is small enough and comes in time. What is announced too large is not read at all.
pub async fn body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Box<Problem>> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LONGEST_BODY as u64) {
        return refuse(ProblemCode::TooLarge, 413);
    }
    match tokio::time::timeout(Duration::from_secs(BODY_PATIENCE), collect(body)).await {
        Ok(collected) => collected,
        Err(_) => refuse(ProblemCode::Malformed, 408),
    }
}

async fn collect(mut body: Body) -> Result<Vec<u8>, Box<Problem>> {
    let mut collected = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return refuse(ProblemCode::Malformed, 400) };
        let Some(data) = frame.data_ref() else { continue };
        if collected.len() + data.len() > LONGEST_BODY {
            return refuse(ProblemCode::TooLarge, 413);
        }
        collected.extend_from_slice(data);
    }
    Ok(collected)
}

/// The browser by its cookie.
pub fn browser(headers: &HeaderMap) -> Option<Browser> {
    cookie(headers, Jar::of(headers).browser()).and_then(|value| Browser::parse(value).ok())
}

/// The digest of the session's id by its cookie.
pub fn session(headers: &HeaderMap) -> Option<Digest32> {
    cookie(headers, Jar::of(headers).session()).and_then(session_digest)
}

/// Who asks.
pub fn asker(house: &House, headers: &HeaderMap, peer: Peer) -> Asker {
    let address = client_address(house.client_address, headers, peer);
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Asker {
        browser: browser(headers),
        session: session(headers),
        place: match Jar::of(headers) {
            Jar::Page => Place::Page,
            Jar::Frame => Place::Frame,
        },
        neighbourhood: Neighbourhood::from(address),
        seen: Seen::new(user_agent, address),
    }
}

fn client_address(from: ClientAddress, headers: &HeaderMap, Peer(peer): Peer) -> IpAddr {
    match from {
        ClientAddress::Peer => peer.ip(),
        ClientAddress::ForwardedFor => headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|line| forwarded_address(line.to_str().ok()?.rsplit(',').next()?.trim()))
            .unwrap_or_else(|| peer.ip()),
    }
}

/// An address as proxies write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

fn refuse<T>(code: ProblemCode, status: u16) -> Result<T, Box<Problem>> {
    Err(Box::new(Problem::new(code, status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_proxies_write_it() {
        for (text, address) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
        ] {
            assert_eq!(forwarded_address(text), address.parse().ok(), "{text}");
        }
        for text in ["", "unknown", "_hidden", "192.0.2", "[192.0.2.1", "192.0.2.1:"] {
            assert_eq!(forwarded_address(text), None, "{text}");
        }
    }
}
