//! Where a member may be led after signing in (FEATURES L11). It refuses to know what is there, and to repair a doubtful
//! address: what a browser and this reader could understand differently is refused.

use url::{Origin, Url};

/// The origins that this deployment leads back to; its own is always among them.
#[derive(Clone, Debug)]
pub struct ReturnPlaces {
    own: Url,
    allowed: Vec<Origin>,
}

/// What became of a `return_to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnTo {
    /// None was given.
    Absent,
    /// As re-serialised: this text and no other is given to a browser.
    Allowed(String),
    Refused,
}

/// A text that is not a web origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin such as https://login.example")]
pub struct NotAnOrigin(pub String);

/// Longest `return_to` that is looked at.
const LONGEST: usize = 2048;

impl ReturnPlaces {
    /// # Errors
    /// [`NotAnOrigin`] names the text that is not exactly an origin: `https`, or `http` on a loopback host, no path.
    pub fn new(own: &str, others: &[String]) -> Result<Self, NotAnOrigin> {
        let own = parse_origin(own)?;
        let mut allowed = vec![own.origin()];
        for other in others {
            allowed.push(parse_origin(other)?.origin());
        }
        Ok(Self { own, allowed })
    }

    /// The own origin, without a slash at its end.
    pub fn own_origin(&self) -> String {
        self.own.origin().ascii_serialization()
    }

    /// Whether the own origin can only be on this machine.
    pub fn own_is_loopback(&self) -> bool {
        is_loopback(&self.own)
    }

    /// Where members go who came from nowhere.
    pub fn default_place(&self) -> String {
        format!("{}/home", self.own_origin())
    }

    /// Where a request for approval is looked at (FEATURES D6).
    pub fn approval_place(&self, request: &str) -> String {
        format!("{}/approve/{request}", self.own_origin())
    }

    /// Where what was shared is (FEATURES O2).
    pub fn shared_place(&self, place: &str) -> String {
        format!("{}/shared/{place}", self.own_origin())
    }

    /// Judges what came in the address bar.
    pub fn judge(&self, raw: Option<&str>) -> ReturnTo {
        match raw {
            None => ReturnTo::Absent,
            Some(raw) => self.allowed_url(raw).map_or(ReturnTo::Refused, |url| ReturnTo::Allowed(url.into())),
        }
    }

    fn allowed_url(&self, raw: &str) -> Option<Url> {
        let doubtful = |c: char| c.is_control() || c.is_whitespace() || c == '\\' || is_invisible(c);
        if raw.is_empty() || raw.len() > LONGEST || raw.contains(doubtful) {
            return None;
        }
        let url = match raw.strip_prefix('/') {
            Some(rest) if rest.starts_with('/') => return None,
            Some(_) => self.own.join(raw).ok()?,
            None => {
                let scheme_end = raw.find("://")?;
                let authority = raw.get(scheme_end + 3..)?.split(['/', '?', '#']).next()?;
                if authority.is_empty() || authority.contains('@') {
                    return None;
                }
                Url::parse(raw).ok()?
            }
        };
        (is_web(&url) && self.allowed.contains(&url.origin())).then_some(url)
    }
}

/// Format characters that are not seen: directions, joiners, byte order marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

pub(crate) fn is_web(url: &Url) -> bool {
    url.username().is_empty()
        && url.password().is_none()
        && match url.scheme() {
            "https" => true,
            "http" => is_loopback(url),
            _ => false,
        }
}

/// Whether the URL's host can only be this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(url::Host::Ipv4(v4)) => v4.is_loopback(),
        Some(url::Host::Ipv6(v6)) => v6.is_loopback(),
        None => false,
    }
}

