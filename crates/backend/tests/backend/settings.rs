//! A member's own settings: what they list, and where the member is signed in (FEATURES S1).

use serde_json::{Value, json};

use crate::visitor::{Answer, House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const MINJIS_PASSWORD: &str = "nuri-Minji-2024!";
const DOHYUN: &str = "dohyun@daemun.test";
const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

impl Answer {
    /// One of the settings.
    pub fn item(&self, kind: &str) -> Value {
        let flow = self.flow();
        let items = flow["step"]["items"].as_array().unwrap_or_else(|| panic!("no items: {flow}"));
        items.iter().find(|item| item["type"] == kind).unwrap_or_else(|| panic!("no {kind}: {flow}")).clone()
    }

    fn sessions(&self) -> Vec<Value> {
        self.flow()["step"]["sessions"].as_array().unwrap_or_else(|| panic!("{}", self.json())).clone()
    }
}

impl Visitor {
    pub async fn open_settings(&mut self) -> Answer {
        self.begin_with("security", json!({})).await.at("security")
    }

    async fn open_sessions(&mut self) -> Answer {
        self.open_settings().await;
        self.act("show_sessions", json!({})).await.at("sessions")
    }
}

/// Minji at a browser of her own, in nuri.
pub async fn minji_in(house: &House) -> Visitor {
    let mut minji = house.visitor();
    minji.sign_in(house, MINJI, "nuri", MINJIS_PASSWORD).await;
    minji
}

/// S1: everything is listed with its state; why something is missing is said.
#[tokio::test]
async fn s1_settings_list_everything_with_its_state() {
    let house = House::open().await;
    house.visitor().begin_with("security", json!({})).await.problem(403, "sign_in_required");
    let mut minji = minji_in(&house).await;
    let seen = minji.open_settings().await;
    assert_eq!(seen.flow()["account"], json!({"identifier": MINJI, "name": "김민지"}));
    let kinds: Vec<_> = seen.flow()["step"]["items"].as_array().unwrap().iter().map(|it| it["type"].clone()).collect();
    assert_eq!(kinds, ["password", "phone", "identities", "devices", "two_factor", "quick_login", "sessions"]);
    assert_eq!((&seen.item("password")["set"], seen.item("password").get("expires_at")), (&json!(true), None));
    assert_eq!(seen.item("phone"), json!({"type": "phone", "linked": "010-****-6789", "last": false}));
    assert_eq!(seen.item("devices"), json!({"type": "devices", "count": 0}));
    assert_eq!(seen.item("two_factor")["on"], false);
    assert_eq!(seen.item("sessions"), json!({"type": "sessions", "count": 1}));

    house.policy("nuri", json!({"password_max_age_days": 90})).await;
    let set_at =
        house.count("SELECT password_set_at FROM account WHERE email = 'minji@daemun.test' AND workspace = 'nuri'");
    assert_eq!(minji.read().await.item("password")["expires_at"], set_at + 90 * 24 * 3_600_000);

    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    let seen = dohyun.open_settings().await;
    assert_eq!(seen.item("password")["identifier"], "dohyun", "the ID that he registered");
    assert!(seen.item("phone").get("linked").is_none());
    // Each his own.
    assert_eq!(seen.item("sessions")["count"], 1);
}

/// S1, P1: what the policy forbids is listed all the same, with its state and why; by the policy of the moment.
#[tokio::test]
async fn s1_what_the_policy_forbids_says_why() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    minji.open_settings().await;
    let forbids = json!({"phone_entry": false, "device_unlock": false, "two_factor": "required"});
    house.policy("nuri", forbids).await;
    let seen = minji.read().await;
    assert_eq!(seen.item("phone")["missing"], "not_allowed");
    assert_eq!(seen.item("phone")["linked"], "010-****-6789", "it stays linked, and opens nothing");
    assert_eq!(seen.item("devices")["missing"], "not_allowed");
    assert_eq!(
        (&seen.item("two_factor")["on"], &seen.item("two_factor")["missing"]),
        (&json!(true), &json!("required"))
    );
    assert!(seen.actions().contains(&"show_devices".to_owned()), "a security key is a second factor still");
}

