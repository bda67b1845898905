//! What workspaces and the deployment are known by (FEATURES X5).

use daemun_backend::{Accent, Brand, Config, Logo};
use serde_json::{Value, json};

use crate::visitor::House;

const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
/// The same as a `data:` URL.
const AS_DATA: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=";
const ANOTHER: &str = "data:image/svg+xml;base64,PHN2Zy8+";

async fn logo_of_nuri(house: &House) -> Value {
    let flow = house.visitor().begin(json!({"organisation": "nuri"})).await.at("password").flow();
    flow["workspace"]["logo"].clone()
}

#[tokio::test]
async fn x5_a_logo_comes_with_the_flow_and_is_served_without_any_power() {
    let house = House::open().await;
    assert_eq!(logo_of_nuri(&house).await, Value::Null);
    house.policy("nuri", json!({"logo": AS_DATA})).await;
    let path = logo_of_nuri(&house).await;
    let path = path.as_str().unwrap();
    let visitor = house.visitor();
    let picture = visitor.send("GET", path, &[], b"").await;
    assert_eq!((picture.status, picture.text().as_str()), (200, PICTURE));
    assert_eq!(picture.header("content-type"), Some("image/svg+xml"));
    assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    let policy = picture.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");

    // Another one has another name, and what nobody is known by any more is gone.
    house.policy("nuri", json!({"logo": ANOTHER})).await;
    assert_ne!(logo_of_nuri(&house).await, *path);
    assert_eq!(visitor.send("GET", path, &[], b"").await.status, 404);
    house.policy("sakura", json!({"logo": ANOTHER})).await;
    house.policy("nuri", json!({"logo": null})).await;
    assert_eq!(logo_of_nuri(&house).await, Value::Null);
    let sakuras = house.visitor().begin(json!({"organisation": "sakura"})).await.at("password").flow();
    let path = sakuras["workspace"]["logo"].as_str().unwrap().to_owned();
    assert_eq!(visitor.send("GET", &path, &[], b"").await.status, 200, "it is another's still");

    for path in ["/brand/", "/brand/x", "/brand/..%2fdaemun.db", "/brand/0123456789abcdef01234567.svg", "/brand/%00"] {
        assert_eq!(visitor.send("GET", path, &[], b"").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn x5_a_workspace_is_listed_with_its_logo() {
    let house = House::open().await;
    house.policy("hanbit", json!({"logo": AS_DATA})).await;
    let mut minji = house.visitor();
    let flow = minji.verify(&house, "minji@daemun.test").await.at("choose_workspace").flow();
    let listed = flow["step"]["workspaces"].as_array().unwrap();
    let logo_of = |id: &str| listed.iter().find(|listed| listed["id"] == id).unwrap().get("logo").cloned();
    assert!(logo_of("hanbit").unwrap().as_str().unwrap().starts_with("/brand/"));
    assert_eq!(logo_of("nuri"), None);
}

#[tokio::test]
async fn x5_the_deployments_own_look_is_in_its_pages_and_in_discovery() {
    let app = tempfile::tempdir().unwrap();
    let built = "<!doctype html><meta name=\"daemun-brand\"><title>app</title>";
    for file in ["index.html", "index.html.br", "index.html.gz", "whole.html"] {
        std::fs::write(app.path().join(file), built).unwrap();
    }
    let path = app.path().to_owned();
    let brand = Brand {
        name: Some("Nuri & \"Works\"".into()),
        accent: Some(Accent::parse("#0f7a5f").unwrap()),
        logo: Some(Logo::parse(PICTURE.into()).unwrap()),
    };
    let house = House::with(|config| Config { app: Some(path), brand, ..config }).await;
    let visitor = house.visitor();
    let told = visitor.send("GET", "/.well-known/daemun", &[], b"").await.json();
    let logo = told["brand"]["logo"].as_str().unwrap().to_owned();
    assert_eq!(told["brand"], json!({"name": "Nuri & \"Works\"", "accent": "#0f7a5f", "logo": logo}));
    assert_eq!(visitor.send("GET", &logo, &[], b"").await.text(), PICTURE);
    for page in ["/", "/o/nuri", "/join"] {
        let page = visitor.send("GET", page, &[("Accept-Encoding", "identity")], b"").await.text();
        let place = format!(
            "<meta name=\"daemun-brand\" data-name=\"Nuri &amp; &quot;Works&quot;\" data-accent=\"#0f7a5f\" data-logo=\"{logo}\">"
        );
        assert!(page.contains(&place), "{page}");
    }
    // What was compressed before is not what is served now.
    let small = visitor.send("GET", "/", &[("Accept-Encoding", "br, gzip")], b"").await;
    assert_eq!(small.header("content-encoding"), Some("br"));
    assert_ne!(small.body, built.as_bytes());
    assert_eq!(visitor.send("GET", "/", &[("Accept-Encoding", "gzip")], b"").await.header("content-encoding"), None);

    let plain = House::open().await;
    assert!(plain.visitor().send("GET", "/.well-known/daemun", &[], b"").await.json().get("brand").is_none());
}
