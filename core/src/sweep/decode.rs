//! Escaped text, decoded a block at a time.
//!
//! Plain version: [`Escaped`](crate::view::Escaped), a character at a time. Departures: a level of escapes at a time, as bit
//! masks over the block, and the bytes that are left are moved together by look-ups.

use super::bits::{below, escaped};
use crate::arch::{BLOCK, Isa};
use crate::factor::unit;
use crate::view;

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// Bytes of it that were read. The next one is the backslash of half a pair, of an escape that is cut off, or of none.
    pub(super) read: usize,
    /// For each byte that came of it, in order, a byte that it came from; the first of an escape for the first that came of it.
    pub(super) origins: u64,
}

/// Decodes the first `count` bytes, at least one and at most all, of a block that stands behind `level` levels of escapes, at
/// least one, as far as it goes. All of `out` may be written over.
#[inline(always)]
pub(super) fn block<I: Isa>(
    isa: I,
    bytes: &[u8; BLOCK],
    count: usize,
    level: u8,
    out: &mut [u8; BLOCK],
) -> Decoded {
    let mut decoded = one_level(isa, bytes, count, out);
    for _ in 1..level {
        let len = decoded.origins.count_ones() as usize;
        if len == 0 {
            break;
        }
        let between = *out;
        let Decoded { read, origins } = one_level(isa, &between, len, out);
        if read < len {
            decoded.read = isa.deposit(1 << read, decoded.origins).trailing_zeros() as usize;
        }
        decoded.origins = isa.deposit(origins, decoded.origins);
    }
    decoded
}

#[inline(always)]
fn one_level<I: Isa>(isa: I, bytes: &[u8; BLOCK], count: usize, out: &mut [u8; BLOCK]) -> Decoded {
    let text = isa.load(bytes);
    let whole = u64::MAX >> (BLOCK - count);
    let backslash = isa.equal(text, b'\\') & whole;
    if backslash == 0 {
        *out = *bytes;
        return Decoded { read: count, origins: whole };
    }
    let escapes = backslash & !escaped(backslash, false).0;
    // Those of four digits, and of what they spell the bytes that there are more in front of it than behind.
    let (mut read, mut long, mut gone) = (count, 0, 0);
    let mut left = escapes & !((isa.short_escapes(text) & whole) >> 1);
    while left != 0 {
        let bit = left.trailing_zeros();
        left &= left - 1;
        let Some(ch) = four_digits(bytes.get(bit as usize..count)) else {
            read = bit as usize;
            break;
        };
        long |= 1 << bit;
        gone |= (below(LONG) ^ below(ch.len_utf8() as u32)) << bit;
    }
    let within = if read == count { whole } else { below(read as u32) } & !gone;
    let short = escapes & within & !long;
    let letters = short << 1;
    let kept = within & !short;
    let place = |bit: u32| (kept & below(bit)).count_ones() as usize;
    isa.squeeze(bytes, kept, out);
    let themselves = isa.equal(text, b'"') | backslash | isa.equal(text, b'/');
    let mut controls = letters & !themselves;
    while controls != 0 {
        if let Some(byte) = out.get_mut(place(controls.trailing_zeros())) {
            *byte = view::short(char::from(*byte)).map_or(*byte, |control| control as u8);
        }
        controls &= controls - 1;
    }
    while long != 0 {
        let bit = long.trailing_zeros();
        let ch = four_digits(bytes.get(bit as usize..count)).unwrap_or_default();
        for (to, from) in out.iter_mut().skip(place(bit)).zip(ch.encode_utf8(&mut [0; 4]).bytes()) {
            *to = from;
        }
        long &= long - 1;
    }
    Decoded { read, origins: within & !letters }
}

/// Bytes of an escape of four digits.
const LONG: u32 = 6;

