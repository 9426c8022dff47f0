//! Masking a text that is wholly in memory: composes the stages.
//!
//! For each value that the scanner finds: which rules apply here (`select`), could any match (`prefilter`), is its
//! text JSON itself (then its values are masked in the same way, one level deeper), and if not, which parts match
//! (`find`) and what is written there (`rewrite`).

use crate::active::Active;
use crate::error::{Error, Reason};
use crate::find::{Finder, Value};
#[cfg(feature = "alloc")]
use crate::limits::Limits;
use crate::policy::Policy;
use crate::report::{Finding, Path, Tally};
use crate::rewrite::{self, Done, Edits, Kind, PartOf, Target};
use crate::scan::grammar::Containers;
use crate::scan::scalar_token::Scalar;
use crate::scan::{Events, NotJson, Scanner, diagnose, first_character, is_nested};
use crate::select::{Selection, ValueKind};
use crate::span::{Span, Types};
use crate::table::Room;

/// How many texts the input may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Framing {
    /// Exactly one.
    One,
    /// Any number, also none: JSON Lines, or just one behind the other.
    #[default]
    Sequence,
}

/// Receives each part that is masked.
pub type OnFinding<'f> = &'f mut dyn FnMut(&Finding<'_>);

/// The memory that masking with one policy needs. Its calls allocate nothing.
pub struct Masker<'m> {
    scanners: Room<'m, Scanner>,
    containers: Containers,
    work: Work<'m>,
}

struct Work<'m> {
    selection: Selection<'m>,
    active: Active<'m>,
    runs: Room<'m, u64>,
    finder: Finder<'m>,
    edits: Edits<'m>,
    tally: Tally<'m>,
}

