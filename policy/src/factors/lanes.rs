//! What raw bytes characters show as, and how often text shows such bytes.

use regex_syntax::utf8::Utf8Sequences;
use spanmask_core::arch::LANES;

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Bytes([u128; 2]);

/// The byte before a factor, and its first four.
pub(crate) type Window = [Bytes; LANES];

impl Bytes {
    pub(crate) const NONE: Self = Self([0; 2]);
    pub(crate) const ALL: Self = Self([u128::MAX; 2]);
    /// What a character beyond ASCII ends with.
    pub(crate) const CONTINUATION: Self = Self([0, (1 << 64) - 1]);

    pub(crate) const fn ascii(bits: u128) -> Self {
        Self([bits, 0])
    }

    pub(crate) fn of(bytes: &[u8]) -> Self {
        bytes.iter().fold(Self::NONE, |all, byte| all.with(*byte, *byte))
    }

    pub(crate) fn with(mut self, first: u8, last: u8) -> Self {
        for byte in first..=last {
            self.0[usize::from(byte >> 7)] |= 1 << (byte & 0x7f);
        }
        self
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
    }

    pub(crate) fn holds(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 7)] >> (byte & 0x7f) & 1 == 1
    }

    pub(crate) fn is_none(self) -> bool {
        self == Self::NONE
    }
}

pub(crate) fn union(a: &Window, b: &Window) -> Window {
    let mut both = *a;
    both.iter_mut().zip(b).for_each(|(mine, theirs)| *mine = mine.union(*theirs));
    both
}

/// Characters, as raw bytes show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Chars {
    /// ASCII characters, bit `n` for character `n`.
    ascii: u128,
    /// The bytes of the others in UTF-8: of those of two bytes, of three, of four.
    wide: [[Bytes; 4]; 3],
    /// Whether the others hold some that `\w` matches, and some that it does not.
    wide_word: bool,
    wide_other: bool,
}

/// Characters with a short escape.
const SHORT: u128 = HIDDEN | 1 << b'/';
/// Those that JSON never writes plainly.
const HIDDEN: u128 = 1 << b'"' | 1 << b'\\' | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13;
/// Control characters.
const CONTROL: u128 = 0xffff_ffff;

impl Chars {
    /// Those of ascending ranges; `words` are the characters that `\w` matches.
    pub(crate) fn of(ranges: &[(char, char)], words: &[(char, char)]) -> Self {
        let mut chars = Self::default();
        for &(start, end) in ranges {
            for code in u32::from(start)..=u32::from(end).min(0x7f) {
                chars.ascii |= 1 << code;
            }
            if end < '\u{80}' {
                continue;
            }
            let start = start.max('\u{80}');
            for sequence in Utf8Sequences::new(start, end) {
                let into = &mut chars.wide[sequence.len() - 2];
                for (bytes, range) in into.iter_mut().zip(sequence.as_slice()) {
                    *bytes = bytes.with(range.start, range.end);
                }
            }
            let (word, other) = kinds(start, end, words);
            chars.wide_word |= word;
            chars.wide_other |= other;
        }
        chars
    }

    pub(crate) fn all() -> Self {
        Self { wide_word: true, ..Self::of(&[('\0', char::MAX)], &[]) }
    }

    pub(crate) const fn ascii(ascii: u128) -> Self {
        Self { ascii, wide: [[Bytes::NONE; 4]; 3], wide_word: false, wide_other: false }
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut both = *self;
        both.ascii |= other.ascii;
        both.wide_word |= other.wide_word;
        both.wide_other |= other.wide_other;
        let theirs = other.wide.as_flattened();
        both.wide.as_flattened_mut().iter_mut().zip(theirs).for_each(|(a, b)| *a = a.union(*b));
        both
    }

    pub(crate) const fn ascii_bits(&self) -> u128 {
        self.ascii
    }

    pub(crate) const fn is_wide(&self) -> bool {
        self.wide_word || self.wide_other
    }

    pub(crate) const fn wide_kinds(&self) -> (bool, bool) {
        (self.wide_word, self.wide_other)
    }

    /// Bytes that its ASCII characters show as where they are not escaped.
    const fn plain(&self) -> Bytes {
        Bytes::ascii(self.ascii & !(HIDDEN | CONTROL))
    }

    /// The last byte of each.
    pub(crate) fn last_bytes(ascii: u128, wide: bool) -> Bytes {
        let plain = Self::ascii(ascii).plain();
        if wide { plain.union(Bytes::CONTINUATION) } else { plain }
    }
}

/// Whether some of these characters are words', and whether some are not.
fn kinds(start: char, end: char, words: &[(char, char)]) -> (bool, bool) {
    let within = |&&(from, to): &&(char, char)| from <= end && start <= to;
    let covered = |&(from, to): &(char, char)| from <= start && end <= to;
    (words.iter().any(|range| within(&range)), !words.iter().any(covered))
}

