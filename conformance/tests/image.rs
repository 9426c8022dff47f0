//! Damaged and hostile images are refused, or mask as a policy does: within their bounds, and what comes out is JSON.

use spanmask::{Error, Policy};
use spanmask_conformance::tree::Tree;
use spanmask_conformance::{folder, traces};
use spanmask_core::arch::Path;
use spanmask_core::image::{ALIGN, Aligned, Fault, ImageError, seal};
use spanmask_core::mask::{Framing, Masker};
use spanmask_core::policy::Policy as Core;
use std::fs;
use std::time::{Duration, Instant};

/// One of everything that a policy can hold.
const EVERYTHING: &str = r#"{"version":1,"profile":"otlp","limits":{"depth":64,"nesting":3},"rules":[
    {"id":"KEYS","keys":["password","*_token","contact"],"except_keys":["x*"]},
    {"id":"PATHS","paths":["$..customer.*","$.batch[*].body['a','b'][0]","$"],"remove":true},
    {"id":"ATTRIBUTES","attributes":["user.*","*.metadata.*"],"hash":{"key":"k","length":24}},
    {"id":"TOOLS","attributes":["*.output*"],"when":{"span_kind":["TOOL"]},"mask":{"keep_last":4}},
    {"id":"EMAIL","pattern":"[a-z]+@[a-z]+\\.[a-z]{2,3}","mask":{"char":"\"","keep_first":1}},
    {"id":"CARD","pattern":"\\b[0-9]{12,16}\\b","validate":"luhn","types":["string","number"]},
    {"id":"LONG","pattern":"foo(bar.*baz)?","replace":"\"\\\n"},
    {"id":"WORDS","literals":["Account","Accounts","Konto","été"],"ignore_case":true,"whole_word":true}],
    "allow":{"literals":["support@example.com"],"patterns":["DE[0-9]+"],"keys":["request_id"]}}"#;

fn image_of(policy: &Policy) -> Vec<u8> {
    policy.save_with_keys().unwrap().to_vec()
}

fn images() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("everything", image_of(&Policy::from_json(EVERYTHING).unwrap())),
        ("langfuse-docs", image_of(&Policy::preset("langfuse-docs").unwrap())),
        ("bare", fs::read(folder().join("../examples/bare/policy.image")).unwrap()),
        ("default", image_of(&Policy::preset("default").unwrap())),
    ]
}

