//! The stages that a stored flow can be in, whatever it is for: what is true of each, what it offers, and what lies before
//! it. What an act makes of one is decided in its own room.

use daemun_protocol::{
    AccountPolicy, ActionName, Channel, FoundId, KnownAccount, Notifications, Offer, Offers, StepKind, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::approval::{self, Answered, Asks, Looking, NewKey, Outcome, Waiting};
use super::code::{Contact, Purpose, SentCode};
use super::denied_members::{self, DenyForm, DenyReview};
use super::find_id::{self, ContactForm};
use super::join::{AccountForm, BadInvitation, Joined, OpenInvitation};
use super::new_password::{NewPasswordStage, Proof, Whose};
use super::passkey::Unlocking;
use super::phone::{self, PhoneForm, TakenNumber};
use super::policy::{self, PolicyForm, PolicyReview};
use super::provider::{self, From, Leaving, Proven};
use super::quick_login::{NewPin, QuickLogin};
use super::register_id::{IdForm, ProvenBy};
use super::reset::{ResetForm, ResetLinkTrouble};
use super::second_factor::{
    self, Asked, ContactToSave, Entering, First, NewAuthenticator, NewRecoveryCodes, Profiles, Salt, Saved,
};
use super::security_link::LinkStage;
use super::settings::{self, NewDevice};
use super::sign_in::{PasswordStage, Way};
use super::{Address, Facts, Next, Workspace, seconds_until};
use crate::carrier::Carrier;

/// Where a member is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Identify {
        identifier: Option<String>,
    },
    Organisation {
        organisation: Option<String>,
    },
    Code(SentCode),
    ChooseWorkspace {
        verified: Contact,
    },
    Password(PasswordStage),
    Invitation(OpenInvitation),
    CreateAccount(AccountForm),
    RequestReset(ResetForm),
    NewPassword(NewPasswordStage),
    RegisterId(IdForm),
    FindId(ContactForm),
    FoundIds {
        workspace: String,
        ids: Vec<FoundId>,
    },
    ChooseFactor(Entering),
    AuthenticatorCode(Entering),
    RecoveryCode(Entering),
    EnrolContact(ContactToSave),
    EnrolAuthenticator(NewAuthenticator),
    RecoveryCodes(NewRecoveryCodes),
    Link(LinkStage),
    Passkey(Unlocking),
    Security(Whose),
    QuickLogin(QuickLogin),
    SetPin(NewPin),
    Sessions(Whose),
    TrustedDevices(Whose),
    RegisterDevice(NewDevice),
    Waiting(Waiting),
    /// What was asked for was given: the next look at the flow takes it.
    Approved(Waiting),
    RecoveryKey(Waiting),
    NewRecoveryKey(NewKey),
    Approvals(Whose),
    Approve(Looking),
    AccountSecurity(PolicyForm),
    PolicyReview(PolicyReview),
    Provider(Leaving),
    ExternalIdentities(Whose),
    LinkPhone(PhoneForm),
    PhoneTaken(TakenNumber),
    DeniedMembers(DenyForm),
    DenyReview(DenyReview),
    /// One of the workspaces that an identity is connected in.
    ChooseAccount(Proven),
    Notice(Notice),
    Complete(Completed),
    Ended(Ending),
}

/// What a member is told instead of being asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    NoWorkspace { address: Address },
    EmailRestricted { to: String, until: Timestamp, back: Box<Stage> },
    AccountSuspended { workspace: String, first: First },
    MethodNotAllowed { workspace: String, first: First },
    Joined(Joined),
    AlreadyMember { address: Address, form: AccountForm },
    BadInvitation(BadInvitation),
    ResetRequested { to: String, workspace: Option<String>, back: Box<Stage> },
    BadResetLink { trouble: ResetLinkTrouble, workspace: Option<String> },
    IdNotFound { workspace: String, to: String },
    SecondFactorMissing(Entering),
    ApprovalEnded { how: Outcome, waiting: Box<Waiting> },
    RequestEnded { how: Answered, whose: Whose },
    NotAdministrator(Whose),
    ProviderNotLinked { provider: String, from: From },
}

/// Signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    #[serde(flatten)]
    pub goal: Goal,
    pub identifier: String,
    pub name: String,
    pub workspace: String,
    /// What the session's id is made of, where a look has completed the flow.
    #[serde(default)]
    pub salt: Option<Salt>,
}

/// Where who has signed in goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    RedirectTo(String),
    /// In the native host around the page; what its code is made of.
    Handoff(Salt),
}

