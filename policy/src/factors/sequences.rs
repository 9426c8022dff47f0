//! A pattern as a few sequences of characters, one of which every match begins with.

use super::firsts::Firsts;
use super::lanes::{Bytes, Chars, Window, share, windows};
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// Sequences are put together rather than that there are more.
const MOST: usize = 192;

/// Whether a sequence is closed, what must hold in it, and its length.
type Form = (bool, Vec<(u8, u32)>, usize);

/// What a match begins with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Sequence {
    /// Whether nothing is known of what follows.
    closed: bool,
    /// What must hold, and in front of which of the characters.
    looks: Vec<(u8, u32)>,
    /// Numbers of sets of characters.
    pub(super) chars: Vec<u16>,
}

/// Sets of characters by number, and how long sequences get.
pub(super) struct Sets {
    sets: Vec<Chars>,
    numbers: HashMap<Chars, u16>,
    /// What is both of two.
    unions: HashMap<(u16, u16), u16>,
    /// Classes that were met, by their ranges.
    classes: RefCell<HashMap<Vec<(char, char)>, Chars>>,
    /// The ranges of those with characters beyond ASCII, by number.
    wide: RefCell<Vec<Vec<(char, char)>>>,
    /// What [`share`] has said of windows.
    shares: RefCell<HashMap<Window, f64>>,
    words: Vec<(char, char)>,
    /// Characters after which a sequence is closed.
    pub(super) length: usize,
    /// What stands in front of a text.
    front: Bytes,
}

impl Sets {
    /// `bare`: whether texts may be numbers or booleans.
    pub(super) fn new(bare: bool) -> Self {
        let words = match regex_syntax::parse(r"\w").as_ref().map(Hir::kind) {
            Ok(HirKind::Class(Class::Unicode(class))) => class.iter().map(|r| (r.start(), r.end())).collect(),
            _ => Vec::new(),
        };
        let front = Bytes::of(if bare { b"\":,[ \t\n\r" } else { b"\"" });
        Self {
            sets: Vec::new(),
            numbers: HashMap::new(),
            unions: HashMap::new(),
            classes: RefCell::default(),
            wide: RefCell::default(),
            shares: RefCell::default(),
            words,
            length: 0,
            front,
        }
    }

    pub(super) fn set(&self, number: u16) -> &Chars {
        &self.sets[usize::from(number)]
    }

    fn number(&mut self, chars: Chars) -> u16 {
        if let Some(known) = self.numbers.get(&chars) {
            return *known;
        }
        // Beyond so many sets, a set that holds every character stands for each.
        let chars = if self.sets.len() >= usize::from(u16::MAX) { Chars::all() } else { chars };
        let fresh = self.sets.len().min(usize::from(u16::MAX)) as u16;
        if self.sets.len() <= usize::from(fresh) {
            self.sets.push(chars);
        }
        self.numbers.insert(chars, fresh);
        fresh
    }

    fn union(&mut self, a: u16, b: u16) -> u16 {
        if a == b {
            return a;
        }
        if let Some(known) = self.unions.get(&(a, b)) {
            return *known;
        }
        let both = self.number(self.set(a).union(self.set(b)));
        self.unions.insert((a, b), both);
        both
    }

    pub(super) fn chars_of(&self, class: &Class) -> Chars {
        match class {
            Class::Unicode(class) => self.of_ranges(class.iter().map(|range| (range.start(), range.end()))),
            Class::Bytes(class) => {
                self.of_ranges(class.iter().map(|range| (char::from(range.start()), char::from(range.end()))))
            }
        }
    }

    fn of_ranges(&self, ranges: impl Iterator<Item = (char, char)>) -> Chars {
        let ranges: Vec<_> = ranges.collect();
        if let Some(chars) = self.classes.borrow().get(&ranges) {
            return *chars;
        }
        let mut chars = Chars::of(&ranges, &self.words);
        if chars.is_wide() {
            let mut wide = self.wide.borrow_mut();
            chars = chars.numbered(wide.len());
            wide.push(ranges.clone());
        }
        self.classes.borrow_mut().insert(ranges, chars);
        chars
    }

