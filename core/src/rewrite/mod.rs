//! From parts to bytes.
//!
//! Finding comes first, writing later: the parts of a text are noted as edits, and applied when the whole text is
//! known to be JSON and the result is known to fit. So a refused text is left as it was, and "needs N bytes" costs
//! nothing to undo. When a text has more parts than the room for edits, they are only counted, and a second pass
//! writes as it goes ([`Target::Moving`]).

mod action;
mod apply;
mod give;

pub use action::{Kind, PartOf};
pub use give::Giving;

use crate::policy::Policy;
use crate::span::Span;
use crate::table::{Part, Room};
use zerocopy::{FromZeros, KnownLayout};

/// Hexadecimal digits of a digest.
pub(crate) const DIGITS: usize = 64;

/// What is written in place of some raw bytes.
#[derive(Clone, Copy, Debug, FromZeros, KnownLayout)]
pub struct Edit {
    span: Span,
    text: Replacement,
    rule: u16,
}

#[derive(Clone, Copy, Debug, FromZeros, KnownLayout)]
#[repr(u8)]
enum Replacement {
    /// Bytes of the u8 pool, so many times.
    Pool(Part, u32),
    /// The first digits of a digest.
    Digest(u32, u8),
    Zero,
    False,
}

impl Edit {
    /// None. All zero, so that a static of it takes no room in flash.
    pub(crate) const NONE: Self =
        Self { span: Span::new(0, 0), text: Replacement::Pool(Part { start: 0, len: 0 }, 0), rule: 0 };

    fn new_len(&self) -> usize {
        match self.text {
            Replacement::Pool(part, times) => part.len as usize * times as usize,
            Replacement::Digest(_, len) => usize::from(len),
            Replacement::Zero => 1,
            Replacement::False => 5,
        }
    }
}

/// The edits of a text, in order.
pub struct Edits<'m> {
    list: Room<'m, Edit>,
    count: usize,
    digests: Room<'m, [u8; DIGITS]>,
    digest_count: usize,
    /// Some edits were counted but not kept.
    dropped: bool,
    /// How much longer the text has become, and the most that it was at any edit.
    growth: isize,
    peak: isize,
    /// How many may still ask for what they noted to be undone, and whether something was not noted for their sake.
    holders: u32,
    overflow: bool,
    /// How many of the next parts have been written before, and are passed over.
    pass: usize,
}

/// What there was to edit at some time.
#[derive(Clone, Copy)]
pub struct Mark {
    count: usize,
    digest_count: usize,
    dropped: bool,
    growth: isize,
    peak: isize,
}

impl Edits<'_> {
    /// Room for this many edits.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self::within(Room::zeroed(capacity.max(1)), Room::zeroed((capacity / 8).max(1)))
    }
}

impl<'m> Edits<'m> {
    /// As many edits as there is room for, and as many digests; both at least one.
    pub(crate) fn within(list: Room<'m, Edit>, digests: Room<'m, [u8; DIGITS]>) -> Self {
        Self {
            list,
            count: 0,
            digests,
            digest_count: 0,
            dropped: false,
            growth: 0,
            peak: 0,
            holders: 0,
            overflow: false,
            pass: 0,
        }
    }
}

impl Edits<'_> {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.flushed();
        self.dropped = false;
        self.growth = 0;
        self.peak = 0;
        self.holders = 0;
        self.overflow = false;
        self.pass = 0;
    }

    /// Forgets everything, for a text in pieces: what there is no room for is left out ([`Self::overflowed`]), and the next
    /// `pass` parts are passed over.
    pub fn clear_for_piece(&mut self, pass: usize) {
        self.clear();
        self.hold();
        self.pass = pass;
    }

    /// Whether something was left out.
    #[must_use]
    pub fn overflowed(&self) -> bool {
        self.overflow
    }

    /// How many edits lie behind `start`, and where the last of them ends.
    #[must_use]
    pub fn behind(&self, start: usize) -> (usize, Option<usize>) {
        let list = self.list.get(..self.count).unwrap_or(&[]);
        let count = list.iter().rev().take_while(|edit| edit.span.start >= start).count();
        (count, list.last().filter(|_| count > 0).map(|edit| edit.span.end))
    }

    /// From here on edits may be undone: none is written before [`Self::release`].
    pub fn hold(&mut self) {
        self.holders += 1;
    }

    /// What there is.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let Self { count, digest_count, dropped, growth, peak, .. } = *self;
        Mark { count, digest_count, dropped, growth, peak }
    }

    /// Ends a hold; whether all edits since then were noted.
    pub fn release(&mut self) -> bool {
        self.holders = self.holders.saturating_sub(1);
        !self.overflow
    }

    /// Forgets the edits since `mark`, since when they have been held; `undone` is told the rule of each.
    pub fn undo(&mut self, mark: &Mark, mut undone: impl FnMut(u16)) {
        self.list.get(mark.count..self.count).unwrap_or(&[]).iter().for_each(|edit| undone(edit.rule));
        let Mark { count, digest_count, dropped, growth, peak } = *mark;
        (self.count, self.digest_count, self.dropped) = (count, digest_count, dropped);
        (self.growth, self.peak) = (growth, peak);
        if self.holders == 0 {
            self.overflow = false;
        }
    }

    fn flushed(&mut self) {
        self.count = 0;
        self.digest_count = 0;
    }

    fn is_full(&self) -> bool {
        self.count >= self.list.len() || self.digest_count >= self.digests.len()
    }

    fn push(&mut self, edit: Edit) {
        self.growth += edit.new_len() as isize - edit.span.len() as isize;
        self.peak = self.peak.max(self.growth);
        match self.list.get_mut(self.count) {
            Some(slot) if self.digest_count <= self.digests.len() => {
                *slot = edit;
                self.count += 1;
            }
            _ => self.dropped = true,
        }
    }

    /// Whether every edit was kept.
    #[must_use]
    pub fn complete(&self) -> bool {
        !self.dropped
    }

    /// Bytes that a text of `len` bytes takes once it is edited.
    #[must_use]
    pub fn result_len(&self, len: usize) -> usize {
        len.saturating_add_signed(self.growth)
    }

    /// By how many bytes the text is longer once it is edited.
    #[must_use]
    pub fn growth(&self) -> isize {
        self.growth
    }

    /// The most bytes by which an edited front of the text was longer than before.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.peak.max(0) as usize
    }
}

