//! Names of members and attributes, matched by globs: one automaton over bytes reads a name once, however many globs
//! there are, and says which conditions they give.

use crate::table::{Part, Pools};
use crate::view::{Escaped, Text, chars};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// An automaton over the bytes of a name.
#[derive(Clone, Copy, Debug, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct NameTable {
    /// The class of each byte (u8 pool, 256).
    pub classes: Part,
    /// How many classes there are.
    pub columns: u32,
    /// State, then class, to state (u32 pool). States are multiples of `columns`; state 0 accepts nothing ever.
    pub transitions: Part,
    /// Where to begin.
    pub start: u32,
    /// A state's first item in `given`, by state / `columns` (u32 pool, one more than states).
    pub accepts: Part,
    /// Conditions, doubled, plus one for those of attribute names alone (u32 pool).
    pub given: Part,
}

impl NameTable {
    /// Sets the bits of the conditions that a name gives: `raw` as it is written, `name` decoded. Linear in `raw`.
    pub fn mark(&self, pools: &Pools<'_>, raw: &[u8], name: Escaped<'_>, attribute: bool, bits: &mut [u64]) {
        let classes = self.classes.of(&pools.u8s);
        let transitions = self.transitions.of(&pools.u32s);
        let next = |state: u32, byte: u8| {
            let class = classes.get(usize::from(byte)).copied().unwrap_or(0);
            transitions.get(state as usize + usize::from(class)).copied().unwrap_or(0)
        };
        let mut state = self.start;
        if raw.contains(&b'\\') {
            for ch in chars(name, name.start(), name.end()) {
                let mut utf8 = [0; 4];
                for byte in ch.encode_utf8(&mut utf8).bytes() {
                    state = next(state, byte);
                }
            }
        } else {
            for &byte in raw {
                state = next(state, byte);
                if state == 0 {
                    return;
                }
            }
        }
        self.accept(pools, state, attribute, bits);
    }

    fn accept(&self, pools: &Pools<'_>, state: u32, attribute: bool, bits: &mut [u64]) {
        let accepts = self.accepts.of(&pools.u32s);
        let index = (state / self.columns.max(1)) as usize;
        let (Some(&from), Some(&to)) = (accepts.get(index), accepts.get(index + 1)) else { return };
        let given = self.given.of(&pools.u32s).get(from as usize..to as usize).unwrap_or(&[]);
        for item in given {
            let (condition, attribute_only) = (item / 2, item % 2 == 1);
            if attribute || !attribute_only {
                set(bits, condition);
            }
        }
    }
}

/// Sets bit `condition`.
pub(super) fn set(bits: &mut [u64], condition: u32) {
    if let Some(word) = bits.get_mut(condition as usize / 64) {
        *word |= 1 << (condition % 64);
    }
}
