//! The sweep against the token walk.
extern crate std;

use super::{At, Bracket, Brackets, Course, NAME_BEFORE, Part, Refusal, Seen, Sweeper, Swept, Then, Visitor};
use crate::arch::{BLOCK, Path};
use crate::factor::Watch;
use crate::scan::grammar::{Containers, Expect, Grammar};
use crate::scan::scalar_token::Scalar;
use crate::scan::{Events, Scanner};
use crate::span::Span;
use std::format;
use std::string::String;
use std::vec::Vec;

const DEPTH: u16 = 70;

/// A value: which word or number, or a string; and where.
type Told = (Option<Scalar>, Span);

/// The values of a text, in order.
struct Values<'a> {
    input: &'a [u8],
    found: Vec<Told>,
    /// Whether all were where their places say.
    placed: bool,
}

impl Events for Values<'_> {
    fn input(&self) -> &[u8] {
        self.input
    }
    fn string(&mut self, span: Span, _: &mut Containers) {
        self.found.push((None, span));
    }
    fn scalar(&mut self, kind: Scalar, span: Span) {
        self.found.push((Some(kind), span));
    }
}

impl Visitor for Values<'_> {
    fn input(&self) -> &[u8] {
        self.input
    }
    fn name(&mut self, _: Span) -> bool {
        false
    }
    fn string(&mut self, at: At<'_, '_>, span: Span, seen: Option<Seen<'_>>) -> Then {
        // What places are told by must be where it is said to be.
        // In a part of a document, those before it are nowhere.
        let is_there = |bracket: &Bracket| {
            let byte = if bracket.object { b'{' } else { b'[' };
            self.input.get(bracket.at).map_or(bracket.key == NAME_BEFORE, |there| *there == byte)
        };
        self.placed &= at.brackets.open().iter().all(is_there);
        if at.brackets.open().last().is_some_and(|last| last.object) && at.key != NAME_BEFORE {
            let between = self.input.get(at.key.end..span.start);
            self.placed &= between.is_some_and(|between| between.contains(&b':'));
        }
        if let Some(mut seen) = seen {
            let (inner, bytes) = (seen.span(), seen.bytes());
            // Without escapes, what is seen is what stands there, at this level.
            let raw = &self.input[span.start..span.end];
            self.placed &= raw.contains(&b'\\') || &bytes[inner.start..inner.end] == raw;
            self.placed &= (seen.raw(inner.start), seen.raw(inner.end)) == (span.start, span.end);
        }
        self.found.push((None, span));
        Then::GoOn
    }
    fn scalar(&mut self, _: At<'_, '_>, kind: Scalar, span: Span) {
        self.found.push((Some(kind), span));
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }

    fn white(&mut self) -> &'static str {
        ["", "", "", " ", "\n  ", "\t \r\n"][self.below(6)]
    }

    fn string(&mut self) -> String {
        let mut text = String::from("\"");
        for _ in 0..self.below(5) {
            text += ["plain words ", "\\\"", "\\\\", "\\u00e9", "\\n", "é😀", "{[,:]}", "0123456789"]
                [self.below(8)];
        }
        if self.below(40) == 0 {
            text += &"x".repeat(self.below(5_000));
        }
        text + "\""
    }

    fn value(&mut self, depth: usize) -> String {
        let kind = if depth > 66 { self.below(4) + 2 } else { self.below(7) };
        let (open, close, object) = match kind {
            0 | 6 => ("{", "}", true),
            1 => ("[", "]", false),
            2 => return self.string(),
            3 => return ["0", "-1", "1234567890123456789", "0.5", "-12.25e+10", "1E5"][self.below(6)].into(),
            4 => return ["true", "false", "null"][self.below(3)].into(),
            _ => return "[]".into(),
        };
        let mut text = String::from(open);
        for i in 0..self.below(if depth < 2 { 9 } else { 3 }) {
            text += if i > 0 { "," } else { "" };
            text += self.white();
            if object {
                text += &self.string();
                text += self.white();
                text += ":";
                text += self.white();
            }
            text += &self.value(depth + 1);
            text += self.white();
        }
        text + close
    }

    /// A text, and then perhaps something wrong with it.
    fn text(&mut self) -> Vec<u8> {
        let mut text = String::from(self.white());
        let deep = if self.below(5) == 0 { 60 + self.below(14) } else { 0 };
        text += &"[".repeat(deep);
        text += &self.value(deep);
        text += &"]".repeat(deep);
        text += self.white();
        let mut text = text.into_bytes();
        for _ in 0..self.below(3).saturating_sub(1) {
            let at = self.below(text.len());
            match self.below(3) {
                0 => _ = text.remove(at),
                1 => text[at] = b"{}[],:\"\\ 0a\xff\x01"[self.below(13)],
                _ => text.insert(at, b"{}[],:\"\\ 0a\n\x80"[self.below(13)]),
            }
            if text.is_empty() {
                break;
            }
        }
        text
    }
}

