//! The golden files: every message is written as its file says, every file reads as its message, and no variant is without one.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;

use daemun_protocol::{
    Act, Action, ActionName, Begin, Channel, Destination, Discovery, EndReason, FactorKind, FieldCode, Flow,
    HostSession, Kind, Message, MessageCode, NewPasswordReason, NoticeCode, Platform, Problem, ProblemCode, Redeemed,
    Redemption, SecurityItem, SettingReason, Severity, Share, SignInMethod, Status, Step, StepKind, TermsId,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::goldens::{self, Golden, Host, Wire};
use crate::paper;

#[test]
fn each_message_is_written_as_its_golden_file() {
    let goldens = goldens::all();
    let names: BTreeSet<String> = goldens.iter().map(|golden| format!("{}.json", golden.name)).collect();
    assert_eq!(names.len(), goldens.len(), "two golden files have one name");
    paper::hold(goldens.iter().map(|golden| {
        let path = paper::path(&format!("golden/{}.json", golden.name));
        (path, golden.wire.json())
    }));
    for entry in fs::read_dir(paper::path("golden")).unwrap() {
        let path = entry.unwrap().path();
        if !names.contains(path.file_name().unwrap().to_str().unwrap()) {
            paper::refuse(&path);
        }
    }
}

#[test]
fn each_golden_file_reads_as_its_message() {
    if paper::is_blessing() {
        return;
    }
    for Golden { name, wire } in goldens::all() {
        let json = paper::text(&paper::path(&format!("golden/{name}.json"))).unwrap_or_default();
        match wire {
            Wire::Discovery(discovery) => {
                assert_eq!(read::<Discovery>(&name, &json), discovery, "{name}");
                // The app reads it by the other reader.
                assert_eq!(Discovery::read(&read::<Value>(&name, &json)), Ok(discovery), "{name}");
            }
            Wire::Begin(begin) => assert_eq!(read::<Begin>(&name, &json), begin, "{name}"),
            Wire::Host(Host::Redemption(said)) => assert_eq!(read::<Redemption>(&name, &json), said, "{name}"),
            Wire::Host(Host::Redeemed(said)) => assert_eq!(read::<Redeemed>(&name, &json), said, "{name}"),
            Wire::Host(Host::Session(said)) => assert_eq!(read::<HostSession>(&name, &json), said, "{name}"),
            Wire::Act(step, action, act) => {
                let read = read::<Act>(&name, &json);
                assert_eq!(read, *act, "{name}");
                assert_eq!(Action::from_wire(step, action.name(), read.input), Ok(action), "{name}");
            }
            Wire::Flow(flow) => assert_eq!(read::<Flow>(&name, &json), *flow, "{name}"),
            Wire::Problem(problem) => assert_eq!(read::<Problem>(&name, &json), *problem, "{name}"),
        }
    }
}

fn read<T: DeserializeOwned>(name: &str, json: &str) -> T {
    match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => panic!("golden/{name}.json cannot be read: {error}"),
    }
}

/// Lists the variants of an enum. One that is in neither list stops this from compiling; what is not sent is never written.
macro_rules! variants {
    ($enum:ident { $($sent:ident),+ $(,)? } $(, not sent: $unsent:ident)?) => {
        Variants {
            of: stringify!($enum),
            all: &[$(stringify!($sent)),+],
            name: |value: &$enum| match value {
                $($enum::$sent { .. } => stringify!($sent),)+
                $($enum::$unsent { .. } => stringify!($unsent),)?
            },
        }
    };
}

struct Variants<T> {
    of: &'static str,
    all: &'static [&'static str],
    name: fn(&T) -> &'static str,
}

impl<T: Debug> Variants<T> {
    fn are_all_among(&self, values: impl IntoIterator<Item = T>) {
        let seen: BTreeSet<&str> = values.into_iter().map(|value| (self.name)(&value)).collect();
        let missing: Vec<&&str> = self.all.iter().filter(|variant| !seen.contains(**variant)).collect();
        assert!(missing.is_empty(), "{}::{missing:?} has no golden: add one to tests/papers/goldens", self.of);
    }
}

