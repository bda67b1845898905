//! External providers of identities, by redirect (FEATURES L3): who they are, and what they share.

use serde::{Deserialize, Serialize};

use crate::Share;
use crate::tree::{Tree, list, text};

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

impl Provider {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let shares = list(tree, "shares", |name| name.text().map(|name| Share::from(name.as_str())));
        Some(Self { id: text(tree, "id")?, name: text(tree, "name")?, shares })
    }
}
