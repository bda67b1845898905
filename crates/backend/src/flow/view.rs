//! A stored flow as it goes over the wire. It refuses to decide anything.

use daemun_protocol::{
    Account, ActionName, Channel, Destination, EndReason, Flow, Kind, KnownAccounts, Message, MessageCode, NoticeCode,
    NumberToMatch, Offer, Params, PasswordRules, Poll, PublicKeyOptions, Restart, Severity, Status, Step, StepState,
    Timestamp,
};

use super::approval::{Asks, Looking, POLL_INTERVAL, Waiting};
use super::code::{Purpose, SentCode};
use super::denied_members::{DenyForm, DenyReview};
use super::join::{InvitationTrouble, Joined};
use super::new_password::{NewPasswordStage, Whose};
use super::passkey::Unlocking;
use super::phone::{PhoneForm, TakenNumber};
use super::policy::{PolicyForm, PolicyReview};
use super::provider::{From, Leaving};
use super::quick_login::{NewPin, QuickLogin};
use super::register_id::IdForm;
use super::reset::ResetLinkTrouble;
use super::second_factor;
use super::security_link::LinkStage;
use super::settings::{self, NewDevice};
use super::sign_in::{PasswordStage, Way};
use super::{Completed, Ending, Entrance, Facts, Goal, Notice, Said, Shown, Stage, StoredFlow};
use crate::codes;
use crate::logo::LogoName;
use crate::password::PasswordPolicy;
use crate::relying_party::Ceremony;

/// The flow `id` as its browser sees it at `now`.
pub fn view(id: &str, flow: &StoredFlow, facts: &Facts, now: Timestamp, expires_at: Timestamp) -> Flow {
    Flow {
        id: id.into(),
        kind: flow.entrance.kind(),
        rev: flow.rev,
        server_time: now,
        expires_at,
        status: status(flow, facts, now),
        messages: messages(flow, facts, now),
        account: account(&flow.stage),
        workspace: facts.workspace.as_ref().map(|workspace| daemun_protocol::Workspace {
            id: workspace.id.clone(),
            name: workspace.name.clone(),
            logo: workspace.logo.as_ref().map(LogoName::path),
            accent: workspace.accent.as_ref().map(|accent| accent.as_str().into()),
        }),
    }
}

impl Entrance {
    /// What it is on the wire.
    pub const fn kind(self) -> Kind {
        match self {
            Self::SignIn => Kind::SignIn,
            Self::Join => Kind::Join,
            Self::Reset => Kind::Reset,
            Self::Link(_) => Kind::Link,
            Self::Security(_) => Kind::Security,
            Self::Approve(_) => Kind::Approve,
            Self::Policy(_) => Kind::Policy,
        }
    }

    /// What is begun after an end.
    const fn restart(self) -> Kind {
        match self {
            Self::SignIn | Self::Join | Self::Reset => Kind::SignIn,
            Self::Link(_) => Kind::Link,
            Self::Security(_) => Kind::Security,
            Self::Approve(_) => Kind::Approve,
            Self::Policy(_) => Kind::Policy,
        }
    }
}

