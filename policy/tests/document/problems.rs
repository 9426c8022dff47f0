//! Every kind of problem: its kind, its place, its sentence, and what to do about it.

use crate::{compile, error};
use spanmask::ProblemKind::{self, *};
use spanmask::{Format, MapExternals, NoExternals, Policy};

const RULE_NEEDS: &str = "the rule has no matcher and no selector (matchers: detect, pattern, patterns, literals, \
                          literals_file; selectors: keys, paths, attributes, when)";
const OTLP: &str = "only the profile otlp has this (add profile: otlp)";
const TOO_LARGE: &str =
    r"the pattern exceeds the limit `pattern.size` (use smaller repetitions, or several rules)";

/// The problem is the only one.
#[track_caller]
fn is(text: &str, kind: ProblemKind, shown: &str) {
    let error = error(text);
    assert_eq!(error.to_string(), shown, "{text}");
    let kinds: Vec<_> = error.problems().iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [kind], "{text}");
}

/// The same for the fields of a rule; `place` is that within the rule.
#[track_caller]
fn in_rule(fields: &str, kind: ProblemKind, place: &str, message: &str) {
    let profile =
        if fields.contains("span_kind") || fields.contains("when") { "profile: otlp\n" } else { "" };
    let text =
        format!("version: 1\n{profile}rules:\n  - {{ id: R, literals: [x] }}\n  - {{ id: A, {fields} }}\n");
    is(&text, kind, &format!("rules[1]{place}: {message}"));
}

/// Where each problem stands in the text, as `line:column`.
#[track_caller]
fn stands(text: &str, format: Format, places: &[&str]) {
    let error = compile(text, format, &NoExternals).expect_err("it compiles").with_places(text, format);
    let found = error.problems().iter().map(|problem| {
        problem.place.map_or("?".to_owned(), |place| format!("{}:{}", place.line, place.column))
    });
    assert_eq!(found.collect::<Vec<_>>(), places, "{text}\n{error}");
}

#[test]
fn places_in_the_text() {
    let blocks =
        "version: 1\nrules:\n  - id: Ä\n    detect: emial\n  - id: B\n    keys:\n      - ok\n      - 7\n";
    stands(blocks, Format::Yaml, &["3:9", "4:13", "8:9"]);
    stands("{\"version\": 1,\n \"rules\": [{\"id\": \"A\", \"pattern\": \"(\"}]}", Format::Json, &["2:35"]);
    // What is missing stands where it should be; the aliases of YAML, where they stand.
    stands("version: 1\nrules:\n  - { detect: email }\n", Format::Yaml, &["3:5"]);
    stands("rules: []\n", Format::Yaml, &["1:1"]);
    stands(
        "version: 1\nrules:\n  - { id: A, ignore_case: &x true, literals: [a] }\n  - { id: B, keys: *x }",
        Format::Yaml,
        &["4:20"],
    );
    // What no parser takes.
    stands("version: 1\nrules: [", Format::Yaml, &["2:8"]);
    stands("version = 1\nrules = [\n", Format::Toml, &["2:10"]);
    stands("version = 1\nrules = [{ id = \"A\", detect = \"emial\" }]\n", Format::Toml, &["?"]);
}

#[test]
fn text_that_is_none_of_the_formats() {
    let cases = [
        (Format::Yaml, "version: 1\nrules: [", "line 2, column 8: not YAML: unclosed bracket '['"),
        (
            Format::Yaml,
            "a: b: c",
            "line 1, column 5: not YAML: mapping values are not allowed in this context",
        ),
        (Format::Yaml, "a: *b", "line 1, column 4: not YAML: an alias without its anchor"),
        (Format::Yaml, "a: !b c", "line 1, column 7: not a policy: a tag that has no meaning here"),
        (Format::Yaml, "a: 1\na: 2", "line 2, column 1: not a policy: a name stands twice in one mapping"),
        (Format::Yaml, "a: 1\n---\na: 2", "line 2, column 1: not a policy: more than one YAML document"),
        (Format::Json, "{\"version\": 1,\n}", "line 2, column 1: not JSON: trailing comma"),
        (Format::Json, "{\"version\": 1", "line 1, column 13: not JSON: EOF while parsing an object"),
        (Format::Json, "", "line 1, column 0: not JSON: EOF while parsing a value"),
        (Format::Toml, "version = 1\nrules", "line 2, column 6: not TOML: key with no value, expected `=`"),
        (Format::Toml, "a = 1\na = 2", "line 2, column 1: not TOML: duplicate key"),
    ];
    for (format, text, shown) in cases {
        let error = compile(text, format, &NoExternals).expect_err(text);
        assert_eq!(error.to_string(), shown, "{text}");
        assert_eq!(error.problems()[0].kind, Format, "{text}");
    }
}

