//! What shows of the names that globs match.

use super::lanes::{Bytes, Chars, Window, share, windows};

/// A glob whose factor shows at more than this share of places says too little.
const TELLS: f64 = 0.002;

/// Bytes of a stretch without wildcards that say enough where neither end of the name is next to it.
const FEW: usize = 3;

/// The factors of a list of globs, if all have one.
pub(super) fn of_list(globs: &[String]) -> Option<Vec<Window>> {
    globs.iter().map(|glob| of_glob(glob)).collect::<Option<Vec<_>>>().map(|all| all.concat())
}

/// The rarest bytes in the names that a glob matches.
pub(super) fn of_glob(glob: &str) -> Option<Vec<Window>> {
    let runs = runs(glob);
    let last = runs.len() - 1;
    let places = runs.iter().enumerate().flat_map(|(i, run)| {
        // What ends a name, in a string within a string too.
        let behind = (i == last).then(|| Bytes::of(b"\"\\"));
        (0..run.len()).filter_map(move |at| {
            let before = match at.checked_sub(1) {
                Some(before) => Chars::last_bytes(run[before].ascii_bits(), run[before].is_wide()),
                None if i == 0 => Bytes::of(b"\""),
                None => Bytes::ALL,
            };
            let chars: Vec<&Chars> = run.iter().skip(at).collect();
            let windows = windows(before, &chars, behind);
            let known = |window: &Window| window.iter().skip(1).filter(|lane| **lane != Bytes::ALL).count();
            let plain = windows.iter().map(known).max();
            (plain >= Some(FEW) || plain.is_some() && behind.is_some()).then_some(windows)
        })
    });
    let sum = |windows: &[Window]| windows.iter().map(share).sum::<f64>();
    let best = places.min_by(|a, b| sum(a).total_cmp(&sum(b)))?;
    (sum(&best) < TELLS).then_some(best)
}

/// The stretches between stars; the first one begins a name, the last one ends it.
fn runs(glob: &str) -> Vec<Vec<Chars>> {
    let mut runs = vec![Vec::new()];
    let mut chars = glob.chars();
    let push = |chars: Option<Chars>, runs: &mut Vec<Vec<Chars>>| match (chars, runs.last_mut()) {
        (Some(chars), Some(run)) => run.push(chars),
        _ => runs.push(Vec::new()),
    };
    while let Some(ch) = chars.next() {
        let next = match ch {
            '*' => None,
            '?' => Some(Chars::all()),
            '\\' => Some(literal(chars.next().unwrap_or('\\'))),
            _ => Some(literal(ch)),
        };
        push(next, &mut runs);
    }
    runs
}

/// A character, in either case if it is ASCII.
fn literal(ch: char) -> Chars {
    let both = [ch.to_ascii_lowercase(), ch.to_ascii_uppercase()];
    both.iter().fold(Chars::default(), |all, ch| all.union(&Chars::of(&[(*ch, *ch)], &[])))
}
