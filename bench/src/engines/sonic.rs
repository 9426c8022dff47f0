//! sonic-rs: lazy skipping alone, and parse, mask with the regex crate, serialise.

use super::Engine;
use super::walk::{Expressions, may_be_nested};
use crate::Result;
use crate::policies::Rules;
use sonic_rs::{JsonType, JsonValueMutTrait, JsonValueTrait, LazyValue, Value};
use std::hint::black_box;

struct Lazy;

/// Skips the whole document.
pub(super) fn lazy(_: Option<&Rules>, _: &[u8]) -> Result<Box<dyn Engine>> {
    Ok(Box::new(Lazy))
}

impl Engine for Lazy {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let value: LazyValue<'_> = sonic_rs::from_slice(buffer.get(..len).unwrap_or_default())?;
        black_box(&value);
        Ok(&[])
    }
}

struct Masker {
    expressions: Expressions,
    out: Vec<u8>,
}

pub(super) fn masker(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    Ok(Box::new(Masker { expressions: Expressions::new(rules)?, out: Vec::with_capacity(2 * input.len()) }))
}

impl Engine for Masker {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let mut value: Value = sonic_rs::from_slice(buffer.get(..len).unwrap_or_default())?;
        mask(&self.expressions, &mut value);
        self.out.clear();
        sonic_rs::to_writer(&mut self.out, &value)?;
        Ok(&self.out)
    }
}

/// Says whether anything changed.
fn mask(expressions: &Expressions, value: &mut Value) -> bool {
    match value.get_type() {
        JsonType::String => {
            let masked = value.as_str().and_then(|text| mask_text(expressions, text));
            let changed = masked.is_some();
            if let Some(masked) = masked {
                *value = Value::copy_str(&masked);
            }
            changed
        }
        JsonType::Array => value
            .as_array_mut()
            .is_some_and(|list| list.iter_mut().fold(false, |done, value| mask(expressions, value) | done)),
        JsonType::Object => value.as_object_mut().is_some_and(|map| {
            map.iter_mut().fold(false, |done, (_, value)| mask(expressions, value) | done)
        }),
        _ => false,
    }
}

fn mask_text(expressions: &Expressions, text: &str) -> Option<String> {
    if may_be_nested(text)
        && let Ok(mut value) = sonic_rs::from_str::<Value>(text)
    {
        return mask(expressions, &mut value).then(|| value.to_string());
    }
    expressions.mask(text)
}