/// The lanes from a character on: `before` goes in front, and behind `chars` stands one of `behind`, or anything.
pub(crate) fn window(before: Bytes, chars: &[&Chars], behind: Option<Bytes>) -> Window {
    let mut lanes = [Bytes::NONE; LANES];
    lanes[0] = before;
    // Where a character may begin; past the last lane it does not matter where.
    let mut starts = [false; LANES + 4];
    starts[1] = true;
    let mut unknown = LANES;
    for chars in chars {
        let mut next = [false; LANES + 4];
        for lane in (1..LANES).filter(|lane| starts[*lane]) {
            lanes[lane] = lanes[lane].union(chars.plain());
            next[lane + 1] |= !chars.plain().is_none();
            if chars.ascii & SHORT != 0 {
                lanes[lane] = lanes[lane].with(b'\\', b'\\');
                unknown = unknown.min(lane + 1);
            }
            for (extra, bytes) in chars.wide.iter().enumerate().filter(|(_, bytes)| !bytes[0].is_none()) {
                for (to, bytes) in lanes.iter_mut().skip(lane).zip(bytes) {
                    *to = to.union(*bytes);
                }
                next[lane + extra + 2] = true;
            }
        }
        starts = next;
    }
    for lane in (1..LANES).filter(|lane| starts[*lane]) {
        let end = match behind {
            Some(behind) => {
                lanes[lane] = lanes[lane].union(behind);
                lane + 1
            }
            None => lane,
        };
        unknown = unknown.min(end);
    }
    lanes.iter_mut().skip(unknown).for_each(|lane| *lane = Bytes::ALL);
    lanes
}

/// Kinds of bytes: lower case, upper case, digits, space, quote, backslash, other ASCII, the rest.
const KINDS: usize = 8;

const fn kind(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        b' ' => 3,
        b'"' => 4,
        b'\\' => 5,
        0x21..=0x7e => 6,
        _ => 7,
    }
}

/// How many of a thousand bytes are of each kind: measured on captured traces, with more prose.
const SHARE: [f64; KINDS] = [500.0, 30.0, 120.0, 50.0, 100.0, 50.0, 140.0, 10.0];

/// The same behind a byte of each kind.
const BEHIND: [[f64; KINDS]; KINDS] = [
    [770.0, 24.0, 25.0, 40.0, 70.0, 20.0, 50.0, 1.0],
    [600.0, 290.0, 46.0, 17.0, 17.0, 3.0, 26.0, 1.0],
    [54.0, 7.0, 690.0, 29.0, 25.0, 33.0, 160.0, 2.0],
    [350.0, 109.0, 165.0, 20.0, 90.0, 180.0, 80.0, 6.0],
    [427.0, 20.0, 23.0, 2.0, 8.0, 13.0, 506.0, 1.0],
    [160.0, 0.2, 0.8, 0.1, 430.0, 408.0, 0.8, 0.1],
    [155.0, 10.0, 151.0, 120.0, 270.0, 30.0, 263.0, 1.0],
    [60.0, 10.0, 30.0, 30.0, 6.0, 20.0, 14.0, 830.0],
];

/// How many of a thousand bytes of its kind are this one.
const fn weight(byte: u8) -> f64 {
    match byte {
        b'e' | b't' | b'a' => 100.0,
        b'i' | b'n' | b'o' | b'r' | b's' => 62.0,
        b'l' | b'u' | b'd' | b'c' | b'm' | b'g' | b'p' => 34.0,
        b'b' | b'f' | b'h' | b'k' | b'v' | b'y' | b'w' => 16.0,
        b'j' | b'q' | b'x' | b'z' => 3.0,
        b'0'..=b'9' => 100.0,
        b'A'..=b'Z' => 38.5,
        b' ' | b'"' | b'\\' => 1000.0,
        b',' | b':' => 210.0,
        b'{' | b'}' | b'.' => 110.0,
        b'-' | b'_' => 45.0,
        b'[' | b']' | b'/' => 22.0,
        b'(' | b')' | b'\'' => 8.0,
        b'=' | b'*' => 4.0,
        0x21..=0x7e => 2.0,
        _ => 7.0,
    }
}

/// A guess at the share of positions that pass a window: what kinds of bytes follow each other, and how often each
/// byte is among its kind.
pub(crate) fn share(window: &Window) -> f64 {
    let mut now = SHARE.map(|share| share / 1000.0);
    for (lane, bytes) in window.iter().enumerate() {
        if lane > 0 {
            let mut next = [0.0; KINDS];
            for (share, row) in now.iter().zip(&BEHIND) {
                next.iter_mut().zip(row).for_each(|(next, to)| *next += share * to / 1000.0);
            }
            now = next;
        }
        let part = parts(*bytes);
        now.iter_mut().zip(part).for_each(|(share, part)| *share *= part);
    }
    now.iter().sum()
}

/// How much of each kind is in a set.
fn parts(bytes: Bytes) -> [f64; KINDS] {
    if bytes == Bytes::ALL {
        return [1.0; KINDS];
    }
    let mut parts = [0.0_f64; KINDS];
    for (half, bits) in bytes.0.iter().enumerate() {
        let mut bits = *bits;
        while bits != 0 {
            let byte = (bits.trailing_zeros() as u8) | (half as u8) << 7;
            parts[kind(byte)] += weight(byte) / 1000.0;
            bits &= bits - 1;
        }
    }
    parts.map(|part| part.min(1.0))
}
