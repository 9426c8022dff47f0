//! The fields of a policy document, as they are written. Their comments are the descriptions in the JSON Schema.

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use zeroize::Zeroizing;

/// A policy: what to mask in JSON, and what to put in its place.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "spanmask policy"))]
pub(crate) struct Fields {
    /// The version of this format: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required, range(min = 1, max = 1)))]
    pub(crate) version: Option<u32>,
    /// What the texts are. `otlp`: OpenTelemetry's JSON; what a trace needs to hold together is never masked,
    /// and rules can name attributes and kinds of spans. Left out: any JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<Profile>,
    /// What replaces a match of a rule that has no action; `[REDACTED]` unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_replacement: Option<String>,
    /// What a stream does with a value that is larger than its window: `error` refuses the text, `mask` masks the value whole.
    /// `error` unless told. Texts that are wholly in memory have no window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oversize: Option<Oversize>,
    /// What a text may cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<Limits>,
    /// The rules. Where matches of several overlap, the earliest rule decides what is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required, length(max = 32767)))]
    pub(crate) rules: Option<Vec<Rule>>,
    /// What is never masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow: Option<Allow>,
}

/// What the texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Profile {
    /// OpenTelemetry's JSON.
    Otlp,
}

/// What a stream does with a value that is larger than its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Oversize {
    /// Refuses the text.
    Error,
    /// Masks the value whole.
    Mask,
}

/// What a text may cost.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Objects and lists open at once; a text that opens more is refused. 1024 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = 4096)))]
    pub(crate) depth: Option<u32>,
    /// Levels of JSON inside strings that are entered; 8 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(max = 8)))]
    pub(crate) nesting: Option<u32>,
}

/// One rule: at most one matcher (`detect`, `pattern`, `patterns`, `literals`, `literals_file`), selectors that
/// say where, and at most one action (`replace`, `mask`, `hash`, `remove`). Without a matcher, the selected
/// values are masked as a whole.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// What reports and metrics call the rule; unique in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required, length(max = 64), regex(pattern = r"^[A-Za-z0-9_.-]+$")))]
    pub(crate) id: Option<String>,
    /// Matcher: a built-in detector; or `host:NAME`, one that the program brings which masks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detect: Option<String>,
    /// What happens to a value at which a detector of the host fails: `mask` masks it whole, `refuse` fails the call. `mask`
    /// unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fail: Option<Fail>,
    /// The most bytes of text that a detector of the host is handed; it counts as failing at longer values. 65536 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = 16777216)))]
    pub(crate) max_bytes: Option<u32>,
    /// Matcher: a regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) pattern: Option<String>,
    /// Matcher: several regular expressions; where more than one matches, the first decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) patterns: Option<Vec<String>>,
    /// A check that a match of `pattern` or `patterns` must pass as well: `luhn`, for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validate: Option<String>,
    /// Matcher: texts, as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) literals: Option<Vec<String>>,
    /// Matcher: a file with one text a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) literals_file: Option<String>,
    /// Upper and lower case are the same to the patterns or literals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignore_case: Option<bool>,
    /// Literals match only where no letter, digit or underscore stands directly before or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) whole_word: Option<bool>,
    /// Selector: values under one of these keys, at any depth; globs, case ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) keys: Option<Vec<String>>,
    /// Selector: values at or under one of these paths; a part of RFC 9535 (JSONPath).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) paths: Option<Vec<String>>,
    /// Selector: values of one of these OTLP attributes; globs, case ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) attributes: Option<Vec<String>>,
    /// Never values under one of these keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) except_keys: Option<Vec<String>>,
    /// Never values at or under one of these paths.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) except_paths: Option<Vec<String>>,
    /// Never values of one of these OTLP attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) except_attributes: Option<Vec<String>>,
    /// Selector: only in some spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<When>,
    /// The kinds of values that the rule may change. Unless told: what the detector says; strings for patterns
    /// and literals; strings and numbers without a matcher.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) types: Option<Vec<ValueType>>,
    /// Action: write this text in place of the match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replace: Option<String>,
    /// Action: write one character for each character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mask: Option<Mask>,
    /// Action: write a pseudonym, the same for the same text and key (HMAC-SHA-256).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hash: Option<Hash>,
    /// Action: write nothing in place of the match.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(extend("const" = true)))]
    pub(crate) remove: Option<bool>,
}

/// What the failure of a detector means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fail {
    /// The value is masked whole.
    Mask,
    /// The call fails.
    Refuse,
}

/// In which spans a rule holds.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    /// Kinds of spans (`TOOL`, `LLM`, ...), case ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(required, length(min = 1)))]
    pub(crate) span_kind: Option<Vec<String>>,
}

/// A kind of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum ValueType {
    /// Strings.
    String,
    /// Numbers; a masked number becomes `0`.
    Number,
    /// Booleans; a masked boolean becomes `false`.
    Boolean,
}

/// One character for each character.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Mask {
    /// The character; `*` unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1, max = 1)))]
    pub(crate) char: Option<String>,
    /// How many characters stay at the front; 0 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_first: Option<u32>,
    /// How many characters stay at the end; 0 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_last: Option<u32>,
}

/// A pseudonym. Give either `key_env` or `key`.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Hash {
    /// The key itself. Better in the environment: `key_env`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>", length(min = 1)))]
    pub(crate) key: Option<Secret>,
    /// The name of the environment variable that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) key_env: Option<String>,
    /// How many hexadecimal digits; 16 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1, max = 64)))]
    pub(crate) length: Option<u32>,
}

/// What is never masked.
#[derive(Clone, Debug, Default, serde::Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Allow {
    /// Matches inside one of these texts stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) literals: Option<Vec<String>>,
    /// Matches inside a match of one of these regular expressions stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) patterns: Option<Vec<String>>,
    /// Values under one of these keys stay; globs, case ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) keys: Option<Vec<String>>,
    /// Values of one of these OTLP attributes stay; globs, case ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) attributes: Option<Vec<String>>,
    /// Values at or under one of these paths stay; a part of RFC 9535 (JSONPath).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) paths: Option<Vec<String>>,
}

/// A key: shown as `***`, its memory wiped.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    const SHOWN: &'static str = "***";

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::SHOWN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(SecretVisitor)
    }
}

struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret(Zeroizing::new(text.to_owned())))
    }
}
