//! AVX2: two registers a block.
#![allow(unsafe_code)]

use super::{BLOCK, Masks};
use core::arch::x86_64::{
    __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_setr_epi8, _mm256_shuffle_epi8,
};

cpufeatures::new!(has_avx2, "avx2");

/// Proof that the CPU has AVX2.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(());

impl Avx2 {
    /// The proof, if the CPU has it.
    #[must_use]
    pub fn detect() -> Option<Self> {
        has_avx2::get().then_some(Self(()))
    }

    /// Classifies as many blocks as both slices hold.
    #[inline]
    pub fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the feature.
        unsafe { classify(blocks, masks) }
    }
}

#[target_feature(enable = "avx2")]
fn classify(blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
    for (block, masks) in blocks.iter().zip(masks) {
        let (low, high) = halves(block);
        let (low, high) = (half(low), half(high));
        *masks = Masks {
            quote: join(low.quote, high.quote),
            backslash: join(low.backslash, high.backslash),
            operator: join(low.operator, high.operator),
            white: join(low.white, high.white),
            control: join(low.control, high.control),
            simple_escape: join(low.simple_escape, high.simple_escape),
            letter_u: join(low.letter_u, high.letter_u),
        };
    }
}

struct Half {
    quote: u32,
    backslash: u32,
    operator: u32,
    white: u32,
    control: u32,
    simple_escape: u32,
    letter_u: u32,
}

fn join(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

#[target_feature(enable = "avx2")]
#[inline]
fn halves(block: &[u8; BLOCK]) -> (__m256i, __m256i) {
    let start = block.as_ptr();
    // SAFETY: bytes 0..32 lie in the block's 64; the load needs no alignment.
    let low = unsafe { _mm256_loadu_si256(start.cast()) };
    // SAFETY: 32 is within the block's 64 bytes.
    let middle = unsafe { start.add(32) };
    // SAFETY: bytes 32..64 lie in the block's 64; the load needs no alignment.
    let high = unsafe { _mm256_loadu_si256(middle.cast()) };
    (low, high)
}

#[target_feature(enable = "avx2")]
#[inline]
fn half(bytes: __m256i) -> Half {
    // White space by its low nibble: the table holds the one white character that ends in it, or one that doesn't.
    let white = _mm256_setr_epi8(
        32, 100, 100, 100, 17, 100, 113, 2, 100, 9, 10, 112, 100, 13, 100, 100, 32, 100, 100, 100, 17, 100,
        113, 2, 100, 9, 10, 112, 100, 13, 100, 100,
    );
    // `[` and `{`, `]` and `}` differ in bit 5 alone.
    let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
    let brackets = _mm256_or_si256(equal(folded, b'{'), equal(folded, b'}'));
    let marks = _mm256_or_si256(equal(bytes, b':'), equal(bytes, b','));
    let capped = _mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f));
    let letters = _mm256_or_si256(
        _mm256_or_si256(equal(bytes, b'b'), equal(bytes, b'f')),
        _mm256_or_si256(equal(bytes, b'n'), _mm256_or_si256(equal(bytes, b'r'), equal(bytes, b't'))),
    );
    let (quote, backslash) = (equal(bytes, b'"'), equal(bytes, b'\\'));
    let punctuation = _mm256_or_si256(_mm256_or_si256(quote, backslash), equal(bytes, b'/'));
    Half {
        quote: bits(quote),
        backslash: bits(backslash),
        operator: bits(_mm256_or_si256(brackets, marks)),
        white: bits(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(white, bytes), bytes)),
        control: bits(_mm256_cmpeq_epi8(capped, bytes)),
        simple_escape: bits(_mm256_or_si256(letters, punctuation)),
        letter_u: bits(equal(bytes, b'u')),
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn equal(bytes: __m256i, byte: u8) -> __m256i {
    _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8))
}

#[target_feature(enable = "avx2")]
#[inline]
fn bits(lanes: __m256i) -> u32 {
    _mm256_movemask_epi8(lanes) as u32
}
