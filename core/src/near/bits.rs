//! One pass over a segment: a bit for each place and group.

use super::align::place_before;
use crate::arch::{BLOCK, Isa, Path, WINDOW, Work};
use crate::factor::{Groups, Lanes, MAX_GROUPS, Near, Reach, Watch, has_short_escape, places};
use crate::span::Span;
use crate::table::Room;
use crate::view::Text;

/// The most characters that a factor may lie behind the start of its match.
const MOST: usize = Reach::MOST as usize;
/// Readings of a value.
const READINGS: usize = 2;
/// Characters in which a factor can show.
const FRONT: usize = crate::arch::LANES - 1;

/// The places of a segment, by group.
pub(crate) struct Bits<'m> {
    path: Path,
    /// Word `w * MAX_GROUPS + g`: places `64 * w ..` of group `g`; only those hold good that `blocks` names.
    words: Room<'m, u64>,
    /// For each group, the blocks in which it has a place.
    blocks: [u64; MAX_GROUPS],
    segment: Span,
    /// The groups that have a place.
    present: Groups,
    /// Places behind the segment to which a match may reach that begins in it.
    behind: [(usize, Groups); MOST],
    count: usize,
    /// For each reading of the value, a place shortly before the segment: whoever looks for places begins there.
    known: [usize; READINGS],
}

impl<'m> Bits<'m> {
    /// Bits for segments of at most `64 * words.len() / MAX_GROUPS` bytes, and at most 64 blocks.
    pub(crate) fn new(path: Path, words: Room<'m, u64>) -> Self {
        let segment = Span::new(0, 0);
        let blocks = [0; MAX_GROUPS];
        Self {
            path,
            words,
            blocks,
            segment,
            present: 0,
            behind: [(0, 0); MOST],
            count: 0,
            known: [0; READINGS],
        }
    }

    /// Words that segments of `len` bytes take.
    pub(crate) const fn words(len: usize) -> usize {
        len.div_ceil(BLOCK) * MAX_GROUPS
    }

    /// The groups that have a place.
    pub(crate) fn present(&self) -> Groups {
        self.present
    }

    /// Looks at `segment` of the value that `text` reads, its reading number `reading`. Segments follow each other.
    pub(crate) fn scan<T: Text>(
        &mut self,
        watch: Watch<'_>,
        input: &[u8],
        text: T,
        segment: Span,
        reading: usize,
    ) {
        let lanes = watch.lanes();
        self.segment = segment;
        self.present = 0;
        self.count = 0;
        if !lanes.used() {
            return;
        }
        self.blocks = [0; MAX_GROUPS];
        let path = self.path;
        let escaped =
            path.run(Blocks { bits: self, watch, input, value: Span::new(text.start(), text.end()) });
        let mut known = match segment.start > text.start() {
            true => self.known[reading % READINGS],
            false => text.start(),
        };
        // A quote in front of a text may be spelled in many ways.
        match segment.start > text.start() {
            true => known = self.around(lanes, input, text, (known, segment.start), 1),
            false => self.note(lanes, text, segment.start),
        }
        if escaped {
            known = self.behind_escapes(lanes, input, text, known);
        }
        if segment.end < text.end() {
            known = self.around(lanes, input, text, (known, segment.end), MOST);
        }
        self.known[reading % READINGS] = known;
    }

    #[inline]
    fn set(&mut self, place: usize, mut groups: Groups) {
        self.present |= groups;
        let Some(at) = place.checked_sub(self.segment.start) else { return };
        while groups != 0 {
            let group = groups.trailing_zeros() as usize;
            groups &= groups - 1;
            let (block, bit) = (at / BLOCK, 1 << (at % BLOCK));
            if let (Some(word), Some(blocks)) =
                (self.words.get_mut(block * MAX_GROUPS + group), self.blocks.get_mut(group))
            {
                let known = *blocks >> block & 1 == 1;
                *word = if known { *word | bit } else { bit };
                *blocks |= 1 << block;
            }
        }
    }

