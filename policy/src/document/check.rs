//! From fields to a checked policy: all problems that need no automata to be seen.

use super::checked::{Allow, Checked, Selectors};
use super::fields::{self, Fields, Oversize};
use crate::error::{PolicyError, Problem, ProblemKind};
use rule::RuleCheck;
use spanmask_core::limits::Limits;
use std::collections::HashMap;

mod rule;

const MAX_RULES: usize = 32_767;
const MAX_DEPTH: u16 = Limits::MAX_DEPTH;
pub(crate) const DEFAULT_REPLACEMENT: &str = "[REDACTED]";

/// Checks everything; the problems stand in document order.
pub(crate) fn check(fields: &Fields) -> Result<Checked, PolicyError> {
    let mut problems = Problems::default();
    check_version(fields.version, &mut problems);
    let limits = check_limits(fields.limits.as_ref(), &mut problems);
    let rules = check_rules(fields, &mut problems);
    let otlp = fields.profile.is_some();
    let allow = check_allow(fields.allow.as_ref(), otlp, &mut problems);
    let masks_oversize = fields.oversize == Some(Oversize::Mask);
    PolicyError::of(problems.0)
        .map_or_else(|| Ok(Checked { otlp, rules, allow, limits, masks_oversize }), Err)
}

/// What is wrong so far.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn invalid(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem::new(ProblemKind::Invalid, path, message));
    }

    fn invalid_but(&mut self, path: impl Into<String>, message: impl Into<String>, suggestion: &str) {
        self.0.push(Problem::new(ProblemKind::Invalid, path, message).suggest(suggestion));
    }

    /// A list that is there holds something, and nothing empty.
    fn list<T: Clone>(&mut self, at: &str, name: &str, list: Option<&Vec<T>>) -> Vec<T> {
        if list.is_some_and(Vec::is_empty) {
            self.invalid_but(format!("{at}.{name}"), "the list is empty", "leave the field out");
        }
        list.cloned().unwrap_or_default()
    }

    fn texts(&mut self, at: &str, name: &str, list: Option<&Vec<String>>) -> Vec<String> {
        let texts = self.list(at, name, list);
        for (i, _) in texts.iter().enumerate().filter(|(_, text)| text.is_empty()) {
            self.invalid(format!("{at}.{name}[{i}]"), "the text is empty");
        }
        texts
    }

    fn needs_otlp(&mut self, otlp: bool, at: &str, name: &str, given: bool) {
        if given && !otlp {
            self.invalid_but(format!("{at}.{name}"), "only the profile otlp has this", "add profile: otlp");
        }
    }
}

fn check_version(version: Option<u32>, problems: &mut Problems) {
    match version {
        Some(1) => {}
        Some(_) => problems.invalid_but("version", "this version is not supported", "version: 1"),
        None => problems.invalid_but("version", "the field is missing", "version: 1"),
    }
}

fn check_limits(limits: Option<&fields::Limits>, problems: &mut Problems) -> Limits {
    let mut checked = Limits::default();
    let Some(limits) = limits else { return checked };
    if limits.depth == Some(0) {
        problems.invalid("limits.depth", "at least 1 is needed");
    }
    checked.depth = limit("limits.depth", limits.depth, checked.depth, MAX_DEPTH, problems);
    checked.nesting = limit("limits.nesting", limits.nesting, checked.nesting, Limits::MAX_NESTING, problems);
    checked
}

fn limit<N>(path: &str, value: Option<u32>, default: N, most: N, problems: &mut Problems) -> N
where
    N: TryFrom<u32> + PartialOrd + std::fmt::Display + Copy,
{
    let Some(value) = value else { return default };
    match N::try_from(value) {
        Ok(value) if value <= most => value,
        _ => {
            let message = format!("larger than the most that {path} can be: {most}");
            problems.0.push(Problem::new(ProblemKind::TooLarge, path, message));
            default
        }
    }
}

fn check_rules(fields: &Fields, problems: &mut Problems) -> Vec<super::checked::Rule> {
    let Some(rules) = &fields.rules else {
        problems.invalid_but("rules", "the field is missing", "rules: [] masks nothing");
        return Vec::new();
    };
    if rules.len() > MAX_RULES {
        let message = format!("more rules than the limit `rules` allows: {MAX_RULES}");
        problems.0.push(Problem::new(ProblemKind::TooLarge, "rules", message));
        return Vec::new();
    }
    let mut ids = HashMap::new();
    let mut checked = Vec::with_capacity(rules.len());
    for (i, rule) in rules.iter().enumerate() {
        check_id(rule.id.as_deref(), i, &mut ids, problems);
        let default = fields.default_replacement.as_deref().unwrap_or(DEFAULT_REPLACEMENT);
        let mut check =
            RuleCheck { rule, at: format!("rules[{i}]"), otlp: fields.profile.is_some(), default, problems };
        checked.push(check.rule());
    }
    checked
}

fn check_id<'a>(id: Option<&'a str>, i: usize, ids: &mut HashMap<&'a str, usize>, problems: &mut Problems) {
    const MOST: usize = 64;
    let path = format!("rules[{i}].id");
    let Some(id) = id else {
        return problems.invalid_but(path, "the field is missing", "every rule has an id of its own");
    };
    if id.is_empty() {
        problems.invalid(path, "the id is empty");
    } else if id.starts_with("host:") {
        problems.invalid(path, "ids that start with host: are reserved");
    } else if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)) {
        problems.invalid(path, "an id holds only letters, digits, `_`, `.` and `-`");
    } else if id.len() > MOST {
        problems.invalid(path, format!("an id has at most {MOST} characters"));
    } else if let Some(first) = ids.get(id) {
        let message = format!("the id \"{id}\" is that of rules[{first}] too");
        problems.0.push(Problem::new(ProblemKind::DuplicateId, path, message));
    } else {
        ids.insert(id, i);
    }
}

fn check_allow(allow: Option<&fields::Allow>, otlp: bool, problems: &mut Problems) -> Allow {
    let Some(allow) = allow else { return Allow::default() };
    problems.needs_otlp(otlp, "allow", "attributes", allow.attributes.is_some());
    Allow {
        literals: problems.texts("allow", "literals", allow.literals.as_ref()),
        patterns: problems.texts("allow", "patterns", allow.patterns.as_ref()),
        keys: problems.texts("allow", "keys", allow.keys.as_ref()),
        attributes: problems.texts("allow", "attributes", allow.attributes.as_ref()),
        paths: problems.texts("allow", "paths", allow.paths.as_ref()),
    }
}
