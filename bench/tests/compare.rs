//! The comparison runs, and all engines answer rightly.

use serde_json::Value;
use spanmask_bench::compare::{self, Options, Row};
use spanmask_bench::engines;
use spanmask_bench::latency;
use spanmask_bench::output::Tabular;
use spanmask_bench::record;

fn rows(options: &Options) -> Vec<Row> {
    let mut rows = Vec::new();
    compare::run(options, &mut |row| {
        rows.push(row);
        Ok(())
    })
    .unwrap();
    rows
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

fn small() -> Options {
    let engines =
        engines::ALL.iter().filter(|kind| !kind.elsewhere()).map(|kind| kind.name.to_owned()).collect();
    let policies = names(&["langfuse-docs", "default", "patterns-3", "patterns-10"]);
    Options { quick: true, inputs: names(&["langfuse-4kb", "synthetic-4kb-low"]), policies, engines }
}

#[test]
fn every_engine_in_this_process_answers_rightly() {
    let rows = rows(&small());
    for kind in engines::ALL.iter().filter(|kind| !kind.elsewhere()) {
        assert!(rows.iter().any(|row| row.engine == kind.name), "{}", kind.name);
    }
    for row in &rows {
        assert!(row.checked, "{row:?}");
        assert!(row.mb_per_s > 0.0 && row.memcpy_ratio > 0.0, "{row:?}");
        assert!(row.engine != "memcpy" || row.memcpy_ratio == 1.0, "{row:?}");
    }
}

#[test]
fn a_row_is_one_object_a_line() {
    let options =
        Options { engines: names(&["spanmask", "memcpy"]), policies: names(&["patterns-3"]), ..small() };
    for row in rows(&options) {
        let line = row.json().unwrap();
        let value: Value = serde_json::from_str(&line).unwrap();
        assert!(!line.contains('\n') && value["input"].is_string() && value["engine"].is_string());
        assert_eq!(value["policy"], if row.engine == "memcpy" { "-" } else { "patterns-3" });
        assert!(value["bytes"].is_u64() && value["mb_per_s"].is_f64() && value["memcpy_ratio"].is_f64());
        assert_eq!(value["checked"], true);
    }
}

#[test]
fn what_is_not_known_is_told() {
    let wrong = |options: Options| compare::run(&options, &mut |_| Ok(())).unwrap_err().to_string();
    assert!(wrong(Options { inputs: names(&["nothing"]), ..small() }).contains("langfuse-1mb"));
    assert!(wrong(Options { policies: names(&["nothing"]), ..small() }).contains("langfuse-docs"));
    assert!(wrong(Options { engines: names(&["nothing"]), ..small() }).contains("memcpy"));
}

#[test]
fn a_record_is_a_table_and_charts() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = rows(&Options { engines: names(&["spanmask", "memcpy", "simd-json-tape"]), ..small() });
    rows.iter_mut().for_each(|row| row.input = "langfuse-1mb");
    record::write(folder.path(), &rows).unwrap();
    let mut files: Vec<_> = folder.path().read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 4, "{files:?}");
    let table = std::fs::read_to_string(&files[0]).unwrap();
    assert!(table.starts_with(
        "date,commit,rustc,features,cpu,input,policy,engine,bytes,mb_per_s,memcpy_ratio,checked\n"
    ));
    assert_eq!(table.lines().count(), rows.len() + 1);
    for chart in &files[1..] {
        assert!(std::fs::read_to_string(chart).unwrap().starts_with("<svg"), "{chart:?}");
    }
}

#[test]
fn latency_has_percentiles() {
    let mut rows = Vec::new();
    latency::run(&latency::INPUTS[..1], &["langfuse-docs"], 0.01, &mut |row| {
        rows.push(row);
        Ok(())
    })
    .unwrap();
    assert!(
        rows.iter().all(|row| row.calls > 20 && row.p50_us > 0.0 && row.p50_us <= row.p99_us),
        "{rows:?}"
    );
}
