//! What a rule's action writes for a part.

use super::{DIGITS, Edit, Edits, Replacement, Target};
use crate::find::skip;
use crate::policy::{Action, Escapes, HashKey, Policy, TEXT_LEVELS};
use crate::span::Span;
use crate::table::Part;
use crate::view::{Escaped, Text, chars};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What kind of value a part belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of a string: the rule's action applies.
    Text,
    /// A number, or a string that stands for one: becomes `0`.
    Number,
    /// A boolean: becomes `false`.
    Boolean,
    /// A string of encoded bytes: becomes empty.
    Bytes,
    /// A string that no rule was asked about: becomes the token of the edits.
    Unread,
}

/// A part that is to be masked.
#[derive(Clone, Copy, Debug)]
pub struct PartOf {
    /// Raw bytes.
    pub span: Span,
    /// The rule whose action applies.
    pub rule: u16,
    /// The level of the text that it is part of.
    pub level: u8,
    /// The kind of value.
    pub kind: Kind,
}

impl Target<'_> {
    /// Masks a part: notes what its rule writes. False if there is no room for what may have to be undone.
    pub fn mask(&mut self, policy: &Policy<'_>, edits: &mut Edits<'_>, part: &PartOf) -> bool {
        if edits.pass > 0 {
            edits.pass -= 1;
            return false;
        }
        let edit = self.edit(policy, edits, part);
        self.add(policy, edits, Edit { rule: part.rule, ..edit })
    }

    fn edit(&self, policy: &Policy<'_>, edits: &mut Edits<'_>, part: &PartOf) -> Edit {
        let span = part.span;
        let whole = |text| Edit { span, text, rule: part.rule };
        let nothing = whole(Replacement::Pool(Part::default(), 0));
        match part.kind {
            Kind::Number => return whole(Replacement::Zero),
            Kind::Boolean => return whole(Replacement::False),
            Kind::Bytes => return nothing,
            Kind::Unread => return whole(Replacement::Token(edits.token.len() as u32)),
            Kind::Text => {}
        }
        let text = Escaped::new(self.input(), span.start, span.end, part.level);
        match policy.rules.get(usize::from(part.rule)).map(|rule| rule.action) {
            Some(Action::Replace(token)) => whole(Replacement::Pool(at_level(&token, part.level), 1)),
            Some(Action::Mask { with, keep_first, keep_last }) => {
                masked(text, at_level(&with, part.level), keep_first as usize, keep_last as usize)
            }
            Some(Action::Hash { key, length }) => {
                policy.keys.get(key as usize).map_or(nothing, |key| whole(edits.digest(text, key, length)))
            }
            Some(Action::Remove) | None => nothing,
        }
    }
}

fn at_level(escapes: &Escapes, level: u8) -> Part {
    escapes[usize::from(level).min(TEXT_LEVELS)]
}

/// `with` for each character of `text` but those kept. Where nothing would be masked, everything is.
fn masked(text: Escaped<'_>, with: Part, keep_first: usize, keep_last: usize) -> Edit {
    let (start, end) = (text.start(), text.end());
    let count = chars(text, start, end).count();
    let (first, last) = match keep_first.checked_add(keep_last) {
        Some(kept) if kept < count => (keep_first, keep_last),
        _ => (0, 0),
    };
    let covered = count - first - last;
    let from = skip(text, start, first);
    let to = if last == 0 { end } else { skip(text, from, covered) };
    Edit { span: Span::new(from, to), text: Replacement::Pool(with, covered as u32), rule: 0 }
}

impl Edits<'_> {
    /// HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the text in UTF-8, as lower-case hexadecimal digits.
    fn digest(&mut self, text: Escaped<'_>, key: &HashKey, length: u8) -> Replacement {
        let index = self.digest_count;
        if let (Some(slot), Ok(mut mac)) =
            (self.digests.get_mut(index), Hmac::<Sha256>::new_from_slice(&key.0))
        {
            for ch in chars(text, text.start(), text.end()) {
                mac.update(ch.encode_utf8(&mut [0; 4]).as_bytes());
            }
            hexadecimal(&mac.finalize().into_bytes(), slot);
        }
        self.digest_count += 1;
        Replacement::Digest(index as u32, length.min(DIGITS as u8))
    }
}

fn hexadecimal(bytes: &[u8], digits: &mut [u8; DIGITS]) {
    const LOWER: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[LOWER[usize::from(byte >> 4)], LOWER[usize::from(byte & 15)]]);
    }
}
