//! The parts of a value that rules match: every search's own matches, checked, allowed or not, and merged.

mod cover;
mod fenced;
mod host;
mod paint;
mod search;
mod stretch;

use crate::arch::Path;
use crate::factor::{Groups, MAX_GROUPS};
use crate::matcher::host::Host;
use crate::matcher::{Matcher, Scratch};
use crate::near::Bits;
use crate::policy::Policy;
use crate::span::Span;
use crate::sweep::Candidate;
use crate::table::Room;
use crate::view::{Escaped, Plain, Text};
use cover::Cover;
pub(crate) use fenced::Nested;
pub(crate) use host::Hosts;
use paint::Paint;
use search::{Places, Shown};

pub use paint::SEGMENT;
pub(crate) use search::{Progress, skip};

/// Readings of a value: as it is, and with one more level of escapes resolved.
const READINGS: usize = 2;

/// A merged part of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Raw bytes.
    pub span: Span,
    /// The earliest rule in it.
    pub rule: u16,
}

/// The memory for finding, and the state of the value at hand.
pub struct Finder<'m> {
    paint: Paint<'m>,
    cover: Cover<'m>,
    scratch: Scratch<'m>,
    /// One a search and reading.
    searches: Room<'m, Progress>,
    bits: Bits<'m>,
    /// One an allowance and reading.
    allow: Room<'m, Progress>,
    by_group: ByGroup<'m>,
    hosts: Hosts<'m>,
    value: Value,
    /// How many values there were.
    number: u64,
    /// Whether a backslash stands in the value.
    escaped: bool,
    /// With candidates: where the next segment begins, if there is one.
    next: Option<usize>,
}

/// The value at hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Value {
    /// Its raw bytes, without quotes.
    pub span: Span,
    /// The level of its text.
    pub level: u8,
    /// Whether it is searched in a second reading too.
    pub nearly_nested: bool,
    /// Whether its bytes are its text: what looks like an escape is none.
    pub decoded: bool,
}

impl Value {
    /// Its text, in the first reading.
    #[must_use]
    pub fn text<'a>(&self, input: &'a [u8]) -> Escaped<'a> {
        Escaped::new(input, self.span.start, self.span.end, self.level)
    }
}

/// Which searches have a factor in each group: a row of bits a group, and one for those that have none.
struct ByGroup<'m> {
    rows: Room<'m, u64>,
    words: usize,
}

impl<'m> ByGroup<'m> {
    fn within(policy: &Policy<'_>, mut rows: Room<'m, u64>) -> Self {
        let words = policy.searches.len().div_ceil(64);
        for (i, search) in policy.searches.iter().enumerate() {
            let groups = search.factors.groups;
            let own = (0..MAX_GROUPS).filter(|group| groups >> group & 1 == 1);
            for row in own.chain((groups == 0).then_some(MAX_GROUPS)) {
                if let Some(word) = rows.get_mut(row * words + i / 64) {
                    *word |= 1 << (i % 64);
                }
            }
        }
        Self { rows, words }
    }

    /// Of the searches `64 * word ..`, those that may match where these groups show.
    #[inline]
    fn of(&self, mut groups: Groups, word: usize) -> u64 {
        let row = |group: usize| self.rows.get(group * self.words + word).copied().unwrap_or(0);
        let mut found = row(MAX_GROUPS);
        while groups != 0 {
            found |= row(groups.trailing_zeros() as usize);
            groups &= groups - 1;
        }
        found
    }
}

/// The numbers of the bits that are set.
fn ones(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(at, word)| {
        let mut left = word;
        core::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(at * 64 + bit)
        })
    })
}

/// What finding needs, lent.
pub(crate) struct Rooms<'m> {
    /// [`SEGMENT`] of them.
    pub(crate) cells: Room<'m, u16>,
    /// [`SEGMENT`] of them.
    pub(crate) reach: Room<'m, u32>,
    pub(crate) scratch: Scratch<'m>,
    /// [`BITS`] of them.
    pub(crate) bits: Room<'m, u64>,
    /// As many as [`group_words`] says, all zero.
    pub(crate) groups: Room<'m, u64>,
    /// As many as [`progresses`] says, for searches and for allowances.
    pub(crate) searches: Room<'m, Progress>,
    pub(crate) allow: Room<'m, Progress>,
    pub(crate) hosts: Hosts<'m>,
}

