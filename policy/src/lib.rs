//! Policies: from text to a compiled policy.

pub mod literals;
