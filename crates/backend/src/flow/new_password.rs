//! A new password for an account, in a flow that has proven who asks (FEATURES R1, R3, R4, E5). It refuses to know how
//! passwords are hashed and which ones were used before.

use daemun_protocol::{FieldCode, FieldError, NewPasswordReason};
use serde::{Deserialize, Serialize};

use super::join::{BadInvitation, Joined};
use super::reset::ResetLinkTrouble;
use super::sign_in::{PasswordStage, Way};
use super::{Address, Next, Notice, Refusal, Said, Stage};
use crate::password::PasswordPolicy;

/// What a new password is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPasswordStage {
    pub whose: Whose,
    pub proof: Proof,
}

/// An account, as long as its password stays what it was when something was proven for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    pub workspace: String,
    pub account: i64,
    /// The account's, when the proof was given; see [`crate::store::AccountRow::epoch`].
    pub epoch: i64,
    /// The ID as it is told.
    pub identifier: String,
    pub name: String,
}

/// What allows to set the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The old password, whose time is over; with the step that it was given at (FEATURES R4).
    Expired(PasswordStage),
    /// A link in a mail to whoever forgot it (FEATURES R1).
    ResetLink(i64),
    /// A link in a mail to whoever was registered beforehand (FEATURES E5).
    Invitation(i64),
    /// A code in a mail to whoever was registered beforehand (FEATURES E1, E5).
    Mailbox(Address),
    /// The settings of who is signed in, after a fresh proof (FEATURES S6).
    Settings,
}

impl Proof {
    /// What the workspace asks of this password. One that is over, or that somebody may know, is no new one.
    pub fn asks(&self, policy: PasswordPolicy) -> PasswordPolicy {
        match self {
            Self::Expired(_) | Self::ResetLink(_) | Self::Settings => {
                PasswordPolicy { history: policy.history.max(1), ..policy }
            }
            Self::Invitation(_) | Self::Mailbox(_) => policy,
        }
    }

    pub const fn reason(&self) -> NewPasswordReason {
        match self {
            Self::Expired(_) => NewPasswordReason::Expired,
            Self::ResetLink(_) => NewPasswordReason::Reset,
            Self::Invitation(_) | Self::Mailbox(_) => NewPasswordReason::Invited,
            Self::Settings => NewPasswordReason::Changed,
        }
    }
}

/// Why a password is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofTrouble {
    /// The old password is another by now.
    Outdated(PasswordStage),
    /// The address is proven still, and there is a password by now.
    Joined {
        workspace: String,
        address: Address,
    },
    Suspended {
        workspace: String,
        way: Way,
    },
    ResetLink {
        trouble: ResetLinkTrouble,
        workspace: String,
    },
    Invitation(BadInvitation),
}

/// Where to go instead of setting a password.
pub fn go_elsewhere(trouble: ProofTrouble) -> Next {
    Next::to(match trouble {
        ProofTrouble::Outdated(before) => Stage::Password(before),
        ProofTrouble::Joined { workspace, address } => {
            Stage::Password(PasswordStage { workspace, way: Way::Email(address), restricted_until: None })
        }
        ProofTrouble::Suspended { workspace, way } => {
            Stage::Notice(Notice::AccountSuspended { workspace, first: way.into() })
        }
        ProofTrouble::ResetLink { trouble, workspace } => {
            Stage::Notice(Notice::BadResetLink { trouble, workspace: Some(workspace) })
        }
        ProofTrouble::Invitation(bad) => Stage::Notice(Notice::BadInvitation(bad)),
    })
}

/// The password was reset: sign in with it (FEATURES R1). All that holds for signing in holds.
pub fn reset_done(password: PasswordStage) -> Next {
    Next::Go(Stage::Password(password), vec![Said::PasswordChanged])
}

/// The first password is set: welcome (FEATURES E5).
pub fn joined(whose: Whose, way: Way) -> Next {
    Next::to(Stage::Notice(Notice::Joined(Joined { whose, way })))
}

/// The password is refused, with all that is wrong with it.
pub fn refuse_password(codes: Vec<FieldCode>) -> Next {
    Next::Refuse(Refusal::Fields(password_errors(codes)))
}

/// What is wrong with a password, as errors of its field.
pub fn password_errors(codes: Vec<FieldCode>) -> Vec<FieldError> {
    codes.into_iter().map(|code| FieldError { pointer: "/input/password".into(), code }).collect()
}
