//! The built-in detectors: one file a family, each with the source of its rule.

use spanmask_core::span::Types;
use spanmask_core::validate::Validator;

/// A built-in detector: searches that together find one kind of sensitive text.
#[derive(Debug)]
pub struct Detector {
    /// What `detect` calls it.
    pub name: &'static str,
    /// What it finds, one sentence.
    pub description: &'static str,
    /// Where the rule comes from: a standard, or a provider's documentation.
    pub source: &'static str,
    pub(crate) searches: &'static [Search],
}

/// One search of a detector. Each finds its own matches.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) pattern: &'static str,
    pub(crate) validator: Validator,
    pub(crate) types: Types,
    /// Name globs (keys or attribute names) under one of which a value must stand; empty: anywhere.
    pub(crate) names: &'static [&'static str],
}

/// All detectors, by name.
#[must_use]
pub fn all() -> &'static [Detector] {
    &[]
}

/// The detector of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Detector> {
    all().iter().find(|detector| detector.name == name)
}
