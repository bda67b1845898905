//! The API's flows: each request is bound, guarded, read, and handed to the gate.

use core::fmt;
use std::borrow::Cow;

use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daemun_protocol::{Act, Begin, Problem, ProblemCode};
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{House, Peer, guards, replies};
use crate::gate::{Deed, Found};
use crate::store::Trouble;

/// `POST /flows`.
pub async fn begin(State(house): State<House>, Extension(peer): Extension<Peer>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let read = async {
        guards::check(&house, &parts.method, headers)?;
        let (key, body) = post(headers, body).await?;
        let begin: Begin = parse(&body)?;
        Ok::<_, Box<Problem>>((key, body, begin))
    };
    match read.await {
        Ok((key, body, begin)) => {
            let asker = guards::asker(&house, headers, peer);
            answer(&house, house.gate.begin(asker, key, &body, begin).await.map(|reply| replies::reply(&reply)))
        }
        Err(problem) => replies::problem(*problem),
    }
}

/// `GET /flows/{id}`.
pub async fn read(
    State(house): State<House>,
    Extension(peer): Extension<Peer>,
    path: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let found = find(&house, path.ok().map(|Path(id)| id), &method, &headers, peer).await;
    answer(
        &house,
        found.map(|found| match found {
            Bound::Live { flow, likeness, session, .. } => {
                let answer = replies::tagged_json(&flow, &format!("W/\"{likeness}\""), "no-store", &headers);
                replies::with_session(answer, session.as_deref())
            }
            Bound::Due { .. } => super::own_fault(),
            Bound::Refused(problem) => replies::problem(*problem),
        }),
    )
}

/// `DELETE /flows/{id}`.
pub async fn cancel(
    State(house): State<House>,
    Extension(peer): Extension<Peer>,
    path: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let found = find(&house, path.ok().map(|Path(id)| id), &method, &headers, peer).await;
    let (id, browser) = match found {
        Ok(Bound::Live { id, browser, .. } | Bound::Due { id, browser }) => (id, browser),
        Ok(Bound::Refused(problem)) => return replies::problem(*problem),
        Err(trouble) => return answer(&house, Err(trouble)),
    };
    answer(
        &house,
        house.gate.cancel(&browser, &id).await.map(|there_was| {
            if there_was {
                (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response()
            } else {
                replies::problem(Problem::new(ProblemCode::FlowUnknown, 404))
            }
        }),
    )
}

/// `POST /flows/{id}/actions/{name}`.
pub async fn act(
    State(house): State<House>,
    Extension(peer): Extension<Peer>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let (id, name) = match path {
        Ok(Path((id, name))) => (Some(id), name),
        Err(_) => (None, String::new()),
    };
    // What is due is left to the act: it was meant for what the member saw.
    let (id, browser) = match find_as(Look::AsItIs, &house, id, &parts.method, headers, peer).await {
        Ok(Bound::Live { id, browser, .. } | Bound::Due { id, browser }) => (id, browser),
        Ok(Bound::Refused(problem)) => return replies::problem(*problem),
        Err(trouble) => return answer(&house, Err(trouble)),
    };
    let read = async {
        let (key, body) = post(headers, body).await?;
        let act: Act = parse(&body)?;
        Ok::<_, Box<Problem>>((key, body, act))
    };
    match read.await {
        Ok((key, body, act)) => {
            let asker = guards::asker(&house, headers, peer);
            let body = browser.body_digest(&body);
            let deed = Deed { flow: id, action: name, key: key.into(), body, act };
            let acted = house.gate.act(asker, browser, deed).await;
            answer(&house, acted.map(|reply| replies::reply(&reply)))
        }
        Err(problem) => replies::problem(*problem),
    }
}

/// A flow that this browser may use, or why not.
enum Bound {
    Live {
        id: String,
        browser: crate::browser::Browser,
        flow: Box<daemun_protocol::Flow>,
        likeness: String,
        /// The session's id, where a look has completed the flow.
        session: Option<String>,
    },
    /// Something has become of it that nobody has looked at.
    Due {
        id: String,
        browser: crate::browser::Browser,
    },
    Refused(Box<Problem>),
}

/// Whether looking at a flow changes what is due.
#[derive(Clone, Copy)]
enum Look {
    Changing,
    AsItIs,
}

/// Expiry is told before anything is wrong with version or origin; that a flow is unknown is told after.
async fn find(
    house: &House,
    id: Option<String>,
    method: &Method,
    headers: &HeaderMap,
    peer: Peer,
) -> Result<Bound, Trouble> {
    find_as(Look::Changing, house, id, method, headers, peer).await
}

async fn find_as(
    look: Look,
    house: &House,
    id: Option<String>,
    method: &Method,
    headers: &HeaderMap,
    peer: Peer,
) -> Result<Bound, Trouble> {
    let asker = guards::asker(house, headers, peer);
    let found = match &id {
        Some(id) => match look {
            Look::Changing => house.gate.find(&asker, id).await?,
            Look::AsItIs => house.gate.look(&asker, id).await?,
        },
        None => Found::Unknown,
    };
    if let Found::Expired(flow) = found {
        let mut problem = Problem::new(ProblemCode::FlowExpired, 410);
        problem.flow = Some(flow);
        return Ok(Bound::Refused(Box::new(problem)));
    }
    if let Err(problem) = guards::check(house, method, headers) {
        return Ok(Bound::Refused(problem));
    }
    match (found, id, asker.browser) {
        (Found::Live { flow, likeness, session }, Some(id), Some(browser)) => {
            Ok(Bound::Live { id, browser, flow, likeness, session })
        }
        (Found::Due, Some(id), Some(browser)) => Ok(Bound::Due { id, browser }),
        (Found::Live { .. } | Found::Unknown | Found::Expired(_) | Found::Due, _, _) => {
            Ok(Bound::Refused(Box::new(Problem::new(ProblemCode::FlowUnknown, 404))))
        }
    }
}

/// What every POST has: JSON, a key, a bounded body.
async fn post(headers: &HeaderMap, body: Body) -> Result<(&str, Vec<u8>), Box<Problem>> {
    guards::is_json(headers)?;
    let key = guards::key(headers)?;
    Ok((key, guards::body(headers, body).await?))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Problem>> {
    let read = serde_json::from_slice::<Objects>(body).and_then(|_| serde_json::from_slice(body));
    read.map_err(|_| Box::new(Problem::new(ProblemCode::Malformed, 400)))
}

/// A body that is an object, with objects where the protocol has them: serde's own readers would take arrays as well.
struct Objects;

impl<'de> Deserialize<'de> for Objects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Objects;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Objects, A::Error> {
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    match name.as_ref() {
                        "input" | "hints" | "client" => {
                            map.next_value::<Objects>()?;
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Objects)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

fn answer(house: &House, done: Result<Response, Trouble>) -> Response {
    done.unwrap_or_else(|trouble| {
        house.log.line(&format!("trouble: {trouble}"));
        super::own_fault()
    })
}
