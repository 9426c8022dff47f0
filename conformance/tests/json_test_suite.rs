//! JSONTestSuite: `y_` accepted and given back unchanged, `n_` refused as one text, `i_` answered as `answers.json` says.

use serde::Deserialize;
use spanmask::{Error, Framing, Masker, Policy};
use spanmask_conformance::folder;
use std::collections::BTreeMap;
use std::fs;

#[derive(Deserialize)]
struct Answer {
    accepted: bool,
    because: String,
}

/// The files whose names begin with `prefix`.
fn suite(prefix: &str) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder().join("json-test-suite"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

fn maskers() -> Vec<Masker> {
    ["default", "langfuse-docs"]
        .map(|name| {
            let mut masker = Policy::preset(name).unwrap().masker();
            masker.set_framing(Framing::One);
            masker
        })
        .into()
}

fn mask(masker: &mut Masker, text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut masked = text.to_vec();
    masker.mask_vec(&mut masked).map(|()| masked)
}

#[test]
fn what_must_be_accepted_comes_back_unchanged() {
    let files = suite("y_");
    assert_eq!(files.len(), 95);
    for masker in &mut maskers() {
        for (name, text) in &files {
            assert_eq!(mask(masker, text).as_ref(), Ok(text), "{name}");
        }
    }
}

#[test]
fn what_must_be_refused_is_refused() {
    let files = suite("n_");
    assert_eq!(files.len(), 188);
    for masker in &mut maskers() {
        for (name, text) in &files {
            assert!(matches!(mask(masker, text), Err(Error::Refused { .. })), "{name}");
            assert!(matches!(masker.scan(text, &mut |_| {}), Err(Error::Refused { .. })), "{name}");
        }
    }
}

#[test]
fn what_is_free_is_answered_as_documented() {
    let answers = fs::read_to_string(folder().join("json-test-suite/answers.json")).unwrap();
    let answers: BTreeMap<String, Answer> = serde_json::from_str(&answers).unwrap();
    let files = suite("i_");
    assert_eq!(files.len(), answers.len());
    assert!(answers.values().all(|answer| !answer.because.is_empty()));
    for masker in &mut maskers() {
        for (name, text) in &files {
            match mask(masker, text) {
                Ok(masked) => assert!(answers[name].accepted && masked == *text, "{name}"),
                Err(error) => assert!(!answers[name].accepted, "{name}: {error}"),
            }
        }
    }
}
