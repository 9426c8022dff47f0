//! What factors look like, a byte a lane.

use super::{Front, Fronts, Groups, MAX_GROUPS, SET, ends_escape, has_short_escape, is_word, unit};
use crate::arch::{Finds, GroupSet, LANES};
use crate::table::Pad;
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

/// The bytes of each lane, for all groups.
#[derive(Clone, TryFromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Lanes {
    /// `bytes[lane][byte]`: the groups whose factors may have this byte there.
    bytes: [[Groups; 256]; LANES],
    /// The same for eight groups each; behind the last one that is used, what stands behind the `u` of an escape of four digits, or
    /// in front of its backslash, where a factor may lie over it.
    sets: [GroupSet; MAX_GROUPS / SET + 1],
    /// The same of searches that look at numbers or booleans, without escapes.
    bare: [GroupSet; MAX_GROUPS / SET],
    /// Nothing.
    pad: Pad<3>,
    /// How many of each hold any group.
    used: [u32; 2],
    /// For each lane, the groups that may have the first byte of a character beyond ASCII there.
    wide: [Groups; LANES],
}

impl Lanes {
    /// What may stand at each lane: `bytes[lane][byte]` holds a bit for each group; `bare` the same for searches that look at
    /// numbers or booleans, which is as much or less.
    ///
    /// `firsts` holds a bit for each of a few groups of characters beyond ASCII, for each of the four digits of their escapes: together
    /// these are all that a factor may begin with.
    ///
    /// Lane 0 is the byte in front of the factor: the last one of the character there if that is written plainly. Where a
    /// factor may begin a text, lane 0 holds what stands in front of one: a quote, and for numbers `:`, `,`, `[` and
    /// white space. What ends an escape is added here.
    #[must_use]
    pub fn new(
        bytes: &[[Groups; 256]; LANES],
        bare: &[[Groups; 256]; LANES],
        firsts: &[[u8; 256]; 4],
    ) -> Self {
        let wide = bytes.map(|lane| lane[0xc2..0xf5].iter().fold(0, |all, groups| all | groups));
        let Self { mut sets, bare: mut bare_sets, .. } = Self::NONE;
        let [of_factors @ .., _] = &mut sets;
        let used = [sets_of(bytes, of_factors), sets_of(bare, &mut bare_sets)];
        if let Some(set) = sets.get_mut(used[0] as usize) {
            sets_of(&escapes(bytes, &wide, firsts), core::slice::from_mut(set));
            set.finds = Finds::Escapes;
        }
        Self { bytes: *bytes, sets, bare: bare_sets, pad: Pad::ZERO, used, wide }
    }

    /// Groups of characters that factors begin with.
    pub const FIRSTS: u32 = 8 - 1 - FRONT;

    /// No group.
    pub const NONE: Self = Self {
        bytes: [[0; 256]; LANES],
        sets: [GroupSet::NONE; MAX_GROUPS / SET + 1],
        bare: [GroupSet::NONE; MAX_GROUPS / SET],
        pad: Pad::ZERO,
        used: [0; 2],
        wide: [0; LANES],
    };

    /// The tables of the groups that there are.
    #[must_use]
    pub fn sets(&self) -> &[GroupSet] {
        self.sets.get(..self.used[0] as usize).unwrap_or(&self.sets)
    }

    /// The same for numbers and booleans.
    #[must_use]
    pub fn bare(&self) -> &[GroupSet] {
        self.bare.get(..self.used[1] as usize).unwrap_or(&self.bare)
    }

    /// The same, and what finds escapes of four digits, of one backslash: those that a factor may begin with, by the byte behind
    /// the `u`; or, [`FRONT`] bytes in front of the `u`, what may be the front of a factor over one.
    #[must_use]
    pub(crate) fn sets_and_escapes(&self) -> &[GroupSet] {
        self.sets.get(..=self.used[0] as usize).unwrap_or(&self.sets)
    }

    /// Whether there are as many tables as it says.
    pub(crate) fn is_sound(&self) -> bool {
        self.used.iter().all(|used| *used as usize <= self.bare.len())
    }

    /// Whether there is any group.
    #[inline]
    #[must_use]
    pub fn used(&self) -> bool {
        self.used[0] > 0
    }

