//! R1, R2: a forgotten password is set anew by a link in a mail.

use serde_json::{Value, json};

use crate::visitor::{House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const PASSWORD: &str = "nuri-Minji-2024!";
const FRESH: &str = "nuri-Minji-2026!";

/// Asks for a link at minji's password in nuri.
async fn ask(house: &House, name: &str, email: &str) -> Visitor {
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    minji.act("forgot", json!({})).await.at("request_reset");
    minji.submit(json!({"name": name, "email": email})).await.notice("reset_requested");
    minji
}

async fn link(house: &House) -> String {
    ask(house, "김민지", MINJI).await;
    house.newest_link(MINJI).await
}

async fn links(house: &House, to: &str) -> Vec<Value> {
    house.mails(to).await.into_iter().filter(|mail| mail["link"].is_string()).collect()
}

#[tokio::test]
async fn r1_a_forgotten_password_is_set_anew_and_signs_in_with_the_id_filled_in() {
    let house = House::open().await;
    let (mut one, mut two) = (house.visitor(), house.visitor());
    one.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    two.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    let mut elsewhere = house.visitor();
    elsewhere.sign_in(&house, MINJI, "hanbit", "hanbit-Minji-2024!").await;

    let mut minji = house.visitor();
    minji.reach_password(&house, "Minji@daemun.test", "nuri").await;
    let asked = minji.act("forgot", json!({})).await.at("request_reset");
    assert_eq!(asked.flow()["step"]["email"], "Minji@daemun.test", "what is known is filled in");
    assert!(asked.flow()["step"].get("name").is_none());
    assert_eq!(asked.flow()["workspace"]["id"], "nuri");
    assert_eq!(asked.actions(), ["back", "submit"]);
    let told = minji.submit(json!({"name": " 김민지 ", "email": "Minji@daemun.test"})).await.notice("reset_requested");
    assert_eq!(told.flow()["step"]["params"], json!({"to": "Minji@daemun.test"}));
    assert_eq!(told.actions(), ["back"]);
    minji.act("back", json!({})).await.at("password");

    let mails = links(&house, MINJI).await;
    assert_eq!(mails.len(), 1, "of the flow's workspace alone");
    let link = mails[0]["link"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/reset#", house.server.origin())), "{link}");
    assert!(mails[0]["text"].as_str().unwrap().contains(link));

    let mut phone = house.visitor();
    let opened = phone.open_link(link).await.at("new_password");
    let flow = opened.flow();
    assert_eq!((&flow["kind"], &flow["step"]["reason"]), (&json!("reset"), &json!("reset")));
    assert_eq!(flow["step"]["identifier"], MINJI);
    assert_eq!(flow["account"], json!({"identifier": MINJI, "name": "김민지"}));
    assert_eq!(flow["workspace"]["id"], "nuri");
    assert_eq!(opened.actions(), ["submit"]);
    let done = phone.submit(json!({"password": FRESH})).await.at("password");
    assert!(done.header("set-cookie").is_none(), "setting it signs nobody in");
    assert_eq!(done.flow()["step"]["identifier"], MINJI);
    assert_eq!(done.flow()["messages"], json!([{"code": "password_changed", "params": {}, "severity": "success"}]));

    // All sessions of this account have ended, and no other's.
    for visitor in [&one, &two] {
        assert_eq!(visitor.send("GET", "/home", &[], b"").await.status, 303);
    }
    assert_eq!(elsewhere.send("GET", "/home", &[], b"").await.status, 200);
    // A mail says so, and leads nowhere.
    let told = &house.mails(MINJI).await[0];
    assert!(told.get("link").is_none() && !told["text"].as_str().unwrap().contains("://"), "{told}");
    assert!(told["text"].as_str().unwrap().contains(" UTC"));

    phone.submit(json!({"password": PASSWORD})).await.problem(422, "credentials_wrong");
    assert_eq!(phone.submit(json!({"password": FRESH})).await.flow()["status"], "complete");
    assert_eq!(phone.send("GET", "/home", &[], b"").await.status, 200);
}

#[tokio::test]
async fn r1_each_account_of_the_name_gets_a_link_where_no_workspace_is_known() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin_with("reset", json!({"token": "unknown"})).await.notice("reset_link_unknown");
    minji.act("forgot", json!({})).await.at("request_reset");
    minji.submit(json!({"name": "김민지", "email": MINJI})).await.notice("reset_requested");
    // In nuri and hanbit; in northwind she is Minji Kim.
    let mails = links(&house, MINJI).await;
    assert_eq!(mails.len(), 2);
    for (mail, workspace) in mails.iter().zip(["hanbit", "nuri"]) {
        let opened = house.visitor().open_link(mail["link"].as_str().unwrap()).await.at("new_password");
        assert_eq!(opened.flow()["workspace"]["id"], workspace);
    }
    minji.act("back", json!({})).await.notice("reset_link_unknown");
    minji.act("forgot", json!({})).await.at("request_reset");
    minji.submit(json!({"name": "minji  KIM", "email": "MINJI@daemun.test "})).await.notice("reset_requested");
    assert_eq!(links(&house, MINJI).await.len(), 3);
}

#[tokio::test]
async fn r1_no_mail_goes_to_who_does_not_match_or_has_no_password() {
    let house = House::open().await;
    for (name, email) in [
        ("이민지", MINJI),
        ("김민지", "nobody@daemun.test"),
        ("최유나", "yuna@daemun.test"),
        ("이소연", "soyeon@daemun.test"),
        ("Emma Clark", "emma@daemun.test"),
    ] {
        ask(&house, name, email).await;
        assert!(house.mails(email).await.is_empty(), "{name} {email}");
    }
}

#[tokio::test]
async fn r1_what_is_missing_or_malformed_is_said_all_at_once_and_what_was_typed_stays() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    minji.act("forgot", json!({})).await.at("request_reset");
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let long = "가".repeat(101);
    for (input, errors) in [
        (json!({}), vec![pair("/input/name", "required"), pair("/input/email", "required")]),
        (
            json!({"name": " ", "email": "x"}),
            vec![pair("/input/name", "required"), pair("/input/email", "email_invalid")],
        ),
        (json!({"name": long, "email": MINJI}), vec![pair("/input/name", "too_long")]),
        (
            json!({"name": "a", "email": format!("{}@b.example", "a".repeat(300))}),
            vec![pair("/input/email", "too_long")],
        ),
        (json!({"name": "김민", "email": "minji@"}), vec![pair("/input/email", "email_invalid")]),
    ] {
        assert_eq!(minji.submit(input.clone()).await.refused(), errors, "{input}");
    }
    let read = minji.read().await.at("request_reset");
    assert_eq!((&read.flow()["step"]["name"], &read.flow()["step"]["email"]), (&json!("김민"), &json!("minji@")));
}