/// How a flow ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Cancelled,
    /// The invitation was declined.
    Declined,
    /// The screen of a security link was left (FEATURES O3).
    Left,
    /// Whose settings these are is signed in no longer.
    SignedOut,
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
            Self::Invitation(_) => Some(StepKind::Invitation),
            Self::CreateAccount(_) => Some(StepKind::CreateAccount),
            Self::RequestReset(_) => Some(StepKind::RequestReset),
            Self::NewPassword(_) => Some(StepKind::NewPassword),
            Self::RegisterId(_) => Some(StepKind::RegisterId),
            Self::FindId(_) => Some(StepKind::FindId),
            Self::FoundIds { .. } => Some(StepKind::FoundIds),
            Self::ChooseFactor(_) => Some(StepKind::ChooseFactor),
            Self::AuthenticatorCode(_) => Some(StepKind::Code),
            Self::RecoveryCode(_) => Some(StepKind::RecoveryCode),
            Self::EnrolContact(_) => Some(StepKind::EnrolContact),
            Self::EnrolAuthenticator(_) => Some(StepKind::EnrolAuthenticator),
            Self::RecoveryCodes(_) => Some(StepKind::RecoveryCodes),
            Self::Link(stage) => stage.kind(),
            Self::Passkey(_) => Some(StepKind::Passkey),
            Self::Security(_) => Some(StepKind::Security),
            Self::QuickLogin(_) => Some(StepKind::QuickLogin),
            Self::SetPin(_) => Some(StepKind::SetPin),
            Self::Sessions(_) => Some(StepKind::Sessions),
            Self::TrustedDevices(_) => Some(StepKind::TrustedDevices),
            Self::RegisterDevice(_) => Some(StepKind::RegisterDevice),
            Self::Waiting(waiting) | Self::Approved(waiting) => Some(waiting.kind()),
            Self::RecoveryKey(_) => Some(StepKind::RecoveryKey),
            Self::NewRecoveryKey(_) => Some(StepKind::NewRecoveryKey),
            Self::Approvals(_) => Some(StepKind::Approvals),
            Self::Approve(_) => Some(StepKind::Approve),
            Self::AccountSecurity(_) => Some(StepKind::AccountSecurity),
            Self::PolicyReview(_) => Some(StepKind::PolicyReview),
            Self::Provider(_) => Some(StepKind::Provider),
            Self::ExternalIdentities(_) => Some(StepKind::ExternalIdentities),
            Self::LinkPhone(_) => Some(StepKind::LinkPhone),
            Self::PhoneTaken(_) => Some(StepKind::PhoneTaken),
            Self::DeniedMembers(_) => Some(StepKind::DeniedMembers),
            Self::DenyReview(_) => Some(StepKind::DenyReview),
            Self::ChooseAccount(_) => Some(StepKind::ChooseWorkspace),
            Self::Notice(_) => Some(StepKind::Notice),
            Self::Complete(_) | Self::Ended(_) => None,
        }
    }

    /// Until when this stage makes the member wait: the flow outlives the wait.
    pub const fn waits_until(&self) -> Option<Timestamp> {
        if let Self::Password(stage) = self {
            stage.restricted_until
        } else if let Self::Notice(Notice::EmailRestricted { until, .. }) = self {
            Some(*until)
        } else {
            None
        }
    }

    /// Whether what is shown here must be written down nowhere.
    pub const fn shows_secrets(&self) -> bool {
        matches!(
            self,
            Self::EnrolAuthenticator(_)
                | Self::RecoveryCodes(_)
                | Self::NewRecoveryKey(_)
                | Self::Waiting(Waiting { qr: Some(_), .. })
                | Self::Provider(Leaving { gone: Some(_), .. })
                | Self::Complete(Completed { goal: Goal::Handoff(_), .. })
        )
    }

    /// Whether it is asked here, in settings, that it is the member still.
    pub const fn is_proof(&self) -> bool {
        matches!(self, Self::Password(PasswordStage { way: Way::Proof(_), .. }) | Self::Passkey(Unlocking::Proof(_)))
    }

    /// Who has given the first factor, where a second one is asked for.
    pub fn entering(&self) -> Option<&Entering> {
        match self {
            Self::Code(sent) => sent.purpose.entering(),
            Self::ChooseFactor(entering)
            | Self::AuthenticatorCode(entering)
            | Self::RecoveryCode(entering)
            | Self::EnrolContact(ContactToSave { entering, .. })
            | Self::EnrolAuthenticator(NewAuthenticator { entering, .. })
            | Self::RecoveryCodes(NewRecoveryCodes { entering, .. })
            | Self::Passkey(Unlocking::Second(entering))
            | Self::Notice(Notice::SecondFactorMissing(entering)) => Some(entering),
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::ChooseWorkspace { .. }
            | Self::Password(_)
            | Self::Invitation(_)
            | Self::CreateAccount(_)
            | Self::RequestReset(_)
            | Self::NewPassword(_)
            | Self::RegisterId(_)
            | Self::FindId(_)
            | Self::FoundIds { .. }
            | Self::Link(_)
            | Self::Passkey(_)
            | Self::Security(_)
            | Self::QuickLogin(_)
            | Self::SetPin(_)
            | Self::Sessions(_)
            | Self::TrustedDevices(_)
            | Self::RegisterDevice(_)
            | Self::Waiting(_)
            | Self::Approved(_)
            | Self::RecoveryKey(_)
            | Self::NewRecoveryKey(_)
            | Self::Approvals(_)
            | Self::Approve(_)
            | Self::AccountSecurity(_)
            | Self::PolicyReview(_)
            | Self::Provider(_)
            | Self::ExternalIdentities(_)
            | Self::LinkPhone(_)
            | Self::PhoneTaken(_)
            | Self::DeniedMembers(_)
            | Self::DenyReview(_)
            | Self::ChooseAccount(_)
            | Self::Notice(_)
            | Self::Complete(_)
            | Self::Ended(_) => None,
        }
    }

    /// Who is let in as soon as somebody says yes, or was let in.
    pub const fn newcomer(&self) -> Option<&Entering> {
        if let Self::Waiting(Waiting { asks: Asks::NewDevice { newcomer, .. }, .. })
        | Self::Approved(Waiting { asks: Asks::NewDevice { newcomer, .. }, .. })
        | Self::RecoveryKey(Waiting { asks: Asks::NewDevice { newcomer, .. }, .. }) = self
        {
            Some(newcomer)
        } else {
            None
        }
    }

    /// The workspace that this is about.
    pub fn workspace(&self) -> Option<&str> {
        match self {
            Self::Code(sent) => sent.purpose.workspace(),
            Self::Password(stage) => Some(&stage.workspace),
            Self::Invitation(invited) => Some(&invited.workspace),
            Self::CreateAccount(form) => Some(&form.invited.workspace),
            Self::RequestReset(form) => form.workspace.as_deref(),
            Self::NewPassword(stage) => Some(&stage.whose.workspace),
            Self::RegisterId(form) => Some(&form.whose.workspace),
            Self::FindId(ContactForm { workspace, .. }) | Self::FoundIds { workspace, .. } => Some(workspace),
            Self::ChooseFactor(entering)
            | Self::AuthenticatorCode(entering)
            | Self::RecoveryCode(entering)
            | Self::EnrolContact(ContactToSave { entering, .. })
            | Self::EnrolAuthenticator(NewAuthenticator { entering, .. })
            | Self::RecoveryCodes(NewRecoveryCodes { entering, .. }) => Some(&entering.whose.workspace),
            Self::Passkey(unlocking) => Some(unlocking.workspace()),
            Self::Security(whose)
            | Self::QuickLogin(QuickLogin { whose, .. })
            | Self::SetPin(NewPin { whose, .. })
            | Self::Sessions(whose)
            | Self::TrustedDevices(whose)
            | Self::RegisterDevice(NewDevice { whose, .. })
            | Self::ExternalIdentities(whose)
            | Self::LinkPhone(PhoneForm { whose, .. })
            | Self::PhoneTaken(TakenNumber { whose, .. })
            | Self::DeniedMembers(DenyForm { whose, .. })
            | Self::DenyReview(DenyReview { form: DenyForm { whose, .. }, .. })
            | Self::Approvals(whose)
            | Self::Approve(Looking { whose, .. })
            | Self::AccountSecurity(PolicyForm { whose, .. })
            | Self::PolicyReview(PolicyReview { form: PolicyForm { whose, .. }, .. }) => Some(&whose.workspace),
            Self::Waiting(waiting) | Self::Approved(waiting) | Self::RecoveryKey(waiting) => Some(waiting.workspace()),
            Self::NewRecoveryKey(new) => Some(&new.whose().workspace),
            Self::Provider(leaving) => leaving.from.workspace(),
            Self::Complete(completed) => Some(&completed.workspace),
            Self::Notice(notice) => match notice {
                Notice::AccountSuspended { workspace, .. }
                | Notice::MethodNotAllowed { workspace, .. }
                | Notice::IdNotFound { workspace, .. } => Some(workspace),
                Notice::SecondFactorMissing(entering) => Some(&entering.whose.workspace),
                Notice::Joined(joined) => Some(&joined.whose.workspace),
                Notice::AlreadyMember { form, .. } => Some(&form.invited.workspace),
                Notice::BadInvitation(BadInvitation { workspace, .. })
                | Notice::ResetRequested { workspace, .. }
                | Notice::BadResetLink { workspace, .. } => workspace.as_deref(),
                Notice::EmailRestricted { back, .. } => back.workspace(),
                Notice::ApprovalEnded { waiting, .. } => Some(waiting.workspace()),
                Notice::RequestEnded { whose, .. } | Notice::NotAdministrator(whose) => Some(&whose.workspace),
                Notice::ProviderNotLinked { from, .. } => from.workspace(),
                Notice::NoWorkspace { .. } => None,
            },
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::ChooseWorkspace { .. }
            | Self::ChooseAccount(_)
            | Self::Link(_)
            | Self::Ended(_) => None,
        }
    }

    /// The address or number that was verified on the way here, where it matters what belongs to it.
    pub fn verified(&self) -> Option<Contact> {
        let by_way = |way: &Way| way.verified().cloned().map(Contact::Email);
        match self {
            Self::ChooseWorkspace { verified } => Some(verified.clone()),
            Self::RegisterId(IdForm { by: ProvenBy::Mailbox(address), .. })
            | Self::NewPassword(NewPasswordStage { proof: Proof::Mailbox(address), .. })
            | Self::Notice(Notice::NoWorkspace { address } | Notice::AlreadyMember { address, .. }) => {
                Some(Contact::Email(address.clone()))
            }
            Self::Password(stage) | Self::Passkey(Unlocking::First(stage)) => by_way(&stage.way),
            Self::Notice(Notice::AccountSuspended { first, .. } | Notice::MethodNotAllowed { first, .. }) => {
                match first {
                    First::Password(way) => by_way(way),
                    First::Phone { typed, number } => {
                        Some(Contact::Mobile { typed: typed.clone(), number: number.clone() })
                    }
                    First::Passkey | First::Provider(_) | First::QuickLogin(_) => None,
                }
            }
            Self::Identify { .. }
            | Self::Organisation { .. }
            | Self::Code(_)
            | Self::Invitation(_)
            | Self::CreateAccount(_)
            | Self::RequestReset(_)
            | Self::NewPassword(_)
            | Self::RegisterId(_)
            | Self::FindId(_)
            | Self::FoundIds { .. }
            | Self::ChooseFactor(_)
            | Self::AuthenticatorCode(_)
            | Self::RecoveryCode(_)
            | Self::EnrolContact(_)
            | Self::EnrolAuthenticator(_)
            | Self::RecoveryCodes(_)
            | Self::Link(_)
            | Self::Passkey(_)
            | Self::Security(_)
            | Self::QuickLogin(_)
            | Self::SetPin(_)
            | Self::Sessions(_)
            | Self::TrustedDevices(_)
            | Self::RegisterDevice(_)
            | Self::Waiting(_)
            | Self::Approved(_)
            | Self::RecoveryKey(_)
            | Self::NewRecoveryKey(_)
            | Self::Approvals(_)
            | Self::Approve(_)
            | Self::AccountSecurity(_)
            | Self::PolicyReview(_)
            | Self::Provider(_)
            | Self::ExternalIdentities(_)
            | Self::LinkPhone(_)
            | Self::PhoneTaken(_)
            | Self::DeniedMembers(_)
            | Self::DenyReview(_)
            | Self::ChooseAccount(_)
            | Self::Notice(_)
            | Self::Complete(_)
            | Self::Ended(_) => None,
        }
    }

    /// What the member can do here. It follows the policy of the moment (FEATURES L8).
    pub fn offers(&self, facts: &Facts, now: Timestamp) -> Offers {
        let offers = Offers::default();
        let from = |from: Option<Timestamp>| {
            let wait = from.map(|from| seconds_until(from, now)).filter(|wait| *wait > 0);
            Offer { available_in: wait, ..Offer::default() }
        };
        match self {
            Self::Identify { .. } => {
                let offers = with_organisation(offers.with(ActionName::Submit), facts);
                let offers =
                    if facts.knows_passkeys && facts.device_way { offers.with(ActionName::UsePasskey) } else { offers };
                with_accounts(with_providers(offers, facts), facts)
            }
            Self::Organisation { .. } => {
                offers.with(ActionName::Submit).with(ActionName::UseEmail).with(ActionName::Back)
            }
            Self::Code(sent) => {
                let offers = offers
                    .with(ActionName::Submit)
                    .with_offer(ActionName::Resend, from(Some(sent.resend_at)))
                    .with(ActionName::Back);
                let offers = match sent.by {
                    Carrier::Sms if facts.channels.contains(&Channel::Notification) => {
                        offers.with(ActionName::UseNotification)
                    }
                    Carrier::Notification => offers.with_offer(ActionName::UseSms, from(Some(sent.resend_at))),
                    Carrier::Email | Carrier::Sms | Carrier::Push | Carrier::WebPush => offers,
                };
                let offers = with_other_factors(offers, facts);
                if facts.has_other_way { offers.with(ActionName::UseOther) } else { offers }
            }
            Self::ChooseFactor(_) => offers.with(ActionName::Choose).with(ActionName::Back),
            Self::AuthenticatorCode(_) | Self::RecoveryCode(_) => {
                with_other_factors(offers.with(ActionName::Submit).with(ActionName::Back), facts)
            }
            Self::EnrolContact(_) => {
                offers.with(ActionName::Submit).with(ActionName::UseAuthenticator).with(ActionName::Back)
            }
            Self::EnrolAuthenticator(_) => offers.with(ActionName::Submit).with(ActionName::Back),
            Self::RecoveryCodes(_) => offers.with(ActionName::Done),
            Self::ChooseWorkspace { .. } | Self::ChooseAccount(_) => {
                offers.with(ActionName::Choose).with(ActionName::Back)
            }
            Self::Provider(leaving) => leaving.offers(facts),
            Self::ExternalIdentities(_) => settings::offers_of_identities(facts),
            Self::LinkPhone(_) => phone::offers(facts),
            Self::PhoneTaken(_) => offers.with(ActionName::MovePhone).with(ActionName::Back),
            Self::Password(PasswordStage { way, restricted_until, .. }) => {
                let offers = offers.with_offer(ActionName::Submit, from(*restricted_until));
                let offers = match way {
                    Way::Proof(_) => offers,
                    Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Organisation => {
                        offers.with(ActionName::Forgot)
                    }
                };
                let offers = match way {
                    Way::Organisation if takes(facts, |workspace| workspace.email_entry) => {
                        offers.with(ActionName::FindId).with(ActionName::UseEmail)
                    }
                    Way::Organisation => offers.with(ActionName::FindId),
                    Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Proof(_) => offers,
                };
                let offers = if may_unlock(way, facts) { offers.with(ActionName::UsePasskey) } else { offers };
                let offers = if may_ask_phone(way, facts) { offers.with(ActionName::UseMobile) } else { offers };
                let offers = match way {
                    // It opens nothing that is not open already.
                    Way::Proof(_) => offers,
                    Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Organisation => with_providers(offers, facts),
                };
                let offers = if facts.has_other_way { offers.with(ActionName::UseOther) } else { offers };
                offers.with(ActionName::Back)
            }
            Self::Invitation(_) => offers.with(ActionName::Accept).with(ActionName::Decline),
            Self::CreateAccount(_) | Self::RequestReset(_) | Self::RegisterId(_) | Self::FindId(_) => {
                offers.with(ActionName::Submit).with(ActionName::Back)
            }
            Self::FoundIds { .. } => offers.with(ActionName::Back),
            Self::NewPassword(stage) => match stage.proof {
                Proof::Expired(_) | Proof::Mailbox(_) | Proof::Settings => {
                    offers.with(ActionName::Submit).with(ActionName::Back)
                }
                Proof::ResetLink(_) | Proof::Invitation(_) => offers.with(ActionName::Submit),
            },
            Self::Link(stage) => stage.offers(),
            Self::Passkey(unlocking) => unlocking.offers(facts),
            Self::Security(_) => settings::offers(facts),
            Self::QuickLogin(stage) => stage.offers(facts),
            Self::Sessions(_) => settings::offers_of_sessions(facts),
            Self::TrustedDevices(_) => settings::offers_of_devices(facts),
            Self::RegisterDevice(_) | Self::RecoveryKey(_) | Self::SetPin(_) => {
                offers.with(ActionName::Submit).with(ActionName::Back)
            }
            Self::Waiting(waiting) => waiting.offers(facts),
            // It is on its way.
            Self::Approved(_) => offers,
            Self::NewRecoveryKey(_) => offers.with(ActionName::Done),
            Self::Approvals(_) => {
                let offers = if facts.requests.is_empty() { offers } else { offers.with(ActionName::Choose) };
                match &facts.notifications {
                    // Its subscription may be another one by now.
                    Some(Notifications { on: true, .. }) => {
                        offers.with(ActionName::Subscribe).with(ActionName::Unsubscribe)
                    }
                    Some(Notifications { on: false, .. }) => offers.with(ActionName::Subscribe),
                    None => offers,
                }
            }
            Self::Approve(looking) => approval::offers_to_look_at(looking),
            Self::AccountSecurity(_) => policy::offers(facts),
            Self::DeniedMembers(_) => denied_members::offers(facts),
            Self::DenyReview(_) => denied_members::review_offers(facts),
            Self::PolicyReview(_) => policy::review_offers(facts),
            Self::Notice(notice) => notice.offers(facts),
            Self::Complete(_) | Self::Ended(_) => offers,
        }
    }
}