    /// The groups of which a factor may show at a place; `byte` tells the byte so many behind it.
    #[inline(always)]
    #[must_use]
    pub fn shown(&self, byte: impl Fn(isize) -> u8) -> Groups {
        let behind = self.shown_behind(&byte);
        match behind != 0 && !self.escape_before(&byte) {
            true => behind & self.bytes[0][usize::from(byte(-1))],
            false => behind,
        }
    }

    /// The same, whatever stands in front of the place.
    #[inline(always)]
    #[must_use]
    pub fn shown_behind(&self, byte: impl Fn(isize) -> u8) -> Groups {
        let of = |lane: usize| self.bytes[lane][usize::from(byte(lane as isize - 1))];
        of(1) & of(2) & of(3) & of(4)
    }

    /// The groups whose factors may have this byte at this lane; all behind the last one.
    #[inline]
    #[must_use]
    pub fn at(&self, lane: usize, byte: u8) -> Groups {
        self.bytes.get(lane).map_or(Groups::MAX, |lane| lane[usize::from(byte)])
    }

    /// The groups of which a factor may lie over an escape of four digits, or behind it: `byte` tells the byte so many
    /// behind its `u`.
    #[must_use]
    pub fn shown_around(&self, byte: impl Fn(isize) -> u8) -> Groups {
        self.over_escape(&byte) | self.shown_behind(|offset| byte(5 + offset))
    }

    /// The same, but not of what begins behind it.
    #[must_use]
    pub fn over_escape(&self, byte: impl Fn(isize) -> u8) -> Groups {
        let Some(unit) = unit(&byte) else { return Groups::MAX };
        let mut utf8 = [0; 4];
        // Half of a pair may also stand alone, and is U+FFFD then. 1,024 pairs have the first half in common, and in
        // UTF-8 two bytes.
        let first = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
        let over = self.shown_over(&byte, first.encode_utf8(&mut utf8).as_bytes());
        let Some(high) = unit.checked_sub(0xd800).filter(|high| *high < 0x400) else { return over };
        let pair = char::from_u32(0x1_0000 + u32::from(high) * 0x400).unwrap_or(first);
        let known = pair.encode_utf8(&mut utf8).as_bytes().get(..2).unwrap_or(&[]);
        over | self.shown_over(&byte, known)
    }

    /// The groups of which a factor may lie over an escape that stands for a character that begins with `known`.
    fn shown_over(&self, byte: impl Fn(isize) -> u8, known: &[u8]) -> Groups {
        let first = known.first().copied().unwrap_or(0);
        let run = (1..=Self::DEEPEST).take_while(|back| byte(-back) == b'\\').count() as isize;
        // What these spell is an escape of a deeper level, or part of one.
        if first == b'\\' || run > 1 && first.is_ascii_alphanumeric() || run == Self::DEEPEST {
            return Groups::MAX;
        }
        let known = if has_short_escape(first) { b"\\" } else { known };
        let before_it = byte(-run - 1);
        // Most text that is escaped is text beyond ASCII, and most of it stands behind no front of a factor.
        if first >= 0x80 && run == 1 {
            let close = |lane: usize| self.wide[lane] & self.bytes[lane - 1][usize::from(before_it)];
            if self.wide[1] | close(2) | close(3) | close(4) == 0 {
                return 0;
            }
        }
        (1..LANES).fold(0, |all, lane| {
            // Of a deeper level, some of the backslashes may be characters in front of it.
            let behind_backslash = match lane {
                _ if run == 1 => 0,
                1 => Groups::MAX,
                _ => self.bytes[lane - 1][usize::from(b'\\')],
            };
            let close = if lane == 1 { Groups::MAX } else { self.bytes[lane - 1][usize::from(before_it)] };
            let mut groups = close | behind_backslash;
            for (table, &byte) in self.bytes[lane..].iter().zip(known) {
                groups &= table[usize::from(byte)];
                if groups == 0 {
                    return all;
                }
            }
            let place = -run - (lane as isize - 1);
            let before = self.shown_until(lane, |offset| byte(place + offset));
            all | groups & (before | behind_backslash)
        })
    }

    /// Backslashes in front of an escape that are counted.
    const DEEPEST: isize = 32;

