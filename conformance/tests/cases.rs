//! Runs every case through every way of masking.

use spanmask::{Error, Masker, Policy, Reason};
use spanmask_conformance::tree::Tree;
use spanmask_conformance::{Case, File, Found, Kind, Refusal, files};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

const LEVELS: u8 = 8;

fn run_all(kind: Kind) {
    let (mut ran, mut failed) = (0, Vec::new());
    for (name, _, file) in files().iter().filter(|(_, of, _)| *of == kind) {
        for case in &file.cases {
            ran += 1;
            if catch_unwind(AssertUnwindSafe(|| run(kind, file, case))).is_err() {
                eprintln!("  in {name}: {}\n", case.name);
                failed.push(format!("{name}: {}", case.name));
            }
        }
    }
    println!("{ran} cases");
    assert!(ran > 0, "no case of this kind");
    assert!(failed.is_empty(), "{} of {ran} cases failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn mask() {
    run_all(Kind::Mask);
}

#[test]
fn keep() {
    run_all(Kind::Keep);
}

#[test]
fn refuse() {
    run_all(Kind::Refuse);
}

#[test]
fn free() {
    run_all(Kind::Free);
}

/// The cases themselves: names are unique, inputs and outputs are what their kind says.
#[test]
fn cases_are_sound() {
    let mut total = 0;
    for (name, kind, file) in files() {
        let mut names = HashSet::new();
        for case in &file.cases {
            total += 1;
            assert!(names.insert(&case.name), "{name}: two cases called {}", case.name);
            let whole = format!("{name}: {}", case.name);
            let refused = usize::from(case.error.is_some()) + usize::from(case.problems.is_some());
            assert_eq!(refused, usize::from(kind == Kind::Refuse), "{whole}: error or problems");
            assert_eq!(case.output().is_some(), kind == Kind::Mask, "{whole}: output");
            let Some(output) = case.output() else { continue };
            let input = case.input();
            assert!(output != input, "{whole}: nothing is masked");
            same_shape(&whole, &input, &output, 0);
        }
    }
    assert!(total >= 150, "{total} cases");
}

fn same_shape(name: &str, input: &[u8], output: &[u8], levels: u8) {
    let read = |bytes| Tree::parse_all(std::str::from_utf8(bytes).ok()?);
    let (input, output) = (read(input), read(output));
    let (input, output) = (
        input.expect("the input is JSON"),
        output.unwrap_or_else(|| panic!("{name}: the output is no JSON")),
    );
    assert_eq!(input.len(), output.len(), "{name}: texts");
    for (input, output) in input.iter().zip(&output) {
        assert_eq!(input.difference(output, levels), None, "{name}");
    }
}

fn run(kind: Kind, file: &File, case: &Case) {
    if let Some(problems) = &case.problems {
        let error = case.policy(file).expect_err("the policy is refused");
        assert!(problems == error.problems(), "expected {problems:#?}\nactual {:#?}", error.problems());
        return;
    }
    let policy = case.policy(file).unwrap_or_else(|error| panic!("policy: {error}"));
    warned(&policy, case);
    let mut masker = policy.masker();
    masker.set_framing(case.framing());
    let input = case.input();
    if let Some(error) = &case.error {
        refused(&mut masker, &input, error);
        return refused(&mut loaded(&policy, case), &input, error);
    }
    let output = match kind {
        Kind::Mask => case.output().unwrap_or_default(),
        Kind::Keep => input.clone(),
        _ => {
            let mut text = input.clone();
            masker.mask_vec(&mut text).unwrap();
            text
        }
    };
    every_way(&mut masker, &input, &output);
    counted(&masker, case);
    found(&mut masker, case, &input, output.len());
    let mut loaded = loaded(&policy, case);
    let mut text = input.clone();
    loaded.mask_vec(&mut text).unwrap();
    assert!(text == output, "loaded: {}", String::from_utf8_lossy(&text));
    counted(&loaded, case);
    found(&mut loaded, case, &input, output.len());
    if kind == Kind::Free {
        same_shape(&case.name, &input, &output, LEVELS);
    }
    held(case, &output);
}

/// The same policy, from its image.
fn loaded(policy: &Policy, case: &Case) -> Masker {
    let image = policy.save_with_keys().unwrap();
    let mut masker = Policy::load(&image).unwrap_or_else(|error| panic!("image: {error}")).masker();
    masker.set_framing(case.framing());
    masker
}

/// Warnings begin with the place that they are about.
fn warned(policy: &Policy, case: &Case) {
    let Some(expected) = &case.warnings else { return };
    let places = policy.warnings().iter().map(|warning| warning.split(": ").next().unwrap_or_default());
    assert_eq!(&places.collect::<Vec<_>>(), expected, "{:?}", policy.warnings());
}

fn refused(masker: &mut Masker, input: &[u8], expected: &Refusal) {
    let check = |result: Result<usize, Error>| match result {
        Err(Error::Refused { reason, offset }) => {
            assert_eq!(&Refusal { reason: name_of(reason).to_owned(), offset }, expected);
        }
        other => panic!("not refused: {other:?}"),
    };
    check(masker.scan(input, &mut |_| {}));
    let mut buffer = input.to_vec();
    check(masker.mask_in_place(&mut buffer, input.len()));
    check(masker.mask_into(input, &mut vec![0; input.len() * 4 + 64]));
    check(masker.mask_vec(&mut input.to_vec()).map(|()| 0));
}

fn name_of(reason: Reason) -> &'static str {
    match reason {
        Reason::Syntax => "syntax",
        Reason::Truncated => "truncated",
        Reason::Utf8 => "utf8",
        Reason::Control => "control",
        Reason::Escape => "escape",
        Reason::Number => "number",
        Reason::Literal => "literal",
        Reason::Depth => "depth",
        Reason::Trailing => "trailing",
        Reason::Empty => "empty",
        _ => "unknown",
    }
}

