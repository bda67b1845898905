//! Passkeys: registered in the settings, and signed in with (FEATURES L4, S4, T5, P1).

use serde_json::{Value, json};

use crate::device::{BACKED_UP, BACKUP_ELIGIBLE, Passkey, Said, USER_PRESENT, USER_VERIFIED, stranger};
use crate::visitor::{Answer, House, Visitor};

const MINJI: &str = "minji@daemun.test";
const MINJIS_PASSWORD: &str = "nuri-Minji-2024!";
const SESSION: &str = "__Host-daemun_session";

impl Visitor {
    async fn settings(&mut self) -> Answer {
        self.begin_with("security", json!({})).await
    }

    fn options(&self) -> Value {
        self.flow["step"]["options"].clone()
    }

    /// Registers a device, and is at the list again.
    async fn registers(&mut self, name: &str) -> Passkey {
        self.open_devices().await;
        self.act("register", json!({})).await.at("register_device");
        let (passkey, made) = Passkey::make(&self.origin, &self.options());
        self.submit(json!({"credential": made, "name": name})).await.at("trusted_devices");
        passkey
    }

    async fn uses(&mut self, passkey: &mut Passkey) -> Answer {
        self.begin(json!({})).await.at("identify");
        let credential = passkey.unlock(&self.origin, &self.flow["step"]["passkey"].clone());
        self.act("use_passkey", json!({"credential": credential})).await
    }
}

/// Minji, in nuri, with her phone registered.
async fn with_passkey(house: &House) -> (Visitor, Passkey) {
    let mut minji = house.visitor();
    minji.sign_in(house, MINJI, "nuri", MINJIS_PASSWORD).await;
    let passkey = minji.registers("Phone").await;
    (minji, passkey)
}

#[track_caller]
fn is_in(answer: &Answer) {
    assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
}

/// S4: a device is registered by its own unlock, called by a name, and told by mail.
#[tokio::test]
async fn s4_a_device_is_registered() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.settings().await.problem(403, "sign_in_required");
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    let empty = minji.open_devices().await;
    assert_eq!(empty.actions(), ["back", "register", "register_key"]);
    assert_eq!(empty.flow()["actions"]["register"], json!({}), "she has signed in a moment ago");
    assert_eq!(empty.flow()["account"], json!({"identifier": MINJI, "name": "김민지"}));

    minji.act("register", json!({})).await.at("register_device");
    let options = minji.options();
    assert_eq!(minji.flow["step"]["kind"], "device");
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["user"]["name"], "minji@daemun.test · 누리소프트");
    let selection = &options["authenticatorSelection"];
    assert_eq!(
        (&selection["authenticatorAttachment"], &selection["residentKey"], &selection["userVerification"]),
        (&json!("platform"), &json!("required"), &json!("required"))
    );
    let (passkey, made) = Passkey::make(&minji.origin, &options);
    for (name, code) in [("", "required"), (" \u{200b} ", "required"), (&"가".repeat(61), "too_long")] {
        let refused = minji.submit(json!({"credential": made, "name": name})).await.refused();
        assert_eq!(refused, [("/input/name".into(), code.into())]);
    }
    // What was refused for its name is not lost.
    let listed = minji.submit(json!({"credential": made, "name": " Minji's phone "})).await.at("trusted_devices");
    let device = listed.flow()["step"]["devices"][0].clone();
    assert_eq!(
        (&device["name"], &device["kind"], &device["here"]),
        (&json!("Minji's phone"), &json!("device"), &json!(true))
    );
    assert_eq!(listed.flow()["messages"][0]["code"], "device_registered");
    let accepted = listed.flow()["step"]["accepted"].clone();
    assert_eq!(accepted["credential_ids"].as_array().unwrap().len(), 1);
    assert_eq!(accepted["user_id"], options["user"]["id"]);
    assert!(house.mails(MINJI).await[0]["text"].as_str().unwrap().contains("Minji's phone"));

    // The same authenticator is not asked for another one.
    minji.act("register", json!({})).await.at("register_device");
    let excluded = minji.options()["excludeCredentials"].clone();
    assert_eq!(excluded.as_array().unwrap().len(), 1);
    minji.act("back", json!({})).await.at("trusted_devices");
    minji.act("back", json!({})).await.at("security");
    is_in(&minji.act("done", json!({})).await);
    assert_eq!(passkey.user.len(), 16);
}

