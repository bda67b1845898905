//! Stand-ins for LINE, NAVER and Kakao, one page each: whoever comes says who they are, and approves, cancels or is refused. They
//! speak as the real ones do, and refuse to keep anything: a code is what it stands for, signed.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::Secret;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::gate::identity_digest;
use crate::http::{House, asked_locale, page};
use crate::locale::Locale;
use crate::pages::{self, document, escape};
use crate::providers::ProviderConfig;
use crate::server_key::{ServerKey, digest};
use crate::store;

/// As this backend is registered at each of them. As public as everything in the sandbox.
const CLIENT: &str = "daemun-sandbox";
const SECRET: &str = "the secret of the sandbox, which is none";

/// Seconds that a code is good for.
const LIFETIME: u64 = 600;

/// Who has an account at every one of them, by the name that it tells, with what they might share.
pub(super) const PEOPLE: &[Person] = &[
    Person { id: "minji", name: "김민지", email: "minji.naver@daemun.test", mobile: "010-5555-0707" },
    Person { id: "dohyun", name: "정도현", email: "dohyun.naver@daemun.test", mobile: "010-5555-0808" },
    Person { id: "taeyang", name: "한태양", email: "taeyang.naver@daemun.test", mobile: "010-5555-0606" },
    Person { id: "haruto", name: "佐藤陽翔", email: "haruto.naver@daemun.test", mobile: "010-5555-0505" },
    Person { id: "alex", name: "Alex Morgan", email: "alex.naver@daemun.test", mobile: "010-5555-0404" },
];

pub(super) struct Person {
    pub(super) id: &'static str,
    name: &'static str,
    email: &'static str,
    mobile: &'static str,
}

/// What stands in for whom.
pub(crate) fn providers(origin: &str) -> Vec<ProviderConfig> {
    let stand_in =
        |id: &str, provider: ProviderConfig| provider.registered(CLIENT, Secret::new(SECRET)).at(&base(origin, id));
    vec![
        stand_in("line", ProviderConfig::line()),
        stand_in("naver", ProviderConfig::naver()),
        stand_in("kakao", ProviderConfig::kakao()),
    ]
}

fn base(origin: &str, id: &str) -> String {
    format!("{origin}/sandbox/provider/{id}")
}

fn name(id: &str) -> Option<&'static str> {
    match id {
        "line" => Some("LINE"),
        "naver" => Some("NAVER"),
        "kakao" => Some("Kakao"),
        _ => None,
    }
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "No such provider\n").into_response()
}

/// OpenID Connect Discovery §3, RFC 9207 §3.
pub(super) async fn describe(State(house): State<House>, Path(id): Path<String>) -> Response {
    // NAVER's real one is asked for no description.
    let Some(_) = name(&id).filter(|_| id != "naver") else { return unknown() };
    let base = base(&house.origin.text, &id);
    let algorithm = algorithm(&id);
    super::json(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [algorithm],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// What its ID tokens are signed by: LINE's for the web by the secret that both sides know.
fn algorithm(id: &str) -> &'static str {
    if id == "line" { "HS256" } else { "ES256" }
}

pub(super) async fn keys(State(house): State<House>) -> Response {
    let point = p256::PublicKey::from(signing_key(&house.gate.key).verifying_key()).to_sec1_bytes();
    // SEC 1 §2.3.3: 4, x, y.
    let part = |from: usize| point.get(from..from + 32).map(|part| URL_SAFE_NO_PAD.encode(part)).unwrap_or_default();
    super::json(json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "sandbox", "x": part(1), "y": part(33) },
    ] }))
}

fn signing_key(key: &ServerKey) -> SigningKey {
    let mut nth = 0_u64;
    loop {
        if let Ok(made) = SigningKey::from_slice(&key.mac("sandbox provider", &[&nth.to_be_bytes()])) {
            return made;
        }
        nth += 1;
    }
}

/// What a backend asks for (RFC 6749 §4.1.1).
#[derive(Deserialize)]
pub(super) struct Request {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    state: String,
    nonce: Option<String>,
    code_challenge: Option<String>,
}

/// What a code or an access token stands for.
#[derive(Serialize, Deserialize)]
struct Grant {
    provider: String,
    who: String,
    share: bool,
    redirect_uri: String,
    nonce: Option<String>,
    challenge: Option<String>,
    /// In seconds.
    until: u64,
}

impl Grant {
    fn seal(&self, key: &ServerKey) -> String {
        let grant = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let seal = URL_SAFE_NO_PAD.encode(key.mac("sandbox grant", &[grant.as_bytes()]));
        format!("{grant}.{seal}")
    }

