//! Passwords, codes and keys on their way from a person's fingers to the wire.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Text that must not be seen: it has no `Display`, its `Debug` says nothing, and its memory is
/// wiped when it is dropped. It is never part of the state of a flow.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(transparent, description = "A password or a code. It is kept nowhere and logged nowhere.")
)]
pub struct Secret(#[cfg_attr(feature = "schema", schemars(with = "String"))] Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Each call is a place to look at when asking where a secret could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret")
    }
}
