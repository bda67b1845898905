//! Somebody's yes on another device: what is asked for, who asks, and what comes of it (FEATURES L5, D1 to D6). It refuses to
//! know how whoever is asked hears of it.

use daemun_protocol::{ActionName, Asked, NoticeCode, Offers, StepKind, Timestamp};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::second_factor::{Entering, Salt};
use super::sign_in::{PasswordStage, Way};
use super::{Facts, Notice, Stage};
use crate::login_id::MobileNumber;
use crate::relying_party::Ceremony;

/// Seconds for which a member's phone is asked.
pub const PHONE_LIFETIME: u64 = 120;
/// Seconds for which others are asked to let a device in.
pub const DEVICE_LIFETIME: u64 = 10 * 60;
/// Seconds for which a QR code leads to a request.
pub const QR_LIFETIME: u64 = 120;
/// Seconds between two reads of what waits, where they are not held.
pub const POLL_INTERVAL: u32 = 3;

/// A request, as the flow that asks knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The request's id.
    pub request: String,
    pub expires_at: Timestamp,
    pub asks: Asks,
    /// What was shown for a camera, over or not.
    #[serde(default)]
    pub qr: Option<ShownQr>,
}

/// A QR code that leads another device to the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownQr {
    /// What its address is made of; see [`crate::approval_link`].
    pub salt: Salt,
    pub expires_at: Timestamp,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// The member's own phone, whether it is them (FEATURES L5).
    OwnPhone {
        workspace: String,
        account: i64,
        /// Two digits, to be chosen there.
        number: String,
        instead: Instead,
    },
    /// Others, to let this device in (FEATURES D1).
    NewDevice { newcomer: Entering, asked: Asked },
}

/// How it goes on without the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instead {
    Password(PasswordStage),
    /// A code by SMS to the number that was entered.
    Code {
        typed: String,
        number: MobileNumber,
    },
}

/// How a request ended for who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Denied,
    Expired,
    NumberWrong,
    NotMe,
}

/// How a request ended for who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    Approved,
    Denied,
    NumberWrong,
    NotMe,
    /// Somebody else was first, or it was taken back or is over.
    Settled,
}

/// One request, looked at by who may approve it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looking {
    pub whose: Whose,
    pub request: String,
    /// The numbers to choose from, each with a question of its own for the authenticator.
    pub numbers: Vec<(String, Ceremony)>,
}

/// Another recovery key, in the place of one that is worth nothing any more; made of the server's key and the salt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    pub salt: Salt,
    pub then: Then,
}

/// Where it leads to once the new key is kept somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// In: the one of before was used.
    In(Entering),
    /// Back to the settings, where it was asked for.
    Settings(Whose),
}

impl NewKey {
    pub const fn whose(&self) -> &Whose {
        match &self.then {
            Then::In(newcomer) => &newcomer.whose,
            Then::Settings(whose) => whose,
        }
    }
}

impl Waiting {
    pub const fn kind(&self) -> StepKind {
        match self.asks {
            Asks::OwnPhone { .. } => StepKind::MatchNumber,
            Asks::NewDevice { .. } => StepKind::WaitApproval,
        }
    }

    pub fn workspace(&self) -> &str {
        match &self.asks {
            Asks::OwnPhone { workspace, .. } => workspace,
            Asks::NewDevice { newcomer, .. } => &newcomer.whose.workspace,
        }
    }

    pub(super) fn offers(&self, facts: &Facts) -> Offers {
        let offers = Offers::default().with(ActionName::Resend);
        let offers = match &self.asks {
            Asks::OwnPhone { .. } => {
                let offers = offers.with(ActionName::ShowQr);
                if self.has_other_way(facts) { offers.with(ActionName::UseOther) } else { offers }
            }
            Asks::NewDevice { asked, .. } => {
                let offers = match asked {
                    Asked::Everybody | Asked::Member => offers.with(ActionName::ShowQr),
                    // Their device is not at hand, and no other may answer.
                    Asked::Administrator => offers,
                };
                let offers = offers.with(ActionName::AskMember).with(ActionName::AskAdmin);
                if facts.has_recovery_key { offers.with(ActionName::UseRecoveryKey) } else { offers }
            }
        };
        offers.with(ActionName::Back)
    }

    /// Whether it goes on without the phone; of a new device, by asking once more.
    pub(super) const fn has_other_way(&self, facts: &Facts) -> bool {
        match &self.asks {
            Asks::OwnPhone { instead: Instead::Password(PasswordStage { way: Way::Listed(_), .. }), .. } => {
                facts.has_other_way
            }
            Asks::OwnPhone { .. } | Asks::NewDevice { .. } => true,
        }
    }

    /// `back`: to where it was asked for.
    pub(super) fn before(&self) -> Stage {
        match &self.asks {
            Asks::OwnPhone { instead: Instead::Password(stage), .. } => stage.chosen_at(),
            Asks::OwnPhone { instead: Instead::Code { typed, .. }, .. } => {
                Stage::Identify { identifier: Some(typed.clone()) }
            }
            Asks::NewDevice { newcomer, .. } => super::second_factor::before(newcomer),
        }
    }

    /// What is shown when it ended without a yes.
    pub fn ended(self, how: Outcome) -> Stage {
        Stage::Notice(Notice::ApprovalEnded { how, waiting: Box::new(self) })
    }
}

impl Outcome {
    pub(super) const fn code(self) -> NoticeCode {
        match self {
            Self::Denied => NoticeCode::ApprovalDenied,
            Self::Expired => NoticeCode::ApprovalExpired,
            Self::NumberWrong => NoticeCode::ApprovalNumberWrong,
            Self::NotMe => NoticeCode::ApprovalNotMe,
        }
    }
}

impl Answered {
    pub(super) const fn code(self) -> NoticeCode {
        match self {
            Self::Approved => NoticeCode::RequestApproved,
            Self::Denied => NoticeCode::RequestDenied,
            Self::NumberWrong => NoticeCode::RequestNumberWrong,
            Self::NotMe => NoticeCode::RequestNotMe,
            Self::Settled => NoticeCode::RequestSettled,
        }
    }
}

/// What can be done with a request that is looked at.
pub fn offers_to_look_at(looking: &Looking) -> Offers {
    let offers = Offers::default().with(ActionName::Approve).with(ActionName::Deny);
    let offers = if looking.numbers.is_empty() { offers } else { offers.with(ActionName::NotMe) };
    offers.with(ActionName::Back)
}
