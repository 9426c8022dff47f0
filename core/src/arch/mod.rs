//! Leaves that classify blocks of bytes, one file a CPU feature.
//!
//! The scalar one is the oracle of the others. A leaf answers only which bytes belong to which class; carries
//! and boundaries belong to `scan`. A value of a leaf's type proves that the CPU has what it needs, so the
//! choice is made once a call, never once a block.

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub mod avx2;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub mod avx512;
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_endian = "little", target_feature = "neon")
))]
mod groups;
#[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
pub mod neon;
pub mod scalar;
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_endian = "little", target_feature = "neon")
))]
mod squeeze;

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

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
    /// What may follow a backslash and completes an escape: `" \ / b f n r t`.
    pub simple_escape: u64,
    /// `u`
    pub letter_u: u64,
}

impl Masks {
    /// No byte.
    pub const NONE: Self =
        Self { quote: 0, backslash: 0, operator: 0, white: 0, control: 0, simple_escape: 0, letter_u: 0 };
}

/// A block, and one before and behind it.
pub const WINDOW: usize = 3 * BLOCK;

/// Bytes that tell a factor: the one before it, and its first four.
pub const LANES: usize = 5;

/// Of eight groups of factors, a bit each, those that may have a byte at a lane: exactly, and by each half of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct GroupSet {
    /// By the lower four bits.
    pub low: [[u8; 16]; LANES],
    /// By the upper four bits.
    pub high: [[u8; 16]; LANES],
    /// Exactly, by ASCII and other bytes; but that a letter may also be the end of an escape shows in the byte before it.
    pub exact: [[[u8; 128]; 2]; LANES],
    /// What they are groups of.
    pub finds: Finds,
}

/// What a [`GroupSet`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(u8)]
pub enum Finds {
    /// Factors.
    Factors,
    /// Factors that stand behind no letter, digit or `_`, unless it is the end of an escape.
    BehindNoWord,
    /// Escapes of four digits.
    Escapes,
}

impl Finds {
    /// How many kinds there are.
    pub const KINDS: usize = 3;
}

impl GroupSet {
    /// No group.
    pub const NONE: Self = Self {
        low: [[0; 16]; LANES],
        high: [[0; 16]; LANES],
        exact: [[[0; 128]; 2]; LANES],
        finds: Finds::Factors,
    };
}

/// What one CPU can do with a block at a time. A value of a type that has it proves that the CPU can.
pub trait Isa: Copy {
    /// A block, loaded.
    type Block: Copy;
    /// Loads a block.
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block;
    /// Where `byte` stands.
    fn equal(self, block: Self::Block, byte: u8) -> u64;
    /// Where a byte below `byte` stands.
    fn below(self, block: Self::Block, byte: u8) -> u64;
    /// Bit `BIT` of each byte.
    fn bit<const BIT: u32>(self, block: Self::Block) -> u64;
    /// The block with bit 5 of each byte set: `[` becomes `{`, `]` becomes `}`.
    fn folded(self, block: Self::Block) -> Self::Block;
    /// Bit `i` of the result is the parity of bits `0..=i`.
    fn prefix_xor(self, bits: u64) -> u64;
    /// Where the second character of a short escape may stand: `" \\ / b f n r t`.
    fn short_escapes(self, block: Self::Block) -> u64;
    /// Where in the middle of `window` something of any set may begin, by what the set [`Finds`]. At the bits of `behind_escape`,
    /// anything may stand in front. By halves of bytes, which is more than there is, or exactly.
    fn places(self, sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS];
    /// Moves the bytes at the bits of `keep` together. What comes behind them in `out` means nothing.
    fn squeeze(self, bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]);
    /// The lowest bits, moved apart: to where the bits of `to` are.
    fn deposit(self, bits: u64, to: u64) -> u64;
}

/// Something to do with the instructions of a path. `run` is compiled once for each of them, with all that is inlined
/// into it.
pub trait Work {
    /// What comes of it.
    type Result;
    /// Does it. Mark it `#[inline(always)]`.
    fn run(self, isa: impl Isa) -> Self::Result;
}

/// A way to classify blocks.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Path {
    /// Plain Rust.
    Scalar(scalar::Scalar),
    /// AVX2.
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx2(avx2::Avx2),
    /// AVX-512 with BW, VBMI and VBMI2.
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx512(avx512::Avx512),
    /// NEON.
    #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
    Neon(neon::Neon),
}