/// L4: whoever has a registered device signs in by its unlock and types nothing; having it and its unlock are two factors.
#[tokio::test]
async fn l4_a_device_signs_in() {
    let house = House::open().await;
    house.policy("nuri", json!({"two_factor": "required"})).await;
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code("minji.home@daemun.test").await;
    is_in(&minji.submit(json!({"code": code})).await);
    let mut passkey = minji.registers("Phone").await;

    // In whatever browser it is: the credential says who it is.
    let mut elsewhere = house.visitor();
    let identify = elsewhere.begin(json!({})).await.at("identify");
    assert_eq!(identify.actions(), ["submit", "use_organisation", "use_passkey", "use_provider"]);
    assert_eq!(identify.flow()["step"]["passkey"]["userVerification"], "required");
    let done = elsewhere.uses(&mut passkey).await;
    is_in(&done);
    assert_eq!(done.flow()["account"]["name"], "김민지");
    assert_eq!(done.flow()["workspace"]["id"], "nuri");
    assert_eq!(elsewhere.send("GET", "/home", &[], b"").await.status, 200);
    // It is told when it was used, and that it is not of this browser.
    let devices = elsewhere.open_devices().await.flow()["step"]["devices"].clone();
    assert!(devices[0]["last_used_at"].is_number());
    assert_eq!(devices[0]["here"], false);
}

/// L4: in the place of the password: of the account that is settled, its own devices alone.
#[tokio::test]
async fn l4_a_device_instead_of_the_password() {
    let house = House::open().await;
    let (_, mut passkey) = with_passkey(&house).await;
    let mut minji = house.visitor();
    let password = minji.reach_password(&house, MINJI, "nuri").await;
    assert!(password.actions().contains(&"use_passkey".to_owned()));
    let asked = minji.act("use_passkey", json!({})).await.at("passkey");
    assert_eq!(asked.actions(), ["back", "submit", "use_other"]);
    assert_eq!(minji.options()["allowCredentials"].as_array().unwrap().len(), 1);
    minji.act("use_other", json!({})).await.at("password");
    minji.act("use_passkey", json!({})).await.at("passkey");
    minji.act("back", json!({})).await.at("password");
    minji.act("use_passkey", json!({})).await.at("passkey");
    let credential = passkey.unlock(&minji.origin, &minji.options());
    is_in(&minji.submit(json!({"credential": credential})).await);

    // Who has none is not offered it, where it is settled who it is.
    let mut emma = house.visitor();
    let password = emma.verify(&house, "emma@daemun.test").await.at("password");
    assert!(!password.actions().contains(&"use_passkey".to_owned()), "{:?}", password.actions());
    // On the organisation's way it is not, so there is nothing to learn.
    let password = emma.begin(json!({"organisation": "nuri"})).await.at("password");
    assert!(password.actions().contains(&"use_passkey".to_owned()));
    emma.act("use_passkey", json!({})).await.at("passkey");
    assert_eq!(emma.options()["allowCredentials"], json!([]));
    // Another member's device is not the one that was asked for, in the settled account's place.
    let (_, mut other) = {
        let mut dohyun = house.visitor();
        dohyun.sign_in(&house, "dohyun@daemun.test", "nuri", "nuri-Dohyun-2024!").await;
        let passkey = dohyun.registers("Laptop").await;
        (dohyun, passkey)
    };
    minji.signs_out();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.act("use_passkey", json!({})).await.at("passkey");
    let credential = other.unlock(&minji.origin, &minji.options());
    minji.submit(json!({"credential": credential})).await.problem(422, "passkey_refused");
    assert!(minji.cookie(SESSION).is_none());
}

/// L4, L8: behind an organisation's door, a passkey of another workspace is as unknown as one of nobody.
#[tokio::test]
async fn l4_a_passkey_of_another_workspace_opens_none_behind_an_organisations_door() {
    let house = House::open().await;
    let (_, mut passkey) = with_passkey(&house).await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "northwind"})).await.at("password");
    minji.act("use_passkey", json!({})).await.at("passkey");
    let credential = passkey.unlock(&minji.origin, &minji.options());
    minji.submit(json!({"credential": credential})).await.problem(422, "passkey_unknown");
    assert!(minji.cookie(SESSION).is_none());
    minji.act("use_other", json!({})).await.at("password");
    // Behind its own it is what it is, as at the front door.
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    minji.act("use_passkey", json!({})).await.at("passkey");
    let credential = passkey.unlock(&minji.origin, &minji.options());
    is_in(&minji.submit(json!({"credential": credential})).await);
}

