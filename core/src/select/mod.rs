//! Which values a rule applies to: keys, paths, attribute names, span kinds.
//!
//! What rules ask of a place is numbered: a *condition* is "under one of these names" or "at one of these paths".
//! A value under a container inherits what holds for the container, so each open container keeps one row of bits.

pub mod ahead;
mod kept;
pub mod names;
pub mod otlp;
pub mod paths;
pub mod span_kind;

use crate::limits::Limits;
use crate::scan::grammar::Place;
use crate::span::Span;
use crate::table::{Pools, Room, Table};
use crate::view::{Escaped, Text, chars};
use core::fmt;
use names::NameTable;
use otlp::Shape;
use paths::{Child, Paths};

/// What a policy asks of places.
#[derive(Clone, Default)]
pub struct Selectors<'p> {
    /// Automata over names; each knows some of the conditions.
    pub names: Table<'p, NameTable>,
    /// Path expressions.
    pub paths: Paths<'p>,
    /// How many conditions there are.
    pub conditions: u32,
    /// Whether OTLP shapes are known (`profile: otlp`).
    pub otlp: bool,
    /// Whether any rule asks for span kinds.
    pub span_kinds: bool,
}

#[cfg(feature = "alloc")]
impl Selectors<'_> {
    /// The same, owned.
    #[must_use]
    pub fn into_owned(self) -> Selectors<'static> {
        let Paths { segments, selectors, starts, at_root } = self.paths;
        let paths =
            Paths { segments: segments.into_owned(), selectors: selectors.into_owned(), starts, at_root };
        Selectors { names: self.names.into_owned(), paths, ..self }
    }
}

impl Selectors<'_> {
    /// Whether places matter at all.
    #[must_use]
    pub fn tracks(&self) -> bool {
        self.otlp || self.conditions > 0
    }

    /// Words of a row of condition bits.
    #[must_use]
    pub fn words(&self) -> usize {
        self.conditions.div_ceil(64) as usize
    }
}

/// What a value stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ValueKind {
    /// Itself.
    #[default]
    Normal,
    /// The string of an `intValue`: counts as a number.
    IntString,
    /// Encoded bytes: only whole-value rules touch them.
    Bytes,
    /// A half of a 64-bit integer: only whole-value rules touch it.
    Half,
}

/// The place that the scan has come to.
pub struct Current<'a> {
    /// A bit a condition that holds.
    pub conditions: &'a [u64],
    /// Whether the profile keeps everything here as it is.
    pub protected: bool,
    /// What the value stands for.
    pub kind: ValueKind,
    /// Kinds of the span around it (`span_kind`), a bit each.
    pub span_kinds: u32,
}

/// A container that is open, or the boundary of a nested text.
#[derive(Clone, Copy, Default)]
pub(crate) struct Frame {
    step: Step,
    shape: Shape,
    /// The shape of the member or element at hand.
    child: Shape,
    /// In a `KeyValue`: the backend parses the value of this attribute.
    protected: bool,
}

#[derive(Clone, Copy, Default)]
enum Step {
    /// A nested text begins here.
    #[default]
    Nested,
    Name {
        span: Span,
        level: u8,
    },
    /// Number of the element at hand, plus one.
    Index(u32),
}

/// Follows the scan and knows what holds where it stands. Memory: for each container that may be open, and some that are
/// kept, 48 bytes and two rows of bits.
pub struct Selection<'m> {
    frames: Room<'m, Frame>,
    depth: usize,
    /// Row `d`: the container that frame `d - 1` opened. Row `depth + 1`: the value at hand.
    conditions: Room<'m, u64>,
    words: usize,
    /// The same for positions in paths.
    positions: Room<'m, u64>,
    position_words: usize,
    /// The shape of a root.
    root: Shape,
    span_kinds: u32,
}

impl Frame {
    /// None.
    pub(crate) const NONE: Self =
        Self { step: Step::Nested, shape: Shape::Free, child: Shape::Free, protected: false };
}