impl Masker<'_> {
    /// Edits that are kept before a second pass is needed.
    #[cfg(feature = "alloc")]
    const EDITS: usize = 16_384;

    /// Memory for `policy`: some 850 KB, and 16 bytes for each rule and open container more.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(policy: &Policy<'_>) -> Self {
        let levels = usize::from(policy.limits.nesting.min(Limits::MAX_NESTING)) + 1;
        let words = policy.searches.len().div_ceil(64);
        Self {
            scanners: Room::made(Scanner::new, levels),
            containers: Containers::new(policy.limits.depth),
            work: Work {
                selection: Selection::new(&policy.selectors, &policy.limits),
                active: Active::new(policy),
                runs: Room::filled(0, words),
                finder: Finder::new(policy),
                edits: Edits::new(Self::EDITS),
                tally: Tally::new(policy.rules.len()),
            },
        }
    }

    /// The counts of the last call.
    #[must_use]
    pub fn tally(&self) -> &Tally<'_> {
        &self.work.tally
    }

    /// Masks `buffer[..len]`; the length of `buffer` is its capacity. Returns the new length.
    ///
    /// Time is linear in `len`. Nothing is allocated.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON, [`Error::Capacity`] when the result does not fit. The buffer is as
    /// it was in both cases.
    pub fn mask_in_place(
        &mut self,
        policy: &Policy<'_>,
        buffer: &mut [u8],
        len: usize,
        framing: Framing,
    ) -> Result<usize, Error> {
        let input = buffer.get(..len).unwrap_or(buffer);
        let len = input.len();
        self.run(policy, &mut Target::Later(input), None, framing)?;
        if self.work.edits.complete() {
            let needed = self.work.edits.result_len(len);
            if needed > buffer.len() {
                return Err(Error::Capacity { needed });
            }
            return Ok(rewrite::in_place(policy, &self.work.edits, buffer, len));
        }
        self.mask_in_two_passes(policy, buffer, len, framing)
    }

    /// Moves the text back by the most that its masked front is ever longer, then writes while reading.
    fn mask_in_two_passes(
        &mut self,
        policy: &Policy<'_>,
        buffer: &mut [u8],
        len: usize,
        framing: Framing,
    ) -> Result<usize, Error> {
        let shift = self.work.edits.peak();
        let needed = len + shift;
        if needed > buffer.len() {
            return Err(Error::Capacity { needed });
        }
        buffer.copy_within(..len, shift);
        let buffer = buffer.get_mut(..needed).unwrap_or(&mut []);
        let mut target = Target::Moving { buffer, shift, done: Done::default() };
        self.run(policy, &mut target, None, framing)?;
        Ok(target.finish(policy, &mut self.work.edits))
    }

    /// Masks `input` into `output`. Returns the length of the result.
    ///
    /// # Errors
    /// As [`Self::mask_in_place`]; `output` is not for use then.
    pub fn mask_into(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        output: &mut [u8],
        framing: Framing,
    ) -> Result<usize, Error> {
        let capacity = output.len();
        let mut target = Target::Into { input, output, done: Done::default() };
        self.run(policy, &mut target, None, framing)?;
        let needed = self.work.edits.result_len(input.len());
        if needed > capacity {
            return Err(Error::Capacity { needed });
        }
        Ok(target.finish(policy, &mut self.work.edits))
    }

    /// Finds without changing anything; returns the length that the masked text would have. `on_finding` sees each
    /// part that would be masked, in order.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON; some findings may have been reported by then.
    pub fn scan(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        framing: Framing,
        on_finding: OnFinding<'_>,
    ) -> Result<usize, Error> {
        self.run(policy, &mut Target::Later(input), Some(on_finding), framing)?;
        Ok(self.work.edits.result_len(input.len()))
    }

    fn run(
        &mut self,
        policy: &Policy<'_>,
        target: &mut Target<'_>,
        on_finding: Option<OnFinding<'_>>,
        framing: Framing,
    ) -> Result<(), Error> {
        self.work.edits.clear();
        self.work.tally.clear();
        self.work.active.forget();
        self.containers.truncate(0);
        let sequence = framing == Framing::Sequence;
        let tracking = policy.selectors.tracks() || on_finding.is_some();
        let mut engine = Engine { policy, work: &mut self.work, target, on_finding, tracking, probe: None };
        let Some((scanner, deeper)) = self.scanners.split_first_mut() else { return Ok(()) };
        let mut level = Level { engine: &mut engine, deeper, level: 0 };
        match scanner.document(&mut level, &mut self.containers, sequence) {
            Ok(texts) => {
                self.work.tally.texts = texts;
                Ok(())
            }
            Err(NotJson) => {
                let fault = diagnose::diagnose(target.input(), sequence, policy.limits.depth);
                let (reason, offset) = fault.unwrap_or((Reason::Syntax, 0));
                Err(Error::Refused { reason, offset })
            }
        }
    }
}

/// What takes part in one call, at every level.
struct Engine<'e, 'm, 'b, 'p, 'f> {
    policy: &'e Policy<'p>,
    work: &'e mut Work<'m>,
    target: &'e mut Target<'b>,
    on_finding: Option<OnFinding<'f>>,
    /// Whether places are followed: some condition needs them, or somebody wants paths.
    tracking: bool,
    /// While a whole value is looked into: the earliest rule that matches in it. Nothing is masked then.
    probe: Option<u16>,
}

/// One level of nesting.
struct Level<'l, 'e, 'm, 'b, 'p, 'f> {
    engine: &'l mut Engine<'e, 'm, 'b, 'p, 'f>,
    deeper: &'l mut [Scanner],
    level: u8,
}

impl Events for Level<'_, '_, '_, '_, '_, '_> {
    fn input(&self) -> &[u8] {
        self.engine.target.input()
    }

    fn root(&mut self) {
        if self.engine.tracking && self.level == 0 {
            self.engine.work.selection.reset(&self.engine.policy.selectors, &self.engine.policy.pools);
        }
    }

    fn element(&mut self) {
        if self.engine.tracking {
            self.engine.work.selection.element(&self.engine.policy.selectors, &self.engine.policy.pools);
        }
    }

    fn key(&mut self, span: Span) {
        let Engine { policy, work, target, tracking, .. } = &mut *self.engine;
        if *tracking {
            work.selection.key(&policy.selectors, &policy.pools, target.input(), span, self.level);
        }
    }

