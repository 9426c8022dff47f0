//! Secrets without a checksum.

use super::Trim;
use super::context::escape;

/// In a row without punctuation, so many characters are no word.
const RUN: usize = 16;

/// Letters and digits both: words and placeholders have one of them only. An escape before them stays out.
pub(super) fn check<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = escape(text.clone());
    mixed(text.skip(front)).then_some(Trim::front(front))
}

fn mixed(text: impl Iterator<Item = char>) -> bool {
    let (mut letter, mut digit) = (false, false);
    for ch in text {
        letter |= ch.is_ascii_alphabetic();
        digit |= ch.is_ascii_digit();
    }
    letter && digit
}

/// The same, but no words with dashes between them (`sk-test-2024-report-v2`): with capitals too, or a long run.
pub(super) fn check_random<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let trim = check(text.clone())?;
    let text = text.skip(trim.front as usize);
    let (mut run, mut longest) = (0, 0);
    for ch in text.clone() {
        run = if ch.is_ascii_alphanumeric() { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let capitals =
        text.clone().any(|ch| ch.is_ascii_uppercase()) && text.clone().any(|ch| ch.is_ascii_lowercase());
    (capitals || longest >= RUN).then_some(trim)
}

/// A token behind a name has at least so many characters.
const LEAST: usize = 16;

/// A name, then punctuation or white space, then the token. Only the token is the match.
pub(super) fn check_keyed<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let (mut front, mut gap) = (0, false);
    let mut last = ['\0'; 3];
    for (at, ch) in text.clone().enumerate() {
        let escaped = last[2] == '\\' && matches!(ch, 'n' | 'r' | 't');
        last = [last[1], last[2], ch];
        if between(ch) || escaped {
            gap = true;
        } else if last == ['%', '2', '0'] {
            (front, gap) = (at + 1, false);
        } else if gap {
            (front, gap) = (at, false);
        }
    }
    let token = text.skip(front);
    (mixed(token.clone()) && token.count() >= LEAST).then_some(Trim::front(front))
}

fn between(ch: char) -> bool {
    ch.is_whitespace() || matches!(ch, '"' | '\'' | '`' | ':' | '=' | '>' | ',' | '\\' | '(' | '[')
}
