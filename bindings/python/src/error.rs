//! What goes wrong, as Python's exceptions: `python/spanmask/_errors.py` has the classes.

use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use spanmask::{Error, Fault, ImageError, PolicyError, Problem, ProblemKind, Reason, WriteError};

/// An exception of this class. Its arguments begin with the message and the code.
pub(crate) fn new<'py>(py: Python<'py>, class: &str, args: impl PyCallArgs<'py>) -> PyErr {
    let made = py.import("spanmask._errors").and_then(|module| module.getattr(class)?.call1(args));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// A panic.
pub(crate) fn internal(py: Python<'_>) -> PyErr {
    new(py, "InternalError", ("spanmask has a bug: it panicked. Please report it", "internal"))
}

/// An object that cannot be masked.
pub(crate) fn object(py: Python<'_>, code: &str, message: &str) -> PyErr {
    new(py, "ObjectError", (message, code))
}

/// A stream that takes no calls now.
pub(crate) fn stream(py: Python<'_>, code: &str, message: &str) -> PyErr {
    new(py, "StreamError", (message, code))
}

/// What offsets count.
#[derive(Clone, Copy)]
pub(crate) enum Offsets<'t> {
    /// Bytes of the input.
    Bytes,
    /// Characters of this text.
    Characters(&'t str),
}

impl Offsets<'_> {
    /// `offset` counts bytes; linear in it.
    pub(crate) fn of(self, offset: usize) -> usize {
        match self {
            Self::Bytes => offset,
            Self::Characters(text) => characters(text.as_bytes().get(..offset).unwrap_or(text.as_bytes())),
        }
    }
}

/// Characters that begin in `utf8`.
pub(crate) fn characters(utf8: &[u8]) -> usize {
    utf8.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// What masking refuses. `failure` is the type of the exception that a detector raised.
pub(crate) fn masking(
    py: Python<'_>,
    policy: &spanmask::Policy,
    error: Error,
    offsets: Offsets<'_>,
    failure: Option<String>,
) -> PyErr {
    match error {
        Error::Refused { reason, offset } => {
            let offset = offsets.of(offset);
            let unit = if matches!(offsets, Offsets::Bytes) { "byte" } else { "character" };
            let message = format!("{} at {unit} {offset}", reason.message());
            new(py, "JsonError", (message, reason_code(reason), offset))
        }
        Error::Capacity { needed } => new(py, "CapacityError", (error.to_string(), "capacity", needed)),
        Error::Detector { rule, offset } => {
            let rule = policy.rules().nth(usize::from(rule)).unwrap_or_default();
            let why = failure.map_or_else(String::new, |class| format!(": {class}"));
            let message = format!("the detector of the rule {rule} failed{why}");
            new(py, "DetectorError", (message, "detector", rule, offsets.of(offset)))
        }
        Error::Oversize { offset } => new(py, "OversizeError", (error.to_string(), "oversize", offset)),
        _ => internal(py),
    }
}

fn reason_code(reason: Reason) -> &'static str {
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
        _ => "refused",
    }
}

/// Whether a text was refused.
pub(crate) fn is_json(py: Python<'_>, error: &PyErr) -> bool {
    error.get_type(py).name().is_ok_and(|name| name == "JsonError")
}

/// Text that has no UTF-8: `offset` counts characters.
pub(crate) fn surrogate(py: Python<'_>, offset: usize) -> PyErr {
    new(py, "JsonError", (format!("lone surrogate at character {offset}"), "utf8", offset))
}

/// Everything that is wrong with a policy.
pub(crate) fn policy(py: Python<'_>, error: &PolicyError) -> PyErr {
    match problems(py, error.problems()) {
        Ok(problems) => new(py, "PolicyError", (error.to_string(), "policy", problems)),
        Err(error) => error,
    }
}

fn problems<'py>(py: Python<'py>, problems: &[Problem]) -> PyResult<Bound<'py, PyTuple>> {
    let class = py.import("spanmask._errors")?.getattr("Problem")?;
    let one = |problem: &Problem| {
        let Problem { kind, path, message, suggestion, .. } = problem;
        class.call1((kind_name(*kind), path, message, suggestion))
    };
    PyTuple::new(py, problems.iter().map(one).collect::<PyResult<Vec<_>>>()?)
}

fn kind_name(kind: ProblemKind) -> &'static str {
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

/// An image that is refused.
pub(crate) fn image(py: Python<'_>, error: ImageError) -> PyErr {
    let code = match error.fault {
        Fault::Magic => "magic",
        Fault::Short => "short",
        Fault::Long => "long",
        Fault::Version => "version",
        Fault::ByteOrder => "byte_order",
        Fault::Alignment => "alignment",
        Fault::Checksum => "checksum",
        Fault::Layout => "layout",
        Fault::Content => "content",
        _ => "image",
    };
    new(py, "ImageError", (error.to_string(), code))
}

/// An image that is not written.
pub(crate) fn write(py: Python<'_>, error: WriteError) -> PyErr {
    let (code, hint) = match error {
        WriteError::Keys => ("keys", " (with_keys=True writes them)"),
        WriteError::TooLarge => ("too_large", ""),
        WriteError::ByteOrder => ("byte_order", ""),
        _ => ("image", ""),
    };
    new(py, "ImageError", (format!("{error}{hint}"), code))
}
