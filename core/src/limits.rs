//! Bounds, all in one type.

/// What a text may cost. Each field says what happens at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Containers open at once, counted through nested texts. A text that opens one more is refused
    /// ([`crate::error::Reason::Depth`]); a nested text that would is treated as nearly nested.
    /// 1 to 4,096; 1,024 unless told.
    pub depth: u16,
    /// Levels of JSON inside strings that are entered; deeper text is treated as nearly nested.
    /// 0 to 8; 8 unless told.
    pub nesting: u8,
}

impl Limits {
    /// The most that [`Limits::depth`] can ask for.
    pub const MAX_DEPTH: u16 = 4_096;
    /// The most levels that [`Limits::nesting`] can ask for.
    pub const MAX_NESTING: u8 = 8;
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 1024, nesting: Self::MAX_NESTING }
    }
}
