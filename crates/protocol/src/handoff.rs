//! How a native host takes a sign-in over from the page in its webview (FEATURES X7). None of this is for the app.

use serde::{Deserialize, Serialize};

use crate::{Account, Secret, Timestamp, Workspace};

/// The body of `POST {api}/handoffs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Redemption {
    /// The flow's `handoff`: it can be used once, and for a minute.
    pub code: Secret,
    /// What the flow's challenge was made of: 43 to 128 unreserved characters (RFC 7636 §4.1).
    pub verifier: Secret,
    /// What the member's list of sessions calls the app; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
}

/// A session of the host's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Redeemed {
    /// For `Authorization: Bearer` (RFC 6750 §2.1).
    pub token: Secret,
    pub expires_at: Timestamp,
}

/// The answer to `GET {api}/session`: whose session a token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostSession {
    pub account: Account,
    pub workspace: Workspace,
}
