//! What an administrator decides about the accounts of a workspace (seed 003; FEATURES P1, P2), and what a decision does to
//! its members.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::open_enum::open_enum;
use crate::tree::{Tree, list, named, number, text};

/// Declares the options once: their types, their names on the wire, and how each is read and compared.
#[cfg(feature = "policy")]
macro_rules! options {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $option:ident,)+) => {
        /// A policy: all options that the backend has. As a draft, those that are to change.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct AccountPolicy {
            $($(#[doc = $doc])+
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,)+
        }

        /// The options of an [`AccountPolicy`], in the order in which they are shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum PolicyOption {
            $($(#[doc = $doc])+ $option,)+
        }

        impl PolicyOption {
            pub const ALL: &[Self] = &[$(Self::$option,)+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$option => stringify!($field),)+ }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|option| option.as_str() == name)
            }
        }

        impl AccountPolicy {
            /// What is decided, as a form writes it.
            pub fn value(&self, option: PolicyOption) -> Option<String> {
                match option { $(PolicyOption::$option => self.$field.map(Value::text),)+ }
            }

            /// This policy with another decision; with none where `text` is not one of the option's.
            #[must_use]
            pub fn with(mut self, option: PolicyOption, text: &str) -> Self {
                match option { $(PolicyOption::$option => self.$field = Value::parse(text),)+ }
                self
            }

            /// These decisions, and where there are none those of another policy.
            #[must_use]
            pub fn or(self, other: Self) -> Self {
                Self { $($field: self.$field.or(other.$field),)+ }
            }

            /// Those decisions that are others than another policy's.
            #[must_use]
            pub fn unlike(self, other: Self) -> Self {
                Self { $($field: self.$field.filter(|value| other.$field != Some(*value)),)+ }
            }

            pub(crate) fn read(tree: &impl Tree) -> Self {
                Self { $($field: tree.child(stringify!($field)).and_then(|value| Value::read(&value)),)+ }
            }
        }
    };
}

/// A policy, for an app that has no screen for one: nothing of it is read or written.
#[cfg(not(feature = "policy"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountPolicy {}

#[cfg(not(feature = "policy"))]
impl AccountPolicy {
    pub(crate) const fn read(_: &impl Tree) -> Self {
        Self {}
    }
}

#[cfg(feature = "policy")]
options! {
    /// What must be in a password.
    password_format: PasswordFormat = PasswordFormat,
    /// Its characters at least: 8 to 20.
    password_min_length: u32 = PasswordMinLength,
    /// Days after which another one is asked for: 30, 60, 90, 180, 365; 0: never.
    password_max_age_days: u32 = PasswordMaxAgeDays,
    /// How many of the last ones cannot be used again: 0 to 5.
    password_history: u32 = PasswordHistory,
    /// Consecutive wrong passwords that suspend an account, 100 at most; 0: they do not.
    attempt_limit: u32 = AttemptLimit,
    /// Of whom a second factor is asked.
    two_factor: TwoFactor = TwoFactor,
    /// Whether members can sign in with LINE.
    line_entry: bool = LineEntry,
    /// Whether members can sign in with NAVER.
    naver_entry: bool = NaverEntry,
    /// Whether members can sign in by a code to a linked number.
    phone_entry: bool = PhoneEntry,
    /// Whether members can sign in by the PIN or the biometrics of the mobile app.
    quick_login: bool = QuickLogin,
    /// Whether having that device and knowing its PIN, or unlocking it, are two factors.
    quick_login_two_factors: bool = QuickLoginTwoFactors,
    /// Whether members can sign in by unlocking a device of theirs.
    device_unlock: bool = DeviceUnlock,
    /// Whether somebody who is in has to let a new device in.
    device_approval: bool = DeviceApproval,
}

/// What must be in a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PasswordFormat {
    /// English letters and digits.
    LettersDigits,
    /// English letters, digits and symbols.
    LettersDigitsSymbols,
}

/// Of whom a second factor is asked (FEATURES T1, T2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TwoFactor {
    /// Of members who have turned it on.
    Optional,
    /// Of everybody.
    Required,
}

/// One decision of an administrator's that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SavedPolicy {
    /// Who saved it: the name of then.
    pub who: String,
    pub at: Timestamp,
    /// What it was before, of what was changed.
    pub from: AccountPolicy,
    /// What it has been since.
    pub to: AccountPolicy,
    /// A single member whom it was about, in the place of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberDecision>,
}

/// Whether a single member may sign in by an external provider (FEATURES P1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberDecision {
    /// The member's name of then.
    pub name: String,
    /// What people call the provider.
    pub provider: String,
    pub allowed: bool,
}

