//! What happens to a value, wherever it was found.

use super::{OnFinding, Pace, Reader, Work, sweep, walk};
use crate::factor::Watch;
use crate::find::{Nested, Value};
use crate::policy::Policy;
use crate::report::{Finding, Path};
use crate::rewrite::{Kind, Mark, PartOf, Target};
use crate::scan::grammar::Containers;
use crate::scan::scalar_token::Scalar;
use crate::scan::{Scanner, first_character, is_nested};
use crate::select::ValueKind;
use crate::span::{Span, Types};
use crate::sweep::{Brackets, Candidate, Course, Refusal, Seen, Sweeper};

/// What takes part in one call, at every level.
pub(super) struct Engine<'e, 'm, 'b, 'p, 'f> {
    pub(super) policy: &'e Policy<'p>,
    pub(super) work: &'e mut Work<'m>,
    pub(super) target: &'e mut Target<'b>,
    pub(super) on_finding: Option<OnFinding<'f>>,
    /// Whether places are followed: some condition needs them, or somebody wants paths.
    pub(super) tracking: bool,
    /// While a whole value is looked into: the earliest rule that matches in it. Nothing is masked then.
    pub(super) probe: Option<u16>,
    /// A nested text was half masked when the fast way gave up: the whole text must be read again.
    pub(super) doubt: bool,
    /// Nested texts are checked before anything in them is masked.
    pub(super) careful: bool,
    /// What lies in the last value was found without knowing what its text is.
    pub(super) fenced: bool,
    /// Of a document that comes in parts.
    pub(super) pace: Option<&'e mut Pace>,
}

/// What keeps the containers around a value.
pub(super) enum Around<'c, 'm> {
    Tokens(&'c mut Containers),
    /// And whether all values are told of; and what is at hand of the value.
    Brackets(&'c mut Brackets<'m>, bool, AtHand<'c>),
}

/// What is at hand of a string value.
#[derive(Default)]
pub(super) struct AtHand<'c> {
    /// The value as it stands in its text.
    pub(super) seen: Option<Seen<'c>>,
    /// The places near which its matches lie, in the input at level 0, else in `seen`.
    pub(super) candidates: Option<&'c [Candidate]>,
    /// Its text is known to be no nested one.
    pub(super) plain: bool,
}

impl<'e, 'm, 'b, 'p> Engine<'e, 'm, 'b, 'p, '_> {
    /// That asks nothing of places, and tells nobody what it finds.
    pub(super) fn new(policy: &'e Policy<'p>, work: &'e mut Work<'m>, target: &'e mut Target<'b>) -> Self {
        Self {
            policy,
            work,
            target,
            on_finding: None,
            tracking: false,
            probe: None,
            doubt: false,
            careful: false,
            fenced: false,
            pace: None,
        }
    }
}

