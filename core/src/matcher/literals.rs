//! Sets of literals, one to a million.
//!
//! Plain version: at every place of the text, follow a trie of the literals as far as the text goes, and take
//! the literal that comes first in the order given among those whose ends satisfy `whole_word`. Departures:
//!
//! 1. Characters are symbols first ([`Alphabet`]), one for each case folding orbit when case is ignored.
//! 2. Most places begin no literal. A bit-parallel automaton (shift-and) over pairs of neighbouring symbols
//!    says where one may begin: a load and a few instructions a character, without an unpredictable branch.
//!    It knows which pairs the set has at which position, not which belong together; with `whole_word` it
//!    starts only behind what is no ASCII word character (the rest is looked at later). Then a Bloom filter is
//!    asked that holds the first [`PREFIX`] symbols of each long literal and the whole of each shorter one; a
//!    window of the next symbols, packed in one word, makes a prefix of any length one mask away.
//! 3. The trie is path-compressed, its nodes in breadth-first order: the children of node `i` and the rest of
//!    its label end where those of node `i + 1` begin, and siblings are found by halving a row of symbols.
//!
//! Tried and lost: the Bloom filter at every place (ten names: 110 MB/s instead of 240).
//!
//! A place costs the filter and at most the longest literal, so time is linear in the text. Open: a text such
//! as `aaaa…` against a literal `aaaa…b` pays the whole literal at every place. A link from each node to the
//! node of its longest proper suffix (Aho-Corasick), kept only for nodes deeper than, say, 32 symbols, would
//! end that: a walk that dies that deep would go on from the link instead of from the next place.

use super::alphabet::{Alphabet, Symbols};
use crate::span::Span;
use crate::table::{Pad, Part, Pools};
use crate::view::Text;
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// The most characters of a literal.
pub const LONGEST: usize = 1024;
/// Symbols of a literal that the filter looks at.
pub const PREFIX: usize = 6;
/// Bits of a symbol that the filters look at.
const BITS: u32 = 10;
/// An order that no literal has: the node ends none.
pub const NO_ORDER: u32 = u32::MAX;
/// Numbers that describe a node: where its children begin, where its label goes on, its literal's order.
pub const NODE: usize = 3;
/// Entries of the table of pairs.
pub const PAIRS: usize = 1 << 12;
/// The bit of the automaton that says that the window may begin a literal.
const BEGINS: u8 = 1 << (PREFIX - 2);
/// Size of the ring that remembers characters and places; a power of two greater than `PREFIX`.
const RING: usize = 8;

/// A set of literals: where its tables lie in the pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Literals {
    /// Characters to symbols; every character of a literal has one.
    pub alphabet: Alphabet,
    /// Nodes of the trie, breadth first, [`NODE`] numbers each (u32 pool): the first child, the start of the
    /// label in `labels`, and the smallest order of the literals that end here or [`NO_ORDER`]. Node 0 is the
    /// root; one more entry closes the last node.
    pub nodes: Part,
    /// The first symbol of each node's label (u16 pool), ascending among siblings.
    pub firsts: Part,
    /// The other symbols of the labels, node by node (u16 pool).
    pub labels: Part,
    /// For each pair of symbols ([`PAIRS`] entries, u8 pool) the positions at which a literal has it, as bits.
    /// Positions that the shortest literal does not have are in every entry.
    pub pairs: Part,
    /// The filter (u32 pool): a power of two of words.
    pub filter: Part,
    /// Where word characters beyond ASCII begin and end, in turn (u32 pool); empty unless `whole_word`.
    pub words: Part,
    /// Bit `n` is set when the filter holds prefixes of `n` symbols.
    pub lengths: u8,
    /// Whether a match may not touch a word character.
    pub whole_word: bool,
    /// Nothing.
    pub pad: Pad<18>,
}

