//! Joining a workspace: by an invitation link that anybody may have been given, and by one that is for a member who was
//! registered beforehand (FEATURES E4, E5). It refuses to know tokens.

use daemun_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::new_password::{NewPasswordStage, Proof, Whose};
use super::sign_in::{PasswordStage, Way};
use super::{Address, Next, Notice, Stage, Workspace};
use crate::password::StoredPassword;

/// An invitation that was good when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    pub invitation: i64,
    pub workspace: String,
    pub inviter: Option<String>,
}

/// What a new member has entered, but for the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountForm {
    pub invited: OpenInvitation,
    pub name: String,
    pub email: String,
    /// The `id`s of the terms that were agreed to.
    pub terms: Vec<String>,
}

/// Who becomes a member with the right code. No account exists before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub form: AccountForm,
    pub password: StoredPassword,
}

/// Whoever has joined and may go in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub whose: Whose,
    pub way: Way,
}

/// What is wrong with an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationTrouble {
    Unknown,
    Expired,
    Revoked,
    Used,
    Full,
}

/// An invitation as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: i64,
    pub workspace: String,
    pub inviter: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub revoked: bool,
    /// `None`: as many as come.
    pub max_uses: Option<u32>,
    pub uses: u32,
    /// Whom it is for; `None`: whoever has it (FEATURES E4).
    pub account: Option<i64>,
}

/// Whether a place is needed, and there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Enough,
    None,
}

impl Invitation {
    /// What is wrong with it now, if anything. What is used up says so even when its time is over: it tells what to do.
    pub fn trouble(&self, room: Room, now: Timestamp) -> Option<InvitationTrouble> {
        if self.revoked {
            Some(InvitationTrouble::Revoked)
        } else if self.max_uses.is_some_and(|most| self.uses >= most) {
            Some(InvitationTrouble::Used)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Some(InvitationTrouble::Expired)
        } else if room == Room::None {
            Some(InvitationTrouble::Full)
        } else {
            None
        }
    }
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// For whoever has it (FEATURES E4).
    Open(OpenInvitation),
    /// For one who was registered beforehand (FEATURES E5).
    Personal {
        invitation: i64,
        whose: Whose,
    },
    Bad(BadInvitation),
}

/// A link that does not lead in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadInvitation {
    pub trouble: InvitationTrouble,
    pub workspace: Option<String>,
    /// The address of the member whom it was for, who has joined by now: they can sign in.
    pub joined: Option<String>,
}

/// The first stage of joining.
pub fn first_stage(opened: Opened) -> Stage {
    match opened {
        Opened::Open(invitation) => Stage::Invitation(invitation),
        Opened::Personal { invitation, whose } => {
            Stage::NewPassword(NewPasswordStage { whose, proof: Proof::Invitation(invitation) })
        }
        Opened::Bad(bad) => Stage::Notice(Notice::BadInvitation(bad)),
    }
}

/// `accept`, if the invitation is good still.
pub fn accept(invited: &OpenInvitation, bad: Option<BadInvitation>) -> Next {
    Next::to(match bad {
        Some(bad) => Stage::Notice(Notice::BadInvitation(bad)),
        None => {
            let form =
                AccountForm { invited: invited.clone(), name: String::new(), email: String::new(), terms: Vec::new() };
            Stage::CreateAccount(form)
        }
    })
}

/// What the right code comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    Made(Whose),
    /// The address has an account here (FEATURES E4).
    Already,
    Bad(BadInvitation),
}

/// The address was verified by code.
pub fn address_verified(candidate: &Candidate, address: Address, membership: Membership) -> Next {
    Next::to(Stage::Notice(match membership {
        Membership::Made(whose) => Notice::Joined(Joined { whose, way: Way::Email(address) }),
        Membership::Already => Notice::AlreadyMember { address, form: candidate.form.clone() },
        Membership::Bad(bad) => Notice::BadInvitation(bad),
    }))
}

/// `start`, if what was proven by joining is worth nothing any more: there is a newer password.
pub fn start_again(joined: &Joined) -> Next {
    let (workspace, way) = (joined.whose.workspace.clone(), joined.way.clone());
    Next::to(Stage::Password(PasswordStage { workspace, way, restricted_until: None }))
}

/// `sign_in` at a link that was used: it proves nothing, so the address is filled in and no more.
pub fn sign_in_instead(joined: &str, workspace: Option<&Workspace>) -> Next {
    Next::to(match workspace {
        Some(workspace) if !workspace.email_entry && workspace.takes_organisation_way() => {
            Stage::Organisation { organisation: workspace.organisation_id.clone() }
        }
        Some(_) | None => Stage::Identify { identifier: Some(joined.into()) },
    })
}

impl BadInvitation {
    /// A link that nobody has made.
    pub const UNKNOWN: Self = Self { trouble: InvitationTrouble::Unknown, workspace: None, joined: None };
}
