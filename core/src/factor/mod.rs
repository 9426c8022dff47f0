//! Factors: a few raw bytes that every match of a search shows, somewhere near its start.
//!
//! Plain version: try every place. A search is told by *factors* instead: four bytes in a row, and the byte before them,
//! each within a set. Searches whose factors look alike share a *group*, so one look at five bytes tells for all groups
//! whether a match may be near.
//!
//! What a set holds is what raw bytes can be there. A character that has a short escape (`\n`, `\"`) shows as a
//! backslash, and behind it any byte may follow. One that is spelled `\uXXXX` shows nothing: whoever looks for places
//! treats `\u` apart. So factors never miss a match of a text without `\u`, at any level of escapes.

mod confirm;
mod lanes;

use crate::arch::{BLOCK, GroupSet, Isa, WINDOW};
use crate::table::{Pad, Pools};
pub use confirm::{Automaton, Confirm, Follow, Front, Fronts};
pub(crate) use lanes::FRONT;
pub use lanes::Lanes;
use zerocopy::little_endian::U128;
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// Groups of factors.
pub const MAX_GROUPS: usize = 32;

/// Groups that share a pair of look-up tables.
const SET: usize = 8;

/// Of which searches a place may show a factor: a bit a group.
pub type Groups = u32;

/// The factors of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Factors {
    /// Groups of which every match shows one; none when the search has no factor, and may match anywhere.
    pub groups: Groups,
    /// How far before its factor a match may begin.
    pub reach: Reach,
    /// Nothing.
    pub pad: Pad<2>,
}

/// How far before its factor a match may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Reach {
    /// At most so many characters, which are at most [`Reach::MOST`].
    Chars(u8, Pad<16>),
    /// As many characters as there are, all of this run.
    Run(Run),
}

impl Reach {
    /// The most characters of [`Reach::Chars`].
    pub const MOST: u8 = 8;

    /// At most so many characters.
    #[must_use]
    pub const fn chars(count: u8) -> Self {
        Self::Chars(count, Pad::ZERO)
    }
}

impl Default for Reach {
    fn default() -> Self {
        Self::chars(0)
    }
}

/// Which values of a text must be looked at: those in which a factor shows, and those under a name that shows one.
#[derive(Clone, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Stops {
    /// What factors look like.
    pub lanes: Lanes,
    /// What goes on behind them.
    pub confirm: Confirm,
    /// Groups of searches that look at numbers or booleans.
    pub bare: Groups,
    /// Groups of names: a key or attribute name in which none of these shows gives no condition under which a value
    /// must be looked at that shows no factor itself (whole-value rules, and searches that have no factors).
    pub names: Groups,
    /// Every value must be looked at: a search without factors may match anywhere, or whole values are selected otherwise
    /// than by names.
    pub everywhere: bool,
    /// Nothing.
    pub pad: Pad<3>,
}

impl Stops {
    /// No value.
    pub const NONE: Self = Self {
        lanes: Lanes::NONE,
        confirm: Confirm::NONE,
        bare: 0,
        names: 0,
        everywhere: false,
        pad: Pad::ZERO,
    };

    /// Every value.
    #[must_use]
    pub const fn everywhere() -> Self {
        Self { everywhere: true, ..Self::NONE }
    }

    /// With its tables at hand.
    #[inline]
    #[must_use]
    pub fn watch<'a>(&'a self, ahead: &'a [Automaton], pools: &'a Pools<'_>) -> Watch<'a> {
        Watch { stops: self, follow: self.confirm.follow(ahead, pools) }
    }
}

/// [`Stops`] with their tables at hand.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// What to stop at.
    pub stops: &'a Stops,
    /// Reads on behind factors.
    pub follow: Follow<'a>,
}

impl Watch<'static> {
    /// For no value.
    pub const NONE: Self = Self { stops: &Stops::NONE, follow: Follow::NONE };
}

impl Watch<'_> {
    /// What factors look like.
    #[inline]
    #[must_use]
    pub fn lanes(&self) -> &Lanes {
        &self.stops.lanes
    }
}

/// Raw bytes that a stretch of a match may be spelled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Run {
    /// ASCII characters, bit `n` for character `n`.
    pub ascii: U128,
    /// Whether any other characters.
    pub wide: bool,
}

