//! From a policy document to the policy of the reference.

use crate::otlp;
use crate::policy::{Action, Allow, Policy, Rule, Search, Types, Validate, anything, luhn};
use crate::select::Path;
use regex::Regex;
use serde_json::Value;

/// The policy that a document describes. Panics on what the reference does not know.
pub fn reference_of(document: &Value) -> Policy {
    let default = document["default_replacement"].as_str().unwrap_or("[REDACTED]");
    let rules = document["rules"].as_array().map_or(&[][..], Vec::as_slice);
    let otlp = document["profile"] == "otlp";
    let mut patterns: Vec<Regex> =
        strings(&document["allow"]["patterns"]).iter().map(|p| compile(p)).collect();
    if otlp {
        patterns.push(compile(otlp::MEDIA_TOKEN));
    }
    let limit =
        |name: &str, default| document["limits"][name].as_u64().map_or(default, |limit| limit as usize);
    Policy {
        rules: rules.iter().map(|rule| rule_of(rule, default)).collect(),
        allow: Allow {
            literals: strings(&document["allow"]["literals"]),
            patterns,
            keys: strings(&document["allow"]["keys"]),
        },
        otlp,
        depth: limit("depth", 1024),
        nesting: limit("nesting", 8),
    }
}

/// One rule.
fn rule_of(rule: &Value, default: &str) -> Rule {
    assert!(rule["detect"].is_null(), "the reference knows no detectors");
    let pattern = pattern_of(rule);
    let paths = |name: &str| strings(&rule[name]).iter().map(|p| Path::parse(p).expect("a path")).collect();
    let types = types_of(rule, pattern.is_none());
    let validate: Validate = if rule["validate"] == "luhn" { luhn } else { anything };
    let search = |pattern: &String| Search { regex: compile(pattern), validate, types, name_globs: vec![] };
    Rule {
        id: rule["id"].as_str().expect("an id").into(),
        searches: pattern.iter().map(search).collect(),
        whole: pattern.is_none(),
        types,
        keys: strings(&rule["keys"]),
        paths: paths("paths"),
        attributes: strings(&rule["attributes"]),
        except_keys: strings(&rule["except_keys"]),
        except_paths: paths("except_paths"),
        except_attributes: strings(&rule["except_attributes"]),
        span_kinds: strings(&rule["when"]["span_kind"]),
        action: action_of(rule, default),
    }
}

/// The pattern that a rule comes down to.
fn pattern_of(rule: &Value) -> Option<String> {
    let patterns: Vec<String> = strings(&rule["pattern"])
        .into_iter()
        .chain(strings(&rule["patterns"]))
        .map(|p| format!("(?:{p})"))
        .collect();
    if !patterns.is_empty() {
        return Some(patterns.join("|"));
    }
    let literals: Vec<String> =
        strings(&rule["literals"]).iter().map(|literal| regex::escape(literal)).collect();
    if literals.is_empty() {
        return None;
    }
    let any = format!("(?:{})", literals.join("|"));
    let flags = if rule["ignore_case"] == true { "(?i)" } else { "" };
    Some(match rule["whole_word"] == true {
        true => format!(r"{flags}\b{{start-half}}{any}\b{{end-half}}"),
        false => format!("{flags}{any}"),
    })
}

/// The types that a rule may touch.
fn types_of(rule: &Value, whole: bool) -> Types {
    if rule["types"].is_null() {
        return Types { string: true, number: whole, boolean: false };
    }
    let has = |name: &str| strings(&rule["types"]).iter().any(|t| t == name);
    Types { string: has("string"), number: has("number"), boolean: has("boolean") }
}

/// What becomes of a rule's parts.
fn action_of(rule: &Value, default: &str) -> Action {
    let count = |value: &Value, default| value.as_u64().map_or(default, |count| count as usize);
    if let Some(mask) = rule.get("mask") {
        let char = mask["char"].as_str().and_then(|text| text.chars().next()).unwrap_or('*');
        let (keep_first, keep_last) = (count(&mask["keep_first"], 0), count(&mask["keep_last"], 0));
        return Action::Mask { char, keep_first, keep_last };
    }
    if let Some(hash) = rule.get("hash") {
        let key = hash["key"].as_str().expect("a key").as_bytes().to_vec();
        return Action::Hash { key, length: count(&hash["length"], 16) };
    }
    if rule["remove"] == true {
        return Action::Remove;
    }
    Action::Replace(rule["replace"].as_str().unwrap_or(default).into())
}

/// A string, or a list of them.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().map(|text| text.as_str().expect("a string").into()).collect(),
        _ => vec![],
    }
}

/// A pattern that must compile.
fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}
