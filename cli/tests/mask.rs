//! `spanmask mask` on standard input and output, files and gzip.

mod common;
use common::*;

const MASK: &str = "mask --policy policy.yaml";

#[test]
fn standard_input_to_standard_output() {
    let place = Place::new();
    assert_eq!(place.run_with(MASK, PLAIN).clean(), MASKED);
    assert_eq!(place.run_with(&format!("{MASK} -"), PLAIN).clean(), MASKED);
    assert_eq!(place.run_with(&format!("{MASK} --output -"), PLAIN).clean(), MASKED);
    assert_eq!(place.run_with(MASK, "").clean(), "");
}

#[test]
fn the_default_policy_is_the_default() {
    let place = Place::new();
    let out = place.run_with("mask", r#"{"to":"jane.roe@example.com"}"#).clean();
    assert!(!out.contains("jane.roe@example.com"), "{out}");
    assert_eq!(
        out,
        place.run_with("mask --policy preset:default", r#"{"to":"jane.roe@example.com"}"#).clean()
    );
}

#[test]
fn what_grows_a_lot_is_still_masked() {
    let place = Place::new();
    let plain = format!("[{}\"\"]", "\"Falcon\",".repeat(20_000));
    let policy = POLICY.replace("[NAME]", &"*".repeat(500));
    place.write("long.yaml", &policy);
    let masked = place.run_with("mask -p long.yaml", &plain).clean();
    assert_eq!(masked, plain.replace("Falcon", &"*".repeat(500)));
}

#[test]
fn several_files_come_out_in_order() {
    let place = Place::new();
    place.write("a.json", "\"Falcon a\"");
    place.write("b.json", "1\n");
    place.write("empty.json", "");
    place.write("c.json", "2");
    let run = place.run_with(&format!("{MASK} a.json b.json empty.json - c.json"), "\"Falcon -\"");
    assert_eq!(run.clean(), "\"[NAME] a\"\n1\n\"[NAME] -\"\n2");
}

#[test]
fn a_refused_file_ends_the_command_and_leaves_nothing() {
    let place = Place::new();
    place.write("good.json", PLAIN);
    place.write("bad.json", "{\"a\":\"Falcon\",\"b\":\"\\x\"}");
    place
        .run(&format!("{MASK} bad.json good.json"))
        .fails(1, &["bad.json: refused at byte 20: invalid escape"]);
    let run = place.run(&format!("{MASK} good.json bad.json good.json"));
    assert_eq!((run.code(), run.out()), (1, MASKED.to_owned()));
    place.run(&format!("{MASK} --output out.json good.json bad.json")).fails(1, &["bad.json"]);
    place.run(&format!("{MASK} --gzip-output bad.json")).fails(1, &["bad.json"]);
    assert_eq!(place.names(), ["bad.json", "good.json", "policy.yaml"]);
}

#[test]
fn each_refusal_has_its_message() {
    let place = Place::new();
    let deep = "[".repeat(1025);
    let cases: [(&[u8], &[&str]); 8] = [
        (b"[\"Falcon\"", &["-: refused at byte 9", "ends too early", "complete?"]),
        (b"[\"Falcon\xff\"]", &["refused at byte 8", "invalid UTF-8"]),
        (deep.as_bytes(), &["refused at byte 1024", "too many nested containers", "limits.depth"]),
        (b"\xef\xbb\xbf[]", &["refused at byte 0", "byte order mark"]),
        (b"\xff\xfe[\0]\0", &["refused at byte 0", "UTF-16"]),
        (b"[\"a\nb\"]", &["refused at byte 3", "control character"]),
        (b"[01]", &["refused", "invalid number"]),
        (b"Falcon", &["refused at byte 0"]),
    ];
    for (input, words) in cases {
        place.run_with(MASK, input).fails(1, words);
    }
}

#[test]
fn framing() {
    let place = Place::new();
    assert_eq!(place.run_with(MASK, "1 2 \"Falcon\"").clean(), "1 2 \"[NAME]\"");
    let one = format!("{MASK} --framing one");
    assert_eq!(place.run_with(&one, PLAIN).clean(), MASKED);
    place.run_with(&one, "1 2").fails(1, &["refused at byte 2", "more than one", "--framing sequence"]);
    place.run_with(&one, "").fails(1, &["refused at byte 0", "no JSON text"]);
}

#[test]
fn files_that_cannot_be_read() {
    let place = Place::new();
    place.run(&format!("{MASK} none.json")).fails(1, &["none.json: cannot read", "no such file"]);
    place.run(&format!("{MASK} .")).fails(1, &[".: cannot read", "directory"]);
    place.run(&format!("{MASK} --in-place .")).fails(1, &["directory"]);
    if cfg!(unix) {
        let mut command = place.command(MASK);
        let output = command.stdin(std::fs::File::open(place.dir()).unwrap()).output().unwrap();
        Outcome(output).fails(1, &["-: cannot read", "directory"]);
    }
}

#[test]
fn output_that_cannot_be_written() {
    let place = Place::new();
    place.run_with(&format!("{MASK} --output ."), PLAIN).fails(1, &[".: cannot write", "directory"]);
    place.run_with(&format!("{MASK} --output no/out.json"), PLAIN).fails(1, &["no/out.json: cannot write"]);
    place.run_with(&format!("{MASK} --report=."), PLAIN).fails(1, &["directory"]);
    if cfg!(target_os = "linux") {
        let mut command = place.command(MASK);
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        place.write("in.json", PLAIN);
        let output = command.arg("in.json").stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("standard output: cannot write: no space left"), "{err}");
        place.run_with(&format!("{MASK} --output /dev/full"), PLAIN).fails(1, &["no space left"]);
        assert_eq!(place.run_with(&format!("{MASK} --output /dev/null"), PLAIN).clean(), "");
        assert!(!std::path::Path::new("/dev/null").is_file());
    }
}

#[test]
fn output_file() {
    let place = Place::new();
    assert_eq!(place.run_with(&format!("{MASK} -o out.json"), PLAIN).clean(), "");
    assert_eq!(place.read("out.json"), MASKED);
    place.write("in.json", PLAIN);
    assert_eq!(place.run(&format!("{MASK} --output in.json in.json in.json")).clean(), "");
    assert_eq!(place.read("in.json"), format!("{MASKED}{MASKED}"));
    assert_eq!(place.names(), ["in.json", "out.json", "policy.yaml"]);
}

#[cfg(unix)]
#[test]
fn new_files_follow_the_umask_and_old_ones_keep_their_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mode = |name: &str| place.path(name).metadata().unwrap().permissions().mode() & 0o777;
    place.run_with(&format!("{MASK} --output new.json"), PLAIN).clean();
    assert_eq!(mode("new.json"), mode("policy.yaml"));
    let old = place.write("old.json", "old");
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o604)).unwrap();
    place.run_with(&format!("{MASK} --output old.json"), PLAIN).clean();
    assert_eq!((mode("old.json"), place.read("old.json").as_str()), (0o604, MASKED));
}