/// S1, S4: the devices and the sessions lie behind it, and back leads to it; done leads to where the member came from.
#[tokio::test]
async fn s1_devices_and_sessions_are_reached_from_it() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    minji.begin_with("security", json!({"return_to": "https://app.example/x"})).await.at("security");
    minji.act("show_devices", json!({})).await.at("trusted_devices");
    minji.act("show_sessions", json!({})).await.problem(403, "action_unavailable");
    minji.act("back", json!({})).await.at("security");
    minji.act("show_sessions", json!({})).await.at("sessions");
    minji.act("done", json!({})).await.problem(403, "action_unavailable");
    minji.act("back", json!({})).await.at("security");
    minji.act("back", json!({})).await.problem(403, "action_unavailable");
    let done = minji.act("done", json!({})).await.flow();
    assert_eq!((&done["status"], &done["redirect_to"]), (&json!("complete"), &json!("https://app.example/x")));
}

/// S1: each session with its browser, its place, since when and when it was seen last; a fresh proof makes no other one of it.
#[tokio::test]
async fn s1_sessions_are_told_apart() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    house.advance(300);
    let elsewhere = minji_in(&house).await;
    house.advance(400);
    let home = elsewhere.send("GET", "/home", &[("User-Agent", CHROME)], b"").await;
    assert_eq!(home.status, 200);
    let listed = minji.open_sessions().await;
    let sessions = listed.sessions();
    assert_eq!((sessions.len(), &sessions[0]["here"], &sessions[1]["here"]), (2, &json!(true), &json!(false)));
    assert_eq!((&sessions[1]["browser"], &sessions[1]["place"]), (&json!("Chrome, Windows"), &json!("127.0.0.x")));
    let time = |session: &Value, name: &str| session[name].as_u64().unwrap();
    assert_eq!(time(&sessions[1], "last_seen_at") - time(&sessions[1], "signed_in_at"), 400_000, "looking in is use");
    assert_eq!(time(&sessions[0], "last_seen_at"), listed.flow()["server_time"].as_u64().unwrap());
    assert!(!listed.text().contains("__Host"), "nothing that opens anything");

    let kept = sessions[0].clone();
    house.advance(601);
    minji.open_devices().await;
    minji.act("register_key", json!({})).await.at("password");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("register_device");
    let renewed = minji.open_sessions().await.sessions();
    assert_eq!(
        (renewed.len(), &renewed[0]["id"], &renewed[0]["signed_in_at"]),
        (2, &kept["id"], &kept["signed_in_at"])
    );
    // Signed out, it is listed no more; nor when its time is over.
    house.advance(13 * 3600);
    let mut later = minji_in(&house).await;
    assert_eq!(later.open_sessions().await.sessions().len(), 1);
}

/// S1: signing out there ends that session, all that its browser has begun, and its being told of requests and remembered; a mail
/// says where it was.
#[tokio::test]
async fn s1_signing_out_there_ends_what_is_there() {
    let house = House::open().await;
    house.policy("nuri", json!({"remember_browser": true})).await;
    let mut lost = minji_in(&house).await;
    let mut minji = minji_in(&house).await;
    lost.open_settings().await;
    let mut half_way = lost.clone();
    half_way.signs_out();
    half_way.ask_code("alex@daemun.test").await.at("code");
    house.sql(
        "INSERT INTO remembered_browser (browser, account, epoch, until, by_phone)
             SELECT browser, account, 0, 9223372036854775807, 0 FROM session;
         INSERT INTO push_subscription (account, browser, endpoint, subscription, at)
             SELECT account, browser, 'https://push.test/' || handle, '{}', 9223372036854775807 FROM session;",
    );
    let before = house.mails(MINJI).await.len();
    let listed = minji.open_sessions().await;
    assert_eq!(listed.actions(), ["back", "sign_out", "sign_out_others"]);
    let there = listed.sessions()[1]["id"].clone();
    let path = minji.act_path("sign_out");
    let (key, body) = (fresh_key(), minji.act_body(json!({"session": there})));
    let done = minji.post(&path, &key, &body).await.at("sessions");
    assert_eq!((done.sessions().len(), &done.flow()["messages"][0]["code"]), (1, &json!("signed_out_elsewhere")));
    assert_eq!(done.actions(), ["back"]);
    // Sent twice, it is one answer and one mail; another act of that moment came too late.
    assert_eq!(minji.post(&path, &key, &body).await.at("sessions").body, done.body);
    minji.post(&path, &fresh_key(), &body).await.problem(409, "stale");
    let mails = house.mails(MINJI).await;
    assert_eq!(mails.len(), before + 1);
    assert!(mails[0]["text"].as_str().unwrap().contains("(127.0.0.x)"), "{}", mails[0]);

    assert_eq!(lost.send("GET", "/home", &[], b"").await.status, 303);
    let ended = lost.read().await.flow();
    assert_eq!(ended["status"], "ended", "{ended}");
    lost.act("show_devices", json!({})).await.problem(409, "stale");
    assert_eq!(half_way.read().await.flow()["reason"], "cancelled", "whoever has it now finds no half of a sign-in");
    lost.begin_with("security", json!({})).await.problem(403, "sign_in_required");
    for table in ["remembered_browser", "push_subscription"] {
        assert_eq!(house.count(&format!("SELECT count(*) FROM {table}")), 1, "{table}: this browser's alone");
    }
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
}

