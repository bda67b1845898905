//! What waits for somebody's approval on another device (FEATURES L5, D1 to D4, D6).

use serde::{Deserialize, Serialize};

use crate::tree::{Tree, list, number, text};
use crate::{PublicKeyOptions, Timestamp};

/// A request as the one who may approve it sees it: enough to tell an own one from another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalRequest {
    /// What `choose` takes as `request`. It opens nothing by itself, and is not the asking flow's id.
    pub id: String,
    pub kind: ApprovalKind,
    /// Who asks: the member's name.
    pub who: String,
    /// The asking browser, as far as it says: `Chrome, Windows`.
    pub browser: String,
    /// The network address that it asks from, with its end left out.
    pub place: String,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ApprovalKind {
    /// To sign in on another device, by the member's own phone (FEATURES L5).
    SignIn,
    /// To let a new device in, whoever of the member's devices and the workspace's members is asked (FEATURES D1).
    Device,
    /// The same, asked of the super administrator (FEATURES D4).
    Administrator,
}

/// One of the numbers to choose from. Each has a challenge of its own, so that what the authenticator signs says which one it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumberToMatch {
    /// Two digits.
    pub number: String,
    pub options: PublicKeyOptions,
}

impl ApprovalRequest {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let time = |name| number(tree, name).map(Timestamp);
        Some(Self {
            id: text(tree, "id")?,
            kind: ApprovalKind::parse(&text(tree, "kind")?)?,
            who: text(tree, "who")?,
            browser: text(tree, "browser")?,
            place: text(tree, "place")?,
            asked_at: time("asked_at")?,
            expires_at: time("expires_at")?,
        })
    }
}

impl ApprovalKind {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "sign_in" => Some(Self::SignIn),
            "device" => Some(Self::Device),
            "administrator" => Some(Self::Administrator),
            _ => None,
        }
    }
}

impl NumberToMatch {
    pub(crate) fn read_all(tree: &impl Tree, name: &str) -> Vec<Self> {
        list(tree, name, |number| {
            Some(Self { number: text(number, "number")?, options: PublicKeyOptions::read(number, "options")? })
        })
    }
}
