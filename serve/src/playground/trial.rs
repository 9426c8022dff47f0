//! What is asked and answered: JSON in, JSON out. Offsets are in bytes of the trace, or of what it becomes, as UTF-8.

use crate::mask::refused;
use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use spanmask::{
    Detectors, Document, Error, Externals, Finding, Format, Framing, NearMiss, Place, Policy, PolicyError,
    presets,
};
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use zeroize::Zeroizing;

/// Findings, and near misses, that are listed.
const LISTED: usize = 1000;
/// Bytes of a path that are shown.
const PATH: usize = 512;
/// Pseudonyms on the page are made with this key, whatever the policy names: they must tell nothing of a real one.
const KEY: &[u8] = b"the key of the playground";
/// What is said of a rule that asks a detector of the host.
const HOST: &str =
    "a program brings this detector, and the page has none (leave the rule out to try the others)";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    trace: String,
    /// YAML or JSON.
    policy: String,
}

#[derive(Serialize)]
struct Masked {
    output: String,
    /// Parts masked, by rule.
    rules: Vec<(String, u64)>,
    findings: Vec<Found>,
    near_misses: Vec<Near>,
    /// There are findings or near misses that are not listed.
    more: bool,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    part: Part,
    /// Where it stands in the output.
    masked: (usize, usize),
}

#[derive(Serialize)]
struct Near {
    #[serde(flatten)]
    part: Part,
    why: String,
}

#[derive(Serialize)]
struct Part {
    rule: String,
    path: String,
    level: u8,
    start: usize,
    end: usize,
}

/// Why there is nothing to show.
#[derive(Serialize)]
struct Unable {
    error: &'static str,
    problems: Vec<Said>,
}

/// What is wrong with the trace or the policy.
#[derive(Serialize)]
struct Said {
    /// `trace` or `policy`.
    input: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    message: String,
}

/// The policies to begin with, by name.
pub(super) fn presets() -> String {
    let all: BTreeMap<_, _> =
        presets::names().iter().filter_map(|&name| Some((name, presets::text(name)?))).collect();
    json(&all)
}

/// The answer to a question.
pub(super) fn answer(question: &[u8]) -> (StatusCode, String) {
    let Ok(Question { trace, policy }) = serde_json::from_slice(question) else {
        let unable =
            Unable { error: "the question is no JSON with a trace and a policy", problems: Vec::new() };
        return (StatusCode::BAD_REQUEST, json(&unable));
    };
    match compiled(&policy).and_then(|(policy, warnings)| masked(&policy, warnings, &trace)) {
        Ok(masked) => (StatusCode::OK, json(&masked)),
        Err(unable) => (StatusCode::UNPROCESSABLE_ENTITY, json(&unable)),
    }
}

fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

/// What a policy on the page gets in the place of what it names outside itself.
struct Nothing;

impl Externals for Nothing {
    fn key(&self, _name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        Ok(Zeroizing::new(KEY.to_vec()))
    }

    fn literals(&self, _name: &str) -> Result<Vec<u8>, String> {
        Err("this page reads no files (write some of its lines as `literals`)".to_owned())
    }
}

fn compiled(text: &str) -> Result<(Policy, Vec<String>), Unable> {
    let wrong = |error: PolicyError| wrong_policy(error.with_places(text, Format::Yaml));
    let document = Document::parse(text, Format::Yaml).map_err(wrong)?;
    let policy = Policy::compile(&document, &Nothing).map_err(wrong)?;
    if let Err(error) = policy.masker_with(Detectors::new()) {
        let mut unable = wrong(error);
        unable.problems.iter_mut().for_each(|said| said.message = HOST.to_owned());
        return Err(unable);
    }
    let keys = document.external_keys().next().map(|_| {
        "pseudonyms are made with a key of this page, not with the one that the policy names".to_owned()
    });
    let warnings = policy.warnings().iter().cloned().chain(keys).collect();
    Ok((policy, warnings))
}

