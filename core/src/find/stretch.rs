//! Stretches of a string between two quotes or backslashes.

use crate::policy::Fences;
use crate::span::Span;

/// Bytes around a number that are looked at.
const FAR: usize = 64;

/// What ends a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The string.
    Edge,
    /// Quotes, and backslashes in front of them.
    Quote,
    /// The escape of a control character, or something that may be one.
    Escape,
    /// Something else.
    Unknown,
}

impl End {
    /// Whether it does not matter to a search what it is.
    pub(super) fn stops(self, fences: Fences) -> bool {
        match self {
            Self::Edge => true,
            Self::Quote => fences >= Fences::Quotes,
            Self::Escape => fences >= Fences::Escapes,
            Self::Unknown => false,
        }
    }
}

/// Bytes between two quotes or backslashes.
pub(super) struct Stretch {
    pub(super) span: Span,
    pub(super) front: End,
    pub(super) back: End,
    /// From here on, the byte in front of a place is a character in every reading, unless that is the start.
    pub(super) clear: usize,
}

impl Stretch {
    /// That of the place `at` in a string, of which `left` holds the byte in front of the stretch, and the rest; `level` levels of
    /// escapes stand in front of its text.
    pub(super) fn around(input: &[u8], left: Span, at: usize, level: u8) -> Option<Self> {
        let byte = |at: usize| input.get(at).copied();
        if is_fence(byte(at)?) {
            return None;
        }
        let before = input.get(left.start..at)?;
        let behind = input.get(at..left.end)?;
        let end = at + first_fence(behind);
        let (start, front, clear) = match last_fence(before) {
            None => (left.start, End::Edge, left.start),
            Some(fence) if before[fence] == b'"' => {
                (left.start + fence + 1, End::Quote, left.start + fence + 1)
            }
            Some(fence) => {
                let fence = left.start + fence;
                let alone = level > 0 && byte(fence.wrapping_sub(1)) != Some(b'\\');
                match byte(fence + 1)? {
                    b'n' | b'r' | b't' | b'b' | b'f' if alone => (fence + 2, End::Escape, fence + 2),
                    _ => (fence + 1, End::Unknown, behind_escape(input, fence + 1) + 1),
                }
            }
        };
        let fences = input.get(end..left.end)?;
        let backslashes = fences.iter().take_while(|byte| **byte == b'\\').count();
        let back = match (backslashes, fences.get(backslashes)) {
            (0, None) => End::Edge,
            (_, Some(b'u' | b'/') | None) => End::Unknown,
            (_, Some(b'"')) => End::Quote,
            _ => End::Escape,
        };
        (start <= at).then_some(Self { span: Span::new(start, end), front, back, clear })
    }

    /// Whether this part of it may lie outside of all strings of a text that is JSON.
    pub(super) fn may_be_bare(&self, input: &[u8], part: Span) -> bool {
        let within = |span: Span| input.get(span.start..span.end).unwrap_or(&[]);
        let bytes = within(part);
        if !bytes.iter().copied().all(may_be_outside) {
            return false;
        }
        if bytes.iter().any(|byte| is_between(*byte) && *byte != b' ') || bytes.starts_with(b" ") {
            return true;
        }
        let before = within(Span::new(self.span.start, part.start));
        let behind = within(Span::new(part.start, self.span.end));
        let back = before.iter().rev().take(FAR).take_while(|byte| is_scalar(**byte)).count();
        let ahead = behind.iter().take(FAR).take_while(|byte| is_scalar(**byte)).count();
        let (before, scalar) = before.split_at(before.len() - back);
        let (rest, behind) = behind.split_at(ahead);
        // What an escape may hold is not told by its letters.
        if self.span.start + before.len() < self.clear {
            return true;
        }
        if !scalar.iter().chain(rest).copied().all(may_be_outside) {
            return false;
        }
        if back == FAR || ahead == FAR {
            return true;
        }
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let gap = before.iter().rev().take(FAR).take_while(is_space).count();
        let stands_behind = match before.len().checked_sub(gap + 1) {
            Some(last) => {
                gap == FAR
                    || self.span.start + last < self.clear
                    || matches!(before[last], b':' | b',' | b'[')
            }
            None => !matches!(self.front, End::Quote | End::Edge),
        };
        let gap = behind.iter().take(FAR).take_while(is_space).count();
        let stands_before = match behind.get(gap) {
            Some(next) => gap == FAR || matches!(next, b',' | b']' | b'}'),
            None => !matches!(self.back, End::Quote | End::Edge),
        };
        stands_behind && stands_before
    }
}

/// Whether a byte may stand outside of strings.
fn may_be_outside(byte: u8) -> bool {
    is_between(byte)
        || byte.is_ascii_digit()
        || matches!(byte, b'+' | b'-' | b'.' | b'E')
        || b"truefalsn".contains(&byte)
}

/// Whether a byte is part of a number or word, if it stands outside of strings.
fn is_scalar(byte: u8) -> bool {
    !is_between(byte)
}

/// Whether a byte stands between tokens.
fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'{' | b'}' | b'[' | b']' | b':' | b',')
}

/// Where an escape ends at the latest whose backslash stands in front of `at`. One that is spelled `\\u005c` is a backslash again.
fn behind_escape(input: &[u8], mut at: usize) -> usize {
    while input.get(at) == Some(&b'u') {
        at += 5;
    }
    at + 1
}

fn is_fence(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

/// Bytes that are looked at together: as many as a vector of any machine holds, twice.
const STEP: usize = 32;

fn any_fence(bytes: &[u8; STEP]) -> bool {
    bytes.iter().fold(false, |any, byte| any | is_fence(*byte))
}

/// The place of the first one, or the length.
fn first_fence(bytes: &[u8]) -> usize {
    let (steps, _) = bytes.as_chunks::<STEP>();
    let clear = steps.iter().take_while(|step| !any_fence(step)).count() * STEP;
    let rest = bytes.get(clear..).unwrap_or(&[]);
    clear + rest.iter().position(|byte| is_fence(*byte)).unwrap_or(rest.len())
}

/// The place of the last one.
fn last_fence(bytes: &[u8]) -> Option<usize> {
    let (_, steps) = bytes.as_rchunks::<STEP>();
    let clear = steps.iter().rev().take_while(|step| !any_fence(step)).count() * STEP;
    bytes.get(..bytes.len() - clear)?.iter().rposition(|byte| is_fence(*byte))
}