    /// The groups whose factors may have at a place the bytes of the first `lanes` lanes.
    fn shown_until(&self, lanes: usize, byte: impl Fn(isize) -> u8) -> Groups {
        let of = |lane: usize| self.bytes[lane][usize::from(byte(lane as isize - 1))];
        let before = if self.escape_before(&byte) { Groups::MAX } else { of(0) };
        (1..lanes).fold(before, |groups, lane| groups & of(lane))
    }

    /// What stands in front of a place in a text that begins behind a quote; `byte` tells the byte so many behind it.
    #[inline(always)]
    #[must_use]
    pub fn fronts(&self, byte: impl Fn(isize) -> u8) -> Fronts {
        self.fronts_where(|back| byte(-1 - back) == b'"' && byte(-2 - back) != b'\\', &byte)
    }

    /// The same, where `begins` says whether the text begins so many bytes in front of the place.
    #[inline(always)]
    #[must_use]
    pub fn fronts_where(&self, begins: impl Fn(isize) -> bool, byte: impl Fn(isize) -> u8) -> Fronts {
        let front = |back: isize| match () {
            () if begins(back) => Front::Edge,
            () if self.escape_before(|offset| byte(offset - back)) => Front::Unknown,
            () => Front::Byte(byte(-1 - back)),
        };
        match front(0) {
            // Behind one byte stands another character.
            last @ Front::Byte(..0x80) => {
                let second = front(1);
                // An escape may be the edge of a nested text.
                let within = matches!(second, Front::Byte(..0x80)) && matches!(front(2), Front::Byte(_));
                Fronts { last, second, within }
            }
            last => Fronts { last, second: Front::Unknown, within: false },
        }
    }

    /// Whether what stands in front of a place may be an escape: a letter ends a short one only behind a backslash.
    #[inline(always)]
    fn escape_before(&self, byte: impl Fn(isize) -> u8) -> bool {
        let before = byte(-1);
        ends_escape(before) && (!before.is_ascii_lowercase() || byte(-2) == b'\\')
            || byte(-5) == b'u' && byte(-6) == b'\\'
    }
}

/// Characters of a factor that may stand in front of an escape that it lies over.
pub(crate) const FRONT: u32 = LANES as u32 - 2;

/// What [`Lanes::sets_and_escapes`] has for escapes.
fn escapes(
    bytes: &[[Groups; 256]; LANES],
    wide: &[Groups; LANES],
    firsts: &[[u8; 256]; 4],
) -> [[Groups; 256]; LANES] {
    const ALL: [Groups; 256] = [Groups::MAX; 256];
    let only = |wanted: &[u8]| core::array::from_fn(|byte| Groups::from(wanted.contains(&(byte as u8))));
    let mut lanes = [[0; 256]; LANES];
    let mut add = |bit: u32, window: [[Groups; 256]; LANES]| {
        for (lane, bytes) in lanes.iter_mut().zip(window) {
            lane.iter_mut().zip(bytes).for_each(|(all, here)| *all |= Groups::from(here != 0) << bit);
        }
    };
    // Those of ASCII are few.
    add(0, [only(b"u"), only(b"0"), only(b"0"), only(b"01234567"), ALL]);
    for front in 1..=FRONT as usize {
        let held = |lane: usize| bytes[lane].map(|groups| groups & wide[front + 1]);
        let mut window = [ALL; LANES];
        (0..front).for_each(|at| window[FRONT as usize - front + at] = held(at + 1));
        window[FRONT as usize] = only(b"\\");
        window[FRONT as usize + 1] = only(b"u");
        add(front as u32, window);
    }
    for group in 0..Lanes::FIRSTS {
        let digit = |digit: usize| firsts[digit].map(|groups: u8| Groups::from(groups >> group & 1));
        add(1 + FRONT + group, [only(b"u"), digit(0), digit(1), digit(2), digit(3)]);
    }
    lanes
}

