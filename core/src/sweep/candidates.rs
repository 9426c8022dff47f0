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

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0 && self.lost.is_none()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the candidates of a string lie that begins at `start` and ends at `end`.
    fn places(list: &mut Candidates, start: usize, end: usize) -> Option<(usize, usize)> {
        let of = list.of(Span::new(start, end))?;
        Some((of.first().map_or(0, |first| first.at), of.len()))
    }

    #[test]
    fn each_string_has_its_own() {
        let mut list = Candidates::NONE;
        [3, 5, 20, 31, 32].iter().for_each(|at| list.add(*at, 1));
        assert_eq!(places(&mut list, 2, 9), Some((3, 2)));
        // A name that nobody asks about stands between.
        assert_eq!(places(&mut list, 30, 40), Some((31, 2)));
        assert_eq!(places(&mut list, 50, 60), Some((0, 0)));
        list.add(70, 1);
        list.clear_told();
        assert_eq!(places(&mut list, 65, 80), Some((70, 1)));
    }

    #[test]
    fn none_are_told_where_some_are_missing() {
        let mut list = Candidates::NONE;
        list.add(3, 1);
        list.lose(20);
        list.add(25, 1);
        assert_eq!(places(&mut list, 2, 9), Some((3, 1)));
        assert_eq!(places(&mut list, 15, 30), None);
        assert_eq!(places(&mut list, 40, 50), None);
        list.clear();
        (0..=Candidates::MOST).for_each(|at| list.add(at, 1));
        assert!(list.some_lost());
        assert_eq!(places(&mut list, 0, 500), None);
    }
}
