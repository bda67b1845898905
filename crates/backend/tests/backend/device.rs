//! A device in a few lines: an authenticator that makes credentials and signs with them (WebAuthn Level 3 §6), in a browser
//! that says what it did (§5.8.1). It lies where a test tells it to. It shares no code with what it is held against.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const USER_PRESENT: u8 = 0x01;
pub const USER_VERIFIED: u8 = 0x04;
pub const BACKUP_ELIGIBLE: u8 = 0x08;
pub const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// A credential with its private key.
#[derive(Clone)]
pub struct Passkey {
    pub id: Vec<u8>,
    pub user: Vec<u8>,
    pub counter: u32,
    secret: SigningKey,
}

/// What device and browser are about to say.
pub struct Said {
    pub client_data: Value,
    pub rp_id: String,
    pub flags: u8,
    pub counter: u32,
    pub id: Vec<u8>,
    pub user: Option<Vec<u8>>,
    pub secret: SigningKey,
    /// What is left of the JSON, to be altered when it is made.
    pub spoil: fn(&mut Value),
}

impl Passkey {
    /// Makes one, as the options ask; and what it answers.
    pub fn make(origin: &str, options: &Value) -> (Self, Value) {
        Self::make_with(origin, options, |_| {})
    }

    pub fn make_with(origin: &str, options: &Value, lie: impl FnOnce(&mut Said)) -> (Self, Value) {
        let (challenge, rp_id) = (options["challenge"].as_str().unwrap(), options["rp"]["id"].as_str().unwrap());
        // No two challenges are the same, so no two keys are.
        let seed = Sha256::digest(challenge.as_bytes());
        let secret = SigningKey::from_slice(&seed).unwrap();
        let user = BASE64.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let passkey = Self { id: seed[..16].to_vec(), user, counter: 0, secret: secret.clone() };
        let mut said = Said {
            client_data: client_data("webauthn.create", challenge, origin),
            rp_id: rp_id.into(),
            flags: USER_PRESENT | USER_VERIFIED,
            counter: 0,
            id: passkey.id.clone(),
            user: None,
            secret,
            spoil: |_| {},
        };
        lie(&mut said);
        let mut data = said.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(said.id.len()).unwrap().to_be_bytes());
        data.extend(&said.id);
        data.extend(public_key(&said.secret));
        let mut answer = json!({
            "id": BASE64.encode(&said.id),
            "rawId": BASE64.encode(&said.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": BASE64.encode(said.client_data.to_string()),
                "attestationObject": BASE64.encode(attestation(&data)),
                "transports": ["internal"],
            },
        });
        (said.spoil)(&mut answer);
        (passkey, answer)
    }

    /// Unlocks, as the options ask; what it answers.
    pub fn unlock(&mut self, origin: &str, options: &Value) -> Value {
        self.unlock_with(origin, options, |_| {})
    }

    pub fn unlock_with(&mut self, origin: &str, options: &Value, lie: impl FnOnce(&mut Said)) -> Value {
        self.counter += 1;
        let mut said = Said {
            client_data: client_data("webauthn.get", options["challenge"].as_str().unwrap(), origin),
            rp_id: options["rpId"].as_str().unwrap().into(),
            flags: USER_PRESENT | USER_VERIFIED,
            counter: self.counter,
            id: self.id.clone(),
            user: Some(self.user.clone()),
            secret: self.secret.clone(),
            spoil: |_| {},
        };
        lie(&mut said);
        let data = said.authenticator_data(0);
        let client_data = said.client_data.to_string();
        let signed = [data.as_slice(), &Sha256::digest(client_data.as_bytes())].concat();
        let signature: Signature = said.secret.sign(&signed);
        let mut answer = json!({
            "id": BASE64.encode(&said.id),
            "rawId": BASE64.encode(&said.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(client_data),
                "authenticatorData": BASE64.encode(data),
                "signature": BASE64.encode(signature.to_der().as_bytes()),
                "userHandle": said.user.map(|user| BASE64.encode(user)),
            },
        });
        (said.spoil)(&mut answer);
        answer
    }
}

impl Said {
    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id.as_bytes()).to_vec();
        data.push(self.flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

/// Another key than anybody's.
pub fn stranger() -> SigningKey {
    SigningKey::from_slice(&Sha256::digest(b"stranger")).unwrap()
}

fn client_data(kind: &str, challenge: &str, origin: &str) -> Value {
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
}

/// A COSE key (RFC 9053 §7.1.1): EC2, ES256, P-256.
fn public_key(secret: &SigningKey) -> Vec<u8> {
    let point = secret.verifying_key().to_sec1_point(false);
    let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    key.extend(&point.as_bytes()[1..33]);
    key.extend([0x22, 0x58, 0x20]);
    key.extend(&point.as_bytes()[33..65]);
    key
}

/// An attestation object of the format `none` (§8.7), in CBOR.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut object = vec![0xa3, 0x63];
    object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
    object.push(u8::try_from(data.len()).unwrap());
    object.extend(data);
    object
}
