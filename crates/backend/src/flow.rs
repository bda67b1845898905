//! A flow as it is stored, and what acts make of it, given facts. One room per purpose: signing in, joining, resetting a
//! password, opening a security link, and what they share; each takes facts and says what comes next. It refuses to know where facts come from (SQL, mails, hashes) and how its answers
//! travel (HTTP).

mod stage;

pub mod accounts;
pub mod approval;
pub mod code;
pub mod denied_members;
pub mod find_id;
pub mod join;
pub mod new_password;
pub mod other_ways;
pub mod passkey;
pub mod phone;
pub mod policy;
pub mod provider;
pub mod quick_login;
pub mod register_id;
pub mod reset;
pub mod second_factor;
pub mod security_link;
pub mod settings;
pub mod sign_in;

mod view;

use daemun_protocol::{
    AcceptedCredentials, AccountPolicy, ApprovalRequest, Channel, DeniedMember, ExternalIdentity, Factor, FieldCode,
    FieldError, KnownAccount, Membership, Notifications, Provider, QrLink, SavedPolicy, Secret, Session, Timestamp,
    TrustedDevice, TwoFactor,
};
use serde::{Deserialize, Serialize};

use crate::accent::Accent;
use crate::email_address::EmailAddress;
use crate::handoff::Challenge;
use crate::locale::Locale;
use crate::logo::LogoName;
use crate::password::PasswordPolicy;
use crate::relying_party::Ceremony;
use crate::return_to::ReturnTo;
use crate::server_key::Digest32;
use crate::store::RememberedAccount;

pub use settings::AfterProof;
pub use stage::{Completed, Ending, Goal, Notice, Stage, back, use_email, use_organisation};
pub use view::{ended, likeness, signed_out, view};

/// [`Entrance::lifetime`] of what may end in signing in.
const LIFETIME: u64 = 30 * 60;
/// [`Entrance::longest_life`] of what may end in signing in.
const LONGEST_LIFE: u64 = 2 * 3600;

/// A flow as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFlow {
    pub entrance: Entrance,
    /// Moves with the stage's instance, and with nothing else.
    pub rev: u64,
    pub locale: Locale,
    /// Judged and re-serialised; see [`crate::return_to`].
    pub return_to: Option<String>,
    pub said: Vec<Said>,
    pub stage: Stage,
    /// The address whose code was entered in this flow to sign in or to join. A session tells an address too (FEATURES E6);
    /// that is enough to be asked for a password, and not to set the first one.
    #[serde(default)]
    pub proven: Option<EmailAddress>,
    /// What an authenticator is asked at the step of this revision.
    #[serde(default)]
    pub ceremony: Option<(u64, Ceremony)>,
    /// What a fresh proof leads to, in settings.
    #[serde(default)]
    pub after_proof: Option<AfterProof>,
    /// Of the native host that takes the sign-in over.
    #[serde(default)]
    pub handoff: Option<Challenge>,
    /// What the app that began it can do.
    #[serde(default)]
    pub host: quick_login::Host,
    /// Whether whoever signs in is to be on this browser's list of accounts (FEATURES L6).
    #[serde(default)]
    pub remembers: bool,
    /// What was taken off that list at this step, to be put back.
    #[serde(default)]
    pub forgotten: Vec<RememberedAccount>,
    /// The list that the host's apps share, where this one is not left out of it.
    #[serde(default)]
    pub shared_list: Option<Digest32>,
}

/// What a flow was begun for; any but that of a security link may end in signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entrance {
    SignIn,
    Join,
    Reset,
    /// A security link (FEATURES O1); `None`: one that nobody has made.
    Link(Option<i64>),
    /// The settings of this account's member (FEATURES S4).
    Security(i64),
    /// What waits for this account's member (FEATURES D6).
    Approve(i64),
    /// The policy of this administrator's workspace (FEATURES P2).
    Policy(i64),
}

impl Entrance {
    /// Seconds from the last accepted act, or from the end of a restriction that it shows, to the end of a flow.
    pub const fn lifetime(self) -> u64 {
        match self {
            Self::SignIn | Self::Join | Self::Reset | Self::Security(_) | Self::Approve(_) | Self::Policy(_) => {
                LIFETIME
            }
            Self::Link(_) => security_link::LIFETIME,
        }
    }

    /// Seconds from a flow's beginning to its end at the latest, whatever is done in it.
    pub const fn longest_life(self) -> u64 {
        match self {
            Self::SignIn | Self::Join | Self::Reset | Self::Security(_) | Self::Approve(_) | Self::Policy(_) => {
                LONGEST_LIFE
            }
            Self::Link(_) => security_link::LONGEST_LIFE,
        }
    }

