//! The wire types of the Daemun protocol, version 1: what a login frontend and a backend say to each other.
//! A leaf: it knows serde and nothing of browsers, databases or words for people. `docs/PROTOCOL.md` explains it.

mod open_enum;

mod action;
mod approval;
mod code;
mod discovery;
mod flow;
mod handoff;
mod known_account;
mod password_rules;
mod policy;
mod problem;
mod provider;
mod push;
mod quick_login;
mod secret;
mod security;
mod step;
mod timestamp;
mod tree;
mod webauthn;

pub use action::{AccountAct, Act, Action, ActionName, Input, MissingInput, Offer, Offers, Proof};
pub use approval::{ApprovalKind, ApprovalRequest, NumberToMatch};
pub use code::{
    EndReason, FieldCode, MessageCode, NewPasswordReason, NoticeCode, ProblemCode, Severity, Share, TermsId,
};
pub use discovery::{AppLink, Brand, Discovery, Platform, Terms};
pub use flow::{
    Account, Begin, Client, Destination, Flow, Hints, Kind, Message, Params, Poll, Restart, Status, Workspace,
};
pub use handoff::{HostSession, Redeemed, Redemption};
pub use known_account::{KnownAccount, KnownAccounts, SignInMethod};
pub use password_rules::{PasswordRules, Requirement};
#[cfg(feature = "policy")]
pub use policy::PolicyOption;
pub use policy::{
    AccountPolicy, DeniedMember, MemberDecision, PasswordFormat, PolicyEffect, PolicyEffectCode, SavedPolicy, TwoFactor,
};
pub use problem::{FieldError, Problem};
pub use provider::{ExternalIdentity, Provider};
pub use push::{Notifications, PushKeys, PushSubscription};
pub use quick_login::Possession;
pub use secret::Secret;
pub use security::{SecurityItem, Session, SettingReason};
pub use step::{Asked, Channel, Factor, FactorKind, FoundId, Membership, QrLink, Step, StepKind, StepState};
pub use timestamp::Timestamp;
pub use tree::{Missing, Tree};
pub use webauthn::{
    AcceptedCredentials, Credential, CredentialProperties, CredentialResponse, DeviceKind, ExtensionResults,
    PublicKeyOptions, TrustedDevice,
};

/// The protocol's version, sent with every request as `Daemun-Version`.
pub const VERSION: &str = "1";

/// Where an app that was told nothing else looks for the API, relative to its own origin.
pub const DEFAULT_API: &str = "/api/v1";

/// What every request carries to say which protocol it speaks; it also makes each one a
/// request that a foreign page cannot send without CORS (Fetch §4.8).
pub const VERSION_HEADER: &str = "Daemun-Version";

/// Names one act of a person, so that a repeated request is answered and not repeated
/// (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_HEADER: &str = "Idempotency-Key";
