//! Matches between two quotes or backslashes of a string, which are the same whatever the string is.
//!
//! Plain version: find out whether the text of the string is JSON, which takes reading all of it, at every level; then search
//! its values, or the text. Departures:
//!
//! 1. Between two quotes or backslashes every reading shows the same characters. Only what stands next to these is read in
//!    several ways: as a quote, a backslash, a line feed, the edge of a text. A search that does not tell these apart and never
//!    goes across them ([`Fences`]) comes to the same in all readings.
//! 2. Nothing is masked in names, and numbers only as a whole. A match is in no name if no quote behind it has a colon behind
//!    it, up to the one that ends all names around the match. It is in no number if it holds what no number does, or stands
//!    where none can.
//! 3. Whatever is not told like this is doubtful, and the plain version runs.

use super::paint::Paint;
use super::search::{Places, Progress, Shown};
use super::stretch::{End, Stretch};
use super::{ByGroup, Finder, READINGS, ones};
use crate::factor::Reach;
use crate::matcher::dfa::{Dfa, Mode};
use crate::matcher::{Matcher, Scratch};
use crate::near;
use crate::policy::{Fences, Policy, Search};
use crate::span::Span;
use crate::sweep::Candidate;
use crate::view::{Escaped, Plain, Rewind, Text};
use core::cell::Cell;

/// A string whose text may be JSON, and of which all places are known near which matches lie.
#[derive(Clone, Copy)]
pub(crate) struct Nested<'a> {
    /// Between its quotes, as it stands in its text.
    pub(crate) span: Span,
    /// Levels of escapes in front of its text: one, or none.
    pub(crate) level: u8,
    /// The searches of strings that take part, those of numbers and those of booleans; each has factors.
    pub(crate) active: [&'a [u64]; 3],
    pub(crate) candidates: &'a [Candidate],
}

/// Something is not told by what stands around it.
struct Doubt;

/// Levels at which the ends of strings are told apart.
const LEVELS: usize = 6;

impl Finder<'_> {
    /// Finds the parts of a string, which [`Self::next`] tells; false if that takes knowing what its text is.
    pub(crate) fn find_fenced(&mut self, policy: &Policy<'_>, input: &[u8], string: Nested<'_>) -> bool {
        let Self { paint, scratch, by_group, number, .. } = self;
        paint.reset(string.span.start);
        self.next = None;
        let ends = [0; LEVELS];
        Look { policy, input, string, ends, paint, scratch, by_group, number }.all().is_ok()
    }
}

/// A look through a string.
struct Look<'l, 'm, 'p> {
    policy: &'l Policy<'p>,
    input: &'l [u8],
    string: Nested<'l>,
    /// Where the first quotes stand, behind what has been looked at, that end strings of each level or one further out; none of
    /// these ends a name.
    ends: [usize; LEVELS],
    paint: &'l mut Paint<'m>,
    scratch: &'l mut Scratch<'m>,
    by_group: &'l ByGroup<'m>,
    number: &'l mut u64,
}

