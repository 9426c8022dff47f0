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
    /// Never false where one does, provided that all searches have factors. With `lists`, the places of matches are noted.
    ///
    /// Linear in the text.
    pub fn looks(&mut self, watch: Watch<'_>, text: &[u8], lists: bool) -> bool {
        self.candidates.clear();
        let first = text.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.plain = !matches!(first, Some(b'{' | b'[' | b'"'));
        if !lists {
            self.candidates.lose(0);
        }
        let list = Some(&mut self.candidates).filter(|_| lists);
        watch.lanes().used() && self.path.run(Blocks { watch, text, plain: self.plain, list })
    }

    /// The places of the text that [`Self::looks`] has looked at, if all are known; and whether it is known to be no JSON.
    pub fn listed(&mut self, text: Span) -> Option<(&[Candidate], bool)> {
        Some((self.candidates.of(text)?, self.plain))
    }
}

/// Looks at each block, up to the first place at which a match may go on, or up to the end where these places are listed.
struct Blocks<'a> {
    watch: Watch<'a>,
    text: &'a [u8],
    /// It is no JSON.
    plain: bool,
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
            let unicode = match self.plain {
                // Of text, a backslash stands for itself.
                true => 0,
                false => {
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
    /// tells by its `u`. Where places are listed, one of them must be missing.
    #[inline(never)]
    fn any(&mut self, start: usize, window: &[u8; WINDOW], mut places: u64, mut unicode: u64) -> bool {
        let Self { watch, text, .. } = *self;
        let lanes = watch.lanes();
        while unicode != 0 {
            let place = start + unicode.trailing_zeros() as usize;
            unicode &= unicode - 1;
            let byte = |offset| text.get(place.wrapping_add_signed(offset)).copied().unwrap_or(AROUND);
            if lanes.shown_around(byte) != 0 {
                return self.lose(place);
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
            let left = match self.plain {
                true => {
                    watch.follow.left(groups, lanes.fronts_where(|back| at == back as usize, byte), bytes)
                }
                // A name calls for values; what is nested in the text begins within it.
                false if groups != shown => return self.lose(at),
                false => watch.follow.left_nested(groups, lanes.fronts_where(|_| false, byte), bytes),
            };
            if left == 0 {
                continue;
            }
            match &mut self.list {
                Some(list) => list.add(at, left),
                None => return true,
            }
            if self.list.as_ref().is_some_and(|list| list.some_lost()) {
                return true;
            }
        }
        false
    }

    /// What is at a place is not listed.
    fn lose(&mut self, at: usize) -> bool {
        if let Some(list) = &mut self.list {
            list.lose(at);
        }
        true
    }
}
