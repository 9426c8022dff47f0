//! The containers that are open, through all levels of nesting.

use crate::scan::grammar::Containers;
use crate::span::Span;
use crate::table::Room;

/// The name of a value whose name stands before the part that is swept.
pub const NAME_BEFORE: Span = Span::new(usize::MAX, usize::MAX);

/// An open container.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bracket {
    /// Raw offset of its bracket.
    pub at: usize,
    /// Whether it is an object.
    pub object: bool,
    /// The name that it stands under, if it stands in an object.
    pub key: Span,
    /// In a part of a document: string values in front of it, modulo 2³².
    pub values: u32,
    /// The kinds of the containers before it; see [`Kinds`].
    kinds: u64,
}

/// The kinds of the containers that a text has open: the innermost 64 in a register, others in the stack.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kinds {
    /// Bit 0 is set if the innermost container is an object, and so on outwards.
    kinds: u64,
    /// How many containers are open.
    pub(super) depth: usize,
}

impl Kinds {
    const WIDTH: usize = 64;

    /// Whether the innermost container is an object.
    #[inline(always)]
    pub(super) fn is_object(self) -> bool {
        self.kinds & 1 == 1
    }

    /// Behind an opening or closing bracket, and whether that one does not fit. `depth` is beyond all bounds behind one
    /// that closes nothing. At multiples of 64 there is more to do: [`Self::turn`].
    #[inline(always)]
    pub(super) fn step(self, open: bool, object: bool) -> (Self, bool) {
        let wrong = !open && self.is_object() != object;
        let kinds = if open { self.kinds << 1 | u64::from(object) } else { self.kinds >> 1 };
        let depth = self.depth.wrapping_add(usize::from(open)).wrapping_sub(usize::from(!open));
        (Self { kinds, depth }, wrong)
    }

    /// Whether the register must be changed behind a step.
    #[inline(always)]
    pub(super) fn turns(self) -> bool {
        self.depth.is_multiple_of(Self::WIDTH)
    }

    /// Saves the register behind an opening bracket, and loads it behind a closing one.
    #[cold]
    pub(super) fn turn(self, open: bool, brackets: &mut Brackets<'_>, base: usize) -> Self {
        let Some(last) = self.depth.checked_sub(1) else { return self };
        let Some(slot) = brackets.open.get_mut(base + last) else { return self };
        if open {
            slot.kinds = self.kinds;
        }
        Self { kinds: slot.kinds, ..self }
    }
}

/// A stack with a limit.
pub struct Brackets<'m> {
    open: Room<'m, Bracket>,
    depth: usize,
}

impl<'m> Brackets<'m> {
    /// Room for as many open containers as there are brackets.
    #[must_use]
    pub fn within(open: Room<'m, Bracket>) -> Self {
        Self { open, depth: 0 }
    }
}

impl Bracket {
    /// None.
    pub(crate) const NONE: Self = Self { at: 0, object: false, key: Span::new(0, 0), values: 0, kinds: 0 };

    /// One that stands before the part that is swept, under a name that does too. No part is that long.
    const BEFORE: Self = Self { at: usize::MAX / 2, key: NAME_BEFORE, ..Self::NONE };
}

impl Brackets<'_> {
    /// Room for `limit` open containers.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(limit: u16) -> Self {
        Self::within(Room::filled(Bracket::NONE, usize::from(limit)))
    }

    /// How many are open.
    #[inline]
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The open ones, outermost first.
    #[must_use]
    pub fn open(&self) -> &[Bracket] {
        self.open.get(..self.depth).unwrap_or(&[])
    }

    /// Closes all but the outermost `depth`.
    pub fn truncate(&mut self, depth: usize) {
        self.depth = depth.min(self.depth);
    }

    /// Stands where `depth` containers are open of which nobody asks more; at most as many as there is room for.
    pub fn stand_in(&mut self, depth: usize) {
        self.depth = depth.min(self.open.len());
    }

    /// Stands where `containers` stands.
    pub(super) fn take_over(&mut self, containers: &Containers) -> Kinds {
        let mut kinds = Kinds::default();
        for object in containers.kinds() {
            if let Some(slot) = self.open.get_mut(kinds.depth) {
                *slot = Bracket { object, ..Bracket::BEFORE };
            }
            (kinds, _) = kinds.step(true, object);
            if kinds.turns() {
                kinds = kinds.turn(true, self, 0);
            }
        }
        self.depth = kinds.depth;
        kinds
    }

    /// Leads `containers` to where these kinds are open.
    pub(super) fn hand_over(&self, kinds: Kinds, containers: &mut Containers) {
        containers.truncate(0);
        for at in 0..kinds.depth {
            let full = (at / Kinds::WIDTH + 1) * Kinds::WIDTH;
            let (register, depth) = match self.open.get(full - 1) {
                Some(last) if full <= kinds.depth => (last.kinds, full),
                _ => (kinds.kinds, kinds.depth),
            };
            containers.open(register >> (depth - 1 - at) & 1 == 1);
        }
    }

    /// How many more may be opened.
    pub(super) fn room(&self) -> usize {
        self.open.len() - self.depth
    }

    /// Notes the bracket at this depth.
    #[inline]
    pub(super) fn set(&mut self, depth: usize, at: usize, object: bool, key: Span, values: u32) {
        if let Some(slot) = self.open.get_mut(depth) {
            (slot.at, slot.object, slot.key, slot.values) = (at, object, key, values);
        }
    }

    /// Goes to this depth; false if that is too deep.
    #[inline]
    pub(super) fn go_to(&mut self, depth: usize) -> bool {
        self.depth = depth;
        depth <= self.open.len()
    }
}