fn status(flow: &StoredFlow, facts: &Facts, now: Timestamp) -> Status {
    let active = |step| Status::Active {
        step: StepState { id: flow.rev.to_string(), step },
        actions: flow.stage.offers(facts, now),
        poll: polls(&flow.stage).then_some(Poll { interval: POLL_INTERVAL }),
    };
    match &flow.stage {
        Stage::Identify { identifier } => active(Step::Identify {
            identifier: identifier.clone(),
            passkey: options(flow),
            accounts: KnownAccounts::new(&facts.accounts),
        }),
        Stage::Passkey(_) => active(Step::Passkey { options: options(flow).unwrap_or_else(nothing_to_ask) }),
        Stage::Security(_) => active(Step::Security { items: settings::items(facts) }),
        Stage::QuickLogin(QuickLogin { key, challenge, .. }) => {
            active(Step::QuickLogin { key: key.clone(), challenge: challenge.clone(), biometrics: options(flow) })
        }
        Stage::SetPin(NewPin { key, challenge, change, once, .. }) => {
            active(Step::SetPin { key: key.clone(), challenge: challenge.clone(), change: *change, once: *once })
        }
        Stage::Sessions(_) => active(Step::Sessions { sessions: facts.sessions.clone() }),
        Stage::TrustedDevices(_) => {
            active(Step::TrustedDevices { devices: facts.devices.clone(), accepted: facts.accepted.clone() })
        }
        Stage::RegisterDevice(NewDevice { kind, .. }) => {
            active(Step::RegisterDevice { kind: *kind, options: options(flow).unwrap_or_else(nothing_to_ask) })
        }
        Stage::Organisation { organisation } => active(Step::Organisation { organisation: organisation.clone() }),
        Stage::Code(SentCode { to, by, purpose, expires_at, .. }) => active(Step::Code {
            channel: by.channel(),
            sent_to: Some(to.typed().into()),
            length: codes::LENGTH,
            expires_at: Some(*expires_at),
            remember_days: match purpose {
                Purpose::SecondFactor(_) => remember_days(facts),
                Purpose::SignIn
                | Purpose::Enter { .. }
                | Purpose::Join(_)
                | Purpose::FindId { .. }
                | Purpose::Enrol(_)
                | Purpose::LinkPhone(_)
                | Purpose::Listed { .. }
                | Purpose::Link => None,
            },
        }),
        Stage::AuthenticatorCode(_) => active(Step::Code {
            channel: Channel::Authenticator,
            sent_to: None,
            length: codes::LENGTH,
            expires_at: None,
            remember_days: remember_days(facts),
        }),
        Stage::ChooseFactor(_) => active(Step::ChooseFactor { factors: facts.factors.clone() }),
        Stage::RecoveryCode(_) => active(Step::RecoveryCode { left: facts.recovery_codes_left }),
        Stage::EnrolContact(form) => active(Step::EnrolContact {
            identifier: form.identifier.clone(),
            channels: second_factor::channels_to_save(&form.entering.first, &facts.channels),
        }),
        Stage::EnrolAuthenticator(_) => {
            let (key, uri) = match &facts.shown {
                Shown::Authenticator { key, uri } => (key.clone(), uri.clone()),
                Shown::Nothing | Shown::RecoveryCodes(_) | Shown::RecoveryKey(_) | Shown::Handoff(_) => {
                    Default::default()
                }
            };
            active(Step::EnrolAuthenticator { key, uri })
        }
        Stage::RecoveryCodes(_) => active(Step::RecoveryCodes {
            codes: match &facts.shown {
                Shown::RecoveryCodes(codes) => codes.clone(),
                Shown::Nothing | Shown::Authenticator { .. } | Shown::RecoveryKey(_) | Shown::Handoff(_) => Vec::new(),
            },
        }),
        Stage::Waiting(waiting) | Stage::Approved(waiting) => active(waiting_step(waiting, facts)),
        Stage::RecoveryKey(_) => active(Step::RecoveryKey),
        Stage::NewRecoveryKey(_) => active(Step::NewRecoveryKey {
            key: if let Shown::RecoveryKey(key) = &facts.shown { key.clone() } else { Default::default() },
        }),
        Stage::Approvals(_) => {
            active(Step::Approvals { requests: facts.requests.clone(), notifications: facts.notifications.clone() })
        }
        Stage::Approve(Looking { numbers, .. }) => match facts.requests.first() {
            Some(request) => {
                active(Step::Approve { request: request.clone(), numbers: numbers.iter().map(to_match).collect() })
            }
            None => active(Step::Notice { code: NoticeCode::RequestSettled, params: workspace_name(facts) }),
        },
        Stage::AccountSecurity(PolicyForm { draft, .. }) => {
            active(Step::AccountSecurity { policy: facts.policy, draft: *draft, log: facts.policy_log.clone() })
        }
        Stage::PolicyReview(PolicyReview { form, before, effects }) => {
            active(Step::PolicyReview { policy: *before, draft: form.draft, effects: effects.clone() })
        }
        Stage::Provider(Leaving { from, .. }) => active(Step::Provider {
            providers: facts.providers.clone(),
            go_to: facts.go_to.clone(),
            connects: matches!(from, From::Connect { .. }),
        }),
        Stage::DeniedMembers(form) => active(Step::DeniedMembers {
            provider: facts.provider_name.clone().unwrap_or_default(),
            identifier: form.identifier.clone(),
            members: facts.denied_members.clone(),
        }),
        Stage::DenyReview(review) => active(Step::DenyReview {
            provider: facts.provider_name.clone().unwrap_or_default(),
            name: review.name.clone(),
            identifier: review.identifier.clone(),
            effects: review.effects.clone(),
        }),
        Stage::LinkPhone(form) => active(Step::LinkPhone {
            identifier: form.identifier.clone(),
            profile: facts.own.as_ref().and_then(|own| own.profile_number.clone()),
        }),
        Stage::PhoneTaken(taken) => active(Step::PhoneTaken { number: taken.number.masked() }),
        Stage::ExternalIdentities(_) => active(Step::ExternalIdentities { identities: facts.identities.clone() }),
        Stage::ChooseAccount(_) => active(Step::ChooseWorkspace {
            verified: facts.provider_name.clone().unwrap_or_default(),
            provider: facts.provider_name.clone(),
            workspaces: facts.memberships.clone(),
        }),
        Stage::ChooseWorkspace { verified } => active(Step::ChooseWorkspace {
            verified: verified.typed().into(),
            provider: None,
            workspaces: facts.memberships.clone(),
        }),
        Stage::Password(PasswordStage { way, .. }) => {
            let masked = matches!(way, Way::Listed(_));
            active(Step::Password { identifier: settled_id(way), masked })
        }
        Stage::Invitation(invited) => active(Step::Invitation { inviter: invited.inviter.clone() }),
        Stage::CreateAccount(form) => active(Step::CreateAccount {
            name: entered(&form.name),
            email: entered(&form.email),
            terms: form.terms.clone(),
            rules: rules(facts),
        }),
        Stage::RequestReset(form) => active(Step::RequestReset { name: form.name.clone(), email: form.email.clone() }),
        Stage::NewPassword(NewPasswordStage { whose, proof }) => active(Step::NewPassword {
            identifier: whose.identifier.clone(),
            reason: proof.reason(),
            rules: proof.asks(policy(facts)).rules(),
        }),
        Stage::RegisterId(form) => {
            active(Step::RegisterId { identifier: form.identifier.clone(), rules: rules(facts) })
        }
        Stage::FindId(form) => {
            let found_by = |channel: &Channel| matches!(channel, Channel::Email | Channel::Sms);
            let channels = facts.channels.iter().copied().filter(found_by).collect();
            active(Step::FindId { identifier: form.identifier.clone(), channels })
        }
        Stage::FoundIds { ids, .. } => active(Step::FoundIds { ids: ids.clone() }),
        Stage::Link(LinkStage::Address { email }) => active(Step::LinkAddress { email: email.clone() }),
        Stage::Link(LinkStage::Dead(trouble)) => {
            active(Step::Notice { code: trouble.code(), params: Params::default() })
        }
        Stage::Link(LinkStage::Opened { redirect_to }) => {
            Status::Complete(Destination::Page { redirect_to: redirect_to.clone() })
        }
        Stage::Notice(notice) => active(notice_step(notice, facts)),
        Stage::Complete(Completed { goal: Goal::RedirectTo(redirect_to), .. }) => {
            Status::Complete(Destination::Page { redirect_to: redirect_to.clone() })
        }
        Stage::Complete(Completed { goal: Goal::Handoff(_), .. }) => Status::Complete(Destination::Host {
            handoff: if let Shown::Handoff(code) = &facts.shown { code.clone() } else { Default::default() },
        }),
        Stage::Ended(Ending::Cancelled) => ended(EndReason::Cancelled, flow.entrance),
        Stage::Ended(Ending::Declined) => ended(EndReason::Declined, flow.entrance),
        Stage::Ended(Ending::Left) => ended(EndReason::Left, flow.entrance),
        Stage::Ended(Ending::SignedOut) => signed_out(),
    }
}

