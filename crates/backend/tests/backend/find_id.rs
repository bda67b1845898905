//! L10: a forgotten ID is found by what the profile has, after a code, masked, and never by a number to sign in with.

use serde_json::json;

use crate::visitor::{Answer, House, Visitor};

const HOME: &str = "minji.home@daemun.test";
const MOBILE: &str = "010-5555-0101";

async fn at_form(house: &House, organisation: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.begin(json!({"organisation": organisation})).await.at("password");
    visitor.act("find_id", json!({})).await.at("find_id");
    visitor
}

async fn find(house: &House, organisation: &str, contact: &str) -> (Visitor, Answer) {
    let mut visitor = at_form(house, organisation).await;
    visitor.submit(json!({"identifier": contact})).await.at("code");
    let code = house.newest_code(&contact.replace('+', "%2B")).await;
    let answer = visitor.submit(json!({"code": code})).await;
    (visitor, answer)
}

#[tokio::test]
async fn l10_by_personal_email_and_by_mobile() {
    let house = House::open().await;
    let mut minji = house.visitor();
    let offered = minji.begin(json!({"organisation": "nuri"})).await;
    assert_eq!(offered.actions(), ["back", "find_id", "forgot", "submit", "use_email", "use_passkey", "use_provider"]);
    let asked = minji.act("find_id", json!({})).await.at("find_id");
    assert_eq!(asked.flow()["step"]["channels"], json!(["email", "sms"]));
    assert_eq!(asked.flow()["workspace"]["id"], "nuri");
    assert_eq!(asked.actions(), ["back", "submit"]);
    for (contact, channel) in [(HOME, "email"), (MOBILE, "sms"), ("+82 10 5555 0101", "sms")] {
        let mut minji = at_form(&house, "nuri").await;
        let sent = minji.submit(json!({"identifier": contact})).await.at("code");
        // A number is told as it is written at home.
        let told = if channel == "sms" { MOBILE } else { contact };
        assert_eq!((&sent.flow()["step"]["channel"], &sent.flow()["step"]["sent_to"]), (&json!(channel), &json!(told)));
        let to = if channel == "sms" { "%2B821055550101" } else { HOME };
        let mail = &house.mails(to).await[0];
        assert_eq!(mail["channel"], channel);
        minji.submit(json!({"code": mail["code"]})).await.at("found_ids");
        assert_eq!(
            minji.flow["step"]["ids"],
            json!([{"masked": "mi***@daemun.test", "workspace": "누리소프트"}]),
            "{contact}"
        );
        assert!(!minji.flow.to_string().contains("minji@"), "no whole ID");
        let back = minji.act("back", json!({})).await.at("password");
        assert!(back.flow()["step"].get("identifier").is_none());
        house.advance(700);
    }
}

#[tokio::test]
async fn l10_the_registered_id_is_the_one_that_is_told() {
    let house = House::open().await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO login_name (workspace, name, account) SELECT 'nuri', 'minji.kim', id FROM account
             WHERE email = 'minji@daemun.test' AND workspace = 'nuri'",
        )
        .unwrap();
    let (_, found) = find(&house, "nuri", HOME).await;
    assert_eq!(found.at("found_ids").flow()["step"]["ids"][0]["masked"], "mi***");
}

/// A number that is linked to sign in with is never matched; and an address that is no personal one neither.
#[tokio::test]
async fn l10_nothing_else_than_the_profile_is_matched() {
    let house = House::open().await;
    for contact in ["010-2345-6789", "minji@daemun.test", "nobody@daemun.test", "010-9999-9999"] {
        let (mut visitor, told) = find(&house, "nuri", contact).await;
        let told = told.notice("id_not_found");
        assert_eq!(told.flow()["step"]["params"], json!({"to": contact}));
        assert_eq!(told.actions(), ["back"]);
        let back = visitor.act("back", json!({})).await.at("find_id");
        assert_eq!(back.flow()["step"]["identifier"], contact);
        visitor.act("back", json!({})).await.at("password");
    }
    // In the flow's workspace alone.
    find(&house, "northwind", HOME).await.1.notice("id_not_found");
}

