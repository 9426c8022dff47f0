//! Which bytes of a segment allowances cover, and how far.

use super::search::{Places, Progress};
use crate::matcher::Scratch;
use crate::policy::Search;
use crate::span::Span;
use crate::table::{Pools, Room};
use crate::view::Text;

/// For each byte of a segment, how far the longest allowance over it reaches, from the segment's start; 0 for none.
pub(super) struct Cover<'m> {
    reach: Room<'m, u32>,
    segment: Span,
}

impl<'m> Cover<'m> {
    pub(super) fn new(reach: Room<'m, u32>) -> Self {
        Self { reach, segment: Span::new(0, 0) }
    }

    /// Marks every allowance that covers a byte of `segment`.
    pub(super) fn fill<'a, T: Text>(
        &mut self,
        places: &Places<'_>,
        allowances: impl Iterator<Item = (&'a mut Progress, &'a Search)>,
        pools: &Pools<'_>,
        text: T,
        scratch: &mut Scratch<'_>,
    ) {
        let segment = places.segment;
        self.segment = segment;
        if let Some(cells) = self.reach.get_mut(..segment.len()) {
            cells.fill(0);
        }
        for (progress, allowance) in allowances {
            while let Some((found, _)) = progress.next_before(places, allowance, pools, text, scratch) {
                self.add(found);
                if found.end > segment.end {
                    progress.put_back(Span::new(segment.end, found.end));
                    break;
                }
            }
        }
    }

    fn add(&mut self, found: Span) {
        let from = found.start.saturating_sub(self.segment.start);
        let to = found.end.min(self.segment.end).saturating_sub(self.segment.start);
        let reach = u32::try_from(found.end.saturating_sub(self.segment.start)).unwrap_or(u32::MAX);
        if let Some(cells) = self.reach.get_mut(from..to) {
            for cell in cells {
                *cell = reach.max(*cell);
            }
        }
    }

    /// Whether a match that begins in the segment lies wholly inside one allowance.
    pub(super) fn holds(&self, found: Span) -> bool {
        let reach = self.reach.get(found.start.saturating_sub(self.segment.start)).copied().unwrap_or(0);
        found.end - self.segment.start <= reach as usize
    }
}
