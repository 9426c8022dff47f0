//! Bytes on their way: filled at the end, taken from the front.

use super::ROOM;

pub(super) struct Bytes {
    bytes: Box<[u8]>,
    from: usize,
    to: usize,
}

impl Bytes {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; ROOM].into_boxed_slice(), from: 0, to: 0 }
    }

    pub(super) fn left(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or(&[])
    }

    /// The first `count` are done with.
    pub(super) fn take(&mut self, count: usize) {
        self.from = self.to.min(self.from + count);
    }

    /// All of the room, when nothing is left.
    pub(super) fn room(&mut self) -> &mut [u8] {
        (self.from, self.to) = (0, 0);
        &mut self.bytes
    }

    /// `count` bytes have been put into the room.
    pub(super) fn filled(&mut self, count: usize) {
        self.to = count.min(self.bytes.len());
    }
}
