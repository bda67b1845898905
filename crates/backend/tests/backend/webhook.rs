//! Messages to phones by webhook, to a receiver of a few lines that believes nothing before it has verified the signature as
//! Standard Webhooks says; it shares no line with the sender.

use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use daemun_backend::{Clock, Config, NotStarted, Sandbox, SmtpConfig, Takes, WebhookConfig, start};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::visitor::{House, Visitor};

const SECRET: &str = "whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5IQ==";
const MOBILE: &str = "010-5555-0101";
const TO: &str = "%2B821055550101";

/// One attempt as it was heard.
#[derive(Debug)]
pub struct Heard {
    pub head: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(named, _)| named == name);
        let (_, value) = found.next().unwrap_or_else(|| panic!("{name} in {:?}", self.headers));
        assert!(found.next().is_none(), "{name} once in {:?}", self.headers);
        value
    }

    /// Standard Webhooks 1.0.0, "Verifying signatures": any of the list will do, by the raw body; and not too old.
    fn is_signed_with(&self, secret: &str, now: u64) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let signed = [id.as_bytes(), b".", at.as_bytes(), b".", &self.body].concat();
        let is_right = self.header("webhook-signature").split(' ').any(|signature| {
            let Some(signature) = signature.strip_prefix("v1,") else { return false };
            let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(&signed);
            mac.verify_slice(&STANDARD.decode(signature).unwrap()).is_ok()
        });
        is_right && at.parse::<u64>().unwrap().abs_diff(now) <= 5 * 60
    }

    fn id(&self) -> String {
        self.header("webhook-id").into()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        self.json()["data"]["text"].as_str().unwrap().into()
    }
}

/// Who takes messages.
pub struct Gateway {
    pub url: String,
    answer: Arc<Mutex<&'static str>>,
    pub attempts: mpsc::UnboundedReceiver<Heard>,
}

impl Gateway {
    /// `answer` is the status line and the headers that it answers with.
    pub async fn open(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/messages?tenant=acme", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(answer));
        let (heard, attempts) = mpsc::unbounded_channel();
        let shared = Arc::clone(&answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, heard) = (Arc::clone(&shared), heard.clone());
                tokio::spawn(async move { receive(stream, &shared, &heard).await });
            }
        });
        Self { url, answer, attempts }
    }

    pub fn set(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
    }

    pub fn config(&self) -> Option<WebhookConfig> {
        Some(WebhookConfig {
            url: self.url.clone(),
            secret: SECRET.into(),
            takes: Takes::SmsAndNotifications,
            push: true,
        })
    }

    /// The next attempt, if it is genuine.
    pub async fn next(&mut self, house: &House) -> Heard {
        let heard = self.attempts.recv().await.unwrap();
        let now = house.server.clock().now().0 / 1000;
        assert!(heard.is_signed_with(SECRET, now), "{heard:?}");
        assert!(!heard.is_signed_with("whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXI=", now));
        heard
    }

    /// Nothing more, after whatever is due was carried.
    async fn nothing(&mut self, house: &House) {
        house.mails(TO).await;
        assert!(self.attempts.try_recv().is_err());
    }
}

/// As much of HTTP/1.1 as one request needs.
async fn receive(
    mut stream: TcpStream,
    answer: &Mutex<&'static str>,
    heard: &mpsc::UnboundedSender<Heard>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    };
    let text = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let (head, lines) = text.split_once("\r\n")?;
    let split = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let headers: Vec<(String, String)> = lines.split("\r\n").filter_map(split).collect();
    let length: usize = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    while bytes.len() < end + 4 + length {
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    }
    let answer = *answer.lock().unwrap();
    heard.send(Heard { head: head.into(), headers, body: bytes[end + 4..].to_vec() }).ok()?;
    stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await.ok()
}

async fn house(gateway: &Gateway) -> House {
    let webhook = gateway.config();
    House::with(|config| Config { webhook, clock: Clock::manual_now(), ..config }).await
}

/// Asks for the ID by a number: a code goes there.
async fn ask(house: &House, number: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.begin(json!({"organisation": "nuri"})).await.at("password");
    visitor.act("find_id", json!({})).await.at("find_id");
    visitor.submit(json!({"identifier": number})).await.at("code");
    visitor
}

