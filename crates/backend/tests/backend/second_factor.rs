//! The second factor, behind every first one (FEATURES T1 to T5, P1).

use serde_json::{Value, json};

use crate::visitor::{Answer, House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const MINJIS_PASSWORD: &str = "nuri-Minji-2024!";
const MINJIS_HOME: &str = "minji.home@daemun.test";
const MINJIS_MOBILE: &str = "%2B821055550101";
const HARUTO: &str = "haruto@daemun.test";
const HARUTOS_PHONE: &str = "+81 90-1234-5678";
const TAEYANG: &str = "taeyang@daemun.test";

/// A house in which nuri and sakura ask everybody for a second factor.
async fn strict_house() -> House {
    let house = House::open().await;
    for workspace in ["nuri", "sakura"] {
        house.policy(workspace, json!({"two_factor": "required", "remember_browser": true})).await;
    }
    house
}

async fn gives_password(visitor: &mut Visitor, house: &House, email: &str, password: &str) -> Answer {
    // A session would be asked which workspace.
    visitor.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    visitor.reach_password(house, email, "nuri").await;
    visitor.submit(json!({"password": password})).await
}

#[track_caller]
fn is_in(answer: &Answer) {
    assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
}

fn is_out(visitor: &Visitor) {
    assert!(visitor.cookie("__Host-daemun_session").is_none());
}

/// The code that an authenticator app with this key shows (RFC 6238), by another implementation.
fn shown(key: &str, house: &House, steps_ahead: i64) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = 0_u64;
    let (mut count, mut secret) = (0, Vec::new());
    for letter in key.bytes() {
        bits = bits << 5 | alphabet.iter().position(|known| *known == letter).unwrap() as u64;
        count += 5;
        if count >= 8 {
            count -= 8;
            secret.push((bits >> count & 0xff) as u8);
        }
    }
    let now = i64::try_from(house.server.clock().now().0 / 1000).unwrap() + 30 * steps_ahead;
    totp_lite::totp_custom::<totp_lite::Sha1>(30, 6, &secret, now.try_into().unwrap())
}

/// Haruto registers an authenticator; its key and the recovery codes.
async fn with_authenticator(house: &House) -> (String, Vec<String>) {
    let mut haruto = house.visitor();
    gives_password(&mut haruto, house, HARUTO, "sakura-Haruto-2024!").await.at("enrol_contact");
    let enrol = haruto.act("use_authenticator", json!({})).await.at("enrol_authenticator").flow();
    let key = enrol["step"]["key"].as_str().unwrap().to_owned();
    let codes = haruto.submit(json!({"code": shown(&key, house, 0)})).await.at("recovery_codes").flow();
    let codes: Vec<String> =
        codes["step"]["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().into()).collect();
    is_out(&haruto);
    is_in(&haruto.act("done", json!({})).await);
    (key, codes)
}

/// T1: both contacts are there: one is chosen, codes go where they were asked for, another way is at hand.
#[tokio::test]
async fn t1_a_code_by_personal_email_or_by_phone() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    let choice = gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    is_out(&minji);
    assert_eq!(choice.actions(), ["back", "choose"]);
    assert_eq!(choice.flow()["account"], json!({"identifier": MINJI, "name": "김민지"}));
    let factors = choice.flow()["step"]["factors"].clone();
    assert_eq!(factors[0], json!({"id": "email", "kind": "email", "to": "mi***@daemun.test"}));
    assert_eq!((&factors[1]["id"], factors.as_array().unwrap().len()), (&json!("sms"), 2));
    let masked = factors[1]["to"].as_str().unwrap();
    assert!(masked.ends_with("0101") && !masked.contains("5555"), "{masked}");
    minji.act("choose", json!({"factor": "authenticator"})).await.problem(422, "input_invalid");

    let code = minji.act("choose", json!({"factor": "sms"})).await.at("code");
    assert_eq!((&code.flow()["step"]["channel"], &code.flow()["step"]["remember_days"]), (&json!("sms"), &json!(30)));
    assert_eq!(code.flow()["step"]["sent_to"], masked, "never the number itself");
    assert_eq!(code.actions(), ["back", "resend", "submit", "use_notification", "use_other"]);
    let by_sms = house.newest_code(MINJIS_MOBILE).await;
    minji.act("use_other", json!({})).await.at("choose_factor");
    let code = minji.act("choose", json!({"factor": "email"})).await.at("code");
    assert_eq!(code.flow()["step"]["sent_to"], "mi***@daemun.test");
    minji.submit(json!({"code": by_sms})).await.problem(422, "code_wrong");
    // Back leads to the list that it was chosen from, and from there to the first factor.
    minji.act("back", json!({})).await.at("choose_factor");
    minji.act("back", json!({})).await.at("password");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await})).await);
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
}

