//! Texts that are made to be slow, of any length.

mod detectors;
mod structure;

use serde_json::{Value, json};

/// A text made to be slow, and the policy that it is meant for.
#[derive(Clone, Copy)]
pub struct Attack {
    /// Its name.
    pub name: &'static str,
    /// The name of a preset, or of one of the policies of [`document`].
    pub policy: &'static str,
    build: fn(usize) -> String,
}

impl Attack {
    const fn new(name: &'static str, policy: &'static str, build: fn(usize) -> String) -> Self {
        Self { name, policy, build }
    }

    /// Its text, of about `size` bytes.
    #[must_use]
    pub fn text(&self, size: usize) -> Vec<u8> {
        (self.build)(size).into_bytes()
    }
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Attack> {
    [structure::ALL, detectors::ALL].concat()
}

/// The policy of this name.
#[must_use]
pub fn document(name: &str) -> Option<Value> {
    let rules = match name {
        "keys" => json!([
            {"id": "A", "keys": ["*_token", "a*b*c*d", "*password*"]},
            {"id": "B", "paths": ["$..a..b", "$..[*].c"]},
            {"id": "C", "attributes": ["a.*.b.*", "*.secret"]},
        ]),
        "run-on" => json!([
            {"id": "A", "pattern": r"[a-z]+[0-9]"},
            {"id": "B", "pattern": r"\w+\.\w+@"},
            {"id": "C", "pattern": r"(?s)<.*>"},
            {"id": "D", "pattern": r"a{20,60}b"},
        ]),
        "goes-on" => json!([
            {"id": "A", "pattern": "foo(bar.*baz)?"},
            {"id": "B", "pattern": "x[^y]*y|x"},
        ]),
        "fails" => json!([
            {"id": "A", "pattern": r"\d{4}(?:[ -]?\d{4}){3}", "validate": "luhn"},
            {"id": "B", "pattern": r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4}){3,8}", "validate": "mod97"},
        ]),
        _ => return None,
    };
    Some(json!({"version": 1, "profile": "otlp", "rules": rules}))
}

/// One string value, filled with `unit`.
fn value_of(unit: &str, size: usize) -> String {
    format!(r#"{{"text":"{}"}}"#, unit.repeat(size / unit.len()))
}

/// An array, filled with `element`.
fn array_of(element: &str, size: usize) -> String {
    let mut list = format!("{element},").repeat(size / (element.len() + 1));
    list.pop();
    format!("[{list}]")
}
