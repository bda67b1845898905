//! E4, E5, E7: joining a workspace, by an invitation link and by a personal one.

use serde_json::{Value, json};

use crate::visitor::{Answer, House, Visitor, fresh_key};

const EMAIL: &str = "sora@daemun.test";
const PASSWORD: &str = "a long password 7";
const YUNA: &str = "yuna@daemun.test";

fn form(email: &str) -> Value {
    json!({"name": "한소라", "email": email, "password": PASSWORD, "terms": ["service", "privacy"]})
}

/// To the form of an invitation.
async fn at_form(house: &House, link: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.open_link(&house.link(link).await).await.at("invitation");
    visitor.act("accept", json!({})).await.at("create_account");
    visitor
}

/// To the code for an address.
async fn at_code(house: &House, link: &str, email: &str) -> Visitor {
    let mut visitor = at_form(house, link).await;
    visitor.submit(form(email)).await.at("code");
    visitor
}

async fn submit_code(house: &House, visitor: &mut Visitor, email: &str) -> Answer {
    let code = house.newest_code(email).await;
    visitor.submit(json!({"code": code})).await
}

fn accounts(house: &House, email: &str) -> i64 {
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection.query_row("SELECT count(*) FROM account WHERE email = ?1", [email], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn e4_by_invitation_link_to_the_start() {
    let house = House::open().await;
    let link = house.link("join").await;
    let (place, token) = link.split_once('#').unwrap();
    assert_eq!(place, format!("{}/join", house.server.origin()));
    let mut sora = house.visitor();
    let opened =
        sora.begin_with("join", json!({"token": token, "return_to": "https://app.example/x"})).await.at("invitation");
    let flow = opened.flow();
    assert_eq!((&flow["kind"], &flow["step"]["inviter"]), (&json!("join"), &json!("김민지")));
    assert_eq!((&flow["workspace"]["id"], &flow["workspace"]["name"]), (&json!("nuri"), &json!("누리소프트")));
    assert!(flow.get("account").is_none());
    assert_eq!(opened.actions(), ["accept", "decline"]);
    assert!(!String::from_utf8_lossy(&opened.body).contains(token), "a token is never said again");

    let asked = sora.act("accept", json!({})).await.at("create_account");
    assert_eq!(asked.actions(), ["back", "submit"]);
    assert_eq!(asked.flow()["step"]["rules"]["min_length"], 8);
    sora.act("back", json!({})).await.at("invitation");
    sora.act("accept", json!({})).await.at("create_account");
    let sent = sora.submit(form("Sora@daemun.test")).await.at("code");
    assert_eq!(sent.flow()["step"]["sent_to"], "Sora@daemun.test");
    assert_eq!(sent.flow()["workspace"]["id"], "nuri");
    assert_eq!(accounts(&house, EMAIL), 0, "no account before the address is verified");

    let joined = submit_code(&house, &mut sora, EMAIL).await.notice("joined");
    assert_eq!(joined.flow()["step"]["params"], json!({"workspace": "누리소프트"}));
    assert_eq!(joined.flow()["account"], json!({"identifier": "Sora@daemun.test", "name": "한소라"}));
    assert_eq!(joined.actions(), ["start"]);
    assert!(joined.header("set-cookie").is_none());
    assert_eq!(sora.send("GET", "/home", &[], b"").await.status, 303, "not before the start");
    let done = sora.act("start", json!({})).await;
    assert_eq!(done.flow()["redirect_to"], "https://app.example/x");
    assert!(done.header("set-cookie").is_some());
    assert_eq!(sora.send("GET", "/home", &[], b"").await.status, 200);
    // The mailbox was proven, and the password is hers.
    sora.begin(json!({})).await.at("choose_workspace");
    house.visitor().sign_in(&house, EMAIL, "nuri", PASSWORD).await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    let agreed: i64 = connection.query_row("SELECT count(*) FROM agreement", [], |row| row.get(0)).unwrap();
    assert_eq!(agreed, 2, "what was agreed to is kept");
}

#[tokio::test]
async fn e4_expired_revoked_used_up_full_and_unknown_links_say_so() {
    let house = House::open().await;
    for (name, code, workspace) in [
        ("join_expired", "invitation_expired", "누리소프트"),
        ("join_revoked", "invitation_revoked", "누리소프트"),
        ("join_used_up", "invitation_used", "누리소프트"),
        ("join_full", "workspace_full", "가득상사"),
    ] {
        let mut visitor = house.visitor();
        let told = visitor.open_link(&house.link(name).await).await.notice(code);
        assert_eq!(told.flow()["step"]["params"]["workspace"], workspace);
        assert_eq!(told.actions(), ["use_email", "use_organisation"], "{name}");
        visitor.act("use_email", json!({})).await.at("identify");
    }
    for token in [json!("A".repeat(43)), json!(""), json!("x".repeat(9000)), json!("가"), json!(null), json!("a\u{0}b")]
    {
        let told = house.visitor().begin_with("join", json!({"token": token})).await.notice("invitation_unknown");
        assert_eq!(told.actions(), ["use_email", "use_organisation"]);
        assert!(told.flow().get("workspace").is_none());
    }
    house.visitor().begin_with("join", json!({})).await.notice("invitation_unknown");
    house.visitor().begin_with("join", json!({"token": 7})).await.problem(400, "malformed");
    // A sign-in takes no notice of a token.
    let token = house.link("join").await.split_once('#').unwrap().1.to_owned();
    house.visitor().begin(json!({"token": token})).await.at("identify");
}

#[tokio::test]
async fn e4_a_declined_invitation_keeps_nothing_and_stays_good() {
    let house = House::open().await;
    let link = house.link("join_last").await;
    let mut visitor = house.visitor();
    visitor.open_link(&link).await.at("invitation");
    let flow = visitor.act("decline", json!({})).await.flow();
    assert_eq!((&flow["status"], &flow["reason"]), (&json!("ended"), &json!("declined")));
    assert_eq!(flow["restart"], json!({"kind": "sign_in"}));
    house.visitor().open_link(&link).await.at("invitation");
}

#[tokio::test]
async fn e4_all_that_is_wrong_is_said_at_once_and_what_was_typed_survives_a_reload() {
    let house = House::open().await;
    let mut visitor = at_form(&house, "join").await;
    let rev = visitor.flow["rev"].clone();
    let pair = |pointer: &str, code: &str| (format!("/input/{pointer}"), code.to_owned());
    let refused = visitor.submit(json!({})).await.refused();
    assert_eq!(
        refused,
        [
            pair("name", "required"),
            pair("email", "required"),
            pair("password", "required"),
            pair("terms/service", "terms_required"),
            pair("terms/privacy", "terms_required"),
        ]
    );
    let before = visitor.send("GET", &visitor.flow_path(), &[("Daemun-Version", "1")], b"").await;
    let input = json!({"name": "가".repeat(101), "email": "sora@", "password": "short", "terms": ["privacy", "fly"]});
    let refused = visitor.submit(input).await.refused();
    assert_eq!(
        refused,
        [
            pair("name", "too_long"),
            pair("email", "email_invalid"),
            pair("password", "password_too_short"),
            pair("password", "password_needs_digit"),
            pair("terms/service", "terms_required"),
        ]
    );
    let input =
        json!({"name": "한소라", "email": EMAIL, "password": "SORA@daemun.test", "terms": ["service", "marketing"]});
    let refused = visitor.submit(input).await;
    let after = visitor.read().await;
    assert_ne!(before.header("etag"), after.header("etag"), "the ETag moves");
    assert_eq!(refused.refused(), [pair("password", "password_needs_digit"), pair("terms/privacy", "terms_required")]);
    let step = after.flow()["step"].clone();
    assert_eq!(
        (&step["name"], &step["email"], &step["terms"]),
        (&json!("한소라"), &json!(EMAIL), &json!(["service", "marketing"]))
    );
    assert!(step.get("password").is_none());
    assert_eq!(after.flow()["rev"], rev, "the same step");
    for (password, code) in [("sora@daemun.test1", None), ("Password123", Some("password_breached"))] {
        let mut input = form(EMAIL);
        input["password"] = json!(password);
        let answer = visitor.submit(input).await;
        match code {
            Some(code) => assert_eq!(answer.password_refused(), [code]),
            None => {
                answer.at("code");
                // Back to the form, as it was; the password is to be given again.
                let back = visitor.act("back", json!({})).await.at("create_account");
                assert_eq!(back.flow()["step"]["terms"], json!(["service", "privacy"]));
                assert_eq!(back.flow()["step"]["name"], "한소라");
                assert_eq!(
                    visitor
                        .submit(json!({"name": "a", "email": EMAIL, "terms": ["service", "privacy"]}))
                        .await
                        .password_refused(),
                    ["required"]
                );
            }
        }
    }
}

#[tokio::test]
async fn e4_a_password_must_not_be_the_address() {
    let house = House::open().await;
    let mut visitor = at_form(&house, "join").await;
    for password in ["sora2026@daemun.test", "SORA2026"] {
        let mut input = form("Sora2026@daemun.test");
        input["password"] = json!(password);
        assert_eq!(visitor.submit(input).await.password_refused(), ["password_is_id"]);
    }
}

/// E4: whether an address is a member's is told to whoever reads its mail, and to nobody else.
#[tokio::test]
async fn e4_a_member_is_told_so_after_the_code_alone_and_can_sign_in() {
    let house = House::open().await;
    let (mut minji, mut sora) = (at_form(&house, "join").await, at_form(&house, "join").await);
    let known = minji.submit(form("minji@daemun.test")).await.at("code");
    let unknown = sora.submit(form("sorah@daemun.test")).await.at("code");
    let shape = |answer: &Answer| {
        let mut flow = answer.flow();
        flow["id"] = json!("");
        flow["step"]["sent_to"] = json!("");
        flow["messages"] = json!("");
        (answer.status, flow)
    };
    assert_eq!(shape(&known), shape(&unknown));

    let told = submit_code(&house, &mut minji, "minji@daemun.test").await.notice("already_member");
    assert_eq!(told.flow()["step"]["params"], json!({"to": "minji@daemun.test", "workspace": "누리소프트"}));
    assert_eq!(told.actions(), ["back", "sign_in"]);
    let mut other = minji.clone();
    let back = other.act("back", json!({})).await.at("create_account");
    assert_eq!(back.flow()["step"]["email"], "minji@daemun.test");
    other.submit(form("minji@daemun.test")).await.at("code");
    submit_code(&house, &mut other, "minji@daemun.test").await.notice("already_member");
    let asked = other.act("sign_in", json!({})).await.at("password");
    assert_eq!(asked.flow()["step"]["identifier"], "minji@daemun.test");
    // The password that was typed into the form is not hers.
    other.submit(json!({"password": PASSWORD})).await.problem(422, "credentials_wrong");
    assert_eq!(other.submit(json!({"password": "nuri-Minji-2024!"})).await.flow()["status"], "complete");
    assert_eq!(accounts(&house, "minji@daemun.test"), 3, "as many as before");
}

#[tokio::test]
async fn e4_signing_in_instead_is_held_to_the_policy() {
    let house = House::open().await;
    let mut minji = at_code(&house, "join", "minji@daemun.test").await;
    submit_code(&house, &mut minji, "minji@daemun.test").await.notice("already_member");
    house.play("nuri_email_entry_off").await;
    minji.act("sign_in", json!({})).await.notice("method_not_allowed");
}

#[tokio::test]
async fn e4_what_becomes_of_the_link_meanwhile_is_told_at_the_code() {
    let house = House::open().await;
    let mut first = at_code(&house, "join_last", EMAIL).await;
    let mut second = at_code(&house, "join_last", "second@daemun.test").await;
    submit_code(&house, &mut first, EMAIL).await.notice("joined");
    submit_code(&house, &mut second, "second@daemun.test").await.notice("invitation_used");
    assert_eq!(accounts(&house, "second@daemun.test"), 0);
    // The same before: at the form, and at the invitation.
    let mut third = at_form(&house, "join").await;
    let mut fourth = house.visitor();
    fourth.open_link(&house.link("join").await).await.at("invitation");
    house.policy("nuri", json!({"capacity": 1})).await;
    third.submit(form("third@daemun.test")).await.notice("workspace_full");
    fourth.act("accept", json!({})).await.notice("workspace_full");
}

/// E4: however many come at once for the last place, one gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e4_of_fifty_at_once_one_gets_the_last_use_and_the_last_place() {
    for (link, code) in [("join_last", "invitation_used"), ("join", "workspace_full")] {
        let house = House::open().await;
        if link == "join" {
            // All who are there, and one more.
            let members = house.count("SELECT count(*) FROM account WHERE workspace = 'nuri'");
            house.policy("nuri", json!({"capacity": members + 1})).await;
        }
        let mut all = Vec::new();
        for n in 0..50 {
            let email = format!("number{n}@daemun.test");
            let visitor = at_code(&house, link, &email).await;
            let code = house.newest_code(&email).await;
            all.push((visitor, code));
        }
        let submit = |(visitor, code): (Visitor, String)| {
            let body = visitor.act_body(json!({"code": code}));
            tokio::spawn(async move { visitor.post(&visitor.act_path("submit"), &fresh_key(), &body).await })
        };
        let mut joined = 0;
        for answer in all.into_iter().map(submit).collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            if answer.flow()["step"]["code"] == "joined" {
                joined += 1;
            } else {
                answer.notice(code);
            }
        }
        assert_eq!(joined, 1, "{link}");
    }
}

