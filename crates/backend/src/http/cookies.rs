//! Cookies: read and written, nothing else. It refuses to know what their values mean.

use axum::http::{HeaderMap, HeaderValue, header};

/// The browser's secret. `__Host-`: from this host alone, for every path, over a safe connection (RFC 6265bis §4.1.3.2).
pub const BROWSER_COOKIE: &str = "__Host-daemun_browser";
/// The session's id.
pub const SESSION_COOKIE: &str = "__Host-daemun_session";

/// 400 days, as long as browsers keep any (RFC 6265bis §5.5).
const BROWSER_MAX_AGE: u32 = 400 * 24 * 3600;

/// The first cookie of that name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(named, _)| *named == name)
        .map(|(_, value)| value)
}

/// Keeps the browser's secret.
pub fn keep_browser(value: &str) -> Option<HeaderValue> {
    set(&format!("{BROWSER_COOKIE}={value}; Max-Age={BROWSER_MAX_AGE}; Path=/; Secure; HttpOnly; SameSite=Lax"))
}

/// Keeps the session's id until the browser is closed; the backend ends it earlier.
pub fn keep_session(value: &str) -> Option<HeaderValue> {
    set(&format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"))
}

/// Forgets the session's id.
pub fn forget_session() -> Option<HeaderValue> {
    set(&format!("{SESSION_COOKIE}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"))
}

fn set(line: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(line).ok()?;
    value.set_sensitive(true);
    Some(value)
}
