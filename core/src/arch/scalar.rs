//! Plain Rust, for every CPU.

use super::{BLOCK, Finds, GroupSet, Isa, LANES, Masks, WINDOW};

const QUOTE: u8 = 1;
const BACKSLASH: u8 = 2;
const OPERATOR: u8 = 4;
const WHITE: u8 = 8;
const CONTROL: u8 = 16;
const SIMPLE_ESCAPE: u8 = 32;
const LETTER_U: u8 = 64;

static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = CONTROL;
        byte += 1;
    }
    table[b'"' as usize] |= QUOTE;
    table[b'\\' as usize] |= BACKSLASH;
    table[b'u' as usize] |= LETTER_U;
    let operators = *b"{}[]:,";
    let mut i = 0;
    while i < operators.len() {
        table[operators[i] as usize] |= OPERATOR;
        i += 1;
    }
    let white = *b" \t\n\r";
    i = 0;
    while i < white.len() {
        table[white[i] as usize] |= WHITE;
        i += 1;
    }
    let escapes = *b"\"\\/bfnrt";
    i = 0;
    while i < escapes.len() {
        table[escapes[i] as usize] |= SIMPLE_ESCAPE;
        i += 1;
    }
    table
};

/// Classifies a byte at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scalar;

impl Scalar {
    /// Classifies as many blocks as both slices hold.
    pub fn classify(self, blocks: &[[u8; BLOCK]], masks: &mut [Masks]) {
        for (block, masks) in blocks.iter().zip(masks) {
            *masks = classify(block);
        }
    }
}

impl Isa for Scalar {
    type Block = [u8; BLOCK];

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block {
        *bytes
    }
    #[inline(always)]
    fn equal(self, block: Self::Block, byte: u8) -> u64 {
        mask(&block, |other| other == byte)
    }
    #[inline(always)]
    fn below(self, block: Self::Block, byte: u8) -> u64 {
        mask(&block, |other| other < byte)
    }
    #[inline(always)]
    fn bit<const BIT: u32>(self, block: Self::Block) -> u64 {
        mask(&block, |byte| byte >> BIT & 1 == 1)
    }
    #[inline(always)]
    fn folded(self, block: Self::Block) -> Self::Block {
        block.map(|byte| byte | 0x20)
    }
    #[inline(always)]
    fn prefix_xor(self, mut bits: u64) -> u64 {
        for shift in [1, 2, 4, 8, 16, 32] {
            bits ^= bits << shift;
        }
        bits
    }
    #[inline(always)]
    fn short_escapes(self, block: Self::Block) -> u64 {
        mask(&block, |byte| CLASS[usize::from(byte)] & SIMPLE_ESCAPE != 0)
    }
    #[inline]
    fn places(self, sets: &[GroupSet], window: &[u8; WINDOW], behind_escape: u64) -> [u64; Finds::KINDS] {
        let bytes = || window.windows(LANES + 1).skip(BLOCK - 2).take(BLOCK).enumerate();
        let mut found = [0; Finds::KINDS];
        for set in sets {
            let shows = |i: usize, bytes: &[u8]| shows(set, bytes, behind_escape >> i & 1 == 1);
            found[set.finds as usize] |=
                bytes().fold(0, |mask, (i, bytes)| mask | u64::from(shows(i, bytes)) << i);
        }
        found
    }
    #[inline]
    fn squeeze(self, bytes: &[u8; BLOCK], keep: u64, out: &mut [u8; BLOCK]) {
        let kept = bytes.iter().enumerate().filter(|(i, _)| keep >> i & 1 == 1);
        for (to, (_, from)) in out.iter_mut().zip(kept) {
            *to = *from;
        }
    }
    #[inline]
    fn deposit(self, mut bits: u64, mut to: u64) -> u64 {
        let mut all = 0;
        while to != 0 {
            let lowest = to & to.wrapping_neg();
            all |= lowest * (bits & 1);
            bits >>= 1;
            to &= to - 1;
        }
        all
    }
}

#[inline(always)]
fn mask(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    block.iter().enumerate().fold(0, |mask, (i, &byte)| mask | u64::from(is(byte)) << i)
}

fn classify(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks::default();
    for (i, &byte) in block.iter().enumerate() {
        let class = u64::from(CLASS[byte as usize]);
        masks.quote |= (class & 1) << i;
        masks.backslash |= (class >> 1 & 1) << i;
        masks.operator |= (class >> 2 & 1) << i;
        masks.white |= (class >> 3 & 1) << i;
        masks.control |= (class >> 4 & 1) << i;
        masks.simple_escape |= (class >> 5 & 1) << i;
        masks.letter_u |= (class >> 6 & 1) << i;
    }
    masks
}

/// Whether these bytes may be a factor and the two bytes in front of it.
fn shows(set: &GroupSet, bytes: &[u8], behind_escape: bool) -> bool {
    let Some((&before, bytes)) = bytes.split_first() else { return false };
    let lanes = bytes.iter().zip(&set.exact).enumerate();
    lanes.fold(u8::MAX, |groups, (lane, (&byte, exact))| match lane {
        0 if behind_escape || before == b'\\' => groups,
        _ => groups & exact[usize::from(byte >> 7)][usize::from(byte & 127)],
    }) != 0
}
