//! What the fuzz targets compare. Each target is a module with `run`, which panics when its oracle does not hold.

pub mod calls;
pub mod image;
pub mod paths;
pub mod policies;
pub mod policy;
pub mod reference;
pub mod split;

/// Bytes as Rust writes them.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    format!("b\"{}\"", bytes.escape_ascii())
}

/// Whether these bytes are JSON texts, by a reader that shares no code with spanmask.
#[must_use]
pub fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| spanmask_conformance::tree::Tree::parse_all(text).is_some())
}
