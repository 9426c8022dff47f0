//! The examples and the README do what they say.

use spanmask::{Document, Format, Framing, MapExternals, Policy};
use spanmask_conformance::folder;
use spanmask_conformance::tree::Tree;
use std::fs;

const LEVELS: u8 = 8;

fn read(name: &str) -> String {
    fs::read_to_string(folder().join("..").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The blocks of a language in the README.
fn blocks(language: &str) -> Vec<String> {
    let text = read("README.md");
    let start = format!("```{language}\n");
    text.split(&start).skip(1).filter_map(|rest| Some(rest.split("\n```").next()?.to_owned())).collect()
}

fn masked(policy: &Policy, text: &str) -> (String, Vec<(String, u64)>) {
    let mut masker = policy.masker();
    masker.set_framing(Framing::One);
    let mut bytes = text.as_bytes().to_vec();
    masker.mask_vec(&mut bytes).unwrap();
    let counts = masker.report().counts().filter(|(_, count)| *count > 0);
    (String::from_utf8(bytes).unwrap(), counts.map(|(rule, count)| (rule.to_owned(), count)).collect())
}

fn with_externals(text: &str) -> Policy {
    let document = Document::parse(text, Format::Yaml).unwrap();
    let externals = MapExternals::default()
        .with_key("SPANMASK_HASH_KEY", *b"pepper")
        .with_literals("names.txt", read("examples/names.txt"));
    Policy::compile(&document, &externals).unwrap()
}

/// Also tells when the layout of images changes, which must change their version.
#[test]
fn the_image_of_the_bare_example_is_its_policy() {
    let policy = Policy::from_yaml(&read("examples/bare/policy.yaml")).unwrap();
    let image = fs::read(folder().join("../examples/bare/policy.image")).unwrap();
    assert!(
        policy.save().unwrap() == image,
        "spanmask policy compile examples/bare/policy.yaml -o examples/bare/policy.image"
    );
}

#[test]
fn the_trace_is_masked_by_the_default_policy() {
    let trace = read("examples/trace.json");
    let (masked, counts) = masked(&Policy::preset("default").unwrap(), &trace);
    let counts: Vec<_> = counts.iter().map(|(rule, count)| (rule.as_str(), *count)).collect();
    assert_eq!(
        counts,
        [("AWS_KEY", 1), ("EMAIL", 7), ("IBAN", 3), ("PAYMENT_CARD", 2), ("IPV4", 1), ("PHONE", 3)]
    );
    let (before, after) = (Tree::parse(&trace).unwrap(), Tree::parse(&masked).unwrap());
    assert_eq!(before.difference(&after, LEVELS), None);
    assert!(trace.len() < 4096);
}

#[test]
fn the_policy_shows_everything_and_masks_the_trace() {
    let text = read("examples/policy.yaml");
    let policy = with_externals(&text);
    assert!(policy.warnings().is_empty(), "{:?}", policy.warnings());
    let (masked, counts) = masked(&policy, &read("examples/trace.json"));
    let used: Vec<_> = counts.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(used, ["EMAIL", "CARD", "PHONE_IN_TOOLS", "IBAN", "CUSTOMER_NAMES", "BALANCE", "ORDER"]);
    for shown in ["05ec50977458", "************5556", "FR89****", "[NAME]", "[PHONE]", "\\\"balance\\\": 0"] {
        assert!(masked.contains(shown), "{shown}");
    }
    let schema: serde_json::Value = serde_json::from_str(&read("policy/policy.schema.json")).unwrap();
    for field in fields(&schema) {
        assert!(text.contains(&format!("{field}:")), "the example does not show {field}");
    }
}

/// Names of all fields that a policy may have, but the key that is better in the environment.
fn fields(schema: &serde_json::Value) -> Vec<&str> {
    let objects = schema["$defs"].as_object().unwrap().values().chain([schema]);
    let names = objects.filter_map(|object| object["properties"].as_object());
    names.flat_map(|properties| properties.keys()).map(String::as_str).filter(|name| *name != "key").collect()
}

#[test]
fn the_readme_shows_what_happens() {
    let trace = read("examples/trace.json");
    let (masked, _) = masked(&Policy::preset("default").unwrap(), &trace);
    let texts = blocks("text");
    assert!(trace.contains(&texts[0]), "{}", texts[0]);
    assert!(masked.contains(&texts[1]), "{}", texts[1]);
}

#[test]
fn the_policy_of_the_readme_compiles() {
    let policies = blocks("yaml");
    assert_eq!(policies.len(), 1);
    assert_eq!(with_externals(&policies[0]).rules().count(), 5);
    assert!(policies[0].lines().count() <= 10);
}
