//! A text that is its raw bytes: nothing in it is escaped.

use super::{Rewind, Text};

/// Raw UTF-8 without escapes.
#[derive(Clone, Copy)]
pub struct Plain<'a> {
    raw: &'a [u8],
    start: usize,
}

impl<'a> Plain<'a> {
    /// The bytes `start..end` of `input`, which must be UTF-8 and hold no escape.
    #[must_use]
    pub fn new(input: &'a [u8], start: usize, end: usize) -> Self {
        Self { raw: input.get(..end).unwrap_or(&[]), start }
    }
}

impl Text for Plain<'_> {
    const ESCAPES: bool = false;
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
        decode_utf8(self.raw, at)
    }
    #[inline]
    fn reach(&self) -> usize {
        0
    }
    #[inline]
    fn ahead(&self, at: usize) -> &[u8] {
        self.raw.get(at..).unwrap_or(&[])
    }
    #[inline]
    fn backwards(
        &self,
        floor: usize,
        end: usize,
        _: &mut Rewind<'_>,
        mut visit: impl FnMut(char, usize) -> bool,
    ) {
        let mut at = end;
        while at > floor {
            at -= 1;
            while at > floor && self.raw.get(at).is_some_and(|b| b & 0xc0 == 0x80) {
                at -= 1;
            }
            let Some((ch, _)) = decode_utf8(self.raw, at) else { return };
            if !visit(ch, at) {
                return;
            }
        }
    }
}

/// The character at `at` of bytes already known to be UTF-8; U+FFFD, one byte long, where they are not.
#[inline]
pub(super) fn decode_utf8(raw: &[u8], at: usize) -> Option<(char, usize)> {
    let first = *raw.get(at)?;
    if first < 0x80 {
        return Some((first as char, at + 1));
    }
    Some(decode_wide(raw, at, first))
}

fn decode_wide(raw: &[u8], at: usize, first: u8) -> (char, usize) {
    let (len, bits) = match first {
        0xc2..=0xdf => (2, u32::from(first & 0x1f)),
        0xe0..=0xef => (3, u32::from(first & 0x0f)),
        0xf0..=0xf4 => (4, u32::from(first & 0x07)),
        _ => return (char::REPLACEMENT_CHARACTER, at + 1),
    };
    let Some(rest) = raw.get(at + 1..at + len) else { return (char::REPLACEMENT_CHARACTER, at + 1) };
    let code = rest.iter().fold(bits, |code, b| code << 6 | u32::from(b & 0x3f));
    (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), at + len)
}
