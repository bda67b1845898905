//! Whatever is thrown at it, it answers with the right problem: never a 500, never a hang.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::visitor::{Answer, House, STEPS, Visitor, begin_body, fresh_key};

async fn raw(visitor: &Visitor, path: &str, body: &[u8]) -> Answer {
    let key = fresh_key();
    let headers = [("Daemun-Version", "1"), ("Content-Type", "application/json"), ("Idempotency-Key", key.as_str())];
    visitor.send("POST", path, &headers, body).await
}

#[tokio::test]
async fn bodies_that_are_not_what_is_asked_for() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let act = minji.act_path("submit");
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let malformed: &[&[u8]] = &[
        b"",
        b" ",
        b"null",
        b"true",
        b"0",
        b"\"x\"",
        b"[]",
        b"{}",
        b"{",
        b"}",
        b"{]",
        b"{\"rev\":}",
        b"\xff\xfe",
        b"\0",
        b"{\"rev\":1",
        b"{\"rev\":-1,\"input\":{}}",
        b"{\"rev\":1.5,\"input\":{}}",
        b"{\"rev\":\"1\",\"input\":{}}",
        b"{\"rev\":null}",
        b"{\"rev\":18446744073709551616}",
        b"{\"rev\":1e400}",
        b"{\"rev\":1,\"rev\":1}",
        b"{\"rev\":1,\"input\":[]}",
        b"{\"rev\":1,\"input\":\"x\"}",
        b"{\"rev\":1,\"input\":{\"identifier\":1}}",
        b"{\"rev\":1,\"input\":{\"identifier\":[]}}",
        b"{\"rev\":1,\"input\":{\"identifier\":{}}}",
        b"{\"rev\":1,\"input\":{\"identifier\":true}}",
        b"{\"rev\":1,\"input\":{\"identifier\":\"\xff\"}}",
        b"{\"rev\":1,\"input\":{\"identifier\":\"\\ud800\"}}",
        b"{\"rev\":1,\"input\":{\"identifier\":\"a\nb\"}}",
        b"{\"rev\":1}{\"rev\":1}",
        b"\xef\xbb\xbf{\"rev\":1}",
        b"rev=1",
        b"<flow/>",
        deep.as_bytes(),
    ];
    for body in malformed {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = raw(&minji, &act, body).await;
        assert_eq!((answer.status, shown.as_str()), (400, shown.as_str()));
        answer.problem(400, "malformed");
        raw(&minji, "/api/v1/flows", body).await.problem(400, "malformed");
    }
    minji.read().await.at("identify");
}

