//! How fast spanmask is, beside others, on the same bytes: inputs, policies, engines, and what compares them.

pub mod check;
pub mod compare;
pub mod engines;
pub mod growth;
pub mod hostile;
pub mod inputs;
pub mod latency;
pub mod machine;
pub mod output;
pub mod policies;
pub mod record;
pub mod slots;
pub mod watch;

/// What can go wrong, told in one sentence.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A result of anything in this crate.
pub type Result<T> = std::result::Result<T, Error>;
