//! Automata that read on behind factors (see `spanmask_core::factor::Confirm`).
//!
//! A state is a set of states of the searches' own automata. Those that have read what stands in front of the factor hold all
//! in which a search can be there whose match begins as far before its factor as its matches do. A search of numbers or
//! booleans also finds those of a nested text, whose edges are commas, brackets and white space in the string around it.

use super::Offsets;
use crate::automata::Flat;
use spanmask_core::arch::LANES;
use spanmask_core::factor::{Automaton, Confirm, Groups, Lanes, MAX_GROUPS, Reach};
use spanmask_core::matcher::Matcher;
use spanmask_core::matcher::dfa::{Dfa, Table};
use spanmask_core::policy::Search;
use spanmask_core::span::Types;
use spanmask_core::table::{Part, PoolBuilder, Pools};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// States of searches together at most, before they are made fewer; with more, each half has an automaton of its own.
const MOST_TOGETHER: usize = 512;

/// States of a search alone; what lies further on is not followed.
const MOST_ALONE: usize = 2048;

/// States of searches in one state at most.
const MOST_IN_ONE: usize = 512;

/// Characters with a short escape, and those that such an escape is spelled with one level further down.
const SHORT: &[u8] = b"\"\\/\x08\x0c\n\r\t";

/// The last byte that is a character of its own.
const ASCII: u8 = 0x7f;

/// Reads on for each group; where an owner is no pattern, anything goes on.
pub(crate) fn confirm(
    searches: &[Search],
    anchored: &[Option<Flat>],
    lanes: &Lanes,
    owners: &[BTreeMap<usize, Offsets>],
    pools: &mut PoolBuilder,
) -> (Confirm, Vec<Automaton>) {
    let so_far = pools.so_far();
    let is_bare = |owner: usize| searches.get(owner).is_none_or(|search| search.types != Types::STRING);
    let automaton = |(&owner, offsets): (&usize, &Offsets)| {
        // Behind searches come rules of whole values, which own no factors.
        let Search { matcher: Matcher::Pattern(dfa), factors, .. } = searches.get(owner)? else {
            return None;
        };
        let anchored = anchored.get(owner).and_then(Option::as_ref);
        Some(Begun { bare: is_bare(owner), ..Begun::of(dfa, anchored, &factors.reach, *offsets, &so_far) })
    };
    let mut ahead = Ahead::default();
    let mut confirm = Confirm::NONE;
    for (number, owners) in owners.iter().enumerate().take(MAX_GROUPS) {
        let bare = owners.iter().filter(|(owner, _)| is_bare(**owner));
        confirm.all[number] = ahead.read(1 << number, lanes, owners.iter().map(automaton).collect());
        confirm.bare[number] = ahead.read(1 << number, lanes, bare.map(automaton).collect());
    }
    let all = pools.u16s(&ahead.rows);
    ahead.automata.iter_mut().for_each(|automaton| automaton.rows.start += all.start);
    (confirm, ahead.automata)
}

/// All automata, and their rows.
#[derive(Default)]
struct Ahead {
    automata: Vec<Automaton>,
    rows: Vec<u16>,
}

impl Ahead {
    /// Reads on for these searches of a group; `None`: for all there could be.
    fn read(&mut self, group: Groups, lanes: &Lanes, searches: Option<Vec<Begun<'_>>>) -> Part {
        let before = self.automata.len();
        match searches {
            Some(searches) => self.add(group, lanes, searches),
            None => self.automata.push(Automaton::NONE),
        }
        Part { start: before as u32, len: (self.automata.len() - before) as u32 }
    }

    fn add(&mut self, group: Groups, lanes: &Lanes, mut searches: Vec<Begun<'_>>) {
        if searches.is_empty() {
            return;
        }
        let columns = Columns::of(&searches);
        let together = Group { searches: &searches, symbols: columns.symbols(&searches) };
        let Some(states) = together.determinize(group, lanes, &columns) else {
            let others = searches.split_off(searches.len() / 2);
            self.add(group, lanes, searches);
            return self.add(group, lanes, others);
        };
        let before = self.rows.len();
        let starts = minimize(&states, columns.width(), &mut self.rows);
        let rows = Part { start: before as u32, len: (self.rows.len() - before) as u32 };
        let width = columns.width() as u32;
        self.automata.push(Automaton { columns: columns.of_bytes, rows, width, starts });
    }
}

