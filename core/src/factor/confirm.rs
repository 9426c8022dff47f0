//! Whether a match may go on as its factor promises.
//!
//! Plain version: look at the value, and let each search of the group try the place. Departures:
//!
//! 1. One automaton a group reads on from the factor's first byte. Its states are sets: all states in which an automaton of
//!    the group's searches can be there when a match is under way, whatever stands in front.
//! 2. It reads raw bytes as they are, and stops where they are more than that: at a byte beyond ASCII, and where it has grown
//!    too large. Then a match *may* go on.
//! 3. A backslash stands for the edge of a nested text or for one of a few characters, whatever the level; the automaton
//!    knows whether a match may go on behind any of them. Only `\u` may be anything.

use super::{Groups, MAX_GROUPS};
use crate::table::{Part, Pools};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The automata.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Confirm {
    /// The column of each byte; 0 for those that tell nothing.
    pub columns: [u8; 256],
    /// Where each group's automaton begins: in front of the byte before the factor.
    pub starts: [u16; MAX_GROUPS],
    /// A row of `width` states for each state from [`Confirm::FIRST`] on (u16 pool).
    pub rows: Part,
    /// How many columns there are; the last one is the edge of the text, and the one before it that or a short escape.
    pub width: u32,
}

impl Confirm {
    /// The state of a match that may go on.
    pub const MAYBE: u16 = 0;
    /// The state of none.
    pub const NO: u16 = 1;
    /// The first state that has a row.
    pub const FIRST: u16 = 2;
    /// Bytes that are read at most.
    const MOST: usize = 48;

    /// Everything may go on.
    pub const NONE: Self = Self {
        columns: [0; 256],
        starts: [Self::MAYBE; MAX_GROUPS],
        rows: Part { start: 0, len: 0 },
        width: 2,
    };

    #[inline]
    pub(super) fn follow<'a>(&'a self, pools: &'a Pools<'_>) -> Follow<'a> {
        Follow { confirm: self, rows: self.rows.of(&pools.u16s) }
    }
}

/// The automata with their rows at hand.
#[derive(Clone, Copy)]
pub struct Follow<'a> {
    confirm: &'a Confirm,
    rows: &'a [u16],
}

impl Follow<'static> {
    /// Of nothing.
    pub const NONE: Self = Self { confirm: &Confirm::NONE, rows: &[] };
}

/// What stands in front of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// Something that bytes do not tell.
    Unknown,
    /// Nothing: the text begins.
    Edge,
    /// This byte, as it is.
    Byte(u8),
}

impl Follow<'_> {
    /// Of these groups, which show at the first of `bytes`, those of which a match may go on there. `bytes` are raw; in a
    /// string with its closing quote a text ends there (`QUOTED`), otherwise behind the last byte.
    ///
    /// Reads at most 48 bytes for each group.
    #[inline]
    #[must_use]
    pub fn left<const QUOTED: bool>(&self, groups: Groups, front: Front, bytes: &[u8]) -> Groups {
        let (mut left, mut found) = (groups, 0);
        while left != 0 {
            let group = left & left.wrapping_neg();
            left &= left - 1;
            if self.any_left::<QUOTED>(group, front, bytes) {
                found |= group;
            }
        }
        found
    }

    /// Whether any is left.
    #[inline]
    #[must_use]
    pub fn any_left<const QUOTED: bool>(&self, mut groups: Groups, front: Front, bytes: &[u8]) -> bool {
        let column = match front {
            Front::Unknown => 0,
            Front::Edge => self.edge(),
            Front::Byte(byte) => usize::from(self.confirm.columns[usize::from(byte)]),
        };
        while groups != 0 {
            let start = self.confirm.starts[groups.trailing_zeros() as usize];
            groups &= groups - 1;
            if start < Confirm::FIRST || self.goes_on::<QUOTED>(self.next(start, column), bytes) {
                return true;
            }
        }
        false
    }

    #[inline]
    fn goes_on<const QUOTED: bool>(&self, mut state: u16, bytes: &[u8]) -> bool {
        for (i, &byte) in bytes.iter().take(Confirm::MOST).enumerate() {
            if state < Confirm::FIRST {
                break;
            }
            let column = match byte {
                b'"' if QUOTED => self.edge(),
                b'\\' => return hides(bytes.get(i..)) || self.next(state, self.edge() - 1) != Confirm::NO,
                byte => usize::from(self.confirm.columns[usize::from(byte)]),
            };
            state = self.next(state, column);
        }
        if !QUOTED && bytes.len() < Confirm::MOST && state >= Confirm::FIRST {
            state = self.next(state, self.edge());
        }
        state != Confirm::NO
    }

    #[inline]
    fn edge(&self) -> usize {
        (self.confirm.width as usize).max(2) - 1
    }

    #[inline]
    fn next(&self, state: u16, column: usize) -> u16 {
        let row = usize::from(state.saturating_sub(Confirm::FIRST)) * self.confirm.width as usize;
        self.rows.get(row + column).copied().unwrap_or(Confirm::MAYBE)
    }
}

/// Whether the backslashes that begin these bytes may spell any character, or end too late to tell.
fn hides(bytes: Option<&[u8]>) -> bool {
    let behind = bytes.unwrap_or(&[]).iter().find(|byte| **byte != b'\\');
    behind.is_none_or(|byte| *byte == b'u')
}
