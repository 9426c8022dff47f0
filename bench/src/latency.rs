//! How long one call takes, in process: the time on the wall, as a caller waits it.

use crate::Result;
use crate::inputs::{self, Input};
use crate::output::four_digits;
use crate::policies::Rules;
use serde::Serialize;
use spanmask::{Masker, Policy};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Texts of 4 KB, 64 KB, 1 MB and 16 MB.
pub const INPUTS: [&str; 4] = ["langfuse-4kb", "langfuse-64kb", "langfuse-1mb", "synthetic-16mb-low"];

/// Policies that are measured unless others are asked for.
pub const POLICIES: [&str; 2] = ["langfuse-docs", "default"];

/// The latency of one policy on one input.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The input.
    pub input: &'static str,
    /// The policy.
    pub policy: &'static str,
    /// The length of the input.
    pub bytes: usize,
    /// How many calls were timed.
    pub calls: usize,
    /// Half of them took no longer, in microseconds.
    #[serde(serialize_with = "four_digits")]
    pub p50_us: f64,
    /// 99 in 100 took no longer.
    #[serde(serialize_with = "four_digits")]
    pub p99_us: f64,
}

/// Measures these inputs with these policies, for so many seconds each.
///
/// # Errors
/// For names that are not known.
pub fn run(
    inputs: &[&str],
    policies: &[&str],
    seconds: f64,
    on_row: &mut dyn FnMut(Row) -> Result<()>,
) -> Result<()> {
    for name in inputs {
        let input = inputs::build(name)?;
        for policy in policies {
            let rules = Rules::named(policy)?;
            on_row(row(&input, rules.name, &rules.compile()?, seconds)?)?;
        }
    }
    Ok(())
}

fn row(input: &Input, name: &'static str, policy: &Policy, seconds: f64) -> Result<Row> {
    let mut calls = calls(&input.bytes, &mut policy.masker(), Duration::from_secs_f64(seconds))?;
    calls.sort_unstable();
    let at = |share: usize| calls.get(calls.len() * share / 100).map_or(0.0, |call| call.as_secs_f64() * 1e6);
    let (p50_us, p99_us) = (at(50), at(99));
    Ok(Row { input: input.name, policy: name, bytes: input.bytes.len(), calls: calls.len(), p50_us, p99_us })
}

/// At least thirty calls, at most ten thousand; the first of them are not counted.
fn calls(text: &[u8], masker: &mut Masker, budget: Duration) -> Result<Vec<Duration>> {
    let mut buffer = vec![0; 2 * text.len() + 4096];
    let (mut calls, start) = (Vec::new(), Instant::now());
    while calls.len() < 30 || (calls.len() < 10_000 && start.elapsed() < budget) {
        buffer[..text.len()].copy_from_slice(text);
        let call = Instant::now();
        black_box(masker.mask_in_place(black_box(&mut buffer), text.len())?);
        calls.push(call.elapsed());
    }
    Ok(calls.split_off(calls.len() / 20))
}
