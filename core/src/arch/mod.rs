//! Leaves that classify a block of bytes, one file a CPU feature.
//!
//! The scalar one is the oracle of the others. A leaf answers only which bytes belong to which class; carries
//! and boundaries belong to `scan`.

pub mod scalar;

/// Bytes in a block.
pub const BLOCK: usize = 64;

/// Bit masks over a block, bit `i` for byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// `"`
    pub quote: u64,
    /// `\`
    pub backslash: u64,
    /// `{ } [ ] : ,`
    pub operator: u64,
    /// Space, tab, line feed, carriage return.
    pub white: u64,
    /// Below 0x20.
    pub control: u64,
}

/// A way to classify blocks.
pub trait Classify: Copy {
    /// The masks of one block.
    fn classify(self, block: &[u8; BLOCK]) -> Masks;
}