/// What may stand at each lane, for eight groups each; returns how many of these are used.
fn sets_of(bytes: &[[Groups; 256]; LANES], sets: &mut [GroupSet]) -> u32 {
    let mut used = 0;
    for (index, set) in sets.iter_mut().enumerate() {
        let of = |groups: Groups| (groups >> (index * SET)) as u8;
        for (lane, table) in bytes.iter().enumerate() {
            for (byte, &groups) in table.iter().enumerate() {
                let ends_escape = lane == 0 && ends_escape(byte as u8);
                let roughly = if ends_escape { u8::MAX } else { of(groups) };
                set.low[lane][byte & 15] |= roughly;
                set.high[lane][byte >> 4] |= roughly;
                let letter = (byte as u8).is_ascii_lowercase();
                set.exact[lane][byte >> 7][byte & 127] = if letter { of(groups) } else { roughly };
            }
        }
        let words = bytes[0].iter().enumerate().filter(|(byte, _)| is_word(*byte as u8));
        if words.fold(0, |all, (_, &groups)| all | of(groups)) == 0 {
            set.finds = Finds::BehindNoWord;
        }
        if bytes[1].iter().any(|&groups| of(groups) != 0) {
            used = index as u32 + 1;
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::{BLOCK, Isa, Path, WINDOW, Work};
    use crate::factor::{Near, places_and_escapes};

    struct Places<'a>(&'a Lanes, &'a [u8; WINDOW], u64);

    impl Work for Places<'_> {
        type Result = [u64; 2];

        #[inline(always)]
        fn run(self, isa: impl Isa) -> [u64; 2] {
            places_and_escapes(isa, self.0.sets_and_escapes(), self.1, self.2)
        }
    }

    #[test]
    fn every_path_finds_the_places_that_show_a_factor_and_few_more() {
        let mut seed = 7u64;
        let mut below = move |limit: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % limit
        };
        let (mut exact, mut shown, mut begins) = (0, 0, 0);
        for round in 0..3000 {
            let mut bytes = [[0; 256]; LANES];
            for table in bytes.iter_mut().flatten() {
                let groups = below(1 << 32) & below(1 << 32);
                *table = (groups as Groups) << (round % 4 * 8) >> (round % 3 * 8);
            }
            let mut firsts = [[0; 256]; 4];
            firsts.as_flattened_mut().fill_with(|| below(1 << 32) as u8);
            let lanes = Lanes::new(&bytes, &bytes, &firsts);
            // Behind escapes of four digits, anything may stand in front.
            let behind = [0, below(1 << 32) << 32 | below(1 << 32)][round % 2];
            let mut window = [0; WINDOW];
            window.fill_with(|| match below(4) {
                0 => b"\\\"/nrtu\xc3\xa9"[below(9) as usize],
                _ => below(128) as u8,
            });
            let shows = |bit: usize| {
                let near = Near::new(window.get(BLOCK + bit - Near::BEFORE..));
                // What an escape of four digits hides is found by its `u`.
                near.byte(-5) != b'u' && lanes.shown(|offset| near.byte(offset)) != 0
                    || behind >> bit & 1 == 1 && lanes.shown_behind(|offset| near.byte(offset)) != 0
            };
            let wanted = (0..BLOCK).fold(0, |mask, bit| mask | u64::from(shows(bit)) << bit);
            let [scalar, escapes] = Path::PLAIN.run(Places(&lanes, &window, behind));
            exact += wanted.count_ones();
            shown += scalar.count_ones();
            assert_eq!(wanted & !scalar, 0);
            let digits = |bit: usize| (0..4).map(move |digit| BLOCK + bit + digit);
            let first = |bit: usize| {
                let groups = digits(bit).zip(&firsts).map(|(at, digit)| digit[usize::from(window[at])]);
                window[BLOCK + bit - 1] == b'u' && groups.fold(u8::MAX, |all, groups| all & groups) & 15 != 0
            };
            let begun = (0..BLOCK).fold(0, |mask, bit| mask | u64::from(first(bit)) << bit);
            begins += begun.count_ones();
            assert_eq!(begun & !escapes, 0);
            for path in Path::available().into_iter().flatten() {
                let [found, also] = path.run(Places(&lanes, &window, behind));
                assert_eq!([wanted & !found, begun & !also], [0; 2], "{}", path.name());
                assert!(path.name() != "avx512" || [found, also] == [scalar, escapes]);
            }
        }
        assert!(exact > 1000 && shown < 4 * exact, "{shown} places for {exact}");
        assert!(begins > 1000);
    }
}
