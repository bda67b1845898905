//! The list of accounts that a browser remembers (FEATURES L6): who is on it, what choosing one opens, and that it is nobody else's.

use serde_json::{Value, json};

use crate::approvals;
use crate::device::Passkey;
use crate::visitor::{Answer, House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const MINJIS_PASSWORD: &str = "nuri-Minji-2024!";
const HARUTO: &str = "haruto@daemun.test";
const HARUTOS_NUMBER: &str = "090-1234-5678";
const HARUTOS_PLACE: &str = "%2B819012345678";

impl Answer {
    /// The accounts that the step lists.
    fn accounts(&self) -> Vec<Value> {
        self.flow()["step"]["accounts"].as_array().cloned().unwrap_or_default()
    }
}

impl Visitor {
    /// The front door, and what it lists.
    async fn door(&mut self) -> Vec<Value> {
        self.begin(json!({})).await.at("identify").accounts()
    }

    /// In by the organisation's ID, remembered or not.
    async fn comes_in(&mut self, organisation: &str, id: &str, password: &str, remember: bool) {
        self.begin(json!({"organisation": organisation})).await.at("password");
        let input = json!({"identifier": id, "password": password, "remember_account": remember});
        is_in(&self.submit(input).await);
    }

    /// The handle of the only account that the front door lists.
    async fn only(&mut self) -> String {
        let listed = self.door().await;
        assert_eq!(listed.len(), 1, "{listed:?}");
        listed[0]["id"].as_str().unwrap().to_owned()
    }

    async fn chooses(&mut self, account: &str) -> Answer {
        self.act("choose", json!({"account": account})).await
    }

    /// Chooses the only account of the front door.
    async fn chooses_only(&mut self) -> Answer {
        let account = self.only().await;
        self.chooses(&account).await
    }
}

#[track_caller]
fn is_in(answer: &Answer) {
    assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
}

/// Minji's browser, signed out, with her account in nuri on its list.
async fn with_minji(house: &House) -> Visitor {
    let mut minji = house.visitor();
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, true).await;
    minji.signs_out();
    minji
}

/// L6: nothing is kept that was not asked for; what is kept is told by name, masked ID, workspace and method.
#[tokio::test]
async fn l6_an_account_is_listed_only_where_its_member_wanted_that() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, false).await;
    minji.signs_out();
    assert_eq!(minji.door().await, Vec::<Value>::new());
    assert!(minji.flow["step"].get("accounts").is_none());
    assert!(!minji.read().await.actions().contains(&"choose".to_owned()));
    assert_eq!(house.count("SELECT count(*) FROM remembered_account"), 0);

    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, true).await;
    minji.signs_out();
    let mut listed = minji.door().await;
    let id = listed[0].as_object_mut().unwrap().remove("id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 22);
    let told =
        json!({"name": "김민지", "identifier": "mi***@daemun.test", "workspace": "누리소프트", "method": "password"});
    assert_eq!(listed, [told]);
    let actions = minji.read().await.actions();
    assert_eq!(actions, ["choose", "forget", "submit", "use_organisation", "use_passkey", "use_provider"]);
}

/// L6: said at the first step, it holds through the code, the choice of a workspace and a second factor.
#[tokio::test]
async fn l6_what_was_said_at_the_first_step_holds_to_the_end() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await.at("identify");
    minji.submit(json!({"identifier": MINJI, "remember_account": true})).await.at("code");
    let code = house.newest_code(MINJI).await;
    minji.submit(json!({"code": code})).await.at("choose_workspace");
    minji.act("choose", json!({"workspace": "nuri"})).await.at("password");
    is_in(&minji.submit(json!({"password": MINJIS_PASSWORD})).await);
    minji.signs_out();
    assert_eq!(minji.only().await.len(), 22);

    // Said otherwise before the end, it is otherwise; said where nobody is asked, it is nothing.
    let mut other = house.visitor();
    other.begin(json!({})).await.at("identify");
    other.submit(json!({"identifier": MINJI, "remember_account": true})).await.at("code");
    other.act("back", json!({})).await.at("identify");
    other.submit(json!({"identifier": MINJI, "remember_account": false})).await.at("code");
    let code = house.newest_code(MINJI).await;
    other.submit(json!({"code": code, "remember_account": true})).await.at("choose_workspace");
    other.act("choose", json!({"workspace": "nuri", "remember_account": true})).await.at("password");
    is_in(&other.submit(json!({"password": MINJIS_PASSWORD, "remember_account": true})).await);
    other.signs_out();
    assert_eq!(other.door().await, Vec::<Value>::new());
}

