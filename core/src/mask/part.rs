//! Masking a part of a document: what a stream has of it at a time.

use super::engine::Engine;
use super::{Framing, Masker, walk};
use crate::policy::Policy;
use crate::rewrite::{Edits, Kind, PartOf, Target};
use crate::scan::grammar::{Containers, Grammar, Place};
use crate::scan::scalar_token::Scalar;
use crate::scan::{NotJson, Pause, begin_string};
use crate::select::ValueKind;
use crate::select::ahead::behind_container;
use crate::span::Span;

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

    /// Masks whole texts, the fast way: their number. `None` if there is another to take: then nothing is noted or counted.
    /// Linear in `texts`.
    pub(crate) fn texts(&mut self, policy: &Policy<'_>, texts: &[u8], framing: Framing) -> Option<u64> {
        if policy.selectors.paths.counts() {
            return None;
        }
        let bytes = self.work.tally.bytes;
        self.work.edits.clear();
        let mark = self.work.edits.hold();
        let failed = *self.work.finder.failed();
        let swept = self.sweep_over(policy, &mut Target::Later(texts), framing);
        let complete = self.work.edits.release();
        let work = &mut self.work;
        if let Some(swept) = swept.filter(|_| complete) {
            work.tally.texts += swept.texts;
            work.tally.values += swept.values;
            return Some(swept.texts);
        }
        work.edits.undo(&mark, |rule| work.tally.take_back(rule));
        work.tally.bytes = bytes;
        *work.finder.failed() = failed;
        None
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
        let mut engine = engine(policy, &mut self.work, &mut target, pace);
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
        let mut engine = engine(policy, &mut self.work, &mut target, pace);
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
    pace: &'e mut Pace,
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
        pace: Some(pace),
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
