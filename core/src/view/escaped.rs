//! A text behind one or more levels of JSON string escapes.
//!
//! Plain version: unescape the raw bytes `level` times, keeping for each character the raw range that it
//! came from. Departures:
//!
//! 1. Nothing is stored. A character that is no backslash is itself at every level, so `next` reads one raw
//!    character and returns; only a backslash asks the level below for what it escapes. A character of level
//!    `n` costs the raw bytes that it came from, and there are at most `limits::MAX_NESTING + 2` levels.
//! 2. Escapes can only be read forwards (whether a backslash escapes depends on the run before it), so where one is
//!    near, `backwards` reads forwards first, keeping the last [`Rewind::BLOCK`] characters, and a mark at every
//!    block before them; an earlier block is read again from its mark. Every character is read at most three
//!    times up to `MARKS * BLOCK` characters.

use super::Text;
use super::plain::decode_utf8;
use crate::factor::unit;
use crate::table::Room;

/// Text behind `level` levels of JSON string escapes.
#[derive(Clone, Copy)]
pub struct Escaped<'a> {
    raw: &'a [u8],
    start: usize,
    level: u8,
}

impl<'a> Escaped<'a> {
    /// The bytes `start..end` of `input`, seen through `level` levels of escapes.
    #[must_use]
    pub fn new(input: &'a [u8], start: usize, end: usize, level: u8) -> Self {
        Self { raw: input.get(..end).unwrap_or(&[]), start, level }
    }

    /// The same text with one more level of escapes resolved wherever they stand; what is no escape stays.
    #[must_use]
    pub fn resolved(self) -> Self {
        Self { level: self.level + 1, ..self }
    }

    /// The character at `at`, where a raw backslash stands, if that takes no look at other levels.
    #[inline]
    #[must_use]
    pub(crate) fn simple_escape(&self, at: usize) -> Option<(char, usize)> {
        self.doubled(at, self.level)
    }

    /// The raw bytes.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw.get(self.start..).unwrap_or(&[])
    }

    #[inline]
    fn read(&self, at: usize, level: u8) -> Option<(char, usize)> {
        let (ch, next) = decode_utf8(self.raw, at)?;
        if ch != '\\' || level == 0 {
            return Some((ch, next));
        }
        self.escape(at, level)
    }

    /// The character at `at`, where a raw backslash stands.
    #[inline(never)]
    fn escape(&self, at: usize, level: u8) -> Option<(char, usize)> {
        if let Some(known) = self.doubled(at, level) {
            return Some(known);
        }
        let (ch, next) = self.read(at, level - 1)?;
        if ch != '\\' {
            return Some((ch, next));
        }
        Some(self.resolve(next, level - 1).unwrap_or(('\\', next)))
    }

    /// The same where every level has doubled the backslashes of the one before, as all writers do: a backslash of level
    /// `level - 1` is a run of `2^(level - 1)` raw ones. `None` for anything else.
    #[inline]
    fn doubled(&self, at: usize, level: u8) -> Option<(char, usize)> {
        if level == 1 {
            return self.letter(at + 1);
        }
        let one = 1_usize << (level - 1).min(15);
        let raw = self.raw.get(at..)?;
        let run = raw.iter().take(2 * one).take_while(|byte| **byte == b'\\').count();
        let next = raw.get(run).copied();
        match next {
            _ if run == 2 * one => Some(('\\', at + run)),
            Some(b'"') if run == 2 * one - 1 => Some(('"', at + run + 1)),
            Some(_) if run == one => self.letter(at + run),
            _ => None,
        }
    }

    /// What the escape stands for whose letter is at `at`, unless that is half of a pair.
    #[inline]
    fn letter(&self, at: usize) -> Option<(char, usize)> {
        let letter = *self.raw.get(at)?;
        if letter != b'u' {
            return short(letter as char).map(|ch| (ch, at + 1));
        }
        let digits = self.raw.get(at + 1..at + 5)?;
        let unit = unit(|offset| digits.get(offset as usize - 1).copied().unwrap_or(b' '))?;
        char::from_u32(u32::from(unit)).map(|ch| (ch, at + 5))
    }

    /// What the escape means whose backslash ends at `at`, in characters of `below`.
    fn resolve(&self, at: usize, below: u8) -> Option<(char, usize)> {
        let (ch, next) = self.read(at, below)?;
        match ch {
            'u' => self.unicode(next, below),
            _ => short(ch).map(|plain| (plain, next)),
        }
    }

    fn unicode(&self, at: usize, below: u8) -> Option<(char, usize)> {
        let (unit, next) = self.hex4(at, below)?;
        if let Some(ch) = char::from_u32(unit) {
            return Some((ch, next));
        }
        let pair = if unit < 0xdc00 { self.low_surrogate(next, below) } else { None };
        Some(match pair {
            Some((low, end)) => {
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), end)
            }
            None => (char::REPLACEMENT_CHARACTER, next),
        })
    }

    fn low_surrogate(&self, at: usize, below: u8) -> Option<(u32, usize)> {
        let ('\\', at) = self.read(at, below)? else { return None };
        let ('u', at) = self.read(at, below)? else { return None };
        self.hex4(at, below).filter(|(unit, _)| (0xdc00..0xe000).contains(unit))
    }

    fn hex4(&self, mut at: usize, below: u8) -> Option<(u32, usize)> {
        let mut unit = 0;
        for _ in 0..4 {
            let (ch, next) = self.read(at, below)?;
            unit = unit << 4 | ch.to_digit(16)?;
            at = next;
        }
        Some((unit, at))
    }

    fn fill(&self, rewind: &mut Rewind<'_>, from: usize, end: usize) -> usize {
        let mut count = 0;
        let mut at = from;
        while at < end {
            let Some((ch, next)) = self.read(at, self.level) else { break };
            rewind.put(count, ch, at);
            count += 1;
            at = next;
        }
        count
    }
}

