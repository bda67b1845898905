//! What a member can do at a step: the names offered, the input each takes, and the body that carries it.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::tree::{Tree, number, text};
use crate::{AccountPolicy, Credential, Possession, PushSubscription, Secret, StepKind};

/// The name of an action, as in `POST …/actions/{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionName {
    /// Send what the step asks for.
    Submit,
    /// Go to the step before.
    Back,
    /// Send the code again.
    Resend,
    /// Pick one of what the step lists.
    Choose,
    /// Begin with the organisation's ID.
    UseOrganisation,
    /// Begin with the email address.
    UseEmail,
    /// The password is forgotten.
    Forgot,
    /// The ID is forgotten.
    FindId,
    /// Take an invitation.
    Accept,
    /// Leave an invitation.
    Decline,
    /// Sign in with the account that there is.
    SignIn,
    /// Go in, having joined.
    Start,
    /// The code as a service notification instead of an SMS.
    UseNotification,
    /// The code by SMS after all.
    UseSms,
    /// Another second factor.
    UseOther,
    /// An authenticator app instead of a contact.
    UseAuthenticator,
    /// The recovery codes are kept, or nothing else is to be done.
    Done,
    /// A passkey instead.
    UsePasskey,
    /// Register this device.
    Register,
    /// Register a security key.
    RegisterKey,
    /// Call one of the devices otherwise.
    Rename,
    /// Take one of the devices away.
    Remove,
    /// Ask the member's own phone.
    UseMobile,
    /// A QR code that leads another device to the request; another one, if there is one.
    ShowQr,
    /// Ask a member who is named.
    AskMember,
    /// Ask the super administrator.
    AskAdmin,
    /// Enter the recovery key.
    UseRecoveryKey,
    /// Another recovery key in the place of the one that there is.
    ReissueRecoveryKey,
    Approve,
    Deny,
    /// It was not the member who asks.
    NotMe,
    /// Notify this browser of what waits.
    Subscribe,
    /// Notify it no longer.
    Unsubscribe,
    /// What would a change of the policy do?
    Review,
    /// Let the change hold that was looked at.
    Save,
    /// The devices.
    ShowDevices,
    /// Where the member is signed in.
    ShowSessions,
    /// Sign out one of them.
    SignOut,
    /// Sign out all but this one.
    SignOutOthers,
    /// Ask for a second factor from now on.
    TurnOnTwoFactor,
    /// Ask for none any more.
    TurnOffTwoFactor,
    /// A PIN for this device, or another one.
    SetPin,
    /// The device's own unlock instead of the PIN.
    TurnOnBiometrics,
    /// The PIN alone.
    TurnOffBiometrics,
    /// No PIN for this device any more.
    TurnOffQuickLogin,
    /// None for any other.
    TurnOffQuickLoginElsewhere,
    /// Another password.
    ChangePassword,
    /// A first ID and password.
    RegisterId,
    /// Sign in by an external provider.
    UseProvider,
    /// Leave for one of the providers.
    Go,
    /// Back from there, with what the address says.
    Return,
    /// What is connected at external providers.
    ShowIdentities,
    /// Link a mobile number to sign in with, in the place of the one that is.
    LinkPhone,
    /// Sign in by none any more.
    UnlinkPhone,
    /// The number of the profile.
    UseProfileNumber,
    /// Unlink it from the other account that has it, and link it here.
    MovePhone,
    /// Who alone may not sign in by an external provider.
    ShowDeniedMembers,
    /// Let a member sign in by it no more.
    DenyMember,
    /// Let them again.
    AllowMember,
    /// Connect an identity at one of them.
    Connect,
    /// Disconnect it.
    Disconnect,
    /// Take one of the accounts off the list.
    Forget,
    /// Put it back there.
    Restore,
}

