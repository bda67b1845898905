//! A push service and a browser behind it, as their RFCs describe them: they verify and decrypt by other
//! implementations than the sender's (ring's P-256 and HKDF, aes-gcm).

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aes_gcm::aead::{Aead, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::{agreement, hkdf, signature};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::server_key::ServerKey;

const NOW: Timestamp = Timestamp::from_seconds(1_795_132_800);

/// A browser with one subscription.
struct Browser {
    key: agreement::EphemeralPrivateKey,
    secret: [u8; 16],
}

/// What came over the wire.
struct Received {
    line: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

/// What a VAPID token says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Claims {
    pub aud: String,
    pub exp: u64,
    pub sub: String,
}

impl Browser {
    fn new() -> Self {
        let key = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new()).unwrap();
        Self { key, secret: Chance::system().bytes().unwrap() }
    }

    fn public_key(&self) -> Vec<u8> {
        self.key.compute_public_key().unwrap().as_ref().to_vec()
    }

    fn subscription(&self, endpoint: &str, reach: Reach) -> Subscription {
        let keys = json!({
            "p256dh": URL_SAFE_NO_PAD.encode(self.public_key()),
            "auth": URL_SAFE_NO_PAD.encode(self.secret),
        });
        Subscription::parse(&json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys }).to_string(), reach)
            .unwrap()
    }

    /// RFC 8291 §3 and RFC 8188 §2, as they are read.
    fn decrypt(self, body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        let (record_size, rest) = rest.split_at(4);
        let (name_length, rest) = rest.split_at(1);
        let (sender, record) = rest.split_at(usize::from(name_length[0]));
        let record_size = u32::from_be_bytes(record_size.try_into().unwrap());
        assert!(record_size >= 18 && record.len() <= record_size as usize, "one record");
        let ours = self.public_key();
        let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, sender);
        let shared = agreement::agree_ephemeral(self.key, &peer, <[u8]>::to_vec).unwrap();
        let keyed = derive::<32>(&self.secret, &shared, &[b"WebPush: info", &[0], &ours, sender]);
        let key = derive::<16>(salt, &keyed, &[b"Content-Encoding: aes128gcm", &[0]]);
        let nonce = derive::<12>(salt, &keyed, &[b"Content-Encoding: nonce", &[0]]);
        let mut text = aes_gcm::Aes128Gcm::new(&key.into()).decrypt(&nonce.into(), record).unwrap();
        while text.pop_if(|last| *last == 0).is_some() {}
        assert_eq!(text.pop(), Some(2), "the last record");
        text
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(salt: &[u8], from: &[u8], purpose: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(from);
    extracted.expand(purpose, Length(N)).unwrap().fill(&mut bytes).unwrap();
    bytes
}

/// What a push service does with `Authorization` (RFC 8292 §4.2). `None`: it is not who it says.
pub(super) fn verified(authorization: &str) -> Option<Claims> {
    let parameters = authorization.strip_prefix("vapid ")?;
    let parameters: HashMap<_, _> = parameters.split(',').filter_map(|each| each.trim().split_once('=')).collect();
    let (signed, signature) = parameters.get("t")?.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let head: serde_json::Value = serde_json::from_slice(&decode(head)?).ok()?;
    assert_eq!(head, json!({ "typ": "JWT", "alg": "ES256" }));
    signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, decode(parameters.get("k")?)?)
        .verify(signed.as_bytes(), &decode(signature)?)
        .ok()?;
    serde_json::from_slice(&decode(claims)?).ok()
}

async fn read_request(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the request is cut");
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n").map(str::to_owned);
        let line = lines.next().unwrap();
        let headers: HashMap<_, _> = lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        let length: usize = headers["content-length"].parse().unwrap();
        while bytes.len() < end + 4 + length {
            assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the body is cut");
        }
        return Received { line, headers, body: bytes[end + 4..].to_vec() };
    }
}

fn contact() -> Contact {
    Contact::parse("mailto:gate@daemun.example").unwrap()
}

fn sender() -> Sender {
    let chance = Chance::seeded(7);
    Sender::new(VapidKey::of(&ServerKey::new([7; 32])), "mailto:gate@daemun.example", Reach::ThisMachineToo, chance)
        .unwrap()
}