/// A search's automaton, and where a match of it can be in front of its factor.
struct Begun<'p> {
    /// The symbols of ASCII characters.
    ascii: Vec<u32>,
    /// The symbols of characters beyond ASCII.
    wide: Vec<u32>,
    transitions: &'p [u32],
    starts: &'p [u32],
    first_match: u32,
    first_busy: u32,
    end: u32,
    /// It looks at numbers or booleans: in a string, these begin and end in the middle of a nested text.
    bare: bool,
    /// The factor may stand where the match begins.
    at_start: bool,
    /// The factor may stand behind the match's first character.
    behind_first: bool,
    /// And behind its second one.
    behind_second: bool,
    /// In front of the second last character before the factor, the states of matches that have begun in front of that.
    before_second: Vec<u32>,
}

impl<'p> Begun<'p> {
    /// The one that begins everywhere goes on also where nothing has begun at the factor, so `anchored` tells more.
    fn of(
        dfa: &Dfa,
        anchored: Option<&'p Flat>,
        reach: &Reach,
        offsets: Offsets,
        pools: &'p Pools<'_>,
    ) -> Self {
        let Table { transitions, starts, first_match, first_busy, end } = dfa.forward;
        let (transitions, starts, first_match, first_busy) = match anchored {
            Some(flat) => (&*flat.transitions, &*flat.starts, flat.first_match, 0),
            None => (transitions.of(&pools.u32s), starts.of(&pools.u32s), first_match, first_busy),
        };
        let may_be = |wanted| offsets.is_any() || offsets.each().any(|count| count == wanted);
        let wide = dfa.alphabet.wide_symbols.of(&pools.u16s).iter().copied().map(u32::from);
        let wide: BTreeSet<u32> = wide.collect();
        let mut automaton = Self {
            ascii: dfa.alphabet.ascii.of(&pools.u16s).iter().copied().map(u32::from).collect(),
            wide: wide.into_iter().collect(),
            transitions,
            starts,
            first_match,
            first_busy,
            end,
            bare: false,
            at_start: may_be(0),
            behind_first: may_be(1),
            behind_second: may_be(2),
            before_second: Vec::new(),
        };
        let begins = automaton.begin(Char::Any);
        let all = automaton.symbols(Char::Any);
        if offsets.is_any() {
            let symbols = match reach {
                Reach::Run(run) if !run.wide => {
                    let held = (0..=ASCII).filter(|byte| run.ascii.get() >> byte & 1 == 1);
                    held.map(|byte| automaton.symbol(byte)).collect()
                }
                _ => all,
            };
            let behind_one = automaton.behind(&begins, &symbols);
            automaton.before_second = automaton.closure(behind_one, &symbols);
            return automaton;
        }
        let (mut now, mut before_second) = (begins, Vec::new());
        for count in 3..=offsets.each().max().unwrap_or(0) {
            now = automaton.behind(&now, &all);
            if may_be(count) {
                before_second.extend(&now);
            }
        }
        automaton.before_second = distinct(before_second.into_iter());
        automaton
    }

    /// The states in which a match begins behind a character, or at the edge of the text.
    fn begin(&self, behind: Char) -> Vec<u32> {
        let start = |index: usize| self.starts.get(index).copied();
        let edge = start(0).filter(|_| self.bare && behind.ends_before_scalar());
        let behind_it = || self.symbols(behind).into_iter().filter_map(|symbol| start(symbol as usize + 1));
        match behind {
            Char::Any => self.starts.to_vec(),
            Char::Some if self.bare => self.starts.to_vec(),
            Char::Some => self.starts.get(1..).unwrap_or(&[]).to_vec(),
            Char::Edge => start(0).into_iter().collect(),
            Char::Ascii(_) | Char::Wide => behind_it().chain(edge).collect(),
        }
    }

