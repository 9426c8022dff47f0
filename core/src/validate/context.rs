//! What a pattern takes in before a match because no word boundary tells it.

/// Characters of an escape (`\n`) that the text itself holds.
pub(super) fn escape(mut text: impl Iterator<Item = char>) -> usize {
    if text.next() == Some('\\') { 2 } else { 0 }
}

/// Characters before hexadecimal groups: one that is no letter or digit, an escape, or the end of a word and one of
/// `ends`.
pub(super) fn before_hex(text: impl Iterator<Item = char>, ends: &[char]) -> usize {
    let mut head = ['\0'; 6];
    for (place, ch) in head.iter_mut().zip(text) {
        *place = ch;
    }
    let [first, second, third, fourth, fifth, sixth] = head;
    let word = [first, second, third].iter().all(char::is_ascii_alphabetic);
    match first {
        '\\' if matches!(second, 'n' | 'r' | 't') => 2,
        _ if first.is_ascii_alphabetic() && !first.is_ascii_hexdigit() && ends.contains(&second) => 2,
        // `add::1` is no word before an address.
        _ if word && ends.contains(&fourth) && (fifth != ':' || sixth == ':') => 4,
        _ => usize::from(!first.is_ascii_hexdigit() && first != ':'),
    }
}
