//! AVX-512 with BW, VBMI and VBMI2 (Ice Lake, Zen 4 and later): one register a block, every comparison is a mask already, and
//! a look-up sees seven bits of a byte at once.
#![allow(unsafe_code)]

use super::avx2::{Avx2, prefix_xor};
use super::groups::SHORT_ESCAPES;
use super::{BLOCK, Finds, GroupSet, Isa, LANES, Masks, WINDOW, Work};
use core::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_cmpeq_epi8_mask,
    _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_mask_mov_epi8, _mm512_maskz_compress_epi8,
    _mm512_or_si512, _mm512_permutex2var_epi8, _mm512_set1_epi8, _mm512_shuffle_epi8, _mm512_srli_epi16,
    _mm512_storeu_si512, _mm512_test_epi8_mask,
};

cpufeatures::new!(
    has_avx512,
    "avx512f",
    "avx512bw",
    "avx512vbmi",
    "avx512vbmi2",
    "avx2",
    "bmi1",
    "bmi2",
    "popcnt",
    "pclmulqdq"
);

/// Proof that the CPU has AVX-512 F, BW, VBMI and VBMI2.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(Avx2);

impl Avx512 {
    /// The proof, if the CPU has it.
    #[must_use]
    pub fn detect() -> Option<Self> {
        Avx2::detect().filter(|_| has_avx512::get()).map(Self)
    }

    /// Classifies as many blocks as both slices hold.
    #[inline]
    pub fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { classify(blocks, masks) }
    }

    /// Does `work` with what this CPU has.
    #[inline]
    pub fn with<W: Work>(self, work: W) -> W::Result {
        #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi1,bmi2,popcnt,pclmulqdq")]
        fn run<W: Work>(work: W, isa: Avx512) -> W::Result {
            work.run(isa)
        }
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { run(work, self) }
    }
}

impl Isa for Avx512 {
    type Block = __m512i;

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { load(bytes) }
    }
    #[inline(always)]
    fn equal(self, block: Self::Block, byte: u8) -> u64 {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { equal_mask(block, byte) }
    }
    #[inline(always)]
    fn below(self, block: Self::Block, byte: u8) -> u64 {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { below_mask(block, byte) }
    }
    #[inline(always)]
    fn bit<const BIT: u32>(self, block: Self::Block) -> u64 {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { bit_mask::<BIT>(block) }
    }
    #[inline(always)]
    fn folded(self, block: Self::Block) -> Self::Block {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { folded(block) }
    }
    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { prefix_xor(bits) }
    }
    #[inline(always)]
    fn short_escapes(self, block: Self::Block) -> u64 {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { short_escapes(block) }
    }
    #[inline(always)]
    fn places(self, sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { places(sets, window, behind_escape) }
    }
    #[inline(always)]
    fn squeeze(self, bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { squeeze(bytes, keep, out) }
    }
    #[inline(always)]
    fn deposit(self, bits: u64, to: u64) -> u64 {
        self.0.deposit(bits, to)
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn classify(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
    for (block, masks) in blocks.iter().zip(masks) {
        // SAFETY: a block has 64 bytes; the load needs no alignment.
        let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
        // `[` and `{`, `]` and `}` differ in bit 5 alone.
        let folded = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
        let line = equal(bytes, b'\t') | equal(bytes, b'\n') | equal(bytes, b'\r');
        let (quote, backslash) = (equal(bytes, b'"'), equal(bytes, b'\\'));
        let letters = equal(bytes, b'b') | equal(bytes, b'f') | equal(bytes, b'n') | equal(bytes, b'r');
        *masks = Masks {
            quote,
            backslash,
            operator: equal(folded, b'{') | equal(folded, b'}') | equal(bytes, b':') | equal(bytes, b','),
            white: line | equal(bytes, b' '),
            control: _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)),
            simple_escape: quote | backslash | letters | equal(bytes, b't') | equal(bytes, b'/'),
            letter_u: equal(bytes, b'u'),
        };
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn equal(bytes: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8))
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn bit(bytes: __m512i, index: u32) -> u64 {
    _mm512_test_epi8_mask(bytes, _mm512_set1_epi8(1 << index))
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: a block has 64 bytes; the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn equal_mask(bytes: __m512i, byte: u8) -> u64 {
    equal(bytes, byte)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn below_mask(bytes: __m512i, byte: u8) -> u64 {
    _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(byte as i8))
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn bit_mask<const BIT: u32>(bytes: __m512i) -> u64 {
    bit(bytes, BIT)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn folded(bytes: __m512i) -> __m512i {
    _mm512_or_si512(bytes, _mm512_set1_epi8(0x20))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
#[inline]
fn places(sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
    const { assert!(BLOCK - 2 + LANES + BLOCK <= WINDOW, "every lane lies in the window") };
    let mut lanes = [_mm512_set1_epi8(0); LANES + 1];
    for (lane, bytes) in lanes.iter_mut().enumerate() {
        // SAFETY: `BLOCK - 2 + lane` is within the window.
        let start = unsafe { window.as_ptr().add(BLOCK - 2 + lane) };
        // SAFETY: 64 bytes from there lie in the window, as asserted; the load needs no alignment.
        *bytes = unsafe { _mm512_loadu_si512(start.cast()) };
    }
    let [before, lanes @ ..] = lanes;
    let behind_any = equal(before, b'\\') | behind_escape;
    let all_ascii = lanes.iter().fold(0, |wide, &bytes| wide | bit(bytes, 7)) == 0;
    let mut found = [0; Finds::KINDS];
    for set in sets {
        let mut groups = _mm512_set1_epi8(-1);
        for (lane, (&bytes, [ascii, wide])) in lanes.iter().zip(&set.exact).enumerate() {
            let mut here = look_up(ascii, bytes);
            if !all_ascii {
                here = _mm512_mask_mov_epi8(here, bit(bytes, 7), look_up(wide, bytes));
            }
            groups = match lane {
                0 => _mm512_mask_mov_epi8(here, behind_any, groups),
                _ => _mm512_and_si512(groups, here),
            };
        }
        found[set.finds as usize] |= _mm512_test_epi8_mask(groups, groups);
    }
    found
}

/// The entry of each byte's lower seven bits.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
#[inline]
fn look_up(entries: &[u8; 128], bytes: __m512i) -> __m512i {
    let start = entries.as_ptr();
    // SAFETY: the first 64 of 128 bytes are loaded; the load needs no alignment.
    let first = unsafe { _mm512_loadu_si512(start.cast()) };
    // SAFETY: 64 is within the 128 bytes.
    let middle = unsafe { start.add(64) };
    // SAFETY: the last 64 of 128 bytes are loaded; the load needs no alignment.
    let last = unsafe { _mm512_loadu_si512(middle.cast()) };
    _mm512_permutex2var_epi8(first, bytes, last)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
#[inline]
fn squeeze(bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
    let kept = _mm512_maskz_compress_epi8(keep, load(bytes));
    // SAFETY: a block has 64 bytes; the store needs no alignment.
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), kept) }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn short_escapes(bytes: __m512i) -> u64 {
    let by_low = _mm512_shuffle_epi8(table(&SHORT_ESCAPES.low), bytes);
    let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), _mm512_set1_epi8(15));
    _mm512_test_epi8_mask(by_low, _mm512_shuffle_epi8(table(&SHORT_ESCAPES.high), upper))
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn table(entries: &[u8; 16]) -> __m512i {
    // SAFETY: the table has the 16 bytes that are loaded; the load needs no alignment.
    let entries = unsafe { _mm_loadu_si128(entries.as_ptr().cast()) };
    _mm512_broadcast_i32x4(entries)
}
