//! What members have connected at external providers: each change is asked for by who is signed in, proven afresh, told by mail, and
//! refused where somebody else or the policy is in the way (FEATURES S3).

use serde_json::{Value, json};

use crate::providers::{at_providers, come_back_as, decide, go, is_in, returned, says};
use crate::visitor::{House, Visitor};

const DOHYUN: &str = "dohyun@daemun.test";
const EMMA: &str = "emma@daemun.test";

/// Signed in by password, at what is connected.
async fn at_identities(house: &House, email: &str, workspace: &str, password: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.sign_in(house, email, workspace, password).await;
    visitor.begin_with("security", json!({})).await.at("security");
    visitor.act("show_identities", json!({})).await.at("external_identities");
    visitor
}

/// What the step says of a provider.
fn identity(visitor: &Visitor, provider: &str) -> Value {
    let all = visitor.flow["step"]["identities"].as_array().expect("identities");
    all.iter().find(|it| it["provider"]["id"] == provider).expect("it is listed").clone()
}

#[tokio::test]
async fn s3_an_identity_is_connected_signs_in_and_is_disconnected() {
    let house = House::open().await;
    let mut emma = at_identities(&house, EMMA, "northwind", "northwind-Emma-2024!").await;
    assert!(identity(&emma, "kakao")["connected_at"].is_null());
    let asked = emma.act("connect", json!({"provider": "kakao"})).await.at("provider");
    assert_eq!(asked.flow()["step"]["connects"], true);
    let listed = asked.flow()["step"]["providers"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["shares"]), (1, &json!(["identifier"])));
    let connected = come_back_as(&mut emma, &house, "kakao", "alex").await.at("external_identities");
    assert_eq!(connected.flow()["messages"][0]["code"], "identity_connected");
    assert!(identity(&emma, "kakao")["connected_at"].is_u64());
    assert!(house.mails(EMMA).await[0]["subject"].as_str().unwrap().contains("Kakao"));
    let mut anew = at_providers(&house).await;
    is_in(&come_back_as(&mut anew, &house, "kakao", "alex").await, "northwind");

    let gone = emma.act("disconnect", json!({"provider": "kakao"})).await.at("external_identities");
    assert_eq!(gone.flow()["messages"][0]["code"], "identity_disconnected");
    assert!(house.mails(EMMA).await[0]["subject"].as_str().unwrap().contains("disconnected"));
    let mut anew = at_providers(&house).await;
    come_back_as(&mut anew, &house, "kakao", "alex").await.notice("provider_not_linked");
    emma.act("disconnect", json!({"provider": "kakao"})).await.problem(403, "action_unavailable");
    emma.act("back", json!({})).await.at("security");
}

