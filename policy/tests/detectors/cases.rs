//! Our own cases.

use crate::support::{Found, Probe, directory, escape, lines, report};
use serde::Deserialize;
use std::collections::HashMap;

/// One case: what one detector, or all of them, find in a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    detector: Option<String>,
    /// The text of a string value.
    text: Option<String>,
    /// Or a whole document.
    json: Option<serde_json::Value>,
    found: Vec<String>,
    #[expect(dead_code, reason = "for those who read the data")]
    #[serde(default)]
    why: String,
}

/// Values that are found wherever they stand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    detector: String,
    values: Vec<String>,
}

/// A text around values. `{}` is the value, escaped `escapes` times.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Context {
    text: String,
    #[serde(default)]
    escapes: usize,
    /// How often the value is still escaped in the text that is found.
    #[serde(default)]
    seen: usize,
}

impl Context {
    pub(crate) fn all() -> Vec<Self> {
        lines(&directory().join("contexts.jsonl"))
    }

    pub(crate) fn around(&self, value: &str) -> String {
        self.text.replace("{}", &escape(value, self.escapes))
    }

    /// What must be found: the value, as often as it stands there.
    pub(crate) fn expected(&self, value: &str) -> Vec<String> {
        vec![escape(value, self.seen); self.text.matches("{}").count()]
    }
}

fn texts(found: &[Found]) -> Vec<&str> {
    found.iter().map(|found| found.text.as_str()).collect()
}

/// A probe for each detector, made when it is first asked for.
#[derive(Default)]
struct Probes(HashMap<String, Probe>);

impl Probes {
    fn of(&mut self, detector: &str) -> &mut Probe {
        let make = || Probe::new([detector]);
        self.0.entry(detector.to_owned()).or_insert_with(make)
    }
}

#[test]
fn cases_of_each_family() {
    let mut probes = Probes::default();
    let mut all = Probe::of_all();
    let mut problems = Vec::new();
    let mut counts: HashMap<String, [usize; 2]> = HashMap::new();
    for name in ["address", "credential", "email", "finance", "key", "phone", "quiet"] {
        for case in lines::<Case>(&directory().join(format!("{name}.jsonl"))) {
            let document = match (&case.text, &case.json) {
                (Some(text), None) => serde_json::to_string(text).expect("a string"),
                (None, Some(json)) => json.to_string(),
                _ => panic!("{name}: a case has a text or a document"),
            };
            let found = match &case.detector {
                Some(detector) => probes.of(detector).in_document(&document),
                None => all.in_document(&document),
            };
            if texts(&found) != case.found {
                problems.push(format!("{name}: {document}\n  wanted {:?}\n  found  {found:?}", case.found));
            }
            let count = counts.entry(case.detector.unwrap_or_default()).or_default();
            count[usize::from(case.found.is_empty())] += 1;
        }
    }
    report(&problems);
    for detector in spanmask::detectors::all() {
        let [hits, misses] = counts.get(detector.name).copied().unwrap_or_default();
        assert!(hits >= 5 && misses >= 3, "{} has {hits} hits and {misses} near misses", detector.name);
    }
}

#[test]
fn values_in_every_context() {
    let contexts = Context::all();
    let mut probes = Probes::default();
    let mut problems = Vec::new();
    for Values { detector, values } in lines(&directory().join("values.jsonl")) {
        for value in &values {
            for context in &contexts {
                let text = context.around(value);
                let found = probes.of(&detector).in_text(&text);
                if texts(&found) != context.expected(value) {
                    problems.push(format!(
                        "{detector}: {text:?}\n  wanted {value:?}\n  found  {:?}",
                        texts(&found)
                    ));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn descriptions_name_their_source() {
    for detector in spanmask::detectors::all() {
        assert!(detector.description.ends_with('.') && !detector.source.is_empty(), "{}", detector.name);
        assert!(spanmask::detectors::named(detector.name).is_some());
    }
}
