//! Where a match may begin: places that a look at a few raw bytes does not rule out.
//!
//! Plain version: try every place. A search whose matches begin in few ways is tried only where the raw bytes look
//! like one of them, and a search whose matches all hold a rare character (`@`) only around that character. Searches
//! that look alike share a *group*; one pass over the bytes finds the places of all groups.
//!
//! Never a false negative: an escape may hide a character, and a character beyond ASCII takes more than one byte, so
//! where one of these stands that could belong to a match, what follows is not looked at.

mod align;
mod bits;

pub use crate::factor::Run;
pub(crate) use crate::factor::is_of_escape;
pub(crate) use align::{aligned, run_start};
pub(crate) use bits::Bits;

/// Groups of searches.
pub const GROUPS: usize = 16;

/// Bytes of the front of a match that are looked at.
pub const FRONT: usize = 4;

/// What of a search's matches shows in raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Near {
    /// Nothing: every place is tried.
    #[default]
    Anywhere,
    /// Their front: the bits of this group are places where they may begin.
    Start(u8),
    /// A character that each of them holds: the bits of this group are its places. Before it, a match holds only
    /// characters of the run.
    Around(u8, Run),
}

/// What the bytes say about all groups: lane `i` of `fronts[byte]` holds a bit for each group whose matches may have
/// this byte at place `i`, `opaque[byte]` one for each group for which the bytes behind this one then say nothing.
#[derive(Clone)]
pub struct Fronts {
    /// [`FRONT`] lanes of [`GROUPS`] bits.
    pub fronts: [u64; 256],
    /// One bit a group.
    pub opaque: [u16; 256],
}

impl Fronts {
    /// No group.
    #[must_use]
    pub const fn none() -> Self {
        Self { fronts: [0; 256], opaque: [0; 256] }
    }

    /// Whether matches of a group may begin with this byte.
    #[inline]
    #[must_use]
    pub fn begins(&self, group: u8, byte: u8) -> bool {
        self.fronts[byte as usize] >> group & 1 == 1
    }
}
