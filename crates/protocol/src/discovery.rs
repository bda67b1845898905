//! What a deployment can do: `GET /.well-known/daemun`.

use serde::{Deserialize, Serialize};

use crate::tree::{Missing, Tree, list, named, text};
use crate::{Kind, Provider, TermsId};

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
    /// What new members agree to.
    #[serde(default)]
    pub terms: Vec<Terms>,
    /// Who members may sign in by, where their workspace lets them (FEATURES L3).
    #[serde(default)]
    pub providers: Vec<Provider>,
    /// Where a browser that cannot run the app may go instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_url: Option<String>,
    /// What the deployment is known by, where it is not known yet which workspace a member goes to (FEATURES X5). The app's
    /// pages carry it themselves: this is for hosts and other clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<Brand>,
}

/// A deployment's own look. A workspace's comes with the flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Brand {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// URL of the logo, on the deployment's own origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The accent colour, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
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

/// One text that new members read (FEATURES E4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Terms {
    pub id: TermsId,
    /// Where it is to be read.
    pub url: String,
    /// Whether nobody joins without agreeing.
    pub required: bool,
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

impl Discovery {
    /// Reads a deployment's description. What is absent of what it could have, it has not.
    ///
    /// # Errors
    /// Names the member that must be there and is not.
    pub fn read(tree: &impl Tree) -> Result<Self, Missing> {
        let texts = |name| list(tree, name, Tree::text);
        Ok(Self {
            versions: texts("versions"),
            api: text(tree, "api").ok_or(Missing("api"))?,
            kinds: texts("kinds").iter().map(|kind| Kind::from(kind.as_str())).collect(),
            steps: texts("steps"),
            locales: texts("locales"),
            long_polling: tree.child("long_polling").is_some_and(|is| is.is_true()),
            apps: list(tree, "apps", AppLink::read),
            terms: list(tree, "terms", Terms::read),
            providers: list(tree, "providers", Provider::read),
            fallback_url: text(tree, "fallback_url"),
            brand: tree.child("brand").map(|brand| Brand {
                name: text(&brand, "name"),
                logo: text(&brand, "logo"),
                accent: text(&brand, "accent"),
            }),
        })
    }
}

impl AppLink {
    fn read(tree: &impl Tree) -> Option<Self> {
        let platform = match text(tree, "platform")?.as_str() {
            "android" => Platform::Android,
            "ios" => Platform::Ios,
            "macos" => Platform::Macos,
            "windows" => Platform::Windows,
            _ => Platform::Other,
        };
        Some(Self { platform, open: text(tree, "open"), get: text(tree, "get")? })
    }
}

impl Terms {
    fn read(tree: &impl Tree) -> Option<Self> {
        // An id stands in a JSON pointer and in a page's ids: it has nothing that would have to be escaped there.
        let is_plain = |id: &String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        text(tree, "id").filter(is_plain)?;
        let required = tree.child("required").is_some_and(|is| is.is_true());
        Some(Self { id: named(tree, "id")?, url: text(tree, "url")?, required })
    }
}
