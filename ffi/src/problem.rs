//! What is wrong with a policy, as callers are told.

use crate::raw::{self, spanmask_text};
use crate::status::Status;
use spanmask_rs::{Problem, ProblemKind};
use std::ffi::{c_char, c_void};

/// Kinds of problems. The numbers are frozen.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum spanmask_problem_kind {
    /// No problem but a warning: allowed, but probably not meant. Compiling goes on.
    SPANMASK_PROBLEM_WARNING = 0,
    /// Not YAML, JSON or TOML.
    SPANMASK_PROBLEM_FORMAT = 1,
    /// A field that does not exist.
    SPANMASK_PROBLEM_UNKNOWN_FIELD = 2,
    /// A field has a wrong type or value, or fields that do not go together.
    SPANMASK_PROBLEM_INVALID = 3,
    /// A detector, validator, profile, preset or span kind that does not exist.
    SPANMASK_PROBLEM_UNKNOWN_NAME = 4,
    /// Two rules with one id.
    SPANMASK_PROBLEM_DUPLICATE_ID = 5,
    /// A pattern or path with wrong syntax.
    SPANMASK_PROBLEM_SYNTAX = 6,
    /// Larger than a limit; the message names the limit.
    SPANMASK_PROBLEM_TOO_LARGE = 7,
    /// A key, a list of literals, or a detector of the host that was not handed in.
    SPANMASK_PROBLEM_EXTERNAL = 8,
    /// Of a kind that is newer than this list.
    SPANMASK_PROBLEM_OTHER = 9,
}

/// One problem of a policy. Its texts live until the callback returns.
#[repr(C)]
pub struct spanmask_problem {
    /// sizeof(spanmask_problem) of the library.
    pub struct_size: usize,
    /// A spanmask_problem_kind.
    pub kind: i32,
    /// The place in the policy: "rules[2].validate"; empty for the policy as a whole.
    pub path: spanmask_text,
    /// What is wrong, one sentence.
    pub message: spanmask_text,
    /// What to do about it; may be empty.
    pub suggestion: spanmask_text,
}

/// Is told each problem and each warning, in order, while the policy is compiled. It must not throw or jump out.
pub type spanmask_on_problem =
    Option<unsafe extern "C" fn(user: *mut c_void, problem: *const spanmask_problem)>;

/// Where problems are told.
pub(crate) struct Told<'a> {
    pub(crate) on_problem: spanmask_on_problem,
    pub(crate) user: *mut c_void,
    /// Where they are written as a text; what does not fit is left out.
    message: &'a mut [u8],
    written: usize,
}

impl Told<'_> {
    /// # Safety
    /// Behind `message` lie `capacity` bytes; `on_problem` can be called with `user`.
    pub(crate) unsafe fn new(
        on_problem: spanmask_on_problem,
        user: *mut c_void,
        message: *mut c_char,
        capacity: usize,
    ) -> Result<Self, Status> {
        // SAFETY: the caller promises the room.
        let message = unsafe { raw::room(message.cast(), capacity) }?;
        let mut told = Self { on_problem, user, message, written: 0 };
        told.write("");
        Ok(told)
    }

    pub(crate) fn problem(&mut self, problem: &Problem) {
        if self.written > 0 {
            self.write("\n");
        }
        self.write(&problem.to_string());
        let suggestion = problem.suggestion.as_deref().unwrap_or_default();
        self.tell(kind_of(problem.kind), &problem.path, &problem.message, suggestion);
    }

    /// A warning begins with its place.
    pub(crate) fn warning(&self, warning: &str) {
        let (path, message) = warning.split_once(": ").unwrap_or(("", warning));
        self.tell(spanmask_problem_kind::SPANMASK_PROBLEM_WARNING, path, message, "");
    }

    fn tell(&self, kind: spanmask_problem_kind, path: &str, message: &str, suggestion: &str) {
        let Some(on_problem) = self.on_problem else { return };
        let problem = spanmask_problem {
            struct_size: size_of::<spanmask_problem>(),
            kind: kind as i32,
            path: spanmask_text::lend(path),
            message: spanmask_text::lend(message),
            suggestion: spanmask_text::lend(suggestion),
        };
        // SAFETY: `new` was promised that it can be called; the problem lives until it returns.
        unsafe { on_problem(self.user, &raw const problem) };
    }

    /// Appends what fits, whole characters only, and ends it with NUL.
    fn write(&mut self, text: &str) {
        let Some(room) = self.message.len().checked_sub(self.written + 1) else { return };
        let fits = text.floor_char_boundary(room);
        let end = self.written + fits;
        self.message[self.written..end].copy_from_slice(&text.as_bytes()[..fits]);
        self.message[end] = 0;
        self.written = end;
    }
}

fn kind_of(kind: ProblemKind) -> spanmask_problem_kind {
    use spanmask_problem_kind as Kind;
    match kind {
        ProblemKind::Format => Kind::SPANMASK_PROBLEM_FORMAT,
        ProblemKind::UnknownField => Kind::SPANMASK_PROBLEM_UNKNOWN_FIELD,
        ProblemKind::Invalid => Kind::SPANMASK_PROBLEM_INVALID,
        ProblemKind::UnknownName => Kind::SPANMASK_PROBLEM_UNKNOWN_NAME,
        ProblemKind::DuplicateId => Kind::SPANMASK_PROBLEM_DUPLICATE_ID,
        ProblemKind::Syntax => Kind::SPANMASK_PROBLEM_SYNTAX,
        ProblemKind::TooLarge => Kind::SPANMASK_PROBLEM_TOO_LARGE,
        ProblemKind::External => Kind::SPANMASK_PROBLEM_EXTERNAL,
        _ => Kind::SPANMASK_PROBLEM_OTHER,
    }
}
