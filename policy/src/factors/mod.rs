//! Derives factors: a few raw bytes that every match of a search shows (see `spanmask_core::factor`).
//!
//! A pattern is taken apart into the sequences of characters that its matches begin with (`sequences`). Of each
//! sequence the place is taken whose bytes are rarest, as a guess over text goes (`lanes`). Where what is rare stands
//! behind a repetition without bound, the factor is what stands behind it. The factors of all searches and of the
//! names that select values are then put into few groups (`groups`).

mod confirm;
mod firsts;
mod groups;
mod lanes;
mod names;
mod sequences;
mod stops;

use firsts::Firsts;
use lanes::{Chars, Window};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};
use sequences::{Sequence, Sets};
use spanmask_core::factor::{Reach, Run};

pub(crate) use confirm::confirm;
pub(crate) use stops::{Wanted, stops};

/// The factors of one search.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// Every match shows one of these.
    pub(crate) windows: Vec<(Window, Offsets)>,
    /// What these begin with.
    pub(crate) firsts: Firsts,
    pub(crate) reach: Reach,
}

/// How many characters may stand between the start of a match and its factor: bit `n` for `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Offsets(u16);

impl Offsets {
    const ANY: Self = Self(u16::MAX);

    fn exactly(count: usize) -> Self {
        Self(1 << count.min(FAR + 1))
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// As many as there are.
    fn is_any(self) -> bool {
        self == Self::ANY
    }

    fn each(self) -> impl Iterator<Item = usize> {
        (0..=FAR).filter(move |count| self.0 >> count & 1 == 1)
    }
}

/// A search whose factors show at more than this share of places is as well tried anywhere.
const TELLS: f64 = 0.03;

/// Characters that may stand between the start of a match and its factor.
const FAR: usize = 8;

/// How long the sequences are that a pattern is taken apart into. Short ones are fewer, so less is put together.
const LENGTHS: [usize; 4] = [4, 6, 9, 12];

/// Literals of a set whose factors are looked for.
const LITERALS: usize = 64;

/// Factors of a part of a pattern, and what may stand before them.
struct Part {
    windows: Vec<(Window, Offsets)>,
    firsts: Firsts,
    share: f64,
    far: Far,
}

enum Far {
    /// At most so many characters, all of this set.
    Chars(usize, Chars),
    /// Any number of this set.
    Run(Chars),
}

/// The factors of a pattern; `bare` tells whether it is looked for in numbers or booleans.
pub(crate) fn of_pattern(hir: &Hir, bare: bool) -> Option<Shown> {
    shown(parts_of(hir, bare)?, TELLS)
}

fn parts_of(hir: &Hir, bare: bool) -> Option<Vec<Part>> {
    let mut sets = Sets::new(bare);
    branches(hir).into_iter().map(|branch| of_branch(&mut sets, branch)).collect()
}

/// The factors of a set of literals.
pub(crate) fn of_literals<'a>(
    literals: impl Iterator<Item = &'a str>,
    ignore_case: bool,
    whole_word: bool,
    bare: bool,
) -> Option<Shown> {
    let literals: Vec<&str> = literals.take(LITERALS + 1).collect();
    if literals.len() > LITERALS {
        return None;
    }
    let mut sets = Sets::new(bare);
    sets.length = LENGTHS[LENGTHS.len() - 1];
    let mut parts = Vec::new();
    for literal in literals {
        let mut sequence = [Sequence::default()];
        if whole_word {
            Sets::look(&mut sequence, Look::WordStartHalfUnicode);
        }
        for ch in literal.chars() {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(ch, ch)]);
            if ignore_case {
                class.try_case_fold_simple().ok()?;
            }
            let chars = sets.chars_of(&regex_syntax::hir::Class::Unicode(class));
            sets.push(&mut sequence, chars);
        }
        parts.push(best_places(&sets, &sequence)?);
    }
    shown(parts, TELLS)
}

