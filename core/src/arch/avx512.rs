//! AVX-512 BW: one register a block, and every comparison is a mask already.
#![allow(unsafe_code)]

use super::{BLOCK, Masks};
use core::arch::x86_64::{
    __m512i, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_or_si512,
    _mm512_set1_epi8,
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