impl ActionName {
    pub const ALL: &[Self] = &[
        Self::Submit,
        Self::Back,
        Self::Resend,
        Self::Choose,
        Self::UseOrganisation,
        Self::UseEmail,
        Self::Forgot,
        Self::FindId,
        Self::Accept,
        Self::Decline,
        Self::SignIn,
        Self::Start,
        Self::UseNotification,
        Self::UseSms,
        Self::UseOther,
        Self::UseAuthenticator,
        Self::Done,
        Self::UsePasskey,
        Self::Register,
        Self::RegisterKey,
        Self::Rename,
        Self::Remove,
        Self::UseMobile,
        Self::ShowQr,
        Self::AskMember,
        Self::AskAdmin,
        Self::UseRecoveryKey,
        Self::ReissueRecoveryKey,
        Self::Approve,
        Self::Deny,
        Self::NotMe,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Review,
        Self::Save,
        Self::ShowDevices,
        Self::ShowSessions,
        Self::SignOut,
        Self::SignOutOthers,
        Self::TurnOnTwoFactor,
        Self::TurnOffTwoFactor,
        Self::SetPin,
        Self::TurnOnBiometrics,
        Self::TurnOffBiometrics,
        Self::TurnOffQuickLogin,
        Self::TurnOffQuickLoginElsewhere,
        Self::ChangePassword,
        Self::RegisterId,
        Self::UseProvider,
        Self::Go,
        Self::Return,
        Self::ShowIdentities,
        Self::LinkPhone,
        Self::UnlinkPhone,
        Self::UseProfileNumber,
        Self::MovePhone,
        Self::ShowDeniedMembers,
        Self::DenyMember,
        Self::AllowMember,
        Self::Connect,
        Self::Disconnect,
        Self::Forget,
        Self::Restore,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Back => "back",
            Self::Resend => "resend",
            Self::Choose => "choose",
            Self::UseOrganisation => "use_organisation",
            Self::UseEmail => "use_email",
            Self::Forgot => "forgot",
            Self::FindId => "find_id",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::SignIn => "sign_in",
            Self::Start => "start",
            Self::UseNotification => "use_notification",
            Self::UseSms => "use_sms",
            Self::UseOther => "use_other",
            Self::UseAuthenticator => "use_authenticator",
            Self::Done => "done",
            Self::UsePasskey => "use_passkey",
            Self::Register => "register",
            Self::RegisterKey => "register_key",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::UseMobile => "use_mobile",
            Self::ShowQr => "show_qr",
            Self::AskMember => "ask_member",
            Self::AskAdmin => "ask_admin",
            Self::UseRecoveryKey => "use_recovery_key",
            Self::ReissueRecoveryKey => "reissue_recovery_key",
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::NotMe => "not_me",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Review => "review",
            Self::Save => "save",
            Self::ShowDevices => "show_devices",
            Self::ShowSessions => "show_sessions",
            Self::SignOut => "sign_out",
            Self::SignOutOthers => "sign_out_others",
            Self::TurnOnTwoFactor => "turn_on_two_factor",
            Self::TurnOffTwoFactor => "turn_off_two_factor",
            Self::SetPin => "set_pin",
            Self::TurnOnBiometrics => "turn_on_biometrics",
            Self::TurnOffBiometrics => "turn_off_biometrics",
            Self::TurnOffQuickLogin => "turn_off_quick_login",
            Self::TurnOffQuickLoginElsewhere => "turn_off_quick_login_elsewhere",
            Self::ChangePassword => "change_password",
            Self::RegisterId => "register_id",
            Self::UseProvider => "use_provider",
            Self::Go => "go",
            Self::Return => "return",
            Self::ShowIdentities => "show_identities",
            Self::LinkPhone => "link_phone",
            Self::UnlinkPhone => "unlink_phone",
            Self::UseProfileNumber => "use_profile_number",
            Self::MovePhone => "move_phone",
            Self::ShowDeniedMembers => "show_denied_members",
            Self::DenyMember => "deny_member",
            Self::AllowMember => "allow_member",
            Self::Connect => "connect",
            Self::Disconnect => "disconnect",
            Self::Forget => "forget",
            Self::Restore => "restore",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }
}

/// What is done with one of the accounts that `identify` lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountAct {
    Choose,
    Forget,
    Restore,
}

impl AccountAct {
    pub const fn name(self) -> ActionName {
        match self {
            Self::Choose => ActionName::Choose,
            Self::Forget => ActionName::Forget,
            Self::Restore => ActionName::Restore,
        }
    }
}

