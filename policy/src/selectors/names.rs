//! Name globs to automata over the bytes of a name.
//!
//! `*` stands for any run of characters, `?` for one, `\` takes the next character as it is; ASCII case is
//! ignored. The globs of a list share one pattern, in which those of one form stand side by side, so that a list of
//! many `*word*` needs no more states than its letters. Lists share an automaton as long as it stays small.

use super::List;
use crate::error::{Problem, ProblemKind};
use regex_automata::dfa::dense::{self, DFA};
use regex_automata::dfa::{Automaton, StartKind};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind};
use spanmask_core::select::names::NameTable;
use spanmask_core::table::PoolBuilder;
use std::collections::HashMap;
use std::fmt::Write;

/// Bytes that an automaton over names may take (`names.size`).
const SIZE: usize = 1 << 20;

/// The automata for these lists.
pub(super) fn tables(lists: &[List], pools: &mut PoolBuilder) -> Result<Vec<NameTable>, Problem> {
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(dfa) = determinize(lists) {
        return Ok(vec![store(&dfa, lists, pools)]);
    }
    let (front, back) = lists.split_at(lists.len() / 2);
    if front.is_empty() {
        let message = format!("the names need more than {SIZE} bytes (limit names.size)");
        return Err(
            Problem::new(ProblemKind::TooLarge, "rules", message).suggest("use fewer or simpler globs")
        );
    }
    let mut all = tables(front, pools)?;
    all.extend(tables(back, pools)?);
    Ok(all)
}

fn determinize(lists: &[List]) -> Option<DFA<Vec<u32>>> {
    let patterns: Vec<String> = lists.iter().map(|list| pattern(&list.globs)).collect();
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .match_kind(MatchKind::All)
        .accelerate(false)
        .dfa_size_limit(Some(SIZE))
        .determinize_size_limit(Some(SIZE));
    dense::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build_many(&patterns)
        .ok()
}

