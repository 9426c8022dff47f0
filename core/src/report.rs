//! What masking found: numbers, and on request each part. Never text.

use crate::select::Selection;
use crate::span::Span;
use crate::table::Room;
use core::fmt;

/// Counts over one call.
pub struct Tally<'m> {
    /// Parts masked, by rule.
    pub parts: Room<'m, u64>,
    /// Raw bytes that lay in masked parts.
    pub bytes: u64,
    /// String values of the texts themselves (those of nested texts are part of them).
    pub values: u64,
    /// JSON texts.
    pub texts: u64,
}

impl<'m> Tally<'m> {
    /// As many counts as there is room for.
    pub(crate) fn within(parts: Room<'m, u64>) -> Self {
        Self { parts, bytes: 0, values: 0, texts: 0 }
    }
}

impl Tally<'_> {
    /// Room for the counts of this many rules.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(rules: usize) -> Self {
        Self::within(Room::filled(0, rules))
    }

    /// All zero.
    pub fn clear(&mut self) {
        self.parts.fill(0);
        (self.bytes, self.values, self.texts) = (0, 0, 0);
    }

    /// One part less.
    pub(crate) fn take_back(&mut self, rule: u16) {
        if let Some(parts) = self.parts.get_mut(usize::from(rule)) {
            *parts -= 1;
        }
    }

    pub(crate) fn count(&mut self, rule: u16, span: Span) {
        if let Some(parts) = self.parts.get_mut(usize::from(rule)) {
            *parts += 1;
        }
        self.bytes += span.len() as u64;
    }
}

/// A part that is masked: which rule, and where.
#[derive(Clone, Copy)]
pub struct Finding<'a> {
    /// Number of the rule in its policy.
    pub rule: u16,
    /// Raw bytes in the input.
    pub span: Span,
    /// How many bytes it has once it is masked.
    pub masked_len: usize,
    /// How many texts deep it lies: 1 in the document itself, 2 in the text of one of its strings.
    pub level: u8,
    /// Where its value stands.
    pub path: Path<'a>,
}

/// Where a value stands, as a normalized path of RFC 9535 that goes on through nested texts. It holds names of
/// members, which are part of the input.
#[derive(Clone, Copy)]
pub struct Path<'a> {
    pub(crate) selection: &'a Selection<'a>,
    pub(crate) input: &'a [u8],
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.selection.write_path(self.input, f)
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("rule", &self.rule)
            .field("span", &self.span)
            .field("masked_len", &self.masked_len)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}
