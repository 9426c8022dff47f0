//! Rows for people and for programs.

use crate::{Result, compare, growth, latency};
use serde::{Serialize, Serializer};

/// A row of a table.
pub trait Tabular: Serialize {
    /// The head of the table.
    fn head() -> String;

    /// The row as a line of the table.
    fn line(&self) -> String;

    /// The row as one line of JSON.
    ///
    /// # Errors
    /// When it cannot be written.
    fn json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

impl Tabular for compare::Row {
    fn head() -> String {
        format!(
            "{:<26} {:<22} {:<22} {:>9} {:>8} {:>8}",
            "input", "policy", "engine", "bytes", "MB/s", "/memcpy"
        )
    }

    fn line(&self) -> String {
        let wrong = if self.checked { "" } else { "  not as expected" };
        format!(
            "{:<26} {:<22} {:<22} {:>9} {:>8.1} {:>8.4}{wrong}",
            self.input, self.policy, self.engine, self.bytes, self.mb_per_s, self.memcpy_ratio
        )
    }
}

impl Tabular for latency::Row {
    fn head() -> String {
        format!(
            "{:<20} {:<22} {:>9} {:>7} {:>10} {:>10}",
            "input", "policy", "bytes", "calls", "p50 in us", "p99 in us"
        )
    }

    fn line(&self) -> String {
        format!(
            "{:<20} {:<22} {:>9} {:>7} {:>10.1} {:>10.1}",
            self.input, self.policy, self.bytes, self.calls, self.p50_us, self.p99_us
        )
    }
}

impl Tabular for growth::Row {
    fn head() -> String {
        format!(
            "{:<34} {:<14} {:>9} {:>8} {:>7} {:>7}",
            "attack", "policy", "bytes", "MB/s", "growth", "/prose"
        )
    }

    fn line(&self) -> String {
        format!(
            "{:<34} {:<14} {:>9} {:>8.1} {:>7.2} {:>7.2} {:>7.3}",
            self.attack,
            self.policy,
            self.bytes,
            self.mb_per_s,
            self.growth,
            self.growth_again,
            self.prose_ratio
        )
    }
}

/// Writes a number with four digits: more would be noise.
pub(crate) fn four_digits<S: Serializer>(
    number: &f64,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(format!("{number:.3e}").parse().unwrap_or(*number))
}
