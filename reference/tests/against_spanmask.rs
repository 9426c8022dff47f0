//! The fast masker against the slow one, on random documents and policies.
//!
//! `SPANMASK_CASES` is the number of documents for the preset (a fifth of it for each of the other tests),
//! `SPANMASK_SEED` the first seed.

mod compare;

use compare::{Pair, seed, share_of_cases};
use serde_json::{Value, json};
use spanmask_reference::generate::Random;

/// How many documents a random policy is tried on.
const DOCUMENTS: u64 = 50;

/// The expressions and tokens of Langfuse's documentation, written down a second time.
fn langfuse_docs() -> Value {
    json!({"version": 1, "rules": [
        {"id": "EMAIL", "pattern": r"\b[\w.-]+?@\w+?\.\w+?\b", "replace": "[REDACTED_EMAIL]"},
        {"id": "PHONE", "pattern": r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b", "replace": "[REDACTED_PHONE]"},
        {"id": "CC", "pattern": r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b", "replace": "[REDACTED_CC]"},
    ]})
}

#[test]
fn the_preset() {
    let preset = spanmask::Policy::preset("langfuse-docs").expect("a preset");
    let mut pair = Pair::new(preset, langfuse_docs());
    for n in 0..share_of_cases(1) {
        let mut random = Random(seed(n));
        let mut document = random.document();
        if random.once_in(20) {
            document.extend_from_slice(b"\n");
            document.extend_from_slice(&random.document());
        }
        pair.check(&document);
    }
    pair.finish();
}

#[test]
fn the_preset_on_captured_traces() {
    let preset = spanmask::Policy::preset("langfuse-docs").expect("a preset");
    let mut pair = Pair::new(preset, langfuse_docs());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/traces");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the traces") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            pair.check(&std::fs::read(path).expect("a trace"));
            seen += 1;
        }
    }
    assert!(seen > 10);
    pair.finish();
}

