//! Whether a raw offset is a place of a text, and which character stands in front of it.

use super::{Run, is_of_escape};
use crate::view::Text;

/// The longest stretch of an escape without a backslash is `uXXXX` for each level that spells the next one's
/// backslash, so behind this many bytes without one no escape is open.
const CLEAR: usize = 64;

/// The character in front of the raw offset `at` of `text`, if a character begins there; otherwise the next place, and
/// the character in front of that. `floor` is a place at or before `at`, and `before` the character in front of it.
///
/// Costs time linear in `at - floor` at worst, and a few bytes as a rule.
pub(crate) fn aligned<T: Text>(
    text: T,
    raw: &[u8],
    floor: usize,
    before: Option<char>,
    at: usize,
) -> Result<Option<char>, (usize, Option<char>)> {
    let (mut place, mut before) = match place_before(raw, floor, at) {
        Some(place) => (place, None),
        None => (floor, before),
    };
    while place < at {
        let Some((ch, next)) = text.next(place) else { break };
        before = Some(ch);
        place = next;
    }
    if place == at { Ok(before) } else { Err((place.max(at + 1), before)) }
}

/// A place shortly before `at` and not before `floor`, found without reading forwards.
fn place_before(raw: &[u8], floor: usize, at: usize) -> Option<usize> {
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