#[test]
fn each_variant_of_a_flow_has_a_golden() {
    let wires: Vec<Wire> = goldens::all().into_iter().map(|golden| golden.wire).collect();
    let flows: Vec<&Flow> = wires.iter().filter_map(Wire::flow).collect();
    let steps: Vec<&Step> = flows.iter().filter_map(|flow| step(flow)).collect();
    let messages: Vec<&Message> = flows.iter().flat_map(|flow| &flow.messages).collect();

    variants!(Status { Active, Complete, Ended }, not sent: Unknown)
        .are_all_among(flows.iter().map(|f| f.status.clone()));
    variants!(Destination { Page, Host }).are_all_among(flows.iter().filter_map(|flow| match &flow.status {
        Status::Complete(to) => Some(to.clone()),
        Status::Active { .. } | Status::Ended { .. } | Status::Unknown => None,
    }));
    variants!(EndReason { Expired, Cancelled, Declined, Left, SignedOut }, not sent: Unknown)
        .are_all_among(flows.iter().filter_map(|flow| reason(flow)));
    variants!(Kind { SignIn, Join, Reset, Link, Security, Approve, Policy }, not sent: Unknown)
        .are_all_among(flows.iter().map(|flow| flow.kind.clone()));
    variants!(
        Step {
            Identify, Organisation, Code, ChooseWorkspace, Password, Invitation, CreateAccount, RequestReset, NewPassword,
            RegisterId, FindId, FoundIds, ChooseFactor, EnrolContact, EnrolAuthenticator, RecoveryCodes, RecoveryCode,
            LinkAddress, Passkey, Security, QuickLogin, SetPin, Sessions, TrustedDevices, RegisterDevice, MatchNumber, WaitApproval, RecoveryKey, NewRecoveryKey,
            Approvals, Approve, AccountSecurity, PolicyReview, Provider, ExternalIdentities, LinkPhone, PhoneTaken,
            DeniedMembers, DenyReview, Notice,
        },
        not sent: Unknown
    )
    .are_all_among(steps.iter().copied().cloned());
    step_kinds().are_all_among(steps.iter().filter_map(|step| step.kind()));
    variants!(SecurityItem { Password, Phone, Identities, Devices, TwoFactor, QuickLogin, Sessions })
        .are_all_among(steps.iter().flat_map(|step| security_items(step)));
    variants!(SettingReason { NotAllowed, ManagedProfile, NotAvailable, Required, PasswordMissing, AppOnly }, not sent: Unknown)
        .are_all_among(steps.iter().flat_map(|step| security_items(step)).filter_map(|item| missing(&item)));
    variants!(Channel { Email, Sms, Notification, Authenticator })
        .are_all_among(steps.iter().filter_map(|step| code_channel(step)));
    variants!(SignInMethod { Password, Code, Passkey, Mobile, Provider }, not sent: Unknown)
        .are_all_among(steps.iter().flat_map(|step| methods(step)));
    variants!(FactorKind { Email, Sms, Authenticator, RecoveryCode, Passkey })
        .are_all_among(steps.iter().flat_map(|step| factors(step)));
    variants!(NewPasswordReason { Reset, Expired, Invited, Changed }, not sent: Unknown)
        .are_all_among(steps.iter().filter_map(|step| new_password_reason(step)));
    variants!(
        NoticeCode {
            NoWorkspace, EmailRestricted, AccountSuspended, MethodNotAllowed, Joined, AlreadyMember, InvitationUnknown,
            InvitationExpired, InvitationRevoked, InvitationUsed, WorkspaceFull, ResetRequested, ResetLinkUnknown,
            ResetLinkExpired, ResetLinkUsed, IdNotFound, SecondFactorMissing, LinkUnknown, LinkExpired, LinkRevoked,
            ApprovalDenied, ApprovalExpired, ApprovalNumberWrong, ApprovalNotMe, RequestApproved, RequestDenied,
            RequestNumberWrong, RequestNotMe, RequestSettled, NotAdministrator, ProviderNotLinked,
        },
        not sent: Unknown
    )
    .are_all_among(steps.iter().filter_map(|step| notice(step)));
    variants!(
        MessageCode {
            CodeSent, CodeSentAgain, SignInRestricted, MethodNotAllowed, ReturnNotAllowed, PasswordChanged, LinkLeft,
            SecondFactorRequired, DeviceRegistered, DeviceRemoved, SignedOutElsewhere, TwoFactorOn, TwoFactorOff, QuickLoginOn,
            PinChanged, QuickLoginOff, BiometricsOn, BiometricsOff, QuickLoginRevoked, IdRegistered, AdministratorAsked, MemberAsked,
            PolicySaved, PolicyChangedMeanwhile, PolicyLocksOutMore,
            ProviderCancelled, ProviderDenied, ProviderUnavailable, IdentityConnected, IdentityDisconnected, IdentityTaken,
            ContactsSaved, PhoneLinked, PhoneUnlinked, MemberDenied, MemberAllowed,
        },
        not sent: Unknown
    )
    .are_all_among(messages.iter().map(|message| message.code.clone()));
    variants!(Severity { Success, Warning, Error, Info })
        .are_all_among(messages.iter().map(|message| message.severity));
    action_names().are_all_among(flows.iter().flat_map(|flow| offered(flow)));
}

