//! What is wrong with a policy: every problem, with its place and a suggestion. Never a key of a `hash` action.

use std::fmt;

/// Everything that is wrong with a policy; never empty. What is wrong with the document as a whole comes first, then
/// rule by rule, then `allow`. Of one rule, what needs compiling to be seen is told when all else is right.
#[derive(Debug, Clone)]
pub struct PolicyError {
    pub(crate) problems: Vec<Problem>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Its kind, for programs.
    pub kind: ProblemKind,
    /// The place in the document: `rules[2].validate`; empty for the document as a whole.
    pub path: String,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub suggestion: Option<String>,
    /// Where it stands in the text, if that is known: of what is no YAML, JSON or TOML, and by [`PolicyError::with_places`].
    pub place: Option<Place>,
}

/// A place in a text, in lines and characters, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// Not YAML, JSON or TOML.
    Format,
    /// A field that does not exist.
    UnknownField,
    /// A field has a wrong type or value, or fields that do not go together.
    Invalid,
    /// A detector, validator, profile, preset or span kind that does not exist.
    UnknownName,
    /// Two rules with one id.
    DuplicateId,
    /// A pattern or path with wrong syntax.
    Syntax,
    /// Larger than a limit; the message names the limit.
    TooLarge,
    /// A key or a file of literals that was not handed in.
    External,
}

impl Place {
    pub(crate) fn new(line: u64, column: u64) -> Self {
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: small(line), column: small(column) }
    }
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, path: path.into(), message: message.into(), suggestion: None, place: None }
    }

    pub(crate) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

impl PolicyError {
    /// `None` when there is no problem.
    pub(crate) fn of(problems: Vec<Problem>) -> Option<Self> {
        (!problems.is_empty()).then_some(Self { problems })
    }

    /// The problems, in this order; at least one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for PolicyError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " ({suggestion})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}