/// T1: a member who has turned it on is asked where the policy leaves it to members, and nobody else is.
#[tokio::test]
async fn t1_who_has_turned_it_on_is_asked() {
    let house = House::open().await;
    let mut taeyang = house.visitor();
    gives_password(&mut taeyang, &house, TAEYANG, "nuri-Taeyang-2024!").await.at("choose_factor");
    let code = taeyang.act("choose", json!({"factor": "email"})).await.at("code");
    assert!(code.flow()["step"].get("remember_days").is_none(), "the policy does not allow it");
    // Asking for it all the same changes nothing.
    let code = house.newest_code("taeyang.home@daemun.test").await;
    is_in(&taeyang.submit(json!({"code": code, "remember": true})).await);
    gives_password(&mut taeyang, &house, TAEYANG, "nuri-Taeyang-2024!").await.at("choose_factor");
    let mut minji = house.visitor();
    is_in(&gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await);
}

/// T1: resending waits, the right code works once, the fifth wrong one ends the guessing.
#[tokio::test]
async fn t1_codes_expire_are_sent_again_and_run_out() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    let first = house.newest_code(MINJIS_HOME).await;
    minji.act("resend", json!({})).await.problem(403, "action_unavailable");
    house.advance(31);
    minji.act("resend", json!({})).await.at("code");
    minji.submit(json!({"code": first})).await.problem(422, "code_wrong");
    house.advance(601);
    minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await})).await.problem(422, "code_expired");
    minji.act("resend", json!({})).await.at("code");
    for left in [3, 2, 1] {
        let wrong = house.wrong_code(MINJIS_HOME).await;
        let refused = minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
        assert_eq!(refused.json()["tries_left"], left);
    }
    let wrong = house.wrong_code(MINJIS_HOME).await;
    let notice = minji.submit(json!({"code": wrong})).await.notice("email_restricted");
    assert_eq!(notice.flow()["step"]["params"]["to"], "mi***@daemun.test");
    // The other factor is not restricted, and leads in.
    minji.act("back", json!({})).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.notice("email_restricted");
    minji.act("back", json!({})).await.at("choose_factor");
    minji.act("choose", json!({"factor": "sms"})).await.at("code");
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_MOBILE).await})).await);
}

/// T1: a contact that has changed takes over at once: the code that went to the old one is worth nothing.
#[tokio::test]
async fn t1_a_changed_contact_takes_over_at_once() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    let old = house.newest_code(MINJIS_HOME).await;
    house.sql(
        "UPDATE account SET personal_email = 'new.home@daemun.test' WHERE personal_email = 'minji.home@daemun.test'",
    );
    minji.submit(json!({"code": old})).await.problem(422, "code_expired");
    is_out(&minji);
    house.advance(31);
    let again = minji.act("resend", json!({})).await.at("code");
    assert_eq!(again.flow()["step"]["sent_to"], "ne***@daemun.test");
    is_in(&minji.submit(json!({"code": house.newest_code("new.home@daemun.test").await})).await);
}

