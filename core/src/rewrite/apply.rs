//! Applies all edits of a text within its own buffer.
//!
//! Between edits lie stretches that stay; each moves by what the edits before it add up to. A stretch that moves
//! left only overwrites bytes to its left, so those are moved in order; a run of stretches that move right is moved
//! from its end. Neighbours that move apart or towards each other never touch the other's old place, because the
//! new places keep their order and don't overlap. The replacements are written last.

use super::{Edit, Edits, Replacement};
use crate::policy::Policy;

/// Applies `edits` to the text `buffer[..len]`; returns its new length. The caller has seen that it fits.
pub fn in_place(policy: &Policy<'_>, edits: &Edits<'_>, buffer: &mut [u8], len: usize) -> usize {
    let list = edits.list.get(..edits.count).unwrap_or(&[]);
    move_stretches(list, buffer, len);
    let mut shift = 0;
    for edit in list {
        let mut at = edit.span.start.saturating_add_signed(shift);
        replacement(edit, policy, edits, &mut |bytes| {
            if let Some(room) = buffer.get_mut(at..at + bytes.len()) {
                room.copy_from_slice(bytes);
            }
            at += bytes.len();
        });
        shift += growth(edit);
    }
    len.saturating_add_signed(shift)
}

fn growth(edit: &Edit) -> isize {
    edit.new_len() as isize - edit.span.len() as isize
}

/// The stretch behind edit `i` of `list`.
fn stretch(list: &[Edit], i: usize, len: usize) -> core::ops::Range<usize> {
    let start = list.get(i).map_or(len, |edit| edit.span.end);
    start..list.get(i + 1).map_or(len, |edit| edit.span.start)
}

fn move_stretches(list: &[Edit], buffer: &mut [u8], len: usize) {
    let mut shift = 0;
    let mut i = 0;
    while let Some(edit) = list.get(i) {
        shift += growth(edit);
        if shift <= 0 {
            shove(buffer, stretch(list, i, len), shift);
            i += 1;
            continue;
        }
        // A run that moves right: find its end, then come back.
        let mut last = i;
        let mut last_shift = shift;
        while let Some(next) = list.get(last + 1).filter(|next| last_shift + growth(next) > 0) {
            last += 1;
            last_shift += growth(next);
        }
        shift = last_shift;
        for j in (i..=last).rev() {
            shove(buffer, stretch(list, j, len), last_shift);
            last_shift -= list.get(j).map_or(0, growth);
        }
        i = last + 1;
    }
}

fn shove(buffer: &mut [u8], from: core::ops::Range<usize>, shift: isize) {
    let to = from.start.saturating_add_signed(shift);
    if shift != 0 && from.end <= buffer.len() && to + from.len() <= buffer.len() {
        buffer.copy_within(from, to);
    }
}

/// Hands the bytes of a replacement to `write`.
pub(super) fn replacement(edit: &Edit, policy: &Policy<'_>, edits: &Edits<'_>, write: &mut dyn FnMut(&[u8])) {
    match edit.text {
        Replacement::Pool(part, times) => {
            let bytes = part.of(&policy.pools.u8s);
            for _ in 0..times {
                write(bytes);
            }
        }
        Replacement::Digest(index, len) => {
            let digits = edits.digests.get(index as usize).and_then(|all| all.get(..usize::from(len)));
            write(digits.unwrap_or(&[]));
        }
        Replacement::Token(_) => write(&edits.token),
        Replacement::Zero => write(b"0"),
        Replacement::False => write(b"false"),
    }
}
