//! Numbers and words: numbers as bit logic, words one by one.

use super::bits::Block;
use super::window::Window;
use crate::arch::{BLOCK, Isa};
use crate::scan::NotJson;

/// What goes on behind the end of a block: bits that stand in front of the next one.
#[derive(Clone, Copy, Default)]
pub(super) struct Scalars {
    minus: u64,
    zero: u64,
    dot: u64,
    exponent: u64,
    sign: u64,
    /// Runs of digits: before the dot, behind it, of the exponent.
    whole: u64,
    fraction: u64,
    power: u64,
    word: u64,
}

/// Moves bits on by one; the last one goes to the next block.
#[inline(always)]
fn behind(bits: u64, carry: &mut u64) -> u64 {
    let moved = bits << 1 | *carry;
    *carry = bits >> 63;
    moved
}

/// `runs` plus `starts`: a bit at the start of a run is carried through it, to the first place behind.
#[inline(always)]
fn through(runs: u64, starts: u64, carry: &mut u64) -> u64 {
    let (sum, over) = runs.overflowing_add(starts);
    let (sum, over_too) = sum.overflowing_add(*carry);
    *carry = u64::from(over | over_too);
    sum
}

impl Scalars {
    /// Whether the block before leaves something to check.
    #[inline(always)]
    pub(super) fn open(&self) -> bool {
        self.minus
            | self.dot
            | self.exponent
            | self.sign
            | self.whole
            | self.fraction
            | self.power
            | self.word
            != 0
    }

    /// Checks the numbers and words of a block: RFC 8259, sections 3 and 6.
    #[inline(always)]
    pub(super) fn check<I: Isa>(
        &mut self,
        isa: I,
        window: &Window,
        start: usize,
        bytes: &[u8; BLOCK],
        block: &Block,
    ) -> Result<(), NotJson> {
        let bytes = isa.load(bytes);
        let all = block.scalars;
        let digits = isa.below(bytes, b':') & !isa.below(bytes, b'0') & all;
        let zeros = isa.equal(bytes, b'0') & all;
        let open = self.minus | self.zero | self.dot | self.exponent | self.sign;
        let odd = all & !digits | zeros & block.scalar_starts;
        if odd | open | self.fraction | self.power | self.word == 0 {
            // Nothing but whole numbers.
            self.whole = digits >> 63;
            return Ok(());
        }
        let minus = isa.equal(bytes, b'-') & all;
        let words = block.scalar_starts & !(digits | minus);
        check_words(window, start, words)?;
        let numbers = all & through(all, words, &mut self.word);
        let starts = block.scalar_starts & !words;

        let first_minus = minus & starts;
        let first_digits = starts & digits | behind(first_minus, &mut self.minus);
        let mut wrong = first_digits & !digits;
        wrong |= behind(first_digits & zeros, &mut self.zero) & digits;
        let whole_ends = through(digits, first_digits & digits, &mut self.whole) & !digits;

        let dots = isa.equal(bytes, b'.') & numbers;
        let fractions = behind(dots, &mut self.dot);
        wrong |= dots & !whole_ends | fractions & !digits;
        let fraction_ends = through(digits, fractions & digits, &mut self.fraction) & !digits;

        let exponents = isa.equal(isa.folded(bytes), b'e') & numbers;
        wrong |= exponents & !(whole_ends | fraction_ends);
        let powers = behind(exponents, &mut self.exponent);
        let signs = powers & (minus | isa.equal(bytes, b'+') & numbers);
        let signed = behind(signs, &mut self.sign);
        wrong |= (powers & !signs | signed) & !digits;
        through(digits, (powers | signed) & digits, &mut self.power);

        wrong |= numbers & !(digits | first_minus | dots | exponents | signs);
        if wrong == 0 { Ok(()) } else { Err(NotJson) }
    }
}

/// Checks the words that start at these places.
#[inline(always)]
fn check_words(window: &Window, start: usize, mut words: u64) -> Result<(), NotJson> {
    while words != 0 {
        let place = (start + words.trailing_zeros() as usize) as isize;
        words &= words - 1;
        let bytes = window.from(place);
        let is = |word: &[u8]| bytes.starts_with(word).then_some(word.len());
        let len = match window.byte(place) {
            b't' => is(b"true"),
            b'f' => is(b"false"),
            _ => is(b"null"),
        };
        let end = place + len.ok_or(NotJson)? as isize;
        let ends = matches!(
            window.byte(end),
            b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b'"' | b'{' | b'[' | b':'
        );
        if !ends {
            return Err(NotJson);
        }
    }
    Ok(())
}