    /// Notes what shows at a place to those who read escapes.
    fn note<T: Text>(&mut self, lanes: &Lanes, text: T, place: usize) {
        let groups = shown_to_readers(lanes, text, place);
        if groups == 0 || place < self.segment.start || place >= text.end() {
            return;
        }
        if place < self.segment.end {
            return self.set(place, groups);
        }
        if self.behind.iter().take(self.count).any(|(known, _)| *known == place) {
            return;
        }
        if let Some(slot) = self.behind.get_mut(self.count) {
            *slot = (place, groups);
            self.count += 1;
            self.present |= groups;
        }
    }

    /// The places around a segment's edge: those whose bytes lie on both sides, and `more` places behind it. `known` is a
    /// place before the edge; returns one shortly before it.
    fn around<T: Text>(
        &mut self,
        lanes: &Lanes,
        input: &[u8],
        text: T,
        (known, edge): (usize, usize),
        more: usize,
    ) -> usize {
        let first = walk_from(input, known, edge);
        let mut place = first;
        let mut left = more;
        while left > 0 {
            self.note(lanes, text, place);
            left -= usize::from(place >= edge);
            match text.next(place) {
                Some((_, next)) => place = next,
                None => break,
            }
        }
        first
    }

    /// The places at which an escape of four digits hides a byte of a factor, and those behind one. `known` is a place
    /// before the segment; returns one shortly before the last that was looked at.
    fn behind_escapes<T: Text>(&mut self, lanes: &Lanes, input: &[u8], text: T, known: usize) -> usize {
        let Span { start, end } = self.segment;
        let raw = input.get(..end).unwrap_or(input);
        // Before `left`, there is no place to look at; what shows over the next escape may begin at `last[0]`.
        let (mut at, mut left) = (start, known);
        let mut last = [known; FRONT + 1];
        while let Some(found) = raw.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
            let slash = at + found;
            let run = raw.get(slash..).unwrap_or(&[]).iter().take_while(|byte| **byte == b'\\').count();
            let letter = slash + run;
            at = letter + 1;
            if raw.get(letter) != Some(&b'u') {
                continue;
            }
            let byte = |offset| input.get(letter.wrapping_add_signed(offset)).copied().unwrap_or(b' ');
            if lanes.shown_around(byte) == 0 {
                continue;
            }
            let mut place = walk_from(input, left, slash);
            if place > left {
                last = [place; FRONT + 1];
            }
            // The escape may spell the front of another one, so that it does not tell what stands two characters in front.
            let mut behind = 2;
            while behind > 0 {
                self.note(lanes, text, place);
                match place <= letter {
                    true => {
                        last.rotate_left(1);
                        last[FRONT] = place;
                    }
                    false => behind -= 1,
                }
                match text.next(place) {
                    Some((_, next)) => place = next,
                    None => break,
                }
            }
            left = place;
        }
        last[0]
    }

    /// The first place of one of these groups at or after `from`; it may lie behind the segment.
    #[inline]
    pub(crate) fn next(&self, groups: Groups, from: usize) -> Option<usize> {
        let at = from.max(self.segment.start) - self.segment.start;
        let first = at / BLOCK;
        let mut blocks = 0;
        let mut left = groups;
        while left != 0 {
            blocks |= self.blocks.get(left.trailing_zeros() as usize).copied().unwrap_or(0);
            left &= left - 1;
        }
        blocks &= u64::MAX.checked_shl(first as u32).unwrap_or(0);
        while blocks != 0 {
            let block = blocks.trailing_zeros() as usize;
            blocks &= blocks - 1;
            let word = self.word(groups, block);
            let word = if block == first { word & u64::MAX << (at % BLOCK) } else { word };
            if word != 0 {
                return Some(self.segment.start + block * BLOCK + word.trailing_zeros() as usize);
            }
        }
        let behind = self.behind.get(..self.count).unwrap_or(&[]);
        behind.iter().find(|(place, shown)| *place >= from && shown & groups != 0).map(|(place, _)| *place)
    }

    #[inline]
    fn word(&self, mut groups: Groups, block: usize) -> u64 {
        let words = self.words.get(block * MAX_GROUPS..(block + 1) * MAX_GROUPS).unwrap_or(&[]);
        let mut all = 0;
        while groups != 0 {
            let group = groups.trailing_zeros() as usize;
            groups &= groups - 1;
            if self.blocks.get(group).is_some_and(|blocks| blocks >> block & 1 == 1) {
                all |= words.get(group).copied().unwrap_or(0);
            }
        }
        all
    }
}