impl Notice {
    fn offers(&self, facts: &Facts) -> Offers {
        let offers = Offers::default();
        match self {
            Self::NoWorkspace { .. } => with_organisation(offers.with(ActionName::Back), facts),
            Self::EmailRestricted { back, .. } if matches!(**back, Stage::Identify { .. }) => {
                with_organisation(offers.with(ActionName::Back), facts)
            }
            Self::EmailRestricted { .. } | Self::SecondFactorMissing(_) | Self::RequestEnded { .. } => {
                offers.with(ActionName::Back)
            }
            Self::NotAdministrator(_) => offers.with(ActionName::Done),
            Self::ApprovalEnded { waiting, .. } => {
                let offers = offers.with(ActionName::Resend).with(ActionName::Back);
                if waiting.has_other_way(facts) { offers.with(ActionName::UseOther) } else { offers }
            }
            Self::AccountSuspended { first, .. } => match first {
                First::Password(Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Proof(_))
                | First::Phone { .. }
                | First::Passkey
                | First::QuickLogin(_)
                | First::Provider(_) => with_organisation(offers.with(ActionName::Back), facts),
                First::Password(Way::Organisation) => offers.with(ActionName::UseEmail).with(ActionName::Back),
            },
            Self::MethodNotAllowed { first, .. } => {
                let by_email = takes(facts, |workspace| workspace.email_entry);
                let by_organisation = takes(facts, Workspace::takes_organisation_way);
                let may = |offers: Offers, name, is_allowed| if is_allowed { offers.with(name) } else { offers };
                let offers = match first {
                    First::Password(Way::Email(_)) => may(offers, ActionName::UseOrganisation, by_organisation),
                    First::Password(Way::Organisation | Way::Listed(_)) => may(offers, ActionName::UseEmail, by_email),
                    First::Password(Way::Link(_) | Way::Proof(_)) => offers,
                    First::Phone { .. } | First::Passkey | First::Provider(_) | First::QuickLogin(_) => {
                        let offers = may(offers, ActionName::UseEmail, by_email);
                        may(offers, ActionName::UseOrganisation, by_organisation)
                    }
                };
                offers.with(ActionName::Back)
            }
            Self::Joined(_) => offers.with(ActionName::Start),
            Self::AlreadyMember { .. } => offers.with(ActionName::SignIn).with(ActionName::Back),
            Self::BadInvitation(BadInvitation { joined: Some(_), .. }) => {
                offers.with(ActionName::SignIn).with(ActionName::UseEmail)
            }
            Self::BadInvitation(BadInvitation { joined: None, .. }) => {
                with_organisation(offers.with(ActionName::UseEmail), facts)
            }
            Self::ResetRequested { .. } | Self::IdNotFound { .. } | Self::ProviderNotLinked { .. } => {
                offers.with(ActionName::Back)
            }
            Self::BadResetLink { .. } => offers.with(ActionName::Forgot).with(ActionName::UseEmail),
        }
    }
}

