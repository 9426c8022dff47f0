//! Automata that read on behind factors (see `spanmask_core::factor::Confirm`).
//!
//! A state is a set of states of the searches' own automata. The first set of a group holds all in which a search can be that
//! has read as many characters as may stand between the start of its match and its factor, the last one being known or not.

use super::Offsets;
use spanmask_core::factor::{Confirm, Groups, Lanes, MAX_GROUPS, Reach};
use spanmask_core::matcher::Matcher;
use spanmask_core::matcher::dfa::Dfa;
use spanmask_core::policy::Search;
use spanmask_core::table::{PoolBuilder, Pools};
use std::collections::{BTreeMap, HashMap, HashSet};

/// States of a group at most; what lies further on is not followed.
const MOST_STATES: usize = 64;

/// States of searches in one state at most.
const MOST_TOGETHER: usize = 512;

/// Characters with a short escape, and those that such an escape is spelled with one level further down.
const SHORT: &[u8] = b"\"\\/\x08\x0c\n\r\t";

/// The last byte that is a character of its own.
const ASCII: u8 = 0x7f;

/// Reads on for each group whose owners are patterns.
pub(crate) fn confirm(
    searches: &[Search],
    lanes: &Lanes,
    owners: &[BTreeMap<usize, Offsets>],
    pools: &mut PoolBuilder,
) -> Confirm {
    let so_far = pools.so_far();
    let groups: Vec<Option<Group<'_>>> =
        owners.iter().map(|owners| Group::of(searches, owners, &so_far)).collect();
    let columns = Columns::of(groups.iter().flatten().flat_map(|group| &group.automata));
    let mut rows = Vec::new();
    let mut starts = [Confirm::MAYBE; MAX_GROUPS];
    for (number, (start, group)) in starts.iter_mut().zip(&groups).enumerate() {
        if let Some(group) = group {
            *start = group.determinize(1 << number, lanes, &columns, &mut rows);
        }
    }
    let width = columns.width();
    Confirm { columns: columns.of_bytes, starts, rows: pools.u16s(&rows), width: width as u32 }
}

/// An automaton of a search, and where a match of it can be when its factor begins.
struct Automaton<'p> {
    symbols: &'p [u16],
    transitions: &'p [u32],
    starts: &'p [u32],
    first_match: u32,
    first_busy: u32,
    end: u32,
    /// The factor may stand where the match begins.
    at_start: bool,
    /// The states in front of the last character before the factor, where there is one.
    before_last: Vec<u32>,
}

impl<'p> Automaton<'p> {
    fn of(dfa: &Dfa, reach: &Reach, offsets: Offsets, pools: &'p Pools<'_>) -> Self {
        let mut automaton = Self {
            symbols: dfa.alphabet.ascii.of(&pools.u16s),
            transitions: dfa.forward.transitions.of(&pools.u32s),
            starts: dfa.forward.starts.of(&pools.u32s),
            first_match: dfa.forward.first_match,
            first_busy: dfa.forward.first_busy,
            end: dfa.forward.end,
            at_start: offsets.is_any() || offsets.each().any(|count| count == 0),
            before_last: Vec::new(),
        };
        let all: Vec<u32> = (0..automaton.end).collect();
        let mut now = distinct(automaton.starts.iter().copied());
        if offsets.is_any() {
            let symbols = match reach {
                Reach::Run(run) if !run.wide => {
                    let held = (0..=ASCII).filter(|byte| run.ascii.get() >> byte & 1 == 1);
                    held.map(|byte| automaton.symbol(byte)).collect()
                }
                _ => all,
            };
            automaton.before_last = automaton.closure(now, &symbols);
            return automaton;
        }
        for count in 1..=offsets.each().max().unwrap_or(0) {
            if offsets.each().any(|wanted| wanted == count) {
                automaton.before_last.extend(&now);
            }
            now = automaton.behind(&now, &all);
        }
        automaton.before_last = distinct(automaton.before_last.into_iter());
        automaton
    }