/// The places at which a packed prefix is noted in a filter of `words` words: the word, and two of its bits.
#[inline]
#[must_use]
pub const fn filter_slot(key: u64, words: usize) -> (usize, u32) {
    let hash = (key ^ (key >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let bits = 1 << (hash >> 32 & 31) | 1 << (hash >> 37 & 31);
    ((hash >> 42) as usize & words.wrapping_sub(1), bits)
}

#[inline]
const fn cut(symbol: u16) -> u64 {
    symbol as u64 & ((1 << BITS) - 1)
}

/// The packed form of up to [`PREFIX`] symbols.
#[must_use]
pub fn pack(symbols: &[u16]) -> u64 {
    symbols.iter().take(PREFIX).rev().fold(0, |key, &symbol| key << BITS | cut(symbol))
}

/// The entry for two neighbouring symbols in the table of pairs.
#[inline]
#[must_use]
pub const fn pair(first: u16, second: u16) -> usize {
    ((first as usize) << 6 ^ second as usize) & (PAIRS - 1)
}

impl Literals {
    /// The leftmost match that begins at `from`, a place of `text`, or after it. `before` is the character in
    /// front of `from`, if there is one.
    #[must_use]
    pub fn find<T: Text>(
        &self,
        pools: &Pools<'_>,
        text: T,
        from: usize,
        before: Option<char>,
    ) -> Option<Span> {
        Finder::new(self, pools).find(text, from, before)
    }
}

/// For each ASCII character, and one more for the others, whether a match may begin behind it.
type Edges = [u8; 0x81];

static EVERYWHERE: Edges = [1; 0x81];

static WORD_STARTS: Edges = {
    let mut edges = [1; 0x81];
    let mut code = 0_u8;
    while code < 0x80 {
        edges[code as usize] = !(code.is_ascii_alphanumeric() || code == b'_') as u8;
        code += 1;
    }
    edges
};

static EVERY_PAIR: [u8; PAIRS] = [u8::MAX; PAIRS];

/// A set with its tables at hand.
struct Finder<'a> {
    symbols: Symbols<'a>,
    trie: Trie<'a>,
    pairs: &'a [u8; PAIRS],
    filter: &'a [u32],
    lengths: u32,
    words: Option<Words<'a>>,
    edges: &'static Edges,
}

#[derive(Clone, Copy)]
struct Trie<'a> {
    nodes: &'a [u32],
    firsts: &'a [u16],
    labels: &'a [u16],
}

/// The characters that `\w` matches.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [u32]);

impl Words<'_> {
    #[inline]
    fn has(self, ch: char) -> bool {
        if ch.is_ascii() {
            return ch.is_ascii_alphanumeric() || ch == '_';
        }
        self.0.partition_point(|&edge| edge <= ch as u32) % 2 == 1
    }
}

impl<'a> Finder<'a> {
    fn new(set: &Literals, pools: &'a Pools<'_>) -> Self {
        Self {
            symbols: set.alphabet.symbols(pools),
            trie: Trie {
                nodes: set.nodes.of(&pools.u32s),
                firsts: set.firsts.of(&pools.u16s),
                labels: set.labels.of(&pools.u16s),
            },
            pairs: set.pairs.of(&pools.u8s).try_into().unwrap_or(&EVERY_PAIR),
            filter: set.filter.of(&pools.u32s),
            lengths: u32::from(set.lengths),
            words: set.whole_word.then(|| Words(set.words.of(&pools.u32s))),
            edges: if set.whole_word { &WORD_STARTS } else { &EVERYWHERE },
        }
    }

