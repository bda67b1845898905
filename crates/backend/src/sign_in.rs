//! Signing in: the flow's states as they are stored, and what each act makes of them, given facts. It refuses to know
//! where facts come from (SQL, mails, hashes) and how its answers travel (HTTP).

mod view;

use daemun_protocol::{ActionName, FieldCode, Membership, Offer, Offers, StepKind, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codes::CodeDigest;
use crate::email_address::EmailAddress;
use crate::limits::Left;
use crate::locale::Locale;
use crate::return_to::ReturnTo;

pub use view::{ended, likeness, view};

/// Seconds from the last accepted act, or from the end of a restriction that it shows, to the end of a flow.
pub const LIFETIME: u64 = 30 * 60;
/// Seconds from a flow's beginning to its end at the latest, whatever is done in it.
pub const LONGEST_LIFE: u64 = 2 * 3600;

/// A flow as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Moves with the stage's instance, and with nothing else.
    pub rev: u64,
    pub locale: Locale,
    /// Judged and re-serialised; see [`crate::return_to`].
    pub return_to: Option<String>,
    pub said: Vec<Said>,
    pub stage: Stage,
}

/// Where in signing in a member is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Identify { identifier: Option<String> },
    Organisation { organisation: Option<String> },
    Code(SentCode),
    ChooseWorkspace { address: Address },
    Password(PasswordStage),
    Notice(Notice),
    Complete(Completed),
    Cancelled,
}

/// An address and how the member wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub typed: String,
    pub email: EmailAddress,
}

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

/// What is said beside the step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    CodeSent { to: String },
    CodeSentAgain { to: String },
    ReturnNotAllowed,
}

/// A workspace and its policy (FEATURES L8, L9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub organisation_id: Option<String>,
    pub email_entry: bool,
    pub organisation_entry: bool,
    /// Consecutive wrong passwords that suspend an account; `None`: they do not.
    pub attempt_limit: Option<u32>,
    /// Whether remaining tries are said.
    pub reveal_tries: bool,
}

/// What is true outside the flow now, as far as its stage needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether any workspace lets its members begin with its organisation ID.
    pub organisation_way: bool,
    /// The stage's workspace.
    pub workspace: Option<Workspace>,
    /// The accounts of the stage's verified address in workspaces that allow the email way.
    pub memberships: Vec<Membership>,
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

/// What an act does to the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// To another step instance: `rev` moves.
    Go(Stage, Vec<Said>),
    /// The same instance, renewed.
    Renew(Stage, Vec<Said>),
    /// Nothing but a refusal.
    Refuse(Refusal),
    /// A refusal that the same instance remembers.
    RefuseAndRemember(Stage, Refusal),
}

/// Why an act is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A field is wrong.
    Field {
        pointer: &'static str,
        code: FieldCode,
    },
    /// What was chosen is not among what is listed.
    NotListed,
    OrganisationUnknown,
    CodeWrong {
        tries_left: u32,
    },
    CodeExpired,
    CredentialsWrong {
        tries_left: Option<u32>,
    },
    SignInRestricted {
        retry_after: u32,
    },
    TooManyRequests {
        retry_after: u32,
    },
    Unavailable {
        retry_after: Option<u32>,
    },
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
            Self::Notice(_) => Some(StepKind::Notice),
            Self::Complete(_) | Self::Cancelled => None,
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
            | Self::Notice(
                Notice::NoWorkspace { .. } | Notice::AccountSuspended { .. } | Notice::MethodNotAllowed { .. },
            )
            | Self::Complete(_)
            | Self::Cancelled => None,
        }
    }

    /// The workspace that this is about.
    pub fn workspace(&self) -> Option<&str> {
        match self {
            Self::Password(PasswordStage { workspace, .. })
            | Self::Notice(Notice::AccountSuspended { workspace, .. } | Notice::MethodNotAllowed { workspace, .. })
            | Self::Complete(Completed { workspace, .. }) => Some(workspace),
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::Code(_)
            | Self::ChooseWorkspace { .. }
            | Self::Notice(Notice::NoWorkspace { .. } | Notice::EmailRestricted { .. })
            | Self::Cancelled => None,
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
            | Self::Notice(
                Notice::AccountSuspended { way: Way::Organisation, .. }
                | Notice::MethodNotAllowed { way: Way::Organisation, .. }
                | Notice::EmailRestricted { .. },
            )
            | Self::Complete(_)
            | Self::Cancelled => None,
        }
    }

    /// What the member can do here. It follows the policy of the moment (FEATURES L8).
    pub fn offers(&self, facts: &Facts, now: Timestamp) -> Offers {
        let offers = Offers::default();
        let with_organisation = |offers: Offers| {
            if facts.organisation_way { offers.with(ActionName::UseOrganisation) } else { offers }
        };
        let submit_from = |from: Option<Timestamp>| {
            let wait = from.map(|from| seconds(from.seconds_since(now))).filter(|wait| *wait > 0);
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
            Self::Complete(_) | Self::Cancelled => offers,
        }
    }
}

