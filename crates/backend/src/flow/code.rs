//! One-time codes as flows see them: to whom, what for, and what a wrong one comes to (FEATURES E1, E2).

use daemun_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::find_id::ContactForm;
use super::join::Candidate;
use super::new_password::Whose;
use super::phone::PhoneForm;
use super::second_factor::{ContactToSave, Entering};
use super::security_link::LinkStage;
use super::{Address, Next, Notice, Refusal, Said, Stage};
use crate::carrier::Carrier;
use crate::codes::CodeDigest;
use crate::limits::Left;
use crate::login_id::MobileNumber;

/// The one code that counts now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCode {
    pub to: Contact,
    /// How it went there.
    pub by: Carrier,
    pub purpose: Purpose,
    pub digest: CodeDigest,
    pub expires_at: Timestamp,
    pub resend_at: Timestamp,
}

/// Where a code can go, and how the member wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    Email(Address),
    Mobile { typed: String, number: MobileNumber },
}

/// What a right code opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    SignIn,
    /// Nothing but the session has told the address, and in this workspace it is to have its first password or ID
    /// (FEATURES E5, R5).
    Enter {
        workspace: String,
    },
    /// An account was chosen from this browser's list (FEATURES L6): the address or number is told in part.
    Listed {
        account: i64,
        workspace: String,
    },
    /// An account is made (FEATURES E4).
    Join(Box<Candidate>),
    /// The IDs are told (FEATURES L10).
    FindId {
        workspace: String,
    },
    /// The second factor is given (FEATURES T1).
    SecondFactor(Box<Entering>),
    /// The contact is saved, and the second factor given with it (FEATURES T2).
    Enrol(Box<Entering>),
    /// What was shared by the flow's link, if it was shared to the address (FEATURES O2).
    Link,
    /// The number is linked to the account of who is signed in (FEATURES S2).
    LinkPhone(Box<Whose>),
}

impl Contact {
    /// A phone, told as its number is written.
    pub fn phone(number: MobileNumber) -> Self {
        Self::Mobile { typed: number.told(), number }
    }

    /// As the member wrote it.
    pub fn typed(&self) -> &str {
        match self {
            Self::Email(address) => &address.typed,
            Self::Mobile { typed, .. } => typed,
        }
    }

    /// The form in which two spellings are equal; codes go there.
    pub fn place(&self) -> &str {
        match self {
            Self::Email(address) => address.email.as_str(),
            Self::Mobile { number, .. } => number.as_str(),
        }
    }

    /// How a code goes there where nothing else is asked for.
    pub const fn carrier(&self) -> Carrier {
        match self {
            Self::Email(_) => Carrier::Email,
            Self::Mobile { .. } => Carrier::Sms,
        }
    }
}

impl Purpose {
    /// The workspace that it is about.
    pub fn workspace(&self) -> Option<&str> {
        match self {
            Self::SignIn | Self::Link => None,
            Self::Enter { workspace } | Self::Listed { workspace, .. } => Some(workspace),
            Self::Join(candidate) => Some(&candidate.form.invited.workspace),
            Self::FindId { workspace } => Some(workspace),
            Self::SecondFactor(entering) | Self::Enrol(entering) => Some(&entering.whose.workspace),
            Self::LinkPhone(whose) => Some(&whose.workspace),
        }
    }

    /// Who has given the first factor, where this is the second.
    pub fn entering(&self) -> Option<&Entering> {
        match self {
            Self::SecondFactor(entering) | Self::Enrol(entering) => Some(entering),
            Self::SignIn
            | Self::Enter { .. }
            | Self::Listed { .. }
            | Self::Join(_)
            | Self::FindId { .. }
            | Self::Link
            | Self::LinkPhone(_) => None,
        }
    }

    /// The step that asked for the code, with what was entered there.
    pub fn asked_at(&self, to: &Contact) -> Stage {
        match self {
            Self::SignIn => Stage::Identify { identifier: Some(to.typed().into()) },
            Self::Enter { .. } => match to {
                Contact::Email(_) => Stage::ChooseWorkspace { verified: to.clone() },
                Contact::Mobile { typed, .. } => Stage::Identify { identifier: Some(typed.clone()) },
            },
            Self::Listed { .. } => Stage::Identify { identifier: None },
            Self::SecondFactor(entering) => Stage::ChooseFactor((**entering).clone()),
            Self::Enrol(entering) => Stage::EnrolContact(ContactToSave {
                entering: (**entering).clone(),
                identifier: Some(to.typed().into()),
            }),
            Self::Join(candidate) => Stage::CreateAccount(candidate.form.clone()),
            Self::FindId { workspace } => {
                let identifier = Some(to.typed().into());
                Stage::FindId(ContactForm { workspace: workspace.clone(), identifier })
            }
            Self::LinkPhone(whose) => {
                let identifier = Some(to.typed().into());
                Stage::LinkPhone(PhoneForm { whose: (**whose).clone(), identifier })
            }
            Self::Link => Stage::Link(LinkStage::Address { email: Some(to.typed().into()) }),
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

/// Which time a code is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    First,
    Again,
}

/// A code is asked for: `send` draws one and has it sent, and is called only if it may be.
///
/// # Errors
/// What `send` says.
pub fn ask_for_code<E>(
    to: Contact,
    by: Carrier,
    purpose: Purpose,
    sending: Sending,
    asking: Asking,
    send: impl FnOnce(&Contact, Carrier, Purpose) -> Result<SentCode, E>,
) -> Result<Next, E> {
    Ok(match sending {
        Sending::Restricted { until } => Next::to(restricted(to, &purpose, until)),
        Sending::Wait(retry_after) => Next::Refuse(Refusal::TooManyRequests { retry_after }),
        Sending::Free => {
            let typed = to.typed().to_owned();
            let sent = send(&to, by, purpose)?;
            match asking {
                Asking::First => Next::Go(Stage::Code(sent), vec![Said::CodeSent { to: typed }]),
                Asking::Again => Next::Renew(Stage::Code(sent), vec![Said::CodeSentAgain { to: typed }]),
            }
        }
    })
}

/// `code` submitted, and wrong. The try was counted before (FEATURES E2).
pub fn wrong_code(sent: &SentCode, left: Left) -> Next {
    match left {
        Left::Tries(tries_left) => Next::Refuse(Refusal::CodeWrong { tries_left }),
        Left::Nothing { until } => Next::to(restricted(sent.to.clone(), &sent.purpose, until)),
    }
}

fn restricted(to: Contact, purpose: &Purpose, until: Timestamp) -> Stage {
    let back = Box::new(purpose.asked_at(&to));
    Stage::Notice(Notice::EmailRestricted { to: to.typed().into(), until, back })
}
