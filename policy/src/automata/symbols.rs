//! Which characters a pattern does not tell apart.

use super::AutomatonError;
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
};
use spanmask_core::matcher::alphabet::Alphabet;
use spanmask_core::table::PoolBuilder;
use std::collections::{BTreeMap, BTreeSet};

/// A set of characters, as ascending ranges without gaps between neighbours.
type Set = Vec<(u32, u32)>;

const LAST: u32 = char::MAX as u32;

/// The classes of a pattern: a byte for each, and which characters it holds.
pub(super) struct Classes {
    /// First character of each range, ascending, and the class of the range.
    ranges: Vec<(u32, usize)>,
    /// The byte of each class.
    byte_of: Vec<u8>,
    sets: Vec<Set>,
    /// For each set, the classes in it.
    members: Vec<Vec<usize>>,
}

/// What word boundaries a pattern holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    None,
    Ascii,
    Unicode,
}

impl Classes {
    pub(super) fn of(hir: &Hir) -> Result<Self, AutomatonError> {
        let mut sets = BTreeSet::new();
        collect(hir, &mut sets);
        let looks = hir.properties().look_set();
        let words = words(hir)?;
        let word: Set = match words {
            Words::None => Vec::new(),
            Words::Ascii => [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')].map(code_range).to_vec(),
            Words::Unicode => unicode_word(),
        };
        let lines = looks.contains_anchor_line();
        let mut special = vec![word.clone()];
        if lines {
            special.extend([vec![code_range(('\n', '\n'))], vec![code_range(('\r', '\r'))]]);
        }
        let mut sets: Vec<Set> = sets.into_iter().collect();
        let named = sets.len();
        sets.extend(special);
        let (ranges, signatures) = partition(&sets);
        let byte_of = bytes(&signatures, named, words != Words::None, lines)?;
        sets.truncate(named);
        let members = (0..named)
            .map(|set| (0..signatures.len()).filter(|&class| signatures[class].contains(&set)).collect())
            .collect();
        Ok(Self { ranges, byte_of, sets, members })
    }

    /// The bytes of all classes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.byte_of
    }

    /// The class of a character.
    pub(super) fn of_char(&self, code: u32) -> usize {
        let at = self.ranges.partition_point(|(start, _)| *start <= code) - 1;
        self.ranges[at].1
    }

    /// The map from characters to classes, for the core.
    pub(super) fn alphabet(&self, pools: &mut PoolBuilder) -> Alphabet {
        let class_of = |code: u32| self.of_char(code) as u16;
        let ascii: Vec<u16> = (0..0x80).map(class_of).collect();
        let wide = self.ranges.iter().filter(|(start, _)| *start > 0x80);
        let wide: Vec<(u32, u16)> = std::iter::once((0x80, class_of(0x80)))
            .chain(wide.map(|(start, class)| (*start, *class as u16)))
            .collect();
        Alphabet {
            ascii: pools.u16s(&ascii),
            wide_starts: pools.u32s(&wide.iter().map(|(start, _)| *start).collect::<Vec<_>>()),
            wide_symbols: pools.u16s(&wide.iter().map(|(_, class)| *class).collect::<Vec<_>>()),
        }
    }

    /// The pattern over the bytes of classes.
    pub(super) fn rewrite(&self, hir: &Hir) -> Hir {
        match hir.kind() {
            HirKind::Empty => Hir::empty(),
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                Hir::concat(text.chars().map(|ch| self.class(&vec![code_range((ch, ch))])).collect())
            }
            HirKind::Class(class) => self.class(&set_of(class)),
            HirKind::Look(look) => Hir::look(ascii_look(*look)),
            HirKind::Repetition(repetition) => {
                let mut repetition = repetition.clone();
                repetition.sub = Box::new(self.rewrite(&repetition.sub));
                Hir::repetition(repetition)
            }
            HirKind::Capture(capture) => self.rewrite(&capture.sub),
            HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| self.rewrite(part)).collect()),
            HirKind::Alternation(parts) => {
                Hir::alternation(parts.iter().map(|part| self.rewrite(part)).collect())
            }
        }
    }

    fn class(&self, set: &Set) -> Hir {
        let index = self.sets.binary_search(set).ok();
        let members = index.map_or(&[][..], |i| &self.members[i]);
        let ranges = members.iter().map(|&class| {
            let byte = self.byte_of[class];
            ClassBytesRange::new(byte, byte)
        });
        Hir::class(Class::Bytes(ClassBytes::new(ranges)))
    }
}

