//! Finds matches in text, as the `regex` crate would.

pub mod alphabet;
pub mod literals;