/// L6: a password that was wrong at first loses nothing of what was said with it.
#[tokio::test]
async fn l6_a_refused_password_keeps_what_was_said() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    let wrong = json!({"identifier": MINJI, "password": "wrong", "remember_account": true});
    minji.submit(wrong).await.problem(422, "credentials_wrong");
    is_in(&minji.submit(json!({"identifier": MINJI, "password": MINJIS_PASSWORD})).await);
    minji.signs_out();
    assert_eq!(minji.door().await.len(), 1);
}

/// L6, E6: several workspaces, each an account of its own; the last one first, and ten at most.
#[tokio::test]
async fn l6_the_account_that_was_used_last_comes_first() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    house.advance(60);
    minji.comes_in("northwind", MINJI, "northwind-Minji-2024!", true).await;
    minji.signs_out();
    let workspaces = |listed: &[Value]| listed.iter().map(|it| it["workspace"].clone()).collect::<Vec<_>>();
    let listed = minji.door().await;
    assert_eq!(workspaces(&listed), ["Northwind Traders", "누리소프트"]);
    let nuri = listed[1]["id"].clone();
    house.advance(60);
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, false).await;
    minji.signs_out();
    let listed = minji.door().await;
    assert_eq!(workspaces(&listed), ["누리소프트", "Northwind Traders"], "it is there already, and was used");
    assert_eq!(listed[0]["id"], nuri, "it keeps its handle");

    let list = "(SELECT list FROM remembered_account LIMIT 1)";
    for number in 0..12 {
        house.sql(&format!(
            "INSERT INTO account (id, workspace, email, name, locale, state)
                 VALUES (9{number:02}, 'sakura', 'more{number}@daemun.test', 'More', 'en', 'active');
             INSERT INTO remembered_account VALUES ({list}, 9{number:02}, 'handle{number}', 'password', 0,
                 (SELECT min(used_at) - 1 FROM remembered_account));"
        ));
    }
    assert_eq!(minji.door().await.len(), 10);
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, false).await;
    assert_eq!(house.count("SELECT count(*) FROM remembered_account"), 10, "the oldest have gone");
}

/// L6: a handle opens nothing in another browser, and neither does one that was made up; nobody else is told anything.
#[tokio::test]
async fn l6_a_handle_is_worth_nothing_elsewhere() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    let own = minji.only().await;
    let mut stranger = house.visitor();
    assert_eq!(stranger.door().await, Vec::<Value>::new());
    for handle in [own.as_str(), "", "1", "AAAAAAAAAAAAAAAAAAAAAA", MINJI] {
        for action in ["choose", "forget", "restore"] {
            stranger.act(action, json!({"account": handle})).await.problem(403, "action_unavailable");
        }
    }
    // Nor where there is a list.
    let mut haruto = house.visitor();
    haruto.comes_in("sakura", HARUTO, "sakura-Haruto-2024!", true).await;
    haruto.signs_out();
    haruto.only().await;
    for handle in [own.as_str(), "", "AAAAAAAAAAAAAAAAAAAAAA"] {
        haruto.chooses(handle).await.problem(422, "input_invalid");
        assert_eq!(haruto.act("forget", json!({"account": handle})).await.at("identify").accounts().len(), 1);
    }
    let missing = haruto.act("choose", json!({})).await.refused();
    assert_eq!(missing, [("/input/account".into(), "required".into())]);
    assert_eq!(minji.only().await, own, "and hers is as it was");
}

