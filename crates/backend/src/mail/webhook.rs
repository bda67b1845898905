//! Messages to phones, handed to whoever carries them there: one signed request each (Standard Webhooks 1.0.0), so that any
//! provider fits behind a few lines of its own. It refuses to know providers, follows nobody elsewhere, and reads no more of an
//! answer than how it is meant.

use std::time::Duration;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use daemun_protocol::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use sha2::Sha256;
use url::Url;

use super::Fate;
use crate::calendar::iso;
use crate::carrier::Carrier;
use crate::retry_after::retry_after;
use crate::return_to::is_web;
use crate::store::OutboxRow;

/// Seconds that the other side has for its answer.
const PATIENCE: u64 = 10;

/// Base64 with or without `=` at its end: secrets are copied by people.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whoever takes messages to phones.
#[derive(Clone)]
pub struct Webhook {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    secret: Secret,
}

/// The key that both sides know (Standard Webhooks, "Signature scheme").
#[derive(Clone)]
struct Secret(Vec<u8>);

/// A webhook setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WebhookRefused {
    #[error("not a URL for messages: {0}: it is https://…, or http://… on this machine, without user, password and #")]
    Url(String),
    #[error("not a secret for messages: it is whsec_ and 24 to 64 bytes in base64")]
    Secret,
    #[error("no TLS for messages: {0}")]
    Tls(#[from] rustls::Error),
}

/// The request's body.
#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    /// When the message was made, at whichever attempt.
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    carrier: Carrier,
    to: &'a str,
    /// A notification's title and where it leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    /// When it has lost its meaning.
    expires_at: String,
}

impl Webhook {
    /// # Errors
    /// [`WebhookRefused`] says which setting cannot be used, and never what the secret is.
    pub fn new(url: &str, secret: &str) -> Result<Self, WebhookRefused> {
        let refused = || WebhookRefused::Url(url.into());
        let parsed = Url::parse(url).map_err(|_| refused())?;
        let is_plain = is_web(&parsed) && parsed.fragment().is_none();
        let uri = is_plain.then(|| parsed.as_str().parse().ok()).flatten().ok_or_else(refused)?;
        let secret = Secret::parse(secret).ok_or(WebhookRefused::Secret)?;
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        // A connection that was kept may be gone by the next message, and what becomes of that one is then nobody's knowledge.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Ok(Self { client, url: uri, secret })
    }

    /// One attempt.
    pub(super) async fn send(&self, row: &OutboxRow, now: Timestamp) -> Result<(), Fate> {
        let request = self.request(row, now).ok_or(Fate::HOPELESS)?;
        let answer = tokio::time::timeout(Duration::from_secs(PATIENCE), self.client.request(request)).await;
        let Ok(Ok(answer)) = answer else { return Err(Fate::again(None)) };
        let (status, code) = (answer.status(), Some(answer.status().as_u16()));
        match meaning(status) {
            Meaning::Taken => Ok(()),
            Meaning::Again => Err(Fate::Again { code, not_before: retry_after(answer.headers(), now) }),
            Meaning::Hopeless => Err(Fate::Hopeless(code)),
        }
    }

    /// `None` if it cannot be written down, which no message is known for.
    fn request(&self, row: &OutboxRow, now: Timestamp) -> Option<Request<Full<Bytes>>> {
        let (id, at) = (&row.mail.message_id, (now.0 / 1000).to_string());
        let words = &row.mail.words;
        let body = serde_json::to_vec(&Payload {
            r#type: "message.send",
            timestamp: iso(row.created_at),
            data: Data {
                carrier: words.carrier,
                to: &row.mail.to,
                title: Some(words.subject.as_str()).filter(|title| !title.is_empty()),
                text: &words.text,
                url: words.link.as_deref(),
                expires_at: iso(row.give_up_at),
            },
        })
        .ok()?;
        Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("Daemun/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-signature", self.secret.signature(id, &at, &body)?)
            .header("webhook-timestamp", at)
            .body(Full::new(body.into()))
            .ok()
    }
}

impl Secret {
    fn parse(text: &str) -> Option<Self> {
        let key = BASE64.decode(text.strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&key.len()).then_some(Self(key))
    }

    /// `v1,` and HMAC-SHA256 of `id.timestamp.body`.
    fn signature(&self, id: &str, at: &str, body: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in [id.as_bytes(), b".", at.as_bytes(), b".", body] {
            mac.update(part);
        }
        Some(format!("v1,{}", BASE64.encode(mac.finalize().into_bytes())))
    }
}

impl core::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Webhook")
    }
}

/// What an answer says of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Taken,
    /// It is about the moment, or about the two servers, and an operator may mend them while the message waits: a redirect, which
    /// is never followed, is one of these.
    Again,
    Hopeless,
}

fn meaning(status: StatusCode) -> Meaning {
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => Meaning::Again,
        // Of the secret or the URL, and no fault of the message.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Meaning::Again,
        status if status.is_success() => Meaning::Taken,
        status if status.is_client_error() => Meaning::Hopeless,
        _ => Meaning::Again,
    }
}

