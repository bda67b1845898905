//! A native host takes a sign-in over from the page in its webview (FEATURES X7): once, in time, by its own verifier, and as a session
//! of its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::visitor::{Answer, House, Visitor};

const EMMA: &str = "emma@daemun.test";
const PASSWORD: &str = "northwind-Emma-2024!";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Emma signs in in an app's webview; the code that it is given.
async fn handed_over(house: &House) -> (Visitor, String) {
    let mut webview = house.visitor();
    webview.begin(json!({"organisation": "northwind", "handoff": challenge(VERIFIER)})).await.at("password");
    let done = webview.submit(json!({"identifier": EMMA, "password": PASSWORD})).await;
    let flow = done.flow();
    assert_eq!(flow["status"], "complete", "{flow}");
    assert_eq!(flow.get("redirect_to"), None, "{flow}");
    assert_eq!(done.header("set-cookie"), None, "the page is signed in to nothing");
    (webview, flow["handoff"].as_str().unwrap().to_owned())
}

/// As an app sends it: no cookie, no `Origin`.
pub async fn redeem(house: &House, body: &Value) -> Answer {
    let headers = [("Daemun-Version", "1"), ("Content-Type", "application/json"), ("User-Agent", "NuriApp/3")];
    house.visitor().send("POST", "/api/v1/handoffs", &headers, body.to_string().as_bytes()).await
}

pub async fn session(house: &House, method: &str, token: &str) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers = [("Daemun-Version", "1"), ("Authorization", authorization.as_str())];
    house.visitor().send(method, "/api/v1/session", &headers, b"").await
}

#[tokio::test]
async fn x7_an_app_redeems_its_code_once() {
    let house = House::open().await;
    let (mut webview, code) = handed_over(&house).await;
    assert_eq!(code.len(), 43);
    assert_eq!(webview.read().await.flow()["handoff"], code, "loaded again it says the same");
    assert_eq!(webview.cookie("__Host-daemun_session"), None);

    let redeemed = redeem(&house, &json!({"code": code, "verifier": VERIFIER, "app": " Nuri Work\u{7} "})).await;
    assert_eq!((redeemed.status, redeemed.header("cache-control")), (200, Some("no-store")), "{redeemed:?}");
    assert_eq!(redeemed.header("set-cookie"), None);
    let token = redeemed.json()["token"].as_str().unwrap().to_owned();
    assert!(redeemed.json()["expires_at"].is_u64());
    let known = session(&house, "GET", &token).await;
    assert_eq!(known.json()["account"], json!({"identifier": EMMA, "name": "Emma Clark"}));
    assert_eq!(known.json()["workspace"]["id"], "northwind");

    // In her settings it is one of her sessions, and can be ended there.
    let mut desk = house.visitor();
    desk.sign_in(&house, EMMA, "northwind", PASSWORD).await;
    desk.begin_with("security", json!({})).await.at("security");
    let listed = desk.act("show_sessions", json!({})).await.at("sessions").flow();
    let sessions = listed["step"]["sessions"].as_array().unwrap();
    let app = sessions.iter().find(|session| session["browser"] == "Nuri Work").unwrap_or_else(|| panic!("{listed}"));
    assert_eq!(app["here"], false);
    desk.act("sign_out", json!({"session": app["id"]})).await.at("sessions");
    session(&house, "GET", &token).await.problem(403, "sign_in_required");
}

/// Two have the code and its verifier: what the first of them got is over too (RFC 6749 §4.1.2).
#[tokio::test]
async fn x7_a_second_use_ends_what_the_first_one_made() {
    let house = House::open().await;
    let (_, code) = handed_over(&house).await;
    let body = json!({"code": code, "verifier": VERIFIER});
    let token = redeem(&house, &body).await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(session(&house, "GET", &token).await.status, 200);
    // Who has no verifier ends nothing.
    redeem(&house, &json!({"code": code, "verifier": "x".repeat(43)})).await.problem(400, "handoff_invalid");
    assert_eq!(session(&house, "GET", &token).await.status, 200);
    house.advance(3600);
    redeem(&house, &body).await.problem(400, "handoff_invalid");
    session(&house, "GET", &token).await.problem(403, "sign_in_required");
}

#[tokio::test]
async fn x7_every_refusal_of_a_code_is_the_same() {
    let house = House::open().await;
    let (_, code) = handed_over(&house).await;
    let mut refused = Vec::new();
    for (code, verifier) in [
        (code.as_str(), "x".repeat(43)),
        (code.as_str(), challenge(VERIFIER)),
        (code.as_str(), VERIFIER[..42].into()),
        (code.as_str(), format!("{VERIFIER}=")),
        (code.as_str(), String::new()),
        (&code[..42], VERIFIER.into()),
        ("", VERIFIER.into()),
        (&"A".repeat(43), VERIFIER.into()),
        (&challenge(VERIFIER), VERIFIER.into()),
    ] {
        refused.push(redeem(&house, &json!({"code": code, "verifier": verifier})).await);
    }
    // Another flow's verifier is no verifier of this one's.
    let other = "y".repeat(43);
    let mut webview = house.visitor();
    webview.begin(json!({"organisation": "northwind", "handoff": challenge(&other)})).await.at("password");
    let others = webview.submit(json!({"identifier": EMMA, "password": PASSWORD})).await.flow()["handoff"].clone();
    refused.push(redeem(&house, &json!({"code": code, "verifier": other})).await);
    refused.push(redeem(&house, &json!({"code": others, "verifier": VERIFIER})).await);
    house.advance(61);
    refused.push(redeem(&house, &json!({"code": code, "verifier": VERIFIER})).await);
    for answer in &refused {
        assert_eq!(answer.json(), refused[0].json());
        answer.clone().problem(400, "handoff_invalid");
    }
    assert_eq!(house.count("SELECT count(*) FROM session"), 0);
}

