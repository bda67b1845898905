//! What was proven is worth something for what it was proven for alone, and as long as it is true.

use serde_json::json;

use crate::visitor::{House, Visitor};

const PASSWORD: &str = "a long password 7";

/// Joins by the public link, up to the welcome.
async fn joined(house: &House, name: &str, email: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.open_link(&house.link("join").await).await.at("invitation");
    visitor.act("accept", json!({})).await.at("create_account");
    let form = json!({"name": name, "email": email, "password": PASSWORD, "terms": ["service", "privacy"]});
    visitor.submit(form).await.at("code");
    let code = house.newest_code(email).await;
    visitor.submit(json!({"code": code})).await.notice("joined");
    visitor
}

/// To the new password, by a link in a mail.
async fn at_reset(house: &House, name: &str, email: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.begin(json!({"organisation": "nuri"})).await.at("password");
    visitor.act("forgot", json!({})).await.at("request_reset");
    visitor.submit(json!({"name": name, "email": email})).await.notice("reset_requested");
    let link = house.newest_link(email).await;
    visitor.open_link(&link).await.at("new_password");
    visitor
}

/// E4, R1: a member goes, another comes; what the one left open leads nowhere.
#[tokio::test]
async fn what_was_proven_for_a_member_who_is_gone_is_worth_nothing_for_the_next() {
    const GONE: &str = "gone@daemun.test";
    const NEXT: &str = "next@daemun.test";
    let house = House::open().await;
    let mut gone = joined(&house, "한소라", GONE).await;
    let mut resetting = at_reset(&house, "한소라", GONE).await;
    let mut home = house.visitor();
    home.sign_in(&house, GONE, "nuri", PASSWORD).await;
    house.sql(
        "INSERT INTO standing (subject, wrong, suspended_at)
             SELECT 'account:' || id, 0, 1 FROM account WHERE email = 'gone@daemun.test';
         DELETE FROM account WHERE email = 'gone@daemun.test';",
    );
    assert_eq!(house.count("SELECT count(*) FROM standing WHERE suspended_at = 1"), 0);
    assert_eq!(house.count("SELECT count(*) FROM known_device WHERE subject LIKE 'account:%'"), 0);

    let mut next = joined(&house, "정다음", NEXT).await;
    at_reset(&house, "정다음", NEXT).await;
    let refused = gone.act("start", json!({})).await.at("password");
    assert!(refused.header("set-cookie").is_none());
    assert_eq!(gone.send("GET", "/home", &[], b"").await.status, 303);
    resetting.submit(json!({"password": "nuri-Gone-2026!"})).await.notice("reset_link_used");
    assert_eq!(next.act("start", json!({})).await.flow()["status"], "complete");
    house.visitor().sign_in(&house, NEXT, "nuri", PASSWORD).await;
}

/// E5, R5, E6: a session tells an address, and sets no first password: a code does.
#[tokio::test]
async fn a_session_is_not_enough_for_a_first_password_or_id() {
    const MINJI: &str = "minji@daemun.test";
    let house = House::open().await;
    house.sql(
        "INSERT INTO account (workspace, email, name, locale, state)
             VALUES ('sakura', 'minji@daemun.test', '김민지', 'ko', 'invited'),
                    ('gadeuk', 'minji@daemun.test', '김민지', 'ko', 'active');",
    );
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", "nuri-Minji-2024!").await;
    for (workspace, step) in [("sakura", "new_password"), ("gadeuk", "register_id")] {
        house.advance(3600);
        minji.begin(json!({})).await.at("choose_workspace");
        let asked = minji.act("choose", json!({"workspace": workspace})).await.at("code");
        assert_eq!(asked.flow()["step"]["sent_to"], MINJI);
        assert_eq!(asked.flow()["workspace"]["id"], workspace);
        minji.act("back", json!({})).await.at("choose_workspace");
        // Whoever has a password there is asked for it, as ever; and back changes nothing about that.
        minji.act("choose", json!({"workspace": "hanbit"})).await.at("password");
        minji.act("back", json!({})).await.at("choose_workspace");
        minji.act("choose", json!({"workspace": workspace})).await.at("code");
        let wrong = house.wrong_code(MINJI).await;
        minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
        let code = house.newest_code(MINJI).await;
        minji.submit(json!({"code": code})).await.at(step);
    }
    // Once is enough in a flow.
    minji.act("back", json!({})).await.at("choose_workspace");
    minji.act("choose", json!({"workspace": "sakura"})).await.at("new_password");
    minji.submit(json!({"password": PASSWORD})).await.notice("joined");
    let told = house.mails(MINJI).await;
    assert!(told[0]["subject"].as_str().unwrap().contains("계정이 준비됐어요"), "{}", told[0]);
    assert!(told[0]["subject"].as_str().unwrap().contains("さくら商事"), "{}", told[0]);
}

/// R5: the owner of the mailbox is told.
#[tokio::test]
async fn r5_the_first_id_is_told_by_mail() {
    let house = House::open().await;
    let mut soyeon = house.visitor();
    soyeon.verify(&house, "soyeon@daemun.test").await.at("register_id");
    soyeon.submit(json!({"identifier": "soyeon", "password": PASSWORD})).await;
    let told = house.mails("soyeon@daemun.test").await;
    assert!(told[0]["subject"].as_str().unwrap().contains("계정이 준비됐어요"), "{}", told[0]);
}

