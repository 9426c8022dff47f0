//! The captured traces under the default policy: nothing planted is left, and everything else is as it was.

use spanmask::Policy;
use spanmask_conformance::tree::Tree;
use spanmask_conformance::{traces, truth};
use std::sync::LazyLock;

const LEVELS: u8 = 8;

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::preset("default").unwrap());

fn masked(input: &[u8]) -> Vec<u8> {
    let mut text = input.to_vec();
    POLICY.masker().mask_vec(&mut text).unwrap();
    text
}

fn tree(name: &str, text: &[u8]) -> Tree {
    Tree::parse(std::str::from_utf8(text).unwrap()).unwrap_or_else(|| panic!("{name} is no JSON"))
}

/// Every planted value but names, which no detector finds.
fn planted() -> Vec<(String, String)> {
    let all = truth().into_iter().filter(|(kind, _)| kind != "name");
    all.flat_map(|(kind, values)| values.into_iter().map(move |value| (kind.clone(), value))).collect()
}

#[test]
fn nothing_planted_is_left_at_any_level() {
    let planted = planted();
    for (name, input) in traces() {
        let mut left = Vec::new();
        let mut before = 0;
        tree(&name, &input).strings(LEVELS, &mut |text| {
            before += planted.iter().filter(|(_, value)| text.contains(value.as_str())).count();
        });
        tree(&name, &masked(&input)).strings(LEVELS, &mut |text| {
            left.extend(planted.iter().filter(|(_, value)| text.contains(value.as_str())));
        });
        assert!(before > 0, "{name}: nothing was planted");
        left.sort();
        left.dedup();
        assert!(left.is_empty(), "{name}: {} values are left: {left:?}", left.len());
    }
}

#[test]
fn structure_keys_types_and_nested_texts_stay() {
    for (name, input) in traces() {
        let (before, after) = (tree(&name, &input), tree(&name, &masked(&input)));
        assert_eq!(before.difference(&after, LEVELS), None, "{name}");
    }
}

/// Numbers too: in the traces every one is a time, a count or a byte of an id.
#[test]
fn ids_times_and_numbers_stay() {
    for (name, input) in traces() {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        fixed(&tree(&name, &input), "", LEVELS, &mut before);
        fixed(&tree(&name, &masked(&input)), "", LEVELS, &mut after);
        assert!(before.len() > 100, "{name}: {} values", before.len());
        assert_eq!(before.len(), after.len(), "{name}");
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before, after, "{name}");
        }
    }
}

/// Members whose strings must not change, wherever they stand in the payloads.
const IDS: &[&str] = &[
    "traceId",
    "spanId",
    "parentSpanId",
    "parentObservationId",
    "id",
    "key",
    "schemaUrl",
    "type",
    "kind",
    "intValue",
    "timestamp",
    "startTime",
    "endTime",
    "completionStartTime",
    "level",
    "environment",
];

/// Attributes that the backend parses.
const PARSED: &[&str] = &[
    "langfuse.observation.type",
    "langfuse.observation.level",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "langfuse.environment",
    "gen_ai.usage.input_tokens",
];

/// The values that must not change, in order: numbers, booleans, the strings of ids and times, parsed attributes.
fn fixed(tree: &Tree, key: &str, levels: u8, into: &mut Vec<String>) {
    match tree {
        Tree::Number(number) => into.push(format!("{key}={number}")),
        Tree::Boolean(boolean) => into.push(format!("{key}={boolean}")),
        Tree::String(text) if IDS.contains(&key) || key.ends_with("UnixNano") => {
            into.push(format!("{key}={text}"))
        }
        Tree::String(_) if levels > 0 => {
            if let Some(nested) = tree.nested() {
                fixed(&nested, key, levels - 1, into);
            }
        }
        Tree::Array(items) => items.iter().for_each(|item| fixed(item, key, levels, into)),
        Tree::Object(members) => {
            if let [(_, Tree::String(name)), (_, value)] = &members[..]
                && PARSED.contains(&name.as_str())
            {
                into.push(format!("{name}={value:?}"));
            }
            members.iter().for_each(|(key, item)| fixed(item, key, levels, into));
        }
        _ => {}
    }
}

#[test]
fn masking_again_changes_nothing() {
    for (name, input) in traces() {
        let once = masked(&input);
        assert!(masked(&once) == once, "{name}");
    }
}

#[test]
fn every_way_of_masking_gives_the_same() {
    for (name, input) in traces() {
        let expected = masked(&input);
        let mut masker = POLICY.masker();
        let mut findings = 0;
        assert_eq!(masker.scan(&input, &mut |_| findings += 1), Ok(expected.len()), "{name}");
        let mut output = vec![0; expected.len()];
        let len = masker.mask_into(&input, &mut output).unwrap();
        assert!(output[..len] == expected[..], "{name}");
        assert_eq!(masker.report().parts(), findings, "{name}");
        assert!(findings > 0, "{name}");
    }
}
