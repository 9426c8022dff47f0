//! A document whose every field has been checked: what `compile` turns into tables.

use crate::detectors::Detector;
use spanmask_core::limits::Limits;
use spanmask_core::span::Types;
use spanmask_core::validate::Validator;
use zeroize::Zeroizing;

/// A policy with nothing left to doubt but its patterns and externals.
pub(crate) struct Checked {
    pub(crate) otlp: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) allow: Allow,
    pub(crate) limits: Limits,
    pub(crate) masks_oversize: bool,
}

pub(crate) struct Rule {
    pub(crate) id: String,
    /// Its place in the document: `rules[3]`.
    pub(crate) at: String,
    pub(crate) matcher: Matcher,
    pub(crate) selectors: Selectors,
    /// A bit a span kind (`spanmask_core::select::span_kind`); 0 without `when`.
    pub(crate) span_kinds: u32,
    /// As written, or the default: string with a matcher, string and number without. `None`: as the detector says.
    pub(crate) types: Option<Types>,
    pub(crate) action: Action,
}

pub(crate) enum Matcher {
    /// No matcher: whole values.
    Whole,
    Detect(&'static Detector),
    /// A detector of the host.
    Host {
        name: String,
        max_bytes: u32,
        refuse: bool,
    },
    /// An ordered alternation.
    Patterns {
        patterns: Vec<String>,
        /// Whether they stood in a list.
        listed: bool,
        ignore_case: bool,
        validator: Validator,
    },
    Literals {
        source: LiteralSource,
        ignore_case: bool,
        whole_word: bool,
    },
}

pub(crate) enum LiteralSource {
    Inline(Vec<String>),
    /// The name that `Externals::literals` knows.
    File(String),
}

/// Name globs and paths, as written; `paths` are parsed by `compile`.
#[derive(Default)]
pub(crate) struct Selectors {
    pub(crate) keys: Vec<String>,
    pub(crate) paths: Vec<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) except_keys: Vec<String>,
    pub(crate) except_paths: Vec<String>,
    pub(crate) except_attributes: Vec<String>,
}

pub(crate) enum Action {
    Replace(String),
    Mask { with: char, keep_first: u32, keep_last: u32 },
    Hash { key: KeySource, length: u8 },
    Remove,
}

pub(crate) enum KeySource {
    Inline(Zeroizing<Vec<u8>>),
    /// The name that `Externals::key` knows.
    Env(String),
}

#[derive(Default)]
pub(crate) struct Allow {
    pub(crate) literals: Vec<String>,
    pub(crate) patterns: Vec<String>,
    pub(crate) keys: Vec<String>,
    pub(crate) attributes: Vec<String>,
    pub(crate) paths: Vec<String>,
}
