//! `serde_json`: parse, mask with the regex crate, serialise.

use super::Engine;
use super::walk::{Expressions, may_be_nested};
use crate::Result;
use crate::policies::Rules;
use serde_json::Value;

struct Masker {
    expressions: Expressions,
    out: Vec<u8>,
}

pub(super) fn masker(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    Ok(Box::new(Masker { expressions: Expressions::new(rules)?, out: Vec::with_capacity(2 * input.len()) }))
}

impl Engine for Masker {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let mut value: Value = serde_json::from_slice(buffer.get(..len).unwrap_or(buffer))?;
        self.mask(&mut value);
        self.out.clear();
        serde_json::to_writer(&mut self.out, &value)?;
        Ok(&self.out)
    }
}

impl Masker {
    /// Says whether anything changed.
    fn mask(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => self.mask_text(text),
            Value::Array(list) => list.iter_mut().fold(false, |changed, value| self.mask(value) | changed),
            Value::Object(map) => map.values_mut().fold(false, |changed, value| self.mask(value) | changed),
            _ => false,
        }
    }

    fn mask_text(&self, text: &mut String) -> bool {
        let masked = match nested(text) {
            Some(mut value) => self.mask(&mut value).then(|| value.to_string()),
            None => self.expressions.mask(text),
        };
        let changed = masked.is_some();
        if let Some(masked) = masked {
            *text = masked;
        }
        changed
    }
}

fn nested(text: &str) -> Option<Value> {
    may_be_nested(text).then(|| serde_json::from_str(text).ok()).flatten()
}
