//! `spanmask scan` in its three formats.

mod common;
use common::*;
use serde_json::{Value, json};

const SCAN: &str = "scan --policy policy.yaml";

fn place() -> Place {
    let place = Place::new();
    place.write("a.json", PLAIN);
    place.write("b.json", r#"["x","{\"k\":\"Falcon\"}"]"#);
    place.write("nothing.json", "[1]");
    place.write("bad.json", "[\"Falcon\"");
    place
}

#[test]
fn json_lines() {
    let place = place();
    let out = place.run(&format!("{SCAN} a.json nothing.json b.json")).clean();
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [
            json!({"file": "a.json", "rule": "NAME", "start": 6, "end": 12, "path": "$['a']", "level": 1}),
            json!({"file": "a.json", "rule": "KEY", "start": 26, "end": 32, "path": "$['b'][0]", "level": 1}),
            json!({"file": "b.json", "rule": "NAME", "start": 15, "end": 21, "path": "$[1]['k']", "level": 2}),
        ]
    );
    assert_eq!(place.run(&format!("{SCAN} --format jsonl a.json nothing.json b.json")).clean(), out);
}

#[test]
fn offsets_point_at_the_text() {
    let place = place();
    let out = place.run_with(SCAN, PLAIN).clean();
    let found: Vec<&str> = out
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["file"], "-");
            let at = |name: &str| line[name].as_u64().unwrap() as usize;
            &PLAIN[at("start")..at("end")]
        })
        .collect();
    assert_eq!(found, ["Falcon", "key-12"]);
    assert_eq!(place.run_with(SCAN, gzip(PLAIN)).clean(), out);
}

#[test]
fn table() {
    let place = place();
    let out = place.run(&format!("{SCAN} --format table a.json b.json")).clean();
    assert_eq!(
        out,
        "RULE  FILE    BYTES  LEVEL  PATH\n\
         NAME  a.json  6-12   1      $['a']\n\
         KEY   a.json  26-32  1      $['b'][0]\n\
         NAME  b.json  15-21  2      $[1]['k']\n\
         3 findings in 2 files\n"
    );
    assert_eq!(place.run(&format!("{SCAN} -f table nothing.json")).clean(), "0 findings in 1 file\n");
}

#[test]
fn sarif() {
    let place = place();
    let out = place.run(&format!("{SCAN} --format sarif a.json")).clean();
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|r| &r["id"]).collect();
    assert_eq!(rules, ["NAME", "KEY"]);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!((&results[1]["ruleId"], &results[1]["ruleIndex"]), (&json!("KEY"), &json!(1)));
    let location = &results[1]["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "a.json");
    assert_eq!(location["physicalLocation"]["region"], json!({"byteOffset": 26, "byteLength": 6}));
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "$['b'][0]");
}

#[test]
fn fail() {
    let place = place();
    assert_eq!(place.run(&format!("{SCAN} --fail a.json")).code(), 3);
    assert_eq!(place.run(&format!("{SCAN} --fail --format sarif a.json")).code(), 3);
    assert_eq!(place.run(&format!("{SCAN} --fail nothing.json")).clean(), "");
    assert_eq!(place.run(&format!("{SCAN} a.json")).code(), 0);
}

#[test]
fn a_refused_file_is_told_and_the_others_are_scanned() {
    let place = place();
    let run = place.run(&format!("{SCAN} --fail bad.json none.json a.json"));
    assert_eq!(run.code(), 1);
    assert!(run.err().contains("bad.json: refused at byte 9: the text ends too early"), "{}", run.err());
    assert!(run.err().contains("none.json: cannot read: no such file"), "{}", run.err());
    assert_eq!(run.out(), place.run(&format!("{SCAN} a.json")).out());

    let run = place.run(&format!("{SCAN} --format sarif bad.json"));
    let log: Value = serde_json::from_str(&run.out()).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 1);
    assert_eq!(run.code(), 1);
    assert_eq!(log["runs"][0]["results"], json!([]));
}

#[test]
fn a_closed_pipe_does_not_change_the_result() {
    let place = place();
    place.write("many.json", format!("[{}0]", "\"Falcon\",".repeat(50_000)));
    for format in ["jsonl", "table", "sarif"] {
        let run = run_closed(place.command(&format!("{SCAN} --fail --format {format} many.json")));
        assert_eq!((run.code(), run.err().as_str()), (3, ""), "{format}");
    }
}

#[test]
fn each_refusal_has_its_message() {
    let place = Place::new();
    let deep = "[".repeat(1025);
    let cases: [(&[u8], &[&str]); 4] = [
        (b"[\"Falcon", &["in.json: refused at byte 8", "ends too early"]),
        (b"[\"Falcon\xff\"]", &["in.json: refused at byte 8", "invalid UTF-8"]),
        (deep.as_bytes(), &["in.json: refused at byte 1024", "too many nested containers"]),
        (b"[1] Falcon", &["in.json: refused at byte 4"]),
    ];
    for (input, words) in cases {
        place.write("in.json", input);
        place.run(&format!("{SCAN} --fail --format jsonl in.json")).fails(1, words);
    }
    place
        .run(&format!("{SCAN} --format jsonl none.json"))
        .fails(1, &["none.json: cannot read", "no such file"]);
    place.run(&format!("{SCAN} --format jsonl .")).fails(1, &[".: cannot read", "directory"]);
}
