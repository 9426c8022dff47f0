//! Matches in one text.

use crate::policy::{Allow, Search};
use regex::Regex;

/// How long a refused match may be for the search to go on inside it.
const RESUME: usize = 256;

/// The byte ranges that a search finds in a text, validated and trimmed.
pub(crate) fn matches(search: &Search, text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(hit) = (at <= text.len()).then(|| search.regex.find_at(text, at)).flatten() {
        if hit.is_empty() {
            at = behind(text, hit.end());
            continue;
        }
        match (search.validate)(hit.as_str()) {
            Some((from, to)) => {
                let place =
                    |n: usize| hit.start() + hit.as_str().chars().take(n).map(char::len_utf8).sum::<usize>();
                if from < to {
                    found.push((place(from), place(to)));
                }
                at = hit.end();
            }
            None if hit.as_str().chars().count() <= RESUME => at = behind(text, hit.start()),
            None => at = hit.end(),
        }
    }
    found
}

/// The offset behind the character at `at`.
fn behind(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// The byte ranges in which matches do not count.
pub(crate) fn allowed(allow: &Allow, text: &str) -> Vec<(usize, usize)> {
    let mut literals = allow.literals.clone();
    literals.sort_by_key(|literal| std::cmp::Reverse(literal.len()));
    let literals: Vec<String> = literals.iter().map(|literal| regex::escape(literal)).collect();
    let mut patterns = allow.patterns.clone();
    if !literals.is_empty() {
        patterns.push(Regex::new(&literals.join("|")).expect("escaped"));
    }
    let ranges =
        |regex: &Regex| regex.find_iter(text).map(|hit| (hit.start(), hit.end())).collect::<Vec<_>>();
    patterns.iter().flat_map(ranges).collect()
}
