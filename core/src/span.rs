//! The plain types that cross stages.

use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

/// A range of raw bytes of the input: `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, FromZeros, KnownLayout)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// `start..end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
    /// Whether it holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
    /// Whether `self` lies wholly inside `outer`.
    #[must_use]
    pub const fn within(self, outer: Self) -> bool {
        outer.start <= self.start && self.end <= outer.end
    }
}

/// What kinds of JSON values a rule may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(transparent)]
pub struct Types(u8);

impl Types {
    /// String values.
    pub const STRING: Self = Self(1);
    /// Numbers; a masked number becomes `0`.
    pub const NUMBER: Self = Self(2);
    /// Booleans; a masked boolean becomes `false`.
    pub const BOOLEAN: Self = Self(4);

    /// The kinds of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// The kinds of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    /// Whether every kind of `other` is in `self`.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    /// Whether there is no kind in it that does not exist.
    pub(crate) const fn is_known(self) -> bool {
        self.0 < 8
    }
    /// No kind at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self(0)
    }
}