/// S1: nobody else's session, nor this one, nor one that is over.
#[tokio::test]
async fn s1_only_ones_own_other_sessions_are_signed_out() {
    let house = House::open().await;
    let mut elsewhere = minji_in(&house).await;
    let mut minji = minji_in(&house).await;
    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    let his = dohyun.open_sessions().await;
    assert_eq!(his.actions(), ["back"], "he is signed in nowhere else");
    dohyun.act("sign_out_others", json!({})).await.problem(403, "action_unavailable");
    let listed = minji.open_sessions().await.sessions();
    for session in [&his.sessions()[0]["id"], &listed[0]["id"], &json!(""), &json!("1")] {
        minji.act("sign_out", json!({"session": session})).await.problem(422, "input_invalid");
    }
    minji.act("sign_out", json!({})).await.problem(422, "input_invalid");
    assert_eq!(house.count("SELECT count(*) FROM session"), 3);
    // It signs out here meanwhile by itself.
    elsewhere.send("POST", "/home/sign-out", &[("Origin", &elsewhere.origin.clone())], b"").await;
    let before = house.mails(MINJI).await.len();
    minji.act("sign_out", json!({"session": listed[1]["id"]})).await.problem(403, "action_unavailable");
    assert_eq!(house.mails(MINJI).await.len(), before);
    elsewhere.begin_with("security", json!({})).await.problem(403, "sign_in_required");
}

/// S1: a browser that lost the session may be somebody else's by now: what they have begun there stays theirs.
#[tokio::test]
async fn s1_signing_out_a_lost_session_leaves_who_is_there_now_alone() {
    let house = House::open().await;
    let mut shared = minji_in(&house).await;
    shared.signs_out();
    shared.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    shared.open_settings().await;
    let mut minji = minji_in(&house).await;
    let listed = minji.open_sessions().await.sessions();
    assert_eq!(listed.len(), 2);
    minji.act("sign_out", json!({"session": listed[1]["id"]})).await.at("sessions");
    shared.read().await.at("security");
    shared.act("show_devices", json!({})).await.at("trusted_devices");
}

/// S1: everywhere else at once, by one mail; what was told elsewhere is told no more.
#[tokio::test]
async fn s1_everywhere_else_is_signed_out_at_once() {
    let house = House::open().await;
    let mut others = [minji_in(&house).await, minji_in(&house).await];
    // In another workspace she is somebody else.
    let mut hanbit = house.visitor();
    hanbit.sign_in(&house, MINJI, "hanbit", "hanbit-Minji-2024!").await;
    let mut minji = minji_in(&house).await;
    house.sql(
        "INSERT INTO push_subscription (account, browser, endpoint, subscription, at)
             SELECT account, x'07', 'https://push.test/signed-out-long-ago', '{}', 9223372036854775807 FROM session
             WHERE account = (SELECT id FROM account WHERE email = 'minji@daemun.test' AND workspace = 'nuri') LIMIT 1;",
    );
    minji.open_sessions().await;
    let before = house.mails(MINJI).await.len();
    let done = minji.act("sign_out_others", json!({})).await.at("sessions");
    assert_eq!((done.sessions().len(), done.actions()), (1, vec!["back".to_owned()]));
    assert_eq!(house.mails(MINJI).await.len(), before + 1);
    for other in &mut others {
        other.begin_with("security", json!({})).await.problem(403, "sign_in_required");
    }
    hanbit.open_settings().await;
    assert_eq!(house.count("SELECT count(*) FROM push_subscription"), 0);
}

