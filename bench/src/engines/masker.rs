//! spanmask itself, in place.

use super::Engine;
use crate::Result;
use crate::policies::Rules;
use spanmask::{Framing, Policy};

struct Masker(spanmask::Masker);

pub(super) fn mask(rules: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    new(&rules.ok_or("spanmask needs a policy")?.compile()?)
}

/// Without a check of the grammar.
pub(super) fn trusted(rules: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    let mut masker = masker(&rules.ok_or("spanmask needs a policy")?.compile()?);
    masker.set_trusted(true);
    Ok(Box::new(Masker(masker)))
}

/// Grammar and UTF-8 alone.
pub(super) fn check(_: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    new(&Policy::from_json(r#"{"version": 1, "rules": []}"#)?)
}

fn new(policy: &Policy) -> Result<Box<dyn Engine>> {
    Ok(Box::new(Masker(masker(policy))))
}

fn masker(policy: &Policy) -> spanmask::Masker {
    let mut masker = policy.masker();
    masker.set_framing(Framing::One);
    masker
}

impl Engine for Masker {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let len = self.0.mask_in_place(buffer, len)?;
        Ok(buffer.get(..len).unwrap_or_default())
    }
}