/// A place at least [`FRONT`] characters before the raw offset `at`, or `floor`, which is a place.
fn walk_from(input: &[u8], floor: usize, at: usize) -> usize {
    place_before(input, floor, at.saturating_sub(FRONT * 4).max(floor)).unwrap_or(floor)
}

/// The groups of which a factor shows at a place when escapes are read, whatever stands in front of it.
fn shown_to_readers<T: Text>(lanes: &Lanes, text: T, mut place: usize) -> Groups {
    let mut groups = Groups::MAX;
    let mut lane = 1;
    while lane <= FRONT {
        // Behind the end of a text, lanes hold every byte.
        let Some((ch, next)) = text.next(place) else { break };
        place = next;
        if ch.is_ascii() && has_short_escape(ch as u8) {
            return groups & lanes.at(lane, b'\\');
        }
        for byte in ch.encode_utf8(&mut [0; 4]).bytes() {
            groups &= lanes.at(lane, byte);
            lane += 1;
            if lane > FRONT {
                break;
            }
        }
    }
    groups
}

/// Where so many places in a row are left when they are read on at, that is of no use for now.
const ROW: u32 = 16;

/// How many are taken unread then: as many as are read on at most, so that a flood of what goes on and on costs little.
const UNREAD: u32 = 48;

/// Looks at each block of the segment; whether there is an escape of four digits.
struct Blocks<'b, 'm, 'a> {
    bits: &'b mut Bits<'m>,
    watch: Watch<'a>,
    input: &'a [u8],
    value: Span,
}

impl Work for Blocks<'_, '_, '_> {
    type Result = bool;

    #[inline(always)]
    fn run(self, isa: impl Isa) -> bool {
        let Self { bits, watch, input, value } = self;
        let (lanes, text) = (watch.lanes(), input.get(..value.end).unwrap_or(input));
        let Span { start, end } = bits.segment;
        let mut escapes = 0;
        // How many places in a row were left, and how many are not read on at.
        let (mut row, mut unread) = (0, 0);
        let mut block = start;
        while block < end {
            let mut spare = [b' '; WINDOW];
            let window = window(input, block, &mut spare);
            if let Some(bytes) = window[BLOCK..].first_chunk() {
                // A `u` behind the block is found by its backslash.
                let bytes = isa.load(bytes);
                let backslash = isa.equal(bytes, b'\\');
                escapes |= backslash & (isa.equal(bytes, b'u') >> 1 | 1 << 63);
            }
            let mut places = places(isa, lanes.sets(), window);
            if end - block < BLOCK {
                places &= (1 << (end - block)) - 1;
            }
            while places != 0 {
                let bit = places.trailing_zeros() as usize;
                places &= places - 1;
                let near = Near::new(window.get(BLOCK + bit - Near::BEFORE..));
                let byte = |offset| near.byte(offset);
                let (place, groups) = (block + bit, lanes.shown(byte) & !watch.stops.names);
                if groups == 0 {
                    continue;
                }
                if unread > 0 {
                    unread -= 1;
                    bits.set(place, groups);
                    continue;
                }
                let begins = |back: isize| place == value.start + back as usize;
                let fronts = lanes.fronts_where(begins, byte);
                let left = watch.follow.left(groups, fronts, text.get(place..).unwrap_or(&[]));
                row = if left == groups { row + 1 } else { 0 };
                if row >= ROW {
                    unread = UNREAD;
                }
                if left != 0 {
                    bits.set(place, left);
                }
            }
            block += BLOCK;
        }
        escapes != 0
    }
}

/// The block at `at` with one before and one behind it.
#[inline(always)]
fn window<'a>(input: &'a [u8], at: usize, spare: &'a mut [u8; WINDOW]) -> &'a [u8; WINDOW] {
    if let Some(start) = at.checked_sub(BLOCK)
        && let Some(window) = input.get(start..).and_then(|rest| rest.first_chunk())
    {
        return window;
    }
    for (i, byte) in spare.iter_mut().enumerate() {
        if let Some(found) = (at + i).checked_sub(BLOCK).and_then(|at| input.get(at)) {
            *byte = *found;
        }
    }
    spare
}
