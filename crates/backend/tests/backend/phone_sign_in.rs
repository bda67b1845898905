//! Signing in by a code to a linked number (FEATURES L2, L8, P1).

use serde_json::json;

use crate::visitor::{Answer, House, Visitor};

/// Linked in nuri and in hanbit.
const MINJI: &str = "010-2345-6789";
/// Linked in sakura.
const HARUTO: &str = "090-1234-5678";
const HARUTO_ABROAD: &str = "+81 90-1234-5678";
const JIHO: &str = "010-8765-4321";
const NOBODY: &str = "010-9999-0000";

async fn enter_code(visitor: &mut Visitor, house: &House, number: &str) -> Answer {
    let code = house.newest_code(&e164(number)).await;
    visitor.submit(json!({"code": code})).await
}

fn e164(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match (number.strip_prefix('+'), &digits[..3]) {
        (Some(_), _) => format!("%2B{digits}"),
        (None, "090") => format!("%2B81{}", &digits[1..]),
        (None, _) => format!("%2B82{}", &digits[1..]),
    }
}

#[tokio::test]
async fn l2_a_code_to_a_linked_number_leads_in() {
    let house = House::open().await;
    let mut haruto = house.visitor();
    let code = haruto.ask_code(HARUTO_ABROAD).await.at("code");
    assert_eq!(code.flow()["step"]["channel"], "sms");
    assert_eq!(code.flow()["step"]["sent_to"], HARUTO, "as it is written at home");
    assert_eq!(code.actions(), ["back", "resend", "submit", "use_notification"]);
    assert_eq!(house.mails(&e164(HARUTO)).await[0]["channel"], "sms");
    let done = enter_code(&mut haruto, &house, HARUTO).await;
    assert_eq!(done.flow()["status"], "complete", "{}", done.json());
    assert_eq!(done.flow()["workspace"]["id"], "sakura");
    assert_eq!(haruto.send("GET", "/home", &[], b"").await.status, 200);
    // The number is no verified address: nothing is chosen by it the next time.
    haruto.begin(json!({})).await.at("identify");
}

#[tokio::test]
async fn l2_a_number_that_is_linked_in_several_workspaces_leads_to_a_choice() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code(MINJI).await.at("code");
    let choice = enter_code(&mut minji, &house, MINJI).await.at("choose_workspace");
    let step = &choice.flow()["step"];
    assert_eq!(step["verified"], MINJI);
    let ids: Vec<_> = step["workspaces"].as_array().unwrap().iter().map(|its| its["id"].clone()).collect();
    assert_eq!(ids, ["nuri", "hanbit"], "northwind knows another of her accounts, and no number");
    minji.act("choose", json!({"workspace": "northwind"})).await.problem(422, "input_invalid");
    minji.act("choose", json!({"workspace": "sakura"})).await.problem(422, "input_invalid");
    let done = minji.act("choose", json!({"workspace": "hanbit"})).await;
    assert_eq!((done.status, &done.flow()["status"]), (200, &json!("complete")));
    // Back leads to the number.
    let mut other = house.visitor();
    other.ask_code(MINJI).await.at("code");
    enter_code(&mut other, &house, MINJI).await.at("choose_workspace");
    assert_eq!(other.act("back", json!({})).await.at("identify").flow()["step"]["identifier"], MINJI);
}

/// L2: where SMS does not arrive, the code comes as a service notification; it is another code.
#[tokio::test]
async fn l2_the_code_comes_as_a_service_notification_instead() {
    let house = House::open().await;
    let mut haruto = house.visitor();
    haruto.ask_code(HARUTO).await.at("code");
    let by_sms = house.newest_code(&e164(HARUTO)).await;
    let code = haruto.act("use_notification", json!({})).await.at("code");
    assert_eq!(code.flow()["step"]["channel"], "notification");
    assert_eq!(house.mails(&e164(HARUTO)).await[0]["channel"], "notification");
    assert_eq!(code.actions(), ["back", "resend", "submit", "use_sms"]);
    // Changing ways is no way around the cooldown.
    haruto.act("use_sms", json!({})).await.problem(403, "action_unavailable");
    haruto.act("resend", json!({})).await.problem(403, "action_unavailable");
    haruto.submit(json!({"code": by_sms})).await.problem(422, "code_wrong");
    house.advance(31);
    let again = haruto.act("resend", json!({})).await.at("code");
    assert_eq!(again.flow()["step"]["channel"], "notification", "again by the way that was chosen");
    haruto.act("use_sms", json!({})).await.problem(403, "action_unavailable");
    house.advance(31);
    assert_eq!(haruto.act("use_sms", json!({})).await.at("code").flow()["step"]["channel"], "sms");
    assert_eq!(enter_code(&mut haruto, &house, HARUTO).await.flow()["status"], "complete");
}

