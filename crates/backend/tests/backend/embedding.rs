//! The app in a page of somebody else's (FEATURES X7): which pages may be framed and by whom, and which cookies a frame has.

use daemun_backend::{Config, start};
use serde_json::json;
use tempfile::TempDir;

use crate::visitor::{Answer, House, Visitor};

const PORTAL: &str = "https://portal.example";
const BOARD: &str = "http://localhost:3000";

const FRAMABLE: &[&str] =
    &["/", "/?return_to=/x", "/o/nuri", "/join", "/reset", "/link", "/continue", "/continue/line"];
const NEVER: &[&str] = &[
    "/approve",
    "/approve/b7QkVn2sTg5mXw8eRd4zYA",
    "/security",
    "/security/policy",
    "/home",
    "/shared/x",
    "/sandbox/",
    "/sandbox/phone",
    "/sandbox/host",
    "/index.html",
    "/whole.html",
    "/gone",
    "/.well-known/daemun",
    "/api/v1/flows/x",
];

async fn house(embed_origins: &[&str]) -> (House, TempDir) {
    let app = tempfile::tempdir().unwrap();
    for page in ["index.html", "whole.html"] {
        std::fs::write(app.path().join(page), "<!doctype html><meta name=\"daemun-brand\"><title>app</title>").unwrap();
    }
    let headers = json!({ "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'" });
    std::fs::write(app.path().join("headers.json"), headers.to_string()).unwrap();
    let (path, embed_origins) = (app.path().to_owned(), embed_origins.iter().map(|text| (*text).into()).collect());
    (House::with(|config| Config { app: Some(path), embed_origins, ..config }).await, app)
}

/// Who may have it in a frame, as browsers understand it.
fn ancestors(answer: &Answer) -> (String, Option<&str>) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let named: Vec<&str> =
        policy.split(';').map(str::trim).filter(|part| part.starts_with("frame-ancestors")).collect();
    (named.join("; "), answer.header("x-frame-options"))
}

#[tokio::test]
async fn x7_only_listed_origins_frame_and_never_what_decides() {
    let (house, _app) = house(&[PORTAL, BOARD, PORTAL]).await;
    let visitor = house.visitor();
    for path in FRAMABLE {
        let page = visitor.send("GET", path, &[], b"").await;
        assert_eq!(ancestors(&page), (format!("frame-ancestors {PORTAL} {BOARD}"), None), "{path}");
        assert!(page.text().contains(&format!("<meta name=\"daemun-hosts\" content=\"{PORTAL} {BOARD}\">")), "{path}");
        // What is kept is framed by the same ones.
        let tag = page.header("etag").unwrap();
        let kept = visitor.send("GET", path, &[("If-None-Match", tag)], b"").await;
        assert_eq!((kept.status, ancestors(&kept)), (304, ancestors(&page)), "{path}");
    }
    for path in NEVER {
        let page = visitor.send("GET", path, &[("Daemun-Version", "1")], b"").await;
        assert_eq!(ancestors(&page), ("frame-ancestors 'none'".into(), Some("DENY")), "{path}");
    }
}

#[tokio::test]
async fn x7_without_hosts_nobody_frames_anything() {
    let (house, _app) = house(&[]).await;
    let visitor = house.visitor();
    for path in FRAMABLE.iter().chain(NEVER) {
        let framed = [("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Site", "cross-site"), ("Daemun-Version", "1")];
        let page = visitor.send("GET", path, &framed, b"").await;
        assert_eq!(ancestors(&page), ("frame-ancestors 'none'".into(), Some("DENY")), "{path}");
        assert_eq!(page.header("set-cookie"), None, "{path}");
        assert!(!page.text().contains("daemun-hosts"), "{path}");
    }
}

#[tokio::test]
async fn x7_what_is_no_exact_origin_is_an_error_at_the_start() {
    for text in
        ["*", "https://*.example", "https://portal.example/", "http://portal.example", "portal.example", "'self'"]
    {
        let directory = tempfile::tempdir().unwrap();
        let config = Config { embed_origins: vec![text.into()], ..Config::sandbox(directory.path().join("daemun.db")) };
        let error = start(config).await.err().map(|error| error.to_string());
        assert_eq!(error, Some(format!("{text:?} is not an origin such as https://login.example")));
    }
}

const FRAMED: [(&str, &str); 2] = [("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Site", "cross-site")];

