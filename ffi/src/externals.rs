//! What a policy names outside itself, as callers hand it in.

use crate::raw::{self, spanmask_text};
use crate::status::Status;
use spanmask_rs::MapExternals;

/// Something that a policy names outside itself: a key (`hash: { key_env: NAME }`) or a list of literals
/// (`literals_file: NAME`).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_external {
    /// What the policy calls it.
    pub name: spanmask_text,
    /// Its first byte: of the key, or of UTF-8 with one literal a line. May be NULL when len is 0.
    pub data: *const u8,
    /// Its length in bytes.
    pub len: usize,
}

/// Copies everything.
///
/// # Safety
/// Each list and all that it leads to can be read.
pub(crate) unsafe fn read(
    (keys, keys_len): (*const spanmask_external, usize),
    (literals, literals_len): (*const spanmask_external, usize),
) -> Result<MapExternals, Status> {
    let mut all = MapExternals::default();
    // SAFETY: the caller promises `keys_len` items.
    for external in unsafe { raw::items(keys, keys_len) }? {
        // SAFETY: the caller promises what the items lead to.
        let (name, data) = unsafe { parts(external) }?;
        all = all.with_key(name, data);
    }
    // SAFETY: the caller promises `literals_len` items.
    for external in unsafe { raw::items(literals, literals_len) }? {
        // SAFETY: the caller promises what the items lead to.
        let (name, data) = unsafe { parts(external) }?;
        all = all.with_literals(name, data);
    }
    Ok(all)
}

/// # Safety
/// Name and data can be read.
unsafe fn parts<'a>(external: &spanmask_external) -> Result<(&'a str, &'a [u8]), Status> {
    // SAFETY: the caller promises the name.
    let name = unsafe { external.name.read() }?;
    // SAFETY: the caller promises the data.
    let data = unsafe { raw::bytes(external.data, external.len) }?;
    Ok((name, data))
}