fn course(span: Span, level: u8, everything: bool) -> Course {
    Course {
        span,
        level,
        sequence: false,
        everything,
        tracks: everything,
        lists: false,
        lists_nested: false,
        begun: false,
        trusted: false,
    }
}

/// Sweeps a text by every path and in both ways, and compares with the walk. Returns whether it is JSON.
fn compare(sweepers: &mut [Sweeper], input: &[u8], span: Span, level: u8) -> Option<bool> {
    let mut scanner = Scanner::new();
    let mut walked = Values { input, found: Vec::new(), placed: true };
    let mut containers = Containers::new(DEPTH);
    let valid = match level {
        0 => scanner.document(&mut walked, &mut containers, false),
        _ => scanner.nested(&mut walked, &mut containers, span, level),
    }
    .is_ok();
    let mut doubt = false;
    for sweeper in sweepers {
        for everything in [false, true] {
            let mut swept = Values { input, found: Vec::new(), placed: true };
            let mut brackets = Brackets::new(DEPTH);
            let course = course(span, level, everything);
            match sweeper.sweep(&mut swept, &mut brackets, Watch::NONE, &course) {
                Err(Refusal::Doubt) => doubt = true,
                Err(Refusal::NotJson) if !valid => {}
                Ok(_) if valid && !everything => assert!(swept.found.is_empty()),
                Ok(counts) if valid => {
                    assert_eq!(swept.found, walked.found);
                    assert!(swept.placed, "{:?}", String::from_utf8_lossy(input));
                    let strings = walked.found.iter().filter(|(kind, _)| kind.is_none()).count();
                    assert_eq!(counts.values, strings as u64);
                }
                other => panic!("{other:?}, walked {valid}: {:?}", String::from_utf8_lossy(input)),
            }
        }
    }
    (!doubt).then_some(valid)
}

fn sweepers() -> Vec<Sweeper> {
    Path::available().into_iter().flatten().map(Sweeper::new).collect()
}

#[test]
fn documents_are_swept_as_they_are_walked() {
    let (mut random, mut sweepers) = (Random(0x2545_f491_4f6c_dd1d), sweepers());
    let (mut good, mut bad) = (0, 0);
    for _ in 0..12_000 {
        let text = random.text();
        match compare(&mut sweepers, &text, Span::new(0, text.len()), 0) {
            Some(true) => good += 1,
            Some(false) => bad += 1,
            None => {}
        }
    }
    assert!(good > 2_000 && bad > 1_000, "{good} good, {bad} bad");
}

