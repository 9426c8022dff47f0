//! Random policies.

use super::Random;
use serde_json::{Value, json};

impl Random {
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
                rule["mask"] = json!({"char": self.pick(&["*", "\"", "\\", "é", "🙂"]), "keep_first": self.below(4), "keep_last": self.below(5)});
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
            r"(?:\d{4}-)*(?:\d{3}-\d{4}|@)",
            r"(?:\w+\.)*(?:com|org)",
            r"(?:[a-z]+ )*quick|(?:\d[ -])*\d{3}\b",
            // What begins or ends a text may also begin or end a number or word in one that is nested.
            // These go on behind a match for what may never come.
            r"o(?:\w.*zz)?|\d(?:[^x]*x1)?",
            r"[a-e](?:[^\n]*\n{3}|(?s:.)*@@)?",
            r"^5551234567$",
            r"(?:^|-)4111\d+$",
            r"^true$|^12\.5|quick$",
            r"(?m)^(?:Falcon|fox|the)$",
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