/// Texts that lead into every corner, among them what automata and tries dislike.
fn texts() -> Vec<Vec<u8>> {
    let all_in_one = br#"{"password":"a","x_token":{"b":"c@d.ef"},"customer":{"n":1,"m":["foobar","Accounts"]},
        "batch":[{"body":{"a":["x"],"b":[2]}}],"n":4111111111111111,"t":true,"s":"foo 4111111111111111 konto SN-4711",
        "request_id":"c@d.ef","nested":"{\"contact\":\"c@d.ef\",\"l\":\"\\u0040foo\"}","open":"{\"a\":\"c@d.ef"}"#;
    let spans = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n","attributes":[
        {"key":"openinference.span.kind","value":{"stringValue":"TOOL"}},
        {"value":{"stringValue":"foo c@d.ef"},"key":"user.name"},
        {"key":"a.output","value":{"intValue":"12"}}]}]}]}]}"#;
    let long = |text: &str| format!("[{:?}]", text.repeat(2000)).into_bytes();
    let mut texts =
        vec![all_in_one.to_vec(), spans.to_vec(), long("a"), long("foo"), long("Account"), long("1")];
    texts.push(format!("[{}{}]", "[".repeat(40), "]".repeat(40)).into_bytes());
    let (_, trace) = traces().into_iter().min_by_key(|(_, text)| text.len()).unwrap();
    texts.push(trace);
    texts
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Loads an image, and masks with it if it is not refused; whether it was not.
fn try_out(image: &[u8], texts: &[Vec<u8>]) -> Result<(), ImageError> {
    let image = Aligned::copy(image);
    let policy = Core::from_image(image.bytes())?;
    assert!((0..100).all(|rule| policy.rule_id(rule).len() < image.bytes().len()));
    let mut masker = Masker::with_path(&policy, Path::detect());
    let start = Instant::now();
    for text in texts {
        let mut buffer = text.clone();
        buffer.resize(text.len() * 3 + 1024, 0);
        match masker.mask_in_place(&policy, &mut buffer, text.len(), Framing::Sequence) {
            Ok(len) => {
                let masked = std::str::from_utf8(&buffer[..len]).expect("UTF-8");
                assert!(Tree::parse_all(masked).is_some(), "no JSON: {masked}");
            }
            // Fewer containers may be allowed, and replacements may be longer.
            Err(Error::Refused { .. } | Error::Capacity { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    Ok(())
}

#[test]
fn every_damaged_byte_is_seen() {
    for (name, image) in images().iter().take(2) {
        let mut damaged = Aligned::copy(image).bytes().to_vec();
        for at in 0..image.len() {
            damaged[at] ^= 1 << (at % 8);
            assert!(Policy::load(&damaged).is_err(), "{name}: byte {at}");
            damaged[at] = image[at];
        }
    }
}

#[test]
fn every_cut_is_seen() {
    for (name, image) in images() {
        let aligned = Aligned::copy(&image);
        for len in 0..image.len() {
            let fault = Core::from_image(&aligned.bytes()[..len]).err().map(|error| error.fault);
            assert_eq!(fault, Some(Fault::Short), "{name}: {len}");
        }
        // Also when the header says that it is meant so.
        for len in (80..image.len()).step_by(if image.len() > 200_000 { 9_973 } else { 97 }) {
            let mut cut = image[..len].to_vec();
            cut[16..20].copy_from_slice(&(len as u32).to_le_bytes());
            seal(&mut cut);
            assert_eq!(Policy::load(&cut).unwrap_err().fault, Fault::Layout, "{name}: {len}");
        }
        let longer = [&image[..], &[0; 8]].concat();
        assert_eq!(Policy::load(&longer).unwrap_err().fault, Fault::Long);
    }
}

#[test]
fn headers_of_other_formats_are_named() {
    let image = image_of(&Policy::preset("langfuse-docs").unwrap());
    for (at, fault) in [(0, Fault::Magic), (8, Fault::ByteOrder), (12, Fault::Version), (20, Fault::Checksum)]
    {
        let mut other = image.clone();
        other[at] ^= 0x55;
        assert_eq!(Policy::load(&other).unwrap_err(), fault.into());
    }
    assert_eq!(Policy::load(b"version: 1").unwrap_err().fault, Fault::Magic);
    assert_eq!(Policy::load(b"").unwrap_err().fault, Fault::Short);
    let shifted = Aligned::copy(&[&[0], &image[..]].concat());
    assert_eq!(Core::from_image(&shifted.bytes()[1..]).err(), Some(Fault::Alignment.into()));
    assert_eq!(shifted.bytes().as_ptr().addr() % ALIGN, 0);
}

/// With the checksum set right again, what is tested are the other checks.
#[test]
fn hostile_images_do_no_harm() {
    let texts = texts();
    for (name, image) in images() {
        try_out(&image, &texts).unwrap();
        let mut random = Random(7);
        let (mut accepted, count) = (0, if image.len() > 200_000 { 300 } else { 3_000 });
        for round in 0..count {
            let mut hostile = image.clone();
            // Records lie in front of and behind the pools, which are most of an image.
            let ends = 9_000.min(image.len() / 2);
            let at = match round % 4 {
                0 => random.below(image.len()),
                1 => random.below(ends),
                _ => image.len() - 1 - random.below(ends),
            };
            match random.below(5) {
                0 => hostile[at] ^= 1 << random.below(8),
                1 => hostile[at] = random.below(256) as u8,
                2 => hostile[at] = hostile[at].wrapping_add(1),
                _ => {
                    let at = at & !3;
                    let other = random.below(image.len() / 4) * 4;
                    let word = match random.below(4) {
                        0 => u32::MAX,
                        1 => random.below(300) as u32,
                        2 => random.below(image.len()) as u32,
                        _ => u32::from_le_bytes(image[other..other + 4].try_into().unwrap()),
                    };
                    hostile[at..at + 4].copy_from_slice(&word.to_le_bytes());
                }
            }
            seal(&mut hostile);
            accepted += u32::from(try_out(&hostile, &texts).is_ok());
        }
        println!("{name}: {} bytes, {accepted} of {count} accepted", image.len());
        assert!(accepted < count);
    }
}