    fn open(text: &str, key: &ServerKey, provider: &str, now: u64) -> Option<Self> {
        let (grant, seal) = text.split_once('.')?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        let is_sealed = bool::from(key.mac("sandbox grant", &[grant.as_bytes()]).ct_eq(seal.as_slice()));
        let grant: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(grant).ok()?).ok()?;
        (is_sealed && grant.provider == provider && now < grant.until).then_some(grant)
    }
}

/// `GET …/authorize`: who is it, and do they agree?
pub(super) async fn ask(
    State(house): State<House>,
    Path(id): Path<String>,
    Query(request): Query<Request>,
    headers: HeaderMap,
) -> Response {
    let Some(name) = name(&id) else { return unknown() };
    if !is_registered(&house, &id, &request) {
        return (StatusCode::BAD_REQUEST, "Not as this deployment is registered here\n").into_response();
    }
    let locale = asked_locale(&headers);
    let [lead, agree, cancel, refuse, contacts] = match locale {
        Locale::Ko => [
            "샌드박스의 {name} 대역이에요. 누구로 동의할까요?",
            "동의하기",
            "취소",
            "서비스 쪽에서 거절",
            "이메일과 휴대전화 번호도 제공",
        ],
        Locale::En => [
            "The sandbox’s stand-in for {name}. Who agrees?",
            "Agree",
            "Cancel",
            "Be refused by the service",
            "Share email and mobile number too",
        ],
        Locale::Ja => [
            "サンドボックスの {name} の代役です。誰として同意しますか?",
            "同意する",
            "キャンセル",
            "サービス側で拒否",
            "メールアドレスと携帯電話番号も提供する",
        ],
    };
    let people: String = PEOPLE
        .iter()
        .enumerate()
        .map(|(nth, person)| {
            format!(
                "<label class=\"row\"><input type=\"radio\" name=\"who\" value=\"{}\"{}> {}</label>",
                person.id,
                if nth == 0 { " checked" } else { "" },
                escape(person.name)
            )
        })
        .collect();
    let contacts = if id == "naver" {
        format!("<label class=\"row\"><input type=\"checkbox\" name=\"share\" value=\"yes\"> {contacts}</label>")
    } else {
        String::new()
    };
    let kept = [
        ("client_id", Some(&request.client_id)),
        ("redirect_uri", Some(&request.redirect_uri)),
        ("state", Some(&request.state)),
        ("nonce", request.nonce.as_ref()),
        ("code_challenge", request.code_challenge.as_ref()),
    ];
    let kept: String = kept
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)))
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    let body = format!(
        "<main>\n<h1>{name}</h1>\n<p>{lead}</p>\n<form method=\"post\" class=\"card\">{kept}{people}{contacts}\
         <div class=\"row\"><button class=\"deed\" name=\"decision\" value=\"agree\">{agree}</button>\
         <button name=\"decision\" value=\"cancel\">{cancel}</button>\
         <button name=\"decision\" value=\"refuse\">{refuse}</button></div></form>\n</main>",
        lead = lead.replace("{name}", name),
    );
    page(StatusCode::OK, document(locale, name, " data-page=\"provider\"", &body), pages::policy())
}

/// What a form says.
fn said(form: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(form).find(|(named, _)| named == name).map(|(_, value)| value.into_owned())
}

/// RFC 9700 §2.1: letter by letter.
fn is_registered(house: &House, id: &str, request: &Request) -> bool {
    request.client_id == CLIENT && request.redirect_uri == format!("{}/continue/{id}", house.origin.text)
}

/// `POST …/authorize`: back to where they came from (RFC 6749 §4.1.2).
pub(super) async fn decide(State(house): State<House>, Path(id): Path<String>, body: Bytes) -> Response {
    let said = |name: &str| said(&body, name);
    let who = said("who").unwrap_or_default();
    let request = Request {
        client_id: said("client_id").unwrap_or_default(),
        redirect_uri: said("redirect_uri").unwrap_or_default(),
        state: said("state").unwrap_or_default(),
        nonce: said("nonce"),
        code_challenge: said("code_challenge"),
    };
    let is_somebody = PEOPLE.iter().any(|person| person.id == who);
    if name(&id).is_none() || !is_registered(&house, &id, &request) || !is_somebody {
        return unknown();
    }
    let grant = Grant {
        provider: id.clone(),
        who,
        share: said("share").is_some(),
        redirect_uri: request.redirect_uri.clone(),
        nonce: request.nonce,
        challenge: request.code_challenge,
        until: house.gate.clock.now().0 / 1000 + LIFETIME,
    };
    let (named, value) = match said("decision").unwrap_or_default().as_str() {
        "agree" => ("code", grant.seal(&house.gate.key)),
        "cancel" => ("error", "access_denied".into()),
        _ => ("error", "unauthorized_client".into()),
    };
    let Ok(mut place) = url::Url::parse(&request.redirect_uri) else { return unknown() };
    place.query_pairs_mut().append_pair(named, &value).append_pair("state", &request.state);
    if id != "naver" {
        place.query_pairs_mut().append_pair("iss", &base(&house.origin.text, &id));
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, place.as_str()), (header::CACHE_CONTROL, "no-store")]).into_response()
}

