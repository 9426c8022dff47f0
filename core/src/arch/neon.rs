//! NEON: four registers a block, and no instruction that makes a mask of them.
#![allow(unsafe_code)]

use super::{BLOCK, Isa, LANES, Masks, Nibbles, WINDOW, Work};
use core::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcltq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vorrq_u8, vpaddq_u8,
    vqtbl1q_u8, vreinterpretq_u64_u8, vshrq_n_u8, vtstq_u8,
};

/// Proof that the CPU has NEON.
#[derive(Clone, Copy, Debug)]
pub struct Neon(());

impl Neon {
    /// The proof: this file is compiled only where every CPU has it.
    #[must_use]
    pub const fn detect() -> Option<Self> {
        Some(Self(()))
    }

    /// Classifies as many blocks as both slices hold.
    #[inline]
    pub fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        // SAFETY: every CPU of this target has NEON.
        unsafe { classify(blocks, masks) }
    }

    /// Does `work` with what this CPU has.
    #[inline]
    pub fn with<W: Work>(self, work: W) -> W::Result {
        work.run(self)
    }
}

impl Isa for Neon {
    type Block = [uint8x16_t; 4];

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block {
        // SAFETY: every CPU of this target has NEON.
        unsafe { load(bytes) }
    }
    #[inline(always)]
    fn equal(self, block: Self::Block, byte: u8) -> u64 {
        // SAFETY: every CPU of this target has NEON.
        unsafe { equal_mask(block, byte) }
    }
    #[inline(always)]
    fn below(self, block: Self::Block, byte: u8) -> u64 {
        // SAFETY: every CPU of this target has NEON.
        unsafe { below_mask(block, byte) }
    }
    #[inline(always)]
    fn bit<const BIT: u32>(self, block: Self::Block) -> u64 {
        // SAFETY: every CPU of this target has NEON.
        unsafe { any_mask(block, 1 << BIT) }
    }
    #[inline(always)]
    fn folded(self, block: Self::Block) -> Self::Block {
        // SAFETY: every CPU of this target has NEON.
        unsafe { folded(block) }
    }
    #[cfg(target_feature = "aes")]
    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: every CPU of this target has NEON and what comes with AES.
        unsafe { prefix_xor(bits) }
    }
    #[cfg(not(target_feature = "aes"))]
    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        super::scalar::Scalar.prefix_xor(bits)
    }
    #[inline(always)]
    fn places(self, sets: &[Nibbles], window: &[u8; WINDOW]) -> u64 {
        // SAFETY: every CPU of this target has NEON.
        unsafe { places(sets, window) }
    }
}

/// Groups of bytes, a bit each, by the halves of a byte.
struct Groups {
    low: [u8; 16],
    high: [u8; 16],
}

impl Groups {
    /// Each group has to hold every byte whose lower half is one of its lower halves, and its upper half one of its
    /// upper halves.
    const fn new(groups: &[&[u8]]) -> Self {
        assert!(groups.len() <= 8, "a bit for each group");
        let mut tables = Self { low: [0; 16], high: [0; 16] };
        let mut i = 0;
        while i < groups.len() {
            let mut j = 0;
            while j < groups[i].len() {
                let byte = groups[i][j];
                tables.low[(byte & 15) as usize] |= 1 << i;
                tables.high[(byte >> 4) as usize] |= 1 << i;
                j += 1;
            }
            i += 1;
        }
        tables
    }
}

static MARKS: Groups = Groups::new(&[b"{}[]", b":", b",", b" ", b"\t\n\r", b"\"", b"\\", b"u"]);
const OPERATOR: u8 = 0b111;
const WHITE: u8 = 0b11 << 3;
const QUOTE: u8 = 1 << 5;
const BACKSLASH: u8 = 1 << 6;
const LETTER_U: u8 = 1 << 7;

static SIMPLE_ESCAPES: Groups = Groups::new(&[b"bfn", b"rt", b"\"/", b"\\"]);

#[target_feature(enable = "neon")]
fn classify(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
    let nibble = vdupq_n_u8(15);
    let [low, high] = [sixteen(&MARKS.low), sixteen(&MARKS.high)];
    let [low_escape, high_escape] = [sixteen(&SIMPLE_ESCAPES.low), sixteen(&SIMPLE_ESCAPES.high)];
    for (block, masks) in blocks.iter().zip(masks) {
        let block = load(block);
        let by_low = block.map(|bytes| vandq_u8(bytes, nibble));
        let by_high = block.map(|bytes| vshrq_n_u8::<4>(bytes));
        let mut marks = block;
        let mut escapes = block;
        for i in 0..4 {
            marks[i] = vandq_u8(vqtbl1q_u8(low, by_low[i]), vqtbl1q_u8(high, by_high[i]));
            escapes[i] = vandq_u8(vqtbl1q_u8(low_escape, by_low[i]), vqtbl1q_u8(high_escape, by_high[i]));
        }
        *masks = Masks {
            quote: any_mask(marks, QUOTE),
            backslash: any_mask(marks, BACKSLASH),
            operator: any_mask(marks, OPERATOR),
            white: any_mask(marks, WHITE),
            control: below_mask(block, 0x20),
            simple_escape: any_mask(escapes, u8::MAX),
            letter_u: any_mask(marks, LETTER_U),
        };
    }
}

