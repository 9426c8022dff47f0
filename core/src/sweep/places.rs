//! Places at which a factor may show: found a block at a time, looked at one by one.

use super::bits::{Block, highest};
use super::escapes::Around;
use super::window::{MARGIN, Window};
use super::{Ends, Listing, Look, Refusal, Run, Visitor};
use crate::arch::{BLOCK, Isa};
use crate::factor::{self, Confirm, Watch};
use crate::scan::ends_scalar;

impl<V: Visitor, const WATCHES: bool> Run<'_, '_, V, WATCHES> {
    /// Where strings and numbers end in which a factor shows.
    #[inline(always)]
    pub(super) fn watch<I: Isa>(&mut self, isa: I, window: &Window, start: usize, block: &Block) -> Ends {
        let before = self.escapes.take();
        // The string that is open has been looked at.
        let told = match self.string.stop == Look::Value && self.string.listing == Listing::None {
            true if block.ends == 0 => return Ends::default(),
            true => through(lowest(block.ends)),
            false => 0,
        };
        let watch = self.watch;
        let lanes = watch.lanes();
        let (mut places, mut sure) = (0, 0);
        if let Some(around) = window.around(start / BLOCK).filter(|_| lanes.used()) {
            if block.unicode != 0 || before.at_end() {
                let (letters, wanted) = (block.unicode, !told);
                let around = Around { lanes, window, block: start / BLOCK, letters, wanted, before };
                let (shown, escapes) = around.look(isa);
                (places, sure) = (shown.places & block.inside, shown.over);
                self.escapes = escapes;
            } else if block.inside != 0 {
                places = factor::places(isa, lanes.sets(), around) & block.inside;
            }
            if block.scalars != 0 {
                places |= factor::places(isa, lanes.bare(), around) & block.scalars;
            }
        }
        let open = self.string.stop.max(self.scalar.stop);
        match places | sure != 0 || open != Look::None && (block.ends | block.scalar_ends) != 0 {
            true => self.ends(window, start, block, places, sure),
            false => Ends::default(),
        }
    }

    /// The same; `sure` are places that have been looked at.
    fn ends(&mut self, window: &Window, start: usize, block: &Block, places: u64, sure: u64) -> Ends {
        let [strings, names] = self.string_ends(window, start, block, places | sure, sure);
        let scalars = match (places & block.scalars, self.scalar.stop) {
            (0, Look::None) => 0,
            (digits, _) => self.scalar_ends(window, start, block, digits),
        };
        Ends { strings, names, scalars }
    }

    /// Where strings end that are worth a look, and those that are only if they are names.
    fn string_ends(
        &mut self,
        window: &Window,
        start: usize,
        block: &Block,
        places: u64,
        sure: u64,
    ) -> [u64; 2] {
        let Watch { stops, follow } = self.watch;
        let (mut left, mut values, mut names) = (places & block.inside, 0, 0);
        // Of the string at hand: its end, whether it is worth a look, and whether its candidates are listed.
        let mut end = lowest(block.ends);
        let mut stop = self.string.stop;
        let mut listing = self.string.listing;
        match stop == Look::Value && listing != Listing::None {
            true => self.candidates.clear_told(),
            false => self.candidates.clear(),
        }
        loop {
            let mut here = left & through(end);
            left &= !here;
            if stop == Look::Value && listing == Listing::None {
                here = 0;
            } else if here & sure != 0 {
                stop = Look::Value;
                self.candidates.lose(window.spot((start + here.trailing_zeros() as usize) as isize));
                here = 0;
            }
            while here != 0 {
                let bit = here.trailing_zeros();
                here &= here - 1;
                let place = (start + bit as usize) as isize;
                let near = window.near(place);
                let byte = |offset| near.byte(offset);
                let groups = stops.lanes.shown(byte);
                if groups == 0 {
                    continue;
                }
                let of_searches = match groups & !stops.names {
                    0 => 0,
                    groups => follow.left_in_string(groups, stops.lanes.fronts(byte), window.from(place)),
                };
                if of_searches == 0 {
                    stop = stop.max(if groups & stops.names != 0 { Look::Name } else { Look::None });
                    continue;
                }
                if stop != Look::Value {
                    stop = Look::Value;
                    if let Some(quote) = highest(block.starts & through(1 << bit)) {
                        listing = self.listing(window, start + quote + 1);
                    }
                    if listing == Listing::None {
                        break;
                    }
                }
                self.candidates.add(window.spot(place), of_searches);
            }
            match stop {
                Look::Value => values |= end,
                Look::Name => names |= end,
                Look::None => {}
            }
            if end == 0 || left == 0 {
                self.string.stop = if end == 0 { stop } else { Look::None };
                if self.candidates.some_lost() {
                    if self.string.listing == Listing::Nested {
                        self.worth.note(false);
                    }
                    self.string.listing = Listing::None;
                }
                return [values, names];
            }
            stop = Look::None;
            end = lowest(block.ends & u64::MAX << left.trailing_zeros());
        }
    }

