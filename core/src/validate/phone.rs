//! Phone numbers: ITU-T E.164 (at most 15 digits) as people write them.

use super::Trim;
use super::digits::{Digits, number, uniform};

/// Digits of the longest number, with `011` before it.
const MOST: usize = 18;

/// The long vowel mark of Japanese, a letter that is typed for a dash.
const LONG_VOWEL: char = '\u{30fc}';

/// Seven to fifteen digits; context before the number stays out. An extension is part of it.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = context(text.clone());
    let digits = main_digits(text.skip(front))?;
    let digits = digits.as_slice();
    Trim::when((7..=15).contains(&digits.len()) && !uniform(digits))?;
    Some(Trim::front(front))
}

/// A number with trunk zero, or `00` and a country: grouped, of nine digits or more, and no date.
pub(super) fn check_national<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = context(text.clone());
    let text = text.skip(front);
    let digits = main_digits(text.clone())?;
    let digits = digits.as_slice();
    let fits = (9..=MOST).contains(&digits.len()) && !uniform(digits.get(2..)?);
    Trim::when(fits && grouped(text.clone()) && !date(text))?;
    Some(Trim::front(front))
}

/// The value of a digit, of full width too.
fn digit(ch: char) -> Option<u8> {
    super::digits::digit(narrow(ch))
}

/// A digit of full width as ASCII's.
fn narrow(ch: char) -> char {
    match ch {
        '\u{ff10}'..='\u{ff19}' => char::from(b'0' + (u32::from(ch) - 0xff10) as u8),
        _ => ch,
    }
}

/// Characters before the number: up to its first digit or plus, or a parenthesis before that which is closed later.
fn context<I: Iterator<Item = char> + Clone>(text: I) -> usize {
    // A plus in a URL.
    if text.clone().take(3).map(|ch| ch.to_ascii_uppercase()).eq("%2B".chars()) {
        return 3;
    }
    let begins = |ch: char| digit(ch).is_some() || matches!(ch, '+' | '\u{ff0b}');
    let before = text.clone().take_while(|ch| !begins(*ch)).count();
    let opened = before > 0 && matches!(text.clone().nth(before - 1), Some('(' | '（'));
    let next = text.skip(before).find(|ch| matches!(ch, '(' | ')' | '（' | '）'));
    let closed = matches!(next, Some(')' | '）'));
    if opened && closed { before - 1 } else { before }
}

/// The digits before an extension.
fn main_digits(text: impl Iterator<Item = char>) -> Option<Digits<MOST>> {
    let extension = |ch: &char| matches!(ch, '#' | ',' | ';') || ch.is_alphabetic() && *ch != LONG_VOWEL;
    Digits::of(text.take_while(|ch| !extension(ch)).filter(|ch| *ch != LONG_VOWEL).map(narrow))
}

/// Whether something stands between the digits.
fn grouped(text: impl Iterator<Item = char>) -> bool {
    text.skip_while(|ch| digit(*ch).is_none()).any(|ch| digit(ch).is_none())
}

/// Whether it begins with day, month and year, or month, day and year.
fn date<I: Iterator<Item = char> + Clone>(text: I) -> bool {
    let mut groups = [0u32; 3];
    let mut rest = text;
    for (value, length) in groups.iter_mut().zip([2, 2, 4]) {
        let digits = Digits::<MOST>::of(rest.clone().take_while(|ch| digit(*ch).is_some()));
        let Some(digits) = digits.filter(|digits| digits.as_slice().len() == length) else { return false };
        *value = number(digits.as_slice());
        rest.nth(length);
    }
    let [first, second, year] = groups;
    (1900..2100).contains(&year)
        && (1..=31).contains(&first.max(second))
        && (1..=12).contains(&first.min(second))
}
