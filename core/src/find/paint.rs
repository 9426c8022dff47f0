//! Merging by painting.
//!
//! Plain version: sort all matches of a value by their start, and unite those that share a byte. Departures:
//!
//! 1. Matches are painted over an array with one cell a raw byte: the earliest rule that covers the byte, and
//!    whether this byte and the next lie in one match. Parts are the runs that these links hold together. So any
//!    number of matches takes the same memory, and no order among the searches is needed.
//! 2. The array covers a segment; a part that is linked across its end stays open until the next one.
//! 3. Most segments hold a few matches. These are kept merged and in order, and painted when there are too many of them.

use super::Merged;
use crate::span::Span;
use crate::table::Room;

/// Raw bytes of a value that are searched at a time.
pub const SEGMENT: usize = 4096;

/// Set in a cell whose byte lies in one match with the next byte.
const LINK: u16 = 1 << 15;
const _: () = assert!(crate::policy::MAX_RULES < LINK as usize, "a cell can name every rule");

/// The cells of a segment.
pub(super) struct Paint<'m> {
    cells: Room<'m, u16>,
    segment: Span,
    /// The cells that are not blank, as raw offsets.
    dirty: Span,
    /// Where the sweep stands.
    at: usize,
    open: Option<Merged>,
    linked: bool,
    few: Few,
}

/// Parts of the segment that have not been painted, merged and in order.
struct Few {
    parts: [Merged; Few::MOST],
    count: usize,
    /// How many have been told.
    told: usize,
}

impl Few {
    const MOST: usize = 64;
    const NONE: Self =
        Self { parts: [Merged { span: Span::new(0, 0), rule: 0 }; Self::MOST], count: 0, told: 0 };

    fn parts(&self) -> &[Merged] {
        self.parts.get(..self.count).unwrap_or(&[])
    }

    /// Merges a match with those that it shares a byte with; false when there is no room for it.
    fn add(&mut self, span: Span, rule: u16) -> bool {
        let parts = self.parts();
        let behind = |part: &&Merged| part.span.end > span.start;
        let first = parts.len() - parts.iter().rev().take_while(behind).count();
        let shared = parts[first..].iter().take_while(|part| part.span.start < span.end);
        let mut all = Merged { span, rule };
        let mut end = first;
        for part in shared {
            all.span = Span::new(all.span.start.min(part.span.start), all.span.end.max(part.span.end));
            all.rule = all.rule.min(part.rule);
            end += 1;
        }
        if end == first && self.count == Self::MOST {
            return false;
        }
        let count = self.count;
        self.parts.copy_within(end..count.min(Self::MOST - usize::from(end == first)), first + 1);
        self.parts[first] = all;
        self.count = count + 1 - (end - first);
        true
    }
}

impl<'m> Paint<'m> {
    pub(super) fn new(cells: Room<'m, u16>) -> Self {
        let none = Span::new(0, 0);
        Self { cells, segment: none, dirty: none, at: 0, open: None, linked: false, few: Few::NONE }
    }

    /// Starts a value: nothing is open, and the first segment is the empty one before it.
    pub(super) fn reset(&mut self, start: usize) {
        self.open = None;
        self.linked = false;
        self.begin(Span::new(start, start));
    }

    pub(super) fn segment(&self) -> Span {
        self.segment
    }

    /// Goes to another segment of the value.
    pub(super) fn begin(&mut self, segment: Span) {
        let (from, to) = (self.index(self.dirty.start), self.index(self.dirty.end));
        if let Some(cells) = self.cells.get_mut(from..to) {
            cells.fill(0);
        }
        self.segment = segment;
        (self.few.count, self.few.told) = (0, 0);
        self.dirty = Span::new(segment.end, segment.start);
        self.at = segment.start;
    }

    fn index(&self, at: usize) -> usize {
        at.saturating_sub(self.segment.start)
    }

    /// Adds a match where the segment is all of the value; false when there is no room for it.
    pub(super) fn add_to_few(&mut self, span: Span, rule: u16) -> bool {
        self.few.add(span, rule)
    }