    /// Where numbers and words end that are worth a look.
    fn scalar_ends(&mut self, window: &Window, start: usize, block: &Block, places: u64) -> u64 {
        let Watch { stops, follow } = self.watch;
        let shows = |bit: u32| {
            let place = (start + bit as usize) as isize;
            let near = window.near(place);
            let byte = |offset| near.byte(offset);
            let groups = stops.lanes.shown(byte) & stops.bare;
            let goes_on = || {
                let fronts = stops.lanes.fronts_where(|back| ends_scalar(byte(-1 - back)), byte);
                let here = (block.scalars >> bit).trailing_ones() as usize;
                let len = if bit as usize + here < BLOCK { here } else { scalar_len(window.from(place)) };
                follow.any_left_bare(groups, fronts, window.from(place).get(..len).unwrap_or(&[]))
            };
            groups != 0 && goes_on()
        };
        let (mut left, mut values) = (places, 0);
        if self.scalar.stop == Look::Value {
            values = lowest(block.scalar_ends);
            left &= !through(values);
            if values == 0 {
                return 0;
            }
            self.scalar.stop = Look::None;
        }
        while left != 0 {
            let bit = left.trailing_zeros();
            left &= left - 1;
            if !shows(bit) {
                continue;
            }
            let end = lowest(block.scalar_ends & u64::MAX << bit);
            values |= end;
            left &= !through(end);
            if end == 0 {
                self.scalar.stop = Look::Value;
            }
        }
        values
    }
}

/// The lowest of these bits.
#[inline(always)]
fn lowest(bits: u64) -> u64 {
    bits & bits.wrapping_neg()
}

/// All bits up to this one; all there are, if it is none.
#[inline(always)]
fn through(bit: u64) -> u64 {
    bit | bit.wrapping_sub(1)
}

/// How long the number or word is that these bytes begin with, as far as it is read on behind factors.
fn scalar_len(bytes: &[u8]) -> usize {
    let bytes = bytes.get(..Confirm::MOST).unwrap_or(bytes);
    bytes.iter().position(|byte| ends_scalar(*byte)).unwrap_or(bytes.len())
}

/// Whether the text of the string whose content begins at a place is no JSON object, array or string; false where that is
/// not told by a few bytes.
#[inline]
pub(super) fn begins_plainly(window: &Window, place: usize) -> bool {
    let bytes = window.from(place as isize);
    let mut bytes = bytes.get(..MARGIN / 2).unwrap_or(bytes).iter();
    loop {
        match bytes.next() {
            Some(b' ') => {}
            Some(b'\\') => match bytes.next() {
                Some(b'n' | b'r' | b't') => {}
                // Beyond ASCII: JSON does not begin like that.
                Some(b'u') => {
                    return matches!(bytes.as_slice(), [a, b, c, ..] if [a, b] != [&b'0'; 2] || *c >= b'8');
                }
                _ => return false,
            },
            Some(b'{' | b'[' | b'"') | None => return false,
            Some(_) => return true,
        }
    }
}

/// Whether the string whose closing quote is at a place is a name: a colon follows.
///
/// # Errors
/// What follows lies behind the window.
pub(super) fn is_name(window: &Window, place: usize) -> Result<bool, Refusal> {
    for offset in 1..=MARGIN {
        match window.byte((place + offset) as isize) {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            byte => return Ok(byte == b':'),
        }
    }
    Err(Refusal::Doubt)
}
