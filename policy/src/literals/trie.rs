//! The trie and its filter, from sorted literals.

use super::Texts;
use spanmask_core::matcher::literals::{Literals, NO_ORDER, NODE, PAIRS, PREFIX, filter_slot, pack, pair};
use spanmask_core::table::PoolBuilder;

/// The record without its alphabet, and the first duplicate.
pub(super) struct Trie {
    pub(super) record: Literals,
    pub(super) duplicate: Option<(usize, usize)>,
}

/// The literals below a node: `sorted[low..high]`, equal in their first `depth` symbols.
struct Group {
    low: usize,
    high: usize,
    depth: usize,
}

pub(super) fn build(texts: &Texts, sorted: &[u32], pools: &mut PoolBuilder) -> Trie {
    let mut rows = Rows::new(sorted.len());
    let mut node = 0;
    while node < rows.groups.len() {
        rows.grow(node, texts, sorted);
        node += 1;
    }
    let (filter, lengths) = filter(texts, sorted);
    Trie {
        duplicate: rows.duplicate,
        record: Literals {
            nodes: pools.u32s(&rows.finish_nodes()),
            firsts: pools.u16s(&rows.firsts),
            labels: pools.u16s(&rows.labels),
            pairs: pools.u8s(&pairs(texts)),
            filter: pools.u32s(&filter),
            lengths,
            ..Literals::default()
        },
    }
}

struct Rows {
    groups: Vec<Group>,
    nodes: Vec<[u32; NODE]>,
    firsts: Vec<u16>,
    labels: Vec<u16>,
    duplicate: Option<(usize, usize)>,
}

impl Rows {
    fn new(count: usize) -> Self {
        Self {
            groups: vec![Group { low: 0, high: count, depth: 0 }],
            nodes: vec![[0, 0, NO_ORDER]],
            firsts: vec![0],
            labels: Vec::new(),
            duplicate: None,
        }
    }

    /// Ends the literals that end at `node`, and appends its children.
    fn grow(&mut self, node: usize, texts: &Texts, sorted: &[u32]) {
        let Group { mut low, high, depth } = self.groups[node];
        while low < high && texts.get(sorted[low] as usize).len() == depth {
            self.end_literal(node, sorted[low]);
            low += 1;
        }
        self.nodes[node][0] = self.nodes.len() as u32;
        while low < high {
            let head = texts.get(sorted[low] as usize);
            let same = |&index: &u32| texts.get(index as usize)[depth] == head[depth];
            let end = low + sorted[low..high].iter().take_while(|index| same(index)).count();
            let tail = texts.get(sorted[end - 1] as usize);
            let shared = head[depth..].iter().zip(&tail[depth..]).take_while(|(a, b)| a == b).count();
            self.nodes.push([0, self.labels.len() as u32, NO_ORDER]);
            self.firsts.push(head[depth]);
            self.labels.extend_from_slice(&head[depth + 1..depth + shared]);
            self.groups.push(Group { low, high: end, depth: depth + shared });
            low = end;
        }
    }

    /// Equal literals come in the order given, so the first one stays.
    fn end_literal(&mut self, node: usize, index: u32) {
        let order = &mut self.nodes[node][2];
        if *order == NO_ORDER {
            *order = index;
            return;
        }
        let found = (index as usize, *order as usize);
        self.duplicate = Some(self.duplicate.map_or(found, |known| known.min(found)));
    }

    fn finish_nodes(&self) -> Vec<u32> {
        let close = [self.nodes.len() as u32, self.labels.len() as u32, NO_ORDER];
        self.nodes.iter().chain([&close]).flatten().copied().collect()
    }
}

/// The filter, and the lengths of the prefixes in it.
fn filter(texts: &Texts, sorted: &[u32]) -> (Vec<u32>, u8) {
    let prefix = |index: &u32| {
        let text = texts.get(*index as usize);
        &text[..text.len().min(PREFIX)]
    };
    let mut prefixes: Vec<&[u16]> = sorted.iter().map(prefix).collect();
    prefixes.dedup();
    // 8 to 16 bits a prefix: two bits of one word each let one place in 25 to 80 through in vain.
    let words = (prefixes.len() / 4).next_power_of_two().max(8);
    let mut filter = vec![0; words];
    let mut lengths = 0;
    for prefix in prefixes {
        let (word, bits) = filter_slot(pack(prefix), words);
        filter[word] |= bits;
        lengths |= 1 << prefix.len();
    }
    (filter, lengths)
}

/// For each pair of symbols the positions at which a literal has it.
fn pairs(texts: &Texts) -> Vec<u8> {
    let shortest = texts.lengths().min().unwrap_or(0);
    let positions = (shortest.min(PREFIX) - 1).max(1);
    let mut pairs = vec![u8::MAX << positions; PAIRS];
    let highest = texts.symbols.iter().copied().max().unwrap_or(0);
    for index in 0..texts.len() {
        match *texts.get(index) {
            [only] => (0..=highest).for_each(|next| pairs[pair(only, next)] |= 1),
            ref text => {
                for (position, two) in text.windows(2).take(positions).enumerate() {
                    pairs[pair(two[0], two[1])] |= 1 << position;
                }
            }
        }
    }
    pairs
}
