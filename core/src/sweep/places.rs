//! Places at which a factor may show, looked at one by one.

use super::Refusal;
use super::window::{MARGIN, Window};
use crate::factor::{Groups, Lanes, unit};

/// The groups of which a factor shows at a place.
#[inline]
pub(super) fn shown(window: &Window, place: isize, lanes: &Lanes) -> Groups {
    lanes.shown(|offset| window.byte(place + offset))
}

/// From places to the ends of the values that they lie in. `stop` is whether the value that is open where the block begins
/// is one, and then where it ends.
#[inline]
pub(super) fn ends(places: u64, ends: u64, stop: &mut bool, shows: impl Fn(u32) -> bool) -> u64 {
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
pub(super) fn behind_unicode(window: &Window, start: usize, mut letters: u64, lanes: &Lanes) -> u64 {
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
