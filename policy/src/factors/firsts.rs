//! Which characters beyond ASCII factors begin with, by the digits of their escapes (`\uXXXX`).

use spanmask_core::factor::Lanes;
use std::collections::{BTreeMap, HashMap};

/// A set of characters; of those of ASCII nothing is told.
#[derive(Clone, Debug)]
pub(crate) enum Firsts {
    Any,
    /// Ranges, in any order.
    Of(Vec<(char, char)>),
}

impl Default for Firsts {
    fn default() -> Self {
        Self::Of(Vec::new())
    }
}

/// The values that each digit of an escape may have, a bit for each: all code units that are made of these.
type Digits = [u16; 4];

impl Firsts {
    pub(crate) fn add(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Of(mine), Self::Of(theirs)) => mine.extend(theirs),
            _ => *self = Self::Any,
        }
    }

    /// For [`Lanes::new`]. More characters than there are, where these do not fit so few groups.
    pub(crate) fn digits(&self) -> [[u8; 256]; 4] {
        let mut digits = [[0; 256]; 4];
        for (group, set) in self.groups().into_iter().enumerate() {
            for (bytes, values) in digits.iter_mut().zip(set) {
                for value in (0..16).filter(|value| values >> value & 1 == 1) {
                    for text in [format!("{value:x}"), format!("{value:X}")] {
                        bytes[usize::from(text.as_bytes()[0])] |= 1 << group;
                    }
                }
            }
        }
        digits
    }

    fn groups(&self) -> Vec<Digits> {
        let Self::Of(ranges) = self else { return vec![[u16::MAX; 4]] };
        // The last two digits for each first two, then the first ones for each of these.
        let mut pages: BTreeMap<u16, (u16, u16)> = BTreeMap::new();
        for unit in units(ranges) {
            let (third, fourth) = pages.entry(unit >> 8).or_default();
            *third |= 1 << (unit >> 4 & 15);
            *fourth |= 1 << (unit & 15);
        }
        let mut rows: BTreeMap<(u16, u16, u16), u16> = BTreeMap::new();
        for (page, (third, fourth)) in pages {
            *rows.entry((page >> 4, third, fourth)).or_default() |= 1 << (page & 15);
        }
        let mut sets: BTreeMap<(u16, u16, u16), u16> = BTreeMap::new();
        for ((first, third, fourth), second) in rows {
            *sets.entry((second, third, fourth)).or_default() |= 1 << first;
        }
        let sets = sets.into_iter().map(|((second, third, fourth), first)| [first, second, third, fourth]);
        few(sets.collect())
    }
}

/// The code units of characters beyond ASCII, and halves of pairs.
fn units(ranges: &[(char, char)]) -> Vec<u16> {
    /// What half of a pair that stands alone is read as.
    const REPLACEMENT: u16 = 0xfffd;
    let mut units = Vec::new();
    for &(start, end) in ranges {
        let (start, end) = (u32::from(start).max(0x80), u32::from(end));
        units.extend((start..=end.min(0xffff)).map(|code| code as u16));
        // The first half goes for all of the pair.
        units.extend((start.max(0x1_0000) >> 10..=end >> 10).map(|high| 0xd7c0 + high as u16));
    }
    if units.contains(&REPLACEMENT) {
        units.extend(0xd800..0xe000);
    }
    units
}

/// What most text beyond ASCII is written with: letters, punctuation and symbols of large scripts, and the first halves of most
/// emoji.
const COMMON: [(u16, u16); 14] = [
    (0x00a0, 0x024f),
    (0x0370, 0x03ff),
    (0x0400, 0x04ff),
    (0x05d0, 0x05ea),
    (0x060c, 0x064f),
    (0x0900, 0x0965),
    (0x0e00, 0x0e4f),
    (0x2000, 0x206f),
    (0x3000, 0x30ff),
    (0x4e00, 0x9fff),
    (0xac00, 0xd7a3),
    (0xff00, 0xff0f),
    (0xff1a, 0xff65),
    (0xd83c, 0xd83e),
];

/// How many others count as much as one of these.
const RARE: u32 = 32;

/// Puts those two together of which that makes the fewest more code units, by how common they are, until there are few enough.
fn few(mut sets: Vec<Digits>) -> Vec<Digits> {
    /// More are put together by number only.
    const MANY: usize = 48;
    let weight =
        |unit: u16| if COMMON.iter().any(|(first, last)| (first..=last).contains(&&unit)) { RARE } else { 1 };
    let weights: Vec<u32> = (0..=u16::MAX).map(weight).collect();
    let mut known = HashMap::new();
    while sets.len() > Lanes::FIRSTS as usize {
        let by_number = sets.len() > MANY;
        let mut size = |set: Digits| match by_number {
            true => set.iter().map(|values| i64::from(values.count_ones())).product::<i64>(),
            false => *known.entry(set).or_insert_with(|| weigh(set, &weights)),
        };
        let pairs = (1..sets.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
        let more = |&(a, b): &(usize, usize)| size(both(sets[a], sets[b])) - size(sets[a]) - size(sets[b]);
        let Some((a, b)) = pairs.min_by_key(more) else { break };
        sets[a] = both(sets[a], sets[b]);
        sets.swap_remove(b);
    }
    sets
}

fn both(a: Digits, b: Digits) -> Digits {
    std::array::from_fn(|digit| a[digit] | b[digit])
}

fn weigh(set: Digits, weights: &[u32]) -> i64 {
    let [first, second, third, fourth] =
        set.map(|values| (0..16).filter(move |value| values >> value & 1 == 1));
    let pages = first.flat_map(|high| second.clone().map(move |low| high << 4 | low));
    let rows = pages.flat_map(|page| third.clone().map(move |row| page << 4 | row));
    rows.flat_map(|row| fourth.clone().map(move |low| i64::from(weights[row << 4 | low]))).sum()
}
