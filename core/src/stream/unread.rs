//! What is larger than the window.

use super::{
    Error, InString, NotJson, Oversize, Policy, Reason, Stream, Why, diagnose_part, whole_characters,
};
use crate::scan::Cause;

impl Stream<'_> {
    /// What the window begins with does not end in it.
    pub(super) fn too_large(&mut self, policy: &Policy<'_>, cause: Cause, end: usize) -> Result<(), Error> {
        let part = self.window.get(..end).unwrap_or(&[]);
        match (self.settings.oversize, cause) {
            (Oversize::Mask, Cause::Text) => self.begin_unread(policy, end),
            (Oversize::Mask, Cause::Container) => {
                self.pace.admit();
                self.oversized += 1;
                Ok(())
            }
            _ => {
                // A fault in what there is of it comes first. The walk has not been there.
                let containers = self.masker.containers().clone();
                Err(match diagnose_part(part, self.grammar, containers, false) {
                    None => Error::Oversize { offset: self.offset(0) },
                    fault => self.refused(fault),
                })
            }
        }
    }

    /// Gives out the quote and what the string becomes.
    fn begin_unread(&mut self, policy: &Policy<'_>, end: usize) -> Result<(), Error> {
        let part = self.window.get(..end).unwrap_or(&[]);
        let mut state = InString::Text;
        for (at, byte) in part.iter().enumerate().skip(1) {
            state = match state.next(*byte) {
                Ok(next) => next.unwrap_or(state),
                Err(reason) => return Err(self.refused(Some((reason, at)))),
            };
        }
        let (grammar, pace) = (&mut self.grammar, &mut self.pace);
        if let Err(NotJson) = self.masker.unread_string(policy, part, grammar, pace) {
            return Err(self.refused(None));
        }
        self.oversized += 1;
        self.unread = Some(state);
        self.go_on(end, end);
        Ok(())
    }

    /// Passes over what the window has of the string, up to its closing quote.
    pub(super) fn read_on_unread(&mut self, mut state: InString, why: Why) -> Result<(), Error> {
        let filled = self.window.get(..self.len).unwrap_or(&[]);
        let end = if why == Why::Last { self.len } else { whole_characters(filled) };
        let part = filled.get(..end).unwrap_or(&[]);
        let valid = core::str::from_utf8(part).map_or_else(|error| error.valid_up_to(), str::len);
        for (at, byte) in part.iter().enumerate().take(valid) {
            state = match state.next(*byte) {
                Ok(Some(next)) => next,
                Ok(None) => {
                    self.pass_over(at);
                    self.unread = None;
                    self.go_on(at + 1, at + 1);
                    return Ok(());
                }
                Err(reason) => return Err(self.refused(Some((reason, at)))),
            };
        }
        if valid < end {
            return Err(self.refused(Some((Reason::Utf8, valid))));
        }
        if why == Why::Last {
            return Err(self.refused(Some((Reason::Truncated, end))));
        }
        self.unread = Some(state);
        self.pass_over(end);
        self.go_on(end, end);
        Ok(())
    }

    /// The window's bytes up to `at` are not given out.
    fn pass_over(&mut self, at: usize) {
        self.masker.count_unread(at);
        self.giving = crate::rewrite::Giving::new(at, at);
    }
}