/// What an operator may read has nothing of what only two sides may know.
fn tells_nothing(house: &House, heard: &Heard) {
    let log = house.server.log_lines().join("\n");
    let code = heard.text().split_once('#').map(|(_, code)| code.to_owned()).unwrap();
    for kept in [
        SECRET,
        SECRET.trim_start_matches("whsec_"),
        "5555",
        code.as_str(),
        "[Daemun]",
        heard.header("webhook-signature"),
    ] {
        assert!(!log.contains(kept), "{kept} in {log}");
    }
}

#[tokio::test]
async fn a_code_arrives_by_webhook_signed_and_in_the_inbox_too() {
    let mut gateway = Gateway::open("202 Accepted").await;
    let house = house(&gateway).await;
    let mut minji = ask(&house, MOBILE).await;
    let heard = gateway.next(&house).await;
    assert_eq!(heard.head, "POST /messages?tenant=acme HTTP/1.1");
    assert_eq!(heard.header("content-type"), "application/json");
    assert_eq!(heard.header("host"), gateway.url.split('/').nth(2).unwrap());
    assert_eq!(heard.header("webhook-timestamp"), (house.server.clock().now().0 / 1000).to_string());
    let body = heard.json();
    let inbox = house.mails(TO).await;
    assert_eq!((inbox.len(), &inbox[0]["channel"]), (1, &json!("sms")));
    let seconds = |member: &Value| member.as_str().unwrap().to_owned();
    assert_eq!(
        body,
        json!({
            "type": "message.send",
            "timestamp": seconds(&body["timestamp"]),
            "data": {
                "carrier": "sms",
                "to": "+821055550101",
                "text": inbox[0]["text"],
                "expires_at": seconds(&body["data"]["expires_at"]),
            }
        })
    );
    let is_rfc_3339 = |text: String| text.len() == 20 && text.ends_with('Z') && text.contains('T');
    assert!(is_rfc_3339(seconds(&body["timestamp"])) && is_rfc_3339(seconds(&body["data"]["expires_at"])), "{body}");
    // X6: bound to the own host.
    let code = inbox[0]["code"].as_str().unwrap();
    assert_eq!(heard.text().lines().last().unwrap(), format!("@localhost #{code}"));
    tells_nothing(&house, &heard);
    minji.submit(json!({"code": code})).await.at("found_ids");
    // Mails go another way.
    house.advance(31);
    house.visitor().ask_code("minji@daemun.test").await.at("code");
    assert_eq!(house.mails("minji@daemun.test").await.len(), 1);
    gateway.nothing(&house).await;
}