#[tokio::test]
async fn x7_a_code_dies_with_what_it_was_for() {
    for end in ["suspended", "signed out everywhere"] {
        let house = House::open().await;
        let (_, code) = handed_over(&house).await;
        match end {
            "suspended" => house.sql(
                "INSERT INTO standing SELECT 'account:' || id, 0, 1, 1 FROM account WHERE email = 'emma@daemun.test'",
            ),
            _ => {
                let mut desk = house.visitor();
                desk.sign_in(&house, EMMA, "northwind", PASSWORD).await;
                // Somewhere else, so that there is something to end.
                house.visitor().sign_in(&house, EMMA, "northwind", PASSWORD).await;
                desk.begin_with("security", json!({})).await.at("security");
                desk.act("show_sessions", json!({})).await.at("sessions");
                desk.act("sign_out_others", json!({})).await.at("sessions");
            }
        }
        redeem(&house, &json!({"code": code, "verifier": VERIFIER})).await.problem(400, "handoff_invalid");
    }
}

#[tokio::test]
async fn x7_a_challenge_has_one_form() {
    let house = House::open().await;
    let good = challenge(VERIFIER);
    for bad in [
        "",
        "plain",
        &good[..42],
        &format!("{good}="),
        &format!("{good}A"),
        &format!("{}+", &good[..42]),
        VERIFIER,
        " ",
    ] {
        // A verifier looks like a challenge; that one is no error, and no use.
        if bad == VERIFIER {
            continue;
        }
        house.visitor().begin(json!({"handoff": bad})).await.problem(400, "malformed");
    }
    // What signs nobody in hands nothing over.
    let mut visitor = house.visitor();
    visitor.begin(json!({"handoff": good})).await.at("identify");
    visitor.begin_with("link", json!({"token": "x", "handoff": good})).await.at("notice");
}

#[tokio::test]
async fn x7_no_page_redeems_and_no_cookie_counts() {
    let house = House::open().await;
    let (webview, code) = handed_over(&house).await;
    let body = json!({"code": code, "verifier": VERIFIER}).to_string();
    let post = |headers: Vec<(&'static str, &'static str)>| {
        let (webview, body) = (webview.clone(), body.clone());
        async move { webview.send("POST", "/api/v1/handoffs", &headers, body.as_bytes()).await }
    };
    let (version, json_type) = (("Daemun-Version", "1"), ("Content-Type", "application/json"));
    post(vec![version, json_type, ("Origin", "https://evil.example")]).await.problem(403, "origin_refused");
    post(vec![version, json_type, ("Sec-Fetch-Site", "cross-site")]).await.problem(403, "origin_refused");
    post(vec![json_type]).await.problem(400, "version_unsupported");
    post(vec![version]).await.problem(415, "malformed");
    let redeemed = post(vec![version, json_type]).await;
    assert_eq!(redeemed.status, 200, "{redeemed:?}");
    for malformed in ["", "[]", "{}", "{\"code\":1,\"verifier\":2}", "{\"code\":\"a\"}"] {
        let headers = [version, json_type];
        let answer = house.visitor().send("POST", "/api/v1/handoffs", &headers, malformed.as_bytes()).await;
        answer.problem(400, "malformed");
    }

    // A session is known by its token alone, and a page's cookie is none.
    let token = redeemed.json()["token"].as_str().unwrap().to_owned();
    let mut page = house.visitor();
    page.cookies.push(("__Host-daemun_session".into(), token.clone()));
    page.send("GET", "/api/v1/session", &[version], b"").await.problem(403, "sign_in_required");
    for bad in ["", "x", &"A".repeat(43)] {
        session(&house, "GET", bad).await.problem(403, "sign_in_required");
    }
    assert_eq!(session(&house, "DELETE", &token).await.status, 204);
    session(&house, "GET", &token).await.problem(403, "sign_in_required");
}

#[tokio::test]
async fn x7_no_code_is_written_down() {
    let house = House::open().await;
    let (_, code) = handed_over(&house).await;
    let token = redeem(&house, &json!({"code": code, "verifier": VERIFIER})).await.json()["token"].clone();
    let token = token.as_str().unwrap().to_owned();
    let log = house.server.log_lines().join("\n");
    let directory = house.stop().await;
    for secret in [code.as_str(), token.as_str(), VERIFIER] {
        assert!(!log.contains(secret), "{secret}");
        for file in std::fs::read_dir(directory.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}
