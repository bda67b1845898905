//! The number that a member signs in with is linked, moved and unlinked in the settings (FEATURES S2, P1).

use serde_json::json;

use crate::visitor::{Answer, House, Visitor};

const DOHYUN: &str = "dohyun@daemun.test";
const MINJI: &str = "minji@daemun.test";
const SOYEON: &str = "soyeon@daemun.test";
/// Nobody has it.
const FREE: &str = "010-9999-0000";
const FREE_SENT: &str = "%2B821099990000";
/// Linked in nuri and hanbit, by Minji.
const MINJIS: &str = "010-2345-6789";
const MINJIS_SENT: &str = "%2B821023456789";
/// In Minji's profile.
const PROFILE_SENT: &str = "%2B821055550101";

async fn at_settings(house: &House, email: &str, workspace: &str, password: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.sign_in(house, email, workspace, password).await;
    visitor.begin_with("security", json!({})).await.at("security");
    visitor
}

async fn dohyun(house: &House) -> Visitor {
    at_settings(house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await
}

/// Asks for a number's code, and enters it.
async fn proves(visitor: &mut Visitor, house: &House, number: &str, sent: &str) -> Answer {
    visitor.submit(json!({"identifier": number})).await.at("code");
    let code = house.newest_code(sent).await;
    visitor.submit(json!({"code": code})).await
}

fn phone(answer: &Answer) -> serde_json::Value {
    let items = answer.flow()["step"]["items"].as_array().expect("items").clone();
    items.into_iter().find(|item| item["type"] == "phone").expect("a number's item")
}

/// How many mails to somebody are about a number.
async fn told_of(house: &House, email: &str, number: &str) -> usize {
    let mails = house.mails(email).await;
    mails.iter().filter(|mail| mail["text"].as_str().is_some_and(|text| text.contains(number))).count()
}

/// Where somebody comes to who signs in by a number.
async fn comes_in_by(house: &House, number: &str, sent: &str) -> Answer {
    let mut visitor = house.visitor();
    visitor.ask_code(number).await.at("code");
    let code = house.newest_code(sent).await;
    visitor.submit(json!({"code": code})).await
}

#[tokio::test]
async fn s2_a_new_number_is_linked_by_its_code_signs_in_and_is_unlinked() {
    let house = House::open().await;
    let mut dohyun = dohyun(&house).await;
    let settings = dohyun.read().await;
    assert!(phone(&settings)["linked"].is_null() && phone(&settings)["missing"].is_null());
    assert!(!settings.actions().contains(&"unlink_phone".to_owned()));
    let form = dohyun.act("link_phone", json!({})).await.at("link_phone");
    assert_eq!(form.actions(), ["back", "submit"], "his profile has no number");
    for (typed, code) in [("", "required"), ("dohyun@daemun.test", "mobile_invalid"), ("02-123-4567", "mobile_invalid")]
    {
        let refused = dohyun.submit(json!({"identifier": typed})).await.problem(422, "input_invalid").refused();
        assert_eq!(refused, [("/input/identifier".into(), code.to_owned())], "{typed}");
    }
    let linked = proves(&mut dohyun, &house, FREE, FREE_SENT).await.at("security");
    assert_eq!(linked.flow()["messages"][0]["code"], "phone_linked");
    assert_eq!(phone(&linked)["linked"], "010-****-0000");
    assert_eq!(told_of(&house, DOHYUN, "010-****-0000").await, 1);
    assert_eq!(comes_in_by(&house, FREE, FREE_SENT).await.flow()["workspace"]["id"], "nuri");

    let unlinked = dohyun.act("unlink_phone", json!({})).await.at("security");
    assert_eq!(unlinked.flow()["messages"][0]["code"], "phone_unlinked");
    assert!(phone(&unlinked)["linked"].is_null());
    assert_eq!(told_of(&house, DOHYUN, "010-****-0000").await, 2);
    house.advance(61);
    let mut nobody = house.visitor();
    nobody.ask_code(FREE).await.at("code");
    assert_eq!(house.mails(FREE_SENT).await.len(), 2, "no code goes to a number that nobody signs in by");
    dohyun.act("unlink_phone", json!({})).await.problem(403, "action_unavailable");
}

#[tokio::test]
async fn s2_both_ask_for_a_fresh_proof_first() {
    let house = House::open().await;
    for (action, after) in [("link_phone", "link_phone"), ("unlink_phone", "security")] {
        let mut minji = at_settings(&house, MINJI, "nuri", "nuri-Minji-2024!").await;
        house.advance(11 * 60);
        assert_eq!(minji.read().await.flow()["actions"][action]["proof"], "fresh");
        minji.act(action, json!({})).await.at("password");
        assert_eq!(house.count("SELECT count(*) FROM account WHERE phone = '+821023456789'"), 2);
        minji.submit(json!({"password": "nuri-Minji-2024!"})).await.at(after);
    }
    assert_eq!(house.count("SELECT count(*) FROM account WHERE phone = '+821023456789'"), 1);
}

#[tokio::test]
async fn s2_the_number_of_the_profile_takes_the_place_of_the_linked_one() {
    let house = House::open().await;
    let mut minji = at_settings(&house, MINJI, "nuri", "nuri-Minji-2024!").await;
    let form = minji.act("link_phone", json!({})).await.at("link_phone");
    assert_eq!(form.flow()["step"]["profile"], "010-****-0101");
    let code = minji.act("use_profile_number", json!({})).await.at("code");
    assert_eq!(code.actions(), ["back", "resend", "submit", "use_notification"]);
    assert_eq!(code.flow()["step"]["sent_to"], "010-****-0101", "as it was shown");
    // Where SMS does not arrive, it comes as a service notification.
    minji.act("use_notification", json!({})).await.at("code");
    assert_eq!(house.mails(PROFILE_SENT).await[0]["channel"], "notification");
    minji.act("back", json!({})).await.at("link_phone");
    house.advance(61);
    minji.act("use_profile_number", json!({})).await.at("code");
    let code = house.newest_code(PROFILE_SENT).await;
    let linked = minji.submit(json!({"code": code})).await.at("security");
    assert_eq!(phone(&linked)["linked"], "010-****-0101");
    assert_eq!(told_of(&house, MINJI, "010-****-6789").await, 1, "that the one before is gone is told too");
    // There is no other one left to offer, and the one before opens nuri no more.
    let form = minji.act("link_phone", json!({})).await.at("link_phone");
    assert!(form.flow()["step"]["profile"].is_null() && !form.actions().contains(&"use_profile_number".to_owned()));
    minji.act("use_profile_number", json!({})).await.problem(403, "action_unavailable");
    let other = comes_in_by(&house, MINJIS, MINJIS_SENT).await;
    assert_eq!(other.flow()["workspace"]["id"], "hanbit", "{}", other.json());
}

#[tokio::test]
async fn s2_a_number_of_another_account_is_moved_only_when_asked() {
    let house = House::open().await;
    let mut dohyun = dohyun(&house).await;
    dohyun.act("link_phone", json!({})).await.at("link_phone");
    let taken = proves(&mut dohyun, &house, MINJIS, MINJIS_SENT).await.at("phone_taken");
    assert_eq!(taken.flow()["step"]["number"], "010-****-6789");
    assert!(!taken.json().to_string().contains("minji"), "whose it is, is not told");
    dohyun.act("back", json!({})).await.at("link_phone");
    dohyun.act("move_phone", json!({})).await.problem(403, "action_unavailable");
    assert_eq!(comes_in_by(&house, MINJIS, MINJIS_SENT).await.step(), "choose_workspace");

    house.advance(61);
    proves(&mut dohyun, &house, MINJIS, MINJIS_SENT).await.at("phone_taken");
    let moved = dohyun.act("move_phone", json!({})).await.at("security");
    assert_eq!(phone(&moved)["linked"], "010-****-6789");
    assert_eq!(told_of(&house, DOHYUN, "010-****-6789").await, 1);
    assert_eq!(told_of(&house, MINJI, "010-****-6789").await, 1);
    // In hanbit it is hers still, which is nobody's affair in nuri.
    let linked = "SELECT count(*) FROM account WHERE phone = '+821023456789' AND";
    assert_eq!(house.count(&format!("{linked} workspace = 'hanbit' AND email = 'minji@daemun.test'")), 1);
    assert_eq!(house.count(&format!("{linked} workspace = 'nuri' AND email = 'dohyun@daemun.test'")), 1);
}

#[tokio::test]
async fn s2_a_wrong_code_links_nothing_and_is_counted() {
    let house = House::open().await;
    let mut dohyun = dohyun(&house).await;
    dohyun.act("link_phone", json!({})).await.at("link_phone");
    dohyun.submit(json!({"identifier": FREE})).await.at("code");
    let wrong = house.wrong_code(FREE_SENT).await;
    for left in (1..=4).rev() {
        let refused = dohyun.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
        assert_eq!(refused.json()["tries_left"], left);
    }
    dohyun.submit(json!({"code": wrong})).await.notice("email_restricted");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE phone = '+821099990000'"), 0);
}

#[tokio::test]
async fn s2_p1_a_policy_that_forbids_it_says_so_and_bites_while_the_code_is_on_its_way() {
    let house = House::open().await;
    let mut dohyun = dohyun(&house).await;
    dohyun.act("link_phone", json!({})).await.at("link_phone");
    dohyun.submit(json!({"identifier": FREE})).await.at("code");
    house.policy("nuri", json!({"phone_entry": false})).await;
    let code = house.newest_code(FREE_SENT).await;
    let settings = dohyun.submit(json!({"code": code})).await.at("security");
    assert_eq!(phone(&settings)["missing"], "not_allowed");
    assert!(!settings.actions().contains(&"link_phone".to_owned()));
    assert_eq!(house.count("SELECT count(*) FROM account WHERE phone = '+821099990000'"), 0);
    // What is linked can be unlinked all the same.
    let minji = at_settings(&house, MINJI, "nuri", "nuri-Minji-2024!").await.read().await;
    assert!(minji.actions().contains(&"unlink_phone".to_owned()));
}

#[tokio::test]
async fn s2_who_is_signed_out_meanwhile_links_nothing() {
    let house = House::open().await;
    let mut dohyun = dohyun(&house).await;
    dohyun.act("link_phone", json!({})).await.at("link_phone");
    dohyun.submit(json!({"identifier": FREE})).await.at("code");
    let code = house.newest_code(FREE_SENT).await;
    dohyun.signs_out();
    let ended = dohyun.submit(json!({"code": code})).await;
    assert_eq!(ended.flow()["reason"], "signed_out", "{}", ended.json());
    assert_eq!(house.count("SELECT count(*) FROM account WHERE phone = '+821099990000'"), 0);
}

/// Who has no password proves afresh by signing in anew; a number can be linked at once after that.
#[tokio::test]
async fn s2_a_member_without_a_password_has_to_sign_in_anew() {
    let house = House::open().await;
    let mut soyeon = soyeon(&house).await;
    let settings = soyeon.read().await;
    assert_eq!(phone(&settings)["linked"], "010-****-0404");
    house.advance(11 * 60);
    let ended = soyeon.act("unlink_phone", json!({})).await;
    assert_eq!(ended.flow()["reason"], "signed_out", "{}", ended.json());
    assert_eq!(house.count(&format!("SELECT count(*) FROM account WHERE email = '{SOYEON}' AND phone IS NOT NULL")), 1);
}

/// Soyeon's settings, signed in by her number: she has neither password nor identity.
async fn soyeon(house: &House) -> Visitor {
    let mut soyeon = house.visitor();
    soyeon.ask_code("010-3333-0404").await.at("code");
    let code = house.newest_code("%2B821033330404").await;
    soyeon.submit(json!({"code": code})).await;
    soyeon.begin_with("security", json!({})).await.at("security");
    soyeon
}

#[tokio::test]
async fn s2_the_last_way_in_is_said() {
    let house = House::open().await;
    // Who has other ways is not warned.
    let minji = at_settings(&house, MINJI, "nuri", "nuri-Minji-2024!").await.read().await;
    assert_eq!(phone(&minji)["last"], false);
    let mut soyeon = soyeon(&house).await;
    assert_eq!(phone(&soyeon.read().await)["last"], false, "a code to her address lets her in");
    house.policy("nuri", json!({"email_entry": false})).await;
    assert_eq!(phone(&soyeon.read().await)["last"], true);
    for (more, gone) in [
        (
            "INSERT INTO external_identity SELECT id, workspace, 'line', x'00', 0 FROM account WHERE name = '이소연'",
            "DELETE FROM external_identity WHERE subject = x'00'",
        ),
        (
            "UPDATE account SET password_hash = 'any', password_set_at = 0 WHERE name = '이소연'",
            "UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE name = '이소연'",
        ),
    ] {
        house.sql(more);
        assert_eq!(phone(&soyeon.read().await)["last"], false, "{more}");
        house.sql(gone);
        assert_eq!(phone(&soyeon.read().await)["last"], true, "{gone}");
    }
    // A number that nobody may sign in by is no way in to lose.
    house.policy("nuri", json!({"phone_entry": false})).await;
    assert_eq!(phone(&soyeon.read().await)["last"], false);
    house.policy("nuri", json!({"phone_entry": true})).await;
    // It is her own to give up, as an identity is.
    let unlinked = soyeon.act("unlink_phone", json!({})).await.at("security");
    assert_eq!((&phone(&unlinked)["last"], &phone(&unlinked)["linked"]), (&json!(false), &json!(null)));
}

/// What a proof was given for is done while it is fresh, or takes another one.
#[tokio::test]
async fn s2_a_number_is_moved_only_while_the_proof_is_fresh() {
    let house = House::open().await;
    let mut dohyun = dohyun(&house).await;
    dohyun.act("link_phone", json!({})).await.at("link_phone");
    proves(&mut dohyun, &house, MINJIS, MINJIS_SENT).await.at("phone_taken");
    house.advance(11 * 60);
    dohyun.act("move_phone", json!({})).await.at("password");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE phone = '+821023456789'"), 2, "nothing was moved");
}
