//! From dense DFAs to flat tables.

use super::{AutomatonError, Limits, nfa};
use regex_automata::dfa::dense::{self, DFA};
use regex_automata::dfa::{Automaton, StartKind};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::Hir;
use spanmask_core::matcher::dfa::Table;
use spanmask_core::policy::Fences;
use spanmask_core::table::PoolBuilder;
use std::collections::{HashMap, HashSet};

/// A table before it is put into the pools.
pub(crate) struct Flat {
    columns: usize,
    pub(crate) transitions: Vec<u32>,
    pub(crate) starts: Vec<u32>,
    pub(crate) first_match: u32,
    first_busy: u32,
}

/// States above this count are not minimized: it would take too long.
const MINIMIZE_STATES: usize = 500;

/// More pairs of states than this are not looked at.
const MOST_PAIRS: usize = 1 << 20;

/// An automaton that matches where it is put.
pub(super) struct Tried(DFA<Vec<u32>>);

impl Tried {
    pub(super) fn flat(&self, bytes: &[u8]) -> Flat {
        flat(&self.0, Anchored::Yes, bytes, &HashSet::new())
    }
}

/// An automaton that matches where it is put. `None` when it grows too large.
pub(super) fn anchored(hir: &Hir, limits: Limits) -> Result<Option<Tried>, AutomatonError> {
    let forward = determinize(hir, false, StartKind::Anchored, MatchKind::LeftmostFirst, limits)?;
    Ok(forward.map(Tried))
}

/// Automata that search: forward from anywhere, and back to the start. `None` when they grow too large.
pub(super) fn searching(
    hir: &Hir,
    tried: Option<&Tried>,
    bytes: &[u8],
    limits: Limits,
) -> Result<Option<(Flat, Flat)>, AutomatonError> {
    let forward = determinize(hir, false, StartKind::Unanchored, MatchKind::LeftmostFirst, limits)?;
    let reverse = determinize(hir, true, StartKind::Anchored, MatchKind::All, limits)?;
    let (Some(forward), Some(reverse)) = (forward, reverse) else { return Ok(None) };
    let idle = idle(&forward, tried, bytes);
    Ok(Some((
        flat(&forward, Anchored::No, bytes, &idle),
        flat(&reverse, Anchored::Yes, bytes, &HashSet::new()),
    )))
}

fn determinize(
    hir: &Hir,
    reverse: bool,
    start: StartKind,
    kind: MatchKind,
    limits: Limits,
) -> Result<Option<DFA<Vec<u32>>>, AutomatonError> {
    let Some(nfa) = nfa(hir, reverse, limits)? else { return Ok(None) };
    let config = |minimize| {
        dense::Config::new()
            .start_kind(start)
            .match_kind(kind)
            .accelerate(false)
            .minimize(minimize)
            .dfa_size_limit(Some(limits.size))
            .determinize_size_limit(Some(limits.size))
    };
    let build = |minimize| dense::Builder::new().configure(config(minimize)).build_from_nfa(&nfa).ok();
    let Some(dfa) = build(false) else { return Ok(None) };
    let states = dfa.memory_usage() / (4 * dfa.stride());
    Ok(if states <= MINIMIZE_STATES { build(true).or(Some(dfa)) } else { Some(dfa) })
}

fn flat(dfa: &DFA<Vec<u32>>, anchored: Anchored, bytes: &[u8], idle: &HashSet<StateID>) -> Flat {
    let columns = bytes.len() + 1;
    let starts = starts(dfa, anchored, bytes);
    let mut order = reachable(dfa, &starts, bytes);
    // Idle states come first and matching states last, so that one comparison tells them.
    order.sort_by_key(|state| (dfa.is_match_state(*state), !idle.contains(state)));
    let number =
        |id: StateID, at: &HashMap<StateID, usize>| at.get(&id).map_or(0, |i| ((i + 1) * columns) as u32);
    let at: HashMap<StateID, usize> = order.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let plain = order.iter().filter(|state| !dfa.is_match_state(**state)).count();
    let idle = order.iter().filter(|state| idle.contains(state)).count();
    let mut transitions = vec![0; columns];
    for state in &order {
        transitions.extend(row(dfa, *state, bytes).map(|id| number(id, &at)));
    }
    Flat {
        columns,
        transitions,
        starts: starts.iter().map(|id| id.map_or(0, |id| number(id, &at))).collect(),
        first_match: ((plain + 1) * columns) as u32,
        first_busy: ((idle + 1) * columns) as u32,
    }
}