/// L6: whoever chooses an account enters the password and nothing else; the ID is told in part, also after the choice.
#[tokio::test]
async fn l6_a_chosen_account_asks_for_its_password() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    let chosen = minji.chooses_only().await.at("password");
    assert_eq!(
        chosen.flow()["step"],
        json!({"id": "2", "type": "password", "identifier": "mi***@daemun.test", "masked": true})
    );
    assert_eq!(chosen.flow()["account"], json!({"identifier": "mi***@daemun.test", "name": "김민지"}));
    assert_eq!(chosen.flow()["workspace"]["id"], "nuri");
    assert!(!String::from_utf8_lossy(&chosen.body).contains(MINJI));
    assert!(house.mails(MINJI).await.is_empty(), "a password is no reason for a mail");
    minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    // Chosen twice, back in between: the same again.
    minji.act("back", json!({})).await.at("identify");
    minji.chooses_only().await.at("password");
    let forgot = minji.act("forgot", json!({})).await.at("request_reset");
    assert!(forgot.flow()["step"].get("email").is_none());
    minji.act("back", json!({})).await.at("password");
    // An ID that is sent along settles nothing.
    let sent = json!({"identifier": "dohyun@daemun.test", "password": MINJIS_PASSWORD});
    let done = minji.submit(sent).await;
    is_in(&done);
    assert_eq!(done.flow()["account"]["name"], "김민지");
}

/// L6: the same act again is answered once more, and does nothing else.
#[tokio::test]
async fn l6_choosing_twice_by_one_key_is_choosing_once() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    let handle = minji.only().await;
    let (path, body, key) = (minji.act_path("choose"), minji.act_body(json!({"account": handle})), fresh_key());
    let first = minji.post(&path, &key, &body).await.at("password").json();
    assert_eq!(minji.post(&path, &key, &body).await.at("password").json(), first);
    minji.post(&path, &fresh_key(), &body).await.problem(409, "stale");
}

/// L6, L8: where the policy lets nobody in but behind a code by mail, so it is from the list.
#[tokio::test]
async fn l6_the_policy_of_the_moment_holds_for_a_chosen_account() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    let chosen = minji.chooses_only().await.at("password");
    house.policy("nuri", json!({"organisation_entry": false})).await;
    let late = minji.submit(json!({"password": MINJIS_PASSWORD})).await.notice("method_not_allowed");
    assert_eq!(late.actions(), ["back", "use_email"]);
    drop(chosen);

    let code = minji.chooses_only().await.at("code");
    assert_eq!(code.flow()["step"]["sent_to"], "mi***@daemun.test");
    assert!(!String::from_utf8_lossy(&code.body).contains(MINJI));
    let wrong = house.wrong_code(MINJI).await;
    minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
    let code = house.newest_code(MINJI).await;
    let password = minji.submit(json!({"code": code})).await.at("password");
    assert_eq!(password.flow()["step"]["identifier"], MINJI, "its mailbox is proven");
    assert_eq!(password.flow()["workspace"]["id"], "nuri", "it was chosen with the account");
    is_in(&minji.submit(json!({"password": MINJIS_PASSWORD})).await);
    minji.signs_out();

    // Back from the code is the list, and no choice of workspaces: nothing was proven.
    minji.chooses_only().await.at("code");
    let back = minji.act("back", json!({})).await.at("identify");
    assert!(back.flow()["step"].get("identifier").is_none());
    house.policy("nuri", json!({"email_entry": false, "phone_entry": false, "device_unlock": false})).await;
    house.sql("DELETE FROM external_identity");
    minji.chooses_only().await.notice("method_not_allowed");
    assert_eq!(minji.act("back", json!({})).await.at("identify").accounts().len(), 1);
}

/// L6, L2: who came in by a code to a phone gets one there, and is told no more of the number than its end.
#[tokio::test]
async fn l6_a_code_to_the_phone_comes_again() {
    let house = House::open().await;
    let mut haruto = house.visitor();
    haruto.begin(json!({})).await.at("identify");
    haruto.submit(json!({"identifier": "+81 90-1234-5678", "remember_account": true})).await.at("code");
    let code = house.newest_code(HARUTOS_PLACE).await;
    is_in(&haruto.submit(json!({"code": code})).await);
    haruto.signs_out();
    let listed = haruto.door().await;
    assert_eq!((&listed[0]["method"], &listed[0]["identifier"]), (&json!("code"), &json!("090-****-5678")));
    let handle = listed[0]["id"].as_str().unwrap().to_owned();
    let sent = haruto.chooses(&handle).await.at("code");
    assert_eq!(
        (&sent.flow()["step"]["channel"], &sent.flow()["step"]["sent_to"]),
        (&json!("sms"), &json!("090-****-5678"))
    );
    let told = String::from_utf8_lossy(&sent.body).into_owned();
    assert!(!told.contains(HARUTOS_NUMBER) && !told.contains("9012345678"), "{told}");
    // The next code has to be waited for here as anywhere.
    haruto.act("resend", json!({})).await.problem(403, "action_unavailable");
    house.advance(31);
    haruto.act("resend", json!({})).await.at("code");
    let code = house.newest_code(HARUTOS_PLACE).await;
    is_in(&haruto.submit(json!({"code": code})).await);
    haruto.signs_out();

    // A method that is denied by now leads to one that is left.
    house.policy("sakura", json!({"phone_entry": false})).await;
    haruto.chooses_only().await.at("password");
}

