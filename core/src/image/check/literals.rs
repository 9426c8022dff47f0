//! Sets of literals: a trie whose nodes stand level by level, so that no way leads back.

use super::automata::alphabet;
use super::{Claims, Sound, ensure};
use crate::matcher::literals::{LONGEST, Literals, NODE, PAIRS, PREFIX};

/// Symbols that there can be.
const SYMBOLS: u32 = 1 << 16;

pub(super) fn set(set: &Literals, claims: &mut Claims<'_>) -> Sound {
    alphabet(&set.alphabet, SYMBOLS, claims)?;
    trie(claims.u32s(set.nodes)?, claims.u16s(set.firsts)?, claims.u16s(set.labels)?)?;
    ensure(claims.u8s(set.pairs)?.len() == PAIRS)?;
    ensure(claims.u32s(set.filter)?.len().is_power_of_two())?;
    ensure(usize::from(set.lengths) < 1 << (PREFIX + 1))?;
    ensure(claims.u32s(set.words)?.is_sorted())
}

/// Each node's children and label begin where those of the node before end; children stand behind their node.
fn trie(nodes: &[u32], firsts: &[u16], labels: &[u16]) -> Sound {
    let (nodes, []) = nodes.as_chunks::<NODE>() else { return None };
    let ([first, _, _], (close, inner)) = (nodes.first()?, nodes.split_last()?);
    ensure(*first == 1 && close[0] as usize == inner.len() && close[1] as usize == labels.len())?;
    ensure(firsts.len() == inner.len())?;
    for (index, (node, next)) in nodes.iter().zip(nodes.iter().skip(1)).enumerate() {
        ensure(node[0] as usize > index)?;
        let row = firsts.get(node[0] as usize..next[0] as usize)?;
        // No character outside the alphabet goes on.
        ensure(row.is_sorted_by(|a, b| a < b) && row.first() != Some(&0))?;
        ensure(labels.get(node[1] as usize..next[1] as usize)?.len() < LONGEST)?;
    }
    ensure(levels(nodes, inner.len())? <= LONGEST)
}

/// The levels below the root. Where one ends, the children of its nodes end too.
fn levels(nodes: &[[u32; NODE]], count: usize) -> Option<usize> {
    let (mut levels, mut end) = (0, 1);
    while end < count {
        end = nodes.get(end)?[0] as usize;
        levels += 1;
    }
    Some(levels)
}
