//! The flow: a resource of the backend with an id, a revision and exactly one current step; and what begins one.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::tree::{Missing, Tree, list, named, number, text};
use crate::{EndReason, MessageCode, Offers, Secret, Severity, StepState, Timestamp};

open_enum! {
    /// What a flow is for.
    pub enum Kind {
        SignIn = "sign_in",
        /// Joining a workspace, from `/join#…` (FEATURES E4, E5).
        Join = "join",
        /// A new password for a forgotten one, from `/reset#…` (FEATURES R1).
        Reset = "reset",
        /// Opening what was shared by a security link, from `/link#…` (FEATURES O1 to O5).
        Link = "link",
        /// A member's own security settings, from `/security` (FEATURES S4).
        Security = "security",
        /// What waits for this member's approval, from `/approve` (FEATURES D6).
        Approve = "approve",
        /// What an administrator decides about a workspace's accounts, from `/security/policy` (FEATURES P2).
        Policy = "policy",
    }
}

/// The one answer shape of create, read, act and poll.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flow {
    /// Opaque; opens nothing without the browser's cookie.
    pub id: String,
    pub kind: Kind,
    /// Moves with the step. An action carries the one that the member was looking at.
    pub rev: u64,
    /// The backend's clock when it answered; countdowns are counted from here, never from the browser's clock.
    pub server_time: Timestamp,
    /// When the flow's time is over.
    pub expires_at: Timestamp,
    #[serde(flatten)]
    pub status: Status,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
    /// Whom this is about, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Where they are going, where that is known; brings the branding (FEATURES X5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<Workspace>,
}

/// How far a flow is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Status {
    Active {
        step: StepState,
        actions: Offers,
        #[serde(skip_serializing_if = "Option::is_none")]
        poll: Option<Poll>,
    },
    Complete(Destination),
    Ended {
        reason: EndReason,
        #[serde(skip_serializing_if = "Option::is_none")]
        restart: Option<Restart>,
    },
    /// A status of a later version; shown as ended.
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// What a flow that is complete leads to: one of these, never both and never neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Destination {
    Page {
        /// Where to go now: an absolute `https` (on loopback also `http`) URL that the backend has validated.
        redirect_to: String,
    },
    Host {
        /// For a flow that began with the hint `handoff`: what the native host around the page redeems once, within a minute, by the
        /// verifier of its challenge (FEATURES X7). The page itself is signed in to nothing.
        handoff: Secret,
    },
}

/// How to begin again after the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Restart {
    pub kind: Kind,
}

/// The step waits for somebody else: read the flow again from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Poll {
    /// Seconds between the sending of one request and the sending of the next.
    pub interval: u32,
}

/// Something to be said beside the step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    pub code: MessageCode,
    #[serde(default)]
    pub params: Params,
    #[serde(default)]
    pub severity: Severity,
}

/// What fills the gaps in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Params {
    /// An address or number that something went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When a restriction ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// A workspace's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// An external provider's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// Whose account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account {
    /// The ID as the member entered it.
    pub identifier: String,
    /// Only once the member has proven who they are, or has chosen it from this browser's list of accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A workspace and its looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Workspace {
    pub id: String,
    pub name: String,
    /// URL of the logo, a square picture on the page's own origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The accent colour, `#rrggbb`. An app shows it as dark or as light as each theme needs for it to be read (FEATURES X5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
}

/// The body of `POST {api}/flows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Begin {
    pub kind: Kind,
    #[serde(default)]
    pub hints: Hints,
    pub client: Client,
}

/// What the address bar said when the member came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hints {
    /// Where the member was going; honoured only for allowed origins (FEATURES L11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// From `/o/{organisation}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The secret of a link, from the fragment of `/join#…`, `/reset#…` or `/link#…`. Beginning a flow with it uses nothing up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// For the kind `link`: a flow of this browser that is over, whose link is to be tried anew (FEATURES O3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// From `/approve/{request}`: which of the requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// From `/?handoff=…`, where a native host embeds the page: the `S256` challenge of its own verifier (RFC 7636 §4.2), 43 characters
    /// of base64url. A flow that begins with one completes with a `handoff` (FEATURES X7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<String>,
    /// The list of accounts that a native host shares between its apps: a secret that the host drew, 43 characters of base64url, never
    /// in an address. An app that is left out of the list sends none (FEATURES L6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_list: Option<Secret>,
}

