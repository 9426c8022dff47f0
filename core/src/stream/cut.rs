//! Where bytes can be cut.

/// The longest front of `bytes` that does not end within a character, if it is UTF-8.
pub(super) fn whole_characters(bytes: &[u8]) -> usize {
    for (behind, byte) in bytes.iter().rev().take(3).enumerate() {
        let wanted = match byte {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xff => 4,
            0x80..=0xbf => continue,
            _ => break,
        };
        if behind + 1 < wanted {
            return bytes.len() - behind - 1;
        }
        break;
    }
    bytes.len()
}

/// Behind the last line feed between two values that lie side by side; 0 if there is none.
///
/// In valid JSON they do so only where one text ends and the next begins, and a raw line feed is never part of a token. So
/// this needs no look at what comes before; that `bytes` are valid is seen when they are read.
pub(super) fn behind_texts(bytes: &[u8]) -> usize {
    let mut line_end = 0;
    let mut next = b',';
    for (at, &byte) in bytes.iter().enumerate().rev() {
        match byte {
            b'\n' if line_end == 0 => line_end = at + 1,
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => {
                if line_end > 0 && begins_value(next) && ends_value(byte) {
                    return line_end;
                }
                line_end = 0;
                next = byte;
            }
        }
    }
    0
}

fn begins_value(byte: u8) -> bool {
    matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
}

fn ends_value(byte: u8) -> bool {
    matches!(byte, b'}' | b']' | b'"' | b'0'..=b'9' | b'e' | b'l')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_not_cut() {
        let text = "aé€🙂b";
        for (end, whole) in
            [(1, 1), (2, 1), (3, 3), (4, 3), (5, 3), (6, 6), (7, 6), (9, 6), (10, 10), (11, 11)]
        {
            assert_eq!(whole_characters(&text.as_bytes()[..end]), whole, "{end}");
        }
        // What is no UTF-8 is left to those who read it.
        assert_eq!(whole_characters(b"\x80\x80\x80\x80"), 4);
        assert_eq!(whole_characters(b"ab\xff"), 2);
        assert_eq!(whole_characters(b""), 0);
    }

    #[test]
    fn cuts_lie_between_texts() {
        for (text, cut) in [
            ("{}\n{}\n", 3),
            ("1\r\n \r\n\t2", 6),
            ("null\n\"a\"", 5),
            ("[1,\n2]", 0),
            ("{\n\"a\"\n:\n1\n}", 0),
            ("[{}\n]\n[{\n}]", 6),
            ("{} {}", 0),
            ("{}\n", 0),
            ("", 0),
        ] {
            assert_eq!(behind_texts(text.as_bytes()), cut, "{text:?}");
        }
    }
}
