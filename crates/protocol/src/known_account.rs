//! The accounts that a browser remembers, for whoever signs in from it once more (FEATURES L6).

use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};

use crate::action::is_false;
use crate::open_enum::open_enum;
use crate::tree::Tree;

open_enum! {
    /// How an account was signed in to. A second factor that followed does not count.
    pub enum SignInMethod {
        Password = "password",
        /// By a code to a phone (FEATURES L2).
        Code = "code",
        /// By unlocking the device at hand (FEATURES L4).
        Passkey = "passkey",
        /// By unlocking another device (FEATURES L5).
        Mobile = "mobile",
        /// By an external provider (FEATURES L3).
        Provider = "provider",
    }
}

/// An account on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnownAccount {
    /// What `choose`, `forget` and `restore` take as `account`: drawn for this list, and worth nothing to who does not have that.
    pub id: String,
    /// The member's name.
    pub name: String,
    /// The ID, in part.
    pub identifier: String,
    /// The workspace's name.
    pub workspace: String,
    /// How it was signed in to last.
    pub method: SignInMethod,
    /// The external provider's name, where it was by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// It is on the list that the host's apps share, and not on this browser's: it can be chosen, and not taken off.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shared: bool,
    /// It was taken off the list a moment ago: as long as it is told of, it can be put back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub forgotten: bool,
}

/// The list, kept as it came: the app hands it to its page and looks at none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownAccounts(String);

impl KnownAccounts {
    /// The list of these.
    pub fn new(accounts: &[KnownAccount]) -> Self {
        if accounts.is_empty() { Self::default() } else { Self(serde_json::to_string(accounts).unwrap_or_default()) }
    }

    /// The list as JSON; empty where there is none.
    pub fn json(&self) -> &str {
        &self.0
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is listed.
    #[cfg(feature = "json")]
    pub fn listed(&self) -> Vec<KnownAccount> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    pub(crate) fn read(tree: &impl Tree, name: &str) -> Self {
        Self(tree.child(name).and_then(|list| list.json()).unwrap_or_default())
    }
}

impl Serialize for KnownAccounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<serde_json::Value>(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for KnownAccounts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "KnownAccounts".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<Vec<KnownAccount>>()
    }
}
