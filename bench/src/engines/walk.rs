//! What engines that parse share: expressions on decoded strings, one pass for each, also inside nested JSON.

use crate::Result;
use crate::policies::Rules;
use regex::Regex;
use std::borrow::Cow;

/// The expressions of a policy.
pub(super) struct Expressions(Vec<(Regex, String)>);

impl Expressions {
    pub(super) fn new(rules: Option<&Rules>) -> Result<Self> {
        let patterns =
            rules.and_then(|rules| rules.patterns.as_ref()).ok_or("not a policy of expressions only")?;
        let compile =
            |p: &crate::policies::Pattern| Ok((Regex::new(&p.pattern)?, p.replace.replace('$', "$$")));
        Ok(Self(patterns.iter().map(compile).collect::<Result<_>>()?))
    }

    /// The masked text, when it changes.
    pub(super) fn mask(&self, text: &str) -> Option<String> {
        let mut masked: Option<String> = None;
        for (regex, replacement) in &self.0 {
            if let Cow::Owned(text) = regex.replace_all(masked.as_deref().unwrap_or(text), replacement) {
                masked = Some(text);
            }
        }
        masked
    }
}

/// Whether a string is worth a try to parse it: it begins as an object, an array or a string does.
pub(super) fn may_be_nested(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with(['{', '[', '"'])
}
