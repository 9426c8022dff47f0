//! Places at which a match may be: where its factors show.
//!
//! Never a false negative: where an escape may hide a byte of a factor, the text is read.

mod align;
mod bits;

pub(crate) use align::{back, run_start};
pub(crate) use bits::Bits;