/// An act of the member, typed: a name that the step offers with the input it takes.
/// Secrets in it live from the input field to the wire and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `identify`: the address to begin with.
    SubmitIdentifier {
        identifier: String,
    },
    /// `organisation`: the organisation's ID.
    SubmitOrganisation {
        organisation: String,
    },
    /// `code`, `enrol_authenticator`: the digits; `recovery_code`: one of the codes; `recovery_key`: the key. `remember` asks for no second factor in
    /// this browser for a while, where the step says so.
    SubmitCode {
        code: Secret,
        remember: bool,
    },
    /// `choose_workspace`: one of the listed workspaces.
    ChooseWorkspace {
        workspace: String,
    },
    /// `password`: the ID only where the step does not know it already.
    SubmitPassword {
        identifier: Option<String>,
        password: Secret,
    },
    /// `create_account`: who joins; `terms` are the ones agreed to.
    SubmitAccount {
        name: String,
        email: String,
        password: Secret,
        terms: Vec<String>,
    },
    /// `request_reset`: whose password is forgotten.
    SubmitReset {
        name: String,
        email: String,
    },
    /// `new_password`: the one to be.
    SubmitNewPassword {
        password: Secret,
    },
    /// `register_id`: the first ID and its password.
    SubmitId {
        identifier: String,
        password: Secret,
    },
    /// `find_id`, `enrol_contact`: a personal email or a mobile number.
    SubmitContact {
        identifier: String,
    },
    /// `link_address`: the address that the link was shared to.
    SubmitAddress {
        email: String,
    },
    /// `choose_factor`: one of the listed factors.
    ChooseFactor {
        factor: String,
    },
    /// `identify`, `quick_login`: a passkey that was shown; `password`: one is to be asked for.
    UsePasskey {
        credential: Option<Box<Credential>>,
    },
    /// `passkey`: what the authenticator says.
    SubmitPasskey {
        credential: Box<Credential>,
    },
    /// `register_device`: the new credential, and how the member calls what it is kept by.
    SubmitDevice {
        credential: Box<Credential>,
        name: String,
    },
    /// `quick_login`: the PIN; `set_pin`: the one to be, again where the step does not say `once`. Each with the key of this device.
    SubmitPin {
        pin: Secret,
        pin_again: Option<Secret>,
        possession: Box<Possession>,
    },
    /// `trusted_devices`: another name for one of them.
    RenameDevice {
        device: String,
        name: String,
    },
    /// `trusted_devices`: one of them is to be no more.
    RemoveDevice {
        device: String,
    },
    /// `approvals`: one of the listed requests.
    ChooseRequest {
        request: String,
    },
    /// `approve`: to sign in, the number on the other screen and what the authenticator says to it; for a new device neither.
    /// `reason` is why an administrator lets it in.
    Approve {
        number: Option<String>,
        credential: Option<Box<Credential>>,
        reason: Option<String>,
    },
    /// `wait_approval`: a member, by name or address; `reason` for the super administrator.
    AskMember {
        member: String,
    },
    AskAdmin {
        reason: String,
    },
    /// `sessions`: one of the listed ones is to end.
    SignOutSession {
        session: String,
    },
    /// `approvals`: what the browser gives to be notified by.
    Subscribe {
        subscription: Box<PushSubscription>,
    },
    /// `account_security`: what is to be changed.
    Review {
        changes: Box<AccountPolicy>,
    },
    /// `policy_review`: `confirmed` says that members are to be locked out, where they would be.
    Save {
        confirmed: bool,
    },
    /// `provider`: one of the listed providers.
    Go {
        provider: String,
    },
    /// `external_identities`: one of the listed providers.
    Connect {
        provider: String,
    },
    Disconnect {
        provider: String,
    },
    /// Wherever the flow is: what came back from a provider.
    Return {
        provider: String,
        returned: Secret,
    },
    /// `identify`: one of the listed accounts is to sign in, is not to be listed any more, or is to be listed after all.
    Listed {
        act: AccountAct,
        account: String,
    },
    Back,
    Resend,
    UseOrganisation,
    UseEmail,
    Forgot,
    FindId,
    Accept,
    Decline,
    SignIn,
    Start,
    UseNotification,
    UseSms,
    UseOther,
    UseAuthenticator,
    Done,
    Register,
    RegisterKey,
    UseMobile,
    ShowQr,
    UseRecoveryKey,
    ReissueRecoveryKey,
    Deny,
    NotMe,
    Unsubscribe,
    ShowDevices,
    ShowSessions,
    SignOutOthers,
    TurnOnTwoFactor,
    TurnOffTwoFactor,
    SetPin,
    TurnOnBiometrics,
    TurnOffBiometrics,
    TurnOffQuickLogin,
    TurnOffQuickLoginElsewhere,
    ChangePassword,
    RegisterId,
    UseProvider,
    ShowIdentities,
    LinkPhone,
    UnlinkPhone,
    UseProfileNumber,
    MovePhone,
    ShowDeniedMembers,
    /// `deny_review`: `confirmed` says that the member is to be locked out, where they would be.
    DenyMember {
        confirmed: bool,
    },
    /// `denied_members`: one that is listed.
    AllowMember {
        member: String,
    },
}

