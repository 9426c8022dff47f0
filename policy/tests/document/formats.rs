//! The same policy in YAML, JSON and TOML.

use crate::{compile, masked};
use spanmask::{Document, Format, MapExternals};
use std::path::Path;

const YAML: &str = r##"
version: 1
profile: otlp
default_replacement: "[GONE]"
limits: { depth: 100, nesting: 3 }
rules:
  - id: EMAIL
    detect: email
    replace: "[E\"MAIL]\n"
    types: [string]
  - id: CARD
    patterns: ['\b(?:\d[ -]?){12,18}\d\b', '#\d+']
    validate: luhn
    ignore_case: false
    mask: { char: "#", keep_first: 2, keep_last: 4 }
    except_keys: [card_id]
  - id: NAMES
    literals: [Falcon, "1", 'é "x"']
    ignore_case: true
    whole_word: true
    hash: { key: k, length: 8 }
  - id: FILE
    literals_file: names.txt
    remove: true
  - id: TOOL
    attributes: ["output.*"]
    except_attributes: ["output.mime"]
    when: { span_kind: [TOOL, llm] }
  - id: PLACE
    paths: ["$.a['b c'][0]", "$..ssn"]
    except_paths: ["$.a"]
    types: [string, number, boolean]
    hash: { key_env: KEY }
allow:
  literals: [support@example.com]
  patterns: ['x+@example\.com']
  keys: [request_id]
  attributes: [http.route]
  paths: ["$.keep"]
"##;

const JSON: &str = r##"{
  "version": 1, "profile": "otlp", "default_replacement": "[GONE]", "limits": {"depth": 100, "nesting": 3},
  "rules": [
    {"id": "EMAIL", "detect": "email", "replace": "[E\"MAIL]\n", "types": ["string"]},
    {"id": "CARD", "patterns": ["\\b(?:\\d[ -]?){12,18}\\d\\b", "#\\d+"], "validate": "luhn",
     "ignore_case": false, "mask": {"char": "#", "keep_first": 2, "keep_last": 4}, "except_keys": ["card_id"]},
    {"id": "NAMES", "literals": ["Falcon", "1", "é \"x\""], "ignore_case": true, "whole_word": true,
     "hash": {"key": "k", "length": 8}},
    {"id": "FILE", "literals_file": "names.txt", "remove": true},
    {"id": "TOOL", "attributes": ["output.*"], "except_attributes": ["output.mime"],
     "when": {"span_kind": ["TOOL", "llm"]}},
    {"id": "PLACE", "paths": ["$.a['b c'][0]", "$..ssn"], "except_paths": ["$.a"],
     "types": ["string", "number", "boolean"], "hash": {"key_env": "KEY"}}
  ],
  "allow": {"literals": ["support@example.com"], "patterns": ["x+@example\\.com"], "keys": ["request_id"],
            "attributes": ["http.route"], "paths": ["$.keep"]}
}"##;

const TOML: &str = r##"
version = 1
profile = "otlp"
default_replacement = "[GONE]"
limits = { depth = 100, nesting = 3 }

[[rules]]
id = "EMAIL"
detect = "email"
replace = "[E\"MAIL]\n"
types = ["string"]

[[rules]]
id = "CARD"
patterns = ['\b(?:\d[ -]?){12,18}\d\b', '#\d+']
validate = "luhn"
ignore_case = false
mask = { char = "#", keep_first = 2, keep_last = 4 }
except_keys = ["card_id"]

[[rules]]
id = "NAMES"
literals = ["Falcon", "1", 'é "x"']
ignore_case = true
whole_word = true
hash = { key = "k", length = 8 }

[[rules]]
id = "FILE"
literals_file = "names.txt"
remove = true

[[rules]]
id = "TOOL"
attributes = ["output.*"]
except_attributes = ["output.mime"]
when = { span_kind = ["TOOL", "llm"] }

[[rules]]
id = "PLACE"
paths = ["$.a['b c'][0]", "$..ssn"]
except_paths = ["$.a"]
types = ["string", "number", "boolean"]
hash = { key_env = "KEY" }

[allow]
literals = ["support@example.com"]
patterns = ['x+@example\.com']
keys = ["request_id"]
attributes = ["http.route"]
paths = ["$.keep"]
"##;

