//! A place kept, to go back to.

use super::Selection;
use super::otlp::Shape;

/// What held somewhere ([`Selection::keep`]).
pub(crate) struct Kept {
    depth: usize,
    root: Shape,
    span_kinds: u32,
}

impl Selection<'_> {
    /// At most so many containers are kept.
    pub(super) const KEPT: usize = 16;

    /// Keeps what holds here, behind all that can be open, until something else is kept. `None` if too much is open.
    pub(crate) fn keep(&mut self) -> Option<Kept> {
        let Self { depth, root, span_kinds, .. } = *self;
        if depth > Self::KEPT {
            return None;
        }
        self.move_open(depth, |live, kept| (live, kept));
        Some(Kept { depth, root, span_kinds })
    }

    /// Goes back to what has been kept.
    pub(crate) fn restore(&mut self, kept: &Kept) {
        (self.depth, self.root, self.span_kinds) = (kept.depth, kept.root, kept.span_kinds);
        self.move_open(kept.depth, |live, kept| (kept, live));
    }

    /// Copies `depth` frames, and the rows of what they opened and of the value at hand, from where `way` says to where it
    /// says, of the first ones and those that are kept.
    fn move_open(&mut self, depth: usize, way: impl Fn(usize, usize) -> (usize, usize)) {
        let live = self.frames.len() - Self::KEPT;
        let (from, to) = way(0, live);
        self.frames.copy_within(from..from + depth, to);
        let (from, to) = way(1, live + 2);
        for (rows, words) in [(&mut self.conditions, self.words), (&mut self.positions, self.position_words)]
        {
            rows.copy_within(from * words..(from + depth + 1) * words, to * words);
        }
    }
}
