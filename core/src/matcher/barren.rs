//! Where automata that read on behind a match came to nothing.
//!
//! Plain version: behind a match, read on until nothing can make it longer. A pattern like `foo(bar.*baz)?` reads to the end
//! of the text for that, and so behind each `foo`. Departure: what an automaton in some state comes to from some place on does
//! not depend on how it came there. So where reading on was in vain, states are noted at some places, and whoever comes to one
//! of these in the same state stops (as Reps' "Maximal-munch tokenization in linear time", 1998, does at every place).
//!
//! Memory is bounded: the places are close together near the start and ever further apart ([`LEVELS`] spacings, [`PER_LEVEL`]
//! places of each). Whoever comes behind the close ones reads on to the next far one, and notes close ones on that way. An entry
//! that another one takes the slot of costs time, never a match.

use crate::table::Room;
use zerocopy::{FromZeros, KnownLayout};

/// How far apart the places are: 16 bytes, and 16 times as far at each further level.
const LEVELS: u32 = 7;
/// Places of each level that one reading notes: up to where the next level has its first.
const PER_LEVEL: usize = 16;

/// A state at a place from which on there was no match. All zero: none, as no automaton goes on in state 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromZeros, KnownLayout)]
pub(crate) struct Entry {
    text: u64,
    place: usize,
    /// Where its rows begin.
    automaton: u32,
    state: u32,
}

impl Entry {
    pub(crate) const NONE: Self = Self { text: 0, place: 0, automaton: 0, state: 0 };
}

/// The memory for it.
pub struct Barren<'m> {
    entries: Room<'m, Entry>,
    /// The text at hand.
    text: u64,
}

impl<'m> Barren<'m> {
    /// Entries on a device.
    pub(crate) const FEW: usize = LEVELS as usize * 32;

    /// For so many automata: room for four states of each, 43 KB to 2.8 MB, taken as it is used.
    #[cfg(feature = "alloc")]
    pub(crate) fn new(automata: usize) -> Self {
        let each = automata.saturating_mul(4 * PER_LEVEL).clamp(256, 16_384);
        Self::within(Room::zeroed(LEVELS as usize * each))
    }

    /// Within these, which are all zero.
    pub(crate) fn within(entries: Room<'m, Entry>) -> Self {
        Self { entries, text: 0 }
    }
}

impl Barren<'_> {
    /// Turns to a text, which has a number that no other one had.
    pub(crate) fn turn_to(&mut self, text: u64) {
        self.text = text;
    }

    /// The levels that have a place at `at`, the character in front of which begins at `before`.
    pub(super) fn levels(before: usize, at: usize) -> u32 {
        (0..LEVELS).take_while(|level| before >> shift(*level) != at >> shift(*level)).count() as u32
    }

    /// Whether it is known, at a place of so many levels, that nothing follows.
    pub(super) fn knows(&self, levels: u32, automaton: u32, state: u32, place: usize) -> bool {
        let entry = Entry { text: self.text, place, automaton, state };
        (0..levels)
            .any(|level| self.entries.get(self.slot(level, &entry)).is_some_and(|known| *known == entry))
    }

    /// Notes it. `counts` holds the places of each level that this reading has noted.
    pub(super) fn note(
        &mut self,
        levels: u32,
        counts: &mut Counts,
        automaton: u32,
        state: u32,
        place: usize,
    ) {
        let entry = Entry { text: self.text, place, automaton, state };
        for (level, count) in (0..levels).zip(&mut counts.0) {
            let slot = self.slot(level, &entry);
            if *count < PER_LEVEL
                && let Some(known) = self.entries.get_mut(slot)
            {
                *count += 1;
                *known = entry;
            }
        }
    }

    /// Where an entry stands: anywhere, so that few get into each other's way, whatever they are.
    fn slot(&self, level: u32, entry: &Entry) -> usize {
        let each = self.entries.len() / LEVELS as usize;
        let place = (entry.place >> shift(level)) as u64;
        let state = u64::from(entry.automaton) << 32 ^ u64::from(entry.state);
        let mixed =
            (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ state).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 32;
        level as usize * each + (mixed as usize).checked_rem(each).unwrap_or(0)
    }
}

/// How many places of each level were noted.
#[derive(Default)]
pub(super) struct Counts([usize; LEVELS as usize]);

/// The spacing of a level, as a power of two.
const fn shift(level: u32) -> u32 {
    4 + 4 * level
}
