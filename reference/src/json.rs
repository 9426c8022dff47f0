//! JSON, plainly: characters with the raw bytes that they came from, a strict parser, escapes.

/// One character of a text, and the raw bytes of the input that it came from.
#[derive(Clone, Copy, Debug)]
pub struct Char {
    /// The character; a lone surrogate is U+FFFD.
    pub char: char,
    /// Offset of its first raw byte.
    pub start: usize,
    /// Offset behind its last raw byte.
    pub end: usize,
}

/// A value and where it stands, in characters of its text.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub node: Node,
    /// Its first character.
    pub start: usize,
    /// The character behind it.
    pub end: usize,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string with its decoded text.
    String(Vec<Char>),
    /// An array.
    Array(Vec<Value>),
    /// An object: decoded names and values, in order.
    Object(Vec<(String, Value)>),
}

/// Not JSON, from this character on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad(pub usize);

/// The characters of raw UTF-8.
pub fn characters(text: &str) -> Vec<Char> {
    text.char_indices().map(|(at, char)| Char { char, start: at, end: at + char.len_utf8() }).collect()
}

/// The text that characters spell.
pub fn spell(chars: &[Char]) -> String {
    chars.iter().map(|c| c.char).collect()
}

/// Parses one text: `open` containers are open around it, `limit` may be open at all.
pub fn parse_one(chars: &[Char], open: usize, limit: usize) -> Result<Value, Bad> {
    let mut parser = Parser { chars, at: 0, open, limit };
    parser.space();
    let value = parser.value()?;
    parser.space();
    if parser.at == chars.len() { Ok(value) } else { Err(Bad(parser.at)) }
}

/// Parses a sequence of texts.
pub fn parse_sequence(chars: &[Char], limit: usize) -> Result<Vec<Value>, Bad> {
    let mut parser = Parser { chars, at: 0, open: 0, limit };
    let mut values: Vec<Value> = Vec::new();
    loop {
        parser.space();
        if parser.at == chars.len() {
            return Ok(values);
        }
        let value = parser.value()?;
        if values.last().is_some_and(|last| last.end == value.start && last.is_bare() && value.is_bare()) {
            return Err(Bad(value.start));
        }
        values.push(value);
    }
}

impl Value {
    /// Whether it is a number or a literal, which need something between them.
    fn is_bare(&self) -> bool {
        matches!(self.node, Node::Null | Node::Boolean | Node::Number)
    }

    /// The members with this name.
    pub fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        let members = match &self.node {
            Node::Object(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().filter(move |(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of a string.
    pub fn text(&self) -> Option<String> {
        match &self.node {
            Node::String(chars) => Some(spell(chars)),
            _ => None,
        }
    }
}

struct Parser<'a> {
    chars: &'a [Char],
    at: usize,
    open: usize,
    limit: usize,
}

impl Parser<'_> {
    /// The character at the cursor.
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).map(|c| c.char)
    }

    /// Steps over `want`, or fails.
    fn expect(&mut self, want: char) -> Result<(), Bad> {
        if self.eat(want) { Ok(()) } else { Err(Bad(self.at)) }
    }

    /// Steps over `want` if it is there.
    fn eat(&mut self, want: char) -> bool {
        let there = self.peek() == Some(want);
        self.at += usize::from(there);
        there
    }

    /// Steps over white space.
    fn space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Any value.
    fn value(&mut self) -> Result<Value, Bad> {
        let start = self.at;
        let node = match self.peek() {
            Some('{') => self.nest(Self::object)?,
            Some('[') => self.nest(Self::array)?,
            Some('"') => Node::String(self.string()?),
            Some('t') => self.word("true", Node::Boolean)?,
            Some('f') => self.word("false", Node::Boolean)?,
            Some('n') => self.word("null", Node::Null)?,
            _ => self.number()?,
        };
        Ok(Value { node, start, end: self.at })
    }

    /// A container, counted.
    fn nest(&mut self, inner: fn(&mut Self) -> Result<Node, Bad>) -> Result<Node, Bad> {
        if self.open == self.limit {
            return Err(Bad(self.at));
        }
        self.open += 1;
        self.at += 1;
        let node = inner(self)?;
        self.open -= 1;
        Ok(node)
    }