#[test]
fn gzip_in() {
    let place = Place::new();
    place.write("a.json.gz", gzip(PLAIN));
    place.write("b.json", gzip(PLAIN));
    assert_eq!(place.run(&format!("{MASK} a.json.gz")).clean(), MASKED);
    assert_eq!(place.run(&format!("{MASK} b.json")).clean(), MASKED);
    assert_eq!(place.run_with(MASK, gzip(PLAIN)).clean(), MASKED);
    assert_eq!(place.run_with(&format!("{MASK} --gzip"), gzip(PLAIN)).clean(), MASKED);
    let two = [gzip("[\"Fal"), gzip("con\"]")].concat();
    assert_eq!(place.run_with(MASK, two).clean(), "[\"[NAME]\"]");
}

#[test]
fn gzip_that_is_none() {
    let place = Place::new();
    place.write("a.json.gz", PLAIN);
    place.run(&format!("{MASK} a.json.gz")).fails(1, &["a.json.gz: cannot unpack", "not a gzip file"]);
    place.run_with(&format!("{MASK} --gzip"), PLAIN).fails(1, &["not a gzip file"]);
    place.run_with(&format!("{MASK} --gzip"), "").fails(1, &["not a gzip file"]);
    let packed = gzip(PLAIN);
    place.run_with(MASK, &packed[..packed.len() - 9]).fails(1, &["damaged or cut off"]);
    let mut damaged = packed.clone();
    let at = damaged.len() - 6;
    damaged[at] ^= 1;
    place.run_with(MASK, damaged).fails(1, &["damaged or cut off"]);
    place.run_with(MASK, [packed, b"behind".to_vec()].concat()).fails(1, &["damaged or cut off"]);
}

