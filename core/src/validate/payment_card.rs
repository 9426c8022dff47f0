//! Payment card numbers: ISO/IEC 7812 issuer ranges as the card schemes publish them, length by scheme, and Luhn.

use super::Trim;
use super::digits::{Digits, digit, number, uniform};
use super::luhn;

/// Digits of the longest card number.
const MOST: usize = 19;

/// First and last issuer prefix, of the same number of digits, and the lengths that go with them.
struct Range(u32, u32, core::ops::RangeInclusive<usize>);

const fn range(first: u32, last: u32, least: usize, most: usize) -> Range {
    Range(first, last, least..=most)
}

/// Of the schemes in use; where two overlap, both count.
const RANGES: [Range; 43] = [
    range(1, 1, 15, 15),       // UATP
    range(4, 4, 13, 13),       // Visa, before 2000
    range(4, 4, 16, 16),       // Visa
    range(4, 4, 19, 19),       // Visa
    range(51, 55, 16, 16),     // Mastercard
    range(2221, 2720, 16, 16), // Mastercard
    range(34, 34, 15, 15),     // American Express
    range(37, 37, 15, 15),     // American Express
    range(300, 305, 14, 19),   // Diners Club
    range(3095, 3095, 14, 19), // Diners Club
    range(36, 36, 14, 19),     // Diners Club
    range(38, 39, 14, 19),     // Diners Club
    range(6011, 6011, 16, 19), // Discover
    range(644, 649, 16, 19),   // Discover
    range(65, 65, 16, 19),     // Discover, RuPay, Elo
    range(62, 62, 16, 19),     // UnionPay
    range(81, 81, 16, 19),     // UnionPay, RuPay
    range(3528, 3589, 16, 19), // JCB, RuPay with JCB
    range(3088, 3094, 16, 19), // JCB
    range(3096, 3102, 16, 19), // JCB
    range(3112, 3120, 16, 19), // JCB
    range(3158, 3159, 16, 19), // JCB
    range(3337, 3349, 16, 19), // JCB
    range(1800, 1800, 15, 15), // JCB, before 2000
    range(2131, 2131, 15, 15), // JCB, before 2000
    range(5018, 5018, 13, 15), // Maestro
    range(5019, 5020, 13, 15), // Dankort, Maestro
    range(5038, 5038, 13, 15), // Maestro
    range(5893, 5893, 13, 15), // Maestro
    range(6304, 6304, 13, 15), // Maestro
    range(6759, 6763, 13, 15), // Maestro
    range(50, 50, 16, 19),     // Maestro, Dankort, Elo, RuPay, Verve
    range(56, 58, 16, 19),     // Maestro, UzCard, Cabal, Naranja
    range(63, 63, 16, 19),     // Maestro, InterPayment, Elo, Hiper
    range(67, 67, 16, 19),     // Maestro, Bancontact
    range(60, 60, 16, 16),     // RuPay, Hipercard
    range(82, 82, 16, 16),     // RuPay
    range(2200, 2205, 16, 19), // Mir, Borica
    range(9792, 9792, 16, 16), // Troy
    range(8600, 8600, 16, 16), // UzCard
    range(9860, 9860, 16, 16), // Humo
    range(9704, 9704, 16, 16), // Napas
    range(9704, 9704, 19, 19), // Napas
];

impl Range {
    fn holds(&self, digits: &[u8]) -> bool {
        let prefix = self.0.ilog10() as usize + 1;
        let start = number(digits.get(..prefix).unwrap_or(&[]));
        self.2.contains(&digits.len()) && (self.0..=self.1).contains(&start)
    }
}

fn valid(digits: &[u8]) -> bool {
    !uniform(digits)
        && !digits.ends_with(&[0; 12])
        && luhn::passes(digits)
        && RANGES.iter().any(|range| range.holds(digits))
}

/// The longest card number that follows the context and ends where a group of digits ends. An expiry date or a
/// security code may follow it in the match.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = text.clone().take_while(|ch| digit(*ch).is_none()).count();
    let mut digits = Digits::<MOST>::new();
    let mut ends = [(0, 0); MOST + 1];
    let (mut groups, mut chars, mut in_group) = (0, 0usize, false);
    for ch in text.skip(front) {
        chars += 1;
        match digit(ch) {
            Some(value) => {
                digits.push(value)?;
                groups += usize::from(!in_group);
                *ends.get_mut(groups)? = (digits.as_slice().len(), chars);
            }
            None if ch.is_alphanumeric() => return None,
            None => {}
        }
        in_group = ch.is_ascii_digit();
    }
    let ends = ends.get(1..=groups)?;
    let fits = |(count, _): &&(usize, usize)| digits.as_slice().get(..*count).is_some_and(valid);
    let (_, end) = ends.iter().rev().find(fits)?;
    Some(Trim::front(front).back(chars.saturating_sub(*end)))
}
