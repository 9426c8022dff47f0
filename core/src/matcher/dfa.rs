//! Regular expressions, as automata over symbols.
//!
//! Plain version: from each place, run the pattern's automaton; the first place where it matches is the start, the
//! last match before it dies the end. Departures:
//!
//! 1. An automaton that begins anew at every place at once ([`Mode::Search`]) finds the end of the leftmost match
//!    in one pass; a second one, run backwards from there, finds its start.
//! 2. Where that automaton would be too large and matches are short, the plain version is what runs ([`Mode::Try`]):
//!    at most the length of a match for each place.
//! 3. A match shows one symbol late: only the next symbol, or the end of the text, decides assertions such as `\b`.
//! 4. ASCII that is not escaped, which is most of all text, is read in loops of its own.
//! 5. What was read in vain far behind a match is not read again (`barren`).

use super::Scratch;
use super::alphabet::{Alphabet, Symbols};
use super::barren::{Barren, Counts};
use crate::span::Span;
use crate::table::{Part, Pools};
use crate::view::{Rewind, Text, stands};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// The most symbols that an automaton of [`Mode::Try`] may read in a row without a match.
pub const LONGEST_WAIT: usize = 1024;

/// One automaton: a row of transitions a state, a column a symbol, and one more for the end of the text. A state is
/// the index of its row's first transition. State 0 is dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Table {
    /// The column for the end of the text.
    pub end: u32,
    /// Rows (u32 pool).
    pub transitions: Part,
    /// Where to start (u32 pool): at the edge of the text, then behind each symbol.
    pub starts: Part,
    /// This state and all after it match.
    pub first_match: u32,
    /// A state before this one is dead or has seen nothing that a match could begin with.
    pub first_busy: u32,
}

/// How a pattern is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u32)]
pub enum Mode {
    /// `forward` begins at every place, `reverse` finds the start.
    #[default]
    Search,
    /// `forward` is tried place by place.
    Try,
}

/// A compiled pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Dfa {
    /// Characters to symbols.
    pub alphabet: Alphabet,
    /// Finds ends.
    pub forward: Table,
    /// Finds starts; empty in [`Mode::Try`].
    pub reverse: Table,
    /// How it is searched.
    pub mode: Mode,
    /// In [`Mode::Try`], for each state of `forward` a number (u16 pool), at most [`LONGEST_WAIT`]: between states that
    /// do not match, each step leads to a lower one. So whoever loads an image sees that waiting is bounded.
    pub waits: Part,
}

/// A table at hand.
#[derive(Clone, Copy)]
struct Machine<'a> {
    transitions: &'a [u32],
    starts: &'a [u32],
    first_match: u32,
    first_busy: u32,
    end: u32,
}

/// What a search near a place came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A match.
    Found(Span),
    /// No match begins before this place; the character in front of it.
    NoneBefore(usize, Option<char>),
}

impl<'a> Machine<'a> {
    fn new(table: &Table, pools: &'a Pools<'_>) -> Self {
        Self {
            transitions: table.transitions.of(&pools.u32s),
            starts: table.starts.of(&pools.u32s),
            first_match: table.first_match,
            first_busy: table.first_busy,
            end: table.end,
        }
    }

    fn start(&self, symbols: Symbols<'_>, edge: Option<char>) -> u32 {
        let index = edge.map_or(0, |ch| usize::from(symbols.of(ch)) + 1);
        self.starts.get(index).copied().unwrap_or(0)
    }

    #[inline]
    fn step(&self, state: u32, symbol: u32) -> u32 {
        self.transitions.get((state + symbol) as usize).copied().unwrap_or(0)
    }

    #[inline]
    fn matches(&self, state: u32) -> bool {
        state >= self.first_match
    }