/// L4, P1: a device of a workspace that lets nobody sign in so any more says so, and what is left.
#[tokio::test]
async fn l4_p1_signing_in_by_devices_is_switched_off() {
    let house = House::open().await;
    let (mut minji, mut passkey) = with_passkey(&house).await;
    house.policy("nuri", json!({"device_unlock": false})).await;
    let mut elsewhere = house.visitor();
    let notice = elsewhere.uses(&mut passkey).await.notice("method_not_allowed");
    assert_eq!(notice.actions(), ["back", "use_email", "use_organisation"]);
    assert!(elsewhere.cookie(SESSION).is_none());
    elsewhere.act("use_email", json!({})).await.at("identify");
    // It is offered nowhere in this workspace.
    let password = elsewhere.reach_password(&house, MINJI, "nuri").await;
    assert!(!password.actions().contains(&"use_passkey".to_owned()));
    let settings = minji.open_devices().await;
    assert_eq!(settings.actions(), ["back", "register_key", "remove", "rename"]);
    assert_eq!(settings.flow()["messages"][0]["code"], "method_not_allowed");
    minji.act("register", json!({})).await.problem(403, "action_unavailable");

    // With no workspace that allows it, nobody is asked for one at all.
    for workspace in ["hanbit", "sakura", "northwind", "gadeuk"] {
        house.policy(workspace, json!({"device_unlock": false})).await;
    }
    let identify = house.visitor().begin(json!({})).await.at("identify");
    assert_eq!(identify.actions(), ["submit", "use_organisation", "use_provider"]);
    assert!(identify.flow()["step"].get("passkey").is_none());

    // Everybody hears when it comes back.
    let before = house.mails("dohyun@daemun.test").await.len();
    house.policy("nuri", json!({"device_unlock": true})).await;
    assert_eq!(house.mails("dohyun@daemun.test").await.len(), before + 1);
    is_in(&elsewhere.uses(&mut passkey).await);
}

/// L4, L9: who is suspended is not let in by a device either.
#[tokio::test]
async fn l4_a_suspended_members_device_does_not_sign_in() {
    let house = House::open().await;
    let (_, mut passkey) = with_passkey(&house).await;
    house.play("suspend_minji_nuri").await;
    let mut elsewhere = house.visitor();
    elsewhere.uses(&mut passkey).await.notice("account_suspended");
    assert!(elsewhere.cookie(SESSION).is_none());
    elsewhere.act("back", json!({})).await.at("identify");
}

/// S4: who has signed in a while ago gives the password once more before a device is added, and all that is asked for besides.
#[tokio::test]
async fn s4_adding_a_device_takes_a_fresh_proof() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    let session = minji.cookie(SESSION).map(str::to_owned);
    house.advance(601);
    let settings = minji.open_devices().await;
    assert_eq!(settings.flow()["actions"]["register"], json!({"proof": "fresh"}));
    let password = minji.act("register", json!({})).await.at("password");
    assert_eq!(password.actions(), ["back", "submit"]);
    assert_eq!(password.flow()["step"]["identifier"], MINJI);
    minji.act("back", json!({})).await.at("trusted_devices");
    minji.act("register", json!({})).await.at("password");
    minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("register_device");
    // The session's id is another one, and she is the same member as before.
    assert_ne!(minji.cookie(SESSION).map(str::to_owned), session);
    let (mut passkey, made) = Passkey::make(&minji.origin, &minji.options());
    minji.submit(json!({"credential": made, "name": "Phone"})).await.at("trusted_devices");
    assert_eq!(minji.flow["actions"]["register"], json!({}), "the proof is fresh");
    assert_eq!(minji.begin(json!({})).await.step(), "choose_workspace", "the address is known still");

    // A device proves it too.
    house.advance(601);
    minji.open_devices().await;
    minji.act("register_key", json!({})).await.at("password");
    minji.act("use_passkey", json!({})).await.at("passkey");
    let credential = passkey.unlock(&minji.origin, &minji.options());
    minji.submit(json!({"credential": credential})).await.at("register_device");
    assert_eq!(minji.flow["step"]["kind"], "security_key");

    // Where a second factor is asked for, it is asked for here as well.
    house.policy("nuri", json!({"two_factor": "required"})).await;
    house.advance(601);
    minji.open_devices().await;
    minji.act("register", json!({})).await.at("password");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code("minji.home@daemun.test").await;
    minji.submit(json!({"code": code})).await.at("register_device");
}

