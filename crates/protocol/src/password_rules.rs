//! What a workspace asks of a new password (FEATURES R3), judged in the same way by the app's live checklist and by the
//! backend, which has the last word and knows more: what was used before, and what is known from breaches.

use serde::{Deserialize, Serialize};

use crate::FieldCode;
use crate::tree::{Tree, number};

/// A workspace's policy for new passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PasswordRules {
    /// Characters (Unicode scalar values, after normalisation) at least.
    pub min_length: u32,
    /// Characters at most; 64 or more.
    pub max_length: u32,
    /// Whether an English letter, a digit, a symbol must be in it.
    #[serde(default)]
    pub letter: bool,
    #[serde(default)]
    pub digit: bool,
    #[serde(default)]
    pub symbol: bool,
    /// How many of the last passwords cannot be used again; the backend alone can tell.
    #[serde(default)]
    pub history: u32,
}

/// One thing that can be said of a password by looking at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    MinLength,
    MaxLength,
    Letter,
    Digit,
    Symbol,
}

impl Requirement {
    /// What the backend says of a password that lacks it.
    pub const fn code(self) -> FieldCode {
        match self {
            Self::MinLength => FieldCode::PasswordTooShort,
            Self::MaxLength => FieldCode::PasswordTooLong,
            Self::Letter => FieldCode::PasswordNeedsLetter,
            Self::Digit => FieldCode::PasswordNeedsDigit,
            Self::Symbol => FieldCode::PasswordNeedsSymbol,
        }
    }
}

impl PasswordRules {
    /// What these rules ask for, in the order in which it is said.
    pub fn requirements(&self) -> impl Iterator<Item = Requirement> + use<> {
        let asked = [
            (Requirement::MinLength, true),
            (Requirement::MaxLength, true),
            (Requirement::Letter, self.letter),
            (Requirement::Digit, self.digit),
            (Requirement::Symbol, self.symbol),
        ];
        asked.into_iter().filter(|(_, is_asked)| *is_asked).map(|(requirement, _)| requirement)
    }

    /// Whether a password, normalised, has what is asked for. English letters, ASCII digits and ASCII punctuation count.
    pub fn is_met(&self, requirement: Requirement, password: &str) -> bool {
        let length = || u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
        match requirement {
            Requirement::MinLength => length() >= self.min_length,
            Requirement::MaxLength => length() <= self.max_length,
            Requirement::Letter => password.bytes().any(|byte| byte.is_ascii_alphabetic()),
            Requirement::Digit => password.bytes().any(|byte| byte.is_ascii_digit()),
            Requirement::Symbol => password.bytes().any(|byte| byte.is_ascii_punctuation()),
        }
    }

    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let asks = |name| tree.child(name).is_some_and(|asked| asked.is_true());
        Some(Self {
            min_length: number(tree, "min_length")?,
            max_length: number(tree, "max_length")?,
            letter: asks("letter"),
            digit: asks("digit"),
            symbol: asks("symbol"),
            history: number(tree, "history").unwrap_or_default(),
        })
    }
}
