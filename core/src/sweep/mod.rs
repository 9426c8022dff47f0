//! Texts checked and searched for values worth a look, as fast as it goes; strict RFC 8259.
//!
//! Plain version: `scan`, which walks all tokens. Departures:
//!
//! 1. The grammar is bit logic over blocks of 64 bytes (`bits`); only brackets are walked.
//! 2. Only values are told of in which a factor of the policy shows ([`Watch`]), and all values under a name that calls
//!    for it. Where a value stands is told by the open brackets and its name, so whoever follows places catches up then.
//! 3. What this version is not made for (a text that is no object or array) it refuses with [`Refusal::Doubt`], and `scan` reads the text again.

mod bits;
mod brackets;
mod candidates;
mod decode;
mod escapes;
mod look;
mod part;
mod places;
mod quoted;
mod scalars;
mod visit;
mod window;

use brackets::Kinds;
pub use brackets::{Bracket, Brackets, NAME_BEFORE};
pub use candidates::Candidate;
pub use part::Part;
pub use visit::{At, Course, Refusal, Swept, Then, Visitor};
pub use window::Seen;

use crate::arch::{BLOCK, Isa, Path, Work};
use crate::factor::Watch;
use crate::scan::NotJson;
use crate::scan::grammar::Expect;
use crate::scan::scalar_token::Scalar;
use crate::span::Span;
use bits::{Block, Carry, below, highest};
use candidates::Candidates;
use escapes::LongEscapes;
use scalars::Scalars;
use window::{Read, Window};

/// The memory of a sweep of one level of nesting.
pub struct Sweeper {
    path: Path,
    window: Window,
    candidates: Candidates,
    /// Whether they are those of a text that was looked at and is no JSON: [`Self::looks`].
    plain: bool,
}

impl Sweeper {
    /// Memory that nobody has used yet. All zero, so that a static of it takes no room in flash.
    pub(crate) const ASLEEP: Self =
        Self { path: Path::PLAIN, window: Window::new(), candidates: Candidates::NONE, plain: false };

    /// From here on as [`Self::new`] makes it.
    pub(crate) fn wake(&mut self, path: Path) {
        self.path = path;
    }

    /// Fresh memory.
    #[must_use]
    pub fn new(path: Path) -> Self {
        Self { path, ..Self::ASLEEP }
    }

    /// Reads the start of the text behind `level` levels of escapes in `span`; the text, if that is all of it. A sweep of it
    /// may follow, with [`Course::begun`].
    pub fn read(&mut self, input: &[u8], span: Span, level: u8) -> Option<Seen<'_>> {
        self.window.start(span, level);
        let window = &mut self.window;
        self.path.run(Read { window, input });
        self.window.ahead = true;
        self.window.whole()
    }

    /// What [`Self::read`] has read.
    pub fn seen(&mut self) -> Option<Seen<'_>> {
        self.window.whole()
    }

    /// If what [`Self::read`] has read is one string: where its content lies in the input, and the content.
    pub fn quoted(&mut self) -> Option<(Span, Seen<'_>)> {
        let mut text = self.window.whole()?;
        let content = quoted::content(text.text())?;
        let first = text.span().start;
        let span = Span::new(text.raw(first + content.start), text.raw(first + content.end));
        let seen = self.window.seen(content.start as isize, content.end, span.end)?;
        Some((span, seen))
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
        watch: Watch<'_>,
        course: &Course,
    ) -> Result<Swept, Refusal> {
        if !course.begun {
            self.window.start(course.span, course.level);
        }
        let path = self.path;
        match course.everything || watch.lanes().used() {
            true => path.run(Sweep::<_, true>::new(visitor, brackets, watch, course, self, None)),
            false => path.run(Sweep::<_, false>::new(visitor, brackets, watch, course, self, None)),
        }
    }
}

