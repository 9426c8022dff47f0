//! Paths: the subset of RFC 9535 with names, wildcards, indexes and descendants, as one automaton.
//!
//! A *position* stands before a segment of a path. A value keeps the set of positions that the way to it has
//! reached; a child advances those whose segment selects it, and a descendant segment also stays.

use super::names::set;
use crate::table::{Pad, Part, Pools, Table};
use crate::view::{Escaped, Text, chars};
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// The segments of all paths, one behind the other, so that the position behind a segment is the next one.
#[derive(Clone, Default)]
pub struct Paths<'p> {
    /// All segments.
    pub segments: Table<'p, Segment>,
    /// What segments select.
    pub selectors: Table<'p, Selector>,
    /// The first position of each path (u32 pool).
    pub starts: Part,
    /// Conditions of the path `$` (u32 pool).
    pub at_root: Part,
}

/// A segment of a path.
#[derive(Clone, Copy, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Segment {
    /// What it selects, part of [`Paths::selectors`].
    pub selectors: Part,
    /// The condition that it gives when it is its path's last one, or [`Segment::NOT_LAST`].
    pub condition: u32,
    /// Whether it also selects deeper down (`..`).
    pub descendant: bool,
    /// Nothing.
    pub pad: Pad<3>,
}

impl Segment {
    /// The path goes on.
    pub const NOT_LAST: u32 = u32::MAX;
}

/// What a segment selects.
#[derive(Clone, Copy, Debug, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u32)]
pub enum Selector {
    /// Any child.
    Wildcard(Pad<8>),
    /// The member of this name (u8 pool).
    Name(Part),
    /// The element of this number.
    Index(u32, Pad<4>),
}

/// A child of a container.
pub enum Child<'a> {
    /// A member, by its name.
    Name(Escaped<'a>),
    /// An element, by its number.
    Index(u32),
}

impl Paths<'_> {
    /// Words of a set of positions.
    #[must_use]
    pub fn words(&self) -> usize {
        self.segments.len().div_ceil(64)
    }

    /// Whether elements must be counted.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.selectors.iter().any(|selector| matches!(selector, Selector::Index(..)))
    }

    /// Begins every path at a root.
    pub fn enter(&self, pools: &Pools<'_>, positions: &mut [u64], conditions: &mut [u64]) {
        for &start in self.starts.of(&pools.u32s) {
            set(positions, start);
        }
        for &condition in self.at_root.of(&pools.u32s) {
            set(conditions, condition);
        }
    }

    /// Goes from a container, whose positions are `from`, to one of its children, whose positions and conditions are
    /// set. Linear in the positions of `from` and the name.
    pub fn descend(
        &self,
        pools: &Pools<'_>,
        child: &Child<'_>,
        from: &[u64],
        to: &mut [u64],
        conditions: &mut [u64],
    ) {
        to.fill(0);
        for (word, bits) in from.iter().enumerate() {
            let mut left = *bits;
            while left != 0 {
                let position = word as u32 * 64 + left.trailing_zeros();
                left &= left - 1;
                let Some(segment) = self.segments.get(position as usize) else { return };
                if segment.descendant {
                    set(to, position);
                }
                if !self.selects(pools, segment, child) {
                    continue;
                }
                match segment.condition {
                    Segment::NOT_LAST => set(to, position + 1),
                    condition => set(conditions, condition),
                }
            }
        }
    }

    fn selects(&self, pools: &Pools<'_>, segment: &Segment, child: &Child<'_>) -> bool {
        segment.selectors.of(&self.selectors).iter().any(|selector| match (selector, child) {
            (Selector::Wildcard(_), _) => true,
            (Selector::Index(wanted, _), Child::Index(index)) => wanted == index,
            (Selector::Name(wanted), Child::Name(name)) => is_named(*name, wanted.of(&pools.u8s)),
            _ => false,
        })
    }
}

/// Whether a decoded name is this UTF-8 text.
fn is_named(name: Escaped<'_>, wanted: &[u8]) -> bool {
    let wanted = core::str::from_utf8(wanted).unwrap_or("");
    chars(name, name.start(), name.end()).eq(wanted.chars())
}