impl Action {
    pub const fn name(&self) -> ActionName {
        match self {
            Self::SubmitIdentifier { .. }
            | Self::SubmitOrganisation { .. }
            | Self::SubmitCode { .. }
            | Self::SubmitPassword { .. }
            | Self::SubmitAccount { .. }
            | Self::SubmitReset { .. }
            | Self::SubmitNewPassword { .. }
            | Self::SubmitId { .. }
            | Self::SubmitContact { .. }
            | Self::SubmitAddress { .. }
            | Self::SubmitPasskey { .. }
            | Self::SubmitPin { .. }
            | Self::SubmitDevice { .. } => ActionName::Submit,
            Self::UsePasskey { .. } => ActionName::UsePasskey,
            Self::RenameDevice { .. } => ActionName::Rename,
            Self::RemoveDevice { .. } => ActionName::Remove,
            Self::ChooseWorkspace { .. } | Self::ChooseFactor { .. } | Self::ChooseRequest { .. } => ActionName::Choose,
            Self::Listed { act, .. } => act.name(),
            Self::Approve { .. } => ActionName::Approve,
            Self::AskMember { .. } => ActionName::AskMember,
            Self::AskAdmin { .. } => ActionName::AskAdmin,
            Self::Back => ActionName::Back,
            Self::Resend => ActionName::Resend,
            Self::UseOrganisation => ActionName::UseOrganisation,
            Self::UseEmail => ActionName::UseEmail,
            Self::Forgot => ActionName::Forgot,
            Self::FindId => ActionName::FindId,
            Self::Accept => ActionName::Accept,
            Self::Decline => ActionName::Decline,
            Self::SignIn => ActionName::SignIn,
            Self::Start => ActionName::Start,
            Self::UseNotification => ActionName::UseNotification,
            Self::UseSms => ActionName::UseSms,
            Self::UseOther => ActionName::UseOther,
            Self::UseAuthenticator => ActionName::UseAuthenticator,
            Self::Done => ActionName::Done,
            Self::Register => ActionName::Register,
            Self::RegisterKey => ActionName::RegisterKey,
            Self::UseMobile => ActionName::UseMobile,
            Self::ShowQr => ActionName::ShowQr,
            Self::UseRecoveryKey => ActionName::UseRecoveryKey,
            Self::ReissueRecoveryKey => ActionName::ReissueRecoveryKey,
            Self::Deny => ActionName::Deny,
            Self::NotMe => ActionName::NotMe,
            Self::Subscribe { .. } => ActionName::Subscribe,
            Self::Unsubscribe => ActionName::Unsubscribe,
            Self::Review { .. } => ActionName::Review,
            Self::Save { .. } => ActionName::Save,
            Self::ShowDevices => ActionName::ShowDevices,
            Self::ShowSessions => ActionName::ShowSessions,
            Self::SignOutSession { .. } => ActionName::SignOut,
            Self::SignOutOthers => ActionName::SignOutOthers,
            Self::TurnOnTwoFactor => ActionName::TurnOnTwoFactor,
            Self::TurnOffTwoFactor => ActionName::TurnOffTwoFactor,
            Self::SetPin => ActionName::SetPin,
            Self::TurnOnBiometrics => ActionName::TurnOnBiometrics,
            Self::TurnOffBiometrics => ActionName::TurnOffBiometrics,
            Self::TurnOffQuickLogin => ActionName::TurnOffQuickLogin,
            Self::TurnOffQuickLoginElsewhere => ActionName::TurnOffQuickLoginElsewhere,
            Self::ChangePassword => ActionName::ChangePassword,
            Self::RegisterId => ActionName::RegisterId,
            Self::UseProvider => ActionName::UseProvider,
            Self::Go { .. } => ActionName::Go,
            Self::Return { .. } => ActionName::Return,
            Self::ShowIdentities => ActionName::ShowIdentities,
            Self::LinkPhone => ActionName::LinkPhone,
            Self::UnlinkPhone => ActionName::UnlinkPhone,
            Self::UseProfileNumber => ActionName::UseProfileNumber,
            Self::MovePhone => ActionName::MovePhone,
            Self::ShowDeniedMembers => ActionName::ShowDeniedMembers,
            Self::DenyMember { .. } => ActionName::DenyMember,
            Self::AllowMember { .. } => ActionName::AllowMember,
            Self::Connect { .. } => ActionName::Connect,
            Self::Disconnect { .. } => ActionName::Disconnect,
        }
    }