    /// What it may be in behind the second last character before the factor; `within`: the text does not begin with that.
    fn behind_second(&self, second: Char, within: bool) -> Vec<u32> {
        let fresh = self.begin(if within { Char::Some } else { Char::Any });
        let fresh = fresh.into_iter().filter(|_| self.behind_second);
        let before: Vec<u32> = fresh.chain(self.before_second.iter().copied()).collect();
        let begun = self.behind(&before, &self.symbols(second));
        distinct(self.begin(second).into_iter().filter(|_| self.behind_first).chain(begun))
    }

    /// What it may be in when the factor begins, from one of these states behind the last character in front of it.
    fn behind_last(&self, states: &[u32], last: Char) -> Vec<u32> {
        let begun = self.behind(states, &self.symbols(last));
        distinct(self.begin(last).into_iter().filter(|_| self.at_start).chain(begun))
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

    /// Those that a character may have; the edge has none.
    fn symbols(&self, ch: Char) -> Vec<u32> {
        match ch {
            Char::Any | Char::Some => (0..self.end).collect(),
            Char::Edge => Vec::new(),
            Char::Ascii(byte) => vec![self.symbol(byte)],
            Char::Wide => self.wide.clone(),
        }
    }

    /// The symbol of the end of the text.
    fn end(&self) -> &[u32] {
        std::slice::from_ref(&self.end)
    }

    fn symbol(&self, byte: u8) -> u32 {
        *self.symbol_at(byte)
    }

    fn symbol_at(&self, byte: u8) -> &u32 {
        self.ascii.get(usize::from(byte)).unwrap_or(&0)
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

/// A character of the text, or where that begins.
#[derive(Clone, Copy)]
enum Char {
    /// Any, or where the text begins.
    Any,
    /// Any.
    Some,
    Edge,
    Ascii(u8),
    /// One beyond ASCII.
    Wide,
}

impl Char {
    /// Whether a number or word of a nested text may stand behind it.
    fn ends_before_scalar(self) -> bool {
        matches!(self, Self::Ascii(b':' | b',' | b'[' | b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// Whether it may stand behind a number or word of a nested text.
    fn begins_behind_scalar(self) -> bool {
        matches!(self, Self::Ascii(b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r'))
    }
}

/// Bytes that no automaton tells apart.
struct Columns {
    of_bytes: [u8; 256],
    /// A byte of each column; the first column is what nothing is known of.
    bytes: Vec<u8>,
}

impl Columns {
    fn of(searches: &[Begun<'_>]) -> Self {
        let mut known: HashMap<(Vec<u32>, [bool; 2]), u8> = HashMap::new();
        let mut columns = Self { of_bytes: [0; 256], bytes: vec![b'\\'] };
        let bare = searches.iter().any(|one| one.bare);
        for byte in (0..=ASCII).filter(|byte| *byte != b'\\') {
            let symbols = searches.iter().map(|one| one.symbol(byte)).collect();
            let (ch, next) = (Char::Ascii(byte), columns.bytes.len() as u8);
            let of_scalars = [ch.ends_before_scalar(), ch.begins_behind_scalar()].map(|edge| bare && edge);
            let column = *known.entry((symbols, of_scalars)).or_insert(next);
            if column == next {
                columns.bytes.push(byte);
            }
            columns.of_bytes[usize::from(byte)] = column;
        }
        for (byte, column) in columns.of_bytes.iter_mut().enumerate().skip(usize::from(ASCII) + 1) {
            *column = columns.bytes.len() as u8 + u8::from(byte & 0xc0 == 0x80);
        }
        columns
    }

    /// That of the first byte of a character beyond ASCII; behind it comes that of its other bytes.
    fn wide(&self) -> usize {
        self.bytes.len()
    }

    /// And two more: for a backslash, and for the edge of the text.
    fn width(&self) -> usize {
        self.bytes.len() + 4
    }

    /// The symbols that each column may have for each search.
    fn symbols(&self, searches: &[Begun<'_>]) -> Vec<Vec<Vec<u32>>> {
        self.fronts().map(|ch| searches.iter().map(|one| one.symbols(ch)).collect()).collect()
    }

    /// What each column stands for in front of a factor, where a character shows by its last byte.
    fn fronts(&self) -> impl Iterator<Item = Char> {
        let ascii = self.bytes.iter().skip(1).map(|byte| Char::Ascii(*byte));
        let others = [Char::Wide, Char::Wide, Char::Any, Char::Edge];
        std::iter::once(Char::Any).chain(ascii).chain(others)
    }
}

/// A set: numbers of automata, and states of theirs.
type Set = Vec<(usize, u32)>;

/// What a state of a group has read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Read {
    /// Nothing, and whether the text is known not to begin there.
    Nothing(bool),
    /// The second last character in front of the factor.
    Second,
    /// So many bytes of the factor, and maybe more.
    Factor(usize),
}

struct Group<'s, 'p> {
    searches: &'s [Begun<'p>],
    /// For each column and search, the symbols that the column may have.
    symbols: Vec<Vec<Vec<u32>>>,
}

impl<'p> Group<'_, 'p> {
    /// A row for each state; it begins in the first two. `None` if there would be too many, and several searches.
    fn determinize(&self, group: Groups, lanes: &Lanes, columns: &Columns) -> Option<Vec<u16>> {
        let alone = self.searches.len() == 1;
        let mut sets = Sets { most: if alone { MOST_ALONE } else { MOST_TOGETHER }, ..Sets::default() };
        let mut rows = Vec::new();
        // By how many bytes of the factor have been read: which columns' bytes may come next.
        let shows = |lane: usize, byte: usize| lanes.at(lane, byte as u8) & group != 0;
        let shown: Vec<Vec<bool>> = (1..=LANES)
            .map(|lane| {
                let mut shown = vec![false; columns.width()];
                let bytes = columns.of_bytes.iter().enumerate();
                bytes.for_each(|(byte, column)| shown[usize::from(*column)] |= shows(lane, byte));
                shown
            })
            .collect();
        for within in [false, true] {
            sets.number(Set::new(), Read::Nothing(within));
        }
        while let Some((set, read)) = sets.all.get(rows.len() / columns.width()).cloned() {
            if sets.overflowed && !alone {
                return None;
            }
            let each = || self.searches.iter().enumerate();
            match read {
                Read::Nothing(within) => rows.extend(columns.fronts().map(|second| {
                    let behind = each().map(|(i, one)| (i, one.behind_second(second, within)));
                    sets.number(together(behind), Read::Second)
                })),
                Read::Second => rows.extend(columns.fronts().map(|last| {
                    let behind = each().map(|(i, one)| (i, one.behind_last(&of(&set, i), last)));
                    sets.number(together(behind), Read::Factor(0))
                })),
                Read::Factor(count) => rows.extend(self.row(&set, count, &shown[count], columns, &mut sets)),
            }
        }
        (alone || !sets.overflowed).then_some(rows)
    }

    /// Where a set goes that has read so many bytes of the factor; nobody asks by what would not be `shown`.
    fn row(&self, set: &Set, count: usize, shown: &[bool], columns: &Columns, sets: &mut Sets) -> Vec<u16> {
        let mut row = vec![Automaton::MAYBE; columns.width()];
        let next = Read::Factor((count + 1).min(LANES - 1));
        let mut go = |to: Option<Set>| to.map_or(Automaton::MAYBE, |set| sets.number(set, next));
        let wide = columns.wide();
        let ends_scalar = self.step(set, |_, begun| if begun.bare { begun.end() } else { &[] }).is_none();
        for (column, slot) in row.iter_mut().enumerate().take(wide + 2).skip(1) {
            let behind_scalar =
                || columns.bytes.get(column).is_some_and(|byte| Char::Ascii(*byte).begins_behind_scalar());
            if shown[column] {
                *slot = go(match column > wide {
                    true => Some(set.clone()),
                    false if ends_scalar && behind_scalar() => None,
                    false => self.step(set, |one, _| &self.symbols[column][one]),
                });
            }
        }
        let ends = self.step(set, |_, begun| begun.end()).is_none();
        let escaped = |byte: &u8| {
            let next = self.step(set, |_, begun| std::slice::from_ref(begun.symbol_at(*byte)));
            next.is_none_or(|next| !next.is_empty())
        };
        row[wide + 2] = maybe(ends || SHORT.iter().any(escaped));
        row[wide + 3] = maybe(ends);
        row
    }

    /// Where a set goes by any of the symbols that there are for each search; `None` if a match ends here.
    fn step<'s>(&'s self, set: &Set, symbols: impl Fn(usize, &'s Begun<'p>) -> &'s [u32]) -> Option<Set> {
        let mut next = Set::new();
        for &(number, state) in set {
            let Some(one) = self.searches.get(number) else { continue };
            for symbol in symbols(number, one) {
                let to = one.step(state, *symbol);
                if to >= one.first_match {
                    return None;
                }
                if to != 0 && to >= one.first_busy {
                    next.push((number, to));
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        Some(next)
    }
}

fn together(each: impl Iterator<Item = (usize, Vec<u32>)>) -> Set {
    each.flat_map(|(i, states)| states.into_iter().map(move |state| (i, state))).collect()
}

/// The states of one automaton.
fn of(set: &Set, number: usize) -> Vec<u32> {
    set.iter().filter(|(owner, _)| *owner == number).map(|(_, state)| *state).collect()
}

fn maybe(goes_on: bool) -> u16 {
    if goes_on { Automaton::MAYBE } else { Automaton::NO }
}

/// The sets of a group that have a number.
#[derive(Default)]
struct Sets {
    known: HashMap<(Set, Read), u16>,
    all: Vec<(Set, Read)>,
    most: usize,
    /// There would be more.
    overflowed: bool,
}

impl Sets {
    /// The number of a set; [`Automaton::MAYBE`] where there are too many.
    fn number(&mut self, set: Set, read: Read) -> u16 {
        if set.is_empty() && matches!(read, Read::Factor(_)) {
            return Automaton::NO;
        }
        let key = (set, read);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        if self.all.len() >= self.most || key.0.len() > MOST_IN_ONE {
            self.overflowed = true;
            return Automaton::MAYBE;
        }
        let number = self.all.len() as u16 + Automaton::FIRST;
        self.known.insert(key.clone(), number);
        self.all.push(key);
        number
    }
}

/// Appends an automaton's rows, one for all states that nothing tells apart; where the first two have come to.
///
/// E. F. Moore, "Gedanken-experiments on sequential machines", 1956: classes of states are split until all states of a class
/// lead to the same classes.
fn minimize(states: &[u16], width: usize, rows: &mut Vec<u16>) -> [u16; 2] {
    let mut classes = vec![Automaton::FIRST; states.len() / width];
    let mut count = 1;
    loop {
        let class = |to: &u16| match to.checked_sub(Automaton::FIRST) {
            Some(state) => classes[usize::from(state)],
            None => *to,
        };
        let mut known: HashMap<Vec<u16>, u16> = HashMap::new();
        let mut split = Vec::with_capacity(classes.len());
        for (row, own) in states.chunks(width).zip(&classes) {
            let fresh = known.len() as u16 + Automaton::FIRST;
            let leads = row.iter().map(class).chain([*own]).collect();
            split.push(*known.entry(leads).or_insert(fresh));
        }
        let before = std::mem::replace(&mut count, known.len());
        classes = split;
        if before == count {
            break;
        }
    }
    // A state is told by where its row begins.
    let begin = |class: u16| {
        let row = usize::from(class - Automaton::FIRST) * width + usize::from(Automaton::FIRST);
        u16::try_from(row).unwrap_or(Automaton::MAYBE)
    };
    let mut done = Automaton::FIRST;
    for (row, class) in states.chunks(width).zip(&classes) {
        // Classes are numbered as they come.
        if *class == done {
            done += 1;
            rows.extend(row.iter().map(|to| match to.checked_sub(Automaton::FIRST) {
                Some(state) => begin(classes[usize::from(state)]),
                None => *to,
            }));
        }
    }
    [begin(classes[0]), begin(classes[1])]
}