impl Workspace {
    /// Whether members can begin with the organisation's ID.
    pub fn takes_organisation_way(&self) -> bool {
        self.organisation_entry && self.organisation_id.is_some()
    }

    fn allows(&self, way: &Way) -> bool {
        match way {
            Way::Email(_) => self.email_entry,
            Way::Organisation => self.organisation_entry,
        }
    }
}

impl SignIn {
    /// The flow's first state.
    pub fn begin(locale: Locale, return_to: ReturnTo, arrival: Arrival) -> Self {
        let (return_to, said) = match return_to {
            ReturnTo::Absent => (None, Vec::new()),
            ReturnTo::Allowed(url) => (Some(url), Vec::new()),
            ReturnTo::Refused => (None, vec![Said::ReturnNotAllowed]),
        };
        let stage = match arrival {
            Arrival::Plain => Stage::Identify { identifier: None },
            Arrival::Known(address) => Stage::ChooseWorkspace { address },
            Arrival::Organisation { found: Some(workspace), .. } => organisation_password(&workspace),
            Arrival::Organisation { typed, found: None } => Stage::Organisation { organisation: Some(typed) },
        };
        Self { rev: 1, locale, return_to, said, stage }
    }

    /// The flow after `next`; a refusal may change what it remembers, never its `rev`.
    pub fn apply(&mut self, next: Next) -> Option<Refusal> {
        match next {
            Next::Go(stage, said) => {
                self.rev += 1;
                self.stage = stage;
                self.said = said;
                None
            }
            Next::Renew(stage, said) => {
                self.stage = stage;
                self.said = said;
                None
            }
            Next::Refuse(refusal) => Some(refusal),
            Next::RefuseAndRemember(stage, refusal) => {
                self.stage = stage;
                Some(refusal)
            }
        }
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

/// How ID and password compare. The try was counted before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// Not even compared.
    Restricted {
        until: Timestamp,
    },
    /// Suspended, or this wrong password suspends; an unknown ID behaves alike.
    Suspended,
    Wrong(Left),
    Right {
        redirect_to: String,
        name: String,
        identifier: String,
    },
}

/// `password` submitted (FEATURES L1, L9).
pub fn submit_password(stage: &PasswordStage, workspace: &Workspace, verdict: PasswordVerdict, now: Timestamp) -> Next {
    match verdict {
        PasswordVerdict::Restricted { until } | PasswordVerdict::Wrong(Left::Nothing { until }) => {
            let remembering = PasswordStage { restricted_until: Some(until), ..stage.clone() };
            let retry_after = seconds(until.seconds_since(now));
            Next::RefuseAndRemember(Stage::Password(remembering), Refusal::SignInRestricted { retry_after })
        }
        PasswordVerdict::Suspended => Next::Go(
            Stage::Notice(Notice::AccountSuspended { workspace: stage.workspace.clone(), way: stage.way.clone() }),
            Vec::new(),
        ),
        PasswordVerdict::Wrong(Left::Tries(left)) => {
            Next::Refuse(Refusal::CredentialsWrong { tries_left: workspace.reveal_tries.then_some(left) })
        }
        PasswordVerdict::Right { redirect_to, name, identifier } => Next::Go(
            Stage::Complete(Completed { redirect_to, identifier, name, workspace: stage.workspace.clone() }),
            Vec::new(),
        ),
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
        Stage::Identify { .. } | Stage::Complete(_) | Stage::Cancelled => {
            return Next::Refuse(Refusal::Unavailable { retry_after: None });
        }
        Stage::Organisation { .. } => Stage::Identify { identifier: None },
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
    Next::Go(stage, Vec::new())
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
        | Stage::Notice(Notice::NoWorkspace { .. } | Notice::EmailRestricted { .. })
        | Stage::Complete(_)
        | Stage::Cancelled => None,
    };
    Next::Go(Stage::Organisation { organisation }, Vec::new())
}

/// `use_email`.
pub fn use_email() -> Next {
    Next::Go(Stage::Identify { identifier: None }, Vec::new())
}

fn seconds(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
