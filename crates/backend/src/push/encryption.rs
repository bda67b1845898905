//! What only the browser that subscribed can read (RFC 8291, on top of RFC 8188). It refuses to know what it says.

use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// The record size that is told (RFC 8188 §2.1), and the longest body that every push service takes (RFC 8030 §7.2).
const RECORD_SIZE: u16 = 4096;
/// Salt, record size, length of the key's name, and the key as its name (RFC 8291 §4).
const HEADER: usize = 16 + 4 + 1 + 65;
/// What ends the text of the last record (RFC 8188 §2), and AES-GCM's tag.
const END: usize = 1 + 16;
/// Bytes that fit into one record; a message is never more than one (RFC 8291 §4).
pub(super) const LONGEST: usize = RECORD_SIZE as usize - HEADER - END;

/// What is drawn anew for each message, or the first one's reader reads the next.
pub(super) struct Fresh {
    pub key: SecretKey,
    pub salt: [u8; 16],
}

/// The body for the holder of `to`'s private key, who shares `secret` with us. `None` for more than [`LONGEST`] bytes.
pub(super) fn encrypt(text: &[u8], to: &PublicKey, secret: &[u8; 16], fresh: &Fresh) -> Option<Vec<u8>> {
    let (ours, theirs) = (uncompressed(&fresh.key.public_key()), uncompressed(to));
    // RFC 8291 §3.3: what both can compute, and nobody without the subscription's secret can.
    let shared = fresh.key.diffie_hellman(to);
    let shared: [u8; 32] = expand(secret, shared.raw_secret_bytes(), &[b"WebPush: info\0", &theirs, &ours])?;
    // RFC 8188 §2.2 and §2.3; the first record's nonce is the one that is derived.
    let key: [u8; 16] = expand(&fresh.salt, &shared, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&fresh.salt, &shared, &[b"Content-Encoding: nonce\0"])?;

    let mut record = [text, &[2]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record).ok()?;
    let header = [&fresh.salt[..], &u32::from(RECORD_SIZE).to_be_bytes(), &[65], &ours].concat();
    (text.len() <= LONGEST).then(|| [header, record].concat())
}

/// HKDF-SHA256 (RFC 5869): extracted with the salt, expanded with what it is for.
fn expand<const N: usize>(salt: &[u8], from: &[u8], purpose: &[&[u8]]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    Hkdf::<Sha256>::new(Some(salt), from).expand_multi_info(purpose, &mut bytes).ok()?;
    Some(bytes)
}

/// 4, and both coordinates (SEC 1 §2.3.3): the form in which web push writes keys.
pub(super) fn uncompressed(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
    }

    /// RFC 8291 §5 and Appendix A.
    fn example() -> (PublicKey, [u8; 16], Fresh) {
        let theirs = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let key = SecretKey::from_slice(&bytes::<32>("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let fresh = Fresh { key, salt: bytes("DGv6ra1nlYgDCS1FRnbzlw") };
        (PublicKey::from_sec1_bytes(&bytes::<65>(theirs)).unwrap(), bytes("BTBZMqHH6r4Tts7J_aSIgg"), fresh)
    }

    #[test]
    fn a_body_is_the_rfcs() {
        let (theirs, secret, fresh) = example();
        let body = encrypt(b"When I grow up, I want to be a watermelon", &theirs, &secret, &fresh).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w\
             EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_message_is_one_record_at_most() {
        let (theirs, secret, fresh) = example();
        assert_eq!(LONGEST, 3993);
        assert_eq!(encrypt(&[b'a'; LONGEST], &theirs, &secret, &fresh).map(|body| body.len()), Some(4096));
        assert_eq!(encrypt(&[b'a'; LONGEST + 1], &theirs, &secret, &fresh), None);
    }
}