/// S1: who is signed out from elsewhere, or suspended, between looking and acting does nothing any more.
#[tokio::test]
async fn s1_nothing_is_done_by_who_was_signed_out_meanwhile() {
    let house = House::open().await;
    let mut other = minji_in(&house).await;
    let mut minji = minji_in(&house).await;
    let seen = minji.open_sessions().await;
    let others = seen.sessions()[1]["id"].clone();
    let mut same = minji.clone();
    other.open_sessions().await;
    other.act("sign_out_others", json!({})).await.at("sessions");
    let before = house.mails(MINJI).await.len();
    let refused = minji.act("sign_out", json!({"session": others})).await.problem(409, "stale");
    assert_eq!(refused.flow()["status"], "ended");
    assert_eq!(same.read().await.flow()["status"], "ended");
    assert!(!same.read().await.text().contains("last_seen_at"), "nothing is shown either");
    assert_eq!(house.mails(MINJI).await.len(), before);

    let mut minji = minji_in(&house).await;
    minji.open_sessions().await;
    house.play("suspend_minji_nuri").await;
    minji.act("sign_out_others", json!({})).await.problem(409, "stale");
    assert_eq!(minji.read().await.flow()["reason"], "signed_out");
    minji.begin_with("security", json!({})).await.problem(403, "sign_in_required");
}

// The second factor, turned on and off (FEATURES S5)

const MINJIS_HOME: &str = "minji.home@daemun.test";
const EMMA: &str = "emma@daemun.test";
const EMMAS_PASSWORD: &str = "northwind-Emma-2024!";

async fn emma_in(house: &House) -> Visitor {
    let mut emma = house.visitor();
    emma.sign_in(house, EMMA, "northwind", EMMAS_PASSWORD).await;
    emma
}

/// The subject of the newest mail.
async fn newest_subject(house: &House, to: &str) -> String {
    house.mails(to).await[0]["subject"].as_str().unwrap().into()
}

/// S5: with a method that is saved it is on at once; from the next sign-in on it is asked for, in remembered browsers too.
#[tokio::test]
async fn s5_it_is_turned_on_with_a_method_that_is_saved() {
    let house = House::open().await;
    house.policy("nuri", json!({"remember_browser": true})).await;
    let mut minji = minji_in(&house).await;
    house.sql(
        "INSERT INTO remembered_browser (browser, account, epoch, until, by_phone)
             SELECT browser, account, 0, 9223372036854775807, 0 FROM session;",
    );
    let seen = minji.open_settings().await;
    assert_eq!(seen.item("two_factor"), json!({"type": "two_factor", "on": false}));
    assert!(!seen.actions().contains(&"turn_off_two_factor".to_owned()));
    minji.act("turn_off_two_factor", json!({})).await.problem(403, "action_unavailable");
    let before = house.mails(MINJI).await.len();
    let path = minji.act_path("turn_on_two_factor");
    let (key, body) = (fresh_key(), minji.act_body(json!({})));
    let on = minji.post(&path, &key, &body).await.at("security");
    assert_eq!(
        (&on.item("two_factor")["on"], &on.flow()["messages"][0]["code"]),
        (&json!(true), &json!("two_factor_on"))
    );
    // Sent twice it is one; pressed in another window of that moment it came too late.
    assert_eq!(minji.post(&path, &key, &body).await.body, on.body);
    minji.post(&path, &fresh_key(), &body).await.problem(409, "stale");
    assert_eq!(house.mails(MINJI).await.len(), before + 1);
    assert!(newest_subject(&house, MINJI).await.contains("2단계 인증이 켜졌어요"));
    assert_eq!(house.count("SELECT count(*) FROM remembered_browser"), 0);
    minji.signs_out();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
}

