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

    /// All bytes whose halves are those of some of these.
    fn roughly(self) -> Self {
        let row = |high: usize| (self.0[high / 8] >> (high % 8 * 16)) & 0xffff;
        let low = (0..16).fold(0, |low, high| low | row(high));
        let rows = (0..16).filter(|high| row(*high) != 0);
        rows.fold(Self::NONE, |mut all, high| {
            all.0[high / 8] |= low << (high % 8 * 16);
            all
        })
    }

    /// Bits 0 to 63 are bytes 0 to 63, and so on.
    fn words(self) -> [u64; 4] {
        let [low, high] = self.0;
        [low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]
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
    /// Of which classes they are.
    classes: Classes,
}

/// Classes of characters, by numbers that whoever has the ranges of these gives out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Classes(u128);

impl Classes {
    /// Any of them, and others.
    const ANY: Self = Self(u128::MAX);

    /// The numbers, unless there are others.
    pub(crate) fn numbers(self) -> Option<impl Iterator<Item = usize>> {
        (self != Self::ANY).then(|| (0..Chars::CLASSES).filter(move |number| self.0 >> number & 1 == 1))
    }
}

/// Characters with a short escape.
const SHORT: u128 = 1 << b'"' | 1 << b'\\' | 1 << b'/' | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13;

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
            chars.classes = Classes::ANY;
        }
        chars
    }

    /// Classes that are told apart.
    const CLASSES: usize = 127;

    /// The same, which is the class of this number.
    pub(crate) fn numbered(mut self, number: usize) -> Self {
        if number < Self::CLASSES && self.is_wide() {
            self.classes = Classes(1 << number);
        }
        self
    }

    pub(crate) const fn classes(&self) -> Classes {
        self.classes
    }

    pub(crate) fn all() -> Self {
        Self { wide_word: true, ..Self::of(&[('\0', char::MAX)], &[]) }
    }

    pub(crate) const fn ascii(ascii: u128) -> Self {
        let wide = [[Bytes::NONE; 4]; 3];
        Self { ascii, wide, wide_word: false, wide_other: false, classes: Classes(0) }
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut both = *self;
        both.ascii |= other.ascii;
        both.wide_word |= other.wide_word;
        both.wide_other |= other.wide_other;
        both.classes.0 |= other.classes.0;
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

    /// Bytes that its ASCII characters show as where they are not escaped. Some never stand in JSON like that, but whoever
    /// reads escapes looks for them.
    const fn plain(&self) -> Bytes {
        Bytes::ascii(self.ascii)
    }

    /// What stands behind the backslash of its short escapes.
    fn escapes(&self) -> Bytes {
        let letter = |code: u32| match code {
            8 => b'b',
            9 => b't',
            10 => b'n',
            12 => b'f',
            13 => b'r',
            _ => code as u8,
        };
        let short = (0..0x80).filter(|code| (self.ascii & SHORT) >> code & 1 == 1);
        short.fold(Bytes::NONE, |all, code| all.with(letter(code), letter(code)))
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
///
/// Plain spellings give one window, and each place at which the first escape may stand another one.
pub(crate) fn windows(before: Bytes, chars: &[&Chars], behind: Option<Bytes>) -> Vec<Window> {
    let mut lanes = [Bytes::NONE; LANES];
    lanes[0] = before;
    // Where a character may begin; past the last lane it does not matter where.
    let mut starts = [false; LANES + 4];
    starts[1] = true;
    let mut escapes = [Bytes::NONE; LANES];
    for chars in chars {
        let mut next = [false; LANES + 4];
        for lane in (1..LANES).filter(|lane| starts[*lane]) {
            lanes[lane] = lanes[lane].union(chars.plain());
            next[lane + 1] |= !chars.plain().is_none();
            escapes[lane] = escapes[lane].union(chars.escapes());
            for (extra, bytes) in chars.wide.iter().enumerate().filter(|(_, bytes)| !bytes[0].is_none()) {
                for (to, bytes) in lanes.iter_mut().skip(lane).zip(bytes) {
                    *to = to.union(*bytes);
                }
                next[lane + extra + 2] = true;
            }
        }
        starts = next;
    }
    let mut unknown = LANES;
    for lane in (1..LANES).filter(|lane| starts[*lane]) {
        lanes[lane] = lanes[lane].union(behind.unwrap_or(Bytes::ALL));
        unknown = unknown.min(lane + 1);
    }
    lanes.iter_mut().skip(unknown).for_each(|lane| *lane = Bytes::ALL);
    let escaped: Vec<Window> = (1..LANES - 1)
        .filter(|lane| !escapes[*lane].is_none())
        .map(|lane| {
            let mut escaped = lanes;
            escaped[lane] = Bytes::of(b"\\");
            // Deeper levels have more backslashes.
            escaped[lane + 1] = escapes[lane].union(Bytes::of(b"\\"));
            escaped.iter_mut().skip(lane + 2).for_each(|lane| *lane = Bytes::ALL);
            escaped
        })
        .collect();
    if !escapes[LANES - 1].is_none() {
        lanes[LANES - 1] = lanes[LANES - 1].union(Bytes::of(b"\\"));
    }
    let shows = |window: &Window| !window.iter().skip(1).any(|lane| lane.is_none());
    std::iter::once(lanes).chain(escaped).filter(shows).collect()
}

/// Kinds of bytes: lower case, upper case, digits, space, quote, backslash, what joins words, other ASCII, the rest.
const KINDS: usize = 9;

const fn kind(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        b' ' => 3,
        b'"' => 4,
        b'\\' => 5,
        b'.' | b'_' | b'-' | b'/' => 6,
        0x21..=0x7e => 7,
        _ => 8,
    }
}

/// How many of a thousand bytes are of each kind: measured on captured traces.
const SHARE: [f64; KINDS] = [486.7, 20.0, 134.1, 30.6, 114.1, 61.8, 28.8, 120.3, 3.6];

/// The same behind a byte of each kind.
const BEHIND: [[f64; KINDS]; KINDS] = [
    [776.6, 23.6, 23.5, 14.4, 76.1, 30.6, 47.0, 7.5, 0.6],
    [781.3, 122.2, 41.2, 15.2, 12.3, 0.9, 16.7, 10.3, 0.3],
    [53.2, 5.2, 700.7, 31.0, 17.4, 36.6, 37.4, 117.8, 0.9],
    [176.0, 102.2, 161.0, 33.8, 72.0, 359.3, 0.4, 88.3, 7.0],
    [434.3, 18.5, 18.7, 0.3, 6.5, 12.3, 0.4, 508.4, 0.9],
    [105.4, 0.3, 0.3, 0.3, 498.6, 395.6, 0.3, 0.3, 0.3],
    [710.8, 2.8, 210.0, 44.9, 5.1, 16.1, 8.1, 0.3, 2.2],
    [30.0, 0.6, 121.8, 138.7, 337.8, 37.7, 2.3, 331.0, 0.3],
    [101.9, 0.3, 32.5, 43.3, 5.7, 21.4, 0.9, 13.1, 781.3],
];

/// How many of the bytes of each kind end an escape: any factor may stand behind one.
const ESCAPED: [f64; KINDS] = [0.01, 0.0, 0.0, 0.0, 0.45, 0.5, 0.001, 0.0, 0.0];

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
        b',' | b':' => 280.0,
        b'{' | b'}' => 140.0,
        b'.' => 580.0,
        b'-' | b'_' => 200.0,
        b'/' => 40.0,
        b'[' | b']' => 25.0,
        b'(' | b')' | b'\'' => 8.0,
        b'=' | b'*' => 4.0,
        0x21..=0x7e => 2.0,
        _ => 7.0,
    }
}

