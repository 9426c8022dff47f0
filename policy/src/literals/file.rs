//! Literals files: UTF-8, one literal a line.
//!
//! A byte order mark and the carriage return at a line's end are dropped, empty lines and lines that begin
//! with `#` are skipped, and a line that begins with `\#` is the literal that begins with `#`. Everything
//! else, spaces too, is part of the literal.

use core::fmt;

/// A literals file is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is not UTF-8", self.line)
    }
}

impl std::error::Error for NotUtf8 {}

/// The literals of a file, in order.
///
/// # Errors
/// When the file is not UTF-8.
pub fn parse(file: &[u8]) -> Result<Vec<&str>, NotUtf8> {
    Ok(lines(decode(file)?).map(|(_, literal)| literal).collect())
}

/// The line, from 1, of the literal with this index.
#[must_use]
pub fn line_of(file: &[u8], index: usize) -> Option<usize> {
    lines(decode(file).ok()?).nth(index).map(|(line, _)| line)
}

fn decode(file: &[u8]) -> Result<&str, NotUtf8> {
    core::str::from_utf8(file).map_err(|error| {
        let before = &file[..error.valid_up_to()];
        NotUtf8 { line: before.iter().filter(|&&byte| byte == b'\n').count() + 1 }
    })
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trimmed = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    trimmed.enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).map(|(i, line)| {
        let literal = if line.starts_with("\\#") { &line[1..] } else { line };
        (i + 1, literal)
    })
}