pub(crate) fn parse_origin(text: &str) -> Result<Url, NotAnOrigin> {
    let refused = || NotAnOrigin(text.into());
    let url = Url::parse(text).map_err(|_| refused())?;
    // `*` is a letter like any other to URLs, and a wildcard to those who write it.
    let is_exact = url.origin().ascii_serialization() == text && !text.contains('*');
    if is_exact && is_web(&url) { Ok(url) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> ReturnPlaces {
        ReturnPlaces::new("https://login.example", &["https://app.example".into(), "http://localhost:3000".into()])
            .unwrap()
    }

    /// L11: places that are allowed, and how they are written to the browser.
    #[test]
    fn allowed_places_are_led_to() {
        for (raw, led_to) in [
            ("/", "https://login.example/"),
            ("/docs/1?a=b#c", "https://login.example/docs/1?a=b#c"),
            ("/a/../b", "https://login.example/b"),
            ("/%2F%2Fevil.example", "https://login.example/%2F%2Fevil.example"),
            ("/누리", "https://login.example/%EB%88%84%EB%A6%AC"),
            ("https://login.example/x", "https://login.example/x"),
            ("https://app.example", "https://app.example/"),
            ("https://app.example/docs?q=1#top", "https://app.example/docs?q=1#top"),
            ("https://app.example:443/", "https://app.example/"),
            ("HTTPS://APP.EXAMPLE/", "https://app.example/"),
            ("https://app.example/@evil.example", "https://app.example/@evil.example"),
            ("http://localhost:3000/dev", "http://localhost:3000/dev"),
        ] {
            assert_eq!(places().judge(Some(raw)), ReturnTo::Allowed(led_to.into()), "{raw:?}");
        }
        assert_eq!(places().judge(None), ReturnTo::Absent);
    }

    /// L11: hostile ones.
    #[test]
    fn hostile_places_are_refused() {
        let hostile = [
            "",
            " ",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " https://app.example/",
            "https://app.example/ ",
            "https://app.example/a b",
            "https://app.example/\0",
            "https://evil.example",
            "https://evil.example/https://app.example",
            "https://evil.example?https://app.example",
            "https://evil.example#https://app.example",
            "https://app.example.evil.example/",
            "https://evilapp.example/",
            "https://app.example@evil.example/",
            "https://app.example:443@evil.example/",
            "https://@app.example/",
            "https://user@app.example/",
            "https://user:pass@app.example/",
            "https://:@app.example/",
            "https://app.example\\@evil.example/",
            "https://app.example\\.evil.example/",
            "https:\\\\app.example/",
            "https:/\\app.example/",
            "https:app.example",
            "https:/app.example",
            "https:///app.example/",
            "https:////app.example/",
            "http://app.example/",
            "http://login.example/",
            "ftp://app.example/",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "javascript://app.example/%0aalert(1)",
            "data:text/html,<script>alert(1)</script>",
            "data://app.example/,x",
            "vbscript:msgbox(1)",
            "blob:https://app.example/1234",
            "file:///etc/passwd",
            "about:blank",
            "view-source:https://app.example/",
            "https://app.example:444/",
            "https://app.example:80/",
            "https://app.example:0/",
            "https://app.example:99999/",
            "http://localhost:3001/",
            "http://localhost/",
            "https://localhost:3000/",
            "http://127.0.0.1:3000/",
            "http://localhost:3000@evil.example/",
            "http://localhost:3000.evil.example/",
            "https://app.example./",
            "https://app%2eexample.evil.example/",
            "https://app.example%00.evil.example/",
            "https://app.example%2f@evil.example/",
            "https://ａpp．example．evil.example/",
            "https://app.example。evil.example/",
            "https://аpp.example/",
            "https://app\u{200b}.example/",
            "https://app.exam\u{ad}ple/",
            "\u{feff}https://app.example/",
            "\u{202e}https://app.example/",
            "https://app.example/\u{2028}",
            "\u{a0}https://app.example/",
            "\u{3000}//evil.example",
            "https://[::1]/",
            "https://[app.example]/",
            "https://0x7f.1/",
            "https://2130706433/",
            "intent://app.example/#Intent;scheme=https;end",
            "app.example",
            "app.example/path",
            ".",
            "..",
            "./x",
            "?x",
            "#x",
            "%2F%2Fevil.example",
            "https%3A%2F%2Fapp.example",
            "null",
            "https://",
            "https://?",
            "https://#",
            "http:",
            ":",
            "://",
            "wss://app.example/",
            "https+x://app.example/",
            "HTTPS:APP.EXAMPLE",
            "https://app.example\u{7f}/",
            "/\u{85}/evil.example",
        ];
        assert!(hostile.len() >= 60, "{}", hostile.len());
        for raw in hostile {
            assert_eq!(places().judge(Some(raw)), ReturnTo::Refused, "{raw:?}");
        }
        assert_eq!(places().judge(Some(&format!("/{}", "a".repeat(LONGEST)))), ReturnTo::Refused);
    }

    #[test]
    fn only_origins_are_taken_as_origins() {
        for text in [
            "app.example",
            "https://app.example/",
            "https://app.example/x",
            "http://app.example",
            "https://a@b.example",
            "https://APP.example",
            "*",
            "null",
            "https://*.example",
        ] {
            assert!(ReturnPlaces::new("https://login.example", &[text.into()]).is_err(), "{text}");
        }
    }
}
