//! Memory for masking on targets without a heap.

use super::{Masker, Reader, Work};
use crate::active::Active;
use crate::arch::Path;
use crate::find::{BITS, Finder, Hosts, Progress, Rooms, SEGMENT, group_words, progresses};
use crate::matcher::{Barren, Entry, Matcher, Scratch};
use crate::policy::Policy;
use crate::report::Tally;
use crate::rewrite::{DIGITS, Edit, Edits};
use crate::scan::Scanner;
use crate::scan::grammar::Containers;
use crate::select::{Frame, Selection, Sizes as Places};
use crate::sweep::{Bracket, Brackets, Sweeper};
use crate::table::Room;
use crate::view::Rewind;

/// What masking with a policy needs at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Levels of JSON: one, and one more for each level of nesting (`limits.nesting`).
    pub levels: usize,
    /// Containers open at once (`limits.depth`), one more for each level, and 16 that a stream keeps.
    pub places: usize,
    /// Two for each search and each allowance. A pattern, a set of literals or a search of a detector is one.
    pub searches: usize,
    /// Detectors of the host that the policy asks. There is no memory for these but on a heap.
    pub hosts: usize,
    /// 64-bit words, for conditions, positions in paths, and counts.
    pub words: usize,
}

impl Sizes {
    /// Of a policy.
    #[must_use]
    pub fn of(policy: &Policy<'_>) -> Self {
        let places = Places::of(&policy.selectors, &policy.limits);
        Self {
            levels: usize::from(policy.limits.nesting) + 1,
            places: places.frames,
            searches: progresses(policy).iter().sum(),
            hosts: policy.searches.iter().filter(|search| matches!(search.matcher, Matcher::Host(_))).count(),
            words: places.conditions
                + places.positions
                + policy.selectors.words()
                + 5 * policy.searches.len().div_ceil(64)
                + group_words(policy)
                + policy.rules.len(),
        }
    }

    fn fit(&self, room: &Self) -> bool {
        self.levels <= room.levels
            && self.places <= room.places
            && self.searches <= room.searches
            && self.hosts <= room.hosts
            && self.words <= room.words
    }
}

/// Memory for a masker. On targets with 32-bit addresses: 58 KB, 55 KB for each level, 40 bytes a place, 40 a search, 8 a word,
/// 28 an edit, 64 a digest.
///
/// [`Sizes`] says how much of it a policy needs. A text with more parts to mask than `EDITS`, or more pseudonyms than
/// `DIGESTS`, is masked in two passes; at least one of each is needed.
///
/// It is all zero, so a static of it takes no room in flash.
pub struct Memory<
    const LEVELS: usize,
    const PLACES: usize,
    const SEARCHES: usize,
    const WORDS: usize,
    const EDITS: usize,
    const DIGESTS: usize,
> {
    readers: [Reader; LEVELS],
    brackets: [Bracket; PLACES],
    frames: [Frame; PLACES],
    progresses: [Progress; SEARCHES],
    words: [u64; WORDS],
    edits: [Edit; EDITS],
    digests: [[u8; DIGITS]; DIGESTS],
    bits: [u64; BITS],
    cells: [u16; SEGMENT],
    reach: [u32; SEGMENT],
    ring: [(char, usize); Rewind::BLOCK],
    marks: [usize; Rewind::MARKS],
    barren: [Entry; Barren::FEW],
}

impl<
    const LEVELS: usize,
    const PLACES: usize,
    const SEARCHES: usize,
    const WORDS: usize,
    const EDITS: usize,
    const DIGESTS: usize,
> Memory<LEVELS, PLACES, SEARCHES, WORDS, EDITS, DIGESTS>
{
    const SIZES: Sizes = {
        assert!(EDITS > 0 && DIGESTS > 0, "a masker needs room for an edit and a digest");
        Sizes { levels: LEVELS, places: PLACES, searches: SEARCHES, hosts: 0, words: WORDS }
    };

    /// Fresh memory.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            readers: [const { Reader { sweeper: Sweeper::ASLEEP, scanner: Scanner::ASLEEP } }; LEVELS],
            brackets: [Bracket::NONE; PLACES],
            frames: [Frame::NONE; PLACES],
            progresses: [Progress::NONE; SEARCHES],
            words: [0; WORDS],
            edits: [Edit::NONE; EDITS],
            digests: [[0; DIGITS]; DIGESTS],
            bits: [0; BITS],
            cells: [0; SEGMENT],
            reach: [0; SEGMENT],
            ring: [('\0', 0); Rewind::BLOCK],
            marks: [0; Rewind::MARKS],
            barren: [Entry::NONE; Barren::FEW],
        }
    }
}

