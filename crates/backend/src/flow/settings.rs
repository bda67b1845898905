//! A member's own settings (FEATURES S1, S4). Each act is of who is signed in; what adds a way in, or replaces one, takes a fresh
//! proof besides. It refuses to know sessions and credentials.

use daemun_protocol::{
    ActionName, DeviceKind, MessageCode, Offer, Offers, Proof, SecurityItem, SettingReason, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::denied_members::DenyForm;
use super::new_password::Whose;
use super::passkey::Unlocking;
use super::phone;
use super::policy::PolicyForm;
use super::quick_login::{Known, Unlock};
use super::second_factor::Asked;
use super::sign_in::{PasswordStage, Way};
use super::{Ending, Facts, Next, Stage, TwoFactor, Workspace};

/// Accounts that may have registered one device (FEATURES S4).
pub const ACCOUNTS_OF_A_DEVICE: u32 = 5;

/// What is kept of whose settings these are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// The ID that was registered (FEATURES R5).
    pub login_name: Option<String>,
    /// `None`: there is no password.
    pub password_set_at: Option<Timestamp>,
    /// The number to sign in with, masked.
    pub phone: Option<String>,
    /// Whether there would be no way in left without it.
    pub is_phone_last: bool,
    /// The number of the profile, masked, where it is another one.
    pub profile_number: Option<String>,
    /// Whether the member has turned the second factor on.
    pub two_factor: bool,
    /// What would have to follow the first factor.
    pub asked: Option<Asked>,
    pub quick_login: Known,
}

/// A device that is to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDevice {
    pub whose: Whose,
    pub kind: DeviceKind,
    #[serde(default)]
    pub registered_for: RegisteredFor,
}

/// What was asked for that a device is registered for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisteredFor {
    #[default]
    ItsOwnSake,
    /// To be unlocked instead of a PIN (FEATURES S7).
    QuickLogin,
}

impl NewDevice {
    /// The step that it was asked for at.
    pub fn asked_at(&self) -> Stage {
        match self.registered_for {
            RegisteredFor::ItsOwnSake => Stage::TrustedDevices(self.whose.clone()),
            RegisteredFor::QuickLogin => Stage::Security(self.whose.clone()),
        }
    }
}

/// What a member has asked for that takes a fresh proof first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterProof {
    RegisterDevice(NewDevice),
    RemoveDevice {
        whose: Whose,
        device: String,
    },
    ReissueRecoveryKey(Whose),
    ReviewPolicy(PolicyForm),
    ReviewDenial {
        form: DenyForm,
        member: i64,
    },
    AllowMember {
        form: DenyForm,
        member: i64,
    },
    TurnOnTwoFactor(Whose),
    /// The first one was saved a moment ago, which has turned it on.
    TwoFactorEnrolled(Whose),
    TurnOffTwoFactor(Whose),
    ChangePassword(Whose),
    RegisterId(Whose),
    LinkPhone(Whose),
    UnlinkPhone(Whose),
    Connect {
        whose: Whose,
        provider: String,
    },
    Disconnect {
        whose: Whose,
        provider: String,
    },
    SetPin(Whose),
    TurnOnBiometrics(Whose),
}

impl AfterProof {
    /// The step that it was asked for at.
    pub fn asked_at(&self) -> Stage {
        match self {
            Self::RegisterDevice(new) => new.asked_at(),
            Self::RemoveDevice { whose, .. } | Self::ReissueRecoveryKey(whose) => Stage::TrustedDevices(whose.clone()),
            Self::ReviewPolicy(form) => Stage::AccountSecurity(form.clone()),
            Self::ReviewDenial { form, .. } | Self::AllowMember { form, .. } => Stage::DeniedMembers(form.clone()),
            Self::TurnOnTwoFactor(whose)
            | Self::TwoFactorEnrolled(whose)
            | Self::TurnOffTwoFactor(whose)
            | Self::ChangePassword(whose)
            | Self::RegisterId(whose)
            | Self::LinkPhone(whose)
            | Self::UnlinkPhone(whose)
            | Self::SetPin(whose)
            | Self::TurnOnBiometrics(whose) => Stage::Security(whose.clone()),
            Self::Connect { whose, .. } | Self::Disconnect { whose, .. } => Stage::ExternalIdentities(whose.clone()),
        }
    }
}