/// S4: settings are of who is signed in, and of nobody else.
#[tokio::test]
async fn s4_settings_end_with_the_session() {
    let house = House::open().await;
    let (mut minji, _) = with_passkey(&house).await;
    // The browser's flow, without its session: another member signed in meanwhile, or nobody.
    let mut nobody = minji.clone();
    nobody.signs_out();
    let read = nobody.read().await;
    assert_eq!((&read.flow()["status"], &read.flow()["reason"]), (&json!("ended"), &json!("signed_out")));
    assert!(!read.text().contains("Phone"));
    nobody.act("remove", json!({"device": "1"})).await.problem(409, "stale");
    assert_eq!(house.count("SELECT count(*) FROM passkey"), 1);
    // For the browser it is over for good.
    assert_eq!(minji.read().await.flow()["reason"], "signed_out");

    let mut dohyun = minji.clone();
    dohyun.signs_out();
    minji.open_devices().await;
    let flow = minji.flow.clone();
    dohyun.sign_in(&house, "dohyun@daemun.test", "nuri", "nuri-Dohyun-2024!").await;
    dohyun.flow = flow;
    assert_eq!(dohyun.read().await.flow()["reason"], "signed_out");
    // What is suspended ends too, and what was signed out.
    minji.open_devices().await;
    house.play("suspend_minji_nuri").await;
    assert_eq!(minji.read().await.flow()["reason"], "signed_out");
}

/// S4: devices are called otherwise and removed; nobody touches another member's.
#[tokio::test]
async fn s4_devices_are_renamed_and_removed() {
    let house = House::open().await;
    let (mut minji, mut passkey) = with_passkey(&house).await;
    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, "dohyun@daemun.test", "nuri", "nuri-Dohyun-2024!").await;
    dohyun.open_devices().await;
    dohyun.act("rename", json!({"device": "1", "name": "Mine"})).await.problem(403, "action_unavailable");
    dohyun.registers("Laptop").await;
    for device in ["1", "0", "-1", "99", "x", ""] {
        dohyun.act("rename", json!({"device": device, "name": "Mine"})).await.problem(422, "input_invalid");
        dohyun.act("remove", json!({"device": device})).await.problem(422, "input_invalid");
    }
    let refused = minji.act("rename", json!({"device": "1", "name": ""})).await.refused();
    assert_eq!(refused, [("/input/name".into(), "required".into())]);
    let renamed = minji.act("rename", json!({"device": "1", "name": "New phone"})).await.at("trusted_devices");
    assert_eq!(renamed.flow()["step"]["devices"][0]["name"], "New phone");
    let removed = minji.act("remove", json!({"device": "1"})).await.at("trusted_devices");
    assert_eq!(removed.flow()["messages"][0]["code"], "device_removed");
    assert_eq!(removed.flow()["step"]["devices"], json!([]));
    assert!(house.mails(MINJI).await[0]["text"].as_str().unwrap().contains("New phone"));
    house.visitor().uses(&mut passkey).await.problem(422, "passkey_unknown");
}

/// S4: a way in is taken away by whoever has just proven who they are, and nobody else who sits there.
#[tokio::test]
async fn s4_removing_a_device_asks_for_a_fresh_proof() {
    let house = House::open().await;
    let (mut minji, _passkey) = with_passkey(&house).await;
    let asks = |answer: &Answer| answer.flow()["actions"]["remove"]["proof"].clone();
    assert_eq!(asks(&minji.open_devices().await), json!(null));
    house.advance(11 * 60);
    assert_eq!(asks(&minji.open_devices().await), "fresh", "said before");
    minji.act("remove", json!({"device": "99"})).await.problem(422, "input_invalid");
    minji.act("remove", json!({"device": "1"})).await.at("password");
    let back = minji.act("back", json!({})).await.at("trusted_devices");
    assert_eq!(back.flow()["step"]["devices"].as_array().unwrap().len(), 1, "nothing was proven");
    minji.act("remove", json!({"device": "1"})).await.at("password");
    minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    let removed = minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("trusted_devices");
    assert_eq!(removed.flow()["messages"][0]["code"], "device_removed");
    assert_eq!(removed.flow()["step"]["devices"], json!([]));

    // One that has gone elsewhere meanwhile is not told of twice.
    minji.registers("Again").await;
    house.advance(11 * 60);
    let device = minji.open_devices().await.flow()["step"]["devices"][0]["id"].clone();
    minji.act("remove", json!({"device": device})).await.at("password");
    house.sql("DELETE FROM passkey");
    let mails = house.mails(MINJI).await.len();
    let gone = minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("trusted_devices");
    assert_eq!((gone.flow()["step"]["devices"].clone(), gone.flow().get("messages")), (json!([]), None));
    assert_eq!(house.mails(MINJI).await.len(), mails);
}