/// A sweep, to be done by a path. `WATCHES`: there is something to tell of, or it is of a part.
struct Sweep<'r, 'm, 'c, V, const WATCHES: bool> {
    run: Run<'r, 'm, V, WATCHES>,
    window: &'r mut Window,
    sequence: bool,
    part: Option<&'r mut Part<'c>>,
}

impl<'r, 'm, 'c, V: Visitor, const WATCHES: bool> Sweep<'r, 'm, 'c, V, WATCHES> {
    fn new(
        visitor: &'r mut V,
        brackets: &'r mut Brackets<'m>,
        watch: Watch<'r>,
        course: &Course,
        memory: &'r mut Sweeper,
        part: Option<&'r mut Part<'c>>,
    ) -> Self {
        let Sweeper { window, candidates, .. } = memory;
        let run = Run::new(visitor, brackets, watch, course, candidates, part.as_deref());
        // Whoever hands in parts counts the texts of all.
        let sequence = course.sequence || part.is_some();
        Self { run, window, sequence, part }
    }
}

impl<V: Visitor, const WATCHES: bool> Work for Sweep<'_, '_, '_, V, WATCHES> {
    type Result = Result<Swept, Refusal>;

    #[inline(always)]
    fn run(self, isa: impl Isa) -> Self::Result {
        let Self { mut run, window, sequence, part } = self;
        let mut begun = run.kinds.depth > 0;
        while window.advance(isa, run.visitor.input())? {
            if !begun && !window.begins_with_bracket() {
                return Err(Refusal::Doubt);
            }
            begun = true;
            let blocks = window.blocks();
            for block in 0..blocks {
                run.block(isa, window, block)?;
            }
            let done = (blocks * BLOCK) as isize;
            run.string.place = run.string.place.saturating_sub(done);
            if window.is_decoded() {
                run.candidates.lose(0);
            }
            if run.swept.texts > 1 && !sequence {
                return Err(Refusal::NotJson);
            }
        }
        if part.as_ref().is_none_or(|part| part.last) {
            if run.carry.in_string() || run.kinds.depth != 0 {
                return Err(Refusal::NotJson);
            }
            if run.swept.texts == 0 {
                return Err(Refusal::Doubt);
            }
        }
        match part {
            Some(part) => run.stop_part(part),
            None => Ok(run.swept),
        }
    }
}

/// Whether a value is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Look {
    #[default]
    None,
    /// If it is a name.
    Name,
    Value,
}

/// A string, number or word that has begun.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Raw offset of its first byte (of a string: behind the quote).
    start: usize,
    /// Its place in the chunk.
    place: isize,
    /// Whether it is worth a look, as far as it has been read.
    stop: Look,
    /// Of a number or word: its first byte.
    first: u8,
    /// Of a string.
    listing: Listing,
}

/// Whether the candidates of a string are listed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Listing {
    #[default]
    None,
    /// As its text is known to be no nested one.
    Text,
    /// It may be one.
    Nested,
}

/// Whether it pays to list the candidates of what may be nested texts: where most are looked into anyway, it does not.
struct Worth {
    count: i8,
    /// The same all over a block: what begins in it is asked about several times.
    pays: bool,
}

impl Worth {
    const START: Self = Self { count: 4, pays: true };
    const MOST: i8 = 8;
    /// What one that is looked into takes away.
    const PRICE: i8 = 3;
    /// How many values are waited for until it is tried again.
    const PAUSE: i8 = 16;

    fn note(&mut self, of_use: bool) {
        self.count = match of_use {
            true => (self.count + 1).min(Self::MOST),
            false if self.count < Self::PRICE => -Self::PAUSE,
            false => self.count - Self::PRICE,
        };
    }

    fn wait(&mut self) {
        self.count += i8::from(self.count < 0);
    }

    fn settle(&mut self) {
        self.pays = self.count >= 0;
    }
}