/// All parts together, if they tell enough.
fn shown(parts: Vec<Part>, tells: f64) -> Option<Shown> {
    let share: f64 = parts.iter().map(|part| part.share).sum();
    if parts.is_empty() || share > tells {
        return None;
    }
    let mut most = 0;
    let mut chars = Chars::default();
    let mut is_run = false;
    for part in &parts {
        match &part.far {
            Far::Chars(count, before) => {
                most = most.max(*count);
                chars = chars.union(before);
            }
            Far::Run(run) => {
                is_run = true;
                chars = chars.union(run);
            }
        }
    }
    let run = Run { ascii: chars.ascii_bits().into(), wide: chars.is_wide() };
    let reach = if is_run { Reach::Run(run) } else { Reach::chars(most as u8) };
    let mut firsts = Firsts::default();
    parts.iter().for_each(|part| firsts.add(&part.firsts));
    let mut windows: Vec<(Window, Offsets)> = Vec::new();
    for (window, offsets) in parts.iter().flat_map(|part| &part.windows) {
        match windows.iter_mut().find(|(known, _)| known == window) {
            Some((_, known)) => known.add(*offsets),
            None => windows.push((*window, *offsets)),
        }
    }
    (!windows.is_empty()).then_some(Shown { windows, firsts, reach })
}

/// The alternatives of a pattern.
fn branches(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Alternation(parts) => parts.iter().flat_map(branches).collect(),
        HirKind::Capture(capture) => branches(&capture.sub),
        _ => vec![hir],
    }
}

fn of_branch(sets: &mut Sets, hir: &Hir) -> Option<Part> {
    let near = LENGTHS.map(|length| {
        sets.length = length;
        let sequences = sets.extend(vec![Sequence::default()], hir);
        best_places(sets, &sequences)
    });
    let parts = steps(hir);
    let behind: Vec<Part> = (1..parts.len()).filter_map(|at| behind_run(sets, &parts, at)).collect();
    let all = near.into_iter().flatten().chain(behind);
    all.min_by(|a, b| a.share.total_cmp(&b.share))
}

/// Parts of a pattern that follow each other.
fn steps(hir: &Hir) -> Vec<Hir> {
    match hir.kind() {
        HirKind::Concat(parts) => parts.iter().flat_map(steps).collect(),
        HirKind::Capture(capture) => steps(&capture.sub),
        _ => vec![hir.clone()],
    }
}

/// The rarest place of each sequence.
fn best_places(sets: &Sets, sequences: &[Sequence]) -> Option<Part> {
    let mut windows = Vec::new();
    let (mut most, mut before, mut first) = (0, Chars::default(), Chars::default());
    for sequence in sequences {
        let places = (0..sequence.chars.len().min(FAR + 1)).map(|at| {
            let windows = sets.windows(sequence, at);
            (windows.iter().map(|window| sets.share(window)).sum::<f64>(), at, windows)
        });
        let (_, at, shown) = places.min_by(|a, b| a.0.total_cmp(&b.0))?;
        most = most.max(at);
        for number in &sequence.chars[..at] {
            before = before.union(sets.set(*number));
        }
        first = first.union(sets.set(*sequence.chars.get(at)?));
        windows.extend(shown.into_iter().map(|window| (window, Offsets::exactly(at))));
    }
    let windows = groups::without_cover(windows);
    let share = windows.iter().map(|(window, _)| sets.share(window)).sum();
    Some(Part { windows, firsts: sets.firsts(&first), share, far: Far::Chars(most, before) })
}

/// The factor in front of which stands a run: everything before part `at`.
fn behind_run(sets: &mut Sets, parts: &[Hir], at: usize) -> Option<Part> {
    let (front, back) = parts.split_at(at);
    let run = front.iter().fold(Chars::default(), |all, part| all.union(&sets.all(part)));
    // What walks back over spaces walks far.
    let far = if run.ascii_bits() >> b' ' & 1 == 1 { 1000.0 } else { 1.5 };
    let (last, may_be_empty) = sets.last_of(front);
    sets.length = 6;
    let mut sequences = vec![Sequence::default()];
    if !may_be_empty {
        sets.push(&mut sequences, last);
    }
    let sequences = back.iter().fold(sequences, |all, part| sets.extend(all, part));
    let at = usize::from(!may_be_empty);
    let mut first = Chars::default();
    for sequence in &sequences {
        first = first.union(sets.set(*sequence.chars.get(at)?));
    }
    let windows = sequences.iter().flat_map(|sequence| sets.windows(sequence, at));
    let windows = groups::without_cover(windows.map(|window| (window, Offsets::ANY)).collect());
    let share = windows.iter().map(|(window, _)| sets.share(window)).sum::<f64>() * far;
    Some(Part { windows, firsts: sets.firsts(&first), share, far: Far::Run(run) })
}

#[cfg(test)]
mod tests;
