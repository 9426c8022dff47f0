//! Numbers, `true`, `false`, `null`, a byte at a time, so that a token may be cut anywhere.

use crate::error::Reason;

/// Where an automaton for one token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// After `-`.
    Minus,
    /// After a leading zero.
    Zero,
    /// In the integer part.
    Integer,
    /// After the decimal point.
    Point,
    /// In the fraction.
    Fraction,
    /// After `e` or `E`.
    Exponent,
    /// After the sign of the exponent.
    ExponentSign,
    /// In the exponent.
    ExponentDigits,
    /// In a word: which one, and how many of its bytes have been seen.
    Word(Word, u8),
}

/// The three words of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

impl Word {
    const fn text(self) -> &'static [u8] {
        match self {
            Self::True => b"true",
            Self::False => b"false",
            Self::Null => b"null",
        }
    }
}

/// What a finished token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
}

impl Token {
    /// The state after the first byte of a token.
    pub fn first(byte: u8) -> Result<Self, Reason> {
        Ok(match byte {
            b'-' => Self::Minus,
            b'0' => Self::Zero,
            b'1'..=b'9' => Self::Integer,
            b't' => Self::Word(Word::True, 1),
            b'f' => Self::Word(Word::False, 1),
            b'n' => Self::Word(Word::Null, 1),
            b'A'..=b'Z' | b'a'..=b'z' => return Err(Reason::Literal),
            _ => return Err(Reason::Syntax),
        })
    }

    /// The state after one more byte.
    pub fn next(self, byte: u8) -> Result<Self, Reason> {
        Ok(match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Self::Integer,
            (Self::Zero | Self::Integer, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Self::Exponent,
            (Self::Exponent, b'+' | b'-') => Self::ExponentSign,
            (Self::Exponent | Self::ExponentSign | Self::ExponentDigits, b'0'..=b'9') => Self::ExponentDigits,
            (Self::Word(word, seen), _) if word.text().get(seen as usize) == Some(&byte) => {
                Self::Word(word, seen + 1)
            }
            (Self::Word(..), _) => return Err(Reason::Literal),
            _ => return Err(Reason::Number),
        })
    }

    /// What the token is if it ends here.
    pub fn finish(self) -> Result<Scalar, Reason> {
        match self {
            Self::Zero | Self::Integer | Self::Fraction | Self::ExponentDigits => Ok(Scalar::Number),
            Self::Word(word, seen) if seen as usize == word.text().len() => {
                Ok(if word == Word::Null { Scalar::Null } else { Scalar::Boolean })
            }
            Self::Word(..) => Err(Reason::Literal),
            _ => Err(Reason::Number),
        }
    }
}
