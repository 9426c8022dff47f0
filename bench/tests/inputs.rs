//! Inputs are what they say they are, and the same everywhere.

use serde_json::Value;
use spanmask::Policy;
use spanmask_bench::inputs::synthetic::{MIX, Recipe, Style, build};
use spanmask_bench::inputs::{self, floats, langfuse};
use spanmask_bench::policies::{self, Rules};
use spanmask_bench::{growth, hostile};
use std::collections::BTreeSet;

const KB: usize = 1 << 10;

/// FNV-1a.
fn digest(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

fn mix(size: usize, hit_every: Option<usize>) -> Vec<u8> {
    build(&Recipe { size, hit_every, shares: MIX }, 1)
}

fn hits(preset: &str, text: &[u8]) -> u64 {
    let mut masker = Policy::preset(preset).unwrap().masker();
    masker.scan(text, &mut |_| {}).unwrap();
    masker.report().parts()
}

/// Records of different days are of the same bytes.
#[test]
fn generators_give_the_same_bytes_everywhere() {
    let inputs = [mix(64 * KB, Some(2 * KB)), floats::build(16 * KB, 1), langfuse::build(64 * KB).unwrap()];
    assert_eq!(
        inputs.map(|bytes| digest(&bytes)),
        [0xdd91_69e5_798c_9970, 0x6672_817f_3c66_173b, 0xca4d_b069_70e7_5d52]
    );
}

#[test]
fn inputs_are_json_of_the_size_they_say() {
    for (name, size) in [
        ("langfuse-4kb", 4 * KB),
        ("langfuse-64kb", 64 * KB),
        ("langfuse-1mb", 1024 * KB),
        ("synthetic-4kb-low", 4 * KB),
        ("synthetic-64kb-high", 64 * KB),
        ("floats-1mb", 1024 * KB),
    ] {
        let input = inputs::build(name).unwrap();
        let value: Value = serde_json::from_slice(&input.bytes).unwrap();
        assert!(value.is_array() || value["data"].is_array(), "{name}");
        assert!(
            input.bytes.len() <= size && input.bytes.len() * 10 > size * 9,
            "{name}: {}",
            input.bytes.len()
        );
    }
}

#[test]
fn hits_are_as_dense_as_the_recipe_says() {
    for preset in ["langfuse-docs", "default"] {
        // A detector may take one of the many numbers for what it looks for.
        assert!(hits(preset, &mix(128 * KB, None)) <= 1, "{preset}");
        let low = hits(preset, &mix(128 * KB, Some(2 * KB)));
        assert!((50..=64).contains(&low), "{preset}: {low}");
        let high = hits(preset, &mix(128 * KB, Some(100)));
        assert!((950..=1350).contains(&high), "{preset}: {high}");
    }
}

#[test]
fn styles_have_their_shares() {
    for style in [Style::Plain, Style::Escaped, Style::Utf8, Style::UnicodeEscapes] {
        let text = match style {
            Style::Plain => {
                build(&Recipe { size: 64 * KB, hit_every: None, shares: &[(Style::Plain, 100)] }, 1)
            }
            Style::Escaped => {
                build(&Recipe { size: 64 * KB, hit_every: None, shares: &[(Style::Escaped, 100)] }, 1)
            }
            Style::Utf8 => {
                build(&Recipe { size: 64 * KB, hit_every: None, shares: &[(Style::Utf8, 100)] }, 1)
            }
            Style::UnicodeEscapes => {
                build(&Recipe { size: 64 * KB, hit_every: None, shares: &[(Style::UnicodeEscapes, 100)] }, 1)
            }
        };
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text.is_ascii(), style != Style::Utf8, "{style:?}");
        assert_eq!(text.matches(r"\u").count() > 5_000, style == Style::UnicodeEscapes, "{style:?}");
        assert_eq!(text.matches(r#"\\""#).count() > 100, style == Style::Escaped, "{style:?}");
    }
}

#[test]
fn policies_compile() {
    for name in policies::names() {
        let rules = Rules::named(name).unwrap();
        assert!(rules.compile().is_ok(), "{name}");
        let count = name.strip_prefix("patterns-").map(|count| count.parse::<usize>().unwrap());
        assert!(count.is_none_or(|count| rules.patterns.is_some_and(|list| list.len() == count)), "{name}");
    }
}

#[test]
fn attacks_are_json_of_about_the_size_asked_for() {
    let mut masker = growth::policy("langfuse-docs").unwrap().masker();
    for attack in hostile::all() {
        let text = attack.text(64 * KB);
        let accepted = masker.scan(&text, &mut |_| {}).is_ok();
        assert_eq!(accepted, attack.name != "refused at its end", "{}", attack.name);
        assert!(text.len() > 32 * KB && text.len() < 96 * KB, "{}: {}", attack.name, text.len());
    }
}

#[test]
fn attacks_have_policies() {
    let names: BTreeSet<&str> = hostile::all().iter().map(|attack| attack.policy).collect();
    assert!(names.len() > 3);
    for name in names {
        assert!(growth::policy(name).is_ok(), "{name}");
    }
}
