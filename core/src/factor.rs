//! Factors: a few raw bytes that every match of a search shows, somewhere near its start.
//!
//! Plain version: try every place. A search is told by *factors* instead: four bytes in a row, and the byte before them,
//! each within a set. Searches whose factors look alike share a *group*, so one look at five bytes tells for all groups
//! whether a match may be near.
//!
//! What a set holds is what raw bytes can be there. A character that has a short escape (`\n`, `\"`) shows as a
//! backslash, and behind it any byte may follow. One that is spelled `\uXXXX` shows nothing: whoever looks for places
//! treats `\u` apart. So factors never miss a match of a text without `\u`, at any level of escapes.

use crate::arch::{Isa, LANES, Nibbles};
use crate::table::Pad;
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
    pub const NONE: Self = Self { lanes: Lanes::NONE, bare: 0, names: 0, everywhere: false, pad: Pad::ZERO };

    /// Every value.
    #[must_use]
    pub const fn everywhere() -> Self {
        Self { everywhere: true, ..Self::NONE }
    }
}

/// The bytes of each lane, for all groups.
#[derive(Clone, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Lanes {
    /// `bytes[lane][byte]`: the groups whose factors may have this byte there.
    bytes: [[Groups; 256]; LANES],
    /// The same for eight groups each, as products of what holds for either half of a byte: never less.
    sets: [Nibbles; MAX_GROUPS / SET],
    /// How many of `sets` hold any group.
    used: u32,
    /// For each lane, the groups that may have the first byte of a character beyond ASCII there.
    wide: [Groups; LANES],
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

impl Lanes {
    /// What may stand at each lane: `bytes[lane][byte]` holds a bit for each group.
    ///
    /// Lane 0 is the byte in front of the factor: the last one of the character there if that is written plainly. Where a
    /// factor may begin a text, lane 0 holds what stands in front of one: a quote, and for numbers `:`, `,`, `[` and
    /// white space. What ends an escape is added here.
    #[must_use]
    pub fn new(bytes: &[[Groups; 256]; LANES]) -> Self {
        let wide = bytes.map(|lane| lane[0xc2..0xf5].iter().fold(0, |all, groups| all | groups));
        let mut lanes = Self { bytes: *bytes, wide, ..Self::NONE };
        for (index, set) in lanes.sets.iter_mut().enumerate() {
            let of = |groups: Groups| (groups >> (index * SET)) as u8;
            for (lane, table) in bytes.iter().enumerate() {
                for (byte, &groups) in table.iter().enumerate() {
                    let ends_escape = lane == 0 && ends_escape(byte as u8);
                    let groups = if ends_escape { u8::MAX } else { of(groups) };
                    set.low[lane][byte & 15] |= groups;
                    set.high[lane][byte >> 4] |= groups;
                }
            }
            let words = bytes[0].iter().enumerate().filter(|(byte, _)| is_word(*byte as u8));
            set.behind_no_word = words.fold(0, |all, (_, &groups)| all | of(groups)) == 0;
            if bytes[1].iter().any(|&groups| of(groups) != 0) {
                lanes.used = index as u32 + 1;
            }
        }
        lanes
    }

    /// No group.
    pub const NONE: Self = Self {
        bytes: [[0; 256]; LANES],
        sets: [Nibbles { low: [[0; 16]; LANES], high: [[0; 16]; LANES], behind_no_word: false };
            MAX_GROUPS / SET],
        used: 0,
        wide: [0; LANES],
    };

    /// The tables of the groups that there are.
    #[must_use]
    pub fn sets(&self) -> &[Nibbles] {
        self.sets.get(..self.used as usize).unwrap_or(&self.sets)
    }

    /// Whether there are as many tables as it says.
    pub(crate) fn is_sound(&self) -> bool {
        self.used as usize <= self.sets.len()
    }

    /// Whether there is any group.
    #[inline]
    #[must_use]
    pub fn used(&self) -> bool {
        self.used > 0
    }

    /// The groups of which a factor may show at a place; `byte` tells the byte so many behind it.
    #[inline]
    #[must_use]
    pub fn shown(&self, byte: impl Fn(isize) -> u8) -> Groups {
        let behind = self.shown_behind(&byte);
        match behind != 0 && !self.escape_before(&byte) {
            true => behind & self.bytes[0][usize::from(byte(-1))],
            false => behind,
        }
    }

    /// The same, whatever stands in front of the place.
    #[inline]
    #[must_use]
    pub fn shown_behind(&self, byte: impl Fn(isize) -> u8) -> Groups {
        let of = |lane: usize| self.bytes[lane][usize::from(byte(lane as isize - 1))];
        of(1) & of(2) & of(3) & of(4)
    }

    /// The groups whose factors may have this byte at this lane.
    #[inline]
    #[must_use]
    pub fn at(&self, lane: usize, byte: u8) -> Groups {
        self.bytes[lane % LANES][usize::from(byte)]
    }