#[test]
fn nested_texts_are_swept_as_they_are_walked() {
    let (mut random, mut sweepers) = (Random(88_172_645_463_325_252), sweepers());
    let mut good = 0;
    for _ in 0..6_000 {
        let mut text = String::from_utf8_lossy(&random.text()).into_owned();
        let level = 1 + random.below(3);
        for _ in 0..level {
            text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
            text = text.replace('\r', "\\r").replace('\u{1}', "\\u0001");
            if random.below(4) == 0 {
                text = text.replace('{', "\\u007b").replace('1', "\\u0031");
            }
        }
        let input = format!("[\"{text}\"]");
        let span = Span::new(2, input.len() - 2);
        // Brackets that are spelled as escapes are no brackets in the input.
        if input.contains("\\u007b") {
            continue;
        }
        good += usize::from(compare(&mut sweepers, input.as_bytes(), span, level as u8) == Some(true));
    }
    assert!(good > 1_000, "{good} good");
}

#[test]
fn several_texts_follow_each_other() {
    let mut sweeper = Sweeper::new(Path::detect());
    let text = b" {\"a\":1}\n[2]{} \n";
    let mut brackets = Brackets::new(DEPTH);
    let span = Span::new(0, text.len());
    for sequence in [true, false] {
        let mut values = Values { input: text, found: Vec::new(), placed: true };
        let swept = sweeper.sweep(
            &mut values,
            &mut brackets,
            Watch::NONE,
            &Course { sequence, ..course(span, 0, true) },
        );
        match sequence {
            true => assert_eq!(swept.map(|swept| swept.texts), Ok(3)),
            false => assert_eq!(swept, Err(Refusal::NotJson)),
        }
        brackets.truncate(0);
    }
}

/// Sweeps a text in parts as long as `length` says, longer ones where it comes nowhere: what it told of, how many string
/// values and texts there were, and how many parts. `None` if it is no JSON.
fn in_parts(
    sweeper: &mut Sweeper,
    input: &[u8],
    mut length: impl FnMut() -> usize,
) -> Option<(Vec<Told>, Swept, u64)> {
    let (mut found, mut total, mut parts) = (Vec::new(), Swept::default(), 0);
    let (mut containers, mut expect, mut base) = (Containers::new(DEPTH), Expect::Text, 0);
    let mut more = 0;
    while base < input.len() {
        let len = (length() + more).min(input.len() - base);
        let last = base + len == input.len();
        let mut visitor = Values { input: &input[base..base + len], found: Vec::new(), placed: true };
        let mut reached = containers.clone();
        let mut part = Part {
            containers: &mut reached,
            expect,
            at: 0,
            last,
            all_until: None,
            least: 0,
            lowest: 0,
            key: Span::default(),
        };
        let mut brackets = Brackets::new(DEPTH);
        let course = course(Span::new(0, len), 0, true);
        let swept = sweeper.sweep_part(&mut visitor, &mut brackets, Watch::NONE, &course, &mut part);
        let at = match swept {
            Ok(_) if part.at > 0 => part.at,
            // White space behind the text.
            Err(Refusal::Doubt) if last && input[base..].trim_ascii().is_empty() => break,
            Err(_) if last => return None,
            _ => {
                more += 1 + len / 4;
                continue;
            }
        };
        assert!(visitor.placed);
        (expect, more) = (part.expect, 0);
        let kinds: Vec<bool> = reached.kinds().collect();
        // As a walk stands there.
        let (mut walked, front) = (Containers::new(DEPTH), &input[..base + at]);
        let mut grammar = Grammar::new(&walked, false);
        let mut receiver = Values { input: front, found: Vec::new(), placed: true };
        let pause = Scanner::new().part(&mut receiver, &mut walked, &mut grammar, false).unwrap();
        assert_eq!(pause.at, base + at);
        assert_eq!(walked.kinds().collect::<Vec<_>>(), kinds);
        assert!(grammar.expect() == expect || input[base + at] == b'"', "{:?} {expect:?}", grammar.expect());
        found.extend(
            visitor.found.iter().map(|(kind, span)| (*kind, Span::new(base + span.start, base + span.end))),
        );
        let swept = swept.unwrap();
        total = Swept { texts: total.texts + swept.texts, values: total.values + swept.values };
        (containers, base, parts) = (reached, base + at, parts + 1);
    }
    Some((found, total, parts))
}