/// The state of a sweep.
struct Run<'r, 'm, V, const WATCHES: bool> {
    visitor: &'r mut V,
    brackets: &'r mut Brackets<'m>,
    watch: Watch<'r>,
    tracks: bool,
    trusted: bool,
    /// Whether candidates are listed, and the list.
    lists: bool,
    lists_nested: bool,
    worth: Worth,
    candidates: &'r mut Candidates,
    base: usize,
    /// How many containers this text may open.
    room: usize,
    carry: Carry,
    /// The containers of this text, and the fewest that were open since the last value that was told of.
    kinds: Kinds,
    lowest: usize,
    /// The same since the start.
    least: usize,
    /// All values are told of, always.
    everything: bool,
    /// All values are told of until, behind one of them, only so many containers are open.
    all_until: Option<usize>,
    /// What is open at the end of the block before.
    string: Open,
    scalar: Open,
    /// The last string that ended in a block before.
    last: Span,
    scalars: Scalars,
    /// Of the block before.
    escapes: LongEscapes,
    swept: Swept,
}

/// What brackets do in a block: bit `i` is what happens behind byte `i`.
#[derive(Clone, Copy, Default)]
struct Turns {
    /// The container changes from object to array or back.
    changes: u64,
    /// A text ends.
    texts: u64,
}

/// The ends of values to stop at in a block.
#[derive(Clone, Copy, Default)]
struct Ends {
    strings: u64,
    /// Of strings that are, if they are names.
    names: u64,
    scalars: u64,
}

impl<'r, 'm, V: Visitor, const WATCHES: bool> Run<'r, 'm, V, WATCHES> {
    fn new(
        visitor: &'r mut V,
        brackets: &'r mut Brackets<'m>,
        watch: Watch<'r>,
        course: &Course,
        candidates: &'r mut Candidates,
        part: Option<&Part<'_>>,
    ) -> Self {
        candidates.clear();
        let base = if part.is_some() { 0 } else { brackets.depth() };
        let kinds = part.map_or(Kinds::default(), |part| brackets.take_over(part.containers));
        let room = brackets.room() + kinds.depth;
        let expect = part.map_or(Expect::Text, |part| part.expect);
        let named = expect.behind_name(kinds.is_object());
        Self {
            visitor,
            brackets,
            watch,
            tracks: course.tracks,
            trusted: course.trusted,
            lists: course.lists && watch.lanes().used(),
            lists_nested: course.lists_nested,
            worth: Worth::START,
            candidates,
            base,
            room,
            // Behind escapes, everything is made of characters of the text around it.
            carry: Carry::new(course.trusted || course.level > 0, expect, kinds.is_object()),
            kinds,
            lowest: kinds.depth,
            least: kinds.depth,
            everything: course.everything,
            all_until: part.and_then(|part| part.all_until),
            string: Open::default(),
            scalar: Open::default(),
            last: if named { NAME_BEFORE } else { Span::default() },
            scalars: Scalars::default(),
            escapes: LongEscapes::UNKNOWN,
            // A name whose colon is to come.
            swept: Swept { texts: 0, values: u64::from(expect == Expect::Colon) },
        }
    }

    #[inline(always)]
    fn block<I: Isa>(&mut self, isa: I, window: &mut Window, index: usize) -> Result<(), Refusal> {
        let start = index * BLOCK;
        let Some(around) = window.around(index) else { return Err(Refusal::Doubt) };
        let Some(bytes) = around[BLOCK..].first_chunk() else { return Err(Refusal::Doubt) };
        let block = self.carry.block(isa, bytes, self.trusted)?;
        let ends = match WATCHES {
            true => self.watch(isa, window, start, &block),
            false => Ends::default(),
        };
        if block.is_within_string() {
            return Ok(());
        }
        if !self.trusted && (block.scalars != 0 || self.scalars.open()) {
            self.scalars.check(isa, window, start, bytes, &block)?;
        }
        let before = self.kinds.is_object();
        let Turns { changes, texts } = self.walk(window, start, &block, ends)?;
        self.swept.texts += u64::from(texts.count_ones());
        let objects = isa.prefix_xor(changes) ^ 0u64.wrapping_sub(u64::from(before));
        self.carry.grammar(&block, objects, texts)?;
        self.swept.values = self.values_to(&block, u64::MAX);
        if WATCHES {
            self.keep(window, start, &block);
        }
        Ok(())
    }