/// S5, T2: without a method one is saved first, verified by a code; giving that up changes nothing.
#[tokio::test]
async fn s5_without_a_method_one_is_saved_first() {
    let house = House::open().await;
    let mut emma = emma_in(&house).await;
    emma.open_settings().await;
    let form = emma.act("turn_on_two_factor", json!({})).await.at("enrol_contact");
    assert_eq!(form.flow().get("messages"), None, "nothing asks for it but she herself");
    emma.act("back", json!({})).await.at("security");
    assert_eq!(emma.read().await.item("two_factor")["on"], false);
    emma.act("turn_on_two_factor", json!({})).await.at("enrol_contact");
    let refused = emma.submit(json!({"identifier": EMMA})).await.refused();
    assert_eq!(refused, [("/input/identifier".into(), "contact_is_id".into())]);
    emma.submit(json!({"identifier": "emma.home@daemun.test"})).await.at("code");
    let wrong = house.wrong_code("emma.home@daemun.test").await;
    emma.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
    let session = emma.cookie("__Host-daemun_session").map(str::to_owned);
    let code = house.newest_code("emma.home@daemun.test").await;
    let on = emma.submit(json!({"code": code})).await.at("security");
    assert_eq!(
        (&on.item("two_factor")["on"], &on.flow()["messages"][0]["code"]),
        (&json!(true), &json!("two_factor_on"))
    );
    assert_ne!(emma.cookie("__Host-daemun_session").map(str::to_owned), session, "it was a proof");
    assert_eq!(on.item("sessions")["count"], 1);
    assert!(newest_subject(&house, EMMA).await.contains("turned on"));
    emma.signs_out();
    emma.verify(&house, EMMA).await.at("password");
    emma.submit(json!({"password": EMMAS_PASSWORD})).await.at("code");

    // By an authenticator app, past its recovery codes.
    let mut haruto = house.visitor();
    haruto.sign_in(&house, "haruto@daemun.test", "sakura", "sakura-Haruto-2024!").await;
    haruto.open_settings().await;
    haruto.act("turn_on_two_factor", json!({})).await.at("enrol_contact");
    haruto.act("use_authenticator", json!({})).await.at("enrol_authenticator");
    haruto.act("back", json!({})).await.at("enrol_contact");
    haruto.act("back", json!({})).await.at("security");
}

/// S5: what cannot be turned on says why: the organisation keeps the profile, or there is no password that it would follow.
#[tokio::test]
async fn s5_what_cannot_be_turned_on_says_why() {
    let house = House::open().await;
    let mut emma = emma_in(&house).await;
    emma.open_settings().await;
    house.policy("northwind", json!({"managed_profiles": true})).await;
    // The policy changed between looking and acting.
    let refused = emma.act("turn_on_two_factor", json!({})).await.problem(403, "action_unavailable");
    assert_eq!(refused.item("two_factor")["missing"], "managed_profile");
    // With one that the organisation has saved it can.
    house.sql("UPDATE account SET personal_email = 'e@x.test' WHERE email = 'emma@daemun.test'");
    assert_eq!(emma.read().await.item("two_factor").get("missing"), None);

    let mut soyeon = soyeon_in(&house).await;
    assert_eq!(soyeon.open_settings().await.item("two_factor")["missing"], "password_missing");
    soyeon.act("turn_on_two_factor", json!({})).await.problem(403, "action_unavailable");
    // A code to a phone is none beside a code to a phone (T4).
    house.sql("UPDATE account SET mobile = '+821033330505' WHERE email = 'soyeon@daemun.test'");
    assert_eq!(soyeon.read().await.item("two_factor")["missing"], "password_missing");
    house.sql("UPDATE account SET personal_email = 'soyeon.home@x.test' WHERE email = 'soyeon@daemun.test'");
    let on = soyeon.act("turn_on_two_factor", json!({})).await.at("security");
    assert_eq!(on.item("two_factor")["on"], true);
}

/// S5: turning it off takes a fresh proof, second factor and all; it is told by mail.
#[tokio::test]
async fn s5_turning_it_off_takes_a_fresh_proof() {
    let house = House::open().await;
    house.policy("nuri", json!({"remember_browser": true})).await;
    let mut minji = minji_in(&house).await;
    minji.open_settings().await;
    minji.act("turn_on_two_factor", json!({})).await.at("security");
    house.advance(601);
    let seen = minji.read().await;
    assert_eq!(seen.flow()["actions"]["turn_off_two_factor"], json!({"proof": "fresh"}));
    minji.act("turn_off_two_factor", json!({})).await.at("password");
    minji.act("back", json!({})).await.at("security");
    minji.act("turn_off_two_factor", json!({})).await.at("password");
    minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    assert_eq!(house.count("SELECT count(*) FROM account WHERE email = 'minji@daemun.test' AND two_factor"), 1);
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code(MINJIS_HOME).await;
    let off = minji.submit(json!({"code": code, "remember": true})).await.at("security");
    assert_eq!(
        (&off.item("two_factor")["on"], &off.flow()["messages"][0]["code"]),
        (&json!(false), &json!("two_factor_off"))
    );
    assert!(newest_subject(&house, MINJI).await.contains("2단계 인증이 꺼졌어요"));
    assert_eq!(house.count("SELECT count(*) FROM remembered_browser"), 0, "nor is any remembered for the next time");
    house.visitor().sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
}

