//! Looking ahead in an object whose opening bracket has just been read, for members that say what the object is.
//!
//! The bytes ahead have not been checked yet: nothing here relies on their grammar, only that what is read twice
//! is read the same way. A walk costs time linear in the object.

use crate::scan::grammar::Expect;
use crate::span::Span;
use crate::view::{Escaped, chars};

/// The members of an object, in order: where the name lies, and where the value begins.
pub struct Members<'a> {
    src: &'a [u8],
    at: usize,
    /// Whether a value stands there, to be passed over.
    value: bool,
}

impl<'a> Members<'a> {
    /// Of the object whose bracket is at `at`.
    #[must_use]
    pub fn new(src: &'a [u8], at: usize) -> Self {
        Self { src, at: at + 1, value: false }
    }

    /// The rest of an object in which `src` begins, with a token. `inner` containers in it are open there; `expect` is what
    /// may come next.
    #[must_use]
    pub fn rest(src: &'a [u8], inner: usize, expect: Expect) -> Self {
        match (inner, expect) {
            (0, Expect::Colon | Expect::Value) => Self { src, at: blank(src, 0, b':'), value: true },
            (0, _) => Self { src, at: 0, value: false },
            _ => Self { src, at: behind_value(src, 0, inner), value: false },
        }
    }
}

impl Iterator for Members<'_> {
    type Item = (Span, usize);

    fn next(&mut self) -> Option<Self::Item> {
        if self.value {
            self.at = behind_value(self.src, self.at, 0);
        }
        let name = string(self.src, blank(self.src, self.at, b','))?;
        self.at = blank(self.src, name.end + 1, b':');
        self.value = true;
        Some((name, self.at))
    }
}

/// The elements of the array whose bracket is at `at`: where each begins.
pub fn elements(src: &[u8], at: usize) -> impl Iterator<Item = usize> {
    let mut at = at + 1;
    core::iter::from_fn(move || {
        let value = blank(src, at, b',');
        if matches!(src.get(value), None | Some(b']' | b'}')) {
            return None;
        }
        at = behind_value(src, value, 0);
        Some(value)
    })
}

/// Bytes that are enough for every name that is known here.
pub const NAME: usize = 64;

/// The text of a string without nested levels, in UTF-8; empty when escapes stand in it and it takes more than
/// [`NAME`] bytes.
pub fn decoded<'a>(src: &'a [u8], span: Span, buffer: &'a mut [u8; NAME]) -> &'a [u8] {
    let raw = src.get(span.start..span.end).unwrap_or(&[]);
    if !raw.contains(&b'\\') {
        return raw;
    }
    let mut len = 0;
    for ch in chars(Escaped::new(src, span.start, span.end, 1), span.start, span.end) {
        match buffer.get_mut(len..len + ch.len_utf8()) {
            Some(room) => len += ch.encode_utf8(room).len(),
            None => return &[],
        }
    }
    &buffer[..len]
}

/// The strings under `name` in the object whose bracket is at `at`, without their quotes. A name that stands twice
/// counts twice: readers differ in which they take.
pub fn strings<'a>(src: &'a [u8], at: usize, name: &'a [u8]) -> impl Iterator<Item = Span> + 'a {
    values(src, at, name).filter_map(move |value| string(src, value))
}

/// Where each value under `name` begins.
pub fn values<'a>(src: &'a [u8], at: usize, name: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let named = move |(span, _): &(Span, usize)| decoded(src, *span, &mut [0; NAME]) == name;
    Members::new(src, at).filter(named).map(|(_, value)| value)
}

/// The same, of those that are objects or arrays, as their `bracket` says.
pub fn containers<'a>(
    src: &'a [u8],
    at: usize,
    name: &'a [u8],
    bracket: u8,
) -> impl Iterator<Item = usize> + 'a {
    values(src, at, name).filter(move |value| src.get(*value) == Some(&bracket))
}

/// The string that begins at `at`, without its quotes.
fn string(src: &[u8], at: usize) -> Option<Span> {
    if src.get(at) != Some(&b'"') {
        return None;
    }
    let end = string_end(src, at + 1);
    (end < src.len()).then(|| Span::new(at + 1, end))
}

/// The quote that ends the string whose content begins at `start`; the end of `src` if there is none.
fn string_end(src: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(quote) = next_quote(src, at) {
        let text = src.get(start..quote).unwrap_or(&[]);
        let slashes = text.iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 0 {
            return quote;
        }
        at = quote + 1;
    }
    src.len()
}