fn code_range((start, end): (char, char)) -> (u32, u32) {
    (u32::from(start), u32::from(end))
}

fn set_of(class: &Class) -> Set {
    match class {
        Class::Unicode(class) => unicode_set(class),
        Class::Bytes(class) => {
            class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
    }
}

fn unicode_set(class: &ClassUnicode) -> Set {
    class.iter().map(|range: &ClassUnicodeRange| code_range((range.start(), range.end()))).collect()
}

fn unicode_word() -> Set {
    match regex_syntax::parse(r"\w").as_ref().map(Hir::kind) {
        Ok(HirKind::Class(class)) => set_of(class),
        _ => Vec::new(),
    }
}

fn collect(hir: &Hir, sets: &mut BTreeSet<Set>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            sets.extend(text.chars().map(|ch| vec![code_range((ch, ch))]));
        }
        HirKind::Class(class) => {
            sets.insert(set_of(class));
        }
        HirKind::Repetition(repetition) => collect(&repetition.sub, sets),
        HirKind::Capture(capture) => collect(&capture.sub, sets),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect(part, sets));
        }
    }
}

fn words(hir: &Hir) -> Result<Words, AutomatonError> {
    let looks = hir.properties().look_set();
    let ascii = looks.iter().any(|look| ascii_look(look) == look && is_word(look));
    let unicode = looks.iter().any(|look| ascii_look(look) != look);
    match (ascii, unicode) {
        (true, true) => Err(AutomatonError::MixedWordBoundaries),
        (true, false) => Ok(Words::Ascii),
        (false, true) => Ok(Words::Unicode),
        (false, false) => Ok(Words::None),
    }
}

fn is_word(look: Look) -> bool {
    !matches!(look, Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF)
}

fn ascii_look(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        other => other,
    }
}

/// Ranges of characters with their class, and for each class the sets that it lies in.
fn partition(sets: &[Set]) -> (Vec<(u32, usize)>, Vec<Vec<usize>>) {
    let mut edges: BTreeMap<u32, Vec<(usize, bool)>> = BTreeMap::new();
    edges.entry(0).or_default();
    for (i, set) in sets.iter().enumerate() {
        for &(start, end) in set {
            edges.entry(start).or_default().push((i, true));
            edges.entry(end + 1).or_default().push((i, false));
        }
    }
    let mut classes: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut ranges = Vec::new();
    let mut inside: BTreeSet<usize> = BTreeSet::new();
    for (start, changes) in edges {
        for &(set, _) in changes.iter().filter(|(_, enters)| !enters) {
            inside.remove(&set);
        }
        for &(set, _) in changes.iter().filter(|(_, enters)| *enters) {
            inside.insert(set);
        }
        if start > LAST {
            break;
        }
        let fresh = classes.len();
        let class = *classes.entry(inside.iter().copied().collect()).or_insert(fresh);
        ranges.push((start, class));
    }
    let mut signatures = vec![Vec::new(); classes.len()];
    for (signature, class) in classes {
        signatures[class] = signature;
    }
    (ranges, signatures)
}

/// A byte for each class. Behind the `named` sets of the pattern come the word characters and, with `lines`, the line
/// feed and the carriage return.
fn bytes(
    signatures: &[Vec<usize>],
    named: usize,
    words: bool,
    lines: bool,
) -> Result<Vec<u8>, AutomatonError> {
    let is_word_byte = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_line_byte = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let mut word_bytes = (0..=u8::MAX).filter(is_word_byte);
    let mut other_bytes = (0..=u8::MAX).filter(|b| !(words && is_word_byte(b) || lines && is_line_byte(b)));
    let pick = |signature: &Vec<usize>| {
        if signature.contains(&(named + 1)) {
            Some(b'\n')
        } else if signature.contains(&(named + 2)) {
            Some(b'\r')
        } else if words && signature.contains(&named) {
            word_bytes.next()
        } else {
            other_bytes.next()
        }
    };
    let picked: Option<Vec<u8>> = signatures.iter().map(pick).collect();
    picked.ok_or(AutomatonError::TooLarge { limit: "pattern.symbols" })
}
