//! A window that slides over a text: a chunk, the bytes before it and the bytes behind it, and where each came from.

use super::NotJson;
use super::bits::below;
use super::decode::{self, Decoded};
use crate::arch::{BLOCK, Isa, WINDOW, Work};
use crate::factor::Near;
use crate::span::Span;
use crate::view::{Escaped, Text};

/// Bytes in a chunk.
pub(super) const CHUNK: usize = 4096;
/// Bytes that can be seen before and behind the chunk.
pub(super) const MARGIN: usize = BLOCK;
/// And a block more, so that whole blocks can be written.
const SIZE: usize = MARGIN + CHUNK + MARGIN + BLOCK;
/// The longest character in UTF-8.
const LONGEST: usize = 4;

/// The window. A place in it counts from the chunk's first byte.
pub(super) struct Window {
    bytes: [u8; SIZE],
    /// Bytes of the text from the chunk's first one on.
    have: usize,
    /// Level 0: the raw offset of the chunk's first byte. Else what `origins` count from.
    base: usize,
    /// The raw offset behind the last byte read, and of the end.
    next: usize,
    end: usize,
    level: u8,
    /// The first chunk has been read, and nobody has gone over it.
    pub(super) ahead: bool,
    origins: Origins,
}

/// Where the bytes of a nested text came from: stretches, within which raw offsets go up by one.
struct Origins {
    starts: [u16; CHUNK + MARGIN + 1],
    raw: [u32; CHUNK + MARGIN + 1],
    count: usize,
    /// The stretch that was asked for last.
    at: usize,
}

impl Origins {
    const fn new() -> Self {
        Self { starts: [0; CHUNK + MARGIN + 1], raw: [0; CHUNK + MARGIN + 1], count: 0, at: 0 }
    }

    /// A stretch that begins at `start`, unless it only goes on as the one before.
    #[inline]
    fn push(&mut self, start: usize, raw: usize) {
        if let Some(last) = self.count.checked_sub(1)
            && raw - self.raw[last] as usize == start - usize::from(self.starts[last])
        {
            return;
        }
        self.begin(start, raw);
    }

    /// The bytes from `start` on came from these, counted from `raw` on.
    #[inline(always)]
    fn extend(&mut self, start: usize, raw: usize, origins: u64) {
        if origins == 0 {
            return;
        }
        self.push(start, raw);
        let mut starts = origins & !(origins << 1) & !1;
        while starts != 0 {
            let bit = starts.trailing_zeros();
            starts &= starts - 1;
            self.begin(start + (origins & below(bit)).count_ones() as usize, raw + bit as usize);
        }
    }

    #[inline]
    fn begin(&mut self, start: usize, raw: usize) {
        if let (Some(slot), Some(origin)) = (self.starts.get_mut(self.count), self.raw.get_mut(self.count)) {
            *slot = start as u16;
            *origin = raw as u32;
            self.count += 1;
        }
    }

    #[inline]
    fn of(&mut self, place: usize) -> usize {
        let starts = self.starts.get(..self.count).unwrap_or(&[]);
        if starts.get(self.at).is_none_or(|start| usize::from(*start) > place) {
            self.at = starts.partition_point(|start| usize::from(*start) <= place).saturating_sub(1);
        }
        while starts.get(self.at + 1).is_some_and(|start| usize::from(*start) <= place) {
            self.at += 1;
        }
        let start = starts.get(self.at).copied().unwrap_or(0);
        self.raw.get(self.at).copied().unwrap_or(0) as usize + (place - usize::from(start).min(place))
    }
}

/// A text that lies in a window whole, as it reads.
pub struct Seen<'w> {
    window: &'w mut Window,
    /// Where in the window's bytes.
    span: Span,
    /// The raw offset behind it.
    end: usize,
}

impl Seen<'_> {
    /// Its bytes, and what stands around them.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.window.bytes
    }

    /// Its bytes.
    #[inline]
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.window.bytes.get(self.span.start..self.span.end).unwrap_or(&[])
    }

    /// Where it lies in [`Self::bytes`].
    #[inline]
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The raw offset of a place in [`Self::bytes`] at which a character of it begins, or that of its end. Quick for places
    /// in order.
    #[inline]
    #[must_use]
    pub fn raw(&mut self, place: usize) -> usize {
        if place >= self.span.end { self.end } else { self.window.raw(place - MARGIN) }
    }
}

