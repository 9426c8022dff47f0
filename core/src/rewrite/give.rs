//! Gives out an edited text, as much at a time as there is room for.

use super::{Edit, Edits, Replacement};
use crate::policy::Policy;

/// How far giving out a part of a text has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Giving {
    /// Number of the next edit.
    edit: usize,
    /// How much of its replacement has been written.
    written: usize,
    read: usize,
    until: usize,
}

impl Giving {
    /// From `read` up to `until`, with all edits.
    #[must_use]
    pub fn new(read: usize, until: usize) -> Self {
        Self { edit: 0, written: 0, read, until }
    }

    /// Offset of the next byte that is given out as it is, or passed over.
    #[must_use]
    pub fn read(&self) -> usize {
        self.read
    }

    /// Whether all is given out.
    #[must_use]
    pub fn is_done(&self, edits: &Edits<'_>) -> bool {
        self.edit >= edits.count && self.read >= self.until
    }

    /// Writes what fits into `output`; returns how many bytes that is. Linear in these bytes and the edits.
    pub fn give(&mut self, policy: &Policy<'_>, edits: &Edits<'_>, input: &[u8], output: &mut [u8]) -> usize {
        let mut at = 0;
        loop {
            let next = edits.list.get(self.edit).filter(|_| self.edit < edits.count);
            let stop = next.map_or(self.until, |edit| edit.span.start);
            let copied = put(output, at, input.get(self.read..stop).unwrap_or(&[]));
            (self.read, at) = (self.read + copied, at + copied);
            let Some(edit) = next.filter(|_| self.read >= stop) else { return at };
            let rest = rest_of(edit, policy, edits, self.written);
            if rest.is_empty() {
                *self = Self { edit: self.edit + 1, written: 0, read: self.read.max(edit.span.end), ..*self };
                continue;
            }
            let copied = put(output, at, rest);
            if copied == 0 {
                return at;
            }
            (self.written, at) = (self.written + copied, at + copied);
        }
    }
}

/// Copies what fits; returns how many bytes that is.
fn put(output: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    let room = output.get_mut(at..).unwrap_or(&mut []);
    let count = room.len().min(bytes.len());
    if let (Some(to), Some(from)) = (room.get_mut(..count), bytes.get(..count)) {
        to.copy_from_slice(from);
    }
    count
}

/// The bytes of a replacement behind the first `written`, up to where it repeats itself.
fn rest_of<'a>(edit: &Edit, policy: &'a Policy<'_>, edits: &'a Edits<'_>, written: usize) -> &'a [u8] {
    let (bytes, from): (&[u8], _) = match edit.text {
        Replacement::Pool(part, _) => {
            let bytes = part.of(&policy.pools.u8s);
            (bytes, written.checked_rem(bytes.len()).unwrap_or(0))
        }
        Replacement::Digest(index, len) => {
            let digits = edits.digests.get(index as usize).and_then(|all| all.get(..usize::from(len)));
            (digits.unwrap_or(&[]), written)
        }
        Replacement::Token(_) => (&edits.token, written),
        Replacement::Zero => (b"0", written),
        Replacement::False => (b"false", written),
    };
    let bytes = bytes.get(from..).unwrap_or(&[]);
    bytes.get(..edit.new_len().saturating_sub(written).min(bytes.len())).unwrap_or(&[])
}