    fn find<T: Text>(&self, text: T, from: usize, before: Option<char>) -> Option<Span> {
        let mut chars = [before; RING];
        let mut places = [from; RING];
        let (mut at, mut read, mut left) = (from, 0_usize, PREFIX);
        let (mut window, mut state, mut last) = (0_u64, 0_u8, 0_u16);
        // Whether a match may begin at the character before the one that is read, and at that one.
        let (mut begins, mut next_begins) = (0, before.map_or(1, |ch| self.edge(ch)));
        loop {
            let (mut symbol, mut edge) = (0, 1);
            if let Some((ch, next)) = text.next(at) {
                (symbol, edge) = (self.symbols.of(ch), self.edge(ch));
                chars[read % RING] = Some(ch);
                places[read % RING] = at;
                at = next;
            } else {
                left -= 1;
                if left == 0 {
                    return None;
                }
            }
            read += 1;
            window = window >> BITS | cut(symbol) << (BITS * (PREFIX as u32 - 1));
            state = (state << 1 | begins) & self.pairs[pair(last, symbol)];
            last = symbol;
            (begins, next_begins) = (next_begins, edge);
            if state & BEGINS != 0 {
                let start = places[read.wrapping_sub(PREFIX) % RING];
                // In front of the first character the ring still holds `before`.
                let before = chars[read.wrapping_sub(PREFIX + 1) % RING];
                if self.may_begin(window, before)
                    && let Some(end) = self.match_at(text, start)
                {
                    return Some(Span::new(start, end));
                }
            }
        }
    }

    #[inline]
    fn edge(&self, ch: char) -> u8 {
        self.edges[(ch as usize).min(0x80)]
    }

    /// Whether a literal may begin where the window does: no literal is missed.
    #[inline]
    fn may_begin(&self, window: u64, before: Option<char>) -> bool {
        if self.words.is_some_and(|words| before.is_some_and(|ch| words.has(ch))) {
            return false;
        }
        let mut lengths = self.lengths;
        while lengths != 0 {
            let key = window & ((1 << (BITS * lengths.trailing_zeros())) - 1);
            let (word, bits) = filter_slot(key, self.filter.len());
            if self.filter.get(word).is_some_and(|word| word & bits == bits) {
                return true;
            }
            lengths &= lengths - 1;
        }
        false
    }

    /// Where the literal ends that begins at `at` and comes first in the order given.
    #[inline(never)]
    fn match_at<T: Text>(&self, text: T, mut at: usize) -> Option<usize> {
        let mut best = (NO_ORDER, None);
        let mut node = 0;
        while let Some((ch, next)) = text.next(at) {
            let Some(child) = self.trie.child(node, self.symbols.of(ch)) else { break };
            let Some(end) = self.follow(text, next, self.trie.label(child)) else { break };
            node = child;
            at = end;
            let order = self.trie.order(node);
            if order < best.0 && self.may_end(text, at) {
                best = (order, Some(at));
            }
        }
        best.1
    }

    /// Where `label` ends if the text goes on with it at `at`.
    #[inline]
    fn follow<T: Text>(&self, text: T, mut at: usize, label: &[u16]) -> Option<usize> {
        for &symbol in label {
            let (ch, next) = text.next(at)?;
            if self.symbols.of(ch) != symbol {
                return None;
            }
            at = next;
        }
        Some(at)
    }

    #[inline]
    fn may_end<T: Text>(&self, text: T, at: usize) -> bool {
        let Some(words) = self.words else { return true };
        !text.next(at).is_some_and(|(ch, _)| words.has(ch))
    }
}

impl<'a> Trie<'a> {
    #[inline]
    fn number(self, node: usize, field: usize) -> usize {
        self.nodes.get(node * NODE + field).map_or(0, |&number| number as usize)
    }

    #[inline]
    fn child(self, node: usize, symbol: u16) -> Option<usize> {
        if symbol == 0 {
            return None;
        }
        let first = self.number(node, 0);
        let row = self.firsts.get(first..self.number(node + 1, 0))?;
        row.binary_search(&symbol).ok().map(|i| first + i)
    }

    #[inline]
    fn label(self, node: usize) -> &'a [u16] {
        self.labels.get(self.number(node, 1)..self.number(node + 1, 1)).unwrap_or(&[])
    }

    #[inline]
    fn order(self, node: usize) -> u32 {
        self.nodes.get(node * NODE + 2).copied().unwrap_or(NO_ORDER)
    }
}
