//! What else is wrong. Each stage (reading, checking, compiling) ends at its problems; what they are about is set
//! aside here, and the rest goes on, so that one look tells everything.

use super::Document;
use super::check::check;
use super::fields::{Fields, Profile, Rule};
use crate::compile;
use crate::error::{PolicyError, Problem};
use crate::externals::Externals;

/// The problems that were found, and those that later stages find in the rest: first of the document as a whole,
/// then rule by rule, then of `allow`.
pub(crate) fn all_problems(
    fields: &Fields,
    mut found: PolicyError,
    externals: &dyn Externals,
) -> PolicyError {
    let mut rest = without(fields, &found.problems);
    if let Err(checked) = check(&rest) {
        rest = without(&rest, &checked.problems);
        found.problems.extend(checked.problems);
    }
    if let Err(compiled) = compile::compile(&Document { fields: rest }, externals) {
        found.problems.extend(compiled.problems);
    }
    found.problems.sort_by_key(|problem| match top(problem) {
        "rules" => rule_of(problem).map_or(1, |index| index + 2),
        "allow" => usize::MAX,
        _ => 0,
    });
    found
}

/// The fields without those that `problems` are about. Every rule keeps its index.
fn without(fields: &Fields, problems: &[Problem]) -> Fields {
    let mut rest = fields.clone();
    for problem in problems {
        match top(problem) {
            "version" => rest.version = Some(1),
            // Nothing is said about fields that go only with the profile.
            "profile" => rest.profile = Some(Profile::Otlp),
            "limits" => rest.limits = None,
            "allow" => rest.allow = None,
            "rules" => match (rule_of(problem), rest.rules.as_mut()) {
                (Some(index), Some(rules)) => set_aside(rules, index, &problem.path),
                _ => rest.rules = Some(Vec::new()),
            },
            _ => {}
        }
    }
    rest
}

/// A rule that is right takes the place; an id that is right stays, others must not take it too.
fn set_aside(rules: &mut [Rule], index: usize, path: &str) {
    let Some(rule) = rules.get_mut(index) else { return };
    let nothing_left = path.ends_with(".id") || path == format!("rules[{index}]");
    let id = if nothing_left { Some(format!("set-aside.{index}")) } else { rule.id.take() };
    *rule = Rule { id, keys: Some(vec!["-".to_owned()]), ..Rule::default() };
}

fn top(problem: &Problem) -> &str {
    problem.path.split(['.', '[']).next().unwrap_or_default()
}

fn rule_of(problem: &Problem) -> Option<usize> {
    problem.path.strip_prefix("rules[")?.split(']').next()?.parse().ok()
}
