//! Places at which a factor may show: found a block at a time, looked at one by one.

use super::bits::{Block, Escapes};
use super::window::{MARGIN, Window};
use super::{Ends, Look, Refusal, Run, Visitor};
use crate::arch::{BLOCK, Isa};
use crate::factor::{self, Confirm, Lanes, Watch, unit};
use crate::scan::ends_scalar;

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
        if self.string.stop == Look::Value && block.ends == 0 {
            return Ends::default();
        }
        let lanes = self.watch.lanes();
        let mut places = 0;
        if let Some(around) = window.around(start / BLOCK).filter(|_| lanes.used()) {
            if block.inside != 0 {
                places |= factor::places(isa, lanes.sets(), around) & block.inside;
            }
            if block.scalars != 0 {
                places |= factor::places(isa, lanes.bare(), around) & block.scalars;
            }
        }
        let sure = match escapes.any_unicode {
            0 => 0,
            some => behind_unicode(window, start, some, lanes),
        };
        let open = self.string.stop.max(self.scalar.stop);
        match places | sure != 0 || open != Look::None {
            true => self.ends(window, start, block, places, sure),
            false => Ends::default(),
        }
    }

    /// The same; `sure` are places that have been looked at.
    fn ends(&mut self, window: &Window, start: usize, block: &Block, places: u64, sure: u64) -> Ends {
        let Watch { stops, follow } = self.watch;
        let place = |bit: u32| (start + bit as usize) as isize;
        let inside = |bit: u32| {
            let near = window.near(place(bit));
            let byte = |offset| near.byte(offset);
            let groups = stops.lanes.shown(byte);
            let of_searches = groups & !stops.names;
            let value = sure >> bit & 1 == 1
                || of_searches != 0 && {
                    let fronts = stops.lanes.fronts(byte);
                    follow.any_left(of_searches, fronts, window.from(place(bit)))
                };
            match value {
                true => Look::Value,
                false if groups != of_searches => Look::Name,
                false => Look::None,
            }
        };
        let bare = |bit: u32| {
            let near = window.near(place(bit));
            let byte = |offset| near.byte(offset);
            let groups = stops.lanes.shown(byte) & stops.bare;
            let goes_on = || {
                let fronts = stops.lanes.fronts_where(|back| ends_scalar(byte(-1 - back)), byte);
                let here = (block.scalars >> bit).trailing_ones() as usize;
                let len =
                    if bit as usize + here < BLOCK { here } else { scalar_len(window.from(place(bit))) };
                follow.any_left_bare(groups, fronts, window.from(place(bit)).get(..len).unwrap_or(&[]))
            };
            if groups != 0 && goes_on() { Look::Value } else { Look::None }
        };
        let (text, digits) = ((places | sure) & block.inside, places & block.scalars);
        let [strings, names] = ends(text, block.ends, &mut self.string.stop, inside);
        let [scalars, _] = ends(digits, block.scalar_ends, &mut self.scalar.stop, bare);
        Ends { strings, names, scalars }
    }
}

/// How long the number or word is that these bytes begin with, as far as it is read on behind factors.
fn scalar_len(bytes: &[u8]) -> usize {
    let bytes = bytes.get(..Confirm::MOST).unwrap_or(bytes);
    bytes.iter().position(|byte| ends_scalar(*byte)).unwrap_or(bytes.len())
}

/// From places to the ends of the values that they lie in: of those worth a look, and of those that are only if they are names.
/// `stop` tells of the value that is open where the block begins, and then where it ends.
#[inline]
fn ends(places: u64, ends: u64, stop: &mut Look, shows: impl Fn(u32) -> Look) -> [u64; 2] {
    let lowest = |bits: u64| bits & bits.wrapping_neg();
    let through = |end: u64| end | (end - 1);
    let (mut left, mut values, mut names) = (places, 0, 0);
    if *stop != Look::None && ends != 0 {
        let end = lowest(ends);
        match core::mem::take(stop) {
            Look::Name => names = end,
            _ => (values, left) = (end, left & !through(end)),
        }
    }
    if *stop == Look::Value {
        return [0; 2];
    }
    while left != 0 {
        let bit = left.trailing_zeros();
        left &= left - 1;
        let look = shows(bit);
        if look == Look::None {
            continue;
        }
        let end = lowest(ends & u64::MAX << bit);
        match look {
            _ if end == 0 => *stop = look.max(*stop),
            Look::Value => (values, left) = (values | end, left & !through(end)),
            _ => names |= end,
        }
        if *stop == Look::Value {
            break;
        }
    }
    [values, names & !values]
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
