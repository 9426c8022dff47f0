//! The texts that engines are given, by name; each is the same on every machine.

pub mod floats;
pub mod langfuse;
pub mod rng;
pub mod synthetic;
pub mod text;

use crate::Result;
use synthetic::{MIX, Recipe, Style};

const KB: usize = 1 << 10;
const MB: usize = 1 << 20;
const SEED: u64 = 0x5eed;

/// A text, and what is planted in it.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Kind {
    Langfuse(usize),
    Synthetic(Recipe),
    Floats(usize),
}

const fn mix(size: usize, hit_every: Option<usize>) -> Kind {
    Kind::Synthetic(Recipe { size, hit_every, shares: MIX })
}

const fn style(shares: &'static [(Style, usize)]) -> Kind {
    Kind::Synthetic(Recipe { size: MB, hit_every: LOW, shares })
}

const LOW: Option<usize> = Some(2 * KB);
const HIGH: Option<usize> = Some(100);

const INPUTS: [(&str, Kind); 17] = [
    ("langfuse-1mb", Kind::Langfuse(MB)),
    ("langfuse-64kb", Kind::Langfuse(64 * KB)),
    ("langfuse-4kb", Kind::Langfuse(4 * KB)),
    ("synthetic-1mb-none", mix(MB, None)),
    ("synthetic-1mb-low", mix(MB, LOW)),
    ("synthetic-1mb-high", mix(MB, HIGH)),
    ("synthetic-16mb-none", mix(16 * MB, None)),
    ("synthetic-16mb-low", mix(16 * MB, LOW)),
    ("synthetic-64kb-none", mix(64 * KB, None)),
    ("synthetic-64kb-low", mix(64 * KB, LOW)),
    ("synthetic-64kb-high", mix(64 * KB, HIGH)),
    ("synthetic-4kb-low", mix(4 * KB, LOW)),
    ("style-plain-1mb", style(&[(Style::Plain, 100)])),
    ("style-escaped-1mb", style(&[(Style::Escaped, 100)])),
    ("style-utf8-1mb", style(&[(Style::Utf8, 100)])),
    ("style-unicode-escapes-1mb", style(&[(Style::UnicodeEscapes, 100)])),
    ("floats-1mb", Kind::Floats(MB)),
];

/// The names of all inputs.
pub fn names() -> impl Iterator<Item = &'static str> {
    INPUTS.iter().map(|(name, _)| *name)
}

/// Builds the input of this name.
///
/// # Errors
/// When there is none.
pub fn build(name: &str) -> Result<Input> {
    let (name, kind) = INPUTS.iter().find(|(known, _)| *known == name).ok_or_else(|| {
        format!("no input \"{name}\"; there are: {}", names().collect::<Vec<_>>().join(", "))
    })?;
    let bytes = match kind {
        Kind::Langfuse(size) => langfuse::build(*size)?,
        Kind::Synthetic(recipe) => synthetic::build(recipe, SEED),
        Kind::Floats(size) => floats::build(*size, SEED),
    };
    Ok(Input { name, bytes })
}