    /// What it may be in when the factor begins: behind a character with this symbol, if that is known, or at the edge of the
    /// text.
    fn begin(&self, front: Front) -> Vec<u32> {
        let start = |index: usize| self.starts.get(index).copied();
        let (starts, behind) = match front {
            Front::Edge => (start(0).into_iter().collect(), Vec::new()),
            Front::Byte(byte) => {
                let symbol = self.symbol(byte);
                (start(symbol as usize + 1).into_iter().collect(), self.behind(&self.before_last, &[symbol]))
            }
            Front::Unknown => {
                let all: Vec<u32> = (0..self.end).collect();
                (self.starts.to_vec(), self.behind(&self.before_last, &all))
            }
        };
        distinct(starts.into_iter().filter(|_| self.at_start).chain(behind))
    }

    /// The states that these lead to by one of the symbols.
    fn behind(&self, states: &[u32], symbols: &[u32]) -> Vec<u32> {
        distinct(states.iter().flat_map(|state| symbols.iter().map(|symbol| self.step(*state, *symbol))))
    }

    /// These and all that they lead to.
    fn closure(&self, mut states: Vec<u32>, symbols: &[u32]) -> Vec<u32> {
        let mut known: HashSet<u32> = states.iter().copied().collect();
        let mut at = 0;
        while let Some(&state) = states.get(at) {
            let next = symbols.iter().map(|symbol| self.step(state, *symbol));
            states.extend(next.filter(|next| *next != 0 && known.insert(*next)));
            at += 1;
        }
        distinct(states.into_iter())
    }

    fn symbol(&self, byte: u8) -> u32 {
        self.symbols.get(usize::from(byte)).map_or(0, |symbol| u32::from(*symbol))
    }

    fn step(&self, state: u32, symbol: u32) -> u32 {
        self.transitions.get((state + symbol) as usize).copied().unwrap_or(0)
    }
}

/// States in order, each once, and without the dead one.
fn distinct(states: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut states: Vec<u32> = states.filter(|state| *state != 0).collect();
    states.sort_unstable();
    states.dedup();
    states
}

/// What stands in front of a factor.
#[derive(Clone, Copy)]
enum Front {
    Unknown,
    Edge,
    Byte(u8),
}

/// Bytes that no automaton tells apart.
struct Columns {
    of_bytes: [u8; 256],
    /// A byte of each column; the first column is what nothing is known of.
    bytes: Vec<u8>,
}

impl Columns {
    fn of<'a, 'p: 'a>(automata: impl Iterator<Item = &'a Automaton<'p>>) -> Self {
        let automata: Vec<_> = automata.collect();
        let mut known: HashMap<Vec<u32>, u8> = HashMap::new();
        let mut columns = Self { of_bytes: [0; 256], bytes: vec![b'\\'] };
        for byte in (0..=ASCII).filter(|byte| *byte != b'\\') {
            let symbols = automata.iter().map(|automaton| automaton.symbol(byte)).collect();
            let next = columns.bytes.len() as u8;
            let column = *known.entry(symbols).or_insert(next);
            if column == next {
                columns.bytes.push(byte);
            }
            columns.of_bytes[usize::from(byte)] = column;
        }
        columns
    }

    fn bytes_of(&self, column: usize) -> impl Iterator<Item = u8> {
        (0..=ASCII).filter(move |byte| usize::from(self.of_bytes[usize::from(*byte)]) == column)
    }

    /// Two more: for a backslash, and for the edge of the text.
    fn width(&self) -> usize {
        self.bytes.len() + 2
    }
}

/// A set: numbers of automata, and states of theirs.
type Set = Vec<(usize, u32)>;

struct Group<'p> {
    automata: Vec<Automaton<'p>>,
}

