//! The first ID and password of a member who joined without (FEATURES R5). The ID stays for good. It refuses to know which
//! IDs are taken.

use daemun_protocol::{FieldCode, FieldError};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::sign_in::{PasswordStage, Way};
use super::{Address, Next, Notice, Refusal, Stage};

/// What is entered, for an account whose mailbox was proven by code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdForm {
    pub whose: Whose,
    pub address: Address,
    pub identifier: Option<String>,
}

/// Why nothing is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTrouble {
    /// There is an ID and a password by now.
    Registered,
    Suspended,
}

/// Where to go instead.
pub fn go_elsewhere(form: &IdForm, trouble: IdTrouble) -> Next {
    let (workspace, way) = (form.whose.workspace.clone(), Way::Email(form.address.clone()));
    Next::to(match trouble {
        IdTrouble::Registered => Stage::Password(PasswordStage { workspace, way, restricted_until: None }),
        IdTrouble::Suspended => Stage::Notice(Notice::AccountSuspended { workspace, first: way.into() }),
    })
}

/// What was entered is refused, and the ID remembered.
pub fn refuse(form: &IdForm, errors: Vec<FieldError>) -> Next {
    Next::RefuseAndRemember(Stage::RegisterId(form.clone()), Refusal::Fields(errors))
}

/// What is wrong with an ID, as an error of its field.
pub fn id_error(code: FieldCode) -> FieldError {
    FieldError { pointer: "/input/identifier".into(), code }
}
