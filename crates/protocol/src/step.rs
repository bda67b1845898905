//! The steps of a flow: what a member is asked at one moment, typed, never as form fields or HTML.

use serde::{Deserialize, Serialize};

use crate::tree::{Missing, Tree, list, named, number, text};
use crate::{NoticeCode, Params, Timestamp};

/// A step with the instance's name: drafts and focus live as long as `id` stays the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepState {
    pub id: String,
    #[serde(flatten)]
    pub step: Step,
}

/// What is asked now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Step {
    /// Who are you? `submit`, `use_organisation`.
    Identify {
        /// What was entered before, when coming back.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
    },
    /// Which organisation? `submit`, `use_email`, `back` (FEATURES E3).
    Organisation {
        /// What was entered before, when coming back.
        #[serde(skip_serializing_if = "Option::is_none")]
        organisation: Option<String>,
    },
    /// The one-time code that was sent. `submit`, `resend`, `back`.
    Code {
        channel: Channel,
        /// Where it went, as the member typed it or masked.
        sent_to: String,
        /// How many digits it has.
        length: u8,
        /// When the code stops working.
        expires_at: Timestamp,
    },
    /// Which of the workspaces that the address belongs to? `choose`, `back` (FEATURES E1, E6).
    ChooseWorkspace {
        /// The verified address.
        email: String,
        workspaces: Vec<Membership>,
    },
    /// The password, on the workspace's own screen. `submit`, `use_email`, `back` (FEATURES L1).
    Password {
        /// The ID, where it is settled; where it is absent, the member enters ID and password.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
    },
    /// Something to be told, with whatever actions lead on.
    Notice { code: NoticeCode, params: Params },
    /// A step of a later version: shown as something this app cannot do yet, with a way on.
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown { kind: String },
}

/// One account of a verified address: a membership in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// What `choose` takes as `workspace`.
    pub id: String,
    /// The workspace's name.
    pub name: String,
    /// The member's name there.
    pub member_name: String,
    /// URL of the workspace's logo, on an allowed origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// How a code travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Channel {
    Email,
}

/// The steps without what they carry: `step.type`, and the keys of a client's `steps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Identify,
    Organisation,
    Code,
    ChooseWorkspace,
    Password,
    Notice,
}

impl StepKind {
    pub const ALL: &[Self] =
        &[Self::Identify, Self::Organisation, Self::Code, Self::ChooseWorkspace, Self::Password, Self::Notice];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Organisation => "organisation",
            Self::Code => "code",
            Self::ChooseWorkspace => "choose_workspace",
            Self::Password => "password",
            Self::Notice => "notice",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// The version of this step's shape, as a client announces it.
    pub const fn version(self) -> u32 {
        1
    }
}

impl Step {
    /// `None` for a step that this version does not know.
    pub const fn kind(&self) -> Option<StepKind> {
        match self {
            Self::Identify { .. } => Some(StepKind::Identify),
            Self::Organisation { .. } => Some(StepKind::Organisation),
            Self::Code { .. } => Some(StepKind::Code),
            Self::ChooseWorkspace { .. } => Some(StepKind::ChooseWorkspace),
            Self::Password { .. } => Some(StepKind::Password),
            Self::Notice { .. } => Some(StepKind::Notice),
            Self::Unknown { .. } => None,
        }
    }
}

impl StepState {
    /// Reads a step; one of an unknown type is kept as such.
    ///
    /// # Errors
    /// Names the member that a step of this type must have and that is not there.
    pub fn read(tree: &impl Tree) -> Result<Self, Missing> {
        let id = text(tree, "id").ok_or(Missing("id"))?;
        let kind = text(tree, "type").ok_or(Missing("type"))?;
        let need = |name| text(tree, name).ok_or(Missing(name));
        let Some(known) = StepKind::parse(&kind) else {
            return Ok(Self { id, step: Step::Unknown { kind } });
        };
        let step = match known {
            StepKind::Identify => Step::Identify { identifier: text(tree, "identifier") },
            StepKind::Organisation => Step::Organisation { organisation: text(tree, "organisation") },
            StepKind::Code => Step::Code {
                channel: need("channel").and_then(|name| Channel::parse(&name).ok_or(Missing("channel")))?,
                sent_to: need("sent_to")?,
                length: number(tree, "length").ok_or(Missing("length"))?,
                expires_at: Timestamp(number(tree, "expires_at").ok_or(Missing("expires_at"))?),
            },
            StepKind::ChooseWorkspace => {
                Step::ChooseWorkspace { email: need("email")?, workspaces: list(tree, "workspaces", Membership::read) }
            }
            StepKind::Password => Step::Password { identifier: text(tree, "identifier") },
            StepKind::Notice => Step::Notice {
                code: named(tree, "code").ok_or(Missing("code"))?,
                params: Params::read(tree.child("params").as_ref()),
            },
        };
        Ok(Self { id, step })
    }
}

impl Membership {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            id: text(tree, "id")?,
            name: text(tree, "name")?,
            member_name: text(tree, "member_name")?,
            logo: text(tree, "logo"),
        })
    }
}

impl Channel {
    fn parse(name: &str) -> Option<Self> {
        (name == "email").then_some(Self::Email)
    }
}

#[cfg(feature = "json")]
crate::tree::deserialize_by_tree!(StepState);
