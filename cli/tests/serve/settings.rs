//! Settings and policies are checked as a whole before anything begins.

use crate::support::*;

const NAME: &str = "version: 1\nrules: [{ id: NAME, literals: [Falcon], replace: \"[NAME]\" }]\n";
const KEY: &str = "version: 1\nrules: [{ id: KEY, literals: [Kestrel] }]\n";

#[track_caller]
fn fails(setup: &Setup, args: &[&str], words: &[&str]) {
    // What does not start says the same as what only checks.
    for check in [&["--check"][..], &[]] {
        let (code, out, err) = setup.run(&[args, check].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(words.iter().all(|word| err.contains(word)), "{words:?} are not all in {err}");
    }
}

#[test]
fn check_says_what_it_amounts_to() {
    let setup = Setup::new("policies: set.yaml")
        .file("a.yaml", NAME)
        .file("set.yaml", "default: a\npolicies: { a: a.yaml, b: preset:default }\nprojects: { clx-1: b }\n")
        .env("SPANMASK_SECRET", "0123456789abcdef0123");
    let (code, out, err) = setup.run(&["--check", "--in-flight", "7"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for words in [
        "127.0.0.1:0/mask",
        "who knows one of 1 secrets",
        "2 in use",
        "default a",
        "a: 1 rules",
        "7 requests",
    ] {
        assert!(out.contains(words), "{words:?} is not in {out}");
    }
    assert!(out.contains("warning") && out.contains("the default should be the strictest"), "{out}");
    assert!(!out.contains("0123456789abcdef"));
}

#[test]
fn without_settings_it_is_the_default_policy() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_spanmask"));
    let output = command.args(["serve", "--check"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("http://127.0.0.1:8790/mask") && out.contains("preset:default"), "{out}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    fails(&Setup::new("limitz: {}"), &[], &["settings.yaml", "line 1", "limitz"]);
    fails(&Setup::new(""), &["--policies", "nothing.yaml"], &["nothing.yaml", "no such file"]);
    fails(&Setup::new(""), &["--policies", "preset:nothing"], &["there are preset:default"]);
    fails(&Setup::new("limits: { memory: 1M }"), &[], &["limits.memory is too small"]);
    fails(&Setup::new("access: { secret_files: [none] }"), &[], &["none", "cannot read the secrets"]);
    fails(&Setup::new("access: { secret_files: [s] }").file("s", "short\n"), &[], &["16 characters"]);
    fails(&Setup::new("tls: { certificate: c, key: k }"), &[], &["c: no certificate"]);
    let tls = Setup::new("tls: { certificate: c, key: k }").file("c", "canary");
    fails(&tls, &[], &["c: no certificate", "none in the file"]);
}

/// All that is wrong with all of them.
#[test]
fn a_set_is_checked_as_a_whole() {
    let wrong = "version: 1\nrules: [{ id: A, literalls: [x] }]\n";
    let folder =
        Setup::new("policies: p").file("p/a.yaml", wrong).file("p/b.json", "{").file("p/default.yaml", NAME);
    fails(&folder, &[], &["p/a.yaml", "literalls", "p/b.json"]);
    let set = "default: none\npolicies: { a: a.yaml }\nprojects: { clx-1: b }\n";
    let set = Setup::new("policies: set.yaml").file("set.yaml", set).file("a.yaml", wrong);
    fails(
        &set,
        &[],
        &[
            "a.yaml: rules[0]",
            "set.yaml: default: there is no policy \"none\"",
            "projects.clx-1",
            "(there are a)",
        ],
    );
    let inline = "policies: { a: { version: 1, rules: [{ id: A, detect: nothing }] }, b: preset:default }\ndefault: b\n";
    fails(
        &Setup::new("policies: s.yaml").file("s.yaml", inline),
        &[],
        &["s.yaml: policies.a: rules[0]", "nothing"],
    );
    for (text, words) in [
        ("policies: { a: 1 }\n", "policies.a"),
        ("policies: { a: preset:default }\nproject: {}\n", "project"),
        ("policies: { a: preset:default, b: preset:default }\n", "there is no policy \"default\""),
        ("version: 2\npolicies: { a: preset:default }\n", "version 1"),
        ("policies: { a: preset:default }\ntighten: [{ header: 'x y', value: v, policy: a }]\n", "header"),
        ("policies: { a: preset:default }\ntighten: [{ header: x, value: '', policy: a }]\n", "value"),
    ] {
        fails(&Setup::new("policies: s.yaml").file("s.yaml", text), &[], &["s.yaml", words]);
    }
}

#[test]
fn folders() {
    fails(&Setup::new("policies: p").file("p/words.txt", ""), &[], &["no policy in the folder"]);
    let twice = Setup::new("policies: p").file("p/a.yaml", NAME).file("p/a.toml", "");
    fails(&twice, &[], &["another file of the folder has the same name"]);
    let also = Setup::new("policies: p")
        .file("p/a.yaml", NAME)
        .file("p/set.yaml", "policies: { a: preset:default }\n");
    fails(&also, &[], &["policies.a", "has this name, too"]);
    fails(
        &Setup::new("policies: p").file("p/a.yaml", NAME).file("p/b.yaml", KEY),
        &[],
        &["there is no policy \"default\""],
    );

    let one = Setup::new("policies: p").file("p/any.yaml", NAME);
    assert!(one.run(&["--check"]).1.contains("default any"));
    let two = Setup::new("policies: p").file("p/default.yaml", NAME).file("p/b.yaml", KEY);
    assert!(two.run(&["--check"]).1.contains("default default"));
    let toml = "default = \"b\"\n[policies]\nc = \"preset:default\"\n[projects]\nclx-1 = \"c\"\n";
    let three = Setup::new("policies: p").file("p/set.toml", toml).file("p/b.yaml", KEY);
    assert!(three.run(&["--check"]).1.contains("1 named projects"));
}

#[test]
fn flags_and_variables_for_containers() {
    let setup = Setup::new("")
        .file("p.yaml", NAME)
        .env("SPANMASK_POLICIES", "p.yaml")
        .env("SPANMASK_DRY_RUN", "true");
    let (_, out, _) = setup.run(&["--check"]);
    assert!(out.contains("p: 1 rules") && out.contains("dry run"), "{out}");
    let (_, out, _) = setup.run(&["--check", "--policies", "preset:default", "--dry-run=false"]);
    assert!(out.contains("default preset:default") || out.contains("default default"), "{out}");
    assert!(!out.contains("dry run"));
    let (code, _, err) = setup.run(&["--check", "--window", "1X"]);
    assert!(code == 2 && err.contains("K, M or G"), "{err}");
}

#[test]
fn an_address_that_is_taken() {
    let service = Service::start("");
    let (code, _, err) = Setup::new(&format!("listen: {}", service.address)).run(&[]);
    assert!(code == 1 && err.contains("cannot listen on 127.0.0.1"), "{err}");
}