/// S4: whoever could only prove who they are by the device that is to go, which may be lost, signs in anew for that.
#[tokio::test]
async fn s4_a_lost_device_is_not_asked_for_its_own_removal() {
    let house = House::open().await;
    let (mut minji, _passkey) = with_passkey(&house).await;
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test'");
    house.advance(11 * 60);
    minji.open_devices().await;
    let ended = minji.act("remove", json!({"device": "1"})).await.flow();
    assert_eq!((&ended["status"], &ended["reason"]), (&json!("ended"), &json!("signed_out")), "{ended}");
    assert_eq!(house.count("SELECT count(*) FROM passkey"), 1);
}

/// S4: whoever has no other way in is told so of the only device.
#[tokio::test]
async fn s4_the_last_way_in_is_said() {
    let house = House::open().await;
    let (mut minji, _passkey) = with_passkey(&house).await;
    house.policy("nuri", json!({"email_entry": false, "phone_entry": false})).await;
    house.sql("DELETE FROM external_identity");
    assert_eq!(minji.open_devices().await.flow()["step"]["devices"][0].get("last"), None, "there is her password");
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test'");
    assert_eq!(minji.open_devices().await.flow()["step"]["devices"][0]["last"], true);
    // It is her own to give up.
    minji.act("remove", json!({"device": "1"})).await.at("trusted_devices");
}

/// S4: one device holds trusted devices of five accounts at most; a security key is carried about and is none.
#[tokio::test]
async fn s4_a_sixth_account_is_refused_on_one_device() {
    let house = House::open().await;
    let mut browser = house.visitor();
    let members = [
        (MINJI, "nuri", MINJIS_PASSWORD),
        (MINJI, "hanbit", "hanbit-Minji-2024!"),
        (MINJI, "northwind", "northwind-Minji-2024!"),
        ("dohyun@daemun.test", "nuri", "nuri-Dohyun-2024!"),
        ("emma@daemun.test", "northwind", "northwind-Emma-2024!"),
    ];
    for (email, workspace, password) in members {
        browser.signs_out();
        browser.sign_in(&house, email, workspace, password).await;
        browser.registers("Shared").await;
    }
    browser.signs_out();
    browser.sign_in(&house, "haruto@daemun.test", "sakura", "sakura-Haruto-2024!").await;
    browser.open_devices().await;
    browser.act("register", json!({})).await.problem(422, "device_full");
    browser.act("register_key", json!({})).await.at("register_device");
    let (_, made) = Passkey::make(&browser.origin, &browser.options());
    browser.submit(json!({"credential": made, "name": "Key"})).await.at("trusted_devices");
    // Who is among the five may register it again; and one that goes makes room.
    browser.signs_out();
    browser.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    browser.registers("Again").await;
    let devices = browser.flow["step"]["devices"].clone();
    for device in devices.as_array().unwrap() {
        browser.act("remove", json!({"device": device["id"]})).await.at("trusted_devices");
    }
    browser.signs_out();
    browser.sign_in(&house, "haruto@daemun.test", "sakura", "sakura-Haruto-2024!").await;
    browser.registers("Sixth").await;
}

/// T5: a security key as the second factor behind a password.
#[tokio::test]
async fn t5_a_security_key_as_second_factor() {
    let house = House::open().await;
    let mut taeyang = house.visitor();
    taeyang.reach_password(&house, "taeyang@daemun.test", "nuri").await;
    taeyang.submit(json!({"password": "nuri-Taeyang-2024!"})).await.at("choose_factor");
    taeyang.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code("taeyang.home@daemun.test").await;
    is_in(&taeyang.submit(json!({"code": code})).await);
    taeyang.open_devices().await;
    taeyang.act("register_key", json!({})).await.at("register_device");
    assert_eq!(taeyang.options()["authenticatorSelection"]["authenticatorAttachment"], "cross-platform");
    let (mut key, made) = Passkey::make(&taeyang.origin, &taeyang.options());
    taeyang.submit(json!({"credential": made, "name": "Key"})).await.at("trusted_devices");

    // Also where nobody signs in by devices alone.
    house.policy("nuri", json!({"device_unlock": false})).await;
    taeyang.signs_out();
    taeyang.reach_password(&house, "taeyang@daemun.test", "nuri").await;
    let factors = taeyang.submit(json!({"password": "nuri-Taeyang-2024!"})).await.at("choose_factor");
    let factors: Vec<Value> =
        factors.flow()["step"]["factors"].as_array().unwrap().iter().map(|f| f["id"].clone()).collect();
    assert_eq!(factors, ["email", "sms", "passkey"]);
    taeyang.act("choose", json!({"factor": "passkey"})).await.at("passkey");
    assert_eq!(taeyang.options()["allowCredentials"].as_array().unwrap().len(), 1);
    taeyang.act("use_other", json!({})).await.at("choose_factor");
    taeyang.act("choose", json!({"factor": "passkey"})).await.at("passkey");
    let wrong = key.unlock_with(&taeyang.origin, &taeyang.options(), |said| said.secret = stranger());
    taeyang.submit(json!({"credential": wrong})).await.problem(422, "passkey_refused");
    assert!(taeyang.cookie(SESSION).is_none());
    // A key whose credential was named need not say whose it is.
    let right = key.unlock_with(&taeyang.origin, &taeyang.options(), |said| said.user = None);
    is_in(&taeyang.submit(json!({"credential": right})).await);
}