    /// Members up to and with the closing brace.
    fn object(&mut self) -> Result<Node, Bad> {
        let mut members = Vec::new();
        self.space();
        if self.eat('}') {
            return Ok(Node::Object(members));
        }
        loop {
            self.space();
            let name = spell(&self.string()?);
            self.space();
            self.expect(':')?;
            self.space();
            members.push((name, self.value()?));
            self.space();
            if self.eat('}') {
                return Ok(Node::Object(members));
            }
            self.expect(',')?;
        }
    }

    /// Elements up to and with the closing bracket.
    fn array(&mut self) -> Result<Node, Bad> {
        let mut elements = Vec::new();
        self.space();
        if self.eat(']') {
            return Ok(Node::Array(elements));
        }
        loop {
            self.space();
            elements.push(self.value()?);
            self.space();
            if self.eat(']') {
                return Ok(Node::Array(elements));
            }
            self.expect(',')?;
        }
    }

    /// A string with its quotes; returns its decoded text.
    fn string(&mut self) -> Result<Vec<Char>, Bad> {
        self.expect('"')?;
        let start = self.at;
        loop {
            match self.peek() {
                None => return Err(Bad(self.at)),
                Some('"') => break,
                Some(c) if c < ' ' => return Err(Bad(self.at)),
                Some('\\') => match escape(&self.chars[self.at..]) {
                    Some((_, length)) => self.at += length,
                    None => return Err(Bad(self.at)),
                },
                Some(_) => self.at += 1,
            }
        }
        let text = unescape(&self.chars[start..self.at]);
        self.at += 1;
        Ok(text)
    }

    /// A literal.
    fn word(&mut self, word: &str, node: Node) -> Result<Node, Bad> {
        for c in word.chars() {
            self.expect(c)?;
        }
        Ok(node)
    }

    /// A number.
    fn number(&mut self) -> Result<Node, Bad> {
        self.eat('-');
        if !self.eat('0') {
            self.digits()?;
        }
        if self.eat('.') {
            self.digits()?;
        }
        if self.eat('e') || self.eat('E') {
            let _ = self.eat('+') || self.eat('-');
            self.digits()?;
        }
        Ok(Node::Number)
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Bad> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(Bad(self.at)) } else { Ok(()) }
    }
}

/// JSON's white space.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The escape at the start of `chars`: its character and how many characters it takes.
fn escape(chars: &[Char]) -> Option<(char, usize)> {
    if chars.first()?.char != '\\' {
        return None;
    }
    let short = match chars.get(1)?.char {
        c @ ('"' | '\\' | '/') => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode_escape(chars),
        _ => return None,
    };
    Some((short, 2))
}

/// A `\uXXXX` escape, or two that make one character.
fn unicode_escape(chars: &[Char]) -> Option<(char, usize)> {
    let first = unit(chars)?;
    if let Some(second) = chars.get(6..).and_then(unit)
        && (0xd800..0xdc00).contains(&first)
        && (0xdc00..0xe000).contains(&second)
    {
        return Some((char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 12));
    }
    Some((char::from_u32(first).unwrap_or('\u{fffd}'), 6))
}

/// The code unit of one `\uXXXX`.
fn unit(chars: &[Char]) -> Option<u32> {
    if chars.first()?.char != '\\' || chars.get(1)?.char != 'u' {
        return None;
    }
    chars.get(2..6)?.iter().try_fold(0, |unit, c| Some(unit * 16 + c.char.to_digit(16)?))
}

/// Resolves one level of escapes wherever they stand; what is no escape stays.
pub fn unescape(chars: &[Char]) -> Vec<Char> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (char, length) = escape(&chars[at..]).unwrap_or((chars[at].char, 1));
        out.push(Char { char, start: chars[at].start, end: chars[at + length - 1].end });
        at += length;
    }
    out
}

/// Escapes a text for one level of JSON strings.
fn escape_once(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Escapes a text for a level: as many times as there are levels of escapes over it.
pub fn escape_for(text: &str, level: usize) -> String {
    (0..level).fold(text.to_string(), |text, _| escape_once(&text))
}
