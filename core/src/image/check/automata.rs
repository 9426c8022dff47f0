//! Automata: every state is the index of a row, every symbol a column of it.

use super::{Claims, Sound, ensure};
use crate::matcher::alphabet::Alphabet;
use crate::matcher::dfa::{Dfa, LONGEST_WAIT, Mode, Table};

/// Tells multiples of a number, with one multiplication each (Lemire, Kaser, Kurz, 2019).
#[derive(Clone, Copy)]
pub(super) struct Multiples {
    of: u32,
    inverse: u64,
}

impl Multiples {
    /// Of a number that is not 0.
    pub(super) fn of(of: u32) -> Option<Self> {
        ensure(of > 0)?;
        Some(Self { of, inverse: (u64::MAX / u64::from(of)).wrapping_add(1) })
    }

    fn has(self, number: u32) -> bool {
        self.of == 1 || u64::from(number).wrapping_mul(self.inverse) < self.inverse
    }

    /// Whether these are rows of a table, as the indexes of their first elements.
    pub(super) fn are_rows(self, states: &[u32], len: usize) -> bool {
        // Without a way out it runs in vectors.
        states.iter().fold(true, |all, state| all & self.has(*state) & ((*state as usize) < len))
    }
}

pub(super) fn dfa(dfa: &Dfa, claims: &mut Claims<'_>) -> Sound {
    alphabet(&dfa.alphabet, dfa.forward.end, claims)?;
    let transitions = table(&dfa.forward, claims)?;
    match dfa.mode {
        Mode::Search => {
            ensure(dfa.reverse.end == dfa.forward.end && dfa.waits.len == 0)?;
            table(&dfa.reverse, claims).map(drop)
        }
        Mode::Try => {
            ensure(dfa.reverse == Table::default())?;
            waits(&dfa.forward, transitions, claims.u16s(dfa.waits)?)
        }
    }
}

/// The maps from characters to less than `count` symbols.
pub(super) fn alphabet(alphabet: &Alphabet, count: u32, claims: &mut Claims<'_>) -> Sound {
    let ascii = claims.u16s(alphabet.ascii)?;
    let starts = claims.u32s(alphabet.wide_starts)?;
    let wide = claims.u16s(alphabet.wide_symbols)?;
    ensure(ascii.len() == 128 && starts.len() == wide.len())?;
    ensure(starts.is_sorted_by(|a, b| a < b))?;
    ensure(ascii.iter().chain(wide).all(|symbol| u32::from(*symbol) < count))
}

fn table<'a>(table: &Table, claims: &mut Claims<'a>) -> Option<&'a [u32]> {
    let columns = table.end.checked_add(1)?;
    let transitions = claims.u32s(table.transitions)?;
    let starts = claims.u32s(table.starts)?;
    let rows = Multiples::of(columns)?;
    ensure(rows.has(table.transitions.len) && starts.len() == columns as usize)?;
    ensure(rows.are_rows(transitions, transitions.len()) && rows.are_rows(starts, transitions.len()))?;
    ensure(transitions.get(..columns as usize)?.iter().all(|to| *to == 0))?;
    ensure(columns <= table.first_busy && table.first_busy <= table.first_match)?;
    Some(transitions)
}

/// Between states that do not match, each step leads to a lower number: so there is no way back, and none is long.
fn waits(table: &Table, transitions: &[u32], waits: &[u16]) -> Sound {
    let columns = table.end.checked_add(1)? as usize;
    ensure(waits.len() == transitions.len() / columns)?;
    let waiting = |state: u32| state != 0 && state < table.first_match;
    // Row 0 is dead, and states that match come last.
    let rows = transitions.chunks_exact(columns).zip(waits).enumerate().skip(1);
    for (state, (row, wait)) in rows {
        if !waiting((state * columns) as u32) {
            break;
        }
        ensure(usize::from(*wait) <= LONGEST_WAIT)?;
        let lower =
            |to: &u32| !waiting(*to) || waits.get(*to as usize / columns).is_some_and(|next| next < wait);
        ensure(row.iter().all(lower))?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_told() {
        for of in (1..300).chain([65_535, 65_536, u32::MAX - 1, u32::MAX]) {
            let multiples = Multiples::of(of).unwrap();
            for number in (0..2_000).chain(u32::MAX - 2_000..=u32::MAX) {
                assert_eq!(multiples.has(number), number % of == 0, "{number} of {of}");
            }
        }
        assert!(Multiples::of(0).is_none());
    }
}