/// The states to start in: at the edge of the text, then behind each byte.
fn starts(dfa: &DFA<Vec<u32>>, anchored: Anchored, bytes: &[u8]) -> Vec<Option<StateID>> {
    let start = |look_behind: Option<u8>| {
        dfa.start_state(&start::Config::new().anchored(anchored).look_behind(look_behind)).ok()
    };
    std::iter::once(None).chain(bytes.iter().map(|b| Some(*b))).map(start).collect()
}

/// All states that are not dead.
fn reachable(dfa: &DFA<Vec<u32>>, starts: &[Option<StateID>], bytes: &[u8]) -> Vec<StateID> {
    let mut states =
        starts.iter().flatten().copied().filter(|id| !dfa.is_dead_state(*id)).collect::<Vec<_>>();
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    while let Some(state) = states.pop() {
        if seen.insert(state) {
            order.push(state);
            states.extend(row(dfa, state, bytes).filter(|id| !dfa.is_dead_state(*id)));
        }
    }
    order
}

/// States of a search that have seen nothing that a match could have begun with: however they are come to, they go on as
/// a search that begins behind the byte that led there, and no match that has begun is under way in them.
fn idle(search: &DFA<Vec<u32>>, tried: Option<&Tried>, bytes: &[u8]) -> HashSet<StateID> {
    let starts = starts(search, Anchored::No, bytes);
    let order = reachable(search, &starts, bytes);
    let Some(begun) = tried.and_then(|tried| begun(search, &tried.0, &order, bytes)) else {
        return HashSet::new();
    };
    let mut kinds: HashMap<Vec<StateID>, usize> = HashMap::new();
    let mut kind_of = HashMap::new();
    for state in &order {
        let fresh = kinds.len();
        let kind = *kinds.entry(row(search, *state, bytes).collect()).or_insert(fresh);
        kind_of.insert(*state, kind);
    }
    let fresh: Vec<Option<usize>> = starts.iter().skip(1).map(|id| kind_of.get(&(*id)?).copied()).collect();
    let steps = order.iter().flat_map(|state| row(search, *state, bytes).take(bytes.len()).zip(&fresh));
    let busy: HashSet<StateID> =
        steps.filter(|(to, fresh)| kind_of.get(to) != fresh.as_ref()).map(|(to, _)| to).collect();
    let is_idle =
        |state: &StateID| !busy.contains(state) && !begun.contains(state) && !search.is_match_state(*state);
    order.into_iter().filter(is_idle).collect()
}

/// States of a search in which a match is under way: one that has begun at least a byte before. In `(?:ab)*c` such a state
/// may go on as if nothing had begun, but its match begins earlier. `None` when there is too much to look at.
fn begun(
    search: &DFA<Vec<u32>>,
    tried: &DFA<Vec<u32>>,
    order: &[StateID],
    bytes: &[u8],
) -> Option<HashSet<StateID>> {
    let fresh = starts(tried, Anchored::Yes, bytes);
    let behind = |byte: usize| fresh.get(byte + 1).copied().flatten();
    let mut pairs: Vec<(StateID, StateID)> = Vec::new();
    let at_edge = starts(search, Anchored::No, bytes);
    pairs.extend(at_edge.into_iter().zip(&fresh).filter_map(|(state, fresh)| Some((state?, (*fresh)?))));
    for state in order {
        let next = row(search, *state, bytes).take(bytes.len()).enumerate();
        pairs.extend(next.filter_map(|(byte, to)| Some((to, behind(byte)?))));
    }
    let mut seen = HashSet::new();
    let mut begun = HashSet::new();
    while let Some((state, of_match)) = pairs.pop() {
        if !seen.insert((state, of_match)) {
            continue;
        }
        if seen.len() > MOST_PAIRS {
            return None;
        }
        for (to, match_to) in row(search, state, bytes).zip(row(tried, of_match, bytes)).take(bytes.len()) {
            if !tried.is_dead_state(match_to) && !search.is_match_state(to) {
                begun.insert(to);
                pairs.push((to, match_to));
            }
        }
    }
    Some(begun)
}

