//! A key of a `hash` action is told by nothing: no document, error, policy or masker, whole or broken.

use crate::compile;
use spanmask::{Document, Format, MapExternals, Policy, PolicyError};
use std::fmt::Debug;

const KEY: &str = "kQ7xZ9vJ2wXqR4tB";

/// Texts with the key at its place, in each format.
fn whole() -> [(Format, String); 3] {
    [
        (
            Format::Yaml,
            format!(
                "version: 1\nrules:\n  - id: A\n    keys: [k]\n    hash:\n      key: {KEY}\n      length: 8\nallow:\n  keys: [x]\n"
            ),
        ),
        (
            Format::Json,
            format!(
                r#"{{"version":1,"rules":[{{"id":"A","keys":["k"],"hash":{{"key":"{KEY}","length":8}}}}],"allow":{{"keys":["x"]}}}}"#
            ),
        ),
        (
            Format::Toml,
            format!(
                "version = 1\n[[rules]]\nid = \"A\"\nkeys = [\"k\"]\n[rules.hash]\nkey = \"{KEY}\"\nlength = 8\n[allow]\nkeys = [\"x\"]\n"
            ),
        ),
    ]
}

/// No three characters of the key stand in it, in this order.
#[track_caller]
fn silent(shown: &str, text: &str) {
    for at in 0..KEY.len() - 2 {
        assert!(!shown.contains(&KEY[at..at + 3]), "{shown}\nof: {text}");
    }
}

#[track_caller]
fn silent_debug(value: &dyn Debug, text: &str) {
    silent(&format!("{value:?} {value:#?}"), text);
}

#[track_caller]
fn silent_result(format: Format, text: &str) -> Result<Policy, PolicyError> {
    let document = Document::parse(text, format);
    silent_debug(&document, text);
    if let Ok(document) = &document {
        silent(&document.to_yaml(), text);
    }
    let externals = MapExternals::default().with_key(KEY, KEY).with_key("KEY", KEY);
    let policy = compile(text, format, &externals);
    silent_debug(&policy, text);
    match &policy {
        Ok(policy) => policy.warnings().iter().for_each(|warning| silent(warning, text)),
        Err(error) => {
            silent(&error.to_string(), text);
            let source = std::error::Error::source(error);
            assert!(source.is_none(), "{source:?}");
            assert!(!error.problems().is_empty(), "{text}");
        }
    }
    policy
}

#[test]
fn whole_documents() {
    for (format, text) in whole() {
        let policy = silent_result(format, &text).unwrap();
        silent_debug(policy.masker().policy(), &text);
        let mut masker = policy.masker();
        let mut out = br#"{"k":"x"}"#.to_vec();
        masker.mask_vec(&mut out).unwrap();
        silent(&String::from_utf8(out).unwrap(), &text);

        let by_name = text.replace("key = ", "key_env = ").replace("key: ", "key_env: ");
        let by_name = by_name.replace("\"key\":", "\"key_env\":").replace(KEY, "KEY");
        silent_result(format, &by_name).unwrap();
        let other = MapExternals::default().with_key("OTHER", KEY);
        silent_debug(&compile(&by_name, format, &other).unwrap_err(), &by_name);
    }
}

#[test]
fn documents_that_end_too_early() {
    for (format, text) in whole() {
        let key = text.find(KEY).unwrap();
        for end in key..text.len() {
            let _ = silent_result(format, &text[..end]);
        }
    }
}

#[test]
fn documents_that_break_right_after_the_key_and_within() {
    let breaks = [
        "\"",
        "'",
        "\\",
        "\\u12",
        "\\q",
        "{",
        "}",
        "]",
        "[",
        ",",
        ":",
        ": ",
        " : : ",
        "=",
        "#",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "\0",
        "\u{1}",
        "\t",
        "\n",
        "\r",
        "\n\t",
        "\n - ",
        "\n? ",
        "\n---\n",
        "\n...\n",
        "\"\"\"",
        "'''",
        "\u{2028}",
        "\u{feff}",
        "\" x",
        "\"\n[",
        "\", \"key\": \"x",
        "\", \"nokey\": \"x",
        "\"]",
        "\nkey: x",
        "\n      key: x",
        "\n   x: y",
    ];
    for (format, text) in whole() {
        let start = text.find(KEY).unwrap();
        for at in
            [start, start + 1, start + 7, start + KEY.len() - 1, start + KEY.len(), start + KEY.len() + 1]
        {
            for broken in breaks {
                let _ = silent_result(format, &format!("{}{broken}{}", &text[..at], &text[at..]));
            }
        }
    }
}

