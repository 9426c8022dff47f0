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
