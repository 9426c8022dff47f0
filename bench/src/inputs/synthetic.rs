//! OTLP/JSON of any size from a seed, as V8 writes it.

use super::rng::Rng;
use super::text::{Author, hit, uuid};
use std::fmt::Write as _;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Chat in English.
    Plain,
    /// JSON encoded in the string, some of it twice.
    Escaped,
    /// Languages beyond ASCII, as raw UTF-8.
    Utf8,
    /// The same as `\uXXXX`.
    UnicodeEscapes,
}

/// What to write.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// At most so many bytes, and hardly fewer.
    pub size: usize,
    /// Bytes from one hit to the next.
    pub hit_every: Option<usize>,
    /// Styles, each with its share of the bytes of values.
    pub shares: &'static [(Style, usize)],
}

/// What traces are made of.
pub const MIX: &[(Style, usize)] =
    &[(Style::Plain, 40), (Style::Escaped, 45), (Style::Utf8, 8), (Style::UnicodeEscapes, 7)];

const HEAD: &str = r#"[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"support-app"}},{"key":"telemetry.sdk.language","value":{"stringValue":"nodejs"}}],"droppedAttributesCount":0},"scopeSpans":[{"scope":{"name":"langfuse-sdk","version":"5.11.1"},"spans":["#;
const TAIL: &str = "]}]}]";
const SPAN_TAIL: &str = r#"],"status":{"code":0}}"#;
const KEYS: [&str; 6] = [
    "langfuse.observation.input",
    "langfuse.observation.output",
    "input.value",
    "output.value",
    "langfuse.trace.metadata.notes",
    "gen_ai.prompt",
];

/// Writes what the recipe says.
#[must_use]
pub fn build(recipe: &Recipe, seed: u64) -> Vec<u8> {
    let mut writer = Writer::new(recipe, seed);
    writer.out.push_str(HEAD);
    let mut written = writer.out.len();
    while writer.room() > 0 {
        writer.span();
        if writer.out.len() + TAIL.len() > recipe.size {
            // A last span that does not fit, even with short values.
            writer.out.truncate(written);
            break;
        }
        written = writer.out.len();
        writer.out.push(',');
    }
    if writer.out.ends_with(',') {
        writer.out.pop();
    }
    writer.out.push_str(TAIL);
    writer.out.into_bytes()
}

struct Writer<'r> {
    recipe: &'r Recipe,
    rng: Rng,
    author: Author,
    out: String,
    /// Bytes of values by style, in the order of the recipe.
    spent: Vec<usize>,
    next_hit: usize,
}

impl<'r> Writer<'r> {
    fn new(recipe: &'r Recipe, seed: u64) -> Self {
        Self {
            recipe,
            rng: Rng::new(seed),
            author: Author::default(),
            out: String::with_capacity(recipe.size + 4096),
            spent: vec![0; recipe.shares.len()],
            next_hit: recipe.hit_every.unwrap_or(usize::MAX),
        }
    }

    /// Bytes that are left for values, less what a last word, a hit and closing brackets may go beyond.
    fn room(&self) -> usize {
        self.recipe.size.saturating_sub(self.out.len() + SPAN_TAIL.len() + TAIL.len() + 128)
    }

