//! The policies that texts are masked with: a handful that reach every part of the core. Each is loaded when it is first asked
//! for, and once; or compiled, where the example `corpus` has left no image of it.

use spanmask::{Detectors, Failed, Masker, Policy, Spans, Stream, StreamOptions};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// One of everything that a policy can hold.
const EVERYTHING: &str = r##"{"version":1,"profile":"otlp","limits":{"depth":64,"nesting":3},"rules":[
    {"id":"KEYS","keys":["password","*_token","contact"],"except_keys":["x*"]},
    {"id":"PATHS","paths":["$..customer.*","$.batch[*].body['a','b'][0]","$"],"remove":true},
    {"id":"ATTRIBUTES","attributes":["user.*","*.metadata.*"],"hash":{"key":"k","length":24}},
    {"id":"TOOLS","attributes":["*.output*"],"when":{"span_kind":["TOOL"]},"mask":{"keep_last":4}},
    {"id":"EMAIL","pattern":"[a-z]+@[a-z]+\\.[a-z]{2,3}","mask":{"char":"\"","keep_first":1}},
    {"id":"CARD","pattern":"\\b[0-9]{12,16}\\b","validate":"luhn","types":["string","number"]},
    {"id":"LONG","pattern":"foo(bar.*baz)?","replace":"\"\\\n"},
    {"id":"WORDS","literals":["Account","Accounts","Konto","été"],"ignore_case":true,"whole_word":true}],
    "allow":{"literals":["support@example.com"],"patterns":["DE[0-9]+"],"keys":["request_id"]}}"##;

/// Rules that follow documents, swept.
const SELECTING: &str = r##"{"version":1,"profile":"otlp","rules":[
    {"id":"KEYS","keys":["password","*_token","contact"]},
    {"id":"PATHS","paths":["$..customer.*","$.batch[*].body.metadata"],"remove":true},
    {"id":"ATTRIBUTES","attributes":["user.*","*.metadata.*"],"hash":{"key":"k","length":24}},
    {"id":"TOOLS","attributes":["*.output*"],"when":{"span_kind":["TOOL"]},"mask":{"keep_last":4}},
    {"id":"EMAIL","detect":"email","hash":{"key":"k"}},
    {"id":"DIGITS","pattern":"[0-9]{6,}","types":["string","number"]}]}"##;

/// Elements are counted, so that every token is walked.
const COUNTING: &str = r##"{"version":1,"rules":[
    {"id":"A","pattern":"[a-c]+1"},{"id":"SECOND","paths":["$..[1].*","$[0]","$..a"],"mask":{}}]}"##;

/// Names alone.
const KEYS: &str = r##"{"version":1,"rules":[
    {"id":"K","keys":["a","pass*","*_key","été"],"types":["string","number","boolean"],"replace":"#"},
    {"id":"E","keys":["b*"],"except_keys":["b1"],"except_paths":["$.x"],"remove":true}],"allow":{"keys":["c"]}}"##;

/// Attributes within kinds of spans, small enough for small windows.
const WHEN: &str = r##"{"version":1,"profile":"otlp","rules":[
    {"id":"T","attributes":["o*"],"when":{"span_kind":["TOOL","LLM"]},"replace":"#"},
    {"id":"U","attributes":["u.*"],"except_attributes":["u.x"],"types":["string","number","boolean"]},
    {"id":"D","pattern":"\\d{4}","replace":"<####>"}]}"##;

/// Detectors that look around and check.
const DETECTORS: &str = r##"{"version":1,"rules":[
    {"id":"EMAIL","detect":"email"},{"id":"CARD","detect":"payment_card","replace":"#"},
    {"id":"IBAN","detect":"iban","mask":{"keep_first":2}},{"id":"IP","detect":"ipv4","replace":"<ip>"},
    {"id":"URL","detect":"url_credentials","remove":true},{"id":"SSN","detect":"us_ssn","hash":{"key":"k","length":8}}]}"##;

/// Short matches that are close together, touch, and become longer or shorter.
const DENSE: &str = r##"{"version":1,"limits":{"nesting":2},"rules":[
    {"id":"A","pattern":"a","replace":"<long>"},{"id":"B","pattern":"b+","remove":true},
    {"id":"C","pattern":"ca|\\bé.","mask":{"keep_last":1}},{"id":"D","pattern":"d\\d*","hash":{"key":"k","length":12}}]}"##;

