//! Places at which a factor may show: found a block at a time, looked at one by one.

use super::bits::{Block, Escapes};
use super::window::{MARGIN, Window};
use super::{Ends, Refusal, Run, Visitor};
use crate::arch::{BLOCK, Isa};
use crate::factor::{self, Groups, Lanes, Watch, unit};

impl<V: Visitor, const WATCHES: bool> Run<'_, '_, V, WATCHES> {
    /// Where strings and numbers end in which a factor shows.
    #[inline(always)]
    pub(super) fn watch<I: Isa>(
        &mut self,
        isa: I,
        window: &Window,
        start: usize,
        block: &Block,
        escapes: Escapes,
    ) -> Ends {
        // The string that is open has been looked at.
        if self.string.stop && block.ends == 0 {
            return Ends::default();
        }
        let lanes = self.watch.lanes();
        let around = window.around(start / BLOCK).filter(|_| lanes.used());
        let numbers = if self.watch.stops.bare == 0 { 0 } else { block.scalars };
        let places = around.map_or(0, |around| factor::places(isa, lanes, around)) & (block.inside | numbers);
        let sure = match escapes.any_unicode {
            0 => 0,
            some => behind_unicode(window, start, some, lanes),
        };
        match places | sure != 0 || self.string.stop || self.scalar.stop {
            true => self.ends(window, start, block, places, sure),
            false => Ends::default(),
        }
    }

    /// The same; `sure` are places that have been looked at.
    fn ends(&mut self, window: &Window, start: usize, block: &Block, places: u64, sure: u64) -> Ends {
        let Watch { stops, follow } = self.watch;
        let place = |bit: u32| (start + bit as usize) as isize;
        let shown = |bit: u32| shown(window, place(bit), &stops.lanes);
        let inside = |bit: u32| {
            let confirmed = |groups| {
                let front = stops.lanes.front(|offset| window.byte(place(bit) + offset));
                follow.any_left::<true>(groups, front, window.from(place(bit)))
            };
            sure >> bit & 1 == 1 || Some(shown(bit)).filter(|groups| *groups != 0).is_some_and(confirmed)
        };
        let bare = |bit: u32| shown(bit) & stops.bare != 0;
        let (text, digits) = ((places | sure) & block.inside, places & block.scalars);
        Ends {
            strings: ends(text, block.ends, &mut self.string.stop, inside),
            scalars: ends(digits, block.scalar_ends, &mut self.scalar.stop, bare),
        }
    }
}

/// The groups of which a factor shows at a place.
#[inline]
fn shown(window: &Window, place: isize, lanes: &Lanes) -> Groups {
    lanes.shown(|offset| window.byte(place + offset))
}

/// From places to the ends of the values that they lie in. `stop` is whether the value that is open where the block begins
/// is one, and then where it ends.
#[inline]
fn ends(places: u64, ends: u64, stop: &mut bool, shows: impl Fn(u32) -> bool) -> u64 {
    let lowest = |bits: u64| bits & bits.wrapping_neg();
    let through = |end: u64| end | (end - 1);
    let (mut left, mut found) = (places, 0);
    if *stop {
        if ends == 0 {
            return 0;
        }
        *stop = false;
        found = lowest(ends);
        left &= !through(found);
    }
    while left != 0 {
        let bit = left.trailing_zeros();
        left &= left - 1;
        if !shows(bit) {
            continue;
        }
        let end = lowest(ends & u64::MAX << bit);
        if end == 0 {
            *stop = true;
            break;
        }
        found |= end;
        left &= !through(end);
    }
    found
}

/// Of each `u` behind a backslash, whether the escape may hide a byte of a factor, or a factor shows behind it.
#[cold]
fn behind_unicode(window: &Window, start: usize, mut letters: u64, lanes: &Lanes) -> u64 {
    let mut found = 0;
    while letters != 0 {
        let bit = letters.trailing_zeros();
        letters &= letters - 1;
        let place = (start + bit as usize) as isize;
        let hides = lanes.shown_around(|offset| window.byte(place + offset)) != 0;
        found |= u64::from(hides) << bit;
    }
    found
}

/// Whether a `u` of an escape lacks its four digits.
pub(super) fn bad_unicode(window: &Window, start: usize, mut letters: u64) -> bool {
    while letters != 0 {
        let place = (start + letters.trailing_zeros() as usize) as isize;
        letters &= letters - 1;
        if unit(|offset| window.byte(place + offset)).is_none() {
            return true;
        }
    }
    false
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
