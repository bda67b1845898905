//! The built app as it lies in `--app`: read into memory at the start, so that no request ever names a path on the disk.
//! It refuses to know what the app does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::brand::{self, Brand};
use crate::hosts::{self, Hosts};
use crate::http::{Framable, House, asked_locale, etag_matches, mark_frame, page};
use crate::pages;
use crate::server_key::short_digest;

/// All files by their path on the web, and what HTML is sent with.
#[derive(Debug, Default)]
pub struct Files {
    by_path: HashMap<String, File>,
    /// Where nobody may have it in a frame, and where the hosts may.
    html_headers: Vec<(HeaderName, HeaderValue)>,
    framed_headers: Vec<(HeaderName, HeaderValue)>,
    hosts: Hosts,
}

#[derive(Debug)]
struct File {
    content_type: &'static str,
    keeping: Keeping,
    plain: Variant,
    brotli: Option<Variant>,
    gzip: Option<Variant>,
}

#[derive(Debug)]
struct Variant {
    bytes: Bytes,
    etag: HeaderValue,
}

/// How long a browser may keep a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeping {
    /// Its name changes with its content.
    ForGood,
    AskAgain,
}

/// Why a directory cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum NotServable {
    #[error("{0}: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("{0} has no index.html: is the app built?")]
    NoIndex(PathBuf),
    #[error("{0} is not an object of header names and values")]
    BadHeaders(PathBuf),
}

/// Where the page build says which headers its HTML needs.
const HEADERS_FILE: &str = "headers.json";
/// Files deeper than this are not looked for.
const DEEPEST: usize = 8;

/// For an `index.html` without a `headers.json`: nothing but the own origin, no inline script or style.
const FALLBACK_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

impl Files {
    /// Reads a directory, and writes the deployment's own look and hosts into its pages. Symbolic links are not followed.
    ///
    /// # Errors
    /// [`NotServable`] says why not.
    pub fn load(directory: &Path, brand: &Brand, hosts: Hosts) -> Result<Self, NotServable> {
        let mut raw = HashMap::new();
        collect(directory, "", 0, &mut raw)?;
        let html_headers = match raw.remove(&format!("/{HEADERS_FILE}")) {
            Some(json) => read_headers(&json).ok_or_else(|| NotServable::BadHeaders(directory.join(HEADERS_FILE)))?,
            None => vec![(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FALLBACK_POLICY))],
        };
        if !raw.contains_key("/index.html") {
            return Err(NotServable::NoIndex(directory.into()));
        }
        for page in ["/index.html", "/whole.html"] {
            rewrite(page, &mut raw, |html| brand.written_into(html));
            rewrite(page, &mut raw, |html| hosts.written_into(html));
        }
        let names: Vec<String> = raw.keys().filter(|name| !is_sibling(name, &raw)).cloned().collect();
        let by_path = names
            .into_iter()
            .filter_map(|name| {
                let plain = Variant::new(raw.get(&name)?.clone())?;
                let sibling = |suffix: &str| raw.get(&format!("{name}.{suffix}")).cloned().and_then(Variant::new);
                let keeping = if has_hash(&name) { Keeping::ForGood } else { Keeping::AskAgain };
                let (brotli, gzip) = (sibling("br"), sibling("gz"));
                Some((name.clone(), File { content_type: content_type(&name), keeping, plain, brotli, gzip }))
            })
            .collect();
        let framed_headers = with_policy(&html_headers, |policy| hosts.allowed_by(policy));
        let html_headers = with_policy(&html_headers, hosts::framed_by_nobody);
        Ok(Self { by_path, html_headers, framed_headers, hosts })
    }

    /// The page with all screens, so that none has to be left for another, with one more script before all others, as an app's webview
    /// has it.
    pub fn in_webview(&self, script: &str) -> Option<Response> {
        let page = core::str::from_utf8(&self.at("/continue")?.plain.bytes).ok()?;
        let (head, rest) = page.split_once("<meta")?;
        let mut response = format!("{head}<script src=\"{script}\"></script><meta{rest}").into_response();
        let headers = response.headers_mut();
        headers.extend(self.html_headers.iter().cloned());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(response)
    }

    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// The file for a path. An app without a page for all screens has them all in the one.
    fn at(&self, path: &str) -> Option<&File> {
        let named = |name: &str| self.by_path.get(name);
        match Page::at(path) {
            Some(Page::Whole) => named("/whole.html").or_else(|| named("/index.html")),
            Some(Page::Login) => named("/index.html"),
            None => named(path),
        }
    }

    fn answer(&self, path: &str, file: &File, asked: &HeaderMap) -> Response {
        let (variant, encoding) = file.choose(asked);
        let keeping = match file.keeping {
            Keeping::ForGood => "public, max-age=31536000, immutable",
            Keeping::AskAgain => "no-cache",
        };
        let mut response = if etag_matches(asked, variant.etag.as_bytes()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(variant.bytes.clone()));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
            if let Some(encoding) = encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let is_framable = self.hosts.may_frame(path);
        if is_framable {
            response.extensions_mut().insert(Framable);
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if file.content_type.starts_with("text/html") {
            for (name, value) in if is_framable { &self.framed_headers } else { &self.html_headers } {
                headers.insert(name.clone(), value.clone());
            }
        }
        response
    }
}

