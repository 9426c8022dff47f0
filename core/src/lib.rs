//! The scan path of spanmask.
#![no_std]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

// In layer order: a module names only those before it (`tests/layers.rs`).
mod active;
pub mod arch;
pub mod error;
pub mod factor;
pub mod find;
pub mod limits;
pub mod mask;
pub mod matcher;
pub mod near;
pub mod policy;
pub mod prefilter;
pub mod report;
pub mod rewrite;
pub mod scan;
pub mod select;
pub mod span;
pub mod stream;
pub mod sweep;
pub mod table;
pub mod validate;
pub mod view;