/// The first quote at or behind `at`, found eight bytes at a time.
fn next_quote(src: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    while let Some(step) = src.get(at..).and_then(|rest| rest.first_chunk()) {
        let other = u64::from_le_bytes(*step) ^ (ONES * b'"' as u64);
        // The topmost bit of the first byte that is zero, and of none before it.
        let zero = other.wrapping_sub(ONES) & !other & (ONES << 7);
        if zero != 0 {
            return Some(at + zero.trailing_zeros() as usize / 8);
        }
        at += step.len();
    }
    let rest = src.get(at..)?;
    rest.iter().position(|byte| *byte == b'"').map(|place| at + place)
}

#[cfg(test)]
fn plain_string_end(src: &[u8], mut at: usize) -> usize {
    while let Some(byte) = src.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    src.len()
}

/// Behind white space and `mark`s.
fn blank(src: &[u8], mut at: usize, mark: u8) -> usize {
    while src.get(at).is_some_and(|&byte| byte == mark || matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// Behind the value that begins at `at`, or in which `depth` containers are open there.
fn behind_value(src: &[u8], mut at: usize, mut depth: usize) -> usize {
    while let Some(byte) = src.get(at) {
        match byte {
            b'"' => at = string_end(src, at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                if depth == 0 {
                    return at;
                }
                depth -= 1;
            }
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    src.len()
}

/// Behind the container whose bracket is at `at`; `None` if it does not end here.
#[must_use]
pub fn behind_container(src: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    while let Some(byte) = src.get(at) {
        match byte {
            b'"' => at = string_end(src, at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn finds_members_behind_others() {
        let src =
            br#" {"value": {"key":"no","a":[1,{"b":"}]"}]} , "kex":"no", "k\u0065y" : "a\"b", "key":"2" }"#;
        let found: std::vec::Vec<_> = strings(src, 1, b"key").map(|s| &src[s.start..s.end]).collect();
        assert_eq!(found, [&br#"a\"b"#[..], b"2"]);
        assert_eq!(strings(src, 1, b"value").count(), 0);
        assert_eq!(strings(src, 1, b"none").count(), 0);
    }

    #[test]
    fn finds_the_rest_of_the_members() {
        let src = br#"{"a":[{"b":"]"},1],"c":{"d":2},"e":3}"#;
        let names = |from: usize, inner, expect| {
            let members = Members::rest(&src[from..], inner, expect);
            members.map(|(name, _)| src[from + name.start]).collect::<std::vec::Vec<_>>()
        };
        assert_eq!(names(1, 0, Expect::KeyOrClose), b"ace");
        assert_eq!(names(4, 0, Expect::Colon), b"ce");
        assert_eq!(names(5, 0, Expect::Value), b"ce");
        assert_eq!(names(6, 1, Expect::ValueOrClose), b"ce");
        assert_eq!(names(11, 2, Expect::Value), b"ce");
        assert_eq!(names(18, 0, Expect::Separator), b"ce");
        assert_eq!(names(28, 1, Expect::Value), b"e");
        assert_eq!(names(36, 0, Expect::Separator), b"");
    }

    #[test]
    fn elements_of_arrays() {
        let src = br#"[1, "a,]", {"x":[2]}, [3] ]9"#;
        let starts: std::vec::Vec<_> = elements(src, 0).map(|at| src[at]).collect();
        assert_eq!(starts, b"1\"{[");
    }

    #[test]
    fn containers_end_or_not() {
        let src = br#" {"a":[1,"}",{}]} ,"#;
        assert_eq!(behind_container(src, 1), Some(17));
        assert_eq!(behind_container(&src[..16], 1), None);
        assert_eq!(behind_container(br#"{"a"#, 0), None);
    }

    #[test]
    fn cut_off_input_is_harmless() {
        let src = br#"{"value": {"a":["x\"y", {"b":1}]}, "key": "k\\""#;
        for end in 0..src.len() {
            assert!(strings(&src[..end], 0, b"key").count() <= 1);
            assert!(elements(&src[..end], 0).count() <= end);
        }
    }

    #[test]
    fn strings_end_where_a_walk_ends() {
        let mut seed = 3_u32;
        let mut src = [b'a'; 200];
        for _ in 0..20_000 {
            for byte in &mut src {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = match seed >> 26 {
                    0 => b'"',
                    1 | 2 => b'\\',
                    _ => b'a',
                };
            }
            let start = seed as usize % 200;
            assert_eq!(string_end(&src, start), plain_string_end(&src, start));
        }
    }
}