/// What following places takes: frames, and words of conditions and of positions in paths.
pub(crate) struct Sizes {
    pub(crate) frames: usize,
    pub(crate) conditions: usize,
    pub(crate) positions: usize,
}

impl Sizes {
    pub(crate) fn of(selectors: &Selectors<'_>, limits: &Limits) -> Self {
        let frames = limits.depth as usize + usize::from(limits.nesting) + 1 + Selection::KEPT;
        let (words, position_words) = (selectors.words(), selectors.paths.words());
        Self { frames, conditions: (frames + 4) * words, positions: (frames + 3) * position_words }
    }
}

impl<'m> Selection<'m> {
    /// Memory for a policy.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(selectors: &Selectors<'_>, limits: &Limits) -> Self {
        let Sizes { frames, conditions, positions } = Sizes::of(selectors, limits);
        let words = [conditions, positions].map(|len| Room::filled(0, len));
        Self::within(selectors, Room::filled(Frame::NONE, frames), words)
    }

    /// Within rooms of these [`Sizes`].
    pub(crate) fn within(
        selectors: &Selectors<'_>,
        frames: Room<'m, Frame>,
        [conditions, positions]: [Room<'m, u64>; 2],
    ) -> Self {
        Self {
            frames,
            depth: 0,
            conditions,
            words: selectors.words(),
            positions,
            position_words: selectors.paths.words(),
            root: Shape::Free,
            span_kinds: 0,
        }
    }

    /// Goes to the root of a text.
    pub fn reset(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>) {
        self.depth = 0;
        self.span_kinds = 0;
        self.root = if selectors.otlp { Shape::Root } else { Shape::Free };
        self.inherit();
        self.enter_root(selectors, pools);
    }

    /// Goes to the root of a nested text, whose string is the value at hand.
    pub fn enter_nested(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>) {
        self.push(Frame::default());
        self.inherit();
        carry(&mut self.positions, self.position_words, self.depth);
        self.enter_root(selectors, pools);
    }

    /// Goes back to the string around a nested text.
    pub fn leave_nested(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Goes to a member: `span` is its name, behind `level` + 1 levels of escapes.
    pub fn key(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>, src: &[u8], span: Span, level: u8) {
        let Some(frame) = self.depth.checked_sub(1).and_then(|top| self.frames.get_mut(top)) else { return };
        frame.step = Step::Name { span, level };
        let raw = src.get(span.start..span.end).unwrap_or(&[]);
        if frame.shape != Shape::Free {
            let mut buffer = [0; ahead::NAME];
            let word = ahead::decoded(src, span, &mut buffer);
            frame.child = frame.shape.member(word, frame.protected);
            frame.shape = frame.shape.having(word);
        }
        self.inherit();
        let name = Escaped::new(src, span.start, span.end, level + 1);
        let pending = row(&mut self.conditions, self.words, self.depth + 1);
        for table in &*selectors.names {
            table.mark(pools, raw, name, false, pending);
        }
        self.descend(selectors, pools, &Child::Name(name));
    }

    /// Goes to the next element of an array.
    pub fn element(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>) {
        let Some(frame) = self.depth.checked_sub(1).and_then(|top| self.frames.get_mut(top)) else { return };
        let index = if let Step::Index(next) = frame.step { next } else { 0 };
        frame.step = Step::Index(index.saturating_add(1));
        frame.child = frame.shape.element();
        self.inherit();
        self.descend(selectors, pools, &Child::Index(index));
    }

    /// Whether this name gives a condition, as one of a member or an attribute.
    pub fn gives(
        &mut self,
        selectors: &Selectors<'_>,
        pools: &Pools<'_>,
        name: Escaped<'_>,
        attribute: bool,
    ) -> bool {
        let spare = row(&mut self.conditions, self.words, self.frames.len() + 3);
        spare.fill(0);
        for table in &*selectors.names {
            table.mark(pools, name.raw(), name, attribute, spare);
        }
        spare.iter().any(|word| *word != 0)
    }

    /// Whether the value at hand is the name of an attribute.
    #[must_use]
    pub fn names_attribute(&self, src: &[u8]) -> bool {
        let top = self.depth.checked_sub(1).and_then(|top| self.frames.get(top));
        let Some(Frame { shape: Shape::KeyValue, step: Step::Name { span, .. }, .. }) = top else {
            return false;
        };
        ahead::decoded(src, *span, &mut [0; ahead::NAME]) == b"key"
    }

    /// How many containers and boundaries of nested texts lie around the value at hand.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Whether what this name leads to depends on the members before it.
    #[must_use]
    pub fn looks_back(&self, src: &[u8], name: Span) -> bool {
        let top = self.depth.checked_sub(1).and_then(|top| self.frames.get(top));
        top.is_some_and(|frame| frame.shape.looks_back(ahead::decoded(src, name, &mut [0; ahead::NAME])))
    }

    /// How many containers lie around the outermost one in which a condition holds; or, where the value at hand is `named`,
    /// around that.
    pub(crate) fn outermost(&self, named: bool) -> Option<usize> {
        let holds = |depth: usize| {
            let start = (depth + 1) * self.words;
            self.conditions
                .get(start..start + self.words)
                .is_some_and(|row| row.iter().any(|word| *word != 0))
        };
        (0..self.depth + usize::from(named)).find(|depth| holds(*depth))
    }

    /// The root object of a document has a member of this name.
    pub(crate) fn root_has(&mut self, src: &[u8], name: Span) {
        if let Some(root) = self.frames.first_mut() {
            root.shape = root.shape.having(ahead::decoded(src, name, &mut [0; ahead::NAME]));
        }
    }

    /// Opens the value at hand, a container whose bracket is at `at`.
    pub fn open(
        &mut self,
        selectors: &Selectors<'_>,
        pools: &Pools<'_>,
        src: &[u8],
        at: usize,
        object: bool,
    ) {
        let shape = self.shape();
        self.push(Frame { shape, step: Step::Index(0), ..Frame::default() });
        match shape {
            Shape::KeyValue if object => self.name_attribute(selectors, pools, src, at),
            Shape::Span if object && selectors.span_kinds => self.span_kinds = span_kind::of_span(src, at),
            Shape::BatchItem if object && selectors.span_kinds => {
                self.span_kinds = span_kind::of_batch_item(src, at)
            }
            _ => {}
        }
    }

    /// The same, of an object of which not all is there to look ahead in: nothing is known of it.
    pub fn open_blind(&mut self) {
        let shape = self.shape();
        self.push(Frame { shape, step: Step::Index(0), ..Frame::default() });
    }

    /// Whether an object that opens at this place is looked ahead in, up to its end.
    #[must_use]
    pub fn looks_ahead(&self, selectors: &Selectors<'_>, place: Place) -> bool {
        let Some(frame) = self.depth.checked_sub(1).and_then(|top| self.frames.get(top)) else {
            return false;
        };
        let shape = match place {
            Place::Root => return false,
            Place::Element => frame.shape.element(),
            Place::Member => frame.child,
        };
        match shape {
            Shape::KeyValue => true,
            Shape::Span | Shape::BatchItem => selectors.span_kinds,
            _ => false,
        }
    }

    /// Goes back to before the element at hand, which will come again.
    pub fn again(&mut self) {
        let top = self.depth.checked_sub(1).and_then(|top| self.frames.get_mut(top));
        if let Some(Frame { step: Step::Index(next), .. }) = top {
            *next = next.saturating_sub(1);
        }
    }

    /// Closes the innermost container.
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if matches!(self.frames.get(self.depth), Some(Frame { shape: Shape::Span | Shape::BatchItem, .. })) {
            self.span_kinds = 0;
        }
    }

    /// The value at hand.
    #[inline]
    #[must_use]
    pub fn current(&self) -> Current<'_> {
        let at = (self.depth + 1) * self.words;
        let shape = self.shape();
        Current {
            conditions: self.conditions.get(at..at + self.words).unwrap_or(&[]),
            protected: shape == Shape::Protected,
            kind: shape.kind(),
            span_kinds: self.span_kinds,
        }
    }

    fn shape(&self) -> Shape {
        let top = self.depth.checked_sub(1).and_then(|top| self.frames.get(top));
        top.map_or(self.root, |frame| frame.child)
    }

    fn push(&mut self, frame: Frame) {
        if let Some(slot) = self.frames.get_mut(self.depth) {
            *slot = frame;
            self.depth += 1;
        }
    }

    /// The value at hand inherits the conditions of its container, and no position in a path.
    fn inherit(&mut self) {
        if self.depth == 0 {
            row(&mut self.conditions, self.words, 1).fill(0);
            row(&mut self.positions, self.position_words, 1).fill(0);
        } else {
            carry(&mut self.conditions, self.words, self.depth);
        }
    }

    fn enter_root(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>) {
        let positions = row(&mut self.positions, self.position_words, self.depth + 1);
        let conditions = row(&mut self.conditions, self.words, self.depth + 1);
        selectors.paths.enter(pools, positions, conditions);
    }

    fn descend(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>, child: &Child<'_>) {
        if self.position_words == 0 {
            return;
        }
        let start = self.depth * self.position_words;
        let Some(rows) = self.positions.get_mut(start..start + 2 * self.position_words) else { return };
        let (parent, pending) = rows.split_at_mut(self.position_words);
        let conditions = row(&mut self.conditions, self.words, self.depth + 1);
        selectors.paths.descend(pools, child, parent, pending, conditions);
    }

    /// Looks ahead for the name of the attribute that has just been opened. Of two names, each selects, and only both
    /// together protect.
    fn name_attribute(&mut self, selectors: &Selectors<'_>, pools: &Pools<'_>, src: &[u8], at: usize) {
        let conditions = row(&mut self.conditions, self.words, self.depth);
        let mut protected = None;
        for span in ahead::strings(src, at, b"key") {
            let raw = src.get(span.start..span.end).unwrap_or(&[]);
            let name = Escaped::new(src, span.start, span.end, 1);
            for table in &*selectors.names {
                table.mark(pools, raw, name, true, conditions);
            }
            let known = otlp::is_protected_attribute(ahead::decoded(src, span, &mut [0; ahead::NAME]));
            protected = Some(protected.unwrap_or(true) && known);
        }
        if let Some(frame) = self.depth.checked_sub(1).and_then(|top| self.frames.get_mut(top)) {
            frame.protected = protected.unwrap_or(false);
        }
    }

    /// Writes the place at hand as a normalized path of RFC 9535, section 2.7, that goes on through nested texts.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_path(&self, src: &[u8], out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_char('$')?;
        for frame in self.frames.iter().take(self.depth) {
            match frame.step {
                Step::Nested => {}
                Step::Index(next) => write!(out, "[{}]", next.saturating_sub(1))?,
                Step::Name { span, level } => {
                    out.write_str("['")?;
                    let name = Escaped::new(src, span.start, span.end, level + 1);
                    for ch in chars(name, name.start(), name.end()) {
                        write_name_char(ch, out)?;
                    }
                    out.write_str("']")?;
                }
            }
        }
        Ok(())
    }
}

fn write_name_char(ch: char, out: &mut dyn fmt::Write) -> fmt::Result {
    match ch {
        '\'' => out.write_str("\\'"),
        '\\' => out.write_str("\\\\"),
        '\u{8}' => out.write_str("\\b"),
        '\u{c}' => out.write_str("\\f"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\0'..' ' => write!(out, "\\u{:04x}", u32::from(ch)),
        _ => out.write_char(ch),
    }
}

/// Row `index` of rows of `words` words.
fn row(rows: &mut [u64], words: usize, index: usize) -> &mut [u64] {
    rows.get_mut(index * words..(index + 1) * words).unwrap_or(&mut [])
}

/// Row `depth + 1` starts out as a copy of row `depth`.
fn carry(rows: &mut [u64], words: usize, depth: usize) {
    let from = depth * words;
    if words > 0 && from + 2 * words <= rows.len() {
        rows.copy_within(from..from + words, from + words);
    }
}
