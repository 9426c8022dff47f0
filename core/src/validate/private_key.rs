//! PEM private keys (RFC 7468): a header alone is no secret.

use super::Trim;

/// Characters of one line that make key material.
const MATERIAL: usize = 16;

/// Changes between capitals, small letters and the rest in it: long words have one.
const CHANGES: usize = 2;

/// What of base64 a character is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Capital,
    Small,
    Other,
}

impl Kind {
    fn of(ch: char) -> Option<Self> {
        match ch {
            'A'..='Z' => Some(Self::Capital),
            'a'..='z' => Some(Self::Small),
            '0'..='9' | '+' | '/' | '=' => Some(Self::Other),
            _ => None,
        }
    }
}

/// Some line behind the header holds key material.
pub(super) fn check(text: impl Iterator<Item = char>) -> Option<Trim> {
    let (mut run, mut changes) = (0, 0);
    let (mut last, mut escaped) = (None, false);
    for ch in text {
        // In `\nMII` the n belongs to the escape.
        let kind = Kind::of(ch).filter(|_| !escaped);
        if kind.is_none() || last.is_none() {
            (run, changes) = (0, 0);
        }
        run += usize::from(kind.is_some());
        changes += usize::from(run > 1 && kind != last);
        if run >= MATERIAL && changes >= CHANGES {
            return Some(Trim::NOTHING);
        }
        escaped = ch == '\\';
        last = kind;
    }
    None
}
