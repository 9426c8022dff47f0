//! Streams: whatever the pieces, the output is that of in place, or the error is.

mod oversize;
mod pieces;

use pieces::{Outcome, Plan, Random, in_place, numbers};
use spanmask::{Error, Framing, Masker, Oversize, Policy, Stream, StreamOptions};
use spanmask_conformance::{files, folder, traces};
use std::fs;

/// Longer inputs are cut in some ways only, unless their case asks for all.
const SHORT: usize = 256;

/// A policy in both ways of masking.
struct Pair {
    policy: Policy,
    masker: Masker,
    framing: Framing,
}

impl Pair {
    fn new(policy: Policy, framing: Framing) -> Self {
        let mut masker = policy.masker();
        masker.set_framing(framing);
        Self { policy, masker, framing }
    }

    fn stream(&self, window: usize) -> Stream {
        self.policy.stream_with(&StreamOptions {
            window,
            framing: self.framing,
            oversize: Some(Oversize::Error),
        })
    }

    /// The stream with the smallest window that does, of a few; and the one that holds everything.
    fn streams(&self, input: &[u8]) -> Vec<Stream> {
        let large = self.stream(input.len() + 32);
        let mut sizes =
            (5..20).flat_map(|bits| [1 << bits, 3 << (bits - 1)]).filter(|size| *size < input.len());
        let small = sizes.find_map(|window| {
            let mut stream = self.stream(window);
            let result = Plan::WHOLE.run(&mut stream, input).result;
            (!matches!(result, Err(Error::Oversize { .. }))).then_some(stream)
        });
        [large].into_iter().chain(small).collect()
    }

    /// What in place gives must come out by every plan.
    fn expect(&mut self, name: &str, input: &[u8], plans: &[Plan<'_>], streams: &mut [Stream]) {
        let expected = in_place(&mut self.masker, input);
        let counts = numbers(self.masker.report());
        for plan in plans {
            for stream in &mut *streams {
                let Outcome { output, result } = plan.run(stream, input);
                assert_eq!(result, expected.result, "{name}: {plan:?}");
                if result.is_ok() {
                    same(&output, &expected.output, name, plan);
                    assert_eq!(numbers(stream.report()), counts, "{name}: {plan:?}");
                }
            }
        }
    }
}

#[track_caller]
fn same(actual: &[u8], expected: &[u8], name: &str, plan: &Plan<'_>) {
    if actual != expected {
        let at = actual.iter().zip(expected).take_while(|(a, b)| a == b).count();
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(&bytes[at.saturating_sub(40)..(at + 60).min(bytes.len())]).into_owned()
        };
        panic!("{name}: {plan:?}: at byte {at}\n  expected {}\n  actual   {}", text(expected), text(actual));
    }
}

/// All cuts in two, byte by byte, and output rooms from one byte on.
fn every_split(pair: &mut Pair, name: &str, input: &[u8]) {
    let mut streams = pair.streams(input);
    let bytes: Vec<_> = (1..input.len()).collect();
    // Of a long one the cuts at the borders of chunks are as good as any others.
    let step = input.len().div_ceil(1_000).max(1);
    let cuts: Vec<_> = (0..=input.len()).step_by(step).map(|cut| [cut]).collect();
    let mut plans = Vec::new();
    for flush in [false, true] {
        plans.extend(cuts.iter().map(|cuts| Plan { cuts, room: 4096, flush }));
        plans.push(Plan { cuts: &bytes, room: 1, flush: false });
        plans.extend([1, 2, 3, 7, 64].map(|room| Plan { cuts: &[], room, flush }));
    }
    if input.len() < 400 {
        plans.push(Plan { cuts: &bytes, room: 5, flush: true });
    }
    pair.expect(name, input, &plans, &mut streams);
}

/// Cuts and rooms by chance.
fn some_splits(pair: &mut Pair, name: &str, input: &[u8], rounds: u64) {
    let mut streams = pair.streams(input);
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ input.len() as u64);
    for round in 0..rounds {
        let most = [input.len(), 50_000, 5_000, 300][round as usize % 4];
        let cuts = random.cuts(input.len(), most);
        let room = [1 << 16, 1 + random.below(20), 1 + random.below(5_000)][random.below(3)];
        // A flush walks over what the window holds.
        let flush = cuts.len() < 40 && random.below(2) == 0;
        pair.expect(name, input, &[Plan { cuts: &cuts, room, flush }], &mut streams);
    }
}

#[test]
fn every_case_gives_what_in_place_gives() {
    let mut ran = 0;
    for (file_name, _, file) in files() {
        let mut shared = None;
        for case in &file.cases {
            let policy = match &shared {
                Some(policy) if case.shares_policy() => Policy::clone(policy),
                _ => match case.policy(&file) {
                    Ok(policy) => policy,
                    Err(_) => continue,
                },
            };
            if case.shares_policy() {
                shared = Some(policy.clone());
            }
            let (name, input) = (format!("{file_name}: {}", case.name), case.input());
            let mut pair = Pair::new(policy, case.framing());
            if input.len() <= SHORT || case.splits.is_some() {
                every_split(&mut pair, &name, &input);
            } else {
                some_splits(&mut pair, &name, &input, 8);
            }
            ran += 1;
        }
    }
    println!("{ran} cases");
    assert!(ran > 400);
}