/// R1: a mail scanner opens the link any number of times, runs scripts and clicks nothing; the link stays good.
#[tokio::test]
async fn r1_opening_a_link_uses_nothing_up() {
    let (house, _app) = House::with_pages().await;
    let link = link(&house).await;
    for _ in 0..20 {
        let scanner = house.visitor();
        for method in ["GET", "HEAD"] {
            assert_eq!(scanner.send(method, "/reset", &[], b"").await.status, 200);
        }
        let mut scanner = house.visitor();
        scanner.open_link(&link).await.at("new_password");
        scanner.read().await.at("new_password");
        let path = scanner.flow_path();
        scanner.send("DELETE", &path, &[("Daemun-Version", "1")], b"").await;
    }
    house.advance(30 * 60 - 1);
    let mut minji = house.visitor();
    minji.open_link(&link).await.at("new_password");
    minji.submit(json!({"password": FRESH})).await.at("password");
}

#[tokio::test]
async fn r2_an_unknown_an_expired_and_a_used_link_say_so_and_offer_a_new_one() {
    let house = House::open().await;
    for token in [
        json!("A".repeat(43)),
        json!(""),
        json!("short"),
        json!("x".repeat(5000)),
        json!("../../etc/passwd"),
        json!("\u{0}".repeat(43)),
        json!(null),
    ] {
        let mut visitor = house.visitor();
        let told = visitor.begin_with("reset", json!({"token": token})).await.notice("reset_link_unknown");
        assert_eq!(told.actions(), ["forgot", "use_email"]);
        assert!(told.flow().get("workspace").is_none() && told.flow().get("account").is_none());
    }
    // A token of the other kind is none.
    let invitation = house.link("join").await.replace("/join#", "/reset#");
    house.visitor().open_link(&invitation).await.notice("reset_link_unknown");

    let link = link(&house).await;
    house.advance(30 * 60 - 1);
    let mut open = house.visitor();
    open.open_link(&link).await.at("new_password");
    house.advance(1);
    let mut late = house.visitor();
    let told = late.open_link(&link).await.notice("reset_link_expired");
    assert_eq!(told.flow()["workspace"]["id"], "nuri");
    assert!(told.flow().get("account").is_none(), "a link that is over proves nothing");
    // Who has the form open already is told as well.
    open.submit(json!({"password": FRESH})).await.notice("reset_link_expired");

    // A new one, for this workspace alone.
    let asked = late.act("forgot", json!({})).await.at("request_reset");
    assert_eq!(asked.flow()["workspace"]["id"], "nuri");
    house.advance(600);
    late.submit(json!({"name": "김민지", "email": MINJI})).await.notice("reset_requested");
    let newer = house.newest_link(MINJI).await;
    assert_ne!(newer, link);
    house.visitor().open_link(&link).await.notice("reset_link_used");
    let mut minji = house.visitor();
    minji.open_link(&newer).await.at("new_password");
    minji.submit(json!({"password": FRESH})).await.at("password");
    let mut again = house.visitor();
    again.open_link(&newer).await.notice("reset_link_used");
    again.act("use_email", json!({})).await.at("identify");
}

