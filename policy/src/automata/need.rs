//! What every match of a pattern must hold.

use regex_syntax::hir::{Class, Hir, HirKind};
use spanmask_core::prefilter::Need;

/// ASCII characters (bit `n` for character `n`), and whether any others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Set {
    ascii: u128,
    wide: bool,
}

impl Set {
    fn within(self, other: Self) -> bool {
        self.ascii & !other.ascii == 0 && (other.wide || !self.wide)
    }

    fn union(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, wide: self.wide || other.wide }
    }

    fn of(ranges: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut set = Self { ascii: 0, wide: false };
        for (start, end) in ranges {
            set.wide |= end >= 0x80;
            for code in start..=end.min(0x7f) {
                set.ascii |= 1 << code;
            }
        }
        set
    }

    /// A guess at how often a character of text is in the set. Only the choice between needs rests on it.
    fn frequency(self) -> f64 {
        let ascii: f64 = (0..0x80u8).filter(|byte| self.ascii >> byte & 1 == 1).map(frequency).sum();
        ascii + if self.wide { 0.02 } else { 0.0 }
    }
}

pub(super) fn frequency(byte: u8) -> f64 {
    match byte {
        b' ' | b'e' | b't' | b'a' | b'"' => 0.08,
        b'@' | b'#' | b'%' | b'~' | b'^' | b'`' | b'|' | b'<' | b'>' | b'=' | b'+' | b'&' | b'$' => 0.0005,
        b'a'..=b'z' => 0.03,
        b'A'..=b'Z' => 0.003,
        b'0'..=b'9' | b',' | b':' | b'\\' | b'-' | b'.' | b'_' => 0.012,
        _ => 0.002,
    }
}

/// At least so many characters of a set.
type Fact = (Set, u32);

/// The need of a pattern that rules out the most.
pub(super) fn of(hir: &Hir) -> Need {
    // Characters with a short escape of their own don't show in raw bytes.
    const HIDDEN: u128 = 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13;
    let facts = facts(hir);
    let usable = facts.into_iter().filter(|(set, count)| *count > 0 && set.ascii & HIDDEN == 0);
    best(usable).map_or(Need::NOTHING, |(set, count)| Need {
        ascii: set.ascii.into(),
        wide: set.wide,
        at_least: u8::try_from(count).unwrap_or(u8::MAX),
    })
}

fn best(facts: impl Iterator<Item = Fact>) -> Option<Fact> {
    let score = |(set, count): &Fact| set.frequency().min(0.99).powi((*count).min(6) as i32);
    facts.min_by(|a, b| score(a).total_cmp(&score(b)))
}

fn facts(hir: &Hir) -> Vec<Fact> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0).into_owned();
            let single = |ch: char| vec![(Set::of(std::iter::once((u32::from(ch), u32::from(ch)))), 1)];
            sum(&text.chars().map(single).collect::<Vec<_>>())
        }
        HirKind::Class(Class::Unicode(class)) => {
            vec![(Set::of(class.iter().map(|r| (u32::from(r.start()), u32::from(r.end())))), 1)]
        }
        HirKind::Class(Class::Bytes(class)) => {
            vec![(Set::of(class.iter().map(|r| (u32::from(r.start()), u32::from(r.end())))), 1)]
        }
        HirKind::Repetition(repetition) => facts(&repetition.sub)
            .into_iter()
            .map(|(set, n)| (set, n.saturating_mul(repetition.min)))
            .collect(),
        HirKind::Capture(capture) => facts(&capture.sub),
        HirKind::Concat(parts) => sum(&parts.iter().map(facts).collect::<Vec<_>>()),
        HirKind::Alternation(parts) => either(&parts.iter().map(facts).collect::<Vec<_>>()),
    }
}

/// What holds of parts that follow each other: for each set, how many characters of it there are in all of them.
fn sum(parts: &[Vec<Fact>]) -> Vec<Fact> {
    let mut sets: Vec<Set> = Vec::new();
    for (set, _) in parts.iter().flatten() {
        if !sets.contains(set) && sets.len() < 64 {
            sets.push(*set);
        }
    }
    let total = |set| parts.iter().fold(0u32, |n, facts| n.saturating_add(most(facts, set)));
    sets.into_iter().map(|set| (set, total(set))).collect()
}

/// The characters of `set` that the facts of one part promise. They overlap (one says of a piece what another says of
/// the whole), so the largest counts.
fn most(facts: &[Fact], set: Set) -> u32 {
    facts.iter().filter(|(inner, _)| inner.within(set)).map(|(_, count)| *count).max().unwrap_or(0)
}

/// What holds whichever branch matches.
fn either(branches: &[Vec<Fact>]) -> Vec<Fact> {
    let bests: Option<Vec<Fact>> = branches.iter().map(|facts| best(facts.iter().copied())).collect();
    let Some(bests) = bests else { return Vec::new() };
    let Some(union) = bests.iter().map(|(set, _)| *set).reduce(Set::union) else { return Vec::new() };
    let candidates = branches.iter().flatten().map(|(set, _)| *set).chain([union]).take(64);
    let least = |set: Set| branches.iter().map(|facts| most(facts, set)).min().unwrap_or(0);
    candidates.map(|set| (set, least(set))).filter(|(_, count)| *count > 0).collect()
}
