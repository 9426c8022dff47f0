//! The fast way: places are caught up with when there is a value to look at.

use super::Reader;
use super::engine::{Around, Engine};
use crate::scan::scalar_token::Scalar;
use crate::select::Selection;
use crate::span::Span;
use crate::sweep::{At, Seen, Then, Visitor};
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
}

impl<'l, 'e, 'm, 'b, 'p, 'f> Level<'l, 'e, 'm, 'b, 'p, 'f> {
    pub(super) fn new(
        engine: &'l mut Engine<'e, 'm, 'b, 'p, 'f>,
        deeper: &'l mut [Reader],
        level: u8,
    ) -> Self {
        let floor = if level == 0 { 0 } else { engine.work.selection.depth() };
        Self { engine, deeper, level, floor, known: 0 }
    }

    pub(super) fn floor(&self) -> usize {
        self.floor
    }

    /// Leads the selection to a value; false where that takes more than the containers around it.
    fn catch_up(&mut self, at: &At<'_, '_>) -> bool {
        if !self.engine.tracking {
            return true;
        }
        let (policy, input, level) = (self.engine.policy, self.engine.target.input(), self.level);
        let (selectors, pools) = (&policy.selectors, &policy.pools);
        let selection = &mut self.engine.work.selection;
        let kept = self.known.min(at.lowest);
        while selection.depth() > self.floor + kept {
            selection.close();
        }
        if kept == 0 && level == 0 {
            selection.reset(selectors, pools);
        }
        let open = at.brackets.open().get(at.base..).unwrap_or(&[]);
        for (i, bracket) in open.iter().enumerate().skip(kept) {
            match i.checked_sub(1).and_then(|outer| open.get(outer)) {
                Some(outer) if outer.object => {
                    if looks_back(selection, input, outer.at, bracket.key) {
                        return false;
                    }
                    selection.key(selectors, pools, input, bracket.key, level);
                }
                Some(_) => selection.element(selectors, pools),
                None => {}
            }
            selection.open(selectors, pools, input, bracket.at, bracket.object);
        }
        self.known = open.len();
        match open.last() {
            Some(last) if last.object => {
                if looks_back(selection, input, last.at, at.key) {
                    return false;
                }
                selection.key(selectors, pools, input, at.key, level);
            }
            _ => selection.element(selectors, pools),
        }
        true
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
        self.engine.string(self.deeper, Around::Brackets(at.brackets, at.all, seen), span, self.level);
        if self.engine.doubt { Then::Doubt } else { then }
    }

    fn scalar(&mut self, at: At<'_, '_>, kind: Scalar, span: Span) {
        self.engine.doubt |= !self.catch_up(&at);
        self.engine.scalar(kind, span, self.level);
    }
}
