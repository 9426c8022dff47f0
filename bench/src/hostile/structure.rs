//! Floods of what the scan and the selection look at.

use super::{Attack, array_of, value_of};

pub(super) const ALL: &[Attack] = &[
    Attack::new("digits", "default", |size| value_of("1234567890", size)),
    Attack::new("digits and hyphens", "default", |size| value_of("12-345-6789-", size)),
    Attack::new("digits in numbers", "default", |size| array_of("41111111111111111111", size)),
    Attack::new("at signs", "default", |size| value_of("@", size)),
    Attack::new("at signs between letters", "default", |size| value_of("a@", size)),
    Attack::new("at signs, documentation", "langfuse-docs", |size| value_of("a.-@", size)),
    Attack::new("escaped at signs", "default", |size| value_of(r"\u0040", size)),
    Attack::new("escaped digits", "default", |size| value_of(r"\u0034\u0031", size)),
    Attack::new("escaped letters", "default", |size| value_of(r"\u0061", size)),
    Attack::new("escaped letters and at signs", "langfuse-docs", |size| {
        value_of(r"\u0061\u0062\u0040", size)
    }),
    Attack::new("lone surrogates", "default", |size| value_of(r"\ud83d", size)),
    Attack::new("backslashes", "default", |size| value_of(r"\\", size)),
    Attack::new("line ends", "default", |size| value_of(r"\n", size)),
    Attack::new("empty strings", "default", |size| array_of(r#""""#, size)),
    Attack::new("one-letter strings", "default", |size| array_of(r#""a""#, size)),
    Attack::new("escaped quotes", "default", |size| value_of(r#"\""#, size)),
    Attack::new("escaped quotes behind a bracket", "default", |size| quotes_behind("[", size)),
    Attack::new("brackets", "default", |size| array_of(&brackets(500), size)),
    Attack::new("objects in objects", "default", |size| array_of(&objects(300), size)),
    Attack::new("brackets in a string", "default", |size| value_of(r"[", size)),
    Attack::new("eight levels", "default", |size| array_of(&levels(8, "a@b.co"), size)),
    Attack::new("eight levels, long", "default", eight_long_levels),
    Attack::new("eight levels, broken inside", "default", |size| array_of(&levels(8, r"\x"), size)),
    Attack::new("nearly nested values", "default", |size| array_of(r#""[\"a@b.co\", 1, {\"b\": 2}""#, size)),
    Attack::new("nearly nested, one long value", "default", nearly_nested),
    Attack::new("hits in one value", "default", |size| value_of("a@b.co 4111111111111111 ", size)),
    Attack::new("hits in one value, documentation", "langfuse-docs", |size| value_of("a@b.co ", size)),
    Attack::new("hits in values", "default", |size| array_of(r#""jo@example.com""#, size)),
    Attack::new("hits in a nested value", "default", |size| nested("jo@example.com ", size)),
    Attack::new("keys", "keys", |size| members("a_b_c_toke", size)),
    Attack::new("long keys", "keys", |size| format!(r#"{{"{}":1}}"#, "abc".repeat(size / 3))),
    Attack::new("selected keys", "keys", |size| members("my_token", size)),
    Attack::new("names of paths", "keys", |size| array_of(&nest(r#"{"a":"#, "1", "}", 200), size)),
    Attack::new("kvlists in kvlists", "keys", |size| attributes(&kvlists(60), size)),
    Attack::new("kvlists without keys", "keys", |size| attributes(&nest(KVLIST.2, "1", "]}}}", 60), size)),
    Attack::new("values before keys", "keys", |size| attributes(&values_first(), size)),
    Attack::new("letters", "run-on", |size| value_of("a", size)),
    Attack::new("words and dots", "run-on", |size| value_of("abc.def", size)),
    Attack::new("openings", "run-on", |size| value_of("<a", size)),
    Attack::new("nearly enough letters", "run-on", |size| value_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa c", size)),
    Attack::new("behind matches", "goes-on", |size| value_of("foobar", size)),
    Attack::new("behind matches, escaped", "goes-on", |size| value_of(r"x\u0061q\n", size)),
    Attack::new("cards that fail", "fails", |size| value_of("4111 1111 1111 1112 ", size)),
    Attack::new("accounts that fail", "fails", |size| value_of("DE89 3704 0044 0532 0130 01 ", size)),
    Attack::new("digits that fail", "fails", |size| value_of("4111111111111111111", size)),
    Attack::new("refused at its end", "default", |size| {
        format!("{}x", array_of(r#""jo@example.com""#, size))
    }),
];

/// The pieces of a list of attributes: with its key, the end, without a key.
const KVLIST: (&str, &str, &str) = (
    r#"{"key":"a.x.b","value":{"kvlistValue":{"values":["#,
    "]}}}",
    r#"{"value":{"kvlistValue":{"values":["#,
);

fn nest(open: &str, inside: &str, close: &str, depth: usize) -> String {
    [open.repeat(depth), inside.to_owned(), close.repeat(depth)].concat()
}

fn brackets(depth: usize) -> String {
    nest("[", "", "]", depth)
}

fn objects(depth: usize) -> String {
    nest(r#"{"a":"#, "1", "}", depth)
}

fn kvlists(depth: usize) -> String {
    nest(KVLIST.0, r#"{"key":"x.secret","value":{"stringValue":"a"}}"#, KVLIST.1, depth)
}

fn values_first() -> String {
    let value = nest(r#"{"arrayValue":{"values":["#, r#"{"stringValue":"a"}"#, "]}}", 60);
    format!(r#"{{"value":{value},"key":"a.x.b.y"}}"#)
}

/// A span full of attributes.
fn attributes(attribute: &str, size: usize) -> String {
    let list = array_of(attribute, size);
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":{list}}}]}}]}}]}}"#)
}

fn members(name: &str, size: usize) -> String {
    let member = format!(r#","{name}":"v""#);
    format!(r#"{{"first":1{}}}"#, member.repeat(size / member.len()))
}

fn quotes_behind(front: &str, size: usize) -> String {
    format!(r#"{{"text":"{front}{}"}}"#, r#"\""#.repeat(size / 2))
}

/// A string value in a list in a string value, and so on.
fn levels(depth: usize, inside: &str) -> String {
    (0..depth)
        .fold(format!("\"{inside}\""), |text, _| serde_json::Value::from(format!("[{text}]")).to_string())
}

/// As many bytes in the innermost text as the escapes around it allow.
fn eight_long_levels(size: usize) -> String {
    levels(8, &"jo@example.com ".repeat(size / 15))
}

fn nested(unit: &str, size: usize) -> String {
    let inner = format!(r#"{{"text":"{}"}}"#, unit.repeat(size / unit.len()));
    format!(r#"{{"text":{}}}"#, serde_json::Value::from(inner))
}

/// A nested text that shows only at its end that it is none.
fn nearly_nested(size: usize) -> String {
    let inner = array_of(r#""jo@example.com""#, size * 4 / 5);
    format!(r#"{{"text":{}}}"#, serde_json::Value::from(format!("{inner}]")))
}
