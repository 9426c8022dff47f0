//! Policies by name.

use spanmask::files::{Source, Text, load};
use spanmask::{Format, Policy};
use std::fs;

const ONE: &str = "version: 1\nrules:\n  - { id: NAME, literals_file: names.txt }\n";

fn fails(name: &str) -> String {
    load(name).map(|policy| policy.rules().count()).unwrap_err().to_string()
}

#[test]
fn presets_files_and_images() {
    let place = tempfile::tempdir().unwrap();
    let name = |file: &str| place.path().join(file).to_str().unwrap().to_owned();
    fs::write(name("names.txt"), "Falcon\n").unwrap();
    fs::write(name("one.yaml"), ONE).unwrap();
    fs::write(name("one.image"), load(&name("one.yaml")).unwrap().save().unwrap()).unwrap();
    for policy in ["one.yaml", "one.image"] {
        let mut text = b"\"Falcon\"".to_vec();
        load(&name(policy)).unwrap().masker().mask_vec(&mut text).unwrap();
        assert_eq!(text, b"\"[REDACTED]\"");
    }
    let Source::Text(text) = Source::read(&name("one.yaml")).unwrap() else { panic!("it is text") };
    assert_eq!(text.literals(), [place.path().join("names.txt")]);
    assert_eq!(text.text(), ONE);
    let preset: Vec<_> = load("preset:langfuse-docs").unwrap().rules().map(str::to_owned).collect::<Vec<_>>();
    assert!(Policy::preset("langfuse-docs").unwrap().rules().eq(preset.iter()));
}

#[test]
fn each_failure_names_the_policy_and_says_what_to_do() {
    let place = tempfile::tempdir().unwrap();
    let name = place.path().join("bad.yaml").to_str().unwrap().to_owned();
    assert!(fails("default").contains("default: cannot read the policy: no such file"));
    assert!(fails("default").contains("preset:default is a preset"));
    assert!(fails("preset:nothing").contains("there are preset:default"));
    for (text, words) in [
        (ONE, "names.txt: no such file"),
        ("version: 1\nrules: [{ id: A, detect: host:names }]", "host:names"),
        (
            "version: 1\nrules: [{ id: A, detect: email, hash: { key_env: SPANMASK_NOT_SET } }]",
            "SPANMASK_NOT_SET",
        ),
        ("version: 1\nrules: [{ id: A, literalls: [x] }]", "literalls"),
    ] {
        fs::write(&name, text).unwrap();
        let message = fails(&name);
        assert!(message.starts_with(&name) && message.contains(words), "{message}");
    }
    fs::write(&name, b"\xff").unwrap();
    assert!(fails(&name).contains("not UTF-8"));
}

/// By mistake a key may stand where the name of its variable should.
#[test]
fn a_key_in_place_of_a_name_is_not_shown() {
    let rule = "version: 1\nrules: [{ id: A, detect: email, hash: { key_env: s3cr3t-canary } }]";
    let message = Text::new("inline", rule, Format::Yaml, "").compile().unwrap_err().to_string();
    assert!(!message.contains("canary"), "{message}");
}
