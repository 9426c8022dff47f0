//! One policy in both maskers.

use serde_json::Value;
use spanmask::{Error, Framing, Masker};
use spanmask_reference::document::reference_of;
use spanmask_reference::{Finding, Outcome, Policy, mask};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A policy, compiled and plain.
pub(crate) struct Pair {
    policy: spanmask::Policy,
    masker: Masker,
    reference: Policy,
    spec: Value,
    /// Documents that came out differently.
    pub failed: usize,
}

/// How often a failing input is tried with less in it.
const SHRINKS: usize = 3_000;

/// Beyond so many digests, masking in place may need more room on the way than at the end (DESIGN.md of the core).
const KEPT_DIGESTS: usize = Masker::KEPT_PARTS as usize / 8;

/// The number in an environment variable.
fn env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The number of documents of a test that takes `1 / part` of them.
pub(crate) fn share_of_cases(part: u64) -> u64 {
    env("SPANMASK_CASES").unwrap_or(30_000).div_ceil(part)
}

/// The seed of case `n`.
pub(crate) fn seed(n: u64) -> u64 {
    env("SPANMASK_SEED").unwrap_or(0).wrapping_add(n).wrapping_mul(0x2545_f491_4f6c_dd1d)
}

/// Bytes as Rust writes them.
fn show(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

impl Pair {
    pub(crate) fn new(policy: spanmask::Policy, spec: Value) -> Self {
        let reference = reference_of(&spec);
        Self { masker: policy.masker(), policy, reference, spec, failed: 0 }
    }

    /// Compares on one input; prints the smallest part of it that still fails.
    pub(crate) fn check(&mut self, input: &[u8]) {
        if self.differs(input).is_none() {
            return;
        }
        self.failed += 1;
        let input = self.shrink(input);
        let why = self.differs(&input).expect("still failing");
        println!("policy {}\ninput  b\"{}\"\n{why}\n", self.spec, show(&input));
        assert!(self.failed < 10, "too many failures");
    }

    /// Fails if any input failed.
    pub(crate) fn finish(&self) {
        assert_eq!(self.failed, 0);
    }

    /// Takes out what is not needed to fail.
    fn shrink(&mut self, input: &[u8]) -> Vec<u8> {
        let mut input = input.to_vec();
        let mut size = input.len() / 2;
        let mut tries = SHRINKS;
        while size > 0 && tries > 0 {
            let mut at = 0;
            while at + size <= input.len() && tries > 0 {
                tries -= 1;
                let mut less = input.clone();
                less.drain(at..at + size);
                if mask(&self.reference, &less, false).is_ok() && self.differs(&less).is_some() {
                    input = less;
                } else {
                    at += 1;
                }
            }
            size = if size > 8 { size / 2 } else { size - 1 };
        }
        input
    }

    /// What differs on this input, if anything.
    fn differs(&mut self, input: &[u8]) -> Option<String> {
        for (framing, one) in [(Framing::Sequence, false), (Framing::One, true)] {
            let want = mask(&self.reference, input, one);
            let compared = catch_unwind(AssertUnwindSafe(|| {
                self.masker.set_framing(framing);
                match &want {
                    Ok(want) => compare(&mut self.masker, &self.policy, input, want),
                    Err(_) => refuses(&mut self.masker, input),
                }
            }));
            let difference = match compared {
                Ok(Ok(())) => continue,
                Ok(Err(difference)) => difference,
                Err(_) => {
                    self.masker = self.policy.masker();
                    "panic".into()
                }
            };
            let want = want.map_or_else(|refused| format!("{refused:?}"), |want| show(&want.output));
            return Some(format!("{difference}\nwant   b\"{want}\" (one text: {one})"));
        }
        let document = serde_json::from_slice::<Value>(input).ok()?;
        let alone = strings(document.clone()).iter().find_map(|text| self.differs_alone(text));
        alone.or_else(|| self.differs_left_out(&document))
    }

    /// What differs where strings in which nothing may match are left out, if anything. Short ones may say kinds of spans, so all are
    /// made longer before.
    fn differs_left_out(&mut self, document: &Value) -> Option<String> {
        let mut document = document.clone();
        each_string(&mut document, &mut |text| text.push_str(&" ".repeat(33)));
        let document = &document;
        let mut rest = document.clone();
        each_string(&mut rest, &mut |text| {
            if !self.masker.may_match(text) {
                text.clear();
            }
        });
        let mut got = self.masked(&rest)?;
        if self.masker.looked_by_place() {
            return None;
        }
        put_back(&mut got, &rest, document);
        let want = self.masked(document)?;
        (got != want).then(|| format!("but for {rest}\ngot    {got}\nwant   {want}"))
    }

    fn masked(&mut self, document: &Value) -> Option<Value> {
        let mut text = document.to_string().into_bytes();
        self.masker.mask_vec(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// What differs on the text of a value, if anything.
    fn differs_alone(&mut self, text: &str) -> Option<String> {
        let mut room = Vec::new();
        let got = self.masker.texts()?.mask(text, 1, &mut room).map(|masked| masked.map(show));
        let document = Value::from(vec![text]).to_string();
        let want = mask(&self.reference, document.as_bytes(), true).expect("an array");
        let output: Vec<String> = serde_json::from_slice(&want.output).expect("an array of a string");
        let want = output.first().filter(|_| !want.findings.is_empty()).map(|text| show(text.as_bytes()));
        let same = got.as_ref().is_ok_and(|got| *got == want);
        (!same).then(|| format!("the text {text:?}\ngot    {got:?}\nwant   {want:?}"))
    }
}

/// Does something to each string value that names no attribute.
fn each_string(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, change)),
        Value::Object(members) => {
            let others = members.iter_mut().filter(|(name, _)| *name != "key");
            others.for_each(|(_, value)| each_string(value, change));
        }
        _ => {}
    }
}