    /// String values up to some place of a block: where no name waits for its colon, each colon stands for a string that is none.
    #[inline(always)]
    fn values_to(&self, block: &Block, within: u64) -> u64 {
        let [strings, names] =
            [block.starts, block.colons].map(|bits| u64::from((bits & within).count_ones()));
        (self.swept.values + strings).wrapping_sub(names)
    }

    /// Goes over brackets, and tells of values.
    #[inline(always)]
    fn walk(
        &mut self,
        window: &mut Window,
        start: usize,
        block: &Block,
        ends: Ends,
    ) -> Result<Turns, Refusal> {
        let mut tokens = self.tokens(block, ends);
        let (mut kinds, mut turns) = (self.kinds, Turns::default());
        while tokens != 0 {
            let bit = tokens.trailing_zeros();
            tokens &= tokens - 1;
            let all = self.all_until;
            if WATCHES && self.tells(block, ends) >> bit & 1 == 1 {
                self.kinds = kinds;
                self.stop(window, start, bit, block, ends)?;
            }
            if !WATCHES || block.brackets >> bit & 1 == 1 {
                let (open, object) = (block.opens >> bit & 1 == 1, block.objects >> bit & 1 == 1);
                let (next, wrong) = kinds.step(open, object);
                if WATCHES && open && self.tracks {
                    self.note(window, start, bit, block, kinds);
                }
                turns.changes |= u64::from(kinds.is_object() != next.is_object()) << bit;
                turns.texts |= u64::from(next.depth == 0) << bit;
                kinds = next;
                if wrong || kinds.depth > self.room {
                    return Err(Refusal::NotJson);
                }
                if kinds.turns() {
                    kinds = kinds.turn(open, self.brackets, self.base);
                }
                if WATCHES {
                    self.lowest = self.lowest.min(kinds.depth);
                    if !open {
                        self.kinds = kinds;
                        self.value_ended();
                    }
                }
            }
            if WATCHES && self.all_until != all {
                tokens = self.tokens(block, ends) & !(below(bit) | 1 << bit);
            }
        }
        self.kinds = kinds;
        Ok(turns)
    }

    /// The ends of values to tell of: those of `ends`, or all.
    #[inline]
    fn tells(&self, block: &Block, ends: Ends) -> u64 {
        match self.everything || self.all_until.is_some() {
            true => block.ends | block.scalar_ends,
            false => ends.strings | ends.names | ends.scalars,
        }
    }

    #[inline]
    fn tokens(&self, block: &Block, ends: Ends) -> u64 {
        block.brackets | self.tells(block, ends)
    }