/// One pattern for globs of which any may match.
fn pattern(globs: &[String]) -> String {
    let (mut exact, mut fronts, mut backs, mut middles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for glob in globs {
        let back = glob.strip_prefix('*');
        let rest = back.unwrap_or(glob);
        let front = rest.strip_suffix('*').filter(|front| !front.ends_with('\\'));
        let part = bytes(front.unwrap_or(rest));
        match (back, front) {
            (None, None) => exact.push(part),
            (None, Some(_)) => fronts.push(part),
            (Some(_), None) => backs.push(part),
            (Some(_), Some(_)) => middles.push(part),
        }
    }
    let mut ways = Vec::new();
    for (before, parts, behind) in [("", exact, ""), ("", fronts, ANY), (ANY, backs, ""), (ANY, middles, ANY)]
    {
        if !parts.is_empty() {
            ways.push(format!("{before}(?:{}){behind}", parts.join("|")));
        }
    }
    format!(r"\A(?:{})\z", ways.join("|"))
}

const ANY: &str = r"[\x00-\xFF]*";
const ONE: &str = r"(?:[\x00-\x7F]|[\xC0-\xFF][\x80-\xBF]*)";

/// A glob as a pattern over bytes.
fn bytes(glob: &str) -> String {
    let mut out = String::new();
    let mut chars = glob.chars();
    while let Some(ch) = chars.next() {
        match ch {
            '*' => out.push_str(ANY),
            '?' => out.push_str(ONE),
            '\\' => literal(chars.next().unwrap_or('\\'), &mut out),
            _ => literal(ch, &mut out),
        }
    }
    out
}

fn literal(ch: char, out: &mut String) {
    if ch.is_ascii_alphabetic() {
        let (lower, upper) = (ch.to_ascii_lowercase(), ch.to_ascii_uppercase());
        out.extend(['[', lower, upper, ']']);
        return;
    }
    for byte in ch.encode_utf8(&mut [0; 4]).bytes() {
        // Writing to a string does not fail.
        let _ = write!(out, "\\x{byte:02X}");
    }
}

/// Flattens an automaton: the dead state first, and for each state what it gives at the end of the name.
fn store(dfa: &DFA<Vec<u32>>, lists: &[List], pools: &mut PoolBuilder) -> NameTable {
    let classes: Vec<u8> = (0..=u8::MAX).map(|byte| dfa.byte_classes().get(byte)).collect();
    let columns = classes.iter().max().map_or(1, |max| usize::from(*max) + 1);
    let sample: Vec<u8> = (0..columns)
        .map(|class| classes.iter().position(|c| usize::from(*c) == class).unwrap_or(0) as u8)
        .collect();
    let begin = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok();
    let mut order: Vec<StateID> = begin.into_iter().collect();
    let mut numbers: HashMap<StateID, u32> = order.iter().map(|id| (*id, columns as u32)).collect();
    let mut transitions = vec![0; columns];
    let (mut accepts, mut given) = (vec![0, 0], Vec::new());
    let mut at = 0;
    while let Some(&state) = order.get(at) {
        at += 1;
        for byte in &sample {
            let next = dfa.next_state(state, *byte);
            transitions.push(if dfa.is_dead_state(next) {
                0
            } else {
                *numbers.entry(next).or_insert_with(|| {
                    order.push(next);
                    (order.len() * columns) as u32
                })
            });
        }
        given.extend(conditions(dfa, state, lists));
        accepts.push(given.len() as u32);
    }
    NameTable {
        classes: pools.u8s(&classes),
        columns: columns as u32,
        transitions: pools.u32s(&transitions),
        start: if begin.is_some() { columns as u32 } else { 0 },
        accepts: pools.u32s(&accepts),
        given: pools.u32s(&given),
    }
}

fn conditions(dfa: &DFA<Vec<u32>>, state: StateID, lists: &[List]) -> Vec<u32> {
    let end = dfa.next_eoi_state(state);
    if !dfa.is_match_state(end) {
        return Vec::new();
    }
    let matched = (0..dfa.match_len(end)).map(|i| dfa.match_pattern(end, i).as_usize());
    matched
        .filter_map(|i| lists.get(i))
        .map(|list| list.condition * 2 + u32::from(list.attribute_only))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanmask_core::view::Escaped;

    fn gives(lists: &[(&[&str], bool)], name: &str, attribute: bool) -> Vec<usize> {
        let lists: Vec<List> = lists
            .iter()
            .enumerate()
            .map(|(i, (globs, attribute_only))| List {
                globs: globs.iter().map(ToString::to_string).collect(),
                attribute_only: *attribute_only,
                condition: i as u32,
            })
            .collect();
        let mut pools = PoolBuilder::default();
        let tables = tables(&lists, &mut pools).expect("small globs");
        let pools = pools.finish();
        let mut bits = vec![0; 2];
        for table in tables {
            let text = Escaped::new(name.as_bytes(), 0, name.len(), 1);
            table.mark(&pools, name.as_bytes(), text, attribute, &mut bits);
        }
        (0..128).filter(|i| bits[i / 64] >> (i % 64) & 1 == 1).collect()
    }

    #[test]
    fn globs() {
        let lists: &[(&[&str], bool)] = &[
            (&["password", "*_token", "auth*"], false),
            (&["*secret*"], false),
            (&["a?c", "é*"], false),
            (&["pass*"], true),
            (&["x*y*z", r"lit\*"], false),
            (&["*"], false),
        ];
        for (name, want) in [
            ("password", &[0, 5][..]),
            ("PassWord", &[0, 5]),
            ("passwords", &[5]),
            ("my_token", &[0, 5]),
            ("my_token2", &[5]),
            ("Authorization", &[0, 5]),
            ("the_SECRET_key", &[1, 5]),
            ("abc", &[2, 5]),
            ("aéc", &[2, 5]),
            ("ac", &[5]),
            ("étude", &[2, 5]),
            ("É", &[5]),
            ("xyz", &[4, 5]),
            ("x-y-y-z", &[4, 5]),
            ("lit*", &[4, 5]),
            ("lits", &[5]),
            ("", &[5]),
            (r"p\u0061ssword", &[0, 5]),
        ] {
            assert_eq!(gives(lists, name, false), want, "{name}");
        }
        assert_eq!(gives(lists, "password", true), [0, 3, 5]);
    }

    #[test]
    fn many_lists_of_inner_words_are_split() {
        let globs: Vec<String> = (0..40).map(|i| format!("*word{i}x*")).collect();
        let refs: Vec<[&str; 1]> = globs.iter().map(|glob| [glob.as_str()]).collect();
        let lists: Vec<(&[&str], bool)> = refs.iter().map(|glob| (&glob[..], false)).collect();
        assert_eq!(gives(&lists, "a-word7x-word39x-", false), [7, 39]);
    }
}
