//! Whether a match may go on as its factor promises.
//!
//! Plain version: look at the value, and let each search of the group try the place. Departures:
//!
//! 1. Automata of a group, one if that is not too large, read two characters in front of the factor, and on from its first
//!    byte. Their states are sets: all states in which an automaton of the group's searches can be there when a match is under
//!    way.
//! 2. They read raw bytes as they are, a character beyond ASCII as any other one, and stop where they have grown too large. Then
//!    a match *may* go on.
//! 3. A backslash stands for the edge of a nested text or for one of a few characters, whatever the level; the automaton
//!    knows whether a match may go on behind any of them. Only `\u` may be anything.

use super::{Groups, MAX_GROUPS};
use crate::table::{Part, Pools};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The automata of each group, of which one must say that a match may go on: parts of [`crate::policy::Policy::ahead`].
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Confirm {
    /// Of all searches.
    pub all: [Part; MAX_GROUPS],
    /// Of those that look at numbers or booleans.
    pub bare: [Part; MAX_GROUPS],
}

/// An automaton of some searches of a group. A state tells where its row begins, from [`Automaton::FIRST`] on.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Automaton {
    /// The column of each byte; column 0 stands for what is not known.
    pub columns: [u8; 256],
    /// A row of `width` states for each state (u16 pool). Without any, everything may go on.
    pub rows: Part,
    /// How many columns there are; the last one is the edge of the text, and the one before it that or a short escape.
    pub width: u32,
    /// Where it begins, two characters in front of the factor: where the text may begin there, and where it does not.
    pub starts: [u16; 2],
}

impl Automaton {
    /// The state of a match that may go on.
    pub const MAYBE: u16 = 0;
    /// The state of none.
    pub const NO: u16 = 1;
    /// The first state that has a row.
    pub const FIRST: u16 = 2;

    /// Everything may go on.
    pub const NONE: Self =
        Self { columns: [0; 256], rows: Part { start: 0, len: 0 }, width: 2, starts: [Self::MAYBE; 2] };
}

impl Confirm {
    /// Bytes that are read at most.
    pub(crate) const MOST: usize = 48;

    /// Of no group.
    pub const NONE: Self =
        Self { all: [Part { start: 0, len: 0 }; MAX_GROUPS], bare: [Part { start: 0, len: 0 }; MAX_GROUPS] };

    #[inline]
    pub(super) fn follow<'a>(&'a self, automata: &'a [Automaton], pools: &'a Pools<'_>) -> Follow<'a> {
        Follow { confirm: self, automata, pool: &pools.u16s }
    }
}

/// The automata with their rows at hand.
#[derive(Clone, Copy)]
pub struct Follow<'a> {
    confirm: &'a Confirm,
    automata: &'a [Automaton],
    pool: &'a [u16],
}

impl Follow<'static> {
    /// Of nothing.
    pub const NONE: Self = Self { confirm: &Confirm::NONE, automata: &[], pool: &[] };
}

/// What stands in front of a place: next to it, and in front of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fronts {
    /// Next to it.
    pub last: Front,
    /// In front of that.
    pub second: Front,
    /// Whether it is known that the text does not begin with that.
    pub within: bool,
}

/// What stands in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// Something that bytes do not tell.
    Unknown,
    /// Nothing: the text begins.
    Edge,
    /// The character that ends with this byte, as it is.
    Byte(u8),
}

/// What a quote is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Character,
    /// The end of the text.
    Closes,
    /// Either, as if there were a backslash in front of it.
    MayClose,
}