    pub(super) fn chars_of_char(&self, ch: char) -> Chars {
        self.of_ranges(std::iter::once((ch, ch)))
    }

    /// Those beyond ASCII.
    pub(super) fn firsts(&self, chars: &Chars) -> Firsts {
        let wide = self.wide.borrow();
        let ranges = |number: usize| wide.get(number).into_iter().flatten().copied();
        match chars.classes().numbers() {
            Some(numbers) => Firsts::Of(numbers.flat_map(ranges).collect()),
            None => Firsts::Any,
        }
    }

    /// Puts a character behind each sequence.
    pub(super) fn push(&mut self, sequences: &mut [Sequence], chars: Chars) {
        let number = self.number(chars);
        for sequence in sequences.iter_mut().filter(|sequence| !sequence.closed) {
            sequence.chars.push(number);
            sequence.closed = sequence.chars.len() >= self.length;
        }
    }

    /// What must hold behind each sequence.
    pub(super) fn look(sequences: &mut [Sequence], look: Look) {
        for sequence in sequences.iter_mut().filter(|sequence| !sequence.closed) {
            let item = (sequence.chars.len() as u8, look.as_repr());
            if !sequence.looks.contains(&item) {
                sequence.looks.push(item);
            }
        }
    }

    /// Each sequence, followed by what `hir` matches.
    pub(super) fn extend(&mut self, mut sequences: Vec<Sequence>, hir: &Hir) -> Vec<Sequence> {
        if sequences.iter().all(|sequence| sequence.closed) {
            return sequences;
        }
        match hir.kind() {
            HirKind::Empty => sequences,
            HirKind::Look(look) => {
                Self::look(&mut sequences, *look);
                sequences
            }
            HirKind::Literal(literal) => {
                for ch in String::from_utf8_lossy(&literal.0).chars() {
                    self.push(&mut sequences, self.chars_of_char(ch));
                }
                sequences
            }
            HirKind::Class(class) => {
                self.push(&mut sequences, self.chars_of(class));
                sequences
            }
            HirKind::Capture(capture) => self.extend(sequences, &capture.sub),
            HirKind::Concat(parts) => parts.iter().fold(sequences, |all, part| self.extend(all, part)),
            HirKind::Alternation(parts) => {
                let fallback = closed(sequences.clone());
                let (mut all, open) = split(sequences);
                for part in parts {
                    all.extend(self.extend(open.clone(), part));
                }
                self.fit(all, fallback)
            }
            HirKind::Repetition(repetition) => self.repeat(sequences, repetition),
        }
    }

    fn repeat(&mut self, mut now: Vec<Sequence>, repetition: &Repetition) -> Vec<Sequence> {
        // A repetition that adds nothing can be left out, so more than `length` never matter.
        let most = self.length as u32;
        let least = repetition.min.min(most);
        for _ in 0..least {
            now = self.extend(now, &repetition.sub);
        }
        let fallback = closed(now.clone());
        let (mut all, mut open) = split(now);
        all.extend(open.iter().cloned());
        for _ in least..repetition.max.unwrap_or(most).min(most) {
            let (closed, next) = split(self.extend(open, &repetition.sub));
            all.extend(closed);
            all.extend(next.iter().cloned());
            open = next;
            if open.is_empty() {
                break;
            }
            if all.len() > 16 * MOST {
                return fallback;
            }
        }
        self.fit(all, fallback)
    }