#[tokio::test]
async fn beginnings_that_cannot_be() {
    let house = House::open().await;
    let visitor = house.visitor();
    let mut tried = Vec::new();
    let change = |pointer: &str, value: Value| {
        let mut body = begin_body(json!({}));
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    tried.push((change("/kind", json!("fly")), 400, "malformed"));
    tried.push((change("/kind", json!("")), 400, "malformed"));
    tried.push((change("/kind", json!(1)), 400, "malformed"));
    tried.push((change("/hints", json!([])), 400, "malformed"));
    tried.push((change("/hints", json!({"return_to": 1})), 400, "malformed"));
    tried.push((change("/client", json!({})), 400, "malformed"));
    tried.push((change("/client/version", json!("x".repeat(65))), 400, "malformed"));
    tried.push((change("/client/locale", json!("x".repeat(65))), 400, "malformed"));
    tried.push((change("/client/steps", json!(vec!["x"; 65])), 400, "malformed"));
    tried.push((change("/client/steps", json!([])), 422, "client_unsupported"));
    tried.push((change("/client/steps", json!(["identify"])), 422, "client_unsupported"));
    let with_code =
        |code: &str| json!(STEPS.iter().map(|step| if *step == "code" { code } else { step }).collect::<Vec<_>>());
    tried.push((change("/client/steps", with_code("code:2")), 422, "client_unsupported"));
    for (body, status, code) in tried {
        visitor.post("/api/v1/flows", &fresh_key(), &body).await.problem(status, code);
    }
    let mut steps = with_code("code:1");
    steps.as_array_mut().unwrap().extend([json!("code:2"), json!("passkey")]);
    assert_eq!(visitor.post("/api/v1/flows", &fresh_key(), &change("/client/steps", steps)).await.status, 201);
    // Unknown fields are ignored.
    let mut body = begin_body(json!({"novelty": [1, 2, 3]}));
    body["more"] = json!({"a": "b"});
    assert_eq!(visitor.post("/api/v1/flows", &fresh_key(), &body).await.status, 201);
    for locale in ["", "\u{0}", "한국어", "ko\r\nX: y", "-", "x-klingon"] {
        let answer = visitor.post("/api/v1/flows", &fresh_key(), &change("/client/locale", json!(locale))).await;
        assert_eq!(answer.status, 201, "{locale:?}");
    }
}

#[tokio::test]
async fn fields_that_cannot_be() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let long = format!("{}@daemun.test", "a".repeat(300));
    let nul = "minji\u{0}@daemun.test";
    let header = "minji@daemun.test\r\nBcc: evil@evil.example";
    for (typed, code) in [
        ("", "required"),
        (" \t ", "required"),
        ("minji", "email_invalid"),
        (nul, "email_invalid"),
        (header, "email_invalid"),
        ("\u{0}", "email_invalid"),
        ("😀@😀", "email_invalid"),
        ("a@b", "email_invalid"),
        (&long, "too_long"),
    ] {
        let refused = minji.submit(json!({"identifier": typed})).await.problem(422, "input_invalid").json();
        assert_eq!(refused["errors"], json!([{"pointer": "/input/identifier", "code": code}]), "{typed:?}");
    }
    // Missing, null, and somebody else's fields.
    for input in [json!({}), json!({"identifier": null}), json!({"code": "123456"}), json!({"password": "x"})] {
        let refused = minji.submit(input).await.problem(422, "input_invalid").json();
        assert_eq!(refused["errors"], json!([{"pointer": "/input/identifier", "code": "required"}]));
    }
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    for (input, pointer, code) in [
        (json!({"password": "x"}), "/input/identifier", "required"),
        (json!({"identifier": "", "password": "x"}), "/input/identifier", "required"),
        (json!({"identifier": "no body", "password": "x"}), "/input/identifier", "identifier_invalid"),
        (json!({"identifier": "0\u{0}10", "password": "x"}), "/input/identifier", "identifier_invalid"),
        (json!({"identifier": "1".repeat(255), "password": "x"}), "/input/identifier", "too_long"),
        (json!({"identifier": "minji@daemun.test"}), "/input/password", "required"),
        (json!({"identifier": "minji@daemun.test", "password": ""}), "/input/password", "required"),
        (json!({"identifier": "minji@daemun.test", "password": "x".repeat(1025)}), "/input/password", "too_long"),
    ] {
        let refused = minji.submit(input.clone()).await.problem(422, "input_invalid").json();
        assert_eq!(refused["errors"], json!([{"pointer": pointer, "code": code}]), "{input}");
    }
    // A password may be anything else.
    for password in ["\u{0}", " ", "😀", "비밀번호", "\r\n", &"x".repeat(1024)] {
        let answer = minji.submit(json!({"identifier": "minji@daemun.test", "password": password})).await;
        answer.problem(422, "credentials_wrong");
    }
}

#[tokio::test]
async fn acts_that_the_step_does_not_offer() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    for name in ["back", "resend", "choose", "use_email", "fly", "Submit", "%00", "a%2Fb", &"x".repeat(2000)] {
        let answer = minji.act(name, json!({})).await.problem(403, "action_unavailable");
        assert_eq!(answer.step(), "identify", "{name}");
    }
    for path in [
        format!("{}/actions", minji.flow_path()),
        format!("{}/actions/a/b", minji.flow_path()),
        "/api/v1/".into(),
        "/api/v1/x".into(),
    ] {
        minji.post(&path, &fresh_key(), &json!({})).await.problem(404, "flow_unknown");
    }
    minji.send("PUT", &minji.flow_path(), &[("Daemun-Version", "1")], b"").await.problem(405, "malformed");
    minji.send("GET", &minji.act_path("submit"), &[("Daemun-Version", "1")], b"").await.problem(405, "malformed");
    assert_eq!(minji.send("POST", "/", &[], b"").await.status, 405);
}

#[tokio::test]
async fn heads_that_cannot_be() {
    let house = House::open().await;
    let visitor = house.visitor();
    let body = begin_body(json!({})).to_string();
    let long_key = "k".repeat(129);
    for (content_type, key, status) in [
        (Some("text/plain"), Some("key-0000"), 415),
        (Some("application/x-www-form-urlencoded"), Some("key-0000"), 415),
        (Some("application/jsonx"), Some("key-0000"), 415),
        (Some(""), Some("key-0000"), 415),
        (None, Some("key-0000"), 415),
        (Some("application/json"), None, 400),
        (Some("application/json"), Some(""), 400),
        (Some("application/json"), Some("short12"), 400),
        (Some("application/json"), Some(long_key.as_str()), 400),
        (Some("application/json"), Some("with space"), 400),
        (Some("application/json"), Some("schlüssel"), 400),
    ] {
        let mut headers = vec![("Daemun-Version", "1")];
        headers.extend(content_type.map(|value| ("Content-Type", value)));
        headers.extend(key.map(|value| ("Idempotency-Key", value)));
        visitor.send("POST", "/api/v1/flows", &headers, body.as_bytes()).await.problem(status, "malformed");
    }
    let fine =
        [("Daemun-Version", "1"), ("Content-Type", "Application/JSON; charset=utf-8"), ("Idempotency-Key", "k23456!~")];
    assert_eq!(visitor.send("POST", "/api/v1/flows", &fine, body.as_bytes()).await.status, 201);

    let odd = Visitor {
        cookies: vec![
            ("__Host-daemun_browser".into(), "\u{fc}".repeat(50)),
            ("=;".into(), ";=;".into()),
            (String::new(), String::new()),
        ],
        ..house.visitor()
    };
    assert_eq!(odd.post("/api/v1/flows", &fresh_key(), &begin_body(json!({}))).await.status, 201);

    for (bytes, status) in [
        ("GARBAGE\r\n\r\n".into(), 400),
        ("GET / HTTP/9.9\r\n\r\n".into(), 400),
        ("\0\0\0\0\r\n\r\n".into(), 400),
        (format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(40_000)), 431),
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(200)), 431),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(70_000)), 414),
    ] {
        let answer = visitor.send_bytes(bytes.clone().into_bytes()).await;
        let refused = answer.status == status || (status != 400 && matches!(answer.status, 414 | 431));
        assert!(refused, "{} for {:?}", answer.status, &bytes[..bytes.len().min(40)]);
    }
}

