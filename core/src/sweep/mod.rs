//! Texts checked and searched for values worth a look, as fast as it goes; strict RFC 8259.
//!
//! Plain version: `scan`, which walks all tokens. Departures:
//!
//! 1. The grammar is bit logic over blocks of 64 bytes (`bits`); only brackets are walked.
//! 2. Only values are told of in which a factor of the policy shows ([`Stops`]), and all values under a name that calls
//!    for it. Where a value stands is told by the open brackets and its name, so whoever follows places catches up then.
//! 3. What this version is not made for (a text that is no object or array, a number longer than a margin) it refuses with
//!    [`Refusal::Doubt`], and `scan` reads the text again.

mod bits;
mod brackets;
mod places;
mod scalar;
mod window;

pub use brackets::{Bracket, Brackets};

use crate::arch::{BLOCK, Masks, Path};
use crate::factor::Stops;
use crate::scan::NotJson;
use crate::scan::scalar_token::Scalar;
use crate::span::Span;
use bits::{Block, Carry, below, highest, prefix_xor};
use scalar::scalar;
use window::{BLOCKS, Window};

/// Why a text was not swept to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not JSON, or too deep.
    NotJson,
    /// It may be.
    Doubt,
}

impl From<NotJson> for Refusal {
    fn from(_: NotJson) -> Self {
        Self::NotJson
    }
}

/// What a sweep goes over.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Raw bytes of the text, without the quotes of a nested one.
    pub span: Span,
    /// Levels of escapes in front of it.
    pub level: u8,
    /// Whether several texts may follow each other.
    pub sequence: bool,
    /// Whether every value is told of.
    pub everything: bool,
    /// Whether names and brackets are kept for those who follow places.
    pub tracks: bool,
}

/// Where a value stands.
pub struct At<'s, 'm> {
    /// The containers around it.
    pub brackets: &'s mut Brackets<'m>,
    /// How many of these belong to the texts around this one.
    pub base: usize,
    /// The fewest that were open since the last value that was told of.
    pub lowest: usize,
    /// The name of the value, if it stands in an object.
    pub key: Span,
}

impl At<'_, '_> {
    /// Whether the value is a member.
    #[must_use]
    pub fn in_object(&self) -> bool {
        self.brackets.is_object(self.base)
    }
}

/// How a sweep goes on behind a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// As before.
    GoOn,
    /// With every value up to the end of the object around this one.
    AllAround,
    /// Not at all.
    Doubt,
}

/// Receives what a sweep stops at, in order. Spans are raw offsets; those of strings lie between the quotes.
pub trait Visitor {
    /// The bytes that are swept.
    fn input(&self) -> &[u8];
    /// Whether every value under this name must be told of.
    fn name(&mut self, span: Span) -> bool;
    /// A string value.
    fn string(&mut self, at: At<'_, '_>, span: Span) -> Then;
    /// A number, boolean or null.
    fn scalar(&mut self, at: At<'_, '_>, kind: Scalar, span: Span);
}

/// What was swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Swept {
    /// Texts.
    pub texts: u64,
    /// String values.
    pub values: u64,
}

/// The memory of a sweep of one level of nesting.
pub struct Sweeper {
    path: Path,
    window: Window,
    masks: [Masks; BLOCKS],
    places: [u64; BLOCKS],
}

impl Sweeper {
    /// Fresh memory.
    #[must_use]
    pub fn new(path: Path) -> Self {
        Self { path, window: Window::new(), masks: [Masks::default(); BLOCKS], places: [0; BLOCKS] }
    }

    /// Sweeps a course. Leaves `brackets` as they were, unless it refuses.
    ///
    /// Time is linear in the course.
    ///
    /// # Errors
    /// [`Refusal`]; some values have been told of by then.
    pub fn sweep<V: Visitor>(
        &mut self,
        visitor: &mut V,
        brackets: &mut Brackets<'_>,
        stops: &Stops,
        course: &Course,
    ) -> Result<Swept, Refusal> {
        self.window.start(course.span, course.level);
        let base = brackets.depth();
        let mut run = Run {
            visitor,
            brackets,
            stops,
            tracks: course.tracks,
            watches: course.everything || stops.lanes.used(),
            base,
            carry: Carry::start(),
            object: false,
            lowest: base,
            everything: course.everything,
            all_until: None,
            string: Open::default(),
            scalar: Open::default(),
            last: Span::default(),
            checked: 0,
            swept: Swept::default(),
        };
        while self.window.advance(run.visitor.input())? {
            self.path.classify(self.window.blocks(), &mut self.masks);
            if stops.lanes.used() {
                self.path.places(stops.lanes.sets(), self.window.all(), &mut self.places);
            }
            let blocks = self.window.blocks().len();
            for block in 0..blocks {
                run.block(&mut self.window, block, &self.masks[block], self.places[block])?;
            }
            run.checked -= (blocks * BLOCK) as isize;
            if run.swept.texts > 1 && !course.sequence {
                return Err(Refusal::NotJson);
            }
        }
        if run.carry.in_string() || run.brackets.depth() != base {
            return Err(Refusal::NotJson);
        }
        match run.swept.texts {
            0 => Err(Refusal::Doubt),
            _ => Ok(run.swept),
        }
    }
}