    /// Few enough sequences, or else the `fallback`, which says less.
    fn fit(&mut self, mut all: Vec<Sequence>, fallback: Vec<Sequence>) -> Vec<Sequence> {
        for place in (0..self.length).rev() {
            let mut known: BTreeMap<Sequence, u16> = BTreeMap::new();
            let mut rest = Vec::new();
            for mut sequence in all {
                let Some(number) =
                    sequence.chars.get_mut(place).map(|slot| std::mem::replace(slot, u16::MAX))
                else {
                    rest.push(sequence);
                    continue;
                };
                match known.entry(sequence) {
                    Entry::Occupied(mut both) => *both.get_mut() = self.union(number, *both.get()),
                    Entry::Vacant(first) => _ = first.insert(number),
                }
            }
            rest.extend(known.into_iter().map(|(mut sequence, number)| {
                sequence.chars[place] = number;
                sequence
            }));
            all = rest;
        }
        all.sort();
        all.dedup();
        while all.len() > MOST {
            let before = all.len();
            all = self.halve(all);
            if all.len() == before {
                return fallback;
            }
        }
        all
    }

    /// Puts neighbours of one form together.
    fn halve(&mut self, all: Vec<Sequence>) -> Vec<Sequence> {
        let mut forms: BTreeMap<Form, Vec<Sequence>> = BTreeMap::new();
        for sequence in all {
            let form = (sequence.closed, sequence.looks.clone(), sequence.chars.len());
            forms.entry(form).or_default().push(sequence);
        }
        let mut halved = Vec::new();
        for form in forms.into_values() {
            let mut form = form.into_iter();
            while let Some(mut one) = form.next() {
                if let Some(other) = form.next() {
                    for (mine, theirs) in one.chars.iter_mut().zip(other.chars) {
                        *mine = self.union(*mine, theirs);
                    }
                }
                halved.push(one);
            }
        }
        halved.sort();
        halved
    }

    /// The lanes from a character of a sequence on.
    pub(super) fn windows(&self, sequence: &Sequence, at: usize) -> Vec<Window> {
        let chars: Vec<&Chars> = sequence.chars.iter().skip(at).map(|number| self.set(*number)).collect();
        windows(self.before(sequence, at), &chars, None)
    }

    /// A guess at the share of positions that pass a window.
    pub(super) fn share(&self, window: &Window) -> f64 {
        *self.shares.borrow_mut().entry(*window).or_insert_with(|| share(window))
    }

    /// What may stand in front of a character of a sequence.
    fn before(&self, sequence: &Sequence, at: usize) -> Bytes {
        let mut before = match at.checked_sub(1).and_then(|at| sequence.chars.get(at)) {
            Some(number) => {
                let chars = self.set(*number);
                let (wide_word, wide_other) = chars.wide_kinds();
                Before { ascii: chars.ascii_bits(), wide_word, wide_other, start: false }
            }
            None => Before { ascii: u128::MAX, wide_word: true, wide_other: true, start: true },
        };
        let free = at == 0 && sequence.looks.iter().all(|(place, _)| *place > 0);
        if free {
            return Bytes::ALL;
        }
        let Some(next) = sequence.chars.get(at) else { return Bytes::ALL };
        let looks = sequence.looks.iter().filter(|(place, _)| usize::from(*place) == at);
        for look in looks.filter_map(|(_, look)| Look::from_repr(*look)) {
            before.constrain(look, self.set(*next));
        }
        let bytes = Chars::last_bytes(before.ascii, before.wide_word || before.wide_other);
        if before.start { bytes.union(self.front) } else { bytes }
    }

