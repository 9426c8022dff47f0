//! Hardware addresses: IEEE 802 EUI-48 and EUI-64, as colons, dashes or Cisco's dots write them.

use super::Trim;

/// Twelve or sixteen hexadecimal digits, not all the same; what stands before the first pair stays out.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = context(text.clone());
    let text = text.skip(front);
    let digits = text.clone().filter(char::is_ascii_hexdigit);
    let count = digits.clone().count();
    let dotted = text.clone().any(|ch| ch == '.');
    let first = digits.clone().next()?;
    let varied = digits.clone().any(|digit| !digit.eq_ignore_ascii_case(&first));
    let letter = digits.clone().any(|digit| digit.is_ascii_alphabetic());
    // Dotted decimal numbers are more often something else.
    Trim::when((count == 12 || count == 16) && varied && (letter || !dotted))?;
    Some(Trim::front(front))
}

/// The characters before the address: one that is no digit, or the end of a word and a colon or dash.
fn context<I: Iterator<Item = char> + Clone>(text: I) -> usize {
    let mut head = text.clone().take(4);
    let first_three = head.by_ref().take(3).filter(char::is_ascii_alphabetic).count();
    match head.next() {
        Some(':' | '-') if first_three == 3 => 4,
        _ => usize::from(text.clone().next().is_some_and(|ch| !ch.is_ascii_hexdigit())),
    }
}