impl<'p> Group<'p> {
    fn of(searches: &[Search], owners: &BTreeMap<usize, Offsets>, pools: &'p Pools<'_>) -> Option<Self> {
        // Behind the searches come rules of whole values, which own no factors.
        let automata: Option<Vec<_>> = owners
            .iter()
            .map(|(owner, offsets)| match searches.get(*owner) {
                Some(Search { matcher: Matcher::Pattern(dfa), factors, .. }) => {
                    Some(Automaton::of(dfa, &factors.reach, *offsets, pools))
                }
                _ => None,
            })
            .collect();
        automata.map(|automata| Self { automata })
    }

    fn begin(&self, front: Front) -> Set {
        let each = self.automata.iter().enumerate();
        each.flat_map(|(i, one)| one.begin(front).into_iter().map(move |state| (i, state))).collect()
    }

    /// Appends the rows; where it begins. Its first row tells by what stands in front.
    fn determinize(&self, group: Groups, lanes: &Lanes, columns: &Columns, rows: &mut Vec<u16>) -> u16 {
        let width = columns.width();
        let mut sets = Sets::new(rows.len() / width + usize::from(Confirm::FIRST) + 1);
        let mut row = vec![sets.number(self.begin(Front::Unknown), 0)];
        row.extend(columns.bytes.iter().skip(1).map(|byte| sets.number(self.begin(Front::Byte(*byte)), 0)));
        row.extend([row[0], sets.number(self.begin(Front::Edge), 0)]);
        rows.extend(row);
        let mut at = 0;
        while let Some((set, read)) = sets.all.get(at).cloned() {
            at += 1;
            // The first bytes are those of the factor.
            let shows = |byte: u8| lanes.at(read + 1, byte) & group != 0;
            let mut row = vec![Confirm::MAYBE; width];
            for (column, &byte) in columns.bytes.iter().enumerate().skip(1) {
                if columns.bytes_of(column).any(shows) {
                    row[column] = match self.step(&set, |one| one.symbol(byte)) {
                        Some(next) => sets.number(next, read + 1),
                        None => Confirm::MAYBE,
                    };
                }
            }
            let ends = self.step(&set, |one| one.end).is_none();
            let escaped =
                |byte: &u8| self.step(&set, |one| one.symbol(*byte)).is_none_or(|next| !next.is_empty());
            row[width - 2] = maybe(ends || SHORT.iter().any(escaped));
            row[width - 1] = maybe(ends);
            rows.extend(row);
        }
        sets.first as u16 - 1
    }

    /// Where a set goes; `None` if a match ends here.
    fn step(&self, set: &Set, symbol: impl Fn(&Automaton<'p>) -> u32) -> Option<Set> {
        let mut next = Set::new();
        for &(number, state) in set {
            let Some(one) = self.automata.get(number) else { continue };
            let to = one.step(state, symbol(one));
            if to >= one.first_match {
                return None;
            }
            if to >= one.first_busy {
                next.push((number, to));
            }
        }
        next.sort_unstable();
        next.dedup();
        Some(next)
    }
}

fn maybe(goes_on: bool) -> u16 {
    if goes_on { Confirm::MAYBE } else { Confirm::NO }
}

/// The sets of a group that have a number.
struct Sets {
    /// The number of the first one.
    first: usize,
    known: HashMap<Set, usize>,
    /// With how many bytes have been read.
    all: Vec<(Set, usize)>,
}

impl Sets {
    fn new(first: usize) -> Self {
        Self { first, known: HashMap::new(), all: Vec::new() }
    }

    /// The number of a set; [`Confirm::MAYBE`] where there are too many.
    fn number(&mut self, set: Set, read: usize) -> u16 {
        if set.is_empty() {
            return Confirm::NO;
        }
        if let Some(at) = self.known.get(&set) {
            return (self.first + at) as u16;
        }
        if self.all.len() >= MOST_STATES || set.len() > MOST_TOGETHER {
            return Confirm::MAYBE;
        }
        let at = self.all.len();
        self.known.insert(set.clone(), at);
        self.all.push((set, read));
        (self.first + at) as u16
    }
}
