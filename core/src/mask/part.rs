//! Masking a part of a document: what a stream has of it at a time.

use super::engine::Engine;
use super::{Framing, Masker, sweep, walk};
use crate::policy::Policy;
use crate::rewrite::{Edits, Kind, PartOf, Target};
use crate::scan::grammar::{Containers, Expect, Grammar, Place};
use crate::scan::scalar_token::Scalar;
use crate::scan::{NotJson, Pause, begin_string};
use crate::select::ValueKind;
use crate::select::ahead::behind_container;
use crate::span::Span;
use crate::sweep::Part;

/// The rule of parts that no rule asked for.
const NO_RULE: u16 = u16::MAX;

/// What a walk over a part must heed, and remember until the next.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    /// Nothing follows the part.
    last: bool,
    /// Objects that begin before here end in the part.
    closed: usize,
    /// The next object that does not end in the part is let in.
    admit: bool,
    /// Containers around the object that was let in: all that it holds is masked.
    whole: Option<usize>,
}

impl Pace {
    /// Lets in the object at which the walk has stopped; all that it holds is masked whole.
    pub(crate) fn admit(&mut self) {
        self.admit = true;
    }

    fn begin(&mut self, last: bool) {
        (self.last, self.closed) = (last, 0);
    }

    fn waits(&mut self, input: &[u8], at: usize, depth: usize) -> bool {
        if self.last || self.whole.is_some() || at < self.closed {
            return false;
        }
        match behind_container(input, at) {
            Some(end) => {
                self.closed = end;
                false
            }
            None if self.admit => {
                (self.admit, self.whole) = (false, Some(depth));
                false
            }
            None => true,
        }
    }
}

impl Masker<'_> {
    /// Begins a document that comes in parts.
    pub(crate) fn begin(&mut self) {
        self.clear();
        self.containers.truncate(0);
    }

    /// The containers that are open behind the last part.
    pub(crate) fn containers(&self) -> &Containers {
        &self.containers
    }

    /// The edits of the last part.
    pub(crate) fn edits(&self) -> &Edits<'_> {
        &self.work.edits
    }

    /// Forgets the edits of the last part.
    pub(crate) fn forget_edits(&mut self) {
        self.work.edits.clear();
    }

    /// Counts bytes of a value that is masked unread.
    pub(crate) fn count_unread(&mut self, bytes: usize) {
        self.work.tally.bytes += bytes as u64;
    }

    /// Masks the tokens that `part` holds whole, from where `grammar` stands, the fast way: where it stops. `None` if there is
    /// another to take: then nothing is noted or counted, and all stands where it stood. Linear in `part`.
    pub(crate) fn sweep_part(
        &mut self,
        policy: &Policy<'_>,
        part: &[u8],
        grammar: &mut Grammar,
        pace: &Pace,
        last: bool,
    ) -> Option<usize> {
        if policy.selectors.paths.counts() || pace.admit || pace.whole.is_some() {
            return None;
        }
        let kept = self.work.selection.keep()?;
        self.work.edits.clear_for_piece(0);
        let noted = self.work.noted();
        let before = (*grammar, self.containers.clone());
        let stopped = self.sweep_over_part(policy, part, grammar, last);
        if let Some((at, values)) = stopped.filter(|(at, _)| *at > 0 && !self.work.edits.overflowed()) {
            self.work.tally.values += values;
            self.work.tally.texts = grammar.texts();
            return Some(at);
        }
        (*grammar, self.containers) = before;
        self.work.forget(&noted);
        self.work.selection.restore(&kept);
        None
    }

    /// Where it stops, and how many string values lie before.
    fn sweep_over_part(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        grammar: &mut Grammar,
        last: bool,
    ) -> Option<(usize, u64)> {
        let course = self.course(policy, input.len(), Framing::Sequence);
        let named = grammar.expect().behind_name(self.containers.in_object());
        let begun = self.containers.depth();
        let mut part = Part {
            all_until: self.work.selection.outermost(named).filter(|_| course.tracks),
            containers: &mut self.containers,
            expect: grammar.expect(),
            at: 0,
            last,
            least: 0,
            lowest: 0,
            key: Span::default(),
        };
        let mut target = Target::Later(input);
        let mut engine = engine(policy, &mut self.work, &mut target, None);
        let (reader, deeper) = self.readers.split_first_mut()?;
        let mut level = sweep::Level::within(&mut engine, deeper, &part);
        let swept = reader
            .sweeper
            .sweep_part(&mut level, &mut self.brackets, policy.watch(), &course, &mut part)
            .ok()?;
        let stop = if last { None } else { level.settle(&part, self.brackets.open()).ok()? };
        if engine.doubt {
            return None;
        }
        let (mut at, mut expect, mut values) = (part.at, part.expect, swept.values);
        if let Some(bracket) = stop.and_then(|depth| self.brackets.open().get(depth)) {
            (at, expect) = (bracket.at, Expect::Value);
            values -= u64::from((values as u32).wrapping_sub(bracket.values));
            self.containers.truncate(stop.map_or(0, |depth| depth as u16));
        }
        let open = self.containers.depth();
        let texts = swept.texts + u64::from(open > 0) - u64::from(begun > 0);
        grammar.pass(texts, expect).then_some((at, values))
    }

    /// Masks the tokens that `part` holds whole, from where `grammar` stands; passes over the first `pass` edits. Linear in
    /// `part`, and in each list of key-value pairs once a level.
    pub(crate) fn part(
        &mut self,
        policy: &Policy<'_>,
        part: &[u8],
        grammar: &mut Grammar,
        pace: &mut Pace,
        last: bool,
        pass: usize,
    ) -> Result<Pause, NotJson> {
        pace.begin(last);
        self.work.edits.clear_for_piece(pass);
        let mut target = Target::Later(part);
        let mut engine = engine(policy, &mut self.work, &mut target, Some(pace));
        let (reader, deeper) = self.readers.split_first_mut().ok_or(NotJson)?;
        let mut level = walk::Level { engine: &mut engine, deeper, level: 0 };
        let result = reader.scanner.part(&mut level, &mut self.containers, grammar, last);
        self.work.tally.texts = grammar.texts();
        result
    }

    /// Masks a string value of which `part` holds the front, quote included; `grammar` steps over all of it.
    pub(crate) fn unread_string(
        &mut self,
        policy: &Policy<'_>,
        part: &[u8],
        grammar: &mut Grammar,
        pace: &mut Pace,
    ) -> Result<(), NotJson> {
        self.work.edits.clear_for_piece(0);
        let mut target = Target::Later(part);
        let mut engine = engine(policy, &mut self.work, &mut target, Some(pace));
        let (_, deeper) = self.readers.split_first_mut().ok_or(NotJson)?;
        let mut level = walk::Level { engine: &mut engine, deeper, level: 0 };
        begin_string(&mut level, &self.containers, grammar)?;
        let kind = unread(engine.refresh());
        engine.mask(PartOf { span: Span::new(1, part.len()), rule: NO_RULE, level: 1, kind });
        self.work.tally.values += 1;
        self.work.tally.texts = grammar.texts();
        Ok(())
    }
}