    /// The act of this name, for those that take no input.
    pub const fn without_input(name: ActionName) -> Option<Self> {
        match name {
            ActionName::Back => Some(Self::Back),
            ActionName::Resend => Some(Self::Resend),
            ActionName::UseOrganisation => Some(Self::UseOrganisation),
            ActionName::UseEmail => Some(Self::UseEmail),
            ActionName::Forgot => Some(Self::Forgot),
            ActionName::FindId => Some(Self::FindId),
            ActionName::Accept => Some(Self::Accept),
            ActionName::Decline => Some(Self::Decline),
            ActionName::SignIn => Some(Self::SignIn),
            ActionName::Start => Some(Self::Start),
            ActionName::UseNotification => Some(Self::UseNotification),
            ActionName::UseSms => Some(Self::UseSms),
            ActionName::UseOther => Some(Self::UseOther),
            ActionName::UseAuthenticator => Some(Self::UseAuthenticator),
            ActionName::Done => Some(Self::Done),
            ActionName::UsePasskey => Some(Self::UsePasskey { credential: None }),
            ActionName::Register => Some(Self::Register),
            ActionName::RegisterKey => Some(Self::RegisterKey),
            ActionName::UseMobile => Some(Self::UseMobile),
            ActionName::ShowQr => Some(Self::ShowQr),
            ActionName::UseRecoveryKey => Some(Self::UseRecoveryKey),
            ActionName::ReissueRecoveryKey => Some(Self::ReissueRecoveryKey),
            ActionName::Deny => Some(Self::Deny),
            ActionName::NotMe => Some(Self::NotMe),
            ActionName::Unsubscribe => Some(Self::Unsubscribe),
            ActionName::ShowDevices => Some(Self::ShowDevices),
            ActionName::ShowSessions => Some(Self::ShowSessions),
            ActionName::SignOutOthers => Some(Self::SignOutOthers),
            ActionName::TurnOnTwoFactor => Some(Self::TurnOnTwoFactor),
            ActionName::TurnOffTwoFactor => Some(Self::TurnOffTwoFactor),
            ActionName::SetPin => Some(Self::SetPin),
            ActionName::TurnOnBiometrics => Some(Self::TurnOnBiometrics),
            ActionName::TurnOffBiometrics => Some(Self::TurnOffBiometrics),
            ActionName::TurnOffQuickLogin => Some(Self::TurnOffQuickLogin),
            ActionName::TurnOffQuickLoginElsewhere => Some(Self::TurnOffQuickLoginElsewhere),
            ActionName::ChangePassword => Some(Self::ChangePassword),
            ActionName::RegisterId => Some(Self::RegisterId),
            ActionName::UseProvider => Some(Self::UseProvider),
            ActionName::ShowIdentities => Some(Self::ShowIdentities),
            ActionName::LinkPhone => Some(Self::LinkPhone),
            ActionName::UnlinkPhone => Some(Self::UnlinkPhone),
            ActionName::UseProfileNumber => Some(Self::UseProfileNumber),
            ActionName::MovePhone => Some(Self::MovePhone),
            ActionName::ShowDeniedMembers => Some(Self::ShowDeniedMembers),
            ActionName::DenyMember => Some(Self::DenyMember { confirmed: false }),
            ActionName::Approve => Some(Self::Approve { number: None, credential: None, reason: None }),
            ActionName::Save => Some(Self::Save { confirmed: false }),
            ActionName::Submit
            | ActionName::Choose
            | ActionName::Rename
            | ActionName::Remove
            | ActionName::AskMember
            | ActionName::AllowMember
            | ActionName::AskAdmin
            | ActionName::Subscribe
            | ActionName::Review
            | ActionName::SignOut
            | ActionName::Go
            | ActionName::Return
            | ActionName::Connect
            | ActionName::Disconnect
            | ActionName::Forget
            | ActionName::Restore => None,
        }
    }

    /// The input as it goes over the wire.
    pub fn into_input(self) -> Input {
        let mut input = Input::default();
        match self {
            Self::SubmitIdentifier { identifier } => input.identifier = Some(identifier),
            Self::SubmitOrganisation { organisation } => input.organisation = Some(organisation),
            Self::SubmitCode { code, remember } => {
                input.code = Some(code);
                input.remember = remember;
            }
            Self::ChooseWorkspace { workspace } => input.workspace = Some(workspace),
            Self::SubmitPassword { identifier, password } => {
                input.identifier = identifier;
                input.password = Some(password);
            }
            Self::SubmitAccount { name, email, password, terms } => {
                input.name = Some(name);
                input.email = Some(email);
                input.password = Some(password);
                input.terms = terms;
            }
            Self::SubmitReset { name, email } => {
                input.name = Some(name);
                input.email = Some(email);
            }
            Self::SubmitNewPassword { password } => input.password = Some(password),
            Self::SubmitId { identifier, password } => {
                input.identifier = Some(identifier);
                input.password = Some(password);
            }
            Self::SubmitContact { identifier } => input.identifier = Some(identifier),
            Self::SubmitAddress { email } => input.email = Some(email),
            Self::ChooseFactor { factor } => input.factor = Some(factor),
            Self::UsePasskey { credential } => input.credential = credential,
            Self::SubmitPasskey { credential } => input.credential = Some(credential),
            Self::SubmitDevice { credential, name } => {
                input.credential = Some(credential);
                input.name = Some(name);
            }
            Self::SubmitPin { pin, pin_again, possession } => {
                input.pin = Some(pin);
                input.pin_again = pin_again;
                input.possession = Some(possession);
            }
            Self::RenameDevice { device, name } => {
                input.device = Some(device);
                input.name = Some(name);
            }
            Self::RemoveDevice { device } => input.device = Some(device),
            Self::ChooseRequest { request } => input.request = Some(request),
            Self::Approve { number, credential, reason } => {
                input.number = number;
                input.credential = credential;
                input.reason = reason;
            }
            Self::AskMember { member } | Self::AllowMember { member } => input.member = Some(member),
            Self::AskAdmin { reason } => input.reason = Some(reason),
            Self::Subscribe { subscription } => input.subscription = Some(subscription),
            Self::Review { changes } => input.changes = Some(changes),
            Self::Save { confirmed } | Self::DenyMember { confirmed } => input.confirmed = confirmed,
            Self::SignOutSession { session } => input.session = Some(session),
            Self::Go { provider } | Self::Connect { provider } | Self::Disconnect { provider } => {
                input.provider = Some(provider);
            }
            Self::Return { provider, returned } => {
                input.provider = Some(provider);
                input.returned = Some(returned);
            }
            Self::Listed { account, .. } => input.account = Some(account),
            Self::Back
            | Self::Resend
            | Self::UseOrganisation
            | Self::UseEmail
            | Self::Forgot
            | Self::FindId
            | Self::Accept
            | Self::Decline
            | Self::SignIn
            | Self::Start
            | Self::UseNotification
            | Self::UseSms
            | Self::UseOther
            | Self::UseAuthenticator
            | Self::Done
            | Self::Register
            | Self::RegisterKey
            | Self::UseMobile
            | Self::ShowQr
            | Self::UseRecoveryKey
            | Self::ReissueRecoveryKey
            | Self::Deny
            | Self::NotMe
            | Self::Unsubscribe
            | Self::ShowDevices
            | Self::ShowSessions
            | Self::SignOutOthers
            | Self::TurnOnTwoFactor
            | Self::TurnOffTwoFactor
            | Self::SetPin
            | Self::TurnOnBiometrics
            | Self::TurnOffBiometrics
            | Self::TurnOffQuickLogin
            | Self::TurnOffQuickLoginElsewhere
            | Self::ChangePassword
            | Self::RegisterId
            | Self::ShowIdentities
            | Self::LinkPhone
            | Self::UnlinkPhone
            | Self::UseProfileNumber
            | Self::MovePhone
            | Self::ShowDeniedMembers
            | Self::UseProvider => {}
        }
        input
    }

