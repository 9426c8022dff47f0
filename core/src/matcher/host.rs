//! Detectors of the host: somebody else is handed the text of a value, and says which parts of it match.

use crate::span::Span;
use crate::table::{Pad, Part};
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// A detector that a policy names and the host brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Asked {
    /// What the policy calls it (u8 pool).
    pub name: Part,
    /// The most bytes of text that it is handed, at most [`Asked::MOST`]; longer values count as ones at which it fails.
    pub limit: u32,
    /// What its failure means: the whole call fails, or the value is masked whole.
    pub refuse: bool,
    /// As long as the records of other matchers.
    pub pad: Pad<{ size_of::<super::dfa::Dfa>() - size_of::<Part>() - 5 }>,
}

impl Asked {
    /// The most that [`Asked::limit`] can be.
    pub const MOST: u32 = 16 << 20;
    /// Parts of one value that a detector can tell of; it fails with more.
    pub const SPANS: usize = 1024;
}

/// A detector could not tell what matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

/// What answers for the detectors of the host.
pub trait Host {
    /// Tells which parts of `text` match, for the search of this number in the policy. It is asked about a value once for each
    /// reading, and maybe again, in the same call; the same text must always give the same answer.
    ///
    /// # Errors
    /// [`Failed`]; what then happens to the value, the policy says.
    fn detect(&mut self, search: usize, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed>;
}

/// Where a detector tells of parts, as bytes of the text that it was handed.
pub struct Spans<'s> {
    list: &'s mut [Span],
    len: usize,
    failed: bool,
}

impl<'s> Spans<'s> {
    /// Room for as many as there are in `list`.
    #[must_use]
    pub fn new(list: &'s mut [Span]) -> Self {
        Self { list, len: 0, failed: false }
    }

    /// Tells of the part `start..end`, in any order. The detector fails when this is no part of the text, cuts a character, or
    /// is one too many.
    pub fn push(&mut self, start: usize, end: usize) {
        match self.list.get_mut(self.len) {
            Some(place) => {
                *place = Span { start, end };
                self.len += 1;
            }
            None => self.failed = true,
        }
    }

    /// How many parts it has told of, if they are parts of `text`. Those that are empty are left out.
    pub(crate) fn checked(self, text: &str) -> Result<usize, Failed> {
        let Self { list, len, failed } = self;
        let list = list.get_mut(..len).unwrap_or(&mut []);
        if failed || list.iter().any(|span| text.get(span.start..span.end).is_none()) {
            return Err(Failed);
        }
        list.sort_unstable_by_key(|span| (span.is_empty(), span.start));
        Ok(list.iter().take_while(|span| !span.is_empty()).count())
    }
}
