//! Signing in: by a verified address, by an organisation's ID, and by password (FEATURES E1, E3, E6, L1, L8, L9).

use daemun_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::accounts::Listed;
use super::code::Contact;
use super::join::BadInvitation;
use super::new_password::{NewPasswordStage, Proof, Whose};
use super::register_id::{IdForm, ProvenBy};
use super::second_factor::First;
use super::{Address, Next, Notice, Refusal, Stage, Workspace, seconds_until};
use crate::limits::Left;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStage {
    pub workspace: String,
    pub way: Way,
    /// Told when the ID that was tried last is restricted until then.
    pub restricted_until: Option<Timestamp>,
}

impl PasswordStage {
    /// The step at which another way than the password was chosen. For an account of the list that is the list: it may have no
    /// password at all.
    pub fn chosen_at(&self) -> Stage {
        match self.way {
            Way::Listed(_) => Stage::Identify { identifier: None },
            Way::Email(_) | Way::Link(_) | Way::Organisation | Way::Proof(_) => Stage::Password(self.clone()),
        }
    }
}

/// How the member came to the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By a verified address (FEATURES E1).
    Email(Address),
    /// By the organisation's ID (FEATURES E3); the ID comes with the password.
    Organisation,
    /// By a link in a mail to this address, which settles the ID and proves no more (FEATURES R1, E5).
    Link(Address),
    /// By this browser's list of accounts, which settles whose it is and proves nothing (FEATURES L6).
    Listed(Listed),
    /// By an action of the settings that asks whether it is the member still.
    Proof(Whose),
}

impl Way {
    /// The address that was verified by code.
    pub const fn verified(&self) -> Option<&Address> {
        match self {
            Self::Email(address) => Some(address),
            Self::Organisation | Self::Link(_) | Self::Listed(_) | Self::Proof(_) => None,
        }
    }
}

impl Workspace {
    /// Whether the policy lets members give this first factor (FEATURES L8).
    pub(super) fn allows_first(&self, first: &First) -> bool {
        match first {
            First::Password(way) => self.allows(way),
            First::Phone { .. } => self.phone_entry,
            First::Passkey => self.device_unlock,
            First::QuickLogin(_) => self.quick_login,
            First::Provider(provider) => self.allows_provider(provider),
        }
    }

    /// Whether the policy lets members come this way (FEATURES L8).
    pub(super) fn allows(&self, way: &Way) -> bool {
        match way {
            Way::Email(_) => self.email_entry,
            Way::Organisation => self.organisation_entry,
            Way::Link(_) => self.email_entry || self.takes_organisation_way(),
            // Nothing was proven before: as with the organisation's ID, which nobody has to write here.
            Way::Listed(_) => self.takes_organisation_way(),
            // It opens nothing that is not open already.
            Way::Proof(_) => true,
        }
    }
}

/// Where a flow begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    Plain,
    /// A session says who this is (FEATURES E6).
    Known(Address),
    /// By `/o/{organisation}`; the workspace if there is one (FEATURES E3).
    Organisation {
        typed: String,
        found: Option<Workspace>,
    },
}

/// The first stage of a sign-in.
pub fn first_stage(arrival: Arrival) -> Stage {
    match arrival {
        Arrival::Plain => Stage::Identify { identifier: None },
        Arrival::Known(address) => Stage::ChooseWorkspace { verified: Contact::Email(address) },
        Arrival::Organisation { found: Some(workspace), .. } => organisation_password(&workspace),
        Arrival::Organisation { typed, found: None } => Stage::Organisation { organisation: Some(typed) },
    }
}

/// What lies behind the choice of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    Password {
        restricted_until: Option<Timestamp>,
    },
    /// The member was registered beforehand and has not joined (FEATURES E5).
    FirstPassword(Whose),
    /// The member joined without ID and password (FEATURES R5).
    FirstId(Whose),
    /// The member was registered beforehand, and every invitation is taken back or over (FEATURES E5).
    Uninvited(BadInvitation),
}

impl Landing {
    /// Whether the mailbox is all that has to be proven for a password.
    pub const fn is_a_first(&self) -> bool {
        match self {
            Self::FirstPassword(_) | Self::FirstId(_) => true,
            Self::Password { .. } | Self::Uninvited(_) => false,
        }
    }
}

/// The workspace's own screen, for who has verified the address.
fn land(address: Address, workspace: String, landing: Landing) -> Stage {
    match landing {
        Landing::Password { restricted_until } => {
            Stage::Password(PasswordStage { workspace, way: Way::Email(address), restricted_until })
        }
        Landing::Uninvited(bad) => Stage::Notice(Notice::BadInvitation(bad)),
        Landing::FirstId(whose) => {
            Stage::RegisterId(IdForm { whose, by: ProvenBy::Mailbox(address), identifier: None })
        }
        Landing::FirstPassword(whose) => Stage::NewPassword(NewPasswordStage { whose, proof: Proof::Mailbox(address) }),
    }
}

