//! The schema takes what the program takes. That it is the one of the types is a test next to them.

use crate::formats;
use regex::Regex;
use serde_json::Value;
use spanmask::{Format, presets, schema::json_schema};
use std::fs;
use std::path::Path;

/// The part of JSON Schema that the schema uses; any other word in it is a failure.
struct Schema(Value);

impl Schema {
    fn new() -> Self {
        Self(serde_json::from_str(&json_schema()).unwrap())
    }

    fn allows(&self, value: &Value) -> Result<(), String> {
        self.check(&self.0, value, "$")
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        let words = schema.as_object().unwrap();
        for (word, rule) in words {
            let number = |found: Option<usize>, holds: fn(u64, u64) -> bool| match (found, rule.as_u64()) {
                (Some(found), Some(bound)) => holds(found as u64, bound),
                _ => false,
            };
            let chars = value.as_str().map(|text| text.chars().count());
            let items = value.as_array().map(Vec::len);
            let holds = match word.as_str() {
                "$schema" | "$defs" | "title" | "description" | "format" | "additionalProperties" => true,
                "$ref" => {
                    let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    self.check(&self.0["$defs"][name], value, at)?;
                    true
                }
                "type" => is_of(value, rule.as_str().unwrap()),
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "oneOf" => {
                    let fits = |one: &&Value| self.check(one, value, at).is_ok();
                    rule.as_array().unwrap().iter().filter(fits).count() == 1
                }
                "required" => {
                    rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
                }
                "properties" => {
                    self.members(rule, words.get("additionalProperties"), value, at)?;
                    true
                }
                "items" => {
                    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item, &format!("{at}[{i}]"))?;
                    }
                    true
                }
                "minimum" => value.as_u64() >= rule.as_u64(),
                "maximum" => value.as_u64() <= rule.as_u64(),
                "minLength" => number(chars, |found, bound| found >= bound),
                "maxLength" => number(chars, |found, bound| found <= bound),
                "minItems" => number(items, |found, bound| found >= bound),
                "maxItems" => number(items, |found, bound| found <= bound),
                "pattern" => {
                    Regex::new(rule.as_str().unwrap()).unwrap().is_match(value.as_str().unwrap_or_default())
                }
                _ => panic!("teach the test the word {word}"),
            };
            if !holds {
                return Err(format!("{at}: {word}"));
            }
        }
        Ok(())
    }

    fn members(&self, known: &Value, others: Option<&Value>, value: &Value, at: &str) -> Result<(), String> {
        assert_eq!(others, Some(&Value::Bool(false)));
        for (name, member) in value.as_object().into_iter().flatten() {
            let schema = known.get(name).ok_or_else(|| format!("{at}.{name}: unknown"))?;
            self.check(schema, member, &format!("{at}.{name}"))?;
        }
        Ok(())
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        _ => panic!("teach the test the type {name}"),
    }
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// Every policy of the conformance cases.
fn cases() -> Vec<Value> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/cases");
    let mut policies = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let file: Value = serde_json::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        let cases = file["cases"].as_array().unwrap().iter();
        policies.extend(
            cases
                .chain([&file])
                .filter(|case| case.get("problems").is_none())
                .filter_map(|case| case.get("policy"))
                .filter(|policy| policy.is_object())
                .cloned(),
        );
    }
    policies
}

#[test]
fn takes_presets_and_all_fields() {
    let schema = Schema::new();
    for name in presets::names() {
        assert_eq!(schema.allows(&yaml(presets::text(name).unwrap())), Ok(()), "{name}");
    }
    for (format, text) in formats::ALL {
        let value = match format {
            Format::Yaml => yaml(text),
            Format::Json => serde_json::from_str(text).unwrap(),
            Format::Toml => toml::from_str(text).unwrap(),
        };
        assert_eq!(schema.allows(&value), Ok(()), "{format:?}");
    }
}

#[test]
fn takes_the_policies_of_the_conformance_cases() {
    let (schema, policies) = (Schema::new(), cases());
    assert!(policies.len() > 100, "{}", policies.len());
    for policy in policies {
        assert_eq!(schema.allows(&policy), Ok(()), "{policy}");
    }
}

/// What reading refuses, the schema refuses: editors say what the command will say.
#[test]
fn refuses_what_reading_refuses() {
    let schema = Schema::new();
    for text in [
        "rules: []",
        "version: 1",
        "[]",
        "{ version: 2, rules: [] }",
        "{ version: '1', rules: [] }",
        "{ version: 1, rules: [], colour: red }",
        "{ version: 1, rules: [], profile: kafka }",
        "{ version: 1, rules: [], profile: null }",
        "{ version: 1, rules: [], limits: { depth: 0 } }",
        "{ version: 1, rules: [], limits: { nesting: 9 } }",
        "{ version: 1, rules: [], allow: { keys: [] } }",
        "{ version: 1, rules: [{ keys: [a] }] }",
        "{ version: 1, rules: [{ id: 'a b', keys: [a] }] }",
        "{ version: 1, rules: [{ id: a, keys: a }] }",
        "{ version: 1, rules: [{ id: a, keys: [''] }] }",
        "{ version: 1, rules: [{ id: a, keys: [a], replce: x }] }",
        "{ version: 1, rules: [{ id: a, keys: [a], mask: { char: xx } }] }",
        "{ version: 1, rules: [{ id: a, keys: [a], mask: { keep: 1 } }] }",
        "{ version: 1, rules: [{ id: a, keys: [a], hash: { key: a, length: 65 } }] }",
        "{ version: 1, rules: [{ id: a, keys: [a], remove: false }] }",
        "{ version: 1, rules: [{ id: a, keys: [a], types: [strings] }] }",
    ] {
        assert!(schema.allows(&yaml(text)).is_err(), "{text}");
        assert!(spanmask::Policy::from_yaml(text).is_err(), "{text}");
    }
}