#[test]
fn keys_in_wrong_places() {
    let wrong = [
        "hash: @",
        "hash: [@]",
        "hash: {@: 1}",
        "hash: {@}",
        "hash: {@: {@: @}}",
        "hash: {key: {@: 1}}",
        "hash: {key: {@: {key: @}}}",
        "hash: {key: [@, {@: 1}]}",
        "hash: {kee: @}",
        "hash: {keyenv: @}",
        "hash: {key: @, key_env: X}",
        "hash: {key: @, length: @}",
        "hash: {key: @, length: 99}",
        "hash: {key: !@ x}",
        "hash: {key: &@ x, key_env: *@}",
        "hash: {key: *@}",
        "hash: {key: \"@\\q\"}",
        "hash: {key: '@}",
        "hash: {key: |@}",
        "hash: {key: @, key: @}",
        "hash: {? @ : @}",
        "hash: {length: '@', key: k}",
        "hash: {length: @}",
        "hash: {key: @}, replace: x",
        "hash: {key: @}, mask: {char: xx}",
        "hash: {key: @}, pattern: '('",
        "hash: {key: @}, detect: nothing",
        "hash: {key: @}, colour: red",
        "hash: {key: @}, literals_file: none",
        "hash: {key: 1.@}",
        "hash: {key: 0x@}",
        "hash: {key: -@}",
        "hash: {key: \"@\n@\"}",
        "hash: {key_env: ''}",
        "hash: {key: @}, hash: {key: @}",
    ];
    for fields in wrong {
        let yaml = format!("version: 1\nrules:\n  - {{id: A, keys: [k], {}}}\n", fields.replace('@', KEY));
        let _ = silent_result(Format::Yaml, &yaml);
    }
    let wrong = [
        r#"{"hash":"@"}"#,
        r#"{"hash":["@"]}"#,
        r#"{"hash":{"@":1}}"#,
        r#"{"hash":{"key":{"@":{"@":["@"]}}}}"#,
        r#"{"hash":{"key":["@"]}}"#,
        r#"{"hash":{"key":"@","key":"@"}}"#,
        r#"{"hash":{"key":"@""#,
        r#"{"hash":{"key":@}}"#,
        r#"{"hash":{"length":"@"}}"#,
        r#"{"hash":{"key":"@"},"hash":{"key":"@"}}"#,
        r#"{"hash":{"key":"\u@"}}"#,
    ];
    for rule in wrong {
        let json = format!(r#"{{"version":1,"rules":[{}]}}"#, rule.replace('@', KEY));
        silent_result(Format::Json, &json).unwrap_err();
    }
    let wrong = [
        "hash = \"@\"",
        "hash = @",
        "hash = { @ = 1 }",
        "hash = { key = @ }",
        "hash = { key = \"@\", key = \"@\" }",
        "hash = { key.@ = 1 }",
        "hash.key.@ = 1",
        "[rules.hash.@]",
        "[rules.hash]\n@",
        "[rules.hash]\n@ = @",
        "[rules.hash]\nkey = '@\n",
        "[rules.hash]\nkey = \"\"\"@",
        "[rules.hash]\nkey = \"\\u@\"",
        "hash = { key = 0x@ }",
        "[rules.hash]\nkey = \"@\"\n[rules.hash]\nkey = \"@\"",
        "hash = { key = 1979-05-27@ }",
    ];
    for rule in wrong {
        let toml =
            format!("version = 1\n[[rules]]\nid = \"A\"\nkeys = [\"k\"]\n{}\n", rule.replace('@', KEY));
        silent_result(Format::Toml, &toml).unwrap_err();
    }
}