    /// The act that `name` with `input` means at a step of this kind. What is not wanted there is ignored.
    ///
    /// # Errors
    /// [`MissingInput`] names the field that the action cannot do without; `None` inside it means that steps of this
    /// kind have no such action.
    pub fn from_wire(step: StepKind, name: ActionName, input: Input) -> Result<Self, MissingInput> {
        const CREDENTIAL: &str = "/input/credential";
        fn need<T>(value: Option<T>, pointer: &'static str) -> Result<T, MissingInput> {
            value.ok_or(MissingInput { pointer: Some(pointer) })
        }
        let listed = |act, account| Ok(Self::Listed { act, account: need(account, "/input/account")? });
        match (name, step) {
            (
                ActionName::Resend,
                StepKind::Code | StepKind::MatchNumber | StepKind::WaitApproval | StepKind::Notice,
            ) => Ok(Self::Resend),
            (ActionName::Resend, _) => Err(MissingInput { pointer: None }),
            (ActionName::Submit, StepKind::Identify) => {
                Ok(Self::SubmitIdentifier { identifier: need(input.identifier, "/input/identifier")? })
            }
            (ActionName::Submit, StepKind::Organisation) => {
                Ok(Self::SubmitOrganisation { organisation: need(input.organisation, "/input/organisation")? })
            }
            (
                ActionName::Submit,
                StepKind::Code | StepKind::EnrolAuthenticator | StepKind::RecoveryCode | StepKind::RecoveryKey,
            ) => Ok(Self::SubmitCode { code: need(input.code, "/input/code")?, remember: input.remember }),
            (ActionName::Submit, StepKind::Password) => Ok(Self::SubmitPassword {
                identifier: input.identifier,
                password: need(input.password, "/input/password")?,
            }),
            (ActionName::Choose, StepKind::ChooseWorkspace) => {
                Ok(Self::ChooseWorkspace { workspace: need(input.workspace, "/input/workspace")? })
            }
            (ActionName::Choose, StepKind::ChooseFactor) => {
                Ok(Self::ChooseFactor { factor: need(input.factor, "/input/factor")? })
            }
            (ActionName::Submit, StepKind::LinkAddress) => {
                Ok(Self::SubmitAddress { email: need(input.email, "/input/email")? })
            }
            // What is absent is empty: whoever has a form of several fields hears of all that are wrong at once.
            (ActionName::Submit, StepKind::CreateAccount) => Ok(Self::SubmitAccount {
                name: input.name.unwrap_or_default(),
                email: input.email.unwrap_or_default(),
                password: input.password.unwrap_or_default(),
                terms: input.terms,
            }),
            (ActionName::Submit, StepKind::RequestReset) => {
                Ok(Self::SubmitReset { name: input.name.unwrap_or_default(), email: input.email.unwrap_or_default() })
            }
            (ActionName::Submit, StepKind::RegisterId) => Ok(Self::SubmitId {
                identifier: input.identifier.unwrap_or_default(),
                password: input.password.unwrap_or_default(),
            }),
            (ActionName::Submit, StepKind::NewPassword) => {
                Ok(Self::SubmitNewPassword { password: need(input.password, "/input/password")? })
            }
            (
                ActionName::Submit,
                StepKind::FindId | StepKind::EnrolContact | StepKind::LinkPhone | StepKind::DeniedMembers,
            ) => Ok(Self::SubmitContact { identifier: need(input.identifier, "/input/identifier")? }),
            (ActionName::UsePasskey, StepKind::Identify | StepKind::QuickLogin) => {
                Ok(Self::UsePasskey { credential: Some(need(input.credential, CREDENTIAL)?) })
            }
            (ActionName::Submit, StepKind::Passkey) => {
                Ok(Self::SubmitPasskey { credential: need(input.credential, CREDENTIAL)? })
            }
            (ActionName::Submit, StepKind::RegisterDevice) => Ok(Self::SubmitDevice {
                credential: need(input.credential, CREDENTIAL)?,
                name: input.name.unwrap_or_default(),
            }),
            (ActionName::Submit, StepKind::QuickLogin | StepKind::SetPin) => Ok(Self::SubmitPin {
                pin: need(input.pin, "/input/pin")?,
                pin_again: input.pin_again,
                possession: need(input.possession, "/input/possession")?,
            }),
            (ActionName::Rename, StepKind::TrustedDevices) => Ok(Self::RenameDevice {
                device: need(input.device, "/input/device")?,
                name: input.name.unwrap_or_default(),
            }),
            (ActionName::Remove, StepKind::TrustedDevices) => {
                Ok(Self::RemoveDevice { device: need(input.device, "/input/device")? })
            }
            (ActionName::Choose, StepKind::Approvals) => {
                Ok(Self::ChooseRequest { request: need(input.request, "/input/request")? })
            }
            (ActionName::Approve, StepKind::Approve) => {
                Ok(Self::Approve { number: input.number, credential: input.credential, reason: input.reason })
            }
            (ActionName::AskMember, StepKind::WaitApproval) => {
                Ok(Self::AskMember { member: need(input.member, "/input/member")? })
            }
            (ActionName::AskAdmin, StepKind::WaitApproval) => {
                Ok(Self::AskAdmin { reason: input.reason.unwrap_or_default() })
            }
            (ActionName::Subscribe, StepKind::Approvals) => {
                Ok(Self::Subscribe { subscription: need(input.subscription, "/input/subscription")? })
            }
            (ActionName::Review, StepKind::AccountSecurity) => {
                Ok(Self::Review { changes: need(input.changes, "/input/changes")? })
            }
            (ActionName::DenyMember, StepKind::DenyReview) => Ok(Self::DenyMember { confirmed: input.confirmed }),
            (ActionName::AllowMember, StepKind::DeniedMembers) => {
                Ok(Self::AllowMember { member: need(input.member, "/input/member")? })
            }
            (ActionName::Save, StepKind::PolicyReview) => Ok(Self::Save { confirmed: input.confirmed }),
            (ActionName::SignOut, StepKind::Sessions) => {
                Ok(Self::SignOutSession { session: need(input.session, "/input/session")? })
            }
            (ActionName::Go, StepKind::Provider) => Ok(Self::Go { provider: need(input.provider, "/input/provider")? }),
            (ActionName::Connect, StepKind::ExternalIdentities) => {
                Ok(Self::Connect { provider: need(input.provider, "/input/provider")? })
            }
            (ActionName::Disconnect, StepKind::ExternalIdentities) => {
                Ok(Self::Disconnect { provider: need(input.provider, "/input/provider")? })
            }
            (ActionName::Choose, StepKind::Identify) => listed(AccountAct::Choose, input.account),
            (ActionName::Forget, StepKind::Identify) => listed(AccountAct::Forget, input.account),
            (ActionName::Restore, StepKind::Identify) => listed(AccountAct::Restore, input.account),
            (ActionName::Return, _) => Ok(Self::Return {
                provider: need(input.provider, "/input/provider")?,
                returned: need(input.returned, "/input/returned")?,
            }),
            (
                ActionName::Submit
                | ActionName::Choose
                | ActionName::Rename
                | ActionName::Remove
                | ActionName::Approve
                | ActionName::AskMember
                | ActionName::DenyMember
                | ActionName::AllowMember
                | ActionName::AskAdmin
                | ActionName::Subscribe
                | ActionName::Review
                | ActionName::Save
                | ActionName::SignOut
                | ActionName::Go
                | ActionName::Connect
                | ActionName::Disconnect
                | ActionName::Forget
                | ActionName::Restore,
                _,
            ) => Err(MissingInput { pointer: None }),
            (other, _) => Self::without_input(other).ok_or(MissingInput { pointer: None }),
        }
    }
}