fn engine<'e, 'm, 'b, 'p>(
    policy: &'e Policy<'p>,
    work: &'e mut super::Work<'m>,
    target: &'e mut Target<'b>,
    pace: Option<&'e mut Pace>,
) -> Engine<'e, 'm, 'b, 'p, 'e> {
    Engine {
        policy,
        work,
        target,
        on_finding: None,
        tracking: policy.selectors.tracks(),
        probe: None,
        doubt: false,
        careful: false,
        fenced: false,
        pace,
    }
}

/// What a string that is not read becomes.
fn unread(kind: ValueKind) -> Kind {
    match kind {
        ValueKind::IntString => Kind::Number,
        ValueKind::Bytes => Kind::Bytes,
        ValueKind::Normal | ValueKind::Half => Kind::Unread,
    }
}

impl Engine<'_, '_, '_, '_, '_> {
    /// Whether all values here are masked unread.
    pub(super) fn masks_all(&self) -> bool {
        self.pace.as_ref().is_some_and(|pace| pace.whole.is_some())
    }

    /// Masks a value as a rule would that selects everything around it: a string, unless told.
    pub(super) fn mask_unread(&mut self, scalar: Option<Scalar>, span: Span) {
        let stands_for = self.refresh();
        let kind = match scalar {
            None => unread(stands_for),
            Some(Scalar::Boolean) => Kind::Boolean,
            Some(Scalar::Number) => Kind::Number,
            Some(Scalar::Null) => return,
        };
        if !self.work.active.exempt {
            self.mask(PartOf { span, rule: NO_RULE, level: 1, kind });
        }
    }

    /// Whether the walk must wait for more in front of a container.
    pub(super) fn waits(&mut self, at: usize, place: Place) -> bool {
        let Engine { policy, work, target, tracking: true, pace: Some(pace), .. } = self else {
            return false;
        };
        let selection = &work.selection;
        selection.looks_ahead(&policy.selectors, place) && pace.waits(target.input(), at, selection.depth())
    }

    /// Behind a container.
    pub(super) fn closed(&mut self) {
        if let Some(pace) = &mut self.pace
            && pace.whole == Some(self.work.selection.depth())
        {
            pace.whole = None;
        }
    }

    /// Whether there was no room for all edits of the value at hand. Then it will come again.
    pub(super) fn overflows(&mut self, place: Place) -> bool {
        let overflows = self.work.edits.overflowed();
        if overflows && self.tracking && place == Place::Element {
            self.work.selection.again();
        }
        overflows
    }
}