/// All that settings are about, each with its state and, where nothing is offered for it, why (FEATURES S1).
pub fn items(facts: &Facts) -> Vec<SecurityItem> {
    let (Some(own), Some(workspace)) = (&facts.own, &facts.workspace) else { return Vec::new() };
    let devices = u32::try_from(facts.devices.len()).unwrap_or(u32::MAX);
    let sessions = u32::try_from(facts.sessions.len()).unwrap_or(u32::MAX);
    vec![
        SecurityItem::Password {
            identifier: own.login_name.clone(),
            set: own.password_set_at.is_some(),
            expires_at: own.password_set_at.and_then(|set_at| workspace.passwords.expires_at(set_at)),
            missing: password_missing(own, workspace),
        },
        SecurityItem::Phone {
            linked: own.phone.clone(),
            last: own.is_phone_last,
            missing: phone::missing(facts, workspace),
        },
        SecurityItem::Identities { count: connected(facts), missing: identities_missing(facts) },
        SecurityItem::Devices { count: devices, missing: devices_missing(facts, workspace) },
        SecurityItem::TwoFactor {
            on: own.two_factor || workspace.two_factor == TwoFactor::Required,
            missing: two_factor_missing(own, workspace),
        },
        SecurityItem::QuickLogin {
            on: own.quick_login.here.is_some(),
            biometrics: own.quick_login.here == Some(Unlock::PinOrBiometrics),
            elsewhere: own.quick_login.elsewhere,
            missing: quick_login_missing(facts, workspace),
        },
        SecurityItem::Sessions { count: sessions },
    ]
}

/// A password is of use wherever it can be entered; one that there is can be changed all the same.
fn password_missing(own: &Own, workspace: &Workspace) -> Option<SettingReason> {
    (own.password_set_at.is_none() && !workspace.takes_passwords()).then_some(SettingReason::NotAllowed)
}

/// At how many external providers an identity is connected.
fn connected(facts: &Facts) -> u32 {
    let connected = facts.identities.iter().filter(|identity| identity.connected_at.is_some());
    u32::try_from(connected.count()).unwrap_or(u32::MAX)
}

fn identities_missing(facts: &Facts) -> Option<SettingReason> {
    if facts.identities.is_empty() {
        return Some(SettingReason::NotAvailable);
    }
    facts.identities.iter().all(|identity| identity.denied).then_some(SettingReason::NotAllowed)
}

/// A PIN can be set where there is a device to bind it to (FEATURES S7).
fn quick_login_missing(facts: &Facts, workspace: &Workspace) -> Option<SettingReason> {
    if !workspace.quick_login {
        Some(SettingReason::NotAllowed)
    } else {
        (!facts.host.quick_login).then_some(SettingReason::AppOnly)
    }
}

fn devices_missing(facts: &Facts, workspace: &Workspace) -> Option<SettingReason> {
    if !facts.knows_passkeys {
        Some(SettingReason::NotAvailable)
    } else {
        (!workspace.device_unlock).then_some(SettingReason::NotAllowed)
    }
}

/// Why the second factor cannot be turned on or off (FEATURES S5, T3).
fn two_factor_missing(own: &Own, workspace: &Workspace) -> Option<SettingReason> {
    if workspace.two_factor == TwoFactor::Required {
        return Some(SettingReason::Required);
    }
    match &own.asked {
        Some(Asked::Missing) if !own.two_factor => {
            Some(if workspace.managed_profiles { SettingReason::ManagedProfile } else { SettingReason::NotAvailable })
        }
        // What is saved on the way in follows a password.
        Some(Asked::Enrolment) if !own.two_factor && own.password_set_at.is_none() => {
            Some(SettingReason::PasswordMissing)
        }
        Some(Asked::Missing | Asked::Enrolment | Asked::Only(_) | Asked::Choice) | None => None,
    }
}

/// What can be done from where all of it is listed.
pub fn offers(facts: &Facts) -> Offers {
    let (Some(own), Some(workspace)) = (&facts.own, &facts.workspace) else {
        return Offers::default().with(ActionName::Done);
    };
    let may = may(facts);
    let (has_password, may_register) = (own.password_set_at.is_some(), password_missing(own, workspace).is_none());
    let offers = may(Offers::default(), ActionName::ChangePassword, has_password);
    let offers = may(offers, ActionName::RegisterId, !has_password && may_register);
    let offers = may(offers, ActionName::LinkPhone, phone::missing(facts, workspace).is_none());
    let offers = may(offers, ActionName::UnlinkPhone, own.phone.is_some());
    let may_turn = two_factor_missing(own, workspace).is_none();
    let offers = may(offers, ActionName::TurnOnTwoFactor, may_turn && !own.two_factor);
    let offers = may(offers, ActionName::TurnOffTwoFactor, may_turn && own.two_factor);
    let may_see = connected(facts) > 0 || identities_missing(facts).is_none();
    let offers = if may_see { offers.with(ActionName::ShowIdentities) } else { offers };
    let Known { here, elsewhere, can_unlock } = own.quick_login;
    let may_set = quick_login_missing(facts, workspace).is_none();
    let offers = may(offers, ActionName::SetPin, may_set);
    let offers = may(offers, ActionName::TurnOnBiometrics, may_set && can_unlock && here == Some(Unlock::Pin));
    let with = |offers: Offers, name, is_there| if is_there { offers.with(name) } else { offers };
    let offers = with(offers, ActionName::TurnOffBiometrics, here == Some(Unlock::PinOrBiometrics));
    let offers = with(offers, ActionName::TurnOffQuickLogin, here.is_some());
    let offers = with(offers, ActionName::TurnOffQuickLoginElsewhere, elsewhere > 0);
    let has_devices = facts.knows_passkeys || !facts.devices.is_empty() || facts.is_super_administrator;
    let offers = if has_devices { offers.with(ActionName::ShowDevices) } else { offers };
    offers.with(ActionName::ShowSessions).with(ActionName::Done)
}