impl<
    const LEVELS: usize,
    const PLACES: usize,
    const SEARCHES: usize,
    const WORDS: usize,
    const EDITS: usize,
    const DIGESTS: usize,
> Default for Memory<LEVELS, PLACES, SEARCHES, WORDS, EDITS, DIGESTS>
{
    fn default() -> Self {
        Self::new()
    }
}

/// Gives out the front of what is left.
fn take<'m, T>(left: &mut &'m mut [T], len: usize) -> Room<'m, T> {
    let (front, rest) = core::mem::take(left).split_at_mut_checked(len).unwrap_or_default();
    *left = rest;
    Room::from(front)
}

impl<'m> Masker<'m> {
    /// A masker within memory that the caller brings: nothing is allocated, now or later. Its texts may be nested as deep as
    /// the policy's limits say.
    ///
    /// # Errors
    /// What the policy needs, if that is more than there is.
    pub fn within<
        const LEVELS: usize,
        const PLACES: usize,
        const SEARCHES: usize,
        const WORDS: usize,
        const EDITS: usize,
        const DIGESTS: usize,
    >(
        policy: &Policy<'_>,
        path: Path,
        memory: &'m mut Memory<LEVELS, PLACES, SEARCHES, WORDS, EDITS, DIGESTS>,
    ) -> Result<Self, Sizes> {
        let needed = Sizes::of(policy);
        if !needed.fit(&Memory::<LEVELS, PLACES, SEARCHES, WORDS, EDITS, DIGESTS>::SIZES) {
            return Err(needed);
        }
        let readers = memory.readers.get_mut(..needed.levels).unwrap_or_default();
        readers.iter_mut().for_each(|reader| reader.wake(path));
        memory.cells.fill(0);
        memory.barren.fill(Entry::NONE);
        let words = &mut &mut memory.words[..];
        words.fill(0);
        let progresses_left = &mut &mut memory.progresses[..];
        progresses_left.fill(Progress::NONE);
        let [searches, allow] = progresses(policy).map(|count| take(progresses_left, count));
        let places = Places::of(&policy.selectors, &policy.limits);
        let rows = [places.conditions, places.positions].map(|len| take(words, len));
        let a_bit_a_search = policy.searches.len().div_ceil(64);
        let mut factored = take(words, a_bit_a_search);
        policy.note_factored(&mut factored);
        Ok(Self {
            trusted: false,
            readers: Room::from(readers),
            containers: Containers::new(policy.limits.depth),
            brackets: Brackets::within(take(&mut &mut memory.brackets[..], usize::from(policy.limits.depth))),
            work: Work {
                selection: Selection::within(
                    &policy.selectors,
                    take(&mut &mut memory.frames[..], places.frames),
                    rows,
                ),
                active: Active::within(
                    [(); 3].map(|()| take(words, a_bit_a_search)),
                    take(words, policy.selectors.words()),
                ),
                runs: take(words, a_bit_a_search),
                factored,
                finder: Finder::within(
                    policy,
                    path,
                    Rooms {
                        cells: Room::from(&mut memory.cells[..]),
                        reach: Room::from(&mut memory.reach[..]),
                        scratch: Scratch {
                            rewind: Rewind::within(
                                Room::from(&mut memory.ring[..]),
                                Room::from(&mut memory.marks[..]),
                            ),
                            barren: Barren::within(Room::from(&mut memory.barren[..])),
                        },
                        bits: Room::from(&mut memory.bits[..]),
                        groups: take(words, group_words(policy)),
                        searches,
                        allow,
                        hosts: Hosts::none(),
                    },
                ),
                edits: Edits::within(Room::from(&mut memory.edits[..]), Room::from(&mut memory.digests[..])),
                tally: Tally::within(take(words, policy.rules.len())),
                by_place: false,
            },
        })
    }
}

impl Reader {
    fn wake(&mut self, path: Path) {
        self.sweeper.wake(path);
        self.scanner.wake(path);
    }
}

impl Policy<'_> {
    /// Sets a bit for each search that has factors.
    pub(super) fn note_factored(&self, bits: &mut [u64]) {
        for (i, search) in self.searches.iter().enumerate() {
            if let Some(word) = bits.get_mut(i / 64) {
                *word |= u64::from(search.factors.groups != 0) << (i % 64);
            }
        }
    }
}