/// The kind of each byte, and its share of that kind.
static KIND: [usize; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = kind(byte as u8);
        byte += 1;
    }
    kinds
};
static WEIGHT: [f64; 256] = {
    let mut weights = [0.0; 256];
    let mut byte = 0;
    while byte < 256 {
        weights[byte] = weight(byte as u8) / 1000.0;
        byte += 1;
    }
    weights
};

/// A guess at the share of positions that pass a window: what kinds of bytes follow each other, and how often each
/// byte is among its kind.
pub(crate) fn share(window: &Window) -> f64 {
    exactly(window) + roughly(window)
}

/// The same of the places that are looked at again in vain, by what that costs: where blocks are looked at, either half
/// of a byte tells apart.
pub(crate) fn roughly(window: &Window) -> f64 {
    const AGAIN: f64 = 0.03;
    AGAIN * exactly(&window.map(Bytes::roughly))
}

pub(crate) fn exactly(window: &Window) -> f64 {
    let mut now = SHARE.map(|share| share / 1000.0);
    for (lane, bytes) in window.iter().enumerate() {
        if lane > 0 {
            let mut next = [0.0; KINDS];
            for (share, row) in now.iter().zip(&BEHIND) {
                next.iter_mut().zip(row).for_each(|(next, to)| *next += share * to / 1000.0);
            }
            now = next;
        }
        let mut part = parts(*bytes);
        if lane == 0 {
            part.iter_mut().zip(ESCAPED).for_each(|(part, escaped)| *part = part.max(escaped));
        }
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
    for (first, bits) in (0..=u8::MAX).step_by(64).zip(bytes.words()) {
        let mut bits = bits;
        while bits != 0 {
            let byte = usize::from(first | bits.trailing_zeros() as u8);
            parts[KIND[byte]] += WEIGHT[byte];
            bits &= bits - 1;
        }
    }
    parts.map(|part| part.min(1.0))
}
