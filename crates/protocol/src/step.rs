//! The steps of a flow: what a member is asked at one moment, typed, never as form fields or HTML.

use serde::{Deserialize, Serialize};

use crate::action::is_false;
use crate::tree::{Missing, Tree, list, named, number, text};
use crate::{
    AcceptedCredentials, AccountPolicy, ApprovalRequest, DeniedMember, DeviceKind, ExternalIdentity, KnownAccounts,
    NewPasswordReason, NoticeCode, Notifications, NumberToMatch, Params, PasswordRules, PolicyEffect, Provider,
    PublicKeyOptions, SavedPolicy, Secret, SecurityItem, Session, Timestamp, TrustedDevice,
};

/// A step with the instance's name: drafts and focus live as long as `id` stays the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepState {
    pub id: String,
    #[serde(flatten)]
    pub step: Step,
}

/// What is asked now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Step {
    /// Who are you? `submit`, `use_organisation`, `use_passkey`, `use_provider`; `choose`, `forget` and `restore` one of the accounts.
    Identify {
        /// What was entered before, when coming back.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// For asking for a passkey, by autofill in the field (conditional mediation) or at once (FEATURES L4).
        #[serde(skip_serializing_if = "Option::is_none")]
        passkey: Option<PublicKeyOptions>,
        /// The accounts that were signed in to from this browser and are to be remembered here, the last one first (FEATURES L6).
        #[serde(skip_serializing_if = "KnownAccounts::is_empty")]
        accounts: KnownAccounts,
    },
    /// Which organisation? `submit`, `use_email`, `back` (FEATURES E3).
    Organisation {
        /// What was entered before, when coming back.
        #[serde(skip_serializing_if = "Option::is_none")]
        organisation: Option<String>,
    },
    /// A one-time code: one that was sent, or one that an authenticator app shows. `submit`, `resend`, `use_notification`,
    /// `use_sms`, `use_other`, `back` (FEATURES E1, L2, T1, T5, O2).
    Code {
        channel: Channel,
        /// Where it went, as the member typed it or masked; absent where nothing is sent.
        #[serde(skip_serializing_if = "Option::is_none")]
        sent_to: Option<String>,
        /// How many digits it has.
        length: u8,
        /// When the code stops working; absent where there is always another one.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        /// For how many days no second factor is asked for in this browser if `submit` says `remember`; absent: that cannot be
        /// had here (FEATURES T1).
        #[serde(skip_serializing_if = "Option::is_none")]
        remember_days: Option<u32>,
    },
    /// Which of the workspaces that the address or number belongs to? `choose`, `back` (FEATURES E1, E6, L2).
    ChooseWorkspace {
        /// The verified address or number, as the member typed it.
        verified: String,
        /// Or the name of the external provider whose identity is connected there (FEATURES L3).
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        workspaces: Vec<Membership>,
    },
    /// Which second factor? `choose`, `back` (FEATURES T1, T5).
    ChooseFactor { factors: Vec<Factor> },
    /// The password, on the workspace's own screen. `submit`, `forgot`, `find_id`, `use_email`, `use_passkey`,
    /// `use_mobile`, `use_provider`, `back` (FEATURES L1).
    Password {
        /// The ID, where it is settled; where it is absent, the member enters ID and password.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// Whether it is told in part: nobody has entered it here (FEATURES L6).
        #[serde(skip_serializing_if = "is_false")]
        masked: bool,
    },
    /// A workspace, which the flow names, invites whoever has the link. `accept`, `decline` (FEATURES E4).
    Invitation {
        /// Who invites.
        #[serde(skip_serializing_if = "Option::is_none")]
        inviter: Option<String>,
    },
    /// A new member's account in the flow's workspace. `submit`, `back` (FEATURES E4).
    CreateAccount {
        /// What was entered before; the password never is.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// The terms (by the `id` that discovery gives them) that were agreed to before.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        terms: Vec<String>,
        rules: PasswordRules,
    },
    /// Whose password is forgotten? The answer is the same whether or not anybody has this name and address. `submit`,
    /// `back` (FEATURES R1).
    RequestReset {
        /// What is known already.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        email: Option<String>,
    },
    /// A new password for an ID. `submit`, and `back` where something lies before it (FEATURES E5, R1, R4, S6).
    NewPassword {
        /// The ID that the password is for.
        identifier: String,
        reason: NewPasswordReason,
        rules: PasswordRules,
    },
    /// The first ID and password of a member who joined without; the ID stays for good. `submit`, `back` (FEATURES R5).
    RegisterId {
        /// What was entered before.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        rules: PasswordRules,
    },
    /// Where a member may be reached whose ID is forgotten: the personal email or the mobile number of the profile. A code
    /// follows, whether or not anybody has it. `submit`, `back` (FEATURES L10).
    FindId {
        /// What was entered before.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// How codes can travel here.
        channels: Vec<Channel>,
    },
    /// The IDs of whoever received the code, masked. `back` (FEATURES L10).
    FoundIds { ids: Vec<FoundId> },
    /// A first contact for second factors, since none is saved: a personal email or a mobile number, verified by a code
    /// before it counts. `submit`, `use_authenticator`, `back` (FEATURES T2).
    EnrolContact {
        /// What was entered before.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// Which contacts can be taken.
        channels: Vec<Channel>,
    },
    /// An authenticator app is to take this key, and to show a first code (RFC 6238). `submit`, `back` (FEATURES T5).
    EnrolAuthenticator {
        /// The key in base32 (RFC 4648 §6), for typing by hand.
        key: Secret,
        /// The key URI (`otpauth://totp/…`) that a QR code carries.
        uri: Secret,
    },
    /// Codes to get in by when the authenticator is lost, each once. They are shown at this step and never again. `done`
    /// (FEATURES T5).
    RecoveryCodes { codes: Vec<Secret> },
    /// One of the recovery codes. `submit`, `use_other`, `back` (FEATURES T5).
    RecoveryCode {
        /// How many have not been used.
        left: u32,
    },
    /// To which address was this security link shared? The answer is the same whether or not it was. `submit` (FEATURES O1).
    LinkAddress {
        /// What was entered before.
        #[serde(skip_serializing_if = "Option::is_none")]
        email: Option<String>,
    },
    /// A device or security key of the member's is asked for: its own unlock proves who it is. `submit`, `use_other`, `back`
    /// (FEATURES L4, T5).
    Passkey { options: PublicKeyOptions },
    /// What the member signs in with and what protects it, each with its state and what can be done with it. `change_password`,
    /// `register_id`, `show_devices`, `turn_on_two_factor`, `turn_off_two_factor`, `set_pin`, `turn_on_biometrics`,
    /// `turn_off_biometrics`, `turn_off_quick_login`, `turn_off_quick_login_elsewhere`, `show_sessions`, `done` (FEATURES S1, S5, S6,
    /// S7).
    Security { items: Vec<SecurityItem> },
    /// The PIN that was set for this very device, which shows that it is the one. `submit`, `use_passkey`, `use_other` (FEATURES L7).
    QuickLogin {
        /// Which of the keys that the device has made.
        key: String,
        challenge: String,
        /// For the device's own unlock instead of the PIN.
        #[serde(skip_serializing_if = "Option::is_none")]
        biometrics: Option<PublicKeyOptions>,
    },
    /// A PIN for this device, bound to a key that it makes for this and keeps. `submit`, `back` (FEATURES S7).
    SetPin {
        /// What the key is to be called, or is.
        key: String,
        challenge: String,
        /// Whether there is a PIN already.
        change: bool,
        /// Whether it is the PIN that the app around this one has, so that once is enough.
        once: bool,
    },
    /// Where the member is signed in. `sign_out`, `sign_out_others`, `back` (FEATURES S1).
    Sessions { sessions: Vec<Session> },
    /// What the member can be recognised by besides a password. `register`, `register_key`, `rename`, `remove`, `back`
    /// (FEATURES S4).
    TrustedDevices {
        devices: Vec<TrustedDevice>,
        /// For telling the browser which passkeys count.
        #[serde(skip_serializing_if = "Option::is_none")]
        accepted: Option<AcceptedCredentials>,
    },
    /// A new credential: of this very device, or of a security key. `submit`, `back` (FEATURES S4, T5).
    RegisterDevice { kind: DeviceKind, options: PublicKeyOptions },
    /// The member's own phone asks for this number, which is to be chosen there (FEATURES L5). It polls. `resend` (another
    /// request), `show_qr`, `use_other` (without the phone), `back`, which takes the request back.
    MatchNumber {
        /// Two digits.
        number: String,
        expires_at: Timestamp,
        /// Another way for the phone to come to the request; absent until `show_qr`, and when its time is over.
        #[serde(skip_serializing_if = "Option::is_none")]
        qr: Option<QrLink>,
    },
    /// This device is new in the workspace: somebody who is in has to let it in (FEATURES D1). It polls. `resend`, `show_qr`,
    /// `ask_member`, `ask_admin`, `use_recovery_key`, `back`.
    WaitApproval {
        asked: Asked,
        expires_at: Timestamp,
        /// A way for a device that is in to come to the request; absent until `show_qr`, and when its time is over.
        #[serde(skip_serializing_if = "Option::is_none")]
        qr: Option<QrLink>,
    },
    /// The super administrator's recovery key. `submit`, `back` (FEATURES D5).
    RecoveryKey,
    /// Another recovery key in the place of the one that was used. It is shown at this step and never again. `done`
    /// (FEATURES D5).
    NewRecoveryKey { key: Secret },
    /// What waits for the member's approval. It polls. `choose`, `subscribe`, `unsubscribe` (FEATURES D6).
    Approvals {
        requests: Vec<ApprovalRequest>,
        /// How this browser can be told of what comes; absent where the backend notifies no browsers.
        #[serde(skip_serializing_if = "Option::is_none")]
        notifications: Option<Notifications>,
    },
    /// One of the requests. `approve`, `deny`, `not_me`, `back` (FEATURES L5, D3, D4, D6).
    Approve {
        request: ApprovalRequest,
        /// To sign in: the numbers to choose from. None for a new device, where no number is asked for.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        numbers: Vec<NumberToMatch>,
    },
    /// What is decided about the workspace's accounts, for an administrator to change. `review`, `done` (FEATURES P2).
    AccountSecurity {
        policy: AccountPolicy,
        /// What was to be changed before, when coming back.
        draft: AccountPolicy,
        /// The last decisions, the newest first.
        log: Vec<SavedPolicy>,
    },
    /// What a change would do to members, before it is saved. `save`, `back` (FEATURES P2).
    PolicyReview {
        policy: AccountPolicy,
        /// What is to be changed, and nothing that is like that already.
        draft: AccountPolicy,
        effects: Vec<PolicyEffect>,
    },
    /// An external provider is to say who this is; what each would tell is said before leaving (FEATURES L3). `go`, `return`,
    /// `use_other` (FEATURES L6), `back`.
    Provider {
        providers: Vec<Provider>,
        /// Where the member goes, having chosen one: an absolute `https` (on loopback also `http`) URL. An app goes there once, when
        /// the answer to `go` has it.
        #[serde(skip_serializing_if = "Option::is_none")]
        go_to: Option<Secret>,
        /// Whether it is for connecting the identity, and not for signing in by it (FEATURES S3).
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        connects: bool,
    },
    /// What is connected at external providers, and what could be. `connect`, `disconnect`, `back` (FEATURES S3).
    ExternalIdentities { identities: Vec<ExternalIdentity> },
    /// Who alone may not sign in by an external provider. `submit`, `allow_member`, `back` (FEATURES P1).
    DeniedMembers {
        /// What people call it.
        provider: String,
        /// What was entered before.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        members: Vec<DeniedMember>,
    },
    /// What it does to a member not to be let in by the provider any more. `deny_member`, `back` (FEATURES P1, P2).
    DenyReview { provider: String, name: String, identifier: String, effects: Vec<PolicyEffect> },
    /// A mobile number to sign in with. `submit`, `use_profile_number`, `back` (FEATURES S2).
    LinkPhone {
        /// What was entered before.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// The number of the profile, masked; absent: it has none, or that one is linked.
        #[serde(skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
    },
    /// The number is the member's, but another account of the workspace signs in by it. `move_phone`, `back` (FEATURES S2).
    PhoneTaken {
        /// Masked.
        number: String,
    },
    /// Something to be told, with whatever actions lead on.
    Notice { code: NoticeCode, params: Params },
    /// A step of a later version: shown as something this app cannot do yet, with a way on.
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown { kind: String },
}