/// Whether somebody else can change what is shown.
const fn polls(stage: &Stage) -> bool {
    matches!(
        stage,
        Stage::Waiting(_) | Stage::Approved(_) | Stage::RecoveryKey(_) | Stage::Approvals(_) | Stage::Approve(_)
    )
}

fn waiting_step(waiting: &Waiting, facts: &Facts) -> Step {
    let (expires_at, qr) = (waiting.expires_at, facts.qr.clone());
    match &waiting.asks {
        Asks::OwnPhone { number, .. } => Step::MatchNumber { number: number.clone(), expires_at, qr },
        Asks::NewDevice { asked, .. } => Step::WaitApproval { asked: *asked, expires_at, qr },
    }
}

fn to_match((number, ceremony): &(String, Ceremony)) -> NumberToMatch {
    NumberToMatch { number: number.clone(), options: PublicKeyOptions::new(ceremony.options.clone()) }
}

/// What the authenticator is asked at this step.
fn options(flow: &StoredFlow) -> Option<PublicKeyOptions> {
    let (rev, ceremony) = flow.ceremony.as_ref()?;
    (*rev == flow.rev).then(|| PublicKeyOptions::new(ceremony.options.clone()))
}

/// No step is without a question; a browser refuses this one.
fn nothing_to_ask() -> PublicKeyOptions {
    PublicKeyOptions::new(r#"{"challenge":""}"#)
}

/// The end of settings whose member is signed in no longer: signing in comes first.
pub fn signed_out() -> Status {
    Status::Ended { reason: EndReason::SignedOut, restart: Some(Restart { kind: Kind::SignIn }) }
}

fn remember_days(facts: &Facts) -> Option<u32> {
    let may = facts.workspace.as_ref().is_some_and(|workspace| workspace.remember_browser);
    may.then_some(second_factor::REMEMBER_DAYS)
}

fn entered(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.into())
}