/// A value is searched in segments of 4,096 raw bytes. Matches in every spelling, moved over the edge byte by byte.
#[test]
fn the_edges_of_segments() {
    let spec = json!({"version": 1, "rules": [
        {"id": "KEY", "pattern": r"AKIA[A-Z0-9]{6}", "replace": "#"},
        {"id": "CARD", "pattern": r"\b(?:\d[ -]?){12,18}\d\b", "validate": "luhn", "mask": {}},
        // Found around its dash; a match that is refused is tried again from its second character.
        {"id": "PAIR", "pattern": r"\w+-\d{4}", "validate": "luhn", "replace": "#"},
        {"id": "EMAIL", "pattern": r"[\w.-]+@\w+\.\w+", "remove": true},
    ]});
    let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
    let mut pair = Pair::new(policy, spec);
    let texts = [
        "AKIA123456",
        r"\u0041KIA123456",
        r"A\u004bIA12\u003356",
        r"AK\\u0049A123456",
        r"AKI\\\u0041123456",
        "4111-1111-1111-1111",
        r"4\u0031\u003111-1111-1111-1111",
        "abc37828224631-0005",
        r"ab\\u0063378\u00328224631-0005",
        "joe.doe@example.com",
        r"joe\u002edoe\u0040ex\\u0061mple.com",
    ];
    // What stands around the value, how it begins (as nearly nested text it has two readings), and what follows it.
    let places = [
        ("[\"", "", "\"]"),
        ("[\"", "{", "\"]"),
        (r#"["[\""#, "", r#"\"]"]"#),
        (r#"["[\""#, "{", r#"\"]"]"#),
        (r#"["[\"[\\\""#, "{", r#"\\\"]\"]"]"#),
    ];
    for text in texts {
        for (front, opening, back) in places {
            for before in 4_096 - 24..4_096 + 2 {
                let padding = " ".repeat(before - opening.len());
                pair.check(format!("{front}{opening}{padding}{text} {back}").as_bytes());
            }
        }
    }
    pair.finish();
}

/// What came to nothing behind one match is remembered for the next ones: of each search, value and reading by itself.
#[test]
fn patterns_that_go_on_behind_matches() {
    let spec = json!({
        "version": 1,
        "rules": [
            {"id": "FOO", "pattern": "foo(?:bar.*baz|bar[^{]*[{])?", "replace": "#"},
            {"id": "DIGITS", "pattern": r"\d{4}(?:[ \w]*\.|[^@]*@)?", "validate": "luhn", "mask": {}},
            {"id": "BAR", "pattern": r"b(?:ar\n[^z]*z)?", "replace": "é"},
        ],
        "allow": {"patterns": ["foob(?:a.*z)?"]},
    });
    let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
    let mut pair = Pair::new(policy, spec);
    let places = [
        ("[\"", "\"]"),
        ("[\"{", "\"]"),
        (r#"["[\""#, r#"\"]"]"#),
        (r#"["[\"["#, r#"\"]"]"#),
        (r#"["[\"[\\\""#, r#"\\\"]\"]"]"#),
    ];
    for unit in ["foobar", "foob 4111 4112 ", r"bar\nfoo ", r"foo\u0062ar", r"\\nb\\u0062"] {
        for (len, ends) in
            [(300, &["", "baz", "z", r"ba\\u007a", "@", ". {"][..]), (4_000, &["", "baz"]), (9_000, &["z"])]
        {
            for end in ends {
                let text = unit.repeat(len / unit.len());
                for (front, back) in places {
                    // Twice, so that a value of the same places follows.
                    pair.check(format!("{front}{text}{back}{front}{text}{end}{text}{back}").as_bytes());
                }
            }
        }
    }
    pair.finish();
}

/// What is found in a nested text without reading all of it.
#[test]
fn matches_in_nested_texts() {
    let quotes = json!({"version": 1, "rules": [
        {"id": "FRONT", "pattern": r#"[":n\\]?\d{4}(?:\s\d+)?"#, "replace": "#"},
        {"id": "LINES", "pattern": r"555.123(?s:.){1,6}", "replace": "é"},
        {"id": "SPACE", "pattern": r"\s?1234[xnu]", "replace": "#"},
        {"id": "AT", "pattern": r"\w*@[^@]{2}", "mask": {"char": "\"", "keep_first": 1}},
    ]});
    let edges = json!({"version": 1, "rules": [
        {"id": "EDGES", "pattern": r"(?:^|[^\w.])\w@b\.co(?:$|\s)", "replace": "#"},
        {"id": "WORDS", "pattern": r"(?:4111|true)[,:\]] ?", "types": ["string"], "replace": "#"},
        {"id": "COMMA", "pattern": r"[:,] ?4111", "replace": "#"},
        {"id": "NUMBER", "pattern": r"^5551234567$", "types": ["number"], "replace": "#"},
        {"id": "BOTH", "pattern": r"4111\d+", "types": ["string", "number"], "remove": true},
        {"id": "BOOLEAN", "pattern": "tru", "types": ["boolean"], "replace": "#"},
    ]});
    let docs = langfuse_docs();
    let mut alone: Vec<Value> = [&quotes, &edges, &docs]
        .into_iter()
        .flat_map(|spec| spec["rules"].as_array().cloned().unwrap_or_default())
        .map(|rule| json!({"version": 1, "rules": [rule]}))
        .collect();
    let card = json!({"id": "CARD", "pattern": r"\d{4} ?\d{4} ?\d{4} ?\d{4}", "replace": "#"});
    alone.extend([quotes, edges, docs, json!({"version": 1, "rules": [card]})]);
    for (spec, number) in alone.into_iter().zip(0..) {
        let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
        let mut pair = Pair::new(policy, spec);
        for n in 0..share_of_cases(10) {
            pair.check(&Random(seed(n << 8 | number)).nested_document());
        }
        pair.finish();
    }
}

/// A number or word of a nested text begins and ends with what is text around it.
#[test]
fn edges_of_nested_numbers() {
    let spec = json!({"version": 1, "rules": [
        {"id": "WHOLE", "pattern": r"^555123\d{4}$", "types": ["number"], "replace": "#"},
        {"id": "BOTH", "pattern": r"(?:^|-)4111\d+$", "types": ["string", "number"], "replace": "#"},
        {"id": "LINE", "pattern": r"(?m)^98765$", "types": ["number", "string"], "replace": "#"},
        {"id": "SHORT", "pattern": r"^77$", "types": ["number"], "replace": "#"},
        {"id": "WORD", "pattern": r"^fals|rue$", "types": ["boolean"], "replace": "#"},
    ]});
    let fronts =
        ["", " ", "\t", "\n", "[", "[ ", "[1,", "[1,\r", "{\"n\":", "{\"n\": ", "[\"x\",", "x", "[\"", "[-"];
    let backs = ["", " ", "\t", "]", "\n]", ",1]", " ,1]", "}", "\r}", "\"]", ".5]", "e1]"];
    // Each rule alone as well: what another one finds makes its string be looked at.
    let rules = spec["rules"].as_array().cloned().unwrap_or_default();
    let alone = rules.into_iter().map(|rule| json!({"version": 1, "rules": [rule]}));
    for spec in alone.chain([spec]) {
        let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
        let mut pair = Pair::new(policy, spec);
        for value in ["5551234567", "41111", "98765", "77", "false", "true"] {
            for front in fronts {
                for back in backs {
                    let once = json!([format!("{front}{value}{back}")]).to_string();
                    pair.check(once.as_bytes());
                    pair.check(json!({"a": once}).to_string().as_bytes());
                    pair.check(format!("{front}{value}{back}").as_bytes());
                }
            }
        }
        pair.finish();
    }
}

/// What stands in front of a factor may be an escape only where a text is read once more, and be spelled by another one.
#[test]
fn escapes_in_front_of_factors() {
    let spec = json!({"version": 1, "rules": [
        {"id": "ONE", "pattern": r"[\n\t][a-z]Q7X9", "replace": "#"},
        {"id": "TWO", "pattern": r"(?:^|[\n\t])[a-z]{2}K7Q9", "replace": "#"},
        {"id": "EDGE", "pattern": r"(?:^|\n)Z7Q9", "replace": "#"},
        {"id": "WIDE", "pattern": r"é[a-z]W7Q9", "replace": "#"},
    ]});
    let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
    let mut pair = Pair::new(policy, spec);
    let breaks = [
        "\\n",
        "\\\\n",
        "\\u000a",
        "\\\\u000a",
        "\\u005cn",
        "\\\\u005cn",
        "\\u005c\\u005cn",
        "\\u005cu000a",
        "\\u005c\\u006e",
        "\\\\\\\\n",
        "n",
        "\\\\",
        "\\u00e9",
        "\\u005cu00e9",
        "é",
        "\\\"",
        "\\u0022",
        "\\t",
        "\\u005ct",
    ];
    let behind = ["Z7Q9", "xQ7X9", "xyK7Q9", "xW7Q9", "1Z7Q9", "xyzK7Q9"];
    for (front, back) in [
        ("[\"", "\"]"),
        ("[\"{", "\"]"),
        (r#"["[\""#, r#"\"]"]"#),
        (r#"["[\"{"#, r#"\"]"]"#),
        (r#"["{\""#, "\"]"),
    ] {
        for edge in breaks {
            for text in behind {
                for between in ["", "a", " ", "ab"] {
                    pair.check(format!("{front}{between}{edge}{text}{back}").as_bytes());
                    pair.check(format!("{front}{edge}{between}{text}{back}").as_bytes());
                }
            }
        }
    }
    pair.finish();
}

/// Characters of matches, and around them, spelled as escapes: those that factors begin with, hold, or stand behind, and their
/// neighbours in Unicode.
#[test]
fn matches_spelled_as_escapes() {
    const CHARS: [&str; 24] = [
        "4", "1", "7", "5", "@", ".", "-", " ", "a", "n", "\n", "\"", "/", "é", "ж", "ф", "م", "٤", "४", "।",
        "４", "𝟜", "🙂", "\u{fffd}",
    ];
    const PIECES: [&str; 15] = [
        "jo@x.com",
        "é@ж.рф",
        "4111 1111 1111 1111",
        "٤١١١-4111-1111-1111",
        "5551234567",
        "४५५123-4567",
        "é4567",
        "\n4567",
        "AKIA12",
        "ключ",
        "🙂🙂",
        "words ",
        "AКIА12",
        "AKIА34",
        "zé12",
    ];
    let own = json!({"version": 1, "rules": [
        {"id": "WIDE", "pattern": r"[жф]\d{3}", "replace": "#"},
        {"id": "HELD", "pattern": r"4[éم🙂]\w{2}", "replace": "#"},
        {"id": "LATE", "pattern": r"A[KК]I[AА]\d", "replace": "#"},
        {"id": "LAST", "pattern": r"z[éж]\d{2}", "replace": "#"},
        {"id": "EDGE", "pattern": r"(?:^|\s)\d{4}\b", "replace": "#"},
        {"id": "PAIR", "pattern": r"[\x{1d7d8}-\x{1d7e1}]{2}|🙂[\d@]{3}", "replace": "#"},
        {"id": "LONE", "pattern": r"\x{fffd}1", "replace": "#"},
        {"id": "WORD", "literals": ["ключ", "Ключи"], "remove": true},
    ]});
    let alone = own["rules"].as_array().cloned().unwrap_or_default();
    let mut specs: Vec<Value> =
        alone.into_iter().map(|rule| json!({"version": 1, "rules": [rule]})).collect();
    specs.extend([langfuse_docs(), own]);
    for (spec, number) in specs.into_iter().zip(0..) {
        let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
        let mut pair = Pair::new(policy, spec);
        for n in 0..share_of_cases(20) {
            let random = &mut Random(seed(n << 8 | number));
            let mut strings = Vec::new();
            for _ in 0..=random.below(3) {
                let mut text = " ".repeat(random.below(70));
                let pieces = [4, 40][random.below(2)];
                for _ in 0..random.below(pieces) {
                    match random.below(3) {
                        0 => text += PIECES[random.below(PIECES.len())],
                        _ => text += CHARS[random.below(CHARS.len())],
                    }
                }
                let plain = [0, 1, 4, 40][random.below(4)];
                strings.push(match random.below(4) {
                    0 => json!(text).to_string(),
                    _ => format!("\"{}\"", spelled(&text, plain, random)),
                });
            }
            let mut value = format!("[{}]", strings.join(","));
            for _ in 0..random.below(3) {
                value = match random.once_in(2) {
                    true => json!([value]).to_string(),
                    false => {
                        let plain = [2, 20][random.below(2)];
                        format!("[\"{}\"]", spelled(&value, plain, random))
                    }
                };
            }
            pair.check(value.as_bytes());
        }
        pair.finish();
    }
}

/// What begins a nested text spelled as an escape, in front of what only the nested text has.
#[test]
fn nested_texts_behind_escapes() {
    let spec =
        json!({"version": 1, "rules": [{"id": "EDGE", "pattern": r"(?:^|\s)\d{4}\b", "replace": "#"}]});
    let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
    let mut pair = Pair::new(policy, spec);
    let values = [
        (["{", r"\u007b", r"\u007B"], r#"\"a\":\"\\n4567\"}"#),
        (["[", r"\u005b", r"\u005B"], r#"\"\\n4567\"]"#),
        ([r#"\""#, r"\u0022", r"\n\u0022"], r#"\\n4567\""#),
    ];
    for front in ["", " ", r"\n", r"\u0020", r"\u000A", r"\u00e9", r"\u2028", r"\ud83d\ude42"] {
        for (firsts, rest) in values {
            for first in firsts {
                for pad in ["", "   ", &" ".repeat(60), &"words ".repeat(700)] {
                    pair.check(format!(r#"["{front}{first}{rest}{pad}"]"#).as_bytes());
                    pair.check(format!(r#"["words{pad}","{front}{first}{rest}"]"#).as_bytes());
                }
            }
        }
    }
    pair.finish();
}

/// A text in JSON, of which one character in so many is an escape of four digits; with 0, only those that must be escaped are.
fn spelled(text: &str, plain: usize, random: &mut Random) -> String {
    let mut spelled = String::new();
    for ch in text.chars() {
        if matches!(ch, '"' | '\\') && random.once_in(2) {
            spelled.extend(['\\', ch]);
        } else if ch < ' ' || matches!(ch, '"' | '\\') || plain > 0 && random.once_in(plain) {
            for unit in ch.encode_utf16(&mut [0; 2]) {
                // One in so many pairs is cut in two.
                let unit = if random.once_in(200) { 0xd83d } else { *unit };
                spelled +=
                    &if random.once_in(4) { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
            }
        } else {
            spelled.push(ch);
        }
    }
    spelled
}

/// Text of one string, from words to tens of kilobytes: with few places to look at they are listed while it is read, with more
/// of them, or where escapes hide some, it is searched anew.
#[test]
fn texts_with_few_matches_and_with_many() {
    const PIECES: [&str; 22] = [
        "plain words ",
        "jo@x.com",
        " joe.doe@example.com, ",
        "555-123-4567",
        "4111 1111 1111 1111",
        "4111-1111-1111-1112",
        "abc37828224631-0005",
        "AKIA123456",
        "Falcon",
        "+1 (555) 010-9999",
        "\n",
        "\\",
        "\"",
        "/",
        "é",
        "🙂",
        "\u{7f}",
        "{",
        "@",
        "-",
        "1234",
        "x",
    ];
    let mut rules = langfuse_docs()["rules"].as_array().cloned().unwrap_or_default();
    rules.extend([
        json!({"id": "PAIR", "pattern": r"\w+-\d{4}", "validate": "luhn", "replace": "#"}),
        json!({"id": "KEY", "pattern": r"(?:^|\n)AKIA[A-Z0-9]{6}|AKIA\d{6}$", "mask": {}}),
        json!({"id": "NAME", "literals": ["Falcon", "Osprey"], "remove": true}),
        json!({"id": "MAIL", "pattern": r"\S+@\S+", "keys": ["mail*"], "mask": {"keep_first": 2}}),
        json!({"id": "LONG", "pattern": r"\+1 .{0,40}?x", "keys": ["long"], "replace": "~"}),
    ]);
    let spec = json!({"version": 1, "rules": rules});
    let policy = spanmask::Policy::from_json(&spec.to_string()).expect("a policy");
    let mut pair = Pair::new(policy, spec);
    for n in 0..share_of_cases(100) {
        let mut random = Random(seed(n));
        let mut text = String::new();
        let (most, words) = ([3, 30, 100, 600][random.below(4)], random.below(12));
        for _ in 0..random.below(most) {
            (0..random.below(words + 1)).for_each(|_| text += "some words, ");
            text += PIECES[random.below(PIECES.len())];
            if random.once_in(40) {
                text += &"y".repeat(random.below(6_000));
            }
        }
        // One string, or several in a list, spelled plainly or with `\u`, at some level.
        let mut value = match random.below(4) {
            0 => json!([text.get(..3).unwrap_or(&text), text, "x"]),
            1 => json!({"mail": text, "long": text}),
            _ => json!([text]),
        }
        .to_string();
        if random.once_in(3) {
            let letter = ["@", "5", "é", "a"][random.below(4)];
            let unit = letter.encode_utf16().next().unwrap_or_default();
            let count = random.below(3) + 1;
            value = value.replacen(letter, &format!("\\u{unit:04x}"), count);
        }
        for _ in 0..random.below(3) {
            value = json!({"in": value}).to_string();
        }
        pair.check(value.as_bytes());
    }
    pair.finish();
}

/// Random policies from `policy` on documents from `document`.
fn random_policies(policy: fn(&mut Random) -> Value, document: fn(&mut Random) -> Vec<u8>) {
    let mut failed = 0;
    for n in 0..share_of_cases(5).div_ceil(DOCUMENTS) {
        let mut random = Random(seed(n));
        let spec = policy(&mut random);
        let compiled = match spanmask::Policy::from_json(&spec.to_string()) {
            Ok(compiled) => compiled,
            Err(error) => {
                println!("does not compile: {error}\n{spec}\n");
                failed += 1;
                continue;
            }
        };
        let mut pair = Pair::new(compiled, spec);
        (0..DOCUMENTS).for_each(|_| pair.check(&document(&mut random)));
        failed += pair.failed;
        assert!(failed < 10, "too many failures");
    }
    assert_eq!(failed, 0);
}

#[test]
fn random_policies_on_documents() {
    random_policies(|random| random.policy(false), Random::document);
}

#[test]
fn random_policies_on_otlp() {
    random_policies(|random| random.policy(true), Random::otlp);
}