/// One account of a verified address: a membership in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Membership {
    /// What `choose` takes as `workspace`.
    pub id: String,
    /// The workspace's name.
    pub name: String,
    /// The member's name there.
    pub member_name: String,
    /// URL of the workspace's logo, on an allowed origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// An ID that was found, as much of it as its owner needs to know it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundId {
    /// The ID with most of it masked: `mi***@daemun.test`.
    pub masked: String,
    /// The workspace's name.
    pub workspace: String,
}

/// One of a member's second factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Factor {
    /// What `choose` takes as `factor`.
    pub id: String,
    pub kind: FactorKind,
    /// Where a code would go, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What a second factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FactorKind {
    /// A code to the personal email.
    Email,
    /// A code to the mobile number.
    Sms,
    /// A code that an authenticator app shows.
    Authenticator,
    /// One of the recovery codes.
    RecoveryCode,
    /// A registered device or security key.
    Passkey,
}

/// Who has been asked to let a device in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Asked {
    /// Whoever of the member's devices and the workspace's members is connected.
    Everybody,
    /// A member who was named, if there is one.
    Member,
    /// The super administrator.
    Administrator,
}

/// What a QR code on the asking device holds: the address of the request for whoever may answer it. Opening it answers nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QrLink {
    /// `{origin}/approve/{token}`.
    pub url: String,
    /// When it leads to the request no more.
    pub expires_at: Timestamp,
}