/// T1: nobody comes in around it: not by a new password, an expired one, a first ID, or by joining.
#[tokio::test]
async fn t1_no_way_in_leads_around_it() {
    let house = strict_house().await;
    // An expired password.
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(31 * 24 * 3600);
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    is_out(&minji);
    house.policy("nuri", json!({"password_max_age_days": null})).await;
    // A first ID and password.
    let mut soyeon = house.visitor();
    soyeon.verify(&house, "soyeon@daemun.test").await.at("register_id");
    soyeon.submit(json!({"identifier": "soyeon.lee", "password": "maehwa-2026-kkot"})).await.at("enrol_contact");
    is_out(&soyeon);
    // An email invitation.
    let mut yuna = house.visitor();
    yuna.open_link(&house.link("invite").await).await.at("new_password");
    yuna.submit(json!({"password": "onnuri77dari"})).await.notice("joined");
    yuna.act("start", json!({})).await.at("enrol_contact");
    is_out(&yuna);
    // Organisation ID.
    let mut dohyun = house.visitor();
    dohyun.begin(json!({"organisation": "nuri"})).await.at("password");
    let only = dohyun.submit(json!({"identifier": "dohyun", "password": "nuri-Dohyun-2024!"})).await.at("code");
    assert_eq!(only.flow()["step"]["sent_to"], "do***@daemun.test", "the only one there is");
    assert_eq!(only.actions(), ["back", "resend", "submit"]);
    is_out(&dohyun);
    dohyun.act("back", json!({})).await.at("password");
}

/// T1: a password that is changed, a suspension, and a policy that forbids the first factor end what it was worth.
#[tokio::test]
async fn t1_the_first_factor_is_looked_at_once_more() {
    let house = strict_house().await;
    let mut changed = house.visitor();
    gives_password(&mut changed, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    changed.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code(MINJIS_HOME).await;
    house.sql("UPDATE account SET epoch = epoch + 1 WHERE email = 'minji@daemun.test' AND workspace = 'nuri'");
    changed.submit(json!({"code": code})).await.at("password");
    is_out(&changed);

    let mut suspended = house.visitor();
    gives_password(&mut suspended, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    suspended.act("choose", json!({"factor": "sms"})).await.at("code");
    house.play("suspend_minji_nuri").await;
    suspended.submit(json!({"code": house.newest_code(MINJIS_MOBILE).await})).await.notice("account_suspended");
    is_out(&suspended);
    house.play("lift_suspensions").await;

    let mut forbidden = house.visitor();
    gives_password(&mut forbidden, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    forbidden.act("choose", json!({"factor": "sms"})).await.at("code");
    house.policy("nuri", json!({"email_entry": false})).await;
    forbidden.submit(json!({"code": house.newest_code(MINJIS_MOBILE).await})).await.notice("method_not_allowed");
    is_out(&forbidden);
}

/// T1: a browser that is remembered is not asked for thirty days; others are; and a changed policy or password ends it.
#[tokio::test]
async fn t1_a_browser_is_remembered_where_the_policy_allows_it() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await, "remember": true})).await);
    let again = async |visitor: &mut Visitor| {
        visitor.begin(json!({"organisation": "nuri"})).await.at("password");
        visitor.submit(json!({"identifier": MINJI, "password": MINJIS_PASSWORD})).await
    };
    is_in(&again(&mut minji).await);
    let mut other = house.visitor();
    again(&mut other).await.at("choose_factor");
    // Not before the password, and not for somebody else's account.
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    let dohyun = minji.submit(json!({"identifier": "dohyun", "password": "nuri-Dohyun-2024!"})).await;
    dohyun.at("code");
    house.policy("nuri", json!({"remember_browser": false})).await;
    again(&mut minji).await.at("choose_factor");
    house.policy("nuri", json!({"remember_browser": true})).await;
    is_in(&again(&mut minji).await);
    house.advance(30 * 24 * 3600 + 1);
    again(&mut minji).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await, "remember": true})).await);
    is_in(&again(&mut minji).await);
    house.sql("UPDATE account SET epoch = epoch + 1 WHERE email = 'minji@daemun.test'");
    again(&mut minji).await.at("choose_factor");
}

