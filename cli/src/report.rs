//! What was masked, in numbers: by file, by rule. A table for people, JSON for programs.

use crate::error::{CliError, printable};
use crate::output;
use crate::table::Table;
use serde::ser::{Serialize, SerializeMap, Serializer};
use spanmask::Report;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// The counts of a run.
#[derive(Default, serde::Serialize)]
pub(crate) struct RunReport {
    files: Vec<FileReport>,
    total: Counts,
}

#[derive(serde::Serialize)]
struct FileReport {
    file: String,
    #[serde(flatten)]
    counts: Counts,
}

/// The counts of an input, or of a part of it.
#[derive(Clone, Default, serde::Serialize)]
pub(crate) struct Counts {
    texts: u64,
    values: u64,
    parts: u64,
    bytes_masked: u64,
    rules: Rules,
}

/// Parts by rule, in the order of the policy.
#[derive(Clone, Default)]
struct Rules(Vec<(String, u64)>);

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, count) in &self.0 {
            map.serialize_entry(id, count)?;
        }
        map.end()
    }
}

impl Counts {
    pub(crate) fn of(report: &Report<'_>) -> Self {
        Self {
            texts: report.texts(),
            values: report.values(),
            parts: report.parts(),
            bytes_masked: report.bytes_masked(),
            rules: Rules(report.counts().map(|(id, count)| (id.to_owned(), count)).collect()),
        }
    }

    pub(crate) fn parts(&self) -> u64 {
        self.parts
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.texts += other.texts;
        self.values += other.values;
        self.parts += other.parts;
        self.bytes_masked += other.bytes_masked;
        if self.rules.0.is_empty() {
            self.rules = other.rules.clone();
            return;
        }
        for (sum, (_, count)) in self.rules.0.iter_mut().zip(&other.rules.0) {
            sum.1 += count;
        }
    }
}

impl RunReport {
    /// Adds the counts of one input.
    pub(crate) fn add(&mut self, file: String, counts: Counts) {
        self.total.add(&counts);
        self.files.push(FileReport { file, counts });
    }

    /// Writes it into a file, or to standard error.
    pub(crate) fn write(&self, file: Option<&Path>) -> Result<(), CliError> {
        if let Some(path) = file.filter(|path| path.as_os_str() != "-") {
            return output::write_file(path, self.json().as_bytes());
        }
        let stderr = io::stderr();
        let text = if stderr.is_terminal() { self.table() } else { self.json() };
        stderr
            .lock()
            .write_all(text.as_bytes())
            .map_err(|error| CliError::file("standard error", "write", &error))
    }

    fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Rules that masked nothing are left out.
    fn table(&self) -> String {
        let mut table = Table::new(&["file", "rule", "parts"]);
        for file in &self.files {
            for (rule, count) in file.counts.rules.0.iter().filter(|(_, count)| *count > 0) {
                table.row([printable(&file.file), printable(rule), count.to_string()]);
            }
        }
        let Counts { texts, values, parts, bytes_masked, .. } = self.total;
        let files = self.files.len();
        format!(
            "{table}{parts} parts ({bytes_masked} bytes) masked in {files} files, {texts} texts, {values} strings\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_sums_and_keep_the_order_of_rules() {
        let counts = |email, card| Counts {
            texts: 1,
            values: 3,
            parts: email + card,
            bytes_masked: 10,
            rules: Rules(vec![("Z_EMAIL".into(), email), ("A_CARD".into(), card)]),
        };
        let mut report = RunReport::default();
        for (file, counts) in [("a.json", counts(1, 0)), ("b.json", counts(2, 4))] {
            report.total.add(&counts);
            report.files.push(FileReport { file: file.into(), counts });
        }
        assert!(report.json().ends_with(
            r#""total":{"texts":2,"values":6,"parts":7,"bytes_masked":20,"rules":{"Z_EMAIL":3,"A_CARD":4}}}
"#
        ));
        let table = report.table();
        assert!(table.contains("b.json  A_CARD   4"), "{table}");
        assert!(!table.contains("a.json  A_CARD"), "{table}");
        assert!(table.ends_with("7 parts (20 bytes) masked in 2 files, 2 texts, 6 strings\n"), "{table}");
    }
}
