//! The policies that the crate brings along.

use crate::document::{Document, Format};
use crate::error::{PolicyError, Problem, ProblemKind};

/// Names of the presets.
#[must_use]
pub fn names() -> &'static [&'static str] {
    &["default", "langfuse-docs"]
}

/// The YAML text of a preset.
#[must_use]
pub fn text(_name: &str) -> Option<&'static str> {
    None
}

pub(crate) fn document(name: &str) -> Result<Document, PolicyError> {
    match text(name) {
        Some(text) => Document::parse(text, Format::Yaml),
        None => Err(Problem::new(ProblemKind::UnknownName, "", format!("there is no preset \"{name}\""))
            .suggest(format!("presets: {}", names().join(", ")))
            .into()),
    }
}
