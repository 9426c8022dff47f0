//! Findings.

use crate::error::{Offsets, characters};
use pyo3::prelude::*;

/// A part that is, or would be, masked.
#[pyclass(frozen, eq, module = "spanmask")]
#[derive(PartialEq)]
pub(crate) struct Finding {
    /// The id of the rule that masks it.
    #[pyo3(get)]
    rule: String,
    /// Its index in the policy.
    #[pyo3(get)]
    index: usize,
    /// Offset of its first byte in the input; of its first character, in a str.
    #[pyo3(get)]
    start: usize,
    /// Offset behind its last.
    #[pyo3(get)]
    end: usize,
    /// Where its value stands: `$['a'][0]`. It holds names of members, which are part of the input.
    #[pyo3(get)]
    path: String,
    /// Levels of JSON escapes over its text: 1 in a string value, one more for each nested text around it.
    #[pyo3(get)]
    level: u8,
}

#[pymethods]
impl Finding {
    fn __repr__(&self) -> String {
        let Self { rule, start, end, level, .. } = self;
        format!("Finding(rule='{rule}', start={start}, end={end}, level={level})")
    }
}

impl Finding {
    /// Counts bytes.
    pub(crate) fn of(found: &spanmask::Finding<'_>) -> Self {
        Self {
            rule: found.rule.to_owned(),
            index: found.index,
            start: found.start,
            end: found.end,
            path: found.path.to_string(),
            level: found.level,
        }
    }
}

/// Makes `findings` count what `offsets` counts. They come in order, so each stretch of the text is counted once.
pub(crate) fn count(findings: &mut [Finding], offsets: Offsets<'_>) {
    let Offsets::Characters(text) = offsets else { return };
    let (mut bytes, mut count) = (0, 0);
    let mut place = |at: usize| {
        if at < bytes {
            (bytes, count) = (0, 0);
        }
        count += characters(text.as_bytes().get(bytes..at).unwrap_or(&[]));
        bytes = at;
        count
    };
    for finding in findings {
        (finding.start, finding.end) = (place(finding.start), place(finding.end));
    }
}