/// L4: a counter that stands still or goes back is a copy's; the member hears of it.
#[tokio::test]
async fn l4_a_cloned_authenticator_is_refused() {
    let house = House::open().await;
    let (_, mut passkey) = with_passkey(&house).await;
    let mut clone = passkey.clone();
    is_in(&house.visitor().uses(&mut passkey).await);
    is_in(&house.visitor().uses(&mut passkey).await);
    let before = house.mails(MINJI).await.len();
    house.visitor().uses(&mut clone).await.problem(422, "passkey_refused");
    house.visitor().uses(&mut clone).await.problem(422, "passkey_refused");
    assert_eq!(house.mails(MINJI).await.len(), before + 2);
    is_in(&house.visitor().uses(&mut passkey).await);
}

/// L4: a challenge is good once, in its own flow and at its own step, and the step has another one after a refusal.
#[tokio::test]
async fn l4_a_challenge_is_good_once() {
    let house = House::open().await;
    let (_, mut passkey) = with_passkey(&house).await;
    let mut one = house.visitor();
    one.begin(json!({})).await.at("identify");
    let asked = one.flow["step"]["passkey"].clone();
    assert_eq!(one.read().await.flow()["step"]["passkey"], asked, "looking renews nothing");
    let refused = passkey.unlock_with(&one.origin, &asked, |said| said.flags = USER_PRESENT);
    one.act("use_passkey", json!({"credential": refused})).await.problem(422, "passkey_refused");
    let renewed = one.flow["step"]["passkey"].clone();
    assert_ne!(renewed["challenge"], asked["challenge"]);
    let late = passkey.unlock(&one.origin, &asked);
    one.act("use_passkey", json!({"credential": late})).await.problem(422, "passkey_refused");

    // Another flow's, also of the same browser.
    let mut other = one.clone();
    other.begin(json!({})).await.at("identify");
    let theirs = passkey.unlock(&other.origin, &one.flow["step"]["passkey"].clone());
    other.act("use_passkey", json!({"credential": theirs})).await.problem(422, "passkey_refused");
    let right = passkey.unlock(&other.origin, &other.flow["step"]["passkey"].clone());
    is_in(&other.act("use_passkey", json!({"credential": right.clone()})).await);
    // Replayed in a new flow it opens nothing.
    let mut replayer = house.visitor();
    replayer.begin(json!({})).await.at("identify");
    replayer.act("use_passkey", json!({"credential": right})).await.problem(422, "passkey_refused");
    assert!(replayer.cookie(SESSION).is_none());
}

