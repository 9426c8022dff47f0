//! One search's own matches, in order: what the matcher finds and the validator accepts.

use crate::matcher::Matcher;
use crate::matcher::dfa::{Dfa, Outcome};
use crate::near::{self, Bits, Fronts, Near, Run};
use crate::policy::Search;
use crate::span::Span;
use crate::table::Pools;
use crate::validate::Validator;
use crate::view::{Rewind, Text, chars};

/// A refused match of at most this many characters does not consume: the search goes on behind its first
/// character. A longer one is passed over, so that a validator which fails everywhere costs linear time.
const RETRY_CHARS: usize = 256;

/// What is known of the segment at hand.
pub(super) struct Places<'a> {
    /// Places by group.
    pub(super) bits: &'a Bits<'a>,
    pub(super) fronts: &'a Fronts,
    /// The input up to the end of the value.
    pub(super) raw: &'a [u8],
    pub(super) segment: Span,
}

/// How far a search has come in the value at hand.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    /// Where it goes on.
    at: usize,
    /// The character before `at`.
    before: Option<char>,
    /// A match already found that lies further on, and whether it has been let through.
    ahead: Option<(Span, bool)>,
    done: bool,
    /// Before here no match holds the character that all matches hold.
    barren: usize,
}

impl Progress {
    /// Before the first character of a value.
    pub(super) fn at_start(start: usize) -> Self {
        Self { at: start, ..Self::default() }
    }

    /// The next match that begins in the segment, and whether it has been let through already.
    pub(super) fn next_before<T: Text>(
        &mut self,
        places: &Places<'_>,
        search: &Search,
        pools: &Pools<'_>,
        text: T,
        rewind: &mut Rewind<'_>,
    ) -> Option<(Span, bool)> {
        let found = match self.ahead.take() {
            Some(ahead) => ahead,
            None => (self.find(places, search, pools, text, rewind)?, false),
        };
        if found.0.start < places.segment.end {
            return Some(found);
        }
        self.ahead = Some(found);
        None
    }

    /// Whether there may be a match in a segment that holds places of `groups`; `last` says that the value ends there.
    #[inline]
    pub(super) fn may_find(&self, near: Near, groups: u16, last: bool) -> bool {
        match near {
            Near::Anywhere => true,
            Near::Start(group) => groups >> group & 1 == 1 || self.ahead.is_some(),
            Near::Around(group, _) => groups >> group & 1 == 1 || self.ahead.is_some() || !last,
        }
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
        rewind: &mut Rewind<'_>,
    ) -> Option<Span> {
        while !self.done {
            let found = match (search.near, &search.matcher) {
                (Near::Start(group), Matcher::Pattern(dfa)) => {
                    self.at_starts(places, group, dfa, pools, text, rewind)?
                }
                (Near::Around(group, run), Matcher::Pattern(dfa)) => {
                    self.around(places, (group, &run), dfa, pools, text, rewind)?
                }
                _ => match search.matcher.find(pools, text, self.at, self.before, rewind) {
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

    /// The next match that begins in the segment, tried where one may begin.
    fn at_starts<T: Text>(
        &mut self,
        places: &Places<'_>,
        group: u8,
        dfa: &Dfa,
        pools: &Pools<'_>,
        text: T,
        rewind: &mut Rewind<'_>,
    ) -> Option<Span> {
        loop {
            let place = places.bits.next(group, self.at)?;
            let before = match near::aligned(text, places.raw, self.at, self.before, place) {
                Ok(before) => before,
                Err(next) => {
                    (self.at, self.before) = next;
                    continue;
                }
            };
            match dfa.find_near(pools, text, (place, before), place, rewind) {
                Outcome::Found(found) => return Some(found),
                Outcome::NoneBefore(at, before) => (self.at, self.before) = (at, before),
            }
        }
    }

    /// The next match around a character that all matches hold. The match may begin behind the segment.
    fn around<T: Text>(
        &mut self,
        places: &Places<'_>,
        (group, run): (u8, &Run),
        dfa: &Dfa,
        pools: &Pools<'_>,
        text: T,
        rewind: &mut Rewind<'_>,
    ) -> Option<Span> {
        loop {
            let place = match places.bits.next(group, self.at) {
                Some(place) => place,
                None => self.behind_segment(places, group, run)?,
            };
            let (from, before) = near::run_start(places.raw, run, self.at, self.before, place);
            match dfa.find_near(pools, text, (from, before), place, rewind) {
                Outcome::Found(found) => return Some(found),
                Outcome::NoneBefore(at, before) => (self.at, self.before) = (at, before),
            }
        }
    }

    /// A place behind the segment around which a match may begin in the segment: the end of the run that goes on there.
    fn behind_segment(&mut self, places: &Places<'_>, group: u8, run: &Run) -> Option<usize> {
        let end = places.segment.end;
        if self.barren > end || self.at > end {
            return None;
        }
        let rest = places.raw.get(end..)?;
        let may_be_it = |byte: u8| byte == b'\\' || places.fronts.begins(group, byte);
        let stops = |byte: &u8| !run.holds(*byte) || may_be_it(*byte);
        let length = rest.iter().position(stops).unwrap_or(rest.len());
        if rest.get(length).is_some_and(|byte| may_be_it(*byte)) {
            return Some(end + length);
        }
        self.barren = end + length + 1;
        None
    }

    /// Moves on behind a match, or behind its first character when it is refused.
    fn judge<T: Text>(&mut self, validator: Validator, text: T, found: Span) -> Option<Span> {
        let trim = validator.check(chars(text, found.start, found.end));
        let (mut at, mut count) = (found.start, 0);
        let mut last = None;
        let mut second = None;
        while at < found.end {
            let Some((ch, next)) = text.next(at) else { break };
            count += 1;
            last = Some(ch);
            at = next;
            if count == 1 {
                second = Some((next, ch));
            }
        }
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
