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

/// A shorter front, that most likely does not end within a number, word or escape, nor behind a string of which nobody knows
/// yet whether it is a name.
pub(super) fn whole_tokens(bytes: &[u8]) -> usize {
    let goes_on =
        |byte: &&u8| matches!(byte, b'"' | b'\\' | b'+' | b'-' | b'.') || byte.is_ascii_alphanumeric();
    let back = bytes.iter().rev().take(MOST).take_while(goes_on).count();
    let slashes = bytes.iter().rev().skip(back).take_while(|byte| **byte == b'\\').count();
    bytes.len() - back - slashes
}

/// The longest that is looked for.
const MOST: usize = 64;

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
    fn tokens_are_not_cut() {
        for (text, whole) in [
            ("[1,-2.5e+3", 3),
            ("{\"a\":tru", 5),
            ("[]", 2),
            ("{\"é\"", 4),
            ("[\"é\\\\u00", 4),
            ("12", 0),
            ("", 0),
        ] {
            assert_eq!(whole_tokens(text.as_bytes()), whole, "{text:?}");
        }
        assert_eq!(whole_tokens(&[b'a'; 100]), 36);
        assert_eq!(whole_tokens(&[[b'\\'; 64], [b'a'; 64]].concat()), 0);
    }
}