/// Words for the places of a segment.
pub(crate) const BITS: usize = Bits::words(SEGMENT);

/// Words that tell the searches of each group.
pub(crate) fn group_words(policy: &Policy<'_>) -> usize {
    policy.searches.len().div_ceil(64) * (MAX_GROUPS + 1)
}

/// How many of them searches and allowances take.
pub(crate) fn progresses(policy: &Policy<'_>) -> [usize; 2] {
    [policy.searches.len() * READINGS, policy.allow.len() * READINGS]
}

impl<'m> Finder<'m> {
    /// Within these rooms.
    pub(crate) fn within(policy: &Policy<'_>, path: Path, rooms: Rooms<'m>) -> Self {
        let Rooms { cells, reach, scratch, bits, groups, searches, allow, hosts } = rooms;
        Self {
            paint: Paint::new(cells),
            cover: Cover::new(reach),
            scratch,
            searches,
            bits: Bits::new(path, bits),
            by_group: ByGroup::within(policy, groups),
            allow,
            hosts,
            value: Value::default(),
            number: 0,
            escaped: false,
            next: None,
        }
    }

    /// Says who answers for the detectors of the host; until then they fail, and with them the calls that ask.
    pub fn set_host(&mut self, host: &'m mut (dyn Host + Send)) {
        self.hosts.lend(host);
    }

    /// The same, with one of its own.
    #[cfg(feature = "alloc")]
    pub fn own_host(&mut self, host: alloc::boxed::Box<dyn Host + Send>) {
        self.hosts.own(host);
    }
}

