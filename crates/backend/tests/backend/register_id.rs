//! R5: the first ID and password of a member who joined without; and E3 with such an ID.

use serde_json::json;

use crate::visitor::{House, Visitor, fresh_key};

const SOYEON: &str = "soyeon@daemun.test";
const PASSWORD: &str = "a long password 7";

async fn at_form(house: &House) -> Visitor {
    let mut soyeon = house.visitor();
    soyeon.verify(house, SOYEON).await.at("register_id");
    soyeon
}

#[tokio::test]
async fn r5_an_id_and_a_password_are_registered_and_sign_in_by_organisation() {
    let house = House::open().await;
    let mut soyeon = house.visitor();
    let asked = soyeon.verify(&house, SOYEON).await.at("register_id");
    assert_eq!(asked.flow()["workspace"]["id"], "nuri");
    assert_eq!(asked.flow()["step"]["rules"]["min_length"], 8);
    assert_eq!(asked.actions(), ["back", "submit"]);
    let done = soyeon.submit(json!({"identifier": " Soyeon.Lee ", "password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete");
    assert_eq!(done.flow()["account"], json!({"identifier": "soyeon.lee", "name": "이소연"}));
    assert_eq!(soyeon.send("GET", "/home", &[], b"").await.status, 200);
    // E6: whoever comes back is told the address that was verified, not the ID.
    let again = soyeon.begin(json!({})).await.at("choose_workspace");
    assert_eq!(again.flow()["step"]["verified"], SOYEON);
    // E3: by this ID, by the address, in whatever case.
    for id in ["soyeon.lee", "SOYEON.LEE ", SOYEON] {
        let mut other = house.visitor();
        other.begin(json!({"organisation": "nuri"})).await;
        let done = other.submit(json!({"identifier": id, "password": PASSWORD})).await;
        assert_eq!(done.flow()["status"], "complete", "{id}");
    }
    // It is of this workspace, and registered once.
    let mut sakura = house.visitor();
    sakura.begin(json!({"organisation": "sakura"})).await;
    sakura.submit(json!({"identifier": "soyeon.lee", "password": PASSWORD})).await.problem(422, "credentials_wrong");
    house.visitor().verify(&house, SOYEON).await.at("password");
}

/// E3: the sandbox has a member who did all that before.
#[tokio::test]
async fn r5_an_id_to_try_is_told_and_signs_in() {
    let house = House::open().await;
    let world = house.visitor().send("GET", "/sandbox/world", &[], b"").await.json();
    let with_id: Vec<_> =
        world["accounts"].as_array().unwrap().iter().filter(|account| account.get("id").is_some()).collect();
    let [dohyun] = with_id.as_slice() else { panic!("{with_id:?}") };
    assert_eq!((&dohyun["id"], &dohyun["email"]), (&json!("dohyun"), &json!("dohyun@daemun.test")));
    let mut visitor = house.visitor();
    visitor.begin(json!({"organisation": "nuri"})).await;
    let done = visitor.submit(json!({"identifier": "dohyun", "password": dohyun["password"]})).await;
    assert_eq!(done.flow()["account"], json!({"identifier": "dohyun", "name": "정도현"}));
}

#[tokio::test]
async fn r5_what_is_wrong_is_said_all_at_once_and_the_id_stays() {
    let house = House::open().await;
    let mut soyeon = at_form(&house).await;
    let pair = |pointer: &str, code: &str| (format!("/input/{pointer}"), code.to_owned());
    let refused = soyeon.submit(json!({})).await.refused();
    assert_eq!(refused, [pair("identifier", "required"), pair("password", "required")]);
    for id in ["ab", "1abc", "a b c", "이소연", "abc@d", "_abc", "\u{212a}im", &"a".repeat(41)] {
        let refused = soyeon.submit(json!({"identifier": id, "password": "short"})).await.refused();
        assert_eq!(refused[0], pair("identifier", "id_invalid"), "{id}");
        assert_eq!(refused.len(), 3, "and the password's: {refused:?}");
    }
    soyeon.submit(json!({"identifier": "soyeon7", "password": "short"})).await;
    assert_eq!(soyeon.read().await.at("register_id").flow()["step"]["identifier"], "soyeon7");
    for password in ["Soyeon77", "soyeon77@x"] {
        let answer = soyeon.submit(json!({"identifier": "soyeon77", "password": password})).await;
        if password == "Soyeon77" {
            assert_eq!(answer.password_refused(), ["password_is_id"]);
        } else {
            assert_eq!(answer.flow()["status"], "complete");
        }
    }
}

#[tokio::test]
async fn r5_a_taken_id_is_refused_also_one_of_the_past() {
    let house = House::open().await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO login_name (workspace, name, account) SELECT 'nuri', 'minji.kim', id FROM account
                 WHERE email = 'minji@daemun.test' AND workspace = 'nuri';
             INSERT INTO login_name (workspace, name, account) VALUES ('nuri', 'gone', NULL), ('sakura', 'free', NULL);",
        )
        .unwrap();
    let mut soyeon = at_form(&house).await;
    for taken in ["dohyun", "minji.kim", "MINJI.KIM", "gone"] {
        let refused = soyeon.submit(json!({"identifier": taken, "password": PASSWORD})).await.refused();
        assert_eq!(refused, [("/input/identifier".to_owned(), "id_taken".to_owned())], "{taken}");
    }
    let done = soyeon.submit(json!({"identifier": "free", "password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete");
}

/// Two tabs of one member, and twenty requests of one: one ID, one password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_of_many_at_once_one_is_registered() {
    let house = House::open().await;
    let mut tabs = Vec::new();
    for _ in 0..5 {
        tabs.push(at_form(&house).await);
    }
    let submit = |(n, tab): (usize, Visitor)| {
        let body = tab.act_body(json!({"identifier": format!("soyeon{n}"), "password": format!("long password {n}")}));
        tokio::spawn(async move { tab.post(&tab.act_path("submit"), &fresh_key(), &body).await })
    };
    let mut registered = Vec::new();
    for (n, answer) in tabs.into_iter().enumerate().map(submit).collect::<Vec<_>>().into_iter().enumerate() {
        let answer = answer.await.unwrap();
        if answer.flow()["status"] == "complete" {
            registered.push(n);
        } else {
            answer.at("password");
        }
    }
    let [n] = registered.as_slice() else { panic!("{registered:?}") };
    let mut other = house.visitor();
    other.begin(json!({"organisation": "nuri"})).await;
    let input = json!({"identifier": format!("soyeon{n}"), "password": format!("long password {n}")});
    assert_eq!(other.submit(input).await.flow()["status"], "complete");
}

#[tokio::test]
async fn r5_the_same_request_again_is_answered_and_not_repeated() {
    let house = House::open().await;
    let soyeon = at_form(&house).await;
    let (key, path) = (fresh_key(), soyeon.act_path("submit"));
    let body = soyeon.act_body(json!({"identifier": "soyeon", "password": PASSWORD}));
    let first = soyeon.post(&path, &key, &body).await;
    let again = soyeon.post(&path, &key, &body).await;
    assert_eq!((again.status, &again.body, again.header("set-cookie")), (200, &first.body, first.header("set-cookie")));
}

#[tokio::test]
async fn r5_suspension_policy_and_the_way_back_are_held_to() {
    let house = House::open().await;
    let mut soyeon = at_form(&house).await;
    soyeon.act("back", json!({})).await.at("identify");
    let mut soyeon = at_form(&house).await;
    house.play("nuri_email_entry_off").await;
    soyeon.submit(json!({"identifier": "soyeon", "password": PASSWORD})).await.notice("method_not_allowed");
    house.play("nuri_email_entry_on").await;
    let mut soyeon = at_form(&house).await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection
        .execute(
            "INSERT INTO standing (subject, wrong, suspended_at) SELECT 'account:' || id, 0, 1 FROM account WHERE email = ?1",
            [SOYEON],
        )
        .unwrap();
    soyeon.submit(json!({"identifier": "soyeon", "password": PASSWORD})).await.notice("account_suspended");
    assert_eq!(soyeon.send("GET", "/home", &[], b"").await.status, 303);
}

/// By the organisation's ID, who has no password is nobody (E3).
#[tokio::test]
async fn r5_who_has_no_password_is_unknown_by_organisation() {
    let house = House::open().await;
    for id in [SOYEON, "nobody@daemun.test", "nobody"] {
        let mut visitor = house.visitor();
        visitor.begin(json!({"organisation": "nuri"})).await;
        let wrong = visitor.submit(json!({"identifier": id, "password": PASSWORD})).await;
        assert_eq!(wrong.problem(422, "credentials_wrong").json()["tries_left"], 9);
    }
    let mut visitor = house.visitor();
    visitor.begin(json!({"organisation": "nuri"})).await;
    let refused = visitor.submit(json!({"identifier": "한소라", "password": PASSWORD})).await.refused();
    assert_eq!(refused, [("/input/identifier".to_owned(), "identifier_invalid".to_owned())]);
}

/// However many members want one ID at once, one gets it, and the others are told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_of_many_members_who_want_one_id_at_once_one_gets_it() {
    let house = House::open().await;
    let mut members = Vec::new();
    for n in 0..5 {
        let email = format!("number{n}@daemun.test");
        house.sql(&format!(
            "INSERT INTO account (workspace, email, name, locale, state) VALUES ('nuri', '{email}', 'N', 'ko', 'active')"
        ));
        let mut member = house.visitor();
        member.verify(&house, &email).await.at("register_id");
        members.push(member);
    }
    let submit = |member: Visitor| {
        let body = member.act_body(json!({"identifier": "the.one", "password": PASSWORD}));
        tokio::spawn(async move { member.post(&member.act_path("submit"), &fresh_key(), &body).await })
    };
    let mut registered = 0;
    for answer in members.into_iter().map(submit).collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        if answer.status == 200 {
            registered += 1;
        } else {
            assert_eq!(answer.refused(), [("/input/identifier".to_owned(), "id_taken".to_owned())]);
        }
    }
    assert_eq!(registered, 1);
    assert_eq!(house.count("SELECT count(*) FROM account WHERE email LIKE 'number%' AND password_hash IS NULL"), 4);
}