impl Path {
    /// Plain Rust, which runs on every CPU.
    pub const PLAIN: Self = Self::Scalar(scalar::Scalar);

    /// The fastest that this CPU has.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().into_iter().flatten().last().unwrap_or(Self::Scalar(scalar::Scalar))
    }

    /// Every one that this CPU has, the slowest first.
    #[must_use]
    pub fn available() -> [Option<Self>; 3] {
        let scalar = Some(Self::Scalar(scalar::Scalar));
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        {
            [scalar, avx2::Avx2::detect().map(Self::Avx2), avx512::Avx512::detect().map(Self::Avx512)]
        }
        #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
        {
            [scalar, neon::Neon::detect().map(Self::Neon), None]
        }
        #[cfg(not(any(
            all(target_arch = "x86_64", target_feature = "sse2"),
            all(target_arch = "aarch64", target_endian = "little", target_feature = "neon")
        )))]
        {
            [scalar, None, None]
        }
    }

    /// What to call it in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar(_) => "scalar",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx2(_) => "avx2",
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512(_) => "avx512",
            #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
            Self::Neon(_) => "neon",
        }
    }

    /// Classifies as many whole blocks as both slices hold.
    #[inline]
    pub fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        match self {
            Self::Scalar(path) => path.classify(blocks, masks),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx2(path) => path.classify(blocks, masks),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512(path) => path.classify(blocks, masks),
            #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
            Self::Neon(path) => path.classify(blocks, masks),
        }
    }

    /// Does `work`.
    #[inline]
    pub fn run<W: Work>(self, work: W) -> W::Result {
        match self {
            Self::Scalar(isa) => work.run(isa),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx2(isa) => isa.with(work),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Self::Avx512(isa) => isa.with(work),
            #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
            Self::Neon(isa) => isa.with(work),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn every_path_classifies_as_the_scalar_one() {
        let mut seed = 1u64;
        let mut blocks = [[0; BLOCK]; 300];
        for (i, byte) in blocks.as_flattened_mut().iter_mut().enumerate() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = if i < 512 { i as u8 } else { (seed >> 56) as u8 };
        }
        let mut wanted = [Masks::default(); 300];
        scalar::Scalar.classify(&blocks, &mut wanted);
        for path in Path::available() {
            let Some(path) = path else {
                std::println!("SKIP: this CPU lacks a vector extension");
                continue;
            };
            let mut masks = [Masks::default(); 300];
            path.classify(&blocks, &mut masks);
            assert!(masks == wanted, "{}", path.name());
        }
    }

    #[cfg(all(target_arch = "aarch64", target_endian = "little", target_feature = "neon"))]
    #[test]
    fn neon_is_among_the_paths() {
        assert_eq!(Path::detect().name(), "neon");
    }

    /// All that an ISA says of random blocks, the same for every ISA.
    struct Answers<'a>(&'a [u8]);

    impl Work for Answers<'_> {
        type Result = std::vec::Vec<u64>;

        #[inline(always)]
        fn run(self, isa: impl Isa) -> Self::Result {
            let mut all = std::vec::Vec::new();
            for bytes in self.0.as_chunks().0 {
                let block = isa.load(bytes);
                for byte in 0..=u8::MAX {
                    all.push(isa.equal(block, byte));
                    all.push(isa.below(block, byte));
                    all.push(isa.equal(isa.folded(block), byte));
                }
                all.extend([
                    isa.bit::<0>(block),
                    isa.bit::<1>(block),
                    isa.bit::<5>(block),
                    isa.bit::<6>(block),
                ]);
                all.push(isa.prefix_xor(isa.bit::<3>(block)));
                all.push(isa.short_escapes(block));
                let (keep, mut out) = (isa.bit::<2>(block), [0; BLOCK]);
                isa.squeeze(bytes, keep, &mut out);
                let kept = out.iter().take(keep.count_ones() as usize);
                all.extend(kept.map(|byte| u64::from(*byte)));
                all.push(isa.deposit(isa.bit::<4>(block), keep));
            }
            all
        }
    }

    #[test]
    fn every_path_answers_as_the_scalar_one() {
        let mut seed = 7u64;
        let mut next = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 56) as u8
        };
        let mut text = [0; 40 * BLOCK];
        text.fill_with(&mut next);
        let answers = |path: Path| path.run(Answers(&text));
        let wanted = answers(Path::Scalar(scalar::Scalar));
        for path in Path::available().into_iter().flatten() {
            assert!(answers(path) == wanted, "{}", path.name());
        }
    }
}