    /// Notes an opening bracket for those who follow places.
    #[inline]
    fn note(&mut self, window: &mut Window, start: usize, bit: u32, block: &Block, around: Kinds) {
        let key = match around.is_object() {
            true => self.last_string(window, start, below(bit), block),
            false => Span::default(),
        };
        let at = window.raw(start + bit as usize);
        let values = self.values_to(block, below(bit)) as u32;
        self.brackets.set(self.base + around.depth, at, block.objects >> bit & 1 == 1, key, values);
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
    fn stop(
        &mut self,
        window: &mut Window,
        start: usize,
        bit: u32,
        block: &Block,
        ends: Ends,
    ) -> Result<(), Refusal> {
        let place = start + bit as usize;
        let all = self.everything || self.all_until.is_some();
        if block.ends >> bit & 1 == 1 {
            let span = self.string_to(window, start, bit, block);
            if places::is_name(window, place)? {
                if !all && self.visitor.name(span) {
                    self.all_until = Some(self.kinds.depth);
                }
                return Ok(());
            }
            let quote = highest(block.starts & below(bit)).unwrap_or(0) as u32;
            let key = self.last_string(window, start, below(quote), block);
            let only_name = !all && ends.names >> bit & 1 == 1;
            if only_name && !may_hold_name(self.visitor.input(), key, span) {
                return Ok(());
            }
            let (begin, listing) = match block.starts & below(bit) {
                0 => (self.string.place, self.string.listing),
                _ => {
                    let begin = start + quote as usize + 1;
                    (begin as isize, self.listing(window, begin))
                }
            };
            let decoded = window.is_decoded();
            let seen = window.seen(begin, place, span.end);
            let listed = if decoded { seen.as_ref().map(Seen::span) } else { Some(span) };
            let listed = listed.map(|span| (span, listing));
            return self.visit(key, listed, |visitor, at| visitor.string(at, span, seen));
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
        self.visit(key, None, |visitor, at| {
            visitor.scalar(at, kind, span);
            Then::GoOn
        })
    }

    /// `listed`: where the candidates of a string lie, and which these are.
    fn visit(
        &mut self,
        key: Span,
        listed: Option<(Span, Listing)>,
        tell: impl FnOnce(&mut V, At<'_, '_>) -> Then,
    ) -> Result<(), Refusal> {
        let depth = self.kinds.depth;
        if !self.brackets.go_to(self.base + depth) {
            return Err(Refusal::NotJson);
        }
        let all = self.everything || self.all_until.is_some();
        let (string, listing) = listed.unwrap_or_default();
        let candidates = match listing {
            Listing::None => None,
            Listing::Text | Listing::Nested => self.candidates.of(string),
        };
        let plain = listing == Listing::Text;
        let at =
            At { brackets: self.brackets, base: self.base, lowest: self.lowest, key, all, candidates, plain };
        let then = tell(self.visitor, at);
        self.least = self.least.min(self.lowest);
        self.lowest = depth;
        self.value_ended();
        match listing {
            Listing::None => self.worth.wait(),
            Listing::Nested => self.worth.note(then == Then::GoOnListing),
            Listing::Text => {}
        }
        match then {
            Then::AllAround if self.all_until.is_none() => self.all_until = depth.checked_sub(1),
            Then::GoOn | Then::GoOnListing | Then::AllAround => {}
            Then::Doubt => return Err(Refusal::Doubt),
        }
        Ok(())
    }

    /// Whether candidates are listed of the string whose content begins at a place.
    #[inline]
    fn listing(&self, window: &Window, place: usize) -> Listing {
        match self.lists {
            false => Listing::None,
            true if places::begins_plainly(window, place) => Listing::Text,
            true if self.lists_nested && self.worth.pays => Listing::Nested,
            true => Listing::None,
        }
    }

    /// Behind a value: was it that for whose sake all are told of?
    #[inline]
    fn value_ended(&mut self) {
        if self.all_until.is_some_and(|depth| self.kinds.depth <= depth) {
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
            self.string.place = (start + quote + 1) as isize;
            self.string.listing = match self.candidates.some_lost() {
                true => Listing::None,
                false => self.listing(window, start + quote + 1),
            };
        }
        if let Some(first) = highest(block.scalar_starts)
            && block.scalars >> 63 == 1
        {
            self.scalar.start = window.raw(start + first);
            self.scalar.first = window.byte((start + first) as isize);
        }
        self.worth.settle();
    }
}

/// Whether a value may be the name of an attribute, which stands under `key`, or a nested text, in which names stand.
fn may_hold_name(input: &[u8], key: Span, value: Span) -> bool {
    let key = input.get(key.start..key.end).unwrap_or(b"key");
    let begins_nested = |first: &u8| matches!(first, b'{' | b'[' | b'\\' | b' ');
    key == b"key" || key.contains(&b'\\') || input.get(value.start).is_some_and(begins_nested)
}

#[cfg(test)]
mod tests;
