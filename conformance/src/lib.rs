//! The conformance cases: how they are read (`README.md` says what they mean), and a plain JSON reader to judge by.

pub mod tree;

use base64::Engine as _;
use serde::Deserialize;
use spanmask::{Document, Format, Framing, MapExternals, Policy, PolicyError, Problem, ProblemKind};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of cases about one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The rule, one sentence.
    pub about: String,
    /// The policy of cases that have none.
    pub policy: Option<serde_json::Value>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique in its file.
    pub name: String,
    policy: Option<serde_json::Value>,
    policy_text: Option<PolicyText>,
    #[serde(default)]
    externals: Externals,
    framing: Option<String>,
    input: Option<String>,
    input_base64: Option<String>,
    repeat: Option<Repeat>,
    output: Option<String>,
    output_repeat: Option<Repeat>,
    /// The refusal of the input.
    pub error: Option<Refusal>,
    /// What is wrong with the policy.
    pub problems: Option<Vec<Wrong>>,
    /// Places in the policy that compiling warns about.
    pub warnings: Option<Vec<String>>,
    /// Parts by rule; rules that are not named have none.
    pub counts: Option<BTreeMap<String, u64>>,
    /// Other numbers of the report.
    pub report: Option<Totals>,
    /// All findings, in order.
    pub findings: Option<Vec<Found>>,
    /// Texts that the decoded output must not hold at any level.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Texts that the decoded output must hold at some level.
    #[serde(default)]
    pub present: Vec<String>,
    /// Whether surfaces that take input in pieces run the case at every split.
    pub splits: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyText {
    format: String,
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Externals {
    #[serde(default)]
    keys: BTreeMap<String, String>,
    #[serde(default)]
    literals: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    prefix: String,
    unit: String,
    times: usize,
    suffix_unit: Option<String>,
    suffix: String,
}

/// A refusal of an input.
#[derive(Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The reason, in lower case.
    pub reason: String,
    /// Byte offset in the input.
    pub offset: usize,
}

/// A problem of a policy.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// Its kind, in lower case.
    pub kind: String,
    /// Its place in the document.
    pub path: String,
    /// What the suggestion holds.
    pub suggestion: Option<String>,
}

impl PartialEq<Problem> for Wrong {
    fn eq(&self, problem: &Problem) -> bool {
        let suggested = problem.suggestion.as_deref().unwrap_or_default();
        self.kind == name_of(problem.kind)
            && self.path == problem.path
            && self.suggestion.as_ref().is_none_or(|wanted| suggested.contains(wanted.as_str()))
    }
}

/// Kinds of problems as cases write them.
#[must_use]
pub fn name_of(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Format => "format",
        ProblemKind::UnknownField => "unknown_field",
        ProblemKind::Invalid => "invalid",
        ProblemKind::UnknownName => "unknown_name",
        ProblemKind::DuplicateId => "duplicate_id",
        ProblemKind::Syntax => "syntax",
        ProblemKind::TooLarge => "too_large",
        ProblemKind::External => "external",
        _ => "unknown",
    }
}

/// Numbers of a report; those that are left out are not looked at.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Raw bytes of the input in masked parts.
    pub bytes_masked: Option<u64>,
    /// String values of the texts.
    pub values: Option<u64>,
    /// JSON texts.
    pub texts: Option<u64>,
}

/// A finding.
#[derive(Deserialize, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Id of the rule.
    pub rule: String,
    /// Normalized path.
    pub path: String,
    /// Offset of the first byte in the input.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// Levels of escapes over the text.
    pub level: u8,
}

/// What a case expects, by the first word of its file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The output is given.
    Mask,
    /// The output is the input.
    Keep,
    /// The input, or the policy, is refused.
    Refuse,
    /// The output is JSON of the input's shape; more is not said.
    Free,
}

impl Case {
    /// The bytes of the input.
    ///
    /// # Panics
    /// When the case has none, or more than one.
    #[must_use]
    pub fn input(&self) -> Vec<u8> {
        match (&self.input, &self.input_base64, &self.repeat) {
            (Some(text), None, None) => text.clone().into_bytes(),
            (None, Some(text), None) => {
                base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
            }
            (None, None, Some(repeat)) => repeat.text().into_bytes(),
            _ => panic!("a case has one of input, input_base64, repeat"),
        }
    }

    /// The output, byte for byte; `None` for the input itself, a refusal, or a free case.
    #[must_use]
    pub fn output(&self) -> Option<Vec<u8>> {
        let repeated = self.output_repeat.as_ref().map(Repeat::text);
        self.output.clone().or(repeated).map(String::into_bytes)
    }

