//! ISO/IEC 7812-1, annex B: the check digit of Luhn.

use super::Trim;
use super::digits::digit;

/// Two digits or more, separators between them ignored.
pub(super) fn check(text: impl Iterator<Item = char>) -> Option<Trim> {
    // Which digits are doubled depends on their count, so both sums are kept.
    let (mut count, mut even, mut odd) = (0usize, 0u32, 0u32);
    for ch in text {
        match digit(ch) {
            Some(value) => {
                (even, odd) = ((odd + u32::from(value)) % 10, (even + doubled(value)) % 10);
                count += 1;
            }
            None if ch.is_alphanumeric() => return None,
            None => {}
        }
    }
    Trim::when(count >= 2 && even == 0)
}

fn doubled(value: u8) -> u32 {
    let twice = u32::from(value) * 2;
    if twice > 9 { twice - 9 } else { twice }
}

/// Whether digits pass.
pub(super) fn passes(digits: &[u8]) -> bool {
    let add = |sum, (place, value): (usize, &u8)| {
        sum + if place % 2 == 1 { doubled(*value) } else { u32::from(*value) }
    };
    digits.len() >= 2 && digits.iter().rev().enumerate().fold(0u32, add) % 10 == 0
}