/// S5: where the policy asks everybody it stays on, also where that changed while the member proved who they are.
#[tokio::test]
async fn s5_it_is_not_turned_off_where_the_policy_requires_it() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    minji.open_settings().await;
    minji.act("turn_on_two_factor", json!({})).await.at("security");
    house.policy("nuri", json!({"two_factor": "required"})).await;
    let refused = minji.act("turn_off_two_factor", json!({})).await.problem(403, "action_unavailable");
    assert_eq!(refused.item("two_factor"), json!({"type": "two_factor", "on": true, "missing": "required"}));

    house.policy("nuri", json!({"two_factor": "optional"})).await;
    house.advance(601);
    minji.read().await;
    minji.act("turn_off_two_factor", json!({})).await.at("password");
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    minji.act("choose", json!({"factor": "email"})).await.at("code");
    house.policy("nuri", json!({"two_factor": "required"})).await;
    let before = house.mails(MINJI).await.len();
    let code = house.newest_code(MINJIS_HOME).await;
    let stays = minji.submit(json!({"code": code})).await.at("security");
    assert_eq!(stays.flow()["messages"][0]["code"], "second_factor_required");
    assert_eq!(house.mails(MINJI).await.len(), before);
    assert_eq!(house.count("SELECT count(*) FROM account WHERE email = 'minji@daemun.test' AND two_factor"), 1);
}

/// S5, S6: who is signed out elsewhere, or suspended, in between changes nothing, however far they had come.
#[tokio::test]
async fn s5_s6_nothing_is_changed_by_who_was_signed_out_meanwhile() {
    for action in ["turn_on_two_factor", "change_password"] {
        let house = House::open().await;
        let mut other = minji_in(&house).await;
        let mut minji = minji_in(&house).await;
        house.advance(601);
        minji.open_settings().await;
        minji.act(action, json!({})).await.at("password");
        other.open_sessions().await;
        other.act("sign_out_others", json!({})).await.at("sessions");
        let before = house.mails(MINJI).await.len();
        let refused = minji.submit(json!({"password": MINJIS_PASSWORD})).await.problem(409, "stale");
        assert!(refused.header("set-cookie").is_none() && refused.flow()["status"] == "ended", "{}", refused.json());
        assert_eq!(house.mails(MINJI).await.len(), before);

        let mut minji = minji_in(&house).await;
        minji.open_settings().await;
        house.play("suspend_minji_nuri").await;
        minji.act(action, json!({})).await.problem(409, "stale");
        assert_eq!(house.count("SELECT count(*) FROM account WHERE email = 'minji@daemun.test' AND two_factor"), 0);
    }
}

// Another password, and a first one (FEATURES S6, R5)

const ANOTHER: &str = "minji-Another-2026!";

