//! The fast masker against the slow one, on random documents and policies.
//!
//! `SPANMASK_CASES` is the number of documents for the preset (a fifth of it for each of the other tests),
//! `SPANMASK_SEED` the first seed.

mod compare;

use compare::{Pair, seed, share_of_cases};
use serde_json::{Value, json};
use spanmask_reference::generate::Random;

/// How many documents a random policy is tried on.
const DOCUMENTS: u64 = 50;

/// The expressions and tokens of Langfuse's documentation, written down a second time.
fn langfuse_docs() -> Value {
    json!({"version": 1, "rules": [
        {"id": "EMAIL", "pattern": r"\b[\w.-]+?@\w+?\.\w+?\b", "replace": "[REDACTED_EMAIL]"},
        {"id": "PHONE", "pattern": r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b", "replace": "[REDACTED_PHONE]"},
        {"id": "CC", "pattern": r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b", "replace": "[REDACTED_CC]"},
    ]})
}

#[test]
fn the_preset() {
    let preset = spanmask::Policy::preset("langfuse-docs").expect("a preset");
    let mut pair = Pair::new(preset, langfuse_docs());
    for n in 0..share_of_cases(1) {
        let mut random = Random(seed(n));
        let mut document = random.document();
        if random.once_in(20) {
            document.extend_from_slice(b"\n");
            document.extend_from_slice(&random.document());
        }
        pair.check(&document);
    }
    pair.finish();
}

#[test]
fn the_preset_on_captured_traces() {
    let preset = spanmask::Policy::preset("langfuse-docs").expect("a preset");
    let mut pair = Pair::new(preset, langfuse_docs());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/traces");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the traces") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            pair.check(&std::fs::read(path).expect("a trace"));
            seen += 1;
        }
    }
    assert!(seen > 10);
    pair.finish();
}

/// Random policies from `policy` on documents from `document`.
fn random_policies(policy: fn(&mut Random) -> Value, document: fn(&mut Random) -> Vec<u8>) {
    let mut failed = 0;
    for n in 0..share_of_cases(5).div_ceil(DOCUMENTS) {
        let mut random = Random(seed(n));
        let spec = policy(&mut random);
        let compiled = match spanmask::Policy::from_json(&spec.to_string()) {
            Ok(compiled) => compiled,
            Err(error) => {
                println!("does not compile: {error}\n{spec}\n");
                failed += 1;
                continue;
            }
        };
        let mut pair = Pair::new(compiled, spec);
        (0..DOCUMENTS).for_each(|_| pair.check(&document(&mut random)));
        failed += pair.failed;
        assert!(failed < 10, "too many failures");
    }
    assert_eq!(failed, 0);
}

#[test]
fn random_policies_on_documents() {
    random_policies(|random| random.policy(false), Random::document);
}

#[test]
fn random_policies_on_otlp() {
    random_policies(|random| random.policy(true), Random::otlp);
}