/// L6, L4, P1: a device's own unlock is asked for at once; without it the password.
#[tokio::test]
async fn l6_a_passkey_is_asked_for_again() {
    let house = House::open().await;
    let (_, mut passkey) = approvals::phone(&house).await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await.at("identify");
    let credential = passkey.unlock(&minji.origin, &minji.flow["step"]["passkey"].clone());
    is_in(&minji.act("use_passkey", json!({"credential": credential, "remember_account": true})).await);
    minji.signs_out();
    assert_eq!(minji.door().await[0]["method"], "passkey");
    let asked = minji.chooses_only().await.at("passkey");
    assert_eq!(asked.flow()["step"]["options"]["allowCredentials"].as_array().unwrap().len(), 1);
    minji.act("back", json!({})).await.at("identify");
    minji.chooses_only().await.at("passkey");
    // Anybody else's unlock opens nothing.
    let (mut stranger, _) =
        Passkey::make(&minji.origin, &json!({"rp": {"id": "localhost"}, "user": {"id": "AAAA"}, "challenge": "AAAA"}));
    let refused = stranger.unlock(&minji.origin, &minji.flow["step"]["options"].clone());
    minji.submit(json!({"credential": refused})).await.problem(422, "passkey_unknown");
    let credential = passkey.unlock(&minji.origin, &minji.flow["step"]["options"].clone());
    is_in(&minji.submit(json!({"credential": credential})).await);
    minji.signs_out();
    minji.chooses_only().await.at("passkey");
    minji.act("use_other", json!({})).await.at("password");
    house.policy("nuri", json!({"device_unlock": false})).await;
    minji.chooses_only().await.at("password");
}

/// L6, L5: the own phone is asked again, and only because it was the last time.
#[tokio::test]
async fn l6_the_own_phone_is_asked_again() {
    let house = House::open().await;
    let (mut phone, mut passkey) = approvals::phone(&house).await;
    let mut pc = with_minji(&house).await;
    pc.chooses_only().await.at("password");
    pc.act("use_mobile", json!({})).await.at("match_number");
    let number = pc.flow["step"]["number"].as_str().unwrap().to_owned();
    phone.looks().await;
    phone.approves(&mut passkey, &number).await;
    is_in(&pc.read().await);
    pc.signs_out();
    assert_eq!(pc.door().await[0]["method"], "mobile");
    pc.chooses_only().await.at("match_number");
    pc.act("back", json!({})).await.at("identify");
    // Too many requests are no dead end.
    pc.chooses_only().await.at("match_number");
    pc.chooses_only().await.at("password");
}

/// L6, L3: the list of providers, for this account alone.
#[tokio::test]
async fn l6_a_provider_is_gone_to_again() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    house.sql("UPDATE remembered_account SET method = 'provider:line'");
    let listed = minji.door().await;
    assert_eq!((&listed[0]["method"], &listed[0]["provider"]), (&json!("provider"), &json!("LINE")));
    let chosen = minji.chooses_only().await.at("provider");
    assert_eq!(chosen.flow()["workspace"]["id"], "nuri");
    // The list is where it was chosen: whoever has no password does not come to where one is asked for.
    minji.act("back", json!({})).await.at("identify");
    minji.chooses_only().await.at("provider");
    house.play("minji_nuri_line_off").await;
    minji.chooses_only().await.at("password");
    house.sql("UPDATE remembered_account SET method = 'provider:one that is here no more'");
    minji.chooses_only().await.at("password");
}

