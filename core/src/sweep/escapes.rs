//! Escapes of four digits, and the factors that may lie over them or behind them.
//!
//! Plain version: look at each by itself ([`Lanes::shown_around`]). Departures, for those of the text at hand, which stand behind one
//! backslash:
//!
//! 1. A factor behind one is a place as any other, if the last digit is taken for a byte that any character may end with.
//! 2. Which characters factors begin with, and what stands in front of those that do not begin there, is looked up as factors are
//!    themselves, by digits ([`Lanes::escapes`]). Most text beyond ASCII is passed over like that.
//! 3. What lies over two of them is told by the first.

use super::window::Window;
use crate::arch::{BLOCK, Isa, Path, WINDOW, Work};
use crate::factor::{FRONT, Lanes, places};

/// Digits of one.
const DIGITS: usize = 4;

/// Those of a block, by their `u`.
pub(super) struct LongEscapes {
    /// Behind one backslash.
    single: u64,
    /// Behind more: of nested texts, if of any.
    deeper: u64,
    /// What [`Lanes::escapes`] tells.
    found: u64,
}

impl LongEscapes {
    /// Of a block that nobody has looked at.
    pub(super) const UNKNOWN: Self = Self { single: 0, deeper: 0, found: u64::MAX };

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
        self.single >> (BLOCK - 1 - DIGITS) != 0
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
    #[cold]
    pub(super) fn look(self, path: Path) -> (Shown, LongEscapes) {
        path.run(self)
    }

    /// With a slash for the last digit of each.
    #[inline(always)]
    fn opened(&self, around: &[u8; WINDOW], single: u64) -> [u8; WINDOW] {
        let mut opened = *around;
        for (from, letters) in [(0, self.before.single & u64::MAX << (BLOCK - 1 - DIGITS)), (BLOCK, single)] {
            let mut left = letters;
            while left != 0 {
                if let Some(digit) = opened.get_mut(from + left.trailing_zeros() as usize + DIGITS) {
                    *digit = b'/';
                }
                left &= left - 1;
            }
        }
        opened
    }

    #[inline(always)]
    fn over(&self, LongEscapes { single, deeper, found }: &LongEscapes) -> u64 {
        const LAST: u32 = BLOCK as u32 - 1;
        const NEXT: u32 = DIGITS as u32 + 2;
        let before = &self.before;
        let firsts = found >> 1 | 1 << LAST;
        let fronts = found << FRONT | before.found >> (LAST + 1 - FRONT);
        let follows = single << NEXT | before.single >> (LAST + 1 - NEXT);
        let mut left = (single & (firsts | fronts & !follows) | deeper) & self.wanted;
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

impl Work for Around<'_> {
    type Result = (Shown, LongEscapes);

    #[inline(always)]
    fn run(self, isa: impl Isa) -> Self::Result {
        let Some(around) = self.window.around(self.block) else {
            return (Shown::default(), LongEscapes::UNKNOWN);
        };
        let backslash = around[BLOCK..].first_chunk().map_or(0, |bytes| isa.equal(isa.load(bytes), b'\\'));
        let before = |back: usize| u64::from(around[BLOCK - back] == b'\\');
        let deeper = self.letters & (backslash << 2 | before(1) << 1 | before(2));
        let single = self.letters & !deeper;
        let (sets, mut escapes) = (self.lanes.sets(), LongEscapes { single, deeper, ..LongEscapes::UNKNOWN });
        let places = match single != 0 || self.before.at_end() {
            true => {
                escapes.found = self.lanes.escapes(isa, around);
                places(isa, sets, &self.opened(around, single))
            }
            false => places(isa, sets, around),
        };
        (Shown { places, over: self.over(&escapes) }, escapes)
    }
}
