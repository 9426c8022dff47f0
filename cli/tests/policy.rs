//! `spanmask policy`, and bad policies in all commands.

mod common;
use common::*;
use serde_json::Value;

#[test]
fn check() {
    let place = Place::new();
    assert_eq!(place.run("policy check policy.yaml").clean(), "policy.yaml: ok, 2 rules\n");
    for preset in ["preset:default", "preset:langfuse-docs"] {
        let run = place.run(&format!("policy check {preset}"));
        assert_eq!(run.code(), 0);
        assert!(run.out().starts_with(&format!("{preset}: ok, ")), "{}", run.out());
    }
}

#[test]
fn formats_by_file_name() {
    let place = Place::new();
    place.write("p.json", r#"{"version":1,"rules":[{"id":"N","literals":["Falcon"],"replace":"-"}]}"#);
    place.write("p.toml", "version = 1\n[[rules]]\nid = \"N\"\nliterals = [\"Falcon\"]\nreplace = \"-\"\n");
    for policy in ["p.json", "p.toml"] {
        assert_eq!(place.run_with(&format!("mask -p {policy}"), "\"Falcon\"").clean(), "\"-\"");
    }
}

#[test]
fn each_fault_has_its_message() {
    let place = Place::new();
    let rule = |fields: &str| format!("version: 1\nrules:\n  - id: A\n    {fields}\n");
    let duplicate = rule("literals: [x]") + "  - id: A\n    literals: [y]\n";
    let large = rule(r"pattern: '(?:\w{1000}){1000}'");
    for (policy, words) in [
        (rule("literalls: [x]"), ["rules[0]", "literalls"]),
        (rule("pattern: '('"), ["rules[0]", "pattern"]),
        (rule("detect: nothing"), ["rules[0]", "nothing"]),
        (rule("detect: host:names"), ["bad.yaml", "host:names"]),
        (large, ["rules[0]", "limit"]),
        (duplicate, ["rules[1]", "A"]),
        ("{".to_owned(), ["bad.yaml", "bad.yaml"]),
    ] {
        place.write("bad.yaml", &policy);
        for command in ["policy check", "mask --policy", "scan --policy"] {
            place.run_with(&format!("{command} bad.yaml"), PLAIN).fails(2, &words);
            place.run_with(&format!("{command} bad.yaml"), PLAIN).fails(2, &["spanmask: bad.yaml"]);
        }
    }
}

#[test]
fn every_problem_is_told() {
    let place = Place::new();
    place.write(
        "bad.yaml",
        r"
version: 2
rules:
  - id: A
    pattern: '('
  - id: B
    detect: nothing
  - id: C
    literalls: [x]
  - 7
  - id: C
    paths: ['a']
  - id: D
    pattern: '(?:\w{1000}){1000}'
allow:
  keys: []
",
    );
    let run = place.run("policy check bad.yaml");
    let err = run.err();
    let lines: Vec<&str> = err.lines().filter_map(|line| line.strip_prefix("spanmask: bad.yaml: ")).collect();
    let places: Vec<&str> = lines.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let expected = [
        "version",
        "rules[0].pattern",
        "rules[1].detect",
        "rules[2].literalls",
        "rules[3]",
        "rules[4].id",
        "rules[5].pattern",
        "allow.keys",
    ];
    assert_eq!(places, expected, "{err}");
    assert_eq!((run.code(), run.out().as_str(), lines.len()), (2, "", err.lines().count()));
}

#[test]
fn warnings_are_told_and_are_no_errors() {
    let place = Place::new();
    place.write("p.yaml", "version: 1\nrules:\n  - id: N\n    literals: [Falcon]\n    replace: 'x Falcon'\n");
    let run = place.run("policy check p.yaml");
    assert_eq!((run.code(), run.out().as_str()), (0, "p.yaml: ok, 1 rule\n"));
    assert!(run.err().starts_with("spanmask: p.yaml: warning: rules[0]"), "{}", run.err());
    let run = place.run_with("mask -p p.yaml", "\"Falcon\"");
    assert_eq!((run.code(), run.out().as_str()), (0, "\"x Falcon\""));
    assert!(run.err().contains("warning"), "{}", run.err());
    assert_eq!(place.run_with("mask --quiet -p p.yaml", "\"Falcon\"").clean(), "\"x Falcon\"");
}

#[test]
fn policies_that_are_not_there() {
    let place = Place::new();
    place.run("policy check none.yaml").fails(2, &["none.yaml: cannot read the policy: no such file"]);
    place.run("policy check .").fails(2, &["directory"]);
    place.run("policy check preset:none").fails(2, &["no such preset", "preset:default"]);
    place.run("policy show default").fails(2, &["preset:default is a preset"]);
    place.write("latin.yaml", b"a: \xe9");
    place.run("policy check latin.yaml").fails(2, &["not UTF-8 (byte 3)"]);
}

#[test]
fn show() {
    let place = Place::new();
    let yaml = place.run("policy show policy.yaml").clean();
    place.write("shown.yaml", &yaml);
    assert_eq!(place.run_with("mask -p shown.yaml", PLAIN).clean(), MASKED);
    for preset in spanmask::presets::names() {
        let shown = place.run(&format!("policy show preset:{preset}")).clean();
        assert_eq!(Some(shown.as_str()), spanmask::presets::text(preset));
    }
    place.write("preset.yaml", place.run("policy show preset:default").out());
    let checked = place.run("policy check preset.yaml").clean();
    assert!(checked.starts_with("preset.yaml: ok, "), "{checked}");
}

#[test]
fn keys_are_not_shown() {
    let place = Place::new();
    let key = "kQ7xZ9vJ2wXq";
    let policy = format!(
        "version: 1\nrules:\n  - id: N\n    literals: [Falcon]\n    replace: Falcon\n    hash: {{ key: {key} }}\n"
    );
    place.write("two.yaml", &policy);
    place.write("one.yaml", policy.replace("    replace: Falcon\n", ""));
    place.write("cut.yaml", &policy[..policy.len() - 3]);
    place.write(
        "warned.yaml",
        policy.replace("Falcon\n    hash", "Falcon\n  - id: H\n    keys: [a]\n    hash"),
    );
    for (file, code) in [("one", 0), ("two", 2), ("cut", 2), ("warned", 0)] {
        for command in ["policy check", "policy show", "mask --report -p", "scan --format sarif -p"] {
            let run = place.run_with(&format!("{command} {file}.yaml"), PLAIN);
            // Two actions are no fault of the writing.
            let expected = if (command, file) == ("policy show", "two") { 0 } else { code };
            assert_eq!(run.code(), expected, "{command} {file}: {}", run.err());
            assert!(!(run.out() + &run.err()).contains(&key[..6]), "{command} {file}");
        }
    }
}

#[test]
fn schema() {
    let shown = Place::new().run("policy schema").clean();
    let committed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/policy.schema.json");
    assert_eq!(shown, std::fs::read_to_string(committed).unwrap());
    let schema: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["rules"].is_object(), "{schema}");
}

