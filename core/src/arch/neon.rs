//! NEON: four registers a block, dealt out in turn: byte `4 * i + j` of a block is byte `i` of register `j`.
//!
//! There is no instruction that makes a mask of a register, but shifts make one of four registers that hold the bytes
//! that way. It also makes the next four bytes of every place a matter of naming other registers.
#![allow(unsafe_code)]

use super::groups::{Groups, SHORT_ESCAPES};
use super::{BLOCK, Finds, GroupSet, Isa, LANES, Masks, WINDOW, Work};
use core::arch::aarch64::{
    uint8x16_t, uint8x16x4_t, vandq_u8, vceqq_u8, vcltq_u8, vcombine_u8, vcreate_u8, vdupq_n_u8, vdupq_n_u16,
    vget_lane_u64, vld1q_u8, vld4q_u8, vorrq_u8, vqtbl1q_u8, vreinterpret_u64_u8, vreinterpretq_u8_u16,
    vreinterpretq_u16_u8, vshrn_n_u16, vshrq_n_u8, vsriq_n_u8, vtbl1_u8, vtstq_u8, vzip1_u8, vzip2_u8,
};
use core::arch::asm;

/// Registers that hold a block.
const REGISTERS: usize = 4;

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
    type Block = [uint8x16_t; REGISTERS];

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
    fn short_escapes(self, block: Self::Block) -> u64 {
        // SAFETY: every CPU of this target has NEON.
        unsafe { short_escapes(block) }
    }
    #[inline(always)]
    fn places(self, sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
        // SAFETY: every CPU of this target has NEON.
        unsafe { places(sets, window, behind_escape) }
    }
    #[inline(always)]
    fn squeeze(self, bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
        // SAFETY: every CPU of this target has NEON.
        unsafe { squeeze(bytes, keep, out) }
    }
    #[inline(always)]
    fn deposit(self, bits: u64, to: u64) -> u64 {
        super::scalar::Scalar.deposit(bits, to)
    }
}

#[target_feature(enable = "neon")]
#[inline]
fn squeeze(bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
    super::squeeze::squeeze(bytes, keep, out, |bytes, numbers| {
        vget_lane_u64::<0>(vreinterpret_u64_u8(vtbl1_u8(vcreate_u8(bytes), vcreate_u8(numbers))))
    });
}

static MARKS: Groups = Groups::new(&[b"{}[]", b":", b",", b" ", b"\t\n\r", b"\"", b"\\", b"u"]);
const OPERATOR: u8 = 0b111;
const WHITE: u8 = 0b11 << 3;
const QUOTE: u8 = 1 << 5;
const BACKSLASH: u8 = 1 << 6;
const LETTER_U: u8 = 1 << 7;

#[target_feature(enable = "neon")]
fn classify(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
    for (block, masks) in blocks.iter().zip(masks) {
        let block = load(block);
        let (low, high) = (block.map(|bytes| low_half(bytes)), block.map(|bytes| high_half(bytes)));
        let marks = in_groups(&MARKS, low, high);
        *masks = Masks {
            quote: any_mask(marks, QUOTE),
            backslash: any_mask(marks, BACKSLASH),
            operator: any_mask(marks, OPERATOR),
            white: any_mask(marks, WHITE),
            control: below_mask(block, 0x20),
            simple_escape: short_escapes(block),
            letter_u: any_mask(marks, LETTER_U),
        };
    }
}

#[target_feature(enable = "neon")]
#[inline]
fn short_escapes(block: [uint8x16_t; REGISTERS]) -> u64 {
    let (low, high) = (block.map(|bytes| low_half(bytes)), block.map(|bytes| high_half(bytes)));
    any_mask(in_groups(&SHORT_ESCAPES, low, high), u8::MAX)
}

#[target_feature(enable = "neon")]
#[inline]
fn in_groups(
    groups: &Groups,
    low: [uint8x16_t; REGISTERS],
    high: [uint8x16_t; REGISTERS],
) -> [uint8x16_t; REGISTERS] {
    let (by_low, by_high) = (table(&groups.low), table(&groups.high));
    let mut found = low;
    for i in 0..REGISTERS {
        found[i] = vandq_u8(vqtbl1q_u8(by_low, low[i]), vqtbl1q_u8(by_high, high[i]));
    }
    found
}

#[target_feature(enable = "neon")]
#[inline]
fn low_half(bytes: uint8x16_t) -> uint8x16_t {
    vandq_u8(bytes, vdupq_n_u8(15))
}

#[target_feature(enable = "neon")]
#[inline]
fn high_half(bytes: uint8x16_t) -> uint8x16_t {
    vshrq_n_u8::<4>(bytes)
}

#[target_feature(enable = "neon")]
#[inline]
fn load(bytes: &[u8; BLOCK]) -> [uint8x16_t; REGISTERS] {
    load_from::<0, BLOCK>(bytes)
}

