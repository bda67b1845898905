//! The few pages that this backend writes itself: their one stylesheet, their policy, and "not here". It refuses to know
//! the app's pages.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::locale::Locale;
use crate::server_key::digest;

const STYLE: &str = include_str!("pages.css");

/// The Content-Security-Policy of these pages: the one style by its hash, scripts and requests from here alone.
pub fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let style = STANDARD.encode(digest(STYLE.as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; script-src 'self'; connect-src 'self'; img-src data:; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types 'none'"
        )
    })
}

/// A whole document. `title` is text; `root` are attributes of `<html>` and `body` is HTML, both already escaped.
pub fn document(locale: Locale, title: &str, root: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{lang}\" dir=\"ltr\"{root}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n",
        lang = locale.tag(),
        title = escape(title),
    )
}

/// Text for HTML, in content and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Nothing is at this address.
pub fn not_found(locale: Locale) -> String {
    let (title, text, way) = match locale {
        Locale::Ko => {
            ("찾을 수 없는 페이지입니다", "주소가 바뀌었거나 잘못 입력되었을 수 있습니다.", "로그인으로 이동")
        }
        Locale::En => {
            ("This page does not exist", "The address may have changed, or have been mistyped.", "Go to sign-in")
        }
        Locale::Ja => (
            "ページが見つかりません",
            "アドレスが変わったか、正しく入力されていない可能性があります。",
            "ログインへ進む",
        ),
    };
    let body = format!(
        "<main>\n<h1>{title}</h1>\n<p class=\"quiet\">{text}</p>\n<p><a class=\"button deed\" href=\"/\">{way}</a></p>\n</main>"
    );
    document(locale, title, " data-page=\"not_found\"", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        assert_eq!(escape("<b a='x'>&\"</b>"), "&lt;b a=&#39;x&#39;&gt;&amp;&quot;&lt;/b&gt;");
    }
}
