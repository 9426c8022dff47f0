//! simd-json: its tape alone, and parse, mask with the regex crate, serialise.

use super::Engine;
use super::walk::{Expressions, may_be_nested};
use crate::Result;
use crate::policies::Rules;
use simd_json::prelude::*;
use simd_json::{BorrowedValue as Value, Buffers, INPUT_PADDING, Tape};
use std::mem;

struct Parser {
    buffers: Buffers,
    tape: Tape<'static>,
    padded: bool,
}

fn parser(size: usize, padded: bool) -> Result<Box<dyn Engine>> {
    Ok(Box::new(Parser { buffers: Buffers::new(size), tape: Tape::null(), padded }))
}

/// With reused buffers.
pub(super) fn tape(_: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    parser(input.len(), false)
}

/// The same for a caller whose buffer has room behind the text, which saves a copy of it.
pub(super) fn tape_padded(_: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    parser(input.len(), true)
}

impl Engine for Parser {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let mut tape = mem::replace(&mut self.tape, Tape(Vec::new())).reset();
        let done = if self.padded {
            let room = buffer.get_mut(..len + INPUT_PADDING).ok_or("too small a buffer")?;
            simd_json::fill_tape_padded(room, len, &mut self.buffers, &mut tape)
        } else {
            simd_json::fill_tape(buffer.get_mut(..len).unwrap_or_default(), &mut self.buffers, &mut tape)
        };
        self.tape = tape.reset();
        Ok(done.map(|()| &[][..])?)
    }
}

struct Masker {
    expressions: Expressions,
    buffers: Buffers,
    out: Vec<u8>,
}

pub(super) fn masker(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    let expressions = Expressions::new(rules)?;
    Ok(Box::new(Masker {
        expressions,
        buffers: Buffers::new(input.len()),
        out: Vec::with_capacity(2 * input.len()),
    }))
}

impl Engine for Masker {
    fn call<'s>(&'s mut self, buffer: &'s mut [u8], len: usize) -> Result<&'s [u8]> {
        let text = buffer.get_mut(..len).unwrap_or_default();
        let mut value = simd_json::to_borrowed_value_with_buffers(text, &mut self.buffers)?;
        mask(&self.expressions, &mut value);
        self.out.clear();
        value.write(&mut self.out)?;
        Ok(&self.out)
    }
}

/// Says whether anything changed.
fn mask(expressions: &Expressions, value: &mut Value<'_>) -> bool {
    let masked = match value {
        Value::String(text) => mask_text(expressions, text),
        Value::Array(list) => {
            return list.iter_mut().fold(false, |done, value| mask(expressions, value) | done);
        }
        Value::Object(map) => {
            return map.values_mut().fold(false, |done, value| mask(expressions, value) | done);
        }
        Value::Static(_) => None,
    };
    let changed = masked.is_some();
    if let Some(masked) = masked {
        *value = Value::from(masked);
    }
    changed
}

fn mask_text(expressions: &Expressions, text: &str) -> Option<String> {
    if may_be_nested(text) {
        let mut copy = text.as_bytes().to_vec();
        if let Ok(mut value) = simd_json::to_borrowed_value(&mut copy) {
            return mask(expressions, &mut value).then(|| value.encode());
        }
    }
    expressions.mask(text)
}