impl File {
    /// The smallest variant that the asker takes (RFC 9110 §12.5.3).
    fn choose(&self, asked: &HeaderMap) -> (&Variant, Option<&'static str>) {
        match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if takes(asked, "br") => (brotli, Some("br")),
            (_, Some(gzip)) if takes(asked, "gzip") => (gzip, Some("gzip")),
            (_, _) => (&self.plain, None),
        }
    }
}

impl Variant {
    fn new(bytes: Vec<u8>) -> Option<Self> {
        let etag = HeaderValue::from_str(&format!("\"{}\"", short_digest(&bytes))).ok()?;
        Some(Self { etag, bytes: bytes.into() })
    }
}

/// The fallback of all routes: a file, the app's entry points, or a readable "not here".
pub async fn serve(State(house): State<House>, request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let allow = [(header::ALLOW, "GET, HEAD"), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
    }
    let path = request.uri().path();
    match house.files.at(path) {
        Some(found) => {
            let mut response = house.files.answer(path, found, request.headers());
            if let Some(mark) = mark_frame(request.method(), request.headers(), house.files.hosts.may_frame(path)) {
                response.headers_mut().append(header::SET_COOKIE, mark);
            }
            response
        }
        None if has_extension(path) => {
            (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "Not found\n").into_response()
        }
        None => {
            let html = pages::not_found(asked_locale(request.headers()));
            page(StatusCode::NOT_FOUND, html, pages::policy())
        }
    }
}

/// Which of the app's pages an entry point is. No step of a flow has an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// `/` and `/o/{organisation}`: the login path, and as little as it needs.
    Login,
    /// `/join`, `/reset`, `/link`, `/security`, `/security/policy`, `/approve`, `/approve/{request}`, `/continue` and
    /// `/continue/{provider}`: all screens.
    Whole,
}

impl Page {
    fn at(path: &str) -> Option<Self> {
        match path {
            "/" => Some(Self::Login),
            "/join" | "/reset" | "/link" | "/security" | "/security/policy" | "/approve" | "/continue" => {
                Some(Self::Whole)
            }
            _ => {
                let below = ["/approve/", "/continue/"].iter().find_map(|place| path.strip_prefix(place));
                if below.is_some_and(|id| !id.is_empty() && !id.contains('/')) {
                    return Some(Self::Whole);
                }
                let rest = path.strip_prefix("/o/")?;
                (!rest.is_empty() && !rest.contains('/')).then_some(Self::Login)
            }
        }
    }
}

/// The headers, with another policy.
fn with_policy(
    headers: &[(HeaderName, HeaderValue)],
    change: impl Fn(&HeaderValue) -> Option<HeaderValue>,
) -> Vec<(HeaderName, HeaderValue)> {
    let changed = headers.iter().map(|(name, value)| match name == header::CONTENT_SECURITY_POLICY {
        // A policy that cannot be read as text is none that lets anybody in.
        true => (name.clone(), change(value).unwrap_or_else(|| HeaderValue::from_static(FALLBACK_POLICY))),
        false => (name.clone(), value.clone()),
    });
    changed.collect()
}