#[tokio::test]
async fn e4_opening_an_invitation_uses_nothing_up() {
    let (house, _app) = House::with_pages().await;
    let link = house.link("join_last").await;
    for _ in 0..10 {
        let mut scanner = house.visitor();
        for method in ["GET", "HEAD"] {
            assert_eq!(scanner.send(method, "/join", &[], b"").await.status, 200);
        }
        scanner.open_link(&link).await.at("invitation");
        scanner.act("accept", json!({})).await.at("create_account");
    }
    let mut sora = at_code(&house, "join_last", EMAIL).await;
    submit_code(&house, &mut sora, EMAIL).await.notice("joined");
}

#[tokio::test]
async fn e4_wrong_codes_restrict_the_address_and_lead_back_to_the_form() {
    let house = House::open().await;
    let mut sora = at_code(&house, "join", EMAIL).await;
    let wrong = house.wrong_code(EMAIL).await;
    for left in (1..=4).rev() {
        assert_eq!(sora.submit(json!({"code": wrong})).await.problem(422, "code_wrong").json()["tries_left"], left);
    }
    let told = sora.submit(json!({"code": wrong})).await.notice("email_restricted");
    assert_eq!(told.actions(), ["back"]);
    assert_eq!(told.flow()["workspace"]["id"], "nuri");
    let form_again = sora.act("back", json!({})).await.at("create_account");
    assert_eq!(form_again.flow()["step"]["email"], EMAIL);
    sora.submit(form(EMAIL)).await.notice("email_restricted");
}

