//! The checks of one rule. Where something is wrong a stand-in goes on: nobody sees it, as the problem is kept.

use super::{Problems, Selectors};
use crate::detectors;
use crate::document::checked::{Action, KeySource, LiteralSource, Matcher, Rule};
use crate::document::fields::{self, Fail, ValueType};
use crate::document::names;
use crate::error::{Problem, ProblemKind};
use spanmask_core::matcher::host::Asked;
use spanmask_core::select::span_kind;
use spanmask_core::span::Types;
use spanmask_core::validate::{self, Validator};
use zeroize::Zeroizing;

/// Detectors of the host have names of their own.
const HOST: &str = "host:";
const MOST_NAME: usize = 64;
/// What they are handed of a value at most, unless told.
const MAX_BYTES: u32 = 1 << 16;

pub(super) struct RuleCheck<'a> {
    pub(super) rule: &'a fields::Rule,
    pub(super) at: String,
    pub(super) otlp: bool,
    pub(super) default: &'a str,
    pub(super) problems: &'a mut Problems,
}

impl RuleCheck<'_> {
    pub(super) fn rule(&mut self) -> Rule {
        self.selects_something();
        let matcher = self.matcher();
        let selectors = self.selectors();
        let span_kinds = self.span_kinds();
        let types = self.types(&matcher);
        let action = self.action();
        let id = self.rule.id.clone().unwrap_or_default();
        Rule { id, at: self.at.clone(), matcher, selectors, span_kinds, types, action }
    }

    fn invalid(&mut self, name: &str, message: impl Into<String>) {
        let path = self.path(name);
        self.problems.invalid(path, message);
    }

    fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.at)
    }

    fn unknown<'n>(&mut self, path: String, what: &str, name: &str, known: impl Iterator<Item = &'n str>) {
        let message = format!("there is no {what} \"{}\"", names::shown(name));
        let problem = Problem::new(ProblemKind::UnknownName, path, message);
        self.problems.0.push(problem.suggest(names::suggestion(name, known)));
    }

    fn matchers(&self) -> Vec<&'static str> {
        given(&[
            ("detect", self.rule.detect.is_some()),
            ("pattern", self.rule.pattern.is_some()),
            ("patterns", self.rule.patterns.is_some()),
            ("literals", self.rule.literals.is_some()),
            ("literals_file", self.rule.literals_file.is_some()),
        ])
    }

    fn selects_something(&mut self) {
        let rule = self.rule;
        let selects =
            rule.keys.is_some() || rule.paths.is_some() || rule.attributes.is_some() || rule.when.is_some();
        if self.matchers().is_empty() && !selects {
            self.problems.invalid_but(
                self.at.as_str(),
                "the rule has no matcher and no selector",
                "matchers: detect, pattern, patterns, literals, literals_file; selectors: keys, paths, attributes, when",
            );
        }
    }

    fn matcher(&mut self) -> Matcher {
        let matchers = self.matchers();
        if matchers.len() > 1 {
            let message = format!("more than one matcher: {}", matchers.join(", "));
            self.problems.invalid_but(self.at.as_str(), message, "make it several rules");
        }
        self.modifiers(&matchers);
        let first = matchers.first().copied().unwrap_or_default();
        match first {
            "detect" => self.detector(),
            "pattern" | "patterns" => self.patterns(),
            "literals" | "literals_file" => self.literals(),
            _ => Matcher::Whole,
        }
    }

    /// Fields that change a matcher stand only with one that they can change.
    fn modifiers(&mut self, matchers: &[&str]) {
        let patterns = matchers.iter().any(|name| name.starts_with("pattern"));
        let literals = matchers.iter().any(|name| name.starts_with("literals"));
        if self.rule.ignore_case.is_some() && !patterns && !literals {
            self.invalid("ignore_case", "goes only with pattern, patterns, literals or literals_file");
        }
        if self.rule.whole_word.is_some() && !literals {
            self.invalid("whole_word", "goes only with literals or literals_file");
        }
        let host = self.rule.detect.as_ref().is_some_and(|name| name.starts_with(HOST));
        for (name, given) in
            [("fail", self.rule.fail.is_some()), ("max_bytes", self.rule.max_bytes.is_some())]
        {
            if given && !host {
                self.invalid(name, "goes only with a detector of the host");
            }
        }
        if self.rule.validate.is_some() && !patterns {
            self.invalid("validate", "goes only with pattern or patterns");
        }
    }

    fn detector(&mut self) -> Matcher {
        let name = self.rule.detect.as_deref().unwrap_or_default();
        if let Some(name) = name.strip_prefix(HOST) {
            return self.host(name);
        }
        if let Some(detector) = detectors::named(name) {
            return Matcher::Detect(detector);
        }
        let known = detectors::all().iter().map(|detector| detector.name);
        self.unknown(self.path("detect"), "detector", name, known);
        Matcher::Whole
    }

    fn host(&mut self, name: &str) -> Matcher {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if !(1..=MOST_NAME).contains(&name.len()) || !name.bytes().all(allowed) {
            let message =
                format!("a name behind {HOST} has 1 to {MOST_NAME} letters, digits, `_`, `.` and `-`");
            self.invalid("detect", message);
        }
        let max_bytes = self.rule.max_bytes.unwrap_or(MAX_BYTES);
        if !(1..=Asked::MOST).contains(&max_bytes) {
            self.invalid("max_bytes", format!("can be 1 to {}", Asked::MOST));
        }
        let refuse = self.rule.fail == Some(Fail::Refuse);
        Matcher::Host { name: name.to_owned(), max_bytes, refuse }
    }

    fn patterns(&mut self) -> Matcher {
        let mut patterns = self.problems.texts(&self.at, "patterns", self.rule.patterns.as_ref());
        if let Some(pattern) = &self.rule.pattern {
            if pattern.is_empty() {
                self.invalid("pattern", "the pattern is empty");
            }
            patterns.push(pattern.clone());
        }
        let validator = self.validator();
        Matcher::Patterns {
            patterns,
            listed: self.rule.patterns.is_some(),
            ignore_case: self.rule.ignore_case.unwrap_or_default(),
            validator,
        }
    }

    fn validator(&mut self) -> Validator {
        let Some(name) = &self.rule.validate else { return Validator::None };
        validate::named(name).unwrap_or_else(|| {
            self.unknown(self.path("validate"), "validator", name, validate::names());
            Validator::None
        })
    }

    fn literals(&mut self) -> Matcher {
        let source = match &self.rule.literals_file {
            Some(name) => {
                if name.is_empty() {
                    self.invalid("literals_file", "the name is empty");
                }
                LiteralSource::File(name.clone())
            }
            None => {
                LiteralSource::Inline(self.problems.texts(&self.at, "literals", self.rule.literals.as_ref()))
            }
        };
        let ignore_case = self.rule.ignore_case.unwrap_or_default();
        Matcher::Literals { source, ignore_case, whole_word: self.rule.whole_word.unwrap_or_default() }
    }

    fn selectors(&mut self) -> Selectors {
        let rule = self.rule;
        for (name, is_given) in [
            ("attributes", rule.attributes.is_some()),
            ("except_attributes", rule.except_attributes.is_some()),
            ("when", rule.when.is_some()),
        ] {
            self.problems.needs_otlp(self.otlp, &self.at, name, is_given);
        }
        let mut texts = |name, list: &Option<Vec<String>>| self.problems.texts(&self.at, name, list.as_ref());
        Selectors {
            keys: texts("keys", &rule.keys),
            paths: texts("paths", &rule.paths),
            attributes: texts("attributes", &rule.attributes),
            except_keys: texts("except_keys", &rule.except_keys),
            except_paths: texts("except_paths", &rule.except_paths),
            except_attributes: texts("except_attributes", &rule.except_attributes),
        }
    }

    fn span_kinds(&mut self) -> u32 {
        let Some(when) = &self.rule.when else { return 0 };
        let Some(kinds) = &when.span_kind else {
            self.problems.invalid_but(self.path("when"), "nothing is said about the spans", "add span_kind");
            return 0;
        };
        let mut bits = 0;
        for (i, name) in self.problems.list(&self.at, "when.span_kind", Some(kinds)).iter().enumerate() {
            match span_kind::bit(name.as_bytes()) {
                Some(bit) => bits |= bit,
                None => {
                    let path = self.path(&format!("when.span_kind[{i}]"));
                    self.unknown(path, "span kind", name, span_kind::names());
                }
            }
        }
        bits
    }

    fn types(&mut self, matcher: &Matcher) -> Option<Types> {
        let Some(types) = &self.rule.types else {
            return match matcher {
                Matcher::Detect(_) => None,
                Matcher::Patterns { .. } | Matcher::Literals { .. } | Matcher::Host { .. } => {
                    Some(Types::STRING)
                }
                Matcher::Whole => Some(Types::STRING.union(Types::NUMBER)),
            };
        };
        let types = self.problems.list(&self.at, "types", Some(types));
        Some(types.into_iter().map(types_of).fold(Types::empty(), Types::union))
    }

    fn action(&mut self) -> Action {
        let rule = self.rule;
        let actions = given(&[
            ("replace", rule.replace.is_some()),
            ("mask", rule.mask.is_some()),
            ("hash", rule.hash.is_some()),
            ("remove", rule.remove.is_some()),
        ]);
        if actions.len() > 1 {
            let message = format!("more than one action: {}", actions.join(", "));
            self.problems.invalid_but(self.at.as_str(), message, "keep one");
        }
        if rule.remove == Some(false) {
            self.problems.invalid_but(self.path("remove"), "can only be true", "leave the field out");
        }
        let mask = rule.mask.as_ref().map(|mask| self.mask(mask));
        let hash = rule.hash.as_ref().map(|hash| self.hash(hash));
        let remove = rule.remove.map(|_| Action::Remove);
        let replace = || Action::Replace(rule.replace.as_deref().unwrap_or(self.default).to_owned());
        mask.or(hash).or(remove).unwrap_or_else(replace)
    }

    fn mask(&mut self, mask: &fields::Mask) -> Action {
        let mut chars = mask.char.as_deref().unwrap_or("*").chars();
        let with = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() => c,
            (Some(_), None) => {
                self.invalid("mask.char", "a control character cannot mask");
                '*'
            }
            _ => {
                self.invalid("mask.char", "exactly one character is needed");
                '*'
            }
        };
        let (keep_first, keep_last) = (mask.keep_first.unwrap_or(0), mask.keep_last.unwrap_or(0));
        Action::Mask { with, keep_first, keep_last }
    }

    fn hash(&mut self, hash: &fields::Hash) -> Action {
        let key = self.key(hash);
        let length = match u8::try_from(hash.length.unwrap_or(16)) {
            Ok(length @ 1..=64) => length,
            _ => {
                self.invalid("hash.length", "can be 1 to 64");
                16
            }
        };
        Action::Hash { key, length }
    }

    fn key(&mut self, hash: &fields::Hash) -> KeySource {
        match (&hash.key, &hash.key_env) {
            (Some(_), Some(_)) => self.invalid("hash", "has both key and key_env"),
            (None, None) => {
                let path = self.path("hash");
                self.problems.invalid_but(path, "has no key", "add key_env with the name of a variable");
            }
            (Some(key), None) if key.as_bytes().is_empty() => self.invalid("hash.key", "the key is empty"),
            // What stands here may be a key, put in the wrong place: it is not shown.
            (None, Some(name)) if !is_variable(name) => {
                self.invalid("hash.key_env", "is no name of an environment variable")
            }
            _ => {}
        }
        match (&hash.key, &hash.key_env) {
            (Some(key), _) => KeySource::Inline(Zeroizing::new(key.as_bytes().to_vec())),
            (None, name) => KeySource::Env(name.clone().unwrap_or_default()),
        }
    }
}

/// The names of the fields that are there.
fn given(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    fields.iter().filter(|(_, given)| *given).map(|&(name, _)| name).collect()
}

fn types_of(value_type: ValueType) -> Types {
    match value_type {
        ValueType::String => Types::STRING,
        ValueType::Number => Types::NUMBER,
        ValueType::Boolean => Types::BOOLEAN,
    }
}

/// A name as POSIX wants it (IEEE 1003.1, section 3.216).
fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