    fn span(&mut self) {
        let start = 1_795_217_705_000_000_000_u64 + self.rng.next() % 1_000_000_000_000;
        let (trace, span, parent) = (self.rng.hex(32), self.rng.hex(16), self.rng.hex(16));
        let name = self.rng.pick(&["llm-plan", "kb-search", "lookup_customer", "answer"]);
        let _ = write!(
            self.out,
            r#"{{"traceId":"{trace}","spanId":"{span}","parentSpanId":"{parent}","name":"{name}","kind":1,"startTimeUnixNano":"{start}","endTimeUnixNano":"{}","attributes":["#,
            start + self.rng.next() % 10_000_000_000,
        );
        self.out.push_str(r#"{"key":"session.id","value":{"stringValue":"sess-0007"}}"#);
        for _ in 0..self.rng.between(2, 4) {
            self.attribute();
        }
        self.out.push_str(SPAN_TAIL);
    }

    fn attribute(&mut self) {
        let size = self.rng.between(300, 3000).min(self.room());
        if size < 100 {
            return;
        }
        let key = self.rng.pick(&KEYS);
        let _ = write!(self.out, r#",{{"key":"{key}","value":{{"stringValue":""#);
        let (start, place) = (self.out.len(), self.due_style());
        match self.recipe.shares[place].0 {
            Style::Plain => self.prose(start + size, 1, false),
            Style::Utf8 => self.foreign(start + size, false),
            Style::UnicodeEscapes => self.foreign(start + size, true),
            Style::Escaped => self.nested(start + size),
        }
        self.spent[place] += self.out.len() - start;
        self.out.push_str(r#""}}"#);
    }

    /// The style that is most behind its share.
    fn due_style(&self) -> usize {
        let behind = |place: &usize| self.spent[*place] * 100 / self.recipe.shares[*place].1;
        (0..self.recipe.shares.len()).min_by_key(behind).unwrap_or(0)
    }

    /// English up to `end`, behind `levels` levels of escapes.
    fn prose(&mut self, end: usize, levels: u8, ascii: bool) {
        while self.out.len() < end {
            let sentence = self.author.sentence(&mut self.rng);
            self.text(&sentence, levels, ascii, end);
        }
    }

    fn foreign(&mut self, end: usize, ascii: bool) {
        while self.out.len() < end {
            let sentence = self.author.foreign_sentence(&mut self.rng);
            self.text(&sentence, 1, ascii, end);
        }
    }

    /// Messages of a chat, or the call of a tool whose arguments are JSON once more.
    fn nested(&mut self, end: usize) {
        self.raw(r#"[{"role":"system","content":"You are a billing assistant."}"#, 1);
        while self.out.len() + 100 < end {
            let length = self.rng.between(100, 500);
            let end = end.min(self.out.len() + length);
            match self.rng.once_in(3) && self.out.len() + 300 < end {
                true => self.tool_call(end),
                false => self.message(end),
            }
        }
        self.raw("]", 1);
    }

    fn message(&mut self, end: usize) {
        let role = self.rng.pick(&["user", "assistant", "tool"]);
        self.raw(&format!(r#",{{"role":"{role}","content":""#), 1);
        self.prose(end, 2, true);
        self.raw(r#""}"#, 1);
    }

    fn tool_call(&mut self, end: usize) {
        let id = uuid(&mut self.rng);
        self.raw(
            &format!(r#",{{"id":"{id}","type":"function","function":{{"name":"lookup","arguments":""#),
            1,
        );
        let (score, limit) = (self.rng.digits(4), self.rng.below(100));
        self.raw(&format!(r#"{{"score":0.{score},"limit":{limit},"open":true,"note":""#), 2);
        self.prose(end, 3, true);
        self.raw(r#""}"#, 2);
        self.raw(r#""}}"#, 1);
    }

    fn raw(&mut self, text: &str, levels: u8) {
        escape_into(&mut self.out, text, levels, false);
    }

    /// Writes a sentence, with a hit before it when one is due, and no further than `end`.
    fn text(&mut self, sentence: &str, levels: u8, ascii: bool, end: usize) {
        for word in sentence.split_inclusive(' ') {
            if self.out.len() >= self.next_hit {
                let hit = hit(&mut self.rng);
                escape_into(&mut self.out, &hit, levels, ascii);
                self.out.push(' ');
                self.next_hit += self.recipe.hit_every.unwrap_or(usize::MAX);
            }
            if self.out.len() >= end {
                return;
            }
            escape_into(&mut self.out, word, levels, ascii);
        }
    }
}

/// Writes `text` behind `levels` levels of JSON escapes; with `ascii`, the first of them leaves nothing beyond ASCII.
fn escape_into(out: &mut String, text: &str, levels: u8, ascii: bool) {
    if levels == 0 {
        return out.push_str(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for ch in text.chars() {
        match ch {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            _ if ascii && !ch.is_ascii() => push_units(&mut escaped, ch),
            _ => escaped.push(ch),
        }
    }
    escape_into(out, &escaped, levels - 1, false);
}

fn push_units(out: &mut String, ch: char) {
    for unit in ch.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}