fn with_organisation(offers: Offers, facts: &Facts) -> Offers {
    if facts.organisation_way { offers.with(ActionName::UseOrganisation) } else { offers }
}

fn with_providers(offers: Offers, facts: &Facts) -> Offers {
    if provider::may_use(facts) { offers.with(ActionName::UseProvider) } else { offers }
}

/// What can be done with the accounts that are remembered here, and with those that were a moment ago (FEATURES L6).
fn with_accounts(offers: Offers, facts: &Facts) -> Offers {
    let any = |is: fn(&KnownAccount) -> bool| facts.accounts.iter().any(is);
    let ways = [
        (ActionName::Choose, any(|account| !account.forgotten)),
        // What the host's apps share is no browser's to change.
        (ActionName::Forget, any(|account| !account.forgotten && !account.shared)),
        (ActionName::Restore, any(|account| account.forgotten)),
    ];
    ways.into_iter().filter(|(_, is_open)| *is_open).fold(offers, |offers, (way, _)| offers.with(way))
}

/// Whether a passkey can stand in for the password. Where the ID is settled, only if there is one.
fn may_unlock(way: &Way, facts: &Facts) -> bool {
    let is_allowed = match way {
        Way::Proof(_) => true,
        Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Organisation => {
            takes(facts, |workspace| workspace.device_unlock)
        }
    };
    facts.knows_passkeys && is_allowed && facts.has_passkey.unwrap_or(true)
}

