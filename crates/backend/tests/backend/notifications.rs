//! Notifications of what waits for a yes: in browsers that asked for them, and in the platform's app (FEATURES L5, D1 to D6).
//! That a message can be read by its browser alone is tested beside `push`, and walked in a browser.

use daemun_backend::Config;
use serde_json::{Value, json};

use crate::approvals::{guarded, new_device, pc, phone};
use crate::device::Passkey;
use crate::visitor::{Answer, House, Visitor};
use crate::webhook::Gateway;

const MINJI: &str = "minji@daemun.test";
const DOHYUN: &str = "dohyun@daemun.test";
const SUJIN: &str = "sujin@daemun.test";

/// What a browser gives: the keys are RFC 8291's (§5).
fn subscription(endpoint: &str) -> Value {
    let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    let keys = json!({"p256dh": p256dh, "auth": "BTBZMqHH6r4Tts7J_aSIgg"});
    json!({"endpoint": endpoint, "expirationTime": null, "keys": keys})
}

impl Visitor {
    async fn subscribes(&mut self, endpoint: &str) -> Answer {
        self.approvals().await.at("approvals");
        self.act("subscribe", json!({"subscription": subscription(endpoint)})).await
    }
}

fn is_on(answer: &Answer) -> bool {
    let step = &answer.flow()["step"];
    assert_eq!(answer.actions().contains(&"unsubscribe".to_owned()), step["notifications"]["on"] == true);
    assert!(answer.actions().contains(&"subscribe".to_owned()));
    step["notifications"]["on"].as_bool().unwrap()
}

