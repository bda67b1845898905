//! `/shared/{place}`: what a security link opens, for a browser in which its code was entered (FEATURES O2, O5). It refuses
//! to be more than this backend's stand-in for what is shared, and to tell anybody else whether there is anything.

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;

use crate::http::{House, asked_locale, browser, own_fault, page};
use crate::locale::Locale;
use crate::pages::{self, escape};
use crate::store::{self, Trouble};

pub fn routes() -> Router<House> {
    Router::new().route("/shared/{place}", get(show))
}

async fn show(State(house): State<House>, place: Result<Path<String>, PathRejection>, headers: HeaderMap) -> Response {
    let locale = asked_locale(&headers);
    match title(&house, place.ok().map(|Path(place)| place), &headers).await {
        Ok(Some(title)) => page(StatusCode::OK, open(locale, &title), pages::policy()),
        Ok(None) => page(StatusCode::NOT_FOUND, closed(locale), pages::policy()),
        Err(trouble) => {
            house.log.line(&format!("trouble: {trouble}"));
            own_fault()
        }
    }
}

async fn title(house: &House, place: Option<String>, headers: &HeaderMap) -> Result<Option<String>, Trouble> {
    let (Some(place), Some(browser)) = (place, browser(headers)) else { return Ok(None) };
    let now = house.gate.clock.now();
    house.gate.store.read(move |transaction| store::shared_title(transaction, &place, &browser.id(), now)).await
}

fn open(locale: Locale, title: &str) -> String {
    let text = match locale {
        Locale::Ko => "보안 링크로 공유받은 항목이에요.",
        Locale::En => "This was shared with you by a security link.",
        Locale::Ja => "セキュリティリンクで共有されたものです。",
    };
    let body = format!("<main>\n<h1>{}</h1>\n<p class=\"quiet\">{text}</p>\n</main>", escape(title));
    pages::document(locale, title, " data-page=\"shared\"", &body)
}

/// The same for what is not there, what is not good any more, and whom it is not open to.
fn closed(locale: Locale) -> String {
    let (title, text) = match locale {
        Locale::Ko => ("열 수 없는 페이지예요", "받은 링크를 열고, 이메일로 받은 인증번호를 입력해 주세요."),
        Locale::En => {
            ("This page is not open to you", "Open the link that you received, and enter the code that comes by mail.")
        }
        Locale::Ja => ("このページは開けません", "受け取ったリンクを開き、メールで届いた認証番号を入力してください。"),
    };
    let body = format!("<main>\n<h1>{title}</h1>\n<p class=\"quiet\">{text}</p>\n</main>");
    pages::document(locale, title, " data-page=\"not_shared\"", &body)
}
