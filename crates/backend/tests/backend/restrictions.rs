//! How often something may be tried, also by many at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::visitor::{House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const PASSWORD: &str = "nuri-Minji-2024!";

/// Sends all of these at once, each with a key of its own; how many answers there were of each code or step.
async fn all_at_once(visitor: &Visitor, inputs: Vec<Value>) -> BTreeMap<String, usize> {
    let requests: Vec<_> = inputs
        .into_iter()
        .map(|input| {
            let (visitor, path, body) = (visitor.clone(), visitor.act_path("submit"), visitor.act_body(input));
            tokio::spawn(async move { visitor.post(&path, &fresh_key(), &body).await })
        })
        .collect();
    let mut told = BTreeMap::new();
    for request in requests {
        let answer = request.await.unwrap();
        let body = answer.json();
        let what = if answer.status == 200 { body["step"]["type"].clone() } else { body["code"].clone() };
        *told.entry(what.as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e2_of_a_thousand_guesses_at_once_five_are_evaluated() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code(MINJI).await.at("code");
    let right: u32 = house.newest_code(MINJI).await.parse().unwrap();
    let guesses = (1..=1000).map(|n| json!({"code": format!("{:06}", (right + n) % 1_000_000)})).collect();
    let told = all_at_once(&minji, guesses).await;
    // Four wrong, the fifth restricts, and the others find the step gone.
    assert_eq!(told, BTreeMap::from([("code_wrong".into(), 4), ("notice".into(), 1), ("stale".into(), 995)]));
    minji.read().await.notice("email_restricted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l9_of_two_hundred_passwords_at_once_ten_are_evaluated() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    let guesses = (0..200).map(|n| json!({"identifier": MINJI, "password": format!("guess {n}")})).collect();
    let told = all_at_once(&minji, guesses).await;
    assert_eq!(told, BTreeMap::from([("credentials_wrong".into(), 9), ("sign_in_restricted".into(), 191)]));
    // Not even the right one is looked at.
    minji.submit(json!({"identifier": MINJI, "password": PASSWORD})).await.problem(429, "sign_in_restricted");
}

#[tokio::test]
async fn l9_ten_wrong_passwords_restrict_for_an_hour_and_the_countdown_is_told() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    let rev = minji.flow["rev"].clone();
    for left in (1..=9).rev() {
        let wrong = minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
        assert_eq!(wrong.json()["tries_left"], left);
    }
    let restricted = minji.submit(json!({"password": "wrong"})).await.problem(429, "sign_in_restricted");
    let until = house.server.clock().now().plus_seconds(3600).0;
    assert_eq!(restricted.json()["retry_after"], 3600);
    let flow = restricted.flow();
    assert_eq!(flow["rev"], rev, "the same step");
    assert_eq!(flow["actions"]["submit"]["available_in"], 3600);
    assert_eq!(
        flow["messages"],
        json!([{"code": "sign_in_restricted", "params": {"until": until}, "severity": "error"}])
    );
    house.advance(1800);
    let still = minji.submit(json!({"password": PASSWORD})).await.problem(429, "sign_in_restricted");
    assert_eq!(still.json()["retry_after"], 1800);
    // Another flow of this browser is told at once; another workspace's account is not concerned.
    let mut again = minji.clone();
    again.reach_password(&house, MINJI, "nuri").await;
    assert_eq!(again.flow["actions"]["submit"]["available_in"], 1800);
    again.act("back", json!({})).await;
    again.act("choose", json!({"workspace": "hanbit"})).await.at("password");
    assert_eq!(again.submit(json!({"password": "x"})).await.problem(422, "credentials_wrong").json()["tries_left"], 9);

    house.advance(1800);
    let free = minji.read().await;
    assert_eq!(free.flow()["actions"]["submit"], json!({}));
    assert!(free.flow().get("messages").is_none());
    assert_eq!(minji.submit(json!({"password": "x"})).await.problem(422, "credentials_wrong").json()["tries_left"], 9);
    assert_eq!(minji.submit(json!({"password": PASSWORD})).await.flow()["status"], "complete");
}

#[tokio::test]
async fn l9_tries_left_are_told_only_where_the_policy_reveals_them() {
    let house = House::open().await;
    house.play("nuri_hide_tries").await;
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    let wrong = minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong").json();
    assert!(wrong.get("tries_left").is_none());
}

#[tokio::test]
async fn l9_the_policys_limit_suspends_and_signs_out_everywhere() {
    let house = House::open().await;
    let mut elsewhere = house.visitor();
    elsewhere.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    assert_eq!(elsewhere.send("GET", "/home", &[], b"").await.status, 200);

    house.play("nuri_attempt_limit_5").await;
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    for left in [4, 3, 2, 1] {
        let wrong = minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
        assert_eq!(wrong.json()["tries_left"], left);
    }
    let told = minji.submit(json!({"password": "wrong"})).await.notice("account_suspended");
    assert_eq!(told.flow()["workspace"]["id"], "nuri");
    assert_eq!(told.actions(), ["back", "use_organisation"]);
    assert_eq!(elsewhere.send("GET", "/home", &[], b"").await.status, 303, "signed out everywhere");

    // The right password does not help, from anywhere, until an administrator lifts it.
    let mut other = house.visitor();
    other.begin(json!({"organisation": "nuri"})).await;
    other.submit(json!({"identifier": MINJI, "password": PASSWORD})).await.notice("account_suspended");
    house.advance(24 * 3600);
    other.begin(json!({"organisation": "nuri"})).await;
    other.submit(json!({"identifier": MINJI, "password": PASSWORD})).await.notice("account_suspended");
    house.play("lift_suspensions").await;
    other.act("back", json!({})).await.at("organisation");
    other.submit(json!({"organisation": "nuri"})).await.at("password");
    let done = other.submit(json!({"identifier": MINJI, "password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete");
}

#[tokio::test]
async fn l9_only_consecutive_wrong_passwords_suspend() {
    let house = House::open().await;
    house.play("nuri_attempt_limit_5").await;
    let mut minji = house.visitor();
    for _ in 0..3 {
        minji.begin(json!({"organisation": "nuri"})).await;
        for left in [4, 3, 2, 1] {
            let wrong = minji.submit(json!({"identifier": MINJI, "password": "wrong"})).await;
            assert_eq!(wrong.problem(422, "credentials_wrong").json()["tries_left"], left);
        }
        // The fifth is right: nothing was suspended.
        let done = minji.submit(json!({"identifier": MINJI, "password": PASSWORD})).await;
        assert_eq!(done.flow()["status"], "complete");
        assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    }
}

#[tokio::test]
async fn l9_either_id_of_a_member_suspends_the_account() {
    let house = House::open().await;
    house.play("nuri_attempt_limit_5").await;
    let mut stranger = house.visitor();
    stranger.begin(json!({"organisation": "nuri"})).await;
    for left in [4, 3, 2, 1] {
        let wrong = stranger.submit(json!({"identifier": "010-2345-6789", "password": "wrong"})).await;
        assert_eq!(wrong.problem(422, "credentials_wrong").json()["tries_left"], left);
        // The other one is counted for itself.
        let wrong = stranger.submit(json!({"identifier": MINJI, "password": "wrong"})).await;
        assert_eq!(wrong.problem(422, "credentials_wrong").json()["tries_left"], left);
    }
    stranger.submit(json!({"identifier": "010-2345-6789", "password": "wrong"})).await.notice("account_suspended");
    // Who does not know the password learns nothing about the other ID; who does, is told.
    let mut other = house.visitor();
    other.begin(json!({"organisation": "nuri"})).await;
    other.submit(json!({"identifier": MINJI, "password": PASSWORD})).await.notice("account_suspended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l9_of_many_at_once_none_beyond_the_policys_limit_is_evaluated_and_a_right_one_is_never_suspended() {
    let house = House::open().await;
    house.play("nuri_attempt_limit_5").await;
    // Each guess from a flow of its own, since the first notice would end a shared step.
    let mut guesses = Vec::new();
    for n in 0..12 {
        let mut stranger = house.visitor();
        stranger.begin(json!({"organisation": "nuri"})).await;
        let body = stranger.act_body(json!({"identifier": MINJI, "password": format!("guess {n}")}));
        guesses
            .push(tokio::spawn(async move { stranger.post(&stranger.act_path("submit"), &fresh_key(), &body).await }));
    }
    let mut told = BTreeMap::new();
    for guess in guesses {
        let answer = guess.await.unwrap();
        let what = if answer.status == 200 { "suspended".to_owned() } else { answer.json()["tries_left"].to_string() };
        *told.entry(what).or_insert(0) += 1;
    }
    let once = |left: &str| (left.to_owned(), 1);
    assert_eq!(told, BTreeMap::from([once("1"), once("2"), once("3"), once("4"), ("suspended".into(), 8)]));

    // Four wrong ones, and then the right one in the same moment as more wrong ones: whichever came first, either it got in
    // and was not signed out by those before it, or it was told.
    house.play("lift_suspensions").await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    for _ in 0..4 {
        minji.submit(json!({"identifier": MINJI, "password": "wrong"})).await.problem(422, "credentials_wrong");
    }
    let (path, body) = (minji.act_path("submit"), minji.act_body(json!({"identifier": MINJI, "password": PASSWORD})));
    let key = fresh_key();
    let right = minji.post(&path, &key, &body);
    let mut stranger = house.visitor();
    stranger.begin(json!({"organisation": "nuri"})).await;
    let (right, wrong) = tokio::join!(right, stranger.submit(json!({"identifier": MINJI, "password": "wrong"})));
    if right.json()["status"] == "complete" {
        assert_eq!(wrong.problem(422, "credentials_wrong").json()["tries_left"], 4);
        minji.keep(&right);
        assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    } else {
        right.notice("account_suspended");
        wrong.notice("account_suspended");
    }
}

#[tokio::test]
async fn who_came_by_the_organisation_is_a_stranger_to_the_accounts_mailbox() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    let done = minji.submit(json!({"identifier": MINJI, "password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete");
    for _ in 0..5 {
        house.visitor().ask_code(MINJI).await.at("code");
    }
    // Nobody has read her mail in this browser, so it shares the strangers' allowance.
    minji.ask_code(MINJI).await.problem(429, "too_many_requests");
}

#[tokio::test]
async fn e2_strangers_cannot_lock_a_known_device_out_of_the_email_way() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    // Four strangers, five wrong codes each: together twenty.
    for _ in 0..4 {
        let mut stranger = house.visitor();
        stranger.ask_code(MINJI).await.at("code");
        let wrong = house.wrong_code(MINJI).await;
        for _ in 0..4 {
            stranger.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
        }
        stranger.submit(json!({"code": wrong})).await.notice("email_restricted");
    }
    house.visitor().ask_code(MINJI).await.notice("email_restricted");
    house.visitor().ask_code("emma@daemun.test").await.at("code");
    // Her own device is free; signed out, so that it has to ask.
    minji.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    minji.verify(&house, MINJI).await.at("choose_workspace");
}

/// E2: guessing does not go on all day, and who is known at the address does not notice.
#[tokio::test]
async fn e2_strangers_guess_so_many_codes_a_day_and_no_more() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    let mut guesses = 0;
    'day: for _ in 0..20 {
        house.advance(45 * 60);
        for _ in 0..3 {
            let mut stranger = house.visitor();
            if stranger.ask_code(MINJI).await.step() != "code" {
                break 'day;
            }
            let wrong = house.wrong_code(MINJI).await;
            loop {
                guesses += 1;
                if stranger.submit(json!({"code": wrong})).await.status != 422 {
                    break;
                }
            }
        }
    }
    assert_eq!(guesses, 40);
    house.visitor().ask_code(MINJI).await.notice("email_restricted");
    minji.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    minji.verify(&house, MINJI).await.at("choose_workspace");
    house.advance(24 * 3600);
    house.visitor().verify(&house, MINJI).await.at("choose_workspace");
}

#[tokio::test]
async fn codes_to_one_address_are_limited_and_a_known_device_has_its_own_allowance() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    for _ in 0..4 {
        house.visitor().ask_code(MINJI).await.at("code");
    }
    house.advance(60);
    let refused = house.visitor().ask_code(MINJI).await.problem(429, "too_many_requests");
    assert_eq!(refused.json()["retry_after"], 540);
    assert_eq!(refused.step(), "identify");
    assert_eq!(house.mails(MINJI).await.len(), 5);
    minji.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    minji.ask_code(MINJI).await.at("code");
    house.advance(540);
    house.visitor().ask_code(MINJI).await.at("code");

    // Twenty a day.
    for _ in 0..7 {
        house.advance(600);
        house.visitor().ask_code("emma@daemun.test").await.at("code");
        house.visitor().ask_code("emma@daemun.test").await.at("code");
        house.visitor().ask_code("emma@daemun.test").await;
    }
    let refused = house.visitor().ask_code("emma@daemun.test").await.problem(429, "too_many_requests");
    assert!(refused.json()["retry_after"].as_u64().unwrap() > 3600 * 20, "{}", refused.json());
}

#[tokio::test]
async fn l9_strangers_cannot_lock_a_known_device_out_of_the_password() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    for _ in 0..5 {
        let mut stranger = house.visitor();
        stranger.begin(json!({"organisation": "nuri"})).await;
        for _ in 0..9 {
            stranger.submit(json!({"identifier": MINJI, "password": "x"})).await.problem(422, "credentials_wrong");
        }
        stranger.submit(json!({"identifier": MINJI, "password": "x"})).await.problem(429, "sign_in_restricted");
    }
    let mut stranger = house.visitor();
    stranger.begin(json!({"organisation": "nuri"})).await;
    stranger.submit(json!({"identifier": MINJI, "password": PASSWORD})).await.problem(429, "sign_in_restricted");
    minji.begin(json!({"organisation": "nuri"})).await;
    let done = minji.submit(json!({"identifier": MINJI, "password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete");
    // Nor a new device of hers, if she comes by the mailbox, which is not theirs.
    house.visitor().sign_in(&house, MINJI, "nuri", PASSWORD).await;
}

#[tokio::test]
async fn one_network_address_is_limited_and_what_a_proxy_says_counts_only_if_it_is_trusted() {
    use daemun_backend::{ClientAddress, Config, IpRates, Rate};
    let ip_rates = IpRates { begin: Rate { count: 2, seconds: 60 }, ..IpRates::GENEROUS };
    let body = crate::visitor::begin_body(json!({})).to_string();
    let begin_from = |house: &House, forwarded: &'static str| {
        let (visitor, body) = (house.visitor(), body.clone());
        async move {
            let key = fresh_key();
            let headers = [
                ("Daemun-Version", "1"),
                ("Content-Type", "application/json"),
                ("Idempotency-Key", &key),
                ("X-Forwarded-For", forwarded),
            ];
            visitor.send("POST", "/api/v1/flows", &headers, body.as_bytes()).await
        }
    };
    let direct = House::with(|config| Config { ip_rates, ..config }).await;
    assert_eq!(begin_from(&direct, "192.0.2.1").await.status, 201);
    assert_eq!(begin_from(&direct, "192.0.2.2").await.status, 201);
    let refused = begin_from(&direct, "192.0.2.3").await.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("30"));

    let proxied =
        House::with(|config| Config { ip_rates, client_address: ClientAddress::ForwardedFor, ..config }).await;
    for _ in 0..2 {
        assert_eq!(begin_from(&proxied, "203.0.113.9, 192.0.2.1").await.status, 201);
    }
    begin_from(&proxied, "203.0.113.10, 192.0.2.1").await.problem(429, "too_many_requests");
    assert_eq!(begin_from(&proxied, "192.0.2.1, 192.0.2.2").await.status, 201);
}

#[tokio::test]
async fn acts_are_limited_for_each_network_address() {
    use daemun_backend::{Config, IpRates, Rate};
    let ip_rates = IpRates { act: Rate { count: 3, seconds: 60 }, ..IpRates::GENEROUS };
    let house = House::with(|config| Config { ip_rates, ..config }).await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    for _ in 0..3 {
        minji.submit(json!({})).await.problem(422, "input_invalid");
    }
    let refused = minji.submit(json!({})).await.problem(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), Some("20"));
    house.advance(20);
    minji.submit(json!({})).await.problem(422, "input_invalid");
}