/// Why a name and an input make no [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingInput {
    /// JSON pointer (RFC 6901) into the request's body.
    pub pointer: Option<&'static str>,
}

/// The body of `POST …/actions/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Act {
    /// The revision that the member was looking at.
    pub rev: u64,
    #[serde(default)]
    pub input: Input,
    /// BCP 47 tag of the language that the member reads now, where it may have changed since the flow was begun; mails
    /// follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// The input of an action. Each takes fields of its own; the others are left out, and ignored where they are not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Input {
    /// `submit` at `identify`, and at `password` where the step has no identifier: an ID; at `register_id` the one to be;
    /// at `find_id` and `enrol_contact` a personal email or a mobile number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// `submit` at `organisation`: the organisation's ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// `submit` at `code` and `enrol_authenticator`: what was received or is shown; all but its digits is ignored. At
    /// `recovery_code` one of the codes, at `recovery_key` the key; case, spaces and hyphens do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret>,
    /// `submit` at `code` with `remember_days`: whether this browser is to be remembered.
    #[serde(default, skip_serializing_if = "is_false")]
    pub remember: bool,
    /// `choose` at `choose_factor`: the `id` of one that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<String>,
    /// `choose` at `choose_workspace`: the `id` of one that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// `submit` at `password`; at `create_account`, `new_password` and `register_id` the one to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// `submit` at `create_account` and `request_reset`: the member's name; at `register_device`, and `rename`: the device's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `submit` at `create_account` and `request_reset`: the member's address; at `link_address` the one that the link was
    /// shared to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `submit` at `create_account`: the `id`s of the terms that are agreed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<String>,
    /// `use_passkey` at `identify` and `quick_login`, `submit` at `passkey` and `register_device`, `approve`: what the authenticator says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Box<Credential>>,
    /// `submit` at `quick_login` and `set_pin`: six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Secret>,
    /// `submit` at `set_pin` without `once`: the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_again: Option<Secret>,
    /// With `pin`: what shows that it is entered at the device that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possession: Option<Box<Possession>>,
    /// `rename` and `remove` at `trusted_devices`: the `id` of one that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// `choose` at `approvals`: the `id` of one that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// `approve`: the number that the other screen shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// `ask_member`: a member's name or address; `allow_member`: the `id` of a member that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// `ask_admin`, and `approve` by an administrator: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `sign_out`: the `id` of one that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// `subscribe`: what the browser gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Box<PushSubscription>>,
    /// `review` at `account_security`: the options that are to change, with what they are to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Box<AccountPolicy>>,
    /// `save` at `policy_review`, `deny_member`: that members are to be locked out, where it says that they would be.
    #[serde(default, skip_serializing_if = "is_false")]
    pub confirmed: bool,
    /// `go`, `connect` and `disconnect`: the `id` of a provider that is listed; `return`: of the one that the address names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// `return`: what the provider has sent back, the address's query as it is, without `?` (RFC 6749 §4.1.2, RFC 9207 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Secret>,
    /// `choose`, `forget` and `restore` at `identify`: the `id` of an account that is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// With any action of `identify`, and of `password` where the step has no identifier: whether whoever signs in by this is to be
    /// on this browser's list of accounts. Absent: as it was said before in this flow, and not, where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember_account: Option<bool>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(crate) const fn is_false(value: &bool) -> bool {
    !*value
}