/// What the escape of four digits stands for that these bytes begin with, unless that is half of a pair.
#[inline]
fn four_digits(bytes: Option<&[u8]>) -> Option<char> {
    let [_, b'u', digits @ ..] = bytes?.first_chunk::<{ LONG as usize }>()? else { return None };
    let unit = unit(|offset| digits.get(offset as usize - 1).copied().unwrap_or(b' '))?;
    char::from_u32(u32::from(unit))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::{Decoded, block};
    use crate::arch::{BLOCK, Isa, Path, Work};
    use crate::view::{Escaped, Text};
    use std::vec::Vec;

    struct Decode<'a> {
        bytes: &'a [u8; BLOCK],
        count: usize,
        level: u8,
    }

    impl Work for Decode<'_> {
        type Result = (Decoded, [u8; BLOCK]);

        #[inline(always)]
        fn run(self, isa: impl Isa) -> Self::Result {
            let mut out = [b'?'; BLOCK];
            let decoded = block(isa, self.bytes, self.count, self.level, &mut out);
            (decoded, out)
        }
    }

    type Origins = Vec<(usize, usize)>;

    /// Decoded a character at a time, and the place and origin of each; up to the raw offset `end`, or not at all.
    fn plainly(bytes: &[u8], level: u8, end: usize) -> Option<(Vec<u8>, Origins)> {
        let text = Escaped::new(bytes, 0, bytes.len(), level);
        let (mut at, mut out, mut origins) = (0, Vec::new(), Vec::new());
        while at < end {
            let (ch, next) = text.next(at)?;
            origins.push((out.len(), at));
            out.extend(ch.encode_utf8(&mut [0; 4]).bytes());
            at = next;
        }
        (at == end).then_some((out, origins))
    }

    /// The place and origin of each character of `text`.
    fn characters(text: &[u8], origins: u64) -> Origins {
        let raw = (0..BLOCK).filter(|bit| origins >> bit & 1 == 1);
        let begins = |&(place, _): &(usize, usize)| text[place] & 0xc0 != 0x80;
        raw.enumerate().take(text.len()).filter(begins).collect()
    }

    #[test]
    fn blocks_decode_as_characters_do_on_every_path() {
        const PIECES: [&str; 14] = [
            "\\",
            "\\",
            "\\\\",
            "\"",
            "n",
            "t",
            "u",
            "0041",
            "u20ac",
            "bc ",
            "/",
            "é",
            "long enough",
            "\\\"",
        ];
        let mut seed = 3u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % below
        };
        let (mut whole, mut cut) = (0, 0);
        for _ in 0..20_000 {
            let mut text = std::string::String::new();
            let plain = next(4) * 4;
            while text.len() < BLOCK {
                text.push_str(if next(16) < plain { "x" } else { PIECES[next(PIECES.len())] });
            }
            let (mut bytes, count) = ([0; BLOCK], 1 + next(BLOCK));
            bytes.copy_from_slice(&text.as_bytes()[..BLOCK]);
            let Some(valid) = bytes[..count].utf8_chunks().next().map(|chunk| chunk.valid().len()) else {
                continue;
            };
            if valid < count {
                continue;
            }
            for level in 1..=3 {
                let wanted = Path::PLAIN.run(Decode { bytes: &bytes, count, level });
                let (Decoded { read, origins }, out) = wanted;
                let len = origins.count_ones() as usize;
                let found = (out[..len].to_vec(), characters(&out[..len], origins));
                assert_eq!(plainly(&bytes[..count], level, read), Some(found), "{text}");
                match read == count {
                    true => whole += 1,
                    false => {
                        assert_eq!(bytes[read], b'\\');
                        cut += 1;
                    }
                }
                for path in Path::available().into_iter().flatten() {
                    let (decoded, other) = path.run(Decode { bytes: &bytes, count, level });
                    assert_eq!((decoded, &other[..len]), (wanted.0, &out[..len]), "{}", path.name());
                }
            }
        }
        assert!(whole > 1000 && cut > 1000, "{whole} {cut}");
    }
}