/// A member who alone may not sign in by an external provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeniedMember {
    /// What `allow_member` takes as `member`. It opens nothing.
    pub id: String,
    pub name: String,
    /// The address that they sign in with.
    pub identifier: String,
}

/// What a draft does to members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyEffect {
    pub code: PolicyEffectCode,
    /// To how many of them.
    pub members: u32,
}

open_enum! {
    /// What happens to members by a change of the policy (`effects[].code`).
    pub enum PolicyEffectCode {
        /// They can sign in now, and could not any more: they have nothing left to do it by.
        LockedOut = "locked_out",
        /// They have no second factor, and have to register one when they sign in next.
        EnrolFactor = "enrol_factor",
        /// They have to set another password when they sign in next.
        PasswordExpired = "password_expired",
        /// They keep their password: what is asked of passwords holds for their next one.
        NextPassword = "next_password",
        /// They have linked a number, and cannot sign in by it when they sign in next.
        PhoneDenied = "phone_denied",
        /// They have set up quick login, and cannot sign in by it when they sign in next.
        QuickLoginDenied = "quick_login_denied",
        /// They have registered a device, and cannot sign in by it when they sign in next.
        DeviceDenied = "device_denied",
        /// They have connected a LINE account, and cannot sign in by it when they sign in next.
        LineDenied = "line_denied",
        /// They have connected a NAVER account, and cannot sign in by it when they sign in next.
        NaverDenied = "naver_denied",
        /// They are mailed that they can sign in another way.
        Notified = "notified",
    }
}

/// How a decision is written in a form and on the wire.
#[cfg(feature = "policy")]
trait Value: Sized {
    fn text(self) -> String;
    fn parse(text: &str) -> Option<Self>;
    fn read(tree: &impl Tree) -> Option<Self>;
}

#[cfg(feature = "policy")]
impl Value for u32 {
    fn text(self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn read(tree: &impl Tree) -> Option<Self> {
        tree.number()?.try_into().ok()
    }
}

#[cfg(feature = "policy")]
impl Value for bool {
    fn text(self) -> String {
        self.to_string()
    }
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(tree.is_true())
    }
}

#[cfg(feature = "policy")]
impl Value for PasswordFormat {
    fn text(self) -> String {
        self.as_str().into()
    }
    fn parse(text: &str) -> Option<Self> {
        [Self::LettersDigits, Self::LettersDigitsSymbols].into_iter().find(|format| format.as_str() == text)
    }
    fn read(tree: &impl Tree) -> Option<Self> {
        Self::parse(&tree.text()?)
    }
}

#[cfg(feature = "policy")]
impl Value for TwoFactor {
    fn text(self) -> String {
        self.as_str().into()
    }
    fn parse(text: &str) -> Option<Self> {
        [Self::Optional, Self::Required].into_iter().find(|asked| asked.as_str() == text)
    }
    fn read(tree: &impl Tree) -> Option<Self> {
        Self::parse(&tree.text()?)
    }
}

impl PasswordFormat {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LettersDigits => "letters_digits",
            Self::LettersDigitsSymbols => "letters_digits_symbols",
        }
    }
}

impl TwoFactor {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

impl SavedPolicy {
    pub(crate) fn read_all(tree: &impl Tree, name: &str) -> Vec<Self> {
        list(tree, name, |saved| {
            let policy = |name| saved.child(name).map(|policy| AccountPolicy::read(&policy));
            Some(Self {
                who: text(saved, "who")?,
                at: number(saved, "at").map(Timestamp)?,
                from: policy("from")?,
                to: policy("to")?,
                member: saved.child("member").and_then(|member| MemberDecision::read(&member)),
            })
        })
    }
}

impl MemberDecision {
    fn read(tree: &impl Tree) -> Option<Self> {
        let allowed = tree.child("allowed").is_some_and(|allowed| allowed.is_true());
        Some(Self { name: text(tree, "name")?, provider: text(tree, "provider")?, allowed })
    }
}

impl DeniedMember {
    pub(crate) fn read_all(tree: &impl Tree, name: &str) -> Vec<Self> {
        list(tree, name, |member| {
            Some(Self { id: text(member, "id")?, name: text(member, "name")?, identifier: text(member, "identifier")? })
        })
    }
}

impl PolicyEffect {
    pub(crate) fn read_all(tree: &impl Tree, name: &str) -> Vec<Self> {
        list(tree, name, |effect| Some(Self { code: named(effect, "code")?, members: number(effect, "members")? }))
    }
}
