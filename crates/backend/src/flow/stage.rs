//! The stages that a stored flow can be in, whatever it is for: what is true of each, what it offers, and what lies before
//! it. What an act makes of one is decided in its own room.

use daemun_protocol::{ActionName, Offer, Offers, StepKind, Timestamp};
use serde::{Deserialize, Serialize};

use super::new_password::{self, NewPasswordStage, Whose};
use super::sign_in::{PasswordStage, SentCode, Way};
use super::{Address, Facts, Next, Workspace, seconds_until};

/// Where a member is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Identify { identifier: Option<String> },
    Organisation { organisation: Option<String> },
    Code(SentCode),
    ChooseWorkspace { address: Address },
    Password(PasswordStage),
    NewPassword(NewPasswordStage),
    Notice(Notice),
    Complete(Completed),
    Ended(Ending),
}

/// What a member is told instead of being asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    NoWorkspace { address: Address },
    EmailRestricted { address: Address, until: Timestamp },
    AccountSuspended { workspace: String, way: Way },
    MethodNotAllowed { workspace: String, way: Way },
}

/// Signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    pub redirect_to: String,
    pub identifier: String,
    pub name: String,
    pub workspace: String,
}

/// How a flow ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Cancelled,
}

impl Stage {
    /// `None` once the flow has ended.
    pub const fn kind(&self) -> Option<StepKind> {
        match self {
            Self::Identify { .. } => Some(StepKind::Identify),
            Self::Organisation { .. } => Some(StepKind::Organisation),
            Self::Code(_) => Some(StepKind::Code),
            Self::ChooseWorkspace { .. } => Some(StepKind::ChooseWorkspace),
            Self::Password(_) => Some(StepKind::Password),
            Self::NewPassword(_) => Some(StepKind::NewPassword),
            Self::Notice(_) => Some(StepKind::Notice),
            Self::Complete(_) | Self::Ended(_) => None,
        }
    }

    /// Until when this stage makes the member wait: the flow outlives the wait.
    pub fn waits_until(&self) -> Option<Timestamp> {
        match self {
            Self::Password(PasswordStage { restricted_until, .. }) => *restricted_until,
            Self::Notice(Notice::EmailRestricted { until, .. }) => Some(*until),
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::Code(_)
            | Self::ChooseWorkspace { .. }
            | Self::NewPassword(_)
            | Self::Notice(
                Notice::NoWorkspace { .. } | Notice::AccountSuspended { .. } | Notice::MethodNotAllowed { .. },
            )
            | Self::Complete(_)
            | Self::Ended(_) => None,
        }
    }

    /// The workspace that this is about.
    pub fn workspace(&self) -> Option<&str> {
        match self {
            Self::Password(PasswordStage { workspace, .. })
            | Self::NewPassword(NewPasswordStage { whose: Whose { workspace, .. }, .. })
            | Self::Notice(Notice::AccountSuspended { workspace, .. } | Notice::MethodNotAllowed { workspace, .. })
            | Self::Complete(Completed { workspace, .. }) => Some(workspace),
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::Code(_)
            | Self::ChooseWorkspace { .. }
            | Self::Notice(Notice::NoWorkspace { .. } | Notice::EmailRestricted { .. })
            | Self::Ended(_) => None,
        }
    }

    /// The address that was verified on the way here.
    pub fn verified(&self) -> Option<&Address> {
        match self {
            Self::ChooseWorkspace { address }
            | Self::Password(PasswordStage { way: Way::Email(address), .. })
            | Self::Notice(
                Notice::AccountSuspended { way: Way::Email(address), .. }
                | Notice::MethodNotAllowed { way: Way::Email(address), .. }
                | Notice::NoWorkspace { address },
            ) => Some(address),
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::Code(_)
            | Self::Password(PasswordStage { way: Way::Organisation, .. })
            | Self::NewPassword(_)
            | Self::Notice(
                Notice::AccountSuspended { way: Way::Organisation, .. }
                | Notice::MethodNotAllowed { way: Way::Organisation, .. }
                | Notice::EmailRestricted { .. },
            )
            | Self::Complete(_)
            | Self::Ended(_) => None,
        }
    }