#[test]
fn each_variant_of_a_request_has_a_golden() {
    let wires: Vec<Wire> = goldens::all().into_iter().map(|golden| golden.wire).collect();
    let begins: Vec<&Begin> = wires.iter().filter_map(begin).collect();

    variants!(Kind { SignIn, Join, Reset, Link, Security, Approve, Policy }, not sent: Unknown)
        .are_all_among(begins.iter().map(|begin| begin.kind.clone()));
    variants!(Action {
        SubmitIdentifier,
        SubmitOrganisation,
        SubmitCode,
        ChooseWorkspace,
        SubmitPassword,
        SubmitAccount,
        SubmitReset,
        SubmitNewPassword,
        SubmitId,
        SubmitContact,
        SubmitAddress,
        ChooseFactor,
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
        UsePasskey,
        SubmitPasskey,
        Register,
        RegisterKey,
        SubmitDevice,
        SubmitPin,
        RenameDevice,
        RemoveDevice,
        UseMobile,
        ShowQr,
        ChooseRequest,
        Approve,
        Deny,
        NotMe,
        AskMember,
        AskAdmin,
        UseRecoveryKey,
        Subscribe,
        Unsubscribe,
        ReissueRecoveryKey,
        Review,
        Save,
        ShowDevices,
        ShowSessions,
        SignOutSession,
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
        Go,
        Return,
        ShowIdentities,
        Connect,
        Disconnect,
        LinkPhone,
        UnlinkPhone,
        UseProfileNumber,
        MovePhone,
        ShowDeniedMembers,
        DenyMember,
        AllowMember,
        Listed,
    })
    .are_all_among(wires.iter().filter_map(action).cloned());
}

#[test]
fn each_variant_of_a_discovery_has_a_golden() {
    let wires: Vec<Wire> = goldens::all().into_iter().map(|golden| golden.wire).collect();
    let discoveries: Vec<&Discovery> = wires.iter().filter_map(discovery).collect();

    variants!(Kind { SignIn, Join, Reset, Link, Security, Approve, Policy }, not sent: Unknown)
        .are_all_among(discoveries.iter().flat_map(|discovery| discovery.kinds.clone()));
    variants!(Platform { Android, Ios, Macos, Windows, Other })
        .are_all_among(discoveries.iter().flat_map(|discovery| discovery.apps.iter().map(|app| app.platform)));
    variants!(Share { Identifier, Email, Mobile }, not sent: Unknown).are_all_among(
        discoveries.iter().flat_map(|it| it.providers.iter().flat_map(|provider| provider.shares.clone())),
    );
    variants!(TermsId { Service, Privacy, Marketing }, not sent: Unknown)
        .are_all_among(discoveries.iter().flat_map(|discovery| discovery.terms.iter().map(|terms| terms.id.clone())));
}

#[test]
fn each_variant_of_a_problem_has_a_golden() {
    let wires: Vec<Wire> = goldens::all().into_iter().map(|golden| golden.wire).collect();
    let problems: Vec<&Problem> = wires.iter().filter_map(problem).collect();

    variants!(
        ProblemCode {
            Malformed, TooLarge, VersionUnsupported, ClientUnsupported, OriginRefused, FlowUnknown, FlowExpired, Stale,
            ActionUnavailable, KeyReused, InputInvalid, CodeWrong, CodeExpired, CodeSpent, OrganisationUnknown,
            CredentialsWrong, PasskeyUnknown, PasskeyRefused, DeviceFull, ProviderRefused, HandoffInvalid, SignInRequired, SignInRestricted, TooManyRequests, Unavailable, Internal,
        },
        not sent: Unknown
    )
    .are_all_among(problems.iter().map(|problem| problem.code.clone()));
    variants!(
        FieldCode {
            Required, TooLong, EmailInvalid, IdentifierInvalid, CodeInvalid, OrganisationInvalid, IdInvalid, IdTaken,
            TermsRequired, MobileUnavailable, PasswordTooShort, PasswordTooLong, PasswordNeedsLetter, PasswordNeedsDigit,
            PasswordNeedsSymbol, PasswordReused, PasswordBreached, PasswordInvalid, PasswordIsId,
            ContactIsId, RecoveryCodeInvalid, MobileInvalid, SubscriptionRefused,
            PinInvalid, PinSameDigit, PinRun, PinRepeats, PinMismatch, OptionInvalid, NothingChanged, MemberUnknown, ConfirmationRequired,
        },
        not sent: Unknown
    )
    .are_all_among(problems.iter().flat_map(|problem| &problem.errors).map(|error| error.code.clone()));
}