#[tokio::test]
async fn s3_both_ask_for_a_fresh_proof_first() {
    let house = House::open().await;
    for (action, after) in [("connect", "provider"), ("disconnect", "external_identities")] {
        let mut dohyun = at_identities(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
        let provider = if action == "connect" { "kakao" } else { "naver" };
        house.advance(11 * 60);
        let read = dohyun.read().await;
        assert_eq!(read.flow()["actions"][action]["proof"], "fresh");
        dohyun.act(action, json!({"provider": provider})).await.at("password");
        assert_eq!(house.count("SELECT count(*) FROM external_identity WHERE provider = 'naver'"), 1);
        dohyun.submit(json!({"password": "nuri-Dohyun-2024!"})).await.at(after);
    }
    assert_eq!(house.count("SELECT count(*) FROM external_identity WHERE provider = 'naver'"), 0);
}

#[tokio::test]
async fn s3_an_identity_is_connected_once_in_a_workspace() {
    let house = House::open().await;
    let mut dohyun = at_identities(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    dohyun.act("connect", json!({"provider": "line"})).await.at("provider");
    // Minji has it there already.
    let taken = come_back_as(&mut dohyun, &house, "line", "minji").await.at("external_identities");
    assert_eq!(taken.flow()["messages"][0]["code"], "identity_taken");
    assert!(identity(&dohyun, "line")["connected_at"].is_null());
    // In another workspace it is somebody else's affair.
    let mut emma = at_identities(&house, EMMA, "northwind", "northwind-Emma-2024!").await;
    emma.act("connect", json!({"provider": "line"})).await.at("provider");
    come_back_as(&mut emma, &house, "line", "minji").await.at("external_identities");
    assert!(identity(&emma, "line")["connected_at"].is_u64());
}

#[tokio::test]
async fn s3_cancelled_while_connecting_leads_back_and_changes_nothing() {
    let house = House::open().await;
    let mut emma = at_identities(&house, EMMA, "northwind", "northwind-Emma-2024!").await;
    emma.act("connect", json!({"provider": "line"})).await.at("provider");
    emma.act("go", json!({"provider": "kakao"})).await.problem(422, "input_invalid");
    let url = go(&mut emma, "line").await;
    let place = decide(&house, &url, "cancel", "alex").await;
    says(emma.act("return", returned(&place)).await, "provider_cancelled");
    emma.act("back", json!({})).await.at("external_identities");
    assert!(identity(&emma, "line")["connected_at"].is_null());
    // Whoever signs out meanwhile connects nothing.
    emma.act("connect", json!({"provider": "line"})).await.at("provider");
    let url = go(&mut emma, "line").await;
    let place = decide(&house, &url, "agree", "alex").await;
    emma.signs_out();
    let ended = emma.act("return", returned(&place)).await.problem(409, "stale");
    assert_eq!(ended.flow()["reason"], "signed_out");
    assert_eq!(house.count("SELECT count(*) FROM external_identity WHERE workspace = 'northwind'"), 0);
}

#[tokio::test]
async fn s3_what_naver_hands_over_is_saved_where_the_profile_has_nothing() {
    let house = House::open().await;
    let contacts = |email: &str| {
        let query =
            "SELECT coalesce(personal_email, '-') || ' ' || coalesce(mobile, '-') FROM account WHERE email = ?1";
        let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
        connection.query_row(query, [email], |row| row.get::<_, String>(0)).unwrap()
    };
    let mut emma = at_identities(&house, EMMA, "northwind", "northwind-Emma-2024!").await;
    // Without consent nothing is.
    emma.act("connect", json!({"provider": "naver"})).await.at("provider");
    let connected = come_back_as(&mut emma, &house, "naver", "alex").await.at("external_identities");
    assert_eq!(connected.flow()["messages"].as_array().unwrap().len(), 1);
    assert_eq!(contacts(EMMA), "- -");
    emma.act("disconnect", json!({"provider": "naver"})).await.at("external_identities");
    emma.act("connect", json!({"provider": "naver"})).await.at("provider");
    let url = go(&mut emma, "naver").await;
    let place = decide(&house, &format!("{url}&share=yes"), "agree", "alex").await;
    let connected = emma.act("return", returned(&place)).await.at("external_identities");
    assert_eq!(connected.flow()["messages"][1]["code"], "contacts_saved");
    assert_eq!(contacts(EMMA), "alex.naver@daemun.test +821055550404");
    // It can be verified by, and she hears of that as of any other such contact.
    let subjects: Vec<_> = house.mails(EMMA).await.iter().map(|mail| mail["subject"].to_string()).collect();
    assert!(subjects.iter().any(|subject| subject.contains("verification")), "{subjects:?}");
    // What is saved already stays, and so does what the organisation keeps.
    let mut sujin = at_identities(&house, "sujin@daemun.test", "nuri", "nuri-Sujin-2024!").await;
    house.policy("nuri", json!({"managed_profiles": true})).await;
    sujin.act("connect", json!({"provider": "naver"})).await.at("provider");
    let url = go(&mut sujin, "naver").await;
    let place = decide(&house, &format!("{url}&share=yes"), "agree", "haruto").await;
    sujin.act("return", returned(&place)).await.at("external_identities");
    assert_eq!(contacts("sujin@daemun.test"), "- -");
}

#[tokio::test]
async fn s3_what_is_denied_or_the_last_way_is_said() {
    let house = House::open().await;
    house.play("nuri_line_off").await;
    let mut dohyun = at_identities(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    assert_eq!(identity(&dohyun, "line")["denied"], true);
    dohyun.act("connect", json!({"provider": "line"})).await.problem(422, "input_invalid");
    assert_eq!(identity(&dohyun, "naver")["last"], false);
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'dohyun@daemun.test'");
    dohyun.read().await;
    assert_eq!(identity(&dohyun, "naver")["last"], false, "a code to his address lets him in");
    house.policy("nuri", json!({"email_entry": false})).await;
    dohyun.read().await;
    assert_eq!(identity(&dohyun, "naver")["last"], true);
}

/// What a proof was given for is done while it is fresh, or takes another one.
#[tokio::test]
async fn s3_a_return_that_takes_longer_than_a_proof_lasts_is_asked_for_another_one() {
    let house = House::open().await;
    let mut emma = at_identities(&house, EMMA, "northwind", "northwind-Emma-2024!").await;
    emma.act("connect", json!({"provider": "line"})).await.at("provider");
    let url = go(&mut emma, "line").await;
    house.advance(11 * 60);
    let place = decide(&house, &url, "agree", "alex").await;
    emma.act("return", returned(&place)).await.at("password");
    assert_eq!(house.count("SELECT count(*) FROM external_identity WHERE workspace = 'northwind'"), 0);
    emma.submit(json!({"password": "northwind-Emma-2024!"})).await.at("provider");
}
