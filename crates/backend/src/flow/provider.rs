//! Leaving for an external provider, and what may be behind it (FEATURES L3). It refuses to know how providers are spoken to.

use daemun_protocol::{ActionName, Offers};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::second_factor::Salt;
use super::sign_in::PasswordStage;
use super::{Facts, Next, Notice, Said, Stage, Workspace};
use crate::server_key::Digest32;

/// Where providers are chosen from, and where one was left for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    pub from: From,
    pub gone: Option<Gone>,
}

/// What a provider's word is wanted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// To sign in, wherever the identity belongs.
    Identify,
    /// To sign in, in the place of the password at whose step it was chosen.
    Password(PasswordStage),
    /// To connect the identity at this one provider (FEATURES S3).
    Connect { whose: Whose, provider: String },
}

/// Somebody has left. What binds their return to the flow is made of the server's key and the salt, and kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub provider: String,
    /// Where the provider takes its members in.
    pub entrance: String,
    pub salt: Salt,
}

/// An identity that was proven: its provider, and the digest of its name there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    pub provider: String,
    pub subject: Digest32,
}

impl Leaving {
    pub const fn new(from: From) -> Self {
        Self { from, gone: None }
    }

    /// The same, with nobody gone: what was left for is worth nothing any more.
    pub fn anew(&self) -> Self {
        Self::new(self.from.clone())
    }

    pub(super) fn offers(&self, facts: &Facts) -> Offers {
        let offers = Offers::default().with(ActionName::Go).with(ActionName::Back);
        let offers = if facts.has_other_way { offers.with(ActionName::UseOther) } else { offers };
        if self.gone.is_some() { offers.with(ActionName::Return) } else { offers }
    }
}

impl From {
    /// The workspace that it is about.
    pub fn workspace(&self) -> Option<&str> {
        match self {
            Self::Identify => None,
            Self::Password(stage) => Some(&stage.workspace),
            Self::Connect { whose, .. } => Some(&whose.workspace),
        }
    }

    /// The step that it was chosen at.
    pub fn before(&self) -> Stage {
        match self {
            Self::Identify => Stage::Identify { identifier: None },
            Self::Password(stage) => stage.chosen_at(),
            Self::Connect { whose, .. } => Stage::ExternalIdentities(whose.clone()),
        }
    }
}

impl Workspace {
    /// Whether the policy lets members sign in by a provider (FEATURES P1).
    pub fn allows_provider(&self, provider: &str) -> bool {
        !self.denied_providers.iter().any(|denied| denied == provider)
    }
}

/// Back at the list of providers, and why.
pub fn again(leaving: &Leaving, said: Said) -> Next {
    Next::Go(Stage::Provider(leaving.anew()), vec![said])
}

/// The identity is nobody's here.
pub fn not_linked(leaving: &Leaving, provider: String) -> Next {
    Next::to(Stage::Notice(Notice::ProviderNotLinked { provider, from: leaving.from.clone() }))
}

/// Whether there is any provider to sign in by.
pub(super) fn may_use(facts: &Facts) -> bool {
    !facts.providers.is_empty()
}
