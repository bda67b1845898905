//! The deployment's secret key: what turns codes, addresses and tokens into what is stored of them. It refuses to know
//! where it is kept.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A keyed or plain digest as it is stored.
pub type Digest32 = [u8; 32];

/// 256 random bits, made once per database.
#[derive(Clone)]
pub struct ServerKey([u8; 32]);

impl ServerKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA256 (RFC 2104) over the purpose and the parts, each with its length before it, so that no two lists of
    /// parts meet in one digest.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Digest32 {
        mac(&self.0, purpose, parts)
    }
}

impl core::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ServerKey")
    }
}

/// HMAC-SHA256 under any key; see [`ServerKey::mac`].
pub(crate) fn mac(key: &[u8], purpose: &str, parts: &[&[u8]]) -> Digest32 {
    // HMAC takes keys of every length (RFC 2104 §2), so this never takes the second way.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Sha256::digest(key).into() };
    for part in core::iter::once(&purpose.as_bytes()).chain(parts) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256: for what is random enough by itself, such as tokens of 256 bits.
pub(crate) fn digest(bytes: &[u8]) -> Digest32 {
    Sha256::digest(bytes).into()
}

/// Enough of it, in hexadecimal, to tell one thing from another by: what an `ETag` or a name is made of.
pub(crate) fn short_digest(bytes: &[u8]) -> String {
    digest(bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_lists_of_parts_meet() {
        let key = ServerKey::new([7; 32]);
        assert_ne!(key.mac("p", &[b"ab", b"c"]), key.mac("p", &[b"a", b"bc"]));
        assert_ne!(key.mac("p", &[b"ab"]), key.mac("q", &[b"ab"]));
        assert_ne!(key.mac("p", &[b"ab"]), ServerKey::new([8; 32]).mac("p", &[b"ab"]));
        assert_eq!(format!("{key:?}"), "ServerKey");
    }
}