#[test]
fn the_lists_of_names_are_whole() {
    step_kinds().are_all_among(StepKind::ALL.iter().copied());
    action_names().are_all_among(ActionName::ALL.iter().copied());
}

fn methods(step: &Step) -> Vec<SignInMethod> {
    let Step::Identify { accounts, .. } = step else { return Vec::new() };
    accounts.listed().into_iter().map(|account| account.method).collect()
}

fn step_kinds() -> Variants<StepKind> {
    variants!(StepKind {
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
    })
}

fn action_names() -> Variants<ActionName> {
    variants!(ActionName {
        Submit,
        Back,
        Resend,
        Choose,
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
        UsePasskey,
        Register,
        RegisterKey,
        Rename,
        Remove,
        UseMobile,
        ShowQr,
        AskMember,
        AskAdmin,
        UseRecoveryKey,
        ReissueRecoveryKey,
        Approve,
        Deny,
        NotMe,
        Subscribe,
        Unsubscribe,
        Review,
        Save,
        ShowDevices,
        ShowSessions,
        SignOut,
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
        Go,
        Return,
        ShowIdentities,
        Connect,
        Disconnect,
        LinkPhone,
        UnlinkPhone,
        UseProfileNumber,
        MovePhone,
        ShowDeniedMembers,
        DenyMember,
        AllowMember,
        Forget,
        Restore,
    })
}

fn step(flow: &Flow) -> Option<&Step> {
    match &flow.status {
        Status::Active { step, .. } => Some(&step.step),
        Status::Complete(_) | Status::Ended { .. } | Status::Unknown => None,
    }
}

fn offered(flow: &Flow) -> Vec<ActionName> {
    match &flow.status {
        Status::Active { actions, .. } => actions.iter().map(|(name, _)| name).collect(),
        Status::Complete(_) | Status::Ended { .. } | Status::Unknown => Vec::new(),
    }
}

fn reason(flow: &Flow) -> Option<EndReason> {
    match &flow.status {
        Status::Ended { reason, .. } => Some(reason.clone()),
        Status::Active { .. } | Status::Complete(_) | Status::Unknown => None,
    }
}

fn code_channel(step: &Step) -> Option<Channel> {
    let Step::Code { channel, .. } = step else { return None };
    Some(*channel)
}

fn factors(step: &Step) -> Vec<FactorKind> {
    let Step::ChooseFactor { factors } = step else { return Vec::new() };
    factors.iter().map(|factor| factor.kind).collect()
}

fn security_items(step: &Step) -> Vec<SecurityItem> {
    let Step::Security { items } = step else { return Vec::new() };
    items.clone()
}

fn missing(item: &SecurityItem) -> Option<SettingReason> {
    match item {
        SecurityItem::Password { missing, .. }
        | SecurityItem::Phone { missing, .. }
        | SecurityItem::Identities { missing, .. }
        | SecurityItem::Devices { missing, .. }
        | SecurityItem::TwoFactor { missing, .. }
        | SecurityItem::QuickLogin { missing, .. } => missing.clone(),
        SecurityItem::Sessions { .. } => None,
    }
}

fn new_password_reason(step: &Step) -> Option<NewPasswordReason> {
    let Step::NewPassword { reason, .. } = step else { return None };
    Some(reason.clone())
}

fn notice(step: &Step) -> Option<NoticeCode> {
    let Step::Notice { code, .. } = step else { return None };
    Some(code.clone())
}

fn problem(wire: &Wire) -> Option<&Problem> {
    match wire {
        Wire::Problem(problem) => Some(problem),
        Wire::Discovery(_) | Wire::Host(_) | Wire::Begin(_) | Wire::Act(..) | Wire::Flow(_) => None,
    }
}

fn action(wire: &Wire) -> Option<&Action> {
    match wire {
        Wire::Act(_, action, _) => Some(action),
        Wire::Discovery(_) | Wire::Host(_) | Wire::Begin(_) | Wire::Flow(_) | Wire::Problem(_) => None,
    }
}

fn begin(wire: &Wire) -> Option<&Begin> {
    match wire {
        Wire::Begin(begin) => Some(begin),
        Wire::Discovery(_) | Wire::Host(_) | Wire::Act(..) | Wire::Flow(_) | Wire::Problem(_) => None,
    }
}

fn discovery(wire: &Wire) -> Option<&Discovery> {
    match wire {
        Wire::Discovery(discovery) => Some(discovery),
        Wire::Begin(_) | Wire::Host(_) | Wire::Act(..) | Wire::Flow(_) | Wire::Problem(_) => None,
    }
}
