//! What the tests share: a masker for some detectors, and what it finds in a text.

use serde::de::DeserializeOwned;
use spanmask::{Masker, Policy};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A part that would be masked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) detector: String,
    /// Its text, with the escapes of its level resolved.
    pub(crate) text: String,
    /// Its place in the string, in bytes; meaningless in nested text.
    pub(crate) place: Range<usize>,
}

pub(crate) struct Probe {
    masker: Masker,
}

impl Probe {
    /// Looks for what these detectors find.
    pub(crate) fn new<'a>(detectors: impl IntoIterator<Item = &'a str>) -> Self {
        let rules = detectors.into_iter().map(|name| format!("  - {{id: {name}, detect: {name}}}\n"));
        let policy = format!("version: 1\nrules:\n{}", rules.collect::<String>());
        Self { masker: Policy::from_yaml(&policy).expect("a policy of detectors").masker() }
    }

    /// Looks for what all detectors find.
    pub(crate) fn of_all() -> Self {
        Self::new(spanmask::detectors::all().iter().map(|detector| detector.name))
    }

    /// What is found in a string value.
    pub(crate) fn in_text(&mut self, text: &str) -> Vec<Found> {
        self.in_document(&serde_json::to_string(text).expect("a string"))
    }

    /// What is found in a document.
    pub(crate) fn in_document(&mut self, document: &str) -> Vec<Found> {
        let mut found = Vec::new();
        let scanned = self.masker.scan(document.as_bytes(), &mut |part| {
            let text = resolve(&document[part.start..part.end], part.level);
            let start = resolve(document.get(1..part.start).unwrap_or_default(), 1).len();
            let place = start..start + text.len();
            found.push(Found { detector: part.rule.to_owned(), text, place });
        });
        scanned.unwrap_or_else(|error| panic!("{error:?}: {document}"));
        found
    }
}

/// Resolves the escapes of `level` levels.
fn resolve(raw: &str, level: u8) -> String {
    (0..level).fold(raw.to_owned(), |text, _| {
        serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.clone())
    })
}

/// The text, escaped as in a JSON string, so many times.
pub(crate) fn escape(text: &str, times: usize) -> String {
    (0..times).fold(text.to_owned(), |text, _| {
        let quoted = serde_json::to_string(&text).expect("a string");
        quoted[1..quoted.len() - 1].to_owned()
    })
}

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/detectors")
}

/// The records of a JSON Lines file. The mark `¦` is taken out: it keeps those away who look for keys in repositories.
pub(crate) fn lines<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let file = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let records = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(at, line): (usize, &str)| {
        serde_json::from_str(&line.replace('¦', ""))
            .unwrap_or_else(|error| panic!("{}:{}: {error}", path.display(), at + 1))
    };
    records.map(parse).collect()
}

/// Fails with all of `problems`, if there are any.
pub(crate) fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{} cases:\n{}", problems.len(), problems.join("\n"));
}