/// T2: required, and nothing saved: a contact is verified by code before it counts.
#[tokio::test]
async fn t2_a_member_without_a_method_saves_one_first() {
    let house = strict_house().await;
    let mut haruto = house.visitor();
    let enrol = gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("enrol_contact");
    assert_eq!(enrol.flow()["step"]["channels"], json!(["email", "sms"]));
    assert_eq!(enrol.actions(), ["back", "submit", "use_authenticator"]);
    assert_eq!(enrol.flow()["messages"][0]["code"], "second_factor_required");
    assert_eq!(enrol.flow()["messages"][0]["params"]["workspace"], "さくら商事");
    for (typed, code) in [
        ("", "required"),
        ("haruto at home", "email_invalid"),
        ("haruto.sato", "email_invalid"),
        ("080-1234", "mobile_invalid"),
        (HARUTO, "contact_is_id"),
        (&"a".repeat(300), "too_long"),
    ] {
        let refused = haruto.submit(json!({"identifier": typed})).await.refused();
        assert_eq!(refused, [("/input/identifier".into(), code.into())], "{typed:?}");
    }
    assert_eq!(haruto.read().await.flow()["step"]["identifier"].as_str().unwrap().len(), 300, "what was typed stays");
    haruto.submit(json!({"identifier": "haruto.home@daemun.test"})).await.at("code");
    // Not saved before it is verified.
    assert_eq!(house.count("SELECT count(*) FROM account WHERE personal_email = 'haruto.home@daemun.test'"), 0);
    let wrong = house.wrong_code("haruto.home@daemun.test").await;
    haruto.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
    assert_eq!(
        haruto.act("back", json!({})).await.at("enrol_contact").flow()["step"]["identifier"],
        "haruto.home@daemun.test"
    );
    haruto.submit(json!({"identifier": "080-1234-5678"})).await.at("code");
    is_out(&haruto);
    is_in(&haruto.submit(json!({"code": house.newest_code("%2B818012345678").await})).await);
    let told = house.mails(HARUTO).await;
    assert!(told[0]["code"].is_null() && told[0]["subject"].as_str().unwrap().contains("さくら商事"), "{told:?}");
    // From now on it is asked for, also where the policy leaves it to members.
    house.policy("sakura", json!({"two_factor": "optional"})).await;
    let code = gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("code");
    assert_eq!(code.flow()["step"]["channel"], "sms");
    assert!(code.flow()["step"]["sent_to"].as_str().unwrap().ends_with("5678"));
}

/// T2: whoever has one by now gives that one: the password alone saves no further factor.
#[tokio::test]
async fn t2_two_enrolments_at_once_save_one_factor() {
    let house = strict_house().await;
    let (mut one, mut two, mut three) = (house.visitor(), house.visitor(), house.visitor());
    for visitor in [&mut one, &mut two, &mut three] {
        gives_password(visitor, &house, HARUTO, "sakura-Haruto-2024!").await.at("enrol_contact");
    }
    one.submit(json!({"identifier": "haruto.home@daemun.test"})).await.at("code");
    two.submit(json!({"identifier": "mallory@daemun.test"})).await.at("code");
    let key = three.act("use_authenticator", json!({})).await.at("enrol_authenticator").flow();
    is_in(&one.submit(json!({"code": house.newest_code("haruto.home@daemun.test").await})).await);
    let code = two.submit(json!({"code": house.newest_code("mallory@daemun.test").await})).await.at("code");
    assert_eq!(code.flow()["step"]["sent_to"], "ha***@daemun.test");
    let key = key["step"]["key"].as_str().unwrap();
    three.submit(json!({"code": shown(key, &house, 0)})).await.at("code");
    is_out(&two);
    assert_eq!(house.count("SELECT count(*) FROM authenticator"), 0);
    assert_eq!(house.count("SELECT count(*) FROM account WHERE personal_email = 'mallory@daemun.test'"), 0);
}

/// T3: the organisation keeps the profiles: nothing can be saved, and it says whom to ask.
#[tokio::test]
async fn t3_where_the_organisation_keeps_the_profiles_nothing_can_be_saved() {
    let house = strict_house().await;
    let mut early = house.visitor();
    gives_password(&mut early, &house, HARUTO, "sakura-Haruto-2024!").await.at("enrol_contact");
    early.submit(json!({"identifier": "haruto.home@daemun.test"})).await.at("code");
    house.policy("sakura", json!({"managed_profiles": true})).await;
    let code = house.newest_code("haruto.home@daemun.test").await;
    early.submit(json!({"code": code})).await.notice("second_factor_missing");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE personal_email = 'haruto.home@daemun.test'"), 0);

    let mut haruto = house.visitor();
    let notice = gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await;
    let notice = notice.notice("second_factor_missing");
    assert_eq!(
        (notice.actions(), &notice.flow()["step"]["params"]["workspace"]),
        (vec!["back".into()], &json!("さくら商事"))
    );
    is_out(&haruto);
    haruto.act("back", json!({})).await.at("password");
    // What the administrator saves is asked for.
    house.sql("UPDATE account SET personal_email = 'haruto.home@daemun.test' WHERE email = 'haruto@daemun.test'");
    haruto.submit(json!({"password": "sakura-Haruto-2024!"})).await.at("code");
    is_in(&haruto.submit(json!({"code": house.newest_code("haruto.home@daemun.test").await})).await);
}

