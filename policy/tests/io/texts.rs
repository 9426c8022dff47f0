//! What is masked, what must come of it, and in which ways it is read and written.

use proptest::collection::vec;
use proptest::prelude::*;
use spanmask::{Error, Policy, Stream, StreamOptions};
use std::io;
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = r#"{"version":1,"rules":[{"id":"EMAIL","detect":"email","replace":"[EMAIL]"}]}"#;
    Policy::from_json(text).unwrap()
});

pub(crate) const PLAIN: &str = "{\"a\":[\"john@example.com\",\"x\"]}\n";
pub(crate) const MASKED: &str = "{\"a\":[\"[EMAIL]\",\"x\"]}\n";

pub(crate) fn stream() -> Stream {
    POLICY.stream_with(&StreamOptions { window: 64, ..StreamOptions::default() })
}

/// What masking in place gives.
pub(crate) fn in_place(input: &[u8]) -> Outcome {
    let mut output = input.to_vec();
    let result = POLICY.masker().mask_vec(&mut output).map(drop);
    Outcome { output, result }
}

/// What came out, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) output: Vec<u8>,
    pub(crate) result: Result<(), Error>,
}

/// The error of the stream in one of an adapter.
pub(crate) fn refusal(error: &io::Error) -> Error {
    assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    let inner = error.get_ref().expect("an error of the stream");
    *inner.downcast_ref().expect("an error of the stream")
}

const TEXTS: [&str; 7] = [
    PLAIN,
    " ",
    r#"["jo\u0040example.com",-1.5e3,true,null]"#,
    r#"{"in":"{\"to\":\"jo@example.com\"}"}"#,
    r#""jo@example.com, al@example.com""#,
    "17\n",
    r#"[[],{},"é€😀"]"#,
];
/// Each is refused, with whatever behind it.
const FAULTS: [&[u8]; 5] = [
    b"[\"jo@example.com\",]",
    b"{\"a\":\"jo@example.com\"]",
    b"[\"jo@example.com\",\"\x01\"]",
    b"[\"jo@example.com\",\"\xff\"]",
    b"[1 \"jo@example.com\"]",
];

/// An input and how it is handled.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// The texts in front of the fault, when there is one.
    pub(crate) sound: Vec<u8>,
    pub(crate) input: Vec<u8>,
    /// Bytes that are read or written at once.
    pub(crate) pieces: Vec<usize>,
    /// Whether a piece is flushed.
    pub(crate) flushes: Vec<bool>,
    /// See [`super::rough::Rough`].
    pub(crate) below: Vec<u8>,
}

pub(crate) fn scripts() -> impl Strategy<Value = Script> {
    let texts = || vec(prop::sample::select(&TEXTS[..]).prop_map(str::as_bytes), 0..12);
    let fault = prop::option::weighted(0.3, prop::sample::select(&FAULTS[..]));
    let pieces = prop_oneof![vec(1..9_usize, 1..5), vec(1..300_usize, 1..5)];
    let ways = (pieces, vec(any::<bool>(), 1..4), vec(0..20_u8, 0..6));
    (texts(), fault, texts(), ways).prop_map(|(front, fault, behind, (pieces, flushes, below))| {
        let (front, behind) = (front.join(&b' '), behind.join(&b' '));
        let sound = if fault.is_some() { front.clone() } else { [&front[..], b" ", &behind].concat() };
        let input =
            fault.map_or_else(|| sound.clone(), |fault| [&front[..], b" ", fault, b" ", &behind].concat());
        Script { sound, input, pieces, flushes, below }
    })
}

impl Script {
    /// The output and the error are those of in place; up to a fault all that came out is masked.
    pub(crate) fn check(&self, outcome: &Outcome) {
        let expected = in_place(&self.input);
        assert_eq!(outcome.result, expected.result, "{self:?}");
        if outcome.result.is_ok() {
            return assert_eq!(shown(&outcome.output), shown(&expected.output), "{self:?}");
        }
        let front = in_place(&self.sound).output;
        let output = &outcome.output;
        assert!(front.starts_with(output) || output.starts_with(&front), "{} {self:?}", shown(output));
        assert!(!shown(output).contains("jo@"), "{} {self:?}", shown(output));
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