/// In place with exactly enough room, with room to spare, and with too little; into an output; in a vector.
fn every_way(masker: &mut Masker, input: &[u8], output: &[u8]) {
    let exact = input.len().max(output.len());
    for capacity in [exact, exact + 1, exact * 2 + 100] {
        in_place(masker, input, output, capacity);
    }
    let mut buffer = vec![0xaa; output.len()];
    let len = masker.mask_into(input, &mut buffer).unwrap();
    same(&buffer[..len], output, "into");
    let mut vector = input.to_vec();
    masker.mask_vec(&mut vector).unwrap();
    same(&vector, output, "vector");
    too_little_room(masker, input, output);
}

fn in_place(masker: &mut Masker, input: &[u8], output: &[u8], capacity: usize) {
    let mut buffer = input.to_vec();
    buffer.resize(capacity, 0xaa);
    match masker.mask_in_place(&mut buffer, input.len()) {
        Ok(len) => same(&buffer[..len], output, "in place"),
        // Beyond so many parts the text may need more room on the way than at the end, and says how much.
        Err(Error::Capacity { needed })
            if masker.report().parts() > Masker::KEPT_PARTS && needed > capacity =>
        {
            in_place(masker, input, output, needed);
        }
        other => panic!("within {capacity} bytes: {other:?}"),
    }
}

fn too_little_room(masker: &mut Masker, input: &[u8], output: &[u8]) {
    let needed = Err(Error::Capacity { needed: output.len() });
    if let Some(short) = output.len().checked_sub(1) {
        assert_eq!(masker.mask_into(input, &mut vec![0; short]), needed, "into {short} bytes");
    }
    if output.len() > input.len() {
        for capacity in [input.len(), output.len() - 1] {
            let mut buffer = input.to_vec();
            buffer.resize(capacity, 0xaa);
            let before = buffer.clone();
            let result = masker.mask_in_place(&mut buffer, input.len());
            if masker.report().parts() <= Masker::KEPT_PARTS {
                assert_eq!(result, needed, "within {capacity} bytes");
            }
            assert!(matches!(result, Err(Error::Capacity { .. })), "within {capacity} bytes");
            assert_eq!(buffer, before, "the buffer changed");
        }
    }
    let mut vector = input.to_vec();
    masker.mask_vec(&mut vector).unwrap();
}

#[track_caller]
fn same(actual: &[u8], expected: &[u8], way: &str) {
    if actual != expected {
        let text = |bytes| String::from_utf8_lossy(bytes).chars().take(4000).collect::<String>();
        panic!("{way}:\n  expected {}\n  actual   {}", text(expected), text(actual));
    }
}

fn counted(masker: &Masker, case: &Case) {
    let report = masker.report();
    if let Some(totals) = &case.report {
        for (name, wanted, actual) in [
            ("bytes_masked", totals.bytes_masked, report.bytes_masked()),
            ("values", totals.values, report.values()),
            ("texts", totals.texts, report.texts()),
        ] {
            assert_eq!(wanted.unwrap_or(actual), actual, "{name}");
        }
    }
    let Some(counts) = &case.counts else { return };
    for (rule, count) in report.counts() {
        assert_eq!(count, counts.get(rule).copied().unwrap_or(0), "parts of {rule}");
    }
    assert_eq!(report.parts(), counts.values().sum::<u64>(), "a count for a rule that does not exist");
}

fn found(masker: &mut Masker, case: &Case, input: &[u8], output_len: usize) {
    let mut all = Vec::new();
    let len = masker
        .scan(input, &mut |finding| {
            all.push(Found {
                rule: finding.rule.to_owned(),
                path: finding.path.to_string(),
                start: finding.start,
                end: finding.end,
                level: finding.level,
            });
        })
        .unwrap();
    assert_eq!(len, output_len, "the length that scan promises");
    assert_eq!(all.len() as u64, masker.report().parts(), "findings and parts");
    if let Some(expected) = &case.findings {
        assert_eq!(&all, expected);
    }
}

fn held(case: &Case, output: &[u8]) {
    let texts = Tree::parse_all(std::str::from_utf8(output).unwrap()).unwrap();
    let mut present = vec![false; case.present.len()];
    for text in &texts {
        text.strings(LEVELS, &mut |string| {
            for absent in &case.absent {
                assert!(!string.contains(absent.as_str()), "still there: {absent}");
            }
            for (present, wanted) in present.iter_mut().zip(&case.present) {
                *present |= string.contains(wanted.as_str());
            }
        });
    }
    for (present, wanted) in present.iter().zip(&case.present) {
        assert!(present, "gone: {wanted}");
    }
}
