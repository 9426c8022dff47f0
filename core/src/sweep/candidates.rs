//! Candidates: places in strings near which a match may lie, kept up to the ends of these.

use crate::factor::Groups;
use crate::span::Span;

/// A place at which a factor shows, and behind which a match may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Level 0: its raw offset. Else its place in [`super::Seen::bytes`].
    pub at: usize,
    /// The groups of which a match may go on.
    pub groups: Groups,
}

/// The candidates of strings that have not been told of, in order.
pub(super) struct Candidates {
    list: [Candidate; Self::MOST],
    count: usize,
    /// How many of them belong to strings that have been told of.
    told: usize,
    /// From here on some are missing.
    lost: Option<usize>,
}

impl Candidates {
    /// A string with more is searched for them once more.
    const MOST: usize = 128;

    /// All zero, as [`super::Sweeper::ASLEEP`].
    pub(super) const NONE: Self =
        Self { list: [Candidate { at: 0, groups: 0 }; Self::MOST], count: 0, told: 0, lost: None };

    #[inline]
    pub(super) fn clear(&mut self) {
        (self.count, self.told, self.lost) = (0, 0, None);
    }

    /// Forgets those of strings that have been told of.
    #[inline]
    pub(super) fn clear_told(&mut self) {
        let told = core::mem::take(&mut self.told);
        if told > 0 {
            self.list.copy_within(told..self.count, 0);
            self.count -= told;
        }
    }

    #[inline]
    pub(super) fn add(&mut self, at: usize, groups: Groups) {
        match self.list.get_mut(self.count).filter(|_| self.lost.is_none()) {
            Some(slot) => {
                *slot = Candidate { at, groups };
                self.count += 1;
            }
            None => self.lose(at),
        }
    }

    /// From `at` on there are some that are not known.
    #[inline]
    pub(super) fn lose(&mut self, at: usize) {
        self.lost.get_or_insert(at);
    }

    #[inline]
    pub(super) fn some_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Those of a string, if all are known. Strings are asked about in order.
    #[inline]
    pub(super) fn of(&mut self, string: Span) -> Option<&[Candidate]> {
        let known = self.list.get(..self.count).unwrap_or(&[]);
        let left = known.get(self.told..).unwrap_or(&[]);
        let first = self.told + left.iter().take_while(|candidate| candidate.at < string.start).count();
        let left = known.get(first..).unwrap_or(&[]);
        let len = left.iter().take_while(|candidate| candidate.at < string.end).count();
        self.told = first + len;
        left.get(..len).filter(|_| self.lost.is_none_or(|lost| lost >= string.end))
    }
}
