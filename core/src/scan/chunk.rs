//! One chunk of a text: its bytes, where each came from, and what phase 1 says of them.

use super::NotJson;
use crate::arch::{BLOCK, Masks, Path};
use crate::span::Span;
use crate::view::{Escaped, Text};

/// Bytes in a chunk.
const CHUNK: usize = 4096;
const BLOCKS: usize = CHUNK / BLOCK;
/// The longest character in UTF-8.
const LONGEST: usize = 4;

/// A chunk, and what must be carried from one to the next.
pub(super) struct Chunk {
    bytes: [u8; CHUNK],
    len: usize,
    /// Raw offset of each byte, and of what follows the last, relative to `base`. Unused at level 0.
    map: [u32; CHUNK + 1],
    base: usize,
    next: usize,
    end: usize,
    level: u8,
    masks: [Masks; BLOCKS],
    tokens: [u64; BLOCKS],
    opens: [u64; BLOCKS],
    carry: Carry,
}

/// State at the end of a block.
#[derive(Clone, Copy, Default)]
struct Carry {
    /// The next byte is escaped.
    escaped: bool,
    /// All ones inside a string.
    in_string: u64,
    /// The last byte belonged to a number or word.
    scalar: bool,
    /// Hexadecimal digits that a `\u` still needs.
    hex: u8,
}

impl Chunk {
    pub(super) fn new() -> Self {
        Self {
            bytes: [0; CHUNK],
            len: 0,
            map: [0; CHUNK + 1],
            base: 0,
            next: 0,
            end: 0,
            level: 0,
            masks: [Masks::default(); BLOCKS],
            tokens: [0; BLOCKS],
            opens: [0; BLOCKS],
            carry: Carry::default(),
        }
    }

    pub(super) fn start_document(&mut self, end: usize) {
        self.start_nested(Span::new(0, end), 0);
    }

    pub(super) fn start_nested(&mut self, span: Span, level: u8) {
        self.base = span.start;
        self.next = span.start;
        self.end = span.end;
        self.len = 0;
        self.level = level;
        self.carry = Carry::default();
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn blocks(&self) -> usize {
        self.len.div_ceil(BLOCK)
    }

    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes[at % CHUNK]
    }

    /// The bytes from `at` on.
    #[inline]
    pub(super) fn bytes(&self, at: usize) -> &[u8] {
        self.bytes.get(at..self.len).unwrap_or(&[])
    }

    /// The raw offset of byte `at`, which may be one behind the last.
    #[inline]
    pub(super) fn raw(&self, at: usize) -> usize {
        self.base + if self.level == 0 { at } else { self.map[at.min(CHUNK)] as usize }
    }

    #[inline]
    pub(super) fn tokens(&self, block: usize) -> u64 {
        self.tokens[block]
    }

    #[inline]
    pub(super) fn opens_string(&self, at: usize) -> bool {
        self.opens[at / BLOCK % BLOCKS] >> (at % BLOCK) & 1 == 1
    }

    /// Reads the next chunk; false at the end.
    pub(super) fn fill(&mut self, input: &[u8]) -> Result<bool, NotJson> {
        self.base = self.next;
        self.len = 0;
        if self.next >= self.end {
            return Ok(false);
        }
        if self.level == 0 {
            self.fill_raw(input)?
        } else {
            self.fill_decoded(input)
        }
        Ok(true)
    }

    /// Copies raw bytes, up to the last whole character, and checks that they are UTF-8.
    fn fill_raw(&mut self, input: &[u8]) -> Result<(), NotJson> {
        let wanted = CHUNK.min(self.end - self.next);
        let raw = input.get(self.next..self.next + wanted).ok_or(NotJson)?;
        let len = match core::str::from_utf8(raw) {
            Ok(_) => wanted,
            Err(error) if error.error_len().is_none() && self.next + wanted < self.end => error.valid_up_to(),
            Err(_) => return Err(NotJson),
        };
        self.bytes[..len].copy_from_slice(&raw[..len]);
        self.len = len;
        self.next += len;
        Ok(())
    }

    fn fill_decoded(&mut self, input: &[u8]) {
        let text = Escaped::new(input, self.next, self.end, self.level);
        let mut len = 0;
        let mut at = self.next;
        while len + LONGEST <= CHUNK && at < self.end {
            let run = plain(input.get(at..self.end.min(at + CHUNK - LONGEST + 1 - len)).unwrap_or(&[]));
            if !run.is_empty() {
                self.bytes[len..len + run.len()].copy_from_slice(run);
                let from = (at - self.base) as u32;
                for (raw, slot) in (from..).zip(&mut self.map[len..len + run.len()]) {
                    *slot = raw;
                }
                len += run.len();
                at += run.len();
                continue;
            }
            let Some((ch, next)) = text.next(at) else { break };
            let mut utf8 = [0; LONGEST];
            for &byte in ch.encode_utf8(&mut utf8).as_bytes() {
                self.bytes[len] = byte;
                self.map[len] = (at - self.base) as u32;
                len += 1;
            }
            at = next;
        }
        self.map[len] = (at - self.base) as u32;
        self.len = len;
        self.next = at;
    }