fn wrong_policy(error: PolicyError) -> Unable {
    let said = |problem: &spanmask::Problem| Said {
        input: "policy",
        line: problem.place.map(|place| place.line),
        column: problem.place.map(|place| place.column),
        message: problem.to_string(),
    };
    Unable { error: "the policy cannot be used", problems: error.problems().iter().map(said).collect() }
}

fn wrong_trace(trace: &str, error: Error) -> Unable {
    let (message, place) = match error {
        Error::Refused { reason, offset } => (refused(reason), Some(place(trace, offset))),
        _ => ("the trace could not be masked", None),
    };
    let said = Said {
        input: "trace",
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: message.to_owned(),
    };
    Unable { error: "the trace cannot be masked: the service would refuse it (400)", problems: vec![said] }
}

fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let last = before.rsplit('\n').next().unwrap_or(before);
    // A trace is no larger than a question.
    Place { line: 1 + before.matches('\n').count() as u32, column: 1 + last.chars().count() as u32 }
}

fn masked(policy: &Policy, warnings: Vec<String>, trace: &str) -> Result<Masked, Unable> {
    let wrong = |error| wrong_trace(trace, error);
    let mut masker = policy.masker();
    masker.set_framing(Framing::One);
    let mut findings = List::default();
    let mut growth = 0isize;
    let found = &mut |finding: &Finding<'_>| {
        let start = finding.start.saturating_add_signed(growth);
        growth += finding.masked_len as isize - (finding.end - finding.start) as isize;
        findings.add(|| Found { part: Part::of(finding), masked: (start, start + finding.masked_len) });
    };
    masker.scan(trace.as_bytes(), found).map_err(wrong)?;
    let mut output = trace.as_bytes().to_vec();
    masker.mask_vec(&mut output).map_err(wrong)?;
    let rules = masker.report().counts().map(|(rule, count)| (rule.to_owned(), count)).collect();
    let mut near = List::default();
    let nearly = &mut |miss: &NearMiss<'_>| {
        near.add(|| Near { part: Part::of(&miss.finding), why: miss.why.to_string() });
    };
    policy.near_misses(trace.as_bytes(), Framing::One, nearly).map_err(wrong)?;
    near.items.sort_by_key(|near| near.part.start);
    Ok(Masked {
        // What is masked in UTF-8 is UTF-8.
        output: String::from_utf8(output).unwrap_or_default(),
        rules,
        more: findings.more || near.more,
        findings: findings.items,
        near_misses: near.items,
        warnings,
    })
}

/// The first of many.
struct List<T> {
    items: Vec<T>,
    more: bool,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), more: false }
    }
}

impl<T> List<T> {
    fn add(&mut self, item: impl FnOnce() -> T) {
        match self.items.len() < LISTED {
            true => self.items.push(item()),
            false => self.more = true,
        }
    }
}

impl Part {
    fn of(finding: &Finding<'_>) -> Self {
        let mut path = Short(String::new());
        if write!(path, "{}", finding.path).is_err() {
            path.0.push('…');
        }
        let &Finding { rule, start, end, level, .. } = finding;
        Self { rule: rule.to_owned(), path: path.0, level, start, end }
    }
}