/// Where a state goes: on each byte, then at the end of the text.
fn row<'a>(dfa: &'a DFA<Vec<u32>>, state: StateID, bytes: &'a [u8]) -> impl Iterator<Item = StateID> + 'a {
    let on_bytes = bytes.iter().map(move |byte| dfa.next_state(state, *byte));
    on_bytes.chain(std::iter::once(dfa.next_eoi_state(state)))
}

impl Flat {
    /// For each state how many symbols the automaton can read in a row without a match, and one or two more; `None` if
    /// there is no bound. Between them lie all symbols that a search reads in vain, or reads again.
    pub(super) fn waits(&self) -> Option<Vec<u16>> {
        let waits = |state: u32| state != 0 && state < self.first_match;
        let states = self.transitions.len() / self.columns;
        // Longest path by depth-first search, without recursion: 0 is unseen, 1 on the path, 2 and above are done.
        let mut longest = vec![0_usize; states];
        let mut path = Vec::new();
        for root in (0..self.transitions.len() as u32).step_by(self.columns).filter(|state| waits(*state)) {
            path.push((root, 0));
            while let Some((state, column)) = path.pop() {
                let row = state as usize / self.columns;
                if column == 0 && longest[row] >= 2 {
                    continue;
                }
                longest[row] = longest[row].max(1);
                let next = self.transitions.get(state as usize + column).copied().unwrap_or(0);
                if column + 1 == self.columns {
                    let below = self.transitions[state as usize..][..self.columns].iter();
                    let below = below.filter(|to| waits(**to)).map(|to| longest[*to as usize / self.columns]);
                    longest[row] = below.max().unwrap_or(1) + 1;
                    continue;
                }
                path.push((state, column + 1));
                if waits(next) {
                    match longest[next as usize / self.columns] {
                        0 => path.push((next, 0)),
                        1 => return None,
                        _ => {}
                    }
                }
            }
        }
        Some(longest.into_iter().map(|wait| u16::try_from(wait).unwrap_or(u16::MAX)).collect())
    }

    /// What matches keep within, if this is the automaton that matches where it is put; `column` tells that of a character.
    pub(super) fn fences(&self, column: impl Fn(char) -> usize) -> Fences {
        let within = |chars: &[char]| chars.iter().all(|ch| self.keeps_within(column(*ch), *ch == '\\'));
        match () {
            () if !within(&['"', '\\']) => Fences::None,
            () if !within(&['\x08', '\t', '\n', '\x0c', '\r']) => Fences::Quotes,
            () => Fences::Escapes,
        }
    }

    /// Whether it begins behind this character as at the edge of the text, and comes to the same in front of it, and no further; a
    /// match may begin with it if that is `may_begin`.
    fn keeps_within(&self, column: usize, may_begin: bool) -> bool {
        let row = |state: u32| &self.transitions[state as usize..][..self.columns];
        let matches = |state: u32| state >= self.first_match;
        let ends = |state: u32| {
            let (next, last) = (row(state)[column], row(state)[self.columns - 1]);
            matches(next) == matches(last) && row(next).iter().all(|next| *next == 0)
        };
        let begun = self.transitions.iter().copied().collect::<HashSet<u32>>();
        let starts = self.starts.iter().filter(|_| !may_begin);
        self.starts[column + 1] == self.starts[0] && begun.iter().chain(starts).copied().all(ends)
    }

    pub(super) fn store(&self, pools: &mut PoolBuilder) -> Table {
        Table {
            end: (self.columns - 1) as u32,
            transitions: pools.u32s(&self.transitions),
            starts: pools.u32s(&self.starts),
            first_match: self.first_match,
            first_busy: self.first_busy,
        }
    }
}