/// A sender whose names mean what the test says, and how often it asked.
fn sender_to(addresses: &[&str], port: u16, judge: Option<fn(&str, IpAddr) -> bool>) -> (Sender, Arc<AtomicUsize>) {
    let addresses: Vec<_> = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), port)).collect();
    let asked = Arc::<AtomicUsize>::default();
    let counting = asked.clone();
    let mut resolver = Resolver::system(Reach::PushServices);
    resolver.look_up = Arc::new(move |_| {
        counting.fetch_add(1, Ordering::Relaxed);
        let addresses = addresses.clone();
        Box::pin(async move { io::Result::Ok(addresses) })
    });
    if let Some(judge) = judge {
        resolver.judge = judge;
    }
    let chance = Chance::seeded(7);
    let key = VapidKey::of(&ServerKey::new([7; 32]));
    (Sender::resolving(resolver, key, contact(), Reach::PushServices, chance).unwrap(), asked)
}

fn message() -> Message {
    let payload = json!({ "title": "누리", "body": "canary", "url": "/approve/1", "tag": "approve" });
    Message::new(&payload, Topic::parse("approve").unwrap(), 120).unwrap()
}

/// Sends the message to a push service that answers so.
async fn answered(answer: &'static str) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/push/1", listener.local_addr().unwrap());
    let service = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    let outcome = sender().send(&Browser::new().subscription(&endpoint, Reach::ThisMachineToo), &message(), NOW).await;
    service.await.unwrap();
    outcome
}

#[tokio::test]
async fn a_notification_arrives_and_its_browser_alone_can_read_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let service = tokio::spawn(async move {
        let mut received = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            received.push(read_request(&mut stream).await);
            let answer = "HTTP/1.1 201 Created\r\nLocation: /message/1\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        received
    });
    let (sender, browser) = (sender(), Browser::new());
    let to = browser.subscription(&format!("{origin}/push/1?a=b"), Reach::ThisMachineToo);
    for _ in 0..2 {
        assert_eq!(sender.send(&to, &message(), NOW).await, Outcome::Delivered);
    }
    let [first, second] = service.await.unwrap().try_into().unwrap_or_else(|_| panic!("two requests"));

    assert_eq!(first.line, "POST /push/1?a=b HTTP/1.1");
    let mut names: Vec<_> = first.headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "authorization",
            "content-encoding",
            "content-length",
            "content-type",
            "host",
            "topic",
            "ttl",
            "urgency",
            "user-agent"
        ]
    );
    for (name, value) in [
        ("host", origin.trim_start_matches("http://")),
        ("ttl", "120"),
        ("urgency", "high"),
        ("topic", "approve"),
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
    ] {
        assert_eq!(first.headers[name], value, "{name}");
    }

    let authorization = &first.headers["authorization"];
    assert!(authorization.ends_with(&format!(", k={}", sender.public_key())), "{authorization}");
    let claims = verified(authorization).expect("a genuine token");
    assert_eq!((claims.aud, claims.sub.as_str()), (origin, "mailto:gate@daemun.example"));
    assert!(claims.exp > NOW.0 / 1000 && claims.exp <= NOW.0 / 1000 + 24 * 3600, "{}", claims.exp);

    // Salt and key are new each time.
    assert_eq!(first.body.len(), second.body.len());
    assert_ne!(first.body[..16], second.body[..16]);
    assert_ne!(first.body[21..86], second.body[21..86]);
    assert!(first.body.len() <= 4096);
    assert!(!first.body.windows(6).any(|six| six == b"canary"));
    let payload: serde_json::Value = serde_json::from_slice(&browser.decrypt(&first.body)).unwrap();
    assert_eq!(payload, json!({ "title": "누리", "body": "canary", "url": "/approve/1", "tag": "approve" }));
}