/// T4: after a code to a phone, nothing that comes to a phone is a second factor.
#[tokio::test]
async fn t4_after_a_phone_number_the_second_factor_is_the_personal_email() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    minji.ask_code("010-2345-6789").await.at("code");
    minji.submit(json!({"code": house.newest_code("%2B821023456789").await})).await.at("choose_workspace");
    let code = minji.act("choose", json!({"workspace": "nuri"})).await.at("code");
    assert_eq!(code.flow()["step"]["channel"], "email", "she has saved a number too");
    assert_eq!(code.actions(), ["back", "resend", "submit"]);
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await})).await);

    let mut haruto = house.visitor();
    haruto.ask_code(HARUTOS_PHONE).await.at("code");
    let code = house.newest_code("%2B819012345678").await;
    let enrol = haruto.submit(json!({"code": code})).await.at("enrol_contact");
    assert_eq!(enrol.flow()["step"]["channels"], json!(["email"]));
    let refused = haruto.submit(json!({"identifier": "080-1234-5678"})).await.refused();
    assert_eq!(refused, [("/input/identifier".into(), "mobile_unavailable".into())]);
    haruto.submit(json!({"identifier": "haruto.home@daemun.test"})).await.at("code");
    is_in(&haruto.submit(json!({"code": house.newest_code("haruto.home@daemun.test").await})).await);

    house.sql("UPDATE account SET personal_email = NULL WHERE email = 'haruto@daemun.test'");
    house.policy("sakura", json!({"managed_profiles": true})).await;
    house.advance(3600);
    let mut again = house.visitor();
    again.ask_code(HARUTOS_PHONE).await.at("code");
    let code = house.newest_code("%2B819012345678").await;
    again.submit(json!({"code": code})).await.notice("second_factor_missing");
}

/// T5: an authenticator, by another implementation of RFC 6238: one step off is let, no code is taken twice.
#[tokio::test]
async fn t5_an_authenticator_is_registered_and_asked_for() {
    let house = strict_house().await;
    let (key, _) = with_authenticator(&house).await;
    let mut haruto = house.visitor();
    let step =
        gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("code").flow()["step"].clone();
    assert_eq!(step["channel"], "authenticator");
    assert!(step.get("sent_to").is_none() && step.get("expires_at").is_none(), "{step}");
    // The code that registered it is not taken again, nor does asking cost a try.
    haruto.submit(json!({"code": shown(&key, &house, 0)})).await.problem(422, "code_spent");
    haruto.submit(json!({"code": shown(&key, &house, 2)})).await.problem(422, "code_wrong");
    let next = shown(&key, &house, 1);
    is_in(&haruto.submit(json!({"code": next})).await);
    let mut thief = house.visitor();
    gives_password(&mut thief, &house, HARUTO, "sakura-Haruto-2024!").await.at("code");
    thief.submit(json!({"code": next})).await.problem(422, "code_spent");
    thief.submit(json!({"code": shown(&key, &house, 0)})).await.problem(422, "code_spent");
    is_out(&thief);
    house.advance(120);
    thief.submit(json!({"code": shown(&key, &house, -2)})).await.problem(422, "code_wrong");
    is_in(&thief.submit(json!({"code": shown(&key, &house, -1)})).await);
}

/// T5: guesses at an authenticator run out, by account and not by flow; the recovery codes run out with them.
#[tokio::test]
async fn t5_guesses_at_an_authenticator_run_out() {
    let house = strict_house().await;
    let (key, codes) = with_authenticator(&house).await;
    house.advance(60);
    let mut mallory = house.visitor();
    for left in [4, 3, 2, 1] {
        gives_password(&mut mallory, &house, HARUTO, "sakura-Haruto-2024!").await.at("code");
        let refused = mallory.submit(json!({"code": shown(&key, &house, 9)})).await.problem(422, "code_wrong");
        assert_eq!(refused.json()["tries_left"], left);
        house.advance(150);
    }
    mallory.submit(json!({"code": shown(&key, &house, 9)})).await.problem(429, "too_many_requests");
    let refused = mallory.submit(json!({"code": shown(&key, &house, 0)})).await.problem(429, "too_many_requests");
    assert_eq!(refused.json()["retry_after"], 900);
    mallory.act("use_other", json!({})).await.at("choose_factor");
    mallory.act("choose", json!({"factor": "recovery_code"})).await.at("recovery_code");
    mallory.submit(json!({"code": codes[0]})).await.problem(429, "too_many_requests");
    is_out(&mallory);
    house.advance(900);
    mallory.read().await.at("recovery_code");
    is_in(&mallory.submit(json!({"code": codes[0]})).await);
}