/// L6: who came in by a code to the phone last, and has it not at hand, goes on by whatever else is open; where nothing is, nothing
/// is offered.
#[tokio::test]
async fn l6_another_method_than_a_code() {
    let house = House::open().await;
    let mut haruto = house.visitor();
    haruto.comes_in("sakura", HARUTO, "sakura-Haruto-2024!", true).await;
    haruto.signs_out();
    house.sql("UPDATE remembered_account SET method = 'code'");
    let sent = haruto.chooses_only().await.at("code");
    assert!(sent.actions().contains(&"use_other".to_owned()), "{}", sent.json());
    let password = haruto.act("use_other", json!({})).await.at("password");
    assert_eq!(
        (&password.flow()["step"]["masked"], &password.flow()["account"]["name"]),
        (&json!(true), &json!("佐藤陽翔"))
    );
    assert!(!String::from_utf8_lossy(&password.body).contains(HARUTO));
    is_in(&haruto.submit(json!({"password": "sakura-Haruto-2024!"})).await);
    haruto.signs_out();
    assert_eq!(haruto.door().await[0]["method"], "password", "it is the one that comes first from now on");

    // Where passwords are asked for behind a code by mail alone, that is the other way, and so on in turn.
    house.sql("UPDATE remembered_account SET method = 'code'");
    house.policy("sakura", json!({"organisation_entry": false})).await;
    house.play("sakura_line_off").await;
    haruto.chooses_only().await.at("code");
    let by_mail = haruto.act("use_other", json!({})).await.at("code");
    assert_eq!(
        (&by_mail.flow()["step"]["channel"], &by_mail.flow()["step"]["sent_to"]),
        (&json!("email"), &json!("ha***@daemun.test"))
    );
    assert_eq!(haruto.act("use_other", json!({})).await.at("code").flow()["step"]["channel"], "sms");
    haruto.act("use_other", json!({})).await.at("code");
    let code = house.newest_code(HARUTO).await;
    haruto.submit(json!({"code": code})).await.at("password");

    // The policy may close it while the code is on its way.
    haruto.chooses_only().await.at("code");
    house.policy("sakura", json!({"email_entry": false})).await;
    haruto.act("use_other", json!({})).await.problem(403, "action_unavailable");
    assert!(!haruto.read().await.actions().contains(&"use_other".to_owned()));
    let code = house.newest_code(HARUTOS_PLACE).await;
    is_in(&haruto.submit(json!({"code": code})).await);
}

/// L6, L8: the other way than a device's unlock is one that is open.
#[tokio::test]
async fn l6_another_method_than_a_passkey_is_one_that_is_open() {
    let house = House::open().await;
    let _ = approvals::phone(&house).await;
    let mut minji = with_minji(&house).await;
    house.sql("UPDATE remembered_account SET method = 'passkey'");
    house.policy("nuri", json!({"organisation_entry": false})).await;
    minji.chooses_only().await.at("passkey");
    let by_mail = minji.act("use_other", json!({})).await.at("code");
    assert_eq!(by_mail.flow()["step"]["sent_to"], "mi***@daemun.test");
    assert_eq!(house.newest_code(MINJI).await.len(), 6);
    // All that she has, one after another, and round again.
    assert_eq!(minji.act("use_other", json!({})).await.at("code").flow()["step"]["sent_to"], "010-****-6789");
    minji.act("use_other", json!({})).await.at("provider");
    minji.act("use_other", json!({})).await.at("passkey");
    // What is denied meanwhile is passed over.
    house.policy("nuri", json!({"phone_entry": false})).await;
    house.sql("DELETE FROM external_identity WHERE provider = 'kakao'");
    house.play("minji_nuri_line_off").await;
    minji.act("use_other", json!({})).await.at("code");
    minji.act("use_other", json!({})).await.at("passkey");
    house.policy("nuri", json!({"email_entry": false})).await;
    let alone = minji.read().await;
    assert_eq!(alone.actions(), ["back", "submit"]);
    minji.act("use_other", json!({})).await.problem(403, "action_unavailable");

    // Nor does the own phone lead to where nothing is open.
    house.policy("nuri", json!({"email_entry": true})).await;
    house.sql("UPDATE remembered_account SET method = 'mobile'");
    minji.chooses_only().await.at("match_number");
    minji.act("use_other", json!({})).await.at("passkey");
}

