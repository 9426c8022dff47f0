//! The policies that the crate brings along.

use crate::document::{Document, Format};
use crate::error::{PolicyError, Problem, ProblemKind};

const NAMES: [&str; 2] = ["default", "langfuse-docs"];

/// Names of the presets.
#[must_use]
pub fn names() -> &'static [&'static str] {
    &NAMES
}

/// The YAML text of a preset.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    match name {
        "default" => Some(include_str!("../presets/default.yaml")),
        "langfuse-docs" => Some(include_str!("../presets/langfuse-docs.yaml")),
        _ => None,
    }
}

pub(crate) fn document(name: &str) -> Result<Document, PolicyError> {
    match text(name) {
        Some(text) => Document::parse(text, Format::Yaml),
        None => Err(Problem::new(ProblemKind::UnknownName, "", format!("there is no preset \"{name}\""))
            .suggest(format!("presets: {}", names().join(", ")))
            .into()),
    }
}