/// T5: ten recovery codes, each once, whatever the spelling; each use is told by mail with how many are left.
#[tokio::test]
async fn t5_recovery_codes_work_once_each() {
    let house = strict_house().await;
    let (_, codes) = with_authenticator(&house).await;
    assert_eq!(codes.len(), 10);
    let mut haruto = house.visitor();
    gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("code");
    haruto.act("use_other", json!({})).await.at("choose_factor");
    let step = haruto.act("choose", json!({"factor": "recovery_code"})).await.at("recovery_code");
    assert_eq!(
        (&step.flow()["step"]["left"], step.actions()),
        (&json!(10), vec!["back".into(), "submit".into(), "use_other".into()])
    );
    for (typed, code) in
        [("", "required"), ("123456", "recovery_code_invalid"), ("uuuu-uuuu-uuuu", "recovery_code_invalid")]
    {
        assert_eq!(haruto.submit(json!({"code": typed})).await.refused(), [("/input/code".into(), code.into())]);
    }
    haruto.submit(json!({"code": "0000-0000-0000"})).await.problem(422, "code_wrong");
    haruto.act("back", json!({})).await.at("choose_factor");
    haruto.act("choose", json!({"factor": "recovery_code"})).await.at("recovery_code");
    is_in(&haruto.submit(json!({"code": codes[3].to_uppercase().replace('-', " ")})).await);
    let mail = &house.mails(HARUTO).await[0];
    assert!(mail["text"].as_str().unwrap().contains('9'), "{mail}");
    gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("code");
    haruto.act("use_other", json!({})).await.at("choose_factor");
    haruto.act("choose", json!({"factor": "recovery_code"})).await.at("recovery_code");
    haruto.submit(json!({"code": codes[3]})).await.problem(422, "code_wrong");
    // Somebody else's browser with the flow's id has nothing of it.
    let path = haruto.flow_path();
    assert_eq!(house.visitor().send("GET", &path, &[("Daemun-Version", "1")], b"").await.status, 404);
}

/// T5: keys and recovery codes are shown at their step alone, also to a repeated request, and are written down nowhere.
#[tokio::test]
async fn t5_what_is_shown_once_is_written_down_nowhere() {
    let house = strict_house().await;
    let mut haruto = house.visitor();
    gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("enrol_contact");
    let use_it = fresh_key();
    let path = haruto.act_path("use_authenticator");
    let body = haruto.act_body(json!({}));
    let first = haruto.post(&path, &use_it, &body).await.at("enrol_authenticator");
    let again = haruto.post(&path, &use_it, &body).await.at("enrol_authenticator");
    assert_eq!(first.flow()["step"], again.flow()["step"], "a lost answer shows the same key");
    haruto.keep(&again);
    let key = first.flow()["step"]["key"].as_str().unwrap().to_owned();
    let uri = first.flow()["step"]["uri"].as_str().unwrap().to_owned();
    assert_eq!(uri, format!("otpauth://totp/Daemun:haruto%40daemun.test?secret={key}&issuer=Daemun"));
    let done = fresh_key();
    let (path, body) = (haruto.act_path("submit"), haruto.act_body(json!({"code": shown(&key, &house, 0)})));
    let codes = haruto.post(&path, &done, &body).await.at("recovery_codes");
    let again = haruto.post(&path, &done, &body).await.at("recovery_codes");
    assert_eq!(codes.flow()["step"], again.flow()["step"]);
    haruto.keep(&again);
    assert_eq!(haruto.read().await.flow()["step"], codes.flow()["step"], "a reload loses nothing");
    is_in(&haruto.act("done", json!({})).await);
    let over = haruto.post(&path, &done, &body).await;
    assert!(!over.text().contains("codes"), "over is over: {}", over.text());

    let directory = house.stop().await;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        files.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let found = |needle: &str| files.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(found("haruto@daemun.test"));
    assert!(!found(&key), "the key");
    for code in codes.flow()["step"]["codes"].as_array().unwrap() {
        let code = code.as_str().unwrap();
        assert!(!found(code) && !found(&code.replace('-', "")), "a recovery code");
    }
}