    /// Whether it signs anybody in who was not in before.
    pub const fn signs_in(self) -> bool {
        match self {
            Self::SignIn | Self::Join | Self::Reset => true,
            Self::Link(_) | Self::Security(_) | Self::Approve(_) | Self::Policy(_) => false,
        }
    }

    /// How a flow ends that its browser gives up.
    pub const fn given_up(self) -> Ending {
        match self {
            Self::SignIn | Self::Join | Self::Reset | Self::Security(_) | Self::Approve(_) | Self::Policy(_) => {
                Ending::Cancelled
            }
            Self::Link(_) => Ending::Left,
        }
    }
}

/// An address and how the member wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub typed: String,
    pub email: EmailAddress,
}

/// What is said beside the step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    CodeSent {
        to: String,
    },
    CodeSentAgain {
        to: String,
    },
    ReturnNotAllowed,
    PasswordChanged,
    SecondFactorRequired,
    LinkLeft,
    DeviceRegistered,
    DeviceRemoved,
    SignedOutElsewhere,
    TwoFactorOn,
    TwoFactorOff,
    IdRegistered,
    QuickLoginOn,
    PinChanged,
    QuickLoginOff,
    BiometricsOn,
    BiometricsOff,
    QuickLoginRevoked,
    /// No quick login of this browser is allowed any more; of one workspace's, its name.
    MethodNotAllowed {
        workspace: String,
    },
    MemberAsked {
        to: String,
    },
    AdministratorAsked,
    PolicySaved,
    PolicyChangedMeanwhile,
    PolicyLocksOutMore,
    ProviderCancelled {
        provider: String,
    },
    ProviderDenied {
        provider: String,
    },
    ProviderUnavailable {
        provider: String,
    },
    IdentityConnected {
        provider: String,
    },
    IdentityDisconnected {
        provider: String,
    },
    IdentityTaken {
        provider: String,
    },
    ContactsSaved {
        provider: String,
    },
    PhoneLinked,
    MemberDenied {
        name: String,
        provider: String,
    },
    MemberAllowed {
        name: String,
        provider: String,
    },
    PhoneUnlinked,
}

/// A workspace and its policy (FEATURES L8, L9, P1, R3, R4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub organisation_id: Option<String>,
    pub email_entry: bool,
    pub organisation_entry: bool,
    /// Whether members can sign in by a code to a linked number (FEATURES L2).
    pub phone_entry: bool,
    /// Whether members can sign in by unlocking a device of theirs (FEATURES L4).
    pub device_unlock: bool,
    /// Whether members can sign in by the PIN or the biometrics of the mobile app (FEATURES L7).
    pub quick_login: bool,
    /// Whether that device and its PIN, or its unlock, are two factors.
    pub quick_login_two_factors: bool,
    /// Whether somebody who is in has to let a new device in (FEATURES D1).
    pub device_approval: bool,
    /// External providers that members may not sign in by (FEATURES L3).
    pub denied_providers: Vec<String>,
    pub two_factor: TwoFactor,
    /// Whether a browser can be remembered after a second factor (FEATURES T1).
    pub remember_browser: bool,
    /// Whether personal email and mobile number are the organisation's to change (FEATURES T3).
    pub managed_profiles: bool,
    /// Consecutive wrong passwords that suspend an account; `None`: they do not.
    pub attempt_limit: Option<u32>,
    /// Whether remaining tries are said.
    pub reveal_tries: bool,
    /// Accounts at most; `None`: as many as come.
    pub capacity: Option<u32>,
    pub passwords: PasswordPolicy,
    /// The colour that it is known by; `None`: the deployment's own.
    pub accent: Option<Accent>,
    /// The picture that it is known by; `None`: the deployment's own.
    pub logo: Option<LogoName>,
}

impl Workspace {
    /// Whether members can begin with the organisation's ID.
    pub fn takes_organisation_way(&self) -> bool {
        self.organisation_entry && self.organisation_id.is_some()
    }

