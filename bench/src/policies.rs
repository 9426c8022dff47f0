//! The policies that engines mask with, by name.

mod patterns;
mod words;

use crate::Result;
use serde_json::{Value, json};
use spanmask::{Document, Format, MapExternals, Policy};

const NAMES: [&str; 7] = [
    "langfuse-docs",
    "default",
    "default-1k-literals",
    "default-100k-literals",
    "patterns-3",
    "patterns-10",
    "patterns-100",
];

/// The names of all policies.
#[must_use]
pub const fn names() -> &'static [&'static str] {
    &NAMES
}

/// An expression, and what is written where it matches.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// In the syntax of the regex crate.
    pub pattern: String,
    /// The token.
    pub replace: String,
}

/// A policy, as a document and as what engines without policies need of it.
pub struct Rules {
    /// Its name.
    pub name: &'static str,
    /// The document, in JSON.
    pub document: Value,
    /// Its expressions in order, when it is nothing but expressions.
    pub patterns: Option<Vec<Pattern>>,
    literals: String,
}

impl Rules {
    /// The policy of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self> {
        let name = NAMES
            .into_iter()
            .find(|known| *known == name)
            .ok_or_else(|| format!("no policy \"{name}\"; there are: {}", NAMES.join(", ")))?;
        match name {
            "langfuse-docs" | "default" => Self::preset(name, name, 0),
            "default-1k-literals" => Self::preset(name, "default", 1_000),
            "default-100k-literals" => Self::preset(name, "default", 100_000),
            "patterns-3" => Ok(Self::custom(name, 3)),
            "patterns-10" => Ok(Self::custom(name, 10)),
            _ => Ok(Self::custom(name, 100)),
        }
    }

    fn preset(name: &'static str, preset: &str, literals: usize) -> Result<Self> {
        let text = spanmask::presets::text(preset).ok_or("a preset is missing")?;
        let mut document: Value = serde_saphyr::from_str(text)?;
        if literals > 0 {
            let rule = json!({"id": "NAME", "literals_file": "names", "whole_word": true, "replace": "[REDACTED_NAME]"});
            document["rules"].as_array_mut().ok_or("a preset without rules")?.push(rule);
        }
        let patterns = patterns_of(&document);
        Ok(Self { name, document, patterns, literals: words::lines(literals) })
    }

    fn custom(name: &'static str, count: usize) -> Self {
        let rule =
            |(place, pattern): (usize, String)| json!({"id": format!("RULE_{place}"), "pattern": pattern});
        let rules: Vec<Value> = patterns::first(count).into_iter().enumerate().map(rule).collect();
        let document = json!({"version": 1, "rules": rules});
        let patterns = patterns_of(&document);
        Self { name, document, patterns, literals: String::new() }
    }

    /// Whether e-mail addresses are among what it masks.
    #[must_use]
    pub fn masks_emails(&self) -> bool {
        !self.name.starts_with("patterns-")
    }

    /// Compiles it.
    ///
    /// # Errors
    /// When spanmask refuses it.
    pub fn compile(&self) -> Result<Policy> {
        let document = Document::parse(&self.document.to_string(), Format::Json)?;
        let externals = MapExternals::default().with_literals("names", self.literals.as_str());
        Ok(Policy::compile(&document, &externals)?)
    }
}

/// The expressions of a document whose rules all are one expression each.
fn patterns_of(document: &Value) -> Option<Vec<Pattern>> {
    let pattern = |rule: &Value| {
        let replace = rule["replace"].as_str().unwrap_or("[REDACTED]").to_owned();
        Some(Pattern { pattern: rule["pattern"].as_str()?.to_owned(), replace })
    };
    document["rules"].as_array()?.iter().map(pattern).collect()
}