/// X4: a form is not lost because too many passwords came from this network address; neither is the ID of a first one.
#[tokio::test]
async fn e4_too_many_passwords_from_one_place_wait_and_what_was_typed_stays() {
    use daemun_backend::{Config, IpRates, Rate};
    let ip_rates = IpRates { password: Rate { count: 1, seconds: 60 }, ..IpRates::GENEROUS };
    let house = House::with(|config| Config { ip_rates, ..config }).await;
    at_code(&house, "join", EMAIL).await;
    let mut sora = at_form(&house, "join").await;
    let refused = sora.submit(form("other@daemun.test")).await.problem(429, "too_many_requests");
    assert_eq!(refused.flow()["step"]["name"], "한소라");
    assert_eq!(refused.flow()["step"]["email"], "other@daemun.test");
    assert_eq!(sora.read().await.flow()["step"]["email"], "other@daemun.test");
    let mut soyeon = house.visitor();
    soyeon.verify(&house, "soyeon@daemun.test").await.at("register_id");
    let entered = json!({"identifier": "Soyeon", "password": PASSWORD});
    soyeon.submit(entered.clone()).await.problem(429, "too_many_requests");
    assert_eq!(soyeon.read().await.at("register_id").flow()["step"]["identifier"], "Soyeon");
    let mut yuna = house.visitor();
    yuna.open_link(&house.link("invite").await).await.at("new_password");
    yuna.submit(json!({"password": PASSWORD})).await.problem(429, "too_many_requests");
    house.advance(60);
    assert_eq!(soyeon.submit(entered).await.flow()["status"], "complete");
}