/// A page that is not as it was built is compressed anew.
fn rewrite(name: &str, raw: &mut HashMap<String, Vec<u8>>, change: impl Fn(&str) -> Option<String>) {
    let built = raw.get(name).and_then(|page| core::str::from_utf8(page).ok());
    let Some(page) = built.and_then(change) else { return };
    raw.remove(&format!("{name}.gz"));
    match brand::brotli(&page) {
        Some(smaller) => raw.insert(format!("{name}.br"), smaller),
        None => raw.remove(&format!("{name}.br")),
    };
    raw.insert(name.into(), page.into_bytes());
}

fn has_extension(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

/// Whether a name carries its content's hash: `-` and at least eight hexadecimal digits, then `.` or `_`.
fn has_hash(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    file.split('-').skip(1).any(|part| {
        let digits = part.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
        digits >= 8 && matches!(part.as_bytes().get(digits), Some(b'.' | b'_'))
    })
}

/// Whether `name` is only another file's compressed form.
fn is_sibling(name: &str, all: &HashMap<String, Vec<u8>>) -> bool {
    name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).is_some_and(|plain| all.contains_key(plain))
}

fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let refused =
                weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
            name.trim().eq_ignore_ascii_case(encoding) && !refused
        })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn read_headers(json: &[u8]) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let read: std::collections::BTreeMap<String, String> = serde_json::from_slice(json).ok()?;
    read.iter().map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?))).collect()
}

fn collect(
    directory: &Path,
    prefix: &str,
    depth: usize,
    into: &mut HashMap<String, Vec<u8>>,
) -> Result<(), NotServable> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error| NotServable::Unreadable(path, error)
    };
    for entry in std::fs::read_dir(directory).map_err(unreadable(directory))? {
        let entry = entry.map_err(unreadable(directory))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable(&path))?;
        let Some(name) = entry.file_name().to_str().map(ToOwned::to_owned) else { continue };
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth < DEEPEST {
            collect(&path, &format!("{prefix}/{name}"), depth + 1, into)?;
        } else if kind.is_file() {
            into.insert(format!("{prefix}/{name}"), std::fs::read(&path).map_err(unreadable(&path))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_others() {
        for name in ["/app-0123456789abcdef.js", "/app-0123456789abcdef_bg.wasm", "/a/style-deadbeef.css"] {
            assert!(has_hash(name), "{name}");
        }
        for name in ["/index.html", "/app-1234567.js", "/app-deadbeefg.js", "/deadbeef.js", "/a-deadbeef0/index.html"] {
            assert!(!has_hash(name), "{name}");
        }
    }

    #[test]
    fn entry_points_are_the_login_path_and_the_links() {
        for path in ["/", "/o/nuri", "/o/%EB%88%84%EB%A6%AC"] {
            assert_eq!(Page::at(path), Some(Page::Login), "{path}");
        }
        for path in [
            "/join",
            "/reset",
            "/link",
            "/security",
            "/security/policy",
            "/approve",
            "/approve/b7QkVn2sTg5mXw8eRd4zYA",
            "/continue",
        ] {
            assert_eq!(Page::at(path), Some(Page::Whole), "{path}");
        }
        for path in
            ["/o", "/o/", "/o/nuri/", "/o/nuri/x", "/index", "/home", "//", "/x", "/join/", "/reset/x", "/link/"]
        {
            assert_eq!(Page::at(path), None, "{path}");
        }
    }

    #[test]
    fn encodings_are_taken_unless_their_weight_is_nought() {
        let asked = |value| HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(takes(&asked("gzip, deflate, br"), "br"));
        assert!(takes(&asked("br;q=0.1"), "br"));
        assert!(!takes(&asked("br;q=0, gzip"), "br"));
        assert!(!takes(&asked("brotli"), "br"));
        assert!(!takes(&HeaderMap::new(), "br"));
    }
}