#[cfg(test)]
pub(super) fn some_secret() -> String {
    format!("whsec_{}", BASE64.encode([7; 32]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Mail, Words};

    fn row(id: &str, text: &str, created_at: Timestamp) -> OutboxRow {
        let words = Words { carrier: Carrier::Sms, subject: String::new(), text: text.into(), code: None, link: None };
        let mail = Mail { message_id: id.into(), to: "+821055550101".into(), words };
        OutboxRow { id: 1, mail, created_at, give_up_at: created_at.plus_seconds(600), attempts: 0 }
    }

    /// What docs/MESSAGES.md shows is what is sent.
    #[test]
    fn the_papers_example_is_a_request() {
        let paper = include_str!("../../../../docs/MESSAGES.md");
        let after = |start: &str| {
            paper.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("{start} in the paper"))
        };
        let secret = after("Signed with `").trim_end_matches("`:");
        let webhook = Webhook::new("https://gateway.example/messages", secret).unwrap();
        let body: serde_json::Value = serde_json::from_str(&format!("{{{}", after("{"))).unwrap();
        let at = Timestamp::from_seconds(after("webhook-timestamp: ").parse().unwrap());
        let row = row(after("webhook-id: "), body["data"]["text"].as_str().unwrap(), at);
        let request = webhook.request(&row, at).unwrap();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            assert_eq!(request.headers()[name], after(&format!("{name}: ")), "{name}");
        }
        assert_eq!(request.headers()[CONTENT_TYPE], after("Content-Type: "));
    }

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_the_specifications() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        assert_eq!(signature.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn settings_that_cannot_be_used_are_refused_and_the_secret_is_not_told() {
        for url in [
            "https://gateway.example/messages?tenant=1",
            "http://localhost:9000/",
            "http://127.0.0.1/",
            "http://[::1]:1/",
        ] {
            assert!(Webhook::new(url, &some_secret()).is_ok(), "{url}");
        }
        for url in [
            "",
            "gateway.example",
            "http://gateway.example/",
            "http://192.168.0.1/",
            "http://localhost.example/",
            "https://user:password@gateway.example/",
            "https://gateway.example/#a",
            "ftp://localhost/",
            "file:///etc/passwd",
        ] {
            assert!(matches!(Webhook::new(url, &some_secret()), Err(WebhookRefused::Url(_))), "{url}");
        }
        let canary = BASE64.encode([9; 23]);
        for secret in [
            "",
            "whsec_",
            "secret",
            &canary,
            &format!("whsec_{canary}"),
            "whsec_!",
            &some_secret().replace("whsec_", "whsk_"),
        ] {
            let refused = Webhook::new("https://gateway.example/", secret).unwrap_err();
            assert!(matches!(refused, WebhookRefused::Secret), "{secret}");
            assert!(!format!("{refused} {refused:?}").contains(&canary));
        }
        let webhook = Webhook::new("https://gateway.example/", &some_secret()).unwrap();
        assert_eq!(format!("{webhook:?}"), "Webhook");
        // Without the = at its end it is the same.
        let (whole, cut) = (some_secret(), some_secret().trim_end_matches('=').to_owned());
        assert_eq!(Secret::parse(&whole).unwrap().0, Secret::parse(&cut).unwrap().0);
    }

    #[test]
    fn an_answer_is_of_the_message_or_of_the_moment() {
        for (code, expected) in [
            (200, Meaning::Taken),
            (202, Meaning::Taken),
            (204, Meaning::Taken),
            (301, Meaning::Again),
            (307, Meaning::Again),
            (400, Meaning::Hopeless),
            (401, Meaning::Again),
            (404, Meaning::Again),
            (408, Meaning::Again),
            (410, Meaning::Hopeless),
            (422, Meaning::Hopeless),
            (425, Meaning::Again),
            (429, Meaning::Again),
            (500, Meaning::Again),
            (503, Meaning::Again),
            (599, Meaning::Again),
            (999, Meaning::Again),
        ] {
            assert_eq!(meaning(StatusCode::from_u16(code).unwrap()), expected, "{code}");
        }
    }

    /// The clock stands until nothing else is to be done: here, until the other side has had its time.
    #[tokio::test(start_paused = true)]
    async fn who_never_answers_is_asked_again() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook = Webhook::new(&format!("http://{}/", listener.local_addr().unwrap()), &some_secret()).unwrap();
        let row = row("1", "", Timestamp(0));
        let sent = webhook.send(&row, Timestamp(1_000)).await;
        assert!(matches!(sent, Err(Fate::Again { code: None, not_before: None })));
    }

    /// RFC 8446 §5.1: what begins with 22 is a handshake.
    #[tokio::test]
    async fn nothing_is_said_in_the_clear_to_an_https_url() {
        use tokio::io::AsyncReadExt;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let webhook = Webhook::new(&url, &some_secret()).unwrap();
        let heard = tokio::spawn(async move {
            let mut bytes = Vec::new();
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_buf(&mut bytes).await.unwrap();
            bytes
        });
        let sent = webhook.send(&row("1", "canary", Timestamp(0)), Timestamp(1_000)).await;
        assert!(matches!(sent, Err(Fate::Again { code: None, .. })));
        let bytes = heard.await.unwrap();
        assert_eq!(bytes.first(), Some(&22));
        assert!(!bytes.windows(6).any(|six| six == b"canary"));
    }
}
