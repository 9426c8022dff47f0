//! A canary in the input comes out of no failing path, and of no output that is not the masked text.

mod common;
use common::*;

const CANARY: &str = "Falcon-key-93741-canary";

/// Every way the scanner refuses, with the canary on both sides of the fault where there are two.
fn refused() -> Vec<Vec<u8>> {
    let text = |template: &str| template.replace('@', CANARY).into_bytes();
    let mut inputs: Vec<_> = [
        "[\"@\"",
        "[\"@",
        "\"@\\",
        "\"@\\u12",
        "@",
        "\"@\" @",
        "[\"@\",]",
        "{\"@\"}",
        "{\"@\":\"@\",}",
        "{@:1}",
        "[\"@\n@\"]",
        "[\"@\\x@\"]",
        "[\"@\\u12G4@\"]",
        "[\"@\",01]",
        "[\"@\",1.]",
        "[\"@\",tru]",
        "[\"@\",nul@]",
        "\u{feff}[\"@\"]",
        "[\"@\"]]",
        "{\"a\":\"@\" \"b\":\"@\"}",
        "[\"@\"\u{0}]",
        "[1 \"@\"]",
        "//@\n[]",
    ]
    .iter()
    .map(|template| text(template))
    .collect();
    inputs.push([&text("[\"@"), b"\xff".as_slice(), &text("@\"]")].concat());
    inputs.push([&text("[\"@"), b"\xc0\x80".as_slice(), &text("@\"]")].concat());
    inputs.push([&"[".repeat(2000).into_bytes(), text("\"@\"").as_slice()].concat());
    inputs.push(text("[\"@\"]").iter().flat_map(|byte| [*byte, 0]).collect());
    inputs.push(text("[\"@\"]").iter().flat_map(|byte| [0, *byte]).collect());
    inputs
}

#[track_caller]
fn silent(run: &Outcome, what: &str) {
    for text in [&run.0.stdout, &run.0.stderr] {
        let text = String::from_utf8_lossy(text).replace('\0', "");
        for part in [CANARY, "Falcon", "93741", "canary"] {
            assert!(!text.contains(part), "{what}: {text}");
        }
    }
    assert!(!String::from_utf8_lossy(&run.0.stderr).contains("internal error"), "{what}");
}

#[test]
fn refused_inputs_stay_inside() {
    let place = Place::new();
    for (number, input) in refused().iter().enumerate() {
        place.write("in.json", input);
        for args in [
            "mask -p policy.yaml",
            "mask -p policy.yaml --framing one in.json",
            "mask -p policy.yaml --gzip-output in.json",
            "mask -p policy.yaml --output out.json --report in.json",
            "mask -p policy.yaml --in-place --report=report.json in.json",
            "mask -p policy.yaml --gzip in.json",
            "scan -p policy.yaml in.json",
            "scan -p policy.yaml --format table in.json",
            "scan -p policy.yaml --format sarif --fail in.json",
            "scan -p policy.yaml --gzip in.json",
        ] {
            let run = place.run_with(args, input);
            assert_eq!(run.code(), 1, "input {number}, {args}: {}", run.err());
            silent(&run, &format!("input {number}, {args}"));
            if args.starts_with("mask") {
                assert_eq!(run.0.stdout, b"", "input {number}, {args}");
            }
        }
        assert_eq!(std::fs::read(place.path("in.json")).unwrap(), *input);
        assert_eq!(place.names(), ["in.json", "policy.yaml"]);
    }
}

#[test]
fn findings_and_reports_hold_no_text() {
    let place = Place::new();
    let text = format!(r#"{{"a":"{CANARY}","b":"x {CANARY}","n":["{{\"c\":\"{CANARY}\"}}"]}}"#);
    place.write("whole.yaml", "version: 1\nrules:\n  - id: ALL\n    pattern: '.+'\n    replace: '-'\n");
    for args in ["scan --format table", "scan --format jsonl", "scan --format sarif", "mask --report"] {
        for policy in ["policy.yaml", "whole.yaml"] {
            let run = place.run_with(&format!("{args} -p {policy}"), &text);
            assert_eq!(run.code(), 0, "{}", run.err());
            // What the small policy leaves is in the masked text, as it should be.
            let run = if args.starts_with("mask") && policy == "policy.yaml" {
                Outcome(std::process::Output { stdout: Vec::new(), ..run.0 })
            } else {
                run
            };
            silent(&run, args);
        }
    }
}

#[test]
fn failing_gzip_stays_inside() {
    let place = Place::new();
    let packed = gzip(format!("[\"{CANARY}\"]"));
    for cut in 2..packed.len() {
        let run = place.run_with("mask -p policy.yaml", &packed[..cut]);
        run.fails(1, &["damaged"]);
        silent(&run, "cut");
    }
}
