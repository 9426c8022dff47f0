//! One search's own matches, in order: what the matcher finds and the validator accepts.

use crate::factor::{Factors, Groups, Lanes, Reach, Run};
use crate::matcher::dfa::{Dfa, Outcome};
use crate::matcher::{Matcher, Scratch};
use crate::near::{self, Bits};
use crate::policy::Search;
use crate::span::Span;
use crate::sweep::Candidate;
use crate::table::Pools;
use crate::validate::Validator;
use crate::view::{Text, chars, stands};

/// A refused match of at most this many characters does not consume: the search goes on behind its first
/// character. A longer one is passed over, so that a validator which fails everywhere costs linear time.
const RETRY_CHARS: usize = 256;

/// Where factors show.
pub(super) enum Shown<'a> {
    /// In the segment at hand.
    Here(&'a Bits<'a>, &'a Lanes),
    /// In the whole value.
    Listed(&'a [Candidate]),
}

/// What is known of the segment at hand.
pub(super) struct Places<'a> {
    pub(super) shown: Shown<'a>,
    /// The input up to the end of the value.
    pub(super) raw: &'a [u8],
    pub(super) segment: Span,
    /// What the host told of the value, for the search at hand.
    pub(super) told: &'a [Span],
}

/// How far a search has come in the value at hand.
#[derive(Clone, Copy, Default)]
pub(crate) struct Progress {
    /// Where it goes on.
    at: usize,
    /// The character before `at`.
    before: Option<char>,
    /// A match already found that lies further on, and whether it has been let through.
    ahead: Option<(Span, bool)>,
    done: bool,
    /// Which value it belongs to.
    value: u64,
    /// How many of the parts that the host told of have been taken.
    taken: usize,
    /// Before here no match holds the character that all matches hold.
    barren: usize,
}

impl Progress {
    /// Of no value yet. All zero, so that a static of it takes no room in flash.
    pub(crate) const NONE: Self = Self {
        at: 0,
        before: Some('\0'),
        ahead: Some((Span::new(0, 0), false)),
        done: false,
        value: 0,
        barren: 0,
        taken: 0,
    };

    /// Before the first character of a value.
    pub(super) fn at_start(start: usize, value: u64) -> Self {
        Self { at: start, value, ..Self::default() }
    }

    /// The same, if it belongs to another value yet.
    #[inline]
    pub(super) fn turn_to(&mut self, start: usize, value: u64) {
        if self.value != value {
            *self = Self::at_start(start, value);
        }
    }

    /// The next match that begins in the segment, and whether it has been let through already.
    pub(super) fn next_before<T: Text>(
        &mut self,
        places: &Places<'_>,
        search: &Search,
        pools: &Pools<'_>,
        text: T,
        scratch: &mut Scratch<'_>,
    ) -> Option<(Span, bool)> {
        let found = match self.ahead.take() {
            Some(ahead) => ahead,
            None => (self.find(places, search, pools, text, scratch)?, false),
        };
        if found.0.start < places.segment.end {
            return Some(found);
        }
        self.ahead = Some(found);
        None
    }

    /// Whether there may be a match in a segment where these groups show; `last` says that the value ends there.
    #[inline]
    pub(super) fn may_find(&self, factors: &Factors, shown: Groups, last: bool) -> bool {
        factors.groups == 0
            || factors.groups & shown != 0
            || self.ahead.is_some()
            || !last && matches!(factors.reach, Reach::Run(_))
    }

    /// The start of the next match, if that has been found.
    pub(super) fn start_ahead(&self) -> Option<usize> {
        self.ahead.map(|(span, _)| span.start)
    }

    /// Gives back the rest of a match that goes on behind the segment at hand.
    pub(super) fn put_back(&mut self, rest: Span) {
        self.ahead = Some((rest, true));
    }

    fn find<T: Text>(
        &mut self,
        places: &Places<'_>,
        search: &Search,
        pools: &Pools<'_>,
        text: T,
        scratch: &mut Scratch<'_>,
    ) -> Option<Span> {
        if let Matcher::Host(_) = search.matcher {
            let told = places.told.get(self.taken).copied();
            self.taken += 1;
            return told;
        }
        while !self.done {
            let found = match &search.matcher {
                Matcher::Pattern(dfa) if search.factors.groups != 0 => {
                    let found = self.near(places, &search.factors, dfa, pools, text, scratch);
                    self.done = found.is_none() && matches!(places.shown, Shown::Listed(_));
                    found?
                }
                matcher => match matcher.find(pools, text, self.at, self.before, scratch) {
                    Some(found) => found,
                    None => {
                        self.done = true;
                        break;
                    }
                },
            };
            let part = self.judge(search.validator, text, found);
            if part.is_some() {
                return part;
            }
        }
        None
    }