/// Whether the member's own phone can be asked. Whose it is has to be settled.
fn may_ask_phone(way: &Way, facts: &Facts) -> bool {
    let is_settled = matches!(way, Way::Email(_) | Way::Link(_) | Way::Listed(_));
    is_settled
        && facts.knows_passkeys
        && takes(facts, |workspace| workspace.device_unlock)
        && facts.has_device.unwrap_or(true)
}

/// Another factor, where there is another than the one at hand.
fn with_other_factors(offers: Offers, facts: &Facts) -> Offers {
    if facts.factors.len() > 1 { offers.with(ActionName::UseOther) } else { offers }
}

fn takes(facts: &Facts, allows: fn(&Workspace) -> bool) -> bool {
    facts.workspace.as_ref().is_some_and(allows)
}

/// `back`: the step before, with what was entered there.
pub fn back(stage: &Stage, facts: &Facts) -> Next {
    let before = match stage {
        Stage::Organisation { .. } => Some(Stage::Identify { identifier: None }),
        Stage::Code(SentCode { purpose: Purpose::SecondFactor(entering), .. }) => Some(before_factor(entering, facts)),
        Stage::AuthenticatorCode(entering) | Stage::Passkey(Unlocking::Second(entering)) => {
            Some(before_factor(entering, facts))
        }
        Stage::Passkey(Unlocking::First(stage)) => Some(stage.chosen_at()),
        Stage::RegisterDevice(new) => Some(new.asked_at()),
        Stage::Passkey(Unlocking::Proof(whose))
        | Stage::Sessions(whose)
        | Stage::SetPin(NewPin { whose, .. })
        | Stage::TrustedDevices(whose) => Some(Stage::Security(whose.clone())),
        Stage::Code(SentCode { to, purpose, .. }) => Some(purpose.asked_at(to)),
        Stage::RecoveryCode(entering) => Some(Stage::ChooseFactor(entering.clone())),
        Stage::ChooseFactor(entering) => Some(second_factor::before(entering)),
        Stage::EnrolContact(form) => Some(second_factor::before_enrolment(&form.entering)),
        Stage::EnrolAuthenticator(new) => {
            Some(Stage::EnrolContact(ContactToSave { entering: new.entering.clone(), identifier: None }))
        }
        Stage::Waiting(waiting) => Some(waiting.before()),
        Stage::RecoveryKey(waiting) => Some(Stage::Waiting(waiting.clone())),
        Stage::Approve(Looking { whose, .. }) => Some(Stage::Approvals(whose.clone())),
        Stage::PolicyReview(review) => Some(Stage::AccountSecurity(review.form.clone())),
        Stage::DeniedMembers(DenyForm { whose, .. }) => {
            Some(Stage::AccountSecurity(PolicyForm { whose: whose.clone(), draft: AccountPolicy::default() }))
        }
        Stage::DenyReview(review) => Some(Stage::DeniedMembers(review.form.clone())),
        Stage::Provider(leaving) => Some(leaving.from.before()),
        Stage::ExternalIdentities(whose) | Stage::LinkPhone(PhoneForm { whose, .. }) => {
            Some(Stage::Security(whose.clone()))
        }
        Stage::PhoneTaken(taken) => Some(Stage::LinkPhone(PhoneForm { whose: taken.whose.clone(), identifier: None })),
        Stage::ChooseAccount(_) => Some(Stage::Identify { identifier: None }),
        Stage::ChooseWorkspace { verified } => Some(Stage::Identify { identifier: Some(verified.typed().into()) }),
        Stage::Password(PasswordStage { way, .. }) => Some(before_password(way, facts)),
        Stage::CreateAccount(form) => Some(Stage::Invitation(form.invited.clone())),
        Stage::RequestReset(form) => Some((*form.back).clone()),
        Stage::NewPassword(NewPasswordStage { proof, whose }) => match proof {
            Proof::Settings => Some(Stage::Security(whose.clone())),
            Proof::Expired(before) => Some(Stage::Password(before.clone())),
            Proof::Mailbox(address) => Some(choice(address, 2, facts)),
            Proof::ResetLink(_) | Proof::Invitation(_) => None,
        },
        Stage::RegisterId(form) => Some(match &form.by {
            ProvenBy::Mailbox(address) => choice(address, 2, facts),
            ProvenBy::Settings => Stage::Security(form.whose.clone()),
        }),
        Stage::FindId(ContactForm { workspace, .. }) | Stage::FoundIds { workspace, .. } => {
            Some(find_id::password(workspace))
        }
        Stage::Notice(notice) => match notice {
            Notice::IdNotFound { workspace, to } => {
                Some(Stage::FindId(ContactForm { workspace: workspace.clone(), identifier: Some(to.clone()) }))
            }
            Notice::NoWorkspace { address } => Some(identify(address)),
            Notice::EmailRestricted { back, .. } | Notice::ResetRequested { back, .. } => Some((**back).clone()),
            Notice::SecondFactorMissing(entering) => Some(second_factor::before(entering)),
            Notice::ApprovalEnded { waiting, .. } => Some(waiting.before()),
            Notice::RequestEnded { whose, .. } => Some(Stage::Approvals(whose.clone())),
            Notice::AccountSuspended { first: First::Password(way), .. } => Some(before_password(way, facts)),
            // The forbidden workspace is no longer listed, so one that is left is a choice.
            Notice::MethodNotAllowed { first: First::Password(Way::Email(address)), .. } => {
                Some(choice(address, 1, facts))
            }
            Notice::MethodNotAllowed { first: First::Password(way), .. } => Some(before_password(way, facts)),
            // A number opens the workspaces that it is linked in, and there is no way to choose another from here.
            Notice::AccountSuspended { first: First::Phone { typed, .. }, .. }
            | Notice::MethodNotAllowed { first: First::Phone { typed, .. }, .. } => {
                Some(Stage::Identify { identifier: Some(typed.clone()) })
            }
            Notice::ProviderNotLinked { from, .. } => Some(from.before()),
            Notice::AccountSuspended { first: First::Passkey | First::Provider(_) | First::QuickLogin(_), .. }
            | Notice::MethodNotAllowed { first: First::Passkey | First::Provider(_) | First::QuickLogin(_), .. } => {
                Some(Stage::Identify { identifier: None })
            }
            Notice::AlreadyMember { form, .. } => Some(Stage::CreateAccount(form.clone())),
            Notice::Joined(_)
            | Notice::BadInvitation(_)
            | Notice::BadResetLink { .. }
            | Notice::NotAdministrator(_) => None,
        },
        Stage::Identify { .. }
        | Stage::Invitation(_)
        | Stage::RecoveryCodes(_)
        | Stage::Link(_)
        | Stage::Security(_)
        | Stage::QuickLogin(_)
        | Stage::Approved(_)
        | Stage::NewRecoveryKey(_)
        | Stage::Approvals(_)
        | Stage::AccountSecurity(_)
        | Stage::Complete(_)
        | Stage::Ended(_) => None,
    };
    before.map_or_else(Next::unavailable, Next::to)
}

