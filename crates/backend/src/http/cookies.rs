//! Cookies: read and written, nothing else. It refuses to know what their values mean.

use axum::http::{HeaderMap, HeaderValue, Method, header};

/// Whose cookies a browser is asked for. In a frame of another site browsers keep those alone that are for this very pair of sites
/// (`Partitioned`, CHIPS), and SameSite has to let them go; a page of its own keeps the strict ones, and neither sees the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jar {
    Page,
    Frame,
}

/// The browser's secret. `__Host-`: from this host alone, for every path, over a safe connection (RFC 6265bis §4.1.3.2).
const BROWSER: [&str; 2] = ["__Host-daemun_browser", "__Host-daemun_framed_browser"];
/// The session's id.
const SESSION: [&str; 2] = ["__Host-daemun_session", "__Host-daemun_framed_session"];
/// Set with a page that another site's has in a frame: requests from there have it, and no others.
const FRAMED: &str = "__Host-daemun_framed";

/// 400 days, as long as browsers keep any (RFC 6265bis §5.5).
const BROWSER_MAX_AGE: u32 = 400 * 24 * 3600;

impl Jar {
    /// The one that a request comes from. A browser that knows no partitions keeps the frame's mark for its own pages too; those that it
    /// opens are no frames all the same (Fetch Metadata §2.1).
    pub fn of(headers: &HeaderMap) -> Self {
        match cookie(headers, FRAMED) {
            Some(_) if fetched(headers, "sec-fetch-dest", b"document") => Self::Page,
            Some(_) => Self::Frame,
            None => Self::Page,
        }
    }

    pub fn browser(self) -> &'static str {
        self.choose(BROWSER)
    }

    pub fn session(self) -> &'static str {
        self.choose(SESSION)
    }

    fn same_site(self) -> &'static str {
        self.choose(["SameSite=Lax", "SameSite=None; Partitioned"])
    }

    fn choose(self, [page, frame]: [&'static str; 2]) -> &'static str {
        match self {
            Self::Page => page,
            Self::Frame => frame,
        }
    }

    /// Keeps the browser's secret.
    pub fn keep_browser(self, value: &str) -> Option<HeaderValue> {
        self.set(self.browser(), &format!("{value}; Max-Age={BROWSER_MAX_AGE}"))
    }

    /// Keeps the session's id until the browser is closed; the backend ends it earlier.
    pub fn keep_session(self, value: &str) -> Option<HeaderValue> {
        self.set(self.session(), value)
    }

    /// Forgets the session's id.
    pub fn forget_session(self) -> Option<HeaderValue> {
        self.set(self.session(), "; Max-Age=0")
    }

    fn set(self, name: &str, value: &str) -> Option<HeaderValue> {
        let same_site = self.same_site();
        let mut line = HeaderValue::from_str(&format!("{name}={value}; Path=/; Secure; HttpOnly; {same_site}")).ok()?;
        line.set_sensitive(true);
        Some(line)
    }
}

/// What a page changes of the mark: it is set where another site has one in a frame that may be in one, and gone where it is a page of
/// its own.
pub fn mark_frame(method: &Method, asked: &HeaderMap, may_frame: bool) -> Option<HeaderValue> {
    let is = |name, value| fetched(asked, name, value);
    if method != Method::GET {
        None
    } else if may_frame && is("sec-fetch-dest", b"iframe") && is("sec-fetch-site", b"cross-site") {
        Jar::Frame.set(FRAMED, "1")
    } else if is("sec-fetch-dest", b"document") && cookie(asked, FRAMED).is_some() {
        Jar::Frame.set(FRAMED, "; Max-Age=0")
    } else {
        None
    }
}

fn fetched(headers: &HeaderMap, name: &str, value: &[u8]) -> bool {
    headers.get(name).is_some_and(|said| said.as_bytes() == value)
}

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
