//! Plain Rust, for every CPU.

use super::{BLOCK, Masks};

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