/// A text that ends when it is long enough.
struct Short(String);

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > PATH {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(trace: &str, policy: &str) -> (u16, serde_json::Value) {
        let question = serde_json::json!({ "trace": trace, "policy": policy }).to_string();
        let (status, answer) = answer(question.as_bytes());
        (status.as_u16(), serde_json::from_str(&answer).unwrap())
    }

    #[test]
    fn parts_stand_where_they_are_said_to() {
        let policy = "{ version: 1, rules: [\
            { id: A, literals: [anna], replace: '<A>' }, { id: B, pattern: 'b+', remove: true }, \
            { id: C, detect: payment_card, mask: { keep_last: 4 } }] }";
        let trace =
            r#"["anna bbb, ännä", {"x": "{\"y\":\"anna\\nbb 4111111111111111\"}", "n": 4111111111111111}]"#;
        let (status, answer) = ask(trace, policy);
        assert_eq!(status, 200, "{answer}");
        let output = answer["output"].as_str().unwrap();
        assert_eq!(output, r#"["<A> , ännä", {"x": "{\"y\":\"<A>\\n ************1111\"}", "n": 0}]"#);
        let parts: Vec<_> = answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| {
                let at = |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap()).unwrap();
                let before = &trace[at(&part["start"])..at(&part["end"])];
                let after = &output[at(&part["masked"][0])..at(&part["masked"][1])];
                (part["rule"].as_str().unwrap(), part["path"].as_str().unwrap(), before, after)
            })
            .collect();
        let card = "4111111111111111";
        assert_eq!(
            parts,
            [
                ("A", "$[0]", "anna", "<A>"),
                ("B", "$[0]", "bbb", ""),
                ("A", "$[1]['x']['y']", "anna", "<A>"),
                ("B", "$[1]['x']['y']", "bb", ""),
                ("C", "$[1]['x']['y']", card, "************1111"),
                ("C", "$[1]['n']", card, "0"),
            ]
        );
        assert_eq!(answer["rules"], serde_json::json!([["A", 2], ["B", 2], ["C", 2]]));
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        let (status, answer) =
            ask("[]", "version: 1\nrules:\n  - { id: A, pattern: '(' }\n  - { id: B, detct: email }\n");
        assert_eq!(status, 422);
        let problems = answer["problems"].as_array().unwrap();
        let lines: Vec<_> = problems.iter().map(|problem| problem["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, [3, 4], "{answer}");
        let (status, answer) = ask("{\n \"ä\": [1,\n x]}", "{ version: 1, rules: [] }");
        assert_eq!(status, 422);
        let said = &answer["problems"][0];
        assert_eq!(
            (&said["input"], &said["line"], &said["column"]),
            (&"trace".into(), &3.into(), &2.into()),
            "{answer}"
        );
    }

    #[test]
    fn places_are_in_lines_and_characters() {
        for (text, offset, line, column) in
            [("", 0, 1, 1), ("ab", 1, 1, 2), ("a\nb", 2, 2, 1), ("a\n\nää", 5, 3, 2), ("a", 9, 1, 2)]
        {
            assert_eq!(place(text, offset), Place { line, column }, "{text:?} {offset}");
        }
    }

    /// Whoever reaches the page must not read files, or find out keys.
    #[test]
    fn a_policy_gets_nothing_of_this_machine() {
        let (status, answer) = ask("[]", "{ version: 1, rules: [{ id: A, literals_file: /etc/passwd }] }");
        assert!(
            status == 422 && answer["problems"][0]["message"].as_str().unwrap().contains("reads no files"),
            "{answer}"
        );
        let hash = "{ version: 1, rules: [{ id: A, literals: [anna], hash: { key_env: PATH } }] }";
        let (status, answer) = ask("[\"anna\"]", hash);
        let other = ask("[\"anna\"]", &hash.replace("PATH", "HOME")).1;
        assert_eq!((status, &answer["output"]), (200, &other["output"]));
        assert!(answer["warnings"][0].as_str().unwrap().contains("key of this page"));
        let (status, answer) = ask("[]", "{ version: 1, rules: [{ id: A, detect: host:names }] }");
        assert!(status == 422 && answer["problems"][0]["line"] == 1, "{answer}");
    }

    #[test]
    fn many_parts_are_not_all_listed() {
        let trace = format!("[{}]", vec!["\"a@example.com\""; LISTED + 1].join(","));
        let (status, answer) = ask(&trace, presets::text("default").unwrap());
        assert_eq!((status, &answer["more"]), (200, &true.into()));
        assert_eq!(answer["findings"].as_array().unwrap().len(), LISTED);
        assert_eq!(answer["output"].as_str().unwrap().matches("EMAIL").count(), LISTED + 1);
        let long = format!("{{\"{}\":\"a@example.com\"}}", "k".repeat(2 * PATH));
        let path = ask(&long, presets::text("default").unwrap()).1["findings"][0]["path"].clone();
        assert!(path.as_str().unwrap().len() < PATH + 8 && path.as_str().unwrap().ends_with('…'));
    }
}