    fn open(&mut self, at: usize, object: bool) {
        let Engine { policy, work, target, tracking, .. } = &mut *self.engine;
        if *tracking {
            work.selection.open(&policy.selectors, &policy.pools, target.input(), at, object);
        }
    }

    fn close(&mut self) {
        if self.engine.tracking {
            self.engine.work.selection.close();
        }
    }

    fn string(&mut self, span: Span, containers: &mut Containers) {
        self.engine.string(self.deeper, containers, span, self.level);
    }

    fn scalar(&mut self, kind: Scalar, span: Span) {
        self.engine.scalar(kind, span, self.level);
    }
}

impl Engine<'_, '_, '_, '_, '_> {
    fn string(&mut self, deeper: &mut [Scanner], containers: &mut Containers, span: Span, level: u8) {
        if level == 0 && self.probe.is_none() {
            self.work.tally.values += 1;
        }
        let kind = self.refresh();
        let value = Value { span, level: level + 1, nearly_nested: false };
        if self.work.active.exempt {
            return;
        }
        match kind {
            ValueKind::IntString => return self.bare(value, value.level, Kind::Number),
            ValueKind::Bytes => {
                if let Some(rule) = self.work.active.whole_string.filter(|_| !self.allows_whole(value)) {
                    self.mask(PartOf { span, rule, level: value.level, kind: Kind::Bytes });
                }
                return;
            }
            ValueKind::Normal | ValueKind::Half => {}
        }
        let Some(rule) = self.work.active.whole_string.filter(|_| !self.allows_whole(value)) else {
            return self.inside(deeper, containers, value);
        };
        let rule = self.probe(rule, |engine| engine.inside(deeper, containers, value));
        self.mask(PartOf { span, rule, level: value.level, kind: Kind::Text });
    }

    fn scalar(&mut self, kind: Scalar, span: Span, level: u8) {
        if kind == Scalar::Null {
            return;
        }
        let stands_for = self.refresh();
        let active = &self.work.active;
        if active.exempt {
            return;
        }
        let value = Value { span, level, nearly_nested: false };
        let (whole, kind) = match (kind, stands_for) {
            (Scalar::Boolean, ValueKind::Normal | ValueKind::IntString) => {
                return self.bare(value, level + 1, Kind::Boolean);
            }
            (_, ValueKind::Normal | ValueKind::IntString) => {
                return self.bare(value, level + 1, Kind::Number);
            }
            (Scalar::Boolean, _) => (active.whole_boolean, Kind::Boolean),
            (_, ValueKind::Bytes) => (active.whole_string, Kind::Number),
            (_, ValueKind::Half) => (active.whole_number, Kind::Number),
        };
        if let Some(rule) = whole.filter(|_| !self.allows_whole(value)) {
            self.mask(PartOf { span, rule, level: level + 1, kind });
        }
    }

    /// Looks at the current place: which searches and whole-value rules are active here.
    fn refresh(&mut self) -> ValueKind {
        if !self.tracking {
            self.work.active.refresh(self.policy, &[], 0, false);
            return ValueKind::Normal;
        }
        let current = self.work.selection.current();
        self.work.active.refresh(self.policy, current.conditions, current.span_kinds, current.protected);
        current.kind
    }

    /// A number, a string that stands for one, or a boolean: zero or `false` if any rule says so. `level` is that of
    /// its text.
    fn bare(&mut self, value: Value, level: u8, kind: Kind) {
        let active = &self.work.active;
        let (whole, types) = match kind {
            Kind::Boolean => (active.whole_boolean, Types::BOOLEAN),
            _ => (active.whole_number, Types::NUMBER),
        };
        let whole = whole.filter(|_| !self.allows_whole(value));
        let rule = self.probe(whole.unwrap_or(u16::MAX), |engine| {
            if engine.may_match(value.span, types) {
                engine.search(value);
            }
        });
        if rule != u16::MAX {
            self.mask(PartOf { span: value.span, rule, level, kind });
        }
    }

    fn allows_whole(&mut self, value: Value) -> bool {
        if self.policy.allow.is_empty() {
            return false;
        }
        self.work.finder.begin(self.target.input(), value, &[]);
        self.work.finder.allows_whole(self.policy, self.target.input())
    }

    /// Runs `look` without masking anything; returns the earliest rule that it came upon, `rule` included.
    fn probe(&mut self, rule: u16, look: impl FnOnce(&mut Self)) -> u16 {
        let outer = self.probe.replace(rule);
        look(self);
        let found = self.probe.unwrap_or(rule);
        self.probe = outer;
        found
    }

    /// What lies inside a string value: a nested text, or text.
    fn inside(&mut self, deeper: &mut [Scanner], containers: &mut Containers, mut value: Value) {
        let active = &self.work.active;
        let inner = self.policy.selectors.tracks()
            || active.whole_number.or(active.whole_boolean).is_some()
            || self.may_match(value.span, Types::NUMBER)
            || self.may_match(value.span, Types::BOOLEAN);
        let may_match = self.may_match(value.span, Types::STRING);
        if !may_match && !inner {
            return;
        }
        let input = self.target.input();
        if matches!(first_character(value.text(input)), Some('{' | '[' | '"')) {
            if let Some((scanner, rest)) = deeper.split_first_mut()
                && is_nested(scanner, input, containers, value.span, value.level)
            {
                return self.nested(scanner, rest, containers, value);
            }
            value.nearly_nested = true;
        }
        if may_match {
            self.search(value);
        }
    }

    fn nested(
        &mut self,
        scanner: &mut Scanner,
        deeper: &mut [Scanner],
        containers: &mut Containers,
        value: Value,
    ) {
        let (depth, tracking) = (containers.depth(), self.tracking);
        if tracking {
            self.work.selection.enter_nested(&self.policy.selectors, &self.policy.pools);
        }
        let mut level = Level { engine: self, deeper, level: value.level };
        // The text has just been found to be JSON; a scan that fails all the same leaves it half masked, never shown.
        let _ = scanner.nested(&mut level, containers, value.span, value.level);
        containers.truncate(depth);
        if tracking {
            self.work.selection.leave_nested();
        }
    }

    /// Sets `runs` to the active searches that could match in these raw bytes; whether there is one.
    fn may_match(&mut self, span: Span, types: Types) -> bool {
        let Work { active, runs, .. } = &mut *self.work;
        let raw = self.target.input().get(span.start..span.end).unwrap_or(&[]);
        let wanted = active.searches(types);
        if wanted.iter().all(|word| *word == 0) {
            runs.fill(0);
            return false;
        }
        let present = self.policy.needs.present(raw);
        let mut any = 0;
        for (word, (run, wanted)) in runs.iter_mut().zip(wanted).enumerate() {
            *run = 0;
            let mut left = *wanted;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(search) = self.policy.searches.get(word * 64 + bit) else { break };
                *run |= u64::from(present.allows(&search.need, search.need_index, raw)) << bit;
            }
            any |= *run;
        }
        any != 0
    }

    /// Searches the text of a value with the searches that `may_match` left, and masks what they find.
    fn search(&mut self, value: Value) {
        self.work.finder.begin(self.target.input(), value, &self.work.runs);
        while let Some(part) = self.work.finder.next(self.policy, self.target.input(), &self.work.runs) {
            let (span, rule, level) = (part.span, part.rule, value.level);
            self.mask(PartOf { span, rule, level, kind: Kind::Text });
        }
    }

    fn mask(&mut self, part: PartOf) {
        if let Some(earliest) = &mut self.probe {
            *earliest = part.rule.min(*earliest);
            return;
        }
        self.work.tally.count(part.rule, part.span);
        if let Some(on_finding) = &mut self.on_finding {
            let path = Path { selection: &self.work.selection, input: self.target.input() };
            on_finding(&Finding { rule: part.rule, span: part.span, level: part.level, path });
        }
        self.target.mask(self.policy, &mut self.work.edits, &part);
    }
}
