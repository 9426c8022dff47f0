//! Why a text was refused: a number that never changes, an offset, never a byte of the input.

use core::fmt;

/// Why a text was refused. The numbers are part of the contract and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Reason {
    /// A byte that RFC 8259 does not allow at this place.
    Syntax = 1,
    /// The text ends before it is complete.
    Truncated = 2,
    /// Not UTF-8.
    Utf8 = 3,
    /// A control character inside a string.
    Control = 4,
    /// A backslash that begins no escape.
    Escape = 5,
    /// A number that breaks the grammar.
    Number = 6,
    /// A word other than `true`, `false`, `null`.
    Literal = 7,
    /// More open containers than [`crate::limits::Limits::depth`].
    Depth = 8,
    /// A second text where only one was allowed.
    Trailing = 9,
    /// No text at all where one was expected.
    Empty = 10,
}

impl Reason {
    /// The frozen number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
    /// One phrase, for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Syntax => "unexpected byte",
            Self::Truncated => "the text ends too early",
            Self::Utf8 => "invalid UTF-8",
            Self::Control => "control character inside a string",
            Self::Escape => "invalid escape",
            Self::Number => "invalid number",
            Self::Literal => "invalid literal",
            Self::Depth => "too many nested containers",
            Self::Trailing => "more than one JSON text",
            Self::Empty => "no JSON text",
        }
    }
}

/// What can go wrong while masking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The text was refused at this byte offset. The buffer is not for use.
    Refused {
        /// Why.
        reason: Reason,
        /// Where, in bytes from the start of the input.
        offset: usize,
    },
    /// The result does not fit: it needs this many bytes. The buffer is as it was.
    Capacity {
        /// Bytes that the result needs.
        needed: usize,
    },
    /// A detector of the host failed, and the policy wants no text masked without it. The buffer is as it was.
    Detector {
        /// Number of its rule in the policy.
        rule: u16,
        /// Where the value begins that it was asked about, in bytes from the start of the input.
        offset: usize,
    },
    /// A value, name or number, or an object that must be seen whole, is larger than the window of a stream.
    Oversize {
        /// Where it begins, in bytes from the start of the stream.
        offset: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reason, offset } => write!(f, "{} at byte {offset}", reason.message()),
            Self::Capacity { needed } => write!(f, "the result needs {needed} bytes"),
            Self::Detector { rule, offset } => {
                write!(f, "the detector of rule {rule} failed at byte {offset}")
            }
            Self::Oversize { offset } => write!(f, "larger than the window, from byte {offset} on"),
        }
    }
}

impl core::error::Error for Error {}
