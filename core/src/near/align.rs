//! Whether a raw offset is a place of a text, and which character stands in front of it.

use crate::factor::{Reach, Run, is_of_escape};
use crate::view::Text;

/// The longest stretch of an escape without a backslash is `uXXXX` for each level that spells the next one's
/// backslash, so behind this many bytes without one no escape is open.
const CLEAR: usize = 64;

/// The longest character in UTF-8.
const LONGEST: usize = 4;

/// A raw offset at which a character begins, and the character in front of it.
pub(crate) type Place = (usize, Option<char>);

/// The place `count` characters before the raw offset `at` of `text`, but not before `floor`, and the character in front of
/// it; or, when no character begins there, the next place behind `at`, and for [`Reach::MOST`] characters before that the
/// place and the character in front. `floor` is a place at or before `at`, and `before`
/// the character in front of it.
///
/// Costs time linear in `at - floor` at worst, and a few bytes as a rule.
pub(crate) fn back<T: Text>(
    text: T,
    raw: &[u8],
    (floor, before): Place,
    at: usize,
    count: usize,
) -> Result<Place, (usize, Place)> {
    let front = floor.max(at.saturating_sub(LONGEST * (count + 1) + text.reach()));
    if !T::ESCAPES || raw.get(front..at).is_some_and(|front| !front.contains(&b'\\')) {
        return back_plain(text, raw, (floor, before), at, count);
    }
    let mut far = LONGEST * (count + 1);
    loop {
        let known = place_before(raw, floor, at.saturating_sub(far).max(floor));
        let (mut place, mut ch) = match known {
            Some(place) => (place, None),
            None => (floor, before),
        };
        // The last places, and what stands in front of them.
        let mut last = [(0, None); Reach::MOST as usize + 1];
        let mut walked = 0;
        loop {
            last[walked % last.len()] = (place, ch);
            walked += 1;
            if place >= at {
                break;
            }
            let Some((next_ch, next)) = text.next(place) else { break };
            (place, ch) = (next, Some(next_ch));
        }
        if place != at {
            // Before the first of them stands a character that was not read.
            let enough = known.is_none() || walked > last.len();
            if !enough {
                far *= 4;
                continue;
            }
            let oldest = if walked > last.len() { walked % last.len() } else { 0 };
            return Err((place.max(at + 1), last[oldest]));
        }
        // Before the first of them stands a character that was not read.
        if known.is_none() || walked > count + 1 {
            let back = count.min(walked - 1).min(last.len() - 1);
            return Ok(last[(walked - 1 - back) % last.len()]);
        }
        far *= 4;
    }
}

/// [`back`] where each character that it looks at begins where its UTF-8 does.
#[inline]
fn back_plain<T: Text>(
    text: T,
    raw: &[u8],
    (floor, before): Place,
    at: usize,
    count: usize,
) -> Result<Place, (usize, Place)> {
    let begins = |at: usize| raw.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
    if !begins(at) {
        return Err((at + 1, (floor, before)));
    }
    let previous = |mut at: usize| {
        at -= 1;
        while at > floor && !begins(at) {
            at -= 1;
        }
        at
    };
    let mut place = at;
    for _ in 0..count {
        if place <= floor {
            break;
        }
        place = previous(place);
    }
    match place > floor {
        true => Ok((place, text.next(previous(place)).map(|(ch, _)| ch))),
        false => Ok((floor, before)),
    }
}

/// A place shortly before `at` and not before `floor`, found without reading forwards.
pub(super) fn place_before(raw: &[u8], floor: usize, at: usize) -> Option<usize> {
    let mut escapes = false;
    for back in (floor..at).rev() {
        let byte = *raw.get(back)?;
        if byte >= 0xc0 || byte < 0x80 && !is_of_escape(byte) && !matches!(byte, b'"' | b'/') {
            return Some(back);
        }
        escapes |= byte == b'\\';
        if !escapes && at - back >= CLEAR {
            return Some(at - 1);
        }
    }
    None
}

/// Where a match that holds the byte at `at` may begin at the earliest: behind the last byte that its run does not hold.
/// With the character in front.
pub(crate) fn run_start(
    raw: &[u8],
    run: &Run,
    floor: usize,
    before: Option<char>,
    at: usize,
) -> (usize, Option<char>) {
    let Some(stop) = (floor..at).rev().find(|&back| raw.get(back).is_none_or(|byte| !run.holds(*byte)))
    else {
        return (floor, before);
    };
    let lead = (stop.saturating_sub(3)..=stop).rev().find(|&at| raw.get(at).is_none_or(|b| b & 0xc0 != 0x80));
    let ch = lead.and_then(|lead| raw.get(lead..=stop)).and_then(|bytes| core::str::from_utf8(bytes).ok());
    (stop + 1, ch.and_then(|text| text.chars().next()))
}
