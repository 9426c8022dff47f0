//! Rows for people and for programs.

use crate::Result;
use crate::compare::Row;
use std::io::Write;

/// Writes a row as one line of JSON.
///
/// # Errors
/// When it cannot be written.
pub fn json(out: &mut dyn Write, row: &Row) -> Result<()> {
    let rounded = Row {
        mb_per_s: significant(row.mb_per_s),
        memcpy_ratio: significant(row.memcpy_ratio),
        ..row.clone()
    };
    serde_json::to_writer(&mut *out, &rounded)?;
    Ok(writeln!(out)?)
}

/// Writes a row as one line of a table.
///
/// # Errors
/// When it cannot be written.
pub fn table(out: &mut dyn Write, row: &Row) -> Result<()> {
    let wrong = if row.checked { "" } else { "  wrong answer" };
    Ok(writeln!(
        out,
        "{:<26} {:<22} {:<22} {:>10} {:>10.1} {:>8.4}{wrong}",
        row.input, row.policy, row.engine, row.bytes, row.mb_per_s, row.memcpy_ratio
    )?)
}

/// Writes the head of the table.
///
/// # Errors
/// When it cannot be written.
pub fn table_head(out: &mut dyn Write) -> Result<()> {
    Ok(writeln!(
        out,
        "{:<26} {:<22} {:<22} {:>10} {:>10} {:>8}",
        "input", "policy", "engine", "bytes", "MB/s", "/memcpy"
    )?)
}

/// Four digits: more would be noise.
fn significant(number: f64) -> f64 {
    format!("{number:.3e}").parse().unwrap_or(number)
}