/// `show_devices`.
pub fn to_devices(stage: &Stage) -> Next {
    let Stage::Security(whose) = stage else { return Next::unavailable() };
    Next::to(Stage::TrustedDevices(whose.clone()))
}

/// `show_identities`.
pub fn to_identities(stage: &Stage) -> Next {
    let Stage::Security(whose) = stage else { return Next::unavailable() };
    Next::to(Stage::ExternalIdentities(whose.clone()))
}

/// `show_sessions`.
pub fn to_sessions(stage: &Stage) -> Next {
    let Stage::Security(whose) = stage else { return Next::unavailable() };
    Next::to(Stage::Sessions(whose.clone()))
}

/// What can be done about where the member is signed in. This very session ends by signing out here.
pub fn offers_of_sessions(facts: &Facts) -> Offers {
    let offers = Offers::default();
    let has_others = facts.sessions.iter().any(|session| !session.here);
    let offers = if has_others { offers.with(ActionName::SignOut).with(ActionName::SignOutOthers) } else { offers };
    offers.with(ActionName::Back)
}

/// What can be done with the devices. A security key is a second factor too, so it can be registered where nobody signs in by
/// one.
pub fn offers_of_devices(facts: &Facts) -> Offers {
    let may = may(facts);
    let offers = may(Offers::default(), ActionName::Register, allows_devices(facts));
    let offers = may(offers, ActionName::RegisterKey, facts.knows_passkeys);
    let offers = may(offers, ActionName::ReissueRecoveryKey, facts.is_super_administrator);
    let has_any = !facts.devices.is_empty();
    let offers = if has_any { offers.with(ActionName::Rename) } else { offers };
    may(offers, ActionName::Remove, has_any).with(ActionName::Back)
}

/// What can be done with what is connected at external providers (FEATURES S3).
pub fn offers_of_identities(facts: &Facts) -> Offers {
    let may = may(facts);
    let can_connect = facts.identities.iter().any(|it| it.connected_at.is_none() && !it.denied);
    let offers = may(Offers::default(), ActionName::Connect, can_connect);
    let has_any = facts.identities.iter().any(|it| it.connected_at.is_some());
    may(offers, ActionName::Disconnect, has_any).with(ActionName::Back)
}

/// Why something is not there that members may look for.
pub fn missing(facts: &Facts) -> Option<MessageCode> {
    (!allows_devices(facts)).then_some(MessageCode::MethodNotAllowed)
}

fn allows_devices(facts: &Facts) -> bool {
    facts.knows_passkeys && facts.workspace.as_ref().is_some_and(|workspace| workspace.device_unlock)
}

/// What a member can prove by who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    /// They have proven it a moment ago.
    pub is_fresh: bool,
    pub has_password: bool,
    pub has_passkey: bool,
}

impl Means {
    pub fn of(facts: &Facts) -> Self {
        Self { is_fresh: facts.is_fresh, has_password: facts.has_password, has_passkey: !facts.devices.is_empty() }
    }
}

/// What takes a fresh proof first.
pub fn proven(facts: &Facts) -> Offer {
    Offer { proof: (!facts.is_fresh).then_some(Proof::Fresh), ..Offer::default() }
}

/// Offers what takes a fresh proof first, where it is allowed.
fn may(facts: &Facts) -> impl Fn(Offers, ActionName, bool) -> Offers {
    let proven = proven(facts);
    move |offers, name, is_allowed| if is_allowed { offers.with_offer(name, proven) } else { offers }
}

/// The fresh proof that is due, if any. Who has nothing to give one by signs in anew, and has given one then.
pub fn proof(whose: &Whose, means: Means) -> Option<Stage> {
    match means {
        Means { is_fresh: true, .. } => None,
        Means { has_password: true, .. } => Some(password(whose)),
        Means { has_passkey: true, .. } => Some(Stage::Passkey(Unlocking::Proof(whose.clone()))),
        Means { is_fresh: false, has_password: false, has_passkey: false } => Some(Stage::Ended(Ending::SignedOut)),
    }
}

/// The password once more.
pub fn password(whose: &Whose) -> Stage {
    let (workspace, way) = (whose.workspace.clone(), Way::Proof(whose.clone()));
    Stage::Password(PasswordStage { workspace, way, restricted_until: None })
}