/// The character that a backslash and this one stand for (RFC 8259, section 7); `None` for `u` and what is no escape.
#[inline]
pub(crate) fn short(letter: char) -> Option<char> {
    Some(match letter {
        '"' | '\\' | '/' => letter,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    })
}

impl Text for Escaped<'_> {
    const ESCAPES: bool = true;
    #[inline]
    fn start(&self) -> usize {
        self.start
    }
    #[inline]
    fn end(&self) -> usize {
        self.raw.len()
    }
    #[inline]
    fn next(&self, at: usize) -> Option<(char, usize)> {
        self.read(at, self.level)
    }
    /// A backslash may be an escape of the level below.
    #[inline]
    fn reach(&self) -> usize {
        5 * usize::from(self.level) + 1
    }
    #[inline]
    fn ahead(&self, at: usize) -> &[u8] {
        self.raw.get(at..).unwrap_or(&[])
    }
    fn backwards(
        &self,
        floor: usize,
        mut end: usize,
        rewind: &mut Rewind<'_>,
        mut visit: impl FnMut(char, usize) -> bool,
    ) {
        let front = self.raw.get(floor..end).unwrap_or(&[]);
        let slash = front.iter().rposition(|byte| *byte == b'\\');
        let clear = slash.map_or(floor, |slash| floor + slash + self.reach());
        while end > clear {
            let Some((ch, at)) = self.plain_before(floor, end) else { break };
            if !visit(ch, at) {
                return;
            }
            end = at;
        }
        if end <= floor {
            return;
        }
        let mut marks = 1;
        rewind.mark(0, floor);
        if end - floor > Rewind::BLOCK {
            let stride = Rewind::BLOCK.max((end - floor).div_ceil(Rewind::MARKS - 1));
            let mut at = floor;
            while let Some((_, next)) = self.next(at).filter(|(_, next)| *next < end) {
                at = next;
                if at - rewind.marked(marks - 1) >= stride {
                    rewind.mark(marks, at);
                    marks += 1;
                }
            }
        }
        let mut block_end = end;
        for mark in (0..marks).rev() {
            let block = rewind.marked(mark);
            if !self.visit_block(block, block_end, rewind, &mut visit) {
                return;
            }
            block_end = block;
        }
    }
}