/// What the workspace asks of a new password.
fn rules(facts: &Facts) -> PasswordRules {
    policy(facts).rules()
}

fn policy(facts: &Facts) -> PasswordPolicy {
    facts.workspace.as_ref().map_or(PasswordPolicy::DEFAULT, |workspace| workspace.passwords)
}

/// The end of a flow that can be begun anew.
pub fn ended(reason: EndReason, entrance: Entrance) -> Status {
    Status::Ended { reason, restart: Some(Restart { kind: entrance.restart() }) }
}

fn notice_step(notice: &Notice, facts: &Facts) -> Step {
    let to = |to: &str| Params { to: Some(to.into()), ..Params::default() };
    let workspace = || workspace_name(facts);
    let (code, params) = match notice {
        Notice::NoWorkspace { address } => (NoticeCode::NoWorkspace, to(&address.typed)),
        Notice::EmailRestricted { to: restricted, until, .. } => {
            (NoticeCode::EmailRestricted, Params { until: Some(*until), ..to(restricted) })
        }
        Notice::AccountSuspended { .. } => (NoticeCode::AccountSuspended, workspace()),
        Notice::MethodNotAllowed { .. } => (NoticeCode::MethodNotAllowed, workspace()),
        Notice::Joined(_) => (NoticeCode::Joined, workspace()),
        Notice::AlreadyMember { address, .. } => {
            (NoticeCode::AlreadyMember, Params { to: Some(address.typed.clone()), ..workspace() })
        }
        Notice::BadInvitation(bad) => (
            match bad.trouble {
                InvitationTrouble::Unknown => NoticeCode::InvitationUnknown,
                InvitationTrouble::Expired => NoticeCode::InvitationExpired,
                InvitationTrouble::Revoked => NoticeCode::InvitationRevoked,
                InvitationTrouble::Used => NoticeCode::InvitationUsed,
                InvitationTrouble::Full => NoticeCode::WorkspaceFull,
            },
            workspace(),
        ),
        Notice::ProviderNotLinked { .. } => {
            (NoticeCode::ProviderNotLinked, Params { provider: facts.provider_name.clone(), ..workspace() })
        }
        Notice::IdNotFound { to: asked, .. } => (NoticeCode::IdNotFound, to(asked)),
        Notice::SecondFactorMissing(_) => (NoticeCode::SecondFactorMissing, workspace()),
        Notice::ApprovalEnded { how, .. } => (how.code(), Params::default()),
        Notice::RequestEnded { how, .. } => (how.code(), workspace()),
        Notice::NotAdministrator(_) => (NoticeCode::NotAdministrator, workspace()),
        Notice::ResetRequested { to: asked, .. } => (NoticeCode::ResetRequested, to(asked)),
        Notice::BadResetLink { trouble, .. } => (
            match trouble {
                ResetLinkTrouble::Unknown => NoticeCode::ResetLinkUnknown,
                ResetLinkTrouble::Expired => NoticeCode::ResetLinkExpired,
                ResetLinkTrouble::Used => NoticeCode::ResetLinkUsed,
            },
            workspace(),
        ),
    };
    Step::Notice { code, params }
}

fn workspace_name(facts: &Facts) -> Params {
    Params { workspace: facts.workspace.as_ref().map(|workspace| workspace.name.clone()), ..Params::default() }
}

