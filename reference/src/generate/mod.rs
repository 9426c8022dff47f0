//! Random documents and policies.
//!
//! All strategies are seeds mapped through plain code: shrinking a seed is of no use, so the tests shrink the bytes
//! of a failing document themselves.

mod otlp;
mod policies;

use crate::{Policy, document::reference_of};
use proptest::prelude::*;
use serde_json::Value;

/// Code points of a text; lone surrogates may be among them.
type Text = Vec<u32>;

/// JSON documents with all the ways to write them.
pub fn document() -> impl Strategy<Value = Vec<u8>> {
    any::<u64>().prop_map(|seed| Random(seed).document())
}

/// OTLP documents.
pub fn otlp_document() -> impl Strategy<Value = Vec<u8>> {
    any::<u64>().prop_map(|seed| Random(seed).otlp())
}

/// Policy documents and what they mean.
pub fn policy_spec() -> impl Strategy<Value = (Value, Policy)> {
    any::<u64>().prop_map(|seed| {
        let document = Random(seed).policy(false);
        let policy = reference_of(&document);
        (document, policy)
    })
}

/// Policy documents of the OTLP profile and what they mean.
pub fn otlp_policy_spec() -> impl Strategy<Value = (Value, Policy)> {
    any::<u64>().prop_map(|seed| {
        let document = Random(seed).policy(true);
        let policy = reference_of(&document);
        (document, policy)
    })
}

/// Names of members.
const NAMES: &[&str] = &[
    "a",
    "b",
    "name",
    "user",
    "password",
    "api_token",
    "Email",
    "items",
    "größe",
    "a b",
    "",
    "x'y",
    "ssn",
    "key",
    "value",
];