#[test]
fn detectors() {
    let place = Place::new();
    let table = place.run("policy detectors").clean();
    assert!(table.starts_with("DETECTOR"), "{table}");
    let list: Value = serde_json::from_str(&place.run("policy detectors --json").clean()).unwrap();
    let list = list.as_array().unwrap();
    assert!(list.iter().any(|detector| detector["name"] == "email"), "{list:?}");
    assert_eq!(table.lines().count(), list.len() + 1);
}

#[test]
fn keys_come_from_the_environment() {
    let place = Place::new();
    let policy =
        "version: 1\nrules:\n  - id: N\n    literals: [Falcon]\n    hash: { key_env: SPANMASK_TEST_KEY }\n";
    place.write("hash.yaml", policy);
    let missing = ["SPANMASK_TEST_KEY", "not set"];
    place.run_with("mask -p hash.yaml", "\"Falcon\"").fails(2, &missing);
    let hash = |key: &str| {
        let mut command = place.command("mask -p hash.yaml");
        command.env("SPANMASK_TEST_KEY", key);
        run(command, b"\"Falcon\"")
    };
    let (one, other) = (hash("one key").clean(), hash("another key").clean());
    assert_eq!((one.len(), other.len()), (18, 18));
    assert_ne!(one, other);
    hash("").fails(2, &["SPANMASK_TEST_KEY", "empty"]);
}

#[test]
fn files_of_literals_lie_next_to_the_policy() {
    let place = Place::new();
    std::fs::create_dir(place.path("sub")).unwrap();
    place.write("sub/names.txt", "Falcon\nOsprey\n");
    place.write(
        "sub/p.yaml",
        "version: 1\nrules:\n  - id: N\n    literals_file: names.txt\n    replace: '-'\n",
    );
    assert_eq!(place.run_with("mask -p sub/p.yaml", "[\"Osprey\"]").clean(), "[\"-\"]");
    std::fs::remove_file(place.path("sub/names.txt")).unwrap();
    place.run("policy check sub/p.yaml").fails(2, &["rules[0]", "names.txt", "no such file"]);
}

#[test]
fn compiled_policies() {
    let place = Place::new();
    assert_eq!(place.run("policy compile policy.yaml -o policy.image").clean(), "");
    assert_eq!(place.run("policy check policy.image").clean(), "policy.image: ok, 2 rules\n");
    assert_eq!(place.run_with("mask -p policy.image", PLAIN).clean(), MASKED);
    // Compiling again changes nothing.
    assert_eq!(place.run("policy compile policy.image -o again.image").clean(), "");
    let image = std::fs::read(place.path("policy.image")).unwrap();
    assert!(std::fs::read(place.path("again.image")).unwrap() == image);

    let mut damaged = image.clone();
    damaged[300] ^= 1;
    place.write("damaged.image", &damaged);
    place.write("cut.image", &image[..image.len() - 8]);
    for (name, words) in [("damaged.image", "checksum"), ("cut.image", "cut off")] {
        place.run_with(&format!("mask -p {name}"), PLAIN).fails(2, &[name, words]);
    }
    place.run("policy show policy.image").fails(2, &["policy.image", "compiled"]);
    place.run("policy compile policy.yaml -o nowhere/policy.image").fails(1, &["nowhere/policy.image"]);
}

#[test]
fn keys_are_compiled_only_when_asked_for() {
    let place = Place::new();
    place.write(
        "keyed.yaml",
        "version: 1\nrules:\n  - id: A\n    literals: [Falcon]\n    hash: { key: tawny, length: 8 }\n",
    );
    place.run("policy compile keyed.yaml -o keyed.image").fails(2, &["keyed.yaml", "keys", "--with-keys"]);
    assert!(!place.names().contains(&"keyed.image".to_owned()));
    assert_eq!(place.run("policy compile --with-keys keyed.yaml -o keyed.image").clean(), "");
    let masked = |policy: &str| place.run_with(&format!("mask -p {policy}"), PLAIN).clean();
    assert_eq!(masked("keyed.image"), masked("keyed.yaml"));
}