/// A name and what is said otherwise than it is.
type Lie = (&'static str, fn(&mut Said));

/// L4: whatever is not as it should be keeps an assertion from counting (WebAuthn Level 3 §7.2).
const LIES: &[Lie] = &[
    ("another type", |s| s.client_data["type"] = json!("webauthn.create")),
    ("a type in other letters", |s| s.client_data["type"] = json!("WebAuthn.get")),
    ("an empty type", |s| s.client_data["type"] = json!("")),
    ("a payment's type", |s| s.client_data["type"] = json!("payment.get")),
    ("no type", |s| s.client_data["type"] = Value::Null),
    ("another challenge", |s| s.client_data["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
    ("an empty challenge", |s| s.client_data["challenge"] = json!("")),
    ("a challenge with padding", |s| {
        s.client_data["challenge"] = json!(format!("{}==", s.client_data["challenge"].as_str().unwrap()))
    }),
    ("a longer challenge", |s| {
        s.client_data["challenge"] = json!(format!("{}AAAA", s.client_data["challenge"].as_str().unwrap()))
    }),
    ("half a challenge", |s| {
        s.client_data["challenge"] = json!(s.client_data["challenge"].as_str().unwrap()[..8].to_owned())
    }),
    ("no challenge", |s| s.client_data["challenge"] = Value::Null),
    ("a challenge that is a number", |s| s.client_data["challenge"] = json!(7)),
    ("another origin", |s| s.client_data["origin"] = json!("https://evil.example")),
    ("another port", |s| s.client_data["origin"] = json!("http://localhost:1")),
    ("another scheme", |s| {
        s.client_data["origin"] = json!(s.client_data["origin"].as_str().unwrap().replace("http:", "https:"))
    }),
    ("a subdomain", |s| {
        s.client_data["origin"] = json!(s.client_data["origin"].as_str().unwrap().replace("localhost", "a.localhost"))
    }),
    ("a suffix", |s| s.client_data["origin"] = json!("http://localhost.evil.example")),
    ("a bare address", |s| {
        s.client_data["origin"] = json!(s.client_data["origin"].as_str().unwrap().replace("localhost", "127.0.0.1"))
    }),
    ("a null origin", |s| s.client_data["origin"] = json!("null")),
    ("an app's origin", |s| s.client_data["origin"] = json!("android:apk-key-hash:AAAA")),
    ("no origin", |s| s.client_data["origin"] = Value::Null),
    ("a frame of another origin", |s| s.client_data["crossOrigin"] = json!(true)),
    ("a frame that says where it is", |s| s.client_data["topOrigin"] = json!("https://evil.example")),
    ("another relying party", |s| s.rp_id = "evil.example".into()),
    ("a relying party in capitals", |s| s.rp_id = "LOCALHOST".into()),
    ("an empty relying party", |s| s.rp_id = String::new()),
    ("a relying party above", |s| s.rp_id = "host".into()),
    ("nobody present", |s| s.flags = USER_VERIFIED),
    ("nobody verified", |s| s.flags = USER_PRESENT),
    ("no flags", |s| s.flags = 0),
    ("backed up all of a sudden", |s| s.flags |= BACKED_UP),
    ("to be backed up all of a sudden", |s| s.flags |= BACKUP_ELIGIBLE),
    ("flags of extensions that are not there", |s| s.flags |= 0x80),
    ("flags of a credential that is not there", |s| s.flags |= 0x40),
    ("another key", |s| s.secret = stranger()),
    ("another member", |s| s.user = Some(vec![7; 16])),
    ("no member", |s| s.user = Some(Vec::new())),
    ("half a member", |s| s.user = s.user.take().map(|user| user[..8].to_vec())),
    ("a member and more", |s| s.user = s.user.take().map(|user| [user, vec![0]].concat())),
    ("no signature", |s| s.spoil = |a| a["response"]["signature"] = json!("")),
    ("half a signature", |s| s.spoil = |a| cut(&mut a["response"]["signature"])),
    ("a flipped signature", |s| s.spoil = |a| flip(&mut a["response"]["signature"])),
    ("a signature that is no base64url", |s| s.spoil = |a| a["response"]["signature"] = json!("+/=")),
    ("flipped data", |s| s.spoil = |a| flip(&mut a["response"]["authenticatorData"])),
    ("half the data", |s| s.spoil = |a| cut(&mut a["response"]["authenticatorData"])),
    ("no data", |s| s.spoil = |a| a["response"]["authenticatorData"] = json!("")),
    ("more data", |s| s.spoil = |a| lengthen(&mut a["response"]["authenticatorData"])),
    ("flipped client data", |s| s.spoil = |a| flip(&mut a["response"]["clientDataJSON"])),
    ("half the client data", |s| s.spoil = |a| cut(&mut a["response"]["clientDataJSON"])),
    ("no client data", |s| s.spoil = |a| a["response"]["clientDataJSON"] = json!("")),
    ("client data with a space more", |s| {
        s.spoil = |a| {
            a["response"]["clientDataJSON"] =
                json!(format!("{}IA", a["response"]["clientDataJSON"].as_str().unwrap().trim_end_matches('=')))
        }
    }),
    ("client data that is a list", |s| s.spoil = |a| a["response"]["clientDataJSON"] = json!("W10")),
    ("another kind of credential", |s| s.spoil = |a| a["type"] = json!("password")),
];

/// What keeps a request from being one of the protocol at all.
const NOT_OF_THE_PROTOCOL: &[Lie] = &[
    ("no response", |s| s.spoil = |a| a["response"] = Value::Null),
    ("a response that is a text", |s| s.spoil = |a| a["response"] = json!("yes")),
    ("no ID", |s| s.spoil = |a| a["rawId"] = Value::Null),
    ("no results of extensions", |s| s.spoil = |a| a["clientExtensionResults"] = Value::Null),
];

fn altered(value: &mut Value, alter: fn(&mut Vec<u8>)) {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut bytes = URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap();
    alter(&mut bytes);
    *value = json!(URL_SAFE_NO_PAD.encode(bytes));
}

fn flip(value: &mut Value) {
    altered(value, |bytes| bytes[5] ^= 1);
}

fn cut(value: &mut Value) {
    altered(value, |bytes| bytes.truncate(bytes.len() / 2));
}

fn lengthen(value: &mut Value) {
    altered(value, |bytes| bytes.push(0));
}

#[tokio::test]
async fn l4_no_lie_signs_in() {
    let house = House::open().await;
    let (_, mut passkey) = with_passkey(&house).await;
    assert!(LIES.len() >= 50, "{}", LIES.len());
    let mut visitor = house.visitor();
    visitor.begin(json!({})).await.at("identify");
    for (name, lie) in LIES {
        let options = visitor.flow["step"]["passkey"].clone();
        let credential = passkey.unlock_with(&visitor.origin, &options, lie);
        let answer = visitor.act("use_passkey", json!({"credential": credential})).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (422, &json!("passkey_refused")),
            "{name}: {}",
            answer.text()
        );
        assert!(visitor.cookie(SESSION).is_none(), "{name}");
    }
    for (name, lie) in NOT_OF_THE_PROTOCOL {
        let options = visitor.flow["step"]["passkey"].clone();
        let credential = passkey.unlock_with(&visitor.origin, &options, lie);
        let answer = visitor.act("use_passkey", json!({"credential": credential})).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("malformed")), "{name}: {}", answer.text());
    }
    for id in ["", "AA", "not base64url!", &"A".repeat(2000)] {
        let options = visitor.flow["step"]["passkey"].clone();
        let mut credential = passkey.unlock(&visitor.origin, &options);
        credential["rawId"] = json!(id);
        visitor.act("use_passkey", json!({"credential": credential})).await.problem(422, "passkey_unknown");
    }
    let refused = visitor.act("use_passkey", json!({})).await.refused();
    assert_eq!(refused, [("/input/credential".into(), "required".into())]);
    // And the truth does.
    let options = visitor.flow["step"]["passkey"].clone();
    let credential = passkey.unlock(&visitor.origin, &options);
    is_in(&visitor.act("use_passkey", json!({"credential": credential})).await);
}

