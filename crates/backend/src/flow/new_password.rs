//! A new password for an account, in a flow that has proven who asks (FEATURES R1, R3, R4, E5). It refuses to know how
//! passwords are hashed and which ones were used before.

use daemun_protocol::{FieldCode, FieldError, NewPasswordReason};
use serde::{Deserialize, Serialize};

use super::sign_in::PasswordStage;
use super::{Next, Notice, Refusal, Stage};

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
}

impl Proof {
    pub const fn reason(&self) -> NewPasswordReason {
        match self {
            Self::Expired(_) => NewPasswordReason::Expired,
        }
    }
}

/// How an account stands to what was proven for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// The proof was used, or outlived what it proved.
    Gone,
    Suspended,
}

/// Where to go instead of setting a password, if the proof is good no more.
pub fn proof_trouble(stage: &NewPasswordStage, standing: Standing) -> Option<Next> {
    let workspace = stage.whose.workspace.clone();
    match (standing, &stage.proof) {
        (Standing::Good, _) => None,
        (Standing::Gone, Proof::Expired(before)) => Some(Next::to(Stage::Password(before.clone()))),
        (Standing::Suspended, Proof::Expired(before)) => {
            Some(Next::to(Stage::Notice(Notice::AccountSuspended { workspace, way: before.way.clone() })))
        }
    }
}

/// The password is refused, with all that is wrong with it.
pub fn refuse_password(codes: Vec<FieldCode>) -> Next {
    Next::Refuse(Refusal::Fields(password_errors(codes)))
}

/// What is wrong with a password, as errors of its field.
pub fn password_errors(codes: Vec<FieldCode>) -> Vec<FieldError> {
    codes.into_iter().map(|code| FieldError { pointer: "/input/password".into(), code }).collect()
}

/// `back`, where the way here was a step.
pub fn back(stage: &NewPasswordStage) -> Option<Stage> {
    match &stage.proof {
        Proof::Expired(before) => Some(Stage::Password(before.clone())),
    }
}
