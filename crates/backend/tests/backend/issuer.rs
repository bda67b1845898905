//! An OpenID provider that says whatever a test wants it to, signed by a key of its own or not at all.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const CLIENT: &str = "a-client";
pub const SECRET: &str = "a-secret-that-both-sides-know";

/// Dropping it ends it.
pub struct Issuer {
    pub url: String,
    says: Arc<Mutex<Says>>,
    serving: JoinHandle<()>,
}

#[derive(Clone)]
struct Says {
    description: Value,
    token: (u16, String),
    /// What was asked for, the newest last.
    asked: Vec<String>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Issuer {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let description = json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        let token = (400, json!({"error": "invalid_grant"}).to_string());
        let says = Arc::new(Mutex::new(Says { description, token, asked: Vec::new() }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/jwks", get(keys))
            .route("/token", post(token_for))
            .with_state(Arc::clone(&says));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = TowerToHyperService::new(router.clone());
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, says, serving }
    }

    /// Describes itself otherwise.
    pub fn describe(&self, name: &str, value: Value) {
        self.says.lock().unwrap().description[name] = value;
    }

    /// Answers whoever comes with a code.
    pub fn answer(&self, status: u16, body: String) {
        self.says.lock().unwrap().token = (status, body);
    }

    /// Answers with an ID token.
    pub fn answer_with(&self, id_token: &str) {
        let body = json!({"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": id_token});
        self.answer(200, body.to_string());
    }

    /// What was asked for with codes.
    pub fn asked(&self) -> Vec<String> {
        self.says.lock().unwrap().asked.clone()
    }

    /// The claims of a good ID token for somebody, at a moment in seconds.
    pub fn claims(&self, subject: &str, nonce: &str, now: u64) -> Value {
        let (iss, exp) = (&self.url, now + 300);
        json!({"iss": iss, "sub": subject, "aud": CLIENT, "iat": now, "exp": exp, "nonce": nonce})
    }
}

type Answer = (StatusCode, [(&'static str, &'static str); 1], String);

async fn describe(State(says): State<Arc<Mutex<Says>>>) -> Answer {
    json_answer(200, says.lock().unwrap().description.to_string())
}

fn json_answer(status: u16, body: String) -> Answer {
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body)
}

async fn keys() -> Answer {
    let point = p256::PublicKey::from(key().verifying_key()).to_sec1_bytes();
    let part = |from: usize| URL_SAFE_NO_PAD.encode(&point[from..from + 32]);
    let key =
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k", "x": part(1), "y": part(33)});
    json_answer(200, json!({"keys": [key]}).to_string())
}

async fn token_for(State(says): State<Arc<Mutex<Says>>>, body: Bytes) -> Answer {
    let mut says = says.lock().unwrap();
    says.asked.push(String::from_utf8(body.to_vec()).unwrap());
    let (status, body) = says.token.clone();
    json_answer(status, body)
}

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// As it should be signed (ES256).
pub fn signed(claims: &Value) -> String {
    signed_by(&key(), claims)
}

/// Signed by somebody else, who says that it is the same key.
pub fn signed_by_another(claims: &Value) -> String {
    signed_by(&SigningKey::from_slice(&[8; 32]).unwrap(), claims)
}

fn signed_by(key: &SigningKey, claims: &Value) -> String {
    let text = format!("{}.{}", encoded(&json!({"alg": "ES256", "typ": "JWT", "kid": "k"})), encoded(claims));
    let signature: Signature = key.sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// By nobody (RFC 7515, Appendix A.5).
pub fn unsigned(claims: &Value) -> String {
    format!("{}.{}.", encoded(&json!({"alg": "none", "typ": "JWT"})), encoded(claims))
}

/// By the client's secret, which this provider does not sign by.
pub fn signed_by_secret(claims: &Value) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let text = format!("{}.{}", encoded(&json!({"alg": "HS256", "typ": "JWT"})), encoded(claims));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}
