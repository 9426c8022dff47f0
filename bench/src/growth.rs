//! What hostile texts cost: at a size, at twice and four times the size, and beside prose of that size.

use crate::Result;
use crate::hostile::{self, Attack};
use crate::inputs::synthetic::{self, Recipe, Style};
use crate::output::four_digits;
use crate::watch::Watch;
use serde::Serialize;
use spanmask::{Masker, Policy};
use std::collections::BTreeMap;
use std::hint::black_box;

/// Runs of which the fastest counts: what other programs do only ever adds to it.
const RUNS: usize = 5;

/// The cost of one hostile text.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What it is full of.
    pub attack: &'static str,
    /// The policy.
    pub policy: &'static str,
    /// Its length.
    pub bytes: usize,
    /// Millions of bytes a second.
    #[serde(serialize_with = "four_digits")]
    pub mb_per_s: f64,
    /// The cost of a text of twice the length, by that of this one.
    #[serde(serialize_with = "four_digits")]
    pub growth: f64,
    /// The same once more, from twice to four times the length: a step that comes once shows in one of both only.
    #[serde(serialize_with = "four_digits")]
    pub growth_again: f64,
    /// Its speed, by that of prose of the same length with the same policy.
    #[serde(serialize_with = "four_digits")]
    pub prose_ratio: f64,
}

/// A policy for attacks.
///
/// # Errors
/// When there is none of this name.
pub fn policy(name: &str) -> Result<Policy> {
    match hostile::document(name) {
        Some(document) => Ok(Policy::from_json(&document.to_string())?),
        None => Ok(Policy::preset(name)?),
    }
}

/// Prose of a length.
#[must_use]
pub fn prose(size: usize) -> Vec<u8> {
    synthetic::build(&Recipe { size, hit_every: Some(2048), shares: &[(Style::Plain, 100)] }, 7)
}

/// Measures all attacks at `size` bytes, and at twice and four times as many.
///
/// # Errors
/// When a policy does not compile.
pub fn run(size: usize, on_row: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
    let mut policies: BTreeMap<&str, (Masker, f64)> = BTreeMap::new();
    for attack in hostile::all() {
        if !policies.contains_key(attack.policy) {
            let mut masker = policy(attack.policy)?.masker();
            let speed = speed(&mut masker, &prose(size));
            policies.insert(attack.policy, (masker, speed));
        }
        if let Some((masker, prose)) = policies.get_mut(attack.policy) {
            on_row(row(&attack, masker, *prose, size))?;
        }
    }
    Ok(())
}

fn row(attack: &Attack, masker: &mut Masker, prose: f64, size: usize) -> Row {
    let texts = [size, 2 * size, 4 * size].map(|size| attack.text(size));
    let [first, second, third] = [0, 1, 2].map(|place| speed(masker, &texts[place]));
    Row {
        attack: attack.name,
        policy: attack.policy,
        bytes: texts[0].len(),
        mb_per_s: first / 1e6,
        // From speeds, as the lengths of the texts are not quite doubled.
        growth: 2.0 * first / second,
        growth_again: 2.0 * second / third,
        prose_ratio: first / prose,
    }
}

/// Bytes a second. What is refused costs time too.
fn speed(masker: &mut Masker, text: &[u8]) -> f64 {
    let mut buffer = vec![0; 4 * text.len() + 4096];
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        buffer[..text.len()].copy_from_slice(text);
        let watch = Watch::start();
        let _ = black_box(masker.mask_in_place(black_box(&mut buffer), text.len()));
        best = best.min(watch.seconds());
    }
    text.len() as f64 / best
}
