//! One policy, 64 threads: each masks with a stream and a masker of its own what one thread masks. `make tsan` runs it under
//! ThreadSanitizer.

use spanmask::{Detectors, Failed, Masker, Policy, Spans, Status, Stream, StreamOptions};
use spanmask_conformance::traces;
use std::sync::Barrier;
use std::thread;

const THREADS: usize = 64;
/// Longer ones take long under ThreadSanitizer.
const LONGEST: usize = 100_000;

const EVERYTHING: &str = r#"{"version":1,"profile":"otlp","rules":[
    {"id":"KEYS","keys":["password","*_token","contact"]},
    {"id":"PATHS","paths":["$..customer.*","$.batch[*].body.metadata"],"remove":true},
    {"id":"TOOLS","attributes":["*.output*"],"when":{"span_kind":["TOOL"]},"mask":{"keep_last":4}},
    {"id":"HOST","detect":"host:names","attributes":["*.input*"]},
    {"id":"EMAIL","detect":"email","hash":{"key":"k"}},
    {"id":"PATTERN","pattern":"(?i)account\\s+\\w+","replace":"<account>"},
    {"id":"WORDS","literals":["Account","Kontakt"],"ignore_case":true,"whole_word":true,"mask":{}},
    {"id":"DIGITS","pattern":"[0-9]{6,}","types":["string","number"]}],
    "allow":{"literals":["support@example.com"],"patterns":["DE[0-9]+"],"keys":["request_id"]}}"#;

fn detectors() -> Detectors {
    let names = |text: &str, spans: &mut Spans<'_>| {
        text.match_indices("Douglas").for_each(|(at, name)| spans.push(at, at + name.len()));
        Ok::<(), Failed>(())
    };
    Detectors::new().with("names", names)
}

/// What is masked, and what comes of it.
struct Text {
    input: Vec<u8>,
    output: Vec<u8>,
    parts: u64,
}

fn stream(policy: &Policy) -> Stream {
    policy.stream_with_detectors(&StreamOptions::default(), detectors()).unwrap()
}

fn in_pieces(stream: &mut Stream, input: &[u8], size: usize) -> Vec<u8> {
    let (mut output, mut room) = (Vec::new(), vec![0; 4_000 + size]);
    stream.reset();
    for mut piece in input.chunks(size) {
        while !piece.is_empty() {
            let progress = stream.push(piece, &mut room).unwrap();
            output.extend_from_slice(&room[..progress.produced]);
            piece = &piece[progress.consumed..];
        }
    }
    loop {
        let progress = stream.finish(&mut room).unwrap();
        output.extend_from_slice(&room[..progress.produced]);
        if progress.status == Status::Done {
            return output;
        }
    }
}

/// What one of the threads does: begins with another text, and cuts in another way.
fn work(number: usize, texts: &[Text], stream: &mut Stream, masker: &mut Masker) {
    for i in 0..4 {
        let Text { input, output, parts } = &texts[(number + i * 5) % texts.len()];
        let streamed = in_pieces(stream, input, 500 + number * 77);
        assert!(streamed == *output, "thread {number}: a stream");
        assert_eq!(stream.report().parts(), *parts, "thread {number}: a stream");
        let mut buffer = input.clone();
        masker.mask_vec(&mut buffer).unwrap();
        assert!(buffer == *output, "thread {number}: in place");
        assert_eq!(masker.report().parts(), *parts, "thread {number}: in place");
    }
}

fn many_threads_equal_one(policy: Policy) {
    let mut masker = policy.masker_with(detectors()).unwrap();
    let texts =
        traces().into_iter().map(|(_, input)| input).filter(|input| input.len() < LONGEST).map(|input| {
            let mut output = input.clone();
            masker.mask_vec(&mut output).unwrap();
            let parts = masker.report().parts();
            assert!(parts > 0 && output != input);
            Text { input, output, parts }
        });
    let texts: Vec<_> = texts.collect();
    assert!(texts.len() > 5);
    let image = policy.save_with_keys().unwrap();
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            // Every other thread is handed its stream; the others make theirs at the same time, of a policy that is freed
            // before they use it.
            let handed = (number % 2 == 0).then(|| stream(&policy));
            let (policy, texts, image, start) = (policy.clone(), &texts, &image, &start);
            scope.spawn(move || {
                start.wait();
                let mut stream = handed.unwrap_or_else(|| stream(&policy));
                let mut masker = policy.masker_with(detectors()).unwrap();
                assert!(policy.save_with_keys().unwrap() == *image, "thread {number}: another image");
                drop(policy);
                work(number, texts, &mut stream, &mut masker);
            });
        }
        drop(policy);
    });
}

#[test]
fn many_threads_with_the_default_policy() {
    many_threads_equal_one(Policy::preset("default").unwrap());
}

#[test]
fn many_threads_with_one_of_everything() {
    many_threads_equal_one(Policy::from_json(EVERYTHING).unwrap());
}

/// It is searched where its image lies.
#[test]
fn many_threads_with_a_policy_that_was_loaded() {
    let image = Policy::from_json(EVERYTHING).unwrap().save_with_keys().unwrap();
    many_threads_equal_one(Policy::load(&image).unwrap());
}
