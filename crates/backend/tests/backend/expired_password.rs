//! R4: a right but expired password leads to a new one, and then on to where the member was going.

use serde_json::json;

use crate::visitor::{House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const PASSWORD: &str = "nuri-Minji-2024!";
const FRESH: &str = "nuri-Minji-2026!";
const DAY: u64 = 24 * 3600;

async fn aged() -> House {
    let house = House::open().await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(30 * DAY);
    house
}

async fn at_new_password(house: &House) -> Visitor {
    let mut minji = house.visitor();
    minji.reach_password(house, MINJI, "nuri").await;
    minji.submit(json!({"password": PASSWORD})).await.at("new_password");
    minji
}

#[tokio::test]
async fn r4_every_age_of_the_policy_is_held_to_by_the_day() {
    for days in [30, 60, 90, 180, 365] {
        let house = House::open().await;
        house.policy("nuri", json!({"password_max_age_days": days})).await;
        house.advance(days * DAY - 1);
        house.visitor().sign_in(&house, MINJI, "nuri", PASSWORD).await;
        house.advance(1);
        at_new_password(&house).await;
        house.policy("nuri", json!({"password_max_age_days": null})).await;
        house.visitor().sign_in(&house, MINJI, "nuri", PASSWORD).await;
    }
}

/// A link that was asked for before is used up by that.
#[tokio::test]
async fn r4_a_renewed_password_uses_up_the_links_for_another() {
    let house = aged().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    minji.act("forgot", json!({})).await.at("request_reset");
    minji.submit(json!({"name": "김민지", "email": MINJI})).await.notice("reset_requested");
    let link = house.newest_link(MINJI).await;
    let mut open = house.visitor();
    open.open_link(&link).await.at("new_password");
    let mut expired = at_new_password(&house).await;
    assert_eq!(expired.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
    house.visitor().open_link(&link).await.notice("reset_link_used");
    open.submit(json!({"password": "another password 8"})).await.notice("reset_link_used");
    house.visitor().sign_in(&house, MINJI, "nuri", FRESH).await;
}

#[tokio::test]
async fn r4_a_new_password_is_set_and_leads_on_to_where_the_member_was_going() {
    let house = House::open().await;
    let mut elsewhere = house.visitor();
    elsewhere.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(30 * DAY);
    let mut phone = house.visitor();

    phone.begin(json!({"organisation": "nuri", "return_to": "https://app.example/docs"})).await.at("password");
    let asked = phone.submit(json!({"identifier": "010-2345-6789", "password": PASSWORD})).await.at("new_password");
    assert!(asked.header("set-cookie").is_none(), "not signed in yet");
    let flow = asked.flow();
    assert_eq!(flow["step"]["reason"], "expired");
    assert_eq!(flow["step"]["identifier"], "010-2345-6789");
    assert_eq!(flow["account"], json!({"identifier": "010-2345-6789", "name": "김민지"}));
    assert_eq!(asked.actions(), ["back", "submit"]);
    assert_eq!(phone.send("GET", "/home", &[], b"").await.status, 303);

    let done = phone.submit(json!({"password": FRESH})).await;
    assert_eq!(done.flow()["redirect_to"], "https://app.example/docs");
    assert!(done.header("set-cookie").is_some());
    assert_eq!(phone.send("GET", "/home", &[], b"").await.status, 200);

    // A mail says so, when, and leads nowhere.
    let mails = house.mails(MINJI).await;
    let told = mails[0]["text"].as_str().unwrap();
    assert!(mails[0]["subject"].as_str().unwrap().contains("누리소프트"), "{mails:?}");
    assert!(told.contains(" UTC") && !told.contains("://"), "{told}");
    assert!(mails[0].get("link").is_none() && mails[0].get("code").is_none());

    let mut other = house.visitor();
    other.reach_password(&house, MINJI, "nuri").await;
    other.submit(json!({"password": PASSWORD})).await.problem(422, "credentials_wrong");
    assert_eq!(other.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
}

#[tokio::test]
async fn r4_other_sessions_stay() {
    let house = House::open().await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(30 * DAY - 60);
    let mut elsewhere = house.visitor();
    elsewhere.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    house.advance(60);
    let mut minji = at_new_password(&house).await;
    assert_eq!(minji.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
    assert_eq!(elsewhere.send("GET", "/home", &[], b"").await.status, 200);
}

#[tokio::test]
async fn r4_back_leads_to_the_password_and_forgets_the_proof() {
    let house = aged().await;
    let mut minji = at_new_password(&house).await;
    minji.act("back", json!({})).await.at("password");
    minji.submit(json!({"password": FRESH})).await.problem(422, "credentials_wrong");
}

#[tokio::test]
async fn r4_who_is_suspended_meanwhile_sets_no_password() {
    let house = aged().await;
    let mut minji = at_new_password(&house).await;
    house.play("nuri_attempt_limit_5").await;
    let mut stranger = house.visitor();
    stranger.begin(json!({"organisation": "nuri"})).await;
    for _ in 0..5 {
        stranger.submit(json!({"identifier": MINJI, "password": "wrong"})).await;
    }
    minji.submit(json!({"password": FRESH})).await.notice("account_suspended");
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 303);
    house.play("lift_suspensions").await;
    let mut again = at_new_password(&house).await;
    assert_eq!(again.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
}

#[tokio::test]
async fn r4_an_expired_password_of_a_suspended_account_tells_the_suspension() {
    let house = House::open().await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(30 * DAY);
    let mut jiho = house.visitor();
    jiho.verify(&house, "jiho@daemun.test").await.at("password");
    jiho.submit(json!({"password": "nuri-Jiho-2024!"})).await.notice("account_suspended");
}

#[tokio::test]
async fn r4_a_way_that_is_switched_off_meanwhile_leads_nowhere() {
    let house = aged().await;
    let mut minji = at_new_password(&house).await;
    house.play("nuri_email_entry_off").await;
    minji.submit(json!({"password": FRESH})).await.notice("method_not_allowed");
    house.play("nuri_email_entry_on").await;
    at_new_password(&house).await;
}

/// Two tabs have proven the old password; what one proved is worth nothing once the other has set a new one.
#[tokio::test]
async fn r4_a_proof_is_good_for_one_password() {
    let house = aged().await;
    let (mut one, mut two) = (at_new_password(&house).await, at_new_password(&house).await);
    assert_eq!(one.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
    two.submit(json!({"password": "another one 7"})).await.at("password");
    two.submit(json!({"password": "another one 7"})).await.problem(422, "credentials_wrong");
    assert_eq!(two.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_the_same_request_twenty_times_sets_one_password_and_sends_one_mail() {
    let house = aged().await;
    let minji = at_new_password(&house).await;
    let before = house.mails(MINJI).await.len();
    let (key, path, body) = (fresh_key(), minji.act_path("submit"), minji.act_body(json!({"password": FRESH})));
    let requests: Vec<_> = (0..20)
        .map(|_| {
            let (minji, key, path, body) = (minji.clone(), key.clone(), path.clone(), body.clone());
            tokio::spawn(async move { minji.post(&path, &key, &body).await })
        })
        .collect();
    let mut answers = Vec::new();
    for request in requests {
        let answer = request.await.unwrap();
        answers.push((answer.status, answer.header("set-cookie").map(str::to_owned), answer.body));
    }
    assert_eq!(answers[0].0, 200);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(house.mails(MINJI).await.len(), before + 1);
    // With another password, the key is refused and nothing is set.
    let other = minji.act_body(json!({"password": "another one 7"}));
    minji.post(&path, &key, &other).await.problem(422, "key_reused");
}