const SELECTING: &str = r#"{"version":1,"profile":"otlp","rules":[
    {"id":"KEYS","keys":["password","*_token","contact"]},
    {"id":"PATHS","paths":["$..customer.*","$.batch[*].body.metadata"],"remove":true},
    {"id":"ATTRIBUTES","attributes":["user.*","*.metadata.*"],"hash":{"key":"k","length":24}},
    {"id":"TOOLS","attributes":["*.output*"],"when":{"span_kind":["TOOL"]},"mask":{"keep_last":4}},
    {"id":"EMAIL","detect":"email","hash":{"key":"k"}},
    {"id":"DIGITS","pattern":"[0-9]{6,}","types":["string","number"]}]}"#;
const COUNTING: &str = r#"{"version":1,"rules":[
    {"id":"EMAIL","detect":"email"},{"id":"SECOND","paths":["$..[1].*","$[0]"],"mask":{}}]}"#;

fn policies() -> Vec<(&'static str, Policy)> {
    vec![
        ("default", Policy::preset("default").unwrap()),
        ("langfuse-docs", Policy::preset("langfuse-docs").unwrap()),
        ("selecting", Policy::from_json(SELECTING).unwrap()),
        ("counting", Policy::from_json(COUNTING).unwrap()),
    ]
}

#[test]
fn every_trace_gives_what_in_place_gives() {
    for (policy_name, policy) in policies() {
        for (name, input) in traces() {
            let mut pair = Pair::new(policy.clone(), Framing::Sequence);
            some_splits(&mut pair, &format!("{policy_name} on {name}"), &input, 4);
        }
    }
}

/// Texts in a sequence: objects are swept, among what else there is they are walked.
#[test]
fn many_texts_give_what_in_place_gives() {
    let mut lines = Vec::new();
    for (_, trace) in traces().into_iter().take(3) {
        lines.extend_from_slice(&trace);
        lines.extend_from_slice(b"\n1 \"john@example.com\"\n\n{\"a\":\"jane@example.com\"}\n");
    }
    for (name, policy) in policies() {
        let mut pair = Pair::new(policy, Framing::Sequence);
        some_splits(&mut pair, name, &lines, 6);
    }
}

#[test]
fn the_json_test_suite_gives_the_same_errors() {
    let mut ran = 0;
    for framing in [Framing::One, Framing::Sequence] {
        let mut pair = Pair::new(Policy::preset("default").unwrap(), framing);
        let mut streams = [pair.stream(32), pair.stream(64), pair.stream(1 << 18)];
        for entry in fs::read_dir(folder().join("json-test-suite")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !["y_", "n_", "i_"].iter().any(|kind| name.starts_with(kind)) {
                continue;
            }
            let input = fs::read(&path).unwrap();
            let bytes: Vec<_> = (1..input.len().min(300)).collect();
            let mut plans = vec![Plan::WHOLE, Plan { cuts: &bytes, room: 1, flush: false }];
            plans.push(Plan { cuts: &bytes, room: 9, flush: true });
            for stream in &mut streams {
                let result = Plan::WHOLE.run(stream, &input).result;
                if !matches!(result, Err(Error::Oversize { .. })) {
                    pair.expect(&name, &input, &plans, std::slice::from_mut(stream));
                    ran += 1;
                }
            }
        }
    }
    assert!(ran > 1_500, "{ran}");
}

/// What a stream gives out before an error is a front of what it would have given out without: masked text.
#[test]
fn what_failed_gave_out_masked_text_only() {
    let (name, input) =
        traces().into_iter().find(|(name, _)| name.starts_with("py5_small.worker.json")).unwrap();
    for (policy_name, policy) in policies() {
        let mut pair = Pair::new(policy, Framing::Sequence);
        let whole = in_place(&mut pair.masker, &input).output;
        let mut streams = pair.streams(&input);
        let mut random = Random(7);
        for _ in 0..100 {
            let cut = random.below(input.len());
            let mut broken = input[..cut].to_vec();
            broken.extend_from_slice([&b"\x01"[..], b"", b"}}}}", b"\xff"][random.below(4)]);
            let cuts = random.cuts(broken.len(), 3_000);
            let plan = Plan { cuts: &cuts, room: 1 + random.below(500), flush: random.below(2) == 0 };
            let expected = in_place(&mut pair.masker, &broken).result;
            for stream in &mut streams {
                let Outcome { output, result } = plan.run(stream, &broken);
                assert_eq!(result, expected, "{policy_name} on {name} up to {cut}");
                if result.is_err() {
                    assert!(whole.starts_with(&output), "{policy_name} on {name} up to {cut}");
                }
            }
        }
    }
}

/// More parts in one value, of whatever sort, than there is room for.
#[test]
fn values_of_many_parts() {
    for policy in [
        r#"{"version":1,"rules":[{"id":"A","pattern":"a","replace":"<long>"},{"id":"B","pattern":"b","remove":true}]}"#,
        r#"{"version":1,"rules":[{"id":"A","pattern":"a|b","hash":{"key":"k","length":12}}]}"#,
    ] {
        let mut pair = Pair::new(Policy::from_json(policy).unwrap(), Framing::Sequence);
        let plain = "ab.aab".repeat(500);
        let nested = format!(r#"[\"{plain}\",{{\"a\":[\"{plain}\"]}}]"#);
        let input = format!(r#"{{"x":"{plain}","y":["a","{nested}","b"]}} ["{plain}","a"]"#);
        for window in [nested.len() + 2, nested.len() + 50, 20_000] {
            let mut streams = [pair.stream(window)];
            let mut random = Random(window as u64);
            for room in [1, 300, 1 << 16] {
                let cuts = random.cuts(input.len(), 2_000);
                for flush in [false, true] {
                    let plans = [Plan { cuts: &cuts, room, flush }];
                    pair.expect("many parts", input.as_bytes(), &plans, &mut streams);
                }
            }
        }
    }
}