/// L6: a code that has to be waited for is no way on: the next one is.
#[tokio::test]
async fn l6_another_method_passes_over_what_has_to_be_waited_for() {
    let house = House::open().await;
    let _ = approvals::phone(&house).await;
    let mut minji = with_minji(&house).await;
    house.sql("UPDATE remembered_account SET method = 'passkey'");
    house.policy("nuri", json!({"organisation_entry": false})).await;
    for _ in 0..5 {
        minji.chooses_only().await.at("passkey");
        minji.act("use_other", json!({})).await.at("code");
    }
    minji.chooses_only().await.at("passkey");
    assert_eq!(minji.act("use_other", json!({})).await.at("code").flow()["step"]["channel"], "sms");
    house.policy("nuri", json!({"phone_entry": false})).await;
    house.sql("DELETE FROM external_identity");
    minji.chooses_only().await.at("passkey");
    minji.act("use_other", json!({})).await.problem(429, "too_many_requests");
}

/// L6, E2: nor is one whose codes were wrong too often, which a stranger can do to an address too.
#[tokio::test]
async fn l6_a_restricted_code_is_passed_over() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    house.policy("nuri", json!({"organisation_entry": false})).await;
    minji.chooses_only().await.at("code");
    let wrong = house.wrong_code(MINJI).await;
    for _ in 0..4 {
        minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
    }
    minji.submit(json!({"code": wrong})).await.notice("email_restricted");
    assert_eq!(minji.chooses_only().await.at("code").flow()["step"]["channel"], "sms");
    minji.act("use_other", json!({})).await.at("provider");
    assert_eq!(minji.act("use_other", json!({})).await.at("code").flow()["step"]["channel"], "sms");
    // Where nothing else is open, that is what is said.
    house.policy("nuri", json!({"phone_entry": false})).await;
    house.sql("DELETE FROM external_identity");
    minji.chooses_only().await.notice("email_restricted");
}

/// L6: a code to the number is beside the password too.
#[tokio::test]
async fn l6_another_method_than_the_password_is_a_code_to_the_number() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    minji.chooses_only().await.at("password");
    assert_eq!(minji.act("use_other", json!({})).await.at("code").flow()["step"]["channel"], "sms");
    house.policy("nuri", json!({"phone_entry": false})).await;
    minji.chooses_only().await.at("password");
    minji.act("use_other", json!({})).await.problem(403, "action_unavailable");
    // Behind an organisation's door nobody's number is known.
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    assert!(!minji.read().await.actions().contains(&"use_other".to_owned()));
}

/// L6, L3: where a provider alone is left, it is come to, whatever the last method was.
#[tokio::test]
async fn l6_a_provider_that_alone_is_left_is_gone_to() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    house.policy("nuri", json!({"email_entry": false, "phone_entry": false})).await;
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test'");
    minji.chooses_only().await.at("provider");
    house.sql("DELETE FROM external_identity");
    minji.chooses_only().await.notice("method_not_allowed");
}

/// L6: a session that lives in this browser is gone on with at once, to where its member was going; no other is.
#[tokio::test]
async fn l6_who_is_signed_in_here_goes_in_at_once() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, true).await;
    let (session, before) =
        (minji.cookie("__Host-daemun_session").unwrap().to_owned(), house.count("SELECT count(*) FROM session"));
    minji.begin(json!({"return_to": "https://app.example/there"})).await.at("identify");
    let handle = minji.flow["step"]["accounts"][0]["id"].as_str().unwrap().to_owned();
    let done = minji.chooses(&handle).await;
    is_in(&done);
    assert_eq!(done.flow()["redirect_to"], "https://app.example/there");
    assert_eq!(minji.cookie("__Host-daemun_session"), Some(session.as_str()), "it is the same session");
    assert_eq!(house.count("SELECT count(*) FROM session"), before);
    // One that lives elsewhere opens nothing here.
    let mut elsewhere = house.visitor();
    elsewhere.comes_in("nuri", MINJI, MINJIS_PASSWORD, true).await;
    elsewhere.signs_out();
    elsewhere.chooses_only().await.at("password");
    // Nor does another account's.
    minji.comes_in("northwind", MINJI, "northwind-Minji-2024!", false).await;
    minji.chooses_only().await.at("password");
}

