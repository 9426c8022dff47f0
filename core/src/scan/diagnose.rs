//! Why a document was refused, and where: the scanner's plain version, a byte at a time.

use super::grammar::{Containers, Grammar};
use super::scalar_token::Token;
use crate::error::Reason;

/// The first fault of a document: its reason, and the offset of the byte that shows it (the length of the input
/// when something is missing at its end). `None` if there is none.
#[must_use]
pub fn diagnose(input: &[u8], sequence: bool, depth: u16) -> Option<(Reason, usize)> {
    let valid = core::str::from_utf8(input).map_or_else(|error| error.valid_up_to(), str::len);
    let mut plain = Plain {
        containers: Containers::new(depth),
        grammar: Grammar::new(&Containers::new(depth), sequence),
        state: State::Outside,
    };
    for (at, &byte) in input.iter().enumerate().take(valid) {
        if let Err(reason) = plain.byte(byte) {
            return Some((reason, at));
        }
    }
    if valid < input.len() {
        return Some((Reason::Utf8, valid));
    }
    plain.finish().err().map(|reason| (reason, input.len()))
}

enum State {
    Outside,
    Token(Token),
    String,
    Escape,
    Hex(u8),
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
            State::String => self.in_string(byte),
            State::Escape => self.escape(byte),
            State::Hex(left) => {
                if !byte.is_ascii_hexdigit() {
                    return Err(Reason::Escape);
                }
                self.state = if left == 1 { State::String } else { State::Hex(left - 1) };
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
                self.state = State::String;
                self.grammar.string(&self.containers).map(drop)
            }
            _ => {
                self.state = State::Token(Token::first(byte)?);
                self.grammar.scalar(&self.containers).map(drop)
            }
        }
    }

    fn in_string(&mut self, byte: u8) -> Result<(), Reason> {
        match byte {
            b'"' => self.state = State::Outside,
            b'\\' => self.state = State::Escape,
            0..0x20 => return Err(Reason::Control),
            _ => {}
        }
        Ok(())
    }

    fn escape(&mut self, byte: u8) -> Result<(), Reason> {
        self.state = match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => State::String,
            b'u' => State::Hex(4),
            _ => return Err(Reason::Escape),
        };
        Ok(())
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
