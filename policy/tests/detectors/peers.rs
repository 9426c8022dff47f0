//! The cases of peers, as `peers/README.md` describes them.

use crate::support::{Probe, directory, lines, report};
use serde::Deserialize;
use spanmask_core::validate::{self, Validator};
use std::collections::BTreeMap;
use std::ops::Range;

#[derive(Deserialize)]
struct Case {
    entity: String,
    text: String,
    expected: Vec<[usize; 2]>,
    expected_bytes: Vec<[usize; 2]>,
}

#[derive(Deserialize)]
struct Checksum {
    validator: String,
    input: String,
    valid: bool,
}

/// A case that we answer otherwise, on purpose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    kind: String,
    text: String,
    found: Vec<String>,
    #[expect(dead_code, reason = "for those who read the data")]
    why: String,
}

/// What is wanted of a kind, in percent: recall, then precision.
struct Kind {
    entity: &'static str,
    detectors: &'static [&'static str],
    floor: [usize; 2],
}

const fn kind(entity: &'static str, detectors: &'static [&'static str], floor: [usize; 2]) -> Kind {
    Kind { entity, detectors, floor }
}

/// Floors are what was measured; what is below 100 has its reasons in `differences.jsonl`.
const KINDS: [Kind; 10] = [
    kind("CREDIT_CARD", &["payment_card"], [100, 100]),
    kind("EMAIL_ADDRESS", &["email"], [100, 100]),
    kind("IBAN_CODE", &["iban"], [100, 100]),
    kind("IP_ADDRESS", &["ipv4", "ipv6"], [94, 100]),
    kind("MAC_ADDRESS", &["mac_address"], [100, 100]),
    kind("PHONE_NUMBER", &["phone"], [90, 95]),
    kind("PH_MOBILE_NUMBER", &["phone"], [100, 92]),
    kind("TR_PHONE_NUMBER", &["phone"], [77, 100]),
    kind("US_SSN", &["us_ssn"], [33, 100]),
    kind("US_ITIN", &["us_ssn"], [33, 100]),
];

/// Parts that were wanted and found, wanted and not found, found and not wanted.
#[derive(Default)]
struct Score {
    hits: usize,
    misses: usize,
    extra: usize,
}

impl Score {
    fn add(&mut self, wanted: &[Range<usize>], found: &[Range<usize>]) {
        let meet = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        let hits = wanted.iter().filter(|wanted| found.iter().any(|found| meet(wanted, found))).count();
        self.hits += hits;
        self.misses += wanted.len() - hits;
        self.extra += found.iter().filter(|found| !wanted.iter().any(|wanted| meet(wanted, found))).count();
    }

    fn percent(&self) -> [usize; 2] {
        [self.misses, self.extra].map(|wrong| 100 * self.hits / (self.hits + wrong).max(1))
    }
}

/// The differences that are listed, and which of them were seen.
struct Differences {
    listed: Vec<Difference>,
    seen: Vec<bool>,
}

impl Differences {
    fn read() -> Self {
        let listed: Vec<Difference> = lines(&directory().join("peers/differences.jsonl"));
        Self { seen: vec![false; listed.len()], listed }
    }

    /// Whether a case of this kind is listed as answered so.
    fn explain(&mut self, kind: &str, text: &str, found: &[&str]) -> bool {
        let is = |known: &Difference| known.kind == kind && known.text == text && known.found == found;
        let place = self.listed.iter().position(is);
        place.map(|place| self.seen[place] = true).is_some()
    }

    fn unseen<'a>(&'a self, kinds: &'a [&str]) -> impl Iterator<Item = String> + 'a {
        let unseen = self.listed.iter().zip(&self.seen).filter(|(_, seen)| !**seen);
        unseen
            .filter(|(known, _)| kinds.contains(&known.kind.as_str()))
            .map(|(known, _)| format!("{} {:?} is listed but does not differ", known.kind, known.text))
    }
}

#[test]
fn recall_and_precision() {
    let cases: Vec<Case> = lines(&directory().join("peers/presidio_cases.jsonl"));
    let mut differences = Differences::read();
    let mut problems = Vec::new();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for Kind { entity, detectors, .. } in &KINDS {
        let mut probe = Probe::new(detectors.iter().copied());
        for case in cases.iter().filter(|case| case.entity == *entity) {
            assert_eq!(case.expected.len(), case.expected_bytes.len());
            let wanted: Vec<Range<usize>> =
                case.expected_bytes.iter().map(|[start, end]| *start..*end).collect();
            let parts = probe.in_text(&case.text);
            let found: Vec<Range<usize>> = parts.iter().map(|part| part.place.clone()).collect();
            scores.entry(entity).or_default().add(&wanted, &found);
            let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
            if found != wanted && !differences.explain(entity, &case.text, &texts) {
                let wanted: Vec<&str> = wanted.iter().map(|place| &case.text[place.clone()]).collect();
                problems.push(format!("{entity}: {:?}: wanted {wanted:?}, found {texts:?}", case.text));
            }
        }
    }
    println!("| Kind | Parts | Found | Missed | False | Recall | Precision |\n|---|---|---|---|---|---|---|");
    for Kind { entity, floor, .. } in &KINDS {
        let score = &scores[entity];
        let [recall, precision] = score.percent();
        let Score { hits, misses, extra } = score;
        println!(
            "| {entity} | {} | {hits} | {misses} | {extra} | {recall} % | {precision} % |",
            hits + misses
        );
        if recall < floor[0] || precision < floor[1] {
            problems.push(format!("{entity}: recall {recall}, precision {precision}, wanted {floor:?}"));
        }
    }
    let entities = KINDS.map(|kind| kind.entity);
    problems.extend(differences.unseen(&entities));
    report(&problems);
}

#[test]
fn checksums() {
    let cases: Vec<Checksum> = lines(&directory().join("peers/dds_validators.jsonl"));
    let mut differences = Differences::read();
    let mut problems = Vec::new();
    let named: BTreeMap<&str, Validator> = [
        ("LuhnChecksum", "luhn"),
        ("NhsCheckDigit", "nhs"),
        ("AbaRtnChecksum", "aba_routing"),
        ("VerhoeffChecksum", "verhoeff"),
        ("IbanChecker", "mod97"),
    ]
    .map(|(theirs, ours)| (theirs, validate::named(ours).expect("a validator")))
    .into();
    assert!(cases.len() > 40);
    for Checksum { validator, input, valid } in &cases {
        let passes = named[validator.as_str()].check(input.chars()).is_some();
        let found: &[&str] = if passes { &[input] } else { &[] };
        if passes != *valid && !differences.explain(validator, input, found) {
            problems.push(format!("{validator}: {input:?}: {passes}"));
        }
    }
    let kinds: Vec<&str> = named.keys().copied().collect();
    problems.extend(differences.unseen(&kinds));
    report(&problems);
}
