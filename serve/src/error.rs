//! What keeps the service from starting, or ends it. Never a byte of an input, and no secret.

use thiserror::Error;

/// Why the service did not start, or ended.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Settings or policies that cannot be used: one line a problem.
    #[error("{0}")]
    Settings(String),
    /// The machine did not give what it takes to run: an address, a thread.
    #[error("{0}")]
    Run(String),
}

impl ServeError {
    pub(crate) fn settings(problem: impl ToString) -> Self {
        Self::Settings(problem.to_string())
    }

    pub(crate) fn run(problem: impl ToString) -> Self {
        Self::Run(problem.to_string())
    }
}
