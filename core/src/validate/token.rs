//! Secrets without a checksum.

use super::Trim;

/// Letters and digits both: words and placeholders have one of them only.
pub(super) fn check(text: impl Iterator<Item = char>) -> Option<Trim> {
    let (mut letter, mut digit) = (false, false);
    for ch in text {
        letter |= ch.is_ascii_alphabetic();
        digit |= ch.is_ascii_digit();
    }
    Trim::when(letter && digit)
}

/// A name, then punctuation or white space, then the token. Only the token is the match.
pub(super) fn check_keyed<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let name = text.clone().take_while(|ch| !between(*ch)).count();
    let gap = text.clone().skip(name).take_while(|ch| between(*ch)).count();
    let front = name + gap;
    check(text.skip(front)).map(|_| Trim::front(front))
}

fn between(ch: char) -> bool {
    ch.is_whitespace() || matches!(ch, '"' | '\'' | '`' | ':' | '=' | '>' | ',' | '\\' | '(' | '[')
}
