//! The built-in detectors: one file a family, each with the source of its rule.
//!
//! Patterns are the `regex` crate's. Numbers and keys stand at ASCII word boundaries, not Unicode ones: in
//! `番号は4111…です` no Unicode boundary parts the number from the words. Where a boundary is not enough, the pattern
//! takes some context and the validator gives it back: so too an escape that the text itself holds (JSON quoted in
//! prose), whose letter hides the boundary in `\n4111…`. A match that is refused is tried again one character
//! on, so a pattern that must not begin in the middle of a longer run takes context at its front.

/// Where a word or a number may begin; the validator gives an escape back.
macro_rules! start {
    () => {
        r"(?:(?-u:\b)|\\[nrt])"
    };
}

mod address;
mod credential;
mod email;
mod finance;
mod key;
mod phone;

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

impl Search {
    /// In strings, anywhere.
    const fn new(pattern: &'static str, validator: Validator) -> Self {
        Self { pattern, validator, types: Types::STRING, names: &[] }
    }

    /// In strings and numbers that stand under one of `names`.
    const fn under(self, names: &'static [&'static str]) -> Self {
        Self { names, types: Types::STRING.union(Types::NUMBER), ..self }
    }
}

/// All detectors; secrets first, then by how sure a match is.
static ALL: [Detector; 20] = [
    credential::PRIVATE_KEY,
    credential::JWT,
    key::AWS,
    key::GOOGLE,
    key::GITHUB,
    key::SLACK,
    key::STRIPE,
    key::ANTHROPIC,
    key::OPENAI,
    key::LANGFUSE,
    credential::BEARER,
    credential::URL,
    email::EMAIL,
    finance::IBAN,
    finance::PAYMENT_CARD,
    finance::US_SSN,
    address::MAC,
    address::IPV6,
    address::IPV4,
    phone::PHONE,
];

/// All detectors, in the order in which a policy does well to list them.
#[must_use]
pub fn all() -> &'static [Detector] {
    &ALL
}

/// The detector of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Detector> {
    all().iter().find(|detector| detector.name == name)
}

#[cfg(test)]
mod tests;
