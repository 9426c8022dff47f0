//! The reference against the examples of the semantics, by hand.

use serde_json::{Value, json};
use spanmask_reference::document::reference_of;
use spanmask_reference::mask;

/// Masks `input` with the rules, as one text.
fn masked(document: &Value, input: &str) -> String {
    let outcome = mask(&reference_of(document), input.as_bytes(), true).expect("JSON");
    String::from_utf8(outcome.output).expect("UTF-8")
}

fn check(rules: Value, pairs: &[(&str, &str)]) {
    let document = json!({"version": 1, "rules": rules});
    for (input, want) in pairs {
        assert_eq!(masked(&document, input), *want, "{input}");
    }
}

fn email() -> Value {
    json!({"id": "EMAIL", "pattern": r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b", "replace": "[REDACTED_EMAIL]"})
}

#[test]
fn decoded() {
    check(
        json!([email()]),
        &[
            (r#"{"a@b.com":"john\u0040x.com"}"#, r#"{"a@b.com":"[REDACTED_EMAIL]"}"#),
            (r#"["\njohn@x.com"]"#, r#"["\n[REDACTED_EMAIL]"]"#),
            (r#" [ "\ud800john@x.com\u0021" , 1 ]"#, r#" [ "\ud800[REDACTED_EMAIL]\u0021" , 1 ]"#),
        ],
    );
}

#[test]
fn nested() {
    check(
        json!([{"id": "Q", "pattern": "abc", "replace": "\"\n\u{1}"}, {"id": "K", "keys": ["pass*"]}]),
        &[
            (r#"["abc"]"#, r#"["\"\n\u0001"]"#),
            (r#"["{\"abc\":\"abc\"}"]"#, r#"["{\"abc\":\"\\\"\\n\\u0001\"}"]"#),
            (
                r#"["{\"PassWord\":\"\",\"n\":[1,true,null]}"]"#,
                r#"["{\"PassWord\":\"[REDACTED]\",\"n\":[1,true,null]}"]"#,
            ),
            (
                r#"{"password":{"a":[1,true,null,"{\"x\":\"abc\"}"]}}"#,
                r#"{"password":{"a":[0,true,null,"\"\n\u0001"]}}"#,
            ),
            (r#"["\"\\\"abc\\\"\""]"#, r#"["\"\\\"\\\\\\\"\\\\n\\\\u0001\\\"\""]"#),
        ],
    );
}

#[test]
fn nearly_nested() {
    check(
        json!([email(), {"id": "M", "pattern": r"\d{4}", "mask": {"char": "\"", "keep_first": 1}}]),
        &[
            (r#"["{\"a\":\"\\njohn\\u0040x.com"]"#, r#"["{\"a\":\"\\n[REDACTED_EMAIL]"]"#),
            (r#"["[\\u00312x4 1234"]"#, r#"["[\\u0\"\"\"2x4 1\"\"\""]"#),
            (r#"["[\\u0031234"]"#, r#"["[\\\"\"\"\"\"\"\"\""]"#),
        ],
    );
}

#[test]
fn overlaps_merge() {
    check(
        json!([
            {"id": "B", "pattern": "cd+", "replace": "B"},
            {"id": "A", "pattern": "abc|ef", "replace": "A"},
            {"id": "C", "pattern": "de", "replace": "C"},
        ]),
        &[(r#"["abcde"]"#, r#"["B"]"#), (r#"["abc de"]"#, r#"["A C"]"#), (r#"["cdef efef"]"#, r#"["B AA"]"#)],
    );
}

#[test]
fn actions() {
    check(
        json!([{"id": "H", "pattern": "what do ya want for nothing\\?", "hash": {"key": "Jefe", "length": 8}},
               {"id": "M", "pattern": "m.\\w+", "mask": {"keep_first": 1, "keep_last": 1}},
               {"id": "R", "pattern": "r+", "remove": true},
               {"id": "N", "pattern": "7", "types": ["number", "boolean"]},
               {"id": "T", "pattern": "true", "types": ["number", "boolean"]}]),
        &[
            (r#"["ma\u0062\u0063 mé m\ud83dé"]"#, r#"["m**\u0063 mé m*é"]"#),
            (r#"["rrxr",70,8,true,false,"7"]"#, r#"["x",0,8,false,false,"7"]"#),
            (r#"["what\u0020do ya want for nothing?"]"#, r#"["5bdcc146"]"#),
        ],
    );
}

#[test]
fn luhn_goes_on_inside() {
    check(
        json!([{"id": "CARD", "pattern": r"\d[ \d]{11,17}\d", "validate": "luhn", "mask": {"keep_last": 4}}]),
        &[
            (r#"["4111 1111 1111 1111"]"#, r#"["***************1111"]"#),
            (r#"["4000 0000 0000 0003"]"#, r#"["4000 0000 0000 0003"]"#),
        ],
    );
}

#[test]
fn allowed() {
    let document = json!({"version": 1, "rules": [email()],
        "allow": {"literals": ["support@example.com"], "patterns": ["<[^>]*>"], "keys": ["raw*"]}});
    for (input, want) in [
        (r#"["support@example.com, x-support@example.com"]"#, r#"["support@example.com, [REDACTED_EMAIL]"]"#),
        (
            r#"["<a@b.com> a@b.com",{"RAW_x":["a@b.com"]}]"#,
            r#"["<a@b.com> [REDACTED_EMAIL]",{"RAW_x":["a@b.com"]}]"#,
        ),
    ] {
        assert_eq!(masked(&document, input), want);
    }
}

#[test]
fn paths() {
    check(
        json!([{"id": "P", "paths": ["$.customer.*.name", "$..ssn", "$['a b'][1]"], "except_paths": ["$..ssn.ok"]}]),
        &[
            (
                r#"{"customer":{"x":{"name":"n","id":1}}}"#,
                r#"{"customer":{"x":{"name":"[REDACTED]","id":1}}}"#,
            ),
            (
                r#"{"q":[{"ssn":{"ok":1,"no":[2]}}],"a b":[3,4]}"#,
                r#"{"q":[{"ssn":{"ok":1,"no":[0]}}],"a b":[3,0]}"#,
            ),
            (r#"{"q":"{\"a b\":[0,\"x\"]}"}"#, r#"{"q":"{\"a b\":[0,\"[REDACTED]\"]}"}"#),
        ],
    );
}

#[test]
fn literals() {
    check(
        json!([{"id": "L", "literals": ["Falcon", "Fal", "straße"], "ignore_case": true, "whole_word": true}]),
        &[(
            r#"["falcon falcons FAL fal_ xfal éfal é-fal STRASSE STRAßE"]"#,
            r#"["[REDACTED] falcons [REDACTED] fal_ xfal éfal é-[REDACTED] STRASSE [REDACTED]"]"#,
        )],
    );
}

#[test]
fn grammar() {
    let policy = reference_of(&json!({"rules": []}));
    for bad in [
        "",
        "[01]",
        "[1.]",
        "[\"\u{1}\"]",
        "[\"\\x\"]",
        "[\"\\u12g4\"]",
        "{\"a\" 1}",
        "[1,]",
        "\u{feff}1",
        "1 2",
        "-",
        "[tru]",
    ] {
        assert!(mask(&policy, bad.as_bytes(), true).is_err(), "{bad}");
    }
    for good in ["[]", "{}", " 1 ", "-0.5e+10", "\"\\ud800\"", "[null,true,false]", "{\"a\":1,\"a\":2}"] {
        assert_eq!(mask(&policy, good.as_bytes(), true).expect(good).output, good.as_bytes());
    }
    let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(mask(&policy, deep(1024).as_bytes(), true).is_ok());
    assert_eq!(mask(&policy, deep(1025).as_bytes(), true).expect_err("deep").offset, 1024);
    assert_eq!(mask(&policy, b" {}[1]\"a\" 2", false).expect("a sequence").output, b" {}[1]\"a\" 2");
    assert!(mask(&policy, b"", false).is_ok());
}

#[test]
fn otlp() {
    let document = json!({"profile": "otlp", "rules": [
        {"id": "D", "pattern": r"\d{3}", "types": ["string", "number"], "replace": "D"},
        {"id": "W", "attributes": ["secret"]},
        {"id": "T", "attributes": ["out"], "when": {"span_kind": ["TOOL"]}},
        {"id": "K", "keys": ["inner"]},
    ]});
    let span = |kind: &str, attributes: &str| {
        format!(
            r#"[{{"resource":{{}},"scopeSpans":[{{"spans":[{{"traceId":"111","name":"a123","attributes":[{attributes},{{"key":"openinference.span.kind","value":{{"stringValue":"{kind}"}}}}],"status":{{"code":222,"message":"m222"}}}}]}}]}}]"#
        )
    };
    for (kind, input, want) in [
        (
            "LLM",
            r#"{"value":{"stringValue":"x123"},"key":"k123"}"#,
            r#"{"value":{"stringValue":"xD"},"key":"k123"}"#,
        ),
        ("LLM", r#"{"key":"k","value":{"intValue":"123"}}"#, r#"{"key":"k","value":{"intValue":"0"}}"#),
        (
            "LLM",
            r#"{"key":"k","value":{"bytesValue":"1234"}}"#,
            r#"{"key":"k","value":{"bytesValue":"1234"}}"#,
        ),
        (
            "LLM",
            r#"{"value":{"bytesValue":"1234"},"key":"secret"}"#,
            r#"{"value":{"bytesValue":""},"key":"secret"}"#,
        ),
        (
            "LLM",
            r#"{"key":"out","value":{"stringValue":"x"}}"#,
            r#"{"key":"out","value":{"stringValue":"x"}}"#,
        ),
        (
            "TOOL",
            r#"{"key":"out","value":{"stringValue":"x"}}"#,
            r#"{"key":"out","value":{"stringValue":"[REDACTED]"}}"#,
        ),
        (
            "LLM",
            r#"{"key":"k","value":{"kvlistValue":{"values":[{"key":"inner","value":{"stringValue":"x"}}]}}}"#,
            r#"{"key":"k","value":{"kvlistValue":{"values":[{"key":"inner","value":{"stringValue":"[REDACTED]"}}]}}}"#,
        ),
        (
            "LLM",
            r#"{"key":"k","value":{"stringValue":"@@@langfuseMedia:type=a/b|id=1234|source=x@@@"}}"#,
            r#"{"key":"k","value":{"stringValue":"@@@langfuseMedia:type=a/b|id=1234|source=x@@@"}}"#,
        ),
    ] {
        let want = span(kind, want).replace("a123", "aD").replace("m222", "mD");
        assert_eq!(masked(&document, &span(kind, input)), want);
    }
}