#[tokio::test]
async fn an_answer_is_of_the_subscription_the_moment_or_the_message() {
    let at = |seconds| Some(NOW.plus_seconds(seconds));
    for (answer, expected) in [
        ("HTTP/1.1 201 Created\r\n\r\n", Outcome::Delivered),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Outcome::Delivered),
        ("HTTP/1.1 202 Accepted\r\n\r\n", Outcome::Delivered),
        ("HTTP/1.1 404 Not Found\r\n\r\n", Outcome::Gone),
        ("HTTP/1.1 410 Gone\r\n\r\n", Outcome::Gone),
        (
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\n\r\n",
            Outcome::Later { code: Some(429), not_before: at(30) },
        ),
        ("HTTP/1.1 429 Too Many Requests\r\n\r\n", Outcome::Later { code: Some(429), not_before: None }),
        (
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: Fri, 20 Nov 2026 00:01:00 GMT\r\n\r\n",
            Outcome::Later { code: Some(503), not_before: at(60) },
        ),
        ("HTTP/1.1 500 Oh\r\nRetry-After: soon\r\n\r\n", Outcome::Later { code: Some(500), not_before: None }),
        ("HTTP/1.1 408 Request Timeout\r\n\r\n", Outcome::Later { code: Some(408), not_before: None }),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", Outcome::Refused(Refusal::Answer(400))),
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", Outcome::Refused(Refusal::Answer(401))),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", Outcome::Refused(Refusal::Answer(403))),
        ("HTTP/1.1 413 Content Too Large\r\n\r\n", Outcome::Refused(Refusal::Answer(413))),
        ("HTTP/1.1 999 What\r\n\r\n", Outcome::Refused(Refusal::Answer(999))),
        ("HTTP/1.1 201", Outcome::Later { code: None, not_before: None }),
        ("SSH-2.0-OpenSSH_9.9\r\n", Outcome::Later { code: None, not_before: None }),
        ("", Outcome::Later { code: None, not_before: None }),
    ] {
        assert_eq!(answered(answer).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let to = elsewhere.local_addr().unwrap();
    for code in [301, 302, 303, 307, 308] {
        let answer = format!("HTTP/1.1 {code} There\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(answered(answer.leak()).await, Outcome::Refused(Refusal::Answer(code)));
        assert_eq!(elsewhere.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}

/// The clock stands until nothing else is to be done: here, until the push service has had its time.
#[tokio::test(start_paused = true)]
async fn who_never_answers_is_asked_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/push/1", listener.local_addr().unwrap());
    let to = Browser::new().subscription(&endpoint, Reach::ThisMachineToo);
    let began = tokio::time::Instant::now();
    let outcome = sender().send(&to, &message(), NOW).await;
    assert_eq!(outcome, Outcome::Later { code: None, not_before: None });
    assert_eq!(began.elapsed().as_secs(), PATIENCE);
}

#[tokio::test]
async fn who_is_not_there_is_asked_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/push/1", listener.local_addr().unwrap());
    drop(listener);
    let to = Browser::new().subscription(&endpoint, Reach::ThisMachineToo);
    assert_eq!(sender().send(&to, &message(), NOW).await, Outcome::Later { code: None, not_before: None });
}

/// Of an answer that never ends, the head counts if it ends; the rest is hung up on.
#[tokio::test]
async fn an_endless_answer_is_hung_up_on() {
    let later = Outcome::Later { code: None, not_before: None };
    for (head, again, expected) in [
        ("HTTP/1.1 201 Created\r\n", "A: aaaaaaaa\r\n", later),
        ("HTTP/1.1 201 Created\r\nA: ", "aaaaaaaa", later),
        ("HTTP/1.1 201 ", "Created ", later),
        ("HTTP/1.1 201 Created\r\n\r\n", "aaaaaaaa", Outcome::Delivered),
        ("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n", "8\r\naaaaaaaa\r\n", Outcome::Delivered),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/push/1", listener.local_addr().unwrap());
        let service = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream.write_all(head.as_bytes()).await.unwrap();
            let again = again.repeat(1024);
            // Ends when the other side no longer listens.
            while stream.write_all(again.as_bytes()).await.is_ok() {}
        });
        let to = Browser::new().subscription(&endpoint, Reach::ThisMachineToo);
        assert_eq!(sender().send(&to, &message(), NOW).await, expected, "{head:?}");
        service.await.unwrap();
    }
}