    /// The last characters of what `hir` matches, and whether it may match nothing.
    pub(super) fn last(&self, hir: &Hir) -> (Chars, bool) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => (Chars::default(), true),
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                let last = text.chars().next_back();
                (last.map_or_else(Chars::default, |ch| self.chars_of_char(ch)), last.is_none())
            }
            HirKind::Class(class) => (self.chars_of(class), false),
            HirKind::Repetition(repetition) => {
                let (chars, none) = self.last(&repetition.sub);
                (chars, none || repetition.min == 0)
            }
            HirKind::Capture(capture) => self.last(&capture.sub),
            HirKind::Concat(parts) => self.last_of(parts),
            HirKind::Alternation(parts) => {
                let parts = parts.iter().map(|part| self.last(part));
                parts.fold((Chars::default(), false), |all, part| (all.0.union(&part.0), all.1 || part.1))
            }
        }
    }

    /// The same of parts that follow each other.
    pub(super) fn last_of(&self, parts: &[Hir]) -> (Chars, bool) {
        let mut all = Chars::default();
        for part in parts.iter().rev() {
            let (chars, none) = self.last(part);
            all = all.union(&chars);
            if !none {
                return (all, false);
            }
        }
        (all, true)
    }

    /// All characters of what `hir` matches.
    pub(super) fn all(&self, hir: &Hir) -> Chars {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Chars::default(),
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                text.chars().fold(Chars::default(), |all, ch| all.union(&self.chars_of_char(ch)))
            }
            HirKind::Class(class) => self.chars_of(class),
            HirKind::Repetition(repetition) => self.all(&repetition.sub),
            HirKind::Capture(capture) => self.all(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                parts.iter().fold(Chars::default(), |all, part| all.union(&self.all(part)))
            }
        }
    }
}

fn split(sequences: Vec<Sequence>) -> (Vec<Sequence>, Vec<Sequence>) {
    sequences.into_iter().partition(|sequence| sequence.closed)
}

fn closed(mut sequences: Vec<Sequence>) -> Vec<Sequence> {
    sequences.iter_mut().for_each(|sequence| sequence.closed = true);
    sequences
}

/// What may stand in front of a character.
struct Before {
    ascii: u128,
    wide_word: bool,
    wide_other: bool,
    start: bool,
}

const WORD: u128 = 0x07ff_fffe_87ff_fffe_03ff_0000_0000_0000;

impl Before {
    fn constrain(&mut self, look: Look, next: &Chars) {
        let unicode = matches!(
            look,
            Look::WordUnicode
                | Look::WordUnicodeNegate
                | Look::WordStartUnicode
                | Look::WordEndUnicode
                | Look::WordStartHalfUnicode
        );
        let (wide_word, wide_other) = next.wide_kinds();
        let (wide_word, wide_other) =
            if unicode { (wide_word, wide_other) } else { (false, wide_word || wide_other) };
        let word = next.ascii_bits() & WORD != 0 || wide_word;
        let other = next.ascii_bits() & !WORD != 0 || wide_other;
        match look {
            Look::Start => self.keep(0, false, false, true),
            Look::StartLF => self.keep(1 << b'\n', false, false, true),
            Look::StartCRLF => self.keep(1 << b'\n' | 1 << b'\r', false, false, true),
            Look::WordAscii | Look::WordUnicode => self.words(unicode, other, word),
            Look::WordAsciiNegate | Look::WordUnicodeNegate => self.words(unicode, word, other),
            Look::WordStartAscii
            | Look::WordStartUnicode
            | Look::WordStartHalfAscii
            | Look::WordStartHalfUnicode => self.words(unicode, false, true),
            Look::WordEndAscii | Look::WordEndUnicode => self.words(unicode, true, false),
            // These say what follows.
            Look::End | Look::EndLF | Look::EndCRLF | Look::WordEndHalfAscii | Look::WordEndHalfUnicode => {}
        }
    }

    /// Whether a word's character may stand there, and whether another one or the start of the text.
    fn words(&mut self, unicode: bool, word: bool, other: bool) {
        let ascii = if word { WORD } else { 0 } | if other { !WORD } else { 0 };
        let wide_word = if unicode { word } else { other };
        self.keep(ascii, wide_word, other, other);
    }

    fn keep(&mut self, ascii: u128, wide_word: bool, wide_other: bool, start: bool) {
        self.ascii &= ascii;
        self.wide_word &= wide_word;
        self.wide_other &= wide_other;
        self.start &= start;
    }
}