/// L6: once signed out everywhere, the password is asked, whatever came last; once, and not where there is none.
#[tokio::test]
async fn l6_signed_out_everywhere_the_password_is_asked_once_more() {
    let house = House::open().await;
    let (phone, mut passkey) = approvals::phone(&house).await;
    let mut minji = house.visitor();
    let by_passkey = async |minji: &mut Visitor, passkey: &mut Passkey| {
        minji.begin(json!({})).await.at("identify");
        let credential = passkey.unlock(&minji.origin, &minji.flow["step"]["passkey"].clone());
        is_in(&minji.act("use_passkey", json!({"credential": credential, "remember_account": true})).await);
    };
    by_passkey(&mut minji, &mut passkey).await;
    let leave = async |visitor: &Visitor| {
        let left = visitor.send("POST", "/home/sign-out", &[("Origin", &visitor.origin)], b"").await;
        assert_eq!(left.status, 303, "{left:?}");
    };
    leave(&minji).await;
    minji.signs_out();
    minji.chooses_only().await.at("passkey");
    leave(&phone).await;
    minji.chooses_only().await.at("password");
    is_in(&minji.submit(json!({"password": MINJIS_PASSWORD})).await);
    minji.signs_out();
    by_passkey(&mut minji, &mut passkey).await;
    minji.signs_out();
    minji.chooses_only().await.at("passkey");
    leave(&minji).await;
    house.advance(13 * 3600);
    minji.chooses_only().await.at("passkey");
    house.sql("UPDATE remembered_account SET signed_out = 1; UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test';");
    minji.chooses_only().await.at("passkey");
}

/// L6: taken off the list, an account can be put back as long as the step stands; nothing but the list changes.
#[tokio::test]
async fn l6_an_account_is_taken_off_and_put_back() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, true).await;
    let sessions = house.count("SELECT count(*) FROM session");
    let handle = minji.only().await;
    let rev = minji.flow["rev"].clone();
    let off = minji.act("forget", json!({"account": handle})).await.at("identify");
    assert_eq!(off.flow()["rev"], rev, "what is typed beside it stays");
    assert_eq!((&off.accounts()[0]["id"], &off.accounts()[0]["forgotten"]), (&json!(handle), &json!(true)));
    assert_eq!(off.actions(), ["restore", "submit", "use_organisation", "use_passkey", "use_provider"]);
    minji.act("choose", json!({"account": handle})).await.problem(403, "action_unavailable");
    assert_eq!(house.count("SELECT count(*) FROM remembered_account"), 0);
    assert_eq!(house.count("SELECT count(*) FROM session"), sessions);
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    // A reload finds it there still; another tab does not.
    assert_eq!(minji.read().await.accounts()[0]["forgotten"], true);
    let mut tab = minji.clone();
    assert_eq!(tab.door().await, Vec::<Value>::new());

    let back = minji.act("restore", json!({"account": handle})).await.at("identify");
    assert_eq!((&back.accounts()[0]["id"], back.accounts()[0].get("forgotten")), (&json!(handle), None));
    minji.act("restore", json!({"account": handle})).await.problem(403, "action_unavailable");
    minji.act("forget", json!({"account": handle})).await.at("identify");
    minji.signs_out();
    minji.submit(json!({"identifier": MINJI})).await.at("code");
    minji.act("back", json!({})).await.at("identify");
    minji.act("restore", json!({"account": handle})).await.problem(403, "action_unavailable");
    assert_eq!(minji.door().await, Vec::<Value>::new());
}

