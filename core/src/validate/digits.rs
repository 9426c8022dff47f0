//! The digits of a match.

/// Up to `N` ASCII digits.
#[derive(Clone, Copy)]
pub(super) struct Digits<const N: usize> {
    values: [u8; N],
    len: usize,
}

impl<const N: usize> Digits<N> {
    /// The digits of `text`, whatever stands between them; `None` if there are letters, digits that are not ASCII,
    /// or too many.
    pub(super) fn of(text: impl Iterator<Item = char>) -> Option<Self> {
        let mut digits = Self { values: [0; N], len: 0 };
        for ch in text {
            match digit(ch) {
                Some(value) => digits.push(value)?,
                None if ch.is_alphanumeric() => return None,
                None => {}
            }
        }
        Some(digits)
    }

    /// None at all.
    pub(super) fn new() -> Self {
        Self { values: [0; N], len: 0 }
    }

    pub(super) fn push(&mut self, value: u8) -> Option<()> {
        *self.values.get_mut(self.len)? = value;
        self.len += 1;
        Some(())
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or(&[])
    }
}

/// The value of an ASCII digit.
pub(super) fn digit(ch: char) -> Option<u8> {
    ch.is_ascii_digit().then_some(ch as u8 & 0x0f)
}

/// Digits as a number.
pub(super) fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0u32, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(*digit)))
}

/// Whether all are the same, or there are none.
pub(super) fn uniform(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair.first() == pair.last())
}
