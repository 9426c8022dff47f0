//! One search's own matches, in order: what the matcher finds and the validator accepts.

use crate::policy::Search;
use crate::span::Span;
use crate::table::Pools;
use crate::validate::Validator;
use crate::view::{Rewind, Text, chars};

/// A refused match of at most this many characters does not consume: the search goes on behind its first
/// character. A longer one is passed over, so that a validator which fails everywhere costs linear time.
const RETRY_CHARS: usize = 256;

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
}

impl Progress {
    /// Before the first character of a value.
    pub(super) fn at_start(start: usize) -> Self {
        Self { at: start, ..Self::default() }
    }

    /// The next match that begins before `bound`, and whether it has been let through already.
    pub(super) fn next_before<T: Text>(
        &mut self,
        bound: usize,
        search: &Search,
        pools: &Pools<'_>,
        text: T,
        rewind: &mut Rewind<'_>,
    ) -> Option<(Span, bool)> {
        let found = match self.ahead.take() {
            Some(ahead) => ahead,
            None => (self.find(search, pools, text, rewind)?, false),
        };
        if found.0.start < bound {
            return Some(found);
        }
        self.ahead = Some(found);
        None
    }

    /// Gives back the rest of a match that goes on behind the segment at hand.
    pub(super) fn put_back(&mut self, rest: Span) {
        self.ahead = Some((rest, true));
    }

    fn find<T: Text>(
        &mut self,
        search: &Search,
        pools: &Pools<'_>,
        text: T,
        rewind: &mut Rewind<'_>,
    ) -> Option<Span> {
        while !self.done {
            let Some(found) = search.matcher.find(pools, text, self.at, self.before, rewind) else {
                self.done = true;
                break;
            };
            let part = self.judge(search.validator, text, found);
            if part.is_some() {
                return part;
            }
        }
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
