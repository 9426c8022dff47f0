//! Every value that the traces hold.

use crate::cases::Context;
use crate::support::{Probe, report};
use spanmask::Policy;
use std::collections::BTreeMap;

const TRUTH: &str = include_str!("../../../conformance/traces/truth.json");

/// The detectors of a kind of the traces; names of people have none.
fn detectors(kind: &str) -> &'static [&'static str] {
    match kind {
        "email" => &["email"],
        "phone" => &["phone"],
        "card" => &["payment_card"],
        "iban" => &["iban"],
        "ip" => &["ipv4", "ipv6"],
        "ssn" => &["us_ssn"],
        "secret" => &["aws_key", "openai_key", "jwt"],
        "name" => &[],
        _ => panic!("what is {kind}?"),
    }
}

/// The part of a value that is secret.
fn secret(value: &str) -> &str {
    value.strip_prefix("Bearer ").unwrap_or(value)
}

fn truth() -> BTreeMap<String, Vec<String>> {
    let kinds: BTreeMap<String, Vec<String>> = serde_json::from_str(TRUTH).expect("kinds and values");
    assert!(kinds.values().map(Vec::len).sum::<usize>() > 2000);
    kinds
}

#[test]
fn every_value_is_found_in_every_context() {
    let contexts = Context::all();
    let mut problems = Vec::new();
    for (kind, values) in truth() {
        let detectors = detectors(&kind);
        if detectors.is_empty() {
            continue;
        }
        let mut probe = Probe::new(detectors.iter().copied());
        for value in &values {
            for context in &contexts {
                let text = context.around(value);
                let found = probe.in_text(&text);
                let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
                if texts != context.expected(secret(value)) {
                    problems.push(format!("{kind}: {text:?}: {texts:?}"));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn the_default_policy_leaves_no_value() {
    let mut masker = Policy::preset("default").expect("the preset").masker();
    for (kind, values) in truth() {
        for value in values.iter().filter(|_| kind != "name") {
            let mut text = serde_json::to_vec(&format!("Before {value} and after")).expect("a string");
            masker.mask_vec(&mut text).expect("JSON");
            let masked: String = serde_json::from_slice(&text).expect("a string");
            assert!(masked.starts_with("Before ") && masked.ends_with(" and after"), "{masked}");
            assert!(!masked.contains(secret(value)), "{value}: {masked}");
            let token = &masked["Before ".len()..masked.len() - " and after".len()];
            assert!(token.trim_start_matches("Bearer ").starts_with("[REDACTED_"), "{value}: {masked}");
        }
    }
}