/// What is said of an action that a step offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Offer {
    /// Seconds from `server_time` until the action may be used; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_in: Option<u32>,
    /// What the member is asked for first; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Offer {
    /// Usable after so many seconds.
    pub const fn after(seconds: u32) -> Self {
        Self { available_in: Some(seconds), proof: None }
    }
}

/// A proof that an action asks for before it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Proof {
    /// That it is the member still: the password once more, or whatever else they sign in with.
    Fresh,
}

/// The actions a step offers. On the wire an object by name; names that this version does not know are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers(Vec<(ActionName, Offer)>);

impl Offers {
    pub fn get(&self, name: ActionName) -> Option<Offer> {
        self.0.iter().find(|(offered, _)| *offered == name).map(|(_, offer)| *offer)
    }

    pub fn has(&self, name: ActionName) -> bool {
        self.get(name).is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = (ActionName, Offer)> + '_ {
        self.0.iter().copied()
    }

    /// These offers and one more, usable at once.
    #[must_use]
    pub fn with(self, name: ActionName) -> Self {
        self.with_offer(name, Offer::default())
    }

    /// These offers and one more; an earlier one of the same name is replaced.
    #[must_use]
    pub fn with_offer(mut self, name: ActionName, offer: Offer) -> Self {
        self.0.retain(|(offered, _)| *offered != name);
        self.0.push((name, offer));
        self
    }
}

impl Serialize for Offers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, offer) in &self.0 {
            map.serialize_entry(name.as_str(), offer)?;
        }
        map.end()
    }
}

impl Offers {
    pub(crate) fn read(tree: &impl Tree) -> Self {
        let offer = |name: &String| {
            let offer = tree.child(name);
            let available_in = offer.as_ref().and_then(|offer| number(offer, "available_in"));
            let proof = offer.as_ref().and_then(|offer| text(offer, "proof"));
            let proof = proof.is_some_and(|proof| proof == "fresh").then_some(Proof::Fresh);
            Some((ActionName::parse(name)?, Offer { available_in, proof }))
        };
        Self(tree.names().iter().filter_map(offer).collect())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Offers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Offers".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let offer = generator.subschema_for::<Offer>();
        let names: Vec<&str> = ActionName::ALL.iter().map(|name| name.as_str()).collect();
        schemars::json_schema!({
            "type": "object",
            "description": "The actions a step offers, by name.",
            "propertyNames": { "examples": names },
            "additionalProperties": offer,
        })
    }
}