/// T5: once an authenticator is there, it is a factor after a phone number too: it is no message to that phone.
#[tokio::test]
async fn t5_an_authenticator_follows_a_phone_number_too() {
    let house = strict_house().await;
    let (key, _) = with_authenticator(&house).await;
    house.advance(60);
    let mut haruto = house.visitor();
    haruto.ask_code(HARUTOS_PHONE).await.at("code");
    let step = haruto.submit(json!({"code": house.newest_code("%2B819012345678").await})).await.at("code");
    assert_eq!(step.flow()["step"]["channel"], "authenticator");
    is_in(&haruto.submit(json!({"code": shown(&key, &house, 0)})).await);
}

/// P1: required is asked for at the next sign-in and ends no session.
#[tokio::test]
async fn p1_required_bites_at_the_next_sign_in() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    house.policy("nuri", json!({"two_factor": "required"})).await;
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    let refused =
        house.visitor().send("POST", "/sandbox/workspaces/nuri/policy", &[], br#"{"two_factor": "sometimes"}"#).await;
    assert_eq!(refused.status, 422);
    let told: Value = house.visitor().send("GET", "/sandbox/workspaces/nuri/policy", &[], b"").await.json();
    assert_eq!(told["two_factor"], "required");
}

/// R4, T1: an old password that somebody knows is not renewed by them: the second factor comes first, and once.
#[tokio::test]
async fn t1_an_expired_password_is_renewed_after_the_second_factor() {
    let house = strict_house().await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(31 * 24 * 3600);
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await})).await.at("new_password");
    is_out(&minji);
    is_in(&minji.submit(json!({"password": "bomnal-2026-sanchaek"})).await);
    gives_password(&mut minji, &house, MINJI, "bomnal-2026-sanchaek").await.at("choose_factor");
}

/// T3: a factor that is saved and cannot be reached is no reason to save another: the first factor alone replaces none.
#[tokio::test]
async fn t3_a_saved_factor_that_cannot_be_reached_is_not_replaced() {
    let house = strict_house().await;
    for saved in [
        "personal_email = '', mobile = NULL",
        "personal_email = NULL, mobile = '+82212345678'",
        "personal_email = 'nobody at home', mobile = '0'",
    ] {
        house.sql(&format!("UPDATE account SET {saved} WHERE email = 'haruto@daemun.test'"));
        let mut haruto = house.visitor();
        let notice = gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await;
        notice.notice("second_factor_missing");
        is_out(&haruto);
        house.advance(700);
    }
}

/// T1: what strangers send to a member's contacts, and guess there, keeps no member out who has given the password; nor are
/// they told of it.
#[tokio::test]
async fn t1_strangers_at_the_front_door_keep_nobody_from_the_second_factor() {
    let house = strict_house().await;
    for _ in 0..5 {
        let mut stranger = house.visitor();
        stranger.ask_code(MINJIS_HOME).await.at("code");
        for _ in 0..4 {
            stranger.submit(json!({"code": "000000"})).await;
        }
    }
    let mut stranger = house.visitor();
    stranger.begin(json!({})).await;
    let refused = stranger.submit(json!({"identifier": MINJIS_HOME})).await;
    assert_ne!(refused.step(), "code", "the address has had its share");
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_HOME).await})).await);
}

