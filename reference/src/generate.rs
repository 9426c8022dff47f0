//! Random documents and policies.
//!
//! All strategies are seeds mapped through plain code: shrinking a seed is of no use, so the tests shrink the bytes
//! of a failing document themselves.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Policy, document::reference_of};

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

/// Names of attributes.
const ATTRIBUTES: &[&str] = &[
    "input.value",
    "output.value",
    "user.id",
    "langfuse.observation.type",
    "langfuse.trace.tags",
    "openinference.span.kind",
    "mlflow.spanType",
    "gen_ai.usage.input_tokens",
    "gen_ai.operation.name",
    "password",
    "name",
    "llm.input_messages.0.message.content",
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

    /// A policy document.
    pub fn policy(&mut self, otlp: bool) -> Value {
        let count = 1 + self.below(5);
        let rules: Vec<Value> = (0..count).map(|n| self.rule(n, otlp)).collect();
        let mut document = json!({"version": 1, "rules": rules});
        if otlp {
            document["profile"] = json!("otlp");
        }
        if self.once_in(4) {
            document["default_replacement"] = json!(self.pick(&["", "[X]", "\"\\\n\u{1}é🙂"]));
        }
        if self.once_in(3) {
            let mut allow = json!({});
            if self.once_in(2) {
                allow["literals"] = json!(distinct(
                    self.some(&["support@example.com", "Falcon", "4111", "a@b.com", "the", "Falconry"], 3)
                ));
            }
            if self.once_in(2) {
                allow["patterns"] =
                    json!(distinct(self.some(&["<[^>]*>", r"\d{3}-\d{3}-\d{4}", r"\w+ry\b"], 2)));
            }
            if self.once_in(3) {
                allow["keys"] = json!(distinct(self.some(&["items", "a*", "größe", "user*"], 2)));
            }
            document["allow"] = allow;
        }
        document
    }

    /// A rule.
    fn rule(&mut self, number: usize, otlp: bool) -> Value {
        let mut rule = json!({"id": format!("R{number}")});
        match self.below(6) {
            0 | 1 => self.patterns(&mut rule),
            2 => self.literals(&mut rule),
            3 => {
                rule["pattern"] = json!(r"\b(?:\d[ -]?){12,18}\d\b");
                rule["validate"] = json!("luhn");
            }
            _ => self.selectors(&mut rule, otlp),
        }
        if self.once_in(4) {
            self.selectors(&mut rule, otlp);
        }
        if self.once_in(3) {
            let all = ["string", "number", "boolean"];
            let mut types = distinct(self.some(&all, 3));
            types.sort_by_key(|name| all.iter().position(|n| n == name));
            rule["types"] = json!(types);
        }
        match self.below(7) {
            0 => rule["remove"] = json!(true),
            1 | 2 => {
                rule["mask"] = json!({"char": self.pick(&["*", "\"", "\\", "é", "🙂", "\n"]), "keep_first": self.below(4), "keep_last": self.below(5)});
            }
            3 => {
                rule["hash"] =
                    json!({"key": self.pick(&["k", "a longer key", "ключ"]), "length": 1 + self.below(64)})
            }
            4 => {}
            _ => {
                rule["replace"] = json!(self.pick(&[
                    "[REDACTED]",
                    "",
                    "\"",
                    "\\",
                    "\u{1}\n\t/",
                    "ü",
                    "[A LONG TOKEN THAT MAKES THE TEXT GROW]"
                ]))
            }
        }
        rule
    }

    /// Patterns.
    fn patterns(&mut self, rule: &mut Value) {
        let patterns = [
            r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Z|a-z]{2,}\b",
            r"[\w.-]+@[\w.-]+\.\w+",
            r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b",
            r"\b\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}\b",
            r"\d{4,6}?",
            r"(?i)bearer\s+\S+",
            r"(?i)stra(?:ss|ß)e",
            r"sk-[A-Za-z0-9]{6,}",
            r"\w+",
            r"a|ab|abc",
            r"[^a-z ]+",
            r"\p{L}+é?",
            r"x*",
            r"\bthe\b|quick",
            r"(?:\d[ -]?){4,}",
            r"[\u{fffd}\u{1f642}]",
            r".",
            r"\B[e-o]\B",
            r"\n\w*|\t",
            r#""[^"]*""#,
        ];
        if self.once_in(3) {
            rule["patterns"] = json!(distinct(self.some(&patterns, 3)));
        } else {
            rule["pattern"] = json!(self.pick(&patterns));
        }
    }

    /// Literals.
    fn literals(&mut self, rule: &mut Value) {
        let literals = [
            "Falcon",
            "Falconry",
            "Osprey",
            "kestrel",
            "straße",
            "the",
            "th",
            "secret",
            "東京",
            "🙂",
            "a@b.co",
            "größe",
            "1234",
            "\\n",
            "\"",
            "e\u{301}",
            "quick brown",
            "4111",
            "-",
            "ok",
        ];
        rule["literals"] = json!(distinct(self.some(&literals, 4)));
        if self.once_in(2) {
            rule["ignore_case"] = json!(true);
        }
        if self.once_in(2) {
            rule["whole_word"] = json!(true);
        }
    }

    /// Selectors: one kind or two.
    fn selectors(&mut self, rule: &mut Value, otlp: bool) {
        let keys = [
            "name",
            "pass*",
            "*_token",
            "EMAIL",
            "größe",
            "a*",
            "",
            "user",
            "ssn",
            "items",
            "x'y",
            "inp*value",
            "*",
        ];
        let paths = [
            "$.a",
            "$..name",
            "$.user.*",
            "$.items[0]",
            "$.items[*].name",
            "$..ssn",
            "$['a b']",
            "$..[1]",
            "$.*.b",
            "$[0]",
            "$..items..name",
            "$.a.b",
            "$['größe']",
            "$..*.password",
        ];
        let attributes = ["input.value", "output.*", "*.id", "password", "langfuse.*", "name"];
        let kinds = if otlp { 6 } else { 4 };
        for _ in 0..=self.below(2) {
            match self.below(kinds) {
                0 => rule["keys"] = json!(distinct(self.some(&keys, 3))),
                1 => rule["paths"] = json!(distinct(self.some(&paths, 2))),
                2 if rule["keys"].is_null() && rule["paths"].is_null() => {
                    rule["keys"] = json!([self.pick(&keys)])
                }
                2 => rule["except_keys"] = json!([self.pick(&keys[..keys.len() - 1])]),
                3 if rule["keys"].is_null() && rule["paths"].is_null() => {
                    rule["paths"] = json!([self.pick(&paths)])
                }
                3 => rule["except_paths"] = json!([self.pick(&paths)]),
                4 => rule["attributes"] = json!(distinct(self.some(&attributes, 2))),
                _ if !rule["attributes"].is_null() => {
                    rule["except_attributes"] = json!([self.pick(&attributes)])
                }
                _ => rule["when"] = json!({"span_kind": distinct(self.some(&["TOOL", "LLM", "CHAIN"], 2))}),
            }
        }
    }

    /// An OTLP document in one of its shapes.
    pub fn otlp(&mut self) -> Vec<u8> {
        let resource_spans = |r: &mut Self| {
            let name = r.pick(&["scopeSpans", "scopeSpans", "scopeSpans", "instrumentationLibrarySpans"]);
            let scopes = r.list(2, |r| {
                let spans = r.list(3, Self::span);
                let attributes = r.attributes(1);
                r.object(&[
                    (
                        "scope",
                        format!(
                            r#"{{"name":"lib 555-123-4567","version":"1234","attributes":{attributes}}}"#
                        ),
                    ),
                    ("spans", spans),
                    ("schemaUrl", r#""https://a@b.com""#.into()),
                ])
            });
            let attributes = r.attributes(2);
            r.object(&[
                ("resource", format!(r#"{{"attributes":{attributes},"droppedAttributesCount":0}}"#)),
                (name, scopes),
                ("schemaUrl", "\"the\"".into()),
            ])
        };
        let text = match self.below(8) {
            0 => format!(r#"{{"resourceSpans":{}}}"#, self.list(2, resource_spans)),
            1 => resource_spans(self),
            2 => self.logs(),
            3 => self.batch(),
            4 => self.metrics(),
            _ => format!("[{}]", resource_spans(self)),
        };
        text.into_bytes()
    }

    /// A list of 0 to `most`.
    fn list(&mut self, most: usize, mut of: impl FnMut(&mut Self) -> String) -> String {
        let elements: Vec<String> = (0..self.below(most + 1)).map(|_| of(self)).collect();
        format!("[{}]", elements.join(","))
    }

    /// An object whose members come in any order; some are missing.
    fn object(&mut self, members: &[(&str, String)]) -> String {
        let mut members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        if self.once_in(3) {
            let turn = self.below(members.len());
            members.rotate_left(turn);
        }
        if members.len() > 2 && self.once_in(4) {
            members.remove(self.below(members.len()));
        }
        format!("{{{}}}", members.join(","))
    }

    /// Any JSON value as text.
    fn any(&mut self) -> String {
        let mut out = Text::new();
        self.value(&mut out, 3, 2, 2);
        String::from_utf8(utf8(&out)).expect("UTF-8")
    }

    /// A string literal, perhaps with JSON inside.
    fn quoted(&mut self) -> String {
        let text = self.string_text(2);
        let mut out = Text::new();
        self.string(&mut out, &text);
        String::from_utf8(utf8(&out)).expect("UTF-8")
    }

    /// A span.
    fn span(&mut self) -> String {
        let (attributes, more, still_more) = (self.attributes(4), self.attributes(1), self.attributes(1));
        let (name, message, event) = (self.quoted(), self.quoted(), self.quoted());
        let ids = ["\"41111111111111114111111111111111\"", "{\"type\":\"Buffer\",\"data\":[4,111,1234]}"];
        let id = self.pick(&ids).to_string();
        let times = [
            "\"1767225600000000000\"",
            "1767225600000000000",
            "{\"low\":5551234,\"high\":4111,\"unsigned\":true}",
        ];
        let time = self.pick(&times).to_string();
        self.object(&[
            ("traceId", id.clone()),
            ("spanId", "\"4111111111111111\"".into()),
            ("name", name),
            ("kind", "1234".into()),
            ("startTimeUnixNano", time.clone()),
            ("attributes", attributes),
            ("events", format!(r#"[{{"timeUnixNano":{time},"name":{event},"attributes":{more}}}]"#)),
            ("links", format!(r#"[{{"traceId":{id},"attributes":{still_more},"flags":1234}}]"#)),
            ("status", format!(r#"{{"message":{message},"code":1234}}"#)),
        ])
    }

    /// A list of attributes.
    fn attributes(&mut self, most: usize) -> String {
        self.list(most, |r| {
            let name = if r.once_in(3) { r.pick(NAMES) } else { r.pick(ATTRIBUTES) };
            let value = match name {
                "openinference.span.kind" | "langfuse.observation.type" if r.below(4) > 0 => {
                    format!("{{\"stringValue\":\"{}\"}}", r.pick(&["TOOL", "tool", "LLM", "CHAIN"]))
                }
                _ => r.any_value(2),
            };
            let (name, value) = (format!("\"{name}\""), value);
            if r.once_in(4) {
                format!("{{\"value\":{value},\"key\":{name}}}")
            } else {
                format!("{{\"key\":{name},\"value\":{value}}}")
            }
        })
    }

    /// The value of an attribute.
    fn any_value(&mut self, depth: usize) -> String {
        match self.below(14) {
            0 => format!(
                "{{\"intValue\":\"{}\"}}",
                self.pick(&["1234", "5551234567", "4111111111111111", "0", "-7"])
            ),
            1 => format!(
                "{{\"intValue\":{}}}",
                self.pick(&["1234", "5551234567", "{\"low\":1234,\"high\":0,\"unsigned\":false}"])
            ),
            2 => format!("{{\"doubleValue\":{}}}", self.pick(&["1234.5", "0", "1e5"])),
            3 => format!("{{\"boolValue\":{}}}", self.pick(&["true", "false"])),
            4 => format!(
                "{{\"bytesValue\":{}}}",
                self.pick(&["\"NDExMQ==\"", "\"1234\"", "{\"type\":\"Buffer\",\"data\":[1234,4111,0]}"])
            ),
            5 if depth > 0 => {
                format!("{{\"arrayValue\":{{\"values\":{}}}}}", self.list(2, |r| r.any_value(depth - 1)))
            }
            6 if depth > 0 => format!("{{\"kvlistValue\":{{\"values\":{}}}}}", self.attributes(2)),
            7 if self.once_in(4) => self.any(),
            8 if self.once_in(4) => "{}".into(),
            _ => format!("{{\"stringValue\":{}}}", self.quoted()),
        }
    }

    /// Log records.
    fn logs(&mut self) -> String {
        let records = self.list(2, |r| {
            let (body, attributes) = (r.any_value(2), r.attributes(2));
            r.object(&[
                ("timeUnixNano", "\"1767225600000000000\"".into()),
                ("observedTimeUnixNano", "1767225600000000000".into()),
                ("severityNumber", "1234".into()),
                ("severityText", "\"the\"".into()),
                ("body", body),
                ("attributes", attributes),
                ("traceId", "\"4111111111111111\"".into()),
                ("flags", "1234".into()),
            ])
        });
        let attributes = self.attributes(1);
        format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":{attributes}}},"scopeLogs":[{{"scope":{{}},"logRecords":{records},"schemaUrl":"the"}}]}}]}}"#
        )
    }

    /// Metrics.
    fn metrics(&mut self) -> String {
        let points = self.list(2, |r| {
            let attributes = r.attributes(2);
            r.object(&[
                ("attributes", attributes),
                ("timeUnixNano", "\"1767225600000000000\"".into()),
                ("asDouble", "1234".into()),
            ])
        });
        let description = self.quoted();
        format!(
            r#"{{"resourceMetrics":[{{"resource":{{}},"scopeMetrics":[{{"metrics":[{{"name":"the","description":{description},"gauge":{{"dataPoints":{points}}}}}]}}]}}]}}"#
        )
    }

    /// A legacy batch.
    fn batch(&mut self) -> String {
        let events = self.list(3, |r| {
            let (input, output, name) = (r.any(), r.any(), r.quoted());
            let body = r.object(&[
                ("id", "\"4111111111111111\"".into()),
                ("traceId", "\"4111111111111111\"".into()),
                ("name", name),
                ("userId", "\"a@b.com\"".into()),
                ("sessionId", "\"a@b.com\"".into()),
                ("input", input),
                ("output", output),
                ("usage", "{\"input\":1234}".into()),
                ("startTime", "\"2001-01-01T00:00:00Z\"".into()),
            ]);
            r.object(&[
                ("id", "\"4111111111111111\"".into()),
                ("type", "\"the\"".into()),
                ("timestamp", "\"2001-01-01T00:00:00Z\"".into()),
                ("body", body),
            ])
        });
        let metadata = self.any();
        format!("{{\"batch\":{events},\"metadata\":{metadata}}}")
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

/// Each once, in order.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for name in names {
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
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
