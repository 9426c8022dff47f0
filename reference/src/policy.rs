//! A policy, as plain data.

use crate::select::Path;
use regex::Regex;

/// What to find, what to select, what to do.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// What is let through.
    pub allow: Allow,
    /// Whether documents may be OTLP.
    pub otlp: bool,
    /// How many containers may be open.
    pub depth: usize,
    /// How many nested texts may be around a string value.
    pub nesting: usize,
}

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What it searches for; empty for whole values.
    pub searches: Vec<Search>,
    /// Whether it masks whole values.
    pub whole: bool,
    /// The types whose whole values it masks.
    pub types: Types,
    /// Globs of names that select.
    pub keys: Vec<String>,
    /// Paths that select.
    pub paths: Vec<Path>,
    /// Globs of names of attributes that select.
    pub attributes: Vec<String>,
    /// Globs of names that except.
    pub except_keys: Vec<String>,
    /// Paths that except.
    pub except_paths: Vec<Path>,
    /// Globs of names of attributes that except.
    pub except_attributes: Vec<String>,
    /// Kinds of spans in which it applies; empty for everywhere.
    pub span_kinds: Vec<String>,
    /// What becomes of its parts.
    pub action: Action,
}

/// What lies in a match that counts: the range to mask, in characters of the match.
pub type Validate = fn(&str) -> Option<(usize, usize)>;

/// One pattern of a rule.
#[derive(Clone, Debug)]
pub struct Search {
    /// The pattern.
    pub regex: Regex,
    /// What it thinks of a match.
    pub validate: Validate,
    /// The types that it searches.
    pub types: Types,
    /// Globs of names around the value, one of which must match; empty for anywhere.
    pub name_globs: Vec<String>,
}

/// Types of values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Types {
    /// Strings.
    pub string: bool,
    /// Numbers.
    pub number: bool,
    /// `true` and `false`.
    pub boolean: bool,
}

/// What becomes of a part.
#[derive(Clone, Debug)]
pub enum Action {
    /// A token in its place.
    Replace(String),
    /// A character for each of its characters.
    Mask {
        /// The character.
        char: char,
        /// How many are kept at the front.
        keep_first: usize,
        /// How many are kept at the back.
        keep_last: usize,
    },
    /// A pseudonym.
    Hash {
        /// The key.
        key: Vec<u8>,
        /// How many digits.
        length: usize,
    },
    /// Nothing in its place.
    Remove,
}

impl Default for Action {
    fn default() -> Self {
        Self::Replace("[REDACTED]".into())
    }
}

/// What is let through.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Texts; the longest at a place counts.
    pub literals: Vec<String>,
    /// Patterns.
    pub patterns: Vec<Regex>,
    /// Globs of names whose values are not touched.
    pub keys: Vec<String>,
}

/// Any match counts, as a whole.
pub fn anything(text: &str) -> Option<(usize, usize)> {
    Some((0, text.chars().count()))
}

/// A match counts when its digits pass the Luhn check, and letters are none of it.
pub fn luhn(text: &str) -> Option<(usize, usize)> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    // Checksums are over ASCII digits.
    if text.chars().any(|c| c.is_alphanumeric() && !c.is_ascii_digit()) {
        return None;
    }
    let weigh = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(weigh).sum();
    if sum.is_multiple_of(10) { anything(text) } else { None }
}