/// E5: taking back the link takes back what it was a link to.
#[tokio::test]
async fn e5_an_invitation_that_is_taken_back_or_over_lets_nobody_in_by_code_either() {
    const YUNA: &str = "yuna@daemun.test";
    const HERS: &str = "account = (SELECT id FROM account WHERE email = 'yuna@daemun.test')";
    for (change, code) in [("revoked = 1", "invitation_revoked"), ("revoked = 0, expires_at = 1", "invitation_expired")]
    {
        let house = House::open().await;
        // A form that is open stays shut too.
        let mut open = house.visitor();
        open.verify(&house, YUNA).await.at("new_password");
        house.sql(&format!("UPDATE invitation SET {change} WHERE {HERS}"));
        open.submit(json!({"password": PASSWORD})).await.notice(code);
        let mut yuna = house.visitor();
        let told = yuna.verify(&house, YUNA).await.notice(code);
        assert_eq!(told.actions(), ["use_email", "use_organisation"]);
        // And by another invitation, for whoever comes.
        let mut other = house.visitor();
        other.open_link(&house.link("join").await).await.at("invitation");
        other.act("accept", json!({})).await.at("create_account");
        let form = json!({"name": "유나", "email": YUNA, "password": PASSWORD, "terms": ["service", "privacy"]});
        other.submit(form).await.at("code");
        let right = house.newest_code(YUNA).await;
        other.submit(json!({"code": right})).await.notice("already_member");
        other.act("sign_in", json!({})).await.notice(code);
        // Who was registered without any invitation needs none.
        house.sql(&format!("DELETE FROM invitation WHERE {HERS}"));
        house.visitor().verify(&house, YUNA).await.at("new_password");
    }
}

/// E4: no codes for an invitation that is taken back.
#[tokio::test]
async fn e4_no_code_is_sent_again_for_an_invitation_that_is_taken_back() {
    let house = House::open().await;
    let mut sora = house.visitor();
    sora.open_link(&house.link("join").await).await.at("invitation");
    sora.act("accept", json!({})).await.at("create_account");
    let form =
        json!({"name": "한소라", "email": "sora@daemun.test", "password": PASSWORD, "terms": ["service", "privacy"]});
    sora.submit(form).await.at("code");
    house.sql("UPDATE invitation SET revoked = 1");
    house.advance(60);
    sora.act("resend", json!({})).await.notice("invitation_revoked");
    assert_eq!(house.mails("sora@daemun.test").await.len(), 1);
}

/// L9: strangers can count against an ID that nobody has; whoever gets it begins anew.
#[tokio::test]
async fn l9_a_new_account_inherits_nothing_that_was_counted_against_its_ids() {
    let house = House::open().await;
    house.policy("nuri", json!({"attempt_limit": 5})).await;
    let (sora, yuna, soyeon) = ("sora@daemun.test", "yuna@daemun.test", "soyeon@daemun.test");
    let mut stranger = house.visitor();
    for id in [sora, yuna, soyeon, "soyeon"] {
        for n in 1..=5 {
            stranger.begin(json!({"organisation": "nuri"})).await;
            let answer = stranger.submit(json!({"identifier": id, "password": "wrong"})).await;
            assert_eq!(answer.status, if n < 5 { 422 } else { 200 }, "{id} {n}");
        }
    }
    joined(&house, "한소라", sora).await;
    let mut first = house.visitor();
    first.open_link(&house.link("invite").await).await.at("new_password");
    first.submit(json!({"password": PASSWORD})).await.notice("joined");
    let mut first = house.visitor();
    first.verify(&house, soyeon).await.at("register_id");
    first.submit(json!({"identifier": "soyeon", "password": PASSWORD})).await;
    for id in [sora, yuna, soyeon, "soyeon"] {
        let mut member = house.visitor();
        member.begin(json!({"organisation": "nuri"})).await;
        let done = member.submit(json!({"identifier": id, "password": PASSWORD})).await;
        assert_eq!(done.flow()["status"], "complete", "{id}");
    }
}

/// L9: an administrator who writes down a suspension and nothing else has ended every session.
#[tokio::test]
async fn l9_who_is_suspended_has_no_session() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, "minji@daemun.test", "nuri", "nuri-Minji-2024!").await;
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    house.sql(
        "INSERT INTO standing (subject, wrong, suspended_at) SELECT 'account:' || id, 0, 1 FROM account
             WHERE email = 'minji@daemun.test' AND workspace = 'nuri'",
    );
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 303);
    minji.begin(json!({})).await.at("identify");
}

/// E5: who is suspended before joining sets no password, by the link or by code.
#[tokio::test]
async fn e5_who_is_suspended_before_joining_does_not_join() {
    let house = House::open().await;
    let mut by_link = house.visitor();
    by_link.open_link(&house.link("invite").await).await.at("new_password");
    let mut by_code = house.visitor();
    by_code.verify(&house, "yuna@daemun.test").await.at("new_password");
    house.sql(
        "INSERT INTO standing (subject, wrong, suspended_at) SELECT 'account:' || id, 0, 1 FROM account
             WHERE email = 'yuna@daemun.test'",
    );
    for mut yuna in [by_link, by_code] {
        yuna.submit(json!({"password": PASSWORD})).await.notice("account_suspended");
    }
    assert_eq!(house.count("SELECT count(*) FROM account WHERE state = 'invited' AND password_hash IS NULL"), 1);
}
