//! How fast spanmask is, beside others, on the same bytes: inputs, policies, engines, and what compares them.

pub mod check;
pub mod compare;
pub mod engines;
pub mod inputs;
pub mod output;
pub mod policies;
pub mod slots;

/// What can go wrong, told in one sentence.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A result of anything in this crate.
pub type Result<T> = std::result::Result<T, Error>;
