//! Notifications in a member's browser, by the push service of its maker (Push API; RFC 8030).

use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::tree::{Tree, text};

/// How this browser can be told of what waits for the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notifications {
    /// What the browser subscribes with: `applicationServerKey`, in base64url (Push API §7.1; RFC 8292 §3.2).
    pub key: String,
    /// Whether it is told already.
    pub on: bool,
}

/// What a browser gives to be notified by: `PushSubscription.toJSON()` (Push API §8). Other members are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushSubscription {
    /// Where its push service takes messages. Whoever knows it could try to send some (RFC 8030 §8.3).
    pub endpoint: Secret,
    pub keys: PushKeys,
}

/// What messages are encrypted with (RFC 8291 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PushKeys {
    /// A point of P-256, uncompressed, in base64url.
    pub p256dh: String,
    /// 16 bytes in base64url.
    pub auth: Secret,
}

impl Notifications {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { key: text(tree, "key")?, on: tree.child("on").is_some_and(|on| on.is_true()) })
    }
}

impl PushSubscription {
    /// Reads what the browser gave.
    pub fn read(tree: &impl Tree) -> Option<Self> {
        let keys = tree.child("keys")?;
        Some(Self {
            endpoint: Secret::new(text(tree, "endpoint")?),
            keys: PushKeys { p256dh: text(&keys, "p256dh")?, auth: Secret::new(text(&keys, "auth")?) },
        })
    }
}