/// S6: after a fresh proof, by the policy's rules; all other sessions end, and a mail tells of it.
#[tokio::test]
async fn s6_the_password_is_changed() {
    let house = House::open().await;
    let mut other = minji_in(&house).await;
    other.open_settings().await;
    let mut minji = minji_in(&house).await;
    house.advance(601);
    let seen = minji.open_settings().await;
    assert_eq!(seen.flow()["actions"]["change_password"], json!({"proof": "fresh"}));
    assert!(!seen.actions().contains(&"register_id".to_owned()));
    minji.act("register_id", json!({})).await.problem(403, "action_unavailable");
    minji.act("change_password", json!({})).await.at("password");
    minji.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    let asked = minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("new_password");
    assert_eq!(
        (&asked.flow()["step"]["reason"], &asked.flow()["step"]["identifier"]),
        (&json!("changed"), &json!(MINJI))
    );
    assert_eq!(asked.flow()["step"]["rules"]["history"], 1, "the one there is is no new one");
    for (password, code) in [
        ("", "required"),
        ("short1", "password_too_short"),
        ("password1", "password_breached"),
        (MINJIS_PASSWORD, "password_reused"),
        ("minji.home@daemun.test", "password_needs_digit"),
    ] {
        assert_eq!(minji.submit(json!({"password": password})).await.password_refused(), [code]);
    }
    minji.act("back", json!({})).await.at("security");
    minji.act("change_password", json!({})).await.at("new_password");
    let before = house.mails(MINJI).await.len();
    let path = minji.act_path("submit");
    let (key, body) = (fresh_key(), minji.act_body(json!({"password": ANOTHER})));
    let changed = minji.post(&path, &key, &body).await.at("security");
    assert_eq!(changed.flow()["messages"][0]["code"], "password_changed");
    assert_eq!(changed.item("sessions")["count"], 1);
    assert_eq!(minji.post(&path, &key, &body).await.body, changed.body, "sent twice it is one change");
    minji.post(&path, &fresh_key(), &body).await.problem(409, "stale");
    assert_eq!(house.mails(MINJI).await.len(), before + 1);
    assert!(newest_subject(&house, MINJI).await.contains("비밀번호가 변경됐어요"));

    assert_eq!(other.read().await.flow()["status"], "ended");
    other.begin_with("security", json!({})).await.problem(403, "sign_in_required");
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    // What is open here goes on with it.
    minji.read().await;
    minji.act("change_password", json!({})).await.at("new_password");
    let mut again = house.visitor();
    again.reach_password(&house, MINJI, "nuri").await;
    again.submit(json!({"password": MINJIS_PASSWORD})).await.problem(422, "credentials_wrong");
    again.submit(json!({"password": ANOTHER})).await;
    assert_eq!(again.flow["status"], "complete");
}

/// S6, R3: the rules are those of the moment that it is sent at; what was used before is refused as the policy says.
#[tokio::test]
async fn s6_the_policy_of_the_moment_decides() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    minji.open_settings().await;
    minji.act("change_password", json!({})).await.at("new_password");
    house.policy("nuri", json!({"password_min_length": 20, "password_history": 5})).await;
    assert_eq!(minji.submit(json!({"password": ANOTHER})).await.password_refused(), ["password_too_short"]);
    minji.submit(json!({"password": "minji-Another-one-2026!"})).await.at("security");
    house.policy("nuri", json!({"password_min_length": 8})).await;
    minji.act("change_password", json!({})).await.at("new_password");
    assert_eq!(minji.submit(json!({"password": MINJIS_PASSWORD})).await.password_refused(), ["password_reused"]);
}

/// S6, R4: one whose time is over is proof enough to change it, and is changed once.
#[tokio::test]
async fn s6_an_expired_password_is_changed_once() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    house.advance(601);
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.sql("UPDATE account SET password_set_at = 1 WHERE email = 'minji@daemun.test'");
    minji.open_settings().await;
    minji.act("change_password", json!({})).await.at("password");
    let asked = minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("new_password");
    assert_eq!(asked.flow()["step"]["reason"], "changed");
    minji.submit(json!({"password": ANOTHER})).await.at("security");
    // For anything else it is renewed on the way.
    house.sql("UPDATE account SET password_set_at = 1 WHERE email = 'minji@daemun.test'");
    house.advance(601);
    minji.read().await;
    minji.act("turn_on_two_factor", json!({})).await.at("password");
    let asked = minji.submit(json!({"password": ANOTHER})).await.at("new_password");
    assert_eq!(asked.flow()["step"]["reason"], "expired");
}

/// S6: changed in another window meanwhile, what was proven for the one before sets none.
#[tokio::test]
async fn s6_a_password_that_was_changed_meanwhile_is_not_changed_by_what_was_proven_before() {
    let house = House::open().await;
    let mut minji = minji_in(&house).await;
    let mut window = minji.clone();
    for open in [&mut minji, &mut window] {
        open.open_settings().await;
        open.act("change_password", json!({})).await.at("new_password");
    }
    minji.submit(json!({"password": ANOTHER})).await.at("security");
    let before = house.mails(MINJI).await.len();
    let told = window.submit(json!({"password": "minji-Third-2026!"})).await.at("security");
    assert_eq!(told.flow().get("messages"), None);
    assert_eq!(house.mails(MINJI).await.len(), before);
    house.visitor().sign_in(&house, MINJI, "nuri", ANOTHER).await;
}

