//! What is written in the place of a part.

use crate::json::{escape_for, spell};
use crate::policy::{Action, Policy};
use crate::walk::{Form, Part};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The input with every part replaced.
pub(crate) fn write(policy: &Policy, input: &[u8], parts: &[Part]) -> Vec<u8> {
    let mut output = Vec::new();
    let mut at = 0;
    for part in parts {
        assert!(at <= part.start && part.start <= part.end, "parts are in order and do not overlap");
        output.extend_from_slice(&input[at..part.start]);
        output.extend_from_slice(&replacement(&policy.rules[part.rule].action, part, input));
        at = part.end;
    }
    output.extend_from_slice(&input[at..]);
    output
}

/// The bytes that take a part's place.
fn replacement(action: &Action, part: &Part, input: &[u8]) -> Vec<u8> {
    match (part.form, action) {
        (Form::Number, _) => b"0".to_vec(),
        (Form::Boolean, _) => b"false".to_vec(),
        (Form::Bytes, _) | (Form::Text, Action::Remove) => Vec::new(),
        (Form::Text, Action::Replace(token)) => escape_for(token, part.level).into_bytes(),
        (Form::Text, Action::Hash { key, length }) => hash(key, *length, &spell(&part.chars)).into_bytes(),
        (Form::Text, Action::Mask { char, keep_first, keep_last }) => {
            let count = part.chars.len();
            let all = keep_first + keep_last >= count;
            let with = escape_for(&char.to_string(), part.level);
            let mut out = Vec::new();
            for (place, c) in part.chars.iter().enumerate() {
                if !all && (place < *keep_first || place >= count - keep_last) {
                    out.extend_from_slice(&input[c.start..c.end]);
                } else {
                    out.extend_from_slice(with.as_bytes());
                }
            }
            out
        }
    }
}

/// The first digits of HMAC-SHA-256.
fn hash(key: &[u8], length: usize, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(text.as_bytes());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..length].to_string()
}
