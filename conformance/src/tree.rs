//! A plain JSON reader that keeps everything: order, duplicate members, numbers as written. Lone surrogate escapes
//! become U+FFFD. It shares no code with spanmask, so that it can judge it.

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, as written.
    Number(String),
    /// A string, decoded.
    String(String),
    /// An array.
    Array(Vec<Tree>),
    /// An object; members in order, duplicates kept.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads one JSON text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut texts = Self::parse_all(text)?;
        if texts.len() == 1 { texts.pop() } else { None }
    }

    /// Reads any number of JSON texts, white space or nothing between them.
    #[must_use]
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        let mut reader = Reader { rest: text };
        let mut texts = Vec::new();
        while !reader.skip_space().is_empty() {
            texts.push(reader.value()?);
        }
        Some(texts)
    }

    /// The JSON text that a string value holds: an object, array or string.
    #[must_use]
    pub fn nested(&self) -> Option<Self> {
        let Self::String(text) = self else { return None };
        let first = text.trim_start_matches([' ', '\t', '\n', '\r']).chars().next();
        matches!(first, Some('{' | '[' | '"')).then(|| Self::parse(text))?
    }

    /// Calls `see` with every string value, and those of nested texts down to `levels`. A text that is entered is seen too.
    pub fn strings(&self, levels: u8, see: &mut dyn FnMut(&str)) {
        match self {
            Self::String(text) => {
                see(text);
                if let Some(nested) = (levels > 0).then(|| self.nested()).flatten() {
                    nested.strings(levels - 1, see);
                }
            }
            Self::Array(items) => items.iter().for_each(|item| item.strings(levels, see)),
            Self::Object(members) => members.iter().for_each(|(_, item)| item.strings(levels, see)),
            _ => {}
        }
    }

    /// The first place where `masked` has another shape: another type, key, member or element, a number that is neither
    /// the same nor `0`, a nested text that is none any more.
    #[must_use]
    pub fn difference(&self, masked: &Self, levels: u8) -> Option<String> {
        self.differs(masked, levels, "$")
    }

    fn differs(&self, masked: &Self, levels: u8, path: &str) -> Option<String> {
        match (self, masked) {
            (Self::Null, Self::Null) | (Self::Boolean(_), Self::Boolean(false)) => None,
            (Self::Boolean(a), Self::Boolean(b)) if a == b => None,
            (Self::Number(a), Self::Number(b)) if a == b || b == "0" => None,
            (Self::String(_), Self::String(_)) => {
                let inner = (levels > 0).then(|| self.nested()).flatten()?;
                match masked.nested() {
                    Some(nested) => inner.differs(&nested, levels - 1, &format!("{path}>")),
                    None => Some(format!("{path}: a nested text is none any more")),
                }
            }
            (Self::Array(a), Self::Array(b)) if a.len() == b.len() => a
                .iter()
                .zip(b)
                .enumerate()
                .find_map(|(i, (a, b))| a.differs(b, levels, &format!("{path}[{i}]"))),
            (Self::Object(a), Self::Object(b)) if a.len() == b.len() => {
                a.iter().zip(b).find_map(|((key, a), (other, b))| {
                    if key != other {
                        return Some(format!("{path}: key {key}"));
                    }
                    a.differs(b, levels, &format!("{path}.{key}"))
                })
            }
            _ => Some(format!("{path}: another type, length or value")),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) -> &'a str {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest
    }

    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn value(&mut self) -> Option<Tree> {
        match self.skip_space().bytes().next()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => self.string().map(Tree::String),
            b't' => self.eat("true").map(|()| Tree::Boolean(true)),
            b'f' => self.eat("false").map(|()| Tree::Boolean(false)),
            b'n' => self.eat("null").map(|()| Tree::Null),
            _ => self.number(),
        }
    }

    fn array(&mut self) -> Option<Tree> {
        self.eat("[")?;
        let mut items = Vec::new();
        if self.skip_space().starts_with(']') {
            return self.eat("]").map(|()| Tree::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            if self.eat("]").is_some() {
                return Some(Tree::Array(items));
            }
            self.eat(",")?;
        }
    }

    fn object(&mut self) -> Option<Tree> {
        self.eat("{")?;
        let mut members = Vec::new();
        if self.skip_space().starts_with('}') {
            return self.eat("}").map(|()| Tree::Object(members));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            self.eat(":")?;
            members.push((key, self.value()?));
            self.skip_space();
            if self.eat("}").is_some() {
                return Some(Tree::Object(members));
            }
            self.eat(",")?;
        }
    }

    fn number(&mut self) -> Option<Tree> {
        let all = self.rest;
        let _ = self.eat("-");
        if self.eat("0").is_none() {
            self.digits()?;
        }
        if self.eat(".").is_some() {
            self.digits()?;
        }
        if self.rest.starts_with(['e', 'E']) {
            self.rest = &self.rest[1..];
            if self.rest.starts_with(['+', '-']) {
                self.rest = &self.rest[1..];
            }
            self.digits()?;
        }
        if self.rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.') {
            return None;
        }
        Some(Tree::Number(all[..all.len() - self.rest.len()].to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let any = rest.len() < self.rest.len();
        self.rest = rest;
        any.then_some(())
    }

    fn string(&mut self) -> Option<String> {
        self.eat("\"")?;
        let mut text = String::new();
        loop {
            let mut chars = self.rest.chars();
            let c = chars.next()?;
            self.rest = chars.as_str();
            match c {
                '"' => return Some(text),
                '\\' => text.push(self.escape()?),
                '\0'..='\x1f' => return None,
                _ => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(match c {
            '"' | '\\' | '/' => c,
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode()?,
            _ => return None,
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.rest.starts_with("\\u") {
            let before = self.rest;
            self.rest = &self.rest[2..];
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.rest = before;
        }
        Some(char::from_u32(first).unwrap_or('\u{fffd}'))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_json_and_nothing_else() {
        for good in ["[1, -0.5e+3, {\"a\": [null, true]}]", "\"\\ud83d\\ude00 \\ud800 \\u0041\"", "{}", " 0 "]
        {
            assert!(Tree::parse(good).is_some(), "{good}");
        }
        for bad in ["", "[1,]", "01", "1.", "\"\\x\"", "{\"a\"}", "tru", "1 2", "[\"\n\"]", "1e"] {
            assert!(Tree::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(Tree::parse_all("1 2[]{}").map(|texts| texts.len()), Some(4));
        assert_eq!(
            Tree::parse("\"\\ud83d\\ude00 \\ud800 \\u0041\""),
            Some(Tree::String("\u{1f600} \u{fffd} A".into()))
        );
    }

    #[test]
    fn differences_are_found() {
        let tree = |text| Tree::parse(text).unwrap();
        let input = tree(r#"{"a":[1,"x"],"b":"{\"c\":\"d\"}","e":true}"#);
        for (masked, same) in [
            (r#"{"a":[0,"y"],"b":"{\"c\":\"\"}","e":false}"#, true),
            (r#"{"a":[2,"y"],"b":"{\"c\":\"\"}","e":false}"#, false),
            (r#"{"a":[1],"b":"{\"c\":\"\"}","e":true}"#, false),
            (r#"{"a":[1,"x"],"b":"[c]","e":true}"#, false),
            (r#"{"a":[1,"x"],"B":"{\"c\":\"\"}","e":true}"#, false),
        ] {
            assert_eq!(input.difference(&tree(masked), 8).is_none(), same, "{masked}");
        }
    }
}
