//! Hardware addresses: IEEE 802 EUI-48 and EUI-64, as colons, dashes or Cisco's dots write them.

use super::Trim;
use super::context::before_hex;

/// Twelve or sixteen hexadecimal digits, not all the same; what stands before the first pair stays out.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = before_hex(text.clone(), &[':', '-']);
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
