//! Merging by painting.
//!
//! Plain version: sort all matches of a value by their start, and unite those that share a byte. Departures:
//!
//! 1. Matches are painted over an array with one cell a raw byte: the earliest rule that covers the byte, and
//!    whether this byte and the next lie in one match. Parts are the runs that these links hold together. So any
//!    number of matches takes the same memory, and no order among the searches is needed.
//! 2. The array covers a segment; a part that is linked across its end stays open until the next one.
//! 3. Most segments hold one match. It is painted when there is a second one.

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
    /// The only match of the segment so far, not painted yet.
    only: Option<Merged>,
}

impl<'m> Paint<'m> {
    pub(super) fn new(cells: Room<'m, u16>) -> Self {
        let none = Span::new(0, 0);
        Self { cells, segment: none, dirty: none, at: 0, open: None, linked: false, only: None }
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
        self.only = None;
        self.dirty = Span::new(segment.end, segment.start);
        self.at = segment.start;
    }

    fn index(&self, at: usize) -> usize {
        at.saturating_sub(self.segment.start)
    }

    /// Adds the part of a match that lies in the segment.
    #[inline]
    pub(super) fn add(&mut self, span: Span, rule: u16) {
        let nothing = self.dirty.start >= self.dirty.end && self.open.is_none() && self.only.is_none();
        if nothing && span.start >= self.segment.start && span.end <= self.segment.end {
            self.only = Some(Merged { span, rule });
            return;
        }
        if let Some(Merged { span, rule }) = self.only.take() {
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
        if self.only.is_some() {
            return self.only.take();
        }
        if self.dirty.start >= self.dirty.end && self.open.is_none() {
            return None;
        }
        self.sweep_painted()
    }

    fn sweep_painted(&mut self) -> Option<Merged> {
        self.at = self.at.max(self.dirty.start.min(self.segment.end));
        while self.at < self.dirty.end {
            let cell = self.cells[self.index(self.at) % SEGMENT];
            let rule = (cell & !LINK).checked_sub(1);
            if !self.linked
                && let Some(part) = self.open.take()
            {
                return Some(part);
            }
            if let Some(rule) = rule {
                let part = self.open.get_or_insert(Merged { span: Span::new(self.at, self.at), rule });
                part.span.end = self.at + 1;
                part.rule = part.rule.min(rule);
            }
            self.linked = cell & LINK != 0;
            self.at += 1;
        }
        if self.linked { None } else { self.open.take() }
    }
}

fn painted(cell: u16, rule: u16) -> u16 {
    let mark = rule + 1;
    match cell & !LINK {
        0 => cell | mark,
        under => cell & LINK | under.min(mark),
    }
}