/// The list of factors, where there was one to choose from; else the first factor.
fn before_factor(entering: &Entering, facts: &Facts) -> Stage {
    match second_factor::asked(&facts.factors, Saved::Something, Profiles::Own) {
        Asked::Choice => Stage::ChooseFactor(entering.clone()),
        Asked::Only(_) | Asked::Enrolment | Asked::Missing => second_factor::before(entering),
    }
}

fn before_password(way: &Way, facts: &Facts) -> Stage {
    match way {
        Way::Email(address) => choice(address, 2, facts),
        Way::Link(address) => identify(address),
        Way::Listed(_) => Stage::Identify { identifier: None },
        Way::Organisation => Stage::Organisation { organisation: organisation(facts) },
        Way::Proof(whose) => Stage::Security(whose.clone()),
    }
}

fn identify(address: &Address) -> Stage {
    Stage::Identify { identifier: Some(address.typed.clone()) }
}

/// The choice of workspaces, if there are so many.
fn choice(address: &Address, from: usize, facts: &Facts) -> Stage {
    if facts.memberships.len() >= from {
        Stage::ChooseWorkspace { verified: Contact::Email(address.clone()) }
    } else {
        identify(address)
    }
}

fn organisation(facts: &Facts) -> Option<String> {
    facts.workspace.as_ref().and_then(|workspace| workspace.organisation_id.clone())
}

/// `use_organisation`: with the ID filled in where the way led away from that organisation's own workspace.
pub fn use_organisation(facts: &Facts) -> Next {
    Next::to(Stage::Organisation { organisation: organisation(facts) })
}

/// `use_email`.
pub fn use_email() -> Next {
    Next::to(Stage::Identify { identifier: None })
}
