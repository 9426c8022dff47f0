//! US social security numbers as the SSA assigns them, and the taxpayer numbers (ITIN) of the IRS beside them.

use super::Trim;
use super::digits::{Digits, digit, number};

/// Numbers that were printed in advertisements and are nobody's.
const PRINTED: [u32; 2] = [78_051_120, 219_099_999];

/// Nine digits; what stands before the first stays out.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = text.clone().take_while(|ch| !ch.is_ascii_digit()).count();
    let text = text.skip(front);
    let digits = Digits::<9>::of(text.clone())?;
    let digits = digits.as_slice();
    let (area, group, serial) =
        (number(digits.get(..3)?), number(digits.get(3..5)?), number(digits.get(5..9)?));
    let assigned = match area {
        0 | 666 => false,
        900.. => taxpayer(group),
        _ => group != 0 && serial != 0,
    };
    Trim::when(assigned && !PRINTED.contains(&number(digits)) && one_separator(text))?;
    Some(Trim::front(front))
}

/// The groups of taxpayer numbers; numbers from 987-65-4320 are for advertisements, and 65 is among them.
fn taxpayer(group: u32) -> bool {
    matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// Whether all separators are the same character.
fn one_separator(text: impl Iterator<Item = char>) -> bool {
    let mut separators = text.filter(|ch| digit(*ch).is_none());
    separators.next().is_none_or(|first| separators.all(|ch| ch == first))
}