impl Look<'_, '_, '_> {
    fn all(mut self) -> Result<(), Doubt> {
        let (input, end) = (self.input, self.string.span.end);
        let (mut from, mut left) = (self.string.span.start, self.string.candidates);
        while let Some(first) = left.first() {
            let left_over = Span::new(from, end);
            let stretch = Stretch::around(input, left_over, first.at, self.string.level).ok_or(Doubt)?;
            let count = left.iter().take_while(|candidate| candidate.at < stretch.span.end).count();
            let (here, rest) = left.split_at(count);
            self.stretch(&stretch, here)?;
            (from, left) = (stretch.span.end, rest);
        }
        Ok(())
    }

    fn stretch(&mut self, stretch: &Stretch, candidates: &[Candidate]) -> Result<(), Doubt> {
        *self.number += 1;
        self.scratch.barren.turn_to(*self.number * READINGS as u64);
        let present = candidates.iter().fold(0, |groups, candidate| groups | candidate.groups);
        let policy = self.policy;
        let [strings, numbers, booleans] = self.string.active;
        for (word, ((strings, numbers), booleans)) in strings.iter().zip(numbers).zip(booleans).enumerate() {
            let near = self.by_group.of(present, word);
            let search = |bit: usize| policy.searches.get(word * 64 + bit).ok_or(Doubt);
            for bit in ones(core::iter::once((numbers | booleans) & near)) {
                let mut own = shown_near(candidates, search(bit)?);
                if own.any(|at| stretch.may_be_bare(self.input, Span::new(at, at + 1))) {
                    return Err(Doubt);
                }
            }
            for bit in ones(core::iter::once(strings & near)) {
                self.search(stretch, candidates, search(bit)?)?;
            }
        }
        Ok(())
    }

    fn search(&mut self, stretch: &Stretch, candidates: &[Candidate], search: &Search) -> Result<(), Doubt> {
        let Some(first) = shown_near(candidates, search).next() else { return Ok(()) };
        let Matcher::Pattern(_) = search.matcher else { return Err(Doubt) };
        if !self.policy.writes_alike(search.rule) {
            return Err(Doubt);
        }
        let Stretch { span, front, back, clear } = *stretch;
        let plain = Plain::new(self.input, span.start, span.end);
        let raw = self.input.get(..span.end).unwrap_or(self.input);
        let begins = earliest(&search.factors.reach, plain, raw, first);
        if begins < clear || begins == span.start && !front.stops(search.fences) {
            return Err(Doubt);
        }
        let at_end = Cell::new(false);
        let text = Within { text: plain, at_end: &at_end };
        let places = Places { shown: Shown::Listed(candidates), raw, segment: span, told: &[] };
        let mut progress = Progress::at_start(span.start, *self.number);
        while let Some((found, _)) =
            progress.next_before(&places, search, &self.policy.pools, text, self.scratch)
        {
            if stretch.may_be_bare(self.input, found) || self.may_be_named(found.end) {
                return Err(Doubt);
            }
            if !self.paint.add_to_few(found, search.rule) {
                return Err(Doubt);
            }
        }
        if at_end.get() && !back.stops(search.fences) && !self.reads_on_alike(stretch, candidates, search) {
            return Err(Doubt);
        }
        Ok(())
    }

    /// Whether a search comes to the same behind a stretch in every reading.
    fn reads_on_alike(&mut self, stretch: &Stretch, candidates: &[Candidate], search: &Search) -> bool {
        let tries = matches!(search.matcher, Matcher::Pattern(Dfa { mode: Mode::Try, .. }));
        let (span, string) = (stretch.span, self.string.span);
        let end = string.end.min(span.end + FAR);
        let behind = self.input.get(span.end..end).unwrap_or(&[]);
        let is_cut = end < string.end;
        let deep = behind.windows(1 << DEEPEST).any(|bytes| bytes.iter().all(|byte| *byte == b'\\'));
        let splits = is_cut && behind.iter().rev().take(LONGEST_ESCAPE).any(|byte| *byte == b'\\');
        let hides = holds_unicode_escape(behind);
        if !tries || stretch.back != End::Escape || search.fences < Fences::Quotes || deep || splits || hides
        {
            return false;
        }
        let pools = &self.policy.pools;
        let places = |end: usize| {
            let raw = self.input.get(..end).unwrap_or(self.input);
            Places { shown: Shown::Listed(candidates), raw, segment: span, told: &[] }
        };
        let plain = Plain::new(self.input, span.start, span.end);
        (1..=DEEPEST).all(|level| {
            let at_end = Cell::new(false);
            let text = Within { text: Escaped::new(self.input, span.start, end, level), at_end: &at_end };
            let start = Progress::at_start(span.start, *self.number);
            let (mut within, mut beyond) = (start, start);
            loop {
                let known = within.next_before(&places(span.end), search, pools, plain, self.scratch);
                if beyond.next_before(&places(end), search, pools, text, self.scratch) != known {
                    return false;
                }
                if known.is_none() {
                    return !(is_cut && at_end.get());
                }
            }
        })
    }

    /// Whether `from` may lie in a name, at any level.
    fn may_be_named(&mut self, from: usize) -> bool {
        let raw = self.input.get(..self.string.span.end).unwrap_or(self.input);
        let ends = &mut self.ends;
        // Strings of this level, and of those further in, have ended.
        let (mut at, mut level) = (from, LEVELS);
        while level > 0 && ends[level - 1] <= from {
            let Some(quote) = raw.get(at..).and_then(|left| left.iter().position(|byte| *byte == b'"'))
            else {
                ends[..level].fill(raw.len());
                return raw.get(at..).is_some_and(holds_unicode_escape);
            };
            let between = raw.get(at..at + quote).unwrap_or(&[]);
            let backslashes = between.iter().rev().take_while(|byte| **byte == b'\\').count();
            at += quote + 1;
            // Each level puts a backslash in front of each backslash and quote. So a quote that ends a string is spelled with none, 1,
            // 3, 7, ..., and with these behind a text that ends in backslashes.
            let ended = backslashes.trailing_ones().saturating_sub(u32::from(self.string.level)) as usize;
            if ended >= LEVELS || holds_unicode_escape(between) {
                return true;
            }
            if ended < level {
                if colon_may_follow(raw.get(at..).unwrap_or(&[])) {
                    return true;
                }
                ends[ended..level].fill(at);
                level = ended;
            }
        }
        false
    }
}

