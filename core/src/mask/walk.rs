//! Token by token: every container and name is followed.

use super::Reader;
use super::engine::{Around, Engine};
use crate::scan::Events;
use crate::scan::grammar::{Containers, Place};
use crate::scan::scalar_token::Scalar;
use crate::span::Span;

/// One level of nesting.
pub(super) struct Level<'l, 'e, 'm, 'b, 'p, 'f> {
    pub(super) engine: &'l mut Engine<'e, 'm, 'b, 'p, 'f>,
    pub(super) deeper: &'l mut [Reader],
    pub(super) level: u8,
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
        let masks_all = self.engine.masks_all();
        let Engine { policy, work, target, tracking, .. } = &mut *self.engine;
        if masks_all {
            work.selection.open_blind();
        } else if *tracking {
            work.selection.open(&policy.selectors, &policy.pools, target.input(), at, object);
        }
    }

    fn close(&mut self) {
        if self.engine.tracking {
            self.engine.work.selection.close();
            self.engine.closed();
        }
    }

    fn string(&mut self, span: Span, containers: &mut Containers) {
        if self.engine.masks_all() {
            self.engine.mask_unread(None, span);
        } else {
            self.engine.string(self.deeper, Around::Tokens(containers), span, self.level);
        }
        // One that comes again is counted then.
        if self.level == 0 && self.engine.probe.is_none() && !self.engine.work.edits.overflowed() {
            self.engine.work.tally.values += 1;
        }
    }

    fn scalar(&mut self, kind: Scalar, span: Span) {
        if self.engine.masks_all() {
            return self.engine.mask_unread(Some(kind), span);
        }
        self.engine.scalar(kind, span, self.level);
    }

    fn waits(&mut self, at: usize, object: bool, place: Place) -> bool {
        object && self.level == 0 && self.engine.waits(at, place)
    }

    fn full(&mut self, place: Place) -> bool {
        self.level == 0 && self.engine.overflows(place)
    }
}