/// Where a verified address belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    Nowhere,
    /// To workspaces alone that do not allow the email way; one of them (FEATURES L8).
    Elsewhere(String),
    To(String, Landing),
    ToSeveral,
}

/// The address was verified by code (FEATURES E1, E6, L8).
pub fn address_verified(address: Address, belongs: Belongs) -> Next {
    Next::to(match belongs {
        Belongs::Nowhere => Stage::Notice(Notice::NoWorkspace { address }),
        Belongs::Elsewhere(workspace) => {
            Stage::Notice(Notice::MethodNotAllowed { workspace, first: Way::Email(address).into() })
        }
        Belongs::To(workspace, landing) => land(address, workspace, landing),
        Belongs::ToSeveral => Stage::ChooseWorkspace { verified: Contact::Email(address) },
    })
}

/// A workspace as the chooser of it stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    Listed(Landing),
    /// The address belongs to it, and its policy forbids the email way by now (FEATURES L8).
    Forbidden,
    NotTheirs,
}

/// `choose_workspace` chosen.
pub fn choose_workspace(address: Address, workspace: String, chosen: Chosen) -> Next {
    match chosen {
        Chosen::Listed(landing) => Next::to(land(address, workspace, landing)),
        Chosen::Forbidden => not_allowed(workspace, Way::Email(address).into()),
        Chosen::NotTheirs => Next::Refuse(Refusal::NotListed),
    }
}

/// `organisation` submitted (FEATURES E3, L8).
pub fn submit_organisation(found: Option<Workspace>) -> Next {
    match found {
        Some(workspace) => Next::Go(organisation_password(&workspace), Vec::new()),
        None => Next::Refuse(Refusal::OrganisationUnknown),
    }
}

fn organisation_password(workspace: &Workspace) -> Stage {
    let (id, way) = (workspace.id.clone(), Way::Organisation);
    if workspace.allows(&way) {
        Stage::Password(PasswordStage { workspace: id, way, restricted_until: None })
    } else {
        Stage::Notice(Notice::MethodNotAllowed { workspace: id, first: way.into() })
    }
}

/// The notice to give instead of going on, if the policy has changed since this way was offered (FEATURES L8).
pub fn method_trouble(id: &str, way: &Way, workspace: Option<&Workspace>) -> Option<Next> {
    first_trouble(id, &way.clone().into(), workspace)
}

/// The same for any first factor.
pub fn first_trouble(id: &str, first: &First, workspace: Option<&Workspace>) -> Option<Next> {
    match workspace {
        None => Some(Next::to(Stage::Identify { identifier: None })),
        Some(workspace) if workspace.allows_first(first) => None,
        Some(_) => Some(not_allowed(id.into(), first.clone())),
    }
}

/// The administrator has switched this off (FEATURES L8).
pub fn not_allowed(workspace: String, first: First) -> Next {
    Next::to(Stage::Notice(Notice::MethodNotAllowed { workspace, first }))
}

/// What keeps ID and password from leading in. The try was counted before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// Not even compared.
    Restricted {
        until: Timestamp,
    },
    /// Suspended, or this wrong password suspends; an unknown ID behaves alike.
    Suspended,
    Wrong(Left),
}

/// `password` submitted, and not led in (FEATURES L1, L9, R4).
pub fn submit_password(stage: &PasswordStage, workspace: &Workspace, verdict: PasswordVerdict, now: Timestamp) -> Next {
    match verdict {
        PasswordVerdict::Restricted { until } | PasswordVerdict::Wrong(Left::Nothing { until }) => {
            let remembering = PasswordStage { restricted_until: Some(until), ..stage.clone() };
            let retry_after = seconds_until(until, now);
            Next::RefuseAndRemember(Stage::Password(remembering), Refusal::SignInRestricted { retry_after })
        }
        PasswordVerdict::Suspended => Next::Go(
            Stage::Notice(Notice::AccountSuspended {
                workspace: stage.workspace.clone(),
                first: stage.way.clone().into(),
            }),
            Vec::new(),
        ),
        PasswordVerdict::Wrong(Left::Tries(left)) => {
            Next::Refuse(Refusal::CredentialsWrong { tries_left: workspace.reveal_tries.then_some(left) })
        }
    }
}

/// All is proven, and the password's time is over: another one first (FEATURES R4).
pub fn renew_password(way: Way, whose: Whose) -> Next {
    let before = PasswordStage { workspace: whose.workspace.clone(), way, restricted_until: None };
    Next::to(Stage::NewPassword(NewPasswordStage { whose, proof: Proof::Expired(before) }))
}