/// Everything is masked whole.
const WHOLE: &str = r##"{"version":1,"limits":{"depth":20},"rules":[
    {"id":"W","paths":["$","$..*"],"types":["string","number","boolean"],"except_keys":["id"],"replace":"\u2028\"\\\u0001é"}]}"##;

/// Literals, with and without case.
const LITERALS: &str = r##"{"version":1,"rules":[
    {"id":"L","literals":["Zoë","Zo","konto","Straße","1"],"ignore_case":true,"replace":"#"},
    {"id":"W","literals":["he","she","hers","his"],"whole_word":true,"replace":"@"}],
    "allow":{"literals":["Zoë K"],"patterns":["konto-\\d"]}}"##;

/// Detectors of the host: see [`tell`].
const HOST: &str = r##"{"version":1,"rules":[
    {"id":"H","detect":"host:h","max_bytes":300,"replace":"#"},
    {"id":"R","detect":"host:r","keys":["r*"],"fail":"refuse","mask":{}},{"id":"A","pattern":"ab+"}]}"##;

/// Policies as JSON; the presets by name.
const POLICIES: [&str; COUNT] = [
    "langfuse-docs",
    "default",
    EVERYTHING,
    SELECTING,
    COUNTING,
    KEYS,
    WHEN,
    DETECTORS,
    DENSE,
    WHOLE,
    LITERALS,
    HOST,
];

/// How many there are.
pub const COUNT: usize = 12;

/// The detectors of the host that a policy asks.
pub const ASKED: [&str; 2] = ["h", "r"];

/// What a detector of the host tells of a text: `h` finds `jo` and what is not ASCII, `r` finds digits, and each fails at a
/// character of its own.
pub fn tell(name: &str, text: &str, push: &mut dyn FnMut(usize, usize)) -> Result<(), Failed> {
    let (fails, finds): (char, fn(&str) -> bool) = match name {
        "h" => ('!', |rest| rest.starts_with("jo") || !rest.is_char_boundary(1)),
        _ => ('?', |rest| rest.starts_with(|c: char| c.is_ascii_digit())),
    };
    if text.contains(fails) {
        return Err(Failed);
    }
    for (at, c) in text.char_indices().filter(|(at, _)| finds(&text[*at..])) {
        let more = usize::from(c == 'j');
        push(at, at + c.len_utf8() + more);
    }
    Ok(())
}

fn detectors() -> Detectors {
    ASKED.into_iter().fold(Detectors::new(), |all, name| {
        let detector = move |text: &str, spans: &mut Spans<'_>| {
            tell(name, text, &mut |start, end| spans.push(start, end))
        };
        all.with(name, detector)
    })
}

/// A masker of a policy.
///
/// # Panics
/// When there is no such policy.
pub fn masker(policy: &Policy) -> Masker {
    policy.masker_with(detectors()).expect("all detectors")
}

/// A stream of a policy.
///
/// # Panics
/// When there is no such policy.
pub fn stream(policy: &Policy, options: &StreamOptions) -> Stream {
    policy.stream_with_detectors(options, detectors()).expect("all detectors")
}

/// A policy by a byte, and its number.
pub fn by(byte: u8) -> (usize, &'static Policy) {
    let index = usize::from(byte) % COUNT;
    (index, get(index))
}

/// A policy by its number.
///
/// # Panics
/// When there is no such policy.
pub fn get(index: usize) -> &'static Policy {
    static COMPILED: [OnceLock<Policy>; COUNT] = [const { OnceLock::new() }; COUNT];
    COMPILED[index].get_or_init(|| saved("policy", index).unwrap_or_else(|| compiled(index)))
}

/// The same, compiled now.
///
/// # Panics
/// When there is no such policy.
#[must_use]
pub fn compiled(index: usize) -> Policy {
    match POLICIES[index] {
        text if text.starts_with('{') => Policy::from_json(text).expect("a policy"),
        preset => Policy::preset(preset).expect("a preset"),
    }
}

/// Where the example `corpus` leaves a policy of some kind as an image: with sanitizers, some take half a minute to compile.
#[must_use]
pub fn image_of(kind: &str, index: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(format!("{kind}-{index}.image"))
}

/// What it has left there.
#[must_use]
pub fn saved(kind: &str, index: usize) -> Option<Policy> {
    Policy::load(&std::fs::read(image_of(kind, index)).ok()?).ok()
}