/// `POST …/token` (RFC 6749 §4.1.3, RFC 7636 §4.6).
pub(super) async fn grant(State(house): State<House>, Path(id): Path<String>, body: Bytes) -> Response {
    let asked = |name: &str| said(&body, name);
    let now = house.gate.clock.now().0 / 1000;
    let key = &house.gate.key;
    let grant = asked("code").and_then(|code| Grant::open(&code, key, &id, now)).filter(|grant| {
        let challenge = asked("code_verifier").map(|verifier| URL_SAFE_NO_PAD.encode(digest(verifier.as_bytes())));
        asked("client_id").as_deref() == Some(CLIENT)
            && asked("client_secret").as_deref() == Some(SECRET)
            && asked("redirect_uri").as_ref() == Some(&grant.redirect_uri)
            && challenge == grant.challenge
    });
    let refusal = json!({ "error": "invalid_grant" });
    match grant {
        // As NAVER does: a refusal is answered with 200, and a lifetime is a text.
        None if id == "naver" => super::json(refusal),
        None => (StatusCode::BAD_REQUEST, super::json(refusal)).into_response(),
        Some(grant) if id == "naver" => {
            super::json(json!({ "access_token": grant.seal(key), "token_type": "bearer", "expires_in": "3600" }))
        }
        Some(grant) => super::json(json!({
            "access_token": grant.seal(key),
            "token_type": "Bearer",
            "expires_in": 3600,
            "id_token": id_token(key, &id, &json!({
                "iss": base(&house.origin.text, &id),
                "sub": grant.who,
                "aud": CLIENT,
                "iat": now,
                "exp": now + LIFETIME,
                "nonce": grant.nonce,
            })),
        })),
    }
}

/// A signed JWT (RFC 7515 §3.1).
fn id_token(key: &ServerKey, id: &str, claims: &Value) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({ "alg": algorithm(id), "typ": "JWT", "kid": "sandbox" });
    let signed = format!("{}.{}", encoded(&head), encoded(claims));
    let signature = if algorithm(id) == "HS256" {
        hs256(signed.as_bytes())
    } else {
        let signature: Signature = signing_key(key).sign(signed.as_bytes());
        signature.to_bytes().to_vec()
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// RFC 7518 §3.2.
fn hs256(signed: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()) else { return Vec::new() };
    mac.update(signed);
    mac.finalize().into_bytes().to_vec()
}

/// `GET …/me`: NAVER's profile of who has agreed.
pub(super) async fn profile(State(house): State<House>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let now = house.gate.clock.now().0 / 1000;
    let grant = token.and_then(|token| Grant::open(token, &house.gate.key, &id, now));
    let person = grant.and_then(|grant| Some((PEOPLE.iter().find(|person| person.id == grant.who)?, grant.share)));
    match person {
        Some((person, true)) => super::json(json!({
            "resultcode": "00",
            "message": "success",
            "response": { "id": person.id, "email": person.email, "mobile": person.mobile },
        })),
        Some((person, false)) => {
            super::json(json!({ "resultcode": "00", "message": "success", "response": { "id": person.id } }))
        }
        None => {
            let refusal = super::json(json!({ "resultcode": "024", "message": "Authentication failed" }));
            (StatusCode::UNAUTHORIZED, refusal).into_response()
        }
    }
}

/// An identity that is to be a member's.
#[derive(Deserialize)]
struct Connection {
    email: String,
    workspace: String,
    provider: String,
    /// What the provider calls its member.
    subject: String,
}

/// `POST /sandbox/identities`: connects an identity at any provider that is configured, as the member would.
pub(super) async fn connect(State(house): State<House>, body: Bytes) -> Response {
    let Ok(Connection { email, workspace, provider, subject }) = serde_json::from_slice(&body) else {
        return (StatusCode::BAD_REQUEST, "email, workspace, provider and subject\n").into_response();
    };
    let Some(namespace) = house.gate.providers.namespace(&provider).map(ToOwned::to_owned) else { return unknown() };
    let (digest, now) = (identity_digest(&house.gate.key, &namespace, &subject), house.gate.clock.now());
    let connected = house.gate.store.write(move |transaction| {
        let accounts = store::accounts_by_email(transaction, &email, Some(&workspace))?;
        for account in &accounts {
            store::connect_identity(transaction, account, &provider, &digest, now)?;
        }
        Ok(!accounts.is_empty())
    });
    let told = |connected| if connected { StatusCode::NO_CONTENT.into_response() } else { unknown() };
    super::answer(&house, connected.await.map(told))
}