#[tokio::test]
async fn r2_the_newest_link_alone_is_good() {
    let house = House::open().await;
    let first = link(&house).await;
    let mut open = house.visitor();
    open.open_link(&first).await.at("new_password");
    let second = link(&house).await;
    open.submit(json!({"password": FRESH})).await.notice("reset_link_used");
    house.visitor().open_link(&first).await.notice("reset_link_used");
    house.visitor().open_link(&second).await.at("new_password");
}

/// R2: of fifty who have the link open, one sets the password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_of_fifty_at_once_one_uses_the_link() {
    let house = House::open().await;
    let link = link(&house).await;
    let mut open = Vec::new();
    for _ in 0..50 {
        let mut tab = house.visitor();
        tab.open_link(&link).await.at("new_password");
        open.push(tab);
    }
    let submit = |(n, tab): (usize, Visitor)| {
        let body = tab.act_body(json!({"password": format!("fresh password {n}")}));
        tokio::spawn(async move { tab.post(&tab.act_path("submit"), &fresh_key(), &body).await })
    };
    let tabs: Vec<_> = open.into_iter().enumerate().map(submit).collect();
    let mut set = Vec::new();
    for (n, tab) in tabs.into_iter().enumerate() {
        let answer = tab.await.unwrap();
        match answer.step().as_str() {
            "password" => set.push(n),
            _ => {
                answer.notice("reset_link_used");
            }
        }
    }
    let [winner] = set.as_slice() else { panic!("{set:?}") };
    house.visitor().sign_in(&house, MINJI, "nuri", &format!("fresh password {winner}")).await;
    let told = house.mails(MINJI).await;
    assert_eq!(told.iter().filter(|mail| mail["subject"].as_str().unwrap().contains("변경")).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_the_same_request_again_is_answered_and_not_repeated() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    minji.act("forgot", json!({})).await;
    let (key, path) = (fresh_key(), minji.act_path("submit"));
    let body = minji.act_body(json!({"name": "김민지", "email": MINJI}));
    let first = minji.post(&path, &key, &body).await;
    assert_eq!(minji.post(&path, &key, &body).await.body, first.body);
    assert_eq!(links(&house, MINJI).await.len(), 1);

    let mut phone = house.visitor();
    phone.open_link(&house.newest_link(MINJI).await).await;
    let (key, path, body) = (fresh_key(), phone.act_path("submit"), phone.act_body(json!({"password": FRESH})));
    let first = phone.post(&path, &key, &body).await.at("password");
    assert_eq!(phone.post(&path, &key, &body).await.body, first.body);
    let other = phone.act_body(json!({"password": "another one 7"}));
    phone.post(&path, &key, &other).await.problem(422, "key_reused");
    house.visitor().sign_in(&house, MINJI, "nuri", FRESH).await;
}