    /// Adds the part of a match that lies in the segment.
    #[inline]
    pub(super) fn add(&mut self, span: Span, rule: u16) {
        let blank = self.dirty.start >= self.dirty.end && self.open.is_none();
        if blank
            && span.start >= self.segment.start
            && span.end <= self.segment.end
            && self.few.add(span, rule)
        {
            return;
        }
        for i in 0..core::mem::take(&mut self.few.count) {
            let Merged { span, rule } = self.few.parts[i % Few::MOST];
            self.paint(span, rule);
        }
        self.paint(span, rule);
    }

    fn paint(&mut self, span: Span, rule: u16) {
        let start = span.start.max(self.segment.start);
        let end = span.end.min(self.segment.end);
        let (from, to) = (self.index(start), self.index(end));
        let Some(cells) = self.cells.get_mut(from..to) else { return };
        let goes_on = if span.end > self.segment.end { LINK } else { 0 };
        if let Some((last, inner)) = cells.split_last_mut() {
            for cell in inner {
                *cell = painted(*cell, rule) | LINK;
            }
            *last = painted(*last, rule) | goes_on;
        }
        self.dirty = Span::new(self.dirty.start.min(start), self.dirty.end.max(end));
    }

    /// The next part that ends in the segment.
    #[inline]
    pub(super) fn sweep(&mut self) -> Option<Merged> {
        if let Some(part) = self.few.parts().get(self.few.told).copied() {
            self.few.told += 1;
            return Some(part);
        }
        if self.dirty.start >= self.dirty.end && self.open.is_none() {
            return None;
        }
        self.sweep_painted()
    }

    fn sweep_painted(&mut self) -> Option<Merged> {
        self.at = self.at.max(self.dirty.start.min(self.segment.end));
        let cells = self.cells.get(self.index(self.at)..self.index(self.dirty.end)).unwrap_or(&[]);
        let blank = match self.linked {
            true => 0,
            false => cells.iter().take_while(|cell| **cell == 0).count(),
        };
        let cells = cells.get(blank..).unwrap_or(&[]);
        let inner = cells.iter().take_while(|cell| **cell & LINK != 0).count();
        let (len, linked) =
            if inner < cells.len() { (inner + 1, false) } else { (inner, self.linked || inner > 0) };
        let start = self.at + blank;
        let marks = cells.get(..len).unwrap_or(&[]).iter().map(|cell| cell & !LINK);
        if let Some(rule) = marks.min().and_then(|mark| mark.checked_sub(1)) {
            let part = self.open.get_or_insert(Merged { span: Span::new(start, start), rule });
            part.span.end = start + len;
            part.rule = part.rule.min(rule);
        }
        (self.at, self.linked) = (start + len, linked);
        if linked { None } else { self.open.take() }
    }
}

fn painted(cell: u16, rule: u16) -> u16 {
    let mark = rule + 1;
    match cell & !LINK {
        0 => cell | mark,
        under => cell & LINK | under.min(mark),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    /// The plain version.
    fn united(mut matches: Vec<Merged>) -> Vec<Merged> {
        matches.sort_by_key(|part| (part.span.start, part.span.end));
        let mut parts: Vec<Merged> = Vec::new();
        for one in matches {
            match parts.last_mut().filter(|last| last.span.end > one.span.start) {
                Some(last) => {
                    last.span.end = last.span.end.max(one.span.end);
                    last.rule = last.rule.min(one.rule);
                }
                None => parts.push(one),
            }
        }
        parts
    }

    #[test]
    fn matches_are_united_however_many_there_are() {
        let mut seed = 3u64;
        let mut below = move |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % limit
        };
        let mut paint = Paint::new(Room::filled(0, SEGMENT));
        for count in (0..40).cycle().take(4000) {
            let mut one = || {
                let start = below(300);
                Merged { span: Span::new(start, start + 1 + below(30)), rule: below(9) as u16 }
            };
            let matches: Vec<Merged> = (0..count).map(|_| one()).collect();
            paint.reset(0);
            let mut parts = Vec::new();
            // Of two segments: each match is told of in those that it has bytes in.
            let edge = below(400);
            for segment in [Span::new(0, edge), Span::new(edge, edge + SEGMENT)] {
                paint.begin(segment);
                let here = matches.iter().filter(|part| part.span.start < segment.end);
                for part in here.filter(|part| part.span.end > segment.start) {
                    paint.add(Span::new(part.span.start.max(segment.start), part.span.end), part.rule);
                }
                parts.extend(core::iter::from_fn(|| paint.sweep()));
            }
            assert_eq!(parts, united(matches));
        }
    }
}