impl Engine<'_, '_, '_, '_, '_> {
    /// A text that is all there is of a string value.
    pub(super) fn text(&mut self, deeper: &mut [Reader], around: Around<'_, '_>, span: Span) {
        self.refresh();
        self.inside(deeper, around, Value { span, level: 0, nearly_nested: false, decoded: false });
    }

    /// A string value.
    pub(super) fn string(&mut self, deeper: &mut [Reader], around: Around<'_, '_>, span: Span, level: u8) {
        let kind = self.refresh();
        let value = Value { span, level: level + 1, nearly_nested: false, decoded: false };
        if self.work.active.exempt {
            return;
        }
        if level == 0 && self.tracking {
            self.work.by_place |= self.looks_by_place();
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
            return self.inside(deeper, around, value);
        };
        let rule = self.probe(rule, |engine| engine.inside(deeper, around, value));
        self.mask(PartOf { span, rule, level: value.level, kind: Kind::Text });
    }

    /// A number, boolean or null.
    pub(super) fn scalar(&mut self, kind: Scalar, span: Span, level: u8) {
        if kind == Scalar::Null {
            return;
        }
        let stands_for = self.refresh();
        let active = &self.work.active;
        if active.exempt {
            return;
        }
        let value = Value { span, level, nearly_nested: false, decoded: false };
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
    pub(super) fn refresh(&mut self) -> ValueKind {
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
                engine.search(value, None);
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
        self.work.finder.begin(self.target.input(), value);
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
    fn inside(&mut self, deeper: &mut [Reader], mut around: Around<'_, '_>, mut value: Value) {
        let may_match = self.may_match(value.span, Types::STRING);
        if !may_match && !self.may_match_within(value.span) {
            return;
        }
        let AtHand { mut seen, candidates, plain } = match &mut around {
            Around::Brackets(_, _, at_hand) => core::mem::take(at_hand),
            Around::Tokens(_) => AtHand::default(),
        };
        if let Some(candidates) = candidates.filter(|_| self.all_have_factors()) {
            if plain {
                return match seen.filter(|_| value.level > 1) {
                    _ if !may_match => {}
                    Some(seen) => self.search_seen(value, seen, Some(candidates)),
                    None => self.search(value, Some(candidates)),
                };
            }
            if may_match && self.find_fenced(value, candidates) {
                self.fenced = true;
                return;
            }
        }
        seen = seen.filter(|seen| !seen.text().contains(&b'\\'));
        let mut begun = false;
        if let (None, Around::Brackets(..), Some(reader)) = (&seen, &around, deeper.first_mut()) {
            seen = reader.sweeper.read(self.target.input(), value.span, value.level);
            begun = true;
        }
        let first = match &seen {
            Some(seen) => first_of(seen.text()),
            None => first_character(value.text(self.target.input())),
        };
        if let Some(first @ ('{' | '[' | '"')) = first {
            if let Some((reader, rest)) = deeper.split_first_mut()
                && self.nested(reader, rest, around, value, (first, begun))
            {
                return;
            }
            value.nearly_nested = true;
            // Looking into it has led elsewhere.
            self.refresh();
            self.may_match(value.span, Types::STRING);
            seen = None;
        }
        match seen {
            _ if !may_match => {}
            Some(seen) => self.search_seen(value, seen, None),
            None => self.search(value, None),
        }
    }

    /// A text that begins as JSON does; whether it is.
    fn nested(
        &mut self,
        reader: &mut Reader,
        deeper: &mut [Reader],
        around: Around<'_, '_>,
        value: Value,
        (first, begun): (char, bool),
    ) -> bool {
        match around {
            Around::Tokens(containers) => self.walk(&mut reader.scanner, deeper, containers, value),
            Around::Brackets(brackets, all, _) => {
                if first == '"' && begun {
                    if let Some((span, seen)) = reader.sweeper.quoted() {
                        self.enter();
                        let at_hand = AtHand { seen: Some(seen), ..AtHand::default() };
                        self.string(deeper, Around::Brackets(brackets, all, at_hand), span, value.level);
                        self.leave();
                        return true;
                    }
                } else if first != '"' {
                    let course = Course { everything: all, begun, ..course(value) };
                    match self.sweep_or_undo(&mut reader.sweeper, deeper, brackets, course) {
                        Ok(()) => return true,
                        Err(Refusal::NotJson) => return false,
                        Err(Refusal::Doubt) => {}
                    }
                }
                let mut containers = Containers::new(self.policy.limits.depth);
                containers.stand_in(brackets.depth());
                self.walk(&mut reader.scanner, deeper, &mut containers, value)
            }
        }
    }

    /// Masks the text of a value if it is one JSON object or array, read once: what was noted by the time that it shows it
    /// is not is undone. Where there is no room for what may have to be undone, such texts are checked first.
    fn sweep_or_undo(
        &mut self,
        sweeper: &mut Sweeper,
        deeper: &mut [Reader],
        brackets: &mut Brackets<'_>,
        mut course: Course,
    ) -> Result<(), Refusal> {
        if !self.careful {
            let (noted, probe) = (self.work.noted(), self.probe);
            self.work.edits.hold();
            let swept = self.sweep(sweeper, deeper, brackets, &course);
            if self.work.edits.release() && swept.is_ok() {
                return Ok(());
            }
            self.careful |= swept.is_ok();
            self.work.forget(&noted);
            self.probe = probe;
            swept?;
        }
        course.begun = false;
        self.check(sweeper, brackets, &course)?;
        self.doubt |= self.sweep(sweeper, deeper, brackets, &course).is_err();
        Ok(())
    }

    fn walk(
        &mut self,
        scanner: &mut Scanner,
        deeper: &mut [Reader],
        containers: &mut Containers,
        value: Value,
    ) -> bool {
        if !is_nested(scanner, self.target.input(), containers, value.span, value.level) {
            return false;
        }
        let depth = containers.depth();
        self.enter();
        let mut level = walk::Level { engine: self, deeper, level: value.level };
        // The text has just been found to be JSON; a scan that fails all the same leaves it half masked, never shown.
        let _ = scanner.nested(&mut level, containers, value.span, value.level);
        containers.truncate(depth);
        self.leave();
        true
    }

    /// Whether the text of a value is one JSON object or array.
    fn check(
        &mut self,
        sweeper: &mut Sweeper,
        brackets: &mut Brackets<'_>,
        course: &Course,
    ) -> Result<(), Refusal> {
        let depth = brackets.depth();
        let course = Course { everything: false, ..*course };
        let checked = sweeper.sweep(&mut sweep::Check(self.target.input()), brackets, Watch::NONE, &course);
        brackets.truncate(depth);
        checked.map(|_| ())
    }

    fn sweep(
        &mut self,
        sweeper: &mut Sweeper,
        deeper: &mut [Reader],
        brackets: &mut Brackets<'_>,
        course: &Course,
    ) -> Result<(), Refusal> {
        let depth = brackets.depth();
        self.enter();
        let policy = self.policy;
        let course = Course { tracks: self.tracking, lists: policy.allow.is_empty(), ..*course };
        let mut level = sweep::Level::new(self, deeper, course.level);
        let floor = level.floor();
        let swept = sweeper.sweep(&mut level, brackets, policy.watch(), &course);
        while self.work.selection.depth() > floor {
            self.work.selection.close();
        }
        brackets.truncate(depth);
        self.leave();
        swept.map(|_| ())
    }

    fn enter(&mut self) {
        if self.tracking {
            self.work.selection.enter_nested(&self.policy.selectors, &self.policy.pools);
        }
    }

    fn leave(&mut self) {
        if self.tracking {
            self.work.selection.leave_nested();
        }
    }

    /// Sets `runs` to the active searches that could match in these raw bytes; whether there is one. Those that have
    /// factors are looked for by these.
    fn may_match(&mut self, span: Span, types: Types) -> bool {
        let Work { active, runs, factored, .. } = &mut *self.work;
        let raw = self.target.input().get(span.start..span.end).unwrap_or(&[]);
        let wanted = active.searches(types);
        let mut present = None;
        let mut any = 0;
        for (word, ((run, wanted), factored)) in runs.iter_mut().zip(wanted).zip(factored.iter()).enumerate()
        {
            *run = wanted & factored;
            let mut left = wanted & !factored;
            while left != 0 {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                let Some(search) = self.policy.searches.get(word * 64 + bit) else { break };
                let present = present.get_or_insert_with(|| self.policy.needs.present(raw));
                *run |= u64::from(present.allows(&search.need, search.need_index, raw)) << bit;
            }
            any |= *run;
        }
        any != 0
    }

    /// Whether something else than text could match in a nested text.
    fn may_match_within(&mut self, span: Span) -> bool {
        let active = &self.work.active;
        self.policy.selectors.tracks()
            || active.whole_number.or(active.whole_boolean).is_some()
            || self.may_match(span, Types::NUMBER)
            || self.may_match(span, Types::BOOLEAN)
    }

    /// Whether something may be masked here that shows no factor.
    fn looks_by_place(&self) -> bool {
        let Work { active, factored, .. } = &*self.work;
        let without =
            |types| active.searches(types).iter().zip(factored.iter()).any(|(run, has)| run & !has != 0);
        active.whole_string.or(active.whole_number).or(active.whole_boolean).is_some()
            || [Types::STRING, Types::NUMBER, Types::BOOLEAN].into_iter().any(without)
    }

    /// Whether all searches that `may_match` left have factors.
    fn all_have_factors(&self) -> bool {
        let Work { runs, factored, .. } = &*self.work;
        runs.iter().zip(factored.iter()).all(|(run, factored)| run & !factored == 0)
    }

    /// Masks what the searches that `may_match` left find in a value near its candidates, whether its text is JSON or not; false,
    /// and nothing is masked, where that makes a difference.
    fn find_fenced(&mut self, value: Value, candidates: &[Candidate]) -> bool {
        let Work { finder, runs, active, .. } = &mut *self.work;
        let [numbers, booleans] = [Types::NUMBER, Types::BOOLEAN].map(|types| active.searches(types));
        let string =
            Nested { span: value.span, level: value.level, active: [runs, numbers, booleans], candidates };
        if !finder.find_fenced(self.policy, self.target.input(), string) {
            return false;
        }
        self.mask_found(value, None);
        true
    }

    /// Searches the text of a value with the searches that `may_match` left, near the candidates if these are known, and masks
    /// what they find.
    fn search(&mut self, value: Value, candidates: Option<&[Candidate]>) {
        self.work.finder.begin(self.target.input(), value);
        self.mask_found(value, candidates);
    }

    /// Masks what is found in the value that the finder has been turned to.
    fn mask_found(&mut self, value: Value, candidates: Option<&[Candidate]>) {
        loop {
            let Work { finder, runs, .. } = &mut *self.work;
            let Some(part) = finder.next(self.policy, self.target.input(), runs, candidates) else { break };
            let (span, rule, level) = (part.span, part.rule, value.level);
            self.mask(PartOf { span, rule, level, kind: Kind::Text });
        }
    }

    /// The same, of a value as it stands in its text: without escapes, or with candidates.
    fn search_seen(&mut self, value: Value, mut seen: Seen<'_>, candidates: Option<&[Candidate]>) {
        let read = Value { span: seen.span(), level: 1, decoded: candidates.is_none(), ..value };
        let failed = *self.work.finder.failed();
        self.work.finder.begin(seen.bytes(), read);
        loop {
            let Work { finder, runs, .. } = &mut *self.work;
            let Some(part) = finder.next(self.policy, seen.bytes(), runs, candidates) else { break };
            let span = Span::new(seen.raw(part.span.start), seen.raw(part.span.end));
            self.mask(PartOf { span, rule: part.rule, level: value.level, kind: Kind::Text });
        }
        if let (None, Some((_, place))) = (failed, self.work.finder.failed()) {
            *place = value.span.start;
        }
    }

    pub(super) fn mask(&mut self, part: PartOf) {
        if let Some(earliest) = &mut self.probe {
            *earliest = part.rule.min(*earliest);
            return;
        }
        let growth = self.work.edits.growth();
        if self.target.mask(self.policy, &mut self.work.edits, &part) {
            self.work.tally.count(part.rule, part.span);
        }
        if let Some(on_finding) = &mut self.on_finding {
            let PartOf { rule, span, level, .. } = part;
            let masked_len = span.len().saturating_add_signed(self.work.edits.growth() - growth);
            let path = Path { selection: &self.work.selection, input: self.target.input() };
            on_finding(&Finding { rule, span, masked_len, level, path });
        }
    }
}

/// What there was at some time, of what may have to be undone.
#[derive(Clone, Copy)]
pub(super) struct Noted {
    edits: Mark,
    bytes: u64,
    failed: Option<(u16, usize)>,
}

impl Work<'_> {
    pub(super) fn noted(&mut self) -> Noted {
        Noted { edits: self.edits.mark(), bytes: self.tally.bytes, failed: *self.finder.failed() }
    }

    /// Undoes what has been noted since.
    pub(super) fn forget(&mut self, noted: &Noted) {
        self.edits.undo(&noted.edits, |rule| self.tally.take_back(rule));
        self.tally.bytes = noted.bytes;
        *self.finder.failed() = noted.failed;
    }
}

/// Over the text of a value.
fn course(value: Value) -> Course {
    let Value { span, level, .. } = value;
    Course {
        span,
        level,
        sequence: false,
        everything: false,
        tracks: false,
        lists: false,
        lists_nested: false,
        begun: false,
        trusted: false,
    }
}

/// The first character of a text that is not JSON white space, if it is ASCII.
fn first_of(text: &[u8]) -> Option<char> {
    let first = text.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    first.filter(|byte| byte.is_ascii()).map(|byte| char::from(*byte))
}