impl Finder<'_> {
    /// The rule and the place of the first value, since this was cleared, at which a detector of the host failed whose failure
    /// ends the call.
    pub fn failed(&mut self) -> &mut Option<(u16, usize)> {
        self.hosts.failed()
    }

    /// Memory for a policy: for detectors of the host 5 bytes for each of the most bytes that one is handed, and 32 KB for each
    /// of them.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(policy: &Policy<'_>, path: Path) -> Self {
        let [searches, allow] = progresses(policy).map(|count| Room::filled(Progress::NONE, count));
        let all = policy.searches.iter().chain(&*policy.allow);
        let rooms = Rooms {
            cells: Room::filled(0, SEGMENT),
            reach: Room::filled(0, SEGMENT),
            scratch: Scratch::new(all.filter(|search| search.matcher.reads_on()).count()),
            bits: Room::filled(0, BITS),
            groups: Room::filled(0, group_words(policy)),
            searches,
            allow,
            hosts: Hosts::new(policy),
        };
        Self::within(policy, path, rooms)
    }

    /// Turns to a value.
    pub fn begin(&mut self, input: &[u8], value: Value) {
        self.value = value;
        let raw = input.get(value.span.start..value.span.end).unwrap_or(&[]);
        self.escaped = !value.decoded && raw.contains(&b'\\');
        self.next = Some(value.span.start).filter(|_| !value.span.is_empty());
        self.number += 1;
        self.allow.fill(Progress::at_start(value.span.start, self.number));
        self.paint.reset(value.span.start);
    }

    /// The next merged part of the value, in order. `active` holds a bit for each search that takes part; each of them has
    /// factors, and there are no allowances, if all its matches lie near `candidates`.
    pub fn next(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        active: &[u64],
        candidates: Option<&[Candidate]>,
    ) -> Option<Merged> {
        loop {
            if let Some(part) = self.paint.sweep() {
                return Some(part);
            }
            let start = self.next?;
            let end = self.value.span.end.min(start + SEGMENT);
            self.paint.begin(Span::new(start, end));
            self.next = match candidates {
                Some(candidates) if self.escaped => {
                    self.fill_near(policy, input, self.value.text(input), active, candidates)
                }
                Some(candidates) => {
                    let text = Plain::new(input, self.value.span.start, self.value.span.end);
                    self.fill_near(policy, input, text, active, candidates)
                }
                None => {
                    self.fill(policy, input, active);
                    Some(end).filter(|end| *end < self.value.span.end)
                }
            };
        }
    }

    /// Whether an allowance holds the whole value.
    pub fn allows_whole(&mut self, policy: &Policy<'_>, input: &[u8]) -> bool {
        let (value, text) = (self.value, self.value.text(input));
        self.turn_to(0);
        policy.allow.iter().any(|allowance| {
            let found =
                allowance.matcher.find(&policy.pools, text, value.span.start, None, &mut self.scratch);
            found == Some(value.span)
        })
    }

    /// What is noted from here on, and what was, is of this reading of the value.
    fn turn_to(&mut self, reading: usize) {
        self.scratch.barren.turn_to(self.number * READINGS as u64 + reading as u64);
    }

    fn fill(&mut self, policy: &Policy<'_>, input: &[u8], active: &[u64]) {
        let span = self.value.span;
        if !self.escaped {
            return self.fill_reading(policy, input, Plain::new(input, span.start, span.end), 0, active);
        }
        let text = self.value.text(input);
        self.fill_reading(policy, input, text, 0, active);
        if self.value.nearly_nested {
            self.fill_reading(policy, input, text.resolved(), 1, active);
        }
    }

    fn fill_reading<T: Text>(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        text: T,
        reading: usize,
        active: &[u64],
    ) {
        self.turn_to(reading);
        self.hosts.ask(policy, text, reading, self.number, active);
        let watch = policy.watch();
        let lanes = watch.lanes();
        self.bits.scan(watch, input, text, self.paint.segment(), reading);
        let last = self.paint.segment().end == text.end();
        let segment = self.paint.segment();
        let raw = input.get(..text.end()).unwrap_or(input);
        let mut places = Places { shown: Shown::Here(&self.bits, lanes), raw, segment, told: &[] };
        let mut covered = policy.allow.is_empty();
        // A value of one segment: no search has begun in another one.
        let alone = last && segment.start == text.start();
        let (by_group, present) = (&self.by_group, self.bits.present());
        let near = |(word, active): (usize, &u64)| match alone {
            true => active & by_group.of(present, word),
            false => *active,
        };
        for i in ones(active.iter().enumerate().map(near)) {
            let Some(search) = policy.searches.get(i) else { break };
            let Some(progress) = self.searches.get_mut(i * READINGS + reading) else { continue };
            progress.turn_to(text.start(), self.number);
            if let Matcher::Host(_) = search.matcher {
                places.told = self.hosts.told(i, reading);
            }
            if !progress.may_find(&search.factors, self.bits.present(), last) {
                continue;
            }
            while let Some((found, accepted)) =
                progress.next_before(&places, search, &policy.pools, text, &mut self.scratch)
            {
                if !covered {
                    let allow = self.allow.iter_mut().skip(reading).step_by(READINGS);
                    self.cover.fill(
                        &places,
                        allow.zip(&*policy.allow),
                        &policy.pools,
                        text,
                        &mut self.scratch,
                    );
                    covered = true;
                }
                let allowed = !accepted && !policy.allow.is_empty() && self.cover.holds(found);
                if allowed {
                    continue;
                }
                self.paint.add(found, search.rule);
                if found.end > segment.end {
                    progress.put_back(Span::new(segment.end, found.end));
                    break;
                }
            }
        }
    }

    /// What matches near candidates begins in the segment; where the next match does.
    fn fill_near<T: Text>(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        text: T,
        active: &[u64],
        candidates: &[Candidate],
    ) -> Option<usize> {
        self.turn_to(0);
        let segment = self.paint.segment();
        let raw = input.get(..text.end()).unwrap_or(input);
        let places = Places { shown: Shown::Listed(candidates), raw, segment, told: &[] };
        let present = candidates.iter().fold(0, |groups, candidate| groups | candidate.groups);
        let by_group = &self.by_group;
        let near = |(word, active): (usize, &u64)| active & by_group.of(present, word);
        let mut next = None;
        for i in ones(active.iter().enumerate().map(near)) {
            let Some(search) = policy.searches.get(i) else { break };
            let Some(progress) = self.searches.get_mut(i * READINGS) else { continue };
            progress.turn_to(text.start(), self.number);
            while let Some((found, _)) =
                progress.next_before(&places, search, &policy.pools, text, &mut self.scratch)
            {
                self.paint.add(found, search.rule);
                if found.end > segment.end {
                    progress.put_back(Span::new(segment.end, found.end));
                    break;
                }
            }
            next = [next, progress.start_ahead()].into_iter().flatten().min();
        }
        next
    }
}