#[test]
fn deep_and_large_documents_are_refused_in_time() {
    let [lists, objects] = ["[", "{\"a\":"].map(|open| open.repeat(100_000));
    for (format, text) in [
        (Format::Yaml, &lists),
        (Format::Yaml, &objects),
        (Format::Json, &lists),
        (Format::Json, &objects),
        (Format::Toml, &format!("a = {lists}")),
        (Format::Toml, &format!("a = {}", "{a=".repeat(100_000))),
        (Format::Toml, &format!("[{}a]", "a.".repeat(100_000))),
    ] {
        let error = compile(text, format, &NoExternals).expect_err("deep");
        assert!(matches!(error.problems()[0].kind, Format | TooLarge), "{format:?}: {error}");
    }
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &('b'..='k')
            .map(|name| {
                let before = char::from_u32(name as u32 - 1).unwrap();
                format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 10].join(","))
            })
            .collect::<String>();
    is(&laughs, TooLarge, "more YAML than a policy may hold (limit: anchors and aliases)");

    let rules: Vec<_> = (0..=32_767).map(|i| format!(r#"{{"id":"R{i}","keys":["k"]}}"#)).collect();
    let text = format!(r#"{{"version":1,"rules":[{}]}}"#, rules.join(","));
    let error = compile(&text, Format::Json, &NoExternals).expect_err("many rules");
    assert_eq!(error.to_string(), "rules: more rules than the limit `rules` allows: 32767");
    assert_eq!(error.problems()[0].kind, TooLarge);
}

#[test]
fn the_document_as_a_whole() {
    for (text, kind, shown) in [
        ("[1]", Invalid, "expected an object, found a list"),
        ("words", Invalid, "expected an object, found a string"),
        ("", Invalid, "expected an object, found nothing (leave the field out or give it a value)"),
        ("rules: []", Invalid, "version: the field is missing (version: 1)"),
        ("version: 2\nrules: []", Invalid, "version: this version is not supported (version: 1)"),
        ("version: one\nrules: []", Invalid, "version: expected a whole number, found a string"),
        ("version: 1", Invalid, "rules: the field is missing (rules: [] masks nothing)"),
        ("version: 1\nrules: {}", Invalid, "rules: expected a list, found an object"),
        ("version: 1\nrules: [x]", Invalid, "rules[0]: expected an object, found a string"),
        (
            "version: 1\nrulez: []\nrules: []",
            UnknownField,
            "rulez: there is no field `rulez` (did you mean `rules`?)",
        ),
        (
            "version: 1\nrules: []\ncolour: red",
            UnknownField,
            "colour: there is no field `colour` (known: version, profile, default_replacement, oversize, limits, rules, allow)",
        ),
        (
            "version: 1\nrules: []\n\"a\\nb\": 1",
            UnknownField,
            "a\\nb: there is no field `a\\nb` (known: version, profile, default_replacement, oversize, limits, rules, allow)",
        ),
        (
            "version: 1\noversize: maks\nrules: []",
            UnknownName,
            "oversize: there is no \"maks\" here (did you mean \"mask\"?)",
        ),
        (
            "version: 1\nprofile: otpl\nrules: []",
            UnknownName,
            "profile: there is no \"otpl\" here (did you mean \"otlp\"?)",
        ),
        (
            "version: 1\nprofile: kafka\nrules: []",
            UnknownName,
            "profile: there is no \"kafka\" here (known: otlp)",
        ),
        (
            "version: 1\nrules: []\ndefault_replacement: 7",
            Invalid,
            "default_replacement: expected a string, found a number (put it in quotes)",
        ),
    ] {
        is(text, kind, shown);
    }
    let twice = compile(r#"{"version":1,"rules":[],"version":1}"#, Format::Json, &NoExternals).unwrap_err();
    assert_eq!(twice.to_string(), "version: stands twice");
}

#[test]
fn limits() {
    for (limits, kind, shown) in [
        ("depth: 0", Invalid, "limits.depth: at least 1 is needed"),
        ("depth: 5000", TooLarge, "limits.depth: larger than the most that limits.depth can be: 4096"),
        ("nesting: 9", TooLarge, "limits.nesting: larger than the most that limits.nesting can be: 8"),
        ("depth: -1", Invalid, "limits.depth: expected a whole number, found a negative number"),
        (
            "depth: 99999999999",
            Invalid,
            "limits.depth: expected a whole number, found a number that is too large",
        ),
        (
            "depth: 1.5",
            Invalid,
            "limits.depth: expected a whole number, found a number with a fraction or exponent",
        ),
        ("dept: 1", UnknownField, "limits.dept: there is no field `dept` (did you mean `depth`?)"),
    ] {
        is(&format!("version: 1\nrules: []\nlimits: {{ {limits} }}"), kind, shown);
    }
}

#[test]
fn ids() {
    let with = |id: &str| format!("version: 1\nrules:\n  - {{ id: {id}, literals: [x] }}");
    let long = "a".repeat(65);
    for (id, message) in [
        ("\"\"", "the id is empty"),
        ("\"a b\"", "an id holds only letters, digits, `_`, `.` and `-`"),
        ("é", "an id holds only letters, digits, `_`, `.` and `-`"),
        ("\"host:x\"", "ids that start with host: are reserved"),
        (&long, "an id has at most 64 characters"),
        ("7", "expected a string, found a number (put it in quotes)"),
    ] {
        is(&with(id), Invalid, &format!("rules[0].id: {message}"));
    }
    let missing = "version: 1\nrules:\n  - { literals: [x] }";
    is(missing, Invalid, "rules[0].id: the field is missing (every rule has an id of its own)");
    let duplicate = with("A") + "\n  - { id: B, literals: [x] }\n  - { id: A, literals: [y] }";
    is(&duplicate, DuplicateId, "rules[2].id: the id \"A\" is that of rules[0] too");
}

#[test]
fn detectors_and_validators() {
    in_rule(
        "detect: emial",
        UnknownName,
        ".detect",
        "there is no detector \"emial\" (did you mean \"email\"?)",
    );
    let known: Vec<_> = spanmask::detectors::all().iter().map(|detector| detector.name).collect();
    let message = format!("there is no detector \"nothing\" (known: {})", known.join(", "));
    in_rule("detect: nothing", UnknownName, ".detect", &message);
    in_rule(
        "detect: email, ignore_case: true",
        Invalid,
        ".ignore_case",
        "goes only with pattern, patterns, literals or literals_file",
    );

    let message = "there is no validator \"lunh\" (did you mean \"luhn\"?)";
    in_rule("pattern: x, validate: lunh", UnknownName, ".validate", message);
    let known: Vec<_> = spanmask_core::validate::names().collect();
    let message = format!("there is no validator \"modulus\" (known: {})", known.join(", "));
    in_rule("pattern: x, validate: modulus", UnknownName, ".validate", &message);
    in_rule("literals: [x], validate: luhn", Invalid, ".validate", "goes only with pattern or patterns");
    for validator in known {
        let text = format!("version: 1\nrules: [{{ id: A, pattern: x, validate: {validator} }}]");
        assert!(Policy::from_yaml(&text).is_ok(), "{validator}");
    }
}

#[test]
fn patterns() {
    for (pattern, message) in [
        ("(", "unclosed group at character 1"),
        ("[z-a]", "invalid character class range, the start must be <= the end at character 2"),
        ("(?=x)", "look-around, including look-ahead and look-behind, is not supported at character 1"),
        (r"(x)\1", "backreferences are not supported at character 4"),
        (r"\p{Nix}", "Unicode property not found at character 1"),
        (r"\b(?-u:\b)x", "a pattern cannot hold both Unicode and ASCII word boundaries"),
    ] {
        in_rule(&format!("pattern: '{pattern}'"), Syntax, ".pattern", message);
    }
    in_rule("patterns: [x, '(']", Syntax, ".patterns[1]", "unclosed group at character 1");
    in_rule(r"pattern: '(?:\w{1000}){1000}'", TooLarge, ".pattern", TOO_LARGE);
    in_rule(r"patterns: [x, '(?:\w{1000}){1000}']", TooLarge, ".patterns", TOO_LARGE);
    in_rule("pattern: ''", Invalid, ".pattern", "the pattern is empty");
    in_rule("patterns: []", Invalid, ".patterns", "the list is empty (leave the field out)");
    in_rule("patterns: [x, '']", Invalid, ".patterns[1]", "the text is empty");
    in_rule(
        "patterns: x",
        Invalid,
        ".patterns",
        "expected a list, found a string (put it in brackets: [...])",
    );
    in_rule("pattern: [x]", Invalid, ".pattern", "expected a string, found a list");
    in_rule(
        "patterns: [x, 12]",
        Invalid,
        ".patterns[1]",
        "expected a string, found a number (put it in quotes)",
    );
    in_rule(
        "pattern: x, whole_word: true",
        Invalid,
        ".whole_word",
        "goes only with literals or literals_file",
    );
    in_rule(
        "pattern: x, literals: [x]",
        Invalid,
        "",
        "more than one matcher: pattern, literals (make it several rules)",
    );
    in_rule(
        "patern: x, keys: [k]",
        UnknownField,
        ".patern",
        "there is no field `patern` (did you mean `pattern`?)",
    );
}

#[test]
fn literals() {
    in_rule("literals: []", Invalid, ".literals", "the list is empty (leave the field out)");
    in_rule("literals: [x, '']", Invalid, ".literals[1]", "the text is empty");
    in_rule(
        "literals: [x, null]",
        Invalid,
        ".literals[1]",
        "expected a string, found nothing (leave the field out or give it a value)",
    );
    let long = format!("literals: [x, {}]", "y".repeat(1025));
    let message = "the literal has too many characters (limit literals.length: 1024), at index 1";
    in_rule(&long, TooLarge, ".literals[1]", message);
    in_rule("literals_file: ''", Invalid, ".literals_file", "the name is empty");
}

#[test]
fn selectors() {
    in_rule("keys: []", Invalid, ".keys", "the list is empty (leave the field out)");
    in_rule("keys: [k], except_keys: ['']", Invalid, ".except_keys[0]", "the text is empty");
    in_rule("except_keys: [k]", Invalid, "", RULE_NEEDS);
    in_rule("replace: x", Invalid, "", RULE_NEEDS);
    in_rule("attributes: [a]", Invalid, ".attributes", OTLP);
    in_rule("keys: [k], except_attributes: [a]", Invalid, ".except_attributes", OTLP);
    is(
        "version: 1\nrules: [{ id: A, when: { span_kind: [TOOL] } }]",
        Invalid,
        &format!("rules[0].when: {OTLP}"),
    );
    in_rule("when: {}", Invalid, ".when", "nothing is said about the spans (add span_kind)");
    in_rule("when: { span_kind: [] }", Invalid, ".when.span_kind", "the list is empty (leave the field out)");
    let message = "there is no span kind \"TOOLS\" (did you mean \"TOOL\"?)";
    in_rule("when: { span_kind: [TOOL, TOOLS] }", UnknownName, ".when.span_kind[1]", message);
    let known: Vec<_> = spanmask_core::select::span_kind::names().collect();
    let message = format!("there is no span kind \"database\" (known: {})", known.join(", "));
    in_rule("when: { span_kind: [database] }", UnknownName, ".when.span_kind[0]", &message);
    let message = "there is no \"strings\" here (did you mean \"string\"?)";
    in_rule("keys: [k], types: [strings]", UnknownName, ".types[0]", message);
    in_rule("keys: [k], types: []", Invalid, ".types", "the list is empty (leave the field out)");
}

#[test]
fn paths() {
    for (path, message) in [
        ("a.b", "a path begins with $"),
        ("$.a[?@.b]", "filters are not supported (character 5)"),
        ("$[-1]", "negative indexes are not supported (character 3)"),
        ("$[1:2]", "slices are not supported (character 4)"),
        ("$.a.", "expected a name or * here; other names are written [''like-this''] (character 5)"),
        ("$['a", "the quoted name does not end (character 5)"),
    ] {
        let (path, message) = (path.replace('\'', "''"), message.replace("''", "'"));
        in_rule(&format!("paths: [$, '{path}']"), Syntax, ".paths[1]", &message);
        in_rule(&format!("keys: [k], except_paths: ['{path}']"), Syntax, ".except_paths[0]", &message);
        let allow = format!("version: 1\nrules: []\nallow: {{ paths: ['{path}'] }}");
        is(&allow, Syntax, &format!("allow.paths[0]: {message}"));
    }
}

#[test]
fn actions() {
    let two = "more than one action: replace, remove (keep one)";
    in_rule("keys: [k], replace: a, remove: true", Invalid, "", two);
    in_rule("keys: [k], remove: false", Invalid, ".remove", "can only be true (leave the field out)");
    in_rule("keys: [k], remove: yes", Invalid, ".remove", "expected true or false, found a string");
    for (mask, kind, place, message) in [
        ("{ char: ab }", Invalid, ".char", "exactly one character is needed"),
        ("{ char: '' }", Invalid, ".char", "exactly one character is needed"),
        ("{ char: \"\\n\" }", Invalid, ".char", "a control character cannot mask"),
        ("{ keep_last: '1' }", Invalid, ".keep_last", "expected a whole number, found a string"),
        (
            "{ keep: 1 }",
            UnknownField,
            ".keep",
            "there is no field `keep` (known: char, keep_first, keep_last)",
        ),
        ("'*'", Invalid, "", "expected an object, found a string"),
        ("~", Invalid, "", "expected a value, found nothing (leave the field out or give it a value)"),
    ] {
        in_rule(&format!("keys: [k], mask: {mask}"), kind, &format!(".mask{place}"), message);
    }
    for (hash, kind, place, message) in [
        ("{}", Invalid, "", "has no key (add key_env with the name of a variable)"),
        ("{ key: a, key_env: B }", Invalid, "", "has both key and key_env"),
        ("{ key: '' }", Invalid, ".key", "the key is empty"),
        ("{ key: 12 }", Invalid, ".key", "expected a string, found a number (put it in quotes)"),
        ("{ key_env: '' }", Invalid, ".key_env", "is no name of an environment variable"),
        ("{ key: a, length: 0 }", Invalid, ".length", "can be 1 to 64"),
        ("{ key: a, length: 65 }", Invalid, ".length", "can be 1 to 64"),
        ("{ keys: a }", UnknownField, "", "there is no field of this name (did you mean `key`?)"),
        ("a", Invalid, "", "expected an object, found a string"),
        ("{ key_env: NAME }", External, ".key_env", "NAME: no keys were handed in"),
    ] {
        in_rule(&format!("keys: [k], hash: {hash}"), kind, &format!(".hash{place}"), message);
    }
}

#[test]
fn allow() {
    for (allow, kind, shown) in [
        ("literals: []", Invalid, "allow.literals: the list is empty (leave the field out)"),
        ("literals: ['']", Invalid, "allow.literals[0]: the text is empty"),
        ("patterns: [a, '(']", Syntax, "allow.patterns[1]: unclosed group at character 1"),
        ("attributes: [x]", Invalid, &format!("allow.attributes: {OTLP}")),
        ("key: [x]", UnknownField, "allow.key: there is no field `key` (did you mean `keys`?)"),
    ] {
        is(&format!("version: 1\nrules: []\nallow: {{ {allow} }}"), kind, shown);
    }
    is(
        r"{ version: 1, rules: [], allow: { patterns: ['(?:\w{1000}){1000}'] } }",
        TooLarge,
        &format!("allow.patterns[0]: {TOO_LARGE}"),
    );
}

#[test]
fn presets() {
    let error = Policy::preset("langfuse").unwrap_err();
    assert_eq!(error.to_string(), "there is no preset \"langfuse\" (presets: default, langfuse-docs)");
    assert_eq!(error.problems()[0].kind, UnknownName);
    for name in spanmask::presets::names() {
        let policy = Policy::preset(name).unwrap();
        assert_eq!(policy.warnings(), [""; 0], "{name}");
    }
}

#[test]
fn externals() {
    let text = "{ version: 1, rules: [{ id: A, literals_file: names.txt }, { id: B, keys: [k], hash: { key_env: K } }] }";
    let with = |file: &[u8], key: &[u8]| {
        let externals = MapExternals::default().with_literals("names.txt", file).with_key("K", key);
        compile(text, Format::Yaml, &externals)
    };
    assert!(with(b"Falcon", b"k").is_ok());
    let shown = |result: Result<Policy, _>| -> Vec<(ProblemKind, String)> {
        let error: spanmask::PolicyError = result.unwrap_err();
        error.problems().iter().map(|problem| (problem.kind, problem.to_string())).collect()
    };
    let names = |message: &str| format!("rules[0].literals_file: {message}");
    let nothing = compile(text, Format::Yaml, &MapExternals::default());
    assert_eq!(
        shown(nothing),
        [
            (External, names("names.txt: no literals of this name were handed in")),
            (External, "rules[1].hash.key_env: K: no key of this name was handed in".to_owned()),
        ]
    );
    let empty_key = "rules[1].hash.key_env: K: the key is empty".to_owned();
    assert_eq!(shown(with(b"Falcon", b"")), [(External, empty_key)]);
    let not_utf8 = names("names.txt: line 2 is not UTF-8");
    assert_eq!(shown(with(b"Falcon\n\xff", b"k")), [(External, not_utf8)]);
    let none = names("there is no literal (names.txt)");
    assert_eq!(shown(with(b"# nobody\n", b"k")), [(Invalid, none)]);
    let long = "# people\nFalcon\n\n".to_owned() + &"x".repeat(1025);
    let too_long =
        "the literal has too many characters (limit literals.length: 1024), at index 1 (names.txt, line 4)";
    assert_eq!(shown(with(long.as_bytes(), b"k")), [(TooLarge, names(too_long))]);
}

/// One look tells the problems of all stages, rule by rule.
#[test]
fn one_stage_does_not_hide_the_next() {
    let text = r"
allow: { keys: [''], pattern: [x] }
version: 2
colour: red
rules:
  - { id: A, pattern: '(' }
  - 7
  - { id: B, detect: nothing, pattern: '(' }
  - { id: B, literals: [x], replce: y }
  - { id: 8, literals: [x] }
  - { id: A, literals: [x], literals_file: names.txt }
  - { id: D, literals_file: names.txt }
  - { id: E, paths: [x] }
";
    let problems = error(text);
    let places: Vec<_> = problems.problems().iter().map(|problem| problem.path.as_str()).collect();
    let expected = [
        "colour",
        "version",
        "rules[0].pattern",
        "rules[1]",
        "rules[2]",
        "rules[2].detect",
        "rules[3].replce",
        "rules[3].id",
        "rules[4].id",
        "rules[5].id",
        "rules[5]",
        "rules[7].paths[0]",
        "allow.pattern",
    ];
    assert_eq!(places, expected, "{problems}");

    // What could be handed in is asked for only when the document itself is right.
    let text = "{ version: 1, rules: [{ id: D, literals_file: names.txt }, { id: D, keys: [x] }] }";
    let problems = error(text);
    let places: Vec<_> = problems.problems().iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(places, ["rules[0].literals_file", "rules[1].id"]);
}

#[test]
fn there_is_an_end_to_it() {
    let rules = "  - { idd: A }\n".repeat(100);
    assert_eq!(error(&format!("version: 1\nrules:\n{rules}")).problems().len(), 32);
}