/// Where a code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Channel {
    Email,
    Sms,
    /// A message of the platform's own service to the phone, where SMS does not arrive (FEATURES L2).
    Notification,
    /// Nothing is sent: an authenticator app shows it (RFC 6238).
    Authenticator,
}

/// The steps without what they carry: `step.type`, and the keys of a client's `steps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Identify,
    Organisation,
    Code,
    ChooseWorkspace,
    Password,
    Invitation,
    CreateAccount,
    RequestReset,
    NewPassword,
    RegisterId,
    FindId,
    FoundIds,
    ChooseFactor,
    EnrolContact,
    EnrolAuthenticator,
    RecoveryCodes,
    RecoveryCode,
    LinkAddress,
    Passkey,
    Security,
    QuickLogin,
    SetPin,
    Sessions,
    TrustedDevices,
    RegisterDevice,
    MatchNumber,
    WaitApproval,
    RecoveryKey,
    NewRecoveryKey,
    Approvals,
    Approve,
    AccountSecurity,
    PolicyReview,
    Provider,
    ExternalIdentities,
    LinkPhone,
    PhoneTaken,
    DeniedMembers,
    DenyReview,
    Notice,
}

impl StepKind {
    pub const ALL: &[Self] = &[
        Self::Identify,
        Self::Organisation,
        Self::Code,
        Self::ChooseWorkspace,
        Self::Password,
        Self::Invitation,
        Self::CreateAccount,
        Self::RequestReset,
        Self::NewPassword,
        Self::RegisterId,
        Self::FindId,
        Self::FoundIds,
        Self::ChooseFactor,
        Self::EnrolContact,
        Self::EnrolAuthenticator,
        Self::RecoveryCodes,
        Self::RecoveryCode,
        Self::LinkAddress,
        Self::Passkey,
        Self::Security,
        Self::QuickLogin,
        Self::SetPin,
        Self::Sessions,
        Self::TrustedDevices,
        Self::RegisterDevice,
        Self::MatchNumber,
        Self::WaitApproval,
        Self::RecoveryKey,
        Self::NewRecoveryKey,
        Self::Approvals,
        Self::Approve,
        Self::AccountSecurity,
        Self::PolicyReview,
        Self::Provider,
        Self::ExternalIdentities,
        Self::LinkPhone,
        Self::PhoneTaken,
        Self::DeniedMembers,
        Self::DenyReview,
        Self::Notice,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Organisation => "organisation",
            Self::Code => "code",
            Self::ChooseWorkspace => "choose_workspace",
            Self::Password => "password",
            Self::Invitation => "invitation",
            Self::CreateAccount => "create_account",
            Self::RequestReset => "request_reset",
            Self::NewPassword => "new_password",
            Self::RegisterId => "register_id",
            Self::FindId => "find_id",
            Self::FoundIds => "found_ids",
            Self::ChooseFactor => "choose_factor",
            Self::EnrolContact => "enrol_contact",
            Self::EnrolAuthenticator => "enrol_authenticator",
            Self::RecoveryCodes => "recovery_codes",
            Self::RecoveryCode => "recovery_code",
            Self::LinkAddress => "link_address",
            Self::Passkey => "passkey",
            Self::Security => "security",
            Self::QuickLogin => "quick_login",
            Self::SetPin => "set_pin",
            Self::Sessions => "sessions",
            Self::TrustedDevices => "trusted_devices",
            Self::RegisterDevice => "register_device",
            Self::MatchNumber => "match_number",
            Self::WaitApproval => "wait_approval",
            Self::RecoveryKey => "recovery_key",
            Self::NewRecoveryKey => "new_recovery_key",
            Self::Approvals => "approvals",
            Self::Approve => "approve",
            Self::AccountSecurity => "account_security",
            Self::PolicyReview => "policy_review",
            Self::Provider => "provider",
            Self::ExternalIdentities => "external_identities",
            Self::LinkPhone => "link_phone",
            Self::PhoneTaken => "phone_taken",
            Self::DeniedMembers => "denied_members",
            Self::DenyReview => "deny_review",
            Self::Notice => "notice",
        }
    }

    /// Whether a sign-in that goes as it should may come to it. The others may be left to another page of an app.
    pub const fn is_on_login_path(self) -> bool {
        match self {
            Self::Identify
            | Self::Organisation
            | Self::Code
            | Self::ChooseWorkspace
            | Self::Password
            | Self::ChooseFactor
            | Self::Passkey
            | Self::Notice => true,
            Self::Invitation
            | Self::CreateAccount
            | Self::RequestReset
            | Self::NewPassword
            | Self::RegisterId
            | Self::FindId
            | Self::FoundIds
            | Self::EnrolContact
            | Self::EnrolAuthenticator
            | Self::RecoveryCodes
            | Self::RecoveryCode
            | Self::LinkAddress
            | Self::Security
            | Self::QuickLogin
            | Self::SetPin
            | Self::Sessions
            | Self::TrustedDevices
            | Self::RegisterDevice
            | Self::MatchNumber
            | Self::WaitApproval
            | Self::RecoveryKey
            | Self::NewRecoveryKey
            | Self::Approvals
            | Self::Approve
            | Self::AccountSecurity
            | Self::PolicyReview
            | Self::Provider
            | Self::ExternalIdentities
            | Self::LinkPhone
            | Self::PhoneTaken
            | Self::DeniedMembers
            | Self::DenyReview => false,
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// The version of this step's shape, as a client announces it.
    pub const fn version(self) -> u32 {
        1
    }
}

impl Step {
    /// `None` for a step that this version does not know.
    pub const fn kind(&self) -> Option<StepKind> {
        match self {
            Self::Identify { .. } => Some(StepKind::Identify),
            Self::Organisation { .. } => Some(StepKind::Organisation),
            Self::Code { .. } => Some(StepKind::Code),
            Self::ChooseWorkspace { .. } => Some(StepKind::ChooseWorkspace),
            Self::Password { .. } => Some(StepKind::Password),
            Self::Invitation { .. } => Some(StepKind::Invitation),
            Self::CreateAccount { .. } => Some(StepKind::CreateAccount),
            Self::RequestReset { .. } => Some(StepKind::RequestReset),
            Self::NewPassword { .. } => Some(StepKind::NewPassword),
            Self::RegisterId { .. } => Some(StepKind::RegisterId),
            Self::FindId { .. } => Some(StepKind::FindId),
            Self::FoundIds { .. } => Some(StepKind::FoundIds),
            Self::ChooseFactor { .. } => Some(StepKind::ChooseFactor),
            Self::EnrolContact { .. } => Some(StepKind::EnrolContact),
            Self::EnrolAuthenticator { .. } => Some(StepKind::EnrolAuthenticator),
            Self::RecoveryCodes { .. } => Some(StepKind::RecoveryCodes),
            Self::RecoveryCode { .. } => Some(StepKind::RecoveryCode),
            Self::LinkAddress { .. } => Some(StepKind::LinkAddress),
            Self::Passkey { .. } => Some(StepKind::Passkey),
            Self::Security { .. } => Some(StepKind::Security),
            Self::QuickLogin { .. } => Some(StepKind::QuickLogin),
            Self::SetPin { .. } => Some(StepKind::SetPin),
            Self::Sessions { .. } => Some(StepKind::Sessions),
            Self::TrustedDevices { .. } => Some(StepKind::TrustedDevices),
            Self::RegisterDevice { .. } => Some(StepKind::RegisterDevice),
            Self::MatchNumber { .. } => Some(StepKind::MatchNumber),
            Self::WaitApproval { .. } => Some(StepKind::WaitApproval),
            Self::RecoveryKey => Some(StepKind::RecoveryKey),
            Self::NewRecoveryKey { .. } => Some(StepKind::NewRecoveryKey),
            Self::Approvals { .. } => Some(StepKind::Approvals),
            Self::Approve { .. } => Some(StepKind::Approve),
            Self::AccountSecurity { .. } => Some(StepKind::AccountSecurity),
            Self::PolicyReview { .. } => Some(StepKind::PolicyReview),
            Self::Provider { .. } => Some(StepKind::Provider),
            Self::ExternalIdentities { .. } => Some(StepKind::ExternalIdentities),
            Self::LinkPhone { .. } => Some(StepKind::LinkPhone),
            Self::PhoneTaken { .. } => Some(StepKind::PhoneTaken),
            Self::DeniedMembers { .. } => Some(StepKind::DeniedMembers),
            Self::DenyReview { .. } => Some(StepKind::DenyReview),
            Self::Notice { .. } => Some(StepKind::Notice),
            Self::Unknown { .. } => None,
        }
    }
}

impl StepState {
    /// Reads a step; one of an unknown type is kept as such.
    ///
    /// # Errors
    /// Names the member that a step of this type must have and that is not there.
    pub fn read<T: Tree>(tree: &T) -> Result<Self, Missing> {
        let id = text(tree, "id").ok_or(Missing("id"))?;
        let kind = text(tree, "type").ok_or(Missing("type"))?;
        let need = |name| text(tree, name).ok_or(Missing(name));
        let options = || PublicKeyOptions::read(tree, "options").ok_or(Missing("options"));
        let Some(known) = StepKind::parse(&kind) else {
            return Ok(Self { id, step: Step::Unknown { kind } });
        };
        let step = match known {
            StepKind::Identify => Step::Identify {
                identifier: text(tree, "identifier"),
                passkey: PublicKeyOptions::read(tree, "passkey"),
                accounts: KnownAccounts::read(tree, "accounts"),
            },
            StepKind::Organisation => Step::Organisation { organisation: text(tree, "organisation") },
            StepKind::Code => Step::Code {
                channel: need("channel").and_then(|name| Channel::parse(&name).ok_or(Missing("channel")))?,
                sent_to: text(tree, "sent_to"),
                length: number(tree, "length").ok_or(Missing("length"))?,
                expires_at: number(tree, "expires_at").map(Timestamp),
                remember_days: number(tree, "remember_days"),
            },
            StepKind::ChooseWorkspace => {
                let workspaces = list(tree, "workspaces", Membership::read);
                // Nobody comes back from a provider to the login path alone.
                let provider = if T::READS_ALL_STEPS { text(tree, "provider") } else { None };
                Step::ChooseWorkspace { verified: need("verified")?, provider, workspaces }
            }
            StepKind::ChooseFactor => Step::ChooseFactor { factors: list(tree, "factors", Factor::read) },
            StepKind::Password => Step::Password {
                identifier: text(tree, "identifier"),
                masked: tree.child("masked").is_some_and(|is| is.is_true()),
            },
            StepKind::Passkey => Step::Passkey { options: options()? },
            StepKind::Invitation
            | StepKind::CreateAccount
            | StepKind::RequestReset
            | StepKind::NewPassword
            | StepKind::RegisterId
            | StepKind::FindId
            | StepKind::FoundIds
            | StepKind::EnrolContact
            | StepKind::EnrolAuthenticator
            | StepKind::RecoveryCodes
            | StepKind::RecoveryCode
            | StepKind::LinkAddress
            | StepKind::Security
            | StepKind::QuickLogin
            | StepKind::SetPin
            | StepKind::Sessions
            | StepKind::TrustedDevices
            | StepKind::RegisterDevice
            | StepKind::MatchNumber
            | StepKind::WaitApproval
            | StepKind::RecoveryKey
            | StepKind::NewRecoveryKey
            | StepKind::Approvals
            | StepKind::Approve
            | StepKind::AccountSecurity
            | StepKind::PolicyReview
            | StepKind::Provider
            | StepKind::ExternalIdentities
            | StepKind::LinkPhone
            | StepKind::PhoneTaken
            | StepKind::DeniedMembers
            | StepKind::DenyReview => {
                if T::READS_ALL_STEPS {
                    read_more(known, tree)?
                } else {
                    Step::Unknown { kind }
                }
            }
            StepKind::Notice => Step::Notice {
                code: named(tree, "code").ok_or(Missing("code"))?,
                params: Params::read(tree.child("params").as_ref()),
            },
        };
        Ok(Self { id, step })
    }
}

/// The steps off the login path.
fn read_more(kind: StepKind, tree: &impl Tree) -> Result<Step, Missing> {
    let need = |name| text(tree, name).ok_or(Missing(name));
    let channels = || list(tree, "channels", |name| name.text().and_then(|name| Channel::parse(&name)));
    let secret = |name| need(name).map(Secret::new);
    let policy = |name| tree.child(name).map(|policy| AccountPolicy::read(&policy));
    let rules = || tree.child("rules").and_then(|rules| PasswordRules::read(&rules)).ok_or(Missing("rules"));
    Ok(match kind {
        StepKind::Invitation => Step::Invitation { inviter: text(tree, "inviter") },
        StepKind::CreateAccount => Step::CreateAccount {
            name: text(tree, "name"),
            email: text(tree, "email"),
            terms: list(tree, "terms", Tree::text),
            rules: rules()?,
        },
        StepKind::RequestReset => Step::RequestReset { name: text(tree, "name"), email: text(tree, "email") },
        StepKind::NewPassword => Step::NewPassword {
            identifier: need("identifier")?,
            reason: named(tree, "reason").ok_or(Missing("reason"))?,
            rules: rules()?,
        },
        StepKind::RegisterId => Step::RegisterId { identifier: text(tree, "identifier"), rules: rules()? },
        StepKind::FindId => Step::FindId { identifier: text(tree, "identifier"), channels: channels() },
        StepKind::FoundIds => Step::FoundIds { ids: list(tree, "ids", FoundId::read) },
        StepKind::EnrolContact => Step::EnrolContact { identifier: text(tree, "identifier"), channels: channels() },
        StepKind::EnrolAuthenticator => Step::EnrolAuthenticator { key: secret("key")?, uri: secret("uri")? },
        StepKind::RecoveryCodes => {
            Step::RecoveryCodes { codes: list(tree, "codes", |code| code.text().map(Secret::new)) }
        }
        StepKind::RecoveryCode => Step::RecoveryCode { left: number(tree, "left").ok_or(Missing("left"))? },
        StepKind::LinkAddress => Step::LinkAddress { email: text(tree, "email") },
        StepKind::Security => Step::Security { items: list(tree, "items", SecurityItem::read) },
        StepKind::QuickLogin => Step::QuickLogin {
            key: need("key")?,
            challenge: need("challenge")?,
            biometrics: PublicKeyOptions::read(tree, "biometrics"),
        },
        StepKind::SetPin => {
            let is = |name| tree.child(name).is_some_and(|is| is.is_true());
            Step::SetPin { key: need("key")?, challenge: need("challenge")?, change: is("change"), once: is("once") }
        }
        StepKind::Sessions => Step::Sessions { sessions: list(tree, "sessions", Session::read) },
        StepKind::TrustedDevices => Step::TrustedDevices {
            devices: list(tree, "devices", TrustedDevice::read),
            accepted: tree.child("accepted").and_then(|accepted| AcceptedCredentials::read(&accepted)),
        },
        StepKind::RegisterDevice => Step::RegisterDevice {
            kind: text(tree, "kind").and_then(|kind| DeviceKind::parse(&kind)).ok_or(Missing("kind"))?,
            options: PublicKeyOptions::read(tree, "options").ok_or(Missing("options"))?,
        },
        StepKind::MatchNumber => Step::MatchNumber {
            number: need("number")?,
            expires_at: number(tree, "expires_at").map(Timestamp).ok_or(Missing("expires_at"))?,
            qr: QrLink::read(tree),
        },
        StepKind::WaitApproval => Step::WaitApproval {
            asked: text(tree, "asked").and_then(|asked| Asked::parse(&asked)).ok_or(Missing("asked"))?,
            expires_at: number(tree, "expires_at").map(Timestamp).ok_or(Missing("expires_at"))?,
            qr: QrLink::read(tree),
        },
        StepKind::RecoveryKey => Step::RecoveryKey,
        StepKind::NewRecoveryKey => Step::NewRecoveryKey { key: secret("key")? },
        StepKind::Approvals => Step::Approvals {
            requests: list(tree, "requests", ApprovalRequest::read),
            notifications: tree.child("notifications").and_then(|told| Notifications::read(&told)),
        },
        StepKind::Approve => Step::Approve {
            request: tree
                .child("request")
                .and_then(|request| ApprovalRequest::read(&request))
                .ok_or(Missing("request"))?,
            numbers: NumberToMatch::read_all(tree, "numbers"),
        },
        StepKind::AccountSecurity => Step::AccountSecurity {
            policy: policy("policy").ok_or(Missing("policy"))?,
            draft: policy("draft").unwrap_or_default(),
            log: SavedPolicy::read_all(tree, "log"),
        },
        StepKind::PolicyReview => Step::PolicyReview {
            policy: policy("policy").ok_or(Missing("policy"))?,
            draft: policy("draft").ok_or(Missing("draft"))?,
            effects: PolicyEffect::read_all(tree, "effects"),
        },
        StepKind::Provider => Step::Provider {
            providers: list(tree, "providers", Provider::read),
            go_to: text(tree, "go_to").map(Secret::new),
            connects: tree.child("connects").is_some_and(|is| is.is_true()),
        },
        StepKind::LinkPhone => Step::LinkPhone { identifier: text(tree, "identifier"), profile: text(tree, "profile") },
        StepKind::DeniedMembers => Step::DeniedMembers {
            provider: text(tree, "provider").ok_or(Missing("provider"))?,
            identifier: text(tree, "identifier"),
            members: DeniedMember::read_all(tree, "members"),
        },
        StepKind::DenyReview => Step::DenyReview {
            provider: text(tree, "provider").ok_or(Missing("provider"))?,
            name: text(tree, "name").ok_or(Missing("name"))?,
            identifier: text(tree, "identifier").unwrap_or_default(),
            effects: PolicyEffect::read_all(tree, "effects"),
        },
        StepKind::PhoneTaken => Step::PhoneTaken { number: text(tree, "number").ok_or(Missing("number"))? },
        StepKind::ExternalIdentities => {
            Step::ExternalIdentities { identities: list(tree, "identities", ExternalIdentity::read) }
        }
        StepKind::Identify
        | StepKind::Organisation
        | StepKind::Code
        | StepKind::ChooseWorkspace
        | StepKind::Password
        | StepKind::ChooseFactor
        | StepKind::Passkey
        | StepKind::Notice => Step::Unknown { kind: kind.as_str().into() },
    })
}

impl Membership {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            id: text(tree, "id")?,
            name: text(tree, "name")?,
            member_name: text(tree, "member_name")?,
            logo: text(tree, "logo"),
        })
    }
}

