//! Characters to symbols.
//!
//! An automaton does not need to tell apart characters that all of its classes treat alike. A symbol
//! stands for one such set, so that Unicode costs one small table instead of thousands of states, and
//! `\w`, `\b` and case folding need no special case in the automaton itself.

use crate::table::{Part, Pools};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Where the maps of an alphabet lie in the pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Alphabet {
    /// 128 symbols (u16 pool), one an ASCII character.
    pub ascii: Part,
    /// First characters of ranges beyond ASCII (u32 pool), ascending, the first one 0x80.
    pub wide_starts: Part,
    /// The symbol of each range (u16 pool), as long as `wide_starts`.
    pub wide_symbols: Part,
}

/// An alphabet with its maps at hand.
#[derive(Clone, Copy)]
pub struct Symbols<'a> {
    ascii: &'a [u16; 128],
    wide_starts: &'a [u32],
    wide_symbols: &'a [u16],
}

impl Alphabet {
    /// Looks the maps up.
    #[inline]
    #[must_use]
    pub fn symbols<'a>(&self, pools: &'a Pools<'_>) -> Symbols<'a> {
        Symbols {
            ascii: self.ascii.of(&pools.u16s).first_chunk().unwrap_or(&[0; 128]),
            wide_starts: self.wide_starts.of(&pools.u32s),
            wide_symbols: self.wide_symbols.of(&pools.u16s),
        }
    }
}

impl Symbols<'_> {
    /// The symbol of a character; 0 for one that the alphabet does not name.
    #[inline]
    #[must_use]
    pub fn of(&self, ch: char) -> u16 {
        let code = ch as u32;
        if ch.is_ascii() {
            return self.of_ascii(code as u8);
        }
        let range = self.wide_starts.partition_point(|&start| start <= code);
        range.checked_sub(1).and_then(|i| self.wide_symbols.get(i)).copied().unwrap_or(0)
    }

    /// The symbol of an ASCII character.
    #[inline]
    #[must_use]
    pub fn of_ascii(&self, byte: u8) -> u16 {
        self.ascii[usize::from(byte & 127)]
    }
}