/// D6, L5: a browser that asked is notified of a request, by a message that only it can read; the one that asks is not.
#[tokio::test]
async fn d6_a_browser_that_asked_is_notified() {
    let house = House::open().await;
    let mut service = Gateway::open("201 Created").await;
    let (mut phone, _) = phone(&house).await;
    let told = phone.approvals().await.at("approvals");
    assert!(!is_on(&told));
    let key = told.flow()["step"]["notifications"]["key"].as_str().unwrap().to_owned();
    assert!(is_on(&phone.subscribes(&service.url).await.at("approvals")));
    // Twice is once.
    assert!(is_on(&phone.subscribes(&service.url).await.at("approvals")));
    assert!(is_on(&phone.read().await.at("approvals")));
    assert_eq!(house.count("SELECT count(*) FROM push_subscription"), 1);

    let _pc = pc(&house).await;
    house.mails(MINJI).await;
    let heard = service.attempts.recv().await.unwrap();
    assert_eq!(heard.head, "POST /messages?tenant=acme HTTP/1.1");
    let request = phone.read().await.at("approvals").flow()["step"]["requests"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(heard.header("topic"), request);
    assert_eq!(heard.header("ttl"), "120");
    assert_eq!(heard.header("urgency"), "high");
    assert_eq!(heard.header("content-encoding"), "aes128gcm");
    assert!(heard.header("authorization").ends_with(&format!("k={key}")), "{heard:?}");
    for secret in ["김민지", "127.0.0"] {
        assert!(!heard.body.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
    assert!(service.attempts.try_recv().is_err(), "once");
    // What it says is in the sandbox's inbox as the app's own notification, and has no number.
    let pushes = house.pushes(MINJI).await;
    assert_eq!(pushes.len(), 1);
    assert_eq!(pushes[0]["link"], format!("{}/approve/{request}", house.server.origin()));
    let said = format!("{}\n{}", pushes[0]["subject"].as_str().unwrap(), pushes[0]["text"].as_str().unwrap());
    assert_eq!(said, "누리소프트 로그인 요청\n알 수 없는 브라우저 · 127.0.0.x\n직접 요청했는지 확인해 주세요.");
    let log = house.server.log_lines().join("\n");
    assert!(!log.contains("tenant=acme") && !log.contains("BTBZMqHH6r4Tts7J_aSIgg"), "{log}");
}

/// D6: where nothing can be sent, nothing is kept.
#[tokio::test]
async fn d6_a_subscription_elsewhere_is_refused() {
    let house = House::open().await;
    let mut phone = phone(&house).await.0;
    phone.approvals().await.at("approvals");
    let refused = phone.act("subscribe", json!({})).await.refused();
    assert_eq!(refused, [("/input/subscription".into(), "required".into())]);
    for endpoint in [
        "https://push.example/a",
        "http://fcm.googleapis.com/a",
        "https://fcm.googleapis.com:8443/a",
        "https://169.254.169.254/a",
        "http://192.168.0.1/a",
        "https://user@fcm.googleapis.com/a",
        "javascript:alert(1)",
        "",
        &format!("https://fcm.googleapis.com/{}", "a".repeat(4096)),
    ] {
        let refused = phone.act("subscribe", json!({"subscription": subscription(endpoint)})).await.refused();
        assert_eq!(refused, [("/input/subscription".into(), "subscription_refused".into())], "{endpoint}");
    }
    let mut keyless = subscription("https://fcm.googleapis.com/a");
    keyless["keys"]["auth"] = json!("a");
    let refused = phone.act("subscribe", json!({"subscription": keyless})).await.refused();
    assert_eq!(refused, [("/input/subscription".into(), "subscription_refused".into())]);
    for shape in [json!("https://fcm.googleapis.com/a"), json!({"endpoint": "https://fcm.googleapis.com/a"}), json!([])]
    {
        phone.act("subscribe", json!({"subscription": shape})).await.problem(400, "malformed");
    }
    assert!(!is_on(&phone.read().await.at("approvals")));
    assert_eq!(house.count("SELECT count(*) FROM push_subscription"), 0);
}

/// D6: who wants none any more gets none; nor does a device that was removed, a subscription that has ended, or the
/// browser that asks.
#[tokio::test]
async fn d6_who_is_no_longer_told() {
    let house = House::open().await;
    let mut service = Gateway::open("201 Created").await;
    let (mut minjis, _) = phone(&house).await;
    minjis.subscribes(&service.url).await.at("approvals");
    assert!(!is_on(&minjis.act("unsubscribe", json!({})).await.at("approvals")));
    let mut asking = pc(&house).await;
    house.mails(MINJI).await;
    assert!(service.attempts.try_recv().is_err());

    minjis.subscribes(&service.url).await.at("approvals");
    minjis.open_devices().await;
    let device = minjis.flow["step"]["devices"][0]["id"].clone();
    minjis.act("remove", json!({"device": device})).await.at("trusted_devices");
    assert!(!is_on(&minjis.approvals().await.at("approvals")));

    // The push service knows it no longer.
    minjis.open_devices().await;
    let (mut other, _) = phone(&house).await;
    other.subscribes(&service.url).await.at("approvals");
    service.set("410 Gone");
    asking.act("back", json!({})).await.at("password");
    asking.act("use_mobile", json!({})).await.at("match_number");
    house.mails(MINJI).await;
    assert!(service.attempts.try_recv().is_ok());
    assert!(!is_on(&other.read().await.at("approvals")));
    assert_eq!(house.count("SELECT count(*) FROM outbox"), 0, "it is not tried again");

    // Its own browser is not told of what it asks for.
    service.set("201 Created");
    other.subscribes(&service.url).await.at("approvals");
    other.signs_out();
    house.advance(600);
    other.reach_password(&house, MINJI, "nuri").await;
    asking.act("back", json!({})).await.at("password");
    other.act("use_mobile", json!({})).await.at("match_number");
    house.mails(MINJI).await;
    assert!(service.attempts.try_recv().is_err());
}

/// D6: whoever may have taken an account over is told no more: not after a reset, nor of a suspended account; and a browser
/// tells nobody of another's requests.
#[tokio::test]
async fn d6_a_subscription_ends_with_access() {
    const COUNT: &str = "SELECT count(*) FROM push_subscription";
    let house = House::open().await;
    let service = Gateway::open("201 Created").await;
    let (mut minjis, _) = phone(&house).await;

    // Signed out, whoever comes next to this browser is told of nothing.
    minjis.subscribes(&service.url).await.at("approvals");
    let out = minjis.send("POST", "/home/sign-out", &[("origin", &minjis.origin.clone())], b"").await;
    assert!(out.status < 400, "{out:?}");
    assert_eq!(house.count(COUNT), 0);

    // Another person in the same browser; the same person in another workspace stays.
    minjis.sign_in(&house, MINJI, "nuri", "nuri-Minji-2024!").await;
    minjis.subscribes(&service.url).await.at("approvals");
    minjis.signs_out();
    minjis.sign_in(&house, MINJI, "hanbit", "hanbit-Minji-2024!").await;
    minjis.subscribes(&service.url).await.at("approvals");
    assert_eq!(house.count(COUNT), 2);
    minjis.signs_out();
    minjis.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    minjis.subscribes(&service.url).await.at("approvals");
    assert_eq!(house.count(COUNT), 1);

    // A new password by a mailed link ends all of it.
    let mut dohyun = house.visitor();
    dohyun.begin(json!({"organisation": "nuri"})).await.at("password");
    dohyun.act("forgot", json!({})).await.at("request_reset");
    dohyun.submit(json!({"name": "정도현", "email": DOHYUN})).await.notice("reset_requested");
    let link = house.mails(DOHYUN).await[0]["link"].as_str().unwrap().to_owned();
    dohyun.open_link(&link).await.at("new_password");
    dohyun.submit(json!({"password": "brand-New-2025!"})).await;
    assert_eq!(house.count(COUNT), 0);
}

/// D6, L9: of a suspended member nobody is told.
#[tokio::test]
async fn d6_a_suspended_member_is_not_told() {
    let (house, _) = guarded().await;
    let mut minji = new_device(&house).await;
    house.policy("nuri", json!({"attempt_limit": 1})).await;
    let mut dohyun = house.visitor();
    dohyun.reach_password(&house, DOHYUN, "nuri").await;
    dohyun.submit(json!({"password": "wrong"})).await;
    minji.act("ask_member", json!({"member": "정도현"})).await.at("wait_approval");
    assert_eq!(house.pushes(DOHYUN).await.len(), 0);
}

/// D6: what is over rings no more, also when the push service comes back.
#[tokio::test]
async fn d6_a_request_that_is_over_does_not_ring() {
    let house = House::open().await;
    let mut service = Gateway::open("503 Service Unavailable").await;
    let (mut minjis, _) = phone(&house).await;
    minjis.subscribes(&service.url).await.at("approvals");
    let mut asking = pc(&house).await;
    house.mails(MINJI).await;
    service.attempts.recv().await.unwrap();
    asking.act("back", json!({})).await.at("password");
    service.set("201 Created");
    house.advance(5);
    house.mails(MINJI).await;
    assert!(service.attempts.try_recv().is_err(), "taken back");

    service.set("503 Service Unavailable");
    asking.act("use_mobile", json!({})).await.at("match_number");
    house.mails(MINJI).await;
    service.attempts.recv().await.unwrap();
    minjis.looks().await;
    minjis.act("deny", json!({})).await.notice("request_denied");
    service.set("201 Created");
    house.advance(5);
    house.mails(MINJI).await;
    assert!(service.attempts.try_recv().is_err(), "answered");
    assert_eq!(house.count("SELECT count(*) FROM outbox WHERE channel = 'web_push'"), 0);
}

/// D2, D4: of a request that ran out nobody is asked any more.
#[tokio::test]
async fn d2_d4_a_request_that_ran_out_asks_nobody() {
    for (action, input) in [("ask_member", json!({"member": "정도현"})), ("ask_admin", json!({"reason": ""}))] {
        let (house, _) = guarded().await;
        let mut minji = new_device(&house).await;
        house.advance(601);
        let (dohyuns, sujins) = (house.mails(DOHYUN).await.len(), house.mails(SUJIN).await.len());
        minji.act(action, input).await.notice("approval_expired");
        assert_eq!((house.mails(DOHYUN).await.len(), house.mails(SUJIN).await.len()), (dohyuns, sujins));
        assert_eq!(house.pushes(DOHYUN).await.len() + house.pushes(SUJIN).await.len(), 0);
    }
}

/// D6, S4: a security key that is removed leaves the browser told; the last passkey of the device itself does not.
#[tokio::test]
async fn d6_a_removed_security_key_silences_no_browser() {
    let house = House::open().await;
    let service = Gateway::open("201 Created").await;
    let (mut minjis, _) = phone(&house).await;
    minjis.subscribes(&service.url).await.at("approvals");
    minjis.open_devices().await;
    minjis.act("register_key", json!({})).await.at("register_device");
    let (_, made) = Passkey::make(&minjis.origin, &minjis.flow["step"]["options"].clone());
    minjis.submit(json!({"credential": made, "name": "Key"})).await.at("trusted_devices");
    let device = |visitor: &Visitor, kind: &str| {
        let devices = visitor.flow["step"]["devices"].as_array().unwrap().clone();
        devices.into_iter().find(|device| device["kind"] == kind).unwrap()["id"].clone()
    };
    let key = device(&minjis, "security_key");
    minjis.act("remove", json!({"device": key})).await.at("trusted_devices");
    assert_eq!(house.count("SELECT count(*) FROM push_subscription"), 1);
    let own = device(&minjis, "device");
    minjis.act("remove", json!({"device": own})).await.at("trusted_devices");
    assert_eq!(house.count("SELECT count(*) FROM push_subscription"), 0);
}

/// D6: a push service that is down is asked again while the request waits, and no longer.
#[tokio::test]
async fn d6_a_push_service_that_is_down_is_asked_again() {
    let house = House::open().await;
    let mut service = Gateway::open("503 Service Unavailable").await;
    let (mut minjis, _) = phone(&house).await;
    minjis.subscribes(&service.url).await.at("approvals");
    let _pc = pc(&house).await;
    house.mails(MINJI).await;
    assert_eq!(service.attempts.recv().await.unwrap().header("ttl"), "120");
    house.advance(2);
    house.mails(MINJI).await;
    assert_eq!(service.attempts.recv().await.unwrap().header("ttl"), "118");
    house.advance(130);
    house.mails(MINJI).await;
    assert!(service.attempts.try_recv().is_err());
    let given_up = house.server.log_lines().into_iter().filter(|line| line.starts_with("web_push: given up")).count();
    assert_eq!(given_up, 1);
}

/// D2, D4: whoever is asked by name is notified, and the administrator; nobody is of a name that nobody has.
#[tokio::test]
async fn d2_d4_who_is_asked_by_name_is_notified() {
    let (house, mut dohyun) = guarded().await;
    let mut service = Gateway::open("201 Created").await;
    dohyun.subscribes(&service.url).await.at("approvals");
    let mut minji = new_device(&house).await;
    assert_eq!(house.pushes(MINJI).await.len(), 1, "her own other devices");
    assert_eq!(house.pushes(DOHYUN).await.len(), 0);
    assert!(service.attempts.try_recv().is_err(), "colleagues see it where they look");
    minji.act("ask_member", json!({"member": "홍길동"})).await.at("wait_approval");
    minji.act("ask_member", json!({"member": "정도현"})).await.at("wait_approval");
    let [told] = house.pushes(DOHYUN).await.try_into().unwrap();
    assert_eq!(told["subject"], "김민지 님의 누리소프트 새 기기 승인 요청");
    service.attempts.recv().await.unwrap();
    minji.act("ask_admin", json!({"reason": "새 노트북"})).await.at("wait_approval");
    assert_eq!(house.pushes(SUJIN).await.len(), 1);
    assert_eq!(house.pushes(MINJI).await.len(), 1);
}

/// D1, L5: whoever has a password cannot make telephones ring all night.
#[tokio::test]
async fn d1_nobody_is_notified_for_ever() {
    let (house, _) = guarded().await;
    let mut minji = new_device(&house).await;
    // Each is carried before the next: what takes another's place silences what is on its way still.
    assert_eq!(house.pushes(MINJI).await.len(), 1);
    for rung in [2, 3, 3, 3] {
        minji.act("resend", json!({})).await.at("wait_approval");
        assert_eq!(house.pushes(MINJI).await.len(), rung);
    }
    house.advance(601);
    new_device(&house).await;
    assert_eq!(house.pushes(MINJI).await.len(), 4);
}

/// D6: at most ten browsers of one account are told; the oldest makes room.
#[tokio::test]
async fn d6_ten_browsers_are_told_at_most() {
    let house = House::open().await;
    let (mut first, _) = phone(&house).await;
    first.subscribes("https://web.push.apple.com/0").await.at("approvals");
    for nth in 1..=10 {
        let mut other = house.visitor();
        house.advance(600);
        other.sign_in(&house, MINJI, "nuri", "nuri-Minji-2024!").await;
        assert!(is_on(&other.subscribes(&format!("https://web.push.apple.com/{nth}")).await.at("approvals")));
    }
    assert_eq!(house.count("SELECT count(*) FROM push_subscription"), 10);
    assert!(!is_on(&first.approvals().await.at("approvals")));
}

/// D6: the platform's app is notified by the signed webhook, with where it leads.
#[tokio::test]
async fn d6_the_platforms_app_is_notified_by_webhook() {
    let mut gateway = Gateway::open("204 No Content").await;
    let webhook = gateway.config();
    let house = House::with(|config| Config { webhook, ..config }).await;
    let (mut phone, _) = phone(&house).await;
    let _pc = pc(&house).await;
    let heard = gateway.next(&house).await.json();
    let request = phone.approvals().await.at("approvals").flow()["step"]["requests"][0].clone();
    assert_eq!(heard["type"], "message.send");
    let data = &heard["data"];
    assert_eq!((&data["carrier"], &data["to"]), (&json!("push"), &json!(MINJI)));
    assert_eq!(data["title"], "누리소프트 로그인 요청");
    assert_eq!(data["text"], "알 수 없는 브라우저 · 127.0.0.x\n직접 요청했는지 확인해 주세요.");
    assert_eq!(data["url"], format!("{}/approve/{}", house.server.origin(), request["id"].as_str().unwrap()));
}

/// D6: a deployment that was told nothing of it notifies nobody, and says so by not offering it.
#[tokio::test]
async fn d6_a_deployment_notifies_only_where_it_was_told_to() {
    let house = House::with(|config| Config { push_contact: None, ..config }).await;
    let (mut phone, _) = phone(&house).await;
    let told = phone.approvals().await.at("approvals");
    assert_eq!(told.flow()["step"], json!({"id": "1", "type": "approvals", "requests": []}));
    assert_eq!(told.actions(), [""; 0]);
    let given = json!({"subscription": subscription("https://fcm.googleapis.com/a")});
    phone.act("subscribe", given).await.problem(403, "action_unavailable");
    let directory = tempfile::tempdir().unwrap();
    let config = Config { push_contact: Some("gate".into()), ..Config::sandbox(directory.path().join("daemun.db")) };
    let refused = daemun_backend::start(config).await.unwrap_err();
    assert!(matches!(refused, daemun_backend::NotStarted::Push(_)), "{refused}");
}
