//! The scan path of spanmask.
#![no_std]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod arch;
pub mod error;
pub mod limits;
pub mod matcher;
pub mod scan;
pub mod span;
pub mod table;
pub mod validate;
pub mod view;