    /// The next match that begins in the segment, looked for where a factor shows. It may begin behind the segment.
    fn near<T: Text>(
        &mut self,
        places: &Places<'_>,
        factors: &Factors,
        dfa: &Dfa,
        pools: &Pools<'_>,
        text: T,
        scratch: &mut Scratch<'_>,
    ) -> Option<Span> {
        let mut from = self.at;
        // No match begins before it that is still looked for.
        let mut floor = (self.at, self.before);
        loop {
            let next = match places.shown {
                Shown::Here(bits, _) => bits.next(factors.groups, from),
                Shown::Listed(candidates) => next_of(candidates, factors.groups, from),
            };
            let place = match (next, &factors.reach) {
                (Some(place), _) => place,
                (None, Reach::Run(run)) => self.behind_segment(places, factors.groups, run)?,
                (None, Reach::Chars(..)) => return None,
            };
            let start = match &factors.reach {
                Reach::Run(run) => near::run_start(places.raw, run, self.at, self.before, place),
                Reach::Chars(count, _) => {
                    match near::back(text, places.raw, floor, place, usize::from(*count)) {
                        Ok(start) => start,
                        Err((next, near)) => {
                            (from, floor) = (next, near);
                            continue;
                        }
                    }
                }
            };
            match dfa.find_near(pools, text, start, place, scratch) {
                Outcome::Found(found) => return Some(found),
                Outcome::NoneBefore(at, before) => (self.at, self.before) = (at, before),
            }
            floor = (self.at, self.before);
            from = self.at.max(place + 1);
        }
    }

    /// A place behind the segment to which a match may reach that begins in it: at the end of the run that goes on there.
    fn behind_segment(&mut self, places: &Places<'_>, groups: Groups, run: &Run) -> Option<usize> {
        let Shown::Here(_, lanes) = places.shown else { return None };
        let end = places.segment.end;
        if self.barren > end || self.at > end {
            return None;
        }
        // What stands behind its first byte may be spelled in many ways.
        let begins = |byte: u8| byte == b'\\' || lanes.at(1, byte) & groups != 0;
        let mut place = end;
        while let Some(&byte) = places.raw.get(place) {
            if begins(byte) {
                return Some(place);
            }
            if !run.holds(byte) {
                break;
            }
            place += 1;
        }
        self.barren = place + 1;
        None
    }

    /// Moves on behind a match, or behind its first character when it is refused.
    fn judge<T: Text>(&mut self, validator: Validator, text: T, found: Span) -> Option<Span> {
        let trim = validator.check(chars(text, found.start, found.end));
        let (count, second, last) = measure(text, found);
        match (&trim, second) {
            (None, Some((next, first))) if count <= RETRY_CHARS => {
                self.at = next;
                self.before = Some(first);
            }
            _ => {
                self.at = found.end;
                self.before = last;
            }
        }
        let trim = trim?;
        trimmed(text, found, count, trim.front as usize, trim.back as usize)
    }
}

/// The first candidate of one of these groups at or behind `from`.
fn next_of(candidates: &[Candidate], groups: Groups, from: usize) -> Option<usize> {
    let left = candidates.get(candidates.partition_point(|candidate| candidate.at < from)..)?;
    left.iter().find(|candidate| candidate.groups & groups != 0).map(|candidate| candidate.at)
}

/// How many characters a match has; its first one and the place behind it; its last one.
fn measure<T: Text>(text: T, found: Span) -> (usize, Option<(usize, char)>, Option<char>) {
    let plain = text.ahead(found.start).get(..found.end - found.start).unwrap_or(&[]);
    if let ([first, ..], [.., last]) = (plain, plain)
        && plain.iter().all(|byte| stands::<T>(*byte))
    {
        return (plain.len(), Some((found.start + 1, char::from(*first))), Some(char::from(*last)));
    }
    let (mut at, mut count, mut second, mut last) = (found.start, 0, None, None);
    while at < found.end {
        let Some((ch, next)) = text.next(at) else { break };
        count += 1;
        last = Some(ch);
        second = second.or(Some((next, ch)));
        at = next;
    }
    (count, second, last)
}

/// `found` without its first `front` and last `back` of `count` characters; `None` if nothing is left.
fn trimmed<T: Text>(text: T, found: Span, count: usize, front: usize, back: usize) -> Option<Span> {
    if front == 0 && back == 0 {
        return Some(found);
    }
    let kept = count.checked_sub(front + back).filter(|&kept| kept > 0)?;
    let start = skip(text, found.start, front);
    Some(Span::new(start, skip(text, start, kept)))
}

/// The place `count` characters behind `at`.
pub(crate) fn skip<T: Text>(text: T, mut at: usize, count: usize) -> usize {
    for _ in 0..count {
        let Some((_, next)) = text.next(at) else { break };
        at = next;
    }
    at
}
