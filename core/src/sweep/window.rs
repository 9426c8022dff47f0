//! A window that slides over a text: a chunk, the bytes before it and the bytes behind it, and where each came from.

use super::NotJson;
use crate::arch::{BLOCK, WINDOW};
use crate::span::Span;
use crate::view::{Escaped, Text};

/// Bytes in a chunk.
pub(super) const CHUNK: usize = 4096;
/// Bytes that can be seen before and behind the chunk.
pub(super) const MARGIN: usize = BLOCK;
const SIZE: usize = MARGIN + CHUNK + MARGIN;
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
    /// Level 0: bytes before here are UTF-8.
    checked: usize,
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

impl Window {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; SIZE],
            have: 0,
            base: 0,
            next: 0,
            end: 0,
            level: 0,
            checked: 0,
            origins: Origins::new(),
        }
    }

    /// Goes to the start of the text behind `level` levels of escapes in `span`.
    pub(super) fn start(&mut self, span: Span, level: u8) {
        self.have = 0;
        (self.base, self.next, self.checked, self.end) = (span.start, span.start, span.start, span.end);
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

    /// Slides to the next chunk; false at the end.
    pub(super) fn advance(&mut self, input: &[u8]) -> Result<bool, NotJson> {
        let done = self.len();
        self.slide(done);
        if self.level == 0 {
            self.base += done;
            self.read_raw(input)?;
        } else {
            self.read_decoded(input);
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
        let plain = self.checked == self.next && raw.is_ascii();
        (self.have, self.next) = (self.have + wanted, self.next + wanted);
        if plain {
            self.checked = self.next;
            return Ok(());
        }
        let open = input.get(self.checked..self.next).ok_or(NotJson)?;
        match core::str::from_utf8(open) {
            Ok(_) => self.checked = self.next,
            Err(error) if error.error_len().is_none() && self.next < self.end => {
                self.checked += error.valid_up_to();
            }
            Err(_) => return Err(NotJson),
        }
        Ok(())
    }

    fn read_decoded(&mut self, input: &[u8]) {
        let text = Escaped::new(input, self.next, self.end, self.level);
        let mut len = self.have;
        let mut at = self.next;
        while len + LONGEST <= CHUNK + MARGIN && at < self.end {
            let most = self.end.min(at + CHUNK + MARGIN + 1 - LONGEST - len);
            let run = plain(input.get(at..most).unwrap_or(&[]));
            self.origins.push(len, at - self.base);
            if !run.is_empty() {
                self.bytes[MARGIN + len..][..run.len()].copy_from_slice(run);
                len += run.len();
                at += run.len();
                continue;
            }
            if let Some((byte, next)) = text.simple_escape(at) {
                self.bytes[MARGIN + len] = byte;
                len += 1;
                at = next;
                continue;
            }
            let Some((ch, next)) = text.next(at) else { break };
            len += ch.encode_utf8(&mut self.bytes[MARGIN + len..]).len();
            at = next;
        }
        (self.have, self.next) = (len, at);
    }
}

/// The front of `raw` up to a backslash.
#[inline]
fn plain(raw: &[u8]) -> &[u8] {
    const STEP: usize = 16;
    let clear =
        raw.chunks_exact(STEP).take_while(|step| step.iter().all(|byte| *byte != b'\\')).count() * STEP;
    let rest = raw.get(clear..).unwrap_or(&[]);
    let more = rest.iter().position(|byte| *byte == b'\\').unwrap_or(rest.len());
    raw.get(..clear + more).unwrap_or(raw)
}