fn settled_id(way: &Way) -> Option<String> {
    match way {
        Way::Email(address) | Way::Link(address) => Some(address.typed.clone()),
        Way::Listed(listed) => Some(listed.masked()),
        Way::Proof(whose) => Some(whose.identifier.clone()),
        Way::Organisation => None,
    }
}

fn account(stage: &Stage) -> Option<Account> {
    let known = |whose: &Whose| Account { identifier: whose.identifier.clone(), name: Some(whose.name.clone()) };
    if let Some(entering) = stage.entering().or_else(|| stage.newcomer()) {
        return Some(known(&entering.whose));
    }
    if let Stage::Passkey(unlocking) = stage
        && let Some(whose) = unlocking.whose()
    {
        return Some(known(whose));
    }
    if let Stage::NewRecoveryKey(new) = stage {
        return Some(known(new.whose()));
    }
    if let Stage::Password(PasswordStage { way, .. }) | Stage::Passkey(Unlocking::First(PasswordStage { way, .. })) =
        stage
    {
        {
            let name = if let Way::Listed(listed) = way { Some(listed.name.clone()) } else { None };
            settled_id(way).map(|identifier| Account { identifier, name })
        }
    } else if let Stage::NewPassword(NewPasswordStage { whose, .. })
    | Stage::RegisterId(IdForm { whose, .. })
    | Stage::Security(whose)
    | Stage::QuickLogin(QuickLogin { whose, .. })
    | Stage::SetPin(NewPin { whose, .. })
    | Stage::Sessions(whose)
    | Stage::TrustedDevices(whose)
    | Stage::ExternalIdentities(whose)
    | Stage::LinkPhone(PhoneForm { whose, .. })
    | Stage::PhoneTaken(TakenNumber { whose, .. })
    | Stage::DeniedMembers(DenyForm { whose, .. })
    | Stage::DenyReview(DenyReview { form: DenyForm { whose, .. }, .. })
    | Stage::Provider(Leaving { from: From::Connect { whose, .. }, .. })
    | Stage::Approvals(whose)
    | Stage::Approve(Looking { whose, .. })
    | Stage::AccountSecurity(PolicyForm { whose, .. })
    | Stage::PolicyReview(PolicyReview { form: PolicyForm { whose, .. }, .. })
    | Stage::Notice(Notice::NotAdministrator(whose) | Notice::RequestEnded { whose, .. })
    | Stage::RegisterDevice(NewDevice { whose, .. })
    | Stage::Notice(Notice::Joined(Joined { whose, .. })) = stage
    {
        Some(known(whose))
    } else if let Stage::Complete(Completed { identifier, name, .. }) = stage {
        Some(Account { identifier: identifier.clone(), name: Some(name.clone()) })
    } else {
        None
    }
}

