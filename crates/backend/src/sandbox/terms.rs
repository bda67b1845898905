//! The texts that the sandbox's new members agree to: as short as can be. They refuse to bind anybody.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use daemun_protocol::TermsId;

use crate::http::{asked_locale, page};
use crate::locale::Locale;
use crate::pages;

/// `GET /sandbox/terms/{id}`.
pub(super) async fn show(Path(id): Path<String>, headers: HeaderMap) -> Response {
    let locale = asked_locale(&headers);
    let title = match (TermsId::from(id.as_str()), locale) {
        (TermsId::Service, Locale::Ko) => "서비스 이용약관",
        (TermsId::Service, Locale::En) => "Terms of service",
        (TermsId::Service, Locale::Ja) => "利用規約",
        (TermsId::Privacy, Locale::Ko) => "개인정보 처리방침",
        (TermsId::Privacy, Locale::En) => "Privacy policy",
        (TermsId::Privacy, Locale::Ja) => "プライバシーポリシー",
        (TermsId::Marketing, Locale::Ko) => "마케팅 정보 수신",
        (TermsId::Marketing, Locale::En) => "News by mail",
        (TermsId::Marketing, Locale::Ja) => "お知らせメールの受信",
        (TermsId::Unknown(_), Locale::Ko | Locale::En | Locale::Ja) => {
            return (StatusCode::NOT_FOUND, "No such terms\n").into_response();
        }
    };
    let text = match locale {
        Locale::Ko => "샌드박스의 예시 문서예요. 아무 효력이 없어요.",
        Locale::En => "An example of the sandbox. It binds nobody.",
        Locale::Ja => "サンドボックスの見本です。効力はありません。",
    };
    let body = format!("<main>\n<h1>{title}</h1>\n<p>{text}</p>\n</main>");
    page(StatusCode::OK, pages::document(locale, title, " data-page=\"terms\"", &body), pages::policy())
}