impl Run {
    /// Whether this byte may be (part of) a character of the run, or of an escape.
    #[inline]
    #[must_use]
    pub fn holds(&self, byte: u8) -> bool {
        match byte {
            0x80.. => self.wide,
            _ => self.ascii.get() >> byte & 1 == 1 || is_of_escape(byte),
        }
    }
}

/// The bytes around a place, as far as factors and what stands in front of them are told by single bytes.
#[derive(Clone, Copy)]
pub(crate) struct Near([u8; 2 * Near::BEFORE]);

impl Near {
    /// How many in front of it.
    pub(crate) const BEFORE: usize = 8;

    /// The first ones of these bytes; zero if there are not enough.
    #[inline(always)]
    pub(crate) fn new(bytes: Option<&[u8]>) -> Self {
        Self(bytes.and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default())
    }

    /// The byte so many behind the place.
    #[inline(always)]
    pub(crate) fn byte(&self, offset: isize) -> u8 {
        self.0[Self::BEFORE.wrapping_add_signed(offset) % (2 * Self::BEFORE)]
    }
}

/// Whether `\w` matches this byte.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where in the middle of `around` a factor of one of these sets may begin.
#[inline(always)]
pub(crate) fn places<I: Isa>(isa: I, sets: &[GroupSet], around: &[u8; WINDOW]) -> u64 {
    places_and_escapes(isa, sets, around, 0)[0]
}

/// The same, and where an escape does of a set that finds these. `behind_escape`: what stands right behind escapes of four digits.
#[inline(always)]
pub(crate) fn places_and_escapes<I: Isa>(
    isa: I,
    sets: &[GroupSet],
    around: &[u8; WINDOW],
    behind_escape: u64,
) -> [u64; 2] {
    match isa.places(sets, around, behind_escape) {
        [places, 0, escapes] => [places, escapes],
        [places, behind_no_word, escapes] => {
            [places | behind_no_word & (free(isa, around) | behind_escape), escapes]
        }
    }
}

/// The places in the middle of `around` that stand behind no letter, digit or `_`, but for those that may end an escape.
#[inline(always)]
fn free<I: Isa>(isa: I, around: &[u8; WINDOW]) -> u64 {
    let Some((&[.., two_before, before], block)) = around.split_first_chunk::<BLOCK>() else {
        return u64::MAX;
    };
    let Some(block) = block.first_chunk() else { return u64::MAX };
    let block = isa.load(block);
    let folded = isa.folded(block);
    let letters = isa.below(folded, b'{') & !isa.below(folded, b'a');
    let digits = isa.below(block, b':') & !isa.below(block, b'0');
    let escaped = isa.equal(block, b'\\') << 1 | u64::from(before == b'\\');
    let words = (letters | digits | isa.equal(block, b'_')) & !escaped;
    !(words << 1 | u64::from(is_word(before) && two_before != b'\\'))
}

/// Whether an escape of two characters stands for this one.
#[must_use]
pub const fn has_short_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'/' | 8 | b'\t' | b'\n' | 12 | b'\r')
}

/// Whether this byte may be the last one of a short escape.
#[must_use]
pub const fn ends_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')
}

/// Whether an escape may hold this byte behind its backslash, or is it; a quote or slash never is at the end of one
/// that means something else.
#[inline]
pub(crate) const fn is_of_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'u' | b'n' | b't' | b'r' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F')
}

/// The UTF-16 code unit of an escape: `byte` tells the byte so many behind its `u`.
#[inline]
pub(crate) fn unit(byte: impl Fn(isize) -> u8) -> Option<u16> {
    const BAD: u16 = 0x100;
    static DIGITS: [u16; 256] = {
        let mut digits = [BAD; 256];
        let mut value = 0;
        while value < 16 {
            digits[b"0123456789abcdef"[value] as usize] = value as u16;
            digits[b"0123456789ABCDEF"[value] as usize] = value as u16;
            value += 1;
        }
        digits
    };
    let digit = |offset: isize| DIGITS[usize::from(byte(offset))];
    let digits = [digit(1), digit(2), digit(3), digit(4)];
    let unit = digits.iter().fold(0, |unit, digit| unit << 4 | digit);
    (digits.iter().fold(0, |any, digit| any | digit) < BAD).then_some(unit)
}