#[test]
fn gzip_out() {
    let place = Place::new();
    place.write("a.json", PLAIN);
    place.run(&format!("{MASK} --output out.json.gz a.json a.json")).clean();
    assert_eq!(gunzip(&std::fs::read(place.path("out.json.gz")).unwrap()), format!("{MASKED}{MASKED}"));
    let run = place.run(&format!("{MASK} --gzip-output a.json"));
    assert_eq!(gunzip(&run.0.stdout), MASKED);
    let run = place.run_with(&format!("{MASK} --gzip-output --gzip"), gzip(PLAIN));
    assert_eq!(gunzip(&run.0.stdout), MASKED);
}

#[test]
fn a_closed_pipe_ends_the_command_without_a_word() {
    let place = Place::new();
    place.write("long.json", format!("[\"Falcon\",{}0]\n", "1,\n".repeat(400_000)));
    for args in [format!("{MASK} long.json"), format!("{MASK} --gzip-output long.json long.json")] {
        assert_eq!(run_closed(place.command(&args)).clean(), "", "{args}");
    }
}

#[test]
fn the_report() {
    let place = Place::new();
    place.write("a.json", PLAIN);
    place.write("b.json", "[\"Falcon\",\"Falcon\"]");
    let run = place.run(&format!("{MASK} --report a.json b.json"));
    assert_eq!((run.code(), run.out()), (0, format!("{MASKED}[\"[NAME]\",\"[NAME]\"]")));
    let report: serde_json::Value = serde_json::from_str(&run.err()).unwrap();
    let expected = serde_json::json!({
        "files": [
            {"file": "a.json", "texts": 1, "values": 3, "parts": 2, "bytes_masked": 12,
             "rules": {"NAME": 1, "KEY": 1}},
            {"file": "b.json", "texts": 1, "values": 2, "parts": 2, "bytes_masked": 12,
             "rules": {"NAME": 2, "KEY": 0}},
        ],
        "total": {"texts": 2, "values": 5, "parts": 4, "bytes_masked": 24, "rules": {"NAME": 3, "KEY": 1}},
    });
    assert_eq!(report, expected);
    place.run(&format!("{MASK} --report=report.json a.json b.json"));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&place.read("report.json")).unwrap(), expected);
}

#[test]
fn the_report_destroys_nothing() {
    let place = Place::new();
    place.write("a.json", PLAIN);
    place.run(&format!("{MASK} --report=a.json a.json")).fails(2, &["report"]);
    place.run(&format!("{MASK} --report=a.json --in-place ./a.json")).fails(2, &["report"]);
    assert_eq!(place.read("a.json"), PLAIN);
}

#[test]
fn usage() {
    let place = Place::new();
    for (args, word) in [
        ("", "Usage"),
        ("mask --no-such-flag", "--no-such-flag"),
        ("mask --in-place", "required"),
        ("mask --in-place -", "standard input"),
        ("mask --in-place --output x y", "cannot be used with"),
        ("mask --framing two", "framing"),
        ("mask - -", "only once"),
        ("scan --format xml", "format"),
        ("nothing", "nothing"),
    ] {
        place.run(args).fails(2, &[word]);
    }
    let help = place.run("--help").clean();
    assert!(help.contains("Examples:") && help.contains("Exit codes:"), "{help}");
    assert!(place.run("mask --help").clean().contains("--in-place"));
    assert!(place.run("--version").clean().starts_with("spanmask "));
}