/// A string, number or word that has begun.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Raw offset of its first byte (of a string: behind the quote).
    start: usize,
    /// Whether it is worth a look.
    stop: bool,
    /// Its first byte.
    first: u8,
}

/// The state of a sweep.
struct Run<'r, 'm, V> {
    visitor: &'r mut V,
    brackets: &'r mut Brackets<'m>,
    stops: &'r Stops,
    tracks: bool,
    /// Whether there is anything to tell of.
    watches: bool,
    base: usize,
    carry: Carry,
    /// The innermost container is an object.
    object: bool,
    lowest: usize,
    /// All values are told of, always.
    everything: bool,
    /// All values are told of until, behind one of them, only so many containers are open.
    all_until: Option<usize>,
    /// What is open at the end of the block before.
    string: Open,
    scalar: Open,
    /// The last string that ended in a block before.
    last: Span,
    /// Numbers and words that begin before here have been checked; a place in the window.
    checked: isize,
    swept: Swept,
}

/// The ends of values to stop at in a block.
#[derive(Clone, Copy, Default)]
struct Ends {
    strings: u64,
    scalars: u64,
}

impl<V: Visitor> Run<'_, '_, V> {
    #[inline(always)]
    fn block(
        &mut self,
        window: &mut Window,
        index: usize,
        masks: &Masks,
        places: u64,
    ) -> Result<(), Refusal> {
        let start = index * BLOCK;
        let (block, escapes) = self.carry.block(masks)?;
        if escapes.unicode != 0 && places::bad_unicode(window, start, escapes.unicode) {
            return Err(Refusal::NotJson);
        }
        if block.scalars != 0 {
            self.check_scalars(window, start, &block, masks)?;
        }
        let mut ends = Ends::default();
        if self.watches {
            let sure = match escapes.any_unicode {
                0 => 0,
                some => places::behind_unicode(window, start, some, &self.stops.lanes),
            };
            if places | sure != 0 || self.string.stop || self.scalar.stop {
                ends = self.ends(window, start, &block, places, sure);
            }
        }
        let mut tokens = self.tokens(&block, ends);
        // Bit `i`: the container changes behind byte `i` from object to array or back.
        let (before, mut changes, mut texts) = (self.object, 0, 0);
        while tokens != 0 {
            let bit = tokens.trailing_zeros();
            tokens &= tokens - 1;
            let all = self.all_until;
            if self.watches
                && (block.ends | block.scalar_ends) >> bit & 1 == 1
                && self.tells(&block, ends) >> bit & 1 == 1
            {
                self.stop(window, start, bit, &block)?;
            }
            if block.brackets >> bit & 1 == 1 {
                let object = self.bracket(window, start, bit, &block, masks)?;
                changes |= u64::from(object != self.object) << bit;
                texts |= u64::from(self.brackets.depth() == self.base) << bit;
                self.object = object;
            }
            if self.all_until != all {
                tokens = self.tokens(&block, ends) & !(below(bit) | 1 << bit);
            }
        }
        self.swept.texts += u64::from(texts.count_ones());
        let objects = prefix_xor(changes) ^ 0u64.wrapping_sub(u64::from(before));
        let names = self.carry.grammar(&block, objects, texts)?;
        self.swept.values += u64::from((block.starts & !names).count_ones());
        if self.watches {
            self.keep(window, start, &block);
        }
        Ok(())
    }

    /// The ends of values to tell of: those of `ends`, or all.
    #[inline]
    fn tells(&self, block: &Block, ends: Ends) -> u64 {
        match self.everything || self.all_until.is_some() {
            true => block.ends | block.scalar_ends,
            false => ends.strings | ends.scalars,
        }
    }

    #[inline]
    fn tokens(&self, block: &Block, ends: Ends) -> u64 {
        block.brackets | self.tells(block, ends)
    }

    /// A bracket; whether the innermost container behind it is an object.
    #[inline]
    fn bracket(
        &mut self,
        window: &mut Window,
        start: usize,
        bit: u32,
        block: &Block,
        masks: &Masks,
    ) -> Result<bool, Refusal> {
        let object = masks.bit5 >> bit & 1 == 1;
        if block.opens >> bit & 1 == 0 {
            if !self.brackets.pop(self.base, object) {
                return Err(Refusal::NotJson);
            }
            self.lowest = self.lowest.min(self.brackets.depth());
            self.value_ended();
            return Ok(self.brackets.is_object(self.base));
        }
        let mut bracket = Bracket { object, ..Bracket::default() };
        if self.tracks {
            bracket.at = window.raw(start + bit as usize);
            if self.object {
                bracket.key = self.last_string(window, start, below(bit), block);
            }
        }
        if self.brackets.push(bracket) { Ok(object) } else { Err(Refusal::NotJson) }
    }

