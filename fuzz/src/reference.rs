//! The core masks as the reference does.
//!
//! Oracle: `spanmask-reference`, which shares no code with the core. It is compared in all the ways that its own tests do:
//! output, counts, findings, rooms that suffice and that do not.

#[allow(dead_code, unreachable_pub, clippy::all)]
#[path = "../../reference/tests/compare/mod.rs"]
mod compare;

use crate::policies;
use compare::Pair;
use serde_json::{Value, json};
use spanmask::Policy;
use spanmask_reference::generate::Random;
use std::cell::RefCell;
use std::collections::HashMap;

/// Bytes in front of the text: the policy.
pub const HEAD: usize = 1;
/// The reference takes its time.
const MOST: usize = 3_000;
/// Written down here.
const SPECS: usize = 5;
/// Made by chance, half of them with the profile `otlp`.
const RANDOM: usize = 60;
/// How many policies there are.
pub const COUNT: usize = SPECS + RANDOM;

thread_local! {
    static PAIRS: RefCell<HashMap<usize, Pair>> = RefCell::default();
}

fn spec(index: usize) -> Value {
    match index {
        0 => json!({"version": 1, "rules": [
            {"id": "EMAIL", "pattern": r"\b[\w.-]+?@\w+?\.\w+?\b", "replace": "[REDACTED_EMAIL]"},
            {"id": "PHONE", "pattern": r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b", "replace": "[REDACTED_PHONE]"},
            {"id": "CC", "pattern": r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b", "replace": "[REDACTED_CC]"},
        ]}),
        1 => json!({"version": 1, "rules": [
            {"id": "KEY", "pattern": r"AKIA[A-Z0-9]{6}", "replace": "#"},
            {"id": "CARD", "pattern": r"\b(?:\d[ -]?){12,18}\d\b", "validate": "luhn", "mask": {}},
            {"id": "PAIR", "pattern": r"\w+-\d{4}", "validate": "luhn", "replace": "#"},
            {"id": "EMAIL", "pattern": r"[\w.-]+@\w+\.\w+", "remove": true},
        ]}),
        2 => json!({"version": 1, "limits": {"nesting": 2, "depth": 20}, "rules": [
            {"id": "A", "pattern": "a", "replace": "<long>"},
            {"id": "B", "pattern": "b+", "remove": true},
            {"id": "C", "pattern": r"ca|\bé.", "mask": {"keep_last": 1}},
            {"id": "D", "pattern": r"d\d*", "hash": {"key": "k", "length": 12}},
        ]}),
        3 => json!({"version": 1, "profile": "otlp", "rules": [
            {"id": "T", "attributes": ["o*"], "when": {"span_kind": ["TOOL", "LLM"]}, "replace": "#"},
            {"id": "U", "attributes": ["u.*"], "except_attributes": ["u.x"]},
            {"id": "D", "pattern": r"\d{4}", "replace": "<####>"},
        ]}),
        4 => json!({"version": 1, "rules": [
            {"id": "N", "pattern": r"^55\d+$", "types": ["number"], "replace": "#"},
            {"id": "S", "pattern": r"(?:^|-)41\d+$", "types": ["string", "number"], "replace": "#"},
            {"id": "W", "pattern": r"^fals|rue$", "types": ["boolean"]},
        ]}),
        // Two that begin with neighbouring numbers would be alike.
        n => Random((n as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)).policy(n % 2 == 1),
    }
}

/// A policy, compiled now.
///
/// # Panics
/// When it does not compile.
#[must_use]
pub fn compiled(index: usize) -> Policy {
    Policy::from_json(&spec(index).to_string()).expect("a policy")
}

/// Runs one input.
///
/// # Panics
/// When the oracle does not hold.
pub fn run(data: &[u8]) {
    let Some((&[policy], text)) = data.split_first_chunk::<HEAD>() else { return };
    if text.len() > MOST {
        return;
    }
    let index = usize::from(policy) % COUNT;
    PAIRS.with_borrow_mut(|pairs| {
        let pair = pairs.entry(index).or_insert_with(|| {
            let policy = policies::saved("reference", index).unwrap_or_else(|| compiled(index));
            Pair::new(policy, spec(index))
        });
        pair.check(text);
        pair.finish();
    });
}