/// L6: of several that were taken off, each comes back by its own name; taken off twice is taken off once.
#[tokio::test]
async fn l6_what_was_taken_off_comes_back_by_its_own_name() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    house.advance(60);
    minji.comes_in("northwind", MINJI, "northwind-Minji-2024!", true).await;
    minji.signs_out();
    let handles: Vec<String> = minji.door().await.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect();
    let forgotten =
        |answer: &Answer| answer.accounts().iter().map(|it| it.get("forgotten").is_some()).collect::<Vec<_>>();
    let mut tab = minji.clone();
    assert_eq!(forgotten(&minji.act("forget", json!({"account": handles[0]})).await), [true, false]);
    assert_eq!(forgotten(&minji.act("forget", json!({"account": handles[0]})).await), [true, false]);
    assert_eq!(forgotten(&minji.act("forget", json!({"account": handles[1]})).await), [true, true]);
    minji.act("forget", json!({"account": handles[1]})).await.problem(403, "action_unavailable");
    assert_eq!(forgotten(&minji.act("restore", json!({"account": "another"})).await), [true, true]);
    assert_eq!(forgotten(&minji.act("restore", json!({"account": handles[1]})).await), [true, false]);
    // Signed in anew meanwhile, it is there once, and not put back beside itself.
    tab.comes_in("northwind", MINJI, "northwind-Minji-2024!", true).await;
    assert_eq!(forgotten(&minji.read().await), [false, false]);
    assert_eq!(house.count("SELECT count(*) FROM remembered_account"), 2);
}

/// L6: signed out everywhere between × and undo, the password is asked for as anywhere else.
#[tokio::test]
async fn l6_undo_after_signing_out_everywhere_asks_for_the_password() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.comes_in("nuri", MINJI, MINJIS_PASSWORD, true).await;
    house.sql("UPDATE remembered_account SET method = 'provider:line'");
    let handle = minji.only().await;
    minji.act("forget", json!({"account": handle})).await.at("identify");
    house.sql("DELETE FROM session");
    minji.signs_out();
    minji.act("restore", json!({"account": handle})).await.at("identify");
    minji.chooses(&handle).await.at("password");
}

/// L6: who is suspended, or belongs to the workspace no more, is on no list, and stays off it.
#[tokio::test]
async fn l6_who_cannot_sign_in_is_not_listed() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    let handle = minji.only().await;
    minji.act("forget", json!({"account": handle})).await.at("identify");
    let mut other = with_minji(&house).await;
    let others = other.only().await;
    house.play("suspend_minji_nuri").await;
    other.chooses(&others).await.problem(403, "action_unavailable");
    assert_eq!(other.read().await.accounts(), Vec::<Value>::new());
    // What was taken off before does not come back either.
    assert_eq!(minji.read().await.accounts(), Vec::<Value>::new());
    minji.act("restore", json!({"account": handle})).await.problem(403, "action_unavailable");
    house.play("lift_suspensions").await;
    assert_eq!(other.door().await, Vec::<Value>::new());

    let mut gone = with_minji(&house).await;
    let handle = gone.only().await;
    house.sql("DELETE FROM account WHERE email = 'minji@daemun.test' AND workspace = 'nuri'");
    gone.chooses(&handle).await.problem(403, "action_unavailable");
    assert_eq!(gone.door().await, Vec::<Value>::new());
    assert_eq!(house.count("SELECT count(*) FROM remembered_account"), 0);
}

/// L6, L9: wrong passwords for a chosen account count like any others.
#[tokio::test]
async fn l6_wrong_passwords_count_for_a_chosen_account() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    minji.chooses_only().await.at("password");
    for _ in 0..9 {
        minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    }
    minji.submit(json!({"password": "wrong"})).await.problem(429, "sign_in_restricted");
    minji.act("back", json!({})).await.at("identify");
    let again = minji.chooses_only().await.at("password");
    assert_eq!(again.flow()["messages"][0]["code"], "sign_in_restricted", "{}", again.json());
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    let typed = json!({"identifier": MINJI, "password": MINJIS_PASSWORD});
    minji.submit(typed).await.problem(429, "sign_in_restricted");
}

/// L6, T1: a second factor is asked for behind a chosen account as behind any.
#[tokio::test]
async fn l6_a_second_factor_follows() {
    let house = House::open().await;
    let mut minji = with_minji(&house).await;
    house.policy("nuri", json!({"two_factor": "required"})).await;
    minji.chooses_only().await.at("password");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    minji.act("back", json!({})).await.at("password");
    assert_eq!(minji.flow["step"]["masked"], true);
}