pub(crate) const ALL: [(Format, &str); 3] =
    [(Format::Yaml, YAML), (Format::Json, JSON), (Format::Toml, TOML)];

const TEXTS: [&str; 5] = [
    r#"{"m":"jane@example.com xx@example.com support@example.com","request_id":"jane@example.com"}"#,
    r##"["4111 1111 1111 1111", "#18", "#19", {"card_id": "4111 1111 1111 1111"}]"##,
    r#"["FALCON 1 11 é \"x\" Osprey"]"#,
    r#"{"a":{"b c":["x"]},"x":{"ssn":[1,true,"y",null]},"keep":{"ssn":1}}"#,
    r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[
        {"key":"output.value","value":{"stringValue":"x"}},
        {"key":"openinference.span.kind","value":{"stringValue":"TOOL"}}]}]}]}]}"#,
];

fn externals() -> MapExternals {
    MapExternals::default().with_literals("names.txt", "Osprey\n").with_key("KEY", "secret")
}

#[test]
fn are_one_document() {
    let documents = ALL.map(|(format, text)| Document::parse(text, format).unwrap());
    for document in &documents {
        assert_eq!(format!("{document:?}"), format!("{:?}", documents[0]));
        assert_eq!(document.to_yaml(), documents[0].to_yaml());
        assert_eq!(document.external_keys().collect::<Vec<_>>(), ["KEY"]);
        assert_eq!(document.external_literals().collect::<Vec<_>>(), ["names.txt"]);
    }
}

#[test]
fn compile_to_one_policy() {
    let policies = ALL.map(|(format, text)| compile(text, format, &externals()).unwrap());
    let ids = ["EMAIL", "CARD", "NAMES", "FILE", "TOOL", "PLACE"];
    for policy in &policies {
        assert_eq!(policy.rules().collect::<Vec<_>>(), ids);
        assert_eq!(policy.warnings(), policies[0].warnings());
    }
    let mut found = std::collections::BTreeSet::new();
    for text in TEXTS {
        let [first, second, third] = policies.each_ref().map(|policy| masked(policy, text));
        assert_eq!((&first, &first), (&second, &third));
        let mut masker = policies[0].masker();
        masker.scan(text.as_bytes(), &mut |finding| found.extend([finding.rule.to_owned()])).unwrap();
    }
    assert_eq!(found.len(), ids.len(), "{found:?}");
}

#[test]
fn faults_have_one_message() {
    let texts = [
        (
            Format::Yaml,
            "version: 1\nrules:\n  - id: A\n    literals: [x]\n    mask: { keep_last: 1.5 }\n    replce: y\n",
        ),
        (
            Format::Json,
            r#"{"version":1,"rules":[{"id":"A","literals":["x"],"mask":{"keep_last":1.5},"replce":"y"}]}"#,
        ),
        (
            Format::Toml,
            "version = 1\n[[rules]]\nid = \"A\"\nliterals = [\"x\"]\nmask = { keep_last = 1.5 }\nreplce = \"y\"\n",
        ),
    ];
    for (format, text) in texts {
        let error = compile(text, format, &externals()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "rules[0].mask.keep_last: expected a whole number, found a number with a fraction or exponent\n\
             rules[0].replce: there is no field `replce` (did you mean `replace`?)",
            "{format:?}"
        );
    }
}

#[test]
fn what_is_shown_as_yaml_reads_back() {
    let shown = |document: &Document| format!("{document:?}");
    let presets = spanmask::presets::names().iter().map(|name| spanmask::presets::text(name).unwrap());
    for text in presets
        .chain([YAML, "{ version: 1, rules: [{ id: A, literals: ['~', 'no', '1.0', ' x ', \"a\\tb\"] }] }"])
    {
        let document = Document::parse(text, Format::Yaml).unwrap();
        let again = Document::parse(&document.to_yaml(), Format::Yaml).unwrap();
        assert_eq!(shown(&again), shown(&document));
    }
}

#[test]
fn go_by_the_file_name() {
    for (name, format) in [
        ("a.json", Format::Json),
        ("a.TOML", Format::Toml),
        ("a.yaml", Format::Yaml),
        ("a.json.yml", Format::Yaml),
        ("json", Format::Yaml),
        ("", Format::Yaml),
    ] {
        assert_eq!(Format::of_path(Path::new(name)), format, "{name}");
    }
}
