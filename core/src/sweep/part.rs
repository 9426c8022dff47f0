//! A part of a document: what a stream has of it at a time.

use super::{Brackets, Course, Refusal, Run, Sweep, Sweeper, Swept, Visitor};
use crate::factor::Watch;
use crate::scan::ends_scalar;
use crate::scan::grammar::{Containers, Expect};
use crate::span::Span;

/// A part of a document: where it begins, in front of a token, and behind a sweep where that stopped.
pub struct Part<'c> {
    /// The containers that are open.
    pub containers: &'c mut Containers,
    /// What may come next.
    pub expect: Expect,
    /// Raw offset of what comes next.
    pub at: usize,
    /// Whether the document ends with it.
    pub last: bool,
    /// All values are told of until, behind one of them, only so many containers are open.
    pub all_until: Option<usize>,
    /// The fewest containers that were open.
    pub least: usize,
    /// The fewest since the last value that was told of.
    pub lowest: usize,
    /// Behind a name: that name.
    pub key: Span,
}

impl Sweeper {
    /// Sweeps a part of a document, up to its last token that is whole; then `part` and `brackets` stand there.
    ///
    /// Time is linear in the course, which is of level 0.
    ///
    /// # Errors
    /// [`Refusal`]; some values have been told of by then. A number or word that may be cut off is a doubt.
    pub fn sweep_part<V: Visitor>(
        &mut self,
        visitor: &mut V,
        brackets: &mut Brackets<'_>,
        watch: Watch<'_>,
        course: &Course,
        part: &mut Part<'_>,
    ) -> Result<Swept, Refusal> {
        self.window.start(course.span, 0);
        let path = self.path;
        path.run(Sweep::<_, true>::new(visitor, brackets, watch, course, self, Some(part)))
    }
}

impl<V: Visitor, const WATCHES: bool> Run<'_, '_, V, WATCHES> {
    /// Stops in front of what is cut off.
    pub(super) fn stop_part(self, part: &mut Part<'_>) -> Result<Swept, Refusal> {
        let (mut swept, kinds, in_string) = (self.swept, self.kinds, self.carry.in_string());
        let input = self.visitor.input();
        if !in_string && input.last().is_some_and(|byte| !ends_scalar(*byte)) {
            return Err(Refusal::Doubt);
        }
        part.expect = self.carry.expect(kinds.is_object());
        part.at = if in_string { self.string.start - 1 } else { input.len() };
        part.key = self.last;
        (part.least, part.lowest) = (self.least.min(self.lowest), self.lowest);
        // A string that is cut off, or a name without its colon.
        swept.values -= u64::from(in_string || part.expect == Expect::Colon);
        self.brackets.hand_over(kinds, part.containers);
        match self.brackets.go_to(kinds.depth) {
            true => Ok(swept),
            false => Err(Refusal::NotJson),
        }
    }
}
