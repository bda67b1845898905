//! The first ID and password of a member who joined without (FEATURES R5). The ID stays for good. It refuses to know which
//! IDs are taken.

use daemun_protocol::{FieldCode, FieldError};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::sign_in::{PasswordStage, Way};
use super::{Address, Ending, Next, Notice, Refusal, Stage};

/// What allows to register an ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvenBy {
    /// A code in a mail to this address, on the way in.
    Mailbox(Address),
    /// The settings of who is signed in, after a fresh proof (FEATURES S6).
    Settings,
}

/// What is entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdForm {
    pub whose: Whose,
    pub by: ProvenBy,
    pub identifier: Option<String>,
}

/// Why nothing is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTrouble {
    /// There is an ID and a password by now.
    Registered,
    Suspended,
    /// The policy lets nobody enter a password any more.
    OfNoUse,
}

/// Where to go instead.
pub fn go_elsewhere(form: &IdForm, trouble: IdTrouble) -> Next {
    let workspace = form.whose.workspace.clone();
    Next::to(match (&form.by, trouble) {
        (ProvenBy::Mailbox(address), IdTrouble::Registered) => {
            Stage::Password(PasswordStage { workspace, way: Way::Email(address.clone()), restricted_until: None })
        }
        (ProvenBy::Mailbox(address), IdTrouble::Suspended) => {
            Stage::Notice(Notice::AccountSuspended { workspace, first: Way::Email(address.clone()).into() })
        }
        // What is listed there says why.
        (ProvenBy::Settings, IdTrouble::Registered | IdTrouble::OfNoUse) => Stage::Security(form.whose.clone()),
        (ProvenBy::Mailbox(_), IdTrouble::OfNoUse) => Stage::Identify { identifier: None },
        (ProvenBy::Settings, IdTrouble::Suspended) => Stage::Ended(Ending::SignedOut),
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