#[tokio::test]
async fn a_service_notification_goes_the_same_way() {
    let mut gateway = Gateway::open("200 OK").await;
    let house = house(&gateway).await;
    house.sql(
        "INSERT INTO outbox (message_id, recipient, channel, subject, text, created_at, next_at, give_up_at, attempts)
         VALUES ('id-1', '+821055550101', 'notification', '', '[Daemun] 012345', 0, 0, 9000000000000, 0)",
    );
    assert_eq!(house.mails(TO).await[0]["channel"], "notification");
    let heard = gateway.next(&house).await;
    assert_eq!(heard.id(), "id-1");
    assert_eq!(
        heard.json(),
        json!({
            "type": "message.send",
            "timestamp": "1970-01-01T00:00:00Z",
            "data": {
                "carrier": "notification",
                "to": "+821055550101",
                "text": "[Daemun] 012345",
                "expires_at": "2255-03-14T16:00:00Z",
            }
        })
    );
    // People see which way a message came.
    ask(&house, MOBILE).await;
    let page = house.visitor().send("GET", "/sandbox/", &[], b"").await.text();
    assert!(
        page.contains(r#"<span class="tag">notification</span>"#) && page.contains(r#"<span class="tag">SMS</span>"#)
    );
}

#[tokio::test]
async fn who_is_busy_is_asked_again_with_the_same_id_and_no_sooner_than_wanted() {
    let mut gateway = Gateway::open("500 Internal Server Error").await;
    let house = house(&gateway).await;
    ask(&house, MOBILE).await;
    let first = gateway.next(&house).await;
    assert!(house.mails(TO).await.is_empty());
    gateway.set("429 Too Many Requests\r\nRetry-After: 90");
    house.advance(2);
    let second = gateway.next(&house).await;
    // The pause would be five seconds; the other side wants more.
    house.advance(5);
    gateway.nothing(&house).await;
    house.advance(84);
    gateway.nothing(&house).await;
    // It wants less than the pause: fifteen seconds.
    gateway.set("503 Service Unavailable\r\nRetry-After: 1");
    house.advance(1);
    let third = gateway.next(&house).await;
    house.advance(14);
    gateway.nothing(&house).await;
    gateway.set("200 OK");
    house.advance(1);
    let fourth = gateway.next(&house).await;
    assert_eq!(house.mails(TO).await.len(), 1);
    gateway.nothing(&house).await;
    // It is one message: the id and the body stay, the attempt has its own time.
    let began: u64 = first.header("webhook-timestamp").parse().unwrap();
    for (attempt, later) in [(&second, 2), (&third, 92), (&fourth, 107)] {
        assert_eq!((attempt.id(), &attempt.body), (first.id(), &first.body));
        assert_eq!(attempt.header("webhook-timestamp"), (began + later).to_string());
    }
    for line in ["sms: attempt 1 (500) failed, tried again later", "sms: attempt 2 (429) failed, tried again later"] {
        assert!(house.server.log_lines().iter().any(|logged| logged == line), "{line}");
    }
    tells_nothing(&house, &first);
    // Another message has another id.
    house.advance(31);
    ask(&house, MOBILE).await;
    assert_ne!(gateway.next(&house).await.id(), first.id());
}

#[tokio::test]
async fn a_code_that_means_nothing_any_more_is_given_up() {
    let mut gateway = Gateway::open("503 Service Unavailable\r\nRetry-After: 86400").await;
    let house = house(&gateway).await;
    ask(&house, MOBILE).await;
    gateway.next(&house).await;
    house.mails(TO).await;
    assert_eq!(house.count("SELECT count(*) FROM outbox"), 1);
    gateway.set("200 OK");
    house.advance(600);
    gateway.nothing(&house).await;
    assert!(house.mails(TO).await.is_empty());
    assert_eq!(house.count("SELECT count(*) FROM outbox"), 0, "nothing of it is kept");
    assert!(house.server.log_lines().iter().any(|line| line == "sms: given up after 1 attempts"));
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again() {
    for (answer, code) in [("400 Bad Request", 400), ("410 Gone", 410), ("422 Unprocessable Content", 422)] {
        let mut gateway = Gateway::open(answer).await;
        let house = house(&gateway).await;
        ask(&house, MOBILE).await;
        let heard = gateway.next(&house).await;
        gateway.set("200 OK");
        for pause in [2, 5, 15, 30, 60] {
            house.advance(pause);
            gateway.nothing(&house).await;
        }
        assert!(house.mails(TO).await.is_empty());
        assert!(
            house.server.log_lines().iter().any(|line| *line == format!("sms: given up after 0 attempts ({code})")),
            "{:?}",
            house.server.log_lines()
        );
        tells_nothing(&house, &heard);
    }
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let mut elsewhere = Gateway::open("200 OK").await;
    let location = elsewhere.url.clone();
    let redirect: &'static str = format!("307 Temporary Redirect\r\nLocation: {location}").leak();
    let mut gateway = Gateway::open(redirect).await;
    let house = house(&gateway).await;
    ask(&house, MOBILE).await;
    let heard = gateway.next(&house).await;
    assert!(house.mails(TO).await.is_empty());
    elsewhere.nothing(&house).await;
    // An operator may mend it while the message waits.
    gateway.set("200 OK");
    house.advance(2);
    assert_eq!(gateway.next(&house).await.id(), heard.id());
    assert_eq!(house.mails(TO).await.len(), 1);
    elsewhere.nothing(&house).await;
    assert!(house.server.log_lines().iter().any(|line| line == "sms: attempt 1 (307) failed, tried again later"));
}

/// A deployment reaches phones if it was told who takes messages to them, and by what it was told is taken.
#[tokio::test]
async fn l10_l2_a_deployment_with_a_webhook_offers_what_it_takes() {
    for takes in [Takes::Sms, Takes::SmsAndNotifications] {
        let mut gateway = Gateway::open("204 No Content").await;
        let webhook = gateway.config().map(|webhook| WebhookConfig { takes, ..webhook });
        let smtp = Some(SmtpConfig { url: "smtp://127.0.0.1:9".into(), from: "a@b.example".into() });
        let origin = Some("https://login.example:8443".into());
        let house = House::with(|config| Config { sandbox: Sandbox::Off, smtp, origin, webhook, ..config }).await;
        house.sql(
            "INSERT INTO workspace (id, name, organisation_id, email_entry, organisation_entry, reveal_tries)
             VALUES ('acme', 'Acme', 'acme', 1, 1, 1)",
        );
        let mut visitor = Visitor::at(&format!("http://localhost:{}", house.server.address().port()));
        visitor.begin(json!({"organisation": "acme"})).await.at("password");
        let asked = visitor.act("find_id", json!({})).await.at("find_id");
        assert_eq!(asked.flow()["step"]["channels"], json!(["email", "sms"]));
        let sent = visitor.submit(json!({"identifier": MOBILE})).await.at("code");
        let heard = gateway.next(&house).await;
        let text = heard.text();
        let mut code = text.lines().last().unwrap().strip_prefix("@login.example #").unwrap().to_owned();
        let offers = sent.actions().contains(&"use_notification".to_owned());
        assert_eq!(offers, takes == Takes::SmsAndNotifications, "{takes:?}");
        if offers {
            visitor.act("use_notification", json!({})).await.at("code");
            let heard = gateway.next(&house).await;
            assert_eq!(heard.json()["data"]["carrier"], "notification");
            code = heard.text().chars().filter(char::is_ascii_digit).collect();
            assert!(!house.server.log_lines().join("\n").contains(&code));
        }
        visitor.submit(json!({"code": code})).await.notice("id_not_found");
        tells_nothing(&house, &heard);
    }
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused_and_the_secret_is_not_told() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("daemun.db");
    for (url, secret) in [("http://gateway.example/", SECRET), ("https://gateway.example/", "whsec_canary")] {
        let webhook = Some(WebhookConfig { url: url.into(), secret: secret.into(), takes: Takes::Sms, push: false });
        assert!(!format!("{webhook:?}").contains("canary"));
        let refused = start(Config { webhook, ..Config::sandbox(&database) }).await.unwrap_err();
        assert!(matches!(refused, NotStarted::Webhook(_)), "{refused}");
        assert!(!format!("{refused} {refused:?}").contains("canary"), "{refused}");
    }
    // On the command line, where the secret is a file's.
    let file = directory.path().join("secret");
    std::fs::write(&file, "whsec_canary\n").unwrap();
    let (file, nowhere) = (file.to_str().unwrap(), directory.path().join("nowhere"));
    let url = "https://gateway.example/";
    for (flags, code, said) in [
        (vec!["--messages-webhook", url], 2, "--messages-webhook needs --messages-secret-file"),
        (vec!["--service-notifications"], 2, "--service-notifications needs --messages-webhook"),
        (vec!["--app-push"], 2, "--app-push needs --messages-webhook"),
        (vec!["--push-contact", "gate"], 1, "not a contact for push services: gate"),
        (vec!["--messages-secret-file", file], 2, "--messages-secret-file needs --messages-webhook"),
        (
            vec!["--messages-webhook", url, "--messages-secret-file", nowhere.to_str().unwrap()],
            2,
            "--messages-secret-file: cannot read",
        ),
        (vec!["--messages-webhook", url, "--messages-secret-file", file], 1, "not a secret for messages"),
        (
            vec!["--messages-webhook", "gateway.example", "--messages-secret-file", file],
            1,
            "not a URL for messages: gateway.example",
        ),
    ] {
        let program = Command::new(env!("CARGO_BIN_EXE_daemun-backend"))
            .args(["--sandbox", "--listen", "127.0.0.1:0", "--database"])
            .arg(&database)
            .args(&flags)
            .output()
            .unwrap();
        let errors = String::from_utf8(program.stderr).unwrap();
        assert_eq!(program.status.code(), Some(code), "{flags:?}: {errors}");
        assert!(errors.contains(said) && !errors.contains("canary"), "{errors}");
    }
}
