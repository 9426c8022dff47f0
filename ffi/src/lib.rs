//! The C ABI. `include/spanmask.h` is generated from here and says what holds; `README.md` says it at length.
//!
//! Every exported function has the same four steps: what the caller handed in is checked (`raw`), the handle is taken
//! (`handle`), the Rust API does the work, outputs are written. `call` turns what comes of it, a panic included, into a
//! status.

// Names are those that C sees.
#![allow(non_camel_case_types)]
// What callers must keep to is the contract at the top of the header, in the words of C.
#![allow(clippy::missing_safety_doc)]

// In the order of the header.
pub mod status;

pub mod library;

pub mod policy;

pub mod masker;

pub mod stream;

pub mod finding;

pub mod call;
pub mod detector;
pub mod error;
pub mod externals;
pub mod handle;
pub mod problem;
pub mod raw;
pub mod report;
#[cfg(feature = "test-hooks")]
pub mod test_hooks;