/// What a request says about where it went changes no link (R1).
#[tokio::test]
async fn r1_links_begin_with_the_configured_origin_whatever_a_request_says() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    minji.act("forgot", json!({})).await.at("request_reset");
    let body = minji.act_body(json!({"name": "김민지", "email": MINJI})).to_string();
    let key = fresh_key();
    let headers = [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Original-URL", "https://evil.example/"),
        ("Referer", "https://evil.example/"),
        ("Daemun-Version", "1"),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", &key),
    ];
    minji.send("POST", &minji.act_path("submit"), &headers, body.as_bytes()).await.notice("reset_requested");
    let mail = &links(&house, MINJI).await[0];
    assert!(mail["link"].as_str().unwrap().starts_with(&format!("{}/reset#", house.server.origin())), "{mail}");
    assert!(!mail.to_string().contains("evil"), "{mail}");
}

#[tokio::test]
async fn r1_a_reset_lifts_neither_suspension_nor_restriction() {
    let house = House::open().await;
    // Suspended: the mail goes, the password is set, and does not lead in.
    ask(&house, "박지호", "jiho@daemun.test").await;
    let mut jiho = house.visitor();
    jiho.open_link(&house.newest_link("jiho@daemun.test").await).await.at("new_password");
    jiho.submit(json!({"password": "nuri-Jiho-2026!"})).await.at("password");
    jiho.submit(json!({"password": "nuri-Jiho-2026!"})).await.notice("account_suspended");
    assert_eq!(jiho.send("GET", "/home", &[], b"").await.status, 303);

    // Restricted for an hour, in this browser: it stays so.
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    for _ in 0..10 {
        minji.submit(json!({"identifier": MINJI, "password": "wrong"})).await;
    }
    let link = link(&house).await;
    minji.open_link(&link).await.at("new_password");
    let set = minji.submit(json!({"password": FRESH})).await.at("password");
    assert_eq!(set.flow()["actions"]["submit"]["available_in"], 3600);
    minji.submit(json!({"password": FRESH})).await.problem(429, "sign_in_restricted");
    house.advance(3600);
    minji.open_link(&link).await.notice("reset_link_used");
    house.visitor().sign_in(&house, MINJI, "nuri", FRESH).await;
}

#[tokio::test]
async fn r1_the_policy_judges_the_new_password_and_the_form_stays() {
    let house = House::open().await;
    house.policy("nuri", json!({"password_history": 2, "password_format": "letters_digits_symbols"})).await;
    let mut minji = house.visitor();
    minji.open_link(&link(&house).await).await.at("new_password");
    assert_eq!(minji.submit(json!({"password": "short"})).await.password_refused().len(), 3);
    assert_eq!(minji.submit(json!({"password": "Qwer1234!"})).await.password_refused(), ["password_breached"]);
    assert_eq!(minji.submit(json!({"password": PASSWORD})).await.password_refused(), ["password_reused"]);
    minji.submit(json!({"password": FRESH})).await.at("password");
}