/// T5: browsers that signed in by the password alone, before there was a second factor, are strangers to it: together they have
/// no more guesses than others.
#[tokio::test]
async fn t5_a_browser_that_knew_the_password_is_a_stranger_to_the_second_factor() {
    let house = House::open().await;
    let mut thieves = Vec::new();
    for _ in 0..6 {
        let mut thief = house.visitor();
        thief.begin(json!({"organisation": "sakura"})).await.at("password");
        is_in(&thief.submit(json!({"identifier": HARUTO, "password": "sakura-Haruto-2024!"})).await);
        thieves.push(thief);
    }
    house.policy("sakura", json!({"two_factor": "required"})).await;
    let (key, _) = with_authenticator(&house).await;
    house.advance(60);
    let mut last = None;
    for thief in &mut thieves {
        thief.cookies.retain(|(name, _)| name != "__Host-daemun_session");
        thief.begin(json!({"organisation": "sakura"})).await.at("password");
        thief.submit(json!({"identifier": HARUTO, "password": "sakura-Haruto-2024!"})).await.at("code");
        for _ in 0..4 {
            last = Some(thief.submit(json!({"code": shown(&key, &house, 9)})).await.status);
        }
    }
    assert_eq!(last, Some(429), "twenty are enough for all of them");
}

/// T4: a number that is unlinked meanwhile proves nothing any more.
#[tokio::test]
async fn t4_a_number_that_is_unlinked_meanwhile_leads_nowhere() {
    let house = strict_house().await;
    let mut thief = house.visitor();
    thief.ask_code(HARUTOS_PHONE).await.at("code");
    thief.submit(json!({"code": house.newest_code("%2B819012345678").await})).await.at("enrol_contact");
    thief.submit(json!({"identifier": "mallory@daemun.test"})).await.at("code");
    house.sql("UPDATE account SET phone = NULL WHERE email = 'haruto@daemun.test'");
    thief.submit(json!({"code": house.newest_code("mallory@daemun.test").await})).await.at("identify");
    is_out(&thief);
    assert_eq!(house.count("SELECT count(*) FROM account WHERE personal_email = 'mallory@daemun.test'"), 0);
}

/// T4: a browser that is remembered by a code to the phone is asked again after a code to the phone.
#[tokio::test]
async fn t4_a_phone_is_no_second_factor_beside_itself() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "sms"})).await.at("code");
    is_in(&minji.submit(json!({"code": house.newest_code(MINJIS_MOBILE).await, "remember": true})).await);
    is_in(&gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await);
    minji.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    minji.ask_code("010-2345-6789").await.at("code");
    minji.submit(json!({"code": house.newest_code("%2B821023456789").await})).await.at("choose_workspace");
    let asked = minji.act("choose", json!({"workspace": "nuri"})).await.at("code");
    assert_eq!(asked.flow()["step"]["channel"], "email");
}

/// T1: another way to the same phone looks at what is saved now, too.
#[tokio::test]
async fn t1_a_changed_number_takes_over_for_a_service_notification_too() {
    let house = strict_house().await;
    let mut minji = house.visitor();
    gives_password(&mut minji, &house, MINJI, MINJIS_PASSWORD).await.at("choose_factor");
    minji.act("choose", json!({"factor": "sms"})).await.at("code");
    house.sql("UPDATE account SET mobile = '+821077770999' WHERE email = 'minji@daemun.test' AND workspace = 'nuri'");
    let code = minji.act("use_notification", json!({})).await.at("code");
    assert!(code.flow()["step"]["sent_to"].as_str().unwrap().ends_with("0999"));
    assert_eq!(house.mails(MINJIS_MOBILE).await.len(), 1, "nothing more to the old one");
    is_in(&minji.submit(json!({"code": house.newest_code("%2B821077770999").await})).await);
}

/// T5: a refusal where a key is shown is repeated as the refusal that it was.
#[tokio::test]
async fn t5_a_refusal_is_repeated_without_the_key() {
    let house = strict_house().await;
    let mut haruto = house.visitor();
    gives_password(&mut haruto, &house, HARUTO, "sakura-Haruto-2024!").await.at("enrol_contact");
    haruto.act("use_authenticator", json!({})).await.at("enrol_authenticator");
    let (path, key) = (haruto.act_path("submit"), fresh_key());
    let body = haruto.act_body(json!({"code": "000000"}));
    let first = haruto.post(&path, &key, &body).await.problem(422, "code_wrong").json();
    let again = haruto.post(&path, &key, &body).await.problem(422, "code_wrong").json();
    assert_eq!((&again["tries_left"], &first["tries_left"]), (&json!(4), &json!(4)), "it cost one try");
    assert!(again.get("flow").is_none());
    haruto.read().await.at("enrol_authenticator");
}