/// Soyeon, who has no password, in by her phone.
async fn soyeon_in(house: &House) -> Visitor {
    let mut soyeon = house.visitor();
    soyeon.ask_code("010-3333-0404").await.at("code");
    let code = house.newest_code("%2B821033330404").await;
    assert_eq!(soyeon.submit(json!({"code": code})).await.flow()["status"], "complete");
    soyeon
}

/// S6, R5: who joined without registers an ID and password, which a mail tells of; who signed in long ago does so anew first.
#[tokio::test]
async fn s6_r5_a_first_id_is_registered_in_the_settings() {
    const SOYEON: &str = "soyeon@daemun.test";
    let house = House::open().await;
    let mut soyeon = soyeon_in(&house).await;
    let seen = soyeon.open_settings().await;
    assert_eq!((&seen.item("password")["set"], seen.item("password").get("missing")), (&json!(false), None));
    assert!(!seen.actions().contains(&"change_password".to_owned()));
    soyeon.act("change_password", json!({})).await.problem(403, "action_unavailable");
    let form = soyeon.act("register_id", json!({})).await.at("register_id");
    assert_eq!(form.actions(), ["back", "submit"]);
    soyeon.act("back", json!({})).await.at("security");
    soyeon.act("register_id", json!({})).await.at("register_id");
    let refused = soyeon.submit(json!({"identifier": "dohyun", "password": "short1"})).await.refused();
    let codes: Vec<_> = refused.iter().map(|(_, code)| code.as_str()).collect();
    assert_eq!(codes, ["id_taken", "password_too_short"]);
    let done = soyeon.submit(json!({"identifier": "soyeon", "password": ANOTHER})).await.at("security");
    assert_eq!(done.flow()["messages"][0]["code"], "id_registered");
    assert_eq!((&done.item("password")["identifier"], &done.item("password")["set"]), (&json!("soyeon"), &json!(true)));
    assert!(done.actions().contains(&"change_password".to_owned()));
    assert!(newest_subject(&house, SOYEON).await.contains("계정이 준비됐어요"));
    let mut elsewhere = house.visitor();
    elsewhere.begin(json!({"organisation": "nuri"})).await.at("password");
    let done = elsewhere.submit(json!({"identifier": "soyeon", "password": ANOTHER})).await;
    assert_eq!(done.flow()["status"], "complete");
}

/// S6, R5: who has nothing to prove it by signs in anew; what a password is of no use for is not registered, and says so.
#[tokio::test]
async fn s6_r5_a_first_id_is_refused_late_or_where_it_is_of_no_use() {
    let house = House::open().await;
    let mut soyeon = soyeon_in(&house).await;
    house.advance(601);
    soyeon.open_settings().await;
    assert_eq!(soyeon.act("register_id", json!({})).await.flow()["reason"], "signed_out");
    house.advance(3600);
    let mut soyeon = soyeon_in(&house).await;
    soyeon.open_settings().await;
    let mut window = soyeon.clone();
    soyeon.act("register_id", json!({})).await.at("register_id");
    house.policy("nuri", json!({"email_entry": false, "organisation_entry": false})).await;
    let seen = soyeon.submit(json!({"identifier": "soyeon", "password": ANOTHER})).await.at("security");
    assert_eq!(seen.item("password")["missing"], "not_allowed");
    soyeon.act("register_id", json!({})).await.problem(403, "action_unavailable");
    house.policy("nuri", json!({"email_entry": true})).await;
    // In two windows: the first one counts.
    window.open_settings().await;
    window.act("register_id", json!({})).await.at("register_id");
    soyeon.read().await;
    soyeon.act("register_id", json!({})).await.at("register_id");
    soyeon.submit(json!({"identifier": "soyeon", "password": ANOTHER})).await.at("security");
    window.submit(json!({"identifier": "soyeon2", "password": ANOTHER})).await.at("security");
    assert_eq!(house.count("SELECT count(*) FROM login_name WHERE name LIKE 'soyeon%'"), 1);
}