#[test]
fn parts_are_swept_as_the_whole_is_walked() {
    let (mut random, mut sweepers) = (Random(0x1357_9bdf_0246_8ace), sweepers());
    let (mut good, mut parts) = (0, 0);
    for n in 0..2_000 {
        let (text, count) = (random.text(), sweepers.len());
        let sweeper = &mut sweepers[n % count];
        let mut walked = Values { input: &text, found: Vec::new(), placed: true };
        let valid = Scanner::new().document(&mut walked, &mut Containers::new(DEPTH), false).is_ok();
        let values = walked.found.iter().filter(|(kind, _)| kind.is_none()).count() as u64;
        let expected = valid.then_some((walked.found, Swept { texts: 1, values }));
        let most = [3, 40, 300, 5_000][random.below(4)];
        let swept = in_parts(sweeper, &text, || 1 + random.below(most));
        if !matches!(text.trim_ascii_start(), [b'[' | b'{', ..]) {
            continue;
        }
        good += u64::from(valid);
        parts += swept.as_ref().map_or(0, |(.., parts)| *parts);
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(swept.map(|(found, swept, _)| (found, swept)), expected, "{shown}");
    }
    assert!(good > 400 && parts > 10 * good, "{good} good, {parts} parts");
}

/// Arrays whose one element is made of these pieces, at any place of a block.
fn compare_elements(mut random: Random, quote: &str, pieces: &[&[u8]]) {
    let (mut sweepers, mut valid) = (sweepers(), 0);
    for _ in 0..20_000 {
        let mut text = format!("{}[{quote}", " ".repeat(random.below(BLOCK))).into_bytes();
        for _ in 0..random.below(9) {
            text.extend(pieces[random.below(pieces.len())]);
        }
        text.extend(format!("{quote}]").bytes());
        valid += usize::from(compare(&mut sweepers, &text, Span::new(0, text.len()), 0) == Some(true));
    }
    assert!((1_000..19_000).contains(&valid), "{valid} good");
}

#[test]
fn numbers_and_words_over_borders_of_blocks() {
    let pieces = [
        "0", "7", "12", "-", "+", ".", "e", "E", "0.5", "-1", "e-3", ",", ", ", ",1.25", "true", "null", "f",
        "1234567",
    ];
    compare_elements(Random(0x1234_5678_9abc), "", &pieces.map(str::as_bytes));
}

#[test]
fn utf8_over_borders_of_blocks() {
    let pieces: [&[u8]; 20] = [
        b"a",
        b"plain text ",
        b"\xc2\x80",
        b"\xdf\xbf",
        b"\xe0\xa0\x80",
        b"\xed\x9f\xbf",
        b"\xee\x80\x80",
        b"\xef\xbf\xbf",
        b"\xf0\x90\x80\x80",
        b"\xf4\x8f\xbf\xbf",
        "é😀€".as_bytes(),
        "日本語".as_bytes(),
        "ж".as_bytes(),
        b"\xe0\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xf0\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xc1\xbf",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82",
    ];
    compare_elements(Random(0xfeed_5678_9abc), "\"", &pieces);
}

#[test]
fn escapes_over_borders_of_blocks() {
    let pieces: [&[u8]; 20] = [
        b"a",
        b"f0",
        b"plain text ",
        b"\\u00e9",
        b"\\uD83D\\uDE00",
        b"\\u0000",
        b"\\uabCF",
        b"\\\\",
        b"\\\\u12",
        b"\\n",
        b"u0041",
        "\u{e9}".as_bytes(),
        b"\\u12",
        b"\\u",
        b"\\u12g4",
        b"\\u12:4",
        b"\\u12/4",
        b"\\u12@4",
        b"\\u12`4",
        b"\\",
    ];
    compare_elements(Random(0xabcd_5678_9abc), "\"", &pieces);
}
