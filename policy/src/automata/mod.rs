//! Patterns to automata over symbols.
//!
//! A pattern is parsed as the `regex` crate would. Its characters are then put into classes that none of its parts
//! tells apart (`symbols`), each class gets one byte, and the pattern is rewritten over these bytes: word
//! characters get ASCII word bytes, so that Unicode's `\b` becomes ASCII's, which a DFA can decide. What
//! `regex-automata` determinizes from that is copied into flat tables for the core (`tables`).

mod need;
mod symbols;
mod tables;

use regex_automata::nfa::thompson;
use regex_syntax::hir::Hir;
use spanmask_core::matcher::dfa::{Dfa, LONGEST_WAIT, Mode};
use spanmask_core::policy::Fences;
use spanmask_core::prefilter::Need;
use spanmask_core::table::Part;
use spanmask_core::table::PoolBuilder;
use std::fmt;

pub(crate) use tables::Flat;

/// Bounds of compiling one rule's patterns.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that one automaton may take (`pattern.size`), while it is built and after.
    pub size: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 8 << 20 }
    }
}

/// A pattern that reads at most so many characters in vain at one place is tried place by place.
const SHORT_WAIT: usize = 48;

/// The same for a pattern whose other automaton, which begins everywhere at once, is not [`SMALL`]: of most patterns it is larger by
/// orders of magnitude.
const MIDDLE_WAIT: usize = 128;

/// Bytes that an automaton takes which is small.
const SMALL: usize = 8 << 10;

/// The same for a pattern whose other automaton is too large.
const LONG_WAIT: usize = LONGEST_WAIT;

/// Why patterns cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AutomatonError {
    /// Pattern `index` is not a regular expression that is supported; the message says where and why.
    Syntax {
        /// Which of the patterns.
        index: usize,
        /// What the parser says.
        message: String,
    },
    /// A limit is exceeded.
    TooLarge {
        /// Its name.
        limit: &'static str,
    },
    /// `(?-u:\b)` beside `\b`.
    MixedWordBoundaries,
}

impl fmt::Display for AutomatonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message, .. } => f.write_str(message),
            Self::TooLarge { limit } => write!(f, "the pattern exceeds the limit `{limit}`"),
            Self::MixedWordBoundaries => {
                f.write_str("a pattern cannot hold both Unicode and ASCII word boundaries")
            }
        }
    }
}

impl std::error::Error for AutomatonError {}

/// A compiled alternation of patterns.
pub struct Built {
    /// The automaton.
    pub dfa: Dfa,
    /// The one that matches where it is put, if that is another one, and there is one.
    pub(crate) anchored: Option<Flat>,
    /// What every match holds.
    pub need: Need,
    /// What every match keeps within.
    pub fences: Fences,
}

/// Compiles the alternation of `patterns`, in their order.
///
/// # Errors
/// A pattern that is no regular expression, or too large.
pub fn build(
    patterns: &[&str],
    ignore_case: bool,
    limits: Limits,
    pools: &mut PoolBuilder,
) -> Result<Built, AutomatonError> {
    let hir = parse(patterns, ignore_case)?;
    let need = need::of(&hir);
    let classes = symbols::Classes::of(&hir)?;
    let symbolic = classes.rewrite(&hir);
    let alphabet = classes.alphabet(pools);
    let columns = classes.bytes();
    let tried = tables::anchored(&symbolic, limits)?;
    let table = tried.as_ref().map(|tried| tried.flat(columns));
    let fences =
        table.as_ref().map_or(Fences::None, |table| table.fences(|ch| classes.of_char(u32::from(ch))));
    let waiting = table.and_then(|table| Some((table.waits()?, table)));
    let within = |most: usize| {
        waiting.as_ref().filter(|(waits, _)| waits.iter().all(|wait| usize::from(*wait) <= most))
    };
    let stored = |(waits, table): &(Vec<u16>, tables::Flat), pools: &mut PoolBuilder| Dfa {
        alphabet,
        forward: table.store(pools),
        reverse: Default::default(),
        mode: Mode::Try,
        waits: pools.u16s(waits),
    };
    let mut anchored = None;
    let most = if within(MIDDLE_WAIT).is_some() { SMALL } else { limits.size };
    let searching = Limits { size: most.min(limits.size) };
    let dfa = if let Some(table) = within(SHORT_WAIT) {
        stored(table, pools)
    } else if let Some((forward, reverse)) = tables::searching(&symbolic, tried.as_ref(), columns, searching)?
    {
        let (forward, reverse) = (forward.store(pools), reverse.store(pools));
        anchored = tried.as_ref().map(|tried| tried.flat(columns));
        Dfa { alphabet, forward, reverse, mode: Mode::Search, waits: Part::default() }
    } else if let Some(table) = within(LONG_WAIT) {
        stored(table, pools)
    } else {
        return Err(AutomatonError::TooLarge { limit: "pattern.size" });
    };
    Ok(Built { dfa, anchored, need, fences })
}

pub(crate) fn parse(patterns: &[&str], ignore_case: bool) -> Result<Hir, AutomatonError> {
    let mut builder = regex_syntax::ParserBuilder::new();
    builder.case_insensitive(ignore_case);
    // A parser that has failed once cannot be used again, and one rule has few patterns.
    let parse = |(index, pattern): (usize, &&str)| {
        builder
            .build()
            .parse(pattern)
            .map_err(|error| AutomatonError::Syntax { index, message: message(&error) })
    };
    let parsed = patterns.iter().enumerate().map(parse).collect::<Result<Vec<_>, _>>()?;
    Ok(Hir::alternation(parsed))
}

/// One line instead of the parser's drawing.
fn message(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} at character {}", error.kind(), error.span().start.column)
        }
        regex_syntax::Error::Translate(error) => {
            format!("{} at character {}", error.kind(), error.span().start.column)
        }
        _ => "not a regular expression".to_owned(),
    }
}

fn nfa(hir: &Hir, reverse: bool, limits: Limits) -> Result<Option<thompson::NFA>, AutomatonError> {
    let config = thompson::Config::new()
        .utf8(false)
        .reverse(reverse)
        .which_captures(thompson::WhichCaptures::None)
        .nfa_size_limit(Some(limits.size));
    Ok(thompson::Compiler::new().configure(config).build_from_hir(hir).ok())
}

#[cfg(test)]
mod tests;