    /// Phase 1: tokens and strings of every block; refuses what no token can show.
    pub(super) fn classify(&mut self, path: Path) -> Result<(), NotJson> {
        let blocks = self.blocks();
        self.bytes[self.len..(blocks * BLOCK).min(CHUNK)].fill(b' ');
        let (bytes, _) = self.bytes.as_chunks::<BLOCK>();
        path.classify(bytes.get(..blocks).unwrap_or(bytes), &mut self.masks);
        let mut bad = self.rest_of_hex();
        for block in 0..blocks {
            let used = BLOCK.min(self.len - block * BLOCK);
            bad |= self.block(block, used, self.masks[block]);
        }
        if bad { Err(NotJson) } else { Ok(()) }
    }

    #[inline]
    fn block(&mut self, block: usize, used: usize, masks: Masks) -> bool {
        let valid = if used == BLOCK { u64::MAX } else { (1 << used) - 1 };
        let last = used - 1;
        let (escaped, next_escaped) = escaped(masks.backslash & valid, self.carry.escaped, used);
        let quote = masks.quote & !escaped & valid;
        let in_string = prefix_xor(quote) ^ self.carry.in_string;
        let opens = quote & in_string;
        let closes = quote & !in_string;
        let outside = !in_string & !closes & valid;
        let scalar = outside & !(masks.operator | masks.white);
        let starts = scalar & !(scalar << 1 | u64::from(self.carry.scalar));
        self.tokens[block] = quote | starts | outside & masks.operator;
        self.opens[block] = opens;
        self.carry.in_string = 0u64.wrapping_sub(in_string >> last & 1);
        self.carry.scalar = scalar >> last & 1 == 1;
        self.carry.escaped = next_escaped;
        let control = masks.control & valid & (in_string | !masks.white);
        let escapes = escaped & in_string & valid;
        let wrong = control | escapes & !(masks.simple_escape | masks.letter_u);
        let unicode = escapes & masks.letter_u;
        wrong != 0 || unicode != 0 && self.bad_unicode(block * BLOCK, unicode)
    }

    /// Whether a `u` after a backslash lacks its digits.
    fn bad_unicode(&mut self, start: usize, mut unicode: u64) -> bool {
        while unicode != 0 {
            let at = start + unicode.trailing_zeros() as usize;
            unicode &= unicode - 1;
            self.carry.hex = 4;
            if self.hex_from(at + 1) {
                return true;
            }
        }
        false
    }

    fn rest_of_hex(&mut self) -> bool {
        self.carry.hex > 0 && self.hex_from(0)
    }

    fn hex_from(&mut self, at: usize) -> bool {
        let have = (self.len - at.min(self.len)).min(self.carry.hex as usize);
        self.carry.hex -= have as u8;
        !self.bytes[at.min(self.len)..][..have].iter().all(u8::is_ascii_hexdigit)
    }

    /// Whether a string is open behind the last chunk.
    pub(super) fn in_string(&self) -> bool {
        self.carry.in_string != 0
    }

    /// The end of the input: nothing may be open.
    pub(super) fn finish(&self) -> Result<(), NotJson> {
        let open = self.carry.in_string != 0 || self.carry.escaped || self.carry.hex > 0;
        if open { Err(NotJson) } else { Ok(()) }
    }
}

/// The front of `raw` up to a backslash.
fn plain(raw: &[u8]) -> &[u8] {
    const STEP: usize = 32;
    let clear =
        raw.chunks_exact(STEP).take_while(|step| step.iter().all(|byte| *byte != b'\\')).count() * STEP;
    let rest = raw.get(clear..).unwrap_or(&[]);
    let more = rest.iter().position(|byte| *byte == b'\\').unwrap_or(rest.len());
    raw.get(..clear + more).unwrap_or(raw)
}

/// Which bytes a backslash escapes, and whether the first byte of the next block is escaped; `used` bytes of
/// the block count.
///
/// As simdjson: of each run of backslashes the odd ones escape; an addition that starts at runs on odd
/// places carries to their ends.
#[inline]
fn escaped(backslash: u64, carried: bool, used: usize) -> (u64, bool) {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let carried = u64::from(carried);
    let potential = backslash & !carried;
    let maybe = potential << 1;
    let maybe_odd = maybe | ODD;
    let even_series = maybe_odd.wrapping_sub(potential);
    let codes = even_series ^ ODD;
    let escaped = codes ^ (potential | carried);
    let escape = codes & potential;
    let next = escape >> (used - 1) & 1 == 1;
    (escaped, next)
}

/// Bit `i` of the result is the parity of bits `0..=i`.
#[inline]
fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(backslash: u64, carried: bool, used: usize) -> (u64, bool) {
        let (mut mask, mut next) = (0, carried);
        for i in 0..used {
            if next {
                mask |= 1 << i;
                next = false;
            } else {
                next = backslash >> i & 1 == 1;
            }
        }
        (mask, next)
    }

    #[test]
    fn escapes_are_those_of_a_walk() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..200_000u64 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let dense = seed & seed.rotate_left(round as u32 % 64) | seed.rotate_left(17) & (seed >> 3);
            let used = 1 + (seed >> 40) as usize % 64;
            let valid = if used == 64 { u64::MAX } else { (1 << used) - 1 };
            for carried in [false, true] {
                let (mask, next) = escaped(dense & valid, carried, used);
                assert_eq!((mask & valid, next), slow(dense & valid, carried, used));
            }
        }
    }
}
