//! An input in blocks of whole texts, so that several threads can work on it.
//!
//! Where to cut: in valid JSON two values stand next to each other, with no comma or colon between, only where one
//! text ends and the next begins; and a raw line feed is never part of a string or a number. So a line feed behind the
//! end of a value and before the start of another lies between two texts, however they are laid out. This needs no look
//! at what comes before, but it is only true of valid JSON: whoever works on the blocks finds out whether each is a
//! sequence of texts, and takes a block for what it seems to be only when all before it were ones.

use crate::error::CliError;
use crate::input::{About, Opened};

pub(crate) struct Blocks {
    input: Opened,
    size: usize,
    carry: Vec<u8>,
    ended: bool,
}

impl Blocks {
    /// Blocks of about `size` bytes, longer where a text is.
    pub(crate) fn new(input: Opened, size: usize) -> Self {
        Self { input, size, carry: Vec::new(), ended: false }
    }

    /// The next block, if there is one; none is empty.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, CliError> {
        let mut searched = 0;
        while !self.ended {
            // A text that is long already may be much longer: not in small steps.
            let wanted = self.size.max(self.carry.len());
            let count = self.input.read_more(&mut self.carry, wanted)?;
            self.ended = count < wanted;
            if self.ended {
                break;
            }
            let new = self.carry.get(searched..).unwrap_or_default();
            if let Some(cut) = last_cut(new) {
                let carry = self.carry.split_off(searched + cut);
                return Ok(Some(std::mem::replace(&mut self.carry, carry)));
            }
            // The next search needs the last byte that is no white space.
            searched += new.iter().rposition(|byte| !is_space(*byte)).unwrap_or(0);
        }
        let last = std::mem::take(&mut self.carry);
        Ok(if last.is_empty() { None } else { Some(last) })
    }

    /// Whether the last block has been given out.
    pub(crate) fn ended(&self) -> bool {
        self.ended && self.carry.is_empty()
    }

    /// Appends all that has not been given out.
    pub(crate) fn read_rest(&mut self, text: &mut Vec<u8>) -> Result<(), CliError> {
        text.append(&mut self.carry);
        while !self.ended {
            self.ended = self.input.read_more(text, self.size)? < self.size;
        }
        Ok(())
    }

    pub(crate) fn about(self) -> About {
        self.input.about
    }
}

/// Behind the last line feed between two values that lie side by side.
fn last_cut(bytes: &[u8]) -> Option<usize> {
    if !bytes.contains(&b'\n') {
        return None;
    }
    let mut line_end = None;
    let mut next = b',';
    for (at, &byte) in bytes.iter().enumerate().rev() {
        match byte {
            b'\n' => line_end = line_end.or(Some(at + 1)),
            _ if is_space(byte) => {}
            _ => {
                if line_end.is_some() && starts_value(next) && ends_value(byte) {
                    return line_end;
                }
                line_end = None;
                next = byte;
            }
        }
    }
    None
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn starts_value(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

fn ends_value(byte: u8) -> bool {
    matches!(byte, b'}' | b']' | b'"' | b'0'..=b'9' | b'e' | b'l')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_lie_between_texts() {
        for (text, cut) in [
            ("{}\n{}", Some(3)),
            ("{}\n{}\n", Some(3)),
            ("{}\n{}\n ", Some(3)),
            ("1\n2\n3", Some(4)),
            ("1\r\n \r\n\t2", Some(6)),
            ("null\n\"a\"", Some(5)),
            ("\"a\"\n-1", Some(4)),
            ("[1,\n2]", None),
            ("[1\n,2]", None),
            ("[\n1\n]", None),
            ("{\n\"a\"\n:\n1\n}", None),
            ("[{}\n]\n[{\n}]", Some(6)),
            ("{} {}", None),
            ("{}\n", None),
            ("\n{}", None),
            ("", None),
        ] {
            assert_eq!(last_cut(text.as_bytes()), cut, "{text:?}");
        }
    }
}