#[tokio::test]
async fn l10_a_suspended_member_finds_the_id_and_one_who_has_not_joined_does_not() {
    let house = House::open().await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection
        .execute_batch("UPDATE account SET personal_email = 'both@daemun.test' WHERE email IN ('jiho@daemun.test', 'yuna@daemun.test')")
        .unwrap();
    let (_, found) = find(&house, "nuri", "both@daemun.test").await;
    let ids = found.at("found_ids").flow()["step"]["ids"].clone();
    assert_eq!(ids, json!([{"masked": "ji***@daemun.test", "workspace": "누리소프트"}]));
}

/// Before the code, nobody learns who has saved what: status, body and headers are the same, to the restriction.
#[tokio::test]
async fn l10_saved_and_unsaved_contacts_are_answered_alike() {
    let house = House::open().await;
    for pair in [[HOME, "nobody.home@daemun.test"], [MOBILE, "010-2345-6789"]] {
        let mut told = Vec::new();
        for contact in pair {
            let mut visitor = at_form(&house, "nuri").await;
            let mut answers = vec![visitor.submit(json!({"identifier": contact})).await];
            let wrong = house.wrong_code(contact).await;
            for _ in 0..5 {
                answers.push(visitor.submit(json!({"code": wrong})).await);
            }
            answers[5].clone().notice("email_restricted");
            answers.push(visitor.act("back", json!({})).await);
            answers.push(visitor.submit(json!({"identifier": contact})).await);
            let id = visitor.flow["id"].as_str().unwrap().to_owned();
            let shape = |answer: &Answer| {
                let body = answer.text().replace(contact, "the contact").replace(&id, "the flow");
                let headers: Vec<_> = answer
                    .headers
                    .iter()
                    .filter(|(name, _)| name != "date" && name != "content-length" && name != "set-cookie")
                    .cloned()
                    .collect();
                (answer.status, body, headers)
            };
            told.push(answers.iter().map(shape).collect::<Vec<_>>());
        }
        assert_eq!(told[0], told[1], "{pair:?}");
    }
}

#[tokio::test]
async fn l10_what_is_neither_address_nor_number_is_refused_and_stays() {
    let house = House::open().await;
    let mut visitor = at_form(&house, "nuri").await;
    for (typed, code) in [
        ("", "required"),
        ("minji", "identifier_invalid"),
        ("minji@", "identifier_invalid"),
        (&"1".repeat(300), "too_long"),
        ("한글", "identifier_invalid"),
    ] {
        let refused = visitor.submit(json!({"identifier": typed})).await.refused();
        assert_eq!(refused, [("/input/identifier".to_owned(), code.to_owned())], "{typed}");
    }
    assert_eq!(visitor.read().await.at("find_id").flow()["step"]["identifier"], "한글");
    visitor.submit(json!({})).await.problem(422, "input_invalid");
    // As many messages to one number as to one address.
    for _ in 0..5 {
        at_form(&house, "nuri").await.submit(json!({"identifier": "010-5555-7777"})).await.at("code");
    }
    visitor.submit(json!({"identifier": "+82 10 5555 7777"})).await.problem(429, "too_many_requests");
    assert_eq!(house.mails("010-5555-7777").await.len(), 5);
}

/// Only where the ID is asked for, and by its own code.
#[tokio::test]
async fn l10_it_is_offered_where_the_id_is_asked_for_and_a_code_opens_nothing_else() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.reach_password(&house, "minji@daemun.test", "nuri").await;
    assert_eq!(minji.read().await.actions(), ["back", "forgot", "submit", "use_provider"]);
    minji.act("find_id", json!({})).await.problem(403, "action_unavailable");
    // The code that finds an ID signs nobody in.
    let mut finder = at_form(&house, "nuri").await;
    finder.submit(json!({"identifier": "minji@daemun.test"})).await.at("code");
    let code = house.newest_code("minji@daemun.test").await;
    let mut other = house.visitor();
    house.advance(31);
    other.ask_code("minji@daemun.test").await.at("code");
    other.submit(json!({"code": code})).await.problem(422, "code_wrong");
    finder.submit(json!({"code": code})).await.notice("id_not_found");
}
