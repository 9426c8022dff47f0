//! Escapes of four digits, and the factors that may lie over them or behind them.
//!
//! Plain version: look at each by itself ([`Lanes::shown_around`]). Departures, for those of the text at hand, which stand behind one
//! backslash:
//!
//! 1. A factor behind one is a place as any other, whatever the last digit is.
//! 2. Which characters factors begin with, and what stands in front of those that do not begin there, is looked up as factors are
//!    themselves, by digits ([`Lanes::sets_and_escapes`]). Most text beyond ASCII is passed over like that.
//! 3. What lies over two of them is told by the first.

use super::window::Window;
use crate::arch::{BLOCK, Isa};
use crate::factor::{FRONT, Lanes, places, places_and_escapes};

/// Digits of one.
const DIGITS: u32 = 4;

/// Those of a block behind one backslash, by their `u`.
pub(super) struct LongEscapes {
    single: u64,
    /// What the set for them finds.
    found: u64,
}

impl LongEscapes {
    /// Of a block that nobody has looked at.
    pub(super) const UNKNOWN: Self = Self { single: 0, found: u64::MAX };

    /// Those of the block before, if it has any behind one backslash; nothing is known of the next block.
    #[inline(always)]
    pub(super) fn take(&mut self) -> Self {
        match self.single {
            0 => Self::UNKNOWN,
            _ => core::mem::replace(self, Self::UNKNOWN),
        }
    }

    /// Whether a factor may stand in the next block behind one of these.
    #[inline(always)]
    pub(super) fn at_end(&self) -> bool {
        moved(DIGITS + 1, 0, self.single) != 0
    }
}

/// A block that has such escapes, or stands behind one that has, and what to look for.
pub(super) struct Around<'a> {
    pub(super) lanes: &'a Lanes,
    pub(super) window: &'a Window,
    /// The number of the block.
    pub(super) block: usize,
    /// Each `u` behind a backslash in it.
    pub(super) letters: u64,
    /// Those that a factor is looked for over.
    pub(super) wanted: u64,
    /// In the block before.
    pub(super) before: LongEscapes,
}

/// What stands so many bytes behind, in a block and the one before.
#[inline(always)]
const fn moved(count: u32, bits: u64, before: u64) -> u64 {
    bits << count | before >> (u64::BITS - count)
}

/// What there is.
#[derive(Default)]
pub(super) struct Shown {
    /// Where a factor may begin.
    pub(super) places: u64,
    /// The `u`s of escapes that a factor may lie over, or of nested texts one behind it.
    pub(super) over: u64,
}

impl Around<'_> {
    /// Looks, and keeps what the next block may ask for.
    #[inline(always)]
    pub(super) fn look(self, isa: impl Isa) -> (Shown, LongEscapes) {
        let Some(around) = self.window.around(self.block) else {
            return (Shown::default(), LongEscapes::UNKNOWN);
        };
        let backslash = around[BLOCK..].first_chunk().map_or(0, |bytes| isa.equal(isa.load(bytes), b'\\'));
        let before = |back: usize| u64::from(around[BLOCK - back] == b'\\');
        let deeper = self.letters & (backslash << 2 | before(1) << 1 | before(2));
        let single = self.letters & !deeper;
        if single == 0 && !self.before.at_end() {
            let places = places(isa, self.lanes.sets(), around);
            return (Shown { places, over: self.over(deeper, deeper) }, LongEscapes::UNKNOWN);
        }
        let behind = |count| moved(count, single, self.before.single);
        let digits = (1..=DIGITS).fold(0, |all, count| all | behind(count));
        let sets = self.lanes.sets_and_escapes();
        let [places, found] = places_and_escapes(isa, sets, around, behind(DIGITS + 1));
        let firsts = found >> 1 | 1 << (BLOCK - 1);
        let fronts = moved(FRONT, found, self.before.found) & !behind(DIGITS + 2);
        let over = self.over(single & (firsts | fronts) | deeper, deeper);
        (Shown { places: places & !digits, over }, LongEscapes { single, found })
    }

    /// Those of `escapes` that a factor may lie over, or of `deeper` that one may stand behind.
    #[inline(always)]
    fn over(&self, escapes: u64, deeper: u64) -> u64 {
        match escapes & self.wanted {
            0 => 0,
            left => self.looked_at(left, deeper),
        }
    }

    #[cold]
    #[inline(never)]
    fn looked_at(&self, mut left: u64, deeper: u64) -> u64 {
        let mut over = 0;
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            let place = (self.block * BLOCK + bit as usize) as isize;
            let byte = |offset| self.window.byte(place + offset);
            let groups = match deeper >> bit & 1 {
                0 => self.lanes.over_escape(byte),
                _ => self.lanes.shown_around(byte),
            };
            over |= u64::from(groups != 0) << bit;
        }
        over
    }
}