#[tokio::test]
async fn e4_too_many_codes_to_one_address_wait_and_what_was_typed_stays() {
    let house = House::open().await;
    for _ in 0..5 {
        at_code(&house, "join", EMAIL).await;
    }
    let mut sora = at_form(&house, "join").await;
    sora.submit(form(EMAIL)).await.problem(429, "too_many_requests");
    assert_eq!(sora.read().await.at("create_account").flow()["step"]["email"], EMAIL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e4_the_same_request_again_makes_one_code_one_account_and_one_session() {
    let house = House::open().await;
    let mut sora = at_form(&house, "join").await;
    for (name, input) in [("submit", form(EMAIL)), ("submit", Value::Null), ("start", json!({}))] {
        let input = if input.is_null() { json!({"code": house.newest_code(EMAIL).await}) } else { input };
        let (key, path, body) = (fresh_key(), sora.act_path(name), sora.act_body(input));
        let requests: Vec<_> = (0..10)
            .map(|_| {
                let (sora, key, path, body) = (sora.clone(), key.clone(), path.clone(), body.clone());
                tokio::spawn(async move { sora.post(&path, &key, &body).await })
            })
            .collect();
        let mut answers = Vec::new();
        for request in requests {
            answers.push(request.await.unwrap());
        }
        let shape =
            |answer: &Answer| (answer.status, answer.header("set-cookie").map(str::to_owned), answer.body.clone());
        assert!(answers.iter().all(|answer| shape(answer) == shape(&answers[0])), "{name}");
        assert_eq!(answers[0].status, 200, "{}", answers[0].text());
        sora.keep(&answers[0]);
    }
    assert_eq!(house.mails(EMAIL).await.len(), 1);
    assert_eq!(accounts(&house, EMAIL), 1);
    assert_eq!(sora.send("GET", "/home", &[], b"").await.status, 200);
}

/// Who joined and has not started: a reset or a suspension meanwhile is held to.
#[tokio::test]
async fn e4_the_start_is_held_to_what_happened_since() {
    let house = House::open().await;
    let mut sora = at_code(&house, "join", EMAIL).await;
    submit_code(&house, &mut sora, EMAIL).await.notice("joined");
    let mut elsewhere = house.visitor();
    elsewhere.begin(json!({"organisation": "nuri"})).await;
    elsewhere.act("forgot", json!({})).await;
    elsewhere.submit(json!({"name": "한소라", "email": EMAIL})).await.notice("reset_requested");
    elsewhere.open_link(&house.newest_link(EMAIL).await).await.at("new_password");
    elsewhere.submit(json!({"password": "another password 8"})).await.at("password");
    sora.act("start", json!({})).await.at("password");
    sora.submit(json!({"password": PASSWORD})).await.problem(422, "credentials_wrong");

    let mut suni = at_code(&house, "join", "suni@daemun.test").await;
    submit_code(&house, &mut suni, "suni@daemun.test").await.notice("joined");
    house.play("nuri_attempt_limit_5").await;
    let mut stranger = house.visitor();
    stranger.begin(json!({"organisation": "nuri"})).await;
    for _ in 0..5 {
        stranger.submit(json!({"identifier": "suni@daemun.test", "password": "wrong"})).await;
    }
    suni.act("start", json!({})).await.notice("account_suspended");
    assert_eq!(suni.send("GET", "/home", &[], b"").await.status, 303);
}

#[tokio::test]
async fn e4_terms_and_apps_are_in_discovery_and_nothing_is_asked_where_there_are_none() {
    let house = House::open().await;
    let discovery = house.visitor().send("GET", "/.well-known/daemun", &[], b"").await.json();
    let origin = house.server.origin();
    assert_eq!(
        discovery["terms"],
        json!([
            {"id": "service", "url": format!("{origin}/sandbox/terms/service"), "required": true},
            {"id": "privacy", "url": format!("{origin}/sandbox/terms/privacy"), "required": true},
            {"id": "marketing", "url": format!("{origin}/sandbox/terms/marketing"), "required": false},
        ])
    );
    assert_eq!(discovery["kinds"], json!(["sign_in", "join", "reset", "link", "security", "approve", "policy"]));
    assert_eq!(discovery["steps"].as_array().unwrap().len(), 40);
    assert_eq!(discovery["apps"].as_array().unwrap().len(), 5);
    assert_eq!(discovery["apps"][1]["open"], "daemun-example://open");

    let house = House::with(|config| daemun_backend::Config { terms: Vec::new(), ..config }).await;
    let mut sora = at_form(&house, "join").await;
    sora.submit(json!({"name": "한소라", "email": EMAIL, "password": PASSWORD})).await.at("code");
}

/// The code's mail and the new account are in the language that the member has switched to meanwhile.
#[tokio::test]
async fn e4_the_codes_mail_follows_the_language() {
    let house = House::open().await;
    let mut sora = at_form(&house, "join").await;
    let mut body = sora.act_body(form(EMAIL));
    body["locale"] = json!("ja");
    let answer = sora.post(&sora.act_path("submit"), &fresh_key(), &body).await;
    sora.keep(&answer);
    let mail = &house.mails(EMAIL).await[0];
    assert!(mail["subject"].as_str().unwrap().contains("認証番号"), "{mail}");
}

#[tokio::test]
async fn e5_a_personal_link_asks_only_for_a_password() {
    let house = House::open().await;
    let mut yuna = house.visitor();
    let opened = yuna.open_link(&house.link("invite").await).await.at("new_password");
    let flow = opened.flow();
    assert_eq!((&flow["step"]["reason"], &flow["step"]["identifier"]), (&json!("invited"), &json!(YUNA)));
    assert_eq!(flow["account"], json!({"identifier": YUNA, "name": "최유나"}));
    assert_eq!(flow["workspace"]["id"], "nuri");
    assert_eq!(opened.actions(), ["submit"]);
    assert_eq!(yuna.submit(json!({"password": "short"})).await.password_refused().len(), 2);
    yuna.submit(json!({"password": PASSWORD})).await.notice("joined");
    assert_eq!(yuna.send("GET", "/home", &[], b"").await.status, 303);
    assert_eq!(yuna.act("start", json!({})).await.flow()["status"], "complete");
    assert_eq!(yuna.send("GET", "/home", &[], b"").await.status, 200);
    house.visitor().sign_in(&house, YUNA, "nuri", PASSWORD).await;
    // A link proves less than a code.
    yuna.begin(json!({})).await.at("identify");
    // It was for one.
    let mut again = house.visitor();
    let told = again.open_link(&house.link("invite").await).await.notice("invitation_used");
    assert_eq!(told.actions(), ["sign_in", "use_email"]);
    assert!(told.flow().get("account").is_none());
}

#[tokio::test]
async fn e5_links_that_are_over_say_so_and_a_used_one_leads_to_signing_in() {
    let house = House::open().await;
    for (name, code) in [("invite_expired", "invitation_expired"), ("invite_revoked", "invitation_revoked")] {
        let told = house.visitor().open_link(&house.link(name).await).await.notice(code);
        assert_eq!(told.actions(), ["use_email", "use_organisation"]);
    }
    let mut minji = house.visitor();
    minji.open_link(&house.link("invite_used").await).await.notice("invitation_used");
    let asked = minji.act("sign_in", json!({})).await.at("identify");
    assert_eq!(asked.flow()["step"]["identifier"], "minji@daemun.test", "filled in, and not verified");
    // Where the email way is closed, the organisation's.
    house.play("nuri_email_entry_off").await;
    let mut minji = house.visitor();
    minji.open_link(&house.link("invite_used").await).await.notice("invitation_used");
    let asked = minji.act("sign_in", json!({})).await.at("organisation");
    assert_eq!(asked.flow()["step"]["organisation"], "nuri");
}

/// E1, E5: who was registered and proves the mailbox joins without the link, and the link is used by that.
#[tokio::test]
async fn e5_a_verified_address_leads_to_the_first_password_too() {
    let house = House::open().await;
    let (mut yuna, mut link) = (house.visitor(), house.visitor());
    link.open_link(&house.link("invite").await).await.at("new_password");
    let asked = yuna.verify(&house, YUNA).await.at("new_password");
    assert_eq!(asked.flow()["step"]["reason"], "invited");
    assert_eq!(asked.actions(), ["back", "submit"]);
    yuna.submit(json!({"password": PASSWORD})).await.notice("joined");
    link.submit(json!({"password": "another password 8"})).await.notice("invitation_used");
    yuna.act("start", json!({})).await;
    assert_eq!(yuna.send("GET", "/home", &[], b"").await.status, 200);
    house.visitor().sign_in(&house, YUNA, "nuri", PASSWORD).await;
    // The mailbox was proven by code.
    yuna.begin(json!({})).await.at("choose_workspace");
}

/// By the organisation's ID, who has not joined is nobody (E3).
#[tokio::test]
async fn e5_who_has_not_joined_is_unknown_by_organisation() {
    let house = House::open().await;
    let mut told = Vec::new();
    for id in [YUNA, "nobody@daemun.test"] {
        let mut visitor = house.visitor();
        visitor.begin(json!({"organisation": "nuri"})).await;
        let mut answer = visitor.submit(json!({"identifier": id, "password": ""})).await.json();
        answer["flow"]["id"] = json!("");
        let mut wrong = visitor.submit(json!({"identifier": id, "password": PASSWORD})).await.json();
        wrong["flow"]["id"] = json!("");
        told.push((answer, wrong));
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e5_of_fifty_at_once_one_sets_the_password() {
    let house = House::open().await;
    let link = house.link("invite").await;
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
    let mut joined = 0;
    for answer in open.into_iter().enumerate().map(submit).collect::<Vec<_>>() {
        match answer.await.unwrap().flow()["step"]["code"].as_str().unwrap() {
            "joined" => joined += 1,
            code => assert_eq!(code, "invitation_used"),
        }
    }
    assert_eq!(joined, 1);
}