/// L2: a number that nobody has linked is answered alike, and no phone rings.
#[tokio::test]
async fn l2_a_number_that_nobody_has_linked_is_answered_alike_and_gets_nothing() {
    let house = House::open().await;
    let mut answers = Vec::new();
    for number in [HARUTO, NOBODY, "010-5555-0101"] {
        let mut visitor = house.visitor();
        let mut flow = visitor.ask_code(number).await.at("code").flow();
        assert_eq!(flow["step"]["sent_to"], number);
        for (at, name) in [(None, "id"), (None, "server_time"), (None, "expires_at"), (Some("step"), "sent_to")] {
            let object = at.map_or(&mut flow, |at| &mut visitor.flow[at]);
            object.as_object_mut().unwrap().remove(name);
        }
        flow["step"].as_object_mut().unwrap().remove("sent_to");
        flow["step"].as_object_mut().unwrap().remove("expires_at");
        flow["messages"] = json!(null);
        answers.push(flow);
        let wrong = visitor.submit(json!({"code": "000000"})).await.problem(422, "code_wrong").json();
        assert_eq!(wrong["tries_left"], 4);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(house.mails(&e164(HARUTO)).await.len(), 1);
    assert_eq!(house.mails(&e164(NOBODY)).await.len(), 0, "nobody pays for a message to a stranger");
    assert_eq!(house.mails("%2B821055550101").await.len(), 0, "a profile's number is not linked");
}

/// L8, P1: the way is not there where no workspace allows it; where one has stopped to since, it says so.
#[tokio::test]
async fn p1_a_denial_bites_at_the_next_code_and_offers_another_way() {
    let house = House::open().await;
    let mut haruto = house.visitor();
    haruto.ask_code(HARUTO).await.at("code");
    house.policy("sakura", json!({"phone_entry": false})).await;
    let notice = enter_code(&mut haruto, &house, HARUTO).await.notice("method_not_allowed");
    assert_eq!(notice.actions(), ["back", "use_email", "use_organisation"]);
    assert_eq!(notice.flow()["step"]["params"]["workspace"], "さくら商事");
    assert_eq!(haruto.act("back", json!({})).await.at("identify").flow()["step"]["identifier"], HARUTO);
    // Asked for again, it is answered like any other number.
    haruto.submit(json!({"identifier": HARUTO})).await.at("code");

    for workspace in ["nuri", "hanbit", "northwind", "gadeuk"] {
        house.policy(workspace, json!({"phone_entry": false})).await;
    }
    let mut other = house.visitor();
    other.begin(json!({})).await;
    let refused = other.submit(json!({"identifier": HARUTO})).await.refused();
    assert_eq!(refused, [("/input/identifier".into(), "mobile_unavailable".into())]);
}

/// P1: allowing it is told to every member who has joined, in their own language, and to nobody else.
#[tokio::test]
async fn p1_allowing_it_is_told_to_all_members() {
    let house = House::open().await;
    house.policy("sakura", json!({"phone_entry": true})).await;
    assert_eq!(house.mails("haruto@daemun.test").await.len(), 0, "it was allowed before");
    house.policy("sakura", json!({"phone_entry": false})).await;
    house.policy("sakura", json!({"phone_entry": true})).await;
    let mails = house.mails("haruto@daemun.test").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0]["subject"].as_str().unwrap().contains("さくら商事"), "{mails:?}");
    house.policy("nuri", json!({"phone_entry": false})).await;
    house.policy("nuri", json!({"phone_entry": true})).await;
    assert_eq!(house.mails("yuna@daemun.test").await.len(), 0, "who has not joined is no member");
    assert_eq!(house.mails("minji@daemun.test").await.len(), 1);
    assert_eq!(house.mails("emma@daemun.test").await.len(), 0);
}

#[tokio::test]
async fn l9_who_is_suspended_does_not_come_in_by_phone() {
    let house = House::open().await;
    let mut jiho = house.visitor();
    jiho.ask_code(JIHO).await.at("code");
    let notice = enter_code(&mut jiho, &house, JIHO).await.notice("account_suspended");
    assert!(jiho.cookie("__Host-daemun_session").is_none());
    assert_eq!(notice.actions(), ["back", "use_organisation"]);
}

/// What is no number says so; what is an address is one.
#[tokio::test]
async fn l2_what_is_neither_address_nor_number_is_refused() {
    let house = House::open().await;
    let mut visitor = house.visitor();
    visitor.begin(json!({})).await;
    for (typed, code) in [
        ("010-1234", "mobile_invalid"),
        ("++82", "mobile_invalid"),
        ("minji at home", "email_invalid"),
        ("", "required"),
    ] {
        let refused = visitor.submit(json!({"identifier": typed})).await.refused();
        assert_eq!(refused, [("/input/identifier".into(), code.into())], "{typed:?}");
    }
    for typed in ["010 2345 6789", "+82 10-2345-6789", "０１０２３４５６７８９", "090-1234-5678"] {
        let mut other = house.visitor();
        other.ask_code(typed).await.at("code");
    }
    assert_eq!(house.mails(&e164(MINJI)).await.len(), 3);
    assert_eq!(house.mails(&e164(HARUTO)).await.len(), 1, "a Japanese number without its country's code");
}

/// Sends are counted per number, and for all phones together before a workspace is known.
#[tokio::test]
async fn l2_a_number_gets_five_codes_in_ten_minutes() {
    let house = House::open().await;
    for _ in 0..5 {
        house.visitor().ask_code(HARUTO).await.at("code");
    }
    let mut sixth = house.visitor();
    sixth.begin(json!({})).await;
    let refused = sixth.submit(json!({"identifier": HARUTO})).await.problem(429, "too_many_requests");
    let wait = refused.json()["retry_after"].as_u64().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    house.advance(wait);
    sixth.submit(json!({"identifier": HARUTO})).await.at("code");
}