    /// The end of the preferred match, as [`Self::run`]; without one, the place behind `until` at which nothing is
    /// begun, and the character in front of it if any was read.
    #[inline]
    fn run_until<T: Text>(
        &self,
        symbols: Symbols<'_>,
        text: T,
        (mut at, mut state): (usize, u32),
        until: usize,
        far: Far<'_, '_>,
    ) -> Result<usize, (usize, Option<char>)> {
        let mut last = None;
        loop {
            for &byte in text.ahead(at) {
                if !stands::<T>(byte) {
                    break;
                }
                state = self.step(state, u32::from(symbols.of_ascii(byte)));
                if self.matches(state) {
                    return Ok(self.run(symbols, text, (at + 1, state), Some(at), Some(far)).unwrap_or(at));
                }
                at += 1;
                last = Some(char::from(byte));
                if state < self.first_busy && at > until {
                    return Err((at, last));
                }
            }
            let Some((ch, next)) = text.next(at) else {
                return if self.matches(self.step(state, self.end)) { Ok(at) } else { Err((at, last)) };
            };
            state = self.step(state, u32::from(symbols.of(ch)));
            if self.matches(state) {
                return Ok(self.run(symbols, text, (next, state), Some(at), Some(far)).unwrap_or(at));
            }
            at = next;
            last = Some(ch);
            if state < self.first_busy && at > until {
                return Err((at, last));
            }
        }
    }

    /// The end of the preferred match, from a state at a place; `end` is that of the one that is known. Without `far`, what is
    /// read in vain is bounded anyway.
    #[inline]
    fn run<T: Text>(
        &self,
        symbols: Symbols<'_>,
        text: T,
        (mut at, mut state): (usize, u32),
        mut end: Option<usize>,
        mut far: Option<Far<'_, '_>>,
    ) -> Option<usize> {
        loop {
            let ahead = text.ahead(at);
            for &byte in ahead.get(..NEAR).unwrap_or(ahead) {
                if !stands::<T>(byte) {
                    break;
                }
                state = self.step(state, u32::from(symbols.of_ascii(byte)));
                if self.matches(state) {
                    end = Some(at);
                }
                if state == 0 {
                    return end;
                }
                at += 1;
            }
            let Some((ch, next)) = text.next(at) else {
                return if self.matches(self.step(state, self.end)) { Some(at) } else { end };
            };
            state = self.step(state, u32::from(symbols.of(ch)));
            if self.matches(state) {
                end = Some(at);
            }
            if state == 0 {
                return end;
            }
            at = next;
            if let Some(end) = end.filter(|end| at - end > NEAR)
                && let Some(far) = far.take()
            {
                return Some(self.run_on(symbols, text, (at, state), end, far));
            }
        }
    }

    /// The same, far behind a match that ends at `end`: stops where it is known that nothing follows.
    #[cold]
    #[inline(never)]
    fn run_on<T: Text>(
        &self,
        symbols: Symbols<'_>,
        text: T,
        (mut at, mut state): (usize, u32),
        mut end: usize,
        Far { automaton, barren }: Far<'_, '_>,
    ) -> usize {
        let step = |at: usize, state: u32| {
            let (ch, next) = text.next(at)?;
            Some((next, self.step(state, u32::from(symbols.of(ch)))))
        };
        let mut from = (at, state);
        while let Some((next, to)) = step(at, state) {
            if self.matches(to) {
                end = at;
                from = (next, to);
            }
            if to == 0 {
                break;
            }
            let levels = Barren::levels(at, next);
            (at, state) = (next, to);
            if levels > 0 && barren.knows(levels, automaton, state, at) {
                break;
            }
        }
        if at == text.end() && self.matches(self.step(state, self.end)) {
            return at;
        }
        let (stop, mut counts) = (at, Counts::default());
        (at, state) = from;
        while at < stop
            && let Some((next, to)) = step(at, state)
        {
            let levels = Barren::levels(at, next);
            (at, state) = (next, to);
            if levels > 0 {
                barren.note(levels, &mut counts, automaton, state, at);
            }
        }
        end
    }
}

/// What is known of places far behind a match, for the automaton at hand.
struct Far<'b, 'm> {
    automaton: u32,
    barren: &'b mut Barren<'m>,
}

/// Bytes behind a match that are read without asking whether that is in vain.
const NEAR: usize = 32;

impl Dfa {
    fn far<'b, 'm>(&self, barren: &'b mut Barren<'m>) -> Far<'b, 'm> {
        Far { automaton: self.forward.transitions.start, barren }
    }

