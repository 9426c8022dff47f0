//! Sets of bytes that a vector instruction looks up by the halves of a byte.

/// Groups of bytes, a bit each, by the halves of a byte.
pub(super) struct Groups {
    pub(super) low: [u8; 16],
    pub(super) high: [u8; 16],
}

impl Groups {
    /// Each group has to hold every byte whose lower half is one of its lower halves, and its upper half one of its
    /// upper halves.
    pub(super) const fn new(groups: &[&[u8]]) -> Self {
        assert!(groups.len() <= 8, "a bit for each group");
        let mut tables = Self { low: [0; 16], high: [0; 16] };
        let mut i = 0;
        while i < groups.len() {
            let mut j = 0;
            while j < groups[i].len() {
                let byte = groups[i][j];
                tables.low[(byte & 15) as usize] |= 1 << i;
                tables.high[(byte >> 4) as usize] |= 1 << i;
                j += 1;
            }
            i += 1;
        }
        tables
    }
}

/// The second characters of short escapes.
pub(super) static SHORT_ESCAPES: Groups = Groups::new(&[b"bfn", b"rt", b"\"/", b"\\"]);
