//! When a server that was asked wants to be asked again. It refuses to know what for.

use std::time::SystemTime;

use daemun_protocol::Timestamp;
use hyper::header::{HeaderMap, RETRY_AFTER};

/// What `Retry-After` says (RFC 9110 §10.2.3): seconds from now, or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(now.plus_seconds(seconds));
    }
    let at = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(at.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_seconds(1_000);
        for (text, expected) in [
            ("120", Some(1_120)),
            (" 0 ", Some(1_000)),
            ("Thu, 01 Jan 1970 00:20:00 GMT", Some(1_200)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), expected.map(Timestamp::from_seconds), "{text:?}");
        }
        let headers = HeaderMap::from_iter([(RETRY_AFTER, u64::MAX.to_string().parse().unwrap())]);
        assert_eq!(retry_after(&headers, now), Some(Timestamp(u64::MAX)));
    }
}
