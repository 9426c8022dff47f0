//! AVX2: two registers a block.
#![allow(unsafe_code)]

use super::{BLOCK, LANES, Masks, Nibbles, WINDOW};
use core::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_srli_epi16,
    _mm256_sub_epi8,
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

    /// Where a factor may begin: a mask a block, for as many blocks as `text` holds with a block before and behind.
    #[inline]
    pub fn places(self, sets: &[Nibbles], text: &[u8], masks: &mut [u64]) {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the feature.
        unsafe { places(sets, text, masks) }
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
            digit: join(low.digit, high.digit),
            zero: join(low.zero, high.zero),
            bit1: join(low.bit1, high.bit1),
            bit5: join(low.bit5, high.bit5),
            bit6: join(low.bit6, high.bit6),
        };
    }
}

#[target_feature(enable = "avx2")]
fn places(sets: &[Nibbles], text: &[u8], masks: &mut [u64]) {
    let windows = text.windows(WINDOW).step_by(BLOCK).filter_map(|window| window.first_chunk());
    for (window, mask) in windows.zip(masks) {
        *mask = join(places_from::<{ BLOCK - 1 }>(sets, window), places_from::<{ BLOCK + 31 }>(sets, window));
    }
}

/// The places in 32 bytes; `LEFT` is the byte in front of the first.
#[target_feature(enable = "avx2")]
#[inline]
fn places_from<const LEFT: usize>(sets: &[Nibbles], window: &[u8; WINDOW]) -> u32 {
    const { assert!(LEFT + LANES - 1 + 32 <= WINDOW, "every lane lies in the window") };
    let nibble = _mm256_set1_epi8(15);
    let mut low = [nibble; LANES];
    let mut high = [nibble; LANES];
    for lane in 0..LANES {
        // SAFETY: `LEFT + lane` is at most `LEFT + LANES - 1`, and within the window.
        let start = unsafe { window.as_ptr().add(LEFT + lane) };
        // SAFETY: 32 bytes from there lie in the window, as asserted; the load needs no alignment.
        let bytes = unsafe { _mm256_loadu_si256(start.cast()) };
        low[lane] = _mm256_and_si256(bytes, nibble);
        high[lane] = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
    }
    let mut none = _mm256_set1_epi8(-1);
    for set in sets {
        let mut groups = _mm256_set1_epi8(-1);
        for lane in 0..LANES {
            let by_low = _mm256_shuffle_epi8(table(&set.low[lane]), low[lane]);
            let by_high = _mm256_shuffle_epi8(table(&set.high[lane]), high[lane]);
            groups = _mm256_and_si256(groups, _mm256_and_si256(by_low, by_high));
        }
        none = _mm256_and_si256(none, _mm256_cmpeq_epi8(groups, _mm256_setzero_si256()));
    }
    !bits(none)
}

#[target_feature(enable = "avx2")]
#[inline]
fn table(entries: &[u8; 16]) -> __m256i {
    // SAFETY: the table has the 16 bytes that are loaded; the load needs no alignment.
    let entries = unsafe { _mm_loadu_si128(entries.as_ptr().cast()) };
    _mm256_broadcastsi128_si256(entries)
}

struct Half {
    quote: u32,
    backslash: u32,
    operator: u32,
    white: u32,
    control: u32,
    simple_escape: u32,
    letter_u: u32,
    digit: u32,
    zero: u32,
    bit1: u32,
    bit5: u32,
    bit6: u32,
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
    let offset = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
    let punctuation = _mm256_or_si256(_mm256_or_si256(quote, backslash), equal(bytes, b'/'));
    Half {
        quote: bits(quote),
        backslash: bits(backslash),
        operator: bits(_mm256_or_si256(brackets, marks)),
        white: bits(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(white, bytes), bytes)),
        control: bits(_mm256_cmpeq_epi8(capped, bytes)),
        simple_escape: bits(_mm256_or_si256(letters, punctuation)),
        letter_u: bits(equal(bytes, b'u')),
        digit: bits(_mm256_cmpeq_epi8(_mm256_min_epu8(offset, _mm256_set1_epi8(9)), offset)),
        zero: bits(equal(bytes, b'0')),
        // The wanted bit becomes the topmost of its byte.
        bit1: bits(_mm256_slli_epi16::<6>(bytes)),
        bit5: bits(_mm256_slli_epi16::<2>(bytes)),
        bit6: bits(_mm256_slli_epi16::<1>(bytes)),
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
