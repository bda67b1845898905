//! Whose flow it is, and from where it may be asked for.

use serde_json::json;

use crate::visitor::{House, Visitor, begin_body, fresh_key};

#[tokio::test]
async fn another_browser_finds_nothing() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await;
    let mut stranger = house.visitor();
    stranger.begin(json!({})).await;
    let bare = house.visitor();
    let odd = Visitor { cookies: vec![("__Host-daemun_browser".into(), "x".into())], ..house.visitor() };
    for other in [&stranger, &bare, &odd] {
        let path = minji.flow_path();
        other.send("GET", &path, &[("Daemun-Version", "1")], b"").await.problem(404, "flow_unknown");
        other.send("DELETE", &path, &[("Daemun-Version", "1")], b"").await.problem(404, "flow_unknown");
        let body = minji.act_body(json!({"code": "123456"}));
        other.post(&minji.act_path("submit"), &fresh_key(), &body).await.problem(404, "flow_unknown");
    }
    minji.read().await.at("code");
    for id in ["x", "AAAAAAAAAAAAAAAAAAAAAA", "%00", "..", "%2e%2e", "%ff", "a%2Fb", &"A".repeat(3000)] {
        let answer = minji.send("GET", &format!("/api/v1/flows/{id}"), &[("Daemun-Version", "1")], b"").await;
        answer.problem(404, "flow_unknown");
    }
}

#[tokio::test]
async fn the_browsers_cookie_is_set_once_and_kept_tight() {
    let house = House::open().await;
    let mut minji = house.visitor();
    let begun = minji.begin(json!({})).await;
    let line = begun.header("set-cookie").unwrap();
    for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=34560000"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(line.starts_with("__Host-daemun_browser=") && !line.contains("Domain"), "{line}");
    assert_eq!(minji.cookie("__Host-daemun_browser").unwrap().len(), 43);
    assert!(minji.begin(json!({})).await.header("set-cookie").is_none());
    let done = minji.sign_in(&house, "emma@daemun.test", "northwind", "northwind-Emma-2024!").await;
    let line = done.header("set-cookie").unwrap();
    for attribute in ["__Host-daemun_session=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(!line.contains("Domain"), "{line}");
}

#[tokio::test]
async fn foreign_origins_and_other_versions_are_refused() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let own = house.server.origin().to_owned();
    let elsewhere = own.replace("localhost", "127.0.0.1");
    let body = begin_body(json!({})).to_string();
    let post = |extra: Vec<(&'static str, String)>| {
        let (minji, body) = (minji.clone(), body.clone());
        async move {
            let key = fresh_key();
            let mut headers = vec![("Content-Type", "application/json"), ("Idempotency-Key", key.as_str())];
            headers.extend(extra.iter().map(|(name, value)| (*name, value.as_str())));
            minji.send("POST", "/api/v1/flows", &headers, body.as_bytes()).await
        }
    };
    let version = || ("Daemun-Version", "1".to_owned());
    for foreign in ["https://evil.example", "null", "", &elsewhere, &format!("{own}/"), &own.to_uppercase()] {
        post(vec![version(), ("Origin", foreign.into())]).await.problem(403, "origin_refused");
    }
    for site in ["cross-site", "same-site", "none", "nonsense"] {
        post(vec![version(), ("Sec-Fetch-Site", site.into())]).await.problem(403, "origin_refused");
    }
    assert_eq!(
        post(vec![version(), ("Origin", own.clone()), ("Sec-Fetch-Site", "same-origin".into())]).await.status,
        201
    );
    let path = minji.flow_path();
    for (site, status) in [("none", 200), ("same-origin", 200), ("cross-site", 403), ("same-site", 403)] {
        let headers = [("Daemun-Version", "1"), ("Sec-Fetch-Site", site)];
        assert_eq!(minji.send("GET", &path, &headers, b"").await.status, status, "{site}");
    }
    for spoken in [None, Some("0"), Some("2"), Some("1.0"), Some(""), Some("1, 2")] {
        let headers = spoken.map(|spoken| ("Daemun-Version", spoken.to_owned())).into_iter().collect();
        post(headers).await.problem(400, "version_unsupported");
    }
    // Neither is any answer readable elsewhere.
    let preflight = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")];
    let answer = minji.send("OPTIONS", "/api/v1/flows", &preflight, b"").await.problem(405, "malformed");
    assert!(answer.header("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let house = House::open().await;
    let visitor = house.visitor();
    for path in
        ["/.well-known/daemun", "/api/v1/flows/x", "/api/v1/nothing", "/home", "/", "/nothing", "/a.js", "/sandbox/"]
    {
        let answer = visitor.send("GET", path, &[], b"").await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(answer.header("permissions-policy").is_some(), "{path}");
        // Pages with a form of their own tell their own origin where it was sent from, and nobody else.
        let referrer = answer.header("referrer-policy").unwrap();
        let is_own_page = answer.header("content-type").is_some_and(|named| named.starts_with("text/html"));
        assert_eq!(referrer, if is_own_page { "same-origin" } else { "no-referrer" }, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    }
}
