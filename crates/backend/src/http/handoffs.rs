//! What a native host asks for itself (FEATURES X7): it sends no cookie and no `Origin`, and a page of elsewhere that does is refused
//! like anywhere.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daemun_protocol::{Problem, ProblemCode, Redemption};

use super::flows::{answer, parse};
use super::{House, Peer, guards, replies};
use crate::browser::session_digest;
use crate::server_key::Digest32;

/// `POST /handoffs`. It takes no `Idempotency-Key`: a code that comes twice is nobody's.
pub async fn redeem(State(house): State<House>, Extension(peer): Extension<Peer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let read = async {
        guards::check(&house, &parts.method, headers)?;
        guards::is_json(headers)?;
        parse::<Redemption>(&guards::body(headers, body).await?)
    };
    match read.await {
        Ok(redemption) => {
            let asker = guards::asker(&house, headers, peer);
            answer(&house, house.gate.redeem(asker, redemption).await.map(|finished| replies::finished(&finished)))
        }
        Err(problem) => replies::problem(*problem),
    }
}

/// `GET /session`.
pub async fn read(
    State(house): State<House>,
    Extension(peer): Extension<Peer>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match bearer(&house, &method, &headers) {
        Ok(session) => {
            let asker = guards::asker(&house, &headers, peer);
            let found = house.gate.host_session(asker, session).await;
            answer(&house, found.map(|finished| replies::finished(&finished)))
        }
        Err(problem) => replies::problem(*problem),
    }
}

/// `DELETE /session`: the host signs out.
pub async fn end(State(house): State<House>, method: Method, headers: HeaderMap) -> Response {
    match bearer(&house, &method, &headers) {
        Ok(session) => {
            let ended = house.gate.sign_out(None, Some(session)).await;
            let gone = (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]);
            answer(&house, ended.map(|()| gone.into_response()))
        }
        Err(problem) => replies::problem(*problem),
    }
}

/// The session by its token (RFC 6750 §2.1), never by a cookie.
fn bearer(house: &House, method: &Method, headers: &HeaderMap) -> Result<Digest32, Box<Problem>> {
    guards::check(house, method, headers)?;
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = said.and_then(|said| said.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let session = token.and_then(|(_, token)| session_digest(token.trim()));
    session.ok_or_else(|| Box::new(Problem::new(ProblemCode::SignInRequired, 403)))
}
