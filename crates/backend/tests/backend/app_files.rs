//! The built app, as browsers get it (FEATURES X10).

use std::path::Path;

use daemun_backend::Config;

use crate::visitor::House;

fn build(directory: &Path) {
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("index.html", b"<!doctype html><title>app</title>");
    write("app-0123456789abcdef.js", b"plain js");
    write("app-0123456789abcdef.js.br", b"brotli js");
    write("app-0123456789abcdef.js.gz", b"gzip js");
    write("app-0123456789abcdef_bg.wasm", b"\0asm");
    write("app-0123456789abcdef_bg.wasm.gz", b"gzip wasm");
    write("robots.txt", b"User-agent: *");
    write("deep/er/logo.svg", b"<svg/>");
    write(".hidden", b"secret");
    write("headers.json", br#"{"Content-Security-Policy": "default-src 'self'", "X-From-Build": "yes"}"#);
}

async fn house_with_app() -> (House, tempfile::TempDir) {
    let app = tempfile::tempdir().unwrap();
    build(app.path());
    std::fs::write(app.path().parent().unwrap().join("daemun-outside.txt"), b"outside").unwrap();
    let path = app.path().to_owned();
    (House::with(|config| Config { app: Some(path), ..config }).await, app)
}

#[tokio::test]
async fn entry_points_get_the_page_and_nothing_else_does() {
    let (house, _app) = house_with_app().await;
    let visitor = house.visitor();
    for path in ["/", "/?return_to=/x", "/o/nuri", "/o/%EB%88%84%EB%A6%AC?x", "/index.html"] {
        let page = visitor.send("GET", path, &[], b"").await;
        assert_eq!((page.status, page.text().as_str()), (200, "<!doctype html><title>app</title>"), "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        assert_eq!(page.header("content-security-policy"), Some("default-src 'self'; frame-ancestors 'none'"));
        assert_eq!(page.header("x-from-build"), Some("yes"));
        let tag = page.header("etag").unwrap();
        assert_eq!(visitor.send("GET", path, &[("If-None-Match", tag)], b"").await.status, 304);
    }
    for path in ["/code", "/o/", "/o/a/b", "/home/x", "/index", "/headers.json/"] {
        let page = visitor.send("GET", path, &[("Accept-Language", "ko")], b"").await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text().contains("찾을 수 없는 페이지입니다"), "{path}");
    }
    let head = visitor.send("HEAD", "/", &[], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn files_have_their_type_their_keeping_and_their_smallest_form() {
    let (house, _app) = house_with_app().await;
    let visitor = house.visitor();
    let get = |path: &'static str, encodings: &'static str| {
        let visitor = visitor.clone();
        async move { visitor.send("GET", path, &[("Accept-Encoding", encodings)], b"").await }
    };
    let js = "/app-0123456789abcdef.js";
    for (encodings, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "brotli js"),
        ("gzip", Some("gzip"), "gzip js"),
        ("br;q=0, gzip;q=0.5", Some("gzip"), "gzip js"),
        ("identity", None, "plain js"),
        ("", None, "plain js"),
    ] {
        let file = get(js, encodings).await;
        assert_eq!((file.status, file.header("content-encoding"), file.text().as_str()), (200, encoding, body));
        assert_eq!(file.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(file.header("vary"), Some("Accept-Encoding"));
        assert!(file.header("x-from-build").is_none());
    }
    let wasm = get("/app-0123456789abcdef_bg.wasm", "br, gzip").await;
    assert_eq!(
        (wasm.header("content-type"), wasm.header("content-encoding")),
        (Some("application/wasm"), Some("gzip"))
    );
    assert_eq!(wasm.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let robots = get("/robots.txt", "br").await;
    assert_eq!((robots.header("cache-control"), robots.text().as_str()), (Some("no-cache"), "User-agent: *"));
    assert_eq!(get("/deep/er/logo.svg", "").await.header("content-type"), Some("image/svg+xml"));
}

#[tokio::test]
async fn nothing_else_on_the_disk_is_reachable() {
    let (house, app) = house_with_app().await;
    let visitor = house.visitor();
    let name = app.path().file_name().unwrap().to_str().unwrap().to_owned();
    for path in [
        "/../daemun-outside.txt",
        "/..%2fdaemun-outside.txt",
        "/%2e%2e/daemun-outside.txt",
        "/deep/../../daemun-outside.txt",
        "/..\\daemun-outside.txt",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/.hidden",
        "/headers.json",
        "/app-0123456789abcdef.js.br",
        "/app-0123456789abcdef.js%00",
        "/%00.txt",
        "/robots.txt/",
        "/./robots.txt",
        &format!("/../{name}/robots.txt"),
        "/nothing.js",
    ] {
        let answer = visitor.send("GET", path, &[], b"").await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
    }
    std::fs::remove_file(app.path().parent().unwrap().join("daemun-outside.txt")).unwrap_or_default();
}

#[tokio::test]
async fn without_headers_json_the_policy_is_strict() {
    let app = tempfile::tempdir().unwrap();
    std::fs::write(app.path().join("index.html"), b"x").unwrap();
    let path = app.path().to_owned();
    let house = House::with(|config| Config { app: Some(path), ..config }).await;
    for path in ["/", "/security", "/security/policy", "/approve"] {
        let page = house.visitor().send("GET", path, &[], b"").await;
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
    }
}