impl Escaped<'_> {
    /// The character in front of `end`, to which no escape reaches.
    #[inline]
    fn plain_before(&self, floor: usize, end: usize) -> Option<(char, usize)> {
        let at = end - 1;
        let last = *self.raw.get(at)?;
        if last.is_ascii() {
            return Some((char::from(last), at));
        }
        let back = self.raw.get(floor..end)?.iter().rev().position(|byte| byte & 0xc0 != 0x80)?;
        let at = at - back;
        decode_utf8(self.raw, at).filter(|(_, next)| *next == end).map(|(ch, _)| (ch, at))
    }

    /// Visits `from..end` backwards, reading it again for each block of characters that it holds.
    fn visit_block(
        &self,
        from: usize,
        end: usize,
        rewind: &mut Rewind<'_>,
        visit: &mut impl FnMut(char, usize) -> bool,
    ) -> bool {
        let mut piece_end = end;
        while piece_end > from {
            // The ring keeps the last characters before `piece_end`.
            let count = self.fill(rewind, from, piece_end);
            let kept = count.min(Rewind::BLOCK);
            for i in (count - kept..count).rev() {
                let (ch, at) = rewind.get(i);
                if !visit(ch, at) {
                    return false;
                }
                piece_end = at;
            }
            if kept == 0 {
                break;
            }
        }
        true
    }
}

/// The memory that walking backwards through escaped text needs.
pub struct Rewind<'m> {
    /// The last characters read, and where each begins.
    ring: Room<'m, (char, usize)>,
    marks: Room<'m, usize>,
}

impl<'m> Rewind<'m> {
    /// Within [`Self::BLOCK`] characters and [`Self::MARKS`] marks.
    pub(crate) fn within(ring: Room<'m, (char, usize)>, marks: Room<'m, usize>) -> Self {
        Self { ring, marks }
    }
}

impl Rewind<'_> {
    /// Characters kept at once.
    pub const BLOCK: usize = 1024;
    /// Marks kept at once.
    pub const MARKS: usize = 1024;

    /// Memory of its own.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new() -> Self {
        Self::within(Room::filled(('\0', 0), Self::BLOCK), Room::filled(0, Self::MARKS))
    }

    fn put(&mut self, i: usize, ch: char, at: usize) {
        self.ring[i % Self::BLOCK] = (ch, at);
    }

    fn get(&self, i: usize) -> (char, usize) {
        self.ring[i % Self::BLOCK]
    }

    fn mark(&mut self, i: usize, at: usize) {
        self.marks[i % Self::MARKS] = at;
    }

    fn marked(&self, i: usize) -> usize {
        self.marks[i % Self::MARKS]
    }
}

#[cfg(feature = "alloc")]
impl Default for Rewind<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn backwards_is_the_reverse_of_forwards() {
        const PIECES: [&str; 12] =
            ["\\", "\\", "\\\\", "\\u005c", "u005c", "u0041", "n", "é", "plain words", "\\\"", "🙂", "0"];
        let mut seed = 5u64;
        let mut below = |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % limit
        };
        let mut rewind = Rewind::new();
        for _ in 0..5_000 {
            let raw: std::string::String = (0..below(12)).map(|_| PIECES[below(PIECES.len())]).collect();
            for level in 1..=4 {
                let text = Escaped::new(raw.as_bytes(), 0, raw.len(), level);
                let (mut forwards, mut at) = (Vec::new(), 0);
                while let Some((ch, next)) = text.next(at) {
                    forwards.push((ch, at));
                    at = next;
                }
                let mut backwards = Vec::new();
                text.backwards(0, at, &mut rewind, |ch, at| {
                    backwards.push((ch, at));
                    true
                });
                backwards.reverse();
                assert_eq!(forwards, backwards, "level {level}: {raw}");
            }
        }
    }
}