impl FoundId {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { masked: text(tree, "masked")?, workspace: text(tree, "workspace")? })
    }
}

impl Factor {
    fn read(tree: &impl Tree) -> Option<Self> {
        let kind = FactorKind::parse(&text(tree, "kind")?)?;
        Some(Self { id: text(tree, "id")?, kind, to: text(tree, "to") })
    }
}

impl FactorKind {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "email" => Some(Self::Email),
            "sms" => Some(Self::Sms),
            "authenticator" => Some(Self::Authenticator),
            "recovery_code" => Some(Self::RecoveryCode),
            "passkey" => Some(Self::Passkey),
            _ => None,
        }
    }
}

impl Asked {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "everybody" => Some(Self::Everybody),
            "member" => Some(Self::Member),
            "administrator" => Some(Self::Administrator),
            _ => None,
        }
    }
}

impl QrLink {
    /// The `qr` of a step.
    fn read(step: &impl Tree) -> Option<Self> {
        let qr = step.child("qr")?;
        Some(Self { url: text(&qr, "url")?, expires_at: number(&qr, "expires_at").map(Timestamp)? })
    }
}

impl Channel {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "email" => Some(Self::Email),
            "sms" => Some(Self::Sms),
            "notification" => Some(Self::Notification),
            "authenticator" => Some(Self::Authenticator),
            _ => None,
        }
    }
}

#[cfg(feature = "json")]
crate::tree::deserialize_by_tree!(StepState);
