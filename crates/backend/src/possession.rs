//! Keys that devices keep to themselves, and what is signed with them (FEATURES L7). It refuses to know whose they are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// Bytes of a point of P-256 that is not compressed (SEC 1 §2.3.3), and the first of them.
const LENGTH: usize = 65;
const UNCOMPRESSED: u8 = 4;

/// The public half of a device's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey(Vec<u8>);

impl DeviceKey {
    /// As a browser writes it; `None` for what is no point of P-256.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let is_whole = bytes.len() == LENGTH && bytes.first() == Some(&UNCOMPRESSED);
        (is_whole && VerifyingKey::from_sec1_bytes(&bytes).is_ok()).then_some(Self(bytes))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whether the device with this public key has signed this.
pub fn has_signed(public_key: &[u8], message: &str, signature: &str) -> bool {
    let signature = URL_SAFE_NO_PAD.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    match (VerifyingKey::from_sec1_bytes(public_key), signature) {
        (Ok(key), Some(signature)) => key.verify(message.as_bytes(), &signature).is_ok(),
        (Ok(_), None) | (Err(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    use super::*;

    fn pair() -> (SigningKey, Vec<u8>) {
        let secret = SigningKey::from_slice(&[7; 32]).unwrap();
        let public = secret.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        (secret, public)
    }

    #[test]
    fn l7_only_the_key_that_signed_has_signed() {
        let (secret, public) = pair();
        let signature: Signature = secret.sign(b"this");
        let written = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        assert!(has_signed(&public, "this", &written));
        assert!(!has_signed(&public, "that", &written));
        let other = SigningKey::from_slice(&[8; 32]).unwrap().verifying_key().to_sec1_point(false);
        assert!(!has_signed(other.as_bytes(), "this", &written));
        for nonsense in ["", "AA", "not base64!", &URL_SAFE_NO_PAD.encode([0; 64]), &written[1..]] {
            assert!(!has_signed(&public, "this", nonsense), "{nonsense}");
        }
        assert!(!has_signed(&[], "this", &written));
    }

    #[test]
    fn l7_a_public_key_is_a_whole_point() {
        let (secret, public) = pair();
        let whole = URL_SAFE_NO_PAD.encode(&public);
        assert_eq!(DeviceKey::parse(&whole).unwrap().bytes(), public);
        let compressed = URL_SAFE_NO_PAD.encode(secret.verifying_key().to_sec1_point(true).as_bytes());
        let off_the_curve = URL_SAFE_NO_PAD.encode([&[4_u8][..], &[1; 64]].concat());
        for nonsense in ["", "AA", &compressed, &off_the_curve, &format!("{whole}=")] {
            assert_eq!(DeviceKey::parse(nonsense), None, "{nonsense}");
        }
    }
}