/// Where a search has candidates.
fn shown_near(candidates: &[Candidate], search: &Search) -> impl Iterator<Item = usize> {
    let groups = search.factors.groups;
    candidates.iter().filter(move |candidate| candidate.groups & groups != 0).map(|candidate| candidate.at)
}

fn holds_unicode_escape(raw: &[u8]) -> bool {
    raw.windows(2).any(|pair| pair == b"\\u")
}

/// Bytes behind a quote, or behind a stretch, that are looked at.
const FAR: usize = 64;

/// Levels of escapes that are told apart behind a stretch: as many as there are in less than `1 << DEEPEST` backslashes.
const DEEPEST: u8 = 4;

/// The longest escape behind its last backslash, and more.
const LONGEST_ESCAPE: usize = 8;

/// Whether a colon may be what comes behind white space at most, at any level of escapes.
fn colon_may_follow(raw: &[u8]) -> bool {
    let first = raw
        .iter()
        .take(FAR)
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\\' | b'n' | b'r' | b't'));
    match first {
        // An escape of four digits may be either.
        Some(byte) => matches!(byte, b':' | b'u'),
        None => raw.len() >= FAR,
    }
}

/// The first place at which a match may begin whose factor shows at `at`; the start of the text at the earliest.
fn earliest(reach: &Reach, text: Plain<'_>, raw: &[u8], at: usize) -> usize {
    match reach {
        Reach::Run(run) => near::run_start(raw, run, text.start(), None, at).0,
        Reach::Chars(count, _) => near::back(text, raw, (text.start(), None), at, usize::from(*count))
            .map_or(text.start(), |place| place.0),
    }
}

/// A text that notes when its end has been asked for.
#[derive(Clone, Copy)]
struct Within<'a, T> {
    text: T,
    at_end: &'a Cell<bool>,
}

impl<T: Text> Text for Within<'_, T> {
    const ESCAPES: bool = T::ESCAPES;
    #[inline]
    fn start(&self) -> usize {
        self.text.start()
    }
    #[inline]
    fn end(&self) -> usize {
        self.text.end()
    }
    #[inline]
    fn next(&self, at: usize) -> Option<(char, usize)> {
        let next = self.text.next(at);
        if next.is_none() {
            self.at_end.set(true);
        }
        next
    }
    #[inline]
    fn reach(&self) -> usize {
        self.text.reach()
    }
    #[inline]
    fn ahead(&self, at: usize) -> &[u8] {
        self.text.ahead(at)
    }
    #[inline]
    fn backwards(
        &self,
        floor: usize,
        end: usize,
        rewind: &mut Rewind<'_>,
        visit: impl FnMut(char, usize) -> bool,
    ) {
        self.text.backwards(floor, end, rewind, visit);
    }
}
