//! Looks at the decoded text of a value: whether a match may lie in it, or in what is nested in it, and where.

use super::candidates::Candidates;
use super::{Candidate, Sweeper};
use crate::arch::{BLOCK, Isa, WINDOW, Work};
use crate::factor::{Near, Watch, places};
use crate::span::Span;

/// Stands around a text: a quote may begin any text, so it tells nothing.
const AROUND: u8 = b'"';

impl Sweeper {
    /// Whether a match may lie in `text`, which is decoded, or in what is nested in it, or a name that calls for values in the latter.
    /// Never false where one does, provided that all searches have factors.
    ///
    /// Linear in the text.
    pub fn looks(&mut self, watch: Watch<'_>, text: &[u8]) -> bool {
        self.candidates.clear();
        let first = text.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.plain = !matches!(first, Some(b'{' | b'[' | b'"'));
        let list = Some(&mut self.candidates).filter(|_| self.plain);
        watch.lanes().used() && self.path.run(Blocks { watch, text, list })
    }

    /// The places of the text that [`Self::looks`] has looked at, if that is no JSON and all are known.
    pub fn listed(&mut self, text: Span) -> Option<&[Candidate]> {
        self.candidates.of(text).filter(|_| self.plain)
    }
}

/// Looks at each block: of JSON up to the first place at which a match may go on; else these places are listed.
struct Blocks<'a> {
    watch: Watch<'a>,
    text: &'a [u8],
    list: Option<&'a mut Candidates>,
}

impl Work for Blocks<'_> {
    type Result = bool;

    #[inline(always)]
    fn run(mut self, isa: impl Isa) -> bool {
        let watch = self.watch;
        let sets = watch.lanes().sets();
        let mut spare = [AROUND; WINDOW];
        for start in (0..self.text.len()).step_by(BLOCK) {
            let window = match start.checked_sub(BLOCK).and_then(|start| self.text.get(start..)) {
                Some(from) if from.len() >= WINDOW => from.first_chunk().unwrap_or(&spare),
                _ => self.at_edge(start, &mut spare),
            };
            let Some(bytes) = window[BLOCK..].first_chunk() else { return true };
            let block = isa.load(bytes);
            let here = u64::MAX >> (BLOCK - (self.text.len() - start).min(BLOCK));
            let unicode = match self.list {
                // Of text, a backslash stands for itself.
                Some(_) => 0,
                None => {
                    let before = u64::from(window[BLOCK - 1] == b'\\');
                    (isa.equal(block, b'\\') << 1 | before) & isa.equal(block, b'u')
                }
            };
            let places = places(isa, sets, window);
            if (places | unicode) & here != 0 && self.any(start, window, places & here, unicode & here) {
                return true;
            }
        }
        self.list.is_some_and(|list| !list.is_empty())
    }
}

impl Blocks<'_> {
    /// The block at `start` with one before and one behind it, where the text does not have all three.
    #[inline]
    fn at_edge<'s>(&self, start: usize, spare: &'s mut [u8; WINDOW]) -> &'s [u8; WINDOW] {
        spare.fill(AROUND);
        let before = start.min(BLOCK);
        let from = self.text.get(start - before..).unwrap_or(&[]);
        let spare_from = spare.get_mut(BLOCK - before..).unwrap_or(&mut []);
        let len = from.len().min(spare_from.len());
        if let (Some(to), Some(from)) = (spare_from.get_mut(..len), from.get(..len)) {
            to.copy_from_slice(from);
        }
        spare
    }

    /// Whether enough is known: a match may go on at one of these places, or an escape of four digits hides one, which `unicode`
    /// tells by its `u`. Where places are listed, the list must be full.
    #[inline(never)]
    fn any(&mut self, start: usize, window: &[u8; WINDOW], mut places: u64, mut unicode: u64) -> bool {
        let Self { watch, text, .. } = *self;
        let lanes = watch.lanes();
        while unicode != 0 {
            let place = start + unicode.trailing_zeros() as usize;
            unicode &= unicode - 1;
            let byte = |offset| text.get(place.wrapping_add_signed(offset)).copied().unwrap_or(AROUND);
            if lanes.shown_around(byte) != 0 {
                return true;
            }
        }
        while places != 0 {
            let bit = places.trailing_zeros() as usize;
            places &= places - 1;
            let near = Near::new(window.get(BLOCK + bit - Near::BEFORE..));
            let byte = |offset| near.byte(offset);
            let (at, shown) = (start + bit, lanes.shown(byte));
            let groups = shown & !watch.stops.names;
            if shown == 0 {
                continue;
            }
            let bytes = text.get(at..).unwrap_or(&[]);
            match &mut self.list {
                Some(list) => {
                    let fronts = lanes.fronts_where(|back| at == back as usize, byte);
                    let groups = watch.follow.left(groups, fronts, bytes);
                    if groups != 0 {
                        list.add(at, groups);
                    }
                    if list.some_lost() {
                        return true;
                    }
                }
                None => {
                    // What is nested in the text begins within it.
                    let fronts = lanes.fronts_where(|_| false, byte);
                    if groups != shown || watch.follow.any_left_nested(groups, fronts, bytes) {
                        return true;
                    }
                }
            }
        }
        false
    }
}