    /// The groups of which a factor may lie over an escape of four digits, or behind it: `byte` tells the byte so many
    /// behind its `u`.
    #[must_use]
    pub fn shown_around(&self, byte: impl Fn(isize) -> u8) -> Groups {
        let Some(unit) = unit(&byte) else { return Groups::MAX };
        let behind = self.shown_behind(|offset| byte(5 + offset));
        let mut utf8 = [0; 4];
        // Half of a pair may also stand alone, and is U+FFFD then. 1,024 pairs have the first half in common, and in
        // UTF-8 two bytes.
        let first = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
        let over = self.shown_over(&byte, first.encode_utf8(&mut utf8).as_bytes());
        let Some(high) = unit.checked_sub(0xd800).filter(|high| *high < 0x400) else { return over | behind };
        let pair = char::from_u32(0x1_0000 + u32::from(high) * 0x400).unwrap_or(first);
        let known = pair.encode_utf8(&mut utf8).as_bytes().get(..2).unwrap_or(&[]);
        over | behind | self.shown_over(&byte, known)
    }

    /// The groups of which a factor may lie over an escape that stands for a character that begins with `known`.
    fn shown_over(&self, byte: impl Fn(isize) -> u8, known: &[u8]) -> Groups {
        let first = known.first().copied().unwrap_or(0);
        let run = (1..=Self::DEEPEST).take_while(|back| byte(-back) == b'\\').count() as isize;
        // What these spell is an escape of a deeper level, or part of one.
        if first == b'\\' || run > 1 && first.is_ascii_alphanumeric() || run == Self::DEEPEST {
            return Groups::MAX;
        }
        let known = if has_short_escape(first) { b"\\" } else { known };
        let before_it = byte(-run - 1);
        // Most text that is escaped is text beyond ASCII, and most of it stands behind no front of a factor.
        if first >= 0x80 && run == 1 {
            let close = |lane: usize| self.wide[lane] & self.bytes[lane - 1][usize::from(before_it)];
            if self.wide[1] | close(2) | close(3) | close(4) == 0 {
                return 0;
            }
        }
        (1..LANES).fold(0, |all, lane| {
            let lanes = self.bytes[lane..].iter().zip(known);
            let groups = lanes.fold(Groups::MAX, |groups, (table, &byte)| groups & table[usize::from(byte)]);
            // Of a deeper level, some of the backslashes may be characters in front of it.
            let behind_backslash = match lane {
                _ if run == 1 => 0,
                1 => Groups::MAX,
                _ => self.bytes[lane - 1][usize::from(b'\\')],
            };
            let close = if lane == 1 { Groups::MAX } else { self.bytes[lane - 1][usize::from(before_it)] };
            if groups & (close | behind_backslash) == 0 {
                return all;
            }
            let place = -run - (lane as isize - 1);
            let before = self.shown_until(lane, |offset| byte(place + offset));
            all | groups & (before | behind_backslash)
        })
    }

    /// Backslashes in front of an escape that are counted.
    const DEEPEST: isize = 32;

    /// The groups whose factors may have at a place the bytes of the first `lanes` lanes.
    fn shown_until(&self, lanes: usize, byte: impl Fn(isize) -> u8) -> Groups {
        let of = |lane: usize| self.bytes[lane][usize::from(byte(lane as isize - 1))];
        let before = if self.escape_before(&byte) { Groups::MAX } else { of(0) };
        (1..lanes).fold(before, |groups, lane| groups & of(lane))
    }

    /// Whether what stands in front of a place may be an escape: a letter ends a short one only behind a backslash.
    #[inline]
    fn escape_before(&self, byte: impl Fn(isize) -> u8) -> bool {
        let before = byte(-1);
        ends_escape(before) && (!before.is_ascii_lowercase() || byte(-2) == b'\\')
            || byte(-5) == b'u' && byte(-6) == b'\\'
    }
}

/// Whether `\w` matches this byte.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The places of a block that stand behind no letter, digit or `_`, but for those that may end an escape; and whether the
/// last byte of the block is one such. `escaped`: what stands behind a backslash.
#[inline(always)]
pub(crate) fn free<I: Isa>(isa: I, block: I::Block, escaped: u64, carried: &mut bool) -> u64 {
    let folded = isa.folded(block);
    let letters = isa.below(folded, b'{') & !isa.below(folded, b'a');
    let digits = isa.below(block, b':') & !isa.below(block, b'0');
    let words = (letters | digits | isa.equal(block, b'_')) & !escaped;
    let free = !(words << 1 | u64::from(*carried));
    *carried = words >> 63 == 1;
    free
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
    (!digits.contains(&BAD)).then(|| digits.iter().fold(0, |unit, digit| unit << 4 | digit))
}
