//! Signing in: by a code to an address, by an organisation's ID, and by password (FEATURES E1, E2, E3, E6, L1, L8, L9).

use daemun_protocol::{Membership, Timestamp};
use serde::{Deserialize, Serialize};

use super::new_password::{NewPasswordStage, Proof, Whose};
use super::{Address, Next, Notice, Refusal, Said, Stage, Workspace, seconds_until};
use crate::codes::CodeDigest;
use crate::limits::Left;

/// The one code that counts now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    pub address: Address,
    pub digest: CodeDigest,
    pub expires_at: Timestamp,
    pub resend_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStage {
    pub workspace: String,
    pub way: Way,
    /// Told when the ID that was tried last is restricted until then.
    pub restricted_until: Option<Timestamp>,
}

/// How the member came to the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By a verified address (FEATURES E1).
    Email(Address),
    /// By the organisation's ID (FEATURES E3); the ID comes with the password.
    Organisation,
}

impl Workspace {
    /// Whether the policy lets members come this way (FEATURES L8).
    pub(super) fn allows(&self, way: &Way) -> bool {
        match way {
            Way::Email(_) => self.email_entry,
            Way::Organisation => self.organisation_entry,
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
        Arrival::Known(address) => Stage::ChooseWorkspace { address },
        Arrival::Organisation { found: Some(workspace), .. } => organisation_password(&workspace),
        Arrival::Organisation { typed, found: None } => Stage::Organisation { organisation: Some(typed) },
    }
}

/// Whether codes can go to an address now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    Free,
    /// Too many were sent; the next in so many seconds.
    Wait(u32),
    /// Too many wrong codes (FEATURES E2).
    Restricted {
        until: Timestamp,
    },
}

/// `identify` submitted, or the code asked for again: `send` draws a code and has it sent, and is called only if it may be.
///
/// # Errors
/// What `send` says.
pub fn ask_for_code<E>(
    address: Address,
    sending: Sending,
    asking: Asking,
    send: impl FnOnce(&Address) -> Result<SentCode, E>,
) -> Result<Next, E> {
    Ok(match sending {
        Sending::Restricted { until } => {
            Next::Go(Stage::Notice(Notice::EmailRestricted { address, until }), Vec::new())
        }
        Sending::Wait(retry_after) => Next::Refuse(Refusal::TooManyRequests { retry_after }),
        Sending::Free => {
            let sent = send(&address)?;
            match asking {
                Asking::First => Next::Go(Stage::Code(sent), vec![Said::CodeSent { to: address.typed }]),
                Asking::Again => Next::Renew(Stage::Code(sent), vec![Said::CodeSentAgain { to: address.typed }]),
            }
        }
    })
}

/// Which time a code is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    First,
    Again,
}

/// How a code compares. The try was counted before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    Expired,
    /// Not even compared.
    Restricted {
        until: Timestamp,
    },
    Wrong(Left),
    /// With the accounts of the address, and the workspaces it belongs to that do not allow the email way.
    Right {
        listed: Vec<Membership>,
        unlisted: Option<String>,
        restricted_until: Option<Timestamp>,
    },
}

/// `code` submitted (FEATURES E1, E2, E6, L8).
pub fn submit_code(sent: &SentCode, verdict: CodeVerdict) -> Next {
    let address = sent.address.clone();
    match verdict {
        CodeVerdict::Expired => Next::Refuse(Refusal::CodeExpired),
        CodeVerdict::Restricted { until } | CodeVerdict::Wrong(Left::Nothing { until }) => {
            Next::Go(Stage::Notice(Notice::EmailRestricted { address, until }), Vec::new())
        }
        CodeVerdict::Wrong(Left::Tries(tries_left)) => Next::Refuse(Refusal::CodeWrong { tries_left }),
        CodeVerdict::Right { listed, unlisted, restricted_until } => {
            let stage = match (listed.as_slice(), unlisted) {
                ([], None) => Stage::Notice(Notice::NoWorkspace { address }),
                ([], Some(workspace)) => {
                    Stage::Notice(Notice::MethodNotAllowed { workspace, way: Way::Email(address) })
                }
                ([only], _) => Stage::Password(PasswordStage {
                    workspace: only.id.clone(),
                    way: Way::Email(address),
                    restricted_until,
                }),
                (_, _) => Stage::ChooseWorkspace { address },
            };
            Next::Go(stage, Vec::new())
        }
    }
}

/// A workspace as the chooser of it stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    Listed {
        restricted_until: Option<Timestamp>,
    },
    /// The address belongs to it, and its policy forbids the email way by now (FEATURES L8).
    Forbidden,
    NotTheirs,
}

/// `choose_workspace` chosen.
pub fn choose_workspace(address: Address, workspace: String, chosen: Chosen) -> Next {
    let way = Way::Email(address);
    match chosen {
        Chosen::Listed { restricted_until } => {
            Next::Go(Stage::Password(PasswordStage { workspace, way, restricted_until }), Vec::new())
        }
        Chosen::Forbidden => Next::Go(Stage::Notice(Notice::MethodNotAllowed { workspace, way }), Vec::new()),
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
        Stage::Notice(Notice::MethodNotAllowed { workspace: id, way })
    }
}

/// The notice to give instead of looking at a password, if the policy has changed since it was asked for (FEATURES L8).
pub fn method_trouble(stage: &PasswordStage, workspace: Option<&Workspace>) -> Option<Next> {
    match workspace {
        None => Some(Next::Go(Stage::Identify { identifier: None }, Vec::new())),
        Some(workspace) if workspace.allows(&stage.way) => None,
        Some(_) => Some(Next::Go(
            Stage::Notice(Notice::MethodNotAllowed { workspace: stage.workspace.clone(), way: stage.way.clone() }),
            Vec::new(),
        )),
    }
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
    /// Right, and its time is over (FEATURES R4).
    Expired(Whose),
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
            Stage::Notice(Notice::AccountSuspended { workspace: stage.workspace.clone(), way: stage.way.clone() }),
            Vec::new(),
        ),
        PasswordVerdict::Wrong(Left::Tries(left)) => {
            Next::Refuse(Refusal::CredentialsWrong { tries_left: workspace.reveal_tries.then_some(left) })
        }
        PasswordVerdict::Expired(whose) => {
            Next::to(Stage::NewPassword(NewPasswordStage { whose, proof: Proof::Expired(stage.clone()) }))
        }
    }
}
