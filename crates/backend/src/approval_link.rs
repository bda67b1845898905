//! The address that a QR code on the asking device holds (FEATURES L5, D2): made of the server's key and a salt, and kept as a
//! keyed digest alone. It refuses to know who may answer the request that it leads to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::server_key::{Digest32, ServerKey};

/// Bytes of a token. The fewer there are, the larger are the squares that a camera has to see.
const LENGTH: usize = 16;

/// The token that belongs to this request and salt.
pub fn token(key: &ServerKey, request: &str, salt: &[u8; 16]) -> String {
    let bytes = key.mac("approval link", &[request.as_bytes(), salt]);
    URL_SAFE_NO_PAD.encode(bytes.get(..LENGTH).unwrap_or_default())
}

/// What is stored of a token.
pub fn digest(key: &ServerKey, token: &str) -> Digest32 {
    key.mac("approval link's digest", &[token.as_bytes()])
}

/// The address. It opens nothing by itself, so it may be in a path, which a server may log: a fragment would be lost on the way
/// through signing in.
pub fn url(origin: &str, token: &str) -> String {
    format!("{origin}/approve/{token}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L5, D2: each has a token of its own, which neither the request's id nor what is stored tells.
    #[test]
    fn each_salt_has_a_token_of_its_own() {
        let (key, other_key) = (ServerKey::new([7; 32]), ServerKey::new([8; 32]));
        let one = token(&key, "b7QkVn2sTg5mXw8eRd4zYA", &[1; 16]);
        assert_eq!(one, token(&key, "b7QkVn2sTg5mXw8eRd4zYA", &[1; 16]));
        assert_eq!(URL_SAFE_NO_PAD.decode(&one).unwrap().len(), 16, "128 bits");
        for other in [
            token(&key, "b7QkVn2sTg5mXw8eRd4zYA", &[2; 16]),
            token(&key, "c7QkVn2sTg5mXw8eRd4zYA", &[1; 16]),
            token(&other_key, "b7QkVn2sTg5mXw8eRd4zYA", &[1; 16]),
        ] {
            assert_ne!(one, other);
            assert_ne!(digest(&key, &one), digest(&key, &other));
        }
        assert_eq!(url("https://login.example", "x"), "https://login.example/approve/x");
    }
}