#[tokio::test]
async fn a_push_service_that_is_at_home_is_none() {
    let to = Browser::new().subscription("https://updates.push.services.mozilla.com/a", Reach::PushServices);
    for (addresses, refused) in [
        (&["127.0.0.1"][..], "127.0.0.1"),
        (&["10.0.0.1"], "10.0.0.1"),
        (&["169.254.169.254"], "169.254.169.254"),
        (&["::1"], "::1"),
        (&["::ffff:127.0.0.1"], "::ffff:127.0.0.1"),
        (&["fd00::1"], "fd00::1"),
        // Among others that are somebody's.
        (&["142.250.196.106", "2404:6800:4004:820::200a", "192.168.0.1"], "192.168.0.1"),
    ] {
        let (sender, _) = sender_to(addresses, 0, None);
        let expected = Outcome::Refused(Refusal::Address(refused.parse().unwrap()));
        assert_eq!(sender.send(&to, &message(), NOW).await, expected);
    }
    // A name without addresses is about the moment.
    let (sender, _) = sender_to(&[], 0, None);
    assert_eq!(sender.send(&to, &message(), NOW).await, Outcome::Later { code: None, not_before: None });
}

#[test]
fn a_sandboxs_names_mean_this_machine_or_the_internet() {
    let judge = Resolver::system(Reach::ThisMachineToo).judge;
    let at = |text: &str| text.parse().unwrap();
    assert!(judge("localhost", at("127.0.0.1")) && judge("push.localhost", at("::1")));
    assert!(!judge("localhost", at("142.250.196.106")) && !judge("localhost", at("192.168.0.1")));
    assert!(judge("fcm.googleapis.com", at("142.250.196.106")) && !judge("fcm.googleapis.com", at("127.0.0.1")));
    let judge = Resolver::system(Reach::PushServices).judge;
    assert!(!judge("localhost", at("127.0.0.1")) && judge("fcm.googleapis.com", at("142.250.196.106")));
}

/// RFC 8446 §5.1: what begins with 22 is a handshake. Whatever the address, the name that is asked for is the
/// endpoint's.
#[tokio::test]
async fn a_name_is_looked_up_once_and_asked_for_by_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, asked) = sender_to(&["127.0.0.1"], port, Some(|_, _| true));
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 5];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes.resize(5 + usize::from(u16::from_be_bytes([bytes[3], bytes[4]])), 0);
        stream.read_exact(&mut bytes[5..]).await.unwrap();
        bytes
    });
    let to = Browser::new().subscription("https://web.push.apple.com/canary", Reach::PushServices);
    assert_eq!(sender.send(&to, &message(), NOW).await, Outcome::Later { code: None, not_before: None });
    let bytes = heard.await.unwrap();
    let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    assert_eq!(bytes.first(), Some(&22));
    assert!(has(b"web.push.apple.com") && !has(b"canary"));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_deployment_sends_nothing_to_this_machine_whoever_took_the_subscription() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let to = Browser::new().subscription(&format!("http://localhost:{port}/push/1"), Reach::ThisMachineToo);
    let (sender, asked) = sender_to(&["127.0.0.1"], port, Some(|_, _| true));
    assert_eq!(sender.send(&to, &message(), NOW).await, Outcome::Refused(Refusal::Endpoint));
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn a_message_is_small_and_its_topic_a_word() {
    let topic = || Topic::parse("approve").unwrap();
    let quoted = |length: usize| json!("a".repeat(length - 2));
    assert!(Message::new(&quoted(3993), topic(), 120).is_ok());
    assert_eq!(Message::new(&quoted(3994), topic(), 120), Err(TooLong(3994)));
    for text in ["a", "-_09AZaz", &"a".repeat(32)] {
        assert!(Topic::parse(text).is_ok(), "{text}");
    }
    for text in ["", "a b", "a=", "a.b", "누리", &"a".repeat(33)] {
        assert_eq!(Topic::parse(text), Err(NotATopic), "{text}");
    }
}

#[test]
fn nothing_secret_is_in_debug() {
    let to = Browser::new().subscription("https://web.push.apple.com/canary", Reach::PushServices);
    assert_eq!(format!("{to:?}"), "Subscription(https://web.push.apple.com)");
    assert_eq!(format!("{:?} {:?}", sender(), message()), "Sender Message");
}