    /// The last string that ended in `within`, or before the block.
    fn last_string(&self, window: &mut Window, start: usize, within: u64, block: &Block) -> Span {
        match highest(block.ends & within) {
            Some(end) => self.string_to(window, start, end as u32, block),
            None => self.last,
        }
    }

    /// The string that ends at bit `end`.
    fn string_to(&self, window: &mut Window, start: usize, end: u32, block: &Block) -> Span {
        let begin = match highest(block.starts & below(end)) {
            Some(quote) => window.raw(start + quote + 1),
            None => self.string.start,
        };
        Span::new(begin, window.raw(start + end as usize))
    }

    /// A value that ends at bit `bit`, or behind the byte before it; or a name.
    fn stop(&mut self, window: &mut Window, start: usize, bit: u32, block: &Block) -> Result<(), Refusal> {
        let place = start + bit as usize;
        if block.ends >> bit & 1 == 1 {
            let span = self.string_to(window, start, bit, block);
            if places::is_name(window, place)? {
                if !self.everything && self.all_until.is_none() && self.visitor.name(span) {
                    self.all_until = Some(self.brackets.depth());
                }
                return Ok(());
            }
            let quote = highest(block.starts & below(bit)).unwrap_or(0) as u32;
            let key = self.last_string(window, start, below(quote), block);
            return self.visit(key, |visitor, at| visitor.string(at, span));
        }
        let (begin, first) = match highest(block.scalar_starts & below(bit)) {
            Some(first) => (window.raw(start + first), window.byte((start + first) as isize)),
            None => (self.scalar.start, self.scalar.first),
        };
        let kind = match first {
            b't' | b'f' => Scalar::Boolean,
            b'n' => Scalar::Null,
            _ => Scalar::Number,
        };
        let span = Span::new(begin, window.raw(place));
        let key = self.last_string(window, start, below(bit), block);
        self.visit(key, |visitor, at| {
            visitor.scalar(at, kind, span);
            Then::GoOn
        })
    }

    fn visit(&mut self, key: Span, tell: impl FnOnce(&mut V, At<'_, '_>) -> Then) -> Result<(), Refusal> {
        let depth = self.brackets.depth();
        let at = At { brackets: self.brackets, base: self.base, lowest: self.lowest, key };
        let then = tell(self.visitor, at);
        self.lowest = depth;
        self.value_ended();
        match then {
            Then::AllAround if self.all_until.is_none() => self.all_until = depth.checked_sub(1),
            Then::GoOn | Then::AllAround => {}
            Then::Doubt => return Err(Refusal::Doubt),
        }
        Ok(())
    }

    /// Behind a value: was it that for whose sake all are told of?
    #[inline]
    fn value_ended(&mut self) {
        if self.all_until.is_some_and(|depth| self.brackets.depth() <= depth) {
            self.all_until = None;
        }
    }

    /// Keeps what the next block may ask for.
    #[inline]
    fn keep(&mut self, window: &mut Window, start: usize, block: &Block) {
        if self.tracks {
            self.last = self.last_string(window, start, u64::MAX, block);
        }
        if let Some(quote) = highest(block.starts)
            && block.inside >> 63 == 1
        {
            self.string.start = window.raw(start + quote + 1);
        }
        if let Some(first) = highest(block.scalar_starts)
            && block.scalars >> 63 == 1
        {
            self.scalar.start = window.raw(start + first);
            self.scalar.first = window.byte((start + first) as isize);
        }
    }

    /// Where strings and numbers end in which a factor shows; `sure` are places that have been looked at.
    fn ends(&mut self, window: &Window, start: usize, block: &Block, places: u64, sure: u64) -> Ends {
        let shown = |bit: u32| places::shown(window, (start + bit as usize) as isize, &self.stops.lanes);
        let inside = |bit: u32| sure >> bit & 1 == 1 || shown(bit) != 0;
        let bare = |bit: u32| shown(bit) & self.stops.bare != 0;
        let (text, digits) = ((places | sure) & block.inside, places & block.scalars);
        Ends {
            strings: places::ends(text, block.ends, &mut self.string.stop, inside),
            scalars: places::ends(digits, block.scalar_ends, &mut self.scalar.stop, bare),
        }
    }

    /// Checks the numbers and words of a block, but those that are nothing but digits, and not zero and more.
    fn check_scalars(
        &mut self,
        window: &Window,
        start: usize,
        block: &Block,
        masks: &Masks,
    ) -> Result<(), Refusal> {
        let mut odd = block.scalars & !masks.digit | block.scalar_starts & masks.zero;
        while odd != 0 {
            let bit = odd.trailing_zeros();
            odd &= odd - 1;
            let mut place = (start + bit as usize) as isize;
            if place < self.checked {
                continue;
            }
            while window.byte(place - 1).is_ascii_digit() && place > self.checked {
                place -= 1;
            }
            self.checked = place + scalar(window, place)? as isize;
        }
        Ok(())
    }
}