#[tokio::test]
async fn five_megabytes_are_refused_without_being_read() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let big = format!("{{\"rev\":1,\"input\":{{\"identifier\":\"{}\"}}}}", "a".repeat(5_000_000));
    for path in ["/api/v1/flows".to_owned(), minji.act_path("submit")] {
        raw(&minji, &path, big.as_bytes()).await.problem(413, "too_large");
        // Announced, and never sent.
        let key = fresh_key();
        let headers = [
            ("Daemun-Version", "1"),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", key.as_str()),
            ("Content-Length", "5000000"),
        ];
        minji.send("POST", &path, &headers, b"{").await.problem(413, "too_large");
        // Not announced: in chunks.
        let mut bytes = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nDaemun-Version: 1\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {}\r\nCookie: __Host-daemun_browser={}\r\nTransfer-Encoding: chunked\r\n\r\n",
            minji.authority(),
            fresh_key(),
            minji.cookie("__Host-daemun_browser").unwrap()
        )
        .into_bytes();
        for chunk in big.as_bytes().chunks(10_000) {
            bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend_from_slice(chunk);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        minji.send_bytes(bytes).await.problem(413, "too_large");
    }
    // Sixteen KiB are read.
    let padded = format!("{}{}", " ".repeat(16 * 1024 - 7), "[1,2,3]");
    raw(&minji, &minji.act_path("submit"), padded.as_bytes()).await.problem(400, "malformed");
    raw(&minji, &minji.act_path("submit"), format!(" {padded}").as_bytes()).await.problem(413, "too_large");
}

/// The runtime's own clock stands still and jumps to the next timer whenever nothing else is to be done.
#[tokio::test(start_paused = true)]
async fn who_says_half_and_falls_silent_is_not_waited_for() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let half_head = "GET / HTTP/1.1\r\nHost: x\r\nX-Ha".to_owned();
    let half_body = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nDaemun-Version: 1\r\nContent-Type: application/json\r\nIdempotency-Key: {}\r\n\
         Cookie: __Host-daemun_browser={}\r\nContent-Length: 100\r\n\r\n{{\"rev\":",
        minji.act_path("submit"),
        fresh_key(),
        minji.cookie("__Host-daemun_browser").unwrap()
    );
    for (said, answered) in [(half_head, ""), (half_body, "HTTP/1.1 408 "), (String::new(), "")] {
        let mut connection = minji.connect().await;
        connection.write_all(said.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(90), connection.read_to_end(&mut heard)).await;
        assert!(ended.is_ok(), "{said:?}: still waiting");
        let heard = String::from_utf8_lossy(&heard).into_owned();
        assert!(heard.starts_with(answered), "{said:?}: {heard:?}");
    }
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await;
    let (right, wrong) = (house.newest_code("minji@daemun.test").await, house.wrong_code("minji@daemun.test").await);
    minji.submit(json!({"code": wrong})).await;
    minji.submit(json!({"code": right})).await;
    minji.act("choose", json!({"workspace": "nuri"})).await;
    minji.submit(json!({"password": "canary-password"})).await;
    minji.submit(json!({"password": "nuri-Minji-2024!"})).await;
    minji.send("GET", "/canary-path?canary-query", &[("X", "canary-header")], b"").await;
    minji.send("GET", "/home?canary-query", &[], b"").await;
    let log = house.server.log_lines().join("\n");
    assert!(log.contains("POST /api/v1/flows/{id}/actions/{name} 200"), "{log}");
    let mut secrets = vec![right, wrong, "canary".into(), "nuri-Minji".into(), "minji".into(), "daemun.test".into()];
    secrets.extend(minji.cookies.iter().map(|(_, value)| value.clone()));
    secrets.push(minji.flow["id"].as_str().unwrap().into());
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} in {log}");
    }
}