    /// Whether a password can be entered anywhere.
    pub fn takes_passwords(&self) -> bool {
        self.email_entry || self.takes_organisation_way()
    }
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
    /// How codes can travel here.
    pub channels: Vec<Channel>,
    /// The second factors of who has given the first.
    pub factors: Vec<Factor>,
    /// How many of their recovery codes are left.
    pub recovery_codes_left: u32,
    /// Whether this deployment can be known to authenticators.
    pub knows_passkeys: bool,
    /// Whether any workspace lets its members sign in by their devices.
    pub device_way: bool,
    /// Whether the stage's account has a passkey; `None`: it is not settled whose it is.
    pub has_passkey: Option<bool>,
    /// The same of trusted devices alone.
    pub has_device: Option<bool>,
    /// Whether a chosen account can be gone on with by another way than the stage's (FEATURES L6).
    pub has_other_way: bool,
    /// The passkeys of whose settings these are.
    pub devices: Vec<TrustedDevice>,
    pub accepted: Option<AcceptedCredentials>,
    pub has_password: bool,
    /// Whether the member has proven who they are a moment ago.
    pub is_fresh: bool,
    /// What waits for who looks; or the one request that is looked at.
    pub requests: Vec<ApprovalRequest>,
    /// How the browser that looks can be told of them.
    pub notifications: Option<Notifications>,
    pub has_recovery_key: bool,
    /// What a camera is shown.
    pub qr: Option<QrLink>,
    /// What the app can do.
    pub host: quick_login::Host,
    /// The account whose settings these are.
    pub own: Option<settings::Own>,
    /// Where its member is signed in.
    pub sessions: Vec<Session>,
    /// Whether whose settings these are may have a recovery key.
    pub is_super_administrator: bool,
    /// What is decided about the workspace, as far as this deployment has it.
    pub policy: AccountPolicy,
    /// What was decided about the workspace last.
    pub policy_log: Vec<SavedPolicy>,
    /// Members who alone may not sign in by the provider that the stage is about.
    pub denied_members: Vec<DeniedMember>,
    /// External providers that may be signed in by from here.
    pub providers: Vec<Provider>,
    /// What is connected of whose settings these are, and what could be.
    pub identities: Vec<ExternalIdentity>,
    /// What people call the one that the stage is about.
    pub provider_name: Option<String>,
    /// Where the one is that was chosen.
    pub go_to: Option<Secret>,
    /// The accounts that the browser remembers.
    pub accounts: Vec<KnownAccount>,
    pub shown: Shown,
}

/// What is shown at a step, once, and kept nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    Nothing,
    /// The key for an authenticator app: in base32, and as a key URI.
    Authenticator {
        key: Secret,
        uri: Secret,
    },
    RecoveryCodes(Vec<Secret>),
    RecoveryKey(Secret),
    Handoff(Secret),
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

impl Next {
    /// To a step beside which nothing is said.
    pub fn to(stage: Stage) -> Self {
        Self::Go(stage, Vec::new())
    }

    /// The same, and this is said beside the step.
    #[must_use]
    pub fn saying(self, said: Said) -> Self {
        match self {
            Self::Go(stage, _) => Self::Go(stage, vec![said]),
            Self::Renew(..) | Self::Refuse(_) | Self::RefuseAndRemember(..) => self,
        }
    }

    /// The step does not offer this.
    pub fn unavailable() -> Self {
        Self::Refuse(Refusal::Unavailable { retry_after: None })
    }

    /// The same, but a refusal is remembered by this stage, with what was entered there.
    #[must_use]
    pub fn or_remember(self, stage: Stage) -> Self {
        match self {
            Self::Refuse(refusal) => Self::RefuseAndRemember(stage, refusal),
            Self::Go(..) | Self::Renew(..) | Self::RefuseAndRemember(..) => self,
        }
    }
}

/// Why an act is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Fields are wrong, at least one.
    Fields(Vec<FieldError>),
    /// What was chosen is not among what is listed.
    NotListed,
    OrganisationUnknown,
    CodeWrong {
        tries_left: u32,
    },
    CodeExpired,
    /// It was right, and used before.
    CodeSpent,
    /// Nobody signs in by this passkey.
    PasskeyUnknown,
    PasskeyRefused,
    /// As many accounts as may be are registered on this device.
    DeviceFull,
    /// What came back from a provider does not belong here.
    ProviderRefused,
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

impl Refusal {
    /// One field is wrong.
    pub fn field(pointer: &str, code: FieldCode) -> Self {
        Self::Fields(vec![FieldError { pointer: pointer.into(), code }])
    }
}

impl StoredFlow {
    /// The flow's first state.
    pub fn begin(entrance: Entrance, locale: Locale, return_to: ReturnTo, stage: Stage) -> Self {
        let (return_to, said) = match return_to {
            ReturnTo::Absent => (None, Vec::new()),
            ReturnTo::Allowed(url) => (Some(url), Vec::new()),
            ReturnTo::Refused => (None, vec![Said::ReturnNotAllowed]),
        };
        Self {
            entrance,
            rev: 1,
            locale,
            return_to,
            said,
            stage,
            proven: None,
            ceremony: None,
            after_proof: None,
            handoff: None,
            host: quick_login::Host::default(),
            remembers: false,
            forgotten: Vec::new(),
            shared_list: None,
        }
    }

    /// The flow after `next`; a refusal may change what it remembers, never its `rev`.
    pub fn apply(&mut self, next: Next) -> Option<Refusal> {
        match next {
            Next::Go(stage, said) => {
                self.rev += 1;
                self.forgotten.clear();
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

/// Seconds as the protocol counts them.
pub fn seconds_until(until: Timestamp, now: Timestamp) -> u32 {
    u32::try_from(until.seconds_since(now)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
