//! A forgotten password: asked for by name and address, set by a link in a mail (FEATURES R1, R2). It refuses to know whether
//! anybody has that name and address: not even the act that asks does.

use serde::{Deserialize, Serialize};

use super::new_password::{NewPasswordStage, Proof, Whose};
use super::sign_in::{PasswordStage, Way};
use super::{Next, Notice, Stage};

/// Whose password is forgotten, as it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetForm {
    pub name: Option<String>,
    pub email: Option<String>,
    /// Accounts of this workspace alone; `None`: of any.
    pub workspace: Option<String>,
    /// The step that it was asked for at.
    pub back: Box<Stage>,
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetLinkTrouble {
    Unknown,
    Expired,
    /// Used, or a newer one was sent, or the password was changed otherwise.
    Used,
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenedReset {
    Good { link: i64, whose: Whose },
    Bad { trouble: ResetLinkTrouble, workspace: Option<String> },
}

/// The first stage of setting a new password.
pub fn first_stage(opened: OpenedReset) -> Stage {
    match opened {
        OpenedReset::Good { link, whose } => {
            Stage::NewPassword(NewPasswordStage { whose, proof: Proof::ResetLink(link) })
        }
        OpenedReset::Bad { trouble, workspace } => Stage::Notice(Notice::BadResetLink { trouble, workspace }),
    }
}

/// `forgot` at the password.
pub fn forgot_password(stage: &PasswordStage) -> Next {
    let email = match &stage.way {
        Way::Email(address) | Way::Link(address) => Some(address.typed.clone()),
        Way::Proof(whose) => Some(whose.identifier.clone()),
        // Its ID is not told.
        Way::Organisation | Way::Listed(_) => None,
    };
    let workspace = Some(stage.workspace.clone());
    Next::to(Stage::RequestReset(ResetForm {
        name: None,
        email,
        workspace,
        back: Box::new(Stage::Password(stage.clone())),
    }))
}

/// `forgot` at a link that is good no more.
pub fn ask_anew(trouble: ResetLinkTrouble, workspace: Option<&str>) -> Next {
    let workspace = workspace.map(str::to_owned);
    let back = Box::new(Stage::Notice(Notice::BadResetLink { trouble, workspace: workspace.clone() }));
    Next::to(Stage::RequestReset(ResetForm { name: None, email: None, workspace, back }))
}

/// `request_reset` submitted: one answer, whoever asks for whom.
pub fn requested(form: &ResetForm, to: String) -> Next {
    let notice = Notice::ResetRequested { to, workspace: form.workspace.clone(), back: form.back.clone() };
    Next::to(Stage::Notice(notice))
}
