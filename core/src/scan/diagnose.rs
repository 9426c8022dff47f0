//! Why a document was refused, and where: the scanner's plain version, a byte at a time.

use super::grammar::{Containers, Grammar};
use super::scalar_token::Token;
use crate::error::Reason;

/// The first fault of a document: its reason, and the offset of the byte that shows it (the length of the input
/// when something is missing at its end). `None` if there is none.
#[must_use]
pub fn diagnose(input: &[u8], sequence: bool, depth: u16) -> Option<(Reason, usize)> {
    let containers = Containers::new(depth);
    let grammar = Grammar::new(&containers, sequence);
    diagnose_part(input, grammar, containers, true)
}

/// The same of a part of a document that begins where `grammar` and `containers` stand; `last` says that the document ends
/// with it. Else the part ends at a character.
#[must_use]
pub fn diagnose_part(
    input: &[u8],
    grammar: Grammar,
    containers: Containers,
    last: bool,
) -> Option<(Reason, usize)> {
    let valid = core::str::from_utf8(input).map_or_else(|error| error.valid_up_to(), str::len);
    let mut plain = Plain { containers, grammar, state: State::Outside };
    for (at, &byte) in input.iter().enumerate().take(valid) {
        if let Err(reason) = plain.byte(byte) {
            return Some((reason, at));
        }
    }
    if valid < input.len() {
        return Some((Reason::Utf8, valid));
    }
    let fault = if last { plain.finish().err() } else { None };
    fault.map(|reason| (reason, input.len()))
}

enum State {
    Outside,
    Token(Token),
    String(InString),
}

/// Where a walk over the bytes of a string stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InString {
    /// Behind a character.
    Text,
    /// Behind a backslash.
    Escape,
    /// In front of so many hexadecimal digits.
    Hex(u8),
}

impl InString {
    /// Behind one more byte; `None` behind the closing quote.
    pub fn next(self, byte: u8) -> Result<Option<Self>, Reason> {
        Ok(Some(match (self, byte) {
            (Self::Text, b'"') => return Ok(None),
            (Self::Text, b'\\') => Self::Escape,
            (Self::Text, 0..0x20) => return Err(Reason::Control),
            (Self::Text, _) => Self::Text,
            (Self::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Self::Text,
            (Self::Escape, b'u') => Self::Hex(4),
            (Self::Hex(left), _) if byte.is_ascii_hexdigit() => {
                if left == 1 {
                    Self::Text
                } else {
                    Self::Hex(left - 1)
                }
            }
            _ => return Err(Reason::Escape),
        }))
    }
}

struct Plain {
    containers: Containers,
    grammar: Grammar,
    state: State,
}

impl Plain {
    fn byte(&mut self, byte: u8) -> Result<(), Reason> {
        match self.state {
            State::Outside => self.outside(byte),
            State::Token(token) if super::ends_scalar(byte) => {
                token.finish()?;
                self.state = State::Outside;
                self.outside(byte)
            }
            State::Token(token) => {
                self.state = State::Token(token.next(byte)?);
                Ok(())
            }
            State::String(inside) => {
                self.state = inside.next(byte)?.map_or(State::Outside, State::String);
                Ok(())
            }
        }
    }

    fn outside(&mut self, byte: u8) -> Result<(), Reason> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Ok(()),
            b'{' | b'[' => self.grammar.open(&mut self.containers, byte == b'{').map(drop),
            b'}' | b']' => self.grammar.close(&mut self.containers, byte == b'}'),
            b',' => self.grammar.comma(&self.containers),
            b':' => self.grammar.colon(),
            b'"' => {
                self.state = State::String(InString::Text);
                self.grammar.string(&self.containers).map(drop)
            }
            _ => {
                self.state = State::Token(Token::first(byte)?);
                self.grammar.scalar(&self.containers).map(drop)
            }
        }
    }

    fn finish(&self) -> Result<(), Reason> {
        match self.state {
            State::Outside => {}
            State::Token(token) => {
                token.finish().map_err(|_| Reason::Truncated)?;
            }
            _ => return Err(Reason::Truncated),
        }
        self.grammar.finish()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::scan::{Check, Scanner};

    /// The scanner and its plain version must agree on what is JSON.
    #[track_caller]
    fn agree(input: &[u8]) -> Option<(Reason, usize)> {
        let mut scanner = Scanner::new();
        let mut result = None;
        for sequence in [true, false] {
            let fast = scanner.document(&mut Check(input), &mut Containers::new(100), sequence);
            result = diagnose(input, sequence, 100);
            assert_eq!(fast.is_ok(), result.is_none(), "{result:?}");
        }
        result
    }

    #[test]
    fn faults_have_a_reason_and_a_place() {
        for (text, reason, at) in [
            ("", Reason::Empty, 0),
            ("[1,]", Reason::Syntax, 3),
            ("{\"a\" 1}", Reason::Syntax, 5),
            ("[\"a", Reason::Truncated, 3),
            ("[\"\\x\"]", Reason::Escape, 3),
            ("[\"\\u12g4\"]", Reason::Escape, 6),
            ("[\"\t\"]", Reason::Control, 2),
            ("[01]", Reason::Number, 2),
            ("[tru]", Reason::Literal, 4),
            ("1 2", Reason::Trailing, 2),
            ("[1", Reason::Truncated, 2),
            ("\u{feff}{}", Reason::Syntax, 0),
        ] {
            assert_eq!(agree(text.as_bytes()), Some((reason, at)), "{text}");
        }
        assert_eq!(agree(b"[\"\xff\"]"), Some((Reason::Utf8, 2)));
        assert_eq!(agree(&[b'['; 101]), Some((Reason::Depth, 100)));
        assert_eq!(agree(b" {\"a\":[1,-0.5e+3,true,null,\"\\u0041\\\\\"]} "), None);
    }

    #[test]
    fn random_bytes_and_chunk_borders() {
        let pieces: [&[u8]; 24] = [
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"\"",
            b"\\",
            b"\\\"",
            b"\\u00e9",
            b"\"a\"",
            b"\"k\":",
            b"1",
            b"-2.5e3",
            b"true",
            b"null",
            b" ",
            b"\n",
            "é".as_bytes(),
            "\u{1f600}".as_bytes(),
            b"\xf0",
            b"u12",
            b"\x01",
            b"\\\\",
        ];
        let mut seed = 88_172_645_463_325_252_u64;
        let mut next = |n: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 33) as usize % n
        };
        for round in 0..60_000 {
            let mut text = std::vec::Vec::new();
            if round % 3 == 0 {
                text.extend_from_slice(b"[\"");
                text.resize(4096 - next(12), b'x');
                if next(2) == 0 {
                    text.extend_from_slice(b"\",");
                }
            }
            for _ in 0..next(24) {
                text.extend_from_slice(pieces[next(pieces.len())]);
            }
            if round % 3 == 0 && next(2) == 0 {
                text.extend_from_slice(b"\"]");
            }
            agree(&text);
        }
    }
}
