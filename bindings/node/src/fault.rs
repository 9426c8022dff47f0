//! What went wrong, as a value: never with a byte of an input.

use napi_derive::napi;
use spanmask::{Error, ImageError, Policy, PolicyError, ProblemKind, Reason, WriteError};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What went wrong.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Fault {
    /// `json`, `capacity`, `detector`, `oversize`, `policy`, `image`, `keys`, `busy`, `closed` or `internal`.
    pub kind: &'static str,
    /// For people.
    pub message: String,
    /// `json`: why.
    pub reason: Option<&'static str>,
    /// `json`, `detector`, `oversize`: where, in bytes.
    pub offset: Option<f64>,
    /// `capacity`: bytes that the result needs.
    pub needed: Option<f64>,
    /// `detector`: the id of its rule.
    pub rule: Option<String>,
    /// `policy`: all that is wrong with it.
    pub problems: Option<Vec<PolicyProblem>>,
}

/// A problem of a policy.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct PolicyProblem {
    /// Its kind, for programs.
    pub kind: &'static str,
    /// Its place in the policy.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
}

impl Fault {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message, reason: None, offset: None, needed: None, rule: None, problems: None }
    }

    pub(crate) fn closed() -> Self {
        Self::new("closed", "the stream has been closed")
    }

    pub(crate) fn busy() -> Self {
        Self::new("busy", "in use: a detector must not use the stream that asks it")
    }

    /// `policy` knows the rule that the error names by number.
    pub(crate) fn of(error: Error, policy: &Policy) -> Self {
        let text = error.to_string();
        match error {
            Error::Refused { reason, offset } => {
                Self { reason: Some(name_of(reason)), offset: Some(offset as f64), ..Self::new("json", text) }
            }
            Error::Capacity { needed } => Self { needed: Some(needed as f64), ..Self::new("capacity", text) },
            Error::Detector { rule, offset } => {
                let rule = policy.rules().nth(usize::from(rule)).map(str::to_owned);
                Self { rule, offset: Some(offset as f64), ..Self::new("detector", text) }
            }
            Error::Oversize { offset } => Self { offset: Some(offset as f64), ..Self::new("oversize", text) },
            _ => Self::new("internal", text),
        }
    }
}

impl From<PolicyError> for Fault {
    fn from(error: PolicyError) -> Self {
        let problems = error.problems().iter().map(|problem| PolicyProblem {
            kind: kind_of(problem.kind),
            path: problem.path.clone(),
            message: problem.message.clone(),
            suggestion: problem.suggestion.clone(),
        });
        Self { problems: Some(problems.collect()), ..Self::new("policy", error.to_string()) }
    }
}

impl From<ImageError> for Fault {
    fn from(error: ImageError) -> Self {
        Self::new("image", error.to_string())
    }
}

impl From<WriteError> for Fault {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Keys => {
                Self::new("keys", format!("{error}; `save({{ withKeys: true }})` writes them"))
            }
            _ => Self::new("image", error.to_string()),
        }
    }
}

/// Does `body`; a panic is a fault like others. What it worked on may be half done then, and must not be used again.
pub(crate) fn guarded<R>(body: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(Fault::new("internal", "spanmask failed at something that it should not have"))
    })
}

/// Reasons as `conformance/` writes them.
fn name_of(reason: Reason) -> &'static str {
    match reason {
        Reason::Syntax => "syntax",
        Reason::Truncated => "truncated",
        Reason::Utf8 => "utf8",
        Reason::Control => "control",
        Reason::Escape => "escape",
        Reason::Number => "number",
        Reason::Literal => "literal",
        Reason::Depth => "depth",
        Reason::Trailing => "trailing",
        Reason::Empty => "empty",
        _ => "other",
    }
}

/// Kinds of problems as `conformance/` writes them.
fn kind_of(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Format => "format",
        ProblemKind::UnknownField => "unknown_field",
        ProblemKind::Invalid => "invalid",
        ProblemKind::UnknownName => "unknown_name",
        ProblemKind::DuplicateId => "duplicate_id",
        ProblemKind::Syntax => "syntax",
        ProblemKind::TooLarge => "too_large",
        ProblemKind::External => "external",
        _ => "other",
    }
}
