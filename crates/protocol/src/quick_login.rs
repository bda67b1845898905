//! Quick login: a PIN together with a key that cannot leave the device that made it (FEATURES L7, S7).

use serde::{Deserialize, Serialize};

use crate::tree::{Tree, text};

/// That this device has the key: what it signs is `daemun:{step}:{key}:{challenge}` in UTF-8, with the step's type, `key` and
/// `challenge`. Each challenge is good for one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Possession {
    /// The public key: a point of P-256, uncompressed (SEC 1 §2.3.3), in base64url.
    pub public_key: String,
    /// ECDSA with SHA-256 (FIPS 186-5), as the 64 bytes `r || s`, in base64url.
    pub signature: String,
}

impl Possession {
    /// What is signed.
    pub fn message(step: &str, key: &str, challenge: &str) -> String {
        format!("daemun:{step}:{key}:{challenge}")
    }

    /// Reads what the browser gave.
    pub fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { public_key: text(tree, "public_key")?, signature: text(tree, "signature")? })
    }
}
