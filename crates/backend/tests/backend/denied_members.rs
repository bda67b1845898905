//! A single member is not let sign in with LINE where all others are, and let again (seed 003; FEATURES P1, P2).

use serde_json::{Value, json};

use crate::providers::{at_providers, come_back_as, is_in};
use crate::visitor::{Answer, House, Visitor};

const SUJIN: &str = "sujin@daemun.test";
const MINJI: &str = "minji@daemun.test";

/// An administrator who has just signed in, at the list.
async fn sujin(house: &House) -> Visitor {
    let mut sujin = house.visitor();
    sujin.sign_in(house, SUJIN, "nuri", "nuri-Sujin-2024!").await;
    sujin.begin_with("policy", json!({})).await.at("account_security");
    sujin.act("show_denied_members", json!({})).await.at("denied_members");
    sujin
}

fn listed(answer: &Answer) -> Vec<Value> {
    answer.flow()["step"]["members"].as_array().expect("members").clone()
}

fn effects(answer: &Answer) -> Vec<String> {
    let flow = answer.flow();
    let effects = flow["step"]["effects"].as_array().expect("effects");
    effects.iter().map(|effect| effect["code"].as_str().expect("a code").into()).collect()
}

/// Where Minji comes to with her LINE account, which is connected in nuri and in hanbit.
async fn minji_by_line(house: &House) -> Answer {
    let mut minji = at_providers(house).await;
    come_back_as(&mut minji, house, "line", "minji").await
}

#[tokio::test]
async fn p1_line_is_denied_to_a_single_member_and_allowed_again() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    assert!(listed(&sujin.read().await).is_empty());
    let review = sujin.submit(json!({"identifier": MINJI})).await.at("deny_review");
    assert_eq!(review.flow()["step"]["name"], "김민지");
    assert_eq!(effects(&review), ["line_denied"], "she has a password");
    assert_eq!(minji_by_line(&house).await.step(), "choose_workspace", "nothing is saved yet");
    let denied = sujin.act("deny_member", json!({})).await.at("denied_members");
    assert_eq!(denied.flow()["messages"][0]["code"], "member_denied");
    assert_eq!(listed(&denied)[0]["identifier"], MINJI);
    // From the next sign-in on, in this workspace alone.
    is_in(&minji_by_line(&house).await, "hanbit");
    let mut taeyang = at_providers(&house).await;
    let others = come_back_as(&mut taeyang, &house, "line", "taeyang").await;
    assert!(others.flow()["status"] == "complete" || others.step() != "notice", "{}", others.json());

    // It is told to her and to the administrators, and stands in the log.
    assert!(house.mails(MINJI).await[0]["subject"].as_str().unwrap().contains("LINE"));
    assert!(house.mails(SUJIN).await[0]["text"].as_str().unwrap().contains("LINE, 김민지"));
    let policy = sujin.act("back", json!({})).await.at("account_security");
    assert_eq!(
        policy.flow()["step"]["log"][0]["member"],
        json!({"name": "김민지", "provider": "LINE", "allowed": false})
    );

    let again = sujin.act("show_denied_members", json!({})).await.at("denied_members");
    let id = listed(&again)[0]["id"].clone();
    let refused = sujin.submit(json!({"identifier": MINJI})).await.problem(422, "input_invalid").refused();
    assert_eq!(refused, [("/input/identifier".into(), "nothing_changed".into())]);
    let allowed = sujin.act("allow_member", json!({"member": id})).await.at("denied_members");
    assert_eq!(allowed.flow()["messages"][0]["code"], "member_allowed");
    assert!(listed(&allowed).is_empty());
    assert_eq!(minji_by_line(&house).await.step(), "choose_workspace");
    sujin.act("allow_member", json!({"member": id})).await.problem(403, "action_unavailable");
}

#[tokio::test]
async fn p1_p2_who_would_be_locked_out_is_denied_only_when_that_is_confirmed() {
    let house = House::open().await;
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test'");
    house.sql("UPDATE account SET phone = NULL WHERE email = 'minji@daemun.test'");
    house.sql("DELETE FROM external_identity WHERE provider <> 'line'");
    let mut sujin = sujin(&house).await;
    house.policy("nuri", json!({"email_entry": false})).await;
    let review = sujin.submit(json!({"identifier": MINJI})).await.at("deny_review");
    assert_eq!(effects(&review), ["locked_out", "line_denied"]);
    let refused = sujin.act("deny_member", json!({})).await.problem(422, "input_invalid").refused();
    assert_eq!(refused, [("/input/confirmed".into(), "confirmation_required".into())]);
    assert_eq!(house.count("SELECT count(*) FROM account WHERE denied_providers = 'line'"), 0);
    sujin.act("deny_member", json!({"confirmed": true})).await.at("denied_members");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE denied_providers = 'line'"), 1);
}

/// What was looked at is what is saved: whoever would be locked out by now is looked at once more.
#[tokio::test]
async fn p2_more_harm_than_was_said_is_said_first() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    sujin.submit(json!({"identifier": MINJI})).await.at("deny_review");
    house.policy("nuri", json!({"email_entry": false, "phone_entry": false})).await;
    house.sql("DELETE FROM external_identity WHERE provider <> 'line'");
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test'");
    let again = sujin.act("deny_member", json!({"confirmed": true})).await.at("deny_review");
    assert_eq!(again.flow()["messages"][0]["code"], "policy_locks_out_more");
    assert_eq!(effects(&again), ["locked_out", "line_denied"]);
    assert_eq!(house.count("SELECT count(*) FROM account WHERE denied_providers = 'line'"), 0);
}

#[tokio::test]
async fn p1_it_takes_an_administrator_and_a_fresh_proof() {
    let house = House::open().await;
    // A member comes nowhere near it.
    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, "dohyun@daemun.test", "nuri", "nuri-Dohyun-2024!").await;
    dohyun.begin_with("policy", json!({})).await.notice("not_administrator");
    dohyun.act("show_denied_members", json!({})).await.problem(403, "action_unavailable");

    let mut sujin = sujin(&house).await;
    for (typed, code) in [("", "required"), ("nobody", "member_unknown"), ("emma@daemun.test", "member_unknown")] {
        let refused = sujin.submit(json!({"identifier": typed})).await.problem(422, "input_invalid").refused();
        assert_eq!(refused, [("/input/identifier".into(), code.to_owned())], "{typed}");
    }
    house.advance(11 * 60);
    assert_eq!(sujin.read().await.flow()["actions"]["submit"]["proof"], "fresh");
    sujin.submit(json!({"identifier": MINJI})).await.at("password");
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("deny_review");
    house.advance(11 * 60);
    sujin.act("deny_member", json!({})).await.at("password");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE denied_providers = 'line'"), 0);
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("deny_review");
    sujin.act("deny_member", json!({})).await.at("denied_members");
    house.advance(11 * 60);
    let id = listed(&sujin.read().await)[0]["id"].clone();
    sujin.act("allow_member", json!({"member": id})).await.at("password");
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("denied_members");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE denied_providers = 'line'"), 0);
    // Whoever ceases to be an administrator is out of it.
    house.sql("UPDATE account SET super_administrator = 0 WHERE email = 'sujin@daemun.test'");
    let ended = sujin.submit(json!({"identifier": MINJI})).await;
    assert_eq!(ended.flow()["status"], "ended", "{}", ended.json());
}
