//! Bytes moved together, eight at a time.

use super::BLOCK;

/// For eight bits, the numbers of those that are set, a byte each.
static SET: [u64; 256] = {
    let mut table = [0; 256];
    let mut bits = 0;
    while bits < 256 {
        let (mut bit, mut count) = (0, 0);
        while bit < 8 {
            if bits >> bit & 1 == 1 {
                table[bits] |= bit << (8 * count);
                count += 1;
            }
            bit += 1;
        }
        bits += 1;
    }
    table
};

/// As [`Isa::squeeze`](super::Isa::squeeze), where `look_up` gives for each byte of its second argument the byte of the first
/// that it numbers.
#[inline(always)]
pub(super) fn squeeze(
    bytes: &[u8; BLOCK],
    keep: u64,
    out: &mut [u8; BLOCK],
    look_up: impl Fn(u64, u64) -> u64,
) {
    let mut len = 0;
    for (word, keep) in bytes.as_chunks::<8>().0.iter().zip(keep.to_le_bytes()) {
        let kept = look_up(u64::from_le_bytes(*word), SET[usize::from(keep)]);
        if let Some(room) = out.get_mut(len..len + 8) {
            room.copy_from_slice(&kept.to_le_bytes());
        }
        len += keep.count_ones() as usize;
    }
}
