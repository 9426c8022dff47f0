//! The decoded view: the text that rules see, and the raw bytes that each character came from.
//!
//! A place in a text is always the raw offset at which a character begins, so a match is a range of raw
//! bytes whatever it was decoded from.

mod escaped;
mod plain;

pub(crate) use escaped::short;
pub use escaped::{Escaped, Rewind};
pub use plain::Plain;

/// A text with raw offsets as places.
pub trait Text: Copy {
    /// Whether characters may be escaped: if not, each begins where its UTF-8 does.
    const ESCAPES: bool;
    /// The raw offset of its first character.
    fn start(&self) -> usize;
    /// The raw offset behind its last character.
    fn end(&self) -> usize;
    /// The character that begins at `at`, and the place of the next one; `None` at the end.
    /// A lone surrogate escape is U+FFFD.
    fn next(&self, at: usize) -> Option<(char, usize)>;
    /// How many bytes behind its backslash an escape ends at most: so many behind one, bytes are characters again.
    fn reach(&self) -> usize;
    /// The bytes from `at` on. Those in front of the first one that [`stands`] does not hold of are characters.
    fn ahead(&self, at: usize) -> &[u8];
    /// Walks backwards from `end`, calling `visit` with each character and the place where it begins,
    /// until `visit` returns `false` or `floor` is reached. Both are places of this text.
    /// Costs time linear in `end - floor` at worst, and no memory but `rewind`.
    fn backwards(
        &self,
        floor: usize,
        end: usize,
        rewind: &mut Rewind<'_>,
        visit: impl FnMut(char, usize) -> bool,
    );
}

/// Whether a byte where a character begins is that character, and nothing else is to be read.
#[inline]
pub fn stands<T: Text>(byte: u8) -> bool {
    byte.is_ascii() && !(T::ESCAPES && byte == b'\\')
}

/// The characters of `text` from `start` to `end`.
pub fn chars<T: Text>(text: T, start: usize, end: usize) -> impl Iterator<Item = char> + Clone {
    let mut at = start;
    core::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let (ch, next) = text.next(at)?;
        at = next;
        Some(ch)
    })
}
