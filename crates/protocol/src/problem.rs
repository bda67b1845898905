//! Refusals: problem details for HTTP APIs (RFC 9457), `application/problem+json`.

use serde::{Deserialize, Serialize};

use crate::code::FieldCode;
use crate::tree::{Missing, Tree, list, named, number, text};
use crate::{Flow, ProblemCode};

/// Why a request was refused, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    pub code: ProblemCode,
    /// The HTTP status (RFC 9457 §3.1.2).
    pub status: u16,
    /// For engineers, in English; never shown to a member (RFC 9457 §3.1.3).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What is wrong with single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds until trying again makes sense; equals the `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Wrong answers that are still allowed, where the policy reveals it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// The flow as it is now, where there is one and it is the asker's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Box<Flow>>,
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// JSON pointer into the request's body (RFC 6901), such as `/input/identifier`.
    pub pointer: String,
    pub code: FieldCode,
}

impl Problem {
    /// A problem with nothing but its code and status.
    pub fn new(code: ProblemCode, status: u16) -> Self {
        Self { code, status, title: String::new(), errors: Vec::new(), retry_after: None, tries_left: None, flow: None }
    }
}

impl Problem {
    /// Reads a problem. A flow in it that cannot be read is left out: the problem is worth telling without it.
    ///
    /// # Errors
    /// Names the member that must be there and is not.
    pub fn read(tree: &impl Tree) -> Result<Self, Missing> {
        Ok(Self {
            code: named(tree, "code").ok_or(Missing("code"))?,
            status: number(tree, "status").ok_or(Missing("status"))?,
            title: text(tree, "title").unwrap_or_default(),
            errors: list(tree, "errors", FieldError::read),
            retry_after: number(tree, "retry_after"),
            tries_left: number(tree, "tries_left"),
            flow: tree.child("flow").and_then(|flow| Flow::read(&flow).ok()).map(Box::new),
        })
    }
}

impl FieldError {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self { pointer: text(tree, "pointer")?, code: named(tree, "code")? })
    }
}

#[cfg(feature = "json")]
crate::tree::deserialize_by_tree!(Problem);
