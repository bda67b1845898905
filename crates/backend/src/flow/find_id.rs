//! A forgotten ID, found by the personal address or the number in the profile (FEATURES L10). Nothing is told before a code
//! has proven the mailbox or the phone; and then no more of an ID than its owner needs to know it again.

use daemun_protocol::FoundId;
use serde::{Deserialize, Serialize};

use super::sign_in::{PasswordStage, Way};
use super::{Next, Notice, Stage};

/// Where a member may be reached, as it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactForm {
    /// Accounts of this workspace alone.
    pub workspace: String,
    pub identifier: Option<String>,
}

/// `find_id` at the password of an organisation.
pub fn forgot_id(stage: &PasswordStage) -> Next {
    match stage.way {
        Way::Organisation => {
            let form = ContactForm { workspace: stage.workspace.clone(), identifier: None };
            Next::to(Stage::FindId(form))
        }
        Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Proof(_) => Next::unavailable(),
    }
}

/// The contact was verified by code.
pub fn contact_verified(workspace: String, to: String, ids: Vec<FoundId>) -> Next {
    Next::to(if ids.is_empty() {
        Stage::Notice(Notice::IdNotFound { workspace, to })
    } else {
        Stage::FoundIds { workspace, ids }
    })
}

/// The step that it began at.
pub fn password(workspace: &str) -> Stage {
    Stage::Password(PasswordStage { workspace: workspace.into(), way: Way::Organisation, restricted_until: None })
}

/// As much of an ID as its owner needs: `mi***@daemun.test`, `mi***`.
pub fn masked(id: &str) -> String {
    let (shown, rest) = match id.rsplit_once('@') {
        Some((local, domain)) => (local, format!("@{domain}")),
        None => (id, String::new()),
    };
    let count = if shown.chars().count() > 2 { 2 } else { 1 };
    let start: String = shown.chars().take(count).collect();
    format!("{start}***{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L10: enough to know it again, too little to use.
    #[test]
    fn ids_are_masked() {
        for (id, told) in [
            ("minji@daemun.test", "mi***@daemun.test"),
            ("ab@daemun.test", "a***@daemun.test"),
            ("a@daemun.test", "a***@daemun.test"),
            ("abc@daemun.test", "ab***@daemun.test"),
            ("민지@daemun.test", "민***@daemun.test"),
            ("minji.kim", "mi***"),
            ("abc", "ab***"),
        ] {
            assert_eq!(masked(id), told);
        }
    }
}