/// Pieces of which texts are made: what patterns look for, what nearly is it, what stands in the way.
const PIECES: &[&str] = &[
    "john@example.com",
    "a@b.co",
    "x.y-z+q@sub.mail.org",
    "john@x",
    "@b.com",
    "a@b.c",
    "é@b.com",
    "a@ß.com",
    "jo hn@e.com",
    "a@b.com.",
    "a@b@c.de",
    "555-123-4567",
    "5551234567",
    "555.123.4567",
    "555-123-456",
    "1555-123-4567",
    "٥٥٥-123-4567",
    "555-123-45678",
    "555 123 4567",
    "4111 1111 1111 1111",
    "4111111111111111",
    "4111-1111-1111-1111",
    "4111 1111 1111 1112",
    "5500005555555559",
    "4111 1111 1111 111",
    "41111111111111110",
    "１２３４567890123456",
    "378282246310005",
    "2001-01-01T00:00:00Z",
    "192.168.0.1",
    "1767225600000000000",
    "Falcon",
    "FALCON",
    "falcon's",
    "Falconry",
    "_Falcon",
    "Osprey",
    "ospreys",
    "Kestrel",
    "\u{212a}estrel",
    "Straße",
    "STRASSE",
    "ſtraße",
    "secret",
    "sk-abcDEF123456",
    "Bearer abc.def",
    "the",
    "quick",
    "brown",
    "fox",
    "ok",
    "und",
    "größe",
    "東京",
    "🙂",
    "e\u{301}",
    "\u{200d}",
    "١٢٣",
    " ",
    " ",
    " ",
    ".",
    ",",
    "-",
    "_",
    "@",
    ":",
    "/",
    "\\",
    "\"",
    "'",
    "\n",
    "\t",
    "\r",
    "\u{8}",
    "\u{c}",
    "\u{0}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "{",
    "}",
    "[",
    "]",
    "\\n",
    "\\u0040",
    "\\\\",
    "\\u12",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\x",
    "null",
    "true",
    "1",
    "12",
    "1234",
    "-1.5e3",
    "@@@langfuseMedia:type=image/png|id=4111111111111111|source=bytes@@@",
    "support@example.com",
    "<a@b.com>",
];

/// Pieces of nested texts: a few matches, and what decides whether they are one, and where.
const NESTED_PIECES: &[&str] = &[
    "a@b.co",
    "n@b.co",
    "555-123-4567",
    "5551234567",
    "4111111111111111",
    "4111 1111 1111 1111",
    "1234",
    "\n1234x",
    "true",
    " ",
    " ",
    "\n",
    "\\n",
    "\\",
    "\"",
    "\\u005c",
    "\\u0031",
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    "/",
    "-",
    ".",
    "@",
    "n",
    "u",
    "x",
    "é",
    "\u{2028}",
];

/// A pseudo-random number generator (splitmix64).
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Some of these, at least one.
    fn some(&mut self, from: &[&str], most: usize) -> Vec<String> {
        (0..=self.below(most)).map(|_| self.pick(from).to_string()).collect()
    }

    /// A document: mostly small, now and then long or wide.
    pub fn document(&mut self) -> Vec<u8> {
        let mut out = Text::new();
        let (width, depth) = if self.once_in(200) { (60, 2) } else { (4, 3) };
        let nesting = if self.once_in(20) { 10 } else { 2 };
        self.space(&mut out);
        match self.below(8) {
            0 => self.value(&mut out, width, depth, nesting),
            _ => self.container(&mut out, width, depth, nesting),
        }
        self.space(&mut out);
        utf8(&out)
    }

    /// White space, mostly none.
    fn space(&mut self, out: &mut Text) {
        if self.once_in(6) {
            out.extend(self.pick(&[" ", "\n", "\t", "\r\n ", "  "]).chars().map(u32::from));
        }
    }

    /// Any value.
    fn value(&mut self, out: &mut Text, width: usize, depth: usize, nesting: usize) {
        match self.below(12) {
            0..=2 if depth > 0 => self.container(out, width, depth, nesting),
            3 => {
                let words = ["null", "true", "false"];
                out.extend(self.pick(&words).chars().map(u32::from));
            }
            4 => self.number(out),
            _ => {
                let text = self.string_text(nesting);
                self.string(out, &text);
            }
        }
    }

    /// An array or object.
    fn container(&mut self, out: &mut Text, width: usize, depth: usize, nesting: usize) {
        let object = self.below(3) > 0;
        out.push(u32::from(if object { '{' } else { '[' }));
        self.space(out);
        for n in 0..self.below(width + 1) {
            if n > 0 {
                out.push(u32::from(','));
                self.space(out);
            }
            if object {
                let name = if self.once_in(8) { self.text() } else { points(self.pick(NAMES)) };
                self.string(out, &name);
                self.space(out);
                out.push(u32::from(':'));
                self.space(out);
            }
            self.value(out, width, depth - usize::from(depth > 0), nesting);
            self.space(out);
        }
        out.push(u32::from(if object { '}' } else { ']' }));
    }

    /// A number, of those that patterns like too.
    fn number(&mut self, out: &mut Text) {
        let numbers = [
            "0",
            "-0",
            "1",
            "12.50",
            "1e5",
            "-1.5E-3",
            "5551234567",
            "-5551234567",
            "4111111111111111",
            "5551234567.25",
            "1767225600000000000",
            "123",
            "0.1234",
        ];
        out.extend(self.pick(&numbers).chars().map(u32::from));
    }

    /// The text of a string: words, or JSON, whole or cut off.
    fn string_text(&mut self, nesting: usize) -> Text {
        if nesting == 0 || self.below(3) > 0 {
            return self.text();
        }
        let mut text = Text::new();
        self.space(&mut text);
        match self.below(6) {
            0 => {
                let inner = self.string_text(nesting - 1);
                self.string(&mut text, &inner);
            }
            1 if nesting > 3 => {
                let inner = self.string_text(nesting - 1);
                text.push(u32::from('['));
                self.string(&mut text, &inner);
                text.push(u32::from(']'));
            }
            _ => self.container(&mut text, 3, 2, nesting - 1),
        }
        self.space(&mut text);
        match self.below(8) {
            0 => text.truncate(self.below(text.len() + 1)),
            1 => {
                let at = self.below(text.len() + 1);
                let piece = points(self.pick(PIECES));
                text.splice(at..at, piece);
            }
            2 if self.once_in(4) => text.extend(self.text()),
            _ => {}
        }
        text
    }

    /// An array of texts that are nested, or nearly so.
    pub fn nested_document(&mut self) -> Vec<u8> {
        let mut out = Text::from([u32::from('[')]);
        let most = if self.once_in(20) { 100 } else { 4 };
        for n in 0..=self.below(most) {
            if n > 0 {
                out.push(u32::from(','));
            }
            let levels = self.below(3);
            let text = self.nested_text(levels);
            self.string(&mut out, &text);
        }
        out.push(u32::from(']'));
        utf8(&out)
    }

    /// A container of strings and numbers, and of such texts; now and then it is cut off, or something is put in.
    fn nested_text(&mut self, levels: usize) -> Text {
        let mut text = Text::new();
        let object = self.once_in(2);
        self.space(&mut text);
        text.push(u32::from(if object { '{' } else { '[' }));
        for n in 0..=self.below(3) {
            if n > 0 {
                text.push(u32::from(','));
            }
            self.space(&mut text);
            if object {
                let name = self.nested_words();
                self.string(&mut text, &name);
                self.space(&mut text);
                text.push(u32::from(':'));
                self.space(&mut text);
            }
            match self.below(5) {
                0 => self.number(&mut text),
                1 if levels > 0 => {
                    let inner = self.nested_text(levels - 1);
                    self.string(&mut text, &inner);
                }
                2 => text.extend(points(self.pick(&["true", "false", "[4111111111111111]"]))),
                _ => {
                    let words = self.nested_words();
                    self.string(&mut text, &words);
                }
            }
            self.space(&mut text);
        }
        text.push(u32::from(if object { '}' } else { ']' }));
        match self.below(10) {
            0 => text.truncate(self.below(text.len() + 1).max(2)),
            1 => {
                let at = 1 + self.below(text.len());
                let piece = points(self.pick(NESTED_PIECES));
                text.splice(at..at, piece);
            }
            _ => {}
        }
        text
    }

    fn nested_words(&mut self) -> Text {
        let count = self.below(5);
        (0..count).flat_map(|_| points(self.pick(NESTED_PIECES))).collect()
    }

    /// Words and what stands between them.
    fn text(&mut self) -> Text {
        let mut text = Text::new();
        let pieces = if self.once_in(300) { 1500 } else { self.below(7) };
        for _ in 0..pieces {
            match self.below(60) {
                0 => text.push(0xd800 + self.below(0x800) as u32),
                1 => text.push(self.below(0x300) as u32),
                2 if self.once_in(60) => {
                    let piece = points(self.pick(&["a", "1", "1-", "@", "a@", "a.", "\\", " ", "é", "4 "]));
                    let times = 1500 + self.below(4000);
                    text.extend(piece.iter().copied().cycle().take(times));
                }
                3..=15 => text.push(u32::from(' ')),
                _ => text.extend(points(self.pick(PIECES))),
            }
        }
        text
    }

    /// A string with its quotes, each character escaped in one of its ways.
    fn string(&mut self, out: &mut Text, text: &[u32]) {
        let eager = self.once_in(4);
        out.push(u32::from('"'));
        for &c in text {
            let short = short_escape(c);
            let must = c < 0x20 || c == 0x22 || c == 0x5c || (0xd800..0xe000).contains(&c);
            let may = eager && self.once_in(4);
            if !must && !may {
                out.push(c);
            } else if let Some(short) = short
                && self.below(8) > 0
            {
                out.extend([0x5c, u32::from(short)]);
            } else {
                self.unicode_escape(out, c);
            }
        }
        out.push(u32::from('"'));
    }

    /// `\uXXXX`, or two of them.
    fn unicode_escape(&mut self, out: &mut Text, c: u32) {
        let mut units = [0; 2];
        let units = match char::from_u32(c) {
            Some(c) => &*c.encode_utf16(&mut units),
            None => &[c as u16][..],
        };
        let upper = self.once_in(2);
        for unit in units {
            let digits = if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
            out.extend(digits.chars().map(u32::from));
        }
    }
}

/// The short escape of a character.
fn short_escape(c: u32) -> Option<char> {
    Some(match c {
        0x22 => '"',
        0x5c => '\\',
        0x2f => '/',
        0x8 => 'b',
        0xc => 'f',
        0xa => 'n',
        0xd => 'r',
        0x9 => 't',
        _ => return None,
    })
}

/// The code points of a text.
fn points(text: &str) -> Text {
    text.chars().map(u32::from).collect()
}

/// The bytes of code points; no surrogate is among them, for those are escaped.
fn utf8(text: &[u32]) -> Vec<u8> {
    let chars = text.iter().map(|c| char::from_u32(*c).unwrap_or('?'));
    chars.collect::<String>().into_bytes()
}