fn messages(flow: &StoredFlow, facts: &Facts, now: Timestamp) -> Vec<Message> {
    let said = flow.said.iter().map(|said| match said {
        Said::CodeSent { to } => Message {
            code: MessageCode::CodeSent,
            params: Params { to: Some(to.clone()), ..Params::default() },
            severity: Severity::Info,
        },
        Said::CodeSentAgain { to } => Message {
            code: MessageCode::CodeSentAgain,
            params: Params { to: Some(to.clone()), ..Params::default() },
            severity: Severity::Info,
        },
        Said::ReturnNotAllowed => {
            Message { code: MessageCode::ReturnNotAllowed, params: Params::default(), severity: Severity::Warning }
        }
        Said::PasswordChanged => {
            Message { code: MessageCode::PasswordChanged, params: Params::default(), severity: Severity::Success }
        }
        Said::SecondFactorRequired => {
            Message { code: MessageCode::SecondFactorRequired, params: workspace_name(facts), severity: Severity::Info }
        }
        Said::LinkLeft => {
            Message { code: MessageCode::LinkLeft, params: Params::default(), severity: Severity::Warning }
        }
        Said::DeviceRegistered => done(MessageCode::DeviceRegistered),
        Said::PolicySaved => done(MessageCode::PolicySaved),
        Said::PolicyChangedMeanwhile => warning(MessageCode::PolicyChangedMeanwhile),
        Said::PolicyLocksOutMore => warning(MessageCode::PolicyLocksOutMore),
        Said::DeviceRemoved => done(MessageCode::DeviceRemoved),
        Said::SignedOutElsewhere => done(MessageCode::SignedOutElsewhere),
        Said::TwoFactorOn => done(MessageCode::TwoFactorOn),
        Said::TwoFactorOff => done(MessageCode::TwoFactorOff),
        Said::IdRegistered => done(MessageCode::IdRegistered),
        Said::QuickLoginOn => done(MessageCode::QuickLoginOn),
        Said::PinChanged => done(MessageCode::PinChanged),
        Said::QuickLoginOff => done(MessageCode::QuickLoginOff),
        Said::BiometricsOn => done(MessageCode::BiometricsOn),
        Said::BiometricsOff => done(MessageCode::BiometricsOff),
        Said::QuickLoginRevoked => warning(MessageCode::QuickLoginRevoked),
        Said::MethodNotAllowed { workspace } => Message {
            code: MessageCode::MethodNotAllowed,
            params: Params { workspace: Some(workspace.clone()), ..Params::default() },
            severity: Severity::Warning,
        },
        Said::MemberAsked { to } => Message {
            code: MessageCode::MemberAsked,
            params: Params { to: Some(to.clone()), ..Params::default() },
            severity: Severity::Info,
        },
        Said::ProviderCancelled { provider } => of_provider(MessageCode::ProviderCancelled, Severity::Info, provider),
        Said::ProviderDenied { provider } => of_provider(MessageCode::ProviderDenied, Severity::Warning, provider),
        Said::ProviderUnavailable { provider } => {
            of_provider(MessageCode::ProviderUnavailable, Severity::Error, provider)
        }
        Said::IdentityConnected { provider } => {
            of_provider(MessageCode::IdentityConnected, Severity::Success, provider)
        }
        Said::IdentityDisconnected { provider } => {
            of_provider(MessageCode::IdentityDisconnected, Severity::Success, provider)
        }
        Said::IdentityTaken { provider } => of_provider(MessageCode::IdentityTaken, Severity::Error, provider),
        Said::MemberDenied { name, provider } => about_member(MessageCode::MemberDenied, name, provider),
        Said::MemberAllowed { name, provider } => about_member(MessageCode::MemberAllowed, name, provider),
        Said::PhoneLinked => done(MessageCode::PhoneLinked),
        Said::PhoneUnlinked => done(MessageCode::PhoneUnlinked),
        Said::ContactsSaved { provider } => of_provider(MessageCode::ContactsSaved, Severity::Info, provider),
        Said::AdministratorAsked => {
            Message { code: MessageCode::AdministratorAsked, params: Params::default(), severity: Severity::Info }
        }
    });
    let restriction = if let Stage::Password(stage) = &flow.stage { stage.restricted_until } else { None };
    let restricted = restriction.filter(|until| *until > now).map(|until| Message {
        code: MessageCode::SignInRestricted,
        params: Params { until: Some(until), ..Params::default() },
        severity: Severity::Error,
    });
    let missing = if let Stage::TrustedDevices(_) = &flow.stage { settings::missing(facts) } else { None };
    let missing = missing.map(|code| Message { code, params: workspace_name(facts), severity: Severity::Info });
    said.chain(restricted).chain(missing).collect()
}

/// `provider` is its name.
fn of_provider(code: MessageCode, severity: Severity, provider: &str) -> Message {
    Message { code, params: Params { provider: Some(provider.into()), ..Params::default() }, severity }
}

fn about_member(code: MessageCode, name: &str, provider: &str) -> Message {
    let params = Params { to: Some(name.into()), provider: Some(provider.into()), ..Params::default() };
    Message { code, params, severity: Severity::Success }
}

fn done(code: MessageCode) -> Message {
    Message { code, params: Params::default(), severity: Severity::Success }
}

fn warning(code: MessageCode) -> Message {
    Message { code, params: Params::default(), severity: Severity::Warning }
}

/// A number that changes when the flow as its browser sees it does, and not by the passing of time alone.
/// It is what the weak `ETag` is made of (RFC 9110 §8.8.1).
pub fn likeness(flow: &Flow) -> String {
    let mut still = flow.clone();
    still.server_time = Timestamp::default();
    if let Status::Active { actions, .. } = &mut still.status {
        let deadlines: Vec<(ActionName, Offer)> = actions.iter().collect();
        for (name, offer) in deadlines {
            // That there is a wait, not how long it still is; its end is in what the step or a message says.
            *actions = actions.clone().with_offer(name, Offer { available_in: offer.available_in.map(|_| 1), ..offer });
        }
    }
    let json = serde_json::to_vec(&still).unwrap_or_default();
    crate::server_key::short_digest(&json)
}