/// Puts the strings of a document back that its rest does not have.
fn put_back(masked: &mut Value, rest: &Value, document: &Value) {
    match (masked, rest, document) {
        (Value::String(masked), Value::String(rest), Value::String(text))
            if rest != text && masked.is_empty() =>
        {
            masked.clone_from(text);
        }
        (Value::Array(masked), Value::Array(rest), Value::Array(items)) => {
            let both = rest.iter().zip(items);
            masked.iter_mut().zip(both).for_each(|(masked, (rest, item))| put_back(masked, rest, item));
        }
        (Value::Object(masked), Value::Object(rest), Value::Object(members)) => {
            let both = rest.values().zip(members.values());
            let masked = masked.values_mut();
            masked.zip(both).for_each(|(masked, (rest, member))| put_back(masked, rest, member));
        }
        _ => {}
    }
}

/// The strings of a document, and the document itself as one.
fn strings(document: Value) -> Vec<String> {
    let mut strings = vec![document.to_string()];
    let mut left = vec![document];
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) => strings.push(text),
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    strings
}

/// `Err` unless the masker refuses the input.
fn refuses(masker: &mut Masker, input: &[u8]) -> Result<(), String> {
    let mut output = vec![0; input.len() * 8 + 1000];
    match masker.mask_into(input, &mut output) {
        Err(Error::Refused { .. }) => Ok(()),
        other => Err(format!("not refused: {other:?}")),
    }
}

/// `Err` unless all ways to mask agree with the reference.
fn compare(
    masker: &mut Masker,
    policy: &spanmask::Policy,
    input: &[u8],
    want: &Outcome,
) -> Result<(), String> {
    let fits = input.len().max(want.output.len());
    let mut buffer = vec![b'#'; want.output.len()];
    let into = masker.mask_into(input, &mut buffer);
    same("mask_into", into, &buffer, want)?;
    counts(masker, policy, want)?;
    for spare in [0, 1, fits + 100] {
        let mut buffer = input.to_vec();
        buffer.resize(fits + spare, b'#');
        let mut in_place = masker.mask_in_place(&mut buffer, input.len());
        if let Err(Error::Capacity { needed }) = in_place
            && want.findings.len() > KEPT_DIGESTS
        {
            buffer.resize(needed, b'#');
            in_place = masker.mask_in_place(&mut buffer, input.len());
        }
        same(&format!("mask_in_place, {spare} bytes spare"), in_place, &buffer, want)?;
        counts(masker, policy, want)?;
    }
    if want.output.len() > input.len() {
        let mut buffer = input.to_vec();
        match masker.mask_in_place(&mut buffer, input.len()) {
            Err(Error::Capacity { needed }) if needed == want.output.len() => {}
            Err(Error::Capacity { needed })
                if needed > want.output.len() && want.findings.len() > KEPT_DIGESTS => {}
            other => return Err(format!("no room: {other:?}, needs {}", want.output.len())),
        }
        if buffer != input {
            return Err(format!("no room, yet the buffer changed: b\"{}\"", show(&buffer)));
        }
    }
    scan(masker, policy, input, want)
}

/// Compares one result.
fn same(how: &str, len: Result<usize, Error>, buffer: &[u8], want: &Outcome) -> Result<(), String> {
    match len {
        Ok(len) if buffer[..len] == want.output[..] => Ok(()),
        Ok(len) => Err(format!("{how}\ngot    b\"{}\"", show(&buffer[..len]))),
        Err(error) => Err(format!("{how}: {error:?}")),
    }
}

/// Compares the counts of the last call.
fn counts(masker: &Masker, policy: &spanmask::Policy, want: &Outcome) -> Result<(), String> {
    let counts: Vec<u64> = policy.rules().map(|rule| masker.report().count(rule)).collect();
    if counts == want.counts {
        Ok(())
    } else {
        Err(format!("counts: got {counts:?}, want {:?}", want.counts))
    }
}

/// Compares what scanning reports.
fn scan(masker: &mut Masker, policy: &spanmask::Policy, input: &[u8], want: &Outcome) -> Result<(), String> {
    let rules: Vec<&str> = policy.rules().collect();
    let mut found = Vec::new();
    let mut lens = Vec::new();
    let len = masker.scan(input, &mut |finding| {
        lens.push((finding.start, finding.end, finding.masked_len));
        let rule = rules.iter().position(|rule| *rule == finding.rule).expect("a rule");
        let (start, end, level) = (finding.start, finding.end, usize::from(finding.level));
        found.push(Finding { rule, start, end, path: finding.path.to_string(), level });
    });
    if !matches!(len, Ok(len) if len == want.output.len()) {
        return Err(format!("scan: {len:?}, want {}", want.output.len()));
    }
    if found != want.findings {
        return Err(format!("findings: got {found:?}\nwant {:?}", want.findings));
    }
    if !lead_to(&lens, input, &want.output) {
        return Err(format!("lengths of what is masked: got {lens:?}"));
    }
    Ok(())
}

/// Whether these parts, each as long as is said, make the output of the input: what lies between them is the same.
fn lead_to(parts: &[(usize, usize, usize)], input: &[u8], output: &[u8]) -> bool {
    let (mut read, mut written) = (0, 0);
    for &(start, end, masked_len) in parts {
        if input.get(read..start) != output.get(written..written + (start - read)) {
            return false;
        }
        (read, written) = (end, written + (start - read) + masked_len);
    }
    input.get(read..) == output.get(written..)
}