/// The bytes that are read, and where the result goes.
pub enum Target<'b> {
    /// Edits are kept for later.
    Later(&'b [u8]),
    /// The result is written to a buffer of its own.
    Into {
        /// The text.
        input: &'b [u8],
        /// Where the result goes.
        output: &'b mut [u8],
        /// How much of either is done; nothing more is written once the output is full.
        done: Done,
    },
    /// The text stands at `shift..`, the result is written from the start of the same buffer.
    Moving {
        /// Text and result.
        buffer: &'b mut [u8],
        /// Where the text begins.
        shift: usize,
        /// How much of either is done.
        done: Done,
    },
}

/// How far reading and writing have come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Done {
    read: usize,
    written: usize,
    full: bool,
}

impl Target<'_> {
    /// The text.
    #[must_use]
    pub fn input(&self) -> &[u8] {
        match self {
            Self::Later(input) | Self::Into { input, .. } => input,
            Self::Moving { buffer, shift, .. } => buffer.get(*shift..).unwrap_or(&[]),
        }
    }

    /// Goes back to the start of the text; what has been written counts no more.
    pub fn restart(&mut self) {
        if let Self::Into { done, .. } | Self::Moving { done, .. } = self {
            *done = Done::default();
        }
    }

    /// Notes an edit; writes what is noted when there is no room for more. False if it may have to be undone, and there is
    /// no room.
    fn add(&mut self, policy: &Policy<'_>, edits: &mut Edits<'_>, edit: Edit) -> bool {
        if edits.holders > 0 && (edits.is_full() || edits.overflow) {
            edits.overflow = true;
            return false;
        }
        edits.push(edit);
        if edits.holders == 0 && edits.is_full() && !matches!(self, Self::Later(_)) {
            self.flush(policy, edits);
        }
        true
    }

    /// Writes the edits noted so far.
    pub fn flush(&mut self, policy: &Policy<'_>, edits: &mut Edits<'_>) {
        for edit in edits.list.iter().take(edits.count) {
            self.copy_until(edit.span.start);
            apply::replacement(edit, policy, edits, &mut |bytes| self.write(bytes));
            self.skip_to(edit.span.end);
        }
        edits.flushed();
    }

    /// Writes what is left after the last edit; returns the length of the result.
    pub fn finish(&mut self, policy: &Policy<'_>, edits: &mut Edits<'_>) -> usize {
        self.flush(policy, edits);
        self.copy_until(self.input().len());
        match self {
            Self::Later(input) => edits.result_len(input.len()),
            Self::Into { done, .. } | Self::Moving { done, .. } => done.written,
        }
    }

    fn copy_until(&mut self, to: usize) {
        match self {
            Self::Later(_) => {}
            Self::Into { input, output, done } => {
                let from = done.read;
                let bytes = input.get(from..to).unwrap_or(&[]);
                put(output, done, bytes);
            }
            Self::Moving { buffer, shift, done } => {
                let from = *shift + done.read..*shift + to;
                let fits = from.start <= from.end && done.written + from.len() <= buffer.len();
                if fits && from.end <= buffer.len() {
                    let len = from.len();
                    buffer.copy_within(from, done.written);
                    done.written += len;
                }
            }
        }
        self.skip_to(to);
    }

    fn skip_to(&mut self, to: usize) {
        if let Self::Into { done, .. } | Self::Moving { done, .. } = self {
            done.read = to;
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        match self {
            Self::Later(_) => {}
            Self::Into { output, done, .. } => put(output, done, bytes),
            Self::Moving { buffer, done, .. } => put(buffer, done, bytes),
        }
    }
}

fn put(output: &mut [u8], done: &mut Done, bytes: &[u8]) {
    match output.get_mut(done.written..done.written + bytes.len()) {
        Some(room) if !done.full => {
            room.copy_from_slice(bytes);
            done.written += bytes.len();
        }
        _ => done.full = true,
    }
}

pub use apply::in_place;