/// Who is asking: what this app can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Client {
    /// The app's own version, for the backend's logs.
    pub version: String,
    /// The types of steps it can show. Each may carry a version after a colon (`code:2`); without one it is 1.
    pub steps: Vec<String>,
    /// BCP 47 tag of the language the member reads now; mails are written in it.
    pub locale: String,
    /// What the app and its host can do besides: `quick_login`, that the host is the platform's app and a key can be kept that
    /// cannot be read out; `screen_lock`, that the host has a PIN of its own (FEATURES L7, S7). Others are ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
}

impl Flow {
    /// Reads a flow; a status of a later version is kept as [`Status::Unknown`].
    ///
    /// # Errors
    /// Names the member that must be there and is not.
    pub fn read(tree: &impl Tree) -> Result<Self, Missing> {
        let time = |name| number(tree, name).map(Timestamp).ok_or(Missing(name));
        let status = match text(tree, "status").ok_or(Missing("status"))?.as_str() {
            "active" => Status::Active {
                step: StepState::read(&tree.child("step").ok_or(Missing("step"))?)?,
                actions: tree.child("actions").map(|actions| Offers::read(&actions)).unwrap_or_default(),
                poll: tree.child("poll").and_then(|poll| number(&poll, "interval")).map(|interval| Poll { interval }),
            },
            "complete" => Status::Complete(match text(tree, "handoff") {
                Some(code) => Destination::Host { handoff: Secret::new(code) },
                None => Destination::Page { redirect_to: text(tree, "redirect_to").ok_or(Missing("redirect_to"))? },
            }),
            "ended" => Status::Ended {
                reason: named(tree, "reason").ok_or(Missing("reason"))?,
                restart: tree.child("restart").and_then(|restart| named(&restart, "kind")).map(|kind| Restart { kind }),
            },
            _ => Status::Unknown,
        };
        Ok(Self {
            id: text(tree, "id").ok_or(Missing("id"))?,
            kind: named(tree, "kind").ok_or(Missing("kind"))?,
            rev: number(tree, "rev").ok_or(Missing("rev"))?,
            server_time: time("server_time")?,
            expires_at: time("expires_at")?,
            status,
            messages: list(tree, "messages", Message::read),
            account: tree.child("account").and_then(|account| Account::read(&account)),
            workspace: tree.child("workspace").and_then(|workspace| Workspace::read(&workspace)),
        })
    }
}

impl Message {
    fn read(tree: &impl Tree) -> Option<Self> {
        let severity = match text(tree, "severity").as_deref() {
            Some("success") => Severity::Success,
            Some("warning") => Severity::Warning,
            Some("error") => Severity::Error,
            Some(_) | None => Severity::Info,
        };
        Some(Self { code: named(tree, "code")?, params: Params::read(tree.child("params").as_ref()), severity })
    }
}

impl Params {
    pub(crate) fn read<T: Tree>(tree: Option<&T>) -> Self {
        let Some(tree) = tree else { return Self::default() };
        Self {
            to: text(tree, "to"),
            until: number(tree, "until").map(Timestamp),
            workspace: text(tree, "workspace"),
            // Nobody comes back from a provider to the login path alone.
            provider: if T::READS_ALL_STEPS { text(tree, "provider") } else { None },
        }
    }
}

impl Account {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { identifier: text(tree, "identifier")?, name: text(tree, "name") })
    }
}

impl Workspace {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            id: text(tree, "id")?,
            name: text(tree, "name")?,
            logo: text(tree, "logo"),
            accent: text(tree, "accent"),
        })
    }
}

#[cfg(feature = "json")]
crate::tree::deserialize_by_tree!(Flow);
