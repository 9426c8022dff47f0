//! The fast way: places are caught up with when there is a value to look at.

use super::Reader;
use super::engine::{Around, AtHand, Engine, Noted};
use crate::scan::grammar::{Expect, Place};
use crate::scan::scalar_token::Scalar;
use crate::select::Selection;
use crate::select::ahead::Members;
use crate::span::Span;
use crate::sweep::{At, Bracket, NAME_BEFORE, Part, Refusal, Seen, Then, Visitor};
use crate::view::Escaped;

/// Checks only.
pub(super) struct Check<'a>(pub(super) &'a [u8]);

impl Visitor for Check<'_> {
    fn input(&self) -> &[u8] {
        self.0
    }
    fn name(&mut self, _: Span) -> bool {
        false
    }
    fn string(&mut self, _: At<'_, '_>, _: Span, _: Option<Seen<'_>>) -> Then {
        Then::GoOn
    }
    fn scalar(&mut self, _: At<'_, '_>, _: Scalar, _: Span) {}
}

/// One level of nesting.
pub(super) struct Level<'l, 'e, 'm, 'b, 'p, 'f> {
    engine: &'l mut Engine<'e, 'm, 'b, 'p, 'f>,
    deeper: &'l mut [Reader],
    level: u8,
    /// What the selection holds of the texts around this one.
    floor: usize,
    /// How many of this text's containers the selection has been told of.
    known: usize,
    /// Of a part behind which more comes.
    cut: bool,
    /// Where that begins: how many containers are open, and what may come next.
    begin: (usize, Expect),
    /// What there was in front of the outermost container that must be seen whole, and may not be.
    held: Option<Held>,
}

/// What there was in front of a container.
#[derive(Clone, Copy)]
struct Held {
    /// How many were open.
    depth: usize,
    before: Noted,
}

impl<'l, 'e, 'm, 'b, 'p, 'f> Level<'l, 'e, 'm, 'b, 'p, 'f> {
    pub(super) fn new(
        engine: &'l mut Engine<'e, 'm, 'b, 'p, 'f>,
        deeper: &'l mut [Reader],
        level: u8,
    ) -> Self {
        let floor = if level == 0 { 0 } else { engine.work.selection.depth() };
        let begin = (0, Expect::Text);
        Self { engine, deeper, level, floor, known: 0, cut: false, begin, held: None }
    }

    /// In a part of a document, at whose beginning the selection stands.
    pub(super) fn within(
        engine: &'l mut Engine<'e, 'm, 'b, 'p, 'f>,
        deeper: &'l mut [Reader],
        part: &Part<'_>,
    ) -> Self {
        let known = usize::from(part.containers.depth());
        Self { known, cut: !part.last, begin: (known, part.expect), ..Self::new(engine, deeper, 0) }
    }

    pub(super) fn floor(&self) -> usize {
        self.floor
    }

    /// Leads the selection to a value; false where that takes more than the containers around it.
    fn catch_up(&mut self, at: &At<'_, '_>) -> bool {
        if !self.engine.tracking {
            return true;
        }
        let open = at.brackets.open().get(at.base..).unwrap_or(&[]);
        let kept = self.known.min(at.lowest);
        self.go_back(kept);
        for depth in kept..open.len() {
            if !self.step_in(open, depth) {
                return false;
            }
            if self.cut && self.held.is_none() && self.looks_ahead(open, depth) {
                self.held = Some(Held { depth, before: self.engine.work.noted() });
            }
            self.open(open, depth);
        }
        self.known = open.len();
        self.step_to(open, open.len(), at.key)
    }

    /// Closes all but the outermost `kept`.
    fn go_back(&mut self, kept: usize) {
        let Engine { policy, work, .. } = &mut *self.engine;
        while work.selection.depth() > self.floor + kept {
            work.selection.close();
        }
        if kept == 0 && self.level == 0 {
            work.selection.reset(&policy.selectors, &policy.pools);
        }
        self.held = self.held.filter(|held| held.depth < kept);
    }

    /// Goes to container number `depth`, which is not opened; false as [`Self::catch_up`].
    fn step_in(&mut self, open: &[Bracket], depth: usize) -> bool {
        depth == 0 || open.get(depth).is_some_and(|bracket| self.step_to(open, depth, bracket.key))
    }

    /// Goes to a value in the innermost one of `depth` containers; false as [`Self::catch_up`].
    fn step_to(&mut self, open: &[Bracket], depth: usize, key: Span) -> bool {
        let Engine { policy, work, target, .. } = &mut *self.engine;
        let (selectors, pools) = (&policy.selectors, &policy.pools);
        match depth.checked_sub(1).and_then(|outer| open.get(outer)) {
            Some(outer) if outer.object => {
                if key == NAME_BEFORE {
                    return true;
                }
                if looks_back(&work.selection, target.input(), outer.at, key) {
                    return false;
                }
                work.selection.key(selectors, pools, target.input(), key, self.level);
            }
            _ => work.selection.element(selectors, pools),
        }
        true
    }

