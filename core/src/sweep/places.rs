//! Places at which a factor may show, looked at one by one.

use super::Refusal;
use super::window::{MARGIN, Window};
use crate::factor::{Groups, Lanes};

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
        let hides = match unit(window, place) {
            Some(unit) => {
                lanes.hides(unit) || lanes.shown_behind(|offset| window.byte(place + 5 + offset)) != 0
            }
            None => true,
        };
        found |= u64::from(hides) << bit;
    }
    found
}

/// Whether a `u` of an escape lacks its four digits.
pub(super) fn bad_unicode(window: &Window, start: usize, mut letters: u64) -> bool {
    while letters != 0 {
        let place = (start + letters.trailing_zeros() as usize) as isize;
        letters &= letters - 1;
        if unit(window, place).is_none() {
            return true;
        }
    }
    false
}

/// The UTF-16 code unit behind the `u` at a place.
#[inline]
fn unit(window: &Window, place: isize) -> Option<u16> {
    const BAD: u16 = 0x100;
    static DIGITS: [u16; 256] = {
        let mut digits = [BAD; 256];
        let mut value = 0;
        while value < 16 {
            digits[b"0123456789abcdef"[value] as usize] = value as u16;
            digits[b"0123456789ABCDEF"[value] as usize] = value as u16;
            value += 1;
        }
        digits
    };
    let digit = |offset: isize| DIGITS[usize::from(window.byte(place + offset))];
    let digits = [digit(1), digit(2), digit(3), digit(4)];
    (!digits.contains(&BAD)).then(|| digits.iter().fold(0, |unit, digit| unit << 4 | digit))
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
