//! AVX-512 BW: one register a block, and every comparison is a mask already.
#![allow(unsafe_code)]

use super::{BLOCK, LANES, Masks, Nibbles, WINDOW};
use core::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_cmpeq_epi8_mask,
    _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_or_si512, _mm512_set1_epi8, _mm512_shuffle_epi8,
    _mm512_srli_epi16, _mm512_sub_epi8, _mm512_test_epi8_mask,
};

cpufeatures::new!(has_avx512, "avx512f", "avx512bw");

/// Proof that the CPU has AVX-512 F and BW.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(());

impl Avx512 {
    /// The proof, if the CPU has it.
    #[must_use]
    pub fn detect() -> Option<Self> {
        has_avx512::get().then_some(Self(()))
    }

    /// Classifies as many blocks as both slices hold.
    #[inline]
    pub fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { classify(blocks, masks) }
    }

    /// Where a factor may begin: a mask a block, for as many blocks as `text` holds with a block before and behind.
    #[inline]
    pub fn places(self, sets: &[Nibbles], text: &[u8], masks: &mut [u64]) {
        // SAFETY: a value of `Avx512` exists only where `detect` has seen the features.
        unsafe { places(sets, text, masks) }
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
            digit: _mm512_cmplt_epu8_mask(
                _mm512_sub_epi8(bytes, _mm512_set1_epi8(b'0' as i8)),
                _mm512_set1_epi8(10),
            ),
            zero: equal(bytes, b'0'),
            bit1: bit(bytes, 1),
            bit5: bit(bytes, 5),
            bit6: bit(bytes, 6),
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
fn places(sets: &[Nibbles], text: &[u8], masks: &mut [u64]) {
    let windows = text.windows(WINDOW).step_by(BLOCK).filter_map(|window| window.first_chunk());
    for (window, mask) in windows.zip(masks) {
        *mask = places_in(sets, window);
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn places_in(sets: &[Nibbles], window: &[u8; WINDOW]) -> u64 {
    const { assert!(BLOCK - 1 + LANES - 1 + BLOCK <= WINDOW, "every lane lies in the window") };
    let nibble = _mm512_set1_epi8(15);
    let mut low = [nibble; LANES];
    let mut high = [nibble; LANES];
    for lane in 0..LANES {
        // SAFETY: `BLOCK - 1 + lane` is within the window.
        let start = unsafe { window.as_ptr().add(BLOCK - 1 + lane) };
        // SAFETY: 64 bytes from there lie in the window, as asserted; the load needs no alignment.
        let bytes = unsafe { _mm512_loadu_si512(start.cast()) };
        low[lane] = _mm512_and_si512(bytes, nibble);
        high[lane] = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), nibble);
    }
    let mut any = 0;
    for set in sets {
        let mut groups = _mm512_set1_epi8(-1);
        for lane in 0..LANES {
            let by_low = _mm512_shuffle_epi8(table(&set.low[lane]), low[lane]);
            let by_high = _mm512_shuffle_epi8(table(&set.high[lane]), high[lane]);
            groups = _mm512_and_si512(groups, _mm512_and_si512(by_low, by_high));
        }
        any |= _mm512_test_epi8_mask(groups, groups);
    }
    any
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn table(entries: &[u8; 16]) -> __m512i {
    // SAFETY: the table has the 16 bytes that are loaded; the load needs no alignment.
    let entries = unsafe { _mm_loadu_si128(entries.as_ptr().cast()) };
    _mm512_broadcast_i32x4(entries)
}
