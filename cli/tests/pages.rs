//! Completions and man pages.

mod common;
use common::*;

#[test]
fn completions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&format!("completions {shell}")).clean();
        assert!(script.contains("spanmask") && script.contains("in-place"), "{shell}");
    }
    place.run("completions tcsh").fails(2, &["tcsh"]);
}

#[test]
fn man() {
    let place = Place::new();
    let page = place.run("man").clean();
    assert!(page.contains(".TH spanmask 1") && page.contains("Exit codes"), "{page}");
    assert_eq!(place.run("man pages").clean(), "");
    for name in ["spanmask.1", "spanmask-mask.1", "spanmask-scan.1", "spanmask-policy-check.1"] {
        assert!(place.path("pages").join(name).is_file(), "{name}");
    }
    place.run("man policy.yaml").fails(1, &["policy.yaml: cannot write"]);
}

const COMMANDS: &[&str] = &[
    "mask",
    "scan",
    "policy",
    "policy check",
    "policy show",
    "policy compile",
    "policy schema",
    "policy detectors",
    #[cfg(feature = "serve")]
    "serve",
    "completions",
    "man",
];

#[test]
fn every_command_has_help() {
    let place = Place::new();
    for name in COMMANDS {
        let help = place.run(&format!("{name} --help")).clean();
        let mut lines = help.lines();
        assert!(lines.next().is_some_and(|about| about.len() > 10), "{name}: {help}");
        assert!(lines.any(|line| line.starts_with(&format!("Usage: spanmask {name}"))), "{name}: {help}");
        assert_eq!(place.run(&format!("help {name}")).clean(), help);
    }
    // What stands in the help is what there is.
    for (parent, prefix) in [("", ""), ("policy ", "policy ")] {
        let help = place.run(&format!("{parent}--help")).clean();
        let (_, list) = help.split_once("Commands:\n").unwrap();
        let names = list.lines().take_while(|line| !line.is_empty());
        for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
            assert!(COMMANDS.contains(&format!("{prefix}{name}").as_str()), "{prefix}{name}");
        }
    }
}

#[test]
fn a_closed_pipe_ends_every_page_without_a_word() {
    let place = Place::new();
    for args in [
        "--help",
        "mask --help",
        "--version",
        "man",
        "completions zsh",
        "policy check policy.yaml",
        "policy show preset:default",
        "policy schema",
        "policy detectors",
        "policy detectors --json",
    ] {
        assert_eq!(run_closed(place.command(args)).clean(), "", "{args}");
    }
}
