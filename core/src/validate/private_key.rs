//! PEM private keys (RFC 7468): a header alone is no secret.

use super::Trim;

/// Characters of one line that make key material.
const MATERIAL: usize = 16;

/// Some line behind the header holds key material.
pub(super) fn check(text: impl Iterator<Item = char>) -> Option<Trim> {
    let mut run = 0;
    let mut escaped = false;
    for ch in text {
        // In `\nMII` the n belongs to the escape.
        let material = !escaped && (ch.is_ascii_alphanumeric() || matches!(ch, '+' | '/' | '='));
        run = if material { run + 1 } else { 0 };
        escaped = ch == '\\';
        if run >= MATERIAL {
            return Some(Trim::NOTHING);
        }
    }
    None
}
