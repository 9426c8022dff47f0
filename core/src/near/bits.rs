//! One pass over a segment: a bit for each place and group.

use super::{Fronts, GROUPS};
use crate::span::Span;
use crate::table::Room;

/// The places of a segment, by group.
pub(crate) struct Bits<'m> {
    /// Word `w * GROUPS + g`: places `64 * w ..` of group `g`.
    words: Room<'m, u64>,
    start: usize,
    end: usize,
}

impl<'m> Bits<'m> {
    /// Bits for segments of at most `64 * words.len() / GROUPS` bytes.
    #[cfg(feature = "alloc")]
    pub(crate) fn new(words: Room<'m, u64>) -> Self {
        Self { words, start: 0, end: 0 }
    }

    /// Words that segments of `len` bytes take.
    #[cfg(feature = "alloc")]
    pub(crate) const fn words(len: usize) -> usize {
        len.div_ceil(64) * GROUPS
    }

    /// Looks at `segment` of a value that ends at `end`; returns a bit for each group that has a place in it.
    pub(crate) fn scan(&mut self, fronts: &Fronts, input: &[u8], segment: Span, end: usize) -> u16 {
        self.start = segment.start;
        self.end = segment.end;
        let used = segment.len().div_ceil(64) * GROUPS;
        self.words.iter_mut().take(used).for_each(|word| *word = 0);
        let raw = input.get(segment.start..end).unwrap_or(&[]);
        let front = raw.get(..(segment.len() + super::FRONT).min(raw.len())).unwrap_or(raw);
        // Behind `\u` any character may be spelled; without it, only those with a short escape. Backslashes at the
        // end may belong to a `\u` behind it.
        let spelled = front.last() == Some(&b'\\') || front.windows(2).any(|pair| pair == b"\\u");
        let of = |byte: u8| match byte {
            b'\\' if spelled => (u64::MAX, u16::MAX),
            _ => (fronts.fronts[byte as usize], fronts.opaque[byte as usize]),
        };
        let mut lanes = 0u64;
        let mut groups = 0u64;
        for (at, &byte) in front.iter().enumerate() {
            let (front, opaque) = of(byte);
            lanes = (lanes << GROUPS | 0xffff) & front;
            let opaque = u64::from(opaque);
            let told = lanes & (opaque | opaque << 16 | opaque << 32 | 0xffff << 48);
            if told != 0 {
                groups |= told;
                self.note(at, told);
            }
        }
        // At the end of the value the bytes say nothing more.
        if front.len() == raw.len() {
            let last = front.len().wrapping_sub(1);
            self.note(last, lanes);
            groups |= lanes;
        }
        (groups | groups >> 16 | groups >> 32 | groups >> 48) as u16
    }

    /// Sets the bits of lanes: lane `i` is a place `i` bytes before `at`.
    #[inline(never)]
    fn note(&mut self, at: usize, mut lanes: u64) {
        while lanes != 0 {
            let bit = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let Some(place) = at.checked_sub(bit / GROUPS) else { continue };
            if let Some(word) = self.words.get_mut(place / 64 * GROUPS + bit % GROUPS) {
                *word |= 1 << (place % 64);
            }
        }
    }

    /// The first place of a group at or after `from`.
    #[inline]
    pub(crate) fn next(&self, group: u8, from: usize) -> Option<usize> {
        let mut at = from.max(self.start) - self.start;
        let len = self.end - self.start;
        while at < len {
            let word = self.words.get(at / 64 * GROUPS + usize::from(group)).copied().unwrap_or(0);
            let rest = word >> (at % 64);
            if rest != 0 {
                let found = at + rest.trailing_zeros() as usize;
                return (found < len).then_some(self.start + found);
            }
            at = (at / 64 + 1) * 64;
        }
        None
    }
}
