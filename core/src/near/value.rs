//! Whether a match may lie in the text of a string value, or in a text nested in it.

use crate::arch::{BLOCK, Isa, Path, WINDOW, Work};
use crate::factor::{Near, Watch, places};

/// Stands around a text: a quote may begin any text, so it tells nothing.
const AROUND: u8 = b'"';

/// Whether a match may lie in `text`, which is decoded, or in what is nested in it. Never false where one does, provided that all
/// searches have factors.
///
/// Linear in the text.
pub(crate) fn may_match(path: Path, watch: Watch<'_>, text: &[u8]) -> bool {
    watch.lanes().used() && path.run(Blocks { watch, text })
}

/// Looks at each block, up to the first at which a match may go on.
struct Blocks<'a> {
    watch: Watch<'a>,
    text: &'a [u8],
}

impl Work for Blocks<'_> {
    type Result = bool;

    #[inline(always)]
    fn run(self, isa: impl Isa) -> bool {
        let sets = self.watch.lanes().sets();
        let mut spare = [AROUND; WINDOW];
        for start in (0..self.text.len()).step_by(BLOCK) {
            let window = match start.checked_sub(BLOCK).and_then(|start| self.text.get(start..)) {
                Some(from) if from.len() >= WINDOW => from.first_chunk().unwrap_or(&spare),
                _ => self.at_edge(start, &mut spare),
            };
            let Some(bytes) = window[BLOCK..].first_chunk() else { return true };
            let block = isa.load(bytes);
            let here = u64::MAX >> (BLOCK - (self.text.len() - start).min(BLOCK));
            let behind_backslash = isa.equal(block, b'\\') << 1 | u64::from(window[BLOCK - 1] == b'\\');
            let unicode = behind_backslash & isa.equal(block, b'u');
            let places = places(isa, sets, window);
            if (places | unicode) & here != 0 && self.any(start, window, places & here, unicode & here) {
                return true;
            }
        }
        false
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

    /// Whether a match may go on at one of these places, or an escape of four digits hides one, which `unicode` tells by its `u`.
    #[inline(never)]
    fn any(&self, start: usize, window: &[u8; WINDOW], mut places: u64, mut unicode: u64) -> bool {
        let Self { watch, text } = *self;
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
            let groups = lanes.shown(byte);
            if groups == 0 {
                continue;
            }
            // What is nested in the text begins within it.
            let fronts = lanes.fronts_where(|_| false, byte);
            let bytes = text.get(start + bit..).unwrap_or(&[]);
            if watch.follow.any_left_nested(groups, fronts, bytes) {
                return true;
            }
        }
        false
    }
}
