//! `/home`, where members go who came from nowhere: it says who is signed in where, and lets them out. It refuses to be
//! more than this backend's stand-in for the platform.

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::browser::session_digest;
use crate::http::{House, Jar, Peer, asker, browser, cookie, is_own_origin, is_same_site, own_fault, page, see_other};
use crate::locale::Locale;
use crate::pages::{self, escape};
use crate::store::{self, SessionRow, Trouble};

/// Seconds after which it is noted anew that a session is used.
const NOTED_AFTER: u64 = 60;

pub fn routes() -> Router<House> {
    Router::new().route("/home", get(home)).route("/home/sign-out", post(sign_out))
}

async fn home(State(house): State<House>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Response {
    match session(&house, &headers, peer).await {
        Ok(Some(session)) => page(StatusCode::OK, html(&session), pages::policy()),
        Ok(None) => see_other("/"),
        Err(trouble) => {
            house.log.line(&format!("trouble: {trouble}"));
            own_fault()
        }
    }
}

/// The session, which is noted to have been used.
async fn session(house: &House, headers: &HeaderMap, peer: Peer) -> Result<Option<SessionRow>, Trouble> {
    let asker = asker(house, headers, peer);
    let Some(id) = asker.session else { return Ok(None) };
    let now = house.gate.clock.now();
    let found = house.gate.store.read(move |transaction| store::read_session(transaction, &id, now)).await?;
    if found.as_ref().is_some_and(|session| now.seconds_since(session.last_seen_at) >= NOTED_AFTER) {
        house.gate.store.write(move |transaction| store::note_seen(transaction, &id, &asker.seen, now)).await?;
    }
    Ok(found)
}

/// Signs out. A form from elsewhere cannot (its `Origin` or `Sec-Fetch-Site` says so).
async fn sign_out(State(house): State<House>, method: Method, headers: HeaderMap) -> Response {
    if !is_own_origin(&house.origin, &headers) || !is_same_site(&method, &headers) {
        return (StatusCode::FORBIDDEN, [(header::CACHE_CONTROL, "no-store")], "Not from here\n").into_response();
    }
    let session = cookie(&headers, Jar::of(&headers).session()).and_then(session_digest);
    if let Err(trouble) = house.gate.sign_out(browser(&headers).as_ref(), session).await {
        house.log.line(&format!("trouble: {trouble}"));
        return own_fault();
    }
    let mut response = see_other("/");
    if let Some(value) = Jar::of(&headers).forget_session() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn html(session: &SessionRow) -> String {
    let locale = Locale::from_tag(&session.locale);
    let (title, name, address, workspace, another, security, out) = match locale {
        Locale::Ko => {
            ("로그인되었습니다", "이름", "이메일", "워크스페이스", "다른 워크스페이스 선택", "보안 설정", "로그아웃")
        }
        Locale::En => (
            "You are signed in",
            "Name",
            "Email",
            "Workspace",
            "Choose another workspace",
            "Security settings",
            "Sign out",
        ),
        Locale::Ja => (
            "ログインしました",
            "名前",
            "メール",
            "ワークスペース",
            "別のワークスペースを選ぶ",
            "セキュリティ設定",
            "ログアウト",
        ),
    };
    let root = format!(
        " data-page=\"home\" data-email=\"{}\" data-workspace=\"{}\"",
        escape(&session.email),
        escape(&session.workspace)
    );
    let body = format!(
        "<main>\n<h1>{title}</h1>\n<dl>\n<dt>{workspace}</dt><dd>{}</dd>\n<dt>{name}</dt><dd>{}</dd>\n\
         <dt>{address}</dt><dd>{}</dd>\n</dl>\n<div class=\"row\">\n<a class=\"button deed\" href=\"/\">{another}</a>\n\
         <a class=\"button\" href=\"/security\">{security}</a>\n\
         <form method=\"post\" action=\"/home/sign-out\"><button>{out}</button></form>\n</div>\n</main>",
        escape(&session.workspace_name),
        escape(&session.name),
        escape(&session.email),
    );
    pages::document(locale, title, &root, &body)
}