/// S4: whatever is not as it should be keeps a device from being registered (WebAuthn Level 3 §7.1).
#[tokio::test]
async fn s4_no_lie_registers_a_device() {
    const LIES: &[Lie] = &[
        ("another type", |s| s.client_data["type"] = json!("webauthn.get")),
        ("another challenge", |s| s.client_data["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("another origin", |s| s.client_data["origin"] = json!("https://evil.example")),
        ("a frame of another origin", |s| s.client_data["crossOrigin"] = json!(true)),
        ("another relying party", |s| s.rp_id = "evil.example".into()),
        ("nobody present", |s| s.flags = USER_VERIFIED),
        ("nobody verified", |s| s.flags = USER_PRESENT),
        ("backed up, and not to be", |s| s.flags |= BACKED_UP),
        ("an assertion", |s| {
            s.spoil = |a| a["response"] = json!({"clientDataJSON": "e30", "authenticatorData": "", "signature": ""})
        }),
        ("half an attestation", |s| s.spoil = |a| cut(&mut a["response"]["attestationObject"])),
        ("no attestation", |s| s.spoil = |a| a["response"]["attestationObject"] = json!("")),
        ("another kind of credential", |s| s.spoil = |a| a["type"] = json!("password")),
    ];
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    minji.open_devices().await;
    minji.act("register", json!({})).await.at("register_device");
    for (name, lie) in LIES {
        let (_, made) = Passkey::make_with(&minji.origin, &minji.options(), lie);
        let answer = minji.submit(json!({"credential": made, "name": "Phone"})).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (422, &json!("passkey_refused")),
            "{name}: {}",
            answer.text()
        );
    }
    assert_eq!(house.count("SELECT count(*) FROM passkey"), 0);
    // One that somebody has is nobody else's.
    let (_, made) = Passkey::make(&minji.origin, &minji.options());
    minji.submit(json!({"credential": made, "name": "Phone"})).await.at("trusted_devices");
    let taken = made["rawId"].as_str().unwrap().to_owned();
    minji.act("register", json!({})).await.at("register_device");
    let (_, again) = Passkey::make_with(&minji.origin, &minji.options(), |said| {
        use base64::Engine;
        said.id = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&taken).unwrap();
    });
    minji.submit(json!({"credential": again, "name": "Phone"})).await.problem(422, "passkey_refused");
    assert_eq!(house.count("SELECT count(*) FROM passkey"), 1);
}
