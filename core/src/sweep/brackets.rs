//! The containers that are open, through all levels of nesting.

use crate::span::Span;
use crate::table::Room;

/// An open container.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bracket {
    /// Raw offset of its bracket.
    pub at: usize,
    /// Whether it is an object.
    pub object: bool,
    /// The name that it stands under, if it stands in an object.
    pub key: Span,
}

/// A stack with a limit.
pub struct Brackets<'m> {
    open: Room<'m, Bracket>,
    depth: usize,
}

impl Brackets<'_> {
    /// Room for `limit` open containers.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(limit: u16) -> Self {
        Self { open: Room::filled(Bracket::default(), usize::from(limit)), depth: 0 }
    }

    /// How many are open.
    #[inline]
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The open ones, outermost first.
    #[must_use]
    pub fn open(&self) -> &[Bracket] {
        self.open.get(..self.depth).unwrap_or(&[])
    }

    /// Closes all but the outermost `depth`.
    pub fn truncate(&mut self, depth: usize) {
        self.depth = depth.min(self.depth);
    }

    /// Opens one; whether there was room.
    #[inline]
    pub(super) fn push(&mut self, bracket: Bracket) -> bool {
        let Some(slot) = self.open.get_mut(self.depth) else { return false };
        *slot = bracket;
        self.depth += 1;
        true
    }

    /// Closes the innermost, not below `base`; whether it was of this kind.
    #[inline]
    pub(super) fn pop(&mut self, base: usize, object: bool) -> bool {
        let fits = self.depth > base && self.is_object(base) == object;
        self.depth -= usize::from(fits);
        fits
    }

    /// Whether the innermost above `base` is an object.
    #[inline]
    pub(super) fn is_object(&self, base: usize) -> bool {
        self.depth > base && self.open.get(self.depth - 1).is_some_and(|bracket| bracket.object)
    }
}
