//! Could anything match here? Never a false negative.
//!
//! A rule's need is a set of characters of which every match holds some. A raw byte shows an ASCII character unless
//! an escape hides it, and only `\u` hides one that a need may name (`policy` drops needs that name a character
//! with a short escape of its own), so a value without `\u` that lacks the bytes cannot match.

use zerocopy::little_endian::U128;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// What every match of a search must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Need {
    /// The ASCII characters that count, bit `n` for character `n`.
    pub ascii: U128,
    /// Whether every character beyond ASCII counts too.
    pub wide: bool,
    /// How many of them every match holds at least; 0 for a need that says nothing.
    pub at_least: u8,
}

impl Need {
    /// The need that every text meets.
    pub const NOTHING: Self = Self { ascii: U128::ZERO, wide: true, at_least: 0 };

    /// So many of these characters.
    #[must_use]
    pub const fn new(ascii: u128, wide: bool, at_least: u8) -> Self {
        Self { ascii: U128::new(ascii), wide, at_least }
    }

    /// Whether a byte may be (part of) a character that counts.
    #[inline]
    #[must_use]
    pub fn counts(&self, byte: u8) -> bool {
        if byte < 0x80 { self.ascii.get() >> byte & 1 == 1 } else { self.wide }
    }

    /// Whether `raw` may hold a match. Linear in `raw`.
    #[must_use]
    pub fn met_by(&self, raw: &[u8]) -> bool {
        let mut missing = self.at_least;
        missing == 0
            || raw.iter().any(|&byte| {
                missing -= u8::from(self.counts(byte));
                missing == 0
            })
    }
}

/// The needs of a policy that fit into one bit set, and the bits that each byte sets.
#[derive(Clone, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Needs {
    bits: [u64; 256],
}

impl Needs {
    /// How many different needs get a bit; further ones count as always met.
    pub const MAX: usize = 62;
    const BACKSLASH: u64 = 1 << 62;
    const LETTER_U: u64 = 1 << 63;

    /// Bit `i` for `needs[i]`, as far as they fit.
    #[must_use]
    pub fn new(needs: &[Need]) -> Self {
        let mut bits = [0; 256];
        for (byte, bits) in (0..=u8::MAX).zip(&mut bits) {
            for (i, need) in needs.iter().take(Self::MAX).enumerate() {
                *bits |= u64::from(need.counts(byte)) << i;
            }
        }
        bits[b'\\' as usize] |= Self::BACKSLASH;
        bits[b'u' as usize] |= Self::LETTER_U;
        Self { bits }
    }

    /// What `raw` holds. Linear.
    #[inline]
    #[must_use]
    pub fn present(&self, raw: &[u8]) -> Present {
        let bits = raw.iter().fold(0, |bits, &byte| bits | self.bits[byte as usize]);
        let escapes = Self::BACKSLASH | Self::LETTER_U;
        let hidden = bits & escapes == escapes && raw.windows(2).any(|pair| pair == b"\\u");
        Present { bits: if hidden { u64::MAX } else { bits }, hidden }
    }
}

/// Which needs a value may meet.
#[derive(Clone, Copy, Debug)]
pub struct Present {
    bits: u64,
    hidden: bool,
}

impl Present {
    /// Whether a search with this need, number `index`, can match in `raw`.
    #[inline]
    #[must_use]
    pub fn allows(self, need: &Need, index: u8, raw: &[u8]) -> bool {
        if self.hidden || need.at_least == 0 {
            return true;
        }
        if usize::from(index) < Needs::MAX && self.bits >> index & 1 == 0 {
            return false;
        }
        need.at_least == 1 || need.met_by(raw)
    }
}
