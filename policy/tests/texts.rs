//! Texts of values that are masked one by one.

use serde_json::{Value, json};
use spanmask::Policy;

fn policy(rules: &Value, depth: u32) -> Policy {
    let document = json!({"version": 1, "limits": {"depth": depth}, "rules": rules});
    Policy::from_json(&document.to_string()).expect("a policy")
}

#[test]
fn who_asks_for_more_than_the_text_has_no_texts() {
    for (rules, has) in [
        (json!([{"id": "A", "pattern": "[a-z]+@[a-z]+"}]), true),
        (json!([{"id": "A", "literals": ["falcon"]}]), true),
        (json!([{"id": "A", "keys": ["token"]}]), false),
        (json!([{"id": "A", "pattern": "[a-z]+@[a-z]+", "except_keys": ["to"]}]), false),
        (json!([{"id": "A", "pattern": "."}]), false),
        (json!([{"id": "A", "detect": "host:names"}]), false),
    ] {
        assert_eq!(policy(&rules, 8).masker().texts().is_some(), has, "{rules}");
    }
}

/// A nested text that is too deep is text, in which escapes mean nothing but where they may be some of JSON.
#[test]
fn containers_around_a_text_count() {
    let rules = json!([{"id": "A", "pattern": "[a-z]+@[a-z]+", "replace": "\"#\""}]);
    let policy = policy(&rules, 4);
    let mut masker = policy.masker();
    let texts = [
        r#"jo@x"#,
        r#"[["jo@x"]]"#,
        r#"[[["jo\u0040x","\"jo@x\""]]]"#,
        r#"{"a":[{"b":"[\"jo@x\"]"}]}"#,
        r#" "jo@x" "#,
        r#"[["jo@x"]"#,
    ];
    let mut differ = 0;
    for text in texts {
        let mut all = Vec::new();
        for depth in 0..4 {
            let nest = |text: &str| (0..depth).fold(json!(text), |inner, _| json!([inner]));
            let mut document = nest(text).to_string().into_bytes();
            masker.mask_vec(&mut document).expect("a document");
            let mut room = Vec::new();
            let masked = masker.texts().expect("texts").mask(text, depth, &mut room).expect("room");
            let masked = std::str::from_utf8(masked.expect("a match")).expect("UTF-8");
            assert_eq!(
                String::from_utf8(document).as_deref(),
                Ok(&*nest(masked).to_string()),
                "{text} at {depth}"
            );
            all.push(masked.to_owned());
        }
        differ += usize::from(all.iter().any(|masked| *masked != all[0]));
    }
    assert!(differ > 2, "depth made no difference");
}