#[target_feature(enable = "neon")]
#[inline]
fn load(bytes: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    let (quarters, _) = bytes.as_chunks();
    [sixteen(&quarters[0]), sixteen(&quarters[1]), sixteen(&quarters[2]), sixteen(&quarters[3])]
}

#[target_feature(enable = "neon")]
#[inline]
fn equal_mask(block: [uint8x16_t; 4], byte: u8) -> u64 {
    let byte = vdupq_n_u8(byte);
    bits(block.map(|bytes| vceqq_u8(bytes, byte)))
}

#[target_feature(enable = "neon")]
#[inline]
fn below_mask(block: [uint8x16_t; 4], byte: u8) -> u64 {
    let byte = vdupq_n_u8(byte);
    bits(block.map(|bytes| vcltq_u8(bytes, byte)))
}

/// Where a byte has any of the bits of `wanted`.
#[target_feature(enable = "neon")]
#[inline]
fn any_mask(block: [uint8x16_t; 4], wanted: u8) -> u64 {
    let wanted = vdupq_n_u8(wanted);
    bits(block.map(|bytes| vtstq_u8(bytes, wanted)))
}

#[target_feature(enable = "neon")]
#[inline]
fn folded(block: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
    let bit = vdupq_n_u8(0x20);
    block.map(|bytes| vorrq_u8(bytes, bit))
}

#[cfg(target_feature = "aes")]
#[target_feature(enable = "neon,aes")]
#[inline]
fn prefix_xor(bits: u64) -> u64 {
    core::arch::aarch64::vmull_p64(bits, u64::MAX) as u64
}

#[target_feature(enable = "neon")]
#[inline]
fn places(sets: &[Nibbles], window: &[u8; WINDOW]) -> u64 {
    let [first, second] = places_from::<{ BLOCK - 1 }>(sets, window);
    let [third, fourth] = places_from::<{ BLOCK + 31 }>(sets, window);
    bits([first, second, third, fourth])
}

/// The places in 32 bytes; `LEFT` is the byte in front of the first. More of them at a time are more than the
/// registers hold.
#[target_feature(enable = "neon")]
#[inline]
fn places_from<const LEFT: usize>(sets: &[Nibbles], window: &[u8; WINDOW]) -> [uint8x16_t; 2] {
    const { assert!(LEFT + LANES - 1 + 32 <= WINDOW, "every lane lies in the window") };
    let nibble = vdupq_n_u8(15);
    let mut low = [[nibble; 2]; LANES];
    let mut high = [[nibble; 2]; LANES];
    for lane in 0..LANES {
        for half in 0..2 {
            // SAFETY: `LEFT + lane + 16 * half` is at most `LEFT + LANES - 1 + 16`, and within the window.
            let start = unsafe { window.as_ptr().add(LEFT + lane + 16 * half) };
            // SAFETY: 16 bytes from there lie in the window, as asserted; the load needs no alignment.
            let bytes = unsafe { vld1q_u8(start) };
            low[lane][half] = vandq_u8(bytes, nibble);
            high[lane][half] = vshrq_n_u8::<4>(bytes);
        }
    }
    let mut any = [vdupq_n_u8(0); 2];
    for set in sets {
        let mut groups = [vdupq_n_u8(u8::MAX); 2];
        for lane in 0..LANES {
            let [low_table, high_table] = [sixteen(&set.low[lane]), sixteen(&set.high[lane])];
            for half in 0..2 {
                let by_low = vqtbl1q_u8(low_table, low[lane][half]);
                let by_high = vqtbl1q_u8(high_table, high[lane][half]);
                groups[half] = vandq_u8(groups[half], vandq_u8(by_low, by_high));
            }
        }
        for half in 0..2 {
            any[half] = vorrq_u8(any[half], vtstq_u8(groups[half], groups[half]));
        }
    }
    any
}

#[target_feature(enable = "neon")]
#[inline]
fn sixteen(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: 16 bytes are there to be loaded; the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

static WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

/// A bit for each byte, which has to be all ones or all zeros: eight of them, each with a weight of its own, add up to
/// a byte of the mask.
#[target_feature(enable = "neon")]
#[inline]
fn bits(lanes: [uint8x16_t; 4]) -> u64 {
    let weights = sixteen(&WEIGHTS);
    let [first, second, third, fourth] = lanes.map(|lanes| vandq_u8(lanes, weights));
    let sums = vpaddq_u8(vpaddq_u8(first, second), vpaddq_u8(third, fourth));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
}
