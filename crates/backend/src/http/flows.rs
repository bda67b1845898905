//! The API's flows: each request is bound, guarded, read, and handed to the gate.

use core::fmt;
use std::borrow::Cow;
use std::pin::pin;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daemun_protocol::{Act, Begin, Flow, Kind, Problem, ProblemCode, Status, Step, Timestamp};
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::cookies::Jar;
use super::prefer::{self, PREFERENCE_APPLIED};
use super::{House, Peer, guards, replies};
use crate::gate::{Deed, Found};
use crate::store::{Listener, Trouble};

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
            answer(
                &house,
                house.gate.begin(asker, key, &body, begin).await.map(|reply| replies::reply(Jar::of(headers), &reply)),
            )
        }
        Err(problem) => replies::problem(*problem),
    }
}

/// `GET /flows/{id}`, held until there is something new if the asker prefers that.
pub async fn read(
    State(house): State<House>,
    Extension(peer): Extension<Peer>,
    path: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let id = path.ok().map(|Path(id)| id);
    let News { found, held } = look_for_news(&house, id, &method, &headers, peer).await;
    let mut response = answer(
        &house,
        found.map(|found| match found {
            Bound::Live { flow, likeness, session, .. } => {
                let answer = replies::tagged_json(&flow, &tag(&likeness), "no-store", &headers);
                replies::with_session(Jar::of(&headers), answer, session.as_deref())
            }
            Bound::Due { .. } => super::own_fault(),
            Bound::Refused(problem) => replies::problem(*problem),
        }),
    );
    // No `Vary: Prefer` (RFC 7240 §2): no cache keeps this, and waiting chooses nothing of what is answered.
    if let Some(applied) = held.and_then(|seconds| HeaderValue::try_from(format!("wait={seconds}")).ok()) {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    response
}

/// What a read comes to, and for how many seconds at most it was held for that, if it was.
struct News {
    found: Result<Bound, Trouble>,
    held: Option<u32>,
}

/// Looks a flow up; if it is as the asker knows it (`If-None-Match`), not before it changes, is over, or the asker has
/// waited for long enough. By real time: the sandbox's clock may be moved.
async fn look_for_news(house: &House, id: Option<String>, method: &Method, headers: &HeaderMap, peer: Peer) -> News {
    let wait = prefer::wait(headers);
    let mut stopped = house.stopped.clone();
    let (mut listener, mut approvals) = (None, None);
    #[expect(clippy::disallowed_methods, reason = "an asker's patience is not by the sandbox's clock")]
    let patience = tokio::time::sleep(Duration::from_secs(wait.unwrap_or_default().into()));
    let mut patience = pin!(patience);
    let mut has_waited = false;
    loop {
        let found = find(Look::Changing, house, id.clone(), method, headers, peer).await;
        let held = wait.filter(|_| listener.is_some());
        let expires_at = match &found {
            Ok(Bound::Live { flow, likeness, .. })
                if wait.is_some() && !has_waited && replies::etag_matches(headers, tag(likeness).as_bytes()) =>
            {
                if flow.kind == Kind::Approve && approvals.is_none() {
                    approvals = Some(house.gate.listen_for_approvals());
                }
                waits_until(flow)
            }
            Ok(Bound::Live { .. } | Bound::Due { .. } | Bound::Refused(_)) | Err(_) => return News { found, held },
        };
        let Some(listener) = &mut listener else {
            // What changed between looking and listening is seen by looking once more.
            listener = id.as_deref().map(|id| house.gate.listen(id));
            continue;
        };
        has_waited = tokio::select! {
            () = listener.rung() => false,
            () = rung(&mut approvals) => false,
            () = &mut patience => true,
            () = house.gate.clock.sleep_until(expires_at) => true,
            _ = stopped.wait_for(|stopped| *stopped) => true,
        };
    }
}

/// As [`Listener::rung`]; never, where nobody listens.
async fn rung(listener: &mut Option<Listener>) {
    match listener {
        Some(listener) => listener.rung().await,
        None => core::future::pending().await,
    }
}

/// When time alone changes a flow: at its end, or when what it waits for or shows is over.
fn waits_until(flow: &Flow) -> Timestamp {
    let Status::Active { step, .. } = &flow.status else { return flow.expires_at };
    if let Step::MatchNumber { expires_at, qr, .. } | Step::WaitApproval { expires_at, qr, .. } = &step.step {
        let ends = qr.as_ref().map_or(*expires_at, |qr| qr.expires_at.min(*expires_at));
        flow.expires_at.min(ends)
    } else if let Step::Approve { request, .. } = &step.step {
        flow.expires_at.min(request.expires_at)
    } else {
        flow.expires_at
    }
}

/// The tag of a flow that looks like this; weak, since times that go by do not count (RFC 9110 §8.8.1).
fn tag(likeness: &str) -> String {
    format!("W/\"{likeness}\"")
}

/// `DELETE /flows/{id}`.
pub async fn cancel(
    State(house): State<House>,
    Extension(peer): Extension<Peer>,
    path: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    // What is due is not done first: it could be a yes, and sign in who gives up.
    let found = find(Look::AsItIs, &house, path.ok().map(|Path(id)| id), &method, &headers, peer).await;
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
    let (id, browser) = match find(Look::AsItIs, &house, id, &parts.method, headers, peer).await {
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
            answer(&house, acted.map(|reply| replies::reply(Jar::of(headers), &reply)))
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

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<Problem>> {
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
                        "input" | "hints" | "client" | "changes" => {
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

pub(super) fn answer(house: &House, done: Result<Response, Trouble>) -> Response {
    done.unwrap_or_else(|trouble| {
        house.log.line(&format!("trouble: {trouble}"));
        super::own_fault()
    })
}
