//! `mask --window`, and files that are taken for large.

mod common;

use common::{MASKED, PLAIN, Place, gunzip, gzip, run};
use std::fs;

const LARGE: &str = "SPANMASK_TEST_LARGE_BYTES";
const POLICY: &str = "--policy policy.yaml";

#[test]
fn what_comes_out_is_the_same() {
    let place = Place::new();
    for times in [0, 1, 2, 500] {
        for jobs in ["", " --jobs 1"] {
            let args = format!("mask {POLICY} --window 64{jobs}");
            assert_eq!(place.run_with(&args, PLAIN.repeat(times)).clean(), MASKED.repeat(times));
        }
    }
    let packed = place.run_with(&format!("mask {POLICY} --window 1k"), gzip(PLAIN.repeat(500)));
    assert_eq!(packed.clean(), MASKED.repeat(500));
}

#[test]
fn large_files_and_others_keep_their_order() {
    let place = Place::new();
    let texts = ["1\n".to_owned(), PLAIN.repeat(9), "2".to_owned(), PLAIN.repeat(8), "3\n".to_owned()];
    let names: Vec<_> = (0..texts.len()).map(|i| format!("{i}.json")).collect();
    names.iter().zip(&texts).for_each(|(name, text)| drop(place.write(name, text)));
    let args = format!("mask {POLICY} --report=report.json --output all.json {}", names.join(" "));
    let mut command = place.command(&args);
    command.env(LARGE, "100");
    run(command, b"").clean();
    let expected = format!("1\n{}2\n{}3\n", MASKED.repeat(9), MASKED.repeat(8));
    assert_eq!(place.read("all.json"), expected);
    let report: serde_json::Value = serde_json::from_str(&place.read("report.json")).unwrap();
    assert_eq!(report["total"]["rules"]["NAME"], 17);
    assert_eq!(report["files"][1]["texts"], 9);
}

#[test]
fn files_are_replaced_or_left_alone() {
    let place = Place::new();
    place.write("a.json", PLAIN.repeat(50));
    place.write("b.json.gz", gzip(PLAIN.repeat(50)));
    let untouched = place.write("c.json", "[1]\n");
    let before = fs::metadata(&untouched).unwrap().modified().unwrap();
    place.run(&format!("mask {POLICY} --in-place --window 100 a.json b.json.gz c.json")).clean();
    assert_eq!(place.read("a.json"), MASKED.repeat(50));
    assert_eq!(gunzip(&fs::read(place.path("b.json.gz")).unwrap()), MASKED.repeat(50));
    assert_eq!(fs::metadata(&untouched).unwrap().modified().unwrap(), before);
}

#[test]
fn of_a_refused_input_only_masked_text_is_written() {
    let place = Place::new();
    let broken = format!("{}[1,]{PLAIN}", PLAIN.repeat(50));
    let outcome = place.run_with(&format!("mask {POLICY} --window 64"), &broken);
    assert_eq!(outcome.code(), 1);
    assert!(
        outcome.err().contains(&format!("refused at byte {}", PLAIN.len() * 50 + 3)),
        "{}",
        outcome.err()
    );
    assert!(MASKED.repeat(50).starts_with(&outcome.out()) && outcome.out().len() > 100);

    place.write("broken.json", &broken);
    place.run(&format!("mask {POLICY} --window 64 --output out.json broken.json")).fails(1, &["refused"]);
    place.run(&format!("mask {POLICY} --window 64 --in-place broken.json")).fails(1, &["refused"]);
    assert_eq!(place.read("broken.json"), broken);
    assert_eq!(place.names(), ["broken.json", "policy.yaml"]);
}

#[test]
fn what_is_larger_than_the_window_says_what_to_do() {
    let place = Place::new();
    let long = format!("[\"{}\"]", "Falcon ".repeat(50));
    place.write("long.json", &long);
    let fails = place.run(&format!("mask {POLICY} --window 32 --output out.json long.json"));
    fails.fails(1, &["byte 1 is larger", "--window", "--oversize"]);
    let masked = place.run(&format!("mask {POLICY} --window 32 --oversize mask long.json"));
    assert_eq!(masked.clean(), "[\"[REDACTED]\"]");
    place.run(&format!("mask {POLICY} --window 32 --oversize mask --in-place long.json")).clean();
    assert_eq!(place.read("long.json"), "[\"[REDACTED]\"]");
    for size in ["31", "2G", "x", "1T", ""] {
        let mut command = place.command("mask");
        command.args(["--window", size]);
        run(command, b"").fails(2, &["window"]);
    }
}