    /// How many texts the input may hold.
    ///
    /// # Panics
    /// When the case names a framing that does not exist.
    #[must_use]
    pub fn framing(&self) -> Framing {
        match self.framing.as_deref() {
            None | Some("sequence") => Framing::Sequence,
            Some("one") => Framing::One,
            Some(other) => panic!("framing {other}"),
        }
    }

    /// Whether its policy is that of its file and nothing else.
    #[must_use]
    pub fn shares_policy(&self) -> bool {
        self.policy.is_none() && self.policy_text.is_none() && self.externals.is_empty()
    }

    /// The compiled policy: the case's own, or its file's.
    ///
    /// # Errors
    /// When it does not compile.
    ///
    /// # Panics
    /// When there is none.
    pub fn policy(&self, file: &File) -> Result<Policy, PolicyError> {
        match self.source(file) {
            Source::Preset(name) => Policy::preset(&name),
            Source::Text(format, text) => {
                Policy::compile(&Document::parse(&text, format)?, &self.externals.handed_in())
            }
        }
    }

    /// Where the policy comes from: the case's own, or its file's.
    ///
    /// # Panics
    /// When there is none, or its format does not exist.
    #[must_use]
    pub fn source(&self, file: &File) -> Source {
        if let Some(policy) = &self.policy_text {
            return Source::Text(policy.format(), policy.text.clone());
        }
        let policy = self.policy.as_ref().or(file.policy.as_ref()).expect("a policy");
        match policy.as_str() {
            Some(name) => Source::Preset(name.strip_prefix("preset:").expect("preset:NAME").to_owned()),
            None => Source::Text(Format::Json, policy.to_string()),
        }
    }

    /// Keys that the policy names, by name.
    #[must_use]
    pub fn keys(&self) -> &BTreeMap<String, String> {
        &self.externals.keys
    }

    /// Lists of literals that the policy names, by name.
    #[must_use]
    pub fn literals(&self) -> &BTreeMap<String, String> {
        &self.externals.literals
    }
}

/// Where a policy comes from.
pub enum Source {
    /// One that spanmask brings along, by name.
    Preset(String),
    /// A text.
    Text(Format, String),
}

impl PolicyText {
    fn format(&self) -> Format {
        match self.format.as_str() {
            "json" => Format::Json,
            "toml" => Format::Toml,
            "yaml" => Format::Yaml,
            other => panic!("format {other}"),
        }
    }
}

impl Externals {
    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.literals.is_empty()
    }

    fn handed_in(&self) -> MapExternals {
        let keys = self
            .keys
            .iter()
            .fold(MapExternals::default(), |all, (name, key)| all.with_key(name, key.as_bytes()));
        self.literals.iter().fold(keys, |all, (name, text)| all.with_literals(name, text.as_bytes()))
    }
}

impl Repeat {
    fn text(&self) -> String {
        let closing = self.suffix_unit.as_deref().unwrap_or_default().repeat(self.times);
        format!("{}{}{}{closing}", self.prefix, self.unit.repeat(self.times), self.suffix)
    }
}

/// The folder of the data.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// All files of cases, by name.
///
/// # Panics
/// When a file can't be read or is not of the format.
#[must_use]
pub fn files() -> Vec<(String, Kind, File)> {
    let mut files: Vec<_> = fs::read_dir(folder().join("cases"))
        .expect("the folder of cases")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
            let kind = match name.split('_').next() {
                Some("mask") => Kind::Mask,
                Some("keep") => Kind::Keep,
                Some("refuse") => Kind::Refuse,
                Some("free") => Kind::Free,
                _ => panic!("{name}: files are called mask_, keep_, refuse_ or free_"),
            };
            let text = fs::read_to_string(&path).expect("UTF-8");
            let file = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, kind, file)
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// The payloads of `traces/`: name and bytes.
///
/// # Panics
/// When one can't be read.
#[must_use]
pub fn traces() -> Vec<(String, Vec<u8>)> {
    let mut traces: Vec<_> = fs::read_dir(folder().join("traces"))
        .expect("the folder of traces")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "json") && !path.ends_with("truth.json"))
        .map(|path| {
            (
                path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                fs::read(path).expect("a trace"),
            )
        })
        .collect();
    traces.sort();
    traces
}

/// What is planted in the traces, by kind.
///
/// # Panics
/// When it can't be read.
#[must_use]
pub fn truth() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(folder().join("traces/truth.json")).expect("truth.json");
    serde_json::from_str(&text).expect("kinds and values")
}

/// The Rust of the project's README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