#[target_feature(enable = "neon")]
#[inline]
fn load_from<const START: usize, const LEN: usize>(bytes: &[u8; LEN]) -> [uint8x16_t; REGISTERS] {
    const { assert!(START + BLOCK <= LEN, "a block lies there") };
    // SAFETY: `START` is within the bytes.
    let start = unsafe { bytes.as_ptr().add(START) };
    // SAFETY: the 64 bytes that are loaded are there, as asserted; the load needs no alignment.
    let uint8x16x4_t(first, second, third, fourth) = unsafe { vld4q_u8(start) };
    [first, second, third, fourth]
}

#[target_feature(enable = "neon")]
#[inline]
fn equal_mask(block: [uint8x16_t; REGISTERS], byte: u8) -> u64 {
    let byte = vdupq_n_u8(byte);
    mask(block.map(|bytes| vceqq_u8(bytes, byte)))
}

#[target_feature(enable = "neon")]
#[inline]
fn below_mask(block: [uint8x16_t; REGISTERS], byte: u8) -> u64 {
    let byte = vdupq_n_u8(byte);
    mask(block.map(|bytes| vcltq_u8(bytes, byte)))
}

/// Where a byte has any of the bits of `wanted`.
#[target_feature(enable = "neon")]
#[inline]
fn any_mask(block: [uint8x16_t; REGISTERS], wanted: u8) -> u64 {
    let wanted = vdupq_n_u8(wanted);
    mask(block.map(|bytes| vtstq_u8(bytes, wanted)))
}

#[target_feature(enable = "neon")]
#[inline]
fn folded(block: [uint8x16_t; REGISTERS]) -> [uint8x16_t; REGISTERS] {
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
fn places(sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
    const { assert!(LANES <= REGISTERS + 1, "eight registers hold every lane of every register") };
    let [a, b, c, d] = load_from::<{ BLOCK - 1 }, WINDOW>(window);
    let [e, f, g, h] = load_from::<{ BLOCK - 1 + REGISTERS }, WINDOW>(window);
    // Lane `lane` of register `i` is the one with number `lane + i`.
    let bytes = [a, b, c, d, e, f, g, h];
    let (low, high) = (bytes.map(|bytes| low_half(bytes)), bytes.map(|bytes| high_half(bytes)));
    let behind_escape = spread(behind_escape);
    let mut found = [0; Finds::KINDS];
    for set in sets {
        let mut groups = [vdupq_n_u8(u8::MAX); REGISTERS];
        for lane in 0..LANES {
            let (by_low, by_high) = (table(&set.low[lane]), table(&set.high[lane]));
            for (i, groups) in groups.iter_mut().enumerate() {
                let both = vandq_u8(vqtbl1q_u8(by_low, low[lane + i]), vqtbl1q_u8(by_high, high[lane + i]));
                *groups = match lane {
                    0 => vorrq_u8(both, behind_escape[i]),
                    _ => vandq_u8(*groups, both),
                };
            }
        }
        found[set.finds as usize] |= mask(groups.map(|groups| vtstq_u8(groups, groups)));
    }
    found
}

#[target_feature(enable = "neon")]
#[inline]
fn table(entries: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the table has the 16 bytes that are loaded; the load needs no alignment.
    unsafe { vld1q_u8(entries.as_ptr()) }
}

/// A byte of ones for each bit.
#[target_feature(enable = "neon")]
#[inline]
fn spread(bits: u64) -> [uint8x16_t; REGISTERS] {
    let bytes = vcreate_u8(bits);
    // Byte `i` of register `j` belongs to bit `j` of the lower or upper half of byte `i / 2`.
    let twice = vcombine_u8(vzip1_u8(bytes, bytes), vzip2_u8(bytes, bytes));
    [0x1001, 0x2002, 0x4004, 0x8008].map(|bits| vtstq_u8(twice, vreinterpretq_u8_u16(vdupq_n_u16(bits))))
}

/// The topmost bit of each byte. With bit weights and `vpaddq_u8` it would be more instructions, even more so once LLVM
/// has found out that no two weights carry.
#[target_feature(enable = "neon")]
#[inline]
fn mask([first, second, third, fourth]: [uint8x16_t; REGISTERS]) -> u64 {
    let (lower, upper) = (behind_first_bit(second, first), behind_first_bit(fourth, third));
    // The upper half of a byte now has the bits of its four registers; then the lower half has them, too.
    let half = vsriq_n_u8::<2>(upper, lower);
    let twice = vsriq_n_u8::<4>(half, half);
    // The upper half of one byte and the lower half of the next.
    let halves = vshrn_n_u16::<4>(vreinterpretq_u16_u8(twice));
    vget_lane_u64::<0>(vreinterpret_u64_u8(halves))
}

/// `vsriq_n_u8::<1>`, hidden from LLVM: that one it takes apart where it knows that bytes are all ones or all zeros, and
/// a mask then takes nine instructions instead of five.
#[target_feature(enable = "neon")]
#[inline]
fn behind_first_bit(mut bytes: uint8x16_t, inserted: uint8x16_t) -> uint8x16_t {
    // SAFETY: it changes nothing but the register of `bytes`.
    unsafe {
        asm!(
            "sri {bytes:v}.16b, {inserted:v}.16b, #1",
            bytes = inout(vreg) bytes,
            inserted = in(vreg) inserted,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    bytes
}