    /// Opens container number `depth`, to which the selection has been led.
    fn open(&mut self, open: &[Bracket], depth: usize) {
        let Engine { policy, work, target, .. } = &mut *self.engine;
        if let Some(bracket) = open.get(depth) {
            let (selectors, pools) = (&policy.selectors, &policy.pools);
            work.selection.open(selectors, pools, target.input(), bracket.at, bracket.object);
        }
    }

    /// Whether container number `depth` must be seen whole.
    fn looks_ahead(&self, open: &[Bracket], depth: usize) -> bool {
        let place = match depth.checked_sub(1).and_then(|outer| open.get(outer)) {
            Some(outer) if outer.object => Place::Member,
            Some(_) => Place::Element,
            None => Place::Root,
        };
        let object = open.get(depth).is_some_and(|bracket| bracket.object);
        object && self.engine.work.selection.looks_ahead(&self.engine.policy.selectors, place)
    }

    /// Behind the sweep of a part: leads the selection to where that stopped, or in front of the outermost container that
    /// must be seen whole and is not: its number. What was noted of that one is forgotten. Fails as [`Self::catch_up`] does.
    pub(super) fn settle(&mut self, part: &Part<'_>, open: &[Bracket]) -> Result<Option<usize>, Refusal> {
        if !self.engine.tracking {
            return Ok(None);
        }
        self.go_back(self.known.min(part.lowest));
        let held = self.held;
        self.go_back(part.least);
        let mut stop = None;
        for depth in part.least..open.len() {
            if !self.step_in(open, depth) {
                return Err(Refusal::Doubt);
            }
            if self.looks_ahead(open, depth) {
                stop = Some(depth);
                break;
            }
            self.open(open, depth);
        }
        if let (Some(_), Some(held)) = (stop, held) {
            self.engine.work.forget(&held.before);
        }
        let object = open.last().is_some_and(|last| last.object);
        let named = stop.is_none() && part.expect.behind_name(object);
        if named && !self.step_to(open, open.len(), part.key) {
            return Err(Refusal::Doubt);
        }
        if part.least <= 1 {
            self.note_root(open);
        }
        Ok(stop)
    }

    /// Which members the root of a document has says what it is, and not all have been followed.
    fn note_root(&mut self, open: &[Bracket]) {
        let Engine { policy, work, target, .. } = &mut *self.engine;
        let Some(root) = open.first().filter(|root| root.object && policy.selectors.otlp) else { return };
        let input = target.input();
        let members = match (root.at < input.len(), self.begin) {
            (true, _) => Members::new(input, root.at),
            (_, (depth, expect)) => Members::rest(input, depth - 1, expect),
        };
        let end = open.get(1).map_or(input.len(), |inner| inner.at);
        for (name, value) in members {
            work.selection.root_has(input, name);
            if value >= end {
                break;
            }
        }
    }

    /// A value that is an attribute's name calls for the attribute's other values.
    fn attribute(&mut self, at: &At<'_, '_>, span: Span) -> Then {
        let policy = self.engine.policy;
        let input = self.engine.target.input();
        let selection = &mut self.engine.work.selection;
        if policy.stops.names == 0 || !selection.names_attribute(input) {
            return Then::GoOn;
        }
        let name = Escaped::new(input, span.start, span.end, self.level + 1);
        if !selection.gives(&policy.selectors, &policy.pools, name, true) {
            return Then::GoOn;
        }
        match at.brackets.open().last() {
            Some(object) if is_first(input, object.at, at.key) => Then::AllAround,
            _ => Then::Doubt,
        }
    }
}

/// Whether what a member is depends on the members before it, and there are some.
fn looks_back(selection: &Selection<'_>, input: &[u8], object: usize, key: Span) -> bool {
    selection.looks_back(input, key) && !is_first(input, object, key)
}

/// Whether a member is the first one of the object whose bracket is at `object`, in a text that is not nested.
fn is_first(input: &[u8], object: usize, key: Span) -> bool {
    let between = input.get(object + 1..key.start.saturating_sub(1)).unwrap_or(b"?");
    between.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

impl Visitor for Level<'_, '_, '_, '_, '_, '_> {
    fn input(&self) -> &[u8] {
        self.engine.target.input()
    }

    fn name(&mut self, span: Span) -> bool {
        let policy = self.engine.policy;
        if !self.engine.tracking || policy.stops.names == 0 {
            return false;
        }
        let name = Escaped::new(self.engine.target.input(), span.start, span.end, self.level + 1);
        self.engine.work.selection.gives(&policy.selectors, &policy.pools, name, false)
    }

    fn string(&mut self, at: At<'_, '_>, span: Span, seen: Option<Seen<'_>>) -> Then {
        if !self.catch_up(&at) {
            return Then::Doubt;
        }
        let then = self.attribute(&at, span);
        let at_hand = AtHand { seen, candidates: at.candidates, plain: at.plain };
        self.engine.string(self.deeper, Around::Brackets(at.brackets, at.all, at_hand), span, self.level);
        match then {
            _ if self.engine.doubt => Then::Doubt,
            Then::GoOn if core::mem::take(&mut self.engine.fenced) => Then::GoOnListing,
            then => then,
        }
    }

    fn scalar(&mut self, at: At<'_, '_>, kind: Scalar, span: Span) {
        self.engine.doubt |= !self.catch_up(&at);
        self.engine.scalar(kind, span, self.level);
    }
}
