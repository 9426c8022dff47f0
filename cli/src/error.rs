//! What ends the command early: one message for people, one exit code for programs, never a byte of the input.

use spanmask::files::LoadError;
use spanmask::{Error as MaskError, Reason};
use std::fmt;
use std::io;
use std::process::ExitCode;
use thiserror::Error;

/// Exit codes, as the help states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Found = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// Arguments that do not go together.
    #[error("{0}")]
    Usage(String),
    /// A policy that could not be read or compiled. One line a problem.
    #[error("{0}")]
    Policy(String),
    /// A text that is not JSON.
    #[error("{name}: refused at byte {offset}: {}{}", reason.message(), Advice(hint))]
    Refused { name: String, offset: usize, reason: Reason, hint: &'static str },
    /// A file that could not be read or written.
    #[error("{name}: cannot {doing}: {why}")]
    File { name: String, doing: &'static str, why: String },
    /// The service could not run.
    #[cfg(feature = "serve")]
    #[error("{0}")]
    Run(String),
    /// The reader of standard output went away.
    #[error("standard output was closed")]
    ClosedPipe,
    /// Said already; the command goes on to its end with this result.
    #[error("an input was refused")]
    Reported,
}

struct Advice(&'static str);

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " ({})", self.0) }
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        Self::Policy(error.to_string())
    }
}

#[cfg(feature = "serve")]
impl From<spanmask_serve::ServeError> for CliError {
    fn from(error: spanmask_serve::ServeError) -> Self {
        match error {
            spanmask_serve::ServeError::Settings(problem) => Self::Usage(problem),
            spanmask_serve::ServeError::Run(problem) => Self::Run(problem),
        }
    }
}

impl CliError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Policy(_) => Exit::Usage,
            Self::Refused { .. } | Self::File { .. } | Self::Reported => Exit::Failed,
            #[cfg(feature = "serve")]
            Self::Run(_) => Exit::Failed,
            Self::ClosedPipe => Exit::Done,
        }
    }

    /// A file error in words that say what to do.
    pub(crate) fn file(name: impl Into<String>, doing: &'static str, error: &io::Error) -> Self {
        Self::File { name: name.into(), doing, why: why(error) }
    }

    /// An error of writing to standard output.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::file("standard output", "write", error),
        }
    }

    /// What the masker said about the input called `name`.
    pub(crate) fn refused(name: &str, error: MaskError, input: &[u8]) -> Self {
        match error {
            MaskError::Refused { reason, offset } => {
                Self::Refused { name: name.to_owned(), offset, reason, hint: hint(reason, input) }
            }
            MaskError::Oversize { offset } => {
                let what = "is larger than the window (raise --window, or take --oversize mask)";
                let why = format!("what begins at byte {offset} {what}");
                Self::File { name: name.to_owned(), doing: "mask", why }
            }
            other => Self::File { name: name.to_owned(), doing: "mask", why: other.to_string() },
        }
    }

    /// Writes the message to standard error, each line under the name of the command.
    pub(crate) fn print(&self) {
        if matches!(self, Self::ClosedPipe | Self::Reported) {
            return;
        }
        for line in self.to_string().lines() {
            say(line);
        }
    }
}

/// A line on standard error. Nobody can be told when even that is closed.
pub(crate) fn say(line: &str) {
    use io::Write;
    let _ = writeln!(io::stderr().lock(), "spanmask: {}", printable(line));
}

/// Text without control characters: names of files and members may hold any, terminals obey some.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// What went wrong with a file, in words that say what to do.
pub(crate) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::OutOfMemory => {
            "not enough memory for the whole input (mask it as it comes: --window 16M)".to_owned()
        }
        _ => spanmask::files::why(error),
    }
}

/// What to do with a directory.
pub(crate) const DIRECTORY: &str = "it is a directory (name the files in it)";

fn hint(reason: Reason, input: &[u8]) -> &'static str {
    if input.starts_with(b"\xef\xbb\xbf") {
        return "the file begins with a byte order mark: remove it";
    }
    if input.starts_with(b"\xff\xfe") || input.starts_with(b"\xfe\xff") {
        return "the file looks like UTF-16: convert it to UTF-8 first";
    }
    match reason {
        Reason::Truncated => "is the file complete?",
        Reason::Utf8 => "convert the file to UTF-8 first",
        Reason::Depth => "raise limits.depth in the policy when the text is to be trusted",
        Reason::Trailing => "--framing sequence takes several texts",
        Reason::Empty => "--framing sequence takes an empty input",
        Reason::Control => "inside a string it must be written as an escape",
        Reason::Syntax => "the input must be JSON",
        _ => "",
    }
}
