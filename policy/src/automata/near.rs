//! What shows of a match in raw bytes, read off its automaton.

use super::symbols::Classes;
use super::tables::Flat;
use spanmask_core::near::{FRONT, Run};
use std::collections::{BTreeSet, VecDeque};

/// Characters, as raw bytes show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Chars {
    /// ASCII characters, bit `n` for character `n`.
    pub ascii: u128,
    /// First bytes of the others in UTF-8, bit `n` for byte `0x80 + n`.
    pub leads: u128,
}

impl Chars {
    /// Every character.
    pub const ALL: Self = Self { ascii: u128::MAX, leads: u128::MAX };

    /// Both together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, leads: self.leads | other.leads }
    }

    /// Whether an escape of two characters may stand for one of these.
    #[must_use]
    pub fn has_short_escape(self) -> bool {
        const SHORT: u128 =
            1 << b'"' | 1 << b'\\' | 1 << b'/' | 1 << 8 | 1 << b'\t' | 1 << b'\n' | 1 << 12 | 1 << b'\r';
        self.ascii & SHORT != 0
    }

    /// A guess at how often a byte of text is one of these.
    #[must_use]
    pub fn frequency(self) -> f64 {
        let ascii = (0..0x80u8).filter(|byte| self.ascii >> byte & 1 == 1);
        let ascii: f64 = ascii.map(super::need::frequency).sum();
        let escapes = if self.has_short_escape() { 0.05 } else { 0.0 };
        (ascii + f64::from(self.leads.count_ones()) * 0.0005 + escapes).min(1.0)
    }
}

/// What of a pattern's matches shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Characters that a match may have at each place of its front; all, once it may have ended.
    pub front: [Chars; FRONT],
    /// Characters of which every match holds one, and what may stand before the first of them.
    pub around: Option<(Chars, Run)>,
}

/// What the classes of an alphabet stand for.
pub(super) struct Meaning {
    classes: Vec<Chars>,
}

impl Meaning {
    pub(super) fn of(classes: &Classes) -> Self {
        let mut meaning = vec![Chars::default(); classes.bytes().len()];
        for (start, end, class) in classes.ranges() {
            for code in start..=end.min(0x7f) {
                meaning[class].ascii |= 1 << code;
            }
            for lead in lead(start.max(0x80))..=lead(end) {
                meaning[class].leads |= u128::from(end >= 0x80) << (lead - 0x80);
            }
        }
        Self { classes: meaning }
    }

    fn chars(&self, classes: impl IntoIterator<Item = usize>) -> Chars {
        let chars = classes.into_iter().filter_map(|class| self.classes.get(class));
        chars.fold(Chars::default(), |all, chars| all.union(*chars))
    }
}

/// The first byte of a character beyond ASCII in UTF-8 (RFC 3629, section 3).
fn lead(code: u32) -> u8 {
    match code {
        0..0x800 => 0xc0 | (code >> 6) as u8,
        0x800..0x1_0000 => 0xe0 | (code >> 12) as u8,
        _ => 0xf0 | (code >> 18) as u8,
    }
}

/// Reads it off an automaton that matches where it is put.
pub(super) fn shown(table: &Flat, meaning: &Meaning, need: u128) -> Shown {
    Shown { front: front(table, meaning), around: around(table, meaning, need) }
}

fn front(table: &Flat, meaning: &Meaning) -> [Chars; FRONT] {
    let mut front = [Chars::ALL; FRONT];
    let mut states: BTreeSet<u32> = table.begins().collect();
    for chars in &mut front {
        if states.iter().any(|state| table.matches(*state)) {
            break;
        }
        let steps: Vec<(usize, u32)> = states.iter().flat_map(|state| table.steps(*state)).collect();
        *chars = meaning.chars(steps.iter().map(|(class, _)| *class));
        states = steps.into_iter().map(|(_, state)| state).collect();
    }
    front
}

/// Classes that every match must pass through: those of `need` and, of the wide ones, as few as that takes.
fn around(table: &Flat, meaning: &Meaning, need: u128) -> Option<(Chars, Run)> {
    if need == 0 {
        return None;
    }
    let is_wide = |class: &usize| meaning.classes[*class].leads != 0;
    let named = |class: &usize| meaning.classes[*class].ascii & need != 0;
    let all = 0..meaning.classes.len();
    let mut cut: BTreeSet<usize> = all.filter(|class| is_wide(class) || named(class)).collect();
    reach(table, &cut)?;
    for class in cut.clone().into_iter().filter(is_wide) {
        cut.remove(&class);
        if reach(table, &cut).is_none() {
            cut.insert(class);
        }
    }
    let run = meaning.chars(reach(table, &cut)?);
    Some((meaning.chars(cut), Run { ascii: run.ascii, wide: run.leads != 0 }))
}

/// The classes that a match may hold before the first of `cut`; `None` if it may do without.
fn reach(table: &Flat, cut: &BTreeSet<usize>) -> Option<BTreeSet<usize>> {
    let mut seen: BTreeSet<u32> = table.begins().collect();
    let mut queue: VecDeque<u32> = seen.iter().copied().collect();
    let mut classes = BTreeSet::new();
    while let Some(state) = queue.pop_front() {
        // A match shows one symbol late, so the symbol that shows it may be any.
        if table.matches_at_end(state) || table.steps(state).any(|(_, next)| table.matches(next)) {
            return None;
        }
        for (class, next) in table.steps(state).filter(|(class, _)| !cut.contains(class)) {
            classes.insert(class);
            if seen.insert(next) {
                queue.push_back(next);
            }
        }
    }
    Some(classes)
}
