//! How long an asker wants to be kept waiting, of what it prefers (RFC 7240). It refuses to know what for.

use axum::http::{HeaderMap, HeaderName};

/// RFC 7240 §2.
const PREFER: HeaderName = HeaderName::from_static("prefer");
/// RFC 7240 §3.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Seconds that anything is held at most: proxies give up after thirty.
const LONGEST: u32 = 25;

/// The seconds of `wait` (RFC 7240 §4.3), as far as they are granted. Of several the first counts; what cannot be read
/// was not said.
pub fn wait(headers: &HeaderMap) -> Option<u32> {
    let preferences = headers.get_all(PREFER).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| {
        let mut quoted = false;
        line.split(move |c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
    });
    let said = preferences.filter_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| value.trim())
    });
    let seconds = said.take(1).find(|value| !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()))?;
    // A number that is too long for a machine is longer than anybody waits.
    Some(seconds.parse().unwrap_or(LONGEST).min(LONGEST)).filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(lines: &[&[u8]]) -> Option<u32> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(PREFER, axum::http::HeaderValue::from_bytes(line).unwrap());
        }
        wait(&headers)
    }

    #[test]
    fn a_wait_is_read_among_other_preferences_and_bounded() {
        for (line, seconds) in [
            ("wait=10", 10),
            ("Wait = 7", 7),
            ("respond-async, wait=10", 10),
            ("foo; a=1, wait=3; b=\"x\"", 3),
            ("foo=\"a, wait=9, b\", wait=4", 4),
            ("wait=5, wait=9", 5),
            ("wait=25", 25),
            ("wait=26", 25),
            ("wait=3600", 25),
            ("wait=99999999999999999999999", 25),
        ] {
            assert_eq!(waits(&[line.as_bytes()]), Some(seconds), "{line}");
        }
        assert_eq!(waits(&[b"foo", b"wait=8", b"wait=9"]), Some(8));
    }

    #[test]
    fn what_is_no_wait_is_not_heard() {
        for line in [
            "",
            "wait",
            "wait=",
            "wait=0",
            "wait=-5",
            "wait=+5",
            "wait=1.5",
            "wait=\"5\"",
            "wait=5s",
            "waiter=5",
            "=5",
            ",;=",
            "foo; wait=5",
            "foo=\"wait=5",
            "wait=x, wait=5",
        ] {
            assert_eq!(waits(&[line.as_bytes()]), None, "{line}");
        }
        assert_eq!(waits(&[b"\xff\xfe", b"foo"]), None);
        assert_eq!(waits(&[]), None);
    }
}
