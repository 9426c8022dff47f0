//! AVX2: two registers a block.
#![allow(unsafe_code)]

use super::groups::SHORT_ESCAPES;
use super::{BLOCK, Finds, GroupSet, Isa, LANES, Masks, WINDOW, Work};
use core::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi32_si128, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_set_epi64x,
    _mm_set1_epi8, _mm_shuffle_epi8, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_max_epu8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setr_epi8, _mm256_setr_epi64x,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sll_epi16, _mm256_srli_epi16, _pdep_u64,
};

cpufeatures::new!(has_avx2, "avx2", "bmi1", "bmi2", "popcnt", "pclmulqdq");

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

    /// Does `work` with what this CPU has.
    #[inline]
    pub fn with<W: Work>(self, work: W) -> W::Result {
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,pclmulqdq")]
        fn run<W: Work>(work: W, isa: Avx2) -> W::Result {
            work.run(isa)
        }
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { run(work, self) }
    }
}

impl Isa for Avx2 {
    type Block = (__m256i, __m256i);

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { load(bytes) }
    }
    #[inline(always)]
    fn equal(self, block: Self::Block, byte: u8) -> u64 {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { equal_mask(block, byte) }
    }
    #[inline(always)]
    fn below(self, block: Self::Block, byte: u8) -> u64 {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { below_mask(block, byte) }
    }
    #[inline(always)]
    fn bit<const BIT: u32>(self, block: Self::Block) -> u64 {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { bit_mask::<BIT>(block) }
    }
    #[inline(always)]
    fn folded(self, block: Self::Block) -> Self::Block {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { folded(block) }
    }
    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { prefix_xor(bits) }
    }
    #[inline(always)]
    fn short_escapes(self, block: Self::Block) -> u64 {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { short_escapes(block) }
    }
    #[inline(always)]
    fn places(self, sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { places(sets, window, behind_escape) }
    }
    #[inline(always)]
    fn squeeze(self, bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { squeeze(bytes, keep, out) }
    }
    #[inline(always)]
    fn deposit(self, bits: u64, to: u64) -> u64 {
        // SAFETY: a value of `Avx2` exists only where `detect` has seen the features.
        unsafe { deposit(bits, to) }
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

#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8; BLOCK]) -> (__m256i, __m256i) {
    halves(bytes)
}

#[target_feature(enable = "avx2")]
#[inline]
fn equal_mask((low, high): (__m256i, __m256i), byte: u8) -> u64 {
    join(bits(equal(low, byte)), bits(equal(high, byte)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn below_mask((low, high): (__m256i, __m256i), byte: u8) -> u64 {
    // At or above `byte`, the greater of the two is the byte itself.
    let least = _mm256_set1_epi8(byte as i8);
    let above = |bytes| bits(_mm256_cmpeq_epi8(_mm256_max_epu8(bytes, least), bytes));
    !join(above(low), above(high))
}

/// The wanted bit of each byte becomes its topmost one.
#[target_feature(enable = "avx2")]
#[inline]
fn bit_mask<const BIT: u32>((low, high): (__m256i, __m256i)) -> u64 {
    let count = _mm_cvtsi32_si128(7 - BIT as i32);
    join(bits(_mm256_sll_epi16(low, count)), bits(_mm256_sll_epi16(high, count)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn folded((low, high): (__m256i, __m256i)) -> (__m256i, __m256i) {
    let bit = _mm256_set1_epi8(0x20);
    (_mm256_or_si256(low, bit), _mm256_or_si256(high, bit))
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn squeeze(bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
    let word = |word: u64| _mm_set_epi64x(0, word as i64);
    super::squeeze::squeeze(bytes, keep, out, |bytes, numbers| {
        _mm_cvtsi128_si64(_mm_shuffle_epi8(word(bytes), word(numbers))) as u64
    });
}

#[target_feature(enable = "bmi2")]
#[inline]
fn deposit(bits: u64, to: u64) -> u64 {
    _pdep_u64(bits, to)
}

#[target_feature(enable = "pclmulqdq")]
#[inline]
pub(super) fn prefix_xor(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product) as u64
}

#[target_feature(enable = "avx2")]
#[inline]
fn places(sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
    let low = places_from::<{ BLOCK - 1 }>(sets, window, behind_escape as u32);
    let high = places_from::<{ BLOCK + 31 }>(sets, window, (behind_escape >> 32) as u32);
    core::array::from_fn(|kind| join(low[kind], high[kind]))
}

/// The places in 32 bytes; `LEFT` is the byte in front of the first.
#[target_feature(enable = "avx2")]
#[inline]
fn places_from<const LEFT: usize>(
    sets: &[GroupSet],
    window: &[u8; WINDOW],
    behind_escape: u32,
) -> [u32; Finds::KINDS] {
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
    let mut found = [0; Finds::KINDS];
    let behind_escape = spread(behind_escape);
    for set in sets {
        let mut groups = _mm256_set1_epi8(-1);
        for lane in 0..LANES {
            let by_low = _mm256_shuffle_epi8(table(&set.low[lane]), low[lane]);
            let by_high = _mm256_shuffle_epi8(table(&set.high[lane]), high[lane]);
            let here = _mm256_and_si256(by_low, by_high);
            groups = match lane {
                0 => _mm256_or_si256(here, behind_escape),
                _ => _mm256_and_si256(groups, here),
            };
        }
        found[set.finds as usize] |= !bits(_mm256_cmpeq_epi8(groups, _mm256_setzero_si256()));
    }
    found
}

#[target_feature(enable = "avx2")]
#[inline]
fn short_escapes((low, high): (__m256i, __m256i)) -> u64 {
    join(short_escapes_of(low), short_escapes_of(high))
}

#[target_feature(enable = "avx2")]
#[inline]
fn short_escapes_of(bytes: __m256i) -> u32 {
    let by_low = _mm256_shuffle_epi8(table(&SHORT_ESCAPES.low), bytes);
    let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(15));
    let by_high = _mm256_shuffle_epi8(table(&SHORT_ESCAPES.high), upper);
    !bits(_mm256_cmpeq_epi8(_mm256_and_si256(by_low, by_high), _mm256_setzero_si256()))
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

/// A byte of ones for each bit.
#[target_feature(enable = "avx2")]
#[inline]
fn spread(bits: u32) -> __m256i {
    const BYTES: [i64; 4] = [0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303];
    let bytes = _mm256_setr_epi64x(BYTES[0], BYTES[1], BYTES[2], BYTES[3]);
    let weights = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let spread = _mm256_shuffle_epi8(_mm256_set1_epi32(bits as i32), bytes);
    _mm256_cmpeq_epi8(_mm256_and_si256(spread, weights), weights)
}

#[target_feature(enable = "avx2")]
#[inline]
fn bits(lanes: __m256i) -> u32 {
    _mm256_movemask_epi8(lanes) as u32
}
