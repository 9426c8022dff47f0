//! Numbers and words.

use super::Refusal;
use super::window::Window;

/// The length of the number or word that begins at `place`. Linear in it.
///
/// # Errors
/// It is neither, or goes on behind the window.
pub(super) fn scalar(window: &Window, place: isize) -> Result<usize, Refusal> {
    let bytes = window.from(place);
    let len = match bytes.first() {
        Some(b't') => word(bytes, b"true"),
        Some(b'f') => word(bytes, b"false"),
        Some(b'n') => word(bytes, b"null"),
        _ => number(bytes),
    };
    match bytes.get(len.unwrap_or(bytes.len())) {
        None if window.sees_end() && len.is_some() => Ok(bytes.len()),
        None if bytes.len() >= super::window::MARGIN && !window.sees_end() => Err(Refusal::Doubt),
        Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b'"' | b'{' | b'[' | b':') => {
            len.ok_or(Refusal::NotJson)
        }
        _ => Err(Refusal::NotJson),
    }
}

fn word(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.starts_with(word).then_some(word.len())
}

/// RFC 8259, section 6.
fn number(bytes: &[u8]) -> Option<usize> {
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let digits = |from: usize| {
        let mut end = from;
        while at(end).is_ascii_digit() {
            end += 1;
        }
        (end > from).then_some(end)
    };
    let start = usize::from(at(0) == b'-');
    let mut end = match at(start) {
        b'0' => start + 1,
        _ => digits(start)?,
    };
    if at(end) == b'.' {
        end = digits(end + 1)?;
    }
    if matches!(at(end), b'e' | b'E') {
        let sign = usize::from(matches!(at(end + 1), b'+' | b'-'));
        end = digits(end + 1 + sign)?;
    }
    Some(end)
}