impl Follow<'_> {
    /// Of these groups, which show at the first of `bytes`, those of which a match may go on there. `bytes` are raw, and the text
    /// ends behind them.
    ///
    /// Reads at most 48 bytes for each group.
    #[inline]
    #[must_use]
    pub fn left(&self, groups: Groups, fronts: Fronts, bytes: &[u8]) -> Groups {
        self.each(Quote::Character, groups, fronts, bytes)
    }

    /// The same in a string that ends where a quote closes it.
    #[inline]
    #[must_use]
    pub fn left_in_string(&self, groups: Groups, fronts: Fronts, bytes: &[u8]) -> Groups {
        self.each(Quote::Closes, groups, fronts, bytes)
    }

    #[inline(always)]
    fn each(&self, quote: Quote, groups: Groups, fronts: Fronts, bytes: &[u8]) -> Groups {
        let (mut left, mut found) = (groups, 0);
        while left != 0 {
            let group = left & left.wrapping_neg();
            left &= left - 1;
            if self.any(quote, &self.confirm.all, group, fronts, bytes) {
                found |= group;
            }
        }
        found
    }

    /// Whether any of these is left in a number or boolean that ends behind `bytes`.
    #[inline]
    #[must_use]
    pub fn any_left_bare(&self, groups: Groups, fronts: Fronts, bytes: &[u8]) -> bool {
        self.any(Quote::Character, &self.confirm.bare, groups, fronts, bytes)
    }

    /// The same in a decoded text that ends behind `bytes`, or in one that is nested in it.
    #[inline]
    #[must_use]
    pub fn left_nested(&self, groups: Groups, fronts: Fronts, bytes: &[u8]) -> Groups {
        self.each(Quote::MayClose, groups, fronts, bytes)
    }

    #[inline(always)]
    fn any(
        &self,
        quote: Quote,
        parts: &[Part; MAX_GROUPS],
        mut groups: Groups,
        fronts: Fronts,
        bytes: &[u8],
    ) -> bool {
        while groups != 0 {
            let group = groups.trailing_zeros() as usize;
            groups &= groups - 1;
            for automaton in parts.get(group).map_or(&[][..], |part| part.of(self.automata)) {
                let Automaton { columns, rows, width, starts } = automaton;
                let reader = Reader { columns, rows: rows.of(self.pool), width: (*width as usize).max(2) };
                if reader.reads(quote, starts[usize::from(fronts.within)], fronts, bytes) {
                    return true;
                }
            }
        }
        false
    }
}

/// An automaton at hand.
struct Reader<'a> {
    columns: &'a [u8; 256],
    rows: &'a [u16],
    width: usize,
}

impl Reader<'_> {
    #[inline(always)]
    fn reads(&self, quote: Quote, mut state: u16, fronts: Fronts, bytes: &[u8]) -> bool {
        for front in [fronts.second, fronts.last] {
            if state < Automaton::FIRST {
                return state != Automaton::NO;
            }
            state = self.next(state, self.column(front));
        }
        self.goes_on(quote, state, bytes)
    }

    #[inline(always)]
    fn goes_on(&self, quote: Quote, mut state: u16, bytes: &[u8]) -> bool {
        for (i, &byte) in bytes.iter().take(Confirm::MOST).enumerate() {
            if state < Automaton::FIRST {
                break;
            }
            let column = match byte {
                b'"' if quote == Quote::Closes => self.edge(),
                b'"' if quote == Quote::MayClose => {
                    return self.next(state, self.edge() - 1) != Automaton::NO;
                }
                b'\\' => return hides(bytes.get(i..)) || self.next(state, self.edge() - 1) != Automaton::NO,
                byte => usize::from(self.columns[usize::from(byte)]),
            };
            state = self.next(state, column);
        }
        if quote != Quote::Closes && bytes.len() < Confirm::MOST && state >= Automaton::FIRST {
            state = self.next(state, self.edge());
        }
        state != Automaton::NO
    }

    #[inline]
    fn column(&self, front: Front) -> usize {
        match front {
            Front::Unknown => 0,
            Front::Edge => self.edge(),
            Front::Byte(byte) => usize::from(self.columns[usize::from(byte)]),
        }
    }

    #[inline]
    fn edge(&self) -> usize {
        self.width - 1
    }

    #[inline]
    fn next(&self, state: u16, column: usize) -> u16 {
        let row = usize::from(state.saturating_sub(Automaton::FIRST));
        self.rows.get(row + column).copied().unwrap_or(Automaton::MAYBE)
    }
}

/// Whether the backslashes that begin these bytes may spell any character, or end too late to tell.
fn hides(bytes: Option<&[u8]>) -> bool {
    let behind = bytes.unwrap_or(&[]).iter().find(|byte| **byte != b'\\');
    behind.is_none_or(|byte| *byte == b'u')
}