    /// The leftmost match in `text` at or after the place `from`, `before` being the character in front of it.
    /// Never empty.
    #[must_use]
    pub fn find<T: Text>(
        &self,
        pools: &Pools<'_>,
        text: T,
        from: usize,
        before: Option<char>,
        scratch: &mut Scratch<'_>,
    ) -> Option<Span> {
        let symbols = self.alphabet.symbols(pools);
        let forward = Machine::new(&self.forward, pools);
        if self.mode == Mode::Try {
            return try_each(&forward, symbols, text, from, before);
        }
        let reverse = Machine::new(&self.reverse, pools);
        let (mut from, mut before) = (from, before);
        loop {
            let state = forward.start(symbols, before);
            let end = forward.run(symbols, text, (from, state), None, Some(self.far(&mut scratch.barren)))?;
            let start = start_of(&reverse, symbols, text, from, before, end, &mut scratch.rewind);
            if start < end {
                return Some(Span::new(start, end));
            }
            let (ch, next) = text.next(end)?;
            (from, before) = (next, Some(ch));
        }
    }
}

impl Dfa {
    /// Looks for a match that begins at or behind the place `from`, and not behind `until` if it can be helped: as soon
    /// as nothing that was read behind `until` can begin a match, it stops.
    #[must_use]
    pub fn find_near<T: Text>(
        &self,
        pools: &Pools<'_>,
        text: T,
        (from, before): (usize, Option<char>),
        until: usize,
        scratch: &mut Scratch<'_>,
    ) -> Outcome {
        let symbols = self.alphabet.symbols(pools);
        let forward = Machine::new(&self.forward, pools);
        if self.mode == Mode::Try {
            return try_until(&forward, symbols, text, (from, before), until);
        }
        let reverse = Machine::new(&self.reverse, pools);
        let (mut from, mut before) = (from, before);
        loop {
            let begun = (from, forward.start(symbols, before));
            let far = self.far(&mut scratch.barren);
            let end = match forward.run_until(symbols, text, begun, until, far) {
                Ok(end) => end,
                Err((place, ch)) => return Outcome::NoneBefore(place, ch.or(before)),
            };
            let start = start_of(&reverse, symbols, text, from, before, end, &mut scratch.rewind);
            if start < end {
                return Outcome::Found(Span::new(start, end));
            }
            match text.next(end) {
                Some((ch, next)) => (from, before) = (next, Some(ch)),
                None => return Outcome::NoneBefore(end, before),
            }
        }
    }
}

/// As [`try_each`], at the places up to `until`.
fn try_until<T: Text>(
    forward: &Machine<'_>,
    symbols: Symbols<'_>,
    text: T,
    (mut at, mut before): (usize, Option<char>),
    until: usize,
) -> Outcome {
    while let Some((ch, next)) = text.next(at) {
        if at > until {
            break;
        }
        let state = forward.step(forward.start(symbols, before), u32::from(symbols.of(ch)));
        if state != 0
            && let Some(end) = forward.run(symbols, text, (next, state), None, None).filter(|end| *end > at)
        {
            return Outcome::Found(Span::new(at, end));
        }
        (at, before) = (next, Some(ch));
    }
    Outcome::NoneBefore(at, before)
}

fn try_each<T: Text>(
    forward: &Machine<'_>,
    symbols: Symbols<'_>,
    text: T,
    mut at: usize,
    mut before: Option<char>,
) -> Option<Span> {
    loop {
        let (ch, next) = text.next(at)?;
        let state = forward.step(forward.start(symbols, before), u32::from(symbols.of(ch)));
        if state != 0
            && let Some(end) = forward.run(symbols, text, (next, state), None, None).filter(|end| *end > at)
        {
            return Some(Span::new(at, end));
        }
        (at, before) = (next, Some(ch));
    }
}

/// The first place not before `from` from which the pattern matches up to `end`.
fn start_of<T: Text>(
    reverse: &Machine<'_>,
    symbols: Symbols<'_>,
    text: T,
    from: usize,
    before: Option<char>,
    end: usize,
    rewind: &mut Rewind<'_>,
) -> usize {
    let mut state = reverse.start(symbols, text.next(end).map(|(ch, _)| ch));
    let (mut start, mut at) = (end, end);
    text.backwards(from, end, rewind, |ch, place| {
        state = reverse.step(state, u32::from(symbols.of(ch)));
        if reverse.matches(state) {
            start = at;
        }
        at = place;
        state != 0
    });
    if at == from && state != 0 {
        let edge = before.map_or(reverse.end, |ch| u32::from(symbols.of(ch)));
        if reverse.matches(reverse.step(state, edge)) {
            start = from;
        }
    }
    start
}