    /// What the member can do here. It follows the policy of the moment (FEATURES L8).
    pub fn offers(&self, facts: &Facts, now: Timestamp) -> Offers {
        let offers = Offers::default();
        let with_organisation = |offers: Offers| {
            if facts.organisation_way { offers.with(ActionName::UseOrganisation) } else { offers }
        };
        let submit_from = |from: Option<Timestamp>| {
            let wait = from.map(|from| seconds_until(from, now)).filter(|wait| *wait > 0);
            Offer { available_in: wait }
        };
        let workspace_takes = |allows: fn(&Workspace) -> bool| facts.workspace.as_ref().is_some_and(allows);
        match self {
            Self::Identify { .. } => with_organisation(offers.with(ActionName::Submit)),
            Self::Organisation { .. } => {
                offers.with(ActionName::Submit).with(ActionName::UseEmail).with(ActionName::Back)
            }
            Self::Code(sent) => offers
                .with(ActionName::Submit)
                .with_offer(ActionName::Resend, submit_from(Some(sent.resend_at)))
                .with(ActionName::Back),
            Self::ChooseWorkspace { .. } => offers.with(ActionName::Choose).with(ActionName::Back),
            Self::Password(PasswordStage { way, restricted_until, .. }) => {
                let offers = offers.with_offer(ActionName::Submit, submit_from(*restricted_until));
                let offers = match way {
                    Way::Organisation if workspace_takes(|workspace| workspace.email_entry) => {
                        offers.with(ActionName::UseEmail)
                    }
                    Way::Organisation | Way::Email(_) => offers,
                };
                offers.with(ActionName::Back)
            }
            Self::NewPassword(stage) => {
                let offers = offers.with(ActionName::Submit);
                if new_password::back(stage).is_some() { offers.with(ActionName::Back) } else { offers }
            }
            Self::Notice(Notice::NoWorkspace { .. } | Notice::EmailRestricted { .. }) => {
                with_organisation(offers.with(ActionName::Back))
            }
            Self::Notice(Notice::AccountSuspended { way: Way::Email(_), .. }) => {
                with_organisation(offers.with(ActionName::Back))
            }
            Self::Notice(Notice::AccountSuspended { way: Way::Organisation, .. }) => {
                offers.with(ActionName::UseEmail).with(ActionName::Back)
            }
            Self::Notice(Notice::MethodNotAllowed { way, .. }) => {
                let other = match way {
                    Way::Email(_) => {
                        workspace_takes(Workspace::takes_organisation_way).then_some(ActionName::UseOrganisation)
                    }
                    Way::Organisation => {
                        workspace_takes(|workspace| workspace.email_entry).then_some(ActionName::UseEmail)
                    }
                };
                let offers = match other {
                    Some(other) => offers.with(other),
                    None => offers,
                };
                offers.with(ActionName::Back)
            }
            Self::Complete(_) | Self::Ended(_) => offers,
        }
    }
}

/// `back`: the step before, with what was entered there.
pub fn back(stage: &Stage, facts: &Facts) -> Next {
    let to_identify = |address: &Address| Stage::Identify { identifier: Some(address.typed.clone()) };
    let to_organisation = || Stage::Organisation {
        organisation: facts.workspace.as_ref().and_then(|workspace| workspace.organisation_id.clone()),
    };
    let to_choice = |address: &Address, from: usize| {
        if facts.memberships.len() >= from {
            Stage::ChooseWorkspace { address: address.clone() }
        } else {
            to_identify(address)
        }
    };
    let stage = match stage {
        Stage::Identify { .. } | Stage::Complete(_) | Stage::Ended(_) => {
            return Next::unavailable();
        }
        Stage::Organisation { .. } => Stage::Identify { identifier: None },
        Stage::NewPassword(stage) => match new_password::back(stage) {
            Some(before) => before,
            None => return Next::unavailable(),
        },
        Stage::Code(SentCode { address, .. })
        | Stage::ChooseWorkspace { address }
        | Stage::Notice(Notice::NoWorkspace { address } | Notice::EmailRestricted { address, .. }) => {
            to_identify(address)
        }
        Stage::Password(PasswordStage { way, .. }) | Stage::Notice(Notice::AccountSuspended { way, .. }) => match way {
            Way::Email(address) => to_choice(address, 2),
            Way::Organisation => to_organisation(),
        },
        // The forbidden workspace is no longer listed, so one that is left is a choice.
        Stage::Notice(Notice::MethodNotAllowed { way, .. }) => match way {
            Way::Email(address) => to_choice(address, 1),
            Way::Organisation => to_organisation(),
        },
    };
    Next::to(stage)
}

/// `use_organisation`: with the ID filled in where the way led away from that organisation's own workspace.
pub fn use_organisation(stage: &Stage, facts: &Facts) -> Next {
    let organisation = match stage {
        Stage::Notice(Notice::MethodNotAllowed { .. } | Notice::AccountSuspended { .. }) => {
            facts.workspace.as_ref().and_then(|workspace| workspace.organisation_id.clone())
        }
        Stage::Identify { .. }
        | Stage::Organisation { .. }
        | Stage::Code(_)
        | Stage::ChooseWorkspace { .. }
        | Stage::Password(_)
        | Stage::NewPassword(_)
        | Stage::Notice(Notice::NoWorkspace { .. } | Notice::EmailRestricted { .. })
        | Stage::Complete(_)
        | Stage::Ended(_) => None,
    };
    Next::to(Stage::Organisation { organisation })
}

/// `use_email`.
pub fn use_email() -> Next {
    Next::to(Stage::Identify { identifier: None })
}
