//! Nobody learns who is a member: the same answer, header for header, for known and unknown.

use serde_json::{Value, json};

use crate::visitor::{Answer, House};

/// An answer without what differs from flow to flow.
pub fn shape(answer: &Answer, id: &str) -> (u16, Vec<(String, String)>, String) {
    fn blur(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match name.as_str() {
                        "id" if value.as_str().is_some_and(|id| id.len() == 22) => *value = json!("id"),
                        "server_time" | "expires_at" | "until" => *value = json!(0),
                        "challenge" => *value = json!("challenge"),
                        _ => blur(value),
                    }
                }
            }
            Value::Array(values) => values.iter_mut().for_each(blur),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut body = answer.json();
    blur(&mut body);
    let body = body.to_string().replace(id, "the id");
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "content-length"].contains(&name.as_str()))
        .cloned()
        .collect();
    (answer.status, headers, body)
}

#[tokio::test]
async fn e1_a_known_and_an_unknown_address_are_answered_alike_to_the_restriction() {
    let house = House::open().await;
    let mut told = Vec::new();
    for address in ["minji@daemun.test", "nobody@daemun.test", "jiho@daemun.test"] {
        let mut visitor = house.visitor();
        visitor.begin(json!({})).await;
        let mut answers = vec![visitor.submit(json!({"identifier": address})).await];
        assert_eq!(house.mails(address).await.len(), 1, "{address}");
        let wrong = house.wrong_code(address).await;
        for _ in 0..5 {
            answers.push(visitor.submit(json!({"code": wrong})).await);
        }
        answers.push(visitor.act("back", json!({})).await);
        answers.push(visitor.submit(json!({"identifier": address})).await);
        told.push(answers.iter().map(|answer| shape(answer, address)).collect::<Vec<_>>());
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

#[tokio::test]
async fn l9_a_known_and_an_unknown_id_are_answered_alike_to_the_restriction() {
    let house = House::open().await;
    let mut told = Vec::new();
    // One browser, and nothing is lifted in between: were two IDs of one member counted together, the second would show it.
    let mut visitor = house.visitor();
    for id in ["minji@daemun.test", "nobody@daemun.test", "010-2345-6789", "010-9999-9999", "jiho@daemun.test"] {
        visitor.begin(json!({"organisation": "nuri"})).await;
        let mut answers = Vec::new();
        for _ in 0..11 {
            answers.push(visitor.submit(json!({"identifier": id, "password": "wrong"})).await);
        }
        told.push(answers.iter().map(|answer| shape(answer, id)).collect::<Vec<_>>());
    }
    for other in &told[1..] {
        assert_eq!(told[0], *other);
    }
}

#[tokio::test]
async fn l9_a_known_an_unknown_and_a_suspended_id_are_answered_alike_to_the_suspension() {
    let house = House::open().await;
    house.play("nuri_attempt_limit_5").await;
    let mut told = Vec::new();
    for id in ["minji@daemun.test", "nobody@daemun.test", "010-2345-6789", "010-9999-9999", "jiho@daemun.test"] {
        let mut visitor = house.visitor();
        visitor.begin(json!({"organisation": "nuri"})).await;
        let mut answers = Vec::new();
        for _ in 0..5 {
            answers.push(visitor.submit(json!({"identifier": id, "password": "wrong"})).await);
        }
        // From another browser, at once.
        let mut other = house.visitor();
        other.begin(json!({"organisation": "nuri"})).await;
        answers.push(other.submit(json!({"identifier": id, "password": "wrong"})).await);
        assert_eq!(answers[4].flow()["step"]["code"], "account_suspended", "{id}");
        told.push(answers.iter().map(|answer| shape(answer, id)).collect::<Vec<_>>());
    }
    for other in &told[1..] {
        assert_eq!(told[0], *other);
    }
}

#[tokio::test]
async fn l9_who_was_suspended_by_an_administrator_learns_it_with_the_right_password_alone() {
    let house = House::open().await;
    let mut jiho = house.visitor();
    jiho.verify(&house, "jiho@daemun.test").await.at("password");
    jiho.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    let told = jiho.submit(json!({"password": "nuri-Jiho-2024!"})).await.notice("account_suspended");
    assert!(told.header("set-cookie").is_none());
    assert_eq!(told.actions(), ["back", "use_organisation"]);
}

/// R1, E1, E4, L10: what is answered alike is answered without a look at who there is. The tables are not even there.
#[tokio::test]
async fn nobody_is_looked_up_where_everybody_is_answered_alike() {
    let house = House::open().await;
    let email = "minji@daemun.test";
    let mut resetting = house.visitor();
    resetting.begin(json!({"organisation": "nuri"})).await;
    resetting.act("forgot", json!({})).await.at("request_reset");
    let mut finding = house.visitor();
    finding.begin(json!({"organisation": "nuri"})).await;
    finding.act("find_id", json!({})).await.at("find_id");
    let mut joining = house.visitor();
    joining.open_link(&house.link("join").await).await.at("invitation");
    joining.act("accept", json!({})).await.at("create_account");
    let mut identifying = house.visitor();
    identifying.begin(json!({})).await.at("identify");
    house.sql(
        "PRAGMA foreign_keys = OFF; ALTER TABLE account RENAME TO nobody; ALTER TABLE login_name RENAME TO no_name;",
    );
    identifying.submit(json!({"identifier": email})).await.at("code");
    finding.submit(json!({"identifier": email})).await.at("code");
    let form =
        json!({"name": "김민지", "email": email, "password": "a long password 7", "terms": ["service", "privacy"]});
    joining.submit(form).await.at("code");
    resetting.submit(json!({"name": "김민지", "email": email})).await.notice("reset_requested");
    // It would have shown.
    let mut signing_in = house.visitor();
    signing_in.begin(json!({"organisation": "nuri"})).await.at("password");
    assert_eq!(signing_in.submit(json!({"identifier": email, "password": "x"})).await.status, 500);
}