/// A browser that has opened the page like this.
async fn opened(house: &House, fetched: &[(&str, &str)]) -> Visitor {
    let mut visitor = house.visitor();
    let page = visitor.send("GET", "/", fetched, b"").await;
    visitor.keep(&page);
    visitor
}

#[tokio::test]
async fn x7_a_frame_of_another_site_has_cookies_of_its_own() {
    let (house, _app) = house(&[PORTAL]).await;
    let mut framed = opened(&house, &FRAMED).await;
    assert_eq!(framed.cookies, [("__Host-daemun_framed".to_owned(), "1".to_owned())]);
    let begun = framed.begin(json!({})).await;
    let done = framed.sign_in(&house, "emma@daemun.test", "northwind", "northwind-Emma-2024!").await;
    for (answer, name) in [(&begun, "__Host-daemun_framed_browser="), (&done, "__Host-daemun_framed_session=")] {
        let line = answer.header("set-cookie").unwrap();
        assert!(line.starts_with(name), "{line}");
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=None; Partitioned"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }

    // A page of its own in the same browser is another one: neither opens the other's flow, and nobody is signed in there.
    framed.begin(json!({})).await;
    let page = Visitor { cookies: Vec::new(), ..framed.clone() };
    page.send("GET", &page.flow_path(), &[("Daemun-Version", "1")], b"").await.problem(404, "flow_unknown");
    let mut alone = opened(&house, &[("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Site", "none")]).await;
    assert_eq!(alone.cookies, []);
    let line = alone.begin(json!({})).await.header("set-cookie").unwrap().to_owned();
    assert!(line.starts_with("__Host-daemun_browser=") && line.ends_with("; SameSite=Lax"), "{line}");
    alone.cookies.extend(framed.cookies.clone());
    let document = [("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Site", "none")];
    let home = alone.send("GET", "/home", &document, b"").await;
    assert_eq!((home.status, home.header("location")), (303, Some("/")), "the frame's session is no page's");
    // A browser that knows no partitions loses the mark with the first page of its own.
    let unmarked = alone.send("GET", "/", &document, b"").await;
    let line = unmarked.header("set-cookie").unwrap();
    assert!(line.starts_with("__Host-daemun_framed=;") && line.contains("Max-Age=0"), "{line}");
}

#[tokio::test]
async fn x7_only_another_sites_frame_is_marked() {
    let (house, _app) = house(&[PORTAL]).await;
    for fetched in [
        vec![],
        vec![("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Site", "same-origin")],
        vec![("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Site", "same-site")],
        vec![("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Dest", "embed"), ("Sec-Fetch-Site", "cross-site")],
    ] {
        assert_eq!(opened(&house, &fetched).await.cookies, [], "{fetched:?}");
    }
    for path in ["/approve", "/security", "/home", "/index.html"] {
        assert_eq!(house.visitor().send("GET", path, &FRAMED, b"").await.header("set-cookie"), None, "{path}");
    }
}

#[tokio::test]
async fn x7_the_checks_of_every_request_hold_in_a_frame() {
    let (house, _app) = house(&[PORTAL]).await;
    let mut framed = opened(&house, &FRAMED).await;
    framed.begin(json!({})).await;
    let (path, version) = (framed.flow_path(), ("Daemun-Version", "1"));
    let own = house.server.origin().to_owned();
    framed
        .send("GET", &path, &[version, ("Origin", &own), ("Sec-Fetch-Site", "same-origin")], b"")
        .await
        .at("identify");
    // Not even a listed host asks for anything itself.
    for (name, value) in
        [("Origin", PORTAL), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")]
    {
        framed.send("GET", &path, &[version, (name, value)], b"").await.problem(403, "origin_refused");
        framed.send("DELETE", &path, &[version, (name, value)], b"").await.problem(403, "origin_refused");
    }
}

/// X7, L3: who leaves a frame of another site for a provider comes back as another browser, so nobody is sent.
#[tokio::test]
async fn x7_a_frame_of_another_site_offers_no_external_provider() {
    let (house, _app) = house(&[PORTAL]).await;
    let mut framed = opened(&house, &FRAMED).await;
    assert!(!framed.begin(json!({})).await.actions().contains(&"use_provider".to_owned()));
    framed.act("use_provider", json!({})).await.problem(403, "action_unavailable");
    let mut page = house.visitor();
    assert!(page.begin(json!({})).await.actions().contains(&"use_provider".to_owned()));
}
