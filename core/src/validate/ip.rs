//! IP addresses: RFC 6943 section 3.1.1 (strict IPv4), RFC 4291 section 2.2 and RFC 4007 section 11 (zones).

use super::Trim;
use super::context::before_hex;

/// Words before what looks like an address and is none.
const VERSIONS: [&str; 9] =
    ["version", "ver", "release", "build", "firmware", "section", "sec", "chapter", "clause"];

/// Four octets without leading zeros; what stands before the first digit stays out. Behind `version` or `§` there is
/// nothing to mask, and the search has to go on behind the number.
pub(super) fn check_v4<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let before = text.clone().take_while(|ch| !ch.is_ascii_digit());
    let front = before.clone().count();
    if is_version(before) {
        return Some(Trim::front(text.count()));
    }
    octets(text.clone().skip(front))?;
    // `Chrome/120.0.0.0` is a version.
    let version =
        text.clone().next() == Some('/') && text.skip(front).skip_while(|ch| *ch != '.').eq(".0.0.0".chars());
    (!version).then_some(Trim::front(front))
}

fn is_version<I: Iterator<Item = char> + Clone>(before: I) -> bool {
    let word = before.clone().take_while(char::is_ascii_alphabetic).map(|ch| ch.to_ascii_lowercase());
    VERSIONS.iter().any(|version| word.clone().eq(version.chars())) || before.clone().any(|ch| ch == '§')
}

/// The text of exactly four octets.
fn octets(text: impl Iterator<Item = char>) -> Option<()> {
    let (mut count, mut value, mut digits) = (1, 0u32, 0);
    for ch in text {
        if ch == '.' && digits > 0 {
            (count, value, digits) = (count + 1, 0, 0);
            continue;
        }
        let leading_zero = digits > 0 && value == 0;
        value = (value * 10).checked_add(ch.to_digit(10)?)?;
        digits += 1;
        if leading_zero || value > 255 {
            return None;
        }
    }
    (count == 4 && digits > 0).then_some(())
}

/// What the groups of an IPv6 address are like.
#[derive(Default)]
struct Groups {
    count: u32,
    first: u32,
    last: u32,
    digits: u32,
    compressed: bool,
    embedded: bool,
    decimal: bool,
}

/// An address of eight groups, or fewer with `::`, maybe ending in an IPv4 address, maybe with a zone.
pub(super) fn check_v6<I: Iterator<Item = char> + Clone>(text: I) -> Option<Trim> {
    let front = before_hex(text.clone(), &[':']);
    let groups = parse(text.skip(front).take_while(|ch| *ch != '%'))?;
    plausible(&groups).then_some(Trim::front(front))
}

fn parse<I: Iterator<Item = char> + Clone>(text: I) -> Option<Groups> {
    let mut groups = Groups { decimal: text.clone().any(|ch| ch.is_ascii_digit()), ..Groups::default() };
    let mut rest = text;
    let mut colons = 0;
    loop {
        let group = rest.clone().take_while(char::is_ascii_hexdigit);
        let (length, value) =
            group.fold((0, 0u32), |(n, v), ch| (n + 1, v << 4 | ch.to_digit(16).unwrap_or(0)));
        if length > 4 {
            return None;
        }
        if length > 0 {
            if rest.clone().nth(length) == Some('.') {
                octets(rest)?;
                groups.embedded = true;
                groups.count += 2;
                break;
            }
            groups.first = if groups.count == 0 && colons == 0 { value } else { groups.first };
            groups.count += 1;
            groups.digits += length as u32;
            groups.last = value;
            rest.nth(length - 1);
        }
        colons = 0;
        while rest.clone().next() == Some(':') {
            rest.next();
            colons += 1;
        }
        match colons {
            0 if rest.next().is_none() => break,
            1 => {}
            2 if !groups.compressed => groups.compressed = true,
            _ => return None,
        }
        let at_end = rest.clone().next().is_none();
        if at_end && colons == 1 {
            return None;
        }
        if at_end {
            break;
        }
    }
    let complete = if groups.compressed { groups.count < 8 } else { groups.count == 8 };
    complete.then_some(groups)
}

/// Whether it is more likely an address than a slice, a path of a program, a time or a list of small numbers.
fn plausible(groups: &Groups) -> bool {
    let known = matches!(
        groups.first,
        0x64 | 0x100 | 0x2000..=0x3fff | 0x5f00 | 0xfc00..=0xfdff | 0xfe80..=0xffff
    );
    match (groups.compressed, groups.first) {
        _ if groups.embedded => true,
        (false, _) => known || groups.digits >= 16,
        (true, 0) => groups.count > 1 || groups.last == 1,
        (true, _) => (known || groups.count >= 5) && (groups.decimal || groups.count >= 2),
    }
}
