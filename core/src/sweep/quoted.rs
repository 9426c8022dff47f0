//! Texts that are one string.

use crate::factor::{has_short_escape, unit};
use core::ops::Range;

/// Where the string's content lies in a text in UTF-8 that is one string: RFC 8259, section 7. Linear in the text.
pub(super) fn content(text: &[u8]) -> Option<Range<usize>> {
    let white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let start = text.iter().position(|byte| !white(byte)).filter(|at| text.get(*at) == Some(&b'"'))? + 1;
    let mut at = start;
    loop {
        match *text.get(at)? {
            b'"' => break,
            0..0x20 => return None,
            b'\\' => at += escape(text.get(at + 1..)?)?,
            _ => {}
        }
        at += 1;
    }
    text.get(at + 1..)?.iter().all(white).then_some(start..at)
}

/// How long the escape is behind its backslash.
fn escape(rest: &[u8]) -> Option<usize> {
    match *rest.first()? {
        b'u' => {
            let digits = rest.get(1..5)?;
            unit(|offset| digits.get(offset as usize - 1).copied().unwrap_or(b' ')).map(|_| 5)
        }
        b'b' | b'f' | b'n' | b'r' | b't' => Some(1),
        byte if byte >= 0x20 && has_short_escape(byte) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn strings_and_what_is_none() {
        for text in [r#""""#, r#" "a\"\\\/\b\f\n\r\té \u00e9\ud800" "#, "\t\"{\"\n"] {
            let range = content(text.as_bytes()).expect(text);
            assert_eq!(text.as_bytes()[range.start - 1], b'"');
            assert_eq!(text.trim_end().len(), range.end + 1);
        }
        for text in
            ["", "\"", "\"\\\"", "\"\\x\"", "\"\\u00g0\"", "\"\\u00\"", "\"\n\"", "\"a\" 1", "1", "\"\"\""]
        {
            assert_eq!(content(text.as_bytes()), None, "{text}");
        }
    }
}
