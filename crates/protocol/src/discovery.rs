//! What a deployment can do: `GET /.well-known/daemun`.

use serde::{Deserialize, Serialize};

use crate::Kind;

/// The deployment's own description. What a single workspace allows comes with the flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Discovery {
    /// Protocol versions that are spoken, the preferred one first.
    pub versions: Vec<String>,
    /// Base of the API, relative to this document's origin or absolute.
    pub api: String,
    /// Kinds of flows that can be begun.
    pub kinds: Vec<Kind>,
    /// Types of steps that may come.
    pub steps: Vec<String>,
    /// BCP 47 tags of the languages that mails are written in.
    pub locales: Vec<String>,
    /// Whether reads with `Prefer: wait=…` are held until something changes (RFC 7240).
    #[serde(default)]
    pub long_polling: bool,
    /// The platform's apps.
    #[serde(default)]
    pub apps: Vec<AppLink>,
    /// Where a browser that cannot run the app may go instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_url: Option<String>,
}

/// Where an app of the platform is to be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppLink {
    pub platform: Platform,
    /// Opens the installed app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Where to get it.
    pub get: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Platform {
    Android,
    Ios,
    Macos,
    Windows,
    #[serde(other)]
    Other,
}
