//! The path expressions of a policy: RFC 9535 without filters, slices, negative indexes and functions.

use std::iter::Peekable;
use std::str::Chars;

/// The segments of a path.
pub(super) type Path = Vec<PathSegment>;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathSegment {
    pub(super) descendant: bool,
    pub(super) selectors: Vec<PathSelector>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathSelector {
    Wildcard,
    Name(String),
    Index(u32),
}

/// Parses a path; the message of an error says what and where (in characters, from 1).
pub(super) fn parse(text: &str) -> Result<Path, String> {
    let mut parser = Parser { rest: text.chars().peekable(), read: 0 };
    if parser.take() != Some('$') {
        return Err("a path begins with $".to_owned());
    }
    let mut path = Path::new();
    while let Some(ch) = parser.take() {
        let segment = match ch {
            '[' => PathSegment { descendant: false, selectors: parser.bracket()? },
            '.' if parser.skip('.') => {
                let selectors = if parser.skip('[') { parser.bracket()? } else { vec![parser.shorthand()?] };
                PathSegment { descendant: true, selectors }
            }
            '.' => PathSegment { descendant: false, selectors: vec![parser.shorthand()?] },
            _ => return Err(parser.error("expected . or [ here")),
        };
        path.push(segment);
    }
    Ok(path)
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    read: usize,
}

impl Parser<'_> {
    fn take(&mut self) -> Option<char> {
        self.read += 1;
        self.rest.next()
    }

    fn skip(&mut self, ch: char) -> bool {
        let found = self.rest.next_if_eq(&ch).is_some();
        self.read += usize::from(found);
        found
    }

    fn blank(&mut self) {
        while self.skip(' ') || self.skip('\t') || self.skip('\n') || self.skip('\r') {}
    }

    fn error(&self, message: &str) -> String {
        format!("{message} (character {})", self.read)
    }

    /// `*` or a member name without quotes (RFC 9535, section 2.5.1.1: `member-name-shorthand`).
    fn shorthand(&mut self) -> Result<PathSelector, String> {
        if self.skip('*') {
            return Ok(PathSelector::Wildcard);
        }
        let mut name = String::new();
        while let Some(ch) =
            self.rest.next_if(|ch| ch.is_ascii_alphanumeric() || *ch == '_' || !ch.is_ascii())
        {
            self.read += 1;
            name.push(ch);
        }
        if name.is_empty() || name.starts_with(|ch: char| ch.is_ascii_digit()) {
            self.read += 1;
            return Err(self.error("expected a name or * here; other names are written ['like-this']"));
        }
        Ok(PathSelector::Name(name))
    }

    /// Selectors up to the closing bracket.
    fn bracket(&mut self) -> Result<Vec<PathSelector>, String> {
        let mut selectors = Vec::new();
        loop {
            self.blank();
            selectors.push(self.selector()?);
            self.blank();
            match self.take() {
                Some(',') => {}
                Some(']') => return Ok(selectors),
                Some(':') => return Err(self.error("slices are not supported")),
                _ => return Err(self.error("expected , or ] here")),
            }
        }
    }

    fn selector(&mut self) -> Result<PathSelector, String> {
        match self.take() {
            Some('*') => Ok(PathSelector::Wildcard),
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            Some(digit @ '0'..='9') => self.index(digit),
            Some('?') => Err(self.error("filters are not supported")),
            Some('-') => Err(self.error("negative indexes are not supported")),
            Some(':') => Err(self.error("slices are not supported")),
            _ => Err(self.error("expected a quoted name, an index or * here")),
        }
    }

    fn index(&mut self, first: char) -> Result<PathSelector, String> {
        let mut digits = String::from(first);
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            self.read += 1;
            digits.push(digit);
        }
        if first == '0' && digits.len() > 1 {
            return Err(self.error("an index has no leading zeros"));
        }
        digits.parse().map(PathSelector::Index).map_err(|_| self.error("the index is too large"))
    }

    fn quoted(&mut self, quote: char) -> Result<PathSelector, String> {
        let mut name = String::new();
        loop {
            match self.take() {
                Some(ch) if ch == quote => return Ok(PathSelector::Name(name)),
                Some('\\') => name.push(self.escape(quote)?),
                Some(ch) if ch >= ' ' => name.push(ch),
                Some(_) => return Err(self.error("control characters must be escaped")),
                None => return Err(self.error("the quoted name does not end")),
            }
        }
    }

    fn escape(&mut self, quote: char) -> Result<char, String> {
        match self.take() {
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(ch @ ('/' | '\\')) => Ok(ch),
            Some(ch) if ch == quote => Ok(ch),
            Some('u') => self.unicode(),
            _ => Err(self.error("no such escape")),
        }
    }

    fn unicode(&mut self) -> Result<char, String> {
        let unit = self.hex4()?;
        if let Some(ch) = char::from_u32(unit) {
            return Ok(ch);
        }
        let low = if unit < 0xdc00 && self.skip('\\') && self.skip('u') { self.hex4()? } else { 0 };
        let pair =
            (0xdc00..0xe000).contains(&low).then(|| 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
        pair.and_then(char::from_u32).ok_or_else(|| self.error("lone surrogate"))
    }

    fn hex4(&mut self) -> Result<u32, String> {
        (0..4).try_fold(0, |unit, _| match self.take().and_then(|ch| ch.to_digit(16)) {
            Some(digit) => Ok(unit * 16 + digit),
            None => Err(self.error("expected four hexadecimal digits")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> PathSelector {
        PathSelector::Name(name.to_owned())
    }

    fn child(selectors: Vec<PathSelector>) -> PathSegment {
        PathSegment { descendant: false, selectors }
    }

    #[test]
    fn parses_the_subset() {
        let path = parse(r#"$.customer.*['na\u006de', "x", 0 ]..ssn..[*]"#).expect("a path");
        let deeper = |selectors| PathSegment { descendant: true, selectors };
        assert_eq!(
            path,
            [
                child(vec![name("customer")]),
                child(vec![PathSelector::Wildcard]),
                child(vec![name("name"), name("x"), PathSelector::Index(0)]),
                deeper(vec![name("ssn")]),
                deeper(vec![PathSelector::Wildcard]),
            ]
        );
        assert_eq!(parse("$"), Ok(vec![]));
        assert_eq!(parse(r#"$["\ud83d\ude00é"]"#), Ok(vec![child(vec![name("😀é")])]));
        assert_eq!(parse("$.é"), Ok(vec![child(vec![name("é")])]));
    }

    #[test]
    fn says_what_is_not_supported() {
        for (path, message) in [
            ("", "begins with $"),
            ("a.b", "begins with $"),
            ("$.a[?@.b]", "filters are not supported (character 5)"),
            ("$[-1]", "negative indexes"),
            ("$[1:2]", "slices"),
            ("$[:2]", "slices"),
            ("$[01]", "leading zeros"),
            ("$[99999999999]", "too large"),
            ("$.1a", "expected a name"),
            ("$.", "expected a name"),
            ("$a", "expected . or ["),
            ("$['a", "does not end"),
            ("$['a'", "expected , or ]"),
            ("$['\\x']", "no such escape"),
            ("$['\\ud800']", "lone surrogate"),
            ("$[]", "quoted name"),
        ] {
            let error = parse(path).expect_err(path);
            assert!(error.contains(message), "{path}: {error}");
        }
    }
}
