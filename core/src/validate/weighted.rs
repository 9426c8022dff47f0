//! Checksums of some national numbers, for policies that bring their own patterns.

use super::Trim;
use super::digits::{Digits, uniform};

/// Multiplication in the dihedral group D5.
const PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// What a digit becomes by its place, counted from the end.
const PLACE: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

fn at<const N: usize>(table: &[[u8; 10]; N], row: usize, column: u8) -> u8 {
    table.get(row).and_then(|row| row.get(usize::from(column))).copied().unwrap_or(0)
}

/// J. Verhoeff, Error Detecting Decimal Codes (1969); at most 64 digits.
pub(super) fn verhoeff(text: impl Iterator<Item = char>) -> Option<Trim> {
    let digits = Digits::<64>::of(text)?;
    let digits = digits.as_slice();
    let places = digits.iter().rev().enumerate();
    let sum =
        places.fold(0, |sum: u8, (place, &digit)| at(&PRODUCT, sum.into(), at(&PLACE, place % 8, digit)));
    Trim::when(digits.len() >= 2 && sum == 0)
}

/// ABA: nine digits, weights 3, 7, 1, and a prefix that the Federal Reserve uses.
pub(super) fn aba_routing(text: impl Iterator<Item = char>) -> Option<Trim> {
    let digits = Digits::<9>::of(text)?;
    let digits = digits.as_slice();
    let sum: u32 =
        digits.iter().zip([3, 7, 1].iter().cycle()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    let prefix = super::digits::number(digits.get(..2)?);
    let used = matches!(prefix, 0..=12 | 21..=32 | 61..=72 | 80);
    Trim::when(digits.len() == 9 && used && !uniform(digits) && sum.is_multiple_of(10))
}

/// NHS Data Dictionary: ten digits, weights 10 to 2, modulo 11.
pub(super) fn nhs(text: impl Iterator<Item = char>) -> Option<Trim> {
    let digits = Digits::<10>::of(text)?;
    let digits = digits.as_slice();
    let (check, body) = digits.split_last()?;
    let sum: u32 = body.iter().zip((2..=10).rev()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    Trim::when(digits.len() == 10 && !uniform(digits) && (11 - sum % 11) % 11 == u32::from(*check))
}
