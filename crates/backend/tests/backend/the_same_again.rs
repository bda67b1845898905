//! Idempotency: a repeated request is answered and not repeated.

use serde_json::json;

use crate::visitor::{House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";

#[tokio::test]
async fn twenty_at_once_with_one_key_send_one_mail_and_burn_one_try() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let all = at_once(&minji, "submit", json!({"identifier": MINJI})).await;
    assert!(all.iter().all(|body| *body == all[0]), "{all:?}");
    assert_eq!(house.mails(MINJI).await.len(), 1);

    minji.read().await.at("code");
    let wrong = house.wrong_code(MINJI).await;
    let all = at_once(&minji, "submit", json!({"code": wrong})).await;
    assert!(all.iter().all(|body| *body == all[0]));
    assert_eq!(minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong").json()["tries_left"], 3);

    let code = house.newest_code(MINJI).await;
    minji.submit(json!({"code": code})).await;
    minji.act("choose", json!({"workspace": "nuri"})).await.at("password");
    let all = at_once(&minji, "submit", json!({"password": "wrong"})).await;
    assert!(all.iter().all(|body| *body == all[0]));
    let next = minji.submit(json!({"password": "wrong too"})).await.problem(422, "credentials_wrong");
    assert_eq!(next.json()["tries_left"], 8);
}

/// Twenty times the same request; what was answered, header fields and body.
async fn at_once(visitor: &Visitor, name: &str, input: serde_json::Value) -> Vec<(u16, Option<String>, Vec<u8>)> {
    let key = fresh_key();
    let requests: Vec<_> = (0..20)
        .map(|_| {
            let (visitor, key, path) = (visitor.clone(), key.clone(), visitor.act_path(name));
            let body = visitor.act_body(input.clone());
            tokio::spawn(async move { visitor.post(&path, &key, &body).await })
        })
        .collect();
    let mut answers = Vec::new();
    for request in requests {
        let answer = request.await.unwrap();
        assert_ne!(answer.status, 0);
        answers.push((answer.status, answer.header("retry-after").map(Into::into), answer.body));
    }
    answers
}

#[tokio::test]
async fn a_replay_gets_the_first_answer_cookies_included_even_after_a_restart() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    let (path, key, body) =
        (minji.act_path("submit"), fresh_key(), minji.act_body(json!({"password": "nuri-Minji-2024!"})));
    let first = minji.post(&path, &key, &body).await;
    assert_eq!(first.json()["status"], "complete");
    let cookie = first.header("set-cookie").unwrap().to_owned();
    let again = minji.post(&path, &key, &body).await;
    assert_eq!((again.status, again.header("set-cookie"), &again.body), (200, Some(cookie.as_str()), &first.body));

    let directory = house.stop().await;
    let database = directory.path().join("daemun.db");
    let house = House::with(|config| daemun_backend::Config { database, ..config }).await;
    minji.origin = house.server.origin().into();
    let later = minji.post(&path, &key, &body).await;
    assert_eq!((later.status, later.header("set-cookie"), &later.body), (200, Some(cookie.as_str()), &first.body));
    minji.keep(&later);
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200, "and the session lives");
}

#[tokio::test]
async fn a_key_is_for_one_body_one_route_and_one_browser() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let (path, key) = (minji.act_path("submit"), fresh_key());
    let body = minji.act_body(json!({"identifier": MINJI}));
    minji.post(&path, &key, &body).await.at("code");
    let other_body = minji.act_body(json!({"identifier": "emma@daemun.test"}));
    minji.post(&path, &key, &other_body).await.problem(422, "key_reused");
    // Before `rev`: the replay is answered although the step has moved.
    minji.post(&path, &key, &body).await.at("code");
    minji.read().await.at("code");
    // Another route.
    let back = minji.post(&minji.act_path("back"), &key, &minji.act_body(json!({}))).await;
    back.at("identify");
    // Another browser.
    let mut emma = house.visitor();
    emma.begin(json!({})).await;
    let body = emma.act_body(json!({"identifier": "emma@daemun.test"}));
    emma.post(&emma.act_path("submit"), &key, &body).await.at("code");
    assert_eq!(house.mails(MINJI).await.len(), 1);
}

#[tokio::test]
async fn beginning_again_with_one_key_is_one_flow() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let (key, body) = (fresh_key(), crate::visitor::begin_body(json!({})));
    let first = minji.post("/api/v1/flows", &key, &body).await;
    let again = minji.post("/api/v1/flows", &key, &body).await;
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.body, again.body);
    let other = crate::visitor::begin_body(json!({"organisation": "nuri"}));
    minji.post("/api/v1/flows", &key, &other).await.problem(422, "key_reused");

    // Without a cookie there is nobody to remember it for: nothing of another browser's is ever handed out.
    let (one, two) = (house.visitor(), house.visitor());
    let (one, two) = (one.post("/api/v1/flows", &key, &body).await, two.post("/api/v1/flows", &key, &body).await);
    assert_ne!(one.header("set-cookie"), two.header("set-cookie"));
    assert_ne!(one.header("location"), two.header("location"));
}

#[tokio::test]
async fn what_did_nothing_is_not_kept() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let old = minji.act_body(json!({}));
    minji.submit(json!({"identifier": MINJI})).await.at("code");
    for n in 0..30 {
        let name = format!("{}{n}", "fly".repeat(300));
        minji.act(&name, json!({})).await.problem(403, "action_unavailable");
        minji.act("resend", json!({})).await.problem(403, "action_unavailable");
        minji.post(&minji.act_path("submit"), &fresh_key(), &old).await.problem(409, "stale");
    }
    let directory = house.stop().await;
    let connection = rusqlite::Connection::open(directory.path().join("daemun.db")).unwrap();
    let kept: u32 = connection.query_row("SELECT count(*) FROM answer", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 1, "the one that sent the code; the first begin had nobody to be kept for");
}
