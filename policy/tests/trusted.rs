//! Masking for callers who vouch for the grammar.

use spanmask::Policy;
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::preset("default").expect("a preset"));

fn mask(text: &[u8], trusted: bool) -> Option<Vec<u8>> {
    let mut masker = POLICY.masker();
    masker.set_trusted(trusted);
    let mut text = text.to_vec();
    masker.mask_vec(&mut text).ok().map(|()| text)
}

#[test]
fn what_is_json_is_masked_as_ever() {
    let text = br#"[{"a": "jane@example.com", "b": [1.5e3, true]}, "{\"to\": \"john\\u0040example.com\"}"]"#;
    assert_eq!(mask(text, true), mask(text, false));
    assert_ne!(mask(text, true).as_deref(), Some(&text[..]));
}

#[test]
fn what_is_not_is_masked_somehow() {
    let text = b"[\"jane@example.com \xff\", 01, \"\\x\"]";
    assert_eq!(mask(text, false), None);
    let masked = mask(text, true).expect("nobody looks");
    assert_eq!(masked, b"[\"[REDACTED_EMAIL] \xff\", 01, \"\\x\"]");
}

/// Whatever stands there, it neither panics nor does it go on for ever.
#[test]
fn any_bytes_will_do() {
    let mut masker = POLICY.masker();
    masker.set_trusted(true);
    let pieces: [&[u8]; 16] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b"\\u00",
        b"\xf0\x9f",
        b"\xff",
        b"jane@example.com",
        b"4111 1111 1111 1111",
        b"\"a\":\"",
        b"\",\"b\":",
        b"{\\\"k\\\":\\\"+49 30 5550 0100\\\"}",
    ];
    let mut seed = 1_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    let mut masked = 0;
    for _ in 0..4_000 {
        let mut text = b"[\"".to_vec();
        for _ in 0..below(30) {
            text.extend(pieces[below(pieces.len())]);
        }
        text.extend(b"\"]");
        masked += usize::from(masker.mask_vec(&mut text).is_ok());
    }
    assert!(masked > 20, "{masked}");
}
