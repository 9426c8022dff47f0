//! Sizes and times as people write them.

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use std::time::Duration;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    /// As a length in memory.
    #[must_use]
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "G"), (20, "M"), (10, "K")];
        match units.iter().find(|(shift, _)| self.0 > 0 && self.0.trailing_zeros() >= *shift) {
            Some((shift, unit)) => write!(f, "{}{unit}", self.0 >> shift),
            None => write!(f, "{}", self.0),
        }
    }
}

/// Reads a size: digits, and `K`, `M`, `G` (powers of 1024) or nothing.
///
/// # Errors
/// When it is something else.
pub fn size(text: &str) -> Result<Size, String> {
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, 'K' | 'k')) => (&text[..at], 10),
        Some((at, 'M' | 'm')) => (&text[..at], 20),
        Some((at, 'G' | 'g')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let size = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(1 << shift));
    size.map(Size).ok_or_else(|| "a size is a number of bytes, or one with K, M or G: 256M".to_owned())
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of bytes, or one with K, M or G: 256M")
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<Size, E> {
        Ok(Size(bytes))
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<Size, E> {
        u64::try_from(bytes).map(Size).map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Size, E> {
        size(text).map_err(E::custom)
    }
}

impl<'de> serde::Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

/// A time: `500ms`, `5s`, `1m 30s`.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct TimeVisitor;

    impl Visitor<'_> for TimeVisitor {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time with its unit: 500ms, 5s, 2m")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
            let time = humantime::parse_duration(text).ok().filter(|time| !time.is_zero());
            time.ok_or_else(|| E::custom("a time is a number with its unit, and not nothing: 500ms, 5s, 2m"))
        }
    }
    deserializer.deserialize_any(TimeVisitor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [("0", 0), ("17", 17), ("4K", 4096), ("2m", 2 << 20), ("3G", 3 << 30)] {
            assert_eq!(size(text), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "M", "-1", "1.5M", "1T", "99999999999999999999", "18446744073709551615K"] {
            assert!(size(text).is_err(), "{text}");
        }
        for text in ["17", "4K", "2M", "3G"] {
            assert_eq!(size(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn times() {
        #[derive(serde::Deserialize)]
        struct One {
            #[serde(deserialize_with = "time")]
            at: Duration,
        }
        let read = |text: &str| serde_saphyr::from_str::<One>(text).map(|one| one.at);
        assert_eq!(read("at: 500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(read("at: 1m 30s").unwrap(), Duration::from_secs(90));
        for bad in ["at: 5", "at: soon", "at: 0s", "at: -1s"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
