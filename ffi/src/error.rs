//! The error of a handle.

use crate::raw::Struct;
use crate::status::{Status, spanmask_status};
use spanmask_rs::{Error, Reason};
use std::ffi::{CStr, c_char};

/// Why an input is not JSON. The numbers are frozen.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum spanmask_reason {
    /// No input was refused.
    SPANMASK_REASON_NONE = 0,
    /// A byte that RFC 8259 does not allow at this place.
    SPANMASK_REASON_SYNTAX = 1,
    /// The text ends before it is complete.
    SPANMASK_REASON_TRUNCATED = 2,
    /// Not UTF-8.
    SPANMASK_REASON_UTF8 = 3,
    /// A control character inside a string.
    SPANMASK_REASON_CONTROL = 4,
    /// A backslash that begins no escape.
    SPANMASK_REASON_ESCAPE = 5,
    /// A number that breaks the grammar.
    SPANMASK_REASON_NUMBER = 6,
    /// A word other than true, false, null.
    SPANMASK_REASON_LITERAL = 7,
    /// More open containers than the policy allows.
    SPANMASK_REASON_DEPTH = 8,
    /// A second text where only one was allowed.
    SPANMASK_REASON_TRAILING = 9,
    /// No text at all where one was expected.
    SPANMASK_REASON_EMPTY = 10,
}

/// What went wrong in the last call that worked with a handle. It never holds a byte of an input.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_error {
    /// sizeof(spanmask_error), set by the caller.
    pub struct_size: usize,
    /// The spanmask_status of that call; SPANMASK_OK when nothing went wrong.
    pub status: i32,
    /// SPANMASK_REFUSED: the spanmask_reason; otherwise 0.
    pub reason: i32,
    /// SPANMASK_REFUSED: offset in the input of the byte that shows the fault. SPANMASK_DETECTOR, SPANMASK_OVERSIZE: offset of
    /// the value.
    pub offset: usize,
    /// SPANMASK_CAPACITY: bytes that the call needs.
    pub needed: usize,
    /// SPANMASK_DETECTOR: index of its rule in the policy.
    pub rule: usize,
    /// One phrase; ends with NUL, lives as long as the library.
    pub message: *const c_char,
}

// SAFETY: `repr(C)`, begins with its size, and a pointer may be NULL.
unsafe impl Struct for spanmask_error {
    const FIRST: usize = size_of::<Self>();
}

/// What went wrong, as a handle keeps it.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) status: Status,
    reason: Option<Reason>,
    offset: usize,
    needed: usize,
    rule: usize,
}

impl Fault {
    /// What is known of a failure that needs no more words.
    pub(crate) const fn of(status: Status) -> Self {
        Self { status, reason: None, offset: 0, needed: 0, rule: 0 }
    }

    pub(crate) const NONE: Self = Self::of(Status::SPANMASK_OK);

    pub(crate) fn show(&self) -> spanmask_error {
        let message = self.reason.map_or_else(|| self.status.text(), reason_text);
        spanmask_error {
            struct_size: 0,
            status: self.status as i32,
            reason: self.reason.map_or(0, |reason| i32::from(reason.code())),
            offset: self.offset,
            needed: self.needed,
            rule: self.rule,
            message: message.as_ptr(),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused { reason, offset } => {
                Self { reason: Some(reason), offset, ..Self::of(spanmask_status::SPANMASK_REFUSED) }
            }
            Error::Capacity { needed } => Self { needed, ..Self::of(spanmask_status::SPANMASK_CAPACITY) },
            Error::Detector { rule, offset } => {
                Self { rule: usize::from(rule), offset, ..Self::of(spanmask_status::SPANMASK_DETECTOR) }
            }
            Error::Oversize { offset } => Self { offset, ..Self::of(spanmask_status::SPANMASK_OVERSIZE) },
            _ => Self::of(spanmask_status::SPANMASK_ARGUMENT),
        }
    }
}

fn reason_text(reason: Reason) -> &'static CStr {
    match reason {
        Reason::Syntax => c"unexpected byte",
        Reason::Truncated => c"the text ends too early",
        Reason::Utf8 => c"invalid UTF-8",
        Reason::Control => c"control character inside a string",
        Reason::Escape => c"invalid escape",
        Reason::Number => c"invalid number",
        Reason::Literal => c"invalid literal",
        Reason::Depth => c"too many nested containers",
        Reason::Trailing => c"more than one JSON text",
        Reason::Empty => c"no JSON text",
        _ => c"not JSON",
    }
}