/// A way in that the workspace does not allow is not opened by a reset (L8), and any that it allows is enough.
#[tokio::test]
async fn r1_after_a_reset_the_workspaces_ways_are_held_to() {
    let house = House::open().await;
    let link = link(&house).await;
    house.play("nuri_email_entry_off").await;
    let mut minji = house.visitor();
    minji.open_link(&link).await.at("new_password");
    minji.submit(json!({"password": FRESH})).await.at("password");
    house.play("nuri_organisation_entry_off").await;
    minji.submit(json!({"password": FRESH})).await.notice("method_not_allowed");
    house.play("nuri_organisation_entry_on").await;
    minji.act("back", json!({})).await.at("identify");
    let link = self::link(&house).await;
    minji.open_link(&link).await.at("new_password");
    minji.submit(json!({"password": PASSWORD})).await.at("password");
    assert_eq!(minji.submit(json!({"password": PASSWORD})).await.flow()["status"], "complete");
}

/// Who came by a reset has proven no mailbox: the next sign-in asks for a code (E6).
#[tokio::test]
async fn r1_a_link_proves_less_than_a_code() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.open_link(&link(&house).await).await.at("new_password");
    minji.submit(json!({"password": FRESH})).await.at("password");
    minji.submit(json!({"password": FRESH})).await;
    minji.begin(json!({})).await.at("identify");
}

#[tokio::test]
async fn r1_asking_too_often_is_refused_alike_for_known_and_unknown() {
    let house = House::open().await;
    for email in [MINJI, "nobody@daemun.test"] {
        for _ in 0..5 {
            ask(&house, "김민지", email).await;
        }
        let mut minji = house.visitor();
        minji.begin(json!({"organisation": "nuri"})).await;
        minji.act("forgot", json!({})).await.at("request_reset");
        let refused = minji.submit(json!({"name": "김민지", "email": email})).await.problem(429, "too_many_requests");
        assert_eq!(refused.json()["retry_after"], 600);
        assert_eq!(refused.flow()["step"]["email"], email, "what was typed stays");
    }
    assert_eq!(links(&house, MINJI).await.len(), 5);
    // Who has signed in from here has an allowance that strangers cannot use up, whichever way they came.
    let house = House::open().await;
    let (mut by_code, mut by_organisation) = (house.visitor(), house.visitor());
    by_code.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    by_organisation.begin(json!({"organisation": "nuri"})).await;
    let done = by_organisation.submit(json!({"identifier": "010-2345-6789", "password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete");
    for _ in 0..5 {
        ask(&house, "김민지", MINJI).await;
    }
    for mut known in [by_code, by_organisation] {
        known.begin(json!({"organisation": "nuri"})).await;
        known.act("forgot", json!({})).await.at("request_reset");
        known.submit(json!({"name": "김민지", "email": MINJI})).await.notice("reset_requested");
    }
}

/// A link must not keep the password that somebody fears is known.
#[tokio::test]
async fn r1_the_forgotten_password_is_no_new_one() {
    let house = House::open().await;
    let mut minji = house.visitor();
    let opened = minji.open_link(&link(&house).await).await.at("new_password");
    assert_eq!(opened.flow()["step"]["rules"]["history"], 1);
    assert_eq!(minji.submit(json!({"password": PASSWORD})).await.password_refused(), ["password_reused"]);
    minji.submit(json!({"password": FRESH})).await.at("password");
}

#[tokio::test]
async fn r1_a_request_outlives_a_restart_and_mails_outlive_a_server_that_is_down() {
    let house = House::open().await;
    house.play("mail_down").await;
    ask(&house, "김민지", MINJI).await;
    assert!(house.mails(MINJI).await.is_empty());
    let directory = house.stop().await;
    let database = directory.path().join("daemun.db");
    let chance = daemun_backend::Chance::seeded(2);
    let house = House::with(|config| daemun_backend::Config { database, chance, ..config }).await;
    house.advance(60);
    assert_eq!(links(&house, MINJI).await.len(), 1);
}
