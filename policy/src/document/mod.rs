//! The policy document: its text, its fields, and the checks that need no automata.

mod check;
pub(crate) mod checked;
mod fields;
mod format;
mod names;
mod node;
mod place;
mod read;
mod rest;

use crate::error::{PolicyError, ProblemKind};
use crate::externals::{Externals, NoExternals};
use checked::Checked;
#[cfg(test)]
pub(crate) use fields::Fields;
use std::fmt;
use std::path::Path;

/// How a policy is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2, of which JSON is a part.
    Yaml,
    /// JSON.
    Json,
    /// TOML 1.0.
    Toml,
}

impl Format {
    /// By the file's extension: `.json`, `.toml`, and YAML for everything else.
    #[must_use]
    pub fn of_path(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Self::Json,
            Some(extension) if extension.eq_ignore_ascii_case("toml") => Self::Toml,
            _ => Self::Yaml,
        }
    }
}

/// A policy document, parsed but not yet checked.
#[derive(Clone)]
pub struct Document {
    fields: fields::Fields,
}

impl Document {
    /// Parses a policy document.
    ///
    /// # Errors
    /// When it is not of the format, or has unknown fields or fields of the wrong type. What else is wrong with it
    /// is told then too, but for what needs [`crate::Externals`].
    pub fn parse(text: &str, format: Format) -> Result<Self, PolicyError> {
        read::fields(format::tree(text, format)?).map(|fields| Self { fields }).map_err(|unread| {
            let Some(fields) = unread.fields else { return unread.error };
            let mut all = rest::all_problems(&fields, unread.error, &NoExternals);
            all.problems.retain(|problem| problem.kind != ProblemKind::External);
            all
        })
    }

    /// Checks everything that can be checked without compiling.
    ///
    /// # Errors
    /// All problems.
    pub(crate) fn check(&self) -> Result<Checked, PolicyError> {
        check::check(&self.fields)
    }

    /// The problems that were found, and those that are behind them.
    pub(crate) fn all_problems(&self, found: PolicyError, externals: &dyn Externals) -> PolicyError {
        rest::all_problems(&self.fields, found, externals)
    }

    /// What is written where no rule says what.
    pub(crate) fn default_replacement(&self) -> &str {
        self.fields.default_replacement.as_deref().unwrap_or(check::DEFAULT_REPLACEMENT)
    }

    /// The document as YAML, keys of `hash` actions left out.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        // Folded and literal blocks are hard to read back by eye where blanks matter, as in patterns.
        let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
        let mut out = String::new();
        // Writing plain fields into a string cannot fail.
        let _ = serde_saphyr::to_fmt_writer_with_options(&mut out, &self.fields, options);
        out
    }

    /// The names of keys (`hash: { key_env: NAME }`) that compiling asks [`crate::Externals`] for.
    pub fn external_keys(&self) -> impl Iterator<Item = &str> {
        self.rules().filter_map(|rule| rule.hash.as_ref()?.key_env.as_deref())
    }

    /// The names of files (`literals_file: NAME`) that compiling asks [`crate::Externals`] for.
    pub fn external_literals(&self) -> impl Iterator<Item = &str> {
        self.rules().filter_map(|rule| rule.literals_file.as_deref())
    }

    fn rules(&self) -> impl Iterator<Item = &fields::Rule> {
        self.fields.rules.iter().flatten()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys of `hash` actions show as `***`: see `fields::Secret`.
        f.debug_tuple("Document").field(&self.fields).finish()
    }
}