impl Window {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; SIZE],
            have: 0,
            base: 0,
            next: 0,
            end: 0,
            level: 0,
            ahead: false,
            origins: Origins::new(),
        }
    }

    /// Goes to the start of the text behind `level` levels of escapes in `span`.
    pub(super) fn start(&mut self, span: Span, level: u8) {
        self.have = 0;
        self.ahead = false;
        (self.base, self.next, self.end) = (span.start, span.start, span.end);
        self.level = level;
        self.bytes[..MARGIN].fill(b' ');
        self.origins.count = 0;
    }

    /// Bytes of the text in the chunk.
    pub(super) fn len(&self) -> usize {
        self.have.min(CHUNK)
    }

    /// Whether the text ends within the window.
    pub(super) fn sees_end(&self) -> bool {
        self.next >= self.end
    }

    /// How many blocks the chunk has.
    #[inline]
    pub(super) fn blocks(&self) -> usize {
        self.len().div_ceil(BLOCK)
    }

    /// A block of the chunk, and the blocks before and behind it.
    #[inline(always)]
    pub(super) fn around(&self, block: usize) -> Option<&[u8; WINDOW]> {
        self.bytes.get(block * BLOCK..)?.first_chunk()
    }

    /// The byte at a place, which may be as far as a margin from the chunk; a space where the text has none.
    #[inline]
    pub(super) fn byte(&self, place: isize) -> u8 {
        self.bytes.get(place.wrapping_add(MARGIN as isize) as usize).copied().unwrap_or(b' ')
    }

    /// The bytes around a place of the chunk.
    #[inline(always)]
    pub(super) fn near(&self, place: isize) -> Near {
        let start = place.wrapping_add(MARGIN as isize) as usize - Near::BEFORE;
        Near::new(self.bytes.get(start..))
    }

    /// What there is from a place on.
    #[inline]
    pub(super) fn from(&self, place: isize) -> &[u8] {
        let start = place.wrapping_add(MARGIN as isize) as usize;
        self.bytes.get(start..MARGIN + self.have).unwrap_or(&[])
    }

    /// Whether the first byte of the chunk that is no white space is an opening bracket.
    pub(super) fn begins_with_bracket(&self) -> bool {
        let mut bytes = self.from(0).iter();
        let first = bytes.find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        matches!(first, Some(b'{' | b'['))
    }

    /// The raw offset of a place in the chunk.
    #[inline]
    pub(super) fn raw(&mut self, place: usize) -> usize {
        match self.level {
            0 => self.base + place,
            _ => self.base + self.origins.of(place),
        }
    }

    /// Where a place of the chunk lies for those who look there later: level 0, its raw offset; else in [`Seen::bytes`].
    #[inline]
    pub(super) fn spot(&self, place: isize) -> usize {
        let origin = if self.level == 0 { self.base } else { MARGIN };
        origin.wrapping_add_signed(place)
    }

    /// Whether its text stands behind escapes.
    pub(super) fn is_decoded(&self) -> bool {
        self.level > 0
    }

    /// The stretch from place `start` to place `end`, behind which stands the raw offset `raw`, if it begins in the chunk.
    #[inline]
    pub(super) fn seen(&mut self, start: isize, end: usize, raw: usize) -> Option<Seen<'_>> {
        let start = usize::try_from(start).ok()?;
        Some(Seen { window: self, span: Span::new(MARGIN + start, MARGIN + end), end: raw })
    }

    /// The whole text, if it fits. Then the chunk has been read.
    pub(super) fn whole(&mut self) -> Option<Seen<'_>> {
        let (end, raw) = (self.have, self.end);
        if end > CHUNK || !self.sees_end() { None } else { self.seen(0, end, raw) }
    }

    /// Slides to the next chunk; false at the end. A chunk that was read ahead is gone to once more.
    #[inline(always)]
    pub(super) fn advance(&mut self, isa: impl Isa, input: &[u8]) -> Result<bool, NotJson> {
        if core::mem::take(&mut self.ahead) {
            return Ok(self.have > 0);
        }
        let done = self.len();
        self.slide(done);
        if self.level == 0 {
            self.base += done;
            self.read_raw(input)?;
        } else {
            self.read_decoded(isa, input);
        }
        let used = MARGIN + self.have;
        let pad = (MARGIN + self.have.next_multiple_of(BLOCK) + MARGIN).min(SIZE);
        self.bytes[used..pad].fill(b' ');
        Ok(self.have > 0)
    }

    fn slide(&mut self, done: usize) {
        if done == 0 {
            return;
        }
        let origin = if self.level == 0 { 0 } else { self.origins.of(done) };
        self.bytes.copy_within(done..done + MARGIN + (self.have - done), 0);
        if self.level > 0 {
            // The stretch that the new first byte lies in, and those behind it.
            let (first, count) = (self.origins.at, self.origins.count);
            let raw = |i: usize, raw: &[u32]| raw[i] - origin as u32;
            self.origins.count = 0;
            self.origins.at = 0;
            for i in first..count {
                let start = usize::from(self.origins.starts[i]).saturating_sub(done);
                let raw = if i == first { 0 } else { raw(i, &self.origins.raw) };
                self.origins.starts[i - first] = start as u16;
                self.origins.raw[i - first] = raw;
                self.origins.count += 1;
            }
            self.base += origin;
        }
        self.have -= done;
    }

    fn read_raw(&mut self, input: &[u8]) -> Result<(), NotJson> {
        let wanted = (CHUNK + MARGIN - self.have).min(self.end - self.next);
        let raw = input.get(self.next..self.next + wanted).ok_or(NotJson)?;
        self.bytes[MARGIN + self.have..][..wanted].copy_from_slice(raw);
        (self.have, self.next) = (self.have + wanted, self.next + wanted);
        Ok(())
    }

    #[inline(always)]
    fn read_decoded(&mut self, isa: impl Isa, input: &[u8]) {
        let text = Escaped::new(input, self.next, self.end, self.level);
        let (mut len, mut at) = (self.have, self.next);
        while len + LONGEST <= CHUNK + MARGIN && at < self.end {
            let mut spare = [b' '; BLOCK];
            let bytes = block(input, at, &mut spare);
            let Some(room) = self.bytes.get_mut(MARGIN + len..).and_then(|room| room.first_chunk_mut())
            else {
                break;
            };
            let count = BLOCK.min(self.end - at).min(CHUNK + MARGIN - len);
            let Decoded { read, origins } = decode::block(isa, bytes, count, self.level, room);
            self.origins.extend(len, at - self.base, origins);
            (len, at) = (len + origins.count_ones() as usize, at + read);
            if read == count {
                continue;
            }
            if len + LONGEST > CHUNK + MARGIN {
                break;
            }
            let Some((ch, next)) = text.simple_escape(at).or_else(|| text.next(at)) else { break };
            self.origins.push(len, at - self.base);
            match ch.is_ascii() {
                true => {
                    self.bytes[MARGIN + len] = ch as u8;
                    len += 1;
                }
                false => len += ch.encode_utf8(&mut self.bytes[MARGIN + len..]).len(),
            }
            at = next;
        }
        (self.have, self.next) = (len, at);
    }
}

/// The first chunk of a text, to be read by a path.
pub(super) struct Read<'r> {
    pub(super) window: &'r mut Window,
    pub(super) input: &'r [u8],
}

impl Work for Read<'_> {
    type Result = ();

    #[inline(always)]
    fn run(self, isa: impl Isa) {
        // It fails only on a span beyond the input, of which nothing is read.
        let _ = self.window.advance(isa, self.input);
    }
}

/// The block at `at`, or what there is of it.
#[inline(always)]
fn block<'a>(input: &'a [u8], at: usize, spare: &'a mut [u8; BLOCK]) -> &'a [u8; BLOCK] {
    let rest = input.get(at..).unwrap_or(&[]);
    match rest.first_chunk() {
        Some(block) => block,
        None => {
            for (to, from) in spare.iter_mut().zip(rest) {
                *to = *from;
            }
            spare
        }
    }
}
