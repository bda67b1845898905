//! External providers of identities, by redirect (FEATURES L3): who they are, and what they share.

use serde::{Deserialize, Serialize};

use crate::tree::{Tree, list, number, text};
use crate::{Share, Timestamp};

/// Somebody who says who a member is (OAuth 2.0, OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provider {
    /// What `go` takes as `provider`; it stands in the address that the provider returns to.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// What it tells of its member, to whoever agrees there.
    #[serde(default)]
    pub shares: Vec<Share>,
}

/// A provider as a member's settings have it (FEATURES S3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExternalIdentity {
    pub provider: Provider,
    /// When it was connected; absent: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected_at: Option<Timestamp>,
    /// Whether the workspace, or the member's own account, may not be signed in to by it.
    #[serde(default)]
    pub denied: bool,
    /// Whether the member would have no way in left without it.
    #[serde(default)]
    pub last: bool,
}

impl ExternalIdentity {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let is = |name| tree.child(name).is_some_and(|is| is.is_true());
        Some(Self {
            provider: Provider::read(&tree.child("provider")?)?,
            connected_at: number(tree, "connected_at").map(Timestamp),
            denied: is("denied"),
            last: is("last"),
        })
    }
}

impl Provider {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let shares = list(tree, "shares", |name| name.text().map(|name| Share::from(name.as_str())));
        Some(Self { id: text(tree, "id")?, name: text(tree, "name")?, shares })
    }
}
