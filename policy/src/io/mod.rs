//! Streams between readers and writers.
//!
//! ```
//! use spanmask::{Policy, io::Writer};
//! use std::io::Write;
//!
//! let mut writer = Writer::new(Policy::preset("default")?.stream(), Vec::new());
//! writer.write_all(br#"{"to":"john@"#)?;
//! writer.write_all(br#"example.com"}"#)?;
//! assert_eq!(writer.finish()?, br#"{"to":"[REDACTED_EMAIL]"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a stream refuses is an [`std::io::Error`] of the kind `InvalidData` that holds the [`Error`].

mod reader;
mod room;
#[cfg(feature = "tokio")]
pub mod tokio;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

use spanmask_core::error::Error;

/// Bytes that are read or written at once.
const ROOM: usize = 1 << 16;

fn refused(error: Error) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, error)
}
